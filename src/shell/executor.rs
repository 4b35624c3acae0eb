//! Carries out the commands of the interface. Jobs go to the runner; deliveries and records are handled here.

use std::future::Future;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use secrecy::SecretString;
use tokio::task::JoinHandle;

use crate::delivery::{
    self, ClipboardContent, CommandOutput, Copier, CopyOutcome, DeliveryFailure, ProfileUpdate, deliver,
    render,
};
use crate::domain::{ApiError, ClientId, ProfileName, SecretPayload, ServerText};
use crate::headless::{not_printed, print};
use crate::jobs::{Authenticator, Connections, Journal as _, Records};
use crate::process::internal_error;
use crate::terminal::TerminalOutput;
use crate::tui::{Command, Event, JobRunner, SignInWith, Slot};

pub(super) struct Executor {
    pub runner: JobRunner<Arc<Connections>, Arc<Records>>,
    pub connections: Arc<Connections>,
    pub authenticator: Arc<Authenticator>,
    pub copier: Arc<Copier>,
    /// Where escape sequences for the terminal go.
    pub terminal: Option<TerminalOutput>,
    pub records: Arc<Records>,
    /// What `~` stands for.
    pub home: Option<PathBuf>,
    /// The Atlas CLI's profile file.
    pub cli_config: Option<PathBuf>,
    /// Tasks to wait for before quitting: clearing the clipboard, changing a record.
    pub unfinished: Vec<JoinHandle<()>>,
}

impl Executor {
    pub fn start(&mut self, command: Command) {
        let Some(command) = self.runner.start(command) else { return };
        let (copier, records) = (Arc::clone(&self.copier), Arc::clone(&self.records));
        let home = self.home.clone();
        match command {
            Command::SignIn(with) => self.sign_in(with),
            Command::UseSession => {
                self.connections.use_tried();
                self.report_login();
            }
            Command::RecordSecret(id, expires_at) => {
                self.keep(async move { records.created(id, expires_at).await });
            }
            Command::RemoveRecord => self.keep(async move { records.remove().await }),
            Command::RemovePrevious(number) => {
                self.keep(async move { records.remove_pending(number).await });
            }
            Command::FindProfiles(client) => self.find_profiles(client),
            Command::UpdateProfiles(profiles, payload) => self.update_profiles(profiles, payload),
            Command::Copy(format, payload) => self.copy(render(format, &payload), true),
            Command::CopyText(text) => self.copy(text.into(), false),
            Command::CheckClipboard => self.check_clipboard(async move { copier.content().await }),
            Command::ExtendClipboard(by) => self.check_clipboard(async move { copier.extend(by).await }),
            Command::ClearClipboard => {
                self.unfinished.push(tokio::spawn(async move {
                    copier.clear().await;
                }));
            }
            Command::Deliver(task, payload) => {
                // The event loop has restored the terminal, which belongs to the command until it ends.
                let terminal = self.terminal();
                let work = async move { deliver(&task, home.as_deref(), &payload, terminal).await };
                let failed =
                    || (Err(DeliveryFailure::interrupted(&internal_error())), CommandOutput::default());
                let delivered = |(result, output)| Event::Delivered(result, output);
                self.runner.deliver(Slot::Deliver, delivered, work, failed);
            }
            Command::FindPresets => {
                let find = || delivery::find_presets(&std::env::var_os("PATH").unwrap_or_default());
                let found = async move { tokio::task::spawn_blocking(find).await.unwrap_or_default() };
                self.runner.deliver(Slot::Presets, Event::PresetsFound, found, Vec::new);
            }
            // The event loop has restored the terminal: the output may end up there.
            Command::Print(format, payload) => {
                let print = async move { print(format, *payload).await };
                self.runner.deliver(Slot::Print, Event::Printed, print, || Err(not_printed()));
            }
            // The event loop handles the rest.
            _ => {}
        }
    }

    fn terminal(&self) -> Box<dyn Write + Send> {
        match self.terminal.clone() {
            Some(terminal) => Box::new(terminal),
            // Writing to an empty buffer fails.
            None => Box::new(io::Cursor::new([0; 0])),
        }
    }

    fn copy(&mut self, value: SecretString, is_secret: bool) {
        let copier = Arc::clone(&self.copier);
        let mut terminal = self.terminal();
        let copy = async move {
            if is_secret {
                copier.copy(&value, &mut *terminal).await
            } else {
                copier.copy_text(&value, &mut *terminal).await
            }
        };
        let failed = || CopyOutcome::Failed { reasons: vec![internal_error()] };
        self.runner.deliver(Slot::Copy, Event::CopyFinished, copy, failed);
    }

    fn check_clipboard(&mut self, check: impl Future<Output = ClipboardContent> + Send + 'static) {
        self.runner.deliver(Slot::Clipboard, Event::ClipboardChecked, check, || ClipboardContent::Unreadable);
    }

    fn find_profiles(&mut self, client: ClientId) {
        let (Some(config), Some((host, _))) = (self.cli_config.clone(), self.connections.endpoint()) else {
            return;
        };
        let search = delivery::profiles_of(config, client.clone(), host);
        let found = |names| Event::ProfilesFound(client, names);
        self.runner.deliver(Slot::Profiles, found, search, Vec::new);
    }

    fn update_profiles(&mut self, profiles: Vec<ProfileName>, payload: Box<SecretPayload>) {
        let Some(config) = self.cli_config.clone() else { return };
        let failed = |profile| ProfileUpdate { profile, result: Err(internal_error()) };
        let failures = profiles.clone();
        let update = delivery::update_profiles(config, profiles, payload);
        let failed = move || failures.into_iter().map(failed).collect();
        self.runner.deliver(Slot::Profiles, Event::ProfilesUpdated, update, failed);
    }

    fn sign_in(&mut self, with: SignInWith) {
        let (authenticator, connections) = (Arc::clone(&self.authenticator), Arc::clone(&self.connections));
        let failed = || Err(ApiError::internal(internal_error()));
        self.runner.replace(
            Slot::SignIn,
            Event::SignInTried,
            |_| async move { authenticator.sign_in(&connections, with).await },
            failed,
        );
    }

    /// Sets up the client, and reports which secret signs in.
    pub fn report_login(&self) {
        let (connections, events) = (Arc::clone(&self.connections), self.runner.sender());
        tokio::spawn(async move {
            if let Some(login) = connections.login().await {
                events.send(Event::LoginKnown(login));
            }
            if let Some(note) = connections.credentials_note().await {
                events.send(Event::CredentialNote(ServerText::new(&note)));
            }
        });
    }

    /// Reports the records that earlier runs left.
    pub fn report_pending(&self) {
        let (records, events) = (Arc::clone(&self.records), self.runner.sender());
        tokio::spawn(async move {
            let (found, errors) = records.pending().await;
            for error in errors {
                events.send(Event::RecordFailed(error));
            }
            if !found.is_empty() {
                events.send(Event::PendingRecordsFound(found));
            }
        });
    }

    /// Starts work on a record. Quitting waits for it; only an error is reported.
    fn keep(&mut self, work: impl Future<Output = Result<(), String>> + Send + 'static) {
        let events = self.runner.sender();
        self.unfinished.push(tokio::spawn(async move {
            if let Err(why) = work.await {
                events.send(Event::RecordFailed(why));
            }
        }));
    }

    /// Waits for the tasks that must not be interrupted, and revokes the tokens.
    pub async fn close(&mut self) {
        self.runner.close().await;
        for task in std::mem::take(&mut self.unfinished) {
            // Each task limits its own time, and there is no screen to report to.
            let _ = task.await;
        }
        self.connections.close().await;
    }
}
