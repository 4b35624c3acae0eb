//! How the program ends, and what it leaves for the next run: only IDs, never a secret.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::text::{date_time, seconds_left};
use super::{
    AccountRef, ApiError, BaseUrl, Certainty, ClientId, CreatedSecret, ExistingSecret, Format, SecretId,
    ServerText,
};

/// Why the program ended, which decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The secret was delivered, or nothing was created and nothing had to be printed.
    Done,
    NothingCreated,
    /// The arguments or the environment are invalid.
    Usage,
    /// A secret was created or may have been, and was not delivered.
    NotDelivered,
    /// A signal with this number ended the program, and nothing was lost.
    Signal(u8),
}

impl Exit {
    /// How a run ends if this error prevented a secret from being created. An ID that Atlas does not know is an invalid
    /// argument, just like a name that no project or account has.
    pub fn without_secret(error: &ApiError) -> Self {
        if error.not_found().is_some() { Self::Usage } else { Self::NothingCreated }
    }

    /// The exit code of the process. For a signal it is 128 plus its number, as in a shell.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::NothingCreated => 1,
            Self::Usage => 2,
            Self::NotDelivered => 3,
            Self::Signal(number) => 128 + number,
        }
    }
}

/// A signal that ends the program, by its POSIX number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signal(pub u8);

impl Signal {
    /// SIGHUP: the terminal is gone.
    pub const HANG_UP: Self = Self(1);
    /// SIGINT sent by another process; Ctrl-C is a key.
    pub const INTERRUPT: Self = Self(2);
    pub const TERMINATE: Self = Self(15);

    /// True for SIGINT and SIGQUIT, which the keyboard can send.
    pub fn is_from_keyboard(self) -> bool {
        matches!(self.0, 2 | 3)
    }
}

/// How much longer a POST or a delivery may run after a signal.
pub const GRACE: Duration = Duration::from_secs(3);

/// What is printed to standard error after the screen is closed: the facts about a secret that was created or may have
/// been, but never its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExitSummary {
    pub client: ClientId,
    pub secret_id: Option<SecretId>,
    pub expires_at: Option<Timestamp>,
    /// When the request was sent, if its response was lost.
    pub sent_at: Option<Timestamp>,
    pub disposition: Disposition,
}

impl ExitSummary {
    pub fn of(client: &ClientId, secret: &CreatedSecret, disposition: Disposition) -> Self {
        let (secret_id, expires_at) = (secret.id.clone(), secret.expires_at);
        Self { secret_id, expires_at, disposition, ..Self::perhaps_created(client.clone()) }
    }

    /// The summary while only the account is known.
    pub fn perhaps_created(client: ClientId) -> Self {
        let disposition = Disposition::PerhapsCreated;
        Self { client, secret_id: None, expires_at: None, sent_at: None, disposition }
    }

    /// The summary of an older secret that was deleted.
    pub fn deleted(client: ClientId, secret: &ExistingSecret) -> Self {
        let (secret_id, disposition) = (Some(secret.id.clone()), Disposition::Deleted);
        Self { secret_id, disposition, ..Self::perhaps_created(client) }
    }

    /// The same summary for a request that was sent at this time.
    #[must_use]
    pub fn sent(self, at: Timestamp) -> Self {
        Self { sent_at: Some(at), ..self }
    }

    /// The summary after a lost response, if no search has found a secret.
    pub fn of_lost(client: ClientId, error: &ApiError) -> Self {
        let disposition = match error.certainty() {
            Certainty::Done => Disposition::Lost,
            _ => Disposition::PerhapsCreated,
        };
        Self { secret_id: error.created_id().cloned(), disposition, ..Self::perhaps_created(client) }
    }

    /// The summary once the search has found this secret.
    #[must_use]
    pub fn found(self, secret: &ExistingSecret) -> Self {
        Self { secret_id: Some(secret.id.clone()), expires_at: secret.expires_at, ..self }
    }

    /// The line for standard error.
    pub fn line(&self, zone: &TimeZone) -> String {
        let secret = self.secret_id.as_ref().map_or("A secret".to_owned(), |id| format!("Secret {id}"));
        let date = |at| date_time(at, Some(zone));
        let expires = self.expires_at.filter(|_| self.disposition != Disposition::Deleted);
        let expires = expires.map(|at| format!(", expires {}", date(at))).unwrap_or_default();
        let what = format!("{secret} for {}{expires}", self.client);
        match (&self.disposition, &self.secret_id) {
            (Disposition::PerhapsCreated, Some(_)) => format!(
                "{what}: this run probably created it, but its value is lost. Delete it in Atlas, unless someone \
                 else created it."
            ),
            (Disposition::PerhapsCreated, None) => {
                let at = self.sent_at.map(|at| format!(" on {}", date(at))).unwrap_or_default();
                format!("{what} may have been created{at}; {}", self.disposition.message())
            }
            _ => format!("{what}: {}", self.disposition.message()),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// It was delivered in these ways, at least one.
    Delivered(Vec<Delivery>),
    Deleted,
    NotDelivered,
    PerhapsCreated,
    /// It was sent in these ways, none of which confirms it. If there are none, it was being delivered when the program
    /// had to end.
    PerhapsDelivered(Vec<Delivery>),
    /// It was created, and its value is lost.
    Lost,
    /// It was created, its value is lost, and the user decided to keep it in Atlas.
    Kept,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It was saved to a new file with this absolute path.
    Saved { path: ServerText },
    /// It replaced the old one in an existing file, or an Atlas CLI profile.
    Updated { place: ServerText },
    /// A command read it and exited with 0.
    Piped { program: ServerText, format: Format },
    /// It was written to standard output.
    Printed,
    /// It was copied to the system's clipboard, and read back. `None` if it stays until something else is copied.
    Copied { clears_in: Option<Duration> },
    /// It was copied to the system's clipboard and read back, but is no longer there.
    CopiedBefore,
    /// It was copied to the system's clipboard, but could not be read back.
    Unverified,
    /// It was sent to the terminal, which never confirms it.
    SentToTerminal,
}

impl Delivery {
    /// True if it certainly arrived: on the disk, in a command, on standard output, or in the clipboard, where it was
    /// read back.
    pub fn is_proved(&self) -> bool {
        !matches!(self, Self::Unverified | Self::SentToTerminal)
    }

    fn message(&self) -> String {
        match self {
            Self::Saved { path } => format!("saved to {path}"),
            Self::Updated { place } => format!("written to {place}"),
            Self::Piped { program, .. } => format!("read by {program}, which exited with 0"),
            Self::Printed => "written to standard output".to_owned(),
            Self::Copied { clears_in: Some(left) } => {
                format!("copied to the clipboard, clears in {}", seconds_left(*left))
            }
            Self::Copied { clears_in: None } => "copied to the clipboard".to_owned(),
            Self::CopiedBefore => "copied to the clipboard earlier".to_owned(),
            Self::Unverified => "sent to the clipboard, which could not be read back".to_owned(),
            Self::SentToTerminal => "sent to your terminal, which does not confirm it".to_owned(),
        }
    }
}

impl Disposition {
    /// True if a secret exists, or may exist, that was not certainly delivered.
    pub fn is_loss(&self) -> bool {
        !matches!(self, Self::Delivered(_) | Self::Deleted)
    }

    /// The outcome and what to do. It follows the words that name the secret.
    pub fn message(&self) -> String {
        match self {
            Self::Deleted => "deleted in Atlas.".to_owned(),
            Self::NotDelivered => "never delivered. Delete it in Atlas.".to_owned(),
            Self::PerhapsDelivered(deliveries) if deliveries.is_empty() => {
                "it was being delivered when the program ended. Check where it was going before you delete it in \
                 Atlas."
                    .to_owned()
            }
            Self::PerhapsDelivered(deliveries) => {
                format!("{}. Delete it in Atlas if it did not arrive.", joined(deliveries))
            }
            Self::Delivered(deliveries) if deliveries.iter().any(Delivery::is_proved) => format!("{}.", joined(deliveries)),
            Self::Delivered(deliveries) => format!("{}; you confirmed that it arrived.", joined(deliveries)),
            Self::Lost => "its value is lost. Delete it in Atlas.".to_owned(),
            Self::Kept => "kept in Atlas, but its value is lost.".to_owned(),
            Self::PerhapsCreated => {
                "if so, its value is lost. Check the account's secrets in Atlas.".to_owned()
            }
        }
    }
}

/// The record of one creation: enough to find the secret in Atlas again, and nothing that could sign in.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JournalEntry {
    pub base_url: BaseUrl,
    /// Who was signed in: the kind of credentials and their public half.
    pub identity: ServerText,
    #[serde(flatten)]
    pub account: AccountRef,
    /// When the creation began, by Atlas's clock, or by this machine's if Atlas's was not known.
    pub begun_at: Timestamp,
    /// The IDs of the account's secrets just before; `None` if the account could not be fetched.
    pub ids_before: Option<Vec<SecretId>>,
    /// The new secret's ID, once a response contained a valid one.
    pub secret_id: Option<SecretId>,
    /// When the new secret expires, once Atlas has said so.
    pub expires_at: Option<Timestamp>,
}

/// A record that an earlier run left. While this run holds it, no other run reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingRecord {
    /// Its number among the records found at the start.
    pub number: usize,
    pub entry: JournalEntry,
}

fn joined(deliveries: &[Delivery]) -> String {
    deliveries.iter().map(Delivery::message).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::super::error::rejection;
    use super::*;

    #[test]
    fn each_disposition_has_its_message_and_only_a_loss_counts_as_one() {
        let copied = |clears_in| Delivery::Copied { clears_in };
        let (path, program) = (ServerText::new("/saved"), ServerText::new("pass"));
        let updated = Delivery::Updated { place: path.clone() };
        let delivered = |delivery| Disposition::Delivered(vec![delivery]);
        let rows = [
            (
                Disposition::Delivered(vec![Delivery::Saved { path }, Delivery::Printed]),
                ": saved to /saved; written to standard output.",
                false,
            ),
            (delivered(updated), ": written to /saved.", false),
            (
                delivered(Delivery::Piped { program, format: Format::Env }),
                ": read by pass, which exited with 0.",
                false,
            ),
            (
                delivered(copied(Some(Duration::from_millis(41_001)))),
                ": copied to the clipboard, clears in 42 s.",
                false,
            ),
            (delivered(copied(None)), ": copied to the clipboard.", false),
            (delivered(Delivery::CopiedBefore), ": copied to the clipboard earlier.", false),
            (
                delivered(Delivery::Unverified),
                "which could not be read back; you confirmed that it arrived.",
                false,
            ),
            (
                delivered(Delivery::SentToTerminal),
                "which does not confirm it; you confirmed that it arrived.",
                false,
            ),
            (Disposition::Deleted, ": deleted in Atlas.", false),
            (Disposition::NotDelivered, ": never delivered. Delete it in Atlas.", true),
            (Disposition::PerhapsDelivered(Vec::new()), "before you delete it in Atlas.", true),
            (
                Disposition::PerhapsDelivered(vec![Delivery::SentToTerminal]),
                "which does not confirm it. Delete it in Atlas if it did not arrive.",
                true,
            ),
            (Disposition::Lost, ": its value is lost. Delete it in Atlas.", true),
            (Disposition::Kept, ": kept in Atlas, but its value is lost.", true),
            (
                Disposition::PerhapsCreated,
                ": this run probably created it, but its value is lost. Delete it in Atlas, unless someone else created it.",
                true,
            ),
        ];
        for (disposition, message, is_loss) in rows {
            let summary = ExitSummary {
                client: ClientId::parse("mdb_sa_id_1234567890abcdef12345678").unwrap(),
                secret_id: SecretId::from_server("6650f0aa12bc34de56f07890"),
                expires_at: Some("2026-12-23T18:14:00Z".parse().unwrap()),
                sent_at: None,
                disposition,
            };
            let line = summary.line(&TimeZone::UTC);
            assert!(
                line.starts_with("Secret 6650f0aa12bc34de56f07890 for mdb_sa_id_1234567890abcdef12345678")
            );
            assert!(line.ends_with(message), "{line}");
            let is_deleted = summary.disposition == Disposition::Deleted;
            assert_eq!(line.contains(", expires Wed 23 Dec 2026 18:14 UTC: "), !is_deleted, "{line}");
            assert_eq!(summary.disposition.is_loss(), is_loss, "{summary:?}");
        }
    }

    #[test]
    fn two_lost_requests_are_told_apart_by_their_times() {
        let client = ClientId::parse("mdb_sa_id_1234567890abcdef12345678").unwrap();
        let summary = ExitSummary::perhaps_created(client);
        let then = "; if so, its value is lost. Check the account's secrets in Atlas.";
        let what = "A secret for mdb_sa_id_1234567890abcdef12345678 may have been created";
        assert_eq!(summary.line(&TimeZone::UTC), format!("{what}{then}"));
        let sent = summary.sent("2026-11-23T17:14:02Z".parse().unwrap());
        assert_eq!(sent.line(&TimeZone::UTC), format!("{what} on Mon 23 Nov 2026 17:14 UTC{then}"));
    }

    #[test]
    fn each_exit_has_its_code() {
        let ends = [Exit::Done, Exit::NothingCreated, Exit::Usage, Exit::NotDelivered, Exit::Signal(15)];
        assert_eq!(ends.map(Exit::code), [0, 1, 2, 3, 143]);
        let rows = [
            (404, "GROUP_NOT_FOUND", Exit::Usage),
            (404, "RESOURCE_NOT_FOUND", Exit::Usage),
            (401, "NOT_IN_GROUP", Exit::NothingCreated),
            (403, "X", Exit::NothingCreated),
            (400, "X", Exit::NothingCreated),
            (503, "X", Exit::NothingCreated),
        ];
        for (status, code, exit) in rows {
            let error = ApiError::rejected(rejection(status, code));
            assert_eq!(Exit::without_secret(&error), exit, "{status} {code}");
        }
    }
}
