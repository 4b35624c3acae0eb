//! The only service account of the server, and its JSON.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::support::fixtures::{CLIENT, PROJECT, SECRET};

pub const ORGANIZATION: &str = "0000000000000000000000f0";

#[derive(Default)]
pub struct Account {
    secrets: Vec<Value>,
}

impl Account {
    /// Creates a secret, and returns the body of Atlas's 201.
    pub fn create(&mut self) -> Value {
        let number = self.secrets.len() + 1;
        let now = Timestamp::now();
        let expires_at = now.checked_add(SignedDuration::from_hours(720)).unwrap();
        let mut secret = json!({
            "id": format!("{number:024x}"),
            "createdAt": now.to_string(),
            "expiresAt": expires_at.to_string(),
            "lastUsedAt": null,
        });
        let mut listed = secret.clone();
        listed["maskedSecretValue"] = json!(format!("mdb_sa_sk_...{}", &SECRET[SECRET.len() - 4..]));
        self.secrets.push(listed);
        secret["secret"] = json!(SECRET);
        secret
    }

    /// Deletes the secret with this ID. Returns false if there is none.
    pub fn delete(&mut self, id: &str) -> bool {
        let before = self.secrets.len();
        self.secrets.retain(|secret| secret["id"] != id);
        self.secrets.len() < before
    }

    pub fn len(&self) -> usize {
        self.secrets.len()
    }

    /// The body of the GET.
    pub fn json(&self) -> Value {
        json!({ "clientId": CLIENT, "name": "ci-deployer", "roles": [], "secrets": self.secrets })
    }
}

/// The body of the project.
pub fn project() -> Value {
    json!({ "id": PROJECT, "name": "payments-prod", "orgId": ORGANIZATION })
}

/// The body of the organization's settings.
pub fn settings() -> Value {
    json!({ "maxServiceAccountSecretValidityInHours": 8760, "apiAccessListRequired": false })
}

/// An error in Atlas's format.
pub fn error(status: u16, code: &str) -> Value {
    json!({ "error": status, "errorCode": code, "detail": "FAKE detail.", "parameters": [] })
}
