//! Reads an X11 or Wayland clipboard, but only as much as a comparison with a value needs. arboard would read
//! everything, and another program may have copied 200 MB.

use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use arboard::LinuxClipboardKind;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use wl_clipboard_rs::paste::{ClipboardType, Error as PasteError, MimeType, Seat, get_contents};
use wl_clipboard_rs::utils::is_primary_selection_supported;
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ConnectionExt, CreateWindowAux, EventMask, Property, PropertyNotifyEvent, Window,
    WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::{COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT, CURRENT_TIME, NONE};
use zeroize::Zeroizing;

/// How long the owner of a selection may take to send it, with all its pieces.
const OWNER_TIMEOUT: Duration = Duration::from_secs(4);

/// The X11 names for text, best first.
const TARGETS: [&str; 5] =
    ["UTF8_STRING", "text/plain;charset=utf-8", "text/plain;charset=UTF-8", "STRING", "text/plain"];

/// An open display.
pub(super) enum Reader {
    X11 { connection: Box<RustConnection>, window: Window },
    Wayland,
}

impl Reader {
    /// Opens the display that arboard uses, too.
    pub fn open() -> Result<Self, Box<dyn Error>> {
        if std::env::var_os("WAYLAND_DISPLAY").is_some() && is_primary_selection_supported().is_ok() {
            return Ok(Self::Wayland);
        }
        let (connection, screen) = x11rb::connect(None)?;
        let (window, root) = (connection.generate_id()?, connection.setup().roots[screen].root);
        let (depth, class, visual) = (COPY_DEPTH_FROM_PARENT, WindowClass::INPUT_OUTPUT, COPY_FROM_PARENT);
        let options = CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        connection.create_window(depth, window, root, 0, 0, 1, 1, 0, class, visual, &options)?.check()?;
        Ok(Self::X11 { connection: Box::new(connection), window })
    }

    /// Returns at least the first `limit` bytes of the text, or all of it; `None` if there is none.
    pub fn read(
        &self,
        kind: LinuxClipboardKind,
        limit: usize,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Box<dyn Error>> {
        let (name, wayland) = match kind {
            LinuxClipboardKind::Primary => ("PRIMARY", ClipboardType::Primary),
            _ => ("CLIPBOARD", ClipboardType::Regular),
        };
        match self {
            Self::X11 { connection, window } => read_x11(connection, *window, name, limit),
            Self::Wayland => read_wayland(wayland, limit),
        }
    }
}

fn read_wayland(kind: ClipboardType, limit: usize) -> Result<Option<Zeroizing<Vec<u8>>>, Box<dyn Error>> {
    let pipe = match get_contents(kind, Seat::Unspecified, MimeType::Text) {
        Ok((pipe, _)) => pipe,
        Err(PasteError::ClipboardEmpty | PasteError::NoMimeType) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut pipe = File::from(OwnedFd::from(pipe));
    let deadline = Instant::now() + OWNER_TIMEOUT;
    let mut text = Zeroizing::new(vec![0; limit]);
    let mut length = 0;
    while length < limit {
        // A program that is stopped sends nothing.
        if !wait_readable(&pipe, deadline)? {
            return Ok(None);
        }
        match pipe.read(&mut text[length..])? {
            0 => break,
            count => length += count,
        }
    }
    text.truncate(length);
    Ok(Some(text))
}

/// Requests the selection from its owner (ICCCM, section 2).
fn read_x11(
    connection: &RustConnection,
    window: Window,
    selection: &str,
    limit: usize,
) -> Result<Option<Zeroizing<Vec<u8>>>, Box<dyn Error>> {
    let atom = |name: &str| -> Result<u32, Box<dyn Error>> {
        Ok(connection.intern_atom(false, name.as_bytes())?.reply()?.atom)
    };
    let (selection, property) = (atom(selection)?, atom("ATLAS_SECRET_CLIPBOARD")?);
    let deadline = Instant::now() + OWNER_TIMEOUT;
    for target in TARGETS {
        let target = atom(target)?;
        connection.convert_selection(window, selection, target, property, CURRENT_TIME)?;
        let notification = loop {
            match next_event(connection, deadline)? {
                Some(Event::SelectionNotify(notification)) if notification.target == target => {
                    break notification;
                }
                Some(_) => {}
                None => return Ok(None),
            }
        };
        if notification.property != NONE {
            let words = u32::try_from(limit.div_ceil(4))?;
            let text = connection.get_property(true, window, property, target, 0, words)?.reply()?;
            if text.type_ == atom("INCR")? {
                delete_pieces(connection, window, property, deadline)?;
            }
            return Ok(Some(Zeroizing::new(text.value)));
        }
    }
    Ok(None)
}

/// A long text comes in pieces (ICCCM, section 2.7.2). Its owner may serve no other program until each has been
/// fetched, so this deletes them all without reading them.
fn delete_pieces(
    connection: &RustConnection,
    window: Window,
    property: Atom,
    deadline: Instant,
) -> Result<(), Box<dyn Error>> {
    connection.delete_property(window, property)?;
    while let Some(event) = next_event(connection, deadline)? {
        let Event::PropertyNotify(PropertyNotifyEvent { state: Property::NEW_VALUE, .. }) = event else {
            continue;
        };
        let piece = connection.get_property(false, window, property, AtomEnum::ANY, 0, 0)?.reply()?;
        connection.delete_property(window, property)?;
        if piece.bytes_after == 0 {
            break;
        }
    }
    Ok(())
}

fn next_event(connection: &RustConnection, deadline: Instant) -> Result<Option<Event>, Box<dyn Error>> {
    connection.flush()?;
    loop {
        let event = connection.poll_for_event()?;
        // Events that never end do not put off the deadline.
        if deadline <= Instant::now() {
            return Ok(None);
        }
        if event.is_some() {
            return Ok(event);
        }
        wait_readable(connection.stream(), deadline)?;
    }
}

/// False if nothing can be read until the deadline.
fn wait_readable(source: &impl AsFd, deadline: Instant) -> Result<bool, Box<dyn Error>> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match poll(&mut [PollFd::new(source, PollFlags::IN)], Some(&Timespec::try_from(left)?)) {
            Ok(ready) => return Ok(ready > 0),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
