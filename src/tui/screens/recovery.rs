//! A secret that exists, or may exist, and that no one has: the answer to its POST was lost, or a previous run stopped
//! before it was delivered. Says what is known, what the search has found, and what to do.

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;
use ratatui::style::Style;

use crate::domain::{
    AccountRef, ApiError, Cause, Certainty, Disposition, ExistingSecret, ExitSummary, LoginRisk, Now,
    PendingRecord, SecretId,
};
use crate::jobs::{Before, Deletion, PAUSES, Recheck, Recovered};
use crate::tui::app::{Component, InFlight, Shared, Transition};
use crate::tui::canvas::{Canvas, spinner_wake};
use crate::tui::event::{Command, Event};
use crate::tui::keys::{
    Action, BACK_BUT_CTRL_C, Binding, HELP, LEAVE_FROM_PANEL, QUIT_BY_LETTER, REPAINT, SUSPEND, yes,
};
use crate::tui::{Glyphs, words};

use super::Notice;
use super::delete_prompt::{DeletePrompt, IN_USE};

/// No POST takes longer; what was created later is another request's.
const LONGEST_POST: Duration = Duration::from_secs(60);

/// A new secret was found by comparing.
pub(crate) const PROBABLY_YOURS: &str = "It is probably yours: it appeared after your request.";

/// What was found may be another request's.
pub(crate) fn not_clear(secrets: &[ExistingSecret]) -> &'static str {
    match secrets {
        [_] => "A new secret appeared, but it is in use or was created at another time. It may not be yours.",
        _ => "Several new secrets appeared. The program cannot tell which one is yours.",
    }
}

/// What to do then.
pub(crate) const FIND_YOURS: &str = "Delete only the one that your request created: compare creator and time in the \
                                     project's Activity Feed.";

/// The search has found nothing so far.
pub(crate) fn none_appeared(after: Duration) -> String {
    format!("No new secret has appeared in {} s. One may still appear.", after.as_secs())
}

/// Why the answer to the POST is lost, as a sentence or two.
pub(crate) fn why_lost(error: &ApiError, is_created: bool) -> String {
    match &error.cause {
        // What the answer does not say is known by now.
        Cause::Unexpected { .. } if is_created => error.explain().title.into_owned(),
        _ => error.after_creating(),
    }
}

/// The search has failed.
pub(crate) fn check_failed(error: &ApiError) -> String {
    format!("Could not check the account's secrets. {}", error.explain().title)
}

/// A secret that no one has, as far as is known.
#[derive(Clone, Debug)]
pub struct Recovery {
    origin: Origin,
    account: AccountRef,
    sent_at: Now,
    before: Before,
    search: Search,
    /// What was found, or recorded, while the user deletes it.
    deletion: Option<DeletePrompt>,
    /// How the last deletion ended.
    deleted: Option<Deletion>,
    asks_to_leave: bool,
}

/// Why no one has the secret.
#[derive(Clone, Debug)]
enum Origin {
    /// The user stopped waiting for the POST.
    StoppedWaiting,
    LostAnswer(ApiError),
    PreviousRun(PendingRecord),
}

/// How far the search for a new secret is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Search {
    NotStarted,
    Fetching { since: Now },
    Pausing { until: Now },
    Done { recovered: Recovered, at: Now },
}

/// The keys of this screen, most important first; those that would do nothing are left out.
const fn keys(check: &'static str, back: Binding, quit: Binding) -> [Binding; 8] {
    [
        Binding::new("d", "delete it", Action::Delete),
        Binding::new("k", "keep it", Action::Keep),
        Binding::new("l", check, Action::LookAgain),
        back,
        quit,
        HELP,
        SUSPEND,
        REPAINT,
    ]
}

const AFTER_POST: &[Binding] =
    &keys("check again", Binding::new("b", "back to the form", Action::BackToForm), QUIT_BY_LETTER);
const PREVIOUS_RUN: &[Binding] = &keys(
    "check",
    Binding::new("Esc", "later", Action::BackToForm),
    Binding::new("q, Ctrl-C", "quit", Action::Leave),
);
const QUIT_ANYWAY: &[Binding] = &[yes("quit"), BACK_BUT_CTRL_C, LEAVE_FROM_PANEL, HELP];

impl Recovery {
    fn of(origin: Origin, account: AccountRef, sent_at: Now, before: Before) -> Self {
        let (search, deletion, deleted) = (Search::NotStarted, None, None);
        Self { origin, account, sent_at, before, search, deletion, deleted, asks_to_leave: false }
    }

    /// Starts to search at once. `lost` is why the POST has no answer; `None` while it may still come.
    pub(in crate::tui) fn new(app: &mut Shared, in_flight: &InFlight, lost: Option<ApiError>) -> Self {
        let origin = lost.map_or(Origin::StoppedWaiting, Origin::LostAnswer);
        let account = in_flight.new_secret.account();
        let mut recovery = Self::of(origin, account, in_flight.since, in_flight.before.clone());
        recovery.search(app);
        recovery
    }

    /// What a previous run recorded; it is searched for when the user says so.
    pub(in crate::tui) fn of_record(app: &Shared, record: PendingRecord) -> Self {
        let entry = &record.entry;
        let account = AccountRef { project: entry.project.clone(), client: entry.client.clone() };
        let sent_at = Now { wall: entry.begun_at, ..app.now };
        let latest = entry.begun_at.checked_add(LONGEST_POST).ok();
        let before = Before { ids: entry.ids_before.clone(), at: entry.begun_at, latest };
        Self::of(Origin::PreviousRun(record), account, sent_at, before)
    }

    /// The POST's answer turned out to be lost for good: searches again.
    pub(in crate::tui) fn restart(&mut self, app: &mut Shared, lost: ApiError) {
        self.origin = Origin::LostAnswer(lost);
        self.asks_to_leave = false;
        self.search(app);
    }

    /// So long after a previous run, one fetch says all there is to say.
    fn search(&mut self, app: &mut Shared) {
        let pauses = if self.record().is_some() { &[][..] } else { &PAUSES };
        self.search = Search::Fetching { since: app.now };
        app.send(Command::Recover(self.account.clone(), self.before.clone(), pauses));
    }

    fn record(&self) -> Option<&PendingRecord> {
        match &self.origin {
            Origin::PreviousRun(record) => Some(record),
            _ => None,
        }
    }

    fn found(&self) -> Option<&ExistingSecret> {
        match &self.search {
            Search::Done { recovered: Recovered::Found(secret), .. } => Some(secret),
            _ => None,
        }
    }

    fn is_searching(&self) -> bool {
        matches!(self.search, Search::Fetching { .. } | Search::Pausing { .. })
    }

    /// True when it happened at the host that this run talks to: only then can anything be done about it.
    fn is_here(&self, app: &Shared) -> bool {
        self.record().is_none_or(|record| app.session.base_url() == Some(&record.entry.base_url))
    }

    /// The one secret that this is about. While the POST still runs it is left alone: its value may yet come.
    fn secret_id(&self, app: &Shared) -> Option<&SecretId> {
        let recorded = self.record().and_then(|record| record.entry.secret_id.as_ref());
        let found = self.found().map(|secret| &secret.id);
        found.or(recorded).filter(|_| app.in_flight.is_none() && self.is_here(app))
    }

    /// True while there is a secret, or may be one, that the next start of the program is not asked about at once.
    fn is_open(&self) -> bool {
        self.record().is_none() && self.deleted != Some(Deletion::Deleted)
    }

    /// True when it is certain that there is a secret.
    fn is_created(&self) -> bool {
        let says_so = |error: &ApiError| error.certainty() == Certainty::Done;
        self.found().is_some() || matches!(&self.origin, Origin::LostAnswer(error) if says_so(error))
    }

    fn on_recovered(&mut self, app: &mut Shared, recovered: Recovered) {
        self.search = Search::Done { recovered, at: app.now };
        // While the POST still runs, what it made may yet come with its value: nothing is recorded as lost.
        if app.in_flight.is_some() || self.record().is_some() {
            return;
        }
        if let Some(secret) = self.found() {
            // The exit line names at least which one it is.
            app.send(Command::RecordSecret(Some(secret.id.clone()), None));
            app.replace_summary(self.summary(Disposition::PerhapsCreated));
        }
    }

    fn on_deleted(&mut self, app: &mut Shared, deletion: Deletion) -> Transition {
        self.deletion = None;
        match &deletion {
            Deletion::Deleted => {
                self.resolve(app, Disposition::Deleted);
                if self.found().is_none() {
                    app.form.notice = Some(Notice::Word("Deleted the secret of the previous run."));
                    return Transition::form();
                }
            }
            // The use that was just read is shown.
            Deletion::Used(secret) if self.found().is_some() => {
                let recovered = Recovered::Found(secret.clone());
                self.search = Search::Done { recovered, at: app.now };
            }
            Deletion::Used(_) | Deletion::Failed(_) => {}
            Deletion::Cancelled => return Transition::Stay,
        }
        self.deleted = Some(deletion);
        Transition::Stay
    }

    fn keep(&self, app: &mut Shared) -> Transition {
        self.resolve(app, Disposition::Kept);
        if self.record().is_none() {
            app.form.notice = Some(Notice::Word("Kept in Atlas. Its value is still lost."));
        }
        Transition::form()
    }

    /// The outcome is known for good now: the exit line is replaced, and the record removed.
    fn resolve(&self, app: &mut Shared, fate: Disposition) {
        if let Some(record) = self.record() {
            return app.send(Command::SettlePrevious(record.number));
        }
        app.replace_summary(self.summary(fate));
        app.send(Command::SettleRecord);
    }

    fn summary(&self, fate: Disposition) -> ExitSummary {
        let found = self.found();
        ExitSummary {
            client: self.account.client.clone(),
            secret_id: found.map(|secret| secret.id.clone()),
            expires_at: found.and_then(|secret| secret.expires_at),
            fate,
        }
    }
}

impl Component for Recovery {
    fn on_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        if let Some(prompt) = &mut self.deletion {
            if !prompt.on_action(app, action) {
                self.deletion = None;
            }
            return Transition::Stay;
        }
        match action {
            action if !self.works(app, action) => {}
            Action::Delete => {
                let id = self.secret_id(app).cloned();
                let prompt = |id| DeletePrompt::new(self.account.clone(), id, Recheck::Yes, LoginRisk::None);
                self.deletion = id.map(prompt);
                self.deleted = None;
            }
            Action::Keep => return self.keep(app),
            Action::LookAgain => {
                self.deleted = None;
                self.search(app);
            }
            Action::Leave if !self.asks_to_leave && self.is_open() => self.asks_to_leave = true,
            Action::No => self.asks_to_leave = false,
            Action::Yes | Action::Leave => return Transition::Quit(app.exit()),
            // What is neither kept nor deleted stays recorded: the next run shows it again.
            Action::BackToForm => return Transition::form(),
            _ => {}
        }
        Transition::Stay
    }

    fn on_event(&mut self, app: &mut Shared, event: Event) -> Transition {
        match event {
            Event::RecoverStep(pause) if self.is_searching() => {
                self.search = match pause {
                    None => Search::Fetching { since: app.now },
                    Some(pause) => Search::Pausing { until: app.now.plus(pause) },
                };
            }
            Event::RecoverFinished(recovered) if self.is_searching() => self.on_recovered(app, recovered),
            event => {
                let prompt = self.deletion.as_mut();
                if let Some(deletion) = prompt.and_then(|prompt| prompt.on_event(app.now, event)) {
                    return self.on_deleted(app, deletion);
                }
            }
        }
        Transition::Stay
    }

    fn keys(&self, _app: &Shared) -> &'static [Binding] {
        match &self.deletion {
            Some(prompt) => prompt.keys(),
            None if self.asks_to_leave => QUIT_ANYWAY,
            None if self.record().is_some() => PREVIOUS_RUN,
            None => AFTER_POST,
        }
    }

    fn works(&self, app: &Shared, action: Action) -> bool {
        let is_open = !matches!(self.deleted, Some(Deletion::Used(_) | Deletion::Deleted));
        match action {
            Action::Delete => is_open && self.secret_id(app).is_some(),
            Action::Keep => {
                let is_over = matches!(self.deleted, Some(Deletion::Deleted));
                self.record().is_some() || self.secret_id(app).is_some() && !is_over
            }
            Action::LookAgain => is_open && !self.is_searching() && self.is_here(app),
            _ => true,
        }
    }

    fn wake_in(&self, app: &Shared) -> Option<Duration> {
        let of_search = match &self.search {
            Search::Pausing { until } => Some(words::until_next_second(until.since(app.now))),
            Search::Fetching { since } => Some(spinner_wake(app.now, *since)),
            _ => None,
        };
        let of_deletion = self.deletion.as_ref().and_then(|prompt| prompt.wake_in(app.now));
        let of_post = app.in_flight.is_some().then_some(Duration::from_secs(1));
        [of_search, of_deletion, of_post].into_iter().flatten().min()
    }

    fn about(&self) -> &'static [&'static str] {
        match &self.origin {
            Origin::PreviousRun(_) => {
                &["Each creation is recorded on this disk (IDs only) until its secret is delivered."]
            }
            _ => &["If the response with the secret still arrives, the secret is shown at once."],
        }
    }

    fn draw(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        self.draw_facts(app, canvas);
        if self.asks_to_leave {
            let question = match app.in_flight {
                Some(_) => "The response may still arrive and would be lost. Quit?",
                None if self.is_created() => "The secret stays in Atlas, and its value is lost. Quit?",
                None => "A secret may exist in Atlas. Quit?",
            };
            return canvas.ask(question, "quit");
        }
        match (&self.deletion, &self.deleted) {
            (Some(prompt), _) => {
                let mut label = Cow::Borrowed("this secret");
                if let Some(secret) = self.found() {
                    draw_secret(app, secret, canvas);
                    self.draw_what_stays(0, canvas);
                    label = words::short_label(secret, &theme.glyphs).into();
                }
                prompt.draw(app, &label, canvas);
            }
            (None, Some(deletion)) => self.draw_deleted(app, deletion, canvas),
            (None, None) => self.draw_search(app, canvas),
        }
        if self.record().is_some() && self.deletion.is_none() && self.search == Search::NotStarted {
            let text = "Keep it if you have its value: that changes nothing in Atlas.";
            canvas.words(0, text, theme.faint);
        }
        if let Some(message) = app.message {
            canvas.words(0, message, theme.warning);
        }
    }
}

impl Recovery {
    /// What is known, and about which account.
    fn draw_facts(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        canvas.warning(&self.title(app, theme.glyphs.ellipsis), theme.strong);
        let text = match &self.origin {
            Origin::StoppedWaiting => "You stopped waiting. The request is still running.".to_owned(),
            Origin::LostAnswer(error) => why_lost(error, self.is_created()),
            Origin::PreviousRun(_) if self.found().is_some() => {
                "A previous run stopped before the secret was delivered.".to_owned()
            }
            Origin::PreviousRun(PendingRecord { entry, .. }) if entry.secret_id.is_some() => {
                "It was probably not delivered.".to_owned()
            }
            Origin::PreviousRun(_) => {
                let check = if self.works(app, Action::LookAgain) { " Press l to check." } else { "" };
                format!("If it was created, its value is lost.{check}")
            }
        };
        canvas.words(2, &text, Style::new());
        if let Some(in_flight) = &app.in_flight {
            // It moves once a second, too slow for a spinner to turn.
            let seconds = words::seconds(app.now.since(in_flight.since));
            let waiting = format!("Still waiting for the response  {seconds}");
            canvas.marked(theme.glyphs.dot, &waiting, theme.faint);
        }
        canvas.blank_unless_low();
        canvas.labelled("Project ID", self.account.project.as_str());
        canvas.labelled("Client ID", self.account.client.as_str());
        if let Some(PendingRecord { entry, .. }) = self.record() {
            let found = self.found().map(|secret| &secret.id);
            let id = found.or(entry.secret_id.as_ref());
            canvas.labelled("Secret ID", id.map_or("unknown", |id| id.as_str()));
            canvas.labelled("Created by", entry.identity.as_str());
        } else {
            canvas.labelled("Sent", &words::date_time(self.sent_at.wall, app.zone.as_ref()));
        }
        canvas.blank_unless_low();
    }

    fn title(&self, app: &Shared, ellipsis: &str) -> Cow<'static, str> {
        if let (Some(PendingRecord { entry, .. }), None) = (self.record(), self.found()) {
            let zone = app.zone.as_ref();
            let (at, time) = (words::short_date(entry.begun_at, zone), words::time(entry.begun_at, zone));
            let client = entry.client.short(ellipsis);
            let (created, ending) = if entry.secret_id.is_some() {
                ("created", " and stopped before recording a delivery.")
            } else {
                ("may have created", ": it stopped before Atlas's response arrived.")
            };
            return format!("A previous run {created} a secret for {client} on {at} {time}{ending}").into();
        }
        let text = match &self.deleted {
            Some(Deletion::Used(_)) => "A secret was created, and it is in use",
            Some(Deletion::Deleted) => "The secret whose value was lost is deleted",
            _ if !self.is_created() => "A secret may have been created",
            _ if app.in_flight.is_some() => "A secret was created, and its value may still arrive",
            _ => "A secret was created, but its value is lost",
        };
        text.into()
    }

    fn draw_search(&self, app: &Shared, canvas: &mut Canvas) {
        match &self.search {
            Search::NotStarted => {
                if let Some(record) = self.record().filter(|_| !self.is_here(app)) {
                    let host = record.entry.base_url.host();
                    let text = format!(
                        "It is on {host}, and this run is signed in elsewhere. Sign in there to delete it."
                    );
                    canvas.words(0, &text, canvas.theme.warning);
                }
            }
            Search::Fetching { since } => canvas.running(app.now, *since, "Reading the account's secrets"),
            Search::Pausing { until } => {
                let left = words::seconds_left(until.since(app.now));
                canvas.words(0, &format!("No new secret yet. Checking again in {left}."), Style::new());
            }
            Search::Done { recovered, at } => self.draw_recovered(app, recovered, *at, canvas),
        }
    }

    fn draw_recovered(&self, app: &Shared, recovered: &Recovered, at: Now, canvas: &mut Canvas) {
        let (theme, plain) = (canvas.theme, Style::new());
        let time = |at| words::time(at, app.zone.as_ref());
        match recovered {
            Recovered::NoneAppeared if self.record().is_some() => {
                canvas.words(0, "No new secret has appeared since then.", plain);
            }
            Recovered::NoneAppeared => canvas.words(0, &none_appeared(at.since(self.sent_at)), plain),
            Recovered::Failed(error) => {
                canvas.words(0, &check_failed(error), theme.bad);
                let text = "Check this service account in Atlas: your secret is the one that was created at that \
                            time and is not in use.";
                canvas.words(0, text, plain);
            }
            Recovered::Several(secrets) => {
                canvas.words(0, not_clear(secrets), plain);
                for secret in secrets {
                    canvas.words(2, &identifying_line(app, secret, theme.glyphs, time), plain);
                }
                canvas.words(0, FIND_YOURS, theme.strong);
            }
            Recovered::Found(secret) => {
                let label = words::short_label(secret, &theme.glyphs);
                let at = secret.created_at.map(time);
                let at = at.map_or_else(String::new, |at| format!(": created at {at} by Atlas's clock"));
                canvas.words(0, &format!("{label} is new{at}."), theme.strong);
                canvas.words(0, &format!("Secret ID {}", secret.id), plain);
                canvas.words(0, PROBABLY_YOURS, plain);
                self.draw_what_stays(0, canvas);
            }
        }
    }

    /// What deleting the secret does not undo: creating it has shortened the other ones.
    fn draw_what_stays(&self, indent: u16, canvas: &mut Canvas) {
        let others = match self.before.ids.as_deref() {
            Some([]) => return,
            Some(_) => "the account's other secrets",
            None => "any other secret",
        };
        let text = format!("Deleting it does not restore the expiry of {others}.");
        canvas.words(indent, &text, canvas.theme.faint);
    }

    /// How deleting it ended.
    fn draw_deleted(&self, app: &Shared, deletion: &Deletion, canvas: &mut Canvas) {
        let theme = canvas.theme;
        if let Some(secret) = self.found().filter(|_| *deletion != Deletion::Deleted) {
            draw_secret(app, secret, canvas);
        }
        match deletion {
            Deletion::Deleted => {
                let label = self.found().map(|secret| words::short_label(secret, &theme.glyphs));
                let text = format!("Deleted {}. You can create a secret now.", label.unwrap_or_default());
                canvas.marked(theme.glyphs.check, &text, theme.good);
                self.draw_what_stays(2, canvas);
            }
            Deletion::Used(_) => canvas.words(0, IN_USE, theme.strong),
            Deletion::Failed(error) => canvas.words(0, &error.sentence(), theme.bad),
            Deletion::Cancelled => {}
        }
    }
}

/// The id has a line of its own, so that it can be selected whole.
fn draw_secret(app: &Shared, secret: &ExistingSecret, canvas: &mut Canvas) {
    let created = |at| words::date_time(at, app.zone.as_ref());
    let line = identifying_line(app, secret, canvas.theme.glyphs, created);
    canvas.words(0, &line, Style::new());
    canvas.words(0, &format!("Secret ID {}", secret.id), Style::new());
}

/// What tells a secret from the others: the end of its value, when it was created, and when it was last used.
fn identifying_line(
    app: &Shared,
    secret: &ExistingSecret,
    glyphs: Glyphs,
    created: impl FnOnce(Timestamp) -> String,
) -> String {
    let label = words::short_label(secret, &glyphs);
    let created = secret.created_at.map(created).map_or_else(String::new, |at| format!(", created {at}"));
    match secret.last_used_at {
        Some(at) => format!("{label}{created}, last used {}", words::ago(at, app.atlas_now())),
        None => format!("{label}{created}, never used"),
    }
}
