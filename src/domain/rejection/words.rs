//! What each kind of refusal is called, what it means, and what to do about it.

use super::RejectionKind;

/// Three sentences: what happened, what it means, and the next step with who can take it.
pub(super) struct Words {
    pub(super) title: &'static str,
    pub(super) meaning: &'static str,
    pub(super) action: &'static str,
}

/// What the caller's address follows in an `action`, where it is known.
pub(super) const THE_ADDRESS: &str = "this machine's address";

/// The words for that kind; no two kinds have the same title.
pub(super) fn words(kind: RejectionKind) -> Words {
    match kind {
        RejectionKind::NotAuthorized => NOT_AUTHORIZED,
        RejectionKind::StaleNonce => STALE_NONCE,
        RejectionKind::RoleTooLow => ROLE_TOO_LOW,
        RejectionKind::AddressNotAllowed => ADDRESS_NOT_ALLOWED,
        RejectionKind::AccessListMissing => ACCESS_LIST_MISSING,
        RejectionKind::Forbidden => FORBIDDEN,
        RejectionKind::ProjectNotFound => PROJECT_NOT_FOUND,
        RejectionKind::AccountNotFound => ACCOUNT_NOT_FOUND,
        RejectionKind::Invalid => INVALID,
        RejectionKind::VersionGone => VERSION_GONE,
        RejectionKind::TwoAtOnce => TWO_AT_ONCE,
        RejectionKind::Conflict => CONFLICT,
        RejectionKind::RateLimited => RATE_LIMITED,
        RejectionKind::Maintenance => MAINTENANCE,
        RejectionKind::Other => OTHER,
    }
}

const NOT_AUTHORIZED: Words = Words {
    title: "Atlas did not accept the credentials.",
    meaning: "The access token has expired or was revoked, the API key is wrong, or they belong to another Atlas.",
    action: "Start again with a fresh token, the right API key, or the service account's ID and secret.",
};

const STALE_NONCE: Words = Words {
    title: "Atlas's challenge to the API key had run out before the request came.",
    meaning: "Atlas checks that before anything else, so that nothing was changed.",
    action: "Try again: a fresh challenge is fetched first.",
};

const ROLE_TOO_LOW: Words = Words {
    title: "These credentials may not do this.",
    meaning: "Creating a secret takes the role Project Owner; Organization Owner if the account reaches further.",
    action: "Ask a Project Owner of this project to create it, or to give you the role.",
};

const ADDRESS_NOT_ALLOWED: Words = Words {
    title: "This machine's address is not on the API access list.",
    meaning: "The credentials are right, but Atlas takes requests only from listed addresses.",
    action: "An owner of the credentials adds the address to their API access list; or work from a listed one.",
};

const ACCESS_LIST_MISSING: Words = Words {
    title: "The organization requires an API access list, and these credentials have none.",
    meaning: "Atlas takes no request from them until at least one address is listed.",
    action: "An Organization Owner adds this machine's address to their API access list.",
};

const FORBIDDEN: Words = Words {
    title: "Atlas does not allow this.",
    meaning: "The credentials were accepted, but a rule of Atlas forbids the request.",
    action: "Atlas's own words below say which; an Organization Owner can change such rules.",
};

const PROJECT_NOT_FOUND: Words = Words {
    title: "Atlas knows no project with this ID.",
    meaning: "The ID is wrong, or the project belongs to another organization than your credentials.",
    action: "Check the ID: it stands in the address bar of the project's page, after /v2/.",
};

const ACCOUNT_NOT_FOUND: Words = Words {
    title: "The project has no service account with this client ID.",
    meaning: "The ID is wrong, the account belongs to another project, or it was deleted.",
    action: "Check it under Project Identity & Access > Applications > Service Accounts.",
};

const INVALID: Words = Words {
    title: "Atlas refused the request as invalid.",
    meaning: "A value is out of what it allows today, or both places for secrets are taken.",
    action: "Atlas's own words below say which; change the field and create again.",
};

const VERSION_GONE: Words = Words {
    title: "Atlas no longer speaks the version of its API that this program uses.",
    meaning: "The resource version 2024-08-05 was withdrawn, or a proxy changed the request.",
    action: "Install a newer atlas-secret.",
};

const TWO_AT_ONCE: Words = Words {
    title: "Somebody else is changing this service account at the same moment.",
    meaning: "Atlas lets only one change through at a time.",
    action: "Ask who else works on the account, then create again.",
};

const CONFLICT: Words = Words {
    title: "The service account is in a state that does not allow this.",
    meaning: "Most often both of its two places for secrets are taken; an expired secret still holds its place.",
    action: "A Project Owner deletes one of its secrets in Atlas, then create again.",
};

const RATE_LIMITED: Words = Words {
    title: "Atlas has had too many requests.",
    meaning: "These credentials or this address used up their share for the moment.",
    action: "Wait a minute, then create again.",
};

const MAINTENANCE: Words = Words {
    title: "Atlas takes no changes right now.",
    meaning: "It is being upgraded or is overloaded; this usually lasts minutes.",
    action: "Wait and create again; status.mongodb.com tells more.",
};

const OTHER: Words = Words {
    title: "Atlas refused the request.",
    meaning: "It gave a reason that this program does not know.",
    action: "Atlas's own words below say more.",
};
