//! What an earlier run left behind: a secret that was created, or perhaps was, and perhaps never handed over.

use std::time::Duration;

use crate::domain::{
    DeleteOutcome, Lifetime, LostAnswer, NewSecret, Now, PendingRecord, ReadProblem, RequestId,
    ServiceAccount,
};

use super::finding::{Before, Search};
use super::{Action, Effect, FormNotice, Model, Screen, UnknownOutcome, unknown};

/// No POST takes longer; what was created later is another one's.
const LONGEST_POST: Duration = Duration::from_secs(60);

/// The screen that tells of it.
#[derive(Clone, Debug)]
pub struct TellLeftOver {
    /// What was left.
    pub left: PendingRecord,
    /// True when it happened at the host that this run talks to: only then can anything be done about it.
    pub is_here: bool,
    /// What is done about it.
    pub stage: LeftOverStage,
}

/// What is done about a secret of an earlier run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftOverStage {
    /// It is told, and why it was not deleted where that was tried.
    Told(Option<NotDeleted>),
    /// "Delete it?" is on the screen; a no leads back to what was told.
    Asking(Option<NotDeleted>),
    /// The account is looked at before anything is deleted.
    Looking {
        /// The request that reads the account.
        request: RequestId,
        /// Since when.
        since: Now,
    },
    /// It is being deleted.
    Deleting {
        /// The request that deletes it.
        request: RequestId,
        /// Since when.
        since: Now,
    },
}

/// Why a secret of an earlier run was not deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotDeleted {
    /// It was used since: somebody has it.
    Used,
    /// Atlas or the network was against it.
    Problem(ReadProblem),
}

impl TellLeftOver {
    /// True when it can be deleted from here: its id is known, and it is at this host.
    pub fn can_be_deleted(&self) -> bool {
        self.is_here && self.left.entry.secret_id.is_some()
    }

    /// True while a request of this screen is on its way.
    pub fn is_busy(&self) -> bool {
        matches!(self.stage, LeftOverStage::Looking { .. } | LeftOverStage::Deleting { .. })
    }

    /// True when the account can be looked at from here.
    pub fn can_be_looked_for(&self) -> bool {
        self.is_here
    }
}

/// Tells of the next one as soon as the form is there; one after the other.
pub(super) fn settle(model: &mut Model) {
    if !model.has_terminal || !matches!(model.screen, Screen::Form) || model.in_flight.is_some() {
        return;
    }
    if let Some(left) = model.left_over.pop_front() {
        let is_here = model.session.base_url() == Some(&left.entry.base_url);
        model.screen =
            Screen::PendingRecord(Box::new(TellLeftOver { left, is_here, stage: LeftOverStage::Told(None) }));
    }
}

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let (now, request) = (model.now, model.next_request());
    let Screen::PendingRecord(told) = &mut model.screen else {
        return Vec::new();
    };
    match (&told.stage, action) {
        (LeftOverStage::Asking(_), Action::Yes) => return delete(told, request, now),
        (LeftOverStage::Asking(problem), Action::No | Action::Leave) => {
            told.stage = LeftOverStage::Told(problem.clone());
        }
        // Nothing is deleted yet; an answer that comes now is nobody's.
        (LeftOverStage::Looking { .. }, Action::No) => told.stage = LeftOverStage::Told(None),
        (LeftOverStage::Told(problem), Action::Delete) if told.can_be_deleted() => {
            told.stage = LeftOverStage::Asking(problem.clone());
        }
        (LeftOverStage::Told(_), Action::LookAgain) if told.can_be_looked_for() => return look(model),
        (LeftOverStage::Told(_), Action::Keep) => {
            let number = told.left.number;
            model.screen = Screen::Form;
            return vec![Effect::ForgetLeftOver { number }];
        }
        // Neither kept nor deleted: the next run tells of it again.
        (LeftOverStage::Told(_), Action::BackToForm | Action::No) => model.screen = Screen::Form,
        (LeftOverStage::Told(_), Action::Leave) => return vec![Effect::Quit(model.exit())],
        _ => {}
    }
    Vec::new()
}

/// It is looked at first: one that was used since is somebody's.
fn delete(told: &mut TellLeftOver, request: RequestId, now: Now) -> Vec<Effect> {
    told.stage = LeftOverStage::Looking { request, since: now };
    let (project, client) = (told.left.entry.project.clone(), told.left.entry.client.clone());
    vec![Effect::ReadAccount { request, project, client }]
}

/// The look before deleting. `None` when this screen had not asked for it.
pub(super) fn account_read(
    model: &mut Model,
    answered: RequestId,
    result: &Result<ServiceAccount, ReadProblem>,
) -> Option<Vec<Effect>> {
    let (now, request) = (model.now, model.next_request());
    let Screen::PendingRecord(told) = &mut model.screen else {
        return None;
    };
    if !matches!(told.stage, LeftOverStage::Looking { request, .. } if request == answered) {
        return None;
    }
    let entry = &told.left.entry;
    let account = match result {
        Ok(account) => account,
        Err(problem) => {
            told.stage = LeftOverStage::Told(Some(NotDeleted::Problem(problem.clone())));
            return Some(Vec::new());
        }
    };
    let found = account.secrets.iter().find(|secret| Some(&secret.id) == entry.secret_id.as_ref());
    Some(match found {
        None => is_gone(model),
        Some(secret) if secret.last_used_at.is_some() => {
            told.stage = LeftOverStage::Told(Some(NotDeleted::Used));
            Vec::new()
        }
        Some(secret) => {
            told.stage = LeftOverStage::Deleting { request, since: now };
            let (project, client) = (entry.project.clone(), entry.client.clone());
            vec![Effect::DeleteSecret { request, project, client, secret_id: secret.id.clone() }]
        }
    })
}

fn is_gone(model: &mut Model) -> Vec<Effect> {
    let Screen::PendingRecord(told) = &model.screen else {
        return Vec::new();
    };
    let number = told.left.number;
    model.screen = Screen::Form;
    model.form.notice = Some(FormNotice::Word("Deleted: nothing of the earlier run is left."));
    vec![Effect::ForgetLeftOver { number }]
}

/// What became of it is found out as after a lost answer.
fn look(model: &mut Model) -> Vec<Effect> {
    let (now, request) = (model.now, model.next_request());
    let Screen::PendingRecord(told) = &model.screen else {
        return Vec::new();
    };
    let left = told.left.clone();
    let entry = &left.entry;
    let Ok(lifetime) = Lifetime::from_hours(1) else { return Vec::new() };
    let new_secret = NewSecret { project: entry.project.clone(), client: entry.client.clone(), lifetime };
    let look = unknown::read(request, &new_secret);
    model.screen = Screen::Unknown(Box::new(UnknownOutcome {
        sent_at: Now { wall: entry.begun_at, uptime: now.uptime },
        new_secret,
        lost: LostAnswer::EarlierRun,
        before: Before {
            ids: entry.ids_before.clone(),
            at: entry.begun_at,
            latest: entry.begun_at.checked_add(LONGEST_POST).ok(),
        },
        // So long afterwards one look says all there is to say.
        search: Search::Looking { request, round: super::finding::PAUSES.len() },
        left_over: Some(left),
        asks_to_leave: false,
        word: None,
    }));
    vec![look]
}

pub(super) fn delete_answered(
    model: &mut Model,
    answered: RequestId,
    outcome: &DeleteOutcome,
) -> Option<Vec<Effect>> {
    let Screen::PendingRecord(told) = &mut model.screen else {
        return None;
    };
    if !matches!(told.stage, LeftOverStage::Deleting { request, .. } if request == answered) {
        return None;
    }
    match outcome {
        DeleteOutcome::Gone => Some(is_gone(model)),
        DeleteOutcome::Failed(problem) => {
            told.stage = LeftOverStage::Told(Some(NotDeleted::Problem(problem.clone())));
            Some(Vec::new())
        }
    }
}
