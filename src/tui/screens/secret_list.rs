//! The list of an account's secrets, to delete one. It always asks first, and Enter never confirms.
//!
//! It is a screen when both slots are in use, and a prompt on the screen of a new secret. [`DeletePrompt`] asks the
//! same question wherever a secret can be deleted.

use jiff::{SignedDuration, Timestamp};
use ratatui::text::Line;

use crate::domain::{AccountRef, DeleteError, ExistingSecret, LoginRisk, Now, SECRETS_PER_ACCOUNT, SecretId};
use crate::jobs::{Deletion, Recheck};
use crate::tui::keys::{
    BACK_BY_LETTER, CHOICE_ABOVE, CHOICE_BELOW, HELP, REPAINT, SUSPEND, busy, only_back, question,
};
use crate::tui::scroll::Scroll;
use crate::tui::{Action, Binding, Canvas, Command, Component, Event, Remote, Shared, Transition, text};

use super::secret_table::{self, Row};
use super::{Notice, cycled};

const NOT_LOADED: &str = "Could not load the account's secrets.";

/// A list of secrets, to delete one.
#[derive(Clone, Debug)]
pub struct SecretList {
    account: AccountRef,
    /// The new secret, which is not listed. `None` before creating: then the session still needs the secret that it
    /// signed in with.
    new: Option<SecretId>,
    selected: Option<usize>,
    deletion: Option<DeletePrompt>,
    error: Option<DeleteError>,
}

/// True for a secret that is less than a day old and was never used.
fn is_fresh(secret: &ExistingSecret, now: Timestamp) -> bool {
    let is_recent = |at| now.duration_since(at) < SignedDuration::from_hours(24);
    secret.last_used_at.is_none() && secret.created_at.is_some_and(is_recent)
}

impl SecretList {
    pub(in crate::tui) fn open(app: &mut Shared, account: AccountRef, new: Option<SecretId>) -> Self {
        app.fetch_account(account.clone());
        Self { account, new, selected: None, deletion: None, error: None }
    }

    /// The listed secrets; none until the account is fetched.
    fn secrets<'a>(&self, app: &'a Shared) -> Vec<&'a ExistingSecret> {
        let account = app.lookups.account.value(&self.account);
        let secrets = account.into_iter().flat_map(|account| &account.secrets);
        secrets.filter(|secret| Some(&secret.id) != self.new.as_ref()).collect()
    }

    /// The index of the selected secret: at first an expired one, or else the one that is needed least. A fresh one may
    /// be needed although it was never used.
    fn selected(&self, app: &Shared) -> usize {
        let (secrets, now) = (self.secrets(app), app.atlas_now());
        let value = |secret: &ExistingSecret| {
            (!secret.is_expired(now), is_fresh(secret, now), secret.last_used_at, secret.created_at)
        };
        let first = (0..secrets.len()).min_by_key(|at| value(secrets[*at]));
        self.selected.or(first).unwrap_or(0)
    }

    /// Returns to the form, which fetches the account again.
    fn close(app: &mut Shared) -> Transition {
        app.lookups.account = Remote::NotAsked;
        Transition::form()
    }

    /// Handles a key. False if it closes the list.
    pub(super) fn on_list_action(&mut self, app: &mut Shared, action: Action) -> bool {
        if let Some(prompt) = &mut self.deletion {
            if !prompt.on_action(app, action) {
                self.deletion = None;
            }
            return true;
        }
        let (selected, count) = (self.selected(app), self.secrets(app).len());
        match action {
            Action::No | Action::Leave => return false,
            _ if count == 0 => {}
            Action::NextChoice | Action::PreviousChoice => {
                self.selected = Some(cycled(selected, count, action));
            }
            Action::Delete => self.ask(app, selected),
            _ => {}
        }
        true
    }

    /// Asks for confirmation. Before creating, the secret that this session signed in with cannot be deleted.
    fn ask(&mut self, app: &mut Shared, selected: usize) {
        (self.selected, self.error) = (Some(selected), None);
        let secret = self.secrets(app)[selected];
        let risk = app.login_risk(&self.account.client, secret);
        if risk == LoginRisk::Own && self.new.is_none() {
            app.message = Some(
                "You are signed in with this secret and need it to create a new one. Create first, then delete it.",
            );
        } else {
            let id = secret.id.clone();
            self.deletion = Some(DeletePrompt::new(self.account.clone(), id, Recheck::No, risk));
        }
    }

    /// Handles an event. Returns the secret, once it is deleted.
    pub(super) fn on_list_event(&mut self, app: &Shared, event: Event) -> Option<ExistingSecret> {
        let deletion = self.deletion.as_mut()?.on_event(app.now, event)?;
        self.deletion = None;
        match deletion {
            Deletion::Deleted => return self.secrets(app).get(self.selected(app)).copied().cloned(),
            Deletion::Failed(error) => self.error = Some(error),
            Deletion::Used(_) | Deletion::Cancelled => {}
        }
        None
    }

    pub(super) fn draw_list(&self, app: &Shared, warning: Option<&str>, canvas: &mut Canvas) {
        let theme = canvas.theme;
        match app.lookups.account.result(&self.account) {
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                let explanation = error.explain(&app.session.signed_in_as());
                canvas.failed(&format!("{NOT_LOADED} {}", explanation.title));
                return canvas.text(2, &explanation.action, theme.strong);
            }
            None => {
                let Some((retry, left)) = app.lookups.account.retry(&self.account, app.now) else {
                    return canvas.line(Line::styled("Loading the account's secrets", theme.faint));
                };
                let retrying = canvas.retry_message(retry, left);
                return canvas.warning(&format!("{NOT_LOADED} {retrying}"), theme.warning);
            }
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
        if self.secrets(app).is_empty() {
            canvas.text(2, none, theme.faint);
        } else {
            let row = |secret: &ExistingSecret| Row::of(app, &self.account.client, secret, theme);
            let mut rows: Vec<Row> = self.secrets(app).into_iter().map(row).collect();
            if let Some(row) = rows.get_mut(self.selected(app)) {
                (row.is_selected, row.style) = (true, theme.strong);
            }
            let table =
                canvas.drawn(|part| secret_table::draw("", &rows, app.atlas_now(), part)).into_lines();
            let mut part = canvas.part(canvas.left().saturating_sub(below.rows()));
            Scroll::to(self.selected(app) + 1, table.len(), part.height()).draw(table, &mut part);
            canvas.append(0, part);
        }
        if (1..canvas.left()).contains(&below.rows()) {
            canvas.blank();
        }
        canvas.append(0, below);
    }

    fn draw_below(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        if let Some(message) = app.message {
            canvas.warning(message, theme.warning);
        }
        if let Some(error) = &self.error {
            canvas.failed(&error.sentence());
        }
        if let (Some(prompt), Some(secret)) = (&self.deletion, self.secrets(app).get(self.selected(app))) {
            let label = text::short_label(secret, theme.glyphs.ellipsis);
            prompt.draw(app, &label, &self.consequence(secret, app.atlas_now()), canvas);
        }
    }

    /// What deleting the secret means. Before creating, a fresh secret may be one that no client has yet.
    fn consequence(&self, secret: &ExistingSecret, now: Timestamp) -> String {
        match secret.created_at {
            _ if secret.is_expired(now) => "It has expired: no client can use it.".to_owned(),
            Some(at) if self.new.is_none() && is_fresh(secret, now) => {
                format!("It was created {}: it may be the new one.", text::ago_in_words(at, now))
            }
            _ => {
                let used = text::usage(secret, text::ago_in_words, now);
                format!("It was {used}. Clients that have it will fail to authenticate.")
            }
        }
    }
}

impl Component for SecretList {
    fn on_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        if self.on_list_action(app, action) { Transition::Stay } else { Self::close(app) }
    }

    fn on_event(&mut self, app: &mut Shared, event: Event) -> Transition {
        let Some(secret) = self.on_list_event(app, event) else { return Transition::Stay };
        app.add_deleted_summary(&self.account.client, &secret);
        let label = text::short_label(&secret, "…");
        app.form.notice = Some(Notice::Done(format!("Deleted {label}. You can create a secret now.")));
        Self::close(app)
    }

    fn keys(&self, app: &Shared) -> Vec<Binding> {
        if let Some(prompt) = &self.deletion {
            return prompt.keys();
        }
        if app.lookups.account.value(&self.account).is_none() {
            return only_back();
        }
        let count = self.secrets(app).len();
        vec![
            Binding::new("d, Enter", "delete", Action::Delete).only_if(count > 0),
            CHOICE_BELOW.only_if(count > 1),
            CHOICE_ABOVE.only_if(count > 1),
            BACK_BY_LETTER,
            HELP,
            SUSPEND,
            REPAINT,
        ]
    }

    fn about(&self) -> &'static [&'static str] {
        &["A service account can have two secrets. An expired secret counts until it is deleted."]
    }

    fn draw(&self, app: &Shared, canvas: &mut Canvas) {
        if let Some(account) = app.lookups.account.value(&self.account) {
            let count = account.secrets.len();
            let next =
                if count < SECRETS_PER_ACCOUNT { "Go back to create one." } else { "Delete one first." };
            canvas.warning(&format!("{} {next}", text::account_has(count)), canvas.theme.strong);
            canvas.blank_unless_low();
        }
        let client = &self.account.client;
        canvas.labeled_id("Client ID", client.as_str(), app.lookups.account_name(client));
        canvas.blank_unless_low();
        self.draw_list(app, None, canvas);
    }
}

/// Shown if the check before deleting found the secret in use.
pub(super) const IN_USE: &str = "It has been used since, so a client has its value. It was not deleted.";

/// The deletion of a secret: the question, the check whether it is in use, the request.
#[derive(Clone, Debug)]
pub struct DeletePrompt {
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
    pub(super) fn new(account: AccountRef, id: SecretId, recheck: Recheck, risk: LoginRisk) -> Self {
        Self { account, id, recheck, risk, stage: DeleteStage::Asking }
    }

    /// Handles a key. False if the user declines.
    pub(super) fn on_action(&mut self, app: &mut Shared, action: Action) -> bool {
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

    pub(super) fn on_event(&mut self, now: Now, event: Event) -> Option<Deletion> {
        match (self.stage, event) {
            (DeleteStage::Checking(_), Event::DeleteSent) => self.stage = DeleteStage::Deleting(now),
            (DeleteStage::Checking(_) | DeleteStage::Deleting(_), Event::DeleteFinished(deletion)) => {
                return Some(deletion);
            }
            _ => {}
        }
        None
    }

    pub(super) fn is_asking(&self) -> bool {
        self.stage == DeleteStage::Asking
    }

    pub(super) fn keys(&self) -> Vec<Binding> {
        match self.stage {
            DeleteStage::Asking => question("delete"),
            DeleteStage::Checking(_) => only_back(),
            DeleteStage::Deleting(_) => busy(),
        }
    }

    /// Draws the question or the progress. `label` names the secret within a sentence; `consequence` is a sentence, or
    /// empty.
    pub(super) fn draw(&self, app: &Shared, label: &str, consequence: &str, canvas: &mut Canvas) {
        match self.stage {
            DeleteStage::Asking => {}
            DeleteStage::Checking(since) => {
                return canvas.running(app.now, since, "Checking whether it is in use");
            }
            DeleteStage::Deleting(since) => {
                return canvas.running(app.now, since, &format!("Deleting {label} in Atlas"));
            }
        }
        let style = canvas.theme.warning;
        match self.risk {
            LoginRisk::None => {}
            LoginRisk::Own => {
                canvas.warning("You are signed in with it: deleting it ends this session.", style);
            }
            LoginRisk::Perhaps => {
                let text = "This session may have signed in with it: deleting it then ends this session.";
                canvas.warning(text, style);
            }
        }
        let question = match consequence {
            "" => format!("Delete {label} in Atlas?"),
            consequence => format!("Delete {label}? {consequence}"),
        };
        canvas.ask(&question, "delete");
    }
}
