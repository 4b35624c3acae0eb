//! A run without a terminal: nobody can be asked, so every screen that would wait for a key ends instead, and
//! what it would have shown is told on standard error.

use jiff::Timestamp;

use crate::domain::{Disposition, ExistingSecret, PendingRecord, RequestId, Session};

use super::{
    Effect, FieldName, Form, FormNotice, Guard, Leaving, Link, Model, Output, Question, Screen, Search,
    Target, UnknownOutcome, Verdict, Verification, printing,
};

/// Said where a format has room for the organization's id and it is not known.
const NO_ORGANIZATION: &str = "orgId is left out: the organization could not be read.";

/// One line for standard error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// What is done now.
    Step(&'static str),
    /// A secret that was shortened by consent beforehand, and until when it lives.
    Shortens(ExistingSecret, Timestamp),
    /// A secret that had expired and is deleted by consent beforehand.
    Replaces(ExistingSecret),
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
                let words = format!("{} {}", problem.explain().title, sending.certainty().words());
                end(model, words)
            }
            _ => Vec::new(),
        },
        Screen::Created(created) => match &created.verification {
            _ if created.leaving.is_some() => Vec::new(),
            Verification::Running { .. } => Vec::new(),
            Verification::Done(outcome) => {
                let said = Effect::Tell(Said::Words(outcome.sentence()));
                let printing = print_or_ask_for_a_terminal(model, request);
                // Told once, with the one write.
                let is_written = printing.iter().any(|effect| matches!(effect, Effect::PrintSecret { .. }));
                is_written.then_some(said).into_iter().chain(printing).collect()
            }
            Verification::Never => print_or_ask_for_a_terminal(model, request),
        },
        Screen::Unknown(unknown) if model.in_flight.is_none() && unknown.search.is_settled() => {
            let words = format!("{} {}", unknown.lost.sentence(), searched(unknown));
            end(model, words)
        }
        Screen::Form => {
            let words = said_on_the_form(model);
            end(model, words)
        }
        Screen::Unknown(_)
        | Screen::SignIn(_)
        | Screen::Choosing(_)
        | Screen::Retiring(_)
        | Screen::Recipes(_)
        | Screen::PendingRecord(_) => Vec::new(),
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
    let Some(payload) = model.payload() else { return Vec::new() };
    // The chain has waited for the project, so what is not known now could not be read.
    let is_left_out = format.names_the_organization() && payload.organization.is_none();
    let said = is_left_out.then(|| Effect::Tell(Said::Words(NO_ORGANIZATION.to_owned())));
    if let Screen::Created(created) = &mut model.screen {
        created.leaving = Some(Leaving { target: Target::Quit, guard: Guard::Printing(request) });
    }
    said.into_iter().chain(printing::print(request, format, payload)).collect()
}

/// What earlier runs left behind waits for a run with a screen.
pub(super) fn tell_left_over(found: &[PendingRecord]) -> Vec<Effect> {
    let told = found.iter().map(|left| {
        let client = &left.entry.client;
        Effect::Tell(Said::Words(format!(
            "an earlier secret of {client} was perhaps never handed over; a run without --yes offers to clean up"
        )))
    });
    told.collect()
}

/// There is a terminal after all, or there is none: then the secret is lost, and said to be.
pub(super) fn terminal_taken(model: &mut Model, is_taken: bool) -> Vec<Effect> {
    if is_taken {
        model.has_terminal = true;
        return Vec::new();
    }
    let why = match &mut model.screen {
        Screen::Created(created) => {
            let farewell = created.farewell(Disposition::NotDelivered);
            let why = created.not_printed.take();
            model.farewells.push(farewell);
            why
        }
        _ => None,
    };
    model.screen = Screen::Form;
    // What was noted on the disk outlives this run; nothing is noted of the demo, which ends with it.
    let is_noted = model.not_noted.is_none() && model.session != Session::Demo;
    let offer = if is_noted { " The next run without --yes offers to clean up." } else { "" };
    end(model, format!("{}{offer}", why.unwrap_or_default()))
}

/// What finding out has shown, and what is left to do by hand.
fn searched(unknown: &UnknownOutcome) -> String {
    match &unknown.search {
        Search::NoneAppeared { after } => {
            format!("No new secret has appeared in {} s; it may still.", after.as_secs())
        }
        Search::Found(secret) => format!(
            "{} (id {}) is new and its value is lost: delete it in Atlas, unless somebody else is working on \
             this account.",
            secret.label(),
            secret.id
        ),
        Search::Several(_) => "Several secrets are new: look in Atlas.".to_owned(),
        Search::CouldNotLook(problem) => format!("Could not look. {}", problem.explain().title),
        _ => String::new(),
    }
}

fn said_on_the_form(model: &Model) -> String {
    match &model.form.notice {
        Some(FormNotice::Failed(failure)) => {
            let atlas =
                failure.atlas_words.as_ref().map_or(String::new(), |words| format!(" Atlas: {words}"));
            let explanation = &failure.explanation;
            format!(
                "{} {} {} {}{atlas}{}",
                explanation.title,
                failure.certainty.words(),
                explanation.meaning,
                explanation.action,
                said_at_fields(&model.form)
            )
        }
        Some(FormNotice::Word(word)) => (*word).to_owned(),
        Some(FormNotice::Noted(words)) => words.clone(),
        None => String::new(),
    }
}

/// What the form shows beside its fields.
fn said_at_fields(form: &Form) -> String {
    let said = FieldName::ALL.into_iter().filter_map(|name| match form.verdict(name) {
        Verdict::Refused(words) => Some(format!(" {}: {words}.", name.label())),
        _ => None,
    });
    said.collect()
}

fn end(model: &mut Model, words: String) -> Vec<Effect> {
    let said = (!words.is_empty()).then_some(Effect::Tell(Said::Words(words)));
    said.into_iter().chain([Effect::Quit(model.exit())]).collect()
}
