//! The functional core: what the program knows ([`Model`]), what happens to it ([`Event`]), what it wants
//! done ([`Effect`]), and the one function that decides ([`update()`]).
//!
//! Nothing here touches a clock, a file, the network, the environment or a task. The time comes in with
//! every event; whatever has to be done outside is returned as data. So every transition can be tested
//! without waiting for anything, and the same events always lead to the same model.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod aftermath;
mod answer;
mod atlas_clock;
mod chain;
mod choosing;
mod context;
mod copying;
mod created;
mod effect;
mod ending;
mod event;
mod failure;
mod field;
mod finding;
mod form;
mod headless;
mod keys;
mod leaving;
mod left_over;
mod line;
mod looking;
mod masked;
mod matching;
mod model;
mod panel;
mod paste;
mod pressing;
mod printing;
mod reading;
mod recipe;
mod recipes;
mod retiring;
mod sending;
mod sign_in;
mod unknown;
mod update;
mod verdict;
mod wake;

#[cfg(test)]
mod tests;

pub use aftermath::{Other, Others, Verification};
pub use atlas_clock::AtlasClock;
pub use choosing::{Choice, Choosing};
pub use context::{Context, LOOK_AFTER, Looked};
pub use copying::{CopyState, EXTENDED_BY, Gone, Held};
pub use created::Created;
pub use effect::Effect;
pub use event::{Event, KeyPress, PastedText, Signal};
pub use failure::{Certainty, Failure};
pub use field::{Field, FieldName, Focus};
pub use finding::{Before, PAUSES, Search};
pub use form::{Form, FormNotice, Readiness};
pub use headless::Said;
pub use keys::{Action, Binding, bindings};
pub use leaving::{Guard, GuardChoice, Leaving, Target};
pub use left_over::{LeftOverStage, NotDeleted, TellLeftOver};
pub use line::TextLine;
pub use masked::MaskedLine;
pub use model::{Beforehand, InFlight, Model, Screen, Size};
pub use panel::{Panel, Prompt};
pub use printing::Output;
pub use reading::Reading;
pub use recipe::Recipe;
pub use recipes::Recipes;
pub use retiring::{RetireStage, RetireWord, Retiring};
pub use sending::{Link, Question, Sending};
pub use sign_in::{SignIn, SignInProblem, SignInWay, Typing};
pub use unknown::UnknownOutcome;
pub use update::update;
pub use verdict::Verdict;
pub use wake::{SPINNER_AFTER, SPINNER_STEP, wake_at};
