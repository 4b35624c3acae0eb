//! Signals that end the program. They are events like any other, so that the terminal is restored and a running
//! request is not forgotten.
//!
//! **Invariant:** a signal that was ignored when the program started stays ignored, where the system reports it (Linux).

use std::io;
#[cfg(unix)]
use std::task::Poll;

use crate::tui::Signal;

/// The signals that the system may send.
#[cfg(unix)]
pub(crate) struct Signals {
    caught: Vec<(u8, tokio::signal::unix::Signal)>,
}

#[cfg(unix)]
impl Signals {
    /// Catches every signal that would end the program and can be caught, but for those that report a fault of the
    /// program itself.
    ///
    /// # Errors
    /// When the system does not let the program catch those that everyone sends.
    pub fn listen() -> io::Result<Self> {
        let ignored = ignored_at_start();
        Self::catch(deadly_signals().filter(|(number, _)| ignored & (1 << (number - 1)) == 0))
    }

    /// Catches what the system says of the terminal: its size changed, or the program was stopped and goes on.
    pub fn of_terminal() -> io::Result<Self> {
        use rustix::process::Signal as Number;
        Self::catch(numbers([Number::CONT, Number::WINCH]).map(|number| (number, true)))
    }

    fn catch(signals: impl Iterator<Item = (u8, bool)>) -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut caught = Vec::new();
        for (number, is_needed) in signals {
            match signal(SignalKind::from_raw(number.into())) {
                Ok(signal) => caught.push((number, signal)),
                Err(error) if is_needed => return Err(error),
                // Not every system has every one.
                Err(_) => {}
            }
        }
        Ok(Self { caught })
    }

    /// The next one.
    pub async fn next(&mut self) -> Signal {
        let number = std::future::poll_fn(|context| {
            for (number, signal) in &mut self.caught {
                if signal.poll_recv(context).is_ready() {
                    return Poll::Ready(*number);
                }
            }
            Poll::Pending
        });
        Signal(number.await)
    }
}

/// Their numbers, and whether the program cannot do without.
#[cfg(unix)]
fn deadly_signals() -> impl Iterator<Item = (u8, bool)> {
    use rustix::process::Signal as Number;
    let needed = [Number::HUP, Number::INT, Number::TERM];
    let others = [
        Number::QUIT,
        Number::ABORT,
        Number::TRAP,
        Number::SYS,
        Number::USR1,
        Number::USR2,
        Number::ALARM,
        Number::VTALARM,
        Number::PROF,
        Number::XCPU,
    ];
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let others = others.into_iter().chain([Number::IO, Number::POWER, Number::STKFLT]);
    // Realtime signals; the first two belong to the C library.
    let realtime = if cfg!(target_os = "linux") { 34..65 } else { 0..0 };
    let needed = numbers(needed).map(|number| (number, true));
    needed.chain(numbers(others).chain(realtime).map(|number| (number, false)))
}

#[cfg(unix)]
fn numbers(signals: impl IntoIterator<Item = rustix::process::Signal>) -> impl Iterator<Item = u8> {
    signals.into_iter().filter_map(|signal| u8::try_from(signal.as_raw()).ok())
}

/// The signals that the parent process wants this program to ignore (`nohup`, a job in the background), as the bits
/// of Linux. Other systems tell only through calls that are not safe.
#[cfg(unix)]
fn ignored_at_start() -> u64 {
    std::fs::read_to_string("/proc/self/status").map_or(0, |status| ignored_in(&status))
}

#[cfg(unix)]
fn ignored_in(status: &str) -> u64 {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// True for SIGCONT.
#[cfg(unix)]
pub(super) fn is_continue(signal: Signal) -> bool {
    i32::from(signal.0) == rustix::process::Signal::CONT.as_raw()
}

/// Windows knows the closing of the console and Ctrl-C from outside only, and reports the size among the keys.
#[cfg(not(unix))]
pub(crate) enum Signals {
    OfProgram,
    OfTerminal,
}

#[cfg(not(unix))]
impl Signals {
    pub fn listen() -> io::Result<Self> {
        Ok(Self::OfProgram)
    }

    pub fn of_terminal() -> io::Result<Self> {
        Ok(Self::OfTerminal)
    }

    pub async fn next(&mut self) -> Signal {
        match self {
            Self::OfProgram if tokio::signal::ctrl_c().await.is_ok() => Signal::INTERRUPT,
            _ => std::future::pending().await,
        }
    }
}

#[cfg(not(unix))]
pub(super) fn is_continue(_: Signal) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn each_signal_is_caught_once_and_faults_are_not() {
        let numbers: Vec<u8> = deadly_signals().map(|(number, _)| number).collect();
        let mut unique = numbers.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), numbers.len());
        assert_eq!(numbers[..3], [1, 2, 15]);
        for fault_or_uncatchable in [4, 7, 8, 9, 11, 19] {
            assert!(!numbers.contains(&fault_or_uncatchable), "{fault_or_uncatchable}");
        }
    }

    #[test]
    fn what_is_ignored_is_read_from_the_mask() {
        let status = "Name:\tx\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\nSigCgt:\tffff\n";
        assert_eq!(ignored_in(status), 0x1001);
        for nothing in ["", "Name:\tx\n", "SigIgn:\tzz\n"] {
            assert_eq!(ignored_in(nothing), 0, "{nothing:?}");
        }
    }
}
