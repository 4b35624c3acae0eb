//! The user or the system does something while the request is running.

use super::{COPY_AND_LEAVE, CREATE, DELETE_AND_LEAVE, LEAVE_FORM, post};
use crate::fault::{Host, Post, Reads};
use crate::row::{End, Journal, Row, Step};
use crate::support::terminal::{Signal, key};

/// The secret is created, and Atlas holds back its response.
const HELD: Host = post(&[Post::Held]);

const SEND: &[Step] = &[Step::Press(key::ENTER), Step::Posted];

/// The user stops waiting. The POST is still running.
const STOP_WAITING: &[Step] = &[
    Step::Press(key::ESC),
    Step::Shows("Stop waiting? Atlas may already have created the secret."),
    Step::Press("y"),
    Step::Says("The request is still running. If Atlas answers, the secret is shown."),
];

/// The run is killed, and the next one finds its record.
const KILLED_BEFORE: &[Step] = &[
    Step::Signal(Signal::KILL),
    Step::Restart,
    Step::Shows("l check"),
    Step::Says("If it was created, its value is lost."),
];

/// A row whose response is held back.
const fn held<const PARTS: usize>(fault: &'static str, steps: [&'static [Step]; PARTS]) -> Row {
    Row::new(fault, HELD, steps).posts(1, 1)
}

pub const ROWS: &[Row] = &[
    Row::new(
        "every read is redirected to the sign-in page of a network",
        Host::Atlas(Reads::Redirected, &[Post::Created]),
        [
            CREATE,
            &[
                Step::Says("Could not read the account's secrets."),
                Step::Says("Redirected to portal.example instead of Atlas (302)."),
                Step::Press("n"),
                Step::Says("Stopped. Nothing was created."),
            ],
            LEAVE_FORM,
        ],
    ),
    Row::new(
        "reading the account fails; the user does not create anyway",
        Host::Atlas(Reads::Broken, &[Post::Created]),
        [
            CREATE,
            &[
                Step::Says("Could not read the account's secrets."),
                Step::Press("n"),
                Step::Says("Stopped. Nothing was created."),
            ],
            LEAVE_FORM,
        ],
    ),
    held(
        "Esc while sending, then a 201",
        [
            SEND,
            STOP_WAITING,
            &[Step::Says("A secret was probably created, and its value may still arrive"), Step::Release],
            COPY_AND_LEAVE,
        ],
    ),
    held(
        "Esc while sending, and leaving before the answer",
        [
            SEND,
            STOP_WAITING,
            &[
                Step::Says("A secret was probably created"),
                Step::Press("q"),
                Step::Says("The response may still arrive and would be lost. Quit?"),
                Step::Press("y"),
                Step::Says("this run probably created it, but its value is lost"),
            ],
        ],
    )
    .ends(Journal::WithoutId, End::Code(3)),
    held(
        "Ctrl-Z while sending, then a 201",
        [
            SEND,
            &[
                Step::Press(key::CTRL_Z),
                Step::Says("Cannot suspend while Atlas is answering."),
                Step::Release,
            ],
            COPY_AND_LEAVE,
        ],
    ),
    held(
        "stopped (SIGSTOP) past the deadline, with the 201 waiting",
        [
            SEND,
            &[
                Step::Signal(Signal::STOP),
                Step::Release,
                Step::WaitAfterPost(6000),
                Step::Signal(Signal::CONT),
            ],
            COPY_AND_LEAVE,
        ],
    )
    .limits("create=5000"),
    held("SIGTERM while sending", [SEND, &[Step::Signal(Signal::TERM), Step::Says("may have been created")]])
        .ends(Journal::WithoutId, End::Code(3)),
    held(
        "SIGTERM while sending, then a 201",
        [SEND, &[Step::Signal(Signal::TERM), Step::Release, Step::Says("never delivered")]],
    )
    .ends(Journal::WithId, End::Code(3)),
    Row::new(
        "SIGTERM while sending, then a 409",
        post(&[Post::HeldRefusal]),
        [SEND, &[Step::Signal(Signal::TERM), Step::Release, Step::Says("Nothing was created.")]],
    )
    .posts(1, 0)
    .ends(Journal::Nothing, End::Code(143)),
    held("SIGKILL while sending", [SEND, &[Step::Signal(Signal::KILL)]])
        .ends(Journal::WithoutId, End::Killed),
    held(
        "the next start after that SIGKILL: checked, and deleted",
        [
            SEND,
            KILLED_BEFORE,
            &[Step::Press("l"), Step::Shows("appeared after the request")],
            DELETE_AND_LEAVE,
        ],
    ),
    held(
        "the next start after that SIGKILL: kept",
        [SEND, KILLED_BEFORE, &[Step::Press("k"), Step::Shows("[ Create secret ]")], LEAVE_FORM],
    ),
    held("the next start after that SIGKILL: left for later", [SEND, KILLED_BEFORE, &[Step::Press("q")]])
        .ends(Journal::WithoutId, End::Code(0)),
];
