//! The clipboard itself and what was put on it.

use std::{
    thread,
    time::{Duration, Instant},
};

use arboard::{Clipboard, Error, Set};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::problem::HoldProblem;

/// How long reading back is tried: a clipboard may need a moment after it was set.
const READ_BACK_BUDGET: Duration = Duration::from_secs(1);

/// How long clearing tries to read what it is about to clear.
const CLEAR_BUDGET: Duration = Duration::from_millis(400);

/// The pause between two tries to read.
const PAUSE: Duration = Duration::from_millis(20);

/// What a look at the clipboard shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The value that was set.
    Ours,
    /// Something else, or nothing.
    Foreign,
    /// No answer.
    Nothing,
}

/// How emptying the clipboard went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Emptied {
    /// It held the value, and does not any more.
    Done,
    /// It held something else, which was left alone.
    WasForeign,
    /// Nobody can tell.
    Unknown,
}

/// One open clipboard. It stays open for as long as a value is held, because it serves it.
pub(super) struct HeldClipboard {
    clipboard: Clipboard,
    value: Option<SecretString>,
}

impl HeldClipboard {
    /// Opens the system's clipboard. May hang where a display does not answer.
    pub(super) fn open() -> Result<Self, HoldProblem> {
        let clipboard = Clipboard::new().map_err(|_| HoldProblem::Unopened)?;
        Ok(Self { clipboard, value: None })
    }

    /// Puts the value on it, marked as sensitive.
    pub(super) fn set(&mut self, value: SecretString) -> Result<(), HoldProblem> {
        let set = marked_as_sensitive(self.clipboard.set());
        set.text(value.expose_secret()).map_err(|problem| match problem {
            Error::ClipboardOccupied => HoldProblem::Occupied,
            _ => HoldProblem::Refused,
        })?;
        self.value = Some(value);
        Ok(())
    }

    /// Whether the value that was just set can be read.
    pub(super) fn reads_back(&mut self) -> bool {
        self.look_until(READ_BACK_BUDGET, |found| found == Found::Ours) == Found::Ours
    }

    /// What it holds now.
    pub(super) fn look(&mut self) -> Found {
        let Some(value) = &self.value else {
            return Found::Foreign;
        };
        match self.clipboard.get_text().map(Zeroizing::new) {
            Ok(text) if text.as_str() == value.expose_secret() => Found::Ours,
            // Empty, a picture, or not even text: in any case not what was set.
            Ok(_) | Err(Error::ContentNotAvailable | Error::ConversionFailure) => Found::Foreign,
            Err(_) => Found::Nothing,
        }
    }

    /// Empties it if it still holds the value, and forgets the value. What others have put there stays.
    pub(super) fn empty(&mut self) -> Emptied {
        let emptied = match self.look_until(CLEAR_BUDGET, |found| found != Found::Nothing) {
            Found::Ours => self.clipboard.clear().map_or(Emptied::Unknown, |()| Emptied::Done),
            Found::Foreign => Emptied::WasForeign,
            Found::Nothing => Emptied::Unknown,
        };
        self.value = None;
        emptied
    }

    fn look_until(&mut self, budget: Duration, is_enough: impl Fn(Found) -> bool) -> Found {
        let start = Instant::now();
        loop {
            let found = self.look();
            if is_enough(found) || start.elapsed() >= budget {
                return found;
            }
            thread::sleep(PAUSE);
        }
    }
}

/// Asks clipboard managers not to keep the value in their history.
#[cfg(all(unix, not(target_os = "macos")))]
fn marked_as_sensitive(set: Set<'_>) -> Set<'_> {
    use arboard::SetExtLinux;
    set.exclude_from_history()
}

/// Asks clipboard managers not to keep the value in their history.
#[cfg(target_os = "macos")]
fn marked_as_sensitive(set: Set<'_>) -> Set<'_> {
    use arboard::SetExtApple;
    set.exclude_from_history()
}

/// Asks Windows not to keep the value in its history nor send it to other machines.
#[cfg(windows)]
fn marked_as_sensitive(set: Set<'_>) -> Set<'_> {
    use arboard::SetExtWindows;
    set.exclude_from_monitoring()
}
