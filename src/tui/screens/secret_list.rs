//! The list of an account's secrets, to delete one. It always asks first, and Enter never confirms.
//!
//! It is a screen when both slots are in use, and a prompt on the screen of a new secret. [`DeletePrompt`] asks the
//! same question wherever a secret can be deleted.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ratatui::text::Line;

use crate::domain::{
    AccountRef, ApiError, ApiResult, DeleteError, ExistingSecret, LoginRisk, Now, SECRETS_PER_ACCOUNT,
    SecretId, ServiceAccount,
};
use crate::jobs::{Deletion, Recheck};
use crate::tui::app::{Component, Shared, Transition};
use crate::tui::canvas::{Canvas, spinner_wake};
use crate::tui::event::{Command, Event, Reader};
use crate::tui::keys::{
    Action, BACK_BY_LETTER, BUSY, Binding, CHOICE_ABOVE, CHOICE_BELOW, CONFIRM_DELETE, HELP, ONLY_BACK,
    REPAINT, SUSPEND,
};
use crate::tui::scroll::Scroll;
use crate::tui::{Remote, text};

use super::Notice;
use super::secret_table::{self, Row};

/// A list of secrets, to delete one.
#[derive(Clone, Debug)]
pub struct SecretList {
    account: AccountRef,
    secrets: Vec<ExistingSecret>,
    /// The index of the selected secret.
    selected: usize,
    stage: Stage,
    /// The new secret, which is not listed. `None` before creating: then the session still needs the secret that it
    /// signed in with.
    new: Option<SecretId>,
}

#[derive(Clone, Debug)]
enum Stage {
    Fetching,
    Failed(ApiError),
    /// With the error if the last deletion failed.
    Choosing(Option<DeleteError>),
    Deleting(DeletePrompt),
}

const CHOOSING: &[Binding] = &[
    Binding::new("d, Enter", "delete", Action::Delete),
    CHOICE_BELOW,
    CHOICE_ABOVE,
    BACK_BY_LETTER,
    HELP,
    SUSPEND,
    REPAINT,
];

/// True for a secret that is less than a day old and was never used.
fn is_fresh(secret: &ExistingSecret, now: Timestamp) -> bool {
    let is_recent = |at| now.duration_since(at) < SignedDuration::from_hours(24);
    secret.last_used_at.is_none() && secret.created_at.is_some_and(is_recent)
}

impl SecretList {
    pub(in crate::tui) fn open(app: &mut Shared, account: AccountRef, new: Option<SecretId>) -> Self {
        app.send(Command::FetchAccount(Reader::SecretList, account.clone()));
        Self { account, secrets: Vec::new(), selected: 0, stage: Stage::Fetching, new }
    }

    /// Returns to the form, which fetches the account again.
    fn close(app: &mut Shared) -> Transition {
        app.lookups.account = Remote::NotAsked;
        Transition::form()
    }

    /// Handles a key. False if it closes the list.
    pub(super) fn on_list_action(&mut self, app: &mut Shared, action: Action) -> bool {
        let count = self.secrets.len().max(1);
        match (&mut self.stage, action) {
            (Stage::Deleting(prompt), _) => {
                let is_open = prompt.on_action(app, action);
                if !is_open {
                    self.stage = Stage::Choosing(None);
                }
            }
            (Stage::Choosing(_), Action::NextChoice) => self.selected = (self.selected + 1) % count,
            (Stage::Choosing(_), Action::PreviousChoice) => {
                self.selected = (self.selected + count - 1) % count;
            }
            (Stage::Choosing(_), Action::Delete) => self.ask(app),
            (_, Action::No | Action::Leave) => return false,
            _ => {}
        }
        true
    }

    /// Asks for confirmation. Before creating, the secret that this session signed in with cannot be deleted.
    fn ask(&mut self, app: &mut Shared) {
        let Some(secret) = self.secrets.get(self.selected) else { return };
        let risk = app.login_risk(&self.account.client, secret);
        self.stage = if risk == LoginRisk::Own && self.new.is_none() {
            app.message = Some(
                "You are signed in with this secret and need it to create a new one. Create first, then delete it.",
            );
            Stage::Choosing(None)
        } else {
            let (account, id) = (self.account.clone(), secret.id.clone());
            Stage::Deleting(DeletePrompt::new(account, id, Recheck::No, risk))
        };
    }

    /// Handles an event. Returns the secret, once it is deleted.
    pub(super) fn on_list_event(&mut self, app: &Shared, event: Event) -> Option<ExistingSecret> {
        match (event, &mut self.stage) {
            (Event::AccountFetched(Reader::SecretList, of, result), Stage::Fetching)
                if of == self.account =>
            {
                self.fetched(result, app.atlas_now());
            }
            (event, Stage::Deleting(prompt)) => match prompt.on_event(app.now, event) {
                Some(Deletion::Deleted) => return Some(self.secrets.remove(self.selected)),
                Some(Deletion::Failed(error)) => self.stage = Stage::Choosing(Some(error)),
                Some(Deletion::Used(_) | Deletion::Cancelled) => self.stage = Stage::Choosing(None),
                None => {}
            },
            _ => {}
        }
        None
    }

    fn fetched(&mut self, result: ApiResult<ServiceAccount>, now: Timestamp) {
        self.stage = match result {
            Ok(account) => {
                let is_listed = |secret: &ExistingSecret| Some(&secret.id) != self.new.as_ref();
                self.secrets = account.secrets.into_iter().filter(is_listed).collect();
                // Select an expired secret, or else the one that is needed least. A fresh one may be needed although it
                // was never used.
                let value = |secret: &ExistingSecret| {
                    (!secret.is_expired(now), is_fresh(secret, now), secret.last_used_at, secret.created_at)
                };
                self.selected =
                    (0..self.secrets.len()).min_by_key(|at| value(&self.secrets[*at])).unwrap_or(0);
                Stage::Choosing(None)
            }
            Err(error) => Stage::Failed(error),
        };
    }

    pub(super) fn list_keys(&self) -> &'static [Binding] {
        match &self.stage {
            Stage::Fetching | Stage::Failed(_) => ONLY_BACK,
            Stage::Choosing(_) => CHOOSING,
            Stage::Deleting(prompt) => prompt.keys(),
        }
    }

    /// Draws the title, the warning and the list.
    pub(super) fn draw_list(&self, app: &Shared, warning: Option<&str>, canvas: &mut Canvas) {
        let theme = canvas.theme;
        match &self.stage {
            Stage::Fetching => {
                return canvas.line(Line::styled("Loading the account's secrets", theme.faint));
            }
            Stage::Failed(error) => {
                let explanation = error.explain();
                let text = format!("Could not load the account's secrets. {}", explanation.title);
                canvas.marked(theme.glyphs.cross, &text, theme.bad);
                return canvas.text(2, &explanation.action, theme.strong);
            }
            Stage::Choosing(_) | Stage::Deleting(_) => {}
        }
        let (title, none) = match self.new {
            Some(_) => ("Older secrets of this account", "No older secrets."),
            None => ("Secrets of this account", "This account has no secrets."),
        };
        if let Some(warning) = warning {
            canvas.warning(warning, theme.warning);
            canvas.blank_unless_low();
        }
        canvas.line(Line::styled(title, theme.strong));
        // The question must be visible, and so must the secret that it is about.
        let below = canvas.drawn(|part| self.draw_below(app, part));
        if self.secrets.is_empty() {
            canvas.text(2, none, theme.faint);
        } else {
            let table = canvas.drawn(|part| self.draw_table(app, part)).into_lines();
            let mut part = canvas.part(canvas.left().saturating_sub(below.rows()));
            Scroll::to(self.selected + 1, table.len(), part.height()).draw(table, &mut part);
            canvas.append(0, part);
        }
        if (1..canvas.left()).contains(&below.rows()) {
            canvas.blank();
        }
        canvas.append(0, below);
    }

    /// Draws the question, the progress or the error.
    fn draw_below(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        if let Some(message) = app.message {
            canvas.warning(message, theme.warning);
        }
        match (&self.stage, self.secrets.get(self.selected)) {
            (Stage::Choosing(Some(error)), _) => {
                canvas.marked(theme.glyphs.cross, &error.sentence(), theme.bad);
            }
            (Stage::Deleting(prompt), Some(secret)) => {
                let label = text::short_label(secret, theme.glyphs.ellipsis);
                prompt.draw(app, &label, &self.consequence(secret, app.atlas_now()), canvas);
            }
            _ => {}
        }
    }

    /// What deleting the secret means. Before creating, a fresh secret may be one that no client has yet.
    fn consequence(&self, secret: &ExistingSecret, now: Timestamp) -> String {
        match secret.created_at {
            _ if secret.is_expired(now) => "It has expired: no client can use it.".to_owned(),
            Some(at) if self.new.is_none() && is_fresh(secret, now) => {
                format!("It was created {}: it may be the new one.", text::ago(at, now))
            }
            _ => match secret.last_used_at {
                Some(at) => {
                    let ago = text::ago(at, now);
                    format!("It was used {ago}. Clients that use it will fail to authenticate.")
                }
                None => "It was never used. A client that has it will fail to authenticate.".to_owned(),
            },
        }
    }

    fn draw_table(&self, app: &Shared, canvas: &mut Canvas) {
        let mut rows: Vec<Row> = self
            .secrets
            .iter()
            .map(|secret| Row::of(app, &self.account.client, secret, canvas.theme))
            .collect();
        if let Some(row) = rows.get_mut(self.selected) {
            (row.is_selected, row.style) = (true, canvas.theme.strong);
        }
        secret_table::draw("", &rows, app.atlas_now(), canvas);
    }
}

/// The list as a screen, when both slots are in use.
impl Component for SecretList {
    fn on_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        if self.on_list_action(app, action) { Transition::Stay } else { Self::close(app) }
    }

    fn on_event(&mut self, app: &mut Shared, event: Event) -> Transition {
        let Some(secret) = self.on_list_event(app, event) else { return Transition::Stay };
        app.form.notice = Some(Notice::Deleted(secret));
        Self::close(app)
    }

    fn keys(&self, _app: &Shared) -> &'static [Binding] {
        self.list_keys()
    }

    fn works(&self, _app: &Shared, action: Action) -> bool {
        match action {
            Action::Delete => !self.secrets.is_empty(),
            Action::NextChoice => self.secrets.len() > 1,
            _ => true,
        }
    }

    fn wake_in(&self, app: &Shared) -> Option<Duration> {
        match &self.stage {
            Stage::Deleting(prompt) => prompt.wake_in(app.now),
            _ => None,
        }
    }

    fn about(&self) -> &'static [&'static str] {
        &["A service account can have two secrets. An expired secret counts until it is deleted."]
    }

    fn draw(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        // Until the list is loaded, use the secrets that the form knows.
        let known = match &self.stage {
            Stage::Fetching | Stage::Failed(_) => {
                app.lookups.account.value(&self.account).map(|known| &known.secrets)
            }
            Stage::Choosing(_) | Stage::Deleting(_) => Some(&self.secrets),
        };
        let count = known.map_or(SECRETS_PER_ACCOUNT, Vec::len);
        let next = if count < SECRETS_PER_ACCOUNT { "Go back to create one." } else { "Delete one first." };
        canvas.warning(&format!("{} {next}", text::account_has(count)), theme.strong);
        canvas.blank();
        canvas.labeled("Client ID", self.account.client.as_str());
        canvas.blank();
        self.draw_list(app, None, canvas);
    }
}

/// Shown if the check before deleting found the secret in use.
pub(super) const IN_USE: &str = "It has been used since, so a client has its value. It was not deleted.";

/// The deletion of a secret: the question, the check whether it is in use, the request.
#[derive(Clone, Debug)]
pub(super) struct DeletePrompt {
    account: AccountRef,
    id: SecretId,
    recheck: Recheck,
    risk: LoginRisk,
    stage: DeleteStage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DeleteStage {
    Asking,
    /// The account is fetched before the secret is deleted.
    Checking(Now),
    Deleting(Now),
}

impl DeletePrompt {
    /// Returns a prompt that asks, and warns about the `risk` for this session.
    pub fn new(account: AccountRef, id: SecretId, recheck: Recheck, risk: LoginRisk) -> Self {
        Self { account, id, recheck, risk, stage: DeleteStage::Asking }
    }

    /// Handles a key. False if the user declines.
    pub fn on_action(&mut self, app: &mut Shared, action: Action) -> bool {
        match (self.stage, action) {
            (DeleteStage::Asking, Action::Yes) => {
                self.stage = match self.recheck {
                    Recheck::Yes => DeleteStage::Checking(app.now),
                    Recheck::No => DeleteStage::Deleting(app.now),
                };
                app.send(Command::Delete(self.account.clone(), self.id.clone(), self.recheck));
            }
            (DeleteStage::Asking, Action::No | Action::Leave) => return false,
            // Only the job knows whether the request was sent. If not, it ends with `Cancelled`.
            (DeleteStage::Checking(_), Action::No) => app.send(Command::CancelDelete),
            _ => {}
        }
        true
    }

    /// Handles an event. Returns the result, once there is one.
    pub fn on_event(&mut self, now: Now, event: Event) -> Option<Deletion> {
        match (self.stage, event) {
            (DeleteStage::Checking(_), Event::DeleteSent) => self.stage = DeleteStage::Deleting(now),
            (DeleteStage::Checking(_) | DeleteStage::Deleting(_), Event::DeleteFinished(deletion)) => {
                return Some(deletion);
            }
            _ => {}
        }
        None
    }

    pub fn keys(&self) -> &'static [Binding] {
        match self.stage {
            DeleteStage::Asking => CONFIRM_DELETE,
            DeleteStage::Checking(_) => ONLY_BACK,
            DeleteStage::Deleting(_) => BUSY,
        }
    }

    pub fn wake_in(&self, now: Now) -> Option<Duration> {
        match self.stage {
            DeleteStage::Asking => None,
            DeleteStage::Checking(since) | DeleteStage::Deleting(since) => Some(spinner_wake(now, since)),
        }
    }

    /// Draws the question or the progress. `label` names the secret within a sentence; `consequence` is a sentence, or
    /// empty.
    pub fn draw(&self, app: &Shared, label: &str, consequence: &str, canvas: &mut Canvas) {
        match self.stage {
            DeleteStage::Asking => {}
            DeleteStage::Checking(since) => {
                return canvas.running(app.now, since, "Checking whether it is in use");
            }
            DeleteStage::Deleting(since) => {
                return canvas.running(app.now, since, &format!("Deleting {label} in Atlas"));
            }
        }
        let warning = match self.risk {
            LoginRisk::None => "",
            LoginRisk::Own => "You are signed in with it: deleting it ends this session.",
            LoginRisk::Perhaps => {
                "This session may have signed in with it: deleting it then ends this session."
            }
        };
        if !warning.is_empty() {
            canvas.warning(warning, canvas.theme.warning);
        }
        let question = match consequence {
            "" => format!("Delete {label} in Atlas?"),
            consequence => format!("Delete {label}? {consequence}"),
        };
        canvas.ask(&question, "delete");
    }
}
