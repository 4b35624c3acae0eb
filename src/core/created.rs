//! The screen that shows the one secret, and the guard that keeps it from being lost.

use std::time::Duration;

use crate::domain::{
    ClipboardContent, CopyFailure, CopyOutcome, CreatedSecret, DeleteOutcome, Farewell, Fate, Moment,
    NewSecret, ReadProblem, RequestId, TerminalRoute,
};

use super::{Action, Effect, Model, Screen};

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

/// Somebody wants to leave the screen.
#[derive(Clone, Debug)]
pub struct Leaving {
    /// Where to.
    pub target: Target,
    /// How far that is.
    pub guard: Guard,
}

/// Where somebody wants to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Out of the program.
    Quit,
    /// Back to the form, for another secret.
    Another,
}

/// What stands between the secret and its loss.
#[derive(Clone, Debug)]
pub enum Guard {
    /// The clipboard is looked at first; what is asked depends on it.
    Checking(RequestId),
    /// The secret is in a clipboard, or was sent to one: one `y` leaves.
    Confirm {
        /// False when the clipboard could not be read again.
        checked: bool,
    },
    /// Nothing was handed over: three ways on, the harmless one first.
    Choose {
        /// Which one Enter takes.
        choice: GuardChoice,
        /// Why deleting did not work.
        problem: Option<ReadProblem>,
    },
    /// The secret is being deleted in Atlas.
    Deleting {
        /// The request that deletes it.
        request: RequestId,
        /// When it was sent.
        since: Moment,
    },
}

/// The ways on when nothing was handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuardChoice {
    /// Stay with the secret.
    GoBack,
    /// Delete the secret in Atlas, then leave.
    Delete,
    /// Leave; the secret stays in Atlas and nobody has it.
    LeaveAnyway,
}

impl GuardChoice {
    /// All of them, in the order of the screen.
    pub const ALL: [Self; 3] = [Self::GoBack, Self::Delete, Self::LeaveAnyway];

    /// The choice `by` places on; one that cannot be taken is passed over.
    fn step(self, by: usize, can_be_deleted: bool) -> Self {
        let index = Self::ALL.iter().position(|choice| *choice == self).unwrap_or(0);
        match Self::ALL[(index + by) % Self::ALL.len()] {
            Self::Delete if !can_be_deleted => Self::Delete.step(by, can_be_deleted),
            choice => choice,
        }
    }
}

impl Created {
    pub(super) fn new(new_secret: NewSecret, secret: CreatedSecret) -> Self {
        Self { new_secret, secret, copy: CopyState::Never, revealed_until: None, leaving: None }
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

    pub(super) fn farewell(&self, fate: Fate) -> Farewell {
        Farewell {
            client: self.new_secret.client.clone(),
            secret_id: self.secret.id.clone(),
            expires_at: self.secret.expires_at,
            fate,
        }
    }

    fn choose(&mut self, problem: Option<ReadProblem>) {
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
        return act_on_guard(model, action, request);
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
        Action::Another => want_to_leave(created, Target::Another, request),
        Action::Leave => want_to_leave(created, Target::Quit, request),
        _ => Vec::new(),
    }
}

/// What is asked depends on what is true now, so a clipboard is read again first.
fn want_to_leave(created: &mut Created, target: Target, request: RequestId) -> Vec<Effect> {
    created.revealed_until = None;
    let (guard, effects) = match created.copy {
        CopyState::Copied => (Guard::Checking(request), vec![Effect::CheckClipboard { request }]),
        CopyState::Sent(_) => (Guard::Confirm { checked: false }, Vec::new()),
        _ => (Guard::Choose { choice: GuardChoice::GoBack, problem: None }, Vec::new()),
    };
    created.leaving = Some(Leaving { target, guard });
    effects
}

fn act_on_guard(model: &mut Model, action: Action, request: RequestId) -> Vec<Effect> {
    let now = model.now;
    let Screen::Created(created) = &mut model.screen else {
        return Vec::new();
    };
    let can_be_deleted = created.can_be_deleted();
    let Some(leaving) = &mut created.leaving else {
        return Vec::new();
    };
    match (&mut leaving.guard, action) {
        // From here the first Ctrl-C would only lead to the form: it asks again, the second gets out.
        (_, Action::Leave) if leaving.target == Target::Another => {
            leaving.target = Target::Quit;
            Vec::new()
        }
        (_, Action::Leave)
        | (Guard::Confirm { .. }, Action::Yes)
        | (Guard::Choose { .. }, Action::LeaveAnyway) => leave(model, None),
        (Guard::Deleting { .. }, _) => Vec::new(),
        (_, Action::No) => {
            created.leaving = None;
            Vec::new()
        }
        (Guard::Choose { choice, .. }, Action::NextChoice) => {
            *choice = choice.step(1, can_be_deleted);
            Vec::new()
        }
        (Guard::Choose { choice, .. }, Action::PreviousChoice) => {
            *choice = choice.step(2, can_be_deleted);
            Vec::new()
        }
        (Guard::Choose { choice, .. }, Action::Choose) => match *choice {
            GuardChoice::GoBack => {
                created.leaving = None;
                Vec::new()
            }
            GuardChoice::Delete => delete(created, request, now),
            GuardChoice::LeaveAnyway => leave(model, None),
        },
        (Guard::Choose { .. }, Action::Delete) => delete(created, request, now),
        _ => Vec::new(),
    }
}

fn delete(created: &mut Created, request: RequestId, now: Moment) -> Vec<Effect> {
    let (Some(secret_id), Some(leaving)) = (created.secret.id.clone(), &mut created.leaving) else {
        return Vec::new();
    };
    leaving.guard = Guard::Deleting { request, since: now };
    let NewSecret { project, client, .. } = created.new_secret.clone();
    vec![Effect::DeleteSecret { request, project, client, secret_id }]
}

/// Leaves the screen, which drops the secret.
fn leave(model: &mut Model, fate: Option<Fate>) -> Vec<Effect> {
    let Screen::Created(created) = std::mem::replace(&mut model.screen, Screen::Form) else {
        return Vec::new();
    };
    model.farewells.push(created.farewell(fate.unwrap_or_else(|| created.fate())));
    match created.leaving.map(|leaving| leaving.target) {
        Some(Target::Another) => Vec::new(),
        _ => vec![Effect::Quit(model.exit())],
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
        CopyOutcome::Copied => CopyState::Copied,
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

pub(super) fn clipboard_checked(
    model: &mut Model,
    answered: RequestId,
    content: ClipboardContent,
) -> Vec<Effect> {
    let Screen::Created(created) = &mut model.screen else {
        return Vec::new();
    };
    let Some(leaving) = &mut created.leaving else {
        return Vec::new();
    };
    if !matches!(leaving.guard, Guard::Checking(request) if request == answered) {
        return Vec::new();
    }
    match content {
        ClipboardContent::Ours => leaving.guard = Guard::Confirm { checked: true },
        ClipboardContent::Unreadable => leaving.guard = Guard::Confirm { checked: false },
        ClipboardContent::NotOurs => {
            created.copy = CopyState::Overwritten;
            created.choose(None);
        }
    }
    Vec::new()
}

pub(super) fn delete_answered(model: &mut Model, answered: RequestId, outcome: DeleteOutcome) -> Vec<Effect> {
    let Screen::Created(created) = &mut model.screen else {
        return Vec::new();
    };
    let Some(Leaving { guard: Guard::Deleting { request, .. }, .. }) = &created.leaving else {
        return Vec::new();
    };
    if *request != answered {
        return Vec::new();
    }
    match outcome {
        DeleteOutcome::Gone => leave(model, Some(Fate::Deleted)),
        DeleteOutcome::Failed(problem) => {
            created.choose(Some(problem));
            Vec::new()
        }
    }
}
