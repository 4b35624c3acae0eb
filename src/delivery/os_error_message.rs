//! What the system says about a failure, made fit for a sentence.

use std::io;

use crate::domain::ServerText;

/// The system's words for `error` without the number that Rust adds to them (`Is a directory (os error 21)`).
pub(super) fn os_error_message(error: &io::Error) -> ServerText {
    let words = error.to_string();
    ServerText::new(words.split(" (os error").next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_left_out() {
        let error = io::Error::other("Is a directory (os error 21)");
        assert_eq!(os_error_message(&error), ServerText::new("Is a directory"));
        assert_eq!(os_error_message(&io::Error::other("half a pipe")), ServerText::new("half a pipe"));
    }
}
