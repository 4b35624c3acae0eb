//! A failed attempt, as the form shows it.

use crate::domain::{ApiError, Certainty, Explanation, FieldViolation, Request, ServerText};
use crate::jobs::{Question, Reason};

use super::screens::{FieldName, Form, Notice, not_found};

/// A failed attempt: back on the form, which is unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What happened, what it means, what to do.
    pub explanation: Explanation,
    /// What is certain about the outcome.
    pub certainty: Certainty,
    /// Atlas's message, as it came.
    pub atlas_words: Option<ServerText>,
}

impl Failure {
    /// Why nothing was created, for `who` is signed in; `None` when the user stopped it.
    pub fn of(reason: &Reason, who: &str) -> Option<Self> {
        let refused = |error: &ApiError, request| {
            Self::explained(error.explain_request(request, who), error.atlas_words())
        };
        Some(match reason {
            Reason::Cancelled => return None,
            Reason::Full | Reason::StillFull => Self::explained(Explanation::account_full(), None),
            // Only `--yes` without `--replace-expired` gets here: a user who says no has stopped the job.
            Reason::Declined(Question::Consequences(_)) => {
                Self::explained(Explanation::expired_secret_in_the_way(), None)
            }
            Reason::Preflight(error) | Reason::Declined(Question::AccountUnknown(error)) => {
                refused(error, Request::ReadAccount)
            }
            Reason::Post(error) => refused(error, Request::CreateSecret),
            Reason::NotDeleted(error) => Self::explained(error.explain(), error.atlas_words()),
        })
    }

    /// The answer to a POST was lost while another screen was shown.
    pub(crate) fn lost_in_the_background() -> Self {
        let failure = Self::explained(Explanation::lost_in_the_background(), None);
        Self { certainty: Certainty::Unknown, ..failure }
    }

    fn explained(explanation: Explanation, atlas_words: Option<ServerText>) -> Self {
        Self { explanation, certainty: Certainty::NotDone, atlas_words }
    }
}

impl Form {
    pub(crate) fn fail(&mut self, failure: Failure) {
        self.notice = Some(Notice::Failed(Box::new(failure)));
    }

    /// Shows what Atlas says about a field beside it.
    pub(crate) fn blame(&mut self, error: &ApiError) {
        let Some(rejection) = error.rejection() else { return };
        for violation in rejection.fields.iter().rev() {
            if let Some(name) = field_named(violation) {
                self.refuse(name, ServerText::new(&format!("Atlas: {}", violation.description)));
            }
        }
        if let Some((name, message)) = not_found(error) {
            self.refuse(name, ServerText::new(message));
        }
    }
}

fn field_named(violation: &FieldViolation) -> Option<FieldName> {
    let path = violation.field.as_str();
    match path.rsplit(['.', '/']).next()? {
        "groupId" => Some(FieldName::Project),
        "clientId" => Some(FieldName::Client),
        "secretExpiresAfterHours" => Some(FieldName::Lifetime),
        _ => None,
    }
}
