//! The screen of a secret that exists, or may exist, but whose value no one has: the response to its POST was lost, or
//! a previous run stopped before delivering it. Shows what is known, what the search has found, and what to do.

mod draw;

use std::time::Duration;

use crate::domain::{
    AccountRef, ApiError, Certainty, Disposition, ExistingSecret, ExitSummary, LoginRisk, Now, PendingRecord,
    SecretId,
};
use crate::jobs::{AccountBefore, Deletion, PAUSES, Recheck, Recovered};
use crate::tui::keys::{BACK_BUT_CTRL_C, HELP, LEAVE_FROM_PROMPT, QUIT_BY_LETTER, REPAINT, SUSPEND, yes};
use crate::tui::shared::Creating;
use crate::tui::{Action, Binding, Canvas, Command, Component, Event, Post, Shared, Transition};

use super::Notice;
use super::secret_list::DeletePrompt;

/// No POST takes longer. A secret that was created later belongs to another request.
const MAX_POST_DURATION: Duration = Duration::from_secs(60);

/// A secret whose value no one has, as far as is known.
#[derive(Clone, Debug)]
pub struct Recovery {
    origin: Origin,
    account: AccountRef,
    sent_at: Now,
    before: AccountBefore,
    search: Search,
    deletion: Option<DeletePrompt>,
    /// The last deletion, if it did not delete the secret.
    not_deleted: Option<Deletion>,
    asks_to_leave: bool,
}

#[derive(Clone, Debug)]
enum Origin {
    StoppedWaiting,
    LostResponse(ApiError),
    PreviousRun(Box<PendingRecord>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Search {
    NotStarted,
    Fetching { since: Now },
    Pausing { until: Now },
    Done { recovered: Recovered, at: Now },
}

impl Recovery {
    fn with_origin(origin: Origin, account: AccountRef, sent_at: Now, before: AccountBefore) -> Self {
        let (search, deletion, not_deleted) = (Search::NotStarted, None, None);
        Self { origin, account, sent_at, before, search, deletion, not_deleted, asks_to_leave: false }
    }

    /// Starts the search at once. `lost` is the error of the POST; `None` while its response may still arrive.
    pub(in crate::tui) fn new(
        app: &mut Shared,
        creating: &Creating,
        post: Post,
        lost: Option<ApiError>,
    ) -> Self {
        let origin = lost.map_or(Origin::StoppedWaiting, Origin::LostResponse);
        let account = creating.new_secret.account.clone();
        let mut recovery = Self::with_origin(origin, account, post.since, post.before);
        if let Some(id) = recovery.own_id() {
            app.send(Command::RecordSecret(Some(id.clone()), None));
        }
        recovery.search(app);
        recovery
    }

    /// The screen for the POST that is running, if there is one.
    pub(in crate::tui) fn while_waiting(app: &mut Shared) -> Option<Self> {
        let mut creating = app.creating.clone()?;
        let post = creating.post.take()?;
        Some(Self::new(app, &creating, post, None))
    }

    /// The screen for the record of a previous run. The user starts the search.
    pub(in crate::tui) fn of_record(app: &Shared, record: PendingRecord) -> Self {
        let entry = &record.entry;
        let account = entry.account.clone();
        let sent_at = Now { wall: entry.begun_at, ..app.now };
        let latest = entry.begun_at.checked_add(MAX_POST_DURATION).ok();
        let before = AccountBefore { ids: entry.ids_before.clone(), at: entry.begun_at, latest };
        Self::with_origin(Origin::PreviousRun(Box::new(record)), account, sent_at, before)
    }

    /// Starts the search. After a previous run enough time has passed, so that one fetch is enough.
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

    /// The ID that was recorded, or that the response without a value had.
    fn own_id(&self) -> Option<&SecretId> {
        match &self.origin {
            Origin::PreviousRun(record) => record.entry.secret_id.as_ref(),
            Origin::LostResponse(error) => error.created_id(),
            Origin::StoppedWaiting => None,
        }
    }

    fn known_id(&self) -> Option<&SecretId> {
        self.own_id().or(self.found().map(|secret| &secret.id))
    }

    /// True if the secret is on the host of this session. Otherwise nothing can be done about it here.
    fn is_same_host(&self, app: &Shared) -> bool {
        self.record().is_none_or(|record| app.session.base_url() == Some(&record.entry.base_url))
    }

    /// The ID of the secret to act on. `None` while the POST is running, because the value may still arrive.
    fn secret_id(&self, app: &Shared) -> Option<&SecretId> {
        self.known_id().filter(|_| app.post().is_none() && self.is_same_host(app))
    }

    /// True if the account no longer has the recorded secret.
    fn is_gone(&self) -> bool {
        let has_none = matches!(self.search, Search::Done { recovered: Recovered::NoneAppeared, .. });
        has_none && self.has_recorded_id() && self.before.ids.is_some()
    }

    fn has_recorded_id(&self) -> bool {
        self.record().is_some_and(|record| record.entry.secret_id.is_some())
    }

    fn is_in_use(&self) -> bool {
        matches!(self.not_deleted, Some(Deletion::Used(_)))
    }

    /// True if Atlas has confirmed that it created a secret.
    fn is_certain(&self) -> bool {
        matches!(&self.origin, Origin::LostResponse(error) if error.certainty() == Certainty::Done)
    }

    fn is_created(&self) -> bool {
        self.found().is_some() || self.is_certain()
    }

    /// False if this would do nothing now.
    fn works(&self, app: &Shared, action: Action) -> bool {
        match action {
            Action::Delete => !self.is_in_use() && !self.is_gone() && self.secret_id(app).is_some(),
            Action::Keep => self.record().is_some() || self.secret_id(app).is_some(),
            Action::CheckAgain => !self.is_in_use() && !self.is_searching() && self.is_same_host(app),
            _ => true,
        }
    }

    fn on_recovered(&mut self, app: &mut Shared, recovered: Recovered) {
        self.search = Search::Done { recovered, at: app.now };
        let Some(secret) = self.found().filter(|_| self.record().is_none()) else { return };
        // At least the exit message identifies the secret.
        let disposition = if self.is_certain() { Disposition::Lost } else { Disposition::PerhapsCreated };
        app.replace_summary(self.summary(disposition));
        // While the POST is running, its value may still arrive.
        if app.post().is_none() {
            app.send(Command::RecordSecret(Some(secret.id.clone()), None));
        }
    }

    fn on_deleted(&mut self, app: &mut Shared, deletion: Deletion) -> Transition {
        self.deletion = None;
        match &deletion {
            Deletion::Deleted => {
                self.resolve(app, Disposition::Deleted);
                let deleted = |id| Notice::Done(format!("Deleted secret {id}. You can create a secret now."));
                app.form.notice = self.known_id().map(deleted);
                return Self::close(app);
            }
            Deletion::Cancelled => return Transition::Stay,
            // Show the use that was just read.
            Deletion::Used(secret) if self.found().is_some() => {
                self.search = Search::Done { recovered: Recovered::Found(secret.clone()), at: app.now };
                // A client has its value, so another request may have created it.
                if self.record().is_none() {
                    app.replace_summary(self.summary(Disposition::PerhapsCreated));
                }
            }
            Deletion::Used(_) | Deletion::Failed(_) => {}
        }
        self.not_deleted = Some(deletion);
        Transition::Stay
    }

    /// Back to the form. A letter that was meant for this screen must not replace a selected ID.
    fn close(app: &mut Shared) -> Transition {
        app.form.focus_first_invalid();
        Transition::form()
    }

    fn keep(&self, app: &mut Shared) -> Transition {
        self.resolve(app, Disposition::Kept);
        let stays = match self.known_id() {
            Some(id) if self.is_gone() => format!("Secret {id} is no longer in Atlas."),
            Some(id) => format!("Secret {id} stays in Atlas."),
            None => "If the secret was created, it stays in Atlas.".to_owned(),
        };
        let then = if self.record().is_some() {
            "It will not be reported again."
        } else {
            "Its value is still lost."
        };
        app.form.notice = Some(Notice::Kept(format!("{stays} {then}")));
        Self::close(app)
    }

    /// The outcome is final: replaces the exit message, and removes the record.
    fn resolve(&self, app: &mut Shared, disposition: Disposition) {
        if let Some(record) = self.record() {
            let number = record.number;
            if disposition == Disposition::Deleted {
                app.summaries.push(self.summary(disposition));
            }
            return app.send(Command::RemovePrevious(number));
        }
        app.replace_summary(self.summary(disposition));
        app.send(Command::RemoveRecord);
    }

    fn summary(&self, disposition: Disposition) -> ExitSummary {
        let found = self.found();
        ExitSummary {
            client: self.account.client.clone(),
            secret_id: self.known_id().cloned(),
            expires_at: found.and_then(|secret| secret.expires_at),
            sent_at: Some(self.sent_at.wall),
            disposition,
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
                self.not_deleted = None;
            }
            Action::Keep => return self.keep(app),
            Action::CheckAgain => {
                self.not_deleted = None;
                self.search(app);
            }
            // The next run shows a recorded secret again.
            Action::Leave if !self.asks_to_leave && self.record().is_none() => {
                self.asks_to_leave = true;
            }
            Action::No => self.asks_to_leave = false,
            Action::Yes | Action::Leave => return Transition::Quit(app.exit()),
            // A secret that is neither kept nor deleted stays recorded: the next run shows it again.
            Action::BackToForm => return Self::close(app),
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

    fn keys(&self, app: &Shared) -> Vec<Binding> {
        if let Some(prompt) = &self.deletion {
            return prompt.keys();
        }
        if self.asks_to_leave {
            return vec![yes("quit"), BACK_BUT_CTRL_C, LEAVE_FROM_PROMPT, HELP];
        }
        // Nothing is decided by going back, so the next start or the exit message reports the secret.
        let (keep, back, quit) = if self.record().is_none() {
            ("keep", Binding::new("b", "back", Action::BackToForm), QUIT_BY_LETTER)
        } else {
            let keep = if self.is_gone() || self.known_id().is_none() { "forget" } else { "keep" };
            let quit = Binding::new("q, Ctrl-C", "quit", Action::Leave);
            (keep, Binding::new("Esc", "later", Action::BackToForm), quit)
        };
        vec![
            Binding::new("d", "delete", Action::Delete).only_if(self.works(app, Action::Delete)),
            Binding::new("k", keep, Action::Keep).only_if(self.works(app, Action::Keep)),
            Binding::new("l", "check", Action::CheckAgain).only_if(self.works(app, Action::CheckAgain)),
            back,
            quit,
            HELP,
            SUSPEND,
            REPAINT,
        ]
    }

    fn about(&self) -> &'static [&'static str] {
        match &self.origin {
            Origin::PreviousRun(_) => {
                &["Each creation is recorded on this disk (IDs only) until its secret is delivered."]
            }
            Origin::StoppedWaiting => &["If the response arrives after all, the secret is shown at once."],
            Origin::LostResponse(_) => &[],
        }
    }

    fn draw(&self, app: &Shared, canvas: &mut Canvas) {
        self.draw_facts(app, canvas);
        self.draw_state(app, canvas);
    }
}
