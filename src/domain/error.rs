//! Why a request to Atlas failed, and what is certain after it. `messages` explains each cause to the user.
//!
//! **Invariant:** what the phase and the cause do not prove is [`Certainty::Unknown`].

use std::time::Duration;

use super::{ProfileName, ServerText};

/// The result of a request to Atlas.
pub type ApiResult<T> = Result<T, ApiError>;

/// Why a request to Atlas failed.
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
    /// There was no response for this long.
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

/// What is certain after a request that was to change something failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// It has changed nothing: it never left, or Atlas itself refused.
    NotDone,
    /// It may have been carried out.
    Unknown,
    /// It was carried out: a secret exists whose value is lost.
    Done,
}

/// Why a secret was not deleted, or perhaps not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeleteError {
    /// The account could not be read before, so that nothing was sent.
    AccountUnread(ApiError),
    /// It was certainly not deleted.
    NotDeleted(ApiError),
    /// Atlas did not confirm the deletion, and the account still has the secret.
    StillThere,
    /// Atlas did not confirm the deletion, and the account could not be fetched to see.
    PerhapsDeleted(ApiError),
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

/// An error that Atlas itself answered: the schema `ApiError` of its OpenAPI document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rejection {
    /// The HTTP status.
    pub status: u16,
    /// Atlas's `errorCode`, as it came; empty where it gave none.
    pub error_code: ServerText,
    /// Atlas's `detail`, as it came, or its `reason` where it gave no detail.
    pub detail: ServerText,
    /// `badRequestDetail.fields`: which parts of the request were wrong.
    pub fields: Vec<FieldViolation>,
    /// The caller's address (`parameters[0]`), where it is what Atlas refuses.
    pub address: Option<ServerText>,
    /// `Retry-After`, where it was sent and could be read.
    pub retry_after: Option<Duration>,
}

/// One wrong part of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldViolation {
    /// The path of the field in the request.
    pub field: ServerText,
    /// What is wrong with it.
    pub description: ServerText,
}

/// What a [`Rejection`] means. The HTTP status decides, `errorCode` refines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectionKind {
    /// 401: the credentials were not accepted.
    NotAuthorized,
    /// 401: the nonce of an API key's challenge had run out (RFC 7616, section 3.3, `stale=true`).
    StaleNonce,
    /// 401 too (Atlas does not use 403 for it): the credentials may not do this.
    RoleTooLow,
    /// 403: this machine's address is not on the access list.
    AddressNotAllowed,
    /// 403: the organization wants an access list and none is set.
    AccessListMissing,
    /// Any other 403.
    Forbidden,
    /// 404: no such project, or not visible with these credentials.
    ProjectNotFound,
    /// 404: the project has no such service account.
    AccountNotFound,
    /// 400 that names fields, or any other 400.
    Invalid,
    /// 400, 406 or 410: Atlas no longer offers this version of its API.
    VersionGone,
    /// 409: two creates at once on one account.
    TwoAtOnce,
    /// Any other 409.
    Conflict,
    /// 429.
    RateLimited,
    /// 405 while Atlas upgrades itself, or 503.
    Maintenance,
    /// Anything else.
    Other,
}

/// Takes the place of Atlas's `errorCode` in [`Rejection::stale_nonce`]: the server's own word.
const STALE_NONCE: &str = "stale=true";

impl Rejection {
    /// A refusal of which only the status is known.
    pub fn of_status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// The one refusal without an error of Atlas's: a 401 whose challenge says that the nonce had run
    /// out (RFC 7616, section 3.3). The server checks it before it executes anything.
    pub fn stale_nonce() -> Self {
        Self { error_code: ServerText::new(STALE_NONCE), ..Self::of_status(401) }
    }

    /// What this refusal means.
    pub fn kind(&self) -> RejectionKind {
        let code = self.error_code.as_str();
        match (self.status, code) {
            (
                401,
                "USER_UNAUTHORIZED" | "NOT_IN_GROUP" | "USER_CANNOT_ACCESS_GROUP" | "NOT_ORG_GROUP_CREATOR",
            ) => RejectionKind::RoleTooLow,
            (401, STALE_NONCE) => RejectionKind::StaleNonce,
            (401, _) => RejectionKind::NotAuthorized,
            (403, "IP_ADDRESS_NOT_ON_ACCESS_LIST") => RejectionKind::AddressNotAllowed,
            (403, "ORG_REQUIRES_ACCESS_LIST") => RejectionKind::AccessListMissing,
            (403, _) => RejectionKind::Forbidden,
            (404, "GROUP_NOT_FOUND") => RejectionKind::ProjectNotFound,
            (404, _) => RejectionKind::AccountNotFound,
            (400, "INVALID_VERSION_DATE") | (406 | 410, _) => RejectionKind::VersionGone,
            (400, _) => RejectionKind::Invalid,
            (409, "DATA_CONCURRENCY_ERROR") => RejectionKind::TwoAtOnce,
            (409, _) => RejectionKind::Conflict,
            (429, _) => RejectionKind::RateLimited,
            (405 | 503, _) => RejectionKind::Maintenance,
            _ => RejectionKind::Other,
        }
    }
}

/// A refusal with nothing but its status and code, for tests.
#[cfg(test)]
pub(super) fn rejection(status: u16, code: &str) -> Rejection {
    Rejection { error_code: ServerText::new(code), ..Rejection::of_status(status) }
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn status_decides_and_code_refines() {
        let rows = [
            (401, "UNEXPECTED_ERROR", RejectionKind::NotAuthorized),
            (401, "stale=true", RejectionKind::StaleNonce),
            (401, "USER_UNAUTHORIZED", RejectionKind::RoleTooLow),
            (401, "NOT_IN_GROUP", RejectionKind::RoleTooLow),
            (401, "USER_CANNOT_ACCESS_GROUP", RejectionKind::RoleTooLow),
            (401, "NOT_ORG_GROUP_CREATOR", RejectionKind::RoleTooLow),
            (403, "IP_ADDRESS_NOT_ON_ACCESS_LIST", RejectionKind::AddressNotAllowed),
            (403, "ORG_REQUIRES_ACCESS_LIST", RejectionKind::AccessListMissing),
            (403, "SOMETHING", RejectionKind::Forbidden),
            (404, "GROUP_NOT_FOUND", RejectionKind::ProjectNotFound),
            (404, "RESOURCE_NOT_FOUND", RejectionKind::AccountNotFound),
            (400, "VALIDATION_ERROR", RejectionKind::Invalid),
            (400, "INVALID_VERSION_DATE", RejectionKind::VersionGone),
            (410, "VERSION_GONE", RejectionKind::VersionGone),
            (409, "DATA_CONCURRENCY_ERROR", RejectionKind::TwoAtOnce),
            (409, "ANYTHING", RejectionKind::Conflict),
            (429, "RATE_LIMITED", RejectionKind::RateLimited),
            (429, "RATE_LIMITED_TOKEN_BUCKET", RejectionKind::RateLimited),
            (405, "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES", RejectionKind::Maintenance),
            (503, "UNAVAILABLE", RejectionKind::Maintenance),
            (418, "TEAPOT", RejectionKind::Other),
        ];
        for (status, code, expected) in rows {
            assert_eq!(rejection(status, code).kind(), expected, "{status} {code}");
        }
    }
}
