//! No connection: nothing was sent.

use super::{CREATE, LEAVE_FORM};
use crate::fault::Host;
use crate::row::{Row, Step};

/// The look fails first; the person wants the secret all the same.
const ANYWAY: &[Step] = &[Step::Shows("The account's secrets could not be read"), Step::Press("y")];

/// A limit for connections that is over soon.
const SOON: &str = "connect=1000";

pub const ROWS: &[Row] = &[
    Row::new(
        "connection refused",
        Host::Refusing,
        &[CREATE, ANYWAY, &[Step::Says("The host could not be reached. Nothing was created.")], LEAVE_FORM],
    ),
    Row::new(
        "the host's name has no address",
        Host::Nameless,
        &[CREATE, ANYWAY, &[Step::Says("The host's name was not found. Nothing was created.")], LEAVE_FORM],
    ),
    Row::new(
        "a proxy refuses CONNECT",
        Host::BehindProxy,
        &[
            CREATE,
            ANYWAY,
            &[Step::Says("The proxy did not let the request through. Nothing was created.")],
            LEAVE_FORM,
        ],
    ),
    Row::new("TLS: garbage", Host::Garbled, &[CREATE, ANYWAY, UNTRUSTED, LEAVE_FORM]),
    Row::new(
        "TLS: a certificate that nobody trusts",
        Host::Untrusted,
        &[CREATE, ANYWAY, UNTRUSTED, LEAVE_FORM],
    ),
    Row::new("TLS: the handshake stalls", Host::Mute, &[CREATE, ANYWAY, NOT_TAKEN, LEAVE_FORM]).limits(SOON),
    Row::new("the connection stalls", Host::Full, &[CREATE, ANYWAY, NOT_TAKEN, LEAVE_FORM]).limits(SOON),
];

const UNTRUSTED: &[Step] = &[Step::Says("No trusted connection could be made. Nothing was created.")];
const NOT_TAKEN: &[Step] = &[Step::Says("The host did not take the connection. Nothing was created.")];
