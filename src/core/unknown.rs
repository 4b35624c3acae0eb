//! Nobody knows whether a secret was created: what is said, and the ways on.

use crate::domain::{LostAnswer, Moment, NewSecret};

use super::{Action, Effect, InFlight, Model, Screen};

/// The outcome of a POST that cannot be told from its answer.
#[derive(Clone, Debug)]
pub struct UnknownOutcome {
    /// What was asked for.
    pub new_secret: NewSecret,
    /// When the POST was sent.
    pub sent_at: Moment,
    /// How the answer was lost.
    pub lost: LostAnswer,
    /// True while "Leave anyway?" is on the screen.
    pub asks_to_leave: bool,
    /// A word about the last key.
    pub word: Option<&'static str>,
}

impl UnknownOutcome {
    pub(super) fn new(in_flight: InFlight, lost: LostAnswer) -> Self {
        Self {
            new_secret: in_flight.new_secret,
            sent_at: in_flight.since,
            lost,
            asks_to_leave: false,
            word: None,
        }
    }
}

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let still_running = model.in_flight.is_some();
    let Screen::Unknown(unknown) = &mut model.screen else {
        return Vec::new();
    };
    match action {
        Action::Yes if unknown.asks_to_leave => vec![Effect::Quit(model.exit())],
        Action::No => {
            unknown.asks_to_leave = false;
            Vec::new()
        }
        Action::Leave if still_running && !unknown.asks_to_leave => {
            unknown.asks_to_leave = true;
            Vec::new()
        }
        Action::Leave => vec![Effect::Quit(model.exit())],
        Action::BackToForm => {
            model.screen = Screen::Form;
            Vec::new()
        }
        _ => Vec::new(),
    }
}
