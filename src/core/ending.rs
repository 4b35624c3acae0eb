//! Being told to end, by a signal: what is still waited for, and what is said in the end.

use std::time::Duration;

use crate::domain::{Disposition, Exit};

use super::event::Signal;
use super::model::Ending;
use super::{Effect, Link, Model, Screen};

/// How much longer a POST may run after a signal told the program to end.
const GRACE: Duration = Duration::from_secs(3);

/// A running POST gets a little longer to be answered; a second signal does not wait.
pub(super) fn signal_received(model: &mut Model, signal: Signal) -> Vec<Effect> {
    let ending = Ending { signal: signal.number(), until: model.now.plus(GRACE) };
    let is_first = model.ending.is_none();
    model.ending = Some(ending);
    if is_first && (model.in_flight.is_some() || is_printing(model)) {
        return Vec::new();
    }
    end(model)
}

/// True while standard output is being written: whether it has the secret is known in a moment.
fn is_printing(model: &Model) -> bool {
    matches!(&model.screen, Screen::Created(created) if created.is_being_printed())
}

/// Ends with the answer that a signal's grace was for. Of what it asks for, only the note is still kept: the
/// next run tells what it says.
pub(super) fn end_with(model: &mut Model, effects: Vec<Effect>) -> Vec<Effect> {
    let is_of_note = |effect: &Effect| matches!(effect, Effect::NoteSecret { .. } | Effect::ForgetCreation);
    effects.into_iter().filter(is_of_note).chain(end(model)).collect()
}

/// Ends on a signal: with its own code if nothing was lost.
pub(super) fn end(model: &mut Model) -> Vec<Effect> {
    let mut effects = Vec::new();
    if let Some(in_flight) = model.in_flight.take().filter(|in_flight| !in_flight.is_given_up) {
        model.say_farewell(&in_flight.new_secret, Disposition::PerhapsCreated);
    }
    // It is noted, but nothing was sent.
    if matches!(&model.screen, Screen::Sending(sending) if matches!(sending.link, Link::Noting(_))) {
        effects.push(Effect::ForgetCreation);
    }
    if let Screen::Created(created) = &model.screen {
        let fate = created.fate(model.now);
        if !fate.is_loss() {
            effects.push(Effect::ForgetCreation);
        }
        let farewell = created.farewell(fate);
        model.farewells.push(farewell);
    }
    let signal = model.ending.map_or(Signal::Terminate.number(), |ending| ending.signal);
    let exit = match model.exit() {
        Exit::Done => Exit::Signal(signal),
        exit => exit,
    };
    effects.push(Effect::Quit(exit));
    effects
}
