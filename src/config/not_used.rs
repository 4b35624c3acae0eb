//! What was set but is not used, and why: a person who set two things wants to know which one counts.

use std::fmt;

/// A source that was there but lost to another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShadowedSource {
    /// The variable or the setting of a profile.
    pub name: String,
    /// What goes first.
    pub winner: Precedence,
}

/// What goes before something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precedence {
    /// `MONGODB_ATLAS_ACCESS_TOKEN`.
    AccessToken,
    /// The service account of the environment.
    ServiceAccount,
    /// The other spelling of the variables of an API key.
    ApiKey,
    /// A profile named on the command line.
    ProfileFlag,
    /// Credentials in the environment, before any profile that was not named on the command line.
    Environment,
    /// `--base-url`.
    BaseUrlFlag,
    /// A URL that the profile names.
    ProfileUrl,
    /// A variable, by its name.
    Variable(&'static str),
}

impl ShadowedSource {
    /// `name` is there too, but `winner` goes first.
    pub(super) fn new(name: impl Into<String>, winner: Precedence) -> Self {
        Self { name: name.into(), winner }
    }
}

impl ShadowedSource {
    /// One sentence for all that lost to the same thing, so that many variables stay readable.
    pub fn sentences(all: &[Self]) -> Vec<String> {
        let mut winners: Vec<Precedence> = Vec::new();
        for not_used in all {
            if !winners.contains(&not_used.winner) {
                winners.push(not_used.winner);
            }
        }
        let sentence = |winner: Precedence| {
            let losers = all.iter().filter(|not_used| not_used.winner == winner);
            let names: Vec<&str> = losers.map(|not_used| not_used.name.as_str()).collect();
            let verb = if names.len() == 1 { "is" } else { "are" };
            format!("{} {verb} set too, but {winner} goes first", names.join(", "))
        };
        winners.into_iter().map(sentence).collect()
    }
}

impl fmt::Display for ShadowedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is set too, but {} goes first", self.name, self.winner)
    }
}

impl fmt::Display for Precedence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccessToken => "the access token",
            Self::ServiceAccount => "the service account",
            Self::ApiKey => "the other spelling of the API key",
            Self::ProfileFlag => "the profile named with --profile",
            Self::Environment => "what the environment signs in with",
            Self::BaseUrlFlag => "--base-url",
            Self::ProfileUrl => "the URL of the profile",
            Self::Variable(name) => name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lost_to_the_same_thing_shares_a_sentence() {
        let all = [
            ShadowedSource::new("ONE", Precedence::AccessToken),
            ShadowedSource::new("URL", Precedence::BaseUrlFlag),
            ShadowedSource::new("TWO", Precedence::AccessToken),
        ];
        let sentences = ShadowedSource::sentences(&all);
        assert_eq!(sentences.len(), 2);
        assert!(sentences[0].starts_with("ONE, TWO are set too, but "), "{sentences:?}");
        assert_eq!(sentences[1], all[1].to_string());
    }
}
