//! The loop: events in, frames out. It sleeps until something happens.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::core::{Effect, Event, Model, Said, Signal, update, wake_at};
use crate::domain::{Exit, Now};
use crate::view::{self, Theme};

use super::effects::Executor;
use super::signals::Signals;
use super::surface::{TerminalHandle, Wake};

/// What the loop works on.
pub(super) struct EventLoop<'a> {
    pub model: &'a mut Model,
    pub theme: Theme,
    pub executor: Executor,
    pub answers: UnboundedReceiver<Event>,
    pub started: Instant,
    /// What is to be told once the screen is gone.
    pub told_later: Vec<Said>,
}

/// What one step of the loop waited for.
enum Woken {
    Events(Vec<Event>),
    TerminalGone,
}

impl EventLoop<'_> {
    /// Runs until the core says to leave. `first` happens before the first frame, so that no screen shows up that
    /// is left at once; without it the first frame comes before anything else.
    pub async fn run(
        &mut self,
        surface: &mut TerminalHandle,
        mut signals: Signals,
        first: Option<Event>,
    ) -> std::io::Result<Exit> {
        if first.is_none() {
            self.draw(surface)?;
        }
        self.prepare();
        surface.listen();
        let mut events: Vec<Event> = first.into_iter().collect();
        loop {
            while let Ok(event) = self.answers.try_recv() {
                events.push(event);
            }
            if let Some(exit) = self.handle(events, surface)? {
                return Ok(exit);
            }
            if self.draw(surface).is_err()
                && let Some(exit) = self.hang_up(surface)?
            {
                return Ok(exit);
            }
            events = match self.wait(&mut signals, surface).await {
                Woken::Events(events) => events,
                Woken::TerminalGone => {
                    if let Some(exit) = self.hang_up(surface)? {
                        return Ok(exit);
                    }
                    Vec::new()
                }
            };
        }
    }

    /// Tells the core what happened and does what it wants, until nothing is left to do.
    fn handle(&mut self, events: Vec<Event>, surface: &mut TerminalHandle) -> std::io::Result<Option<Exit>> {
        let mut is_back = false;
        for event in &events {
            is_back |= surface.note(event)?;
        }
        let mut effects = if is_back { self.update(resized()) } else { Vec::new() };
        effects.extend(self.update(events));
        while !effects.is_empty() {
            match effects.remove(0) {
                Effect::Quit(exit) => return Ok(Some(exit)),
                Effect::Repaint => surface.forget()?,
                Effect::Suspend => {
                    surface.suspend()?;
                    // Time went on meanwhile: what was revealed may have to be hidden again.
                    effects.extend(self.update(resized()));
                    effects.extend(self.update(vec![Event::TimePassed]));
                }
                Effect::TakeTerminal => {
                    // Escape sequences go there too from now on.
                    self.executor.terminal = surface.appear();
                    let is_taken = self.executor.terminal.is_some();
                    effects.extend(self.update(vec![Event::TerminalTaken { is_taken }]));
                }
                Effect::Tell(said) => self.tell(said),
                effect => {
                    surface.lend_for(&effect);
                    self.executor.start(effect);
                }
            }
        }
        Ok(None)
    }

    fn update(&mut self, events: Vec<Event>) -> Vec<Effect> {
        let started = self.started;
        events.into_iter().flat_map(|event| update(self.model, moment(started), event)).collect()
    }

    /// The terminal is gone: what SIGHUP says, and once only, for a second signal would not wait for a
    /// running request.
    fn hang_up(&mut self, surface: &mut TerminalHandle) -> std::io::Result<Option<Exit>> {
        if surface.lose() {
            return self.handle(vec![Event::SignalReceived(Signal::HangUp)], surface);
        }
        Ok(None)
    }

    async fn wait(&mut self, signals: &mut Signals, surface: &mut TerminalHandle) -> Woken {
        let wake = wake_at(self.model);
        let is_lent = surface.is_lent_to_command();
        tokio::select! {
            biased;
            signal = signals.next() => match signal {
                Signal::HangUp if surface.has_screen() => Woken::TerminalGone,
                // What is typed at a command that has the terminal is not meant for this program.
                Signal::Interrupt if is_lent => Woken::Events(Vec::new()),
                signal => Woken::Events(vec![Event::SignalReceived(signal)]),
            },
            Some(event) = self.answers.recv() => Woken::Events(vec![event]),
            wake = surface.next() => match wake {
                Wake::Events(events) => Woken::Events(events),
                Wake::Gone => Woken::TerminalGone,
            },
            () = tokio::time::sleep(wake.unwrap_or(Duration::MAX)), if wake.is_some() => {
                Woken::Events(vec![Event::TimePassed])
            }
        }
    }

    /// What takes longer than drawing and is needed soon: the time zone's file, and the client with its
    /// trust roots.
    fn prepare(&self) {
        let answers = self.executor.answers.clone();
        tokio::task::spawn_blocking(move || {
            // Nobody listens any more only when the program is leaving.
            let _ = answers.send(Event::ZoneLoaded(TimeZone::system()));
        });
        self.executor.tell_login();
        self.executor.look_back();
    }

    /// Without a screen at once; a screen would be torn by it, so there it waits.
    fn tell(&mut self, said: Said) {
        if self.model.has_terminal {
            self.told_later.push(said);
        } else {
            super::run::say(&view::said(&said, self.model.zone.as_ref()));
        }
    }

    fn draw(&mut self, surface: &mut TerminalHandle) -> std::io::Result<()> {
        #[cfg(debug_assertions)]
        if matches!(self.model.screen, crate::core::Screen::Created(_)) {
            super::rehearsal::panic_if_asked("draw");
        }
        surface.draw(|frame| view::draw(self.model, &self.theme, frame))
    }
}

/// The size of a terminal that was somebody else's: whoever is stopped is not told that it has changed.
fn resized() -> Vec<Event> {
    let size = crossterm::terminal::size().ok();
    size.map(|(columns, rows)| Event::Resized { columns, rows }).into_iter().collect()
}

/// Now, on both clocks.
pub(super) fn moment(started: Instant) -> Now {
    Now { wall: Timestamp::now(), uptime: started.elapsed() }
}
