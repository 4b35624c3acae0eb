//! The answer to the POST: a secret, a refusal, or nobody knows. It is taken whatever screen is shown.

use std::time::Duration;

use crate::domain::{
    CreateOutcome, CreatedSecret, Disposition, ExitSummary, LostAnswer, NewSecret, Rejection, RejectionKind,
    RequestId,
};

use super::chain::give_up;
use super::{Certainty, Created, Effect, Failure, InFlight, Link, Model, Screen, Search, aftermath, unknown};

/// How often the chain is repeated when Atlas says that there were too many requests.
const MOST_ROUNDS: u8 = 3;

/// How long to wait when Atlas does not say.
const USUAL_WAIT: Duration = Duration::from_secs(60);

/// The POST was answered, or its answer was lost. A secret that comes beats every other screen.
pub(super) fn answered(model: &mut Model, request: RequestId, outcome: CreateOutcome) -> Vec<Effect> {
    match model.in_flight.take_if(|in_flight| in_flight.request == request) {
        Some(in_flight) => take_answer(model, in_flight, outcome),
        // Nothing was asked under this id, so nothing can have been created under it.
        None => Vec::new(),
    }
}

fn take_answer(model: &mut Model, in_flight: InFlight, outcome: CreateOutcome) -> Vec<Effect> {
    match outcome {
        CreateOutcome::Created(secret) => {
            forget_loss(model, &in_flight);
            open_created(model, in_flight, secret)
        }
        CreateOutcome::NotSent(problem) => {
            forget_loss(model, &in_flight);
            forget_note(give_up(model, Failure::not_sent(&problem, in_flight.certainty_before)))
        }
        CreateOutcome::Rejected(rejection) => {
            forget_loss(model, &in_flight);
            forget_note(rejected(model, &in_flight.new_secret, rejection))
        }
        CreateOutcome::Unknown(lost) => lose_answer(model, in_flight, lost),
    }
}

/// Nothing was created: the note about it has nothing to say any more.
fn forget_note(mut effects: Vec<Effect>) -> Vec<Effect> {
    effects.push(Effect::ForgetCreation);
    effects
}

fn open_created(model: &mut Model, in_flight: InFlight, secret: CreatedSecret) -> Vec<Effect> {
    model.shows_help = false;
    model.form.notice = None;
    model.context.forget_account();
    let note = Effect::NoteSecret { secret_id: secret.id.clone(), expires_at: secret.expires_at };
    let mut created = Created::new(in_flight.new_secret, secret);
    created.before = in_flight.existing;
    let mut effects = vec![note];
    if model.has_terminal {
        effects.extend(aftermath::read_others(&mut created, model.next_request()));
    }
    if model.beforehand.verifies {
        effects.extend(aftermath::verify(&mut created, model.next_request(), model.now));
    }
    model.screen = Screen::Created(Box::new(created));
    effects
}

fn rejected(model: &mut Model, refused: &NewSecret, rejection: Rejection) -> Vec<Effect> {
    if let Screen::Sending(sending) = &mut model.screen
        && rejection.kind() == RejectionKind::RateLimited
        && sending.rounds < MOST_ROUNDS
    {
        let wait = rejection.retry_after.unwrap_or(USUAL_WAIT);
        sending.since = model.now;
        sending.asks_to_stop = false;
        let until = model.now.plus(wait);
        sending.link = Link::WaitingOutLimit { until, rejection: Box::new(rejection) };
        return Vec::new();
    }
    // A late refusal is about what was sent, not about what has been typed since.
    if model.form.new_secret().as_ref() == Some(refused) {
        model.form.blame(&rejection);
    }
    give_up(model, Failure::rejected(&rejection))
}

fn lose_answer(model: &mut Model, in_flight: InFlight, lost: LostAnswer) -> Vec<Effect> {
    if !in_flight.is_given_up {
        model.say_farewell(&in_flight.new_secret, Disposition::PerhapsCreated);
    }
    model.context.forget_account();
    let request = model.next_request();
    match &mut model.screen {
        Screen::Form | Screen::Choosing(_) | Screen::Recipes(_) => {
            model.form.fail(Failure::own(
                "The earlier request got no answer that can be read.",
                "If it did, nobody has the value.",
                "A Project Owner looks at the account's secrets in Atlas and deletes one that nobody knows.",
                Certainty::PerhapsCreated,
            ));
            Vec::new()
        }
        // What was looked for meanwhile is looked for once more: only now is it certain that no value comes.
        Screen::Unknown(unknown) => {
            unknown.lost = lost;
            unknown.asks_to_leave = false;
            unknown.search = Search::Looking { request, round: 0 };
            vec![unknown::read(request, &unknown.new_secret)]
        }
        _ => unknown::open(model, in_flight, lost),
    }
}

/// A POST of which nobody waited for the answer any more got one all the same.
fn forget_loss(model: &mut Model, in_flight: &InFlight) {
    if !in_flight.is_given_up {
        return;
    }
    let of_this = |farewell: &ExitSummary| {
        farewell.fate == Disposition::PerhapsCreated && farewell.client == in_flight.new_secret.client
    };
    if let Some(index) = model.farewells.iter().rposition(of_this) {
        model.farewells.remove(index);
    }
}

/// Yes, stop waiting: the POST runs on, and its answer is still taken.
pub(super) fn stop_waiting(model: &mut Model) -> Vec<Effect> {
    let Some(in_flight) = &mut model.in_flight else {
        return Vec::new();
    };
    in_flight.is_given_up = true;
    let in_flight = in_flight.clone();
    model.say_farewell(&in_flight.new_secret, Disposition::PerhapsCreated);
    unknown::open(model, in_flight, LostAnswer::StoppedWaiting)
}
