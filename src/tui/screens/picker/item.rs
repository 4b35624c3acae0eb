//! What can be chosen from a list, and the order of accounts.

use jiff::Timestamp;

use crate::domain::{AccountEntry, Lifetime, ProjectEntry};

/// The lifetimes that people usually want, as they are typed.
const USUAL_LIFETIMES: [&str; 7] = ["8h", "1d", "7d", "30d", "90d", "180d", "365d"];

/// One item of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Item {
    Project(ProjectEntry),
    Account(AccountEntry),
    /// As it is typed, and what it means.
    Lifetime {
        text: &'static str,
        lifetime: Lifetime,
        name: String,
    },
}

pub(super) fn lifetimes() -> Vec<Item> {
    let item = |text| {
        let lifetime = Lifetime::parse(text).ok()?;
        Some(Item::Lifetime { text, lifetime, name: lifetime.to_string() })
    };
    USUAL_LIFETIMES.into_iter().filter_map(item).collect()
}

impl Item {
    /// What becomes the field's text.
    pub fn value(&self) -> &str {
        match self {
            Self::Project(entry) => entry.id.as_str(),
            Self::Account(entry) => entry.client.as_str(),
            Self::Lifetime { text, .. } => text,
        }
    }

    /// True when a field with this text holds the item already.
    pub fn is(&self, text: &str) -> bool {
        match self {
            Self::Project(_) | Self::Account(_) => self.value() == text,
            Self::Lifetime { lifetime, .. } => Lifetime::parse(text) == Ok(*lifetime),
        }
    }

    /// The name that Atlas has for it.
    pub fn name(&self) -> &str {
        match self {
            Self::Project(entry) => entry.name.as_str(),
            Self::Account(entry) => entry.name.as_str(),
            Self::Lifetime { name, .. } => name,
        }
    }

    /// What the filter searches: the name and the value.
    pub fn searched(&self) -> (String, String) {
        (self.name().to_owned(), self.value().to_owned())
    }

    /// False for a lifetime above the organization's limit.
    pub fn is_allowed(&self, limit: Option<Lifetime>) -> bool {
        match (self, limit) {
            (Self::Lifetime { lifetime, .. }, Some(limit)) => *lifetime <= limit,
            _ => true,
        }
    }
}

/// The order of accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Sort {
    /// By the next expiry, the soonest first; accounts without secrets are last.
    Expiry,
    Name,
}

impl Sort {
    pub fn other(self) -> Self {
        match self {
            Self::Expiry => Self::Name,
            Self::Name => Self::Expiry,
        }
    }

    pub fn apply(self, items: &mut [Item], now: Timestamp) {
        items.sort_by_cached_key(|item| {
            let Item::Account(entry) = item else { return (0, Timestamp::MAX, String::new()) };
            let (rank, at) = match (self, entry.next_to_expire(now)) {
                (Self::Name, _) => (0, Timestamp::MAX),
                (Self::Expiry, None) => (2, Timestamp::MAX),
                (Self::Expiry, Some(secret)) => secret.expires_at.map_or((1, Timestamp::MAX), |at| (0, at)),
            };
            (rank, at, entry.name.as_str().to_lowercase())
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ClientId, ExistingSecret, SecretId, ServerText};

    fn account(name: &str, expires_at: &[Option<&str>]) -> Item {
        let secret = |at: Option<&str>| ExistingSecret {
            id: SecretId::from_server("32b6e34b3d91647abb20e7b8").unwrap(),
            created_at: None,
            expires_at: at.map(|at| at.parse().unwrap()),
            last_used_at: None,
            mask: None,
        };
        Item::Account(AccountEntry {
            client: ClientId::parse("mdb_sa_id_1234567890abcdef12345678").unwrap(),
            name: ServerText::new(name),
            secrets: expires_at.iter().copied().map(secret).collect(),
        })
    }

    #[test]
    fn what_expires_first_comes_first_and_accounts_without_secrets_last() {
        let mut items = [
            account("none", &[]),
            account("unknown", &[None]),
            account("late", &[Some("2027-03-01T00:00:00Z"), Some("2026-11-01T00:00:00Z")]),
            account("Also none", &[]),
            account("expired", &[Some("2026-11-01T00:00:00Z")]),
            account("soon", &[Some("2027-03-01T00:00:00Z"), Some("2026-12-01T00:00:00Z")]),
        ];
        let names =
            |items: &[Item]| -> Vec<String> { items.iter().map(|item| item.name().to_owned()).collect() };
        let now = "2026-11-23T18:14:00Z".parse().unwrap();
        Sort::Expiry.apply(&mut items, now);
        assert_eq!(names(&items), ["expired", "soon", "late", "unknown", "Also none", "none"]);
        Sort::Expiry.other().apply(&mut items, now);
        assert_eq!(names(&items), ["Also none", "expired", "late", "none", "soon", "unknown"]);
    }

    #[test]
    fn a_field_holds_an_item_however_it_is_written() {
        let items = lifetimes();
        for (text, expected) in
            [("720", "30d"), ("30d", "30d"), ("30 days", "30d"), ("1y", "365d"), ("8", "8h")]
        {
            let found = items.iter().find(|item| item.is(text)).map(Item::value);
            assert_eq!(found, Some(expected), "{text}");
        }
        assert!(!items.iter().any(|item| item.is("x") || item.is("31d")));
    }

    #[test]
    fn the_limit_of_the_organization_is_allowed_itself() {
        let allowed = |hours: Option<i32>| {
            let limit = hours.map(|hours| Lifetime::from_hours(hours).unwrap());
            lifetimes().iter().filter(|item| item.is_allowed(limit)).count()
        };
        assert_eq!((allowed(None), allowed(Some(720)), allowed(Some(719)), allowed(Some(1))), (7, 4, 3, 0));
    }
}
