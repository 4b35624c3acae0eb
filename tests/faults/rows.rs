//! The rows, ordered by where a request fails: on the way to the host, in its response, or because of the user.

mod answers;
mod connecting;
mod refusals;
mod user;

use crate::fault::{Host, Post, Reads};
use crate::row::{Row, Step};
use crate::support::terminal::key;

pub fn all() -> Vec<Row> {
    [connecting::ROWS, answers::ROWS, refusals::ROWS, user::ROWS].concat()
}

/// An Atlas that behaves normally except for the POST.
const fn post(posts: &'static [Post]) -> Host {
    Host::Atlas(Reads::Normal, posts)
}

/// Presses the button, which has the focus.
const CREATE: &[Step] = &[Step::Press(key::ENTER)];

/// Quits from the form.
const LEAVE_FORM: &[Step] = &[Step::Press(key::CTRL_C)];

/// A search found the secret whose value is lost. Deletes it and quits.
const DELETE_AND_LEAVE: &[Step] = &[
    Step::Says("its value is lost"),
    Step::Press("d"),
    Step::Shows(" in Atlas? y delete n back"),
    Step::Press("y"),
    Step::Says("You can create a secret now."),
    Step::Press(key::CTRL_C),
];

/// The secret was created. Copies it and quits.
const COPY_AND_LEAVE: &[Step] = &[
    Step::Says("Secret created"),
    Step::Press("c"),
    Step::Shows("Sent to your terminal"),
    Step::Press("q"),
    Step::Shows("Did it arrive?"),
    Step::Press("y"),
];

/// Quitting after a lost response asks once.
const ASKS_TO_QUIT: Step = Step::Shows("Quit? y quit n back");

/// A search found a new secret. Quits without deleting it.
const FOUND_AND_LEAVE: &[Step] = &[
    Step::Shows("appeared after the request"),
    Step::Says("its value is lost"),
    Step::Press("q"),
    ASKS_TO_QUIT,
    Step::Press("y"),
];

/// Repeated searches find nothing new.
const NONE_AND_LEAVE: &[Step] = &[
    Step::AccountRead(3),
    Step::Says("No new secret has appeared"),
    Step::Press("q"),
    ASKS_TO_QUIT,
    Step::Press("y"),
];
