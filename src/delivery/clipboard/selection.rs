//! The system's clipboard, and the value that the clipboard process put on it.

use std::thread;
use std::time::{Duration, Instant};

use arboard::{Clipboard, Error, Set};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::domain::{ClipboardContent, CopyError, LostCopy};

/// How long to try reading back: a clipboard may need a moment after it was set.
const READ_BACK_TIMEOUT: Duration = Duration::from_secs(1);

/// How long to try reading the clipboard before it is cleared.
const CLEAR_TIMEOUT: Duration = Duration::from_millis(400);

/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(20);

/// The value that was set. How long it stays is not known here.
pub(super) const OURS: ClipboardContent = ClipboardContent::Ours { clears_in: None };

const DISPLAY_GONE: ClipboardContent = ClipboardContent::Lost(LostCopy::DisplayGone);

/// An open clipboard. It stays open for as long as a value is held, because it serves the value.
pub(super) struct Selection {
    clipboard: Clipboard,
    value: Option<SecretString>,
}

impl Selection {
    /// Opens the system's clipboard. May hang where a display does not answer.
    pub(super) fn open() -> Result<Self, CopyError> {
        let clipboard = Clipboard::new().map_err(|_| CopyError::NoDisplay)?;
        Ok(Self { clipboard, value: None })
    }

    /// Puts `value` on the clipboard, marked as sensitive.
    pub(super) fn set(&mut self, value: SecretString) -> Result<(), CopyError> {
        let set = marked_as_sensitive(self.clipboard.set());
        set.text(value.expose_secret()).map_err(|error| match error {
            Error::ClipboardOccupied => CopyError::ClipboardOccupied,
            _ => CopyError::ClipboardRefused,
        })?;
        self.value = Some(value);
        Ok(())
    }

    /// True once the value that was just set can be read.
    pub(super) fn reads_back(&mut self) -> bool {
        self.read_until(READ_BACK_TIMEOUT, |found| found == OURS) == OURS
    }

    /// Reads the clipboard and compares it with the value. One error does not mean that the display has gone.
    pub(super) fn check(&mut self) -> ClipboardContent {
        self.read_until(PAUSE * 3, |found| found != DISPLAY_GONE)
    }

    fn read(&mut self) -> ClipboardContent {
        let Some(value) = &self.value else {
            return ClipboardContent::Overwritten;
        };
        match self.clipboard.get_text().map(Zeroizing::new) {
            Ok(text) if text.as_str() == value.expose_secret() => OURS,
            // Empty, a picture, or not even text: not what was set.
            Ok(_) | Err(Error::ContentNotAvailable | Error::ConversionFailure) => {
                ClipboardContent::Overwritten
            }
            // Another program has it open, on Windows.
            Err(Error::ClipboardOccupied) => ClipboardContent::Unreadable,
            Err(_) if cfg!(any(target_os = "macos", windows)) => ClipboardContent::Unreadable,
            Err(_) => DISPLAY_GONE,
        }
    }

    /// Clears the clipboard if it still holds the value. Returns what it held: the content of other programs stays.
    pub(super) fn clear(&mut self) -> ClipboardContent {
        match self.read_until(CLEAR_TIMEOUT, |found| found != ClipboardContent::Unreadable) {
            OURS if self.clipboard.clear().is_err() => ClipboardContent::Unreadable,
            found => found,
        }
    }

    /// Clears every copy of the value that another program has made or put back since: on the clipboard, or in the
    /// primary selection, which clipboard managers keep in step. True when there was one.
    pub(super) fn clear_put_back(&mut self) -> bool {
        let is_on_clipboard = self.read() == OURS;
        if is_on_clipboard {
            let _ = self.clipboard.clear();
        }
        self.clear_primary() || is_on_clipboard
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    fn clear_primary(&mut self) -> bool {
        use arboard::{ClearExtLinux, GetExtLinux, LinuxClipboardKind};

        let text = self.clipboard.get().clipboard(LinuxClipboardKind::Primary).text().map(Zeroizing::new);
        let is_ours = match (&self.value, text) {
            (Some(value), Ok(text)) => text.as_str() == value.expose_secret(),
            _ => false,
        };
        if is_ours {
            let _ = self.clipboard.clear_with().clipboard(LinuxClipboardKind::Primary);
        }
        is_ours
    }

    #[cfg(not(all(unix, not(target_os = "macos"))))]
    fn clear_primary(&mut self) -> bool {
        false
    }

    /// Forgets the value.
    pub(super) fn forget(&mut self) {
        self.value = None;
    }

    fn read_until(
        &mut self,
        timeout: Duration,
        is_enough: impl Fn(ClipboardContent) -> bool,
    ) -> ClipboardContent {
        let start = Instant::now();
        loop {
            let found = self.read();
            if is_enough(found) || start.elapsed() >= timeout {
                return found;
            }
            thread::sleep(PAUSE);
        }
    }
}

/// Asks clipboard managers not to keep the value in their history.
#[cfg(all(unix, not(target_os = "macos")))]
fn marked_as_sensitive(set: Set<'_>) -> Set<'_> {
    arboard::SetExtLinux::exclude_from_history(set)
}

/// Asks clipboard managers not to keep the value in their history.
#[cfg(target_os = "macos")]
fn marked_as_sensitive(set: Set<'_>) -> Set<'_> {
    arboard::SetExtApple::exclude_from_history(set)
}

/// Asks Windows not to keep the value in its history nor send it to other machines.
#[cfg(windows)]
fn marked_as_sensitive(set: Set<'_>) -> Set<'_> {
    arboard::SetExtWindows::exclude_from_monitoring(set)
}
