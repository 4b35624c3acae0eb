//! Refused by Atlas itself, or by something that looks like it.

use super::{COPY_AND_LEAVE, CREATE, LEAVE_FORM, NONE_AND_LEAVE, post};
use crate::fault::{Host, Post, Reads};
use crate::row::{End, Journal, Row, Step};
use crate::support::terminal::key;

/// Atlas's own error: nothing was created.
const fn refused(fault: &'static str, posts: &'static [Post], steps: &'static [&'static [Step]]) -> Row {
    Row::new(fault, post(posts), steps).posts(1, 0)
}

/// No one can tell: nothing was created here, and nothing is found.
const fn unknown(fault: &'static str, posts: &'static [Post]) -> Row {
    const SAYS_NOTHING: &[Step] = &[Step::Says("does not say whether the secret was created")];
    Row::new(fault, post(posts), &[CREATE, SAYS_NOTHING, NONE_AND_LEAVE])
        .posts(1, 0)
        .ends(Journal::WithoutId, End::Code(3))
}

/// The countdown of a minute is left.
const LIMITED: &[&[Step]] = &[
    CREATE,
    &[
        Step::Says("Atlas has had too many requests. Trying again in"),
        Step::Press(key::ESC),
        Step::Says("Atlas has had too many requests. Nothing was created."),
    ],
    LEAVE_FORM,
];

const NOT_ACCEPTED: &[Step] = &[Step::Says("Atlas did not accept the credentials. Nothing was created.")];

pub const ROWS: &[Row] = &[
    Row::new(
        "401 at the token endpoint",
        Host::Atlas(Reads::NoToken, &[Post::Created]),
        &[CREATE, &[Step::Says("Atlas did not accept the sign-in. Nothing was created.")], LEAVE_FORM],
    )
    .service_account(),
    Row::new(
        "401 on the GET, with an access token",
        Host::Atlas(Reads::EveryTokenDead, &[Post::Created]),
        &[CREATE, NOT_ACCEPTED, LEAVE_FORM],
    ),
    Row::new(
        "401 on the GET, for the first token of a service account",
        Host::Atlas(Reads::FirstTokenDead, &[Post::Created]),
        &[CREATE, COPY_AND_LEAVE],
    )
    .service_account()
    .posts(1, 1),
    Row::new(
        "401 for ever, with a service account",
        Host::Atlas(Reads::EveryTokenDead, &[Post::Created]),
        &[CREATE, NOT_ACCEPTED, LEAVE_FORM],
    )
    .service_account(),
    refused(
        "401 on the POST",
        &[Post::Refused(401, "USER_UNAUTHORIZED")],
        &[CREATE, &[Step::Says("These credentials may not do this. Nothing was created.")], LEAVE_FORM],
    ),
    refused(
        "403 of Atlas",
        &[Post::Refused(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST")],
        &[
            CREATE,
            &[Step::Says("This machine's address is not on the API access list. Nothing was created.")],
            LEAVE_FORM,
        ],
    ),
    unknown("403 with a proxy's page of HTML", &[Post::Page(403)]),
    refused(
        "404",
        &[Post::Refused(404, "RESOURCE_NOT_FOUND")],
        &[
            CREATE,
            &[Step::Says("The project has no service account with this client ID. Nothing was created.")],
            LEAVE_FORM,
        ],
    ),
    refused(
        "405",
        &[Post::Refused(405, "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES")],
        &[CREATE, &[Step::Says("Atlas takes no changes right now. Nothing was created.")], LEAVE_FORM],
    ),
    unknown("408", &[Post::Refused(408, "REQUEST_TIMEOUT")]),
    refused(
        "409",
        &[Post::Refused(409, "DATA_CONCURRENCY_ERROR")],
        &[
            CREATE,
            &[Step::Says(
                "Somebody else is changing this service account at the same moment. Nothing was created.",
            )],
            LEAVE_FORM,
        ],
    ),
    refused(
        "410",
        &[Post::Refused(410, "VERSION_GONE")],
        &[
            CREATE,
            &[Step::Says(
                "Atlas no longer speaks the version of its API that this program uses. Nothing was created.",
            )],
            LEAVE_FORM,
        ],
    ),
    Row::new(
        "429 with Retry-After, then a 201",
        post(&[Post::Limited(Some("3")), Post::Created]),
        &[CREATE, &[Step::Says("Atlas has had too many requests. Trying again in")], COPY_AND_LEAVE],
    )
    .posts(2, 1),
    Row::new(
        "429 for ever",
        post(&[Post::Limited(Some("3"))]),
        &[
            CREATE,
            &[
                Step::Says("Nothing was created. Round 3 of 3."),
                Step::Says("Atlas has had too many requests. Nothing was created."),
            ],
            LEAVE_FORM,
        ],
    )
    .posts(4, 0),
    refused("429 without Retry-After; the person stops waiting", &[Post::Limited(None)], LIMITED),
    refused(
        "429 with an absurd Retry-After; the person stops waiting",
        &[Post::Limited(Some("99999999999999999999"))],
        LIMITED,
    ),
];
