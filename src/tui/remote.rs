//! A value that is fetched by a key: not asked for, loading, loaded, or failed.

use std::time::Duration;

use crate::domain::{ApiError, Now};

/// A value that is fetched by a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Remote<Key, Value> {
    /// There is nothing to fetch.
    #[default]
    NotAsked,
    /// It will be fetched at that time unless its field changes before.
    Due(Key, Now),
    /// It is being fetched.
    Loading(Key),
    /// It was fetched at that time.
    Loaded(Key, Value, Now),
    /// It could not be fetched.
    Failed(Key, ApiError),
}

impl<Key: PartialEq + Clone, Value> Remote<Key, Value> {
    /// The value, if it was loaded for this key.
    pub fn value(&self, wanted: &Key) -> Option<&Value> {
        match self {
            Self::Loaded(key, value, _) if key == wanted => Some(value),
            _ => None,
        }
    }

    /// Why it could not be loaded for this key.
    pub fn problem(&self, wanted: &Key) -> Option<&ApiError> {
        match self {
            Self::Failed(key, problem) if key == wanted => Some(problem),
            _ => None,
        }
    }

    /// True while it is being fetched for this key.
    pub fn is_loading(&self, wanted: &Key) -> bool {
        matches!(self, Self::Loading(key) if key == wanted)
    }

    fn key(&self) -> Option<&Key> {
        match self {
            Self::NotAsked => None,
            Self::Due(key, _) | Self::Loading(key) | Self::Loaded(key, ..) | Self::Failed(key, _) => {
                Some(key)
            }
        }
    }

    /// Follows what is wanted now; a value for any other key is dropped.
    pub(super) fn want(&mut self, wanted: Option<&Key>, at: Now) {
        if self.key() != wanted {
            *self = wanted.map_or(Self::NotAsked, |key| Self::Due(key.clone(), at));
        }
    }

    /// The key to fetch, once that is due.
    pub(super) fn start(&mut self, now: Now) -> Option<Key> {
        match self {
            Self::Due(key, at) if at.uptime <= now.uptime => {
                let key = key.clone();
                *self = Self::Loading(key.clone());
                Some(key)
            }
            _ => None,
        }
    }

    /// Takes a result; one for a key that is no longer wanted is ignored.
    pub(super) fn finish(&mut self, of: &Key, result: Result<Value, ApiError>, at: Now) {
        if self.is_loading(of) {
            *self = match result {
                Ok(value) => Self::Loaded(of.clone(), value, at),
                Err(problem) => Self::Failed(of.clone(), problem),
            };
        }
    }

    pub(super) fn due_in(&self, now: Now) -> Option<Duration> {
        match self {
            Self::Due(_, at) => Some(at.since(now)),
            _ => None,
        }
    }
}
