//! The name of an Atlas CLI profile.

use std::fmt;

use super::ServerText;

/// The name of a profile in the Atlas CLI's `config.toml`, in lower case: that CLI lowers every name it
/// is given and every name it reads, and its keyring entries carry the lowered name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProfileName(String);

impl ProfileName {
    /// The profile of that name; `None` for a blank text.
    pub fn new(text: &str) -> Option<Self> {
        let name = text.trim();
        (!name.is_empty()).then(|| Self(name.to_lowercase()))
    }

    /// The name as it stands in the file, for looking it up. What is shown is its `Display`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProfileName {
    /// Safe to put on a terminal: the name comes from a file or an argument.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ServerText::new(&self.0).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_lowered_and_shown_without_what_moves_the_cursor() {
        let name = ProfileName::new(" Prod\u{1b}[2J ").unwrap();
        assert_eq!((name.as_str(), name.to_string().as_str()), ("prod\u{1b}[2j", "prod[2j"));
        assert_eq!(ProfileName::new(" \t"), None);
    }
}
