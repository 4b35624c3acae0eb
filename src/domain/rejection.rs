//! A refusal of Atlas, and its kind.

use std::time::Duration;

use super::ServerText;

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
    /// 400, 406 or 410: Atlas no longer speaks this version of its API.
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
