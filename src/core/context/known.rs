//! What the form says of the account that it names, as far as that is known.

use jiff::Timestamp;

use super::Looked;
use crate::core::{FieldName, Model, Readiness};
use crate::domain::{ExistingSecret, ReadProblem, ServiceAccount};

impl Model {
    /// The account that the form names, with its secrets, where it could be read.
    pub fn account(&self) -> Option<&ServiceAccount> {
        match &self.context.account {
            Looked::Known { key: (project, client), found, .. } => {
                let is_wanted = self.form.project_id().as_ref() == Some(project)
                    && self.form.client_id().as_ref() == Some(client);
                is_wanted.then_some(found)
            }
            _ => None,
        }
    }

    /// The secrets that the account has, each with the time that it would end at once a new one exists.
    pub fn existing(&self) -> Option<Vec<(ExistingSecret, Option<Timestamp>)>> {
        let now = self.atlas_now();
        let consequence = |secret: &ExistingSecret| {
            let cut = if secret.is_expired(now) { None } else { secret.shortened_to(now) };
            (secret.clone(), cut)
        };
        Some(self.account()?.secrets.iter().map(consequence).collect())
    }

    /// What the button would do, as far as the account is known.
    pub fn readiness(&self) -> Readiness {
        let now = self.atlas_now();
        match self.account().filter(|account| account.is_full()) {
            None => Readiness::Create,
            Some(account) => match account.secrets.iter().find(|secret| secret.is_expired(now)) {
                Some(expired) => Readiness::ReplaceExpired(expired.clone()),
                None => Readiness::Full,
            },
        }
    }

    /// What stands beside an id that is right: the name that Atlas knows it by, once it was looked up, or why it
    /// could not be.
    pub fn looked_up(&self, field: FieldName) -> Option<Result<&str, &ReadProblem>> {
        match field {
            FieldName::Project => {
                let key = self.form.project_id()?;
                let name = self.context.project.found(&key).map(|project| Ok(project.name.as_str()));
                name.or_else(|| self.context.project.problem(&key).map(Err))
            }
            FieldName::Client => {
                let key = (self.form.project_id()?, self.form.client_id()?);
                let name = self.context.account.found(&key).map(|account| Ok(account.name.as_str()));
                name.or_else(|| self.context.account.problem(&key).map(Err))
            }
            FieldName::Lifetime => None,
        }
    }
}
