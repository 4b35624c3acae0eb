//! Why signing in did not work.

use crate::core::SignInWay;
use crate::domain::{Explanation, ReadProblem, RejectionKind, ServerText};

/// What is said below what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInProblem {
    /// What was typed cannot be right: one sentence, from before anything was sent.
    Typed(String),
    /// It was tried, and failed.
    Tried {
        /// What happened, what it means and what to do.
        explanation: Explanation,
        /// Atlas's own words, where it was Atlas that refused.
        atlas_words: Option<ServerText>,
    },
}

impl SignInProblem {
    /// What came of trying this way. A refusal of what was typed names that, and nothing else.
    pub(super) fn tried(problem: &ReadProblem, way: Option<&SignInWay>) -> Self {
        let kind = match problem {
            ReadProblem::Rejected(rejection) => Some(rejection.kind()),
            _ => None,
        };
        let explanation = match (kind, way) {
            (Some(RejectionKind::NotAuthorized), Some(SignInWay::ApiKey)) => Explanation {
                title: "Atlas did not accept the API key.".into(),
                meaning: "The public or the private key is wrong, or they belong to another Atlas.".into(),
                action: "Type both again; who loses a private key creates another API key.".into(),
            },
            (Some(RejectionKind::NotAuthorized), Some(SignInWay::AccessToken)) => Explanation {
                title: "Atlas did not accept the access token.".into(),
                meaning: "It has expired or was revoked, or it belongs to another Atlas.".into(),
                action: "Get a fresh one: they live for an hour.".into(),
            },
            (Some(RejectionKind::NotAuthorized), Some(SignInWay::ServiceAccount)) => Explanation {
                title: "Atlas did not accept the service account.".into(),
                meaning: "It got a token, and a request with that token was refused.".into(),
                action: "Check in Atlas that the account and its secret still exist, then try again.".into(),
            },
            _ => problem.explain(),
        };
        Self::Tried { explanation, atlas_words: problem.atlas_words() }
    }
}
