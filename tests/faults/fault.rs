//! What can go wrong, and where.

/// What stands at the address that the program talks to.
#[derive(Clone, Copy, Debug)]
pub enum Host {
    /// An Atlas that answers its reads so, and each creating POST in turn; the last one for all that follow.
    Atlas(Reads, &'static [Post]),
    /// No one listens.
    Refusing,
    /// A name that has no address.
    Nameless,
    /// A proxy that refuses `CONNECT`.
    BehindProxy,
    /// Something that does not speak TLS.
    Garbled,
    /// Something that takes the connection and says nothing.
    Mute,
    /// A TLS server whose certificate no one trusted has signed.
    Untrusted,
    /// A listener whose queue is full: the system drops every further connection silently.
    Full,
}

/// How everything but the creating POST is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// As Atlas does.
    Answered,
    /// As Atlas does, and then the connection is closed although no header announces it.
    ClosedUnannounced,
    /// The first token that was minted is refused.
    FirstTokenDead,
    /// Every token is refused, by the POST as well.
    EveryTokenDead,
    /// The token endpoint answers with this status and JSON.
    Token(u16, &'static str),
    /// By a proxy's error page.
    Broken,
    /// By a redirect to the sign-in page of a network.
    Redirected,
    /// As Atlas does until the account was read once after the POST, then by a proxy's error page.
    BrokenAfterSearch,
    /// As Atlas does until the POST has come, then by a proxy's error page.
    BrokenAfterwards,
}

/// What becomes of a creating POST once it has been received completely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Post {
    /// The secret is created, and Atlas says so.
    Created,
    /// The same, but the answer waits until the row lets it go.
    Held,
    /// Nothing is created, and the connection is closed.
    Closed,
    /// The secret is created, and the connection is reset.
    Reset,
    /// The secret is created, and nothing ever comes back.
    Silent,
    /// Created; the head of the answer comes, then nothing.
    HeadThenSilence,
    /// Created; the head comes, then a space at a time for ever.
    HeadThenDrip,
    /// Created; the answer ends in the middle of the value.
    Cut,
    /// Created; everything is in the answer but the value.
    WithoutSecret,
    /// Created; the answer is no JSON.
    Garbage,
    /// Created; the answer calls itself HTML.
    OtherMediaType,
    /// Created; the answer has 100 MB.
    TooLarge,
    /// Created; the answer has this status, and the secret.
    WithStatus(u16),
    /// Created; the answer has this status, and no body.
    Empty(u16),
    /// Created, but the answer is Atlas's own error with this status.
    CreatedAndFailed(u16),
    /// Created, at the same moment as another's; the connection is closed.
    BesideAnother,
    /// Nothing is created; Atlas's own error with this status and code.
    Refused(u16, &'static str),
    /// The same with a 409, but the answer waits until the row lets it go.
    HeldRefusal,
    /// Nothing is created; Atlas's rate limit with this `Retry-After`.
    Limited(Option<&'static str>),
    /// Nothing is created; the error page of something on the way.
    Page(u16),
    /// Nothing is created; a redirect to another host.
    Elsewhere,
}

impl Post {
    /// True when Atlas has created a secret.
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
