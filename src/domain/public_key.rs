//! The public half of an API key.

use std::fmt;

use thiserror::Error;

/// More than this is a pasted file, not a key: Atlas gives 8 letters today.
const LONGEST: usize = 64;

/// How many characters a key may have to be shown whole in a header line.
const SHORT: usize = 12;

/// The public half of an API key: what its private half is looked up by. It is no secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PublicKey(String);

/// Why a text is no public key.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PublicKeyError {
    /// Nothing is there.
    #[error("a public key is needed")]
    Empty,
    /// The id or the secret of a service account (`mdb_sa…`): another kind of credential altogether.
    #[error("that belongs to a service account (it starts with mdb_sa), not to an API key")]
    OfServiceAccount,
    /// More than a key can be, or a character that would end the user name inside a header.
    #[error("a public key has visible characters only, without quotes, commas and colons, 64 at most")]
    Malformed,
}

impl PublicKey {
    /// Parses a public key. The API's document gives no pattern, so what can stand in the quoted user name
    /// of a digest header (RFC 7616, section 3.4) is accepted.
    pub fn parse(text: &str) -> Result<Self, PublicKeyError> {
        if text.is_empty() {
            return Err(PublicKeyError::Empty);
        }
        if text.starts_with("mdb_sa") {
            return Err(PublicKeyError::OfServiceAccount);
        }
        let fits = |byte: u8| byte.is_ascii_graphic() && !b"\"\\,:".contains(&byte);
        if text.len() > LONGEST || !text.bytes().all(fits) {
            return Err(PublicKeyError::Malformed);
        }
        Ok(Self(text.to_owned()))
    }

    /// The key as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Short enough for a header line: whole, or its last four characters.
    pub fn short(&self, ellipsis: &str) -> String {
        if self.0.len() <= SHORT {
            return self.0.clone();
        }
        let tail = &self.0[self.0.len() - 4..];
        format!("{ellipsis}{tail}")
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_sent_as_it_was_typed() {
        let key = PublicKey::parse("abCDefgh").unwrap();
        assert_eq!((key.as_str(), key.to_string().as_str()), ("abCDefgh", "abCDefgh"));
    }

    #[test]
    fn a_public_key_is_told_from_other_credentials() {
        let rows = [
            ("abcdefgh", Ok("abcdefgh")),
            ("a-key-of-another-length", Ok("…ngth")),
            ("", Err(PublicKeyError::Empty)),
            ("mdb_sa_id_1234567890abcdef12345678", Err(PublicKeyError::OfServiceAccount)),
            ("mdb_sa_sk_fake", Err(PublicKeyError::OfServiceAccount)),
            ("abc def", Err(PublicKeyError::Malformed)),
            ("abc\ndef", Err(PublicKeyError::Malformed)),
            ("abc\"def", Err(PublicKeyError::Malformed)),
            ("schlüssel", Err(PublicKeyError::Malformed)),
            (&"a".repeat(64), Ok("…aaaa")),
            (&"a".repeat(65), Err(PublicKeyError::Malformed)),
        ];
        for (text, expected) in rows {
            let short = PublicKey::parse(text).map(|key| key.short("…"));
            assert_eq!(short, expected.map(str::to_owned), "{text:?}");
        }
    }
}
