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
pub enum LoginRisk {
    /// Nothing: the session does not use it.
    None,
    /// The session uses it.
    Own,
    /// The session may use it: nobody knows which secret it came from, or what that one looks like.
    Perhaps,
}

impl Login {
    /// True when `secret` of `client` is the one that signed in.
    pub fn is_behind(&self, client: &ClientId, secret: &ExistingSecret) -> bool {
        self.stake(client, secret) == LoginRisk::Own
    }

    /// What deleting `secret` of `client` could cost: it signed in when the account is the same and its mask ends
    /// in the same four characters, and it may have when those of either are not known.
    pub fn stake(&self, client: &ClientId, secret: &ExistingSecret) -> LoginRisk {
        if self.client != *client {
            return LoginRisk::None;
        }
        match &secret.mask {
            Some(mask) if !self.ends_with.is_empty() => {
                if mask.as_str().ends_with(self.ends_with.as_str()) {
                    LoginRisk::Own
                } else {
                    LoginRisk::None
                }
            }
            _ => LoginRisk::Perhaps,
        }
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
        let unknown = Login { ends_with: ServerText::default(), ..login.clone() };
        let rows = [
            (&login, &client, Some("mdb_sa_sk_...9f3a"), LoginRisk::Own),
            (&login, &client, Some("mdb_sa_sk_...9f3b"), LoginRisk::None),
            (&login, &client, None, LoginRisk::Perhaps),
            (&login, &other, Some("mdb_sa_sk_...9f3a"), LoginRisk::None),
            (&login, &other, None, LoginRisk::None),
            (&unknown, &client, Some("mdb_sa_sk_...9f3a"), LoginRisk::Perhaps),
            (&unknown, &other, Some("mdb_sa_sk_...9f3a"), LoginRisk::None),
        ];
        for (login, client, mask, expected) in rows {
            assert_eq!(login.stake(client, &secret(mask)), expected, "{client} {mask:?}");
            assert_eq!(login.is_behind(client, &secret(mask)), expected == LoginRisk::Own);
        }
    }
}
