//! No connection: nothing was sent.

use super::{CREATE, LEAVE_FORM};
use crate::fault::Host;
use crate::row::{Row, Step};

/// Reading the account fails first. The user creates anyway, and then the screen shows `says`.
const fn not_connected(fault: &'static str, host: Host, says: &'static [Step]) -> Row {
    const ANYWAY: &[Step] = &[Step::Shows("Could not read the account's secrets."), Step::Press("y")];
    Row::new(fault, host, [CREATE, ANYWAY, says, LEAVE_FORM])
}

/// A short limit for connections.
const SOON: &str = "connect=1000";

const NOT_TAKEN: &[Step] = &[Step::Says("Nothing was created. Could not connect to the host: no connection")];

pub const ROWS: &[Row] = &[
    not_connected(
        "connection refused",
        Host::Refusing,
        &[Step::Says("Nothing was created. Could not connect to 127.0.0.1:")],
    ),
    not_connected(
        "the host's name has no address",
        Host::Nameless,
        &[Step::Says("Nothing was created. Could not look up ")],
    ),
    not_connected(
        "a proxy refuses CONNECT",
        Host::BehindProxy,
        &[Step::Says("Nothing was created. The proxy failed: the proxy refused the request.")],
    ),
    not_connected(
        "TLS: garbage",
        Host::Garbled,
        &[Step::Says("Nothing was created. TLS failed: the host does not speak TLS.")],
    ),
    not_connected(
        "TLS: a certificate that is not trusted",
        Host::Untrusted,
        &[Step::Says("Nothing was created. TLS failed: the signature on the certificate is wrong,")],
    ),
    not_connected("TLS: the handshake stalls", Host::Mute, NOT_TAKEN).limits(SOON),
    not_connected("the connection stalls", Host::Full, NOT_TAKEN).limits(SOON),
];
