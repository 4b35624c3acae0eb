//! The secret: what is asked for, and what comes back once.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::{AccountRef, ClientId, Lifetime, ProjectId, SecretId, ids::SECRET_PREFIX, server_text::is_drawn};

/// What is to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSecret {
    /// The project that the account belongs to.
    pub project: ProjectId,
    /// The account that gets the secret.
    pub client: ClientId,
    /// How long the secret is to live. Atlas's answer is the truth, not this.
    pub lifetime: Lifetime,
}

impl NewSecret {
    /// The account that gets the secret.
    pub fn account(&self) -> AccountRef {
        AccountRef { project: self.project.clone(), client: self.client.clone() }
    }
}

/// A secret that Atlas has just created. Its `Debug` shows no value.
///
/// Only the value is certain to be there: an answer that carries a value but has lost or garbled the
/// rest is still handed over.
#[derive(Clone, Debug)]
pub struct CreatedSecret {
    /// The value; Atlas never shows it again.
    pub value: SecretString,
    /// Its id, if it could be read.
    pub id: Option<SecretId>,
    /// When Atlas created it, if that could be read.
    pub created_at: Option<Timestamp>,
    /// When it stops to work, if that could be read.
    pub expires_at: Option<Timestamp>,
}

/// What may be shown of a secret: its known prefix, eight bullets, its last four characters. A value
/// too short to hide anything shows bullets only, and so does one whose last four characters a terminal would obey or
/// not show.
pub fn masked(value: &SecretString, bullet: char) -> String {
    let value = value.expose_secret();
    let bullets: String = std::iter::repeat_n(bullet, 8).collect();
    let hidden = value.strip_prefix(SECRET_PREFIX).unwrap_or(value);
    let prefix = &value[..value.len() - hidden.len()];
    let length = hidden.chars().count();
    if length < 12 {
        return format!("{prefix}{bullets}");
    }
    let tail: String = hidden.chars().skip(length - 4).collect();
    if !tail.chars().all(is_drawn) {
        return format!("{prefix}{bullets}");
    }
    format!("{prefix}{bullets}{tail}")
}

/// A text in which somebody may have pasted a secret by mistake, without it: of each only the prefix is left.
pub fn without_secrets(text: &str) -> String {
    let mut parts = text.split(SECRET_PREFIX);
    let mut safe = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        safe.push_str(SECRET_PREFIX);
        safe.push_str("...");
        let is_of_secret = |character: char| character.is_ascii_alphanumeric() || "_-".contains(character);
        safe.push_str(part.trim_start_matches(is_of_secret));
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_shows_the_prefix_and_the_last_four() {
        let rows = [
            ("mdb_sa_sk_FAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKE9f3a", "mdb_sa_sk_••••••••9f3a"),
            ("anotherShapeOfFakeSecret", "••••••••cret"),
            ("mdb_sa_sk_tooshort", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAK", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKE", "mdb_sa_sk_••••••••FAKE"),
            ("", "••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKEfake9f3\u{7}", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKEfake\u{1b}[2J", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKEfake9f\u{9b}a", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKEfake9f\na", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKEfake\t9f3", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKEfake9f3\0", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKEfake\u{202e}f3a", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKEfake9\u{2066}3a", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKEfake9f\u{200b}a", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKEfake9f3\u{feff}", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfake\u{202e}FAKEfake9f3a", "mdb_sa_sk_••••••••9f3a"),
        ];
        for (value, expected) in rows {
            assert_eq!(masked(&SecretString::from(value), '•'), expected);
        }
    }

    #[test]
    fn a_secret_in_a_text_is_taken_out() {
        let rows = [
            ("plain words", "plain words"),
            (
                "unexpected argument 'mdb_sa_sk_FAKE-fa_ke9' found",
                "unexpected argument 'mdb_sa_sk_...' found",
            ),
            ("mdb_sa_sk_FAKE mdb_sa_sk_FAKE", "mdb_sa_sk_... mdb_sa_sk_..."),
            ("--mdb_sa_sk_FAKEmdb_sa_sk_FAKE", "--mdb_sa_sk_...mdb_sa_sk_..."),
        ];
        for (text, expected) in rows {
            assert_eq!(without_secrets(text), expected);
        }
    }

    #[test]
    fn debug_shows_no_value() {
        let secret = CreatedSecret {
            value: SecretString::from("mdb_sa_sk_fake_value_for_debug"),
            id: None,
            created_at: None,
            expires_at: None,
        };
        assert!(!format!("{secret:?}").contains("fake_value"));
    }
}
