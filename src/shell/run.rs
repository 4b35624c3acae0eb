//! One run of the program, from the settings to the exit code.

use std::io::{self, IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

use crate::core::{self, Event, Model, SignIn, Signal, Size, update};
use crate::domain::{Exit, Farewell};
use crate::handoff::{Copier, HolderProgram};
use crate::view::date_time;

use super::connection::{Connections, Flags};
use super::effects::Executor;
use super::event_loop::{EventLoop, moment};
use super::input::terminal_input;
use super::panics;
use super::screen::Screen;
use super::settings::Settings;
use super::signals::Signals;

/// How long a copy stays on the system's clipboard.
const CLEAR_AFTER: Duration = Duration::from_secs(60);

/// Runs the program on the terminal and says how it ended. `started` is when the process did.
///
/// # Errors
/// When there is no terminal, or it fails while it is used; then it has been given back.
pub fn run(settings: Settings, started: Instant) -> io::Result<Exit> {
    if !io::stdout().is_terminal() {
        let words = "standard output is not a terminal; atlas-secret shows its screen there";
        return Err(io::Error::new(io::ErrorKind::Unsupported, words));
    }
    panics::keep_place_only();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (columns, rows) = crossterm::terminal::size()?;
    let mut model = Model::new(settings.session, settings.form, Size { columns, rows }, moment(started));
    model.credential_notes = settings.notes;
    if settings.source.is_none() {
        model.screen = core::Screen::SignIn(Box::new(SignIn::new(settings.profiles)));
    }
    let flags = Flags { envelope: settings.envelope, pretty: settings.pretty };
    let connection = Arc::new(Connections::new(settings.source, flags));
    let holder = HolderProgram::this_program();
    let copier = Copier::new(settings.environment, settings.clipboard, Some(CLEAR_AFTER), holder);
    let (sender, answers) = mpsc::unbounded_channel();
    let executor = Executor {
        connection: Arc::clone(&connection),
        copier: Arc::new(copier),
        desk: Arc::new(settings.desk),
        answers: sender,
    };
    let mut event_loop = EventLoop {
        model: &mut model,
        theme: settings.theme,
        executor,
        answers,
        started,
        open_input: terminal_input,
        is_terminal_gone: false,
    };
    let ended = catch_unwind(AssertUnwindSafe(|| runtime.block_on(interact(&mut event_loop))));
    drop(event_loop);
    // From here on the terminal is the user's again.
    let exit = match ended {
        Ok(Ok(exit)) => Ok(exit),
        Ok(Err(error)) if is_nothing_created(&mut model, started) => Err(error),
        Ok(Err(_)) => Ok(Exit::NotHandedOver),
        Err(_) => Ok(after_own_mistake(&mut model, started)),
    };
    leave(&runtime, &connection, &model.farewells, &model);
    runtime.shutdown_background();
    exit
}

async fn interact(event_loop: &mut EventLoop<'_>) -> io::Result<Exit> {
    let signals = Signals::listen()?;
    let mut screen = Screen::enter()?;
    event_loop.run(&mut screen, signals).await
}

/// What is left to do once the screen is gone: say what became of the secrets, and give the token back.
/// What is on the clipboard is its holder's business.
fn leave(runtime: &Runtime, connection: &Connections, farewells: &[Farewell], model: &Model) {
    let mut stderr = io::stderr().lock();
    for farewell in farewells {
        let _ = writeln!(stderr, "{}", farewell_line(farewell, model));
    }
    runtime.block_on(connection.close());
}

fn farewell_line(farewell: &Farewell, model: &Model) -> String {
    let secret = farewell.secret_id.as_ref().map_or(String::new(), |id| format!("secret {id} "));
    let expires = match farewell.expires_at {
        Some(at) => format!(", expires {}", date_time(at, model.zone.as_ref())),
        None => String::new(),
    };
    format!("atlas-secret: {secret}of {}{expires}: {}", farewell.client, farewell.fate.words())
}

/// A panic of ours: the terminal has been given back by unwinding. What the model knew still decides what
/// is said and which code is returned.
fn after_own_mistake(model: &mut Model, started: Instant) -> Exit {
    let place = panics::place();
    let _ = writeln!(io::stderr(), "atlas-secret stopped by a mistake of its own at {place}");
    // A copy may have died with the program, so only "nothing was created" is certain enough for its code.
    if is_nothing_created(model, started) { Exit::NothingCreated } else { Exit::NotHandedOver }
}

/// Ends the model where the loop did not: what became of each secret is in its farewells then.
fn is_nothing_created(model: &mut Model, started: Instant) -> bool {
    // A first signal may still wait for a running request, a second never does. Not one more than it takes:
    // each end says what became of the secret on the screen.
    let mut terminate = || update(model, moment(started), Event::SignalReceived(Signal::Terminate));
    if terminate().is_empty() {
        terminate();
    }
    model.farewells.is_empty()
}
