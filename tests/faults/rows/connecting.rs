//! No connection: nothing was sent.

use super::{CREATE, LEAVE_FORM};
use crate::fault::Host;
use crate::row::{Row, Step};

/// Reading the account fails first. The user creates anyway.
const ANYWAY: &[Step] = &[Step::Shows("Could not read the account's secrets."), Step::Press("y")];

/// A short limit for connections.
const SOON: &str = "connect=1000";

pub const ROWS: &[Row] = &[
    Row::new(
        "connection refused",
        Host::Refusing,
        &[
            CREATE,
            ANYWAY,
            &[Step::Says("Nothing was created. Could not connect to the host: the host refused")],
            LEAVE_FORM,
        ],
    ),
    Row::new(
        "the host's name has no address",
        Host::Nameless,
        &[CREATE, ANYWAY, &[Step::Says("Nothing was created. The host name was not found")], LEAVE_FORM],
    ),
    Row::new(
        "a proxy refuses CONNECT",
        Host::BehindProxy,
        &[
            CREATE,
            ANYWAY,
            &[Step::Says("Nothing was created. The proxy failed: the proxy refused the request.")],
            LEAVE_FORM,
        ],
    ),
    Row::new("TLS: garbage", Host::Garbled, &[CREATE, ANYWAY, NO_TLS, LEAVE_FORM]),
    Row::new(
        "TLS: a certificate that is not trusted",
        Host::Untrusted,
        &[CREATE, ANYWAY, UNTRUSTED, LEAVE_FORM],
    ),
    Row::new("TLS: the handshake stalls", Host::Mute, &[CREATE, ANYWAY, NOT_TAKEN, LEAVE_FORM]).limits(SOON),
    Row::new("the connection stalls", Host::Full, &[CREATE, ANYWAY, NOT_TAKEN, LEAVE_FORM]).limits(SOON),
];

const NO_TLS: &[Step] = &[Step::Says("Nothing was created. TLS failed: the host does not speak TLS.")];
const UNTRUSTED: &[Step] =
    &[Step::Says("Nothing was created. TLS failed: the signature on the certificate is wrong.")];
const NOT_TAKEN: &[Step] = &[Step::Says("Nothing was created. Could not connect to the host: no connection")];
