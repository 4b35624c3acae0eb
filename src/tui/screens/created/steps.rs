//! The steps of a rotation: deliver the new secret, verify it, update profiles, delete the older secrets. A check mark
//! shows only what was proved.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::delivery::ProfileUpdate;
use crate::domain::{ApiResult, ClientId, Delivery, ExistingSecret, Format, Now, ProfileName, Session};
use crate::tui::canvas::{LABEL_WIDTH, rows_of};
use crate::tui::{Canvas, Command, Output, Shared, text};

use super::copy::format_suffix;
use super::run::draw_output;
use super::{CreatedScreen, LOW};

/// Whether Atlas accepts the new secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verification {
    Never,
    /// Since this time.
    Running(Now),
    Done(ApiResult<()>),
}

#[derive(Clone, Debug, Default)]
pub(super) struct ProfileStep {
    /// The profiles that still have an older secret.
    names: Vec<ProfileName>,
    stage: Stage,
}

#[derive(Clone, Debug, Default)]
enum Stage {
    #[default]
    Idle,
    /// The secret is being verified first.
    Verifying,
    Writing(Now),
    /// Why profiles were not updated, one text for each.
    Failed(Vec<String>),
}

impl ProfileStep {
    pub(super) fn is_writing(&self) -> bool {
        matches!(self.stage, Stage::Writing(_))
    }

    pub(super) fn can_start(&self) -> bool {
        !self.names.is_empty() && matches!(self.stage, Stage::Idle | Stage::Failed(_))
    }

    /// `profile ci`, `profiles ci and prod`.
    fn names_text(&self) -> String {
        let names: Vec<&str> = self.names.iter().map(ProfileName::as_str).collect();
        format!("profile{} {}", if names.len() == 1 { "" } else { "s" }, names.join(" and "))
    }
}

impl CreatedScreen {
    /// The account's older secrets; none until the account is known, and without the new secret's ID.
    pub(super) fn older_secrets<'a>(&'a self, app: &'a Shared) -> impl Iterator<Item = &'a ExistingSecret> {
        let account =
            app.lookups.account.value(&self.new_secret.account).filter(|_| self.secret.id.is_some());
        let is_older = |secret: &&ExistingSecret| {
            Some(&secret.id) != self.secret.id.as_ref()
                && self.deleted_older.iter().all(|deleted| deleted.id != secret.id)
        };
        account.into_iter().flat_map(|account| &account.secrets).filter(is_older)
    }

    pub(in crate::tui) fn verify(&mut self, app: &mut Shared) {
        if !matches!(self.verification, Verification::Running(_)) {
            self.verification = Verification::Running(app.now);
            app.send(Command::Verify(self.new_secret.account.client.clone(), self.secret.value.clone()));
        }
    }

    pub(super) fn verified(&mut self, app: &mut Shared, result: ApiResult<()>) {
        if matches!(self.verification, Verification::Running(_)) {
            self.verification = Verification::Done(result);
            self.write_verified(app);
        }
    }

    /// Finds the Atlas CLI's profiles that use the account. No profile uses the demo account.
    pub(in crate::tui) fn find_profiles(&self, app: &mut Shared) {
        if app.session != Session::Demo {
            app.send(Command::FindProfiles(self.new_secret.account.client.clone()));
        }
    }

    pub(super) fn profiles_found(&mut self, app: &Shared, client: &ClientId, mut names: Vec<ProfileName>) {
        if *client != self.new_secret.account.client {
            return;
        }
        // The search does not unlock a keyring, so it may miss the profile that this session signed in with.
        let login = app.login.as_ref().filter(|login| login.client == *client);
        let login_profile = login.and_then(|_| app.session.profile()).filter(|name| !names.contains(name));
        names.extend(login_profile.cloned());
        self.profiles.names = names;
    }

    pub(super) fn update_profiles(&mut self, app: &mut Shared) {
        if !self.profiles.can_start() {
            return;
        }
        self.profiles.stage = Stage::Verifying;
        if self.verification != Verification::Done(Ok(())) {
            self.verify(app);
        }
        self.write_verified(app);
    }

    /// Writes the profiles that wait for the verification, if Atlas accepts the secret.
    fn write_verified(&mut self, app: &mut Shared) {
        match (&self.profiles.stage, &self.verification) {
            (Stage::Verifying, Verification::Done(Ok(()))) => {
                self.profiles.stage = Stage::Writing(app.now);
                app.send(Command::UpdateProfiles(self.profiles.names.clone(), self.payload(app)));
            }
            (Stage::Verifying, Verification::Done(Err(_))) => self.profiles.stage = Stage::Idle,
            _ => {}
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
                    // The secret that signed in is no longer stored anywhere.
                    if app.session.profile() == Some(&profile) {
                        app.login_holder = None;
                    }
                    self.add_delivery(app, Delivery::Updated { place });
                }
                Err(why) => failures.push(format!("Not written to profile {profile}. {why}")),
            }
        }
        self.profiles.stage = if failures.is_empty() { Stage::Idle } else { Stage::Failed(failures) };
    }

    pub(super) fn draw_steps(&self, app: &Shared, canvas: &mut Canvas) {
        let (theme, before) = (canvas.theme, canvas.left());
        self.draw_pasted(canvas);
        if let Some(message) = app.message {
            canvas.warning(message, theme.warning);
        }
        if let Some(why) = &app.not_recorded {
            canvas.warning(why, theme.warning);
        }
        if canvas.height() >= LOW {
            if canvas.left() < before {
                canvas.blank();
            }
            canvas.line(Line::styled("Next", theme.strong));
        }
        self.draw_deliver(app, canvas);
        self.draw_verify(app, canvas);
        self.draw_profiles(app, canvas);
        self.draw_delete_older(app, canvas);
    }

    fn draw_deliver(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        if let Some(why) = &self.not_printed {
            canvas.failed(&format!("Not written. {why}"));
        }
        if self.deliveries(app.now).is_empty() {
            let copy = if app.flags.never_copy { "" } else { "c copy   " };
            let (keys, once) = (format!("{copy}s save   p run a command"), "Atlas will not show it again.");
            let both = format!("{keys}   {once}");
            if rows_of(&both, canvas.width(), LABEL_WIDTH) == 1 {
                draw_step("Deliver", &both, canvas);
            } else {
                draw_step("Deliver", &keys, canvas);
                canvas.text(LABEL_WIDTH, once, Style::new());
            }
            if matches!(app.output, Output::Sink(_)) {
                canvas.text(LABEL_WIDTH, "q writes it to standard output.", Style::new());
            }
        }
        if self.delivering.is_some() {
            canvas.text(2, "A save is still running. s shows it.", theme.faint);
        }
        for delivery in &self.delivered {
            canvas.done(&delivery_text(delivery));
        }
        draw_output(&self.output, canvas);
        self.draw_copy(app, canvas);
        if let Some(format) = self.copy.format() {
            self.draw_missing_organization(app, format, canvas);
        }
    }

    /// Draws a note if the format has the organization ID and that is not known: the user must add it.
    pub(super) fn draw_missing_organization(&self, app: &Shared, format: Format, canvas: &mut Canvas) {
        let project = &self.new_secret.account.project;
        let is_unknown =
            app.lookups.project.result(project).is_some() && app.lookups.organization(project).is_none();
        if format.names_the_organization() && is_unknown {
            canvas.text(2, text::NO_ORGANIZATION, canvas.theme.warning);
        }
    }

    fn draw_verify(&self, app: &Shared, canvas: &mut Canvas) {
        match &self.verification {
            Verification::Never => draw_step("Verify", "v sign in to Atlas with it", canvas),
            Verification::Running(since) => {
                canvas.running(app.now, *since, "Signing in to Atlas with the new secret");
            }
            Verification::Done(Ok(())) => canvas.done("Verified: Atlas accepts the new secret"),
            Verification::Done(Err(error)) => {
                canvas.failed(&error.after_verifying());
                canvas.text(2, "v tries again.", Style::new());
            }
        }
    }

    fn draw_profiles(&self, app: &Shared, canvas: &mut Canvas) {
        let profiles = self.profiles.names_text();
        match &self.profiles.stage {
            _ if self.profiles.names.is_empty() => {}
            Stage::Idle | Stage::Verifying => {
                draw_step("Update", &format!("u write it to {profiles}"), canvas);
            }
            Stage::Writing(since) => canvas.running(app.now, *since, &format!("Writing it to {profiles}")),
            Stage::Failed(failures) => {
                for failure in failures {
                    canvas.failed(failure);
                }
                canvas.text(2, "u tries again.", Style::new());
            }
        }
    }

    fn draw_delete_older(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        for secret in &self.deleted_older {
            canvas.done(&format!("Deleted {}", text::short_label(secret, theme.glyphs.ellipsis)));
        }
        if let Some(error) = app.lookups.account.error(&self.new_secret.account) {
            let text = format!("Could not load the older secrets. {}", error.title());
            canvas.warning(&text, theme.warning);
            canvas.text(2, "d tries again.", Style::new());
        }
        let now = app.atlas_now();
        for secret in self.older_secrets(app) {
            let label = text::short_label(secret, theme.glyphs.ellipsis);
            let used = text::usage(secret, text::ago, now);
            let date = |at| text::short_date(at, app.zone.as_ref());
            let ends = match secret.expires_at {
                Some(at) if secret.is_expired(now) => format!("expired {}", date(at)),
                Some(at) => format!("expires {}", date(at)),
                None => "expiry unknown".to_owned(),
            };
            draw_step("Delete old", &format!("d delete {label} ({used}, {ends})"), canvas);
            let holder = app.login_holder.as_ref();
            if let Some(holder) = holder.filter(|_| app.is_login_of(&self.new_secret.account.client, secret))
            {
                let text = format!("Still in use by {holder}: put the new secret there first.");
                canvas.text(LABEL_WIDTH, &text, Style::new());
            }
        }
    }
}

fn draw_step(name: &str, keys: &str, canvas: &mut Canvas) {
    let name = format!("{} {name}", canvas.theme.glyphs.open);
    let width = usize::from(LABEL_WIDTH);
    canvas.item(Span::raw(format!("{name:<width$}")), keys, Style::new());
}

fn delivery_text(delivery: &Delivery) -> String {
    match delivery {
        Delivery::Saved { path } => format!("Saved to {path}{PRIVATE}"),
        Delivery::Updated { place } => format!("Updated {place}"),
        Delivery::Piped { program, format } => {
            format!("{program} read it{} and exited with 0", format_suffix(*format))
        }
        Delivery::Printed => "Written to standard output".to_owned(),
        // The state of copying shows the other copies.
        _ => "Copied: you pasted it here".to_owned(),
    }
}

/// Who can read a saved file, on systems where its permissions are set.
const PRIVATE: &str = if cfg!(unix) { ", readable only by you (mode\u{a0}0600)" } else { "" };
