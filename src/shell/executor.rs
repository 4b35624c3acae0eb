//! Carries out the commands of the interface: jobs go to the runner, deliveries and records are done here.

use std::future::Future;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use secrecy::SecretString;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinHandle;

use crate::delivery::{self, Copier, render};
use crate::domain::{
    ApiError, ClientId, ClipboardContent, CommandOutcome, CopyOutcome, ProfileName, ProfileUpdate,
    SaveFailure, SecretPayload, ServerText, Session, Tried, TriedSession,
};
use crate::headless::{not_printed, print};
use crate::jobs::{Authenticator, Connections, Records};
use crate::process::{internal_error, wall_clock};
use crate::terminal::TerminalOutput;
use crate::tui::{Command, Event, JobRunner, Report, SignInWith, Slot};

/// What commands are carried out with.
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
    /// The Atlas CLI's file of profiles.
    pub cli_config: Option<PathBuf>,
    /// What leaving waits for: a clipboard that is being emptied, a record that is being removed.
    unfinished: Vec<JoinHandle<()>>,
}

impl Executor {
    pub fn new(
        connections: Arc<Connections>,
        records: Arc<Records>,
        authenticator: Authenticator,
        copier: Copier,
        home: Option<PathBuf>,
    ) -> (Self, UnboundedReceiver<Report>) {
        let (runner, reports) = JobRunner::new(Arc::clone(&connections), Arc::clone(&records), wall_clock);
        let executor = Self {
            runner,
            connections,
            authenticator: Arc::new(authenticator),
            copier: Arc::new(copier),
            terminal: None,
            records,
            home,
            cli_config: None,
            unfinished: Vec::new(),
        };
        (executor, reports)
    }

    /// Starts a command. Those for the terminal are the event loop's own.
    pub fn start(&mut self, command: Command) {
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
            Command::SettleRecord => self.keep(async move { records.remove().await }),
            Command::SettlePrevious(number) => {
                self.keep(async move { records.remove_pending(number).await });
            }
            Command::FindProfiles(client) => self.find_profiles(client),
            Command::UpdateProfiles(profiles, payload) => self.update_profiles(profiles, payload),
            Command::Copy(format, payload) => self.copy(render(format, &payload), true),
            Command::CopyText(text) => self.copy(text.into(), false),
            Command::CheckClipboard => {
                let check = async move { copier.content().await };
                self.runner.deliver(Slot::Clipboard, Event::ClipboardChecked, check, || {
                    ClipboardContent::Unreadable
                });
            }
            Command::ExtendClipboard(by) => {
                let extend = async move { copier.extend(by).await };
                self.runner.deliver(Slot::Clipboard, Event::ClipboardChecked, extend, || {
                    ClipboardContent::Unreadable
                });
            }
            Command::ClearClipboard => {
                self.unfinished.push(tokio::spawn(async move {
                    copier.clear().await;
                }));
            }
            Command::Save(id, path, payload) => {
                let save = async move { delivery::save(&path, home.as_deref(), &payload).await };
                let failed = || Err(SaveFailure::Other(internal_error()));
                self.runner.deliver(Slot::Save, move |result| Event::Saved(id, result), save, failed);
            }
            Command::UpdateEnv(id, path, payload, agreed) => {
                let update =
                    async move { delivery::update_env(&path, home.as_deref(), &payload, &agreed).await };
                let failed = || Err(SaveFailure::Other(internal_error()));
                self.runner.deliver(Slot::Save, move |result| Event::FileUpdated(id, result), update, failed);
            }
            Command::Run(id, line, format, payload) => {
                let mut terminal = self.terminal.clone();
                // The caller has restored the terminal: the command has it until it ends.
                let run = async move {
                    let announce = |program: &str| announce(program, terminal.as_mut());
                    delivery::pipe_to(&line, home.as_deref(), format, &payload, announce).await
                };
                let failed = || CommandOutcome::Lost(internal_error()).into();
                self.runner.deliver(Slot::Run, move |report| Event::CommandEnded(id, report), run, failed);
            }
            Command::FindPresets => {
                let find = || delivery::find_presets(&std::env::var_os("PATH").unwrap_or_default());
                let found = async move { tokio::task::spawn_blocking(find).await.unwrap_or_default() };
                self.runner.deliver(Slot::Presets, Event::PresetsFound, found, Vec::new);
            }
            // The caller has restored the terminal, which may be where standard output leads in the end.
            Command::Print(format, payload) => {
                let print = async move { print(format, *payload).await };
                self.runner.deliver(Slot::Print, Event::Printed, print, || Err(not_printed()));
            }
            job => self.runner.start(job),
        }
    }

    fn copy(&mut self, value: SecretString, is_secret: bool) {
        let copier = Arc::clone(&self.copier);
        let mut terminal: Box<dyn Write + Send> = match self.terminal.clone() {
            Some(terminal) => Box::new(terminal),
            // The buffer is empty, so that writing to it fails.
            None => Box::new(io::Cursor::new([0; 0])),
        };
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

    fn find_profiles(&mut self, client: ClientId) {
        let Some(config) = self.cli_config.clone() else { return };
        let search = delivery::profiles_of(config, client.clone());
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
        let session = Session::signed_out(&self.authenticator.base_url);
        let failed = || {
            let tried = Tried::Refused(ApiError::interrupted(internal_error()));
            TriedSession { tried, session, project: None, client: None }
        };
        self.runner.replace(
            Slot::SignIn,
            Event::SignInTried,
            |_| async move {
                match with {
                    SignInWith::Credentials(credentials) => {
                        authenticator.try_credentials(&connections, credentials).await
                    }
                    SignInWith::Profile(name) => authenticator.try_profile(&connections, &name).await,
                    SignInWith::Demo => authenticator.open_demo(&connections).await,
                }
            },
            failed,
        );
    }

    /// Sets the client up, and reports which secret signs in once that is known.
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

    /// Reports the records that previous runs left.
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

    /// Work on a record that leaving waits for; only its failure is reported.
    fn keep(&mut self, work: impl Future<Output = Result<(), String>> + Send + 'static) {
        let events = self.runner.sender();
        self.unfinished.push(tokio::spawn(async move {
            if let Err(why) = work.await {
                events.send(Event::RecordFailed(why));
            }
        }));
    }

    /// Finishes what must not be cut off by leaving, and revokes the tokens.
    pub async fn close(&mut self) {
        self.runner.close().await;
        for task in std::mem::take(&mut self.unfinished) {
            // Each has its own limit, and there is no screen to report to.
            let _ = task.await;
        }
        self.connections.close().await;
    }
}

/// Says on the terminal what has it now. What a command prints is captured, so that nothing else would say so.
fn announce(program: &str, terminal: Option<&mut TerminalOutput>) {
    if let Some(terminal) = terminal {
        let message = format!(
            "Running {}. What it prints is shown when it ends; Ctrl-C stops it.\n",
            ServerText::new(program)
        );
        let _ = terminal.write_all(message.as_bytes()).and_then(|()| terminal.flush());
    }
}
