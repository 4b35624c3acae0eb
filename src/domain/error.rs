//! What is known after a request, and why it failed. `messages` explains each to the user.

use std::time::Duration;

use jiff::Timestamp;

use super::{CreatedSecret, ProfileName, Rejection, ServerText};

/// What is known after the one POST that creates a secret.
#[derive(Clone, Debug)]
pub enum CreateOutcome {
    /// Atlas answered with the secret.
    Created(CreatedSecret),
    /// The request never left: no connection was made.
    NotSent(TransportProblem),
    /// Atlas itself refused: nothing was created.
    Rejected(Rejection),
    /// The answer does not tell whether a secret was created.
    Unknown(LostAnswer),
}

/// How the answer to a POST was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LostAnswer {
    /// Nothing came for this long.
    TimedOut(Duration),
    /// The connection broke after the request had been sent.
    Broken(TransportProblem),
    /// Atlas said that it created the secret, but its value could not be read.
    ValueUnreadable(ServerText),
    /// An answer that is neither Atlas's refusal nor a secret, such as a proxy's error page.
    Unexpected {
        /// The HTTP status.
        status: u16,
    },
    /// The user stopped waiting; the answer may still come.
    StoppedWaiting,
    /// The program that waited for it has ended.
    EarlierRun,
}

impl LostAnswer {
    /// True when a secret certainly exists, its value lost.
    pub fn is_certainly_created(&self) -> bool {
        matches!(self, Self::ValueUnreadable(_))
    }
}

/// Why a request that only reads, or signs in, or deletes, gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadProblem {
    /// The service account's id or secret was refused by the token endpoint.
    SignInRefused(ServerText),
    /// Atlas refused.
    Rejected(Rejection),
    /// Atlas refused the token of a browser login.
    LoginExpired(ProfileName, Box<Rejection>),
    /// Nothing could be sent, or the connection broke.
    Transport(TransportProblem),
    /// Nothing came for this long.
    TimedOut(Duration),
    /// An answer that is not what the API documents.
    Unexpected {
        /// The HTTP status.
        status: u16,
    },
    /// Atlas did not confirm a deletion, and the account still has the secret.
    StillThere,
    /// Atlas did not confirm a deletion, and the account could not be read to see.
    PerhapsDeleted(Box<Self>),
}

/// What the answer to a request to delete a secret says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeleteOutcome {
    /// Atlas deleted it.
    Gone,
    /// It was certainly not deleted: nothing was sent, or Atlas itself refused.
    Failed(ReadProblem),
    /// Not known: no answer, one that is not Atlas's, or a 404, which Atlas gives for a project, an account and a
    /// secret alike. The account has to be fetched.
    Unknown(ReadProblem),
}

/// What is known after Atlas's token endpoint was asked with a new secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VerifyOutcome {
    /// Atlas gave a token for it; the token was given back.
    Accepted {
        /// What Atlas's clock said then, where it said so.
        at: Option<Timestamp>,
    },
    /// Atlas knows no such secret, asked several times; in its own words. A new secret may need longer than
    /// that to be known everywhere.
    Refused(ServerText),
    /// Not known: the network failed, a rate limit, or an answer that is not Atlas's. It says nothing about
    /// the secret.
    CouldNotCheck(ReadProblem),
}

/// A failure below HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransportProblem {
    /// The host's name has no address.
    Dns(ServerText),
    /// The host refused the connection, or could not be reached.
    Connect(ServerText),
    /// No connection within the limit.
    ConnectTimeout,
    /// No trust between the two ends.
    Tls(ServerText),
    /// The proxy on the way refused or failed.
    Proxy(ServerText),
    /// The connection ended in the middle.
    Interrupted(ServerText),
    /// The server sent no challenge that the API key could answer (RFC 7616, section 3.3).
    NoChallenge(ServerText),
    /// The credentials are not there, or cannot be used: a profile of another kind, a locked keyring.
    Credentials(ServerText),
    /// The HTTP client could not be set up: trust roots, proxy settings.
    Setup(ServerText),
}
