//! What is asked of Atlas.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use crate::core::Event;
use crate::domain::{
    ClientId, CreateOutcome, DeleteOutcome, LostAnswer, NewSecret, OrganizationId, ProjectId, ReadProblem,
    RequestId, SecretId, VerifyOutcome,
};
use crate::shell::patience::read_patiently;

use super::{Executor, broken_read, internal_error};

impl Executor {
    pub(super) fn read_account(&self, request: RequestId, project: ProjectId, client: ClientId) {
        let connection = Arc::clone(&self.connection);
        let work = async move {
            let atlas = connection.client().await.map_err(ReadProblem::Transport)?;
            atlas.service_account(&project, &client).await
        };
        let answer = move |result| Event::AccountRead { request, result };
        self.answer(work, answer, || Err(broken_read()));
    }

    pub(super) fn read_projects(&self, request: RequestId, page: u32) {
        let connection = Arc::clone(&self.connection);
        let read = move || {
            let connection = Arc::clone(&connection);
            async move { connection.client().await.map_err(ReadProblem::Transport)?.projects(page).await }
        };
        let work = read_patiently(read, self.tell_delay(request));
        let answer = move |result| Event::ProjectsRead { request, result };
        self.answer(work, answer, || Err(broken_read()));
    }

    pub(super) fn read_accounts(&self, request: RequestId, project: ProjectId, page: u32) {
        let connection = Arc::clone(&self.connection);
        let read = move || {
            let (connection, project) = (Arc::clone(&connection), project.clone());
            async move {
                let atlas = connection.client().await.map_err(ReadProblem::Transport)?;
                atlas.service_accounts(&project, page).await
            }
        };
        let work = read_patiently(read, self.tell_delay(request));
        let answer = move |result| Event::AccountsRead { request, result };
        self.answer(work, answer, || Err(broken_read()));
    }

    /// Says on the screen that a page has to wait.
    fn tell_delay(&self, request: RequestId) -> impl FnMut(Duration) + Send + use<> {
        let answers = self.answers.clone();
        move |wait| {
            // The receiver is gone only when the program is leaving.
            let _ = answers.send(Event::ListDelayed { request, wait });
        }
    }

    pub(super) fn create_secret(&self, request: RequestId, new_secret: NewSecret) {
        let connection = Arc::clone(&self.connection);
        let work = async move {
            #[cfg(debug_assertions)]
            crate::shell::rehearsal::panic_if_asked("create");
            match connection.client().await {
                Ok(atlas) => atlas.create_secret(&new_secret).await,
                Err(problem) => CreateOutcome::NotSent(problem),
            }
        };
        let answer = move |outcome| Event::CreateAnswered { request, outcome };
        self.answer(work, answer, || CreateOutcome::Unknown(LostAnswer::Broken(internal_error())));
    }

    pub(super) fn delete_secret(
        &self,
        request: RequestId,
        project: ProjectId,
        client: ClientId,
        secret_id: SecretId,
    ) {
        let connection = Arc::clone(&self.connection);
        let work = async move {
            match connection.client().await {
                Ok(atlas) => atlas.delete_secret(&project, &client, &secret_id).await,
                Err(problem) => DeleteOutcome::Failed(ReadProblem::Transport(problem)),
            }
        };
        let answer = move |outcome| Event::DeleteAnswered { request, outcome };
        self.answer(work, answer, || DeleteOutcome::Failed(broken_read()));
    }

    pub(super) fn read_settings(&self, request: RequestId, organization: OrganizationId) {
        let connection = Arc::clone(&self.connection);
        let work = async move {
            let atlas = connection.client().await.map_err(ReadProblem::Transport)?;
            atlas.organization_settings(&organization).await
        };
        let answer = move |result| Event::SettingsRead { request, result };
        self.answer(work, answer, || Err(broken_read()));
    }

    pub(super) fn verify(&self, request: RequestId, client: ClientId, value: SecretString) {
        let connection = Arc::clone(&self.connection);
        let work = async move {
            match connection.client().await {
                Ok(atlas) => atlas.verify(&client, &value).await,
                Err(problem) => VerifyOutcome::CouldNotCheck(ReadProblem::Transport(problem)),
            }
        };
        let answer = move |outcome| Event::SecretVerified { request, outcome };
        self.answer(work, answer, || VerifyOutcome::CouldNotCheck(broken_read()));
    }

    pub(super) fn read_project(&self, request: RequestId, project: ProjectId) {
        let connection = Arc::clone(&self.connection);
        let work = async move {
            let atlas = connection.client().await.map_err(ReadProblem::Transport)?;
            atlas.project(&project).await
        };
        let answer = move |result| Event::ProjectRead { request, result };
        self.answer(work, answer, || Err(broken_read()));
    }
}
