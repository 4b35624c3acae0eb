//! The chain that leads to one POST: sign in, look at the account, ask where something is at stake, send.
//!
//! One submit is at most one POST. The form has no request of its own; while a POST is in flight the chain
//! does not start, and its answer is taken whatever screen is shown.

use crate::domain::{ReadProblem, RequestId};

use super::{
    Certainty, Effect, Failure, Focus, FormNotice, InFlight, Link, Model, Question, Readiness, Screen,
    Sending, context, looking, retiring,
};

/// Submits the form: to the first problem if there is one, else the chain starts.
pub(super) fn submit(model: &mut Model) -> Vec<Effect> {
    model.form.touch_all();
    model.form.notice = None;
    if let Some(name) = model.form.first_problem() {
        model.form.focus = Focus::Field(name);
        return Vec::new();
    }
    if model.in_flight.is_some() {
        model.form.notice = Some(FormNotice::Word("The earlier request has not been answered yet."));
        return Vec::new();
    }
    let Some(new_secret) = model.form.new_secret() else { return Vec::new() };
    if model.readiness() == Readiness::Full {
        return retiring::open(model, &new_secret);
    }
    start(model, Sending::new(new_secret))
}

/// The one submit that was agreed to on the command line. What is submitted later is asked about like any other.
pub(super) fn submit_beforehand(model: &mut Model) -> Vec<Effect> {
    match model.form.new_secret() {
        Some(new_secret) => {
            let agreed = model.beforehand;
            start(model, Sending { agreed, ..Sending::new(new_secret) })
        }
        None => submit(model),
    }
}

pub(super) fn start(model: &mut Model, sending: Sending) -> Vec<Effect> {
    let request = model.next_request();
    let (since, link) = (model.now, Link::SigningIn(request));
    model.screen = Screen::Sending(Box::new(Sending { since, link, ..sending }));
    vec![Effect::SignIn { request }]
}

pub(super) fn signed_in(
    model: &mut Model,
    answered: RequestId,
    result: Result<(), ReadProblem>,
) -> Vec<Effect> {
    let Screen::Sending(sending) = &model.screen else {
        return Vec::new();
    };
    if !matches!(sending.link, Link::SigningIn(request) if request == answered) {
        return Vec::new();
    }
    if let Err(problem) = result {
        let failure = Failure::before_posting(&problem, sending.certainty());
        return give_up(model, failure);
    }
    let (project, client) = (sending.new_secret.project.clone(), sending.new_secret.client.clone());
    let request = model.next_request();
    go_on(model, Link::Looking(request));
    let mut effects = vec![Effect::ReadAccount { request, project: project.clone(), client }];
    effects.splice(0..0, context::want_project(model, &project));
    effects
}

/// The person's `y` to the question of the chain.
pub(super) fn consent(model: &mut Model) -> Vec<Effect> {
    let Screen::Sending(sending) = &model.screen else {
        return Vec::new();
    };
    match &sending.link {
        Link::Asking(Question::Replaces(expired)) => {
            let id = expired.id.clone();
            looking::replace(model, &id)
        }
        _ => note(model),
    }
}

/// Before the POST, so that a run that dies with it in flight leaves a trace. Without one it goes on all the
/// same: a full disk is no reason not to create.
pub(super) fn note(model: &mut Model) -> Vec<Effect> {
    let request = model.next_request();
    go_on(model, Link::Noting(request));
    let Screen::Sending(sending) = &model.screen else {
        return Vec::new();
    };
    let begun_at = model.atlas_now();
    let ids_before = sending.before(begun_at).ids;
    vec![Effect::NoteCreation { request, new_secret: sending.new_secret.clone(), begun_at, ids_before }]
}

pub(super) fn noted(model: &mut Model, answered: RequestId, result: Result<(), String>) -> Vec<Effect> {
    let Screen::Sending(sending) = &model.screen else {
        return Vec::new();
    };
    if !matches!(sending.link, Link::Noting(request) if request == answered) {
        return Vec::new();
    }
    model.not_noted = result.err();
    post(model)
}

fn post(model: &mut Model) -> Vec<Effect> {
    let now = model.now;
    let Screen::Sending(sending) = &model.screen else {
        return Vec::new();
    };
    if model.in_flight.is_some() {
        return Vec::new();
    }
    let new_secret = sending.new_secret.clone();
    let certainty_before = sending.certainty();
    let (before, existing) = (sending.before(model.atlas_now()), sending.existing());
    let request = model.next_request();
    model.in_flight = Some(InFlight {
        request,
        new_secret: new_secret.clone(),
        since: now,
        before,
        existing,
        is_given_up: false,
        certainty_before,
    });
    go_on(model, Link::Posting);
    vec![Effect::CreateSecret { request, new_secret }]
}

/// Esc before the POST, or while a limit is waited out: nothing is on its way.
pub(super) fn turn_back(model: &mut Model) -> Vec<Effect> {
    let Screen::Sending(sending) = &model.screen else {
        return Vec::new();
    };
    if let Link::WaitingOutLimit { rejection, .. } = &sending.link {
        let failure = Failure::rejected(rejection);
        return give_up(model, failure);
    }
    let word = match sending.certainty() {
        Certainty::NothingSent => "Stopped. Nothing was sent.",
        _ if sending.has_replaced => "Stopped. The expired secret is deleted; nothing was created.",
        _ => "Stopped. Nothing was created.",
    };
    let was_noted = matches!(sending.link, Link::Noting(_));
    model.form.notice = Some(FormNotice::Word(word));
    model.screen = Screen::Form;
    was_noted.then_some(Effect::ForgetCreation).into_iter().collect()
}

pub(super) fn time_passed(model: &mut Model) -> Vec<Effect> {
    let Screen::Sending(sending) = &model.screen else {
        return Vec::new();
    };
    match &sending.link {
        Link::WaitingOutLimit { until, .. } if until.uptime <= model.now.uptime => {
            let again = sending.again();
            start(model, Sending { rounds: again.rounds + 1, ..again })
        }
        _ => Vec::new(),
    }
}

pub(super) fn go_on(model: &mut Model, link: Link) {
    let now = model.now;
    if let Screen::Sending(sending) = &mut model.screen {
        sending.link = link;
        sending.since = now;
        sending.word = None;
    }
}

pub(super) fn give_up(model: &mut Model, failure: Failure) -> Vec<Effect> {
    // A list stays open: what an earlier request came to waits below it, on the form.
    if !matches!(model.screen, Screen::Choosing(_)) {
        model.screen = Screen::Form;
    }
    model.form.fail(failure);
    Vec::new()
}
