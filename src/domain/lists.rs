//! What can be chosen from: projects, and the service accounts of one.

use super::{ClientId, ExistingSecret, ProjectId, ServerText};

/// How many entries a page of a list has at most: the largest `itemsPerPage` that the OpenAPI document allows.
pub const ENTRIES_PER_PAGE: usize = 500;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What stands on it.
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
