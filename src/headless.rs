//! A run without an interface (`--yes` with redirected standard output). It uses the same jobs, takes its decisions
//! from options, and prints its progress to standard error.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use secrecy::SecretString;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::delivery::write_secret;
use crate::domain::{
    ApiError, ApiResult, Certainty, CreatedSecret, Delivery, Disposition, Exit, ExitSummary, Flags, Format,
    GRACE, NewSecret, OrganizationId, PendingRecord, SecretPayload, ServerText, Signal, text,
};
use crate::jobs::{
    self, AccountBefore, AtlasApi, Connections, Journal as _, NotCreated, Operator, Outcome, PAUSES,
    Question, Reason, Records, Recovered, Step,
};
use crate::process::{internal_error, say, time_zone, wall_clock};

/// Printed before the first request.
pub const SIGNING_IN: &str = "Signing in";

pub struct Headless {
    pub connections: Arc<Connections>,
    pub records: Arc<Records>,
    pub new_secret: NewSecret,
    /// Who is signed in, as the beginning of a sentence.
    pub signed_in_as: String,
    /// The profile or the variable that the credentials come from.
    pub login_holder: Option<ServerText>,
    /// What the command line approved.
    pub flags: Flags,
    pub format: Format,
    /// True if signing in was already reported, because names were looked up.
    pub has_signed_in: bool,
    /// True while a POST runs and once a secret exists. The exit message must then not say that nothing was created,
    /// not even after a panic.
    pub may_have_created: Arc<AtomicBool>,
}

/// The exit code, and what happened to the secret.
pub type Ended = (Exit, Option<ExitSummary>);

/// A secret that could not be written to standard output. Only an interface can still deliver it.
pub struct Undelivered {
    pub payload: SecretPayload,
    /// Whether Atlas accepts the secret, if that was verified.
    pub verified: Option<ApiResult<()>>,
    /// Why writing to standard output failed.
    pub why: String,
}

impl Headless {
    /// Creates the secret and writes it to standard output. `signals` waits for the next signal.
    pub async fn run(self, mut signals: impl AsyncFnMut() -> Signal) -> Result<Ended, Box<Undelivered>> {
        self.report_in_background();
        let organization = self.fetch_organization();
        let mut operator = FlagOperator {
            flags: self.flags,
            printed: self.has_signed_in.then_some(SIGNING_IN).into_iter().collect(),
            may_have_created: &self.may_have_created,
        };
        let (cancel, clock) = (CancellationToken::new(), &wall_clock);
        let (atlas, records) = (&self.connections, &self.records);
        let job = jobs::create(atlas, records, clock, &mut operator, &cancel, &self.new_secret);
        // The first signal cancels the job. There is no outcome if the job does not end in time.
        let (outcome, signal) = within_grace(&mut signals, job, || cancel.cancel()).await;
        Ok(match (outcome, signal) {
            (Some(Outcome::Created(secret)), signal) => {
                return self.deliver(*secret, organization, signal, signals).await;
            }
            (Some(Outcome::Unknown(lost, before)), None) => self.recover(&lost, &before, signals).await,
            (Some(Outcome::NotCreated(not_created)), None) => {
                say(&self.explain(&not_created));
                let exit = match &not_created.reason {
                    Reason::Preflight(error) | Reason::Post(error) => Exit::without_secret(error),
                    _ => Exit::NothingCreated,
                };
                (exit, None)
            }
            (Some(Outcome::NotCreated(_)), Some(signal)) => (Exit::Signal(signal.0), None),
            (None, Some(signal)) if !self.may_have_created.load(Ordering::Relaxed) => {
                (Exit::Signal(signal.0), None)
            }
            _ => self.perhaps_created(),
        })
    }

    fn perhaps_created(&self) -> Ended {
        (Exit::NotDelivered, Some(ExitSummary::perhaps_created(self.new_secret.account.client.clone())))
    }

    /// Reports in the background what the user should know about the credentials, and the secrets that earlier runs did
    /// not deliver. Only a run with an interface can delete those.
    fn report_in_background(&self) {
        let (records, connections) = (Arc::clone(&self.records), Arc::clone(&self.connections));
        tokio::spawn(async move {
            if let Some(note) = connections.credentials_note().await {
                say(&note);
            }
        });
        tokio::spawn(async move {
            let (found, errors) = records.pending().await;
            for error in errors {
                say(&error);
            }
            let left = match &found[..] {
                [] => return,
                [PendingRecord { entry, .. }] => match &entry.secret_id {
                    Some(id) => format!(
                        "A previous run created secret {id} for {}. It may not have been delivered.",
                        entry.account.client
                    ),
                    None => format!(
                        "A previous run may have created a secret for {} that was never delivered.",
                        entry.account.client
                    ),
                },
                _ => "Previous runs may have created secrets that were not delivered.".to_owned(),
            };
            let what = if found.len() == 1 { "it" } else { "them" };
            say(&format!("{left} Run atlas-secret without --yes to keep or delete {what}."));
        });
    }

    /// Fetches the organization in the background if the format contains its ID.
    fn fetch_organization(&self) -> impl Future<Output = Option<OrganizationId>> + use<> {
        let (connections, project) = (Arc::clone(&self.connections), self.new_secret.account.project.clone());
        let is_needed = self.format.names_the_organization();
        let task = is_needed.then(|| tokio::spawn(async move { connections.project(&project).await.ok() }));
        async move {
            let organization = task?.await.ok().flatten().and_then(|project| project.organization);
            if organization.is_none() {
                say(text::NO_ORGANIZATION);
            }
            organization
        }
    }

    async fn deliver(
        &self,
        secret: CreatedSecret,
        organization: impl Future<Output = Option<OrganizationId>>,
        signal: Option<Signal>,
        mut signals: impl AsyncFnMut() -> Signal,
    ) -> Result<Ended, Box<Undelivered>> {
        let ended = |exit, disposition| {
            Ok((exit, Some(ExitSummary::of(&self.new_secret.account.client, &secret, disposition))))
        };
        // Comes first, so that the next run knows the secret's ID whatever happens.
        say_error(self.records.created(secret.id.clone(), secret.expires_at).await);
        if signal.is_some() {
            return ended(Exit::NotDelivered, Disposition::NotDelivered);
        }
        let ready = async { (organization.await, self.verify(&secret.value).await) };
        let Ok((organization, verified)) = before_signal(&mut signals, ready).await else {
            return ended(Exit::NotDelivered, Disposition::NotDelivered);
        };
        let payload =
            SecretPayload { new_secret: self.new_secret.clone(), secret: secret.clone(), organization };
        match within_grace(&mut signals, print(self.format, payload.clone()), || {}).await.0 {
            Some(Ok(())) => {
                say_error(self.records.remove().await);
                if let Some(warning) = text::value_warning(&secret.value) {
                    say(warning);
                }
                ended(Exit::Done, Disposition::Delivered(vec![Delivery::Printed]))
            }
            Some(Err(why)) => Err(Box::new(Undelivered { payload, verified, why })),
            None => ended(Exit::NotDelivered, Disposition::PerhapsDelivered(Vec::new())),
        }
    }

    async fn verify(&self, value: &SecretString) -> Option<ApiResult<()>> {
        if !self.flags.verify {
            return None;
        }
        let result = self.connections.verify(&self.new_secret.account.client, value).await;
        match &result {
            Ok(()) => say("Verified: Atlas accepts the new secret."),
            Err(error) => say(&error.after_verifying()),
        }
        Some(result)
    }

    async fn recover(
        &self,
        lost: &ApiError,
        before: &AccountBefore,
        mut signals: impl AsyncFnMut() -> Signal,
    ) -> Ended {
        let account = &self.new_secret.account;
        let started = tokio::time::Instant::now();
        let search = jobs::recover(&self.connections, account, before, &PAUSES, |_| {});
        let Ok(recovered) = before_signal(&mut signals, search).await else { return self.perhaps_created() };
        let why = lost.after_creating(matches!(recovered, Recovered::Found(_)));
        let who = lost.possible_responder();
        let gap = if who.is_empty() { "" } else { " " };
        say(&format!("{why}{gap}{who} {}", found(&recovered, started.elapsed())));
        let mut summary = ExitSummary::of_lost(self.new_secret.account.client.clone(), lost);
        if let Recovered::Found(secret) = recovered {
            say_error(self.records.created(Some(secret.id.clone()), None).await);
            summary = summary.found(&secret);
        }
        (Exit::NotDelivered, Some(summary))
    }

    /// Explains why nothing was created and what to do. The most important message is on the first line.
    fn explain(&self, not_created: &NotCreated) -> String {
        let Some(explanation) = not_created.explain(&self.signed_in_as) else {
            return Certainty::NotDone.message().to_owned();
        };
        let mut lines = vec![format!("{} {}", Certainty::NotDone.message(), explanation.title)];
        if let Reason::Post(error) | Reason::Preflight(error) = &not_created.reason {
            let fields = error.refused_fields().into_iter();
            lines.extend(fields.map(|(name, message)| format!("{}: {message}", name.option())));
            let holder = self.login_holder.as_ref().filter(|_| error.is_about_signing_in());
            lines.extend(holder.map(|holder| format!("The credentials come from {holder}.")));
        }
        lines.push(explanation.meaning.into_owned());
        lines.push(explanation.action.into_owned());
        lines.extend(explanation.atlas_message.map(|message| format!("Atlas: {message}")));
        lines.retain(|line| !line.is_empty());
        lines.join("\n  ")
    }
}

fn say_error(result: Result<(), String>) {
    if let Err(why) = result {
        say(&why);
    }
}

/// The result of `work`, unless a signal comes first.
async fn before_signal<T>(
    signals: &mut impl AsyncFnMut() -> Signal,
    work: impl Future<Output = T>,
) -> Result<T, Signal> {
    tokio::select! {
        biased;
        result = work => Ok(result),
        signal = signals() => Err(signal),
    }
}

/// The result of `work`, and the signal that came before it. The signal calls `stop`, and the work gets a little more
/// time. A second signal ends the wait.
async fn within_grace<T>(
    signals: &mut impl AsyncFnMut() -> Signal,
    work: impl Future<Output = T>,
    stop: impl FnOnce(),
) -> (Option<T>, Option<Signal>) {
    let mut work = pin!(work);
    match before_signal(signals, work.as_mut()).await {
        Ok(result) => (Some(result), None),
        Err(signal) => {
            stop();
            let result = timeout(GRACE, before_signal(signals, work)).await;
            (result.ok().and_then(Result::ok), Some(signal))
        }
    }
}

/// Writes the secret to standard output.
pub(crate) async fn print(format: Format, payload: SecretPayload) -> Result<(), String> {
    let written = tokio::task::spawn_blocking(move || write_secret(format, &payload));
    written.await.unwrap_or_else(|_| Err(not_printed()))
}

/// The message if writing has panicked.
pub(crate) fn not_printed() -> String {
    format!("Standard output could not be written: {}.", internal_error())
}

/// What the search has found, and what the user must do.
fn found(recovered: &Recovered, after: Duration) -> String {
    match recovered {
        Recovered::NoneAppeared => text::none_appeared(after),
        Recovered::Found(secret) => format!(
            "Secret {} ({}) appeared after the request, so this run probably created it.",
            secret.id,
            text::short_label(secret, "...")
        ),
        Recovered::Several(secrets) => {
            let ids: Vec<&str> = secrets.iter().map(|secret| secret.id.as_str()).collect();
            format!(
                "It is not clear whether this run created one of the new secrets ({}). The project's Activity Feed \
                 in Atlas shows it.",
                ids.join(", ")
            )
        }
        Recovered::Failed(error) => text::check_failed(error),
    }
}

/// The operator of a run without an interface: takes its decisions from options, and prints progress to standard error.
struct FlagOperator<'a> {
    flags: Flags,
    /// The steps that were printed. Each is printed once, although the account is fetched again after its expired secret
    /// was deleted. A retry prints the last one again.
    printed: Vec<&'static str>,
    may_have_created: &'a AtomicBool,
}

impl Operator for FlagOperator<'_> {
    fn progress(&mut self, step: Step) {
        let runs = matches!(step, Step::Creating(_) | Step::StoppedWaiting);
        self.may_have_created.store(runs, Ordering::Relaxed);
        #[cfg(debug_assertions)]
        if runs {
            jobs::test_hooks::panic_if_asked("progress");
        }
        let line = match step {
            Step::SigningIn => SIGNING_IN,
            Step::FetchingAccount => "Reading the account's secrets",
            Step::DeletingExpired => "Deleting the expired secret",
            Step::Recording | Step::Creating(_) => "Creating the secret",
            Step::Retrying(retry) => {
                self.printed.pop();
                return say(&retry.message(retry.pause));
            }
            Step::NotRecorded(why) => return say(&why),
            Step::Fetched(_) | Step::StoppedWaiting => return,
        };
        if !self.printed.contains(&line) {
            self.printed.push(line);
            say(line);
        }
    }

    async fn confirm(&mut self, question: Question) -> bool {
        let Question::Consequences(consequences) = question else { return false };
        let is_approved = self.flags.agree_to(&consequences);
        if is_approved {
            for line in text::approved(&consequences, Some(&time_zone())) {
                say(&line);
            }
        }
        is_approved
    }
}
