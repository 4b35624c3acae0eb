//! Placeholders, in the command lines that get the secret.

use std::borrow::Cow;

use secrecy::ExposeSecret;

use super::SecretPayload;

/// A name in braces that stands for something of the new secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// `{project_id}`.
    ProjectId,
    /// `{client_id}`.
    ClientId,
    /// `{secret_id}`.
    SecretId,
    /// `{expires_at}`, by RFC 3339.
    ExpiresAt,
    /// `{secret}`: the value.
    Secret,
}

impl Placeholder {
    /// The placeholder of that name, without its braces.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "project_id" => Some(Self::ProjectId),
            "client_id" => Some(Self::ClientId),
            "secret_id" => Some(Self::SecretId),
            "expires_at" => Some(Self::ExpiresAt),
            "secret" => Some(Self::Secret),
            _ => None,
        }
    }

    /// What it stands for; `None` when Atlas's response did not have it.
    pub fn value(self, payload: &SecretPayload) -> Option<Cow<'_, str>> {
        let secret = &payload.secret;
        match self {
            Self::ProjectId => Some(Cow::Borrowed(payload.new_secret.project.as_str())),
            Self::ClientId => Some(Cow::Borrowed(payload.new_secret.client.as_str())),
            Self::SecretId => secret.id.as_ref().map(|id| Cow::Borrowed(id.as_str())),
            Self::ExpiresAt => secret.expires_at.map(|at| Cow::Owned(at.to_string())),
            Self::Secret => Some(Cow::Borrowed(secret.value.expose_secret())),
        }
    }
}
