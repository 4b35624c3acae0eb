//! Deleting an older secret of an account: chosen from a list, asked for, and never by Enter.

use crate::domain::{
    ClientId, DeleteOutcome, ExistingSecret, Identity, Moment, NewSecret, ProjectId, ReadProblem, RequestId,
    SecretId, ServiceAccount, Session, Stake,
};

use super::{Action, Effect, FormNotice, Looked, Model, Panel, Screen};

/// A list of secrets, one of which is to go.
#[derive(Clone, Debug)]
pub struct Retiring {
    /// The account's project.
    pub project: ProjectId,
    /// The account.
    pub client: ClientId,
    /// Its secrets, as far as they may be chosen.
    pub secrets: Vec<ExistingSecret>,
    /// Which one is chosen, from 0.
    pub selected: usize,
    /// How far it is.
    pub stage: RetireStage,
    /// True before creating: then the session still needs the secret that it signed in with.
    protects_login: bool,
    /// The new secret, which is not to be deleted here.
    keeps: Keeps,
}

/// What is not to be deleted here.
#[derive(Clone, Debug)]
enum Keeps {
    Nothing,
    /// The new secret.
    This(SecretId),
    /// Whatever was not there before: the new secret's id could not be read.
    AllBut(Vec<SecretId>),
}

impl Keeps {
    fn lets_go(&self, id: &SecretId) -> bool {
        match self {
            Self::Nothing => true,
            Self::This(new) => new != id,
            Self::AllBut(before) => before.contains(id),
        }
    }
}

/// How far deleting an older secret is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RetireStage {
    /// The account is being read.
    Reading(RequestId),
    /// It could not be read.
    Unread(ReadProblem),
    /// One is to be chosen.
    Choosing {
        /// What came of the last try.
        said: Option<RetireWord>,
    },
    /// `y` deletes it; `is_second` when it was asked once already.
    Asking {
        /// What it could cost this session.
        stake: Stake,
        /// True the second time.
        is_second: bool,
    },
    /// It is being deleted.
    Deleting {
        /// The request that deletes it.
        request: RequestId,
        /// Since when.
        since: Moment,
    },
}

/// What came of a try to delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RetireWord {
    /// It is gone.
    Deleted(ExistingSecret),
    /// It could not be deleted.
    NotDeleted(ReadProblem),
    /// This session signed in with it and still needs it.
    InUse,
}

impl Retiring {
    fn new(new_secret: &NewSecret, request: RequestId, protects_login: bool, keeps: Keeps) -> Self {
        Self {
            project: new_secret.project.clone(),
            client: new_secret.client.clone(),
            secrets: Vec::new(),
            selected: 0,
            stage: RetireStage::Reading(request),
            protects_login,
            keeps,
        }
    }

    /// The secret that is chosen.
    pub fn chosen(&self) -> Option<&ExistingSecret> {
        self.secrets.get(self.selected)
    }

    fn step(&mut self, by: usize) {
        self.selected = (self.selected + by) % self.secrets.len().max(1);
    }

    /// Asks, or says why not.
    fn choose(&mut self, stake: Stake) {
        if self.chosen().is_none() {
            return;
        }
        self.stage = match stake {
            Stake::Own if self.protects_login => RetireStage::Choosing { said: Some(RetireWord::InUse) },
            stake => RetireStage::Asking { stake, is_second: false },
        };
    }

    fn consent(&mut self, request: RequestId, now: Moment) -> Vec<Effect> {
        let RetireStage::Asking { stake, is_second } = self.stage else { return Vec::new() };
        if stake != Stake::None && !is_second {
            self.stage = RetireStage::Asking { stake, is_second: true };
            return Vec::new();
        }
        let Some(secret_id) = self.chosen().map(|secret| secret.id.clone()) else { return Vec::new() };
        self.stage = RetireStage::Deleting { request, since: now };
        let (project, client) = (self.project.clone(), self.client.clone());
        vec![Effect::DeleteSecret { request, project, client, secret_id }]
    }

    fn read(&mut self, result: Result<ServiceAccount, ReadProblem>) {
        match result {
            Ok(account) => {
                let others = account.secrets.into_iter().filter(|secret| self.keeps.lets_go(&secret.id));
                self.secrets = others.collect();
                self.selected = 0;
                self.stage = RetireStage::Choosing { said: None };
            }
            Err(problem) => self.stage = RetireStage::Unread(problem),
        }
    }

    fn deleted(&mut self, outcome: DeleteOutcome) {
        let said = match outcome {
            DeleteOutcome::Gone if self.selected < self.secrets.len() => {
                RetireWord::Deleted(self.secrets.remove(self.selected))
            }
            DeleteOutcome::Gone => return,
            DeleteOutcome::Failed(problem) => RetireWord::NotDeleted(problem),
        };
        self.selected = 0;
        self.stage = RetireStage::Choosing { said: Some(said) };
    }
}

impl Model {
    /// What deleting this secret could cost the session.
    pub fn stake(&self, client: &ClientId, secret: &ExistingSecret) -> Stake {
        if let Some(login) = &self.login {
            return login.stake(client, secret);
        }
        match &self.session {
            Session::Remote { identity: Identity::AccessToken | Identity::Profile(_), .. } => Stake::Perhaps,
            Session::Remote { identity: Identity::ServiceAccount(own), .. } if own == client => {
                Stake::Perhaps
            }
            _ => Stake::None,
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
        (RetireStage::Choosing { .. }, Action::Delete) => retiring.choose(stake.unwrap_or(Stake::None)),
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
