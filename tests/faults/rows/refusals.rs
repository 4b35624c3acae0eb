//! Rejected by Atlas, or by something that looks like it.

use super::{COPY_AND_LEAVE, CREATE, LEAVE_FORM, NONE_AND_LEAVE, post};
use crate::fault::{Host, Post, Reads};
use crate::row::{End, Journal, Row, Step};
use crate::support::terminal::key;

/// An error of Atlas: nothing was created.
const fn refused(fault: &'static str, posts: &'static [Post], says: &'static [Step]) -> Row {
    Row::new(fault, post(posts), [CREATE, says, LEAVE_FORM]).posts(1, 0)
}

/// The token endpoint returns no usable token.
const fn no_token(fault: &'static str, reads: Reads, says: &'static [Step]) -> Row {
    Row::new(fault, Host::Atlas(reads, &[Post::Created]), [CREATE, says, LEAVE_FORM]).service_account()
}

/// An inconclusive response. Nothing was created, and nothing is found.
const fn unknown(fault: &'static str, posts: &'static [Post]) -> Row {
    const SAYS_NOTHING: &[Step] = &[Step::Says("does not say whether the secret was created")];
    Row::new(fault, post(posts), [CREATE, SAYS_NOTHING, NONE_AND_LEAVE])
        .posts(1, 0)
        .ends(Journal::WithoutId, End::Code(3))
}

/// Cancels a countdown of a minute.
const LIMITED: &[Step] = &[
    Step::Says("Rate limited by Atlas (429). Retrying in"),
    Step::Press(key::ESC),
    Step::Says("Nothing was created. Rate limited by Atlas (429)."),
];

const NOT_ACCEPTED: &[Step] = &[Step::Says("Nothing was created. Sign-in failed (401).")];
const CLIENT_REFUSED: &[Step] =
    &[Step::Says("Nothing was created. Sign-in failed: Atlas refused the client ID or its")];

pub const ROWS: &[Row] = &[
    no_token(
        "401 at the token endpoint",
        Reads::Token(401, r#"{"error":"invalid_client","error_description":"Invalid credentials."}"#),
        CLIENT_REFUSED,
    ),
    no_token(
        "401 at the token endpoint, in Atlas's own form",
        Reads::Token(401, r#"{"error":401,"reason":"Unauthorized","detail":"You are not authorized."}"#),
        CLIENT_REFUSED,
    ),
    no_token(
        "another OAuth error at the token endpoint",
        Reads::Token(400, r#"{"error":"unauthorized_client","error_description":"FAKE description."}"#),
        &[
            Step::Says("Sign-in failed: Atlas issued no access token (400)."),
            Step::Shows("unauthorized_client: FAKE"),
        ],
    ),
    no_token(
        "500 `server_error` at the token endpoint",
        Reads::Token(500, r#"{"error":"server_error","error_description":"Unexpected error."}"#),
        &[
            Step::Says("Atlas failed (500 server_error)."),
            Step::Shows("Unexpected error."),
            Step::Shows("Try again in a moment."),
        ],
    ),
    no_token(
        "a token that no header can carry",
        Reads::Token(200, r#"{"access_token":"FAKE\r\nX: y","expires_in":3600}"#),
        &[Step::Says("Nothing was created. Sign-in failed. Unexpected response (200).")],
    ),
    Row::new(
        "401 on the GET, with an access token",
        Host::Atlas(Reads::EveryTokenDead, &[Post::Created]),
        [CREATE, NOT_ACCEPTED, LEAVE_FORM],
    ),
    Row::new(
        "401 on the GET, for the first token of a service account",
        Host::Atlas(Reads::FirstTokenDead, &[Post::Created]),
        [CREATE, COPY_AND_LEAVE],
    )
    .service_account()
    .posts(1, 1),
    no_token("401 for ever, with a service account", Reads::EveryTokenDead, NOT_ACCEPTED),
    refused(
        "401 on the POST",
        &[Post::Refused(401, "USER_UNAUTHORIZED")],
        &[Step::Says(
            "Nothing was created. You don't have permission to create secrets in this project (401).",
        )],
    ),
    refused(
        "403 of Atlas",
        &[Post::Refused(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST")],
        &[Step::Says("Nothing was created. This machine's IP address is not on the API access list.")],
    ),
    unknown("403 with a proxy's page of HTML", &[Post::Page(403)]),
    refused(
        "404",
        &[Post::Refused(404, "RESOURCE_NOT_FOUND")],
        &[Step::Says("Nothing was created. The project has no service account with this client ID (404).")],
    ),
    refused(
        "405",
        &[Post::Refused(405, "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES")],
        &[Step::Says("Nothing was created. Atlas is not accepting changes (405).")],
    ),
    unknown("408", &[Post::Refused(408, "REQUEST_TIMEOUT")]),
    refused(
        "409",
        &[Post::Refused(409, "DATA_CONCURRENCY_ERROR")],
        &[Step::Says("Nothing was created. Another change to this service account is in progress (409).")],
    ),
    refused(
        "410",
        &[Post::Refused(410, "VERSION_GONE")],
        &[Step::Says("Nothing was created. Atlas no longer offers API version 2024-08-05 (410")],
    ),
    Row::new(
        "429 with Retry-After, then a 201",
        post(&[Post::Limited(Some("3")), Post::Created]),
        [CREATE, &[Step::Says("Rate limited by Atlas (429). Retrying in")], COPY_AND_LEAVE],
    )
    .posts(2, 1),
    refused(
        "429 for ever",
        &[Post::Limited(Some("3"))],
        &[
            Step::Says("Nothing was created. Retry 3 of 3."),
            Step::Says("Nothing was created. Rate limited by Atlas (429)."),
        ],
    )
    .posts(4, 0),
    refused("429 without Retry-After; the user stops waiting", &[Post::Limited(None)], LIMITED),
    refused(
        "429 with an absurd Retry-After; the user stops waiting",
        &[Post::Limited(Some("99999999999999999999"))],
        LIMITED,
    ),
];
