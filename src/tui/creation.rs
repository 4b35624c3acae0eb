//! The creating job as the interface sees it: its reports arrive here whatever screen is shown, and a signal waits
//! for its answer.
//!
//! **Invariant:** a secret that arrives opens its screen, or is summed up on the way out.

use std::time::Duration;

use crate::domain::{ApiError, Disposition, Exit, ExitSummary, NewSecret};
use crate::jobs::{Created, NotCreated, Outcome, Question, Reason, Step};

use super::app::{App, Ending, InFlight, Screen, Shared, Transition};
use super::event::{Command, Signal};
use super::screens::{CreatedScreen, FormScreen, Notice, Progress, Recovery, SecretListScreen};
use super::{Failure, Remote};

/// How much longer a POST may run after a signal asked the program to end.
const GRACE: Duration = Duration::from_secs(3);

impl Shared {
    /// Starts the creating job and shows it.
    pub(super) fn create(&mut self, new_secret: NewSecret, is_preapproved: bool) -> Transition {
        self.is_creating = true;
        self.send(Command::Create(new_secret.clone()));
        self.want_project(&new_secret.project);
        let progress = Progress::new(new_secret, self.now, is_preapproved);
        Transition::Show(Screen::Progress(Box::new(progress)))
    }

    pub(super) fn add_summary(&mut self, new_secret: &NewSecret, fate: Disposition) {
        let client = new_secret.client.clone();
        self.summaries.push(ExitSummary { client, secret_id: None, expires_at: None, fate });
    }

    /// A POST that the user stopped waiting for was answered.
    fn remove_summary(&mut self, new_secret: &NewSecret) {
        let of_this = |summary: &ExitSummary| {
            summary.fate == Disposition::PerhapsCreated && summary.client == new_secret.client
        };
        if let Some(index) = self.summaries.iter().rposition(of_this) {
            self.summaries.remove(index);
        }
    }
}

impl App {
    /// Submits without the form, as `--yes` agreed.
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
        match &step {
            Step::Fetched(account) => {
                app.set_clock(account.read_at);
                if let Screen::Progress(progress) = &self.screen {
                    let key = progress.new_secret.account();
                    app.lookups.account = Remote::Loaded(key, account.clone(), app.now);
                }
            }
            Step::NotRecorded(why) => app.not_recorded = Some(why.clone()),
            Step::Recording => app.not_recorded = None,
            Step::Creating(known) => {
                if let Screen::Progress(progress) = &self.screen {
                    let new_secret = progress.new_secret.clone();
                    let in_flight =
                        InFlight { new_secret, since: app.now, known: known.clone(), is_given_up: false };
                    app.in_flight = Some(in_flight);
                }
            }
            Step::RateLimited(..) => app.in_flight = None,
            Step::StoppedWaiting if app.ending.is_none() => return self.stop_waiting(),
            _ => {}
        }
        if let Screen::Progress(progress) = &mut self.screen {
            progress.on_step(&self.shared, step);
        }
    }

    /// The POST runs on, and its answer is still taken.
    fn stop_waiting(&mut self) {
        let Some(in_flight) = &mut self.shared.in_flight else { return };
        in_flight.is_given_up = true;
        let in_flight = in_flight.clone();
        self.shared.add_summary(&in_flight.new_secret, Disposition::PerhapsCreated);
        self.open_recovery(in_flight, None);
    }

    pub(super) fn open_recovery(&mut self, in_flight: InFlight, lost: Option<ApiError>) {
        let InFlight { new_secret, since, known, .. } = in_flight;
        let recovery = Recovery::new(&mut self.shared, new_secret.account(), since, known.before(), lost);
        self.show(Screen::Recovery(Box::new(recovery)));
    }

    pub(super) fn on_create_question(&mut self, question: Question) {
        let Screen::Progress(progress) = &mut self.screen else {
            return self.shared.send(Command::Answer(false));
        };
        let Question::Consequences(consequences) = &question else {
            return progress.ask(question, self.shared.now);
        };
        if !progress.is_preapproved {
            return progress.ask(question, self.shared.now);
        }
        let is_approved = self.shared.flags.agree_to(consequences);
        if is_approved {
            for line in super::words::approved(consequences, self.shared.zone.as_ref()) {
                self.shared.send(Command::Report(line));
            }
        }
        self.shared.send(Command::Answer(is_approved));
    }

    pub(super) fn on_create_finished(&mut self, outcome: Outcome) {
        self.shared.is_creating = false;
        let in_flight = self.shared.in_flight.take();
        match outcome {
            Outcome::Created(created) => self.open_created(in_flight, *created),
            Outcome::NotCreated(not_created) => self.fail(in_flight.as_ref(), &not_created),
            Outcome::Unknown(lost, _) => {
                if let Some(in_flight) = in_flight {
                    self.lose_answer(in_flight, lost);
                }
            }
        }
        if self.shared.ending.is_some() {
            self.end();
        }
    }

    fn open_created(&mut self, in_flight: Option<InFlight>, created: Created) {
        let Some(in_flight) = in_flight else { return };
        let app = &mut self.shared;
        if in_flight.is_given_up {
            app.remove_summary(&in_flight.new_secret);
        }
        app.shows_help = false;
        app.form.notice = None;
        let Created { secret, known } = created;
        app.send(Command::RecordSecret(secret.id.clone(), secret.expires_at));
        let mut screen = CreatedScreen::new(in_flight.new_secret, secret, known.secrets.unwrap_or_default());
        screen.fetch_account(app);
        screen.find_profiles(app);
        app.lookups.account = Remote::NotAsked;
        if app.flags.verify {
            screen.verify(app);
        }
        self.show(Screen::Created(Box::new(screen)));
    }

    /// Certainly nothing was created: back on the form, with everything typed still there.
    fn fail(&mut self, in_flight: Option<&InFlight>, not_created: &NotCreated) {
        let app = &mut self.shared;
        if let Some(in_flight) = in_flight.filter(|in_flight| in_flight.is_given_up) {
            app.remove_summary(&in_flight.new_secret);
        }
        let new_secret = match (&self.screen, in_flight) {
            (_, Some(in_flight)) => in_flight.new_secret.clone(),
            (Screen::Progress(progress), None) => progress.new_secret.clone(),
            _ => return,
        };
        let is_preapproved = matches!(&self.screen, Screen::Progress(progress) if progress.is_preapproved);
        match &not_created.reason {
            Reason::Full if !is_preapproved => {
                let list = SecretListScreen::open(app, new_secret.account());
                return self.show(Screen::SecretList(Box::new(list)));
            }
            Reason::Preflight(error) => app.form.blame(error),
            // A late refusal is about what was sent, not about what has been typed since.
            Reason::Post(error) if app.form.new_secret().as_ref() == Some(&new_secret) => {
                app.form.blame(error);
            }
            _ => {}
        }
        let is_stopped = match &not_created.reason {
            Reason::Declined(Question::Consequences(_)) => !is_preapproved,
            reason => matches!(reason, Reason::Cancelled | Reason::Declined(_)),
        };
        match Failure::of(&not_created.reason) {
            Some(failure) if !is_stopped => self.fail_with(failure),
            _ => {
                self.shared.form.notice = Some(Notice::Word(stopped(not_created.has_replaced)));
                self.show(Screen::Form(FormScreen));
            }
        }
    }

    fn fail_with(&mut self, failure: Failure) {
        // A list stays open: what an earlier request came to waits below it, on the form.
        if !matches!(self.screen, Screen::Picker(_)) {
            self.show(Screen::Form(FormScreen));
        }
        self.shared.form.fail(failure);
    }

    fn lose_answer(&mut self, in_flight: InFlight, lost: ApiError) {
        if !in_flight.is_given_up {
            self.shared.add_summary(&in_flight.new_secret, Disposition::PerhapsCreated);
        }
        self.shared.lookups.account = Remote::NotAsked;
        match &mut self.screen {
            Screen::Form(_) | Screen::Picker(_) | Screen::Command(_) => {
                self.shared.form.fail(Failure::lost_in_the_background());
            }
            // Only now is it certain that no value comes, so the search starts again.
            Screen::Recovery(recovery) => recovery.restart(&mut self.shared, lost),
            _ => self.open_recovery(in_flight, Some(lost)),
        }
    }

    /// A running request gets a little longer; a second signal does not wait.
    pub(super) fn on_signal(&mut self, signal: Signal) {
        let is_first = self.shared.ending.is_none();
        let until = self.shared.now.plus(GRACE);
        self.shared.ending = Some(Ending { signal: signal.number(), until });
        // Before the POST the job ends at once; whether it has begun only the job knows.
        if is_first && self.shared.is_creating {
            return self.shared.send(Command::CancelCreate);
        }
        if is_first && matches!(&self.screen, Screen::Created(created) if created.is_being_printed()) {
            return;
        }
        self.end();
    }

    pub(super) fn is_grace_over(&self) -> bool {
        self.shared.ending.is_some_and(|ending| ending.until.uptime <= self.shared.now.uptime)
    }

    /// Ends on a signal: with its own code if nothing was lost.
    pub(super) fn end(&mut self) {
        let app = &mut self.shared;
        if let Some(in_flight) = app.in_flight.take().filter(|in_flight| !in_flight.is_given_up) {
            app.add_summary(&in_flight.new_secret, Disposition::PerhapsCreated);
        }
        if let Screen::Created(created) = &self.screen {
            let fate = created.disposition(app.now);
            if !fate.is_loss() {
                app.send(Command::SettleRecord);
            }
            app.summaries.push(created.summary(fate));
        }
        let signal = app.ending.map_or(Signal::Terminate.number(), |ending| ending.signal);
        let exit = match app.exit() {
            Exit::Done => Exit::Signal(signal),
            exit => exit,
        };
        app.quit(exit);
    }
}

fn stopped(has_replaced: bool) -> &'static str {
    if has_replaced {
        "Stopped. The expired secret is deleted; nothing was created."
    } else {
        "Stopped. Nothing was created."
    }
}
