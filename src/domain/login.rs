//! Which secret this session signed in with, as far as it can be recognised.

use super::{ClientId, ExistingSecret, ServerText};

/// The service account that a session signed in as, and how its secret is recognised among others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The account.
    pub client: ClientId,
    /// The last four characters of its secret: what Atlas shows of every secret in its mask.
    pub ends_with: ServerText,
}

/// What deleting a secret could cost this session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stake {
    /// Nothing: the session does not use it.
    None,
    /// The session uses it.
    Own,
    /// The session may use it: of a bare access token nobody knows which secret it came from.
    Perhaps,
}

impl Login {
    /// True when `secret` of `client` is the one that signed in: the same account, and a mask that ends in the
    /// same four characters.
    pub fn is_behind(&self, client: &ClientId, secret: &ExistingSecret) -> bool {
        let ends_the_same = |mask: &ServerText| {
            !self.ends_with.is_empty() && mask.as_str().ends_with(self.ends_with.as_str())
        };
        self.client == *client && secret.mask.as_ref().is_some_and(ends_the_same)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SecretId;

    fn secret(mask: Option<&str>) -> ExistingSecret {
        ExistingSecret {
            id: SecretId::from_server("aaaa").unwrap(),
            created_at: None,
            expires_at: None,
            last_used_at: None,
            mask: mask.map(ServerText::new),
        }
    }

    #[test]
    fn account_and_mask_have_to_fit() {
        let client = ClientId::parse("mdb_sa_id_1234567890abcdef12345678").unwrap();
        let other = ClientId::parse("mdb_sa_id_1234567890abcdef12345679").unwrap();
        let login = Login { client: client.clone(), ends_with: ServerText::new("9f3a") };
        assert!(login.is_behind(&client, &secret(Some("mdb_sa_sk_...9f3a"))));
        assert!(!login.is_behind(&client, &secret(Some("mdb_sa_sk_...9f3b"))));
        assert!(!login.is_behind(&other, &secret(Some("mdb_sa_sk_...9f3a"))));
        assert!(!login.is_behind(&client, &secret(None)));
        let unknown = Login { ends_with: ServerText::default(), ..login };
        assert!(!unknown.is_behind(&client, &secret(Some("mdb_sa_sk_...9f3a"))));
    }
}
