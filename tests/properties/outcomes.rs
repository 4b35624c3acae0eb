//! Responses of Atlas, chosen by a number.

use std::time::Duration;

use atlas_secret::domain::{
    ApiError, Cause, CreatedSecret, ExistingSecret, Rejection, SecretId, ServerText, ServiceAccount,
};
use jiff::Timestamp;
use secrecy::SecretString;

use crate::world::VALUE;

pub fn rejection(choice: u8) -> Rejection {
    let rows = [
        (401, "UNAUTHORIZED"),
        (403, "IP_ADDRESS_NOT_ON_ACCESS_LIST"),
        (404, "GROUP_NOT_FOUND"),
        (404, "SERVICE_ACCOUNT_NOT_FOUND"),
        (429, "RATE_LIMITED"),
        (429, "RATE_LIMITED"),
        (400, "VALIDATION_ERROR"),
        (500, "UNEXPECTED_ERROR"),
    ];
    let (status, error_code) = rows[usize::from(choice) % rows.len()];
    let retry_after = choice.is_multiple_of(2).then(|| Duration::from_millis(u64::from(choice) * 90));
    let (error_code, detail) = (ServerText::new(error_code), ServerText::new("漢 words of the server"));
    Rejection { status, error_code, detail, fields: Vec::new(), retry_after, address: None }
}

pub fn error(choice: u8) -> ApiError {
    match choice % 4 {
        0 => ApiError::not_sent(Cause::ConnectTimeout),
        1 => ApiError::sent(Cause::TimedOut(Duration::from_secs(3))),
        2 => ApiError::sent(Cause::Unexpected { status: 502 }),
        _ => ApiError::rejected(rejection(choice / 4)),
    }
}

pub fn account(choice: u8) -> Result<ServiceAccount, ApiError> {
    let existing = |expires_at: &str| ExistingSecret {
        id: SecretId::from_server("bbbb").unwrap(),
        created_at: None,
        expires_at: Some(expires_at.parse().unwrap()),
        last_used_at: None,
        mask: Some(ServerText::new("mdb_sa_sk_...abcd")),
    };
    let long = "2029-11-23T18:14:00Z";
    let secrets = match choice % 8 {
        0..=3 => Vec::new(),
        4 if choice > 128 => vec![ExistingSecret {
            id: SecretId::from_server(&format!("new-{choice}")).unwrap(),
            created_at: Some("2026-11-23T18:14:20Z".parse().unwrap()),
            ..existing(long)
        }],
        4 => vec![existing(long)],
        5 => vec![existing("2025-01-01T00:00:00Z")],
        6 => vec![existing(long), existing(long)],
        _ => return Err(error(choice / 8)),
    };
    Ok(ServiceAccount { secrets, ..ServiceAccount::default() })
}

pub fn create_outcome(choice: u8, number: usize) -> Result<CreatedSecret, ApiError> {
    match choice % 6 {
        0 => Err(ApiError::not_sent(Cause::ConnectTimeout)),
        1 => Err(ApiError::rejected(rejection(choice / 6))),
        2 => Err(ApiError::sent(Cause::Unexpected { status: 502 })),
        _ => Ok(CreatedSecret {
            value: SecretString::from(VALUE),
            id: SecretId::from_server(&format!("secret-{number}")),
            created_at: None,
            expires_at: Some(Timestamp::MAX),
        }),
    }
}
