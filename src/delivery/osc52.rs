//! Copying by the escape sequence OSC 52: the terminal puts what it is sent on its own clipboard.
//!
//! No terminal acknowledges the sequence, so a value is only ever *sent* this way.

use std::io;

use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// The longest value in bytes. Terminals cut or drop a sequence of more than about 100,000 bytes, which these
/// make with their Base64 and what stands around it; and half a secret is worse than none.
const LONGEST_VALUE: usize = 74_994;

/// `c` is the clipboard, as opposed to the primary selection.
const START: &[u8] = b"\x1b]52;c;";

/// The string terminator; the bell would do too, but some terminals ring it when they know no OSC 52.
const END: &[u8] = b"\x1b\\";

/// Why the sequence was not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Osc52Problem {
    /// The value would not fit in a sequence.
    #[error("The value is too long to be sent to the terminal.")]
    TooLong,
    /// The terminal could not be written to.
    #[error("The terminal could not be written to.")]
    Unwritable,
}

/// Writes the sequence for `value` to `terminal` in one piece, and flushes.
pub(super) fn send(value: &SecretString, terminal: &mut (dyn io::Write + Send)) -> Result<(), Osc52Problem> {
    let sequence = sequence(value)?;
    terminal.write_all(&sequence).and_then(|()| terminal.flush()).map_err(|_| Osc52Problem::Unwritable)
}

/// The buffer has its final size from the start: growing would leave copies behind.
fn sequence(value: &SecretString) -> Result<Zeroizing<Vec<u8>>, Osc52Problem> {
    let value = value.expose_secret().as_bytes();
    if value.len() > LONGEST_VALUE {
        return Err(Osc52Problem::TooLong);
    }
    let encoded = value.len().div_ceil(3) * 4;
    let mut sequence = Zeroizing::new(vec![0; START.len() + encoded + END.len()]);
    let (start, rest) = sequence.split_at_mut(START.len());
    let (middle, end) = rest.split_at_mut(encoded);
    start.copy_from_slice(START);
    STANDARD.encode_slice(value, middle).map_err(|_| Osc52Problem::TooLong)?;
    end.copy_from_slice(END);
    Ok(sequence)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Closed;

    impl io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn sent(value: &str) -> Vec<u8> {
        let mut terminal = Vec::new();
        send(&SecretString::from(value), &mut terminal).unwrap();
        terminal
    }

    #[test]
    fn the_bytes_are_those_of_the_standard() {
        assert_eq!(sent("mdb_sa_sk_fake"), b"\x1b]52;c;bWRiX3NhX3NrX2Zha2U=\x1b\\");
        assert_eq!(sent("fake\n"), b"\x1b]52;c;ZmFrZQo=\x1b\\");
        assert_eq!(sent("abc"), b"\x1b]52;c;YWJj\x1b\\");
        assert_eq!(sent(""), b"\x1b]52;c;\x1b\\");
    }

    #[test]
    fn a_value_that_is_too_long_is_not_sent_at_all() {
        assert_eq!(sent(&"x".repeat(LONGEST_VALUE)).len(), 7 + 99_992 + 2);
        let mut terminal = Vec::new();
        let too_long = SecretString::from("x".repeat(LONGEST_VALUE + 1));
        assert_eq!(send(&too_long, &mut terminal), Err(Osc52Problem::TooLong));
        assert!(terminal.is_empty());
    }

    #[test]
    fn a_terminal_that_is_gone_is_a_problem() {
        let value = SecretString::from("fake");
        assert_eq!(send(&value, &mut Closed), Err(Osc52Problem::Unwritable));
    }
}
