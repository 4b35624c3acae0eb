//! Whether a secret was created is not known: what is known, what the search has found, and what to do.

use std::time::Duration;

use crossterm::event::KeyCode;
use ratatui::style::Style;

use crate::domain::{AccountRef, ApiError, Certainty, Disposition, ExistingSecret, Now, PendingRecord};
use crate::jobs::{Before, DeleteError, Deletion, PAUSES, Recheck, Recovered};
use crate::tui::app::{Component, Shared, Transition};
use crate::tui::canvas::{Canvas, spinner_wake};
use crate::tui::event::{Command, Event};
use crate::tui::keys::{
    Action, BACK_BUT_CTRL_C, BUSY, Binding, CONFIRM_DELETE, HELP, LEAVE_FROM_PANEL, NONE, QUIT_BY_LETTER,
    REPAINT, SUSPEND, yes,
};
use crate::tui::words;

use super::Notice;

/// Said wherever one is deleted: what creating did to the others stays.
const STAYS: &str = "Deleting it does not restore the expiry of the account's other secrets.";

/// A new secret was found by comparing.
pub(crate) const PROBABLY_YOURS: &str = "It is probably yours: it appeared after your request.";

/// More than one was found.
pub(crate) const SEVERAL_APPEARED: &str =
    "Several new secrets have appeared; it is not known which of them is yours.";

/// Between the question and the deletion.
pub(super) const CHECKING_USE: &str = "Checking whether it is in use";

/// A secret that is in use is kept.
pub(super) const IN_USE: &str = "It has been used since, so a client has its value. It was not deleted.";

/// How a failed deletion begins.
pub(super) const NOT_DELETED: &str = "It was not deleted.";

/// The search has found nothing so far.
pub(crate) fn none_appeared(after: Duration) -> String {
    format!("No new secret has appeared in {} s. One may still appear.", after.as_secs())
}

/// The search has failed.
pub(crate) fn check_failed(problem: &ApiError) -> String {
    format!("Could not check the account's secrets. {}", problem.explain().title)
}

/// A POST whose outcome its answer did not tell.
#[derive(Clone, Debug)]
pub struct Recovery {
    account: AccountRef,
    sent_at: Now,
    /// Why the answer is lost; `None` while it may still come, and for an earlier run.
    lost: Option<ApiError>,
    before: Before,
    search: Search,
    /// The record of an earlier run that this is about.
    record: Option<PendingRecord>,
    asks_to_leave: bool,
    /// A remark about the last key.
    pub(in crate::tui) word: Option<&'static str>,
}

/// How far the search is, and what is done about a secret that it found.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Search {
    Fetching {
        since: Now,
    },
    Pausing {
        until: Now,
    },
    NoneAppeared {
        after: Duration,
    },
    Found(ExistingSecret),
    Several(Vec<ExistingSecret>),
    Failed(ApiError),
    AskingToDelete(ExistingSecret),
    /// The account is fetched once more before anything is deleted.
    Rechecking {
        secret: ExistingSecret,
        since: Now,
    },
    Deleting {
        secret: ExistingSecret,
        since: Now,
    },
    Deleted(ExistingSecret),
    Used(ExistingSecret),
    NotDeleted {
        secret: ExistingSecret,
        problem: DeleteError,
    },
}

impl Search {
    /// True when nothing more comes by itself.
    fn is_over(&self) -> bool {
        !matches!(
            self,
            Self::Fetching { .. } | Self::Pausing { .. } | Self::Rechecking { .. } | Self::Deleting { .. }
        )
    }

    /// The one secret that is this one, as far as can be told.
    fn found(&self) -> Option<&ExistingSecret> {
        match self {
            Self::Found(secret)
            | Self::AskingToDelete(secret)
            | Self::Used(secret)
            | Self::Rechecking { secret, .. }
            | Self::Deleting { secret, .. }
            | Self::NotDeleted { secret, .. } => Some(secret),
            _ => None,
        }
    }
}

const BACK_TO_FORM: Binding =
    Binding::new(&[(KeyCode::Char('b'), NONE)], "b", "back to the form", Action::BackToForm);
const SEARCH_AGAIN: Binding =
    Binding::new(&[(KeyCode::Char('l'), NONE)], "l", "check again", Action::LookAgain);
/// Quit although the response may still come?
const QUIT_WITHOUT_ANSWER: &[Binding] = &[yes("quit"), BACK_BUT_CTRL_C, LEAVE_FROM_PANEL, HELP];
/// Delete the secret that was found.
pub(super) const DELETE_IT: Binding =
    Binding::new(&[(KeyCode::Char('d'), NONE)], "d", "delete it", Action::Delete);
/// Leave it in Atlas.
pub(super) const KEEP_IT: Binding = Binding::new(&[(KeyCode::Char('k'), NONE)], "k", "keep it", Action::Keep);

/// The outcome is not known.
const UNKNOWN: &[Binding] = &[SEARCH_AGAIN, BACK_TO_FORM, QUIT_BY_LETTER, HELP, SUSPEND, REPAINT];

/// One secret is new, and its value is lost.
const FOUND: &[Binding] =
    &[DELETE_IT, KEEP_IT, SEARCH_AGAIN, BACK_TO_FORM, QUIT_BY_LETTER, HELP, SUSPEND, REPAINT];

/// The new one is in use.
const USED: &[Binding] = &[KEEP_IT, BACK_TO_FORM, QUIT_BY_LETTER, HELP, SUSPEND, REPAINT];

impl Recovery {
    /// Starts to search at once.
    pub(in crate::tui) fn new(
        app: &mut Shared,
        account: AccountRef,
        sent_at: Now,
        before: Before,
        lost: Option<ApiError>,
    ) -> Self {
        let recovery = Self {
            account,
            sent_at,
            lost,
            before,
            search: Search::Fetching { since: app.now },
            record: None,
            asks_to_leave: false,
            word: None,
        };
        recovery.send_search(app, &PAUSES);
        recovery
    }

    /// A search for what an earlier run recorded. So long afterwards one fetch says all there is to say.
    pub(super) fn of_record(app: &mut Shared, record: PendingRecord, before: Before) -> Self {
        let entry = &record.entry;
        let account = AccountRef { project: entry.project.clone(), client: entry.client.clone() };
        let sent_at = Now { wall: entry.begun_at, uptime: app.now.uptime };
        let recovery = Self {
            account,
            sent_at,
            lost: None,
            before,
            search: Search::Fetching { since: app.now },
            record: Some(record),
            asks_to_leave: false,
            word: None,
        };
        recovery.send_search(app, &[]);
        recovery
    }

    /// The POST's answer turned out to be lost for good: searches again.
    pub(in crate::tui) fn restart(&mut self, app: &mut Shared, lost: ApiError) {
        self.lost = Some(lost);
        self.asks_to_leave = false;
        self.search_again(app);
    }

    fn search_again(&mut self, app: &mut Shared) {
        self.search = Search::Fetching { since: app.now };
        self.send_search(app, &PAUSES);
    }

    fn send_search(&self, app: &mut Shared, pauses: &'static [Duration]) {
        app.send(Command::Recover(self.account.clone(), self.before.clone(), pauses));
    }

    fn on_recovered(&mut self, app: &mut Shared, recovered: Recovered) {
        self.search = match recovered {
            Recovered::NoneAppeared => Search::NoneAppeared { after: app.now.since(self.sent_at) },
            Recovered::Found(secret) => Search::Found(secret),
            Recovered::Several(secrets) => Search::Several(secrets),
            Recovered::Failed(problem) => Search::Failed(problem),
        };
        // While the POST still runs, what it made may yet come with its value: nothing is recorded as lost.
        let is_running = app.in_flight.is_some() || self.record.is_some();
        let Some(secret) = self.search.found().filter(|_| !is_running) else { return };
        // The exit line names at least which one it is.
        let id = Some(secret.id.clone());
        app.replace_summary(&self.account.client, id.clone(), secret.expires_at, Disposition::PerhapsCreated);
        app.send(Command::RecordSecret(id, None));
    }

    fn on_deleted(&mut self, app: &mut Shared, deletion: Deletion) {
        let Some(secret) = self.search.found().cloned() else { return };
        self.search = match deletion {
            Deletion::Deleted => Search::Deleted(secret.clone()),
            Deletion::Used(secret) => Search::Used(secret),
            Deletion::Failed(problem) => Search::NotDeleted { secret: secret.clone(), problem },
            Deletion::Cancelled => Search::Found(secret.clone()),
        };
        if matches!(self.search, Search::Deleted(_)) {
            self.resolve(app, Some(&secret), Disposition::Deleted);
        }
    }

    /// The outcome is known for good now: the exit line is replaced, and the record removed.
    fn resolve(&self, app: &mut Shared, secret: Option<&ExistingSecret>, fate: Disposition) {
        if let Some(record) = &self.record {
            return app.send(Command::SettlePrevious(record.number));
        }
        let id = secret.map(|secret| secret.id.clone());
        app.replace_summary(&self.account.client, id, secret.and_then(|secret| secret.expires_at), fate);
        app.send(Command::SettleRecord);
    }
}

impl Component for Recovery {
    fn on_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        match (&self.search, action) {
            (Search::AskingToDelete(secret), Action::Yes) => {
                app.send(Command::Delete(self.account.clone(), secret.id.clone(), Recheck::Yes));
                self.search = Search::Rechecking { secret: secret.clone(), since: app.now };
            }
            (Search::AskingToDelete(secret), Action::No | Action::Leave) => {
                self.search = Search::Found(secret.clone());
            }
            (_, Action::Yes) if self.asks_to_leave => return Transition::Quit(app.exit()),
            (_, Action::No) => self.asks_to_leave = false,
            (Search::Found(secret) | Search::NotDeleted { secret, .. }, Action::Delete) => {
                self.search = Search::AskingToDelete(secret.clone());
            }
            (Search::Found(_) | Search::NotDeleted { .. } | Search::Used(_), Action::Keep) => {
                self.resolve(app, self.search.found(), Disposition::Kept);
                app.form.notice = Some(Notice::Word("Kept in Atlas. Its value is still lost."));
                return Transition::form();
            }
            (_, Action::LookAgain) if self.works(app, action) => self.search_again(app),
            (_, Action::Leave) if app.in_flight.is_some() && !self.asks_to_leave => {
                self.asks_to_leave = true;
            }
            (_, Action::Leave) => return Transition::Quit(app.exit()),
            (_, Action::BackToForm) => return Transition::form(),
            _ => {}
        }
        Transition::Stay
    }

    fn on_event(&mut self, app: &mut Shared, event: Event) -> Transition {
        match event {
            Event::RecoverStep(pause)
                if matches!(self.search, Search::Fetching { .. } | Search::Pausing { .. }) =>
            {
                self.search = match pause {
                    None => Search::Fetching { since: app.now },
                    Some(pause) => Search::Pausing { until: app.now.plus(pause) },
                };
            }
            Event::RecoverFinished(recovered)
                if matches!(self.search, Search::Fetching { .. } | Search::Pausing { .. }) =>
            {
                self.on_recovered(app, recovered);
            }
            Event::DeleteSent => {
                if let Search::Rechecking { secret, .. } = &self.search {
                    self.search = Search::Deleting { secret: secret.clone(), since: app.now };
                }
            }
            Event::DeleteFinished(deletion) => self.on_deleted(app, deletion),
            _ => {}
        }
        Transition::Stay
    }

    fn before_key(&mut self, _app: &mut Shared) {
        self.word = None;
    }

    fn keys(&self, app: &Shared) -> &'static [Binding] {
        match &self.search {
            _ if self.asks_to_leave => QUIT_WITHOUT_ANSWER,
            Search::AskingToDelete(_) => CONFIRM_DELETE,
            Search::Rechecking { .. } | Search::Deleting { .. } => BUSY,
            // While the POST still runs, what it made is left alone: its value may yet come.
            Search::Found(_) | Search::NotDeleted { .. } if app.in_flight.is_none() => FOUND,
            Search::Used(_) => USED,
            _ => UNKNOWN,
        }
    }

    fn works(&self, _app: &Shared, action: Action) -> bool {
        let can_search = self.search.is_over() && !matches!(self.search, Search::Deleted(_));
        action != Action::LookAgain || can_search
    }

    fn wake_in(&self, app: &Shared) -> Option<Duration> {
        let of_search = match &self.search {
            Search::Pausing { until } => Some(words::until_next_second(until.since(app.now))),
            Search::Fetching { since }
            | Search::Rechecking { since, .. }
            | Search::Deleting { since, .. } => Some(spinner_wake(app.now, *since)),
            _ => None,
        };
        let of_post = app.in_flight.is_some().then_some(Duration::from_secs(1));
        [of_search, of_post].into_iter().flatten().min()
    }

    fn about(&self) -> &'static [&'static str] {
        &["If the response with the secret still arrives, the secret is shown at once."]
    }

    fn draw(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        canvas.warning(self.title(app), theme.strong);
        canvas.words(2, &self.what_happened(), Style::new());
        if let Some(in_flight) = &app.in_flight {
            // It moves once a second, too slow for a spinner to turn.
            let seconds = words::seconds(app.now.since(in_flight.since));
            let waiting = format!("Still waiting for the response  {seconds}");
            canvas.marked(theme.glyphs.dot, &waiting, theme.faint);
        }
        canvas.blank_unless_low();
        canvas.labelled("Project ID", self.account.project.as_str());
        canvas.labelled("Client ID", self.account.client.as_str());
        canvas.labelled("Sent", &words::date_time(self.sent_at.wall, app.zone.as_ref()));
        canvas.blank_unless_low();
        if self.asks_to_leave {
            return canvas.ask("The response may still arrive and would be lost. Quit?", "quit");
        }
        self.draw_search(app, canvas);
        if let Some(word) = self.word {
            canvas.words(0, word, theme.warning);
        }
    }
}

impl Recovery {
    fn title(&self, app: &Shared) -> &'static str {
        if matches!(self.search, Search::Used(_)) {
            return "A secret was created, and it is in use";
        }
        let is_created = self.lost.as_ref().is_some_and(|error| error.certainty() == Certainty::Done);
        if is_created || self.search.found().is_some() {
            return match app.in_flight {
                Some(_) => "A secret was created, and its value may still arrive",
                None => "A secret was created, but its value is lost",
            };
        }
        match self.search {
            Search::Deleted(_) => "The secret whose value was lost is deleted",
            _ => "A secret may have been created",
        }
    }

    fn what_happened(&self) -> String {
        match &self.lost {
            Some(error) => error.after_creating(),
            None if self.record.is_some() => {
                "A previous run stopped before the secret was delivered.".to_owned()
            }
            None => "You stopped waiting. The request is still running.".to_owned(),
        }
    }

    fn draw_search(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        match &self.search {
            Search::Fetching { since } => {
                canvas.running(app.now, *since, "Reading the account's secrets");
            }
            Search::Pausing { until } => {
                let left = words::seconds_left(until.since(app.now));
                canvas.words(0, &format!("No new secret yet. Checking again in {left}."), Style::new());
            }
            Search::NoneAppeared { .. } if self.record.is_some() => {
                canvas.words(0, "No new secret has appeared since then.", Style::new());
            }
            Search::NoneAppeared { after } => {
                canvas.words(0, &none_appeared(*after), Style::new());
            }
            Search::Failed(problem) => {
                canvas.words(0, &check_failed(problem), theme.bad);
                let words = "Check this service account in Atlas: the lost secret is the one that was created \
                             at that time and is not in use.";
                canvas.words(0, words, Style::new());
            }
            Search::Several(secrets) => {
                canvas.words(0, SEVERAL_APPEARED, Style::new());
                for secret in secrets {
                    draw_secret(app, secret, 2, canvas);
                }
            }
            Search::Found(secret) => draw_found(app, secret, canvas),
            Search::AskingToDelete(secret) => {
                draw_secret(app, secret, 0, canvas);
                canvas.words(0, STAYS, theme.faint);
                let label = words::short_label(secret, &theme.glyphs);
                canvas.ask(&format!("Delete {label} in Atlas?"), "delete");
            }
            Search::Rechecking { secret, since } => {
                draw_secret(app, secret, 0, canvas);
                canvas.running(app.now, *since, CHECKING_USE);
            }
            Search::Deleting { secret, since } => {
                let label = words::short_label(secret, &theme.glyphs);
                canvas.running(app.now, *since, &format!("Deleting {label} in Atlas"));
            }
            Search::Deleted(secret) => {
                let label = words::short_label(secret, &theme.glyphs);
                let deleted = format!("Deleted {label}. You can create a secret now.");
                canvas.marked(theme.glyphs.check, &deleted, theme.good);
                let rest = "The account's other secrets keep their earlier expiry.";
                canvas.words(2, rest, theme.faint);
            }
            Search::Used(secret) => {
                draw_secret(app, secret, 0, canvas);
                canvas.words(0, IN_USE, theme.strong);
            }
            Search::NotDeleted { secret, problem } => {
                draw_secret(app, secret, 0, canvas);
                let title = problem.sentence(NOT_DELETED);
                canvas.words(0, &title, theme.bad);
            }
        }
    }
}

fn draw_found(app: &Shared, secret: &ExistingSecret, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let label = words::short_label(secret, &theme.glyphs);
    let at = secret.created_at.map(|at| words::time(at, app.zone.as_ref()));
    let at = at.map_or_else(String::new, |at| format!(": created at {at} by Atlas's clock"));
    canvas.words(0, &format!("{label} is new{at}."), theme.strong);
    canvas.words(0, &format!("Secret ID {}", secret.id), Style::new());
    canvas.words(0, PROBABLY_YOURS, Style::new());
    canvas.words(0, STAYS, theme.faint);
}

/// The id has a line of its own, so that it can be selected whole.
fn draw_secret(app: &Shared, secret: &ExistingSecret, indent: u16, canvas: &mut Canvas) {
    let label = words::short_label(secret, &canvas.theme.glyphs);
    let zone = app.zone.as_ref();
    let created = secret.created_at.map(|at| format!(", created {}", words::date_time(at, zone)));
    let used = match secret.last_used_at {
        Some(at) => format!("last used {}", words::ago(at, app.atlas_now())),
        None => "never used".to_owned(),
    };
    canvas.words(indent, &format!("{label}{}, {used}", created.unwrap_or_default()), Style::new());
    canvas.words(indent, &format!("Secret ID {}", secret.id), Style::new());
}
