//! How long to wait for what.

use std::time::Duration;

/// How long each request may take, connecting and reading included. The defaults are the program's;
/// tests shorten them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For a connection, TLS handshake included. Shorter than `create`, so that a stalled handshake is
    /// known to have sent nothing.
    pub connect: Duration,
    /// For a token.
    pub sign_in: Duration,
    /// For reading a service account, a new sign-in after a 401 included.
    pub read: Duration,
    /// For a page of a list.
    pub list: Duration,
    /// For the creating POST.
    pub create: Duration,
    /// For deleting a secret.
    pub delete: Duration,
    /// For revoking all tokens.
    pub revoke: Duration,
    /// For proving that a new secret works, every try and pause included.
    pub verify: Duration,
    /// Between one refusal of a new secret and the next try: it has to become known everywhere in Atlas
    /// first. There are as many further tries as there are pauses.
    pub verify_pauses: [Duration; 2],
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            sign_in: Duration::from_secs(10),
            read: Duration::from_secs(3),
            list: Duration::from_secs(20),
            create: Duration::from_secs(60),
            delete: Duration::from_secs(10),
            revoke: Duration::from_secs(2),
            verify: Duration::from_secs(10),
            verify_pauses: [Duration::from_secs(1), Duration::from_secs(3)],
        }
    }
}
