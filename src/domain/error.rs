//! What is known after a request, and why it failed. Every error explains what happened, what it means and what to
//! do.

use std::time::Duration;

use jiff::Timestamp;

use super::{CreatedSecret, Explanation, Rejection, ServerText};

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
    /// What happened, as a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::TimedOut(limit) => format!("Atlas did not answer for {} seconds.", limit.as_secs()),
            Self::Broken(problem) => {
                format!("The connection broke before the answer was complete: {}.", problem.cause())
            }
            Self::ValueUnreadable(why) => {
                format!("Atlas created the secret, but its answer could not be read: {why}.")
            }
            Self::Unexpected { status } => {
                format!("The answer (HTTP {status}) does not say whether the secret was created.")
            }
            Self::EarlierRun => {
                "An earlier run ended before it was noted that somebody has the value.".to_owned()
            }
            Self::StoppedWaiting => "You stopped waiting; the request is still on its way.".to_owned(),
        }
    }

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

impl ReadProblem {
    /// What is known of a secret that was to be deleted, beginning with `not_deleted` where it certainly was not.
    pub fn after_deleting(&self, not_deleted: &str) -> String {
        match self {
            Self::PerhapsDeleted(why) => {
                format!("It is not known whether it was deleted. {}", why.explain().title)
            }
            problem => format!("{not_deleted} {}", problem.explain().title),
        }
    }

    /// Atlas's own words, where it was Atlas that refused.
    pub fn atlas_words(&self) -> Option<ServerText> {
        match self {
            Self::Rejected(rejection) => Some(rejection.atlas_words()),
            Self::PerhapsDeleted(why) => why.atlas_words(),
            _ => None,
        }
    }

    /// What happened, what it means and what to do.
    pub fn explain(&self) -> Explanation {
        match self {
            Self::SignInRefused(words) => Explanation {
                title: "Atlas did not accept the sign-in.".into(),
                meaning: format!("It says: {words}").into(),
                action: "Check the client ID and secret you sign in with; it may have expired or been \
                         deleted. A Project Owner can create another."
                    .into(),
            },
            Self::Rejected(rejection) => rejection.explain(),
            Self::Transport(problem) => problem.explain(),
            Self::TimedOut(limit) => Explanation {
                title: format!("Atlas did not answer for {} seconds.", limit.as_secs()).into(),
                meaning: "The network or Atlas is slow, or something on the way holds the request.".into(),
                action: "Try again; if it stays, check the network, VPN or proxy.".into(),
            },
            Self::Unexpected { status } => Explanation {
                title: format!("The answer (HTTP {status}) is not one that Atlas documents.").into(),
                meaning: "Something between here and Atlas answered, or Atlas is in trouble.".into(),
                action: "Check proxy and base URL, then try again.".into(),
            },
            Self::StillThere => Explanation {
                title: "Atlas did not confirm the deletion, and the secret is still there.".into(),
                meaning: "Something between here and Atlas may have answered.".into(),
                action: "Try again; if it stays, delete the secret in Atlas.".into(),
            },
            Self::PerhapsDeleted(why) => Explanation {
                title: "It is not known whether the secret was deleted.".into(),
                meaning: why.explain().title,
                action: "Look at the account's secrets in Atlas, then try again.".into(),
            },
        }
    }
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

impl VerifyOutcome {
    /// What happened, as a sentence or two.
    pub fn sentence(&self) -> String {
        match self {
            Self::Accepted { .. } => "Atlas accepts it.".to_owned(),
            Self::Refused(words) => format!("Atlas does not accept it yet. It says: {words}"),
            Self::CouldNotCheck(problem) => {
                format!("It could not be checked. {}", problem.explain().title)
            }
        }
    }
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

impl TransportProblem {
    /// The cause in a few words, without a full stop.
    pub fn cause(&self) -> &str {
        match self {
            Self::ConnectTimeout => "no connection within 10 seconds",
            Self::Dns(cause)
            | Self::Connect(cause)
            | Self::Tls(cause)
            | Self::Proxy(cause)
            | Self::Interrupted(cause)
            | Self::NoChallenge(cause)
            | Self::Credentials(cause)
            | Self::Setup(cause) => cause.as_str(),
        }
    }

    /// What happened, what it means and what to do.
    pub fn explain(&self) -> Explanation {
        let (title, action): (&'static str, &'static str) = match self {
            Self::Dns(_) => (
                "The host's name was not found.",
                "Check the network, the VPN and the base URL, then try again.",
            ),
            Self::Connect(_) => (
                "The host could not be reached.",
                "Check the network, the VPN and the base URL, then try again.",
            ),
            Self::ConnectTimeout => (
                "The host did not take the connection.",
                "A firewall may drop it silently; set HTTPS_PROXY if your network wants a proxy.",
            ),
            Self::Tls(_) => (
                "No trusted connection could be made.",
                "If your network inspects TLS, point SSL_CERT_FILE at its certificate authority.",
            ),
            Self::Proxy(_) => {
                ("The proxy did not let the request through.", "Check HTTPS_PROXY and NO_PROXY.")
            }
            Self::Interrupted(_) => ("The connection broke.", "Try again."),
            Self::NoChallenge(_) => (
                "The API key could not be used.",
                "Check proxy and base URL, then try again; a service account works without a challenge.",
            ),
            Self::Credentials(_) => (
                "These credentials cannot be used.",
                "Take another profile, or set the variables that atlas-secret --help names.",
            ),
            Self::Setup(_) => (
                "The HTTP client could not be set up.",
                "Check SSL_CERT_FILE, SSL_CERT_DIR and the proxy variables.",
            ),
        };
        Explanation {
            title: title.into(),
            meaning: format!("The cause: {}.", self.cause()).into(),
            action: action.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_lost_answer_says_what_is_known_of_it() {
        let words = |text| ServerText::new(text);
        let rows = [
            (LostAnswer::TimedOut(Duration::from_secs(60)), "Atlas did not answer for 60 seconds."),
            (
                LostAnswer::ValueUnreadable(words("it holds no secret")),
                "could not be read: it holds no secret.",
            ),
            (LostAnswer::Unexpected { status: 502 }, "(HTTP 502) does not say whether"),
            (LostAnswer::StoppedWaiting, "You stopped waiting"),
            (LostAnswer::EarlierRun, "An earlier run ended"),
            (
                LostAnswer::Broken(TransportProblem::Interrupted(words("reset"))),
                "broke before the answer was complete: reset.",
            ),
        ];
        for (lost, expected) in rows {
            assert!(lost.sentence().contains(expected), "{}", lost.sentence());
            assert_eq!(lost.is_certainly_created(), matches!(lost, LostAnswer::ValueUnreadable(_)));
        }
    }

    #[test]
    fn only_a_token_is_called_accepted() {
        let rows = [
            (VerifyOutcome::Accepted { at: None }, "Atlas accepts it."),
            (
                VerifyOutcome::Refused(ServerText::new("Invalid credentials provided.")),
                "Atlas does not accept it yet. It says: Invalid credentials provided.",
            ),
            (
                VerifyOutcome::CouldNotCheck(ReadProblem::TimedOut(Duration::from_secs(10))),
                "It could not be checked. Atlas did not answer for 10 seconds.",
            ),
        ];
        for (outcome, sentence) in rows {
            assert_eq!(outcome.sentence(), sentence);
        }
    }
}
