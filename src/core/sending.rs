//! The chain while it runs: which link it is, what it has seen, and what is certain so far.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{ExistingSecret, NewSecret, Now, ReadProblem, Rejection, RequestId, ServiceAccount};

use super::{Before, Beforehand, Certainty};

/// The chain while it runs.
#[derive(Clone, Debug)]
pub struct Sending {
    /// What is to be created.
    pub new_secret: NewSecret,
    /// When this link of the chain began.
    pub since: Now,
    /// Which link it is.
    pub link: Link,
    /// True while "Stop waiting?" is on the screen.
    pub asks_to_stop: bool,
    /// A word about the last key.
    pub word: Option<&'static str>,
    /// How often the chain was repeated after a 429.
    pub rounds: u8,
    /// What was agreed to beforehand, for this submit alone.
    pub(super) agreed: Beforehand,
    /// True once a secret that had expired was deleted to make room.
    pub(super) has_replaced: bool,
    /// What the account looked like, once it was read.
    pub(super) seen: Option<Seen>,
    /// The account, while it is not known yet what the organization allows: without the form nobody else
    /// looks at its cap.
    pub(super) held: Option<Box<ServiceAccount>>,
}

/// What the chain has seen of the account.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub at: Timestamp,
    pub secrets: Vec<ExistingSecret>,
}

/// One link of the chain.
#[derive(Clone, Debug)]
pub enum Link {
    /// Getting a token.
    SigningIn(RequestId),
    /// Reading the account and its secrets.
    Looking(RequestId),
    /// Waiting for a person's answer; only `y` goes on.
    Asking(Question),
    /// A secret that has expired is being deleted, to make room.
    Replacing(RequestId),
    /// The creation is being noted on the disk.
    Noting(RequestId),
    /// The POST is in flight.
    Posting,
    /// Atlas had too many requests; the chain starts again when the countdown ends.
    WaitingOutLimit {
        /// When it starts again.
        until: Now,
        /// What Atlas said.
        rejection: Box<Rejection>,
    },
}

/// What is asked before the POST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Unexpired secrets will be shortened, each to the given time.
    Shortens(Vec<(ExistingSecret, Timestamp)>),
    /// Both places are taken, one of them by this secret, which has expired.
    Replaces(ExistingSecret),
    /// The account could not be looked at.
    CouldNotLook(ReadProblem),
}

impl Sending {
    /// A chain for this, before its first link.
    pub(super) fn new(new_secret: NewSecret) -> Self {
        Self {
            new_secret,
            since: Now { wall: Timestamp::UNIX_EPOCH, uptime: Duration::ZERO },
            link: Link::Posting,
            asks_to_stop: false,
            word: None,
            rounds: 0,
            agreed: Beforehand::default(),
            has_replaced: false,
            seen: None,
            held: None,
        }
    }

    /// The same chain from its beginning, with what was agreed to and done so far.
    pub(super) fn again(&self) -> Self {
        let Self { agreed, has_replaced, rounds, .. } = *self;
        Self { rounds, agreed, has_replaced, ..Self::new(self.new_secret.clone()) }
    }

    /// What is going on, in words.
    pub fn doing(&self) -> &'static str {
        match &self.link {
            Link::SigningIn(_) => "Signing in",
            Link::Looking(_) => "Looking at the account's secrets",
            Link::Asking(_) => "Waiting for your answer",
            Link::Replacing(_) => "Deleting the secret that has expired",
            // The note on the disk is a part of it that nobody waits for.
            Link::Noting(_) | Link::Posting => "Creating the secret",
            Link::WaitingOutLimit { .. } => "Waiting for Atlas to take requests again",
        }
    }

    /// What the account looked like before the POST; `now` where nobody could look.
    pub(super) fn before(&self, now: Timestamp) -> Before {
        match &self.seen {
            Some(seen) => {
                let ids = seen.secrets.iter().map(|secret| secret.id.clone()).collect();
                Before { ids: Some(ids), at: seen.at, latest: None }
            }
            None => Before { ids: None, at: now, latest: None },
        }
    }

    pub(super) fn existing(&self) -> Vec<ExistingSecret> {
        self.seen.as_ref().map(|seen| seen.secrets.clone()).unwrap_or_default()
    }

    /// What is certain while no POST of this round is on its way: an earlier round's was refused.
    pub(super) fn certainty(&self) -> Certainty {
        let is_untouched = self.rounds == 0 && !self.has_replaced;
        if is_untouched { Certainty::NothingSent } else { Certainty::NothingCreated }
    }
}
