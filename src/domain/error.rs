//! Why a request to Atlas failed, and what is certain afterwards. `messages` explains each cause to the user.
//!
//! **Invariant:** if the phase and the cause prove nothing, the certainty is [`Certainty::Unknown`].

use std::time::Duration;

use super::{ProfileName, SecretId, ServerText};

pub type ApiResult<T> = Result<T, ApiError>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    pub operation: Operation,
    pub phase: Phase,
    pub cause: Cause,
    /// What an undocumented response to a change says, as a sentence: Atlas's message, or the title of a proxy's page.
    pub quote: Option<ServerText>,
}

/// What a request to Atlas was for. Each needs a different role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Operation {
    /// Getting a token, or trying the credentials.
    #[default]
    SignIn,
    ListProjects,
    /// `GET /groups/{groupId}`
    ReadProject,
    /// `GET /orgs/{orgId}/settings`
    ReadSettings,
    /// `GET /groups/{groupId}/serviceAccounts`
    ListAccounts,
    /// `GET /groups/{groupId}/serviceAccounts/{clientId}`
    ReadAccount,
    /// `POST …/secrets`
    CreateSecret,
    /// `DELETE …/secrets/{secretId}`
    DeleteSecret,
}

impl Operation {
    /// False if the request names no service account, so that a 404 says nothing about one.
    pub(super) fn names_an_account(self) -> bool {
        !matches!(self, Self::ListProjects | Self::ReadProject | Self::ReadSettings | Self::ListAccounts)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing was sent: something that the request needs, such as the connection or a token, failed.
    NotSent,
    /// The request was sent, or may have been.
    Sent,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The credentials are missing or unusable: a profile of another kind, a locked keyring.
    Credentials(ServerText),
    /// The HTTP client could not be set up, for example its trust roots or the proxy.
    Setup(ServerText),
    /// The host, a colon and the system's message. So are [`Self::Refused`] and [`Self::Connect`].
    Dns(ServerText),
    /// Nothing listens at the port.
    Refused(ServerText),
    /// The host could not be reached.
    Connect(ServerText),
    /// The host did not answer, and did not refuse the connection either.
    ConnectTimeout,
    /// No trusted connection, or none that both ends can speak.
    Tls(ServerText),
    /// The proxy refused the request, or it is not a proxy of this kind.
    Proxy(ServerText),
    /// The proxy could not be reached, or closed the connection.
    ProxyDown(ServerText),
    /// The proxy requires a user and a password that it accepts.
    ProxyLogin(ServerText),
    /// The server sent no challenge that the API key can respond to (RFC 7616, section 3.3).
    NoChallenge(ServerText),
    /// The connection broke before the response was complete.
    Interrupted(ServerText),
    /// This program failed while it waited for the response.
    Internal(ServerText),
    /// There was no response within this time.
    TimedOut(Duration),
    /// The token endpoint does not accept this ID with this secret (`invalid_client`, RFC 6749, section 5.2).
    SignInRefused { status: u16, message: ServerText },
    /// The token endpoint refused for a reason that has nothing to do with the secret.
    TokenRefused { status: u16, message: ServerText },
    /// Atlas refused the request. For a request that changes something, this is only the cause if the refusal proves
    /// that nothing was changed.
    Rejected(Box<Rejection>),
    /// Atlas refused the token of a browser login.
    LoginExpired(ProfileName, Box<Rejection>),
    /// A response that the API does not document, such as a proxy's error page.
    Unexpected { status: u16 },
    /// A list has more pages than this limit, or the server says so.
    ListTooLong { pages: u32 },
    /// A redirect. Atlas sends none, and this program does not follow any.
    Redirected { status: u16, host: ServerText },
    /// Atlas created the secret, but its value could not be read. Its ID may be known.
    ValueUnreadable(ServerText, Option<SecretId>),
}

/// What is certain after a request to change something has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// This request changed nothing: it was not sent, or Atlas refused it.
    NotDone,
    Unknown,
    /// It was executed: a secret exists whose value is lost.
    Done,
}

/// Why a secret was not deleted, or may not have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeleteError {
    /// The account could not be read first, so nothing was sent.
    AccountNotRead(ApiError),
    NotDeleted(ApiError),
    /// Atlas did not confirm the deletion, and the account still has the secret.
    StillThere(ApiError),
    /// Atlas did not confirm the deletion, and the account could not be read to check.
    PerhapsDeleted(ApiError),
}

impl ApiError {
    pub fn not_sent(cause: Cause) -> Self {
        Self { operation: Operation::default(), phase: Phase::NotSent, cause, quote: None }
    }

    pub fn sent(cause: Cause) -> Self {
        Self { operation: Operation::default(), phase: Phase::Sent, cause, quote: None }
    }

    #[must_use]
    pub fn of(self, operation: Operation) -> Self {
        Self { operation, ..self }
    }

    pub fn rejected(rejection: Rejection) -> Self {
        Self::sent(Cause::Rejected(Box::new(rejection)))
    }

    /// The client could not be set up, so nothing was sent.
    pub fn setup(why: &str) -> Self {
        Self::not_sent(Cause::Setup(ServerText::new(why)))
    }

    /// This program failed, so it is not known how far the request got.
    pub fn internal(why: ServerText) -> Self {
        Self::sent(Cause::Internal(why))
    }

    pub fn certainty(&self) -> Certainty {
        match (self.phase, &self.cause) {
            (Phase::NotSent, _) | (_, Cause::Rejected(_) | Cause::LoginExpired(..)) => Certainty::NotDone,
            (Phase::Sent, Cause::ValueUnreadable(..)) => Certainty::Done,
            (Phase::Sent, _) => Certainty::Unknown,
        }
    }

    /// The ID of the secret that Atlas created although its value could not be read, if that is known.
    pub fn created_id(&self) -> Option<&SecretId> {
        match &self.cause {
            Cause::ValueUnreadable(_, id) => id.as_ref(),
            _ => None,
        }
    }

    pub fn rejection(&self) -> Option<&Rejection> {
        match &self.cause {
            Cause::Rejected(rejection) | Cause::LoginExpired(_, rejection) => Some(rejection),
            _ => None,
        }
    }

    pub fn rejection_kind(&self) -> Option<RejectionKind> {
        self.rejection().map(Rejection::kind)
    }

    pub fn is_about_signing_in(&self) -> bool {
        matches!(self.cause, Cause::SignInRefused { .. } | Cause::TokenRefused { .. })
            || self.rejection_kind() == Some(RejectionKind::NotAuthorized)
    }

    /// True if the request that comes first, for a token or a challenge, failed without a clear answer. A request that
    /// was not sent can only have these causes because of that one.
    pub fn is_before_signing_in(&self) -> bool {
        let is_response = matches!(
            self.cause,
            Cause::Unexpected { .. } | Cause::Redirected { .. } | Cause::TimedOut(_) | Cause::Interrupted(_)
        );
        self.phase == Phase::NotSent && is_response
    }

    /// True if the request might succeed with other credentials.
    pub fn is_about_credentials(&self) -> bool {
        self.is_about_signing_in()
            || self.is_before_signing_in()
            || matches!(self.cause, Cause::Credentials(_) | Cause::LoginExpired(..))
            || self.rejection_kind() == Some(RejectionKind::RoleTooLow)
    }
}

/// An error that Atlas sent (schema `ApiError` of its OpenAPI document).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rejection {
    pub status: u16,
    /// Atlas's `errorCode`, unchanged; empty if there was none.
    pub error_code: ServerText,
    /// Atlas's `detail`, or its `reason` if there was no detail, unchanged.
    pub detail: ServerText,
    /// The invalid parts of the request (`badRequestDetail.fields`).
    pub fields: Vec<FieldViolation>,
    /// The caller's address (`parameters[0]`), if Atlas refuses it.
    pub address: Option<ServerText>,
    /// The wait in `Retry-After`, if it was sent and is valid.
    pub retry_after: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldViolation {
    pub field: ServerText,
    pub description: ServerText,
}

/// What a [`Rejection`] means. The HTTP status decides, and `errorCode` refines it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectionKind {
    /// 401: the credentials were not accepted.
    NotAuthorized,
    /// 401: the nonce of an API key's challenge had expired (RFC 7616, section 3.3, `stale=true`).
    StaleNonce,
    /// 401 or 403: the credentials lack the required role.
    RoleTooLow,
    /// 403: this machine's address is not on the access list.
    AddressNotAllowed,
    /// 403: the organization requires an access list, and none is set.
    AccessListMissing,
    Forbidden,
    /// 404: the project does not exist, or these credentials cannot see it.
    ProjectNotFound,
    /// 404: the project has no such service account.
    AccountNotFound,
    /// 400 with or without names of fields.
    Invalid,
    /// 400, 406 or 410: Atlas no longer offers this version of its API.
    VersionGone,
    /// 409: two requests created a secret for one account at the same time.
    ConcurrentChange,
    Conflict,
    RateLimited,
    /// 503, or 405 while Atlas is being upgraded.
    Maintenance,
    Other,
}

/// Replaces Atlas's `errorCode` in [`Rejection::stale_nonce`], as the server wrote it.
const STALE_NONCE: &str = "stale=true";

impl Rejection {
    pub fn of_status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// A 401 whose challenge says that the nonce had expired (RFC 7616, section 3.3). It is the only refusal without an
    /// error of Atlas: the server checks the nonce before it executes anything.
    pub fn stale_nonce() -> Self {
        Self { error_code: ServerText::new(STALE_NONCE), ..Self::of_status(401) }
    }

    pub fn kind(&self) -> RejectionKind {
        let code = self.error_code.as_str();
        match (self.status, code) {
            (
                401 | 403,
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
            (409, "DATA_CONCURRENCY_ERROR") => RejectionKind::ConcurrentChange,
            (409, _) => RejectionKind::Conflict,
            (429, _) => RejectionKind::RateLimited,
            (405 | 503, _) => RejectionKind::Maintenance,
            _ => RejectionKind::Other,
        }
    }
}

/// A refusal with only a status and a code, for tests.
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
            (Cause::Interrupted(message()), Certainty::Unknown),
            (Cause::TimedOut(Duration::from_secs(1)), Certainty::Unknown),
            (Cause::Unexpected { status: 401 }, Certainty::Unknown),
            (Cause::SignInRefused { status: 401, message: message() }, Certainty::Unknown),
            (Cause::Rejected(refused()), Certainty::NotDone),
            (Cause::LoginExpired(ProfileName::new("work").unwrap(), refused()), Certainty::NotDone),
            (Cause::ValueUnreadable(message(), None), Certainty::Done),
        ];
        for (cause, after_sending) in rows {
            assert_eq!(ApiError::sent(cause.clone()).certainty(), after_sending, "{cause:?}");
            assert_eq!(ApiError::not_sent(cause).certainty(), Certainty::NotDone);
        }
    }

    #[test]
    fn the_status_decides_and_the_code_refines() {
        let rows = [
            (401, "UNEXPECTED_ERROR", RejectionKind::NotAuthorized),
            (401, "stale=true", RejectionKind::StaleNonce),
            (401, "USER_UNAUTHORIZED", RejectionKind::RoleTooLow),
            (401, "NOT_IN_GROUP", RejectionKind::RoleTooLow),
            (401, "USER_CANNOT_ACCESS_GROUP", RejectionKind::RoleTooLow),
            (401, "NOT_ORG_GROUP_CREATOR", RejectionKind::RoleTooLow),
            (403, "USER_UNAUTHORIZED", RejectionKind::RoleTooLow),
            (403, "IP_ADDRESS_NOT_ON_ACCESS_LIST", RejectionKind::AddressNotAllowed),
            (403, "ORG_REQUIRES_ACCESS_LIST", RejectionKind::AccessListMissing),
            (403, "SOMETHING", RejectionKind::Forbidden),
            (404, "GROUP_NOT_FOUND", RejectionKind::ProjectNotFound),
            (404, "RESOURCE_NOT_FOUND", RejectionKind::AccountNotFound),
            (400, "VALIDATION_ERROR", RejectionKind::Invalid),
            (400, "INVALID_VERSION_DATE", RejectionKind::VersionGone),
            (410, "VERSION_GONE", RejectionKind::VersionGone),
            (409, "DATA_CONCURRENCY_ERROR", RejectionKind::ConcurrentChange),
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
