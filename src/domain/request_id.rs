//! Which request an answer belongs to.

/// The number of one asynchronous request of this run. An answer carries the id of its request, so that
/// an answer to a read that nobody waits for any more can be told apart and dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub u64);
