//! The loop: events in, frames out. It sleeps until something happens.

use std::io;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::domain::Exit;
use crate::terminal::{Signals, TerminalHandle, Wake};
use crate::tui::{Command, Event, Signal};

use super::{Run, now};

impl Run {
    /// Runs until the interface says to leave. `first` is done before the first frame, so that no screen shows up
    /// that is left at once; without it the first frame comes before anything else.
    pub(super) async fn event_loop(
        &mut self,
        surface: &mut TerminalHandle,
        signals: &mut Signals,
        first: Vec<Command>,
    ) -> io::Result<Exit> {
        if first.is_empty() {
            self.draw(surface)?;
        }
        self.load_in_background();
        surface.listen()?;
        if let Some(exit) = self.carry_out(first, surface)? {
            return Ok(exit);
        }
        let mut events = Vec::new();
        loop {
            if let Some(exit) = self.handle(events, surface)? {
                return Ok(exit);
            }
            while let Some(event) = self.executor.runner.try_next() {
                if let Some(exit) = self.handle(vec![event], surface)? {
                    return Ok(exit);
                }
            }
            if self.draw(surface).is_err()
                && let Some(exit) = self.handle(hang_up(surface), surface)?
            {
                return Ok(exit);
            }
            events = match self.wait(signals, surface).await {
                Wake::Events(events) => events,
                Wake::Gone => hang_up(surface),
            };
        }
    }

    /// Tells the interface what happened, and does what it wants.
    fn handle(&mut self, events: Vec<Event>, surface: &mut TerminalHandle) -> io::Result<Option<Exit>> {
        let mut is_back = false;
        for event in &events {
            is_back |= surface.note(event)?;
        }
        let mut commands = if is_back { self.update(surface.resized()) } else { Vec::new() };
        commands.extend(self.update(events));
        self.carry_out(commands, surface)
    }

    fn carry_out(
        &mut self,
        mut commands: Vec<Command>,
        surface: &mut TerminalHandle,
    ) -> io::Result<Option<Exit>> {
        while !commands.is_empty() {
            match commands.remove(0) {
                Command::Quit(exit) => return Ok(Some(exit)),
                Command::Repaint => surface.forget()?,
                Command::Suspend => {
                    surface.suspend()?;
                    // Time went on meanwhile: what was revealed may have to be hidden again.
                    commands.extend(self.update(surface.resized()));
                    commands.extend(self.update(vec![Event::TimePassed]));
                }
                Command::Report(line) => self.exit_messages.push(line),
                command => {
                    surface.lend_for(&command);
                    self.executor.start(command);
                }
            }
        }
        Ok(None)
    }

    fn update(&mut self, events: Vec<Event>) -> Vec<Command> {
        let started = self.started;
        events.into_iter().flat_map(|event| self.app.update(now(started), event)).collect()
    }

    async fn wait(&mut self, signals: &mut Signals, surface: &mut TerminalHandle) -> Wake {
        let wake = self.app.wake_in();
        let is_lent = surface.is_lent_to_command();
        tokio::select! {
            biased;
            // An answer that is there already counts before a signal that would end the program without it.
            event = self.executor.runner.next() => Wake::Events(vec![event]),
            signal = signals.next() => match signal {
                // Also after the terminal was found to be gone: both say the same.
                Signal::HANG_UP if surface.has_terminal() => Wake::Gone,
                // What is typed at a command that has the terminal is not meant for this program.
                signal if is_lent && signal.is_from_keyboard() => Wake::Events(Vec::new()),
                signal => Wake::Events(vec![Event::SignalReceived(signal)]),
            },
            wake = surface.next() => wake,
            () = tokio::time::sleep(wake.unwrap_or(Duration::MAX)), if wake.is_some() => {
                Wake::Events(vec![Event::TimePassed])
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

    fn draw(&mut self, surface: &mut TerminalHandle) -> io::Result<()> {
        #[cfg(debug_assertions)]
        if matches!(self.app.screen, crate::tui::Screen::Created(_)) {
            crate::jobs::test_hooks::panic_if_asked("draw");
        }
        surface.draw(|frame| self.app.draw(&self.theme, frame))
    }
}

/// The terminal is gone: the same as SIGHUP, and once only, since a second signal would not wait for a running request.
fn hang_up(surface: &mut TerminalHandle) -> Vec<Event> {
    if surface.lose() { vec![Event::SignalReceived(Signal::HANG_UP)] } else { Vec::new() }
}
