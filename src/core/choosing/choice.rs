//! One row of a list: what it stands for, and what of it the filter looks at.

use crate::domain::{AccountEntry, Lifetime, ProjectEntry};

/// The lifetimes that people usually want, in hours: 8 h, then 1, 7, 30, 90, 180 and 365 days.
const USUAL_LIFETIMES: [(&str, i32); 7] =
    [("8h", 8), ("1d", 24), ("7d", 168), ("30d", 720), ("90d", 2160), ("180d", 4320), ("365d", 8760)];

/// One row of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// A project.
    Project(ProjectEntry),
    /// A service account; `signed_in` when it is the one that this session uses.
    Account {
        /// The account.
        entry: AccountEntry,
        /// Whether this session signed in as it.
        signed_in: bool,
    },
    /// A lifetime.
    Lifetime {
        /// As it is typed.
        text: &'static str,
        /// What it means.
        lifetime: Lifetime,
    },
}

impl Choice {
    /// What becomes the field's text.
    pub(super) fn value(&self) -> &str {
        match self {
            Self::Project(entry) => entry.id.as_str(),
            Self::Account { entry, .. } => entry.client.as_str(),
            Self::Lifetime { text, .. } => text,
        }
    }

    /// What the filter looks at.
    pub(super) fn searched(&self) -> String {
        match self {
            Self::Project(entry) => format!("{} {}", entry.name, entry.id),
            Self::Account { entry, .. } => format!("{} {}", entry.name, entry.client),
            Self::Lifetime { text, lifetime } => format!("{text} {lifetime}"),
        }
    }
}

/// Them as rows.
pub(super) fn lifetimes() -> Vec<Choice> {
    let usual = USUAL_LIFETIMES.into_iter();
    usual
        .filter_map(|(text, hours)| {
            Some(Choice::Lifetime { text, lifetime: Lifetime::from_hours(hours).ok()? })
        })
        .collect()
}
