//! Nobody knows whether a secret was created: what is known, what finding out has shown, and the ways on.

use crate::domain::{
    DeleteOutcome, Disposition, LostAnswer, NewSecret, Now, PendingRecord, ReadProblem, RequestId, SecretId,
    ServiceAccount,
};

use super::finding::{Before, Search};
use super::{Action, Effect, InFlight, Model, Screen};

/// The outcome of a POST that cannot be told from its answer.
#[derive(Clone, Debug)]
pub struct UnknownOutcome {
    /// What was asked for.
    pub new_secret: NewSecret,
    /// When the POST was sent.
    pub sent_at: Now,
    /// How the answer was lost.
    pub lost: LostAnswer,
    /// What the account looked like before.
    pub before: Before,
    /// How far finding out is.
    pub search: Search,
    /// The note of an earlier run that this is about.
    pub left_over: Option<PendingRecord>,
    /// True while "Leave anyway?" is on the screen.
    pub asks_to_leave: bool,
    /// A word about the last key.
    pub word: Option<&'static str>,
}

/// Opens the screen and looks at once.
pub(super) fn open(model: &mut Model, in_flight: InFlight, lost: LostAnswer) -> Vec<Effect> {
    let request = model.next_request();
    let InFlight { new_secret, since, before, .. } = in_flight;
    let look = read(request, &new_secret);
    model.screen = Screen::Unknown(Box::new(UnknownOutcome {
        new_secret,
        sent_at: since,
        lost,
        before,
        search: Search::Looking { request, round: 0 },
        left_over: None,
        asks_to_leave: false,
        word: None,
    }));
    vec![look]
}

pub(super) fn read(request: RequestId, new_secret: &NewSecret) -> Effect {
    let NewSecret { project, client, .. } = new_secret.clone();
    Effect::ReadAccount { request, project, client }
}

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let still_running = model.in_flight.is_some();
    let request = model.next_request();
    let Screen::Unknown(unknown) = &mut model.screen else {
        return Vec::new();
    };
    match (&unknown.search, action) {
        (Search::Asking(secret), Action::Yes) => {
            unknown.search = Search::Rechecking { request, secret: secret.clone() };
            vec![read(request, &unknown.new_secret)]
        }
        (Search::Asking(secret), Action::No | Action::Leave) => {
            unknown.search = Search::Found(secret.clone());
            Vec::new()
        }
        (_, Action::Yes) if unknown.asks_to_leave => vec![Effect::Quit(model.exit())],
        (_, Action::No) => {
            unknown.asks_to_leave = false;
            Vec::new()
        }
        (Search::Found(secret) | Search::NotDeleted { secret, .. }, Action::Delete) => {
            unknown.search = Search::Asking(secret.clone());
            Vec::new()
        }
        (Search::Found(_) | Search::NotDeleted { .. } | Search::Used(_), Action::Keep) => keep(model),
        (search, Action::LookAgain) if search.is_settled() && !matches!(search, Search::Deleted(_)) => {
            unknown.search = Search::Looking { request, round: 0 };
            vec![read(request, &unknown.new_secret)]
        }
        (_, Action::Leave) if still_running && !unknown.asks_to_leave => {
            unknown.asks_to_leave = true;
            Vec::new()
        }
        (_, Action::Leave) => vec![Effect::Quit(model.exit())],
        (_, Action::BackToForm) => {
            model.screen = Screen::Form;
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// It stays in Atlas, its value lost: somebody has decided that, and nobody needs to be told again.
fn keep(model: &mut Model) -> Vec<Effect> {
    resolve(model, &Disposition::Kept)
}

/// What is known for good now: the earlier farewell is replaced, and the note is taken back.
fn resolve(model: &mut Model, fate: &Disposition) -> Vec<Effect> {
    let Screen::Unknown(unknown) = &model.screen else {
        return Vec::new();
    };
    let secret = match &unknown.search {
        Search::Deleted(secret) => Some(secret),
        search => search.found(),
    };
    let (id, expires_at) = secret.map_or((None, None), |secret| (Some(secret.id.clone()), secret.expires_at));
    let client = unknown.new_secret.client.clone();
    let is_of_earlier_run = unknown.left_over.is_some();
    let forget = unknown
        .left_over
        .as_ref()
        .map_or(Effect::ForgetCreation, |left| Effect::ForgetLeftOver { number: left.number });
    if !is_of_earlier_run {
        model.replace_farewell(&client, id, expires_at, fate.clone());
    }
    if *fate == Disposition::Kept {
        model.screen = Screen::Form;
    }
    vec![forget]
}

/// The account was read. True when this screen had asked for it.
pub(super) fn account_read(
    model: &mut Model,
    answered: RequestId,
    result: &Result<ServiceAccount, ReadProblem>,
) -> Option<Vec<Effect>> {
    let now = model.now;
    let next = model.next_request();
    let is_running = model.in_flight.is_some();
    let Screen::Unknown(unknown) = &mut model.screen else {
        return None;
    };
    match unknown.search.clone() {
        Search::Looking { request, round } if request == answered => {
            let elapsed = now.since(unknown.sent_at);
            unknown.search = Search::after_look(result.clone(), &unknown.before, round, elapsed, now);
            // While the POST still runs, what it made may yet come with its value: nothing is noted as lost.
            let found =
                unknown.search.found().filter(|_| !is_running && unknown.left_over.is_none()).cloned();
            let client = unknown.new_secret.client.clone();
            let Some(secret) = found else { return Some(Vec::new()) };
            // Whoever leaves now is told at least which one it is.
            let (id, expires_at) = (Some(secret.id.clone()), secret.expires_at);
            model.replace_farewell(&client, id, expires_at, Disposition::PerhapsCreated);
            Some(vec![note(secret.id)])
        }
        Search::Rechecking { request, secret } if request == answered => {
            Some(rechecked(unknown, result, &secret.id, next, now).unwrap_or_default())
        }
        _ => None,
    }
    .map(|effects| match &model.screen {
        Screen::Unknown(unknown) if matches!(unknown.search, Search::Deleted(_)) => {
            effects.into_iter().chain(resolve(model, &Disposition::Deleted)).collect()
        }
        _ => effects,
    })
}

fn note(secret_id: SecretId) -> Effect {
    Effect::NoteSecret { secret_id: Some(secret_id), expires_at: None }
}

/// Right before deleting: one that was used is somebody's, one that is gone needs no deleting.
fn rechecked(
    unknown: &mut UnknownOutcome,
    result: &Result<ServiceAccount, ReadProblem>,
    id: &SecretId,
    request: RequestId,
    now: Now,
) -> Option<Vec<Effect>> {
    let secret = unknown.search.found()?.clone();
    let account = match result {
        Ok(account) => account,
        Err(problem) => {
            unknown.search = Search::NotDeleted { secret, problem: problem.clone() };
            return None;
        }
    };
    match account.secrets.iter().find(|present| present.id == *id) {
        None => unknown.search = Search::Deleted(secret),
        Some(present) if present.last_used_at.is_some() => unknown.search = Search::Used(present.clone()),
        Some(_) => {
            unknown.search = Search::Deleting { request, secret, since: now };
            let NewSecret { project, client, .. } = unknown.new_secret.clone();
            return Some(vec![Effect::DeleteSecret { request, project, client, secret_id: id.clone() }]);
        }
    }
    None
}

/// A deletion was answered. `None` when it was not this screen's.
pub(super) fn delete_answered(
    model: &mut Model,
    answered: RequestId,
    outcome: &DeleteOutcome,
) -> Option<Vec<Effect>> {
    let Screen::Unknown(unknown) = &mut model.screen else {
        return None;
    };
    let Search::Deleting { request, secret, .. } = unknown.search.clone() else {
        return None;
    };
    if request != answered {
        return None;
    }
    match outcome {
        DeleteOutcome::Gone => {
            unknown.search = Search::Deleted(secret);
            Some(resolve(model, &Disposition::Deleted))
        }
        DeleteOutcome::Failed(problem) => {
            unknown.search = Search::NotDeleted { secret, problem: problem.clone() };
            Some(Vec::new())
        }
    }
}

/// The next look, when its pause is over.
pub(super) fn time_passed(model: &mut Model) -> Vec<Effect> {
    let now = model.now;
    let request = model.next_request();
    let Screen::Unknown(unknown) = &mut model.screen else {
        return Vec::new();
    };
    match unknown.search {
        Search::Pausing { until, round } if until.uptime <= now.uptime => {
            unknown.search = Search::Looking { request, round: round + 1 };
            vec![read(request, &unknown.new_secret)]
        }
        _ => Vec::new(),
    }
}
