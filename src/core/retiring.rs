//! Deleting an older secret of an account: chosen from a list, asked for, and never by Enter.

mod list;

use crate::domain::{
    ClientId, DeleteOutcome, ExistingSecret, Identity, LoginRisk, NewSecret, PairKind, ReadProblem,
    RequestId, ServiceAccount, Session,
};

pub use list::{RetireStage, RetireWord, Retiring};

use self::list::Keeps;
use super::{Action, Effect, FormNotice, Looked, Model, Panel, Screen};

impl Model {
    /// What deleting this secret could cost the session.
    pub fn stake(&self, client: &ClientId, secret: &ExistingSecret) -> LoginRisk {
        if let Some(login) = &self.login {
            return login.stake(client, secret);
        }
        match &self.session {
            Session::Remote { identity, .. } if may_be_of(identity, client) => LoginRisk::Perhaps,
            _ => LoginRisk::None,
        }
    }

    fn retiring(&self) -> Option<&Retiring> {
        match &self.screen {
            Screen::Retiring(retiring) => Some(retiring),
            Screen::Created(created) => match &created.panel {
                Some(Panel::Retire(retiring)) => Some(retiring),
                _ => None,
            },
            _ => None,
        }
    }

    fn retiring_mut(&mut self) -> Option<&mut Retiring> {
        match &mut self.screen {
            Screen::Retiring(retiring) => Some(retiring),
            Screen::Created(created) => match &mut created.panel {
                Some(Panel::Retire(retiring)) => Some(retiring),
                _ => None,
            },
            _ => None,
        }
    }
}

/// True when one of the account's secrets may be behind the session, as far as the identity tells.
fn may_be_of(identity: &Identity, client: &ClientId) -> bool {
    match identity {
        Identity::AccessToken => true,
        Identity::Profile { kind, .. } => *kind == PairKind::ServiceAccount,
        Identity::ServiceAccount(own) => own == client,
        Identity::ApiKey(_) => false,
    }
}

/// From the form, whose account has no place left.
pub(super) fn open(model: &mut Model, new_secret: &NewSecret) -> Vec<Effect> {
    let request = model.next_request();
    model.screen = Screen::Retiring(Box::new(Retiring::new(new_secret, request, true, Keeps::Nothing)));
    vec![super::unknown::read(request, new_secret)]
}

/// From the new secret, which takes the older one's place.
pub(super) fn open_panel(model: &mut Model) -> Vec<Effect> {
    let request = model.next_request();
    let Screen::Created(created) = &mut model.screen else {
        return Vec::new();
    };
    let before = || created.before.iter().map(|secret| secret.id.clone()).collect();
    let keeps = created.secret.id.clone().map_or_else(|| Keeps::AllBut(before()), Keeps::This);
    let retiring = Retiring::new(&created.new_secret, request, false, keeps);
    created.panel = Some(Panel::Retire(retiring));
    vec![super::unknown::read(request, &created.new_secret)]
}

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let (now, request) = (model.now, model.next_request());
    let stake = model
        .retiring()
        .and_then(|retiring| retiring.chosen().map(|secret| model.stake(&retiring.client, secret)));
    let Some(retiring) = model.retiring_mut() else { return Vec::new() };
    match (&retiring.stage, action) {
        (RetireStage::Deleting { .. }, _) => {}
        (RetireStage::Asking { .. }, Action::Yes) => return retiring.consent(request, now),
        (RetireStage::Asking { .. }, Action::No | Action::Leave) => {
            retiring.stage = RetireStage::Choosing { said: None };
        }
        (RetireStage::Choosing { .. }, Action::NextChoice) => retiring.step(1),
        (RetireStage::Choosing { .. }, Action::PreviousChoice) => {
            retiring.step(retiring.secrets.len().saturating_sub(1));
        }
        (RetireStage::Choosing { .. }, Action::Delete) => retiring.choose(stake.unwrap_or(LoginRisk::None)),
        (_, Action::No | Action::Leave) => close(model),
        _ => {}
    }
    Vec::new()
}

/// Back to where it was opened; the form looks at the account anew.
fn close(model: &mut Model) {
    match &mut model.screen {
        Screen::Created(created) => created.panel = None,
        Screen::Retiring(_) => {
            model.screen = Screen::Form;
            model.context.account = Looked::Nothing;
        }
        _ => {}
    }
}

pub(super) fn account_read(
    model: &mut Model,
    answered: RequestId,
    result: &Result<ServiceAccount, ReadProblem>,
) -> bool {
    match model.retiring_mut() {
        Some(retiring) if retiring.stage == RetireStage::Reading(answered) => {
            retiring.read(result.clone());
            true
        }
        _ => false,
    }
}

pub(super) fn delete_answered(model: &mut Model, answered: RequestId, outcome: &DeleteOutcome) -> bool {
    let Some(retiring) = model.retiring_mut() else { return false };
    if !matches!(retiring.stage, RetireStage::Deleting { request, .. } if request == answered) {
        return false;
    }
    retiring.deleted(outcome.clone());
    let made_room = matches!(retiring.stage, RetireStage::Choosing { said: Some(RetireWord::Deleted(_)) });
    match &mut model.screen {
        // The place that was missing is there now: on with what was wanted.
        Screen::Retiring(_) if made_room => {
            close(model);
            model.form.notice = Some(FormNotice::Word("Deleted. There is a place for a new secret now."));
        }
        Screen::Created(created) if made_room => created.others = None,
        _ => {}
    }
    true
}
