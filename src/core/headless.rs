//! A run without a terminal: nobody can be asked, so every screen that would wait for a key ends instead, and
//! what it would have shown is told on standard error.

use jiff::Timestamp;

use crate::domain::{ExistingSecret, Fate, RequestId};

use super::{Effect, FormNotice, Guard, Leaving, Link, Model, Output, Question, Screen, Target, printing};

/// One line for standard error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// What is done now.
    Step(&'static str),
    /// A secret that was shortened by consent beforehand, and until when it lives.
    Shortens(ExistingSecret, Timestamp),
    /// Any other sentence.
    Words(String),
}

/// Makes up for the keys that nobody presses. Called after every event.
pub(super) fn settle(model: &mut Model) -> Vec<Effect> {
    let mut effects = tell_step(model);
    let request = model.next_request();
    effects.extend(match &model.screen {
        Screen::Sending(sending) => match &sending.link {
            Link::Asking(Question::CouldNotLook(problem)) => {
                let words = format!("{} Nothing was sent.", problem.explain().title);
                end(model, words)
            }
            _ => Vec::new(),
        },
        Screen::Created(created) if created.leaving.is_none() => print_or_ask_for_a_terminal(model, request),
        Screen::Unknown(unknown) if model.in_flight.is_none() => {
            let words = unknown.lost.sentence();
            end(model, words)
        }
        Screen::Form => {
            let words = said_on_the_form(model);
            end(model, words)
        }
        Screen::Created(_) | Screen::Unknown(_) | Screen::SignIn(_) | Screen::Choosing(_) => Vec::new(),
    });
    effects
}

/// Each link of the chain is named once.
fn tell_step(model: &mut Model) -> Vec<Effect> {
    let Screen::Sending(sending) = &model.screen else { return Vec::new() };
    let doing = sending.doing();
    if model.told == Some(doing) {
        return Vec::new();
    }
    model.told = Some(doing);
    vec![Effect::Tell(Said::Step(doing))]
}

fn print_or_ask_for_a_terminal(model: &mut Model, request: RequestId) -> Vec<Effect> {
    let Output::Sink(format) = model.output else {
        return vec![Effect::TakeTerminal];
    };
    let Some(handover) = model.handover() else { return Vec::new() };
    if let Screen::Created(created) = &mut model.screen {
        created.leaving = Some(Leaving { target: Target::Quit, guard: Guard::Printing(request) });
    }
    printing::print(request, format, handover)
}

/// There is a terminal after all, or there is none: then the secret is lost, and said to be.
pub(super) fn terminal_taken(model: &mut Model, is_taken: bool) -> Vec<Effect> {
    if is_taken {
        model.has_terminal = true;
        return Vec::new();
    }
    let why = match &mut model.screen {
        Screen::Created(created) => {
            let farewell = created.farewell(Fate::NeverHandedOver);
            let why = created.not_printed.take();
            model.farewells.push(farewell);
            why
        }
        _ => None,
    };
    model.screen = Screen::Form;
    end(model, why.unwrap_or_default())
}

fn said_on_the_form(model: &Model) -> String {
    match &model.form.notice {
        Some(FormNotice::Failed(failure)) => {
            let atlas =
                failure.atlas_words.as_ref().map_or(String::new(), |words| format!(" Atlas: {words}"));
            let explanation = &failure.explanation;
            format!(
                "{} {} {} {}{atlas}",
                explanation.title,
                failure.certainty.words(),
                explanation.meaning,
                explanation.action
            )
        }
        Some(FormNotice::Word(word)) => (*word).to_owned(),
        None => String::new(),
    }
}

fn end(model: &mut Model, words: String) -> Vec<Effect> {
    let said = (!words.is_empty()).then_some(Effect::Tell(Said::Words(words)));
    said.into_iter().chain([Effect::Quit(model.exit())]).collect()
}
