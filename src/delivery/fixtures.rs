//! The payloads of these modules' tests.

use secrecy::SecretString;

use crate::domain::{
    AccountRef, ClientId, CreatedSecret, Lifetime, NewSecret, OrganizationId, ProjectId, SecretId,
    SecretPayload,
};

/// A value that is plainly a fake.
pub(crate) const VALUE: &str = "mdb_sa_sk_FAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKE9f3a";

/// A payload without unknown fields.
pub(crate) fn payload() -> SecretPayload {
    payload_of(VALUE)
}

/// The same payload with another value.
pub(crate) fn payload_of(value: &str) -> SecretPayload {
    SecretPayload {
        new_secret: NewSecret {
            account: AccountRef {
                project: ProjectId::parse("32b6e34b3d91647abb20e7b8").unwrap(),
                client: ClientId::parse("mdb_sa_id_1234567890abcdef12345678").unwrap(),
            },
            lifetime: Lifetime::parse("720").unwrap(),
        },
        secret: CreatedSecret {
            value: SecretString::from(value),
            id: SecretId::from_server("5a6b7c8d9e0f1a2b3c4d5e6f"),
            created_at: Some("2026-11-23T17:14:05Z".parse().unwrap()),
            expires_at: Some("2026-12-23T17:14:05Z".parse().unwrap()),
        },
        organization: OrganizationId::from_server("4888442a3354817a7320eb61"),
    }
}
