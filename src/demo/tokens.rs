//! Access tokens: who minted them, and until when they open the door.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};

use super::ids;

/// How long a token lives; Atlas says 3600 in `expires_in`.
pub(super) const LIFETIME_SECONDS: i64 = 3600;

/// The tokens that were minted and neither revoked nor lost with their secret.
#[derive(Default)]
pub(super) struct Tokens {
    live: Vec<Token>,
}

struct Token {
    value: SecretString,
    minter: Minter,
    expires_at: Timestamp,
}

/// With what a token was obtained.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Minter {
    pub(super) client_id: String,
    /// None for an account that no project lists: its secret cannot be deleted.
    pub(super) secret_id: Option<String>,
}

impl Tokens {
    /// Mints a token.
    pub(super) fn mint(&mut self, minter: Minter, now: Timestamp) -> Result<SecretString, getrandom::Error> {
        let value = ids::token_value()?;
        let lifetime = SignedDuration::from_secs(LIFETIME_SECONDS);
        let expires_at = now.checked_add(lifetime).unwrap_or(Timestamp::MAX);
        self.live.push(Token { value: value.clone(), minter, expires_at });
        Ok(value)
    }

    /// True when `value` opens the API at `now`.
    pub(super) fn admits(&self, value: &str, now: Timestamp) -> bool {
        let mut live = self.live.iter().filter(|token| token.expires_at > now);
        live.any(|token| token.value.expose_secret() == value)
    }

    /// Revokes a token, if it is one of the client's own.
    pub(super) fn revoke(&mut self, value: &str, client_id: &str) {
        self.live.retain(|token| token.value.expose_secret() != value || token.minter.client_id != client_id);
    }

    /// Revokes what a secret minted: Atlas does so when the secret is deleted.
    pub(super) fn revoke_minted_with(&mut self, secret_id: &str) {
        self.live.retain(|token| token.minter.secret_id.as_deref() != Some(secret_id));
    }

    pub(super) fn count(&self, now: Timestamp) -> usize {
        self.live.iter().filter(|token| token.expires_at > now).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_ends_after_an_hour() {
        let start: Timestamp = "2026-11-23T18:14:00Z".parse().unwrap();
        let minter = Minter { client_id: "fake".to_owned(), secret_id: None };
        let mut tokens = Tokens::default();
        let token = tokens.mint(minter, start).unwrap();
        let rows = [("2026-11-23T19:13:59Z", true), ("2026-11-23T19:14:00Z", false)];
        for (moment, live) in rows {
            let moment = moment.parse().unwrap();
            assert_eq!(tokens.admits(token.expose_secret(), moment), live, "{moment}");
            assert_eq!(tokens.count(moment), usize::from(live), "{moment}");
        }
    }
}
