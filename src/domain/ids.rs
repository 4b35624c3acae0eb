//! The identifiers of Atlas that this program handles: two that people type, and two that come in Atlas's answers and
//! become parts of URLs.
//!
//! The patterns are those of the OpenAPI document of the Atlas Administration API: `^([a-f0-9]{24})$` for a project,
//! `^mdb_sa_id_[a-fA-F\d]{24}$` for a service account.

use std::fmt;

use thiserror::Error;

use super::{ServerText, is_quoted};

/// How many hexadecimal digits an Atlas identifier has.
const DIGITS: usize = 24;

/// What every service account's client id starts with.
pub(crate) const CLIENT_ID_PREFIX: &str = "mdb_sa_id_";

/// What every service account *secret* starts with; such a text is never an id.
pub(crate) const SECRET_PREFIX: &str = "mdb_sa_sk_";

/// What every id can do.
macro_rules! shown_as_it_is {
    ($($id:ident),*) => {$(
        impl $id {
            /// The id as part of a URL.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

shown_as_it_is!(ProjectId, ClientId, SecretId, OrganizationId);

/// The id of a project, which the API calls a group: 24 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProjectId(String);

/// Why a text is not an id. A position counts characters from 0.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IdError {
    /// Nothing was typed; the noun of the id.
    #[error("Enter a {0} or name.")]
    Empty(&'static str),
    /// Quotes belong to a shell or a file, not to the value.
    #[error("remove the quotes around it")]
    Quoted,
    /// Right so far, but the prefix of a client id is not complete.
    #[error("a client ID starts with mdb_sa_id_")]
    PrefixIncomplete,
    /// It does not start as a client id does, from this position on.
    #[error("a client ID starts with mdb_sa_id_")]
    WrongPrefix(usize),
    /// A character that can never be part of one.
    #[error("\"{character}\" is not a hex digit")]
    NotHex {
        /// The offending character.
        character: char,
        /// Its position, the prefix included.
        position: usize,
    },
    /// Right so far, but there are only this many digits.
    #[error("{0} of 24 hex digits")]
    TooShort(usize),
    /// More than 24 digits.
    #[error("{0} digits; a {1}")]
    TooLong(usize, &'static str),
    /// A client id in the place of a project id.
    #[error("this is a client ID; a project ID has 24 hex digits and no prefix")]
    IsClientId,
    /// A secret, which belongs in no field here.
    #[error("this is a secret, not a client ID")]
    IsSecret,
}

impl IdError {
    /// True while more typing can still make it right.
    pub fn is_incomplete(&self) -> bool {
        matches!(self, Self::Empty(_) | Self::PrefixIncomplete | Self::TooShort(_))
    }
}

/// Checks that a text is 24 hexadecimal digits, which stand behind `prefix`.
fn check_digits(digits: &str, prefix: &str, rule: &'static str) -> Result<(), IdError> {
    let not_hex = digits.chars().enumerate().find(|(_, character)| !character.is_ascii_hexdigit());
    if let Some((position, character)) = not_hex {
        return Err(IdError::NotHex { character, position: prefix.len() + position });
    }
    match digits.len() {
        DIGITS => Ok(()),
        typed @ 0..DIGITS => Err(IdError::TooShort(typed)),
        typed => Err(IdError::TooLong(typed, rule)),
    }
}

impl ProjectId {
    /// Parses a typed project id. Upper-case digits are lowered: Atlas accepts only lower case.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        if text.is_empty() {
            return Err(IdError::Empty("project ID"));
        }
        if is_quoted(text) {
            return Err(IdError::Quoted);
        }
        if text.starts_with(CLIENT_ID_PREFIX) {
            return Err(IdError::IsClientId);
        }
        check_digits(text, "", "project ID has 24")?;
        Ok(Self(text.to_ascii_lowercase()))
    }
}

/// The client id of a service account: `mdb_sa_id_` and 24 hexadecimal digits of either case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(String);

impl ClientId {
    /// Parses a typed client id. The case of its digits is kept, as Atlas keeps it.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        if text.is_empty() {
            return Err(IdError::Empty("client ID"));
        }
        if text.starts_with(SECRET_PREFIX) {
            return Err(IdError::IsSecret);
        }
        if is_quoted(text) {
            return Err(IdError::Quoted);
        }
        let Some(digits) = text.strip_prefix(CLIENT_ID_PREFIX) else {
            return Err(prefix_error(text));
        };
        check_digits(digits, CLIENT_ID_PREFIX, "client ID has 24 after mdb_sa_id_")?;
        Ok(Self(text.to_owned()))
    }

    /// Completes 24 bare digits with the prefix that the console's page leaves out.
    pub fn from_digits(digits: &str) -> Result<Self, IdError> {
        Self::parse(&format!("{CLIENT_ID_PREFIX}{digits}"))
    }

    /// Short enough for a header line: `mdb_sa_id_…5678`.
    pub fn short(&self, ellipsis: &str) -> String {
        let tail = &self.0[self.0.len() - 4..];
        format!("{CLIENT_ID_PREFIX}{ellipsis}{tail}")
    }
}

fn prefix_error(text: &str) -> IdError {
    if CLIENT_ID_PREFIX.starts_with(text) {
        return IdError::PrefixIncomplete;
    }
    IdError::WrongPrefix(text.chars().zip(CLIENT_ID_PREFIX.chars()).take_while(|(a, b)| a == b).count())
}

/// The id of a secret, as Atlas gave it. It becomes part of a URL, so only what is safe there counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretId(String);

impl SecretId {
    /// Takes an id from an answer of Atlas: 1 to 64 ASCII letters, digits, `-` or `_`. The pattern of
    /// the API is 24 hexadecimal digits; a wider one is accepted so that a change of it loses nothing. A secret
    /// in its place is none: ids are shown and recorded.
    pub fn from_server(text: &str) -> Option<Self> {
        let fits = (1..=64).contains(&text.len()) && !text.starts_with(SECRET_PREFIX);
        let safe = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        (fits && safe).then(|| Self(text.to_owned()))
    }
}

impl From<&SecretId> for ServerText {
    fn from(id: &SecretId) -> Self {
        Self::new(&id.0)
    }
}

/// The id of an organization, as Atlas gave it: 24 hexadecimal digits. It becomes part of a URL and of what is
/// delivered, so nothing else counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrganizationId(String);

impl OrganizationId {
    /// Takes an id from an answer of Atlas.
    pub fn from_server(text: &str) -> Option<Self> {
        let fits = text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        fits.then(|| Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROJECT: &str = "32b6e34b3d91647abb20e7b8";
    const CLIENT: &str = "mdb_sa_id_1234567890abcdef12345678";

    #[test]
    fn a_project_id_is_24_hex_digits_and_is_lowered() {
        assert_eq!(ProjectId::parse(PROJECT).unwrap().as_str(), PROJECT);
        assert_eq!(ProjectId::parse(&PROJECT.to_uppercase()).unwrap().as_str(), PROJECT);
    }

    #[test]
    fn a_project_id_says_what_is_wrong() {
        let rows = [
            ("", IdError::Empty("project ID")),
            ("32b6", IdError::TooShort(4)),
            ("32bg", IdError::NotHex { character: 'g', position: 3 }),
            ("é", IdError::NotHex { character: 'é', position: 0 }),
            ("\"32b6e34b3d91647abb20e7b8\"", IdError::Quoted),
            ("\u{201C}32b6\u{201D}", IdError::Quoted),
            ("32b6e34b3d91647abb20e7b8a", IdError::TooLong(25, "project ID has 24")),
            (CLIENT, IdError::IsClientId),
        ];
        for (text, expected) in rows {
            let can_be_mended_by_typing =
                text.len() < 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert_eq!(expected.is_incomplete(), can_be_mended_by_typing, "{text:?}");
            assert_eq!(ProjectId::parse(text), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn a_client_id_keeps_its_case() {
        let mixed = "mdb_sa_id_1234567890ABCdef12345678";
        assert_eq!(ClientId::parse(mixed).unwrap().as_str(), mixed);
        assert_eq!(ClientId::parse(mixed).unwrap().short("…"), "mdb_sa_id_…5678");
    }

    #[test]
    fn a_client_id_says_what_is_wrong() {
        let rows = [
            ("", IdError::Empty("client ID")),
            ("mdb_s", IdError::PrefixIncomplete),
            ("mdb_sa_id_", IdError::TooShort(0)),
            ("mdb_sa_id_12", IdError::TooShort(2)),
            ("mdb_sx", IdError::WrongPrefix(5)),
            ("mdb_sa_id_1z", IdError::NotHex { character: 'z', position: 11 }),
            (
                "mdb_sa_id_1234567890abcdef123456789",
                IdError::TooLong(25, "client ID has 24 after mdb_sa_id_"),
            ),
            ("mdb_sa_sk_fake", IdError::IsSecret),
            ("'mdb_sa_id_1234567890abcdef12345678'", IdError::Quoted),
            ("mdb_sa_id_1234567890abcdef12345678\u{2019}", IdError::Quoted),
        ];
        for (text, expected) in rows {
            let is_beginning = ["", "mdb_s", "mdb_sa_id_", "mdb_sa_id_12"].contains(&text);
            assert_eq!(expected.is_incomplete(), is_beginning, "{text:?}");
            assert_eq!(ClientId::parse(text), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn bare_digits_become_a_client_id() {
        assert_eq!(ClientId::from_digits("1234567890abcdef12345678").unwrap().as_str(), CLIENT);
    }

    #[test]
    fn an_organization_id_is_24_hex_digits() {
        let id = OrganizationId::from_server("4888442a3354817a7320eb61").unwrap();
        assert_eq!(id.as_str(), "4888442a3354817a7320eb61");
        for text in ["", "4888442a3354817a7320eb6", "4888442a3354817a7320eb6g", "4888442a3354817a7320eb611"] {
            assert!(OrganizationId::from_server(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn a_secret_id_is_safe_in_a_url() {
        let id = SecretId::from_server("32b6e34b3d91647abb20e7b8").unwrap();
        assert_eq!(ServerText::from(&id).as_str(), "32b6e34b3d91647abb20e7b8");
        for text in ["", "../up", "a/b", "a?b", "a b", "é", "mdb_sa_sk_FAKE"] {
            assert!(SecretId::from_server(text).is_none(), "{text:?}");
        }
        let fits = |length| SecretId::from_server(&"a".repeat(length)).is_some();
        assert!(fits(1) && fits(64) && !fits(65));
    }
}
