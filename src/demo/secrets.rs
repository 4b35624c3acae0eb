//! The rules about an account's secrets: how many, how long, and what creating one does to the others.

use hyper::StatusCode;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::ids;
use super::refusal::Refusal;
use super::start::last_four;
use super::state::{Account, StoredSecret, hours_after};
use super::wire::CreatedSecretBody;

/// At most two secrets an account; an expired one still holds its place.
const SECRETS_PER_ACCOUNT: usize = 2;

/// Creating a secret leaves the others at most seven days.
const LEFT_TO_OTHERS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What Atlas allows today: 8 hours to 365 days.
const HOURS: std::ops::RangeInclusive<i32> = 8..=8760;

/// How long a colleague's secret lives: as long as the form suggests.
const COLLEAGUES_HOURS: i32 = 720;

const FIELD: &str = "secretExpiresAfterHours";

/// Reads the body of a create: `{"secretExpiresAfterHours": <int32>}` and nothing else.
///
/// Atlas's answer to a field that it does not know is not public; here it is refused, so that a
/// client which misspells one is found out.
pub(super) fn hours_asked_for(body: &[u8]) -> Result<i32, Refusal> {
    let malformed = || {
        let detail = "Received JSON is malformed.";
        Refusal::new(StatusCode::BAD_REQUEST, "MALFORMED_JSON", detail)
    };
    let body: Value = serde_json::from_slice(body).map_err(|_| malformed())?;
    let fields = body.as_object().ok_or_else(malformed)?;
    if let Some(unknown) = fields.keys().find(|name| *name != FIELD) {
        return Err(Refusal::invalid_field(unknown, "is not a field of this resource"));
    }
    let Some(hours) = fields.get(FIELD) else {
        return Err(Refusal::invalid_field(FIELD, "is required"));
    };
    let hours = hours.as_i64().and_then(|hours| i32::try_from(hours).ok());
    hours.ok_or_else(|| Refusal::invalid_field(FIELD, "must be a 32-bit integer"))
}

impl Account {
    /// Creates a secret, or says which rule is against it. `cap` is the organization's own maximum; so many
    /// `refusals` pass before it is known at the token endpoint.
    /// The code for a third secret is not public; this one is a guess that a client must not depend on.
    pub(super) fn create_secret(
        &mut self,
        hours: i32,
        cap: Option<i32>,
        refusals: u32,
        now: Timestamp,
    ) -> Result<CreatedSecretBody, Refusal> {
        let longest = cap.map_or(*HOURS.end(), |cap| cap.min(*HOURS.end()));
        if !(*HOURS.start()..=longest).contains(&hours) {
            let description = format!("must be between {} and {longest}", HOURS.start());
            return Err(Refusal::invalid_field(FIELD, description));
        }
        if self.secrets.len() >= SECRETS_PER_ACCOUNT {
            let detail = format!("A service account can have at most {SECRETS_PER_ACCOUNT} secrets.");
            let code = "SERVICE_ACCOUNT_SECRET_LIMIT_EXCEEDED";
            return Err(Refusal::new(StatusCode::BAD_REQUEST, code, detail));
        }
        let (id, value) = (ids::object_id()?, ids::secret_value()?);
        self.shorten_all(now);
        let expires_at = hours_after(now, hours);
        self.secrets.push(StoredSecret {
            id: id.clone(),
            created_at: now,
            expires_at,
            last_used_at: None,
            ends_with: last_four(&value),
            value: Some(value.clone()),
            refusals_left: refusals,
        });
        Ok(CreatedSecretBody { id, created_at: now, expires_at, secret: Some(value) })
    }

    /// Somebody else creates a secret in the same second, where there is room for it: Atlas then shows two
    /// that are new, and shortens the first.
    pub(super) fn colleague_creates(&mut self, now: Timestamp) {
        if self.a_colleague_creates_too {
            // Without room, or without random bytes, it does not happen.
            let _ = self.create_secret(COLLEAGUES_HOURS, None, 0, now);
        }
    }

    /// Deletes a secret; an unknown one is 404.
    pub(super) fn delete_secret(&mut self, id: &str) -> Result<(), Refusal> {
        let position = self.secrets.iter().position(|secret| secret.id == id);
        self.secrets.remove(position.ok_or_else(|| Refusal::no_resource(id))?);
        Ok(())
    }

    /// The secret with this value that still works at `now`. One that is not known everywhere yet comes one
    /// refusal closer to it.
    pub(super) fn living_secret(&mut self, value: &str, now: Timestamp) -> Option<&mut StoredSecret> {
        let mut living = self.secrets.iter_mut().filter(|secret| secret.expires_at > now);
        let secret =
            living.find(|secret| secret.value.as_ref().is_some_and(|own| own.expose_secret() == value))?;
        if secret.refusals_left > 0 {
            secret.refusals_left -= 1;
            return None;
        }
        Some(secret)
    }

    fn shorten_all(&mut self, now: Timestamp) {
        let Ok(limit) = now.checked_add(LEFT_TO_OTHERS) else {
            return;
        };
        for secret in &mut self.secrets {
            secret.expires_at = secret.expires_at.min(limit);
        }
    }
}
