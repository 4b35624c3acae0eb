//! One run of the program, from the settings to the exit code.

use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use thiserror::Error;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{self, UnboundedReceiver};

use crate::core::{self, Event, FieldName, Form, Model, Said, SignIn, Signal, Size, Verdict, update};
use crate::delivery::{self, Copier, StdoutProblem, check_stdout};
use crate::domain::{Exit, ExitSummary};
use crate::view::{self, date_time};

use super::connection::Connections;
use super::effects::Executor;
use super::event_loop::{EventLoop, moment};
use super::input::terminal_input;
use super::notes::Notes;
use super::outlet::{self, OutletError, StdoutPlan};
use super::settings::Settings;
use super::signals::Signals;
use super::surface::TerminalHandle;
use super::{panics, terminal};

/// Why a run could not start, or could not go on.
#[derive(Debug, Error)]
pub enum RunError {
    /// Standard output would lose the secret, or show it to others.
    #[error("{0}")]
    Stdout(#[from] StdoutProblem),
    /// Arguments and standard output do not fit together.
    #[error("{0}")]
    StdoutPlan(#[from] OutletError),
    /// `--yes` with a field that is empty or wrong.
    #[error("--yes: {0}: {1}")]
    Field(&'static str, String),
    /// `--yes`, and nobody to sign in as.
    #[error("--yes: no credentials were found; atlas-secret --help says where they are looked for")]
    NoCredentials,
    /// There is no terminal.
    #[error(
        "there is no terminal to draw on; --yes with --format and standard output elsewhere needs none ({0})"
    )]
    NoTerminal(io::Error),
    /// The terminal failed while it was used; it has been given back.
    #[error("the terminal: {0}")]
    Terminal(io::Error),
    /// `TERM=dumb`: what it is sent it prints, so that a screen cannot be drawn there.
    #[error(
        "this terminal cannot show a screen (TERM=dumb); \
         --yes with --format and standard output elsewhere needs none"
    )]
    DumbTerminal,
    /// The system refused what the program is made of.
    #[error("{0}")]
    System(#[from] io::Error),
}

/// Runs the program and says how it ended. `started` is when the process did.
///
/// # Errors
/// When it cannot start, or the terminal fails before anything was created.
pub fn run(settings: Settings, started: Instant) -> Result<Exit, RunError> {
    let journal_stream = std::env::var("JOURNAL_STREAM").ok();
    let stdout = check_stdout(journal_stream.as_deref())?;
    let outlet = outlet::decide(stdout, settings.format, settings.beforehand.submits)?;
    if settings.beforehand.submits {
        check_submission(&settings)?;
    }
    if outlet.needs_terminal && std::env::var("TERM").is_ok_and(|term| term == "dumb") {
        return Err(RunError::DumbTerminal);
    }
    panics::keep_place_only();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let submits_at_once = settings.beforehand.submits;
    let mut run = Run::prepare(settings, outlet, started)?;
    let ended = catch_unwind(AssertUnwindSafe(|| runtime.block_on(run.interact(submits_at_once))));
    // From here on the terminal is the user's again.
    let exit = match ended {
        Ok(Ok(exit)) => Ok(exit),
        Ok(Err(error)) if run.end_without_loop(&runtime) => Err(error),
        Ok(Err(_)) => Ok(Exit::NotDelivered),
        Err(_) => Ok(run.end_after_own_mistake(&runtime)),
    };
    run.leave(&runtime);
    runtime.shutdown_background();
    exit
}

/// Without the form there is nobody to mend a field.
fn check_submission(settings: &Settings) -> Result<(), RunError> {
    if settings.source.is_none() {
        return Err(RunError::NoCredentials);
    }
    match settings.form.first_problem() {
        Some(name) => Err(RunError::Field(name.label(), field_problem(&settings.form, name))),
        None => Ok(()),
    }
}

fn field_problem(form: &Form, name: FieldName) -> String {
    match form.verdict(name) {
        Verdict::Incomplete(missing) => missing,
        Verdict::Wrong { message, .. } => message,
        Verdict::Refused(words) => words.to_string(),
        Verdict::Silent | Verdict::RightId(_) | Verdict::RightLifetime { .. } => "it is needed".to_owned(),
    }
}

/// All that one run works on.
struct Run {
    model: Model,
    theme: view::Theme,
    executor: Executor,
    answers: Option<UnboundedReceiver<Event>>,
    started: Instant,
    told_later: Vec<Said>,
}

impl Run {
    fn prepare(settings: Settings, outlet: StdoutPlan, started: Instant) -> Result<Self, RunError> {
        let terminal =
            outlet.needs_terminal.then(terminal::open).transpose().map_err(RunError::NoTerminal)?;
        let (columns, rows) = crossterm::terminal::size().unwrap_or((80, 24));
        let size = Size { columns, rows };
        let mut model = Model::new(settings.session, settings.form, size, moment(started));
        model.credential_notes = settings.notes;
        model.output = outlet.output;
        model.beforehand = settings.beforehand;
        model.has_terminal = outlet.needs_terminal;
        model.login_holder = settings.login_holder;
        model.query_flags = settings.query_flags;
        if settings.source.is_none() {
            model.screen = core::Screen::SignIn(Box::new(SignIn::new(settings.profiles)));
        }
        let (sender, answers) = mpsc::unbounded_channel();
        let program = delivery::this_program();
        let copier = Copier::new(settings.environment, settings.clipboard, settings.clear_after, program);
        let executor = Executor {
            connection: Arc::new(Connections::new(settings.source, settings.query_flags)),
            copier: Arc::new(copier),
            desk: Arc::new(settings.desk),
            terminal,
            home: settings.home,
            notes: Arc::new(Notes::new(settings.state_folder)),
            unfinished: Arc::default(),
            answers: sender,
        };
        let told_later = Vec::new();
        Ok(Self { model, theme: settings.theme, executor, answers: Some(answers), started, told_later })
    }

    async fn interact(&mut self, submits_at_once: bool) -> Result<Exit, RunError> {
        let signals = Signals::listen()?;
        let mut surface = match self.executor.terminal.clone() {
            Some(terminal) => TerminalHandle::shown(terminal, terminal_input).map_err(RunError::Terminal)?,
            None => TerminalHandle::absent(terminal_input),
        };
        let Some(answers) = self.answers.take() else { return Ok(Exit::NothingCreated) };
        let mut event_loop = EventLoop {
            model: &mut self.model,
            theme: self.theme.clone(),
            executor: self.executor.clone(),
            answers,
            started: self.started,
            told_later: Vec::new(),
        };
        let first = submits_at_once.then_some(Event::SubmittedBeforehand);
        let ended = event_loop.run(&mut surface, signals, first).await;
        self.told_later = event_loop.told_later;
        ended.map_err(RunError::Terminal)
    }

    /// A panic of ours: the terminal has been given back by unwinding. What the model knew still decides what
    /// is said and which code is returned.
    fn end_after_own_mistake(&mut self, runtime: &Runtime) -> Exit {
        let place = panics::place();
        let _ = writeln!(io::stderr(), "atlas-secret stopped by a mistake of its own at {place}");
        // Only "nothing was created" is certain enough for its code.
        if self.end_without_loop(runtime) { Exit::NothingCreated } else { Exit::NotDelivered }
    }

    /// Ends the model where the loop did not: what became of each secret is in its farewells then, and what the
    /// end wants done (a note taken away, a clipboard emptied) is done. True when nothing was created.
    fn end_without_loop(&mut self, runtime: &Runtime) -> bool {
        let _inside = runtime.enter();
        // A first signal may still wait for a running request, a second never does. Not one more than it takes:
        // each end says what became of the secret on the screen.
        for _ in 0..2 {
            let terminated = Event::SignalReceived(Signal::Terminate);
            let effects = update(&mut self.model, moment(self.started), terminated);
            let is_over = !effects.is_empty();
            for effect in effects {
                self.executor.start(effect);
            }
            if is_over {
                break;
            }
        }
        self.model.farewells.is_empty()
    }

    /// What is left to do once the screen is gone: say what became of the secrets, and give the token back.
    fn leave(&self, runtime: &Runtime) {
        let zone = self.model.zone.as_ref();
        for told in &self.told_later {
            say(&view::said(told, zone));
        }
        for farewell in &self.model.farewells {
            say(&farewell_line(farewell, &self.model));
        }
        runtime.block_on(async {
            self.executor.settle().await;
            self.executor.connection.close().await;
        });
    }
}

/// Says a line on standard error, where the program names itself. Where that is closed there is nobody to tell.
pub(super) fn say(words: &str) {
    let _ = writeln!(io::stderr(), "atlas-secret: {words}");
}

fn farewell_line(farewell: &ExitSummary, model: &Model) -> String {
    let secret = farewell.secret_id.as_ref().map_or(String::new(), |id| format!("secret {id} "));
    let expires = match farewell.expires_at {
        Some(at) => format!(", expires {}", date_time(at, model.zone.as_ref())),
        None => String::new(),
    };
    format!("{secret}of {}{expires}: {}", farewell.client, farewell.fate.words())
}
