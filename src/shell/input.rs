//! What the terminal reports, as events of the core.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::Poll;

use crossterm::event::{Event as TerminalEvent, EventStream, KeyEventKind};
use futures_util::{Stream, StreamExt};

use crate::tui::{Event, KeyPress, PastedText};

/// The terminal's reports. Tests feed their own.
pub type Input = Pin<Box<dyn Stream<Item = io::Result<TerminalEvent>> + Send>>;

/// The real terminal's reports. It must be dropped before anybody else reads the terminal.
pub fn terminal_input() -> Input {
    Box::pin(EventStream::new())
}

/// The next reports: whatever came in one read, keys of it together. `None` when the terminal is gone.
///
/// The stream is asked for more with this task's own waker: crossterm keeps the first waker it is given while
/// nothing comes, so asking with one that wakes nobody would lose the next key.
pub(super) async fn next_events(input: &mut Input) -> Option<Vec<Event>> {
    let mut events = Vec::new();
    let mut keys = Vec::new();
    let mut report = input.next().await;
    loop {
        match report {
            Some(Ok(report)) => take(report, &mut keys, &mut events),
            Some(Err(_)) | None if events.is_empty() && keys.is_empty() => return None,
            Some(Err(_)) | None => break,
        }
        match poll_fn(|context| Poll::Ready(input.poll_next_unpin(context))).await {
            Poll::Ready(next) => report = next,
            Poll::Pending => break,
        }
    }
    flush(&mut keys, &mut events);
    Some(events)
}

fn take(report: TerminalEvent, keys: &mut Vec<KeyPress>, events: &mut Vec<Event>) {
    match report {
        TerminalEvent::Key(key) if key.kind != KeyEventKind::Release => keys.push(KeyPress::from(key)),
        TerminalEvent::Paste(text) => {
            flush(keys, events);
            events.push(Event::Pasted(PastedText(text)));
        }
        TerminalEvent::Resize(columns, rows) => {
            flush(keys, events);
            events.push(Event::Resized { columns, rows });
        }
        _ => {}
    }
}

fn flush(keys: &mut Vec<KeyPress>, events: &mut Vec<Event>) {
    if !keys.is_empty() {
        events.push(Event::KeysPressed(std::mem::take(keys)));
    }
}
