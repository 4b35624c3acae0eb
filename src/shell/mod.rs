//! A run of the program: settings, terminal, event loop, signals, and the messages at the end.

mod event_loop;
mod executor;
mod names;
mod settings;

use std::error::Error;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};

use crate::delivery::{StdoutError, StdoutKind, check_stdout};
use crate::domain::{
    Certainty, Delivery, Disposition, Exit, ExitSummary, FieldName, Format, Now, ServerText, Session, text,
    without_secrets, without_tokens,
};
use crate::headless::{Headless, Undelivered};
use crate::jobs::{Connections, Records, Step};
use crate::process::{self, say};
use crate::terminal::{Signals, TerminalHandle, TerminalOutput};
use crate::tui::screens::{CreatedScreen, Form, Validation, Verification};
use crate::tui::{App, Command, Event, JobRunner, Output, Screen, Signal, Size, Theme};

pub use crate::demo::serve_demo;
pub use crate::process::{forbid_core_dumps, survive_file_size_limit};
pub use settings::Settings;

use executor::Executor;

/// How many files a run has open at once, with some to spare: event loop, terminal, connections, name server, records,
/// clipboard process.
#[cfg(unix)]
const OPEN_FILES: usize = 24;

const NO_TERMINAL: &str =
    "no terminal found. To run without one, use --yes and --format, and redirect standard output";

/// Runs the program. `started` is when the process started. An error means that nothing was created.
pub fn run(mut settings: Settings, started: Instant) -> Result<Exit, Box<dyn Error>> {
    let journal_stream = std::env::var("JOURNAL_STREAM").ok();
    let stdout = check_stdout(journal_stream.as_deref())?;
    let submits_at_once = settings.app.shared.flags.yes;
    settings.app.shared.output = plan_output(stdout, settings.format, submits_at_once)?;
    if submits_at_once {
        // Such a run may have no help screen that shows these notes. The note that ends the run is part of its error.
        let notes = settings.app.shared.credential_notes.iter();
        for note in notes.filter(|note| settings.unusable.as_ref() != Some(*note)) {
            say(&text::sentence(note.as_str()));
        }
        check_submission(&settings)?;
    }
    if headless_format(&settings.app).is_none() && std::env::var("TERM").is_ok_and(|term| term == "dumb") {
        return Err("this terminal cannot show a screen (TERM=dumb). To run without one, use --yes and --format, and \
                    redirect standard output"
            .into());
    }
    check_open_files()
        .map_err(|error| format!("the limit on open files is too low ({error}); raise it with ulimit -n"))?;
    process::keep_panic_place();
    let (runtime, mut run) = guarded(|| -> Result<_, Box<dyn Error>> {
        // A blocking thread stays, because later it may be impossible to start another (`ulimit -u`, a container's
        // limit). Then the work waits for one that exists.
        let keep_alive = Duration::MAX;
        let runtime = Builder::new_current_thread().enable_all().thread_keep_alive(keep_alive).build()?;
        Ok((runtime, Run::prepare(settings, started)?))
    })??;
    let ended = guarded(|| runtime.block_on(run.go()));
    // From here on the terminal belongs to the shell again.
    let exit = match ended {
        Ok(Ok(exit)) => Ok(exit),
        Ok(Err(error)) => match run.end_without_loop(&runtime) {
            None => Err(error),
            Some(exit) => {
                say(&text::sentence(&error.to_string()));
                Ok(exit)
            }
        },
        Err(panic) => Ok(run.end_after_panic(&panic, &runtime)),
    };
    if let Err(panic) = guarded(|| run.leave(&runtime)) {
        say(&panic);
    }
    runtime.shutdown_background();
    exit
}

/// Runs `work`. If it panics, the error says where.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        let place = process::take_panic_place();
        format!("Internal error at {place}: please report it with this line.")
    })
}

/// Decides what standard output is for, before anything is sent.
fn plan_output(
    stdout: StdoutKind,
    format: Option<Format>,
    submits_at_once: bool,
) -> Result<Output, StdoutError> {
    match (stdout, format) {
        // A template can also be used for copying.
        (StdoutKind::Terminal, None | Some(Format::Template(_))) => Ok(Output::Terminal),
        (StdoutKind::Terminal, Some(_)) => Err(StdoutError::FormatOnTerminal),
        (StdoutKind::Sink, None) if submits_at_once => Err(StdoutError::NoFormat),
        (StdoutKind::Sink, format) => Ok(Output::Sink(format.unwrap_or_default())),
    }
}

/// Returns the format for standard output if this run has no interface.
fn headless_format(app: &App) -> Option<Format> {
    match app.shared.output {
        Output::Sink(format) if app.shared.flags.yes => Some(format),
        _ => None,
    }
}

/// Checks the limit on open files at the start. Otherwise a request would fail later, or a library that does not expect
/// the limit.
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

/// Does `work` on the first blocking thread, which stays for later work. An error means that no thread can be started.
fn start_first_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> io::Result<()> {
    let started = guarded(|| tokio::task::spawn_blocking(work));
    let message = "no thread can be started; raise the limit on processes (ulimit -u)";
    started.map(|_| ()).map_err(|_| io::Error::other(message))
}

/// Checks the credentials and the fields of a run with `--yes`, where no one can change them.
fn check_submission(settings: &Settings) -> Result<(), String> {
    if settings.source.is_none() {
        return Err(match &settings.unusable {
            Some(why) => format!("--yes: no usable credentials: {why}"),
            None => "--yes: no credentials found; use --profile, or set the variables listed in atlas-secret --help"
                .to_owned(),
        });
    }
    check_form(&settings.app.shared.form)
}

/// Fails with the first field that is neither valid nor a name.
fn check_form(form: &Form) -> Result<(), String> {
    let is_wrong = |name: &FieldName| form.name(*name).is_none() && !form.validation(*name).is_valid();
    match FieldName::ALL.into_iter().find(is_wrong) {
        Some(name) => Err(format!("{}{}", form.source(name), field_error(form, name))),
        None => Ok(()),
    }
}

/// What is wrong with the value of a field, to follow the name of its option.
fn field_error(form: &Form, name: FieldName) -> String {
    let value = ServerText::new(&without_tokens(form.field(name).line.text()));
    let message = match form.validation(name) {
        Validation::Incomplete(message) if !value.is_empty() => format!("incomplete, {message}"),
        Validation::Name { message, .. } | Validation::Wrong(message) => message,
        Validation::Refused(message) => message.to_string(),
        _ => return " is required with --yes".to_owned(),
    };
    if value.is_empty() { format!(": {message}") } else { format!(" {value}: {message}") }
}

struct Run {
    app: App,
    theme: Theme,
    executor: Executor,
    started: Instant,
    /// True right after a command gave the terminal back.
    command_has_ended: bool,
    /// How long after the last frame something in it changes.
    wake: Option<Duration>,
    /// Lines to print once the screen is gone.
    exit_messages: Vec<String>,
    /// True if a run without the interface may have created a secret.
    may_have_created: Arc<AtomicBool>,
}

impl Run {
    fn prepare(settings: Settings, started: Instant) -> Result<Self, Box<dyn Error>> {
        let is_headless = headless_format(&settings.app).is_some();
        let terminal = (!is_headless).then(TerminalOutput::open).transpose().map_err(|_| NO_TERMINAL)?;
        let (columns, rows) = terminal.as_ref().map_or((80, 24), TerminalOutput::size);
        let mut app = settings.app;
        app.shared.size = Size { columns, rows };
        app.shared.now = now(started);
        let query_flags = app.shared.query_flags;
        let connections = Arc::new(Connections::new(settings.source, query_flags, is_headless));
        let records = Arc::new(Records::new(settings.state_folder, Arc::clone(&connections)));
        let executor = Executor {
            runner: JobRunner::new(Arc::clone(&connections), Arc::clone(&records), process::wall_clock),
            connections,
            authenticator: Arc::new(settings.authenticator),
            copier: Arc::new(settings.copier),
            terminal,
            records,
            home: settings.home,
            cli_config: settings.cli_config,
            unfinished: Vec::new(),
        };
        Ok(Self {
            app,
            theme: settings.theme,
            executor,
            started,
            command_has_ended: false,
            wake: None,
            exit_messages: Vec::new(),
            may_have_created: Arc::default(),
        })
    }

    async fn go(&mut self) -> Result<Exit, Box<dyn Error>> {
        let mut signals = Signals::listen()?;
        let mut has_signed_in = false;
        if self.app.shared.flags.yes {
            start_first_thread(|| ())?;
            let signed_in_as = self.app.shared.session.signed_in_as();
            let resolving =
                names::resolve(&self.executor.connections, &mut self.app.shared.form, &signed_in_as);
            let resolved = tokio::select! {
                resolved = resolving => resolved,
                signal = signals.next() => return Ok(self.with_message(Exit::Signal(signal.0))),
            };
            match resolved {
                Ok(signed_in) => has_signed_in = signed_in,
                Err((exit, why)) => {
                    say(&without_secrets(&why));
                    return Ok(exit);
                }
            }
            if let Some(warning) = self.app.shared.form.lifetime_warning() {
                say(&format!("--expires-after {warning}. Atlas may refuse it."));
            }
        }
        let Some(format) = headless_format(&self.app) else { return self.interact(&mut signals).await };
        signals.listen_to_the_rest();
        let form = &self.app.shared.form;
        check_form(form)?;
        let new_secret = form.new_secret().ok_or("a field is not complete")?;
        let headless = Headless {
            connections: Arc::clone(&self.executor.connections),
            records: Arc::clone(&self.executor.records),
            new_secret,
            signed_in_as: self.app.shared.session.signed_in_as(),
            login_holder: self.app.shared.login_holder.clone(),
            flags: self.app.shared.flags,
            format,
            has_signed_in,
            may_have_created: Arc::clone(&self.may_have_created),
        };
        match headless.run(async || signals.next().await).await {
            Ok((exit, summary)) => {
                self.app.shared.summaries.extend(summary);
                Ok(if matches!(exit, Exit::Signal(_)) { self.with_message(exit) } else { exit })
            }
            Err(undelivered) => self.rescue(*undelivered, &mut signals).await,
        }
    }

    /// Writing to standard output failed: shows the secret in the terminal, if there is one.
    async fn rescue(
        &mut self,
        undelivered: Undelivered,
        signals: &mut Signals,
    ) -> Result<Exit, Box<dyn Error>> {
        let Undelivered { payload, verified, why } = undelivered;
        self.app.shared.output = Output::Broken;
        self.executor.terminal = TerminalOutput::open().ok();
        if self.executor.terminal.is_some() {
            let mut screen = CreatedScreen::new(payload.new_secret, payload.secret);
            screen.not_printed = Some(why);
            if let Some(result) = verified {
                screen.verification = Verification::Done(result);
            }
            self.app.screen = Screen::Created(Box::new(screen));
            return self.interact(signals).await;
        }
        let client = &payload.new_secret.account.client;
        self.app.shared.summaries.push(ExitSummary::of(client, &payload.secret, Disposition::NotDelivered));
        // There is no record of a demo, nor if the disk is full.
        let is_recorded = self.executor.records.is_recorded().await;
        let offer = if is_recorded { " To delete it, run atlas-secret without --yes." } else { "" };
        say(&format!("{why}{offer}"));
        Ok(Exit::NotDelivered)
    }

    async fn interact(&mut self, signals: &mut Signals) -> Result<Exit, Box<dyn Error>> {
        let failed = |error: io::Error| format!("terminal error: {error}");
        let terminal = self.executor.terminal.clone().ok_or(NO_TERMINAL)?;
        let mut terminal = TerminalHandle::enter(terminal).map_err(failed)?;
        let is_on_form = matches!(self.app.screen, Screen::Form(_));
        let first =
            if self.app.shared.flags.yes && is_on_form { self.app.submit_preapproved() } else { Vec::new() };
        let exit = self.event_loop(&mut terminal, signals, first).await.map_err(failed)?;
        Ok(self.with_message(exit))
    }

    /// Adds a line for an exit that nothing else reports: every exit code but 0 has a line on standard error.
    fn with_message(&mut self, exit: Exit) -> Exit {
        let app = &self.app.shared;
        let is_silent = matches!(exit, Exit::NothingCreated | Exit::Signal(_));
        let is_empty = matches!(app.output, Output::Sink(_)) && !app.summaries.iter().any(is_printed);
        let nothing = (is_silent && app.summaries.is_empty()).then_some(Certainty::NotDone.message());
        let output = (is_silent && is_empty).then_some("Standard output is empty.");
        let message: Vec<&str> = nothing.into_iter().chain(output).collect();
        if !message.is_empty() {
            self.exit_messages.push(message.join(" "));
        }
        exit
    }

    /// Ends the run after a panic, which has restored the terminal. The exit code and the messages still come from the
    /// state of the interface.
    fn end_after_panic(&mut self, panic: &str, runtime: &Runtime) -> Exit {
        say(panic);
        let client = self.app.shared.form.client_id();
        if let Some(client) = client.filter(|_| self.may_have_created.load(Ordering::Relaxed)) {
            self.app.shared.summaries.push(ExitSummary::perhaps_created(client));
        }
        if self.end_without_loop(runtime).is_some() {
            return Exit::NotDelivered;
        }
        say(Certainty::NotDone.message());
        Exit::NothingCreated
    }

    /// Ends the interface if the event loop did not: adds the exit messages, and runs the last commands, which remove a
    /// record or clear the clipboard. `None` if nothing was created.
    fn end_without_loop(&mut self, runtime: &Runtime) -> Option<Exit> {
        let _inside = runtime.enter();
        let mut exit = Exit::NotDelivered;
        // The first signal may wait for a running request; the second does not.
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

    /// Prints the exit messages once the screen is gone, and revokes the token.
    fn leave(&mut self, runtime: &Runtime) {
        for line in &self.exit_messages {
            say(line);
        }
        let zone = self.app.shared.zone.clone().unwrap_or_else(process::time_zone);
        let is_demo = self.app.shared.session == Session::Demo;
        for summary in &self.app.shared.summaries {
            let line = summary.line(&zone);
            // The last sentence says what to do in Atlas, which does not have the demo's secrets.
            match line.rsplit_once(". ").filter(|_| is_demo && summary.disposition.is_loss()) {
                Some((outcome, _)) => say(&format!("{outcome}. There is nothing to do: that was the demo.")),
                None => say(&line),
            }
        }
        runtime.block_on(self.executor.close());
        // These came too late for the screen.
        while let Some(event) = self.executor.runner.try_next() {
            if let Event::RecordFailed(why) | Event::CreateStep(Step::NotRecorded(why)) = event {
                say(&why);
            }
        }
    }
}

fn is_printed(summary: &ExitSummary) -> bool {
    matches!(&summary.disposition, Disposition::Delivered(ways) if ways.contains(&Delivery::Printed))
}

/// The time on both clocks.
pub(super) fn now(started: Instant) -> Now {
    Now { wall: process::wall_clock(), uptime: started.elapsed() }
}
