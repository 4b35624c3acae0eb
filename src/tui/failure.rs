//! What went wrong, as the form tells it.

use crate::domain::{Explanation, FieldViolation, Rejection, RejectionKind, ServerText};
use crate::jobs::{Question, Reason};

use super::screens::{FieldName, Form, Notice};

/// A try that failed: back on the form, with everything typed still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What happened, what it means, what to do.
    pub explanation: Explanation,
    /// What is certain about the outcome.
    pub certainty: Certainty,
    /// Atlas's own words, as they came.
    pub atlas_words: Option<ServerText>,
}

/// What is certain after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// The POST never left, or Atlas refused it: no secret exists.
    NothingCreated,
    /// An earlier request may have created a secret whose value is lost.
    PerhapsCreated,
}

impl Certainty {
    /// As it stands on the screen.
    pub fn words(self) -> &'static str {
        match self {
            Self::NothingCreated => "Nothing was created.",
            Self::PerhapsCreated => "A secret may have been created.",
        }
    }
}

impl Failure {
    /// Why nothing was created; `None` when the user stopped it.
    pub fn of(reason: &Reason) -> Option<Self> {
        Some(match reason {
            Reason::Cancelled => return None,
            Reason::Full | Reason::StillFull => Self::own(
                "This account already has two secrets.",
                "A service account has two places for secrets, and both of them are in use.",
                "A Project Owner deletes one of its secrets; then create again.",
            ),
            // Only `--yes` without `--replace-expired` gets here: a user who says no has stopped the job.
            Reason::Declined(Question::Consequences(_)) => Self::own(
                "This account has 2 secrets, the maximum.",
                "One of them has expired, but still counts.",
                "Add --replace-expired to delete it first.",
            ),
            Reason::Preflight(problem)
            | Reason::NotDeleted(problem)
            | Reason::Declined(Question::AccountUnknown(problem)) => {
                Self::explained(problem.explain(), problem.atlas_words())
            }
            Reason::NotSent(problem) => Self::explained(problem.explain(), None),
            Reason::Rejected(rejection) => {
                let mut explanation = rejection.explain();
                if !rejection.fields.is_empty() {
                    explanation.meaning = "A value is out of what Atlas or the organization allows.".into();
                    explanation.action = "Change that value, then create again.".into();
                }
                Self::explained(explanation, Some(rejection.atlas_words()))
            }
        })
    }

    /// The answer to a POST was lost while another screen was shown.
    pub(crate) fn lost_in_the_background() -> Self {
        let failure = Self::own(
            "The earlier request got no answer that can be read.",
            "If it did, nobody has the value.",
            "A Project Owner looks at the account's secrets in Atlas and deletes one that nobody knows.",
        );
        Self { certainty: Certainty::PerhapsCreated, ..failure }
    }

    fn explained(explanation: Explanation, atlas_words: Option<ServerText>) -> Self {
        Self { explanation, certainty: Certainty::NothingCreated, atlas_words }
    }

    /// In our own words only.
    pub(crate) fn own(title: &'static str, meaning: &'static str, action: &'static str) -> Self {
        let explanation = Explanation { title: title.into(), meaning: meaning.into(), action: action.into() };
        Self::explained(explanation, None)
    }
}

impl Form {
    pub(crate) fn fail(&mut self, failure: Failure) {
        self.notice = Some(Notice::Failed(Box::new(failure)));
    }

    /// Puts what Atlas says about single fields beside them.
    pub(crate) fn blame(&mut self, rejection: &Rejection) {
        for violation in rejection.fields.iter().rev() {
            if let Some(name) = field_named(violation) {
                self.refuse(name, ServerText::new(&format!("Atlas: {}", violation.description)));
            }
        }
        match rejection.kind() {
            RejectionKind::ProjectNotFound => {
                self.refuse(FieldName::Project, ServerText::new("Atlas knows no such project"));
            }
            RejectionKind::AccountNotFound => {
                self.refuse(FieldName::Client, ServerText::new("not a service account of this project"));
            }
            _ => {}
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
