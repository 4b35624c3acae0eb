//! Handles the reports of the creating job, whichever screen is shown. After a signal, the program waits for its
//! response.
//!
//! **Invariant:** a secret that arrives opens its screen, or gets an exit message.

use crate::domain::{
    ApiError, Certainty, ClientId, Consequences, CreatedSecret, Disposition, Exit, ExitSummary, Explanation,
    GRACE, NewSecret, ServerText, Signal,
};
use crate::jobs::{NotCreated, Outcome, Question, Reason, Step};

use super::Remote;
use super::app::{App, Output, Post, Screen, Shared, Transition};
use super::event::Command;
use super::screens::{CreatedScreen, Form, FormScreen, Notice, Progress, Recovery, SecretList};
use super::shared::{Creating, Ending};

impl Shared {
    pub(super) fn create(&mut self, new_secret: NewSecret, is_preapproved: bool) -> Transition {
        let must_ask = self.unresolved(&new_secret.account.client).is_some();
        self.send(Command::Create { new_secret: new_secret.clone(), must_ask });
        self.want_project(&new_secret.account.project);
        self.creating =
            Some(Creating { new_secret: new_secret.clone(), is_preapproved, replaces: None, post: None });
        Transition::Show(Screen::Progress(Box::new(Progress::new(new_secret, self.now))))
    }

    fn add_replaced_summary(&mut self) {
        let Some(Creating { new_secret, replaces: Some(replaced), .. }) = self.creating.clone() else {
            return;
        };
        self.add_deleted_summary(&new_secret.account.client, &replaced);
    }

    /// The last request for this account that may have created a secret that no one has, unless it was found, kept or
    /// deleted.
    pub(super) fn unresolved(&self, client: &ClientId) -> Option<&ExitSummary> {
        let summary = self.unknown_summary(client).map(|index| &self.summaries[index]);
        // While the request is running, its value may still arrive.
        summary.filter(|summary| summary.secret_id.is_none() && self.post().is_none())
    }

    /// Warns, before another secret is created, that an earlier one is unresolved.
    pub(super) fn unresolved_warning(&self, client: &ClientId) -> Option<String> {
        let ExitSummary { sent_at, disposition, .. } = self.unresolved(client)?;
        let at = sent_at.map(|at| format!(" at {}", super::text::time_of_day(at, self.zone.as_ref())));
        let at = at.unwrap_or_default();
        Some(match disposition {
            Disposition::Lost => {
                format!("An earlier request{at} created a secret for this account, but its value is lost.")
            }
            _ => format!(
                "An earlier request{at} may have created a secret for this account. If so, its value is lost."
            ),
        })
    }

    /// The index of the last exit message that says that a secret was perhaps created in this account.
    pub(super) fn unknown_summary(&self, client: &ClientId) -> Option<usize> {
        self.summaries.iter().rposition(|summary| {
            matches!(summary.disposition, Disposition::PerhapsCreated | Disposition::Lost)
                && summary.client == *client
        })
    }
}

impl App {
    /// Submits the form at once, for `--yes`.
    pub fn submit_preapproved(&mut self) -> Vec<Command> {
        let transition = match self.shared.form.new_secret() {
            Some(new_secret) => self.shared.create(new_secret, true),
            None => FormScreen::submit(&mut self.shared),
        };
        self.follow(transition);
        self.shared.take_commands()
    }

    pub(super) fn on_create_step(&mut self, step: Step) {
        let app = &mut self.shared;
        let Some(creating) = &mut app.creating else { return };
        match &step {
            Step::Fetched(account) => {
                let of = creating.new_secret.account.clone();
                app.account_fetched(&of, account);
                app.lookups.account = Remote::Loaded(of, account.clone());
            }
            Step::NotRecorded(why) => app.not_recorded = Some(why.clone()),
            Step::Recording => app.not_recorded = None,
            Step::Creating(before) => {
                creating.post = Some(Post { since: app.now, before: before.clone(), is_given_up: false });
                app.add_replaced_summary();
            }
            Step::Retrying(_) => creating.post = None,
            Step::StoppedWaiting if app.ending.is_none() => return self.stop_waiting(),
            _ => {}
        }
        if let Screen::Progress(progress) = &mut self.screen {
            progress.on_step(step, self.shared.now);
        }
    }

    /// The user stopped waiting. The POST goes on, and its response still counts.
    fn stop_waiting(&mut self) {
        let app = &mut self.shared;
        let Some(Creating { new_secret, post: Some(post), .. }) = &mut app.creating else { return };
        post.is_given_up = true;
        let summary = ExitSummary::perhaps_created(new_secret.account.client.clone());
        app.summaries.push(summary.sent(post.since.wall));
        if let Some(recovery) = Recovery::while_waiting(app) {
            self.show(Screen::Recovery(Box::new(recovery)));
        }
    }

    pub(super) fn on_create_question(&mut self, question: Question) {
        let app = &mut self.shared;
        let (Some(creating), Screen::Progress(progress)) = (&mut app.creating, &mut self.screen) else {
            return app.send(Command::Answer(false));
        };
        if let Question::Consequences(Consequences { deletes: Some(expired), .. }) = &question {
            creating.replaces = Some(expired.clone());
        }
        match &question {
            Question::Consequences(consequences) if creating.is_preapproved => {
                let is_approved = app.flags.agree_to(consequences);
                if is_approved {
                    for line in super::text::approved(consequences, app.zone.as_ref()) {
                        app.send(Command::Report(line));
                    }
                }
                app.send(Command::Answer(is_approved));
            }
            _ => progress.question = Some(question),
        }
    }

    pub(super) fn on_create_finished(&mut self, outcome: Outcome) {
        let app = &mut self.shared;
        if matches!(&outcome, Outcome::NotCreated(not_created) if not_created.has_replaced) {
            app.add_replaced_summary();
        }
        let Some(mut creating) = app.creating.take() else { return };
        let post = creating.post.take();
        let client = &creating.new_secret.account.client;
        let is_given_up = post.as_ref().is_some_and(|post| post.is_given_up);
        if let Some(index) = app.unknown_summary(client).filter(|_| is_given_up) {
            app.summaries.remove(index);
        }
        match (outcome, post) {
            (Outcome::Created(secret), _) => self.open_created(creating, *secret),
            (Outcome::NotCreated(not_created), _) => self.fail(&creating, &not_created),
            (Outcome::Unknown(lost, _), Some(post)) => self.lose_response(&creating, post, lost),
            // The job failed before its POST.
            (Outcome::Unknown(error, _), None) => {
                let not_created = NotCreated { reason: Reason::Preflight(error), has_replaced: false };
                self.fail(&creating, &not_created);
            }
        }
    }

    fn open_created(&mut self, creating: Creating, secret: CreatedSecret) {
        let app = &mut self.shared;
        app.shows_help = false;
        app.message = None;
        app.form.notice = None;
        app.send(Command::RecordSecret(secret.id.clone(), secret.expires_at));
        let account = creating.new_secret.account.clone();
        let mut screen = CreatedScreen::new(creating.new_secret, secret);
        screen.deleted_older.extend(creating.replaces);
        // Creating has changed when the account's other secrets expire.
        app.fetch_account(account);
        screen.find_profiles(app);
        if app.flags.verify {
            screen.verify(app);
        }
        self.show(Screen::Created(Box::new(screen)));
    }

    /// Nothing was created: shows the form again, with everything that was typed.
    fn fail(&mut self, creating: &Creating, not_created: &NotCreated) {
        let app = &mut self.shared;
        let Creating { new_secret, is_preapproved, .. } = creating;
        match &not_created.reason {
            Reason::Full(_) if !is_preapproved => {
                let list = SecretList::open(app, new_secret.account.clone(), None);
                return self.show(Screen::SecretList(Box::new(list)));
            }
            Reason::Preflight(error) => app.form.show_refused_fields(error),
            // A late refusal is about what was sent, not what was typed since.
            Reason::Post(error) if app.form.new_secret().as_ref() == Some(new_secret) => {
                app.form.show_refused_fields(error);
            }
            _ => {}
        }
        let is_stopped = match &not_created.reason {
            Reason::Declined(Question::Consequences(_)) => !is_preapproved,
            reason => matches!(reason, Reason::Cancelled | Reason::Declined(_)),
        };
        if not_created.has_replaced {
            app.lookups.account = Remote::NotAsked;
        }
        let explanation = match &not_created.reason {
            Reason::Preflight(error) if app.has_deleted_login && error.is_about_signing_in() => {
                Some(Explanation::login_deleted())
            }
            _ => not_created.explain(&app.session.signed_in_as()),
        };
        match explanation {
            Some(explanation) if !is_stopped => {
                if !matches!(&not_created.reason, Reason::Preflight(_) | Reason::Post(_)) {
                    // If all fields are valid, the button shows what to do about the account's secrets.
                    app.form.focus_first_invalid();
                }
                // A list stays open; the error waits on the form.
                if !matches!(self.screen, Screen::Picker(_)) {
                    self.show(Screen::Form(FormScreen));
                }
                self.shared.form.has_failed_by_credentials = matches!(
                    &not_created.reason,
                    Reason::Preflight(error) | Reason::Post(error) if error.is_about_credentials()
                );
                self.shared.form.fail(Certainty::NotDone, explanation);
            }
            _ => {
                app.form.notice = Some(Notice::Info(if not_created.has_replaced {
                    "Stopped. The expired secret is deleted; nothing was created."
                } else if app.unresolved(&new_secret.account.client).is_some() {
                    "Stopped. Nothing more was created."
                } else {
                    "Stopped. Nothing was created."
                }));
                self.show(Screen::Form(FormScreen));
            }
        }
    }

    fn lose_response(&mut self, creating: &Creating, post: Post, lost: ApiError) {
        let app = &mut self.shared;
        let summary = ExitSummary::of_lost(creating.new_secret.account.client.clone(), &lost);
        app.summaries.push(summary.sent(post.since.wall));
        app.lookups.account = Remote::NotAsked;
        match &mut self.screen {
            Screen::Form(_) | Screen::Picker(_) | Screen::Command(_) => {
                app.form.has_failed_by_credentials = false;
                app.form.fail(Certainty::Unknown, Explanation::lost_in_the_background());
            }
            // On the screen of a lost secret, too: only now is it certain that no value will come.
            _ => {
                let recovery = Recovery::new(app, creating, post, Some(lost));
                self.show(Screen::Recovery(Box::new(recovery)));
            }
        }
    }

    /// Ends the program: soon, so that a running request can finish, or at once on a second signal.
    pub(super) fn on_signal(&mut self, signal: Signal) {
        let app = &mut self.shared;
        if app.ending.is_none() && app.creating.is_some() {
            // Before the POST this ends the job at once. Only the job knows whether the POST was sent.
            app.send(Command::CancelCreate);
        }
        let until = if app.ending.is_none() { app.now.plus(GRACE) } else { app.now };
        app.ending = Some(Ending { signal: signal.0, until });
    }

    /// True while something runs that the program waits for after a first signal.
    pub(super) fn is_running(&self) -> bool {
        self.shared.creating.is_some()
            || matches!(&self.screen, Screen::Created(created) if created.is_being_printed())
    }

    /// Quits after a signal, with the signal's exit code if nothing was lost.
    pub(super) fn end(&mut self) {
        let app = &mut self.shared;
        if let Some(Creating { new_secret, post: Some(Post { is_given_up: false, since, .. }), .. }) =
            &app.creating
        {
            let summary = ExitSummary::perhaps_created(new_secret.account.client.clone());
            app.summaries.push(summary.sent(since.wall));
        }
        if let Screen::Created(created) = &self.screen {
            created.add_summary(app, created.disposition(app.now));
        }
        let exit = match (app.exit(), app.ending) {
            (Exit::Done, Some(ending)) => Exit::Signal(ending.signal),
            (exit, _) => exit,
        };
        app.quit(exit);
    }

    /// What quitting now would lose, as a sentence for a window that is too small for a question.
    pub(super) fn would_be_lost(&self) -> Option<&'static str> {
        let app = &self.shared;
        match &self.screen {
            Screen::Created(created) => match created.disposition(app.now) {
                Disposition::NotDelivered => Some("Secret not delivered."),
                Disposition::PerhapsDelivered(_) => Some("The secret's delivery is not confirmed."),
                _ => None,
            },
            _ if app.post().is_some() => Some("A secret is being created."),
            Screen::Recovery(_) if app.exit() == Exit::NotDelivered => Some("A secret may exist in Atlas."),
            _ => None,
        }
    }

    /// Ctrl-C in a window that is too small: quits if nothing would be lost, else only the second time.
    pub(super) fn quit_unseen(&mut self) {
        if self.would_be_lost().is_some() && !std::mem::replace(&mut self.has_warned, true) {
            return;
        }
        // A running request gets its time to finish, and a program that reads standard output sees an interrupt.
        if self.shared.creating.is_some() || matches!(self.shared.output, Output::Sink(_)) {
            self.on_signal(Signal::INTERRUPT);
        } else {
            self.end();
        }
    }
}

impl Form {
    fn fail(&mut self, certainty: Certainty, explanation: Explanation) {
        self.notice = Some(Notice::Failed(certainty, Box::new(explanation)));
    }

    /// Shows Atlas's messages beside the fields they are about, and focuses the first of those.
    fn show_refused_fields(&mut self, error: &ApiError) {
        if let Some((name, text)) = error.not_found() {
            return self.refuse_unknown(name, text);
        }
        for (name, message) in error.refused_fields().into_iter().rev() {
            self.refuse(name, ServerText::new(&format!("Atlas: {message}")));
        }
    }
}
