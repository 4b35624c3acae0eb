//! The POST was sent, and its response is lost or unusual.

use super::{ASKS_TO_QUIT, COPY_AND_LEAVE, CREATE, DELETE_AND_LEAVE, FOUND_AND_LEAVE, NONE_AND_LEAVE, post};
use crate::fault::{Host, Post, Reads};
use crate::row::{End, Journal, Row, Step};
use crate::support::terminal::key;

/// A short limit for the POST, but long enough to receive it.
const SOON: &str = "create=3000";

const LOST: End = End::Code(3);

const BROKEN: &[Step] = &[Step::Says("The connection broke before the response was complete")];
const UNREADABLE: &[Step] = &[Step::Says("Atlas created the secret, but the response could not be read")];
const SILENT: &[Step] = &[Step::Says("Atlas did not answer within 3 seconds.")];
/// The search then proves that the secret was created.
const UNEXPECTED: &[Step] = &[Step::Says("Unexpected response")];
const SAYS_NOTHING: &[Step] = &[Step::Says("does not say whether the secret was created")];

/// Created, and found afterwards.
const fn found(fault: &'static str, posts: &'static [Post], says: &'static [Step]) -> Row {
    Row::new(fault, post(posts), [CREATE, says, FOUND_AND_LEAVE]).posts(1, 1).ends(Journal::WithId, LOST)
}

/// Not created, so nothing is found.
const fn none(fault: &'static str, posts: &'static [Post], says: &'static [Step]) -> Row {
    Row::new(fault, post(posts), [CREATE, says, NONE_AND_LEAVE]).posts(1, 0).ends(Journal::WithoutId, LOST)
}

/// Created and delivered.
const fn created(fault: &'static str, posts: &'static [Post]) -> Row {
    Row::new(fault, post(posts), [CREATE, COPY_AND_LEAVE]).posts(1, 1)
}

/// The record of the previous run has the secret's ID.
const DELETE_NEXT_TIME: &[Step] = &[
    Step::Restart,
    Step::Shows("d delete"),
    Step::Says("may not have been delivered"),
    Step::Press("d"),
    Step::Shows("Delete this secret in Atlas? y delete n back"),
    Step::Press("y"),
    Step::Says("Deleted secret 000000000000000000000001."),
    Step::Press(key::CTRL_C),
];

/// The secret was found, but deleting it fails.
const CANNOT_READ: &[Step] = &[
    Step::Shows("appeared after the request"),
    Step::Press("d"),
    Step::Shows(" in Atlas? y delete n back"),
    Step::Press("y"),
    Step::Says("Nothing was deleted: the account could not be read. Unexpected response (503)."),
    Step::Press("q"),
    ASKS_TO_QUIT,
    Step::Press("y"),
];

pub const ROWS: &[Row] = &[
    Row::new(
        "500 after creating; the account cannot be read before deleting",
        Host::Atlas(Reads::BrokenAfterSearch, &[Post::CreatedAndFailed(500)]),
        [CREATE, CANNOT_READ],
    )
    .posts(1, 1)
    .ends(Journal::WithId, LOST),
    Row::new(
        "connections closed after each read, unannounced",
        Host::Atlas(Reads::ClosedUnannounced, &[Post::Created]),
        [CREATE, COPY_AND_LEAVE],
    )
    .posts(1, 1),
    none("closed before the headers", &[Post::Closed], BROKEN),
    found("reset before the headers, after creating", &[Post::Reset], BROKEN),
    found("no answer at all, after creating", &[Post::Silent], SILENT).limits(SOON),
    found("201: headers, then silence", &[Post::HeadThenSilence], UNREADABLE).limits(SOON),
    found("201: headers, then a byte at a time", &[Post::HeadThenDrip], UNREADABLE).limits(SOON),
    found("201 cut off", &[Post::Cut], UNREADABLE),
    found("201 without secret", &[Post::WithoutSecret], UNREADABLE),
    found("201 with garbage", &[Post::Garbage], UNREADABLE),
    created("201 with another media type", &[Post::OtherMediaType]),
    found("201 of 100 MB", &[Post::TooLarge], UNREADABLE),
    created("200 with the secret", &[Post::WithStatus(200)]),
    found("200 without body, after creating", &[Post::Empty(200)], UNEXPECTED),
    found("204, after creating", &[Post::Empty(204)], UNEXPECTED),
    none("302 to another host, which is not followed", &[Post::Elsewhere], SAYS_NOTHING),
    found("500 after creating", &[Post::CreatedAndFailed(500)], UNEXPECTED),
    Row::new(
        "500 after creating; the user deletes it",
        post(&[Post::CreatedAndFailed(500)]),
        [CREATE, DELETE_AND_LEAVE, &[Step::Shows("deleted in Atlas")]],
    )
    .posts(1, 1),
    Row::new(
        "201 without secret; the next start deletes it",
        post(&[Post::WithoutSecret]),
        [CREATE, UNREADABLE, FOUND_AND_LEAVE, DELETE_NEXT_TIME],
    )
    .posts(1, 1),
    none("500 before creating", &[Post::Refused(500, "UNEXPECTED_ERROR")], SAYS_NOTHING),
    none("502 with a page of HTML", &[Post::Page(502)], SAYS_NOTHING),
    none("503 of Atlas", &[Post::Refused(503, "UNAVAILABLE")], SAYS_NOTHING),
    Row::new(
        "closed, and two secrets have appeared at once",
        post(&[Post::BesideAnother]),
        [
            CREATE,
            BROKEN,
            &[Step::Says("Several new secrets appeared"), Step::Press("q"), ASKS_TO_QUIT, Step::Press("y")],
        ],
    )
    .posts(1, 1)
    .ends(Journal::WithoutId, LOST),
    Row::new(
        "reset after creating, and reading the account fails, too",
        Host::Atlas(Reads::BrokenAfterwards, &[Post::Reset]),
        [
            CREATE,
            BROKEN,
            &[
                Step::AccountRead(3),
                Step::Says("Could not check the account's secrets."),
                Step::Press("q"),
                ASKS_TO_QUIT,
                Step::Press("y"),
            ],
        ],
    )
    .posts(1, 1)
    .ends(Journal::WithoutId, LOST),
];
