//! Reads the terminal, and turns keys and pastes into events.

use std::io;
#[cfg(unix)]
use std::time::{Duration, Instant};

use crossterm::event::{Event as TerminalEvent, KeyEventKind};
#[cfg(unix)]
use tokio::{io::unix::AsyncFd, time::timeout};

use super::output::TerminalOutput;
#[cfg(unix)]
use super::{
    decoder::Decoder,
    output::{is_gone, open_input},
};
use crate::tui::{Event, KeyPress, PastedText};

/// The terminal, open for reading. Drop it before another program reads the terminal.
#[cfg(unix)]
pub(super) struct Input {
    terminal: AsyncFd<std::fs::File>,
    decoder: Decoder,
}

/// More than a terminal sends at once.
#[cfg(unix)]
const READ_BYTES: usize = 64 * 1024;

#[cfg(unix)]
impl Input {
    pub fn open(output: &TerminalOutput) -> io::Result<Self> {
        let terminal = open_input(output.file())?;
        #[expect(deprecated, reason = "a file keeps its descriptor, and its successor is unsafe to call")]
        let terminal = AsyncFd::with_interest(terminal, tokio::io::Interest::READABLE)?;
        Ok(Self { terminal, decoder: Decoder::new(Instant::now()) })
    }

    /// Waits for the events of the next read. `None` when the terminal is gone.
    pub async fn next(&mut self) -> Option<Vec<Event>> {
        loop {
            let until_deadline = |at: Instant| at.saturating_duration_since(Instant::now());
            let limit = self.decoder.deadline().map_or(Duration::MAX, until_deadline);
            // Input that has arrived comes before the end of the timeout.
            let found = match timeout(limit, self.terminal.readable()).await {
                Ok(ready) => self.decoder.feed(&read(&mut ready.ok()?).ok()?, Instant::now()),
                Err(_) => self.decoder.expire(Instant::now()),
            };
            let events = events_of(found);
            if !events.is_empty() {
                return Some(events);
            }
        }
    }
}

/// Reads what has arrived, which may be nothing. It can contain a pasted secret; the allocator wipes the buffer.
#[cfg(unix)]
fn read(ready: &mut tokio::io::unix::AsyncFdReadyGuard<'_, std::fs::File>) -> io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::with_capacity(READ_BYTES);
    let terminal = ready.get_inner();
    let result = terminal.take(READ_BYTES as u64).read_to_end(&mut bytes);
    match result {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => ready.clear_ready(),
        _ if !bytes.is_empty() => {}
        Err(error) => return Err(error),
        Ok(_) if is_gone(terminal) => return Err(io::ErrorKind::UnexpectedEof.into()),
        // An end of file that was typed while another program had the terminal.
        Ok(_) => ready.clear_ready(),
    }
    Ok(bytes)
}

/// The console, read by crossterm.
#[cfg(not(unix))]
pub(super) struct Input(crossterm::event::EventStream);

#[cfg(not(unix))]
impl Input {
    pub fn open(_: &TerminalOutput) -> io::Result<Self> {
        Ok(Self(crossterm::event::EventStream::new()))
    }

    /// Waits for the next events, and takes all that are there. `None` when the console is gone.
    ///
    /// It polls the stream with this task's own waker: crossterm keeps the first waker, so a no-op waker would lose the
    /// next key.
    pub async fn next(&mut self) -> Option<Vec<Event>> {
        use futures_util::StreamExt;
        use std::task::Poll;
        let mut found = vec![self.0.next().await?.ok()?];
        while let Poll::Ready(Some(Ok(report))) =
            std::future::poll_fn(|context| Poll::Ready(self.0.poll_next_unpin(context))).await
        {
            found.push(report);
        }
        Some(events_of(found))
    }
}

/// Joins successive keys into one event: a terminal without bracketed paste sends a paste as keys.
fn events_of(reports: Vec<TerminalEvent>) -> Vec<Event> {
    let mut events = Vec::new();
    for report in reports {
        match report {
            TerminalEvent::Key(key) if key.kind != KeyEventKind::Release => match events.last_mut() {
                Some(Event::KeysPressed(keys)) => keys.push(KeyPress::from(key)),
                _ => events.push(Event::KeysPressed(vec![KeyPress::from(key)])),
            },
            TerminalEvent::Paste(text) => events.push(Event::Pasted(PastedText(text))),
            TerminalEvent::Resize(columns, rows) => events.push(Event::Resized { columns, rows }),
            _ => {}
        }
    }
    events
}
