//! Deleting a secret.

use reqwest::Method;

use crate::domain::{ClientId, DeleteOutcome, ProjectId, ReadProblem, SecretId};

use super::exchange::{Failure, exchange};
use super::{Client, classify};

impl Client {
    /// Deletes a secret, signing in first where that is needed.
    pub async fn delete_secret(
        &self,
        project: &ProjectId,
        client: &ClientId,
        secret_id: &SecretId,
    ) -> DeleteOutcome {
        match self.delete(project, client, secret_id).await {
            Ok(outcome) => outcome,
            Err(problem) => DeleteOutcome::Failed(problem),
        }
    }

    async fn delete(
        &self,
        project: &ProjectId,
        client: &ClientId,
        secret_id: &SecretId,
    ) -> Result<DeleteOutcome, ReadProblem> {
        self.sign_in().await?;
        let account = self.account_url(project, client);
        let url = format!("{account}/secrets/{secret_id}");
        let call = self.call_once(Method::DELETE, url, account).await?;
        Ok(match exchange(&self.http.once, call, self.limits.delete).await {
            Ok(answer) => {
                self.session.forget_stale(&answer);
                classify::delete_outcome(&answer)
            }
            Err(Failure::NotSent(problem)) => DeleteOutcome::Failed(ReadProblem::Transport(problem)),
            Err(failure) => DeleteOutcome::Unknown(failure.into_read_problem()),
        })
    }
}
