//! Why a request did not get there, or its answer did not come back.

use super::{Explanation, ServerText};

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
