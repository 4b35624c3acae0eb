//! A refusal in Atlas's own words, and what it means in ours.

use std::borrow::Cow;
use std::time::Duration;

use super::ServerText;

/// An error that Atlas itself answered: the schema `ApiError` of its OpenAPI document.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// Three sentences for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What happened.
    pub title: Cow<'static, str>,
    /// What that means.
    pub meaning: Cow<'static, str>,
    /// What to do next, and who can.
    pub action: Cow<'static, str>,
}

/// Takes the place of Atlas's `errorCode` in [`Rejection::stale_nonce`]: the server's own word.
const STALE_NONCE: &str = "stale=true";

impl Rejection {
    /// The one refusal that needs no words of Atlas's: a 401 whose challenge says that the nonce had run
    /// out (RFC 7616, section 3.3). The server checks it before it executes anything.
    pub fn stale_nonce() -> Self {
        Self {
            status: 401,
            error_code: ServerText::new(STALE_NONCE),
            detail: ServerText::default(),
            fields: Vec::new(),
            address: None,
            retry_after: None,
        }
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

    /// What happened, what it means and what to do.
    pub fn explain(&self) -> Explanation {
        let (title, meaning, action) = words(self.kind());
        let action = match &self.address {
            Some(address) if action.contains(THE_ADDRESS) => {
                action.replace(THE_ADDRESS, &format!("{THE_ADDRESS} ({address})")).into()
            }
            _ => action.into(),
        };
        Explanation { title: title.into(), meaning: meaning.into(), action }
    }

    /// Atlas's own words on one line: `GROUP_NOT_FOUND: No group with ID … exists.` Never empty.
    pub fn atlas_words(&self) -> ServerText {
        match (self.error_code.is_empty(), self.detail.is_empty()) {
            (false, false) => ServerText::new(&format!("{}: {}", self.error_code, self.detail)),
            (false, true) => self.error_code.clone(),
            (true, false) => self.detail.clone(),
            (true, true) => ServerText::new(&format!("HTTP {}", self.status)),
        }
    }
}

/// What the caller's address follows in an action, where it is known.
const THE_ADDRESS: &str = "this machine's address";

/// What happened, what it means, and the next step with who can take it; no two kinds have the same title.
fn words(kind: RejectionKind) -> (&'static str, &'static str, &'static str) {
    let found = WORDS.iter().find(|(of, ..)| *of == kind);
    let other = (
        "Atlas refused the request.",
        "It gave a reason that this program does not know.",
        "Atlas's own words below say more.",
    );
    found.map_or(other, |(_, title, meaning, action)| (title, meaning, action))
}

const WORDS: [(RejectionKind, &str, &str, &str); 14] = [
    (
        RejectionKind::NotAuthorized,
        "Atlas did not accept the credentials.",
        "The access token has expired or was revoked, the API key is wrong, or they belong to another Atlas.",
        "Start again with a fresh token, the right API key, or the service account's ID and secret.",
    ),
    (
        RejectionKind::StaleNonce,
        "Atlas's challenge to the API key had run out before the request came.",
        "Atlas checks that before anything else, so that nothing was changed.",
        "Try again: a fresh challenge is fetched first.",
    ),
    (
        RejectionKind::RoleTooLow,
        "These credentials may not do this.",
        "Creating a secret takes the role Project Owner; Organization Owner if the account reaches further.",
        "Ask a Project Owner of this project to create it, or to give you the role.",
    ),
    (
        RejectionKind::AddressNotAllowed,
        "This machine's address is not on the API access list.",
        "The credentials are right, but Atlas takes requests only from listed addresses.",
        "An owner of the credentials adds the address to their API access list; or work from a listed one.",
    ),
    (
        RejectionKind::AccessListMissing,
        "The organization requires an API access list, and these credentials have none.",
        "Atlas takes no request from them until at least one address is listed.",
        "An Organization Owner adds this machine's address to their API access list.",
    ),
    (
        RejectionKind::Forbidden,
        "Atlas does not allow this.",
        "The credentials were accepted, but a rule of Atlas forbids the request.",
        "Atlas's own words below say which; an Organization Owner can change such rules.",
    ),
    (
        RejectionKind::ProjectNotFound,
        "Atlas knows no project with this ID.",
        "The ID is wrong, or the project belongs to another organization than your credentials.",
        "Check the ID: it stands in the address bar of the project's page, after /v2/.",
    ),
    (
        RejectionKind::AccountNotFound,
        "The project has no service account with this client ID.",
        "The ID is wrong, the account belongs to another project, or it was deleted.",
        "Check it under Project Identity & Access > Applications > Service Accounts.",
    ),
    (
        RejectionKind::Invalid,
        "Atlas refused the request as invalid.",
        "A value is out of what it allows today, or both places for secrets are taken.",
        "Atlas's own words below say which; change the field and create again.",
    ),
    (
        RejectionKind::VersionGone,
        "Atlas no longer speaks the version of its API that this program uses.",
        "The resource version 2024-08-05 was withdrawn, or a proxy changed the request.",
        "Install a newer atlas-secret.",
    ),
    (
        RejectionKind::TwoAtOnce,
        "Somebody else is changing this service account at the same moment.",
        "Atlas lets only one change through at a time.",
        "Ask who else works on the account, then create again.",
    ),
    (
        RejectionKind::Conflict,
        "The service account is in a state that does not allow this.",
        "Most often both of its two places for secrets are taken; an expired secret still holds its place.",
        "A Project Owner deletes one of its secrets in Atlas, then create again.",
    ),
    (
        RejectionKind::RateLimited,
        "Atlas has had too many requests.",
        "These credentials or this address used up their share for the moment.",
        "Wait a minute, then create again.",
    ),
    (
        RejectionKind::Maintenance,
        "Atlas takes no changes right now.",
        "It is being upgraded or is overloaded; this usually lasts minutes.",
        "Wait and create again; status.mongodb.com tells more.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn rejection(status: u16, code: &str) -> Rejection {
        Rejection {
            status,
            error_code: ServerText::new(code),
            detail: ServerText::default(),
            fields: Vec::new(),
            address: None,
            retry_after: None,
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

    #[test]
    fn every_kind_has_words_of_its_own() {
        let kinds = [
            RejectionKind::NotAuthorized,
            RejectionKind::StaleNonce,
            RejectionKind::RoleTooLow,
            RejectionKind::AddressNotAllowed,
            RejectionKind::AccessListMissing,
            RejectionKind::Forbidden,
            RejectionKind::ProjectNotFound,
            RejectionKind::AccountNotFound,
            RejectionKind::Invalid,
            RejectionKind::VersionGone,
            RejectionKind::TwoAtOnce,
            RejectionKind::Conflict,
            RejectionKind::RateLimited,
            RejectionKind::Maintenance,
            RejectionKind::Other,
        ];
        let titles: std::collections::BTreeSet<_> = kinds.iter().map(|kind| words(*kind).0).collect();
        assert_eq!(titles.len(), kinds.len());
    }
}
