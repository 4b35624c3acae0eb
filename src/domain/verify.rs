//! Whether a new secret works.

use jiff::Timestamp;

use super::{ReadProblem, ServerText};

/// What is known after Atlas's token endpoint was asked with a new secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VerifyOutcome {
    /// Atlas gave a token for it; the token was given back.
    Accepted {
        /// What Atlas's clock said then, where it said so.
        at: Option<Timestamp>,
    },
    /// Atlas knows no such secret, asked several times; in its own words. A new secret may need longer than
    /// that to be known everywhere.
    Refused(ServerText),
    /// Nobody can tell: the network, a rate limit, or an answer that is not Atlas's. It says nothing about
    /// the secret.
    CouldNotCheck(ReadProblem),
}

impl VerifyOutcome {
    /// What happened, as a sentence or two.
    pub fn sentence(&self) -> String {
        match self {
            Self::Accepted { .. } => "Atlas accepts it.".to_owned(),
            Self::Refused(words) => format!("Atlas does not accept it yet. It says: {words}"),
            Self::CouldNotCheck(problem) => {
                format!("It could not be checked. {}", problem.explain().title)
            }
        }
    }

    /// True when the secret was proved to work.
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted { .. })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_a_token_is_called_accepted() {
        let rows = [
            (VerifyOutcome::Accepted { at: None }, "Atlas accepts it."),
            (
                VerifyOutcome::Refused(ServerText::new("Invalid credentials provided.")),
                "Atlas does not accept it yet. It says: Invalid credentials provided.",
            ),
            (
                VerifyOutcome::CouldNotCheck(ReadProblem::TimedOut(Duration::from_secs(10))),
                "It could not be checked. Atlas did not answer for 10 seconds.",
            ),
        ];
        for (outcome, sentence) in rows {
            assert_eq!(outcome.sentence(), sentence);
            assert_eq!(outcome.is_accepted(), sentence.contains("Atlas accepts it"));
        }
    }
}
