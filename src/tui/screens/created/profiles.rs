//! The step that writes the new secret to the profiles of the Atlas CLI that use its account. Never unasked, and only
//! after Atlas has accepted the secret.

use ratatui::style::Style;

use crate::domain::{ClientId, Delivery, Now, ProfileName, ProfileUpdate};
use crate::tui::app::Shared;
use crate::tui::canvas::Canvas;
use crate::tui::event::Command;

use super::steps::draw_step;
use super::{CreatedScreen, Verification};

/// The profiles to be updated, and how that stands.
#[derive(Clone, Debug, Default)]
pub(super) struct ProfileStep {
    /// Those that still have an older secret.
    names: Vec<ProfileName>,
    stage: Stage,
}

#[derive(Clone, Debug, Default)]
enum Stage {
    #[default]
    Idle,
    /// Atlas is asked first whether it accepts the secret.
    Verifying,
    Writing(Now),
    /// Why the profiles were not updated, a sentence each.
    Failed(Vec<String>),
}

impl ProfileStep {
    /// True while a profile is being written.
    pub(super) fn is_writing(&self) -> bool {
        matches!(self.stage, Stage::Writing(_))
    }

    pub(super) fn can_start(&self) -> bool {
        !self.names.is_empty() && matches!(self.stage, Stage::Idle | Stage::Failed(_))
    }

    /// `profile ci`, `profiles ci and prod`.
    fn words(&self) -> String {
        let names: Vec<String> = self.names.iter().map(ToString::to_string).collect();
        match names.split_last() {
            Some((last, [])) => format!("profile {last}"),
            Some((last, others)) => format!("profiles {} and {last}", others.join(", ")),
            None => String::new(),
        }
    }
}

impl CreatedScreen {
    /// Which profiles there are is looked up once, when the secret has arrived.
    pub(super) fn profiles_found(&mut self, app: &Shared, client: &ClientId, mut names: Vec<ProfileName>) {
        if *client != self.new_secret.client {
            return;
        }
        // The keyring that signed in was asked already.
        let login = app.login.as_ref().filter(|login| login.client == *client);
        let own = login.and_then(|_| app.session.profile()).filter(|name| !names.contains(name));
        names.extend(own.cloned());
        self.profiles.names = names;
    }

    pub(super) fn update_profiles(&mut self, app: &mut Shared) {
        if !self.profiles.can_start() {
            return;
        }
        self.profiles.stage = Stage::Verifying;
        if matches!(self.verification, Verification::Done(Ok(()))) {
            self.write_verified(app);
        } else {
            self.verify(app);
        }
    }

    /// What waits for the verification goes on, or ends.
    pub(super) fn write_verified(&mut self, app: &mut Shared) {
        if !matches!(self.profiles.stage, Stage::Verifying) {
            return;
        }
        if matches!(self.verification, Verification::Done(Ok(()))) {
            self.profiles.stage = Stage::Writing(app.now);
            app.send(Command::UpdateProfiles(self.profiles.names.clone(), self.payload(app)));
        } else {
            let why = "Atlas has not accepted the secret yet.";
            self.profiles.stage =
                Stage::Failed(vec![format!("Not written to {}. {why}", self.profiles.words())]);
        }
    }

    pub(super) fn profiles_updated(&mut self, app: &mut Shared, updates: Vec<ProfileUpdate>) {
        if !self.profiles.is_writing() {
            return;
        }
        let mut failures = Vec::new();
        for ProfileUpdate { profile, result } in updates {
            match result {
                Ok(place) => {
                    self.profiles.names.retain(|name| *name != profile);
                    // The secret that signed in is kept nowhere any more.
                    if app.session.profile() == Some(&profile) {
                        app.login_holder = None;
                    }
                    self.delivered_by(app, Delivery::Updated { place });
                }
                Err(why) => failures.push(format!("Not written to profile {profile}. {why}")),
            }
        }
        self.profiles.stage = if failures.is_empty() { Stage::Idle } else { Stage::Failed(failures) };
    }

    pub(super) fn draw_profiles(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        let profiles = self.profiles.words();
        match &self.profiles.stage {
            _ if profiles.is_empty() => {}
            Stage::Idle => draw_step("Update", &format!("u write it to {profiles}"), canvas),
            Stage::Verifying => {
                draw_step("Update", &format!("verified first, then written to {profiles}"), canvas);
            }
            Stage::Writing(since) => canvas.running(app.now, *since, &format!("Writing it to {profiles}")),
            Stage::Failed(failures) => {
                for failure in failures {
                    canvas.marked(theme.glyphs.cross, failure, theme.bad);
                }
                canvas.words(2, "u tries again.", Style::new());
            }
        }
    }
}
