//! Choosing an older secret to delete: asked for, never by Enter, and twice where it may end this session.
//!
//! It is a screen of its own when both slots are in use, and a prompt on the screen of a new secret.

use std::time::Duration;

use crossterm::event::KeyCode;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{AccountRef, ExistingSecret, LoginRisk, Now, ReadProblem, SecretId, ServiceAccount};
use crate::jobs::{Deletion, Recheck};
use crate::tui::Remote;
use crate::tui::app::{Component, Shared, Transition};
use crate::tui::canvas::{Canvas, SPINNER_STEP};
use crate::tui::event::{Command, Event, Reader};
use crate::tui::keys::{
    Action, BUSY, Binding, CHOICE_ABOVE, CHOICE_BELOW, CTRL_C, ESC, HELP, NONE, ONLY_BACK, REPAINT, SUSPEND,
    YES_NO,
};

use super::{Notice, secret_facts};

/// A list of secrets, one of which is to be deleted.
#[derive(Clone, Debug)]
pub struct SecretList {
    account: AccountRef,
    secrets: Vec<ExistingSecret>,
    /// Which one is chosen, from 0.
    selected: usize,
    stage: Stage,
    /// True before creating: then the session still needs the secret that it signed in with.
    protects_login: bool,
    keeps: Keeps,
}

/// What is not to be deleted here.
#[derive(Clone, Debug)]
pub(super) enum Keeps {
    Nothing,
    /// The new secret.
    This(SecretId),
    /// Whatever was not there before: the new secret's id could not be read.
    AllBut(Vec<SecretId>),
}

impl Keeps {
    pub(super) fn allows(&self, id: &SecretId) -> bool {
        match self {
            Self::Nothing => true,
            Self::This(new) => new != id,
            Self::AllBut(before) => before.contains(id),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    Fetching,
    Failed(ReadProblem),
    Choosing(Option<Report>),
    /// `y` deletes it; `is_second` when it was asked once already.
    Asking {
        risk: LoginRisk,
        is_second: bool,
    },
    Deleting(Now),
}

/// What came of the last try.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Report {
    Deleted(ExistingSecret),
    NotDeleted(ReadProblem),
    /// This session signed in with it and still needs it.
    SignedInWith,
}

const CHOOSING: &[Binding] = &[
    Binding::new(&[(KeyCode::Char('d'), NONE)], "d", "delete", Action::Delete),
    CHOICE_BELOW,
    CHOICE_ABOVE,
    Binding::new(&[ESC, (KeyCode::Char('q'), NONE), CTRL_C], "Esc", "back", Action::No),
    HELP,
    SUSPEND,
    REPAINT,
];

/// What a key or an event did to the list.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ListResult {
    Open,
    Closed,
    DeletedOne,
}

impl SecretList {
    pub(super) fn open(app: &mut Shared, account: AccountRef, protects_login: bool, keeps: Keeps) -> Self {
        app.send(Command::FetchAccount(Reader::SecretList, account.clone()));
        Self { account, secrets: Vec::new(), selected: 0, stage: Stage::Fetching, protects_login, keeps }
    }

    pub(super) fn chosen(&self) -> Option<&ExistingSecret> {
        self.secrets.get(self.selected)
    }

    fn step(&mut self, by: usize) {
        self.selected = (self.selected + by) % self.secrets.len().max(1);
    }

    pub(super) fn on_action(&mut self, app: &mut Shared, action: Action) -> ListResult {
        match (&self.stage, action) {
            (Stage::Deleting(_), _) => {}
            (Stage::Asking { .. }, Action::Yes) => self.consent(app),
            (Stage::Asking { .. }, Action::No | Action::Leave) => self.stage = Stage::Choosing(None),
            (Stage::Choosing(_), Action::NextChoice) => self.step(1),
            (Stage::Choosing(_), Action::PreviousChoice) => self.step(self.secrets.len().saturating_sub(1)),
            (Stage::Choosing(_), Action::Delete) => self.ask(app),
            (_, Action::No | Action::Leave) => return ListResult::Closed,
            _ => {}
        }
        ListResult::Open
    }

    /// Asks, or says why not.
    fn ask(&mut self, app: &Shared) {
        let Some(secret) = self.chosen() else { return };
        self.stage = match app.login_risk(&self.account.client, secret) {
            LoginRisk::Own if self.protects_login => Stage::Choosing(Some(Report::SignedInWith)),
            risk => Stage::Asking { risk, is_second: false },
        };
    }

    fn consent(&mut self, app: &mut Shared) {
        let Stage::Asking { risk, is_second } = self.stage else { return };
        if risk != LoginRisk::None && !is_second {
            self.stage = Stage::Asking { risk, is_second: true };
            return;
        }
        let Some(id) = self.chosen().map(|secret| secret.id.clone()) else { return };
        self.stage = Stage::Deleting(app.now);
        app.send(Command::Delete(self.account.clone(), id, Recheck::No));
    }

    pub(super) fn on_event(&mut self, event: Event) -> ListResult {
        match (event, &self.stage) {
            (Event::AccountFetched(Reader::SecretList, of, result), Stage::Fetching)
                if of == self.account =>
            {
                self.fetched(result);
            }
            (Event::DeleteFinished(deletion), Stage::Deleting(_)) => return self.deleted(deletion),
            _ => {}
        }
        ListResult::Open
    }

    fn fetched(&mut self, result: Result<ServiceAccount, ReadProblem>) {
        self.selected = 0;
        self.stage = match result {
            Ok(account) => {
                let allowed = account.secrets.into_iter().filter(|secret| self.keeps.allows(&secret.id));
                self.secrets = allowed.collect();
                Stage::Choosing(None)
            }
            Err(problem) => Stage::Failed(problem),
        };
    }

    fn deleted(&mut self, deletion: Deletion) -> ListResult {
        let (report, result) = match deletion {
            Deletion::Failed(problem) => (Some(Report::NotDeleted(problem)), ListResult::Open),
            Deletion::Deleted if self.selected < self.secrets.len() => {
                (Some(Report::Deleted(self.secrets.remove(self.selected))), ListResult::DeletedOne)
            }
            Deletion::Deleted | Deletion::Used(_) | Deletion::Cancelled => (None, ListResult::Open),
        };
        self.selected = 0;
        self.stage = Stage::Choosing(report);
        result
    }

    pub(super) fn keys(&self) -> &'static [Binding] {
        match self.stage {
            Stage::Fetching | Stage::Failed(_) => ONLY_BACK,
            Stage::Choosing(_) => CHOOSING,
            Stage::Asking { .. } => YES_NO,
            Stage::Deleting(_) => BUSY,
        }
    }

    pub(super) fn works(&self, action: Action) -> bool {
        match action {
            Action::Delete => self.chosen().is_some(),
            Action::NextChoice => self.secrets.len() > 1,
            _ => true,
        }
    }

    pub(super) fn wake_in(&self) -> Option<Duration> {
        matches!(self.stage, Stage::Deleting(_)).then_some(SPINNER_STEP)
    }

    /// Draws the list below a warning, or below its title.
    pub(super) fn draw(&self, app: &Shared, warning: Option<&str>, canvas: &mut Canvas) {
        let theme = canvas.theme;
        match &self.stage {
            Stage::Fetching => {
                return canvas.line(Line::styled("Looking at the account's secrets", theme.faint));
            }
            Stage::Failed(problem) => {
                let words = format!("Could not look. {}", problem.explain().title);
                return canvas.words(0, &words, theme.bad);
            }
            _ => {}
        }
        match warning {
            Some(warning) => canvas.warning(warning, theme.warning),
            None => canvas.line(Line::styled("Older secrets of this account", theme.strong)),
        }
        if self.secrets.is_empty() {
            canvas.words(2, "There is none.", theme.faint);
        }
        for (index, secret) in self.secrets.iter().enumerate() {
            let is_selected = index == self.selected;
            let symbol = if is_selected { theme.glyphs.pointer } else { " " };
            let is_own = app.login_risk(&self.account.client, secret) == LoginRisk::Own;
            let own = if is_own { "  (you are signed in with it)" } else { "" };
            let words = format!("{}{own}", secret_facts(app, secret));
            let style = if is_selected { theme.strong } else { Style::new() };
            canvas.item(Span::styled(format!("{symbol} "), theme.strong), &words, style);
        }
        self.draw_stage(app, canvas);
    }

    fn draw_stage(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        match &self.stage {
            Stage::Fetching | Stage::Failed(_) | Stage::Choosing(None) => {}
            Stage::Choosing(Some(Report::Deleted(secret))) => {
                canvas.marked(theme.glyphs.check, &format!("{} is deleted.", secret.label()), theme.good);
            }
            Stage::Choosing(Some(Report::NotDeleted(problem))) => {
                let words = problem.after_deleting("Not deleted.");
                canvas.marked(theme.glyphs.cross, &words, theme.bad);
            }
            Stage::Choosing(Some(Report::SignedInWith)) => {
                let words =
                    "You are signed in with this one and need it to create: create first, delete it after.";
                canvas.words(0, words, theme.warning);
            }
            Stage::Asking { risk, is_second } => {
                let label = self.chosen().map_or_else(String::new, |secret| secret.label().to_string());
                if let Some(words) = risk_words(*risk) {
                    canvas.words(0, words, theme.warning);
                }
                let question = if *is_second { "Really delete" } else { "Delete" };
                canvas.ask(&format!("{question} {label} in Atlas? Whoever uses it stops working."));
            }
            Stage::Deleting(since) => canvas.running(app.now, *since, "Deleting the secret in Atlas"),
        }
    }
}

fn risk_words(risk: LoginRisk) -> Option<&'static str> {
    match risk {
        LoginRisk::None => None,
        LoginRisk::Own => Some("You are signed in with this one: this session ends with it."),
        LoginRisk::Perhaps => Some("You may be signed in with this one: then this session ends with it."),
    }
}

/// The list as a screen of its own: both slots are in use.
#[derive(Clone, Debug)]
pub struct SecretListScreen {
    list: SecretList,
}

impl SecretListScreen {
    pub(in crate::tui) fn open(app: &mut Shared, account: AccountRef) -> Self {
        Self { list: SecretList::open(app, account, true, Keeps::Nothing) }
    }

    /// Back to the form, which fetches the account again.
    fn close(app: &mut Shared) -> Transition {
        app.lookups.account = Remote::NotAsked;
        Transition::form()
    }
}

impl Component for SecretListScreen {
    fn on_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        match self.list.on_action(app, action) {
            ListResult::Closed => Self::close(app),
            ListResult::Open | ListResult::DeletedOne => Transition::Stay,
        }
    }

    fn on_event(&mut self, app: &mut Shared, event: Event) -> Transition {
        match self.list.on_event(event) {
            ListResult::DeletedOne => {
                app.form.notice = Some(Notice::Word("Deleted. There is a place for a new secret now."));
                Self::close(app)
            }
            ListResult::Open | ListResult::Closed => Transition::Stay,
        }
    }

    fn keys(&self, _app: &Shared) -> &'static [Binding] {
        self.list.keys()
    }

    fn works(&self, _app: &Shared, action: Action) -> bool {
        self.list.works(action)
    }

    fn wake_in(&self, _app: &Shared) -> Option<Duration> {
        self.list.wake_in()
    }

    fn about(&self) -> &'static [&'static str] {
        &["A service account has two places for secrets; an expired one still holds its own."]
    }

    fn draw(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        let title = "Both places of this account are taken; delete a secret to make room";
        canvas.warning(title, theme.strong);
        canvas.blank();
        canvas.labelled("Client ID", self.list.account.client.as_str());
        canvas.blank();
        self.list.draw(app, None, canvas);
    }
}
