//! The faults of the host, of reads, and of the POST.

/// The host at the address that the program connects to.
#[derive(Clone, Copy, Debug)]
pub enum Host {
    /// An Atlas that responds to reads and to POSTs like this. The last entry also applies to all later POSTs.
    Atlas(Reads, &'static [Post]),
    /// Nothing listens.
    Refusing,
    /// A host name without an address.
    Nameless,
    /// A proxy that rejects `CONNECT`.
    BehindProxy,
    /// A host that does not speak TLS.
    Garbled,
    /// A host that accepts connections and sends nothing.
    Mute,
    /// A TLS server with a certificate from an untrusted issuer.
    Untrusted,
    /// A listener whose queue is full: the system silently drops further connections.
    Full,
}

/// How the server responds to everything but the POST.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// Normally.
    Normal,
    /// Normally, but then closes the connection without having announced it in a header.
    ClosedUnannounced,
    /// The first token is rejected.
    FirstTokenDead,
    /// Every token is rejected, also on the POST.
    EveryTokenDead,
    /// The token endpoint responds with this status and JSON.
    Token(u16, &'static str),
    /// With a proxy's error page.
    Broken,
    /// With a redirect to the sign-in page of a network.
    Redirected,
    /// Normally until the account was read once after the POST, then with a proxy's error page.
    BrokenAfterSearch,
    /// Normally until the POST was received, then with a proxy's error page.
    BrokenAfterwards,
}

/// What happens to a POST to create a secret, once it was received completely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Post {
    /// The secret is created, with a normal response.
    Created,
    /// The secret is created, but the response waits for [`Step::Release`](super::row::Step::Release).
    Held,
    /// Nothing is created, and the connection is closed.
    Closed,
    /// The secret is created, and the connection is reset.
    Reset,
    /// The secret is created, but there is no response.
    Silent,
    /// Created. The response stops after its head.
    HeadThenSilence,
    /// Created. After the head of the response, one space at a time follows forever.
    HeadThenDrip,
    /// Created. The response ends in the middle of the value.
    Cut,
    /// Created. The response lacks the value.
    WithoutSecret,
    /// Created. The response is not JSON.
    Garbage,
    /// Created. The response claims to be HTML.
    OtherMediaType,
    /// Created. The response is 100 MB long.
    TooLarge,
    /// Created. The response has this status, and contains the secret.
    WithStatus(u16),
    /// Created. The response has this status, and no body.
    Empty(u16),
    /// Created, but the response is an error of Atlas with this status.
    CreatedAndFailed(u16),
    /// Created at the same moment as another secret. The connection is closed.
    BesideAnother,
    /// Nothing is created. The response is an error of Atlas with this status and code.
    Refused(u16, &'static str),
    /// Like [`Self::Refused`] with a 409, but the response waits for [`Step::Release`](super::row::Step::Release).
    HeldRefusal,
    /// Nothing is created. Atlas's rate limit with this `Retry-After`.
    Limited(Option<&'static str>),
    /// Nothing is created. The response is the error page of a proxy.
    Page(u16),
    /// Nothing is created. The response redirects to another host.
    Elsewhere,
}

impl Post {
    /// True if Atlas creates a secret.
    pub fn creates(self) -> bool {
        !matches!(
            self,
            Self::Closed
                | Self::Refused(..)
                | Self::HeldRefusal
                | Self::Limited(_)
                | Self::Page(_)
                | Self::Elsewhere
        )
    }
}
