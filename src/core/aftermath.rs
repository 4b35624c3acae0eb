//! After creating: what became of the account's other secrets, and whether the new one works.

use crate::domain::{ExistingSecret, Now, ReadProblem, RequestId, SecretId, ServiceAccount, VerifyOutcome};

use super::{Created, Effect, Model, Screen, unknown};

/// The other secrets of the account, read again after creating.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Others {
    /// They are being read.
    Reading(RequestId),
    /// They could not be read.
    Unread(ReadProblem),
    /// What Atlas says of them now.
    Read(Vec<Other>),
}

/// One other secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// As it is now.
    pub secret: ExistingSecret,
    /// As it was before, where that is known.
    pub before: Option<ExistingSecret>,
    /// True when this session signed in with it.
    pub is_login: bool,
}

/// Whether the new secret was proved to work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Nobody asked.
    Never,
    /// Atlas is being asked.
    Running {
        /// The request that asks.
        request: RequestId,
        /// Since when.
        since: Now,
    },
    /// It is known.
    Done(VerifyOutcome),
}

/// Looks at the account again.
pub(super) fn read_others(created: &mut Created, request: RequestId) -> Vec<Effect> {
    created.others = Some(Others::Reading(request));
    vec![unknown::read(request, &created.new_secret)]
}

/// True when this screen had asked for the account.
pub(super) fn account_read(
    model: &mut Model,
    answered: RequestId,
    result: &Result<ServiceAccount, ReadProblem>,
) -> bool {
    let login = model.login.clone();
    let Screen::Created(created) = &mut model.screen else { return false };
    if created.others != Some(Others::Reading(answered)) {
        return false;
    }
    let (before, own) = (created.before.clone(), created.secret.id.clone());
    created.others = Some(match result {
        Err(problem) => Others::Unread(problem.clone()),
        Ok(account) => {
            let client = &created.new_secret.client;
            let is_login =
                |secret: &ExistingSecret| login.as_ref().is_some_and(|login| login.is_behind(client, secret));
            Others::Read(others(account, &before, own.as_ref(), is_login))
        }
    });
    true
}

fn others(
    account: &ServiceAccount,
    before: &[ExistingSecret],
    own: Option<&SecretId>,
    is_login: impl Fn(&ExistingSecret) -> bool,
) -> Vec<Other> {
    let was = |secret: &ExistingSecret| before.iter().find(|earlier| earlier.id == secret.id).cloned();
    let is_other = |secret: &&ExistingSecret| match own {
        Some(own) => secret.id != *own,
        // The new one's id could not be read: then the others are those that were there before.
        None => was(secret).is_some(),
    };
    let other = |secret: &ExistingSecret| Other {
        before: was(secret),
        is_login: is_login(secret),
        secret: secret.clone(),
    };
    account.secrets.iter().filter(is_other).map(other).collect()
}

/// Asks Atlas for a token with the new secret.
pub(super) fn verify(created: &mut Created, request: RequestId, now: Now) -> Vec<Effect> {
    if matches!(created.verification, Verification::Running { .. }) {
        return Vec::new();
    }
    created.verification = Verification::Running { request, since: now };
    let (client, value) = (created.new_secret.client.clone(), created.secret.value.clone());
    vec![Effect::VerifySecret { request, client, value }]
}

pub(super) fn verified(model: &mut Model, answered: RequestId, outcome: VerifyOutcome) -> Vec<Effect> {
    if let Screen::Created(created) = &mut model.screen
        && matches!(created.verification, Verification::Running { request, .. } if request == answered)
    {
        created.verification = Verification::Done(outcome);
    }
    Vec::new()
}
