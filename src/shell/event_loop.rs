//! The loop: events in, frames out. It sleeps until something happens.

use std::io;
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::time::timeout;

use crate::domain::Exit;
use crate::terminal::{Signals, TerminalHandle};
use crate::tui::{Command, Event, Signal};

use super::{Run, now};

/// How long signals may take that were sent while a command had the terminal.
const SIGNALS_SETTLE: Duration = Duration::from_millis(50);

impl Run {
    /// Runs until the interface says to leave. `first` is done before the first frame, so that no screen shows up
    /// that is left at once; without it the first frame comes before anything else.
    pub(super) async fn event_loop(
        &mut self,
        terminal: &mut TerminalHandle,
        signals: &mut Signals,
        first: Vec<Command>,
    ) -> io::Result<Exit> {
        if first.is_empty() {
            self.draw(terminal)?;
        }
        self.load_in_background();
        signals.listen_to_the_rest();
        terminal.listen()?;
        if let Some(exit) = self.carry_out(first, terminal)? {
            return Ok(exit);
        }
        let mut events = Vec::new();
        loop {
            if let Some(exit) = self.handle(events, terminal)? {
                return Ok(exit);
            }
            while let Some(event) = self.executor.runner.try_next() {
                if let Some(exit) = self.handle(vec![event], terminal)? {
                    return Ok(exit);
                }
            }
            if self.draw(terminal).is_err()
                && let Some(exit) = self.handle(hang_up(terminal), terminal)?
            {
                return Ok(exit);
            }
            events = self.wait(signals, terminal).await.unwrap_or_else(|| hang_up(terminal));
        }
    }

    /// Tells the interface what happened, all of it at one time, and does what it wants.
    fn handle(&mut self, events: Vec<Event>, terminal: &mut TerminalHandle) -> io::Result<Option<Exit>> {
        let (at, mut commands) = (now(self.started), Vec::new());
        for event in events {
            if terminal.resume_after(&event)? {
                self.command_has_ended = matches!(event, Event::CommandEnded(..));
                commands.extend(self.app.update(at, terminal.resized()));
            }
            commands.extend(self.app.update(at, event));
        }
        self.carry_out(commands, terminal)
    }

    fn carry_out(
        &mut self,
        mut commands: Vec<Command>,
        terminal: &mut TerminalHandle,
    ) -> io::Result<Option<Exit>> {
        while !commands.is_empty() {
            match commands.remove(0) {
                Command::Quit(exit) => return Ok(Some(exit)),
                Command::Repaint => terminal.repaint()?,
                Command::Suspend => {
                    terminal.stop()?;
                    // Time went on meanwhile: what was revealed may have to be hidden again.
                    let at = now(self.started);
                    commands.extend(self.app.update(at, terminal.resized()));
                    commands.extend(self.app.update(at, Event::TimePassed));
                }
                Command::Report(line) => self.exit_messages.push(line),
                command => {
                    terminal.suspend_for(&command);
                    self.executor.start(command);
                }
            }
        }
        Ok(None)
    }

    /// What happens next; `None` when the terminal is gone.
    async fn wait(&mut self, signals: &mut Signals, terminal: &mut TerminalHandle) -> Option<Vec<Event>> {
        if std::mem::take(&mut self.command_has_ended) {
            // A Ctrl-C at the command went to this program, too, and may be seen only now.
            while let Ok(signal) = timeout(SIGNALS_SETTLE, signals.next()).await {
                if !signal.is_from_keyboard() {
                    return after_signal(signal);
                }
            }
        }
        let wake = self.app.wake_in();
        let is_for_command = terminal.is_for_command();
        tokio::select! {
            biased;
            // An answer that is there already counts before a signal that would end the program without it.
            event = self.executor.runner.next() => Some(vec![event]),
            signal = signals.next() => match signal {
                // What is typed at a command that has the terminal is not meant for this program.
                signal if is_for_command && signal.is_from_keyboard() => Some(Vec::new()),
                signal => after_signal(signal),
            },
            events = terminal.next() => events,
            () = tokio::time::sleep(wake.unwrap_or(Duration::MAX)), if wake.is_some() => {
                Some(vec![Event::TimePassed])
            }
        }
    }

    /// What takes longer than drawing and is needed soon: the time zone's file, and the client with its trust
    /// roots.
    fn load_in_background(&self) {
        let events = self.executor.runner.sender();
        tokio::task::spawn_blocking(move || events.send(Event::ZoneLoaded(TimeZone::system())));
        self.executor.report_login();
        self.executor.report_pending();
    }

    fn draw(&mut self, terminal: &mut TerminalHandle) -> io::Result<()> {
        #[cfg(debug_assertions)]
        if matches!(self.app.screen, crate::tui::Screen::Created(_)) {
            crate::jobs::test_hooks::panic_if_asked("draw");
        }
        terminal.draw(|frame| self.app.draw(&self.theme, frame))
    }
}

/// The event of a signal; `None` for SIGHUP, which says the same as a terminal that is found to be gone.
fn after_signal(signal: Signal) -> Option<Vec<Event>> {
    (signal != Signal::HANG_UP).then(|| vec![Event::SignalReceived(signal)])
}

/// The terminal is gone: the same as SIGHUP, and once only, since a second signal would not wait for a running request.
fn hang_up(terminal: &mut TerminalHandle) -> Vec<Event> {
    if terminal.lose() { vec![Event::SignalReceived(Signal::HANG_UP)] } else { Vec::new() }
}
