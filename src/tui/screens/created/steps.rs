//! The steps of a rotation: deliver the new secret, verify that it works, update profiles, delete the older ones. Each is ticked with
//! what was proved.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{
    AccountRef, ApiResult, Cause, Delivery, ExistingSecret, Format, Now, ServiceAccount, Session,
};
use crate::tui::Remote;
use crate::tui::app::{Output, Shared};
use crate::tui::canvas::{Canvas, LABEL_WIDTH, rows_of};
use crate::tui::event::{Command, Reader};
use crate::tui::screens::secret_list::Keeps;
use crate::tui::text;

use super::line::draw_output;
use super::{CreatedScreen, LOW};

/// How many deliveries are listed, the latest.
const MOST_DELIVERIES: usize = 3;

/// Narrower than this, steps say less.
const NARROW: u16 = 64;

/// Whether the new secret was proved to work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verification {
    /// It was not tried.
    Never,
    /// Atlas is being asked since then.
    Running(Now),
    /// It is known.
    Done(ApiResult<()>),
}

impl CreatedScreen {
    /// Fetches the account again: creating has changed when its other secrets expire.
    pub(in crate::tui) fn fetch_account(&mut self, app: &mut Shared) {
        let account = self.new_secret.account();
        if let Some(known) = app.lookups.account.value(&account) {
            self.account_name = known.name.clone();
        }
        self.account = Remote::Loading(account.clone());
        app.send(Command::FetchAccount(Reader::Created, account));
    }

    pub(super) fn account_fetched(&mut self, of: &AccountRef, result: ApiResult<ServiceAccount>) {
        self.account.finish(of, result);
        if let Some(account) = self.account.value(of) {
            self.account_name = account.name.clone();
        }
    }

    /// What is not to be deleted as an older secret: the new one.
    pub(super) fn keeps(&self) -> Keeps {
        self.secret.id.clone().map_or_else(|| Keeps::AllBut(self.before.clone()), Keeps::This)
    }

    /// The account's other secrets, once they are known.
    fn others(&self) -> Option<impl Iterator<Item = &ExistingSecret>> {
        let (account, keeps) = (self.account.value(&self.new_secret.account())?, self.keeps());
        let is_left = move |secret: &&ExistingSecret| {
            keeps.allows(&secret.id) && self.deleted_older.iter().all(|deleted| deleted.id != secret.id)
        };
        Some(account.secrets.iter().filter(is_left))
    }

    /// `None` until the account is known.
    pub(super) fn has_older_secret(&self) -> Option<bool> {
        self.others().map(|mut others| others.next().is_some())
    }

    /// Asks Atlas for a token with the new secret.
    pub(in crate::tui) fn verify(&mut self, app: &mut Shared) {
        if !matches!(self.verification, Verification::Running(_)) {
            self.verification = Verification::Running(app.now);
            app.send(Command::Verify(self.new_secret.client.clone(), self.secret.value.clone()));
        }
    }

    /// A verification that was made before there was a screen.
    pub(crate) fn set_verified(&mut self, result: ApiResult<()>) {
        self.verification = Verification::Done(result);
    }

    pub(super) fn verified(&mut self, app: &mut Shared, result: ApiResult<()>) {
        if matches!(self.verification, Verification::Running(_)) {
            self.verification = Verification::Done(result);
            self.write_verified(app);
        }
    }

    /// Looks up which profiles of the Atlas CLI use the account. The demo's account is no one's.
    pub(in crate::tui) fn find_profiles(&self, app: &mut Shared) {
        if app.session != Session::Demo {
            app.send(Command::FindProfiles(self.new_secret.client.clone()));
        }
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
            canvas.marked(theme.glyphs.cross, &format!("Not written. {why}"), theme.bad);
        }
        if self.deliveries(app.now).is_empty() {
            let run = if canvas.width() < NARROW { "p run" } else { "p run a command" };
            let copy = if app.flags.never_copy { "" } else { "c copy   " };
            let (keys, once) = (format!("{copy}s save   {run}"), "Atlas will not show it again.");
            let both = format!("{keys}   {once}");
            if rows_of(&both, canvas.width(), LABEL_WIDTH) == 1 {
                draw_step("Deliver", &both, canvas);
            } else {
                draw_step("Deliver", &keys, canvas);
                canvas.words(LABEL_WIDTH, once, Style::new());
            }
            if matches!(app.output, Output::Sink(_)) {
                canvas.words(LABEL_WIDTH, "q writes it to standard output.", Style::new());
            }
        }
        let mut deliveries: Vec<String> = Vec::new();
        for text in self.delivered.iter().map(delivery_text) {
            // The same again moves to the end.
            deliveries.retain(|before| *before != text);
            deliveries.push(text);
        }
        let earlier = deliveries.len().saturating_sub(MOST_DELIVERIES);
        for text in &deliveries[earlier..] {
            canvas.marked(theme.glyphs.check, text, theme.good);
        }
        if earlier > 0 {
            let noun = if earlier == 1 { "delivery" } else { "deliveries" };
            canvas.words(2, &format!("and {earlier} earlier {noun}"), theme.faint);
        }
        draw_output(&self.output, 1, canvas);
        self.draw_copy(app, canvas);
        if let Some(format) = self.copy.format() {
            self.draw_left_out(app, format, canvas);
        }
    }

    /// A format without the organization says so: the user has to add it.
    pub(super) fn draw_left_out(&self, app: &Shared, format: Format, canvas: &mut Canvas) {
        let project = &self.new_secret.project;
        let may_be_known =
            app.lookups.organization(project).is_some() || app.lookups.project.is_loading(project);
        if format.names_the_organization() && !may_be_known {
            canvas.words(2, text::NO_ORGANIZATION, canvas.theme.warning);
        }
    }

    fn draw_verify(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        match &self.verification {
            Verification::Never => draw_step("Verify", "v sign in to Atlas with it", canvas),
            Verification::Running(since) => {
                canvas.running(app.now, *since, "Signing in to Atlas with the new secret");
            }
            Verification::Done(Ok(())) => {
                canvas.marked(theme.glyphs.check, "Verified: Atlas accepts the new secret", theme.good);
            }
            Verification::Done(Err(error)) => {
                if matches!(error.cause, Cause::SignInRefused(_)) {
                    canvas.marked(theme.glyphs.cross, &error.after_verifying(), theme.bad);
                } else {
                    canvas.warning(&error.after_verifying(), theme.warning);
                }
                canvas.words(2, "v tries again.", Style::new());
            }
        }
    }

    fn draw_delete_older(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        for secret in &self.deleted_older {
            let was_expired = if secret.is_expired(app.atlas_now()) { " (expired)" } else { "" };
            let label = text::short_label(secret, theme.glyphs.ellipsis);
            let text = format!("Deleted {label}{was_expired}");
            canvas.marked(theme.glyphs.check, &text, theme.good);
        }
        if let Some(error) = self.account.error(&self.new_secret.account()) {
            let title = error.explain().title;
            canvas.warning(&format!("Could not load the older secrets. {title}"), theme.warning);
            canvas.words(2, "d tries again.", Style::new());
        }
        for secret in self.others().into_iter().flatten() {
            let now = app.atlas_now();
            let used = match secret.last_used_at {
                Some(at) => format!("used {}", text::ago(at, now)),
                None => "never used".to_owned(),
            };
            let date = |at| text::short_date(at, app.zone.as_ref());
            let ends = match secret.expires_at {
                Some(at) if secret.is_expired(now) => format!("expired {}", date(at)),
                Some(at) => format!("expires {}", date(at)),
                None => "expiry unknown".to_owned(),
            };
            let label = text::short_label(secret, theme.glyphs.ellipsis);
            draw_step("Delete old", &format!("d delete {label} ({used}, {ends})"), canvas);
            if app.is_login_of(&self.new_secret.client, secret) {
                let text = match &app.login_holder {
                    Some(holder) => format!("Still in use by {holder}: put the new secret there first."),
                    None => "You are signed in with it: deleting it ends this session.".to_owned(),
                };
                canvas.words(LABEL_WIDTH, &text, Style::new());
            }
        }
    }
}

/// A step that is not done, and the keys that do it.
pub(super) fn draw_step(name: &str, keys: &str, canvas: &mut Canvas) {
    let name = format!("{} {name}", canvas.theme.glyphs.open);
    let width = usize::from(LABEL_WIDTH);
    canvas.item(Span::raw(format!("{name:<width$}")), keys, Style::new());
}

/// A delivery that is not a copy.
fn delivery_text(delivery: &Delivery) -> String {
    match delivery {
        Delivery::Saved { path } => format!("Saved to {path}{PRIVATE}"),
        Delivery::Updated { place } => format!("Updated {place}"),
        Delivery::Piped { program, format: Format::Secret } => format!("{program} read it and exited with 0"),
        Delivery::Piped { program, format } => {
            format!("{program} read it (as {}) and exited with 0", format.name())
        }
        Delivery::Printed => "Written to standard output".to_owned(),
        Delivery::Copied { .. }
        | Delivery::CopiedBefore
        | Delivery::Unverified
        | Delivery::SentToTerminal => String::new(),
    }
}

/// Who can read a saved file, where the system has permissions that say so.
pub(super) const PRIVATE: &str = if cfg!(unix) { ", readable only by you (mode 0600)" } else { "" };
