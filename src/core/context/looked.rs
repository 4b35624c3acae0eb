//! One thing that is looked up by its id: due, asked for, known, or not to be had.

use std::time::Duration;

use crate::domain::{Now, ReadProblem, RequestId};

/// One thing that is looked up by its id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Looked<Key, Found> {
    /// There is nothing to ask for.
    #[default]
    Nothing,
    /// It will be asked for, unless its field changes before.
    Due {
        /// What will be asked for.
        key: Key,
        /// When.
        at: Now,
    },
    /// It is on its way.
    Asked {
        /// What was asked for.
        key: Key,
        /// The request.
        request: RequestId,
    },
    /// It is known.
    Known {
        /// What was asked for.
        key: Key,
        /// What was found.
        found: Found,
        /// When it was found.
        at: Now,
    },
    /// It could not be read.
    Failed {
        /// What was asked for.
        key: Key,
        /// Why not.
        problem: ReadProblem,
    },
}

impl<Key: PartialEq + Clone, Found> Looked<Key, Found> {
    /// What is known under this key.
    pub fn found(&self, wanted: &Key) -> Option<&Found> {
        match self {
            Self::Known { key, found, .. } if key == wanted => Some(found),
            _ => None,
        }
    }

    /// Why nothing could be found under this key.
    pub fn problem(&self, wanted: &Key) -> Option<&ReadProblem> {
        match self {
            Self::Failed { key, problem } if key == wanted => Some(problem),
            _ => None,
        }
    }

    fn key(&self) -> Option<&Key> {
        match self {
            Self::Nothing => None,
            Self::Due { key, .. }
            | Self::Asked { key, .. }
            | Self::Known { key, .. }
            | Self::Failed { key, .. } => Some(key),
        }
    }

    /// Follows what is wanted now; what was known of anything else is dropped.
    pub(super) fn want(&mut self, wanted: Option<&Key>, at: Now) {
        if self.key() != wanted {
            *self = wanted.map_or(Self::Nothing, |key| Self::Due { key: key.clone(), at });
        }
    }

    /// Asks when it is due.
    pub(super) fn ask(&mut self, now: Now, request: RequestId) -> Option<Key> {
        match self {
            Self::Due { key, at } if at.uptime <= now.uptime => {
                let key = key.clone();
                *self = Self::Asked { key: key.clone(), request };
                Some(key)
            }
            _ => None,
        }
    }

    /// Takes an answer; one that nobody waits for is dropped.
    pub(super) fn answer(
        &mut self,
        answered: RequestId,
        result: Result<Found, ReadProblem>,
        at: Now,
    ) -> bool {
        let Self::Asked { key, request } = self else { return false };
        if *request != answered {
            return false;
        }
        let key = key.clone();
        *self = match result {
            Ok(found) => Self::Known { key, found, at },
            Err(problem) => Self::Failed { key, problem },
        };
        true
    }

    pub(super) fn due_in(&self, now: Now) -> Option<Duration> {
        match self {
            Self::Due { at, .. } => Some(at.since(now)),
            _ => None,
        }
    }
}
