//! Doing what the core asks for. Every effect that is answered runs in a task of its own, and is answered
//! whatever happens to the task.

mod atlas;
mod delivery;
mod notes;
mod sign_in;

use std::fs::File;
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;

use crate::core::{Effect, Event};
use crate::delivery::Copier;
use crate::domain::{ReadProblem, ServerText, TransportProblem};

use super::connection::Connections;
use super::notes::Notes;
use super::signing_in::Authenticator;

/// What effects are done with.
#[derive(Clone)]
pub(super) struct Executor {
    pub connection: Arc<Connections>,
    pub desk: Arc<Authenticator>,
    pub copier: Arc<Copier>,
    /// Where escape sequences for the terminal go.
    pub terminal: Option<Arc<File>>,
    /// The notes on the disk.
    pub notes: Arc<Notes>,
    /// What leaving waits for: a clipboard that is being emptied, a note that is being taken away.
    pub unfinished: Arc<Mutex<Vec<JoinHandle<()>>>>,
    /// What `~` stands for.
    pub home: Option<PathBuf>,
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
            Effect::UseSession { request } => self.use_session(request),
            Effect::ReadProject { request, project } => self.read_project(request, project),
            Effect::ReadAccount { request, project, client } => self.read_account(request, project, client),
            Effect::ReadProjects { request, page } => self.read_projects(request, page),
            Effect::ReadAccounts { request, project, page } => self.read_accounts(request, project, page),
            Effect::CreateSecret { request, new_secret } => self.create_secret(request, new_secret),
            Effect::DeleteSecret { request, project, client, secret_id } => {
                self.delete_secret(request, project, client, secret_id);
            }
            Effect::CopyToClipboard { request, format, payload } => self.copy(request, format, payload),
            Effect::CheckClipboard { request } => self.check_clipboard(request),
            Effect::ExtendClipboard { request, by } => self.extend_clipboard(request, by),
            Effect::SaveToFile { request, path, payload } => self.save(request, path, payload),
            Effect::PipeToCommand { request, line, payload } => self.pipe(request, line, payload),
            Effect::PrintSecret { request, format, payload } => self.print(request, format, payload),
            Effect::ReadSettings { request, organization } => self.read_settings(request, organization),
            Effect::NoteCreation { request, new_secret, begun_at, ids_before } => {
                self.note_creation(request, new_secret, begun_at, ids_before);
            }
            Effect::NoteSecret { secret_id, expires_at } => self.note_secret(secret_id, expires_at),
            Effect::ForgetCreation => self.forget_creation(),
            Effect::ForgetLeftOver { number } => self.forget_left_over(number),
            Effect::VerifySecret { request, client, value } => self.verify(request, client, value),
            Effect::CopyText { request, text } => self.copy_text(request, text),
            Effect::ClearClipboard => self.clear_clipboard(),
            Effect::Tell(_) | Effect::TakeTerminal | Effect::Suspend | Effect::Repaint | Effect::Quit(_) => {}
        }
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

fn internal_error() -> TransportProblem {
    let words = format!("a mistake of this program at {}", super::panics::place());
    TransportProblem::Interrupted(ServerText::new(&words))
}

fn broken_read() -> ReadProblem {
    ReadProblem::Transport(internal_error())
}
