//! Leaving the secret: the guard between it and its loss.

use crate::domain::{
    ClipboardContent, DeleteOutcome, Delivery, Disposition, NewSecret, Now, ReadProblem, RequestId,
};

use super::{Action, CopyState, Created, Effect, Model, Output, Screen, copying, printing};

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
    /// Standard output is being written; the screen is given back meanwhile.
    Printing(RequestId),
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
        since: Now,
    },
}

/// The ways on when nothing was handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuardChoice {
    /// Lease with the secret.
    GoBack,
    /// Delete the secret in Atlas, then leave.
    Delete,
    /// Leave; the secret stays in Atlas and nobody has it.
    LeaveAnyway,
}

impl Created {
    fn choose(&mut self, problem: Option<ReadProblem>) {
        if let Some(leaving) = &mut self.leaving {
            leaving.guard = Guard::Choose { choice: GuardChoice::GoBack, problem };
        }
    }
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

/// What is asked depends on what is true now, so a clipboard is read again first. Who waits for standard output
/// gets it by leaving; what is in a file, or was taken by a command, needs no question.
pub(super) fn want(model: &mut Model, target: Target, request: RequestId) -> Vec<Effect> {
    let (now, output) = (model.now, model.output);
    let payload = model.payload();
    let Screen::Created(created) = &mut model.screen else {
        return Vec::new();
    };
    created.revealed_until = None;
    if let (Target::Quit, Output::Sink(format), Some(payload)) = (target, output, payload) {
        created.leaving = Some(Leaving { target, guard: Guard::Printing(request) });
        return printing::print(request, format, payload);
    }
    if created.delivered.iter().any(Delivery::is_final) {
        created.leaving = Some(Leaving { target, guard: Guard::Confirm { checked: true } });
        return leave(model, None);
    }
    let (guard, effects) = match (&created.copy, created.copy.delivery(now)) {
        (CopyState::Held(_), Some(_)) => (Guard::Checking(request), vec![Effect::CheckClipboard { request }]),
        (_, Some(_)) => (Guard::Confirm { checked: false }, Vec::new()),
        (_, None) => (Guard::Choose { choice: GuardChoice::GoBack, problem: None }, Vec::new()),
    };
    created.leaving = Some(Leaving { target, guard });
    effects
}

pub(super) fn act(model: &mut Model, action: Action, request: RequestId) -> Vec<Effect> {
    let now = model.now;
    let Screen::Created(created) = &mut model.screen else {
        return Vec::new();
    };
    let can_be_deleted = created.can_be_deleted();
    let Some(leaving) = &mut created.leaving else {
        return Vec::new();
    };
    match (&mut leaving.guard, action) {
        // Whether standard output has it is known in a moment.
        (Guard::Printing(_), _) => Vec::new(),
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

fn delete(created: &mut Created, request: RequestId, now: Now) -> Vec<Effect> {
    let (Some(secret_id), Some(leaving)) = (created.secret.id.clone(), &mut created.leaving) else {
        return Vec::new();
    };
    leaving.guard = Guard::Deleting { request, since: now };
    let NewSecret { project, client, .. } = created.new_secret.clone();
    vec![Effect::DeleteSecret { request, project, client, secret_id }]
}

/// Leaves the screen, which drops the secret. What was deleted has no business on a clipboard any more.
pub(super) fn leave(model: &mut Model, fate: Option<Disposition>) -> Vec<Effect> {
    let now = model.now;
    let Screen::Created(created) = std::mem::replace(&mut model.screen, Screen::Form) else {
        return Vec::new();
    };
    let is_held = matches!(created.copy, CopyState::Held(_));
    let mut effects = Vec::new();
    if is_held && fate == Some(Disposition::Deleted) {
        effects.push(Effect::ClearClipboard);
    }
    let fate = fate.unwrap_or_else(|| created.fate(now));
    if !fate.is_loss() {
        effects.push(Effect::ForgetCreation);
    }
    model.farewells.push(created.farewell(fate));
    if created.leaving.map(|leaving| leaving.target) != Some(Target::Another) {
        effects.push(Effect::Quit(model.exit()));
    }
    effects
}

pub(super) fn clipboard_checked(
    model: &mut Model,
    answered: RequestId,
    content: ClipboardContent,
) -> Vec<Effect> {
    let now = model.now;
    let Screen::Created(created) = &mut model.screen else {
        return Vec::new();
    };
    if !copying::looked(created, answered, content, now) {
        return Vec::new();
    }
    let is_there = created.copy.delivery(now).is_some();
    let checked = matches!(content, ClipboardContent::Ours { .. });
    let Some(leaving) = &mut created.leaving else {
        return Vec::new();
    };
    match leaving.guard {
        Guard::Checking(_) | Guard::Confirm { .. } if !is_there => created.choose(None),
        Guard::Checking(request) if request == answered => leaving.guard = Guard::Confirm { checked },
        _ => {}
    }
    Vec::new()
}

/// The secret was deleted, or not. `None` when the guard had not asked.
pub(super) fn delete_answered(
    model: &mut Model,
    answered: RequestId,
    outcome: &DeleteOutcome,
) -> Option<Vec<Effect>> {
    let Screen::Created(created) = &mut model.screen else {
        return None;
    };
    let Some(Leaving { guard: Guard::Deleting { request, .. }, .. }) = &created.leaving else {
        return None;
    };
    if *request != answered {
        return None;
    }
    Some(match outcome {
        DeleteOutcome::Gone => leave(model, Some(Disposition::Deleted)),
        DeleteOutcome::Failed(problem) => {
            created.choose(Some(problem.clone()));
            Vec::new()
        }
    })
}
