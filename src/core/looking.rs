//! What the chain sees of the account before it creates, and what follows from it: a question, a secret that has
//! to go first, or nothing in the way.

use jiff::Timestamp;

use crate::domain::{
    DeleteOutcome, NewSecret, ReadProblem, RejectionKind, RequestId, SecretId, ServiceAccount,
};

use super::chain::{give_up, go_on, note, start};
use super::sending::Seen;
use super::{Certainty, Effect, Failure, Link, Model, Question, Said, Screen, Sending, retiring};

/// The account was read. `None` when the chain had not asked for it.
pub(super) fn account_read(
    model: &mut Model,
    answered: RequestId,
    result: &Result<ServiceAccount, ReadProblem>,
) -> Option<Vec<Effect>> {
    let Screen::Sending(sending) = &model.screen else {
        return None;
    };
    if !matches!(sending.link, Link::Looking(request) if request == answered) {
        return None;
    }
    let certainty = sending.certainty();
    Some(match result {
        Ok(account) => looked(model, account),
        Err(problem) if is_pointless_to_go_on(problem) => {
            if let ReadProblem::Rejected(rejection) = problem {
                model.form.blame(rejection);
            }
            give_up(model, Failure::before_posting(problem, certainty))
        }
        Err(problem) => {
            go_on(model, Link::Asking(Question::CouldNotLook(problem.clone())));
            Vec::new()
        }
    })
}

/// What the account shows decides whether something is asked first. Atlas's own clock says what has expired.
fn looked(model: &mut Model, account: &ServiceAccount) -> Vec<Effect> {
    let (now, wall) = (model.now, model.now.wall);
    let Screen::Sending(sending) = &mut model.screen else {
        return Vec::new();
    };
    let agreed = sending.agreed.submits;
    if agreed && model.context.is_cap_pending(&sending.new_secret.project) {
        sending.held = Some(Box::new(account.clone()));
        return Vec::new();
    }
    let new_secret = sending.new_secret.clone();
    let certainty = sending.certainty();
    if let Some(longest) = model.context.cap(&new_secret.project).filter(|_| agreed)
        && new_secret.lifetime.hours() > longest
    {
        return give_up(model, Failure::above_the_cap(longest, certainty));
    }
    let Screen::Sending(sending) = &mut model.screen else {
        return Vec::new();
    };
    let at = account.read_at.unwrap_or(wall);
    sending.seen = Some(Seen { at, secrets: account.secrets.clone() });
    model.context.learn_account(&sending.new_secret, account, now);
    if account.is_full() {
        return make_room(model, account, at);
    }
    let shortened = account.shortened_by_creating(at);
    if shortened.is_empty() {
        return note(model);
    }
    if agreed {
        let told = shortened.into_iter().map(|(secret, until)| Effect::Tell(Said::Shortens(secret, until)));
        let told: Vec<_> = told.collect();
        return told.into_iter().chain(note(model)).collect();
    }
    go_on(model, Link::Asking(Question::Shortens(shortened)));
    Vec::new()
}

/// What the organization allows is known by now, or cannot be: on with the account that was held back.
pub(super) fn cap_read(model: &mut Model) -> Vec<Effect> {
    let Screen::Sending(sending) = &mut model.screen else {
        return Vec::new();
    };
    if !matches!(sending.link, Link::Looking(_)) {
        return Vec::new();
    }
    match sending.held.take() {
        Some(account) => looked(model, &account),
        None => Vec::new(),
    }
}

/// No place is left. One that has expired can go after a `y`, or by consent beforehand; a living one only by
/// its own name, from the list.
fn make_room(model: &mut Model, account: &ServiceAccount, at: Timestamp) -> Vec<Effect> {
    let Screen::Sending(sending) = &model.screen else {
        return Vec::new();
    };
    let (new_secret, certainty) = (sending.new_secret.clone(), sending.certainty());
    let (agreed, has_replaced) = (sending.agreed, sending.has_replaced);
    let expired = account.secrets.iter().find(|secret| secret.is_expired(at)).cloned();
    match expired {
        // It was there again after it had been deleted: once is enough.
        Some(_) if has_replaced => give_up(model, Failure::both_places_taken(certainty)),
        Some(expired) if agreed.submits && agreed.replaces_expired => {
            let told = Effect::Tell(Said::Replaces(expired.clone()));
            std::iter::once(told).chain(replace(model, &expired.id)).collect()
        }
        Some(_) if agreed.submits => give_up(model, Failure::expired_in_the_way(certainty)),
        Some(expired) => {
            go_on(model, Link::Asking(Question::Replaces(expired)));
            Vec::new()
        }
        None if agreed.submits => give_up(model, Failure::both_places_taken(certainty)),
        None => retiring::open(model, &new_secret),
    }
}

pub(super) fn replace(model: &mut Model, secret_id: &SecretId) -> Vec<Effect> {
    let request = model.next_request();
    go_on(model, Link::Replacing(request));
    let Screen::Sending(sending) = &model.screen else {
        return Vec::new();
    };
    let NewSecret { project, client, .. } = sending.new_secret.clone();
    vec![Effect::DeleteSecret { request, project, client, secret_id: secret_id.clone() }]
}

/// The secret in the way is gone: the chain starts again, and looks again. `None` when the chain had not asked.
pub(super) fn delete_answered(
    model: &mut Model,
    answered: RequestId,
    outcome: &DeleteOutcome,
) -> Option<Vec<Effect>> {
    let Screen::Sending(sending) = &model.screen else {
        return None;
    };
    if !matches!(sending.link, Link::Replacing(request) if request == answered) {
        return None;
    }
    let again = sending.again();
    Some(match outcome {
        DeleteOutcome::Gone => start(model, Sending { has_replaced: true, ..again }),
        DeleteOutcome::Failed(problem) => {
            give_up(model, Failure::before_posting(problem, Certainty::NothingCreated))
        }
    })
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
