//! The chain that leads to one POST: sign in, look at the account, ask where something is at stake, send.
//!
//! One submit is at most one POST. The form has no request of its own; while a POST is in flight the chain
//! does not start, and its answer is taken whatever screen is shown.

use jiff::Timestamp;

use crate::domain::{
    ExistingSecret, Moment, NewSecret, ReadProblem, Rejection, RejectionKind, RequestId, ServiceAccount,
};

use super::{Certainty, Effect, Failure, Focus, FormNotice, InFlight, Model, Said, Screen, context};

/// The chain while it runs.
#[derive(Clone, Debug)]
pub struct Sending {
    /// What is to be created.
    pub new_secret: NewSecret,
    /// When this link of the chain began.
    pub since: Moment,
    /// Which link it is.
    pub link: Link,
    /// True while "Stop waiting?" is on the screen.
    pub asks_to_stop: bool,
    /// A word about the last key.
    pub word: Option<&'static str>,
    /// How often the chain was repeated after a 429.
    pub rounds: u8,
}

/// One link of the chain.
#[derive(Clone, Debug)]
pub enum Link {
    /// Getting a token.
    SigningIn(RequestId),
    /// Reading the account and its secrets.
    Looking(RequestId),
    /// Waiting for a person's answer; only `y` goes on.
    Asking(Question),
    /// The POST is in flight.
    Posting,
    /// Atlas had too many requests; the chain starts again when the countdown ends.
    WaitingOutLimit {
        /// When it starts again.
        until: Moment,
        /// What Atlas said.
        rejection: Box<Rejection>,
    },
}

/// What is asked before the POST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Unexpired secrets will be shortened, each to the given time.
    Shortens(Vec<(ExistingSecret, Timestamp)>),
    /// The account could not be looked at.
    CouldNotLook(ReadProblem),
}

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
    match model.form.new_secret() {
        Some(new_secret) => start(model, new_secret, 0),
        None => Vec::new(),
    }
}

fn start(model: &mut Model, new_secret: NewSecret, rounds: u8) -> Vec<Effect> {
    let request = model.next_request();
    let since = model.now;
    let link = Link::SigningIn(request);
    let sending = Sending { new_secret, since, link, asks_to_stop: false, word: None, rounds };
    model.screen = Screen::Sending(Box::new(sending));
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

pub(super) fn account_read(
    model: &mut Model,
    answered: RequestId,
    result: Result<ServiceAccount, ReadProblem>,
) -> Vec<Effect> {
    let Screen::Sending(sending) = &model.screen else {
        return Vec::new();
    };
    if !matches!(sending.link, Link::Looking(request) if request == answered) {
        return Vec::new();
    }
    let certainty = sending.certainty();
    match result {
        Ok(account) if account.is_full() => give_up(model, both_places_taken(&account, model.now, certainty)),
        Ok(account) => {
            let shortened = account.shortened_by_creating(model.now.wall);
            if shortened.is_empty() {
                return post(model);
            }
            if model.consents {
                let told = shortened.into_iter();
                let told = told.map(|(secret, until)| Effect::Tell(Said::Shortens(secret, until)));
                return told.collect::<Vec<_>>().into_iter().chain(post(model)).collect();
            }
            go_on(model, Link::Asking(Question::Shortens(shortened)));
            Vec::new()
        }
        Err(problem) if is_pointless_to_go_on(&problem) => {
            if let ReadProblem::Rejected(rejection) = &problem {
                model.form.blame(rejection);
            }
            give_up(model, Failure::before_posting(&problem, certainty))
        }
        Err(problem) => {
            go_on(model, Link::Asking(Question::CouldNotLook(problem)));
            Vec::new()
        }
    }
}

/// True when the POST would meet the same refusal: the credentials, the address or the ids are wrong. Who may
/// not look may not create either: that takes the higher role.
fn is_pointless_to_go_on(problem: &ReadProblem) -> bool {
    match problem {
        ReadProblem::SignInRefused(_) => true,
        ReadProblem::Rejected(rejection) => matches!(
            rejection.kind(),
            RejectionKind::NotAuthorized
                | RejectionKind::RoleTooLow
                | RejectionKind::AddressNotAllowed
                | RejectionKind::AccessListMissing
                | RejectionKind::Forbidden
                | RejectionKind::ProjectNotFound
                | RejectionKind::AccountNotFound
                | RejectionKind::VersionGone
        ),
        _ => false,
    }
}

fn both_places_taken(account: &ServiceAccount, now: Moment, certainty: Certainty) -> Failure {
    let expired = account.secrets.iter().any(|secret| secret.is_expired(now.wall));
    let meaning = if expired {
        "A service account has two places for secrets. One of them is held by a secret that has expired."
    } else {
        "A service account has two places for secrets, and both of them are in use."
    };
    let action = "A Project Owner deletes one of its secrets in Atlas; then create again.";
    Failure::own("This account already has two secrets.", meaning, action, certainty)
}

/// The person's `y` to the question of the chain.
pub(super) fn consent(model: &mut Model) -> Vec<Effect> {
    post(model)
}

fn post(model: &mut Model) -> Vec<Effect> {
    let Screen::Sending(sending) = &model.screen else {
        return Vec::new();
    };
    if model.in_flight.is_some() {
        return Vec::new();
    }
    let new_secret = sending.new_secret.clone();
    let certainty_before = sending.certainty();
    let request = model.next_request();
    model.in_flight = Some(InFlight {
        request,
        new_secret: new_secret.clone(),
        since: model.now,
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
        _ => "Stopped. Nothing was created.",
    };
    model.form.notice = Some(FormNotice::Word(word));
    model.screen = Screen::Form;
    Vec::new()
}

pub(super) fn time_passed(model: &mut Model) -> Vec<Effect> {
    let Screen::Sending(sending) = &model.screen else {
        return Vec::new();
    };
    match &sending.link {
        Link::WaitingOutLimit { until, .. } if until.uptime <= model.now.uptime => {
            let (new_secret, rounds) = (sending.new_secret.clone(), sending.rounds + 1);
            start(model, new_secret, rounds)
        }
        _ => Vec::new(),
    }
}

fn go_on(model: &mut Model, link: Link) {
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

impl Sending {
    /// What is going on, in words.
    pub fn doing(&self) -> &'static str {
        match &self.link {
            Link::SigningIn(_) => "Signing in",
            Link::Looking(_) => "Looking at the account's secrets",
            Link::Asking(_) => "Waiting for your answer",
            Link::Posting => "Creating the secret",
            Link::WaitingOutLimit { .. } => "Waiting for Atlas to take requests again",
        }
    }

    /// What is certain while no POST of this round is on its way: an earlier round's was refused.
    pub(super) fn certainty(&self) -> Certainty {
        if self.rounds == 0 { Certainty::NothingSent } else { Certainty::NothingCreated }
    }
}
