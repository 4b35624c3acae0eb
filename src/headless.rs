//! A run without an interface (`--yes` with standard output elsewhere): the same jobs, with flags for answers and
//! lines on standard error for progress.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::delivery::write_secret;
use crate::domain::{
    ApiError, Certainty, Delivery, Disposition, ExistingSecret, Exit, ExitSummary, Format, NewSecret,
    OrganizationId, SecretId, SecretPayload, ServiceAccount,
};
use crate::jobs::{
    self, AtlasApi, Before, Connections, Created, Operator, Outcome, PAUSES, Question, Reason, Records,
    Recovered, Step, pause_before_restart,
};
use crate::process::{internal_error, say, wall_clock};
use crate::tui::screens::{
    CreatedScreen, FIND_YOURS, FieldName, Form, NO_ORGANIZATION, PROBABLY_YOURS, Validation, check_failed,
    none_appeared, not_clear, why_lost,
};
use crate::tui::{Failure, Flags, GRACE, Glyphs, Signal, date_time, words};

/// What a run without an interface works with.
pub struct Headless {
    /// Atlas.
    pub connections: Arc<Connections>,
    /// The records of pending creations.
    pub records: Arc<Records>,
    /// What is to be created, and the fields that Atlas's refusals name.
    pub form: Form,
    /// Who is signed in, to begin a sentence with.
    pub who: String,
    /// What the command line approved.
    pub flags: Flags,
    /// What standard output gets.
    pub format: Format,
    /// True while a POST runs, and once a secret exists: nothing else may then be claimed, not even after a panic.
    pub may_have_created: Arc<AtomicBool>,
}

/// How the creating job went.
enum Ran {
    Ended(Outcome),
    /// A signal stopped it, and it ended in time.
    Stopped(Outcome, Signal),
    /// A signal stopped it, and its end was not waited for.
    Abandoned(Signal),
}

/// How the run ended.
pub struct Ended {
    /// The exit code.
    pub exit: Exit,
    /// Where the secret went, for standard error.
    pub summary: Option<ExitSummary>,
}

/// A secret that standard output did not take: only an interface can still deliver it.
pub struct Rescue {
    /// The screen of the secret.
    pub screen: Box<CreatedScreen>,
    /// Why standard output did not take it.
    pub why: String,
}

impl Headless {
    /// Creates the secret and writes it to standard output. `signals` waits for the next signal.
    ///
    /// # Errors
    /// When standard output did not take the secret.
    pub async fn run(mut self, mut signals: impl AsyncFnMut() -> Signal) -> Result<Ended, Rescue> {
        self.report_pending();
        self.report_credentials_note();
        let Some(new_secret) = self.form.new_secret() else {
            return Ok(Ended { exit: Exit::Usage, summary: None });
        };
        let organization = self.fetch_organization(&new_secret);
        let mut listed = Vec::new();
        match self.create(&new_secret, &mut signals, &mut listed).await {
            Ran::Ended(Outcome::Created(created)) => {
                self.deliver(new_secret, *created, organization, signals).await
            }
            Ran::Stopped(Outcome::Created(created), _) => {
                let Created { secret, .. } = *created;
                self.record(secret.id.clone(), secret.expires_at).await;
                Ok(ended(Exit::NotDelivered, CreatedScreen::new(new_secret, secret, Vec::new()).lost()))
            }
            Ran::Stopped(Outcome::NotCreated(_), signal) => {
                Ok(Ended { exit: Exit::Signal(signal.0), summary: None })
            }
            Ran::Abandoned(signal) if !self.may_have_created.load(Ordering::Relaxed) => {
                Ok(Ended { exit: Exit::Signal(signal.0), summary: None })
            }
            Ran::Ended(Outcome::NotCreated(not_created)) => {
                say(&self.explain(&not_created.reason, listed));
                Ok(Ended { exit: Exit::NothingCreated, summary: None })
            }
            Ran::Ended(Outcome::Unknown(lost, before)) => {
                Ok(self.recover(&new_secret, &lost, &before, signals).await)
            }
            Ran::Stopped(Outcome::Unknown(..), _) | Ran::Abandoned(_) => {
                Ok(ended(Exit::NotDelivered, ExitSummary::perhaps_created(new_secret.client)))
            }
        }
    }

    /// Secrets that previous runs did not deliver are for a run with an interface.
    fn report_pending(&self) {
        let records = Arc::clone(&self.records);
        tokio::spawn(async move {
            let (found, errors) = records.pending().await;
            for error in errors {
                say(&error);
            }
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            for record in found {
                *counts.entry(record.entry.client.to_string()).or_default() += 1;
            }
            for (client, count) in counts {
                let left = match count {
                    1 => format!("a previous run may have left a secret of {client} that was"),
                    _ => format!("{count} previous runs may have left secrets of {client} that were"),
                };
                say(&format!("{left} never delivered; run atlas-secret without --yes to clean up"));
            }
        });
    }

    fn report_credentials_note(&self) {
        let connections = Arc::clone(&self.connections);
        tokio::spawn(async move {
            if let Some(note) = connections.credentials_note().await {
                say(&note);
            }
        });
    }

    /// Some formats name the organization: it is fetched beside everything else.
    fn fetch_organization(
        &self,
        new_secret: &NewSecret,
    ) -> impl Future<Output = Option<OrganizationId>> + use<> {
        let (connections, project) = (Arc::clone(&self.connections), new_secret.project.clone());
        let is_wanted = self.format.names_the_organization();
        let task = is_wanted.then(|| tokio::spawn(async move { connections.project(&project).await.ok() }));
        async move { task?.await.ok()??.organization }
    }

    /// Runs the creating job, and again after a read that failed in a way that may pass: nothing was created then.
    async fn create(
        &self,
        new_secret: &NewSecret,
        signals: &mut impl AsyncFnMut() -> Signal,
        listed: &mut Vec<String>,
    ) -> Ran {
        let mut tried = 0;
        loop {
            let outcome = match self.create_once(new_secret, signals, listed).await {
                Ran::Ended(outcome) => outcome,
                stopped => return stopped,
            };
            let Outcome::NotCreated(not_created) = &outcome else { return Ran::Ended(outcome) };
            let pause = failed_read(&not_created.reason)
                .and_then(|error| Some((error, pause_before_restart(error, tried)?)));
            let Some((error, pause)) = pause else { return Ran::Ended(outcome) };
            say(&format!("{} Retrying in {} s", error.explain().title, pause.as_secs()));
            tokio::select! {
                () = sleep(pause) => {}
                signal = signals() => return Ran::Stopped(outcome, signal),
            }
            tried += 1;
        }
    }

    /// Runs the creating job. The first signal cancels it, and gives a POST that runs a little longer.
    async fn create_once(
        &self,
        new_secret: &NewSecret,
        signals: &mut impl AsyncFnMut() -> Signal,
        listed: &mut Vec<String>,
    ) -> Ran {
        let cancel = CancellationToken::new();
        let may_have_created = &self.may_have_created;
        let mut operator = Unattended { flags: self.flags, printed: Vec::new(), listed, may_have_created };
        let clock = wall_clock;
        let mut creation =
            pin!(jobs::create(&self.connections, &self.records, &clock, &mut operator, &cancel, new_secret));
        let signal = tokio::select! {
            biased;
            outcome = &mut creation => return Ran::Ended(outcome),
            signal = signals() => signal,
        };
        cancel.cancel();
        tokio::select! {
            biased;
            outcome = creation => Ran::Stopped(outcome, signal),
            signal = signals() => Ran::Abandoned(signal),
            () = sleep(GRACE) => Ran::Abandoned(signal),
        }
    }

    async fn record(&self, id: Option<SecretId>, expires_at: Option<Timestamp>) {
        if let Err(why) = self.records.created(id, expires_at).await {
            say(&why);
        }
    }

    async fn deliver(
        &self,
        new_secret: NewSecret,
        created: Created,
        organization: impl Future<Output = Option<OrganizationId>>,
        mut signals: impl AsyncFnMut() -> Signal,
    ) -> Result<Ended, Rescue> {
        let Created { secret, before } = created;
        self.record(secret.id.clone(), secret.expires_at).await;
        let organization = tokio::select! {
            organization = organization => organization,
            _ = signals() => {
                let screen = CreatedScreen::new(new_secret, secret, Vec::new());
                return Ok(ended(Exit::NotDelivered, screen.lost()));
            }
        };
        let mut screen =
            CreatedScreen::new(new_secret.clone(), secret.clone(), before.ids.unwrap_or_default());
        if self.flags.verify {
            let result = tokio::select! {
                result = self.connections.verify(&new_secret.client, &secret.value) => result,
                _ = signals() => return Ok(ended(Exit::NotDelivered, screen.lost())),
            };
            match &result {
                Ok(()) => say("Verified: Atlas accepts the new secret."),
                Err(error) => say(&error.after_verifying()),
            }
            screen.set_verified(result);
        }
        if self.format.names_the_organization() && organization.is_none() {
            say(NO_ORGANIZATION);
        }
        let payload = SecretPayload { new_secret, secret, organization };
        match print_in_time(self.format, payload, &mut signals).await {
            Some(Ok(())) => {
                let delivered = Disposition::Delivered(vec![Delivery::Printed]);
                if let Err(why) = self.records.remove().await {
                    say(&why);
                }
                Ok(ended(Exit::Done, screen.summary(delivered)))
            }
            Some(Err(why)) => {
                screen.not_printed = Some(why.clone());
                Err(Rescue { screen: Box::new(screen), why })
            }
            None => Ok(ended(Exit::NotDelivered, screen.summary(Disposition::PerhapsDelivered(Vec::new())))),
        }
    }

    async fn recover(
        &self,
        new_secret: &NewSecret,
        lost: &ApiError,
        before: &Before,
        mut signals: impl AsyncFnMut() -> Signal,
    ) -> Ended {
        let account = new_secret.account();
        let started = tokio::time::Instant::now();
        let search = jobs::recover(&self.connections, &account, before, &PAUSES, |_| {});
        let recovered = tokio::select! {
            recovered = search => recovered,
            _ = signals() => return ended(Exit::NotDelivered, ExitSummary::perhaps_created(new_secret.client.clone())),
        };
        let why = why_lost(lost, matches!(recovered, Recovered::Found(_)));
        say(&format!("{why} {}", found(&recovered, started.elapsed())));
        let mut summary = ExitSummary::perhaps_created(new_secret.client.clone());
        if let Recovered::Found(secret) = recovered {
            summary.secret_id = Some(secret.id.clone());
            summary.expires_at = secret.expires_at;
            self.record(summary.secret_id.clone(), None).await;
        }
        ended(Exit::NotDelivered, summary)
    }

    /// Why nothing was created, and what to do: the first line says the most important thing.
    /// `listed` is what a full account has.
    fn explain(&mut self, reason: &Reason, listed: Vec<String>) -> String {
        if let Reason::Post(error) | Reason::Preflight(error) = reason {
            self.form.blame(error);
        }
        let Some(failure) = Failure::of(reason, &self.who) else {
            return Certainty::NotDone.words().to_owned();
        };
        let explanation = &failure.explanation;
        let mut lines = vec![format!("{} {}", failure.certainty.words(), explanation.title)];
        lines.extend(failure.atlas_message.as_ref().map(|words| format!("Atlas: {words}")));
        lines.extend(FieldName::ALL.into_iter().filter_map(|name| match self.form.validation(name) {
            Validation::Refused(words) => Some(format!("{}: {words}", option_of(name))),
            _ => None,
        }));
        lines.push(explanation.meaning.to_string());
        let is_full =
            matches!(reason, Reason::Full | Reason::StillFull | Reason::Declined(Question::Consequences(_)));
        if !listed.is_empty() && is_full {
            lines.extend(listed);
        } else {
            lines.push(explanation.action.to_string());
        }
        lines.retain(|line| !line.is_empty());
        lines.join("\n  ")
    }
}

/// The option that fills a field.
pub(crate) fn option_of(name: FieldName) -> &'static str {
    match name {
        FieldName::Project => "--project-id",
        FieldName::Client => "--client-id",
        FieldName::Lifetime => "--expires-after",
    }
}

/// Writes the secret to standard output.
pub(crate) async fn print(format: Format, payload: SecretPayload) -> Result<(), String> {
    let written = tokio::task::spawn_blocking(move || write_secret(format, &payload));
    written.await.unwrap_or_else(|_| Err(not_printed()))
}

/// The message for writing that panicked.
pub(crate) fn not_printed() -> String {
    format!("Standard output could not be written: {}.", internal_error())
}

/// Writes the secret; `None` when a signal's grace is over first.
async fn print_in_time(
    format: Format,
    payload: SecretPayload,
    signals: &mut impl AsyncFnMut() -> Signal,
) -> Option<Result<(), String>> {
    let mut written = pin!(print(format, payload));
    tokio::select! {
        biased;
        result = &mut written => return Some(result),
        _ = signals() => {}
    }
    tokio::select! {
        biased;
        result = written => Some(result),
        _ = signals() => None,
        () = sleep(GRACE) => None,
    }
}

/// The read before the POST that failed.
fn failed_read(reason: &Reason) -> Option<&ApiError> {
    match reason {
        Reason::Preflight(error) | Reason::Declined(Question::AccountUnknown(error)) => Some(error),
        _ => None,
    }
}

fn ended(exit: Exit, summary: ExitSummary) -> Ended {
    Ended { exit, summary: Some(summary) }
}

/// What the search has found, and what is left to do by hand.
fn found(recovered: &Recovered, after: Duration) -> String {
    match recovered {
        Recovered::NoneAppeared => none_appeared(after),
        Recovered::Found(secret) => format!(
            "{} (secret {}) is new, and its value is lost. {PROBABLY_YOURS} Delete it in Atlas.",
            label(secret),
            secret.id
        ),
        Recovered::Several(secrets) => {
            let ids: Vec<&str> = secrets.iter().map(|secret| secret.id.as_str()).collect();
            let noun = if ids.len() == 1 { "Its ID" } else { "Their IDs" };
            format!("{} {noun}: {}. {FIND_YOURS}", not_clear(secrets), ids.join(", "))
        }
        Recovered::Failed(error) => check_failed(error),
    }
}

/// The operator of a run without an interface: flags for answers, lines on standard error for progress.
struct Unattended<'a> {
    flags: Flags,
    /// The steps that were printed: the account is read again after its expired secret was deleted.
    printed: Vec<&'static str>,
    /// What a full account has, and what to do.
    listed: &'a mut Vec<String>,
    may_have_created: &'a AtomicBool,
}

impl Unattended<'_> {
    /// What a full account has, and how a secret of it can be deleted, unless one will be.
    fn list_secrets(&mut self, account: &ServiceAccount) {
        let expired = account.consequences(account.read_at.unwrap_or_else(wall_clock)).deletes;
        let action = match &expired {
            Some(_) if self.flags.replace_expired => return,
            Some(secret) => {
                format!("Add --replace-expired, which deletes {}, or delete one without --yes.", label(secret))
            }
            None if self.flags.replace_expired => {
                "--replace-expired does not apply: no secret has expired. Run atlas-secret without --yes to delete one."
                    .to_owned()
            }
            None => "No secret has expired. Run atlas-secret without --yes to delete one.".to_owned(),
        };
        let zone = TimeZone::system();
        let when = |at: Option<Timestamp>, unknown: &str| {
            at.map_or_else(|| unknown.to_owned(), |at| date_time(at, Some(&zone)))
        };
        let row = |secret: &ExistingSecret| {
            let verb = if expired.as_ref() == Some(secret) { "expired" } else { "expires" };
            let used = secret.last_used_at.map_or_else(String::new, |_| "last used ".to_owned());
            format!(
                "{}  {}  created {}, {used}{}, {verb} {}",
                secret.id,
                label(secret),
                when(secret.created_at, "at an unknown time"),
                when(secret.last_used_at, "never used"),
                when(secret.expires_at, "at an unknown time"),
            )
        };
        let rows = account.secrets.iter().map(row);
        *self.listed = rows.chain([action]).collect();
    }
}

fn label(secret: &ExistingSecret) -> String {
    words::short_label(secret, &Glyphs::ASCII)
}

impl Operator for Unattended<'_> {
    fn progress(&mut self, step: Step) {
        let runs = matches!(step, Step::Creating(_) | Step::StoppedWaiting);
        self.may_have_created.store(runs, Ordering::Relaxed);
        let line = match step {
            Step::SigningIn => "Signing in",
            Step::FetchingAccount => "Reading the account's secrets",
            Step::DeletingExpired => "Deleting the expired secret",
            Step::Recording | Step::Creating(_) => "Creating the secret",
            Step::RateLimited(wait, rejection) => {
                let title = rejection.explain().title;
                self.printed.clear();
                return say(&format!("{title} Retrying in {} s", wait.as_secs()));
            }
            Step::NotRecorded(why) => return say(&why),
            Step::Fetched(account) if account.is_full() => return self.list_secrets(&account),
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
            for line in words::approved(&consequences, Some(&TimeZone::system())) {
                say(&line);
            }
        }
        is_approved
    }
}
