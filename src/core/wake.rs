//! When the screen next changes by itself. Nothing else ever wakes the program while it is idle.

use std::time::Duration;

use crate::domain::Now;

use super::copying::LOOK_EVERY;
use super::{
    CopyState, Created, Guard, Held, Leaving, Link, Model, Panel, RetireStage, Retiring, Screen, Search,
    UnknownOutcome, Verdict, Verification,
};

/// Before this much time nothing moves: most answers are there sooner, and a flash says nothing.
pub const SPINNER_AFTER: Duration = Duration::from_millis(150);

/// How long one picture of the spinner stands.
pub const SPINNER_STEP: Duration = Duration::from_millis(100);

const SECOND: Duration = Duration::from_secs(1);

/// How long from now until the model wants [`super::Event::TimePassed`]; `None` while nothing moves.
pub fn wake_at(model: &Model) -> Option<Duration> {
    let of_screen = match &model.screen {
        _ if model.has_terminal && (model.shows_help || model.size.is_too_small()) => None,
        Screen::Form => {
            [until_minute_turns(model), model.context.due_in(model.now)].into_iter().flatten().min()
        }
        Screen::Sending(sending) => match &sending.link {
            Link::Asking(_) => None,
            Link::WaitingOutLimit { until, .. } => {
                let left = until.since(model.now);
                Some(part_of(left, SECOND))
            }
            Link::SigningIn(_) | Link::Looking(_) | Link::Replacing(_) | Link::Noting(_) | Link::Posting => {
                let elapsed = model.now.since(sending.since);
                Some(
                    SPINNER_AFTER.checked_sub(elapsed).filter(|left| !left.is_zero()).unwrap_or(SPINNER_STEP),
                )
            }
        },
        Screen::Created(created) => of_created(model, created),
        Screen::Unknown(unknown) => of_unknown(model, unknown),
        Screen::Retiring(retiring) => of_retiring(retiring),
        Screen::PendingRecord(told) => told.is_busy().then_some(SPINNER_STEP),
        Screen::Recipes(_) => None,
        Screen::SignIn(sign_in) => sign_in.trying.is_some().then_some(SPINNER_STEP),
        Screen::Choosing(choosing) => {
            let left = choosing.reading.waits_until?.since(model.now);
            (!left.is_zero()).then(|| part_of(left, SECOND))
        }
    };
    let of_ending = model.ending.map(|ending| ending.until.since(model.now));
    let of_limit = limit_while_covered(model);
    let of_search = search_while_covered(model);
    [of_screen, of_ending, of_limit, of_search].into_iter().flatten().min()
}

/// A countdown that is covered by the help, or by a terminal too small, still ends.
fn limit_while_covered(model: &Model) -> Option<Duration> {
    let Screen::Sending(sending) = &model.screen else {
        return None;
    };
    match &sending.link {
        Link::WaitingOutLimit { until, .. } => Some(until.since(model.now)),
        _ => None,
    }
}

/// So does the pause before the next look at the account.
fn search_while_covered(model: &Model) -> Option<Duration> {
    match &model.screen {
        Screen::Unknown(unknown) => match unknown.search {
            Search::Pausing { until, .. } => Some(until.since(model.now)),
            _ => None,
        },
        _ => None,
    }
}

fn of_unknown(model: &Model, unknown: &UnknownOutcome) -> Option<Duration> {
    let of_search = match &unknown.search {
        Search::Pausing { until, .. } => Some(part_of(until.since(model.now), SECOND)),
        Search::Deleting { .. } => Some(SPINNER_STEP),
        _ => None,
    };
    let of_post = model.in_flight.is_some().then_some(SECOND);
    [of_search, of_post].into_iter().flatten().min()
}

fn of_retiring(retiring: &Retiring) -> Option<Duration> {
    matches!(retiring.stage, RetireStage::Deleting { .. }).then_some(SPINNER_STEP)
}

fn of_created(model: &Model, created: &Created) -> Option<Duration> {
    if let Some(Leaving { guard: Guard::Deleting { .. }, .. }) = &created.leaving {
        return Some(SPINNER_STEP);
    }
    if let Some(until) = created.revealed_until.filter(|_| created.is_revealed(model.now)) {
        return Some(until.since(model.now));
    }
    if let Some(Panel::Retire(retiring)) = &created.panel
        && let Some(step) = of_retiring(retiring)
    {
        return Some(step);
    }
    if matches!(created.verification, Verification::Running { .. }) {
        return Some(SPINNER_STEP);
    }
    match &created.copy {
        CopyState::Held(held) => Some(until_next_look(held, model.now)),
        _ => None,
    }
}

/// The countdown steps once a second; when it has run out the holder needs a moment to say so.
fn until_next_look(held: &Held, now: Now) -> Duration {
    let Some(until) = held.until else {
        return LOOK_EVERY.saturating_sub(now.since(held.seen)).max(SECOND);
    };
    let left = until.since(now);
    if left.is_zero() { SECOND } else { part_of(left, SECOND) }
}

/// The form shows a time of day, which moves on with the minute.
fn until_minute_turns(model: &Model) -> Option<Duration> {
    model.zone.as_ref()?;
    let shows_time = matches!(model.form.verdict(super::FieldName::Lifetime), Verdict::RightLifetime { .. });
    let into_minute = model.now.wall.as_millisecond().rem_euclid(60_000).unsigned_abs();
    shows_time.then(|| Duration::from_millis(60_000 - into_minute))
}

/// What is left of the running unit of a countdown, so that it steps when its number changes.
fn part_of(left: Duration, unit: Duration) -> Duration {
    let rest = left.as_nanos() % unit.as_nanos();
    let rest = Duration::from_nanos(u64::try_from(rest).unwrap_or(0));
    if rest.is_zero() { left.min(unit) } else { rest }
}
