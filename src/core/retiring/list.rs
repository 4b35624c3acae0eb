//! The list of secrets one of which is to go, and how far that is.

use crate::core::Effect;
use crate::domain::{
    ClientId, DeleteOutcome, ExistingSecret, LoginRisk, NewSecret, Now, ProjectId, ReadProblem, RequestId,
    SecretId, ServiceAccount,
};

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
pub(super) enum Keeps {
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
        stake: LoginRisk,
        /// True the second time.
        is_second: bool,
    },
    /// It is being deleted.
    Deleting {
        /// The request that deletes it.
        request: RequestId,
        /// Since when.
        since: Now,
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
    pub(super) fn new(
        new_secret: &NewSecret,
        request: RequestId,
        protects_login: bool,
        keeps: Keeps,
    ) -> Self {
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

    pub(super) fn step(&mut self, by: usize) {
        self.selected = (self.selected + by) % self.secrets.len().max(1);
    }

    /// Asks, or says why not.
    pub(super) fn choose(&mut self, stake: LoginRisk) {
        if self.chosen().is_none() {
            return;
        }
        self.stage = match stake {
            LoginRisk::Own if self.protects_login => RetireStage::Choosing { said: Some(RetireWord::InUse) },
            stake => RetireStage::Asking { stake, is_second: false },
        };
    }

    pub(super) fn consent(&mut self, request: RequestId, now: Now) -> Vec<Effect> {
        let RetireStage::Asking { stake, is_second } = self.stage else { return Vec::new() };
        if stake != LoginRisk::None && !is_second {
            self.stage = RetireStage::Asking { stake, is_second: true };
            return Vec::new();
        }
        let Some(secret_id) = self.chosen().map(|secret| secret.id.clone()) else { return Vec::new() };
        self.stage = RetireStage::Deleting { request, since: now };
        let (project, client) = (self.project.clone(), self.client.clone());
        vec![Effect::DeleteSecret { request, project, client, secret_id }]
    }

    pub(super) fn read(&mut self, result: Result<ServiceAccount, ReadProblem>) {
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

    pub(super) fn deleted(&mut self, outcome: DeleteOutcome) {
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
