//! Choosing an older secret to delete: asked for, never by Enter, and twice where it may end this session.
//!
//! It is a screen of its own when both slots are in use, and a prompt on the screen of a new secret.

use std::time::Duration;

use jiff::Timestamp;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{
    AccountRef, ApiError, ApiResult, ExistingSecret, LoginRisk, Now, SecretId, ServiceAccount,
};
use crate::jobs::{DeleteError, Deletion, Recheck};
use crate::tui::app::{Component, Shared, Transition};
use crate::tui::canvas::Canvas;
use crate::tui::event::{Command, Event, Reader};
use crate::tui::keys::{
    Action, BACK_BY_LETTER, Binding, CHOICE_ABOVE, CHOICE_BELOW, HELP, ONLY_BACK, REPAINT, SUSPEND,
};
use crate::tui::{Remote, words};

use super::Notice;
use super::delete_prompt::DeletePrompt;

/// Between the columns.
const GAP: usize = 2;

/// The column that goes first.
const CREATED: usize = 2;

/// A list of secrets, one of which is to be deleted.
#[derive(Clone, Debug)]
pub struct SecretList {
    account: AccountRef,
    secrets: Vec<ExistingSecret>,
    /// Which one is chosen, from 0.
    selected: usize,
    stage: Stage,
    /// What is not listed on the screen of a new secret. `None` before creating: then the session still needs the
    /// secret that it signed in with.
    keeps: Option<Keeps>,
}

/// What is not to be deleted as an older secret.
#[derive(Clone, Debug)]
pub enum Keeps {
    /// The new secret.
    This(SecretId),
    /// Whatever was not there before: the new secret's id could not be read.
    AllBut(Vec<SecretId>),
}

impl Keeps {
    pub(super) fn allows(&self, id: &SecretId) -> bool {
        match self {
            Self::This(new) => new != id,
            Self::AllBut(before) => before.contains(id),
        }
    }
}

#[derive(Clone, Debug)]
enum Stage {
    Fetching,
    Failed(ApiError),
    Choosing(Option<NotDeleted>),
    Deleting(DeletePrompt),
}

/// Why the last try deleted nothing.
#[derive(Clone, Debug)]
enum NotDeleted {
    Error(DeleteError),
    /// This session signed in with it and still needs it.
    SignedInWith,
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

/// What a key or an event did to the list.
pub(super) enum ListResult {
    Open,
    Closed,
    Deleted(ExistingSecret),
}

impl SecretList {
    pub(in crate::tui) fn open(app: &mut Shared, account: AccountRef, keeps: Option<Keeps>) -> Self {
        app.send(Command::FetchAccount(Reader::SecretList, account.clone()));
        Self { account, secrets: Vec::new(), selected: 0, stage: Stage::Fetching, keeps }
    }

    pub(super) fn chosen(&self) -> Option<&ExistingSecret> {
        self.secrets.get(self.selected)
    }

    /// Back to the form, which fetches the account again.
    fn close(app: &mut Shared) -> Transition {
        app.lookups.account = Remote::NotAsked;
        Transition::form()
    }

    fn step(&mut self, by: usize) {
        self.selected = (self.selected + by) % self.secrets.len().max(1);
    }

    pub(super) fn on_list_action(&mut self, app: &mut Shared, action: Action) -> ListResult {
        match (&mut self.stage, action) {
            (Stage::Deleting(prompt), _) => {
                let is_open = prompt.on_action(app, action);
                if !is_open {
                    self.stage = Stage::Choosing(None);
                }
            }
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
        let risk = app.login_risk(&self.account.client, secret);
        self.stage = if risk == LoginRisk::Own && self.keeps.is_none() {
            Stage::Choosing(Some(NotDeleted::SignedInWith))
        } else {
            let (account, id) = (self.account.clone(), secret.id.clone());
            Stage::Deleting(DeletePrompt::new(account, id, Recheck::No, risk))
        };
    }

    pub(super) fn on_list_event(&mut self, now: Now, event: Event) -> ListResult {
        match (event, &mut self.stage) {
            (Event::AccountFetched(Reader::SecretList, of, result), Stage::Fetching)
                if of == self.account =>
            {
                self.fetched(result);
            }
            (event, Stage::Deleting(prompt)) => {
                if let Some(deletion) = prompt.on_event(now, event) {
                    return self.deleted(deletion);
                }
            }
            _ => {}
        }
        ListResult::Open
    }

    fn fetched(&mut self, result: ApiResult<ServiceAccount>) {
        self.selected = 0;
        self.stage = match result {
            Ok(account) => {
                let is_listed = |secret: &ExistingSecret| {
                    self.keeps.as_ref().is_none_or(|keeps| keeps.allows(&secret.id))
                };
                self.secrets = account.secrets.into_iter().filter(is_listed).collect();
                // The one that is missed least: never used, or not for the longest time.
                let least = (0..self.secrets.len()).min_by_key(|index| self.secrets[*index].last_used_at);
                self.selected = least.unwrap_or(0);
                Stage::Choosing(None)
            }
            Err(error) => Stage::Failed(error),
        };
    }

    fn deleted(&mut self, deletion: Deletion) -> ListResult {
        self.stage = Stage::Choosing(match deletion {
            Deletion::Deleted => return self.chosen().cloned().map_or(ListResult::Open, ListResult::Deleted),
            Deletion::Failed(error) => Some(NotDeleted::Error(error)),
            Deletion::Used(_) | Deletion::Cancelled => None,
        });
        ListResult::Open
    }

    pub(super) fn list_keys(&self) -> &'static [Binding] {
        match &self.stage {
            Stage::Fetching | Stage::Failed(_) => ONLY_BACK,
            Stage::Choosing(_) => CHOOSING,
            Stage::Deleting(prompt) => prompt.keys(),
        }
    }

    /// Draws the list below a warning, or below its title.
    pub(super) fn draw_list(&self, app: &Shared, warning: Option<&str>, canvas: &mut Canvas) {
        let theme = canvas.theme;
        match &self.stage {
            Stage::Fetching => {
                return canvas.line(Line::styled("Loading the account's secrets", theme.faint));
            }
            Stage::Failed(error) => {
                let explanation = error.explain();
                let words = format!("Could not load the account's secrets. {}", explanation.title);
                canvas.marked(theme.glyphs.cross, &words, theme.bad);
                return canvas.words(2, &explanation.action, theme.strong);
            }
            _ => {}
        }
        if let Some(warning) = warning {
            canvas.warning(warning, theme.warning);
        } else {
            // Only after creating, one of them is kept: the new one.
            let which = if self.keeps.is_some() { "Older secrets" } else { "Secrets" };
            canvas.line(Line::styled(format!("{which} of this account"), theme.strong));
        }
        if self.secrets.is_empty() {
            let none =
                if self.keeps.is_some() { "No older secrets." } else { "This account has no secrets." };
            canvas.words(2, none, theme.faint);
        }
        self.draw_table(app, canvas);
        self.draw_stage(app, canvas);
    }

    /// The columns of the form's table; the first to go where it is narrow is `created`.
    fn draw_table(&self, app: &Shared, canvas: &mut Canvas) {
        let (theme, now, zone) = (canvas.theme, app.atlas_now(), app.zone.as_ref());
        let date = |at: Timestamp| words::short_date(at, zone);
        let row = |secret: &ExistingSecret| {
            let used = secret.last_used_at.map_or_else(|| "never".to_owned(), |at| words::ago(at, now));
            let is_login = app.login_risk(&self.account.client, secret) == LoginRisk::Own;
            let status = words::status(secret, now, is_login);
            let created = secret.created_at.map_or_else(String::new, date);
            let expires = secret.expires_at.map_or_else(|| "unknown".to_owned(), date);
            [words::short_label(secret, theme.glyphs.ellipsis), status.to_owned(), created, used, expires]
        };
        let rows: Vec<[String; 5]> = self.secrets.iter().map(row).collect();
        let titles = ["", "", "created", "last used", "expires"];
        let mut widths = titles.map(str::len);
        for row in &rows {
            widths = std::array::from_fn(|column| widths[column].max(Span::raw(&row[column]).width()));
        }
        let has_created = widths.iter().sum::<usize>() + GAP * widths.len() <= usize::from(canvas.width());
        let line = |cells: [&str; 5]| {
            let shown = (0..cells.len()).filter(|column| has_created || *column != CREATED);
            let padded = shown.map(|column| format!("{:<width$}", cells[column], width = widths[column]));
            padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        if !rows.is_empty() {
            canvas.line(Line::styled(format!("  {}", line(titles)), theme.faint));
        }
        for (index, row) in rows.iter().enumerate() {
            let is_selected = index == self.selected;
            let style = if is_selected { theme.strong } else { Style::new() };
            canvas.choice(is_selected, [Span::styled(line(row.each_ref().map(String::as_str)), style)]);
        }
    }

    fn draw_stage(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        match &self.stage {
            Stage::Fetching | Stage::Failed(_) | Stage::Choosing(None) => {}
            Stage::Choosing(Some(NotDeleted::Error(error))) => {
                canvas.marked(theme.glyphs.cross, &error.sentence(), theme.bad);
            }
            Stage::Choosing(Some(NotDeleted::SignedInWith)) => {
                let words = "You are signed in with this secret and need it to create a new one. Create first, then \
                             delete it.";
                canvas.warning(words, theme.warning);
            }
            Stage::Deleting(prompt) => {
                let Some(secret) = self.chosen() else { return };
                let consequence = if secret.is_expired(app.atlas_now()) {
                    "It has expired: no client can use it."
                } else {
                    "Clients that use it will fail to authenticate."
                };
                let label = words::short_label(secret, theme.glyphs.ellipsis);
                prompt.draw(app, &label, consequence, canvas);
            }
        }
    }
}

/// The list as a screen of its own: both slots are in use.
impl Component for SecretList {
    fn on_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        match self.on_list_action(app, action) {
            ListResult::Closed => Self::close(app),
            _ => Transition::Stay,
        }
    }

    fn on_event(&mut self, app: &mut Shared, event: Event) -> Transition {
        match self.on_list_event(app.now, event) {
            ListResult::Deleted(secret) => {
                app.form.notice = Some(Notice::Deleted(secret));
                Self::close(app)
            }
            _ => Transition::Stay,
        }
    }

    fn keys(&self, _app: &Shared) -> &'static [Binding] {
        self.list_keys()
    }

    fn works(&self, _app: &Shared, action: Action) -> bool {
        match action {
            Action::Delete => self.chosen().is_some(),
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
        canvas.warning("This account has 2 secrets, the maximum. Delete one first.", theme.strong);
        canvas.blank();
        canvas.labelled("Client ID", self.account.client.as_str());
        canvas.blank();
        self.draw_list(app, None, canvas);
    }
}
