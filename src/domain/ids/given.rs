//! The ids that nobody types: they come in Atlas's answers, and become parts of URLs.

use std::fmt;

use super::{DIGITS, SECRET_PREFIX};
use crate::domain::ServerText;

/// The id of a secret, as Atlas gave it. It becomes part of a URL, so only what is safe there counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretId(String);

impl SecretId {
    /// Takes an id from an answer of Atlas: 1 to 64 ASCII letters, digits, `-` or `_`. The pattern of
    /// the API is 24 hexadecimal digits; a wider one is accepted so that a change of it loses nothing. A secret
    /// in its place is none: ids are shown and noted.
    pub fn from_server(text: &str) -> Option<Self> {
        let fits = (1..=64).contains(&text.len()) && !text.starts_with(SECRET_PREFIX);
        let safe = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        (fits && safe).then(|| Self(text.to_owned()))
    }

    /// The id as it stands in a URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SecretId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&SecretId> for ServerText {
    fn from(id: &SecretId) -> Self {
        Self::new(&id.0)
    }
}

/// The id of an organization, as Atlas gave it: 24 hexadecimal digits. It becomes part of a URL and of what is
/// handed over, so that nothing else counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrganizationId(String);

impl OrganizationId {
    /// Takes an id from an answer of Atlas.
    pub fn from_server(text: &str) -> Option<Self> {
        let fits = text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        fits.then(|| Self(text.to_owned()))
    }

    /// The id as it stands in a URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OrganizationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    }
}
