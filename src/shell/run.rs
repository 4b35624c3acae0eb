//! One run of the program, from the settings to the exit code.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use jiff::tz::TimeZone;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::delivery::{Copier, StdoutKind, StdoutProblem, check_stdout};
use crate::domain::{Exit, ExitSummary, Format, Lifetime, Now, ServerText};
use crate::headless::{Headless, Rescue, option_of};
use crate::jobs::{Connections, Records};
use crate::process::{self, say};
use crate::terminal::{Signals, TerminalHandle, TerminalOutput};
use crate::tui::screens::{FieldName, Form, SignIn, Validation};
use crate::tui::{App, Command, Event, Output, Report, Screen, Signal, Size, Theme, date_time};

use super::error::StartError;
use super::executor::Executor;
use super::names;
use super::settings::Settings;

/// How many files a run opens at once at most, with some to spare: the event loop, the terminal, connections, a name
/// server, records, a clipboard process.
#[cfg(unix)]
const OPEN_FILES: usize = 24;

/// Runs the program and says how it ended. `started` is when the process did.
///
/// # Errors
/// When it cannot start, or the terminal fails before anything was created.
pub fn run(settings: Settings, started: Instant) -> Result<Exit, StartError> {
    let journal_stream = std::env::var("JOURNAL_STREAM").ok();
    let stdout = check_stdout(journal_stream.as_deref())?;
    let plan = plan_stdout(stdout, settings.format, settings.flags.yes)?;
    if settings.flags.yes {
        // No help screen lists them here. The one that ends the run is in its error.
        for note in settings.start.notes.iter().filter(|note| settings.start.unusable.as_ref() != Some(*note))
        {
            say(&note.to_string());
        }
        check_submission(&settings)?;
    }
    if plan.needs_terminal && std::env::var("TERM").is_ok_and(|term| term == "dumb") {
        return Err(StartError::DumbTerminal);
    }
    check_open_files().map_err(StartError::OpenFiles)?;
    process::keep_panic_place();
    let prepared = catch_unwind(AssertUnwindSafe(|| {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok((runtime, Run::prepare(settings, plan, started)?))
    }));
    let (runtime, mut run) =
        prepared.unwrap_or_else(|_| Err(StartError::Panicked(process::take_panic_place())))?;
    let ended = catch_unwind(AssertUnwindSafe(|| runtime.block_on(run.go())));
    // From here on the terminal is the user's again.
    let exit = match ended {
        Ok(Ok(exit)) => {
            let is_empty = run.plan.needs_terminal && matches!(run.plan.output, Output::Sink(_));
            if is_empty && exit == Exit::NothingCreated && run.app.shared.summaries.is_empty() {
                say("nothing was created; standard output is empty");
            }
            Ok(exit)
        }
        Ok(Err(StartError::ListUnreadable(why))) => {
            say(&why);
            Ok(Exit::NothingCreated)
        }
        Ok(Err(error)) => match run.end_without_loop(&runtime) {
            None => Err(error),
            Some(exit) => {
                say(&error.to_string());
                Ok(exit)
            }
        },
        Err(_) => Ok(run.end_after_panic(&runtime)),
    };
    if catch_unwind(AssertUnwindSafe(|| run.leave(&runtime))).is_err() {
        let place = process::take_panic_place();
        say(&format!("Internal error while quitting, at {place}: please report it with this line."));
    }
    runtime.shutdown_background();
    exit
}

/// What a run does with standard output, and whether it needs a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct StdoutPlan {
    output: Output,
    needs_terminal: bool,
}

/// What standard output is for, decided before anything is sent.
fn plan_stdout(
    stdout: StdoutKind,
    format: Option<Format>,
    submits_at_once: bool,
) -> Result<StdoutPlan, StdoutProblem> {
    match (stdout, format) {
        // A template is also for copying.
        (StdoutKind::Terminal, None | Some(Format::Template(_))) => {
            Ok(StdoutPlan { output: Output::Terminal, needs_terminal: true })
        }
        (StdoutKind::Terminal, Some(_)) => Err(StdoutProblem::FormatOnTerminal),
        (StdoutKind::Sink, None) if submits_at_once => Err(StdoutProblem::NoFormat),
        (StdoutKind::Sink, format) => {
            let output = Output::Sink(format.unwrap_or_default());
            Ok(StdoutPlan { output, needs_terminal: !submits_at_once })
        }
    }
}

/// Fails now rather than in the middle of a request, or inside a library that takes open files for granted.
#[cfg(unix)]
fn check_open_files() -> io::Result<()> {
    use std::os::fd::AsFd;
    let opened = (0..OPEN_FILES).map(|_| io::stdin().as_fd().try_clone_to_owned());
    opened.collect::<io::Result<Vec<_>>>().map(|_| ())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "Windows has no such limit")]
fn check_open_files() -> io::Result<()> {
    Ok(())
}

/// Without the form there is no one to change a field.
fn check_submission(settings: &Settings) -> Result<(), StartError> {
    if settings.start.source.is_none() {
        return Err(settings.start.unusable.clone().map_or(StartError::NoCredentials, StartError::Unusable));
    }
    let form = &settings.start.form;
    let is_wrong = |name: &FieldName| form.name(*name).is_none() && !form.validation(*name).is_valid();
    match FieldName::ALL.into_iter().find(is_wrong) {
        Some(name) => Err(StartError::Name(format!("{}{}", option_of(name), field_error(form, name)))),
        None => Ok(()),
    }
}

/// What is wrong with the value of a field, to follow the option.
fn field_error(form: &Form, name: FieldName) -> String {
    let value = ServerText::new(form.field(name).line.text());
    let message = match form.validation(name) {
        Validation::Incomplete(message) if !value.is_empty() => format!("incomplete, {message}"),
        Validation::Name { message, .. } | Validation::Wrong { message, .. } => message,
        Validation::Refused(words) => words.to_string(),
        _ => return " is required with --yes".to_owned(),
    };
    if value.is_empty() { format!(": {message}") } else { format!(" {value}: {message}") }
}

/// All that one run works on.
pub(super) struct Run {
    pub(super) app: App,
    pub(super) theme: Theme,
    pub(super) executor: Executor,
    pub(super) reports: UnboundedReceiver<Report>,
    pub(super) started: Instant,
    plan: StdoutPlan,
    /// What is said once the screen is gone.
    pub(super) exit_messages: Vec<String>,
    /// True if a run without the interface may have created a secret.
    may_have_created: Arc<AtomicBool>,
}

impl Run {
    fn prepare(settings: Settings, plan: StdoutPlan, started: Instant) -> Result<Self, StartError> {
        let terminal =
            plan.needs_terminal.then(TerminalOutput::open).transpose().map_err(StartError::NoTerminal)?;
        let (columns, rows) = terminal.as_ref().map_or((80, 24), TerminalOutput::size);
        let mut app =
            App::new(settings.start.session, settings.start.form, Size { columns, rows }, now(started));
        if Lifetime::parse(app.shared.form.text(FieldName::Lifetime)).is_err() {
            // A date needs the time zone, which is loaded after the first frame otherwise.
            let zone = TimeZone::system();
            app.shared.form.clock = (app.shared.now.wall, zone.clone());
            app.shared.zone = Some(zone);
        }
        app.shared.credential_notes = settings.start.notes;
        app.shared.output = plan.output;
        app.shared.template = settings.template;
        app.shared.sinks = settings.sinks;
        app.shared.flags = settings.flags;
        app.shared.sign_in_host = settings.authenticator.base_url.host();
        app.shared.login_holder = settings.start.login_holder;
        app.shared.query_flags = settings.query_flags;
        if settings.start.source.is_none() {
            app.screen = Screen::SignIn(Box::new(SignIn::new(settings.profiles.clone())));
        }
        app.shared.profiles = settings.profiles;
        let connections = Connections::new(settings.start.source, settings.query_flags, !plan.needs_terminal);
        let connections = Arc::new(connections);
        let records = Arc::new(Records::new(settings.state_folder, Arc::clone(&connections)));
        let program = process::this_program();
        let copier = Copier::new(settings.environment, settings.clipboard, settings.clear_after, program);
        let (mut executor, reports) =
            Executor::new(connections, records, settings.authenticator, copier, settings.home);
        executor.terminal = terminal;
        executor.cli_config = settings.cli_config;
        Ok(Self {
            app,
            theme: settings.theme,
            executor,
            reports,
            started,
            plan,
            exit_messages: Vec::new(),
            may_have_created: Arc::default(),
        })
    }

    async fn go(&mut self) -> Result<Exit, StartError> {
        let mut signals = Signals::listen()?;
        if self.app.shared.flags.yes {
            let who = self.app.shared.session.signed_in_as();
            let resolving = names::resolve(&self.executor.connections, &mut self.app.shared.form, &who);
            tokio::select! {
                resolved = resolving => resolved?,
                signal = signals.next() => return Ok(Exit::Signal(signal.0)),
            }
            if let Some(warning) = self.app.shared.form.lifetime_warning() {
                say(&format!("--expires-after {warning} and may refuse it"));
            }
        }
        let Output::Sink(format) = self.plan.output else { return self.interact(&mut signals).await };
        if self.plan.needs_terminal {
            return self.interact(&mut signals).await;
        }
        let headless = Headless {
            connections: Arc::clone(&self.executor.connections),
            records: Arc::clone(&self.executor.records),
            form: self.app.shared.form.clone(),
            who: self.app.shared.session.signed_in_as(),
            flags: self.app.shared.flags,
            format,
            may_have_created: Arc::clone(&self.may_have_created),
        };
        match headless.run(async || signals.next().await).await {
            Ok(ended) => {
                self.app.shared.summaries.extend(ended.summary);
                Ok(ended.exit)
            }
            Err(rescue) => self.rescue(rescue, &mut signals).await,
        }
    }

    /// Standard output did not take the secret: a terminal still can show it.
    async fn rescue(&mut self, rescue: Rescue, signals: &mut Signals) -> Result<Exit, StartError> {
        self.app.shared.output = Output::Broken;
        self.executor.terminal = TerminalOutput::open().ok();
        if self.executor.terminal.is_some() {
            self.app.screen = Screen::Created(rescue.screen);
            return self.interact(signals).await;
        }
        self.app.shared.summaries.push(rescue.screen.lost());
        // The record outlives this run; nothing is recorded of the demo, which ends with it, nor on a full disk.
        let is_recorded = self.executor.records.is_recorded().await;
        let offer = if is_recorded { " To delete it, run atlas-secret without --yes." } else { "" };
        say(&format!("{}{offer}", rescue.why));
        Ok(Exit::NotDelivered)
    }

    async fn interact(&mut self, signals: &mut Signals) -> Result<Exit, StartError> {
        let mut surface = match self.executor.terminal.clone() {
            Some(terminal) => TerminalHandle::shown(terminal).map_err(StartError::Terminal)?,
            None => TerminalHandle::default(),
        };
        let is_on_form = matches!(self.app.screen, Screen::Form(_));
        let first =
            if self.app.shared.flags.yes && is_on_form { self.app.submit_preapproved() } else { Vec::new() };
        self.event_loop(&mut surface, signals, first).await.map_err(StartError::Terminal)
    }

    /// A panic of ours: the terminal has been restored by unwinding. What the interface knew still decides what
    /// is said and which code is returned.
    fn end_after_panic(&mut self, runtime: &Runtime) -> Exit {
        let place = process::take_panic_place();
        say(&format!("Internal error at {place}: please report it with this line."));
        if self.end_without_loop(runtime).is_some() || self.may_have_created.load(Ordering::Relaxed) {
            return Exit::NotDelivered;
        }
        say("Nothing was created.");
        Exit::NothingCreated
    }

    /// Ends the interface if the loop did not: adds the exit lines, and runs the last commands (removing a record,
    /// clearing a clipboard). `None` when nothing was created.
    fn end_without_loop(&mut self, runtime: &Runtime) -> Option<Exit> {
        let _inside = runtime.enter();
        let mut exit = Exit::NotDelivered;
        // A first signal may still wait for a running request, a second never does. Each end sums up the secret on
        // the screen, so there is no third.
        for _ in 0..2 {
            let commands = self.app.update(now(self.started), Event::SignalReceived(Signal::TERMINATE));
            let mut is_over = false;
            for command in commands {
                match command {
                    Command::Quit(Exit::Signal(_)) => (exit, is_over) = (Exit::Done, true),
                    Command::Quit(of_app) => (exit, is_over) = (of_app, true),
                    command => self.executor.start(command),
                }
            }
            if is_over {
                break;
            }
        }
        (!self.app.shared.summaries.is_empty()).then_some(exit)
    }

    /// After the screen is gone: prints the exit lines, and revokes the token.
    fn leave(&mut self, runtime: &Runtime) {
        for line in &self.exit_messages {
            say(line);
        }
        let zone = self.app.shared.zone.clone().unwrap_or_else(TimeZone::system);
        for summary in &self.app.shared.summaries {
            say(&summary_line(summary, &zone));
        }
        runtime.block_on(self.executor.close());
    }
}

/// Now, on both clocks.
pub(super) fn now(started: Instant) -> Now {
    Now { wall: process::wall_clock(), uptime: started.elapsed() }
}

fn summary_line(summary: &ExitSummary, zone: &TimeZone) -> String {
    let secret =
        summary.secret_id.as_ref().map_or_else(|| "a secret".to_owned(), |id| format!("secret {id}"));
    let expires = match summary.expires_at {
        Some(at) => format!(", expires {}", date_time(at, Some(zone))),
        None => String::new(),
    };
    format!("{secret} of {}{expires}: {}", summary.client, summary.disposition.words())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Template;

    #[test]
    fn what_stdout_gets_is_clear_before_anything_is_sent() {
        use StdoutKind::{Sink, Terminal};
        let shown = |output| Ok(StdoutPlan { output, needs_terminal: true });
        let template = Format::Template(Template::parse("{secret}").unwrap());
        let rows = [
            (Terminal, Some(template), false, shown(Output::Terminal)),
            (Sink, Some(template), false, shown(Output::Sink(template))),
            (Terminal, None, false, shown(Output::Terminal)),
            (Terminal, None, true, shown(Output::Terminal)),
            (Terminal, Some(Format::Env), false, Err(StdoutProblem::FormatOnTerminal)),
            (Terminal, Some(Format::Env), true, Err(StdoutProblem::FormatOnTerminal)),
            (Sink, None, false, shown(Output::Sink(Format::Secret))),
            (Sink, Some(Format::Json), false, shown(Output::Sink(Format::Json))),
            (Sink, None, true, Err(StdoutProblem::NoFormat)),
            (
                Sink,
                Some(Format::Json),
                true,
                Ok(StdoutPlan { output: Output::Sink(Format::Json), needs_terminal: false }),
            ),
        ];
        for (stdout, format, yes, expected) in rows {
            assert_eq!(plan_stdout(stdout, format, yes), expected, "{stdout:?} {format:?} {yes}");
        }
    }
}
