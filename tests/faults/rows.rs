//! The rows, in the order of a request's way: to the host, back from it, and the user in between.

mod answers;
mod connecting;
mod refusals;
mod user;

use crate::fault::{Host, Post, Reads};
use crate::row::{Row, Step};
use crate::support::terminal::key;

/// All of them.
pub fn all() -> Vec<Row> {
    [connecting::ROWS, answers::ROWS, refusals::ROWS, user::ROWS].concat()
}

/// An Atlas that is sane but for the POST.
const fn post(posts: &'static [Post]) -> Host {
    Host::Atlas(Reads::Answered, posts)
}

/// The button, which has the focus.
const CREATE: &[Step] = &[Step::Press(key::ENTER)];

/// Out of the form.
const LEAVE_FORM: &[Step] = &[Step::Press(key::CTRL_C)];

/// A search found the secret whose value is lost: it is deleted, and then left.
const DELETE_AND_LEAVE: &[Step] = &[
    Step::Says("its value is lost"),
    Step::Press("d"),
    Step::Shows(" in Atlas? y delete n back"),
    Step::Press("y"),
    Step::Says("You can create a secret now."),
    Step::Press("q"),
];

/// There is a secret: it is copied, and then left.
const COPY_AND_LEAVE: &[Step] = &[
    Step::Says("Secret created"),
    Step::Press("c"),
    Step::Shows("Sent to your terminal"),
    Step::Press("q"),
    Step::Shows("Did it arrive?"),
    Step::Press("y"),
];

/// Leaving a lost answer asks once.
const ASKS_TO_QUIT: Step = Step::Shows("Quit? y quit n back");

/// A new secret is found, and left as it is.
const FOUND_AND_LEAVE: &[Step] = &[
    Step::Shows("is new: created at"),
    Step::Says("its value is lost"),
    Step::Press("q"),
    ASKS_TO_QUIT,
    Step::Press("y"),
];

/// Nothing new is found however often it is looked.
const NONE_AND_LEAVE: &[Step] = &[
    Step::Looked(3),
    Step::Says("No new secret has appeared"),
    Step::Press("q"),
    ASKS_TO_QUIT,
    Step::Press("y"),
];
