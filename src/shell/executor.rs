//! Carries out the commands of the interface: jobs go to the runner, deliveries and records are done here.

use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinHandle;

use crate::delivery::{self, CommandOutput, Copier, render};
use crate::domain::{
    ApiError, ClientId, ClipboardContent, CommandOutcome, CopyFailure, CopyOutcome, PrintFailure,
    ProfileName, ProfileUpdate, SaveFailure, SecretPayload, ServerText, Session, Tried, TriedSession,
};
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
        let Some(command) = self.runner.start(command) else { return };
        match command {
            Command::SignIn(with) => self.sign_in(with),
            Command::UseSession => {
                self.connections.use_tried();
                self.report_login();
            }
            Command::RecordSecret(id, expires_at) => {
                let records = Arc::clone(&self.records);
                self.keep(async move { records.created(id, expires_at).await });
            }
            Command::SettleRecord => {
                let records = Arc::clone(&self.records);
                self.keep(async move { records.remove().await });
            }
            Command::SettlePrevious(number) => {
                let records = Arc::clone(&self.records);
                self.keep(async move { records.remove_pending(number).await });
            }
            Command::FindProfiles(client) => self.find_profiles(client),
            Command::UpdateProfiles(profiles, payload) => self.update_profiles(profiles, payload),
            command => self.deliver(command),
        }
    }

    fn deliver(&mut self, command: Command) {
        let copier = Arc::clone(&self.copier);
        match command {
            Command::Copy(format, payload) => {
                let terminal = self.terminal.clone();
                self.runner.deliver(
                    Slot::Copy,
                    async move {
                        let value = render(format, &payload);
                        Event::CopyFinished(match terminal {
                            Some(mut terminal) => copier.copy(&value, &mut terminal).await,
                            None => copier.copy(&value, &mut NoTerminal).await,
                        })
                    },
                    copy_failed,
                );
            }
            Command::CopyText(text) => {
                let terminal = self.terminal.clone();
                self.runner.deliver(
                    Slot::Copy,
                    async move {
                        Event::CopyFinished(match terminal {
                            Some(mut terminal) => copier.copy_text(text, &mut terminal).await,
                            None => copier.copy_text(text, &mut NoTerminal).await,
                        })
                    },
                    copy_failed,
                );
            }
            Command::CheckClipboard => {
                let check = async move { Event::ClipboardChecked(copier.content().await) };
                self.runner.deliver(Slot::Clipboard, check, clipboard_failed);
            }
            Command::ExtendClipboard(by) => {
                let extend = async move { Event::ClipboardChecked(copier.extend(by).await) };
                self.runner.deliver(Slot::Clipboard, extend, clipboard_failed);
            }
            Command::ClearClipboard => {
                let clearing = tokio::spawn(async move {
                    copier.clear().await;
                });
                self.unfinished.push(clearing);
            }
            Command::Save(path, payload) => {
                let home = self.home.clone();
                self.runner.deliver(
                    Slot::Save,
                    async move { Event::Saved(delivery::save(&path, home.as_deref(), &payload).await) },
                    || Event::Saved(Err(SaveFailure::Other(internal_error()))),
                );
            }
            Command::UpdateEnv(path, payload, may_make_private) => {
                let home = self.home.clone();
                self.runner.deliver(
                    Slot::Save,
                    async move {
                        let updated =
                            delivery::update_env(&path, home.as_deref(), &payload, may_make_private);
                        Event::FileUpdated(updated.await)
                    },
                    || Event::FileUpdated(Err(SaveFailure::Other(internal_error()))),
                );
            }
            // The caller has given the terminal back: the command has it until it ends.
            Command::Run(line, payload) => {
                let home = self.home.clone();
                self.runner.deliver(
                    Slot::Run,
                    async move {
                        Event::CommandEnded(match CommandOutput::on_terminal() {
                            Ok(output) => delivery::pipe_to(&line, home.as_deref(), &payload, output).await,
                            Err(error) => CommandOutcome::NotStarted(ServerText::new(&error.to_string())),
                        })
                    },
                    || Event::CommandEnded(CommandOutcome::Lost(internal_error())),
                );
            }
            // The caller has given the terminal back, which may be where standard output leads in the end.
            Command::Print(format, payload) => self.runner.run(
                async move {
                    let written =
                        tokio::task::spawn_blocking(move || delivery::write_secret(format, &payload));
                    Event::Printed(
                        written.await.unwrap_or_else(|_| Err(PrintFailure::Other(internal_error()))),
                    )
                },
                || Event::Printed(Err(PrintFailure::Other(internal_error()))),
            ),
            _ => {}
        }
    }

    fn find_profiles(&mut self, client: ClientId) {
        let Some(config) = self.cli_config.clone() else { return };
        let nothing = Event::ProfilesFound(client.clone(), Vec::new());
        let search = async move {
            let found = delivery::profiles_of(config, client.clone()).await;
            Event::ProfilesFound(client, found)
        };
        self.runner.deliver(Slot::Profiles, search, || nothing);
    }

    fn update_profiles(&mut self, profiles: Vec<ProfileName>, payload: Box<SecretPayload>) {
        let Some(config) = self.cli_config.clone() else { return };
        let failed = |profile| ProfileUpdate { profile, result: Err(internal_error()) };
        let failures = profiles.clone();
        self.runner.deliver(
            Slot::Profiles,
            async move { Event::ProfilesUpdated(delivery::update_profiles(config, profiles, payload).await) },
            move || Event::ProfilesUpdated(failures.into_iter().map(failed).collect()),
        );
    }

    fn sign_in(&mut self, with: SignInWith) {
        let (authenticator, connections) = (Arc::clone(&self.authenticator), Arc::clone(&self.connections));
        let session = Session::signed_out(&self.authenticator.base_url);
        let failed = || {
            let tried = Tried::Refused(ApiError::interrupted(internal_error()));
            Event::SignInTried(TriedSession { tried, session, project: None, client: None })
        };
        self.runner.replace(
            Slot::SignIn,
            |_| async move {
                Event::SignInTried(match with {
                    SignInWith::Credentials(credentials) => {
                        authenticator.try_credentials(&connections, credentials).await
                    }
                    SignInWith::Profile(name) => authenticator.try_profile(&connections, &name).await,
                    SignInWith::Demo => authenticator.open_demo(&connections).await,
                })
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
        });
    }

    /// Reports the records that previous runs left.
    pub fn report_pending(&self) {
        let (records, events) = (Arc::clone(&self.records), self.runner.sender());
        tokio::spawn(async move {
            let (found, problems) = records.pending().await;
            for problem in problems {
                events.send(Event::RecordFailed(problem));
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

/// Where there is no terminal, nothing can be sent to it.
struct NoTerminal;

impl io::Write for NoTerminal {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::NotConnected.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn copy_failed() -> Event {
    Event::CopyFinished(CopyOutcome::Failed(CopyFailure { reasons: vec![internal_error()] }))
}

fn clipboard_failed() -> Event {
    Event::ClipboardChecked(ClipboardContent::Unreadable)
}
