//! Turns signals into events, so that the terminal is restored and a running request is not forgotten.
//!
//! **Invariant:** a signal that was ignored when the program started stays ignored (on Linux).

use std::io;
#[cfg(unix)]
use std::task::Poll;

#[cfg(unix)]
use rustix::process::Signal as Number;

use crate::tui::Signal;

/// Receives signals.
#[cfg(unix)]
pub(crate) struct Signals {
    caught: Vec<(u8, tokio::signal::unix::Signal)>,
    /// Signals that stay ignored, as in `SigIgn` of `proc_pid_status(5)`.
    ignored: u64,
}

#[cfg(unix)]
impl Signals {
    /// Catches the signals that users and shells send to end a program.
    pub fn listen() -> io::Result<Self> {
        Self::catching([Number::HUP, Number::INT, Number::TERM, Number::QUIT], ignored_at_start())
    }

    /// Catches the signals about the terminal: its size changed, or the program continues after a stop.
    pub fn of_terminal() -> io::Result<Self> {
        Self::catching([Number::CONT, Number::WINCH], 0)
    }

    /// Catches every other signal that would end the program, except those that report a fault of the program itself.
    /// It takes longer than drawing the first frame.
    pub fn listen_to_the_rest(&mut self) {
        for number in rare_signals() {
            // Not every system has every one.
            let _ = self.catch(number);
        }
    }

    fn catching(signals: impl IntoIterator<Item = Number>, ignored: u64) -> io::Result<Self> {
        let mut catching = Self { caught: Vec::new(), ignored };
        numbers(signals).try_for_each(|number| catching.catch(number))?;
        Ok(catching)
    }

    fn catch(&mut self, number: u8) -> io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        if self.ignored & (1 << (number - 1)) == 0 {
            self.caught.push((number, signal(SignalKind::from_raw(number.into()))?));
        }
        Ok(())
    }

    /// Waits for the next signal.
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

#[cfg(unix)]
fn rare_signals() -> impl Iterator<Item = u8> {
    let everywhere = [
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
    let everywhere = everywhere.into_iter().chain([Number::IO, Number::POWER, Number::STKFLT]);
    // Real-time signals; the C library uses the first two.
    numbers(everywhere).chain(if cfg!(target_os = "linux") { 34..65 } else { 0..0 })
}

#[cfg(unix)]
fn numbers(signals: impl IntoIterator<Item = Number>) -> impl Iterator<Item = u8> {
    signals.into_iter().filter_map(|signal| u8::try_from(signal.as_raw()).ok())
}

/// The signals that this program inherited as ignored, from `nohup` or as a background job. Other systems report them
/// only through unsafe calls.
#[cfg(unix)]
fn ignored_at_start() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// True for SIGCONT.
#[cfg(unix)]
pub(super) fn is_continue(signal: Signal) -> bool {
    i32::from(signal.0) == Number::CONT.as_raw()
}

/// On Windows only Ctrl-C and closing the console are signals; the size is reported among the keys.
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

    pub fn listen_to_the_rest(&mut self) {}

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
        let numbers: Vec<u8> = [1, 2, 3, 15].into_iter().chain(rare_signals()).collect();
        let mut unique = numbers.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), numbers.len());
        for fault_or_uncatchable in [4, 7, 8, 9, 11, 19] {
            assert!(!numbers.contains(&fault_or_uncatchable), "{fault_or_uncatchable}");
        }
    }
}
