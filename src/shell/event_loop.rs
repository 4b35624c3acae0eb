//! The event loop: waits for events, updates the interface, carries out its commands, draws. It sleeps while nothing
//! happens.

use std::io;
use std::time::Duration;

use tokio::time::timeout;

use crate::domain::Exit;
use crate::process::time_zone;
use crate::terminal::{Signals, TerminalHandle};
use crate::tui::{Command, Event, Signal};

use super::{Run, now, start_first_thread};

/// How long a signal that was sent while a command had the terminal may take to arrive.
const SIGNALS_SETTLE: Duration = Duration::from_millis(50);

impl Run {
    /// Runs until the interface quits. The commands in `first` are carried out before the first frame, so that no screen
    /// flashes up. If there are none, the first frame comes before anything else.
    pub(super) async fn event_loop(
        &mut self,
        terminal: &mut TerminalHandle,
        signals: &mut Signals,
        first: Vec<Command>,
    ) -> io::Result<Exit> {
        if first.is_empty() {
            self.draw(terminal)?;
        }
        self.load_in_background()?;
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

    /// Updates the interface with events that arrived together, and carries out its commands.
    fn handle(&mut self, events: Vec<Event>, terminal: &mut TerminalHandle) -> io::Result<Option<Exit>> {
        let (at, mut commands) = (now(self.started), Vec::new());
        for event in events {
            if terminal.resume_after(&event)? {
                self.command_has_ended = matches!(event, Event::Delivered(..));
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
                    // Time has passed: a revealed secret may have to be hidden.
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

    /// Waits for the next events; `None` when the terminal is gone.
    async fn wait(&mut self, signals: &mut Signals, terminal: &mut TerminalHandle) -> Option<Vec<Event>> {
        if std::mem::take(&mut self.command_has_ended) {
            // A Ctrl-C at the command was sent to this program, too, and may arrive only now.
            while let Ok(signal) = timeout(SIGNALS_SETTLE, signals.next()).await {
                if !signal.is_from_keyboard() {
                    return after_signal(signal);
                }
            }
        }
        let wake = self.wake.into_iter().chain(self.app.due_in()).min();
        let is_for_command = terminal.is_for_command();
        tokio::select! {
            biased;
            // A response that has arrived comes before a signal, which would end the program without it.
            event = self.executor.runner.next() => Some(vec![event]),
            signal = signals.next() => match signal {
                // It was typed for a command that has the terminal, and is not meant for this program.
                signal if is_for_command && signal.is_from_keyboard() => Some(Vec::new()),
                signal => after_signal(signal),
            },
            events = terminal.next() => events,
            () = tokio::time::sleep(wake.unwrap_or(Duration::MAX)), if wake.is_some() => {
                Some(vec![Event::TimePassed])
            }
        }
    }

    /// Starts what takes longer than drawing and is needed soon: reading the time zone, setting up the client with its
    /// trust roots, reading the records of earlier runs.
    fn load_in_background(&self) -> io::Result<()> {
        let events = self.executor.runner.sender();
        start_first_thread(move || events.send(Event::ZoneLoaded(time_zone())))?;
        self.executor.report_login();
        self.executor.report_pending();
        Ok(())
    }

    fn draw(&mut self, terminal: &mut TerminalHandle) -> io::Result<()> {
        #[cfg(debug_assertions)]
        if matches!(self.app.screen, crate::tui::Screen::Created(_)) {
            crate::jobs::test_hooks::panic_if_asked("draw");
        }
        // Nothing is drawn while another program has the terminal.
        self.wake = None;
        terminal.draw(|frame| self.wake = self.app.draw(&self.theme, frame))
    }
}

/// The event of a signal; `None` for SIGHUP, which means that the terminal is gone.
fn after_signal(signal: Signal) -> Option<Vec<Event>> {
    (signal != Signal::HANG_UP).then(|| vec![Event::SignalReceived(signal)])
}

/// The event of a terminal that is gone: a SIGHUP, but only once, because a second signal would not wait for a running
/// request.
fn hang_up(terminal: &mut TerminalHandle) -> Vec<Event> {
    if terminal.lose() { vec![Event::SignalReceived(Signal::HANG_UP)] } else { Vec::new() }
}
