//! The types that the whole program uses: IDs, lifetimes, secrets, untrusted text, errors, and what is certain after an
//! error.
//!
//! **Invariant:** a value is parsed once, when it comes in, and trusted from then on. This module uses no other module,
//! and no clock, file, network or environment.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod account;
mod base_url;
mod error;
mod exit;
mod ids;
mod lifetime;
mod messages;
mod os;
#[cfg(test)]
mod properties;
mod secret;
mod server_text;
mod session;
pub mod text;

pub use account::{
    AccountEntry, AccountRef, Consequences, ENTRIES_PER_PAGE, ExistingSecret, Flags, Login, LoginRisk,
    OrganizationSettings, Page, Project, ProjectEntry, SECRETS_PER_ACCOUNT, SHORTENED_TO, ServiceAccount,
};
pub use base_url::{BaseUrl, BaseUrlError, HostKind};
pub use error::{
    ApiError, ApiResult, Cause, Certainty, DeleteError, FieldViolation, Operation, Phase, Rejection,
    RejectionKind,
};
pub use exit::{Delivery, Disposition, Exit, ExitSummary, GRACE, JournalEntry, PendingRecord, Signal};
pub(crate) use ids::{CLIENT_ID_PREFIX, SECRET_PREFIX, SECRET_PREFIX_BASE64};
pub use ids::{ClientId, IdError, OrganizationId, ProjectId, SecretId};
pub use lifetime::{DOCUMENTED_HOURS, Lifetime, LifetimeError, Now};
pub use messages::Explanation;
pub use os::{Os, os_error_message};
pub use secret::{
    API_VERSION, CreatedSecret, ENV_VARIABLES, FieldName, Format, MEDIA_TYPE, NewSecret, Piece, Placeholder,
    QueryFlags, SecretPayload, Template, can_be_shown, has_mask, is_example_env, is_masked, masked,
    without_secrets, without_tokens,
};
pub(crate) use server_text::QUOTED;
pub use server_text::{ServerText, half_width, is_invisible, is_quoted, path_text, trim_visible};
pub use session::{
    Credentials, Half, Identity, PairKind, ProfileName, PublicKey, Session, is_atlas_variable, is_reference,
};
