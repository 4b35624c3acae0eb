//! Handing the secret to standard output, where something else than a terminal waits for it.

use crate::domain::{Delivery, Disposition, Exit, Format, PrintFailure, RequestId, SecretPayload};

use super::{Effect, Guard, Leaving, Model, Screen, leaving};

/// What standard output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// A terminal: a secret is never printed there.
    Terminal,
    /// Something that waits for the secret in this format.
    Sink(Format),
    /// Something that waited for it and failed.
    Broken,
}

pub(super) fn print(request: RequestId, format: Format, payload: Box<SecretPayload>) -> Vec<Effect> {
    vec![Effect::PrintSecret { request, format, payload }]
}

pub(super) fn printed(
    model: &mut Model,
    answered: RequestId,
    result: Result<(), PrintFailure>,
) -> Vec<Effect> {
    let Screen::Created(created) = &mut model.screen else {
        return Vec::new();
    };
    if !matches!(created.leaving, Some(Leaving { guard: Guard::Printing(request), .. }) if request == answered)
    {
        return Vec::new();
    }
    match result {
        Ok(()) => {
            created.delivered.push(Delivery::Printed);
            leaving::leave(model, None)
        }
        Err(failure) => {
            created.leaving = None;
            created.not_printed = Some(failure.sentence());
            model.output = Output::Broken;
            Vec::new()
        }
    }
}

impl Model {
    /// How the program ends if it ends now.
    pub(super) fn exit(&self) -> Exit {
        if self.farewells.iter().any(|farewell| farewell.fate.is_loss()) {
            return Exit::NotDelivered;
        }
        let was_created = self.farewells.iter().any(|farewell| farewell.fate != Disposition::Deleted);
        match self.output {
            // Whoever reads standard output did not get what it waited for.
            Output::Broken => Exit::NotDelivered,
            Output::Sink(_) if !was_created => Exit::NothingCreated,
            Output::Terminal if self.beforehand.submits && !was_created => Exit::NothingCreated,
            Output::Sink(_) | Output::Terminal => Exit::Done,
        }
    }
}
