//! The loop: events in, frames out. It sleeps until something happens.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::core::{Effect, Event, Model, Signal, update, wake_at};
use crate::domain::{Exit, Moment};
use crate::view::{self, Theme};

use super::effects::Executor;
use super::input::{Input, next_events};
use super::screen::Screen;
use super::signals::Signals;

/// How the terminal's reports are opened: once at the start, and again after each suspension.
pub type OpenInput = fn() -> Input;

/// What the loop works on.
pub(super) struct EventLoop<'a> {
    pub model: &'a mut Model,
    pub theme: Theme,
    pub executor: Executor,
    pub answers: UnboundedReceiver<Event>,
    pub started: Instant,
    pub open_input: OpenInput,
    /// True once nobody sees the screen any more: its end is reported once, and nothing is drawn or read.
    pub is_terminal_gone: bool,
}

/// What one step of the loop waited for.
enum Woken {
    Events(Vec<Event>),
    TerminalGone,
}

impl EventLoop<'_> {
    /// Runs until the core says to leave. The first frame comes before anything else.
    pub async fn run(&mut self, screen: &mut Screen, mut signals: Signals) -> std::io::Result<Exit> {
        self.draw(screen)?;
        self.prepare();
        let mut input = (self.open_input)();
        loop {
            let mut events = match self.wait(&mut signals, &mut input).await {
                Woken::Events(events) => events,
                Woken::TerminalGone => self.hang_up(),
            };
            while let Ok(event) = self.answers.try_recv() {
                events.push(event);
            }
            let mut effects = self.update(events);
            while !effects.is_empty() {
                match effects.remove(0) {
                    Effect::Quit(exit) => return Ok(exit),
                    Effect::Repaint => screen.forget()?,
                    Effect::Suspend => {
                        input = self.suspend(screen, input)?;
                        // Time went on meanwhile: what was revealed may have to be hidden again.
                        effects.extend(self.update(vec![Event::TimePassed]));
                    }
                    effect => self.executor.start(effect),
                }
            }
            if !self.is_terminal_gone && self.draw(screen).is_err() {
                let events = self.hang_up();
                for effect in self.update(events) {
                    if let Effect::Quit(exit) = effect {
                        return Ok(exit);
                    }
                }
            }
        }
    }

    fn update(&mut self, events: Vec<Event>) -> Vec<Effect> {
        let started = self.started;
        events.into_iter().flat_map(|event| update(self.model, moment(started), event)).collect()
    }

    /// The terminal is gone: what SIGHUP says, and once only, for a second signal would not wait for a
    /// running request.
    fn hang_up(&mut self) -> Vec<Event> {
        let is_news = !self.is_terminal_gone;
        self.is_terminal_gone = true;
        is_news.then_some(Event::SignalReceived(Signal::HangUp)).into_iter().collect()
    }

    async fn wait(&mut self, signals: &mut Signals, input: &mut Input) -> Woken {
        let wake = wake_at(self.model);
        tokio::select! {
            biased;
            signal = signals.next() => match signal {
                Signal::HangUp => Woken::TerminalGone,
                signal => Woken::Events(vec![Event::SignalReceived(signal)]),
            },
            Some(event) = self.answers.recv() => Woken::Events(vec![event]),
            events = next_events(input), if !self.is_terminal_gone => events.map_or(Woken::TerminalGone, Woken::Events),
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
        let connection = std::sync::Arc::clone(&self.executor.connection);
        tokio::spawn(async move { connection.client().await.map(|_| ()) });
    }

    fn draw(&mut self, screen: &mut Screen) -> std::io::Result<()> {
        #[cfg(debug_assertions)]
        if matches!(self.model.screen, crate::core::Screen::Created(_)) {
            super::rehearsal::panic_if_asked("draw");
        }
        screen.draw(|frame| view::draw(self.model, &self.theme, frame))
    }

    /// Job control: gives the terminal back, stops the whole process group (stopping only this process would
    /// leave a pipeline's shell hanging), and takes the terminal again when it is continued.
    fn suspend(&self, screen: &mut Screen, input: Input) -> std::io::Result<Input> {
        drop(input);
        Screen::leave();
        stop_process_group();
        screen.enter_again()?;
        Ok((self.open_input)())
    }
}

#[cfg(unix)]
fn stop_process_group() {
    // An orphaned process group cannot be stopped; then nothing happens, which is right.
    let _ = rustix::process::kill_current_process_group(rustix::process::Signal::TSTP);
}

#[cfg(not(unix))]
fn stop_process_group() {}

/// Now, on both clocks.
pub(super) fn moment(started: Instant) -> Moment {
    Moment { wall: Timestamp::now(), uptime: started.elapsed() }
}
