//! The screen that shows the one secret, and the guard that keeps it from being lost.

use std::time::Duration;

use crate::domain::{
    CopyFailure, CopyOutcome, CreatedSecret, Farewell, Fate, Moment, NewSecret, ReadProblem, RequestId,
    TerminalRoute,
};

use super::{Action, Effect, Guard, GuardChoice, Leaving, Model, Screen, Target, leaving};

/// How long a revealed secret stays readable after the last key.
const REVEALED_FOR: Duration = Duration::from_secs(30);

/// The new secret, and what has become of it so far.
#[derive(Clone, Debug)]
pub struct Created {
    /// What was asked for.
    pub new_secret: NewSecret,
    /// What Atlas gave.
    pub secret: CreatedSecret,
    /// How copying stands.
    pub copy: CopyState,
    /// Until when the value is shown in full.
    pub revealed_until: Option<Moment>,
    /// The guard, while somebody wants to leave.
    pub leaving: Option<Leaving>,
    /// A word about the last key.
    pub word: Option<&'static str>,
}

/// How copying stands, claiming no more than was proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyState {
    /// Nobody asked for it.
    Never,
    /// Under way.
    Copying(RequestId),
    /// Read back from the clipboard.
    Copied,
    /// Given to the terminal, which does not answer.
    Sent(TerminalRoute),
    /// No way worked.
    Failed(CopyFailure),
    /// It was copied, and the clipboard holds something else now.
    Overwritten,
}

impl Created {
    pub(super) fn new(new_secret: NewSecret, secret: CreatedSecret) -> Self {
        Self { new_secret, secret, copy: CopyState::Never, revealed_until: None, leaving: None, word: None }
    }

    /// True while the value is shown in full.
    pub fn is_revealed(&self, now: Moment) -> bool {
        self.revealed_until.is_some_and(|until| now.uptime < until.uptime)
    }

    /// True when the secret can be deleted in Atlas: its id is known.
    pub fn can_be_deleted(&self) -> bool {
        self.secret.id.is_some()
    }

    /// What became of the secret if it is left now.
    pub(super) fn fate(&self) -> Fate {
        match self.copy {
            CopyState::Copied => Fate::Copied,
            CopyState::Sent(_) => Fate::SentToTerminal,
            _ => Fate::NeverHandedOver,
        }
    }

    /// What became of it if nobody was asked first: the clipboard ends with the program.
    pub(super) fn fate_unasked(&self) -> Fate {
        match self.fate() {
            Fate::Copied => Fate::CopyEnded,
            fate => fate,
        }
    }

    pub(super) fn farewell(&self, fate: Fate) -> Farewell {
        Farewell {
            client: self.new_secret.client.clone(),
            secret_id: self.secret.id.clone(),
            expires_at: self.secret.expires_at,
            fate,
        }
    }

    pub(super) fn choose(&mut self, problem: Option<ReadProblem>) {
        if let Some(leaving) = &mut self.leaving {
            leaving.guard = Guard::Choose { choice: GuardChoice::GoBack, problem };
        }
    }
}

/// Any key keeps a revealed secret readable for another while.
pub(super) fn extend_reveal(created: &mut Created, now: Moment) {
    if created.is_revealed(now) {
        created.revealed_until = Some(now.plus(REVEALED_FOR));
    }
}

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let now = model.now;
    let request = model.next_request();
    let Screen::Created(created) = &mut model.screen else {
        return Vec::new();
    };
    if created.leaving.is_some() {
        return leaving::act(model, action, request);
    }
    match action {
        Action::Copy if !matches!(created.copy, CopyState::Copying(_)) => {
            created.copy = CopyState::Copying(request);
            vec![Effect::CopyToClipboard { request, value: created.secret.value.clone() }]
        }
        Action::Reveal => {
            created.revealed_until = (!created.is_revealed(now)).then(|| now.plus(REVEALED_FOR));
            Vec::new()
        }
        Action::Another => leaving::want(created, Target::Another, request),
        Action::Leave => leaving::want(created, Target::Quit, request),
        _ => Vec::new(),
    }
}

pub(super) fn copy_finished(model: &mut Model, answered: RequestId, outcome: CopyOutcome) -> Vec<Effect> {
    let Screen::Created(created) = &mut model.screen else {
        return Vec::new();
    };
    if created.copy != CopyState::Copying(answered) {
        return Vec::new();
    }
    created.copy = match outcome {
        CopyOutcome::Copied(_) | CopyOutcome::Unverified(_) => CopyState::Copied,
        CopyOutcome::Sent(route) => CopyState::Sent(route),
        CopyOutcome::Failed(failure) => CopyState::Failed(failure),
    };
    // Who asked to leave while it was being copied was told that it was not.
    if let Some(Leaving { guard: guard @ Guard::Choose { problem: None, .. }, .. }) = &mut created.leaving {
        match created.copy {
            CopyState::Copied => *guard = Guard::Confirm { checked: true },
            CopyState::Sent(_) => *guard = Guard::Confirm { checked: false },
            _ => {}
        }
    }
    Vec::new()
}
