//! The terminal as a file: which one, how it is opened, and how large it is.

use std::fs::File;
use std::io::{self, IsTerminal};

/// What a terminal counts as that does not say how large it is.
const USUAL_SIZE: (u16, u16) = (80, 24);

/// No terminal is larger, whatever it says: every cell takes memory.
const LARGEST_SIZE: (u16, u16) = (1000, 400);

/// The terminal that controls the process, by the name that it has everywhere.
#[cfg(unix)]
const CONTROLLING: &str = "/dev/tty";

#[cfg(not(unix))]
const CONTROLLING: &str = "CONOUT$";

/// The terminal to draw on: standard output where that is one, else the one that controls this process, so that
/// standard output stays free for the secret.
///
/// # Errors
/// When this process has none.
pub(super) fn open() -> io::Result<File> {
    #[cfg(unix)]
    if io::stdout().is_terminal() {
        return reopen(&io::stdout());
    }
    open_path(CONTROLLING)
}

/// The terminal to read from: standard input where that is one, else the one that is drawn on.
#[cfg(unix)]
pub(super) fn open_input(output: &File) -> io::Result<File> {
    if io::stdin().is_terminal() { reopen(&io::stdin()) } else { reopen(output) }
}

/// Opens the terminal of this descriptor once more. To write and to read without waiting is a property of what was
/// opened, and what was inherited is the shell's too.
#[cfg(unix)]
fn reopen(terminal: &impl std::os::fd::AsFd) -> io::Result<File> {
    use std::ffi::OsStr;
    use std::os::fd::AsRawFd;
    use std::os::unix::ffi::OsStrExt;
    // By this name it may be opened where its own belongs to another user, after `su`. But kqueue of macOS takes
    // only its own.
    if !cfg!(target_os = "macos") && rustix::termios::tcgetsid(terminal).is_ok() {
        return open_path(CONTROLLING);
    }
    let by_name = || open_path(OsStr::from_bytes(rustix::termios::ttyname(terminal, Vec::new())?.as_bytes()));
    // A terminal from outside this container has no name here; Linux opens it by its descriptor.
    by_name().or_else(|_| open_path(format!("/dev/fd/{}", terminal.as_fd().as_raw_fd())))
}

fn open_path(path: impl AsRef<std::path::Path>) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        options.custom_flags(flags.bits().cast_signed());
    }
    options.open(path)
}

/// True when the terminal was closed.
#[cfg(unix)]
pub(super) fn is_gone(terminal: &File) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let mut polled = [PollFd::new(terminal, PollFlags::IN)];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut polled, Some(&at_once)).is_err()
        || polled[0].revents().intersects(PollFlags::HUP | PollFlags::ERR)
}

/// Columns and rows of the terminal.
pub(super) fn size(terminal: &File) -> (u16, u16) {
    plausible_size(reported_size(terminal), |name| std::env::var(name).ok())
}

#[cfg(unix)]
fn reported_size(terminal: &File) -> (u16, u16) {
    rustix::termios::tcgetwinsize(terminal).map_or((0, 0), |size| (size.ws_col, size.ws_row))
}

#[cfg(not(unix))]
fn reported_size(_: &File) -> (u16, u16) {
    crossterm::terminal::size().unwrap_or((0, 0))
}

/// A size of nothing is what pseudo-terminals report that were never told: there `COLUMNS` and `LINES` count.
fn plausible_size(reported: (u16, u16), variable: impl Fn(&str) -> Option<String>) -> (u16, u16) {
    let one = |reported: u16, name: &str, usual: u16, largest: u16| {
        let of_variable =
            || variable(name)?.trim().parse().ok().filter(|number| (1..=largest).contains(number));
        if reported > 0 { reported.min(largest) } else { of_variable().unwrap_or(usual) }
    };
    (
        one(reported.0, "COLUMNS", USUAL_SIZE.0, LARGEST_SIZE.0),
        one(reported.1, "LINES", USUAL_SIZE.1, LARGEST_SIZE.1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_that_cannot_be_is_replaced() {
        type Row = ((u16, u16), &'static str, &'static str, (u16, u16));
        let rows: [Row; 18] = [
            ((80, 24), "", "", (80, 24)),
            ((213, 61), "10", "10", (213, 61)),
            ((1, 1), "", "", (1, 1)),
            ((0, 0), "", "", (80, 24)),
            ((0, 0), "132", "43", (132, 43)),
            ((0, 0), " 132\n", "43", (132, 43)),
            ((0, 0), "132", "", (132, 24)),
            ((0, 0), "", "43", (80, 43)),
            ((0, 0), "0", "0", (80, 24)),
            ((0, 0), "-5", "2.5", (80, 24)),
            ((0, 0), "wide", "high", (80, 24)),
            ((0, 0), "99999999", "65535", (80, 24)),
            ((0, 0), "65535", "401", (80, 24)),
            ((0, 0), "1000", "400", (1000, 400)),
            ((0, 50), "100", "30", (100, 50)),
            ((120, 0), "100", "30", (120, 30)),
            ((65535, 65535), "", "", (1000, 400)),
            ((1, 65535), "80", "24", (1, 400)),
        ];
        for (reported, columns, lines, expected) in rows {
            let variable = |name: &str| {
                let value = if name == "COLUMNS" { columns } else { lines };
                (!value.is_empty()).then(|| value.to_owned())
            };
            assert_eq!(plausible_size(reported, variable), expected, "{reported:?} {columns:?} {lines:?}");
        }
    }
}
