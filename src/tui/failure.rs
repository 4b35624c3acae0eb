//! What went wrong, as the form tells it.

use crate::domain::{
    Explanation, FieldViolation, ReadProblem, Rejection, RejectionKind, ServerText, TransportProblem,
};

use crate::jobs::NotCreated;

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
    /// The POST never left this machine.
    NothingSent,
    /// Atlas refused: no secret exists.
    NothingCreated,
    /// An earlier request may have created a secret whose value is lost.
    PerhapsCreated,
}

impl Certainty {
    /// What is certain after a job that created nothing.
    pub(crate) fn of(not_created: &NotCreated) -> Self {
        let is_untouched = not_created.rounds == 0 && !not_created.has_replaced;
        if is_untouched { Self::NothingSent } else { Self::NothingCreated }
    }

    /// As it stands on the screen.
    pub fn words(self) -> &'static str {
        match self {
            Self::NothingSent => "Nothing was sent.",
            Self::NothingCreated => "Nothing was created.",
            Self::PerhapsCreated => "A secret may have been created.",
        }
    }
}

impl Failure {
    /// Before the POST: a read or the sign-in went wrong.
    pub fn before_posting(problem: &ReadProblem, certainty: Certainty) -> Self {
        Self { explanation: problem.explain(), certainty, atlas_words: problem.atlas_words() }
    }

    /// The POST never left; an earlier round's may have, and was refused.
    pub fn not_sent(problem: &TransportProblem, certainty: Certainty) -> Self {
        Self { explanation: problem.explain(), certainty, atlas_words: None }
    }

    /// Atlas refused the POST.
    pub fn rejected(rejection: &Rejection) -> Self {
        let mut explanation = rejection.explain();
        if !rejection.fields.is_empty() {
            explanation.meaning = "A value is out of what Atlas or the organization allows.".into();
            explanation.action = "Change that value, then create again.".into();
        }
        Self { explanation, certainty: Certainty::NothingCreated, atlas_words: Some(rejection.atlas_words()) }
    }

    /// Both places are taken by secrets that live.
    pub(crate) fn both_slots_in_use(certainty: Certainty) -> Self {
        Self::own(
            "This account already has two secrets.",
            "A service account has two places for secrets, and both of them are in use.",
            "A Project Owner deletes one of its secrets; then create again.",
            certainty,
        )
    }

    /// Both places are taken, one of them by a secret that has expired, and nobody agreed to delete it.
    pub(crate) fn expired_in_the_way(certainty: Certainty) -> Self {
        Self::own(
            "This account already has two secrets.",
            "One of its two places is held by a secret that has expired.",
            "Start again with --replace-expired to have it deleted first.",
            certainty,
        )
    }

    /// The answer to a POST was lost while another screen was shown.
    pub(crate) fn lost_in_the_background() -> Self {
        Self::own(
            "The earlier request got no answer that can be read.",
            "If it did, nobody has the value.",
            "A Project Owner looks at the account's secrets in Atlas and deletes one that nobody knows.",
            Certainty::PerhapsCreated,
        )
    }

    /// In our own words only.
    pub fn own(
        title: &'static str,
        meaning: &'static str,
        action: &'static str,
        certainty: Certainty,
    ) -> Self {
        let explanation = Explanation { title: title.into(), meaning: meaning.into(), action: action.into() };
        Self { explanation, certainty, atlas_words: None }
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
