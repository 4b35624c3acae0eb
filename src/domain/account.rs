//! Projects, organizations, service accounts and their secrets, as Atlas describes them.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ClientId, OrganizationId, ProjectId, SecretId, ServerText};

/// The maximum number of secrets of a service account, including expired ones.
pub const SECRETS_PER_ACCOUNT: usize = 2;

/// When a secret is created, Atlas shortens every existing one to at most this long from now
/// (<https://www.mongodb.com/docs/atlas/tutorial/rotate-service-account-secrets/>).
pub const SHORTENED_TO: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A service account of a project. The JSON field names are those of the journal.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct AccountRef {
    #[serde(rename = "projectId")]
    pub project: ProjectId,
    #[serde(rename = "clientId")]
    pub client: ClientId,
}

/// A service account as a project sees it (`GET /groups/{groupId}/serviceAccounts/{clientId}`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceAccount {
    pub name: ServerText,
    pub roles: Vec<ServerText>,
    /// Its secrets, including expired ones.
    pub secrets: Vec<ExistingSecret>,
    /// When Atlas sent this, by its own clock (`Date`, RFC 9110, section 6.6.1), if it said so. The times of the
    /// secrets are by the same clock, not by this machine's.
    pub read_at: Option<Timestamp>,
}

/// An existing secret. Atlas never shows its value again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExistingSecret {
    pub id: SecretId,
    pub created_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    /// When it was last used; `None` if never.
    pub last_used_at: Option<Timestamp>,
    /// Its masked value in Atlas: `mdb_sa_sk_...` and the last four characters.
    pub mask: Option<ServerText>,
}

impl ExistingSecret {
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= now)
    }
}

impl ServiceAccount {
    /// What creating another secret at `now` does to the existing ones.
    pub fn consequences(&self, now: Timestamp) -> Consequences {
        let has_expired = |secret: &&ExistingSecret| self.read_at.is_some() && secret.is_expired(now);
        // If the account has more secrets than the maximum, deleting one frees no slot.
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

    /// The new expiry of this secret if another is created at `now`, or `None` if it does not change. Without the time
    /// of Atlas's clock, no secret counts as expired and any may be shortened, because this machine's clock may be
    /// wrong.
    pub fn shortened_by_creating(&self, secret: &ExistingSecret, now: Timestamp) -> Option<Timestamp> {
        let new_expiry = now.checked_add(SHORTENED_TO).unwrap_or(Timestamp::MAX);
        let expires_sooner = secret.expires_at.is_some_and(|expires_at| expires_at <= new_expiry);
        (self.read_at.is_none() || !expires_sooner).then_some(new_expiry)
    }

    /// True if there is no slot left for another secret.
    pub fn is_full(&self) -> bool {
        self.secrets.len() >= SECRETS_PER_ACCOUNT
    }
}

/// What creating a secret does to the existing secrets of the account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consequences {
    pub secrets: usize,
    /// The expired secret that is deleted first, because the account is full.
    pub deletes: Option<ExistingSecret>,
    /// The secrets that expire earlier, each with its new expiry.
    pub shortens: Vec<(ExistingSecret, Timestamp)>,
}

impl Consequences {
    /// True if the existing secrets do not change.
    pub fn is_empty(&self) -> bool {
        self.deletes.is_none() && self.shortens.is_empty()
    }

    /// True if agreeing to these consequences includes `others`: they affect the same secrets or fewer.
    pub fn include(&self, others: &Self) -> bool {
        let deletes = |other: &ExistingSecret| self.deletes.as_ref().is_some_and(|own| own.id == other.id);
        let shortens = |other: &ExistingSecret| self.shortens.iter().any(|(own, _)| own.id == other.id);
        others.deletes.iter().all(deletes) && others.shortens.iter().all(|(other, _)| shortens(other))
    }
}

/// The options of the command line that change what a run does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each field is an option of the command line")]
pub struct Flags {
    /// Submit without the form, and accept that the other secrets expire early (`--yes`).
    pub yes: bool,
    /// Delete an expired secret if the account is full (`--replace-expired`).
    pub replace_expired: bool,
    /// Verify a new secret right away (`--verify`).
    pub verify: bool,
    /// Do not copy the secret (`--clipboard off`).
    pub never_copy: bool,
}

impl Flags {
    /// True if the command line approved these consequences.
    pub fn agree_to(self, consequences: &Consequences) -> bool {
        self.yes && (consequences.deletes.is_none() || self.replace_expired)
    }
}

/// The service account that a session is signed in as, and how to recognize its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    pub client: ClientId,
    /// The last four characters of its secret, which Atlas shows in the mask of a secret.
    pub ends_with: ServerText,
}

/// What deleting a secret would mean for this session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginRisk {
    /// Nothing: the session does not use it.
    None,
    /// The session uses it.
    Own,
    /// The session may use it: it is not known which secret signed in.
    Perhaps,
}

impl Login {
    /// The risk of deleting `secret` of `client`. The session uses it if the account is the same and the mask ends in
    /// the same four characters. It may use it if either's last characters are not known.
    pub fn login_risk(&self, client: &ClientId, secret: &ExistingSecret) -> LoginRisk {
        let ends_with = self.ends_with.as_str();
        match &secret.mask {
            _ if self.client != *client => LoginRisk::None,
            Some(_) if ends_with.is_empty() => LoginRisk::Perhaps,
            Some(mask) if mask.as_str().ends_with(ends_with) => LoginRisk::Own,
            Some(_) => LoginRisk::None,
            None => LoginRisk::Perhaps,
        }
    }
}

/// A project (`GET /groups/{groupId}`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    pub name: ServerText,
    pub organization: Option<OrganizationId>,
}

/// What an organization allows its service accounts (`GET /orgs/{orgId}/settings`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrganizationSettings {
    /// The longest lifetime of a secret in hours (`maxServiceAccountSecretValidityInHours`), if it is limited.
    pub longest_secret_hours: Option<i32>,
}

/// The maximum number of entries in a page of a list: the largest `itemsPerPage` that the OpenAPI document allows.
pub const ENTRIES_PER_PAGE: usize = 500;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub entries: Vec<T>,
    /// True if there is no page after it. Atlas's `totalCount` is only an estimate, so it does not decide this.
    pub is_last: bool,
    /// The estimated number of entries on all pages, if Atlas gave it.
    pub about: Option<u32>,
}

/// A project that the credentials can see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectEntry {
    pub id: ProjectId,
    pub name: ServerText,
    pub organization: Option<OrganizationId>,
}

/// A service account of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountEntry {
    pub client: ClientId,
    pub name: ServerText,
    pub secrets: Vec<ExistingSecret>,
}

impl AccountEntry {
    /// The secret that shows how urgent a rotation is: of those that are valid at `now`, the first to expire. If none
    /// is valid, the last one that expired.
    pub fn next_to_expire(&self, now: Timestamp) -> Option<&ExistingSecret> {
        let living = self.secrets.iter().filter(|secret| !secret.is_expired(now));
        let first = living.min_by_key(|secret| secret.expires_at.unwrap_or(Timestamp::MAX));
        first.or_else(|| self.secrets.iter().max_by_key(|secret| secret.expires_at))
    }

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

    fn entry(secrets: Vec<ExistingSecret>) -> AccountEntry {
        let client = ClientId::parse("mdb_sa_id_1234567890abcdef12345678").unwrap();
        AccountEntry { client, name: ServerText::default(), secrets }
    }

    #[test]
    fn only_valid_secrets_with_more_than_seven_days_are_shortened() {
        let now: Timestamp = "2026-11-23T18:14:00Z".parse().unwrap();
        let expired = secret("2026-11-23T18:14:00Z");
        let short = secret("2026-11-30T18:14:00Z");
        let long = secret("2026-11-30T18:14:01Z");
        let secrets = vec![expired, short, long.clone()];
        let account = ServiceAccount { secrets, read_at: Some(now), ..Default::default() };
        let new_expiry: Timestamp = "2026-11-30T18:14:00Z".parse().unwrap();
        assert_eq!(account.consequences(now).shortens, vec![(long, new_expiry)]);
        assert!(account.is_full());
    }

    #[test]
    fn the_valid_secret_that_expires_first_shows_how_urgent_a_rotation_is() {
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
            let entry = entry(expiries.iter().map(|at| secret(at)).collect());
            let next = entry.next_to_expire(now).and_then(|secret| secret.expires_at);
            assert_eq!(next, expected.map(|at| at.parse().unwrap()), "{expiries:?}");
        }
    }

    #[test]
    fn an_account_was_last_used_with_its_secret_that_was_last_used() {
        let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        let (early, late) = (at("2026-11-01T00:00:00Z"), at("2026-11-22T00:00:00Z"));
        let rows =
            [(vec![], None), (vec![None], None), (vec![early, None, late], late), (vec![late, early], late)];
        for (used, expected) in rows {
            let of = |last_used_at| ExistingSecret { last_used_at, ..secret("2026-12-01T00:00:00Z") };
            assert_eq!(entry(used.into_iter().map(of).collect()).last_used_at(), expected);
        }
    }

    #[test]
    fn an_expired_secret_is_only_deleted_for_its_slot_and_by_atlas_clock() {
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
    fn agreeing_to_consequences_includes_fewer_but_never_more() {
        let named = |id: &str| ExistingSecret {
            id: SecretId::from_server(id).unwrap(),
            ..secret("2027-11-23T18:14:00Z")
        };
        let (first, second) = (named("32b6e34b3d91647abb20e7b8"), named("32b6e34b3d91647abb20e7b9"));
        let new_expiry: Timestamp = "2026-11-30T18:14:00Z".parse().unwrap();
        let of = |deletes: Option<&ExistingSecret>, shortens: &[&ExistingSecret]| Consequences {
            secrets: 2,
            deletes: deletes.cloned(),
            shortens: shortens.iter().map(|secret| ((*secret).clone(), new_expiry)).collect(),
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
    fn account_and_mask_must_match() {
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
        }
    }
}
