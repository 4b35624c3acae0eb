//! Atlas's identifiers: users type two of them, and the other two come from Atlas's responses and become parts of URLs.
//!
//! The patterns are from the OpenAPI document of the Atlas Administration API: `^([a-f0-9]{24})$` for a project,
//! `^mdb_sa_id_[a-fA-F\d]{24}$` for a service account.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{QUOTED, is_quoted};

const DIGITS: usize = 24;

pub(crate) const CLIENT_ID_PREFIX: &str = "mdb_sa_id_";

/// The prefix of a service account's *secret*. A text that begins with it is never an ID.
pub(crate) const SECRET_PREFIX: &str = "mdb_sa_sk_";

/// [`SECRET_PREFIX`] in Base64, as in a Kubernetes secret.
pub(crate) const SECRET_PREFIX_BASE64: &str = "bWRiX3NhX3NrX";

/// What all IDs have in common: one that is read from a file is parsed like any other.
macro_rules! impl_id {
    ($($id:ident: $parse:expr),*) => {$(
        impl $id {
            /// The ID as part of a URL.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $id {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                $parse(&text).ok_or("not an ID")
            }
        }
    )*};
}

impl_id!(
    ProjectId: |text| ProjectId::parse(text).ok(),
    ClientId: |text| ClientId::parse(text).ok(),
    SecretId: SecretId::from_server,
    OrganizationId: OrganizationId::from_server
);

/// The ID of a project, which the API calls a group: 24 lowercase hexadecimal digits.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(try_from = "String")]
pub struct ProjectId(String);

/// Why a text is not a valid ID. Positions count characters from 0.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IdError {
    #[error("enter a {0} or name")]
    Empty(&'static str),
    #[error("{QUOTED}")]
    Quoted,
    /// Contains the position of the first wrong character; `None` if only more are missing.
    #[error("a client ID starts with mdb_sa_id_")]
    WrongPrefix(Option<usize>),
    /// The position includes the prefix.
    #[error("\"{character}\" is not a hex digit")]
    NotHex { character: char, position: usize },
    #[error("{0} of 24 hex digits")]
    TooShort(usize),
    #[error("{0} digits; a {1}")]
    TooLong(usize, &'static str),
    #[error("this is a client ID; a project ID has 24 hex digits and no prefix")]
    IsClientId,
    #[error("this is a secret, not a client ID")]
    IsSecret,
}

impl IdError {
    /// True if the text can become valid by typing more.
    pub fn is_incomplete(&self) -> bool {
        matches!(self, Self::Empty(_) | Self::WrongPrefix(None) | Self::TooShort(_))
    }
}

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
    /// Parses a project ID that the user typed. Uppercase digits become lowercase, because Atlas accepts no others.
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

/// The client ID of a service account: `mdb_sa_id_` and 24 hexadecimal digits in either case.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(try_from = "String")]
pub struct ClientId(String);

impl ClientId {
    /// Parses a client ID that the user typed. It keeps the case of the digits, as Atlas does.
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
            let mut pairs = text.chars().zip(CLIENT_ID_PREFIX.chars());
            return Err(IdError::WrongPrefix(pairs.position(|(typed, expected)| typed != expected)));
        };
        check_digits(digits, CLIENT_ID_PREFIX, "client ID has 24 after mdb_sa_id_")?;
        Ok(Self(text.to_owned()))
    }

    /// Adds the prefix to 24 digits. Atlas's web page shows them without it.
    pub fn from_digits(digits: &str) -> Result<Self, IdError> {
        Self::parse(&format!("{CLIENT_ID_PREFIX}{digits}"))
    }

    /// A short form for a header line: `mdb_sa_id_…5678`.
    pub fn short(&self, ellipsis: &str) -> String {
        let tail = &self.0[self.0.len() - 4..];
        format!("{CLIENT_ID_PREFIX}{ellipsis}{tail}")
    }
}

/// The ID of a secret, from Atlas. It becomes part of a URL, so only URL-safe characters are valid.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(try_from = "String")]
pub struct SecretId(String);

impl SecretId {
    /// Parses an ID in a response of Atlas: 1 to 64 ASCII letters, digits, `-` or `_`. The API's pattern is 24
    /// hexadecimal digits. More is accepted so that a change of the pattern loses nothing. A secret in its position is
    /// rejected, because IDs are shown and recorded.
    pub fn from_server(text: &str) -> Option<Self> {
        let fits = (1..=64).contains(&text.len()) && !text.starts_with(SECRET_PREFIX);
        let safe = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        (fits && safe).then(|| Self(text.to_owned()))
    }
}

/// The ID of an organization, from Atlas: 24 hexadecimal digits. Nothing else is valid, because it becomes part of a
/// URL and of the delivered secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrganizationId(String);

impl OrganizationId {
    /// Parses an ID in a response of Atlas.
    pub fn from_server(text: &str) -> Option<Self> {
        let fits = text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        fits.then(|| Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The property tests check that every text gets the right error.
    #[test]
    fn an_error_is_incomplete_if_typing_more_can_mend_it() {
        let rows = [
            ("", true),
            ("mdb_s", true),
            ("mdb_sa_id_", true),
            ("mdb_sa_id_12", true),
            ("mdb_sx", false),
            ("mdb_sa_id_1z", false),
            ("mdb_sa_id_1234567890abcdef123456789", false),
            ("mdb_sa_sk_fake", false),
            ("'mdb_sa_id_1234567890abcdef12345678'", false),
        ];
        for (text, is_incomplete) in rows {
            assert_eq!(ClientId::parse(text).unwrap_err().is_incomplete(), is_incomplete, "{text:?}");
        }
        let of_project = |text| ProjectId::parse(text).unwrap_err().is_incomplete();
        assert!(of_project("") && of_project("32b6") && !of_project("32bg"));
        assert_eq!(ClientId::parse("mdb_sa_sk_fake"), Err(IdError::IsSecret));
        assert_eq!(ClientId::parse("'mdb_sa_id_1234567890abcdef12345678'"), Err(IdError::Quoted));
        assert_eq!(ProjectId::parse("\u{201C}32b6\u{201D}"), Err(IdError::Quoted));
        assert_eq!(ProjectId::parse("mdb_sa_id_12"), Err(IdError::IsClientId));
        let id = ClientId::from_digits("1234567890abcdef12345678").unwrap();
        assert_eq!(id.short("…"), "mdb_sa_id_…5678");
    }

    #[test]
    fn an_organization_id_has_24_hex_digits() {
        let id = OrganizationId::from_server("4888442a3354817a7320eb61").unwrap();
        assert_eq!(id.as_str(), "4888442a3354817a7320eb61");
        for text in ["", "4888442a3354817a7320eb6", "4888442a3354817a7320eb6g", "4888442a3354817a7320eb611"] {
            assert!(OrganizationId::from_server(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn a_secret_id_is_safe_in_a_url() {
        let id = SecretId::from_server("32b6e34b3d91647abb20e7b8").unwrap();
        assert_eq!(id.as_str(), "32b6e34b3d91647abb20e7b8");
        for text in ["", "../up", "a/b", "a?b", "a b", "é", "mdb_sa_sk_FAKE"] {
            assert!(SecretId::from_server(text).is_none(), "{text:?}");
        }
        let fits = |length| SecretId::from_server(&"a".repeat(length)).is_some();
        assert!(fits(1) && fits(64) && !fits(65));
    }
}
