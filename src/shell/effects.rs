//! Doing what the core asks for. Every effect that is answered runs in a task of its own, and is answered
//! whatever happens to the task.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::mpsc::UnboundedSender;

use crate::core::{Effect, Event};
use crate::domain::{
    ClientId, ClipboardContent, CopyFailure, CopyOutcome, CreateOutcome, Credentials, DeleteOutcome,
    LostAnswer, NewSecret, ProjectId, ReadProblem, RequestId, SecretId, ServerText, Session,
    TransportProblem, Tried, TriedSession,
};
use crate::handoff::Copier;

use super::connection::Connections;
use super::patience::read_patiently;
use super::signing_in::SignInDesk;

/// What effects are done with.
#[derive(Clone)]
pub(super) struct Executor {
    pub connection: Arc<Connections>,
    pub desk: Arc<SignInDesk>,
    pub copier: Arc<Copier>,
    pub answers: UnboundedSender<Event>,
}

impl Executor {
    /// Starts what is answered later. Effects for the terminal are the loop's own.
    pub fn start(&self, effect: Effect) {
        match effect {
            Effect::SignIn { request } => self.sign_in(request),
            Effect::TryCredentials { request, credentials } => self.try_credentials(request, credentials),
            Effect::TryProfile { request, name } => self.try_profile(request, name),
            Effect::OpenDemo { request } => self.open_demo(request),
            Effect::ReadAccount { request, project, client } => self.read_account(request, project, client),
            Effect::ReadProjects { request, page } => self.read_projects(request, page),
            Effect::ReadAccounts { request, project, page } => self.read_accounts(request, project, page),
            Effect::CreateSecret { request, new_secret } => self.create_secret(request, new_secret),
            Effect::DeleteSecret { request, project, client, secret_id } => {
                self.delete_secret(request, project, client, secret_id);
            }
            Effect::CopyToClipboard { request, value } => self.copy(request, value),
            Effect::CheckClipboard { request } => self.check_clipboard(request),
            Effect::UseSession { request } => self.connection.adopt(request),
            Effect::Suspend | Effect::Repaint | Effect::Quit(_) => {}
        }
    }

    fn try_credentials(&self, request: RequestId, credentials: Credentials) {
        let (connection, desk) = (Arc::clone(&self.connection), Arc::clone(&self.desk));
        let work = async move { desk.try_credentials(&connection, request, credentials).await };
        self.answer_sign_in(request, work);
    }

    fn try_profile(&self, request: RequestId, name: ServerText) {
        let (connection, desk) = (Arc::clone(&self.connection), Arc::clone(&self.desk));
        let work = async move { desk.try_profile(&connection, request, &name).await };
        self.answer_sign_in(request, work);
    }

    fn open_demo(&self, request: RequestId) {
        let (connection, desk) = (Arc::clone(&self.connection), Arc::clone(&self.desk));
        let work = async move { desk.open_demo(&connection, request).await };
        self.answer_sign_in(request, work);
    }

    fn read_account(&self, request: RequestId, project: ProjectId, client: ClientId) {
        let connection = Arc::clone(&self.connection);
        let work = async move {
            let atlas = connection.client().await.map_err(ReadProblem::Transport)?;
            atlas.service_account(&project, &client).await
        };
        let answer = move |result| Event::AccountRead { request, result };
        self.answer(work, answer, || Err(broken_read()));
    }

    fn read_projects(&self, request: RequestId, page: u32) {
        let connection = Arc::clone(&self.connection);
        let read = move || {
            let connection = Arc::clone(&connection);
            async move { connection.client().await.map_err(ReadProblem::Transport)?.projects(page).await }
        };
        let work = read_patiently(read, self.tell_delay(request));
        let answer = move |result| Event::ProjectsRead { request, result };
        self.answer(work, answer, || Err(broken_read()));
    }

    fn read_accounts(&self, request: RequestId, project: ProjectId, page: u32) {
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

    fn create_secret(&self, request: RequestId, new_secret: NewSecret) {
        let connection = Arc::clone(&self.connection);
        let work = async move {
            #[cfg(debug_assertions)]
            super::rehearsal::panic_if_asked("create");
            match connection.client().await {
                Ok(atlas) => atlas.create_secret(&new_secret).await,
                Err(problem) => CreateOutcome::NotSent(problem),
            }
        };
        let answer = move |outcome| Event::CreateAnswered { request, outcome };
        self.answer(work, answer, || CreateOutcome::Unknown(LostAnswer::Broken(own_mistake())));
    }

    fn delete_secret(&self, request: RequestId, project: ProjectId, client: ClientId, secret_id: SecretId) {
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

    fn check_clipboard(&self, request: RequestId) {
        let copier = Arc::clone(&self.copier);
        let work = async move { copier.content().await };
        let answer = move |content| Event::ClipboardChecked { request, content };
        self.answer(work, answer, || ClipboardContent::Unreadable);
    }

    fn answer_sign_in(&self, request: RequestId, work: impl Future<Output = TriedSession> + Send + 'static) {
        let session = Session::signed_out(&self.desk.base_url);
        let instead =
            || TriedSession { tried: Tried::Refused(broken_read()), session, project: None, client: None };
        self.answer(work, move |outcome| Event::SignInTried { request, outcome }, instead);
    }

    fn sign_in(&self, request: RequestId) {
        let connection = Arc::clone(&self.connection);
        let work = async move {
            #[cfg(debug_assertions)]
            super::rehearsal::panic_if_asked("sign in");
            let atlas = connection.client().await.map_err(ReadProblem::Transport)?;
            atlas.sign_in().await
        };
        self.answer(work, move |result| Event::SignedIn { request, result }, || Err(broken_read()));
    }

    fn copy(&self, request: RequestId, value: SecretString) {
        let copier = Arc::clone(&self.copier);
        let work = async move { copier.copy(&value, &mut io::stdout()).await };
        let failed = || {
            let reasons = vec![ServerText::new(own_mistake().cause())];
            CopyOutcome::Failed(CopyFailure { reasons })
        };
        self.answer(work, move |outcome| Event::CopyFinished { request, outcome }, failed);
    }

    /// Runs `work` and sends its answer; where the task itself dies of a mistake, `instead` is the answer.
    fn answer<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
        event: impl FnOnce(T) -> Event + Send + 'static,
        instead: impl FnOnce() -> T + Send + 'static,
    ) {
        let answers = self.answers.clone();
        let task = tokio::spawn(work);
        tokio::spawn(async move {
            let result = task.await.unwrap_or_else(|_| instead());
            // The receiver is gone only when the program is leaving.
            let _ = answers.send(event(result));
        });
    }
}

fn own_mistake() -> TransportProblem {
    let words = format!("a mistake of this program at {}", super::panics::place());
    TransportProblem::Interrupted(ServerText::new(&words))
}

fn broken_read() -> ReadProblem {
    ReadProblem::Transport(own_mistake())
}
