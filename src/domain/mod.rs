//! The vocabulary: ids, lifetimes, secrets, text from outside, what can go wrong, and what is known after it did.
//!
//! A value is parsed once, on its way in, and trusted from then on.
//!
//! **Invariant:** it uses no other module and does nothing: no clock, file, network or environment.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod account;
mod base_url;
mod clipboard;
mod create_request;
mod credentials;
mod exit;
mod format;
mod ids;
mod journal_entry;
mod lifetime;
mod lists;
mod login;
mod now;
mod outcome;
mod payload;
mod pending;
mod profile_name;
mod project;
#[cfg(test)]
mod properties;
mod public_key;
mod rejection;
mod secret;
mod server_text;
mod session;
mod transport;
mod verify;

pub use account::{AccountRef, ExistingSecret, SECRETS_PER_ACCOUNT, SHORTENED_TO, ServiceAccount};
pub use base_url::{BaseUrl, BaseUrlError, HostKind};
pub use clipboard::{
    ClipboardContent, CopyError, CopyFailure, CopyOutcome, HeldCopy, LostCopy, TerminalRoute,
};
pub use create_request::{API_VERSION, MEDIA_TYPE, QueryFlags};
pub use credentials::{CredentialProblem, Credentials, Half, PairKind};
pub use exit::{Delivery, Disposition, Exit, ExitSummary};
pub use format::Format;
pub use ids::{ClientId, ClientIdError, OrganizationId, ProjectId, ProjectIdError, SecretId};
pub use journal_entry::{Damage, DamagedPage, JournalEntry, JournalProblem, JournalStep};
pub use lifetime::{Lifetime, LifetimeError, USUAL_HOURS};
pub use lists::{AccountEntry, ENTRIES_PER_PAGE, Page, ProjectEntry};
pub use login::{Login, LoginRisk};
pub use now::Now;
pub use outcome::{CreateOutcome, DeleteOutcome, LostAnswer, ReadProblem};
pub use payload::{CommandOutcome, PrintFailure, SaveFailure, SaveOutcome, SecretPayload};
pub use pending::PendingRecord;
pub use profile_name::ProfileName;
pub use project::{OrganizationSettings, Project};
pub use public_key::{PublicKey, PublicKeyError};
pub use rejection::{Explanation, FieldViolation, Rejection, RejectionKind};
pub use secret::{CreatedSecret, NewSecret, masked, without_secrets};
pub use server_text::{ServerText, is_invisible};
pub use session::{Identity, Session, Tried, TriedSession};
pub use transport::TransportProblem;
pub use verify::VerifyOutcome;
