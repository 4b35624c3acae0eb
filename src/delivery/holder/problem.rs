//! Why the system's clipboard does not hold a value for certain.
//!
//! The clipboard library's own words are not used: for "no display" they speak of a connection that timed out.

/// Why the holder could not put a value on the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::delivery) enum HoldProblem {
    /// The clipboard could not be opened.
    #[error("{}", unopened())]
    Unopened,
    /// Another program is using it.
    #[error("Another program is holding the clipboard.")]
    Occupied,
    /// Setting the value failed.
    #[error("The clipboard did not take the value.")]
    Refused,
}

/// Why the program did not get its value copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::delivery) enum NativeProblem {
    /// The holder could not put the value there.
    #[error(transparent)]
    Hold(#[from] HoldProblem),
    /// It took longer than the budget.
    #[error("The display did not answer within 2 s.")]
    Silent,
    /// The holder could not be started, or has ended without a word.
    #[error("The clipboard could not be used.")]
    Unusable,
}

fn unopened() -> &'static str {
    if cfg!(any(target_os = "macos", windows)) {
        "The system's clipboard could not be opened."
    } else {
        "There is no display to copy to."
    }
}
