//! Why a request to Atlas gave nothing, and what is certain after it. `messages` explains each cause to the user.
//!
//! **Invariant:** what the phase and the cause do not prove is [`Certainty::Unknown`].

use std::time::Duration;

use super::{ProfileName, Rejection, RejectionKind, ServerText};

/// What a request to Atlas gave.
pub type ApiResult<T> = Result<T, ApiError>;

/// Why a request to Atlas gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// How far the request got.
    pub phase: Phase,
    /// What went wrong.
    pub cause: Cause,
}

/// How far a request got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing of it has left: what it needs first failed, such as the connection or a token.
    NotSent,
    /// It has left, or may have.
    Sent,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The credentials are not there, or cannot be used: a profile of another kind, a locked keyring.
    Credentials(ServerText),
    /// The HTTP client could not be set up: trust roots, proxy settings.
    Setup(ServerText),
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
    /// The server sent no challenge that the API key could answer (RFC 7616, section 3.3).
    NoChallenge(ServerText),
    /// The connection ended in the middle.
    Interrupted(ServerText),
    /// Nothing came for this long.
    TimedOut(Duration),
    /// The token endpoint does not know this id with this secret (`invalid_client`, RFC 6749, section 5.2). Its message.
    SignInRefused(ServerText),
    /// The token endpoint refused for another reason, which says nothing about the secret.
    TokenRefused {
        /// The HTTP status.
        status: u16,
        /// Its message.
        message: ServerText,
    },
    /// Atlas itself refused. For a request that changes something this is the cause only if the refusal proves that
    /// nothing was changed.
    Rejected(Box<Rejection>),
    /// Atlas refused the token of a browser login.
    LoginExpired(ProfileName, Box<Rejection>),
    /// An answer that is not what the API documents, such as a proxy's error page.
    Unexpected {
        /// The HTTP status.
        status: u16,
    },
    /// A list has more pages than this, or the server says so.
    ListTooLong {
        /// The limit.
        pages: u32,
    },
    /// A redirect, which Atlas does not send and this program does not follow.
    Redirected {
        /// The HTTP status.
        status: u16,
        /// The host that it leads to.
        host: ServerText,
    },
    /// Atlas said that it created the secret, but its value could not be read.
    ValueUnreadable(ServerText),
}

/// What is certain of a request that was to change something and gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// It has changed nothing: it never left, or Atlas itself refused.
    NotDone,
    /// It may have been carried out.
    Unknown,
    /// It was carried out: a secret exists whose value is lost.
    Done,
}

impl ApiError {
    /// The request has not left.
    pub fn not_sent(cause: Cause) -> Self {
        Self { phase: Phase::NotSent, cause }
    }

    /// The request has left.
    pub fn sent(cause: Cause) -> Self {
        Self { phase: Phase::Sent, cause }
    }

    /// Atlas refused.
    pub fn rejected(rejection: Rejection) -> Self {
        Self::sent(Cause::Rejected(Box::new(rejection)))
    }

    /// The request could not even be made.
    pub fn setup(why: &str) -> Self {
        Self::not_sent(Cause::Setup(ServerText::new(why)))
    }

    /// The connection ended, or the program itself failed: how far the request got is not known.
    pub fn interrupted(why: ServerText) -> Self {
        Self::sent(Cause::Interrupted(why))
    }

    /// What is certain of the request.
    pub fn certainty(&self) -> Certainty {
        match (self.phase, &self.cause) {
            (Phase::NotSent, _) | (_, Cause::Rejected(_) | Cause::LoginExpired(..)) => Certainty::NotDone,
            (Phase::Sent, Cause::ValueUnreadable(_)) => Certainty::Done,
            (Phase::Sent, _) => Certainty::Unknown,
        }
    }

    /// Atlas's refusal, if that is the cause.
    pub fn rejection(&self) -> Option<&Rejection> {
        match &self.cause {
            Cause::Rejected(rejection) | Cause::LoginExpired(_, rejection) => Some(rejection),
            _ => None,
        }
    }

    /// What Atlas's refusal means, if that is the cause.
    pub fn rejection_kind(&self) -> Option<RejectionKind> {
        self.rejection().map(Rejection::kind)
    }

    /// True when the credentials themselves were refused.
    pub fn is_about_signing_in(&self) -> bool {
        matches!(self.cause, Cause::SignInRefused(_) | Cause::TokenRefused { .. })
            || self.rejection_kind() == Some(RejectionKind::NotAuthorized)
    }

    /// True when other credentials may be allowed what these are not.
    pub fn is_about_credentials(&self) -> bool {
        self.is_about_signing_in()
            || matches!(self.cause, Cause::Credentials(_) | Cause::LoginExpired(..))
            || self.rejection_kind() == Some(RejectionKind::RoleTooLow)
    }
}

#[cfg(test)]
mod tests {
    use super::super::rejection::rejection;
    use super::*;

    #[test]
    fn certainty_follows_from_phase_and_cause() {
        let message = || ServerText::new("message");
        let refused = || Box::new(rejection(401, "X"));
        let rows = [
            (Cause::Credentials(message()), Certainty::Unknown),
            (Cause::Setup(message()), Certainty::Unknown),
            (Cause::Dns(message()), Certainty::Unknown),
            (Cause::Connect(message()), Certainty::Unknown),
            (Cause::ConnectTimeout, Certainty::Unknown),
            (Cause::Tls(message()), Certainty::Unknown),
            (Cause::Proxy(message()), Certainty::Unknown),
            (Cause::NoChallenge(message()), Certainty::Unknown),
            (Cause::Interrupted(message()), Certainty::Unknown),
            (Cause::TimedOut(Duration::from_secs(1)), Certainty::Unknown),
            (Cause::Unexpected { status: 401 }, Certainty::Unknown),
            (Cause::SignInRefused(message()), Certainty::Unknown),
            (Cause::TokenRefused { status: 400, message: message() }, Certainty::Unknown),
            (Cause::Rejected(refused()), Certainty::NotDone),
            (Cause::LoginExpired(ProfileName::new("work").unwrap(), refused()), Certainty::NotDone),
            (Cause::ValueUnreadable(message()), Certainty::Done),
        ];
        for (cause, after_sending) in rows {
            assert_eq!(ApiError::sent(cause.clone()).certainty(), after_sending, "{cause:?}");
            assert_eq!(ApiError::not_sent(cause).certainty(), Certainty::NotDone);
        }
    }
}
