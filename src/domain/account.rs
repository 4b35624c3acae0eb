//! What Atlas says of projects, organizations, service accounts and their secrets.

use std::time::Duration;

use jiff::Timestamp;

use super::{ClientId, OrganizationId, ProjectId, SecretId, ServerText};

/// How many secrets one service account can have. An expired one still holds its slot.
pub const SECRETS_PER_ACCOUNT: usize = 2;

/// Creating a secret makes Atlas shorten every existing one to at most this long from now
/// (<https://www.mongodb.com/docs/atlas/tutorial/rotate-service-account-secrets/>).
pub const SHORTENED_TO: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A service account of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRef {
    /// The project.
    pub project: ProjectId,
    /// The account's client ID.
    pub client: ClientId,
}

/// A service account as a project sees it (`GET /groups/{groupId}/serviceAccounts/{clientId}`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceAccount {
    /// Its name in Atlas.
    pub name: ServerText,
    /// Its roles in the project.
    pub roles: Vec<ServerText>,
    /// The secrets it has, expired ones included.
    pub secrets: Vec<ExistingSecret>,
    /// What Atlas's clock said when it answered (`Date`, RFC 9110, section 6.6.1), where it said so. The
    /// times above are of this clock, and not of this machine's.
    pub read_at: Option<Timestamp>,
}

/// A secret that exists already; Atlas never shows its value again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExistingSecret {
    /// Its id.
    pub id: SecretId,
    /// When it was created, where Atlas said so.
    pub created_at: Option<Timestamp>,
    /// When it expires, where Atlas said so.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, unless it never was.
    pub last_used_at: Option<Timestamp>,
    /// What Atlas shows of its value: `mdb_sa_sk_...` and the last four characters.
    pub mask: Option<ServerText>,
}

impl ExistingSecret {
    /// True when it no longer works at `now`.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= now)
    }

    /// Until when it would live if a new secret were created at `now`, when that is sooner than today's
    /// plan.
    pub fn shortened_to(&self, now: Timestamp) -> Option<Timestamp> {
        let cut = now.checked_add(SHORTENED_TO).unwrap_or(Timestamp::MAX);
        match self.expires_at {
            Some(expires_at) if expires_at <= cut => None,
            // One whose expiry is not known may be shortened.
            _ => Some(cut),
        }
    }
}

impl ServiceAccount {
    /// What creating one more secret at `now` does to those that are there.
    pub fn consequences(&self, now: Timestamp) -> Consequences {
        let has_expired = |secret: &&ExistingSecret| self.read_at.is_some() && secret.is_expired(now);
        // Of an account that has more than it can have, deleting one would free no slot.
        let frees_slot = self.secrets.len() == SECRETS_PER_ACCOUNT;
        let expired = self.secrets.iter().filter(|_| frees_slot).find(has_expired);
        let shortened =
            |secret: &ExistingSecret| Some((secret.clone(), self.shortened_by_creating(secret, now)?));
        Consequences {
            secrets: self.secrets.len(),
            deletes: expired.cloned(),
            shortens: self.secrets.iter().filter_map(shortened).collect(),
        }
    }

    /// When this secret ends once a new one is created at `now`, where that is early. Without Atlas's clock no secret
    /// is known to have expired, and any may be shortened: this machine's clock may be wrong.
    pub fn shortened_by_creating(&self, secret: &ExistingSecret, now: Timestamp) -> Option<Timestamp> {
        match self.read_at {
            Some(_) => secret.shortened_to(now),
            None => now.checked_add(SHORTENED_TO).ok(),
        }
    }

    /// True when no slot is left for one more secret.
    pub fn is_full(&self) -> bool {
        self.secrets.len() >= SECRETS_PER_ACCOUNT
    }
}

/// What creating a secret does to the secrets that the account has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consequences {
    /// How many it has.
    pub secrets: usize,
    /// The expired secret that is deleted first, because the account is full.
    pub deletes: Option<ExistingSecret>,
    /// The secrets that expire early, each with its new end.
    pub shortens: Vec<(ExistingSecret, Timestamp)>,
}

impl Consequences {
    /// True when the other secrets stay as they are.
    pub fn is_empty(&self) -> bool {
        self.deletes.is_none() && self.shortens.is_empty()
    }

    /// True when agreeing to these consequences covers `others`, too: the same secrets or fewer.
    pub fn include(&self, others: &Self) -> bool {
        let ids = |consequences: &Self| -> Vec<SecretId> {
            consequences.shortens.iter().map(|(secret, _)| secret.id.clone()).collect()
        };
        let deleted = |consequences: &Self| consequences.deletes.as_ref().map(|secret| secret.id.clone());
        let agreed = ids(self);
        let deletes_same = others.deletes.is_none() || deleted(others) == deleted(self);
        deletes_same && ids(others).iter().all(|id| agreed.contains(id))
    }
}

/// The options that decide something in advance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Submit without the form, and let the other secrets expire early without a question (`--yes`).
    pub yes: bool,
    /// Delete an expired secret if the account is full (`--replace-expired`).
    pub replace_expired: bool,
    /// Verify a new secret at once (`--verify`).
    pub verify: bool,
    /// Do not copy (`--clipboard off`).
    pub never_copy: bool,
}

impl Flags {
    /// True when the command line agreed to what creating does to the other secrets.
    pub fn agree_to(self, consequences: &Consequences) -> bool {
        self.yes && (consequences.deletes.is_none() || self.replace_expired)
    }
}

/// The service account that a session signed in as, and how its secret is recognized among others.
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
    /// The session may use it: which secret signed in is not known.
    Perhaps,
}

impl Login {
    /// True when `secret` of `client` is the one that signed in.
    pub fn is_behind(&self, client: &ClientId, secret: &ExistingSecret) -> bool {
        self.login_risk(client, secret) == LoginRisk::Own
    }

    /// What deleting `secret` of `client` could cost: it signed in when the account is the same and its mask ends
    /// in the same four characters, and it may have when those of either are not known.
    pub fn login_risk(&self, client: &ClientId, secret: &ExistingSecret) -> LoginRisk {
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

/// A project (`GET /groups/{groupId}`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its name in Atlas.
    pub name: ServerText,
    /// The organization that it belongs to, where Atlas named one.
    pub organization: Option<OrganizationId>,
}

/// What an organization allows its service accounts (`GET /orgs/{orgId}/settings`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrganizationSettings {
    /// The longest life of a secret, in hours (`maxServiceAccountSecretValidityInHours`), where it sets one.
    pub longest_secret_hours: Option<i32>,
}

/// How many entries a page of a list has at most: the largest `itemsPerPage` that the OpenAPI document allows.
pub const ENTRIES_PER_PAGE: usize = 500;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// Its entries.
    pub entries: Vec<T>,
    /// True when no page comes after it. Atlas's `totalCount` is an estimate and does not decide that.
    pub is_last: bool,
    /// About how many entries there are on all pages, where Atlas said so.
    pub about: Option<u32>,
}

/// A project that the credentials can see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectEntry {
    /// Its id.
    pub id: ProjectId,
    /// Its name.
    pub name: ServerText,
    /// The organization that it belongs to, where Atlas named one.
    pub organization: Option<OrganizationId>,
}

/// A service account of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountEntry {
    /// Its client id.
    pub client: ClientId,
    /// Its name.
    pub name: ServerText,
    /// The secrets it has.
    pub secrets: Vec<ExistingSecret>,
}

impl AccountEntry {
    /// The secret that says how urgent a rotation is: the one that works at `now` and expires first. Where none works,
    /// the one that expired last.
    pub fn next_to_expire(&self, now: Timestamp) -> Option<&ExistingSecret> {
        let living = self.secrets.iter().filter(|secret| !secret.is_expired(now));
        let first = living.min_by_key(|secret| secret.expires_at.unwrap_or(Timestamp::MAX));
        first.or_else(|| self.secrets.iter().max_by_key(|secret| secret.expires_at))
    }

    /// When one of its secrets was last used.
    pub fn last_used_at(&self) -> Option<Timestamp> {
        self.secrets.iter().filter_map(|secret| secret.last_used_at).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(expires_at: &str) -> ExistingSecret {
        ExistingSecret {
            id: SecretId::from_server("32b6e34b3d91647abb20e7b8").unwrap(),
            created_at: None,
            expires_at: Some(expires_at.parse().unwrap()),
            last_used_at: None,
            mask: None,
        }
    }

    #[test]
    fn only_living_secrets_with_more_than_seven_days_are_shortened() {
        let now: Timestamp = "2026-11-23T18:14:00Z".parse().unwrap();
        let expired = secret("2026-11-23T18:14:00Z");
        let short = secret("2026-11-30T18:14:00Z");
        let long = secret("2026-11-30T18:14:01Z");
        let secrets = vec![expired, short, long.clone()];
        let account = ServiceAccount { secrets, read_at: Some(now), ..Default::default() };
        let cut: Timestamp = "2026-11-30T18:14:00Z".parse().unwrap();
        assert_eq!(account.consequences(now).shortens, vec![(long, cut)]);
        assert!(account.is_full());
    }

    #[test]
    fn the_first_of_the_living_secrets_to_expire_says_how_urgent_a_rotation_is() {
        let now: Timestamp = "2026-11-23T18:14:00Z".parse().unwrap();
        let [older, expired, soon, late] =
            ["2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", "2027-03-01T00:00:00Z"];
        let rows: [(&[&str], Option<&str>); 5] = [
            (&[], None),
            (&[late, soon], Some(soon)),
            (&[expired, late], Some(late)),
            (&[older, expired], Some(expired)),
            (&[expired], Some(expired)),
        ];
        for (expiries, expected) in rows {
            let entry = AccountEntry {
                client: ClientId::parse("mdb_sa_id_1234567890abcdef12345678").unwrap(),
                name: ServerText::default(),
                secrets: expiries.iter().map(|at| secret(at)).collect(),
            };
            let next = entry.next_to_expire(now).and_then(|secret| secret.expires_at);
            assert_eq!(next, expected.map(|at| at.parse().unwrap()), "{expiries:?}");
        }
    }

    #[test]
    fn an_account_was_used_when_the_last_of_its_secrets_was() {
        let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        let (early, late) = (at("2026-11-01T00:00:00Z"), at("2026-11-22T00:00:00Z"));
        let rows =
            [(vec![], None), (vec![None], None), (vec![early, None, late], late), (vec![late, early], late)];
        for (used, expected) in rows {
            let of = |last_used_at| ExistingSecret { last_used_at, ..secret("2026-12-01T00:00:00Z") };
            let entry = AccountEntry {
                client: ClientId::parse("mdb_sa_id_1234567890abcdef12345678").unwrap(),
                name: ServerText::default(),
                secrets: used.into_iter().map(of).collect(),
            };
            assert_eq!(entry.last_used_at(), expected);
        }
    }

    #[test]
    fn an_expired_secret_is_deleted_only_for_its_slot_and_by_atlas_s_clock() {
        let now: Timestamp = "2026-11-23T18:14:00Z".parse().unwrap();
        let (expired, living) = (secret("2026-11-23T18:14:00Z"), secret("2026-11-30T18:14:00Z"));
        let account = |secrets: &[&ExistingSecret], read_at| ServiceAccount {
            secrets: secrets.iter().map(|secret| (*secret).clone()).collect(),
            read_at,
            ..Default::default()
        };
        let rows = [
            (account(&[&expired, &living], Some(now)), true),
            (account(&[&expired, &living], None), false),
            (account(&[&expired], Some(now)), false),
            (account(&[&living, &living], Some(now)), false),
            (account(&[&expired, &living, &living], Some(now)), false),
            (account(&[&expired, &expired, &living], Some(now)), false),
        ];
        for (account, deletes) in rows {
            assert_eq!(account.consequences(now).deletes.is_some(), deletes, "{account:?}");
        }
        let unclear = account(&[&expired, &living], None).consequences(now);
        assert_eq!(unclear.shortens.len(), 2, "each may be shortened where the clock is not Atlas's");
    }

    #[test]
    fn agreeing_to_consequences_covers_fewer_but_never_more() {
        let named = |id: &str| ExistingSecret {
            id: SecretId::from_server(id).unwrap(),
            ..secret("2027-11-23T18:14:00Z")
        };
        let (first, second) = (named("32b6e34b3d91647abb20e7b8"), named("32b6e34b3d91647abb20e7b9"));
        let cut: Timestamp = "2026-11-30T18:14:00Z".parse().unwrap();
        let of = |deletes: Option<&ExistingSecret>, shortens: &[&ExistingSecret]| Consequences {
            secrets: 2,
            deletes: deletes.cloned(),
            shortens: shortens.iter().map(|secret| ((*secret).clone(), cut)).collect(),
        };
        let rows = [
            (of(None, &[]), of(None, &[]), true),
            (of(Some(&first), &[&second]), of(Some(&first), &[&second]), true),
            (of(Some(&first), &[&second]), of(None, &[&second]), true),
            (of(Some(&first), &[&second]), of(None, &[]), true),
            (of(None, &[&second]), of(Some(&first), &[&second]), false),
            (of(Some(&first), &[]), of(Some(&second), &[]), false),
            (of(None, &[&first]), of(None, &[&second]), false),
        ];
        for (agreed, now, included) in rows {
            assert_eq!(agreed.include(&now), included, "{agreed:?} {now:?}");
        }
        assert!(of(None, &[]).is_empty());
        assert!(!of(Some(&first), &[]).is_empty() && !of(None, &[&second]).is_empty());
    }

    fn masked(mask: Option<&str>) -> ExistingSecret {
        ExistingSecret { mask: mask.map(ServerText::new), ..secret("2026-11-23T18:14:00Z") }
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
            assert_eq!(login.login_risk(client, &masked(mask)), expected, "{client} {mask:?}");
            assert_eq!(login.is_behind(client, &masked(mask)), expected == LoginRisk::Own);
        }
    }
}
