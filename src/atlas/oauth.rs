//! Signing in as a service account: OAuth 2 client credentials (RFC 6749, section 4.4), by hand.
//!
//! Two requests, <https://www.mongodb.com/docs/atlas/api/service-accounts/generate-oauth2-token/>:
//! `POST /api/oauth/token` and `POST /api/oauth/revoke`. Tokens live an hour, cannot be refreshed, and an
//! account can have 100 of them, so one is kept for the whole run and all are revoked at its end.

use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_TYPE, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::de::IgnoredAny;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::domain::{ApiError, ApiResult, Cause, ClientId, Rejection, RejectionKind, ServerText};

use super::Client;
use super::classify::{self, is_success};
use super::http::{Answer, exchange};
use super::wire;

/// A token with less life than this left is replaced before a chain of requests begins.
const LIFE_NEEDED: Duration = Duration::from_secs(5 * 60);

/// What Atlas documents as a token's life, for an answer that does not say.
const USUAL_LIFE: Duration = Duration::from_secs(60 * 60);

/// What counts of a longer life, in seconds: no run lasts a year.
const LONGEST_LIFE: f64 = 365.0 * 24.0 * 60.0 * 60.0;

/// A service account's credentials; they go to the two OAuth endpoints only.
#[derive(Clone)]
pub(super) struct ServiceAccountLogin {
    pub client_id: ClientId,
    pub client_secret: SecretString,
}

/// A token that was minted here and has to be given back.
#[derive(Clone)]
pub(super) struct Token {
    /// What goes into `Authorization: Bearer`.
    pub value: SecretString,
    expires_at: Instant,
    /// What it was minted with, which is not always what the session signs in with.
    login: ServiceAccountLogin,
}

impl Token {
    /// True while a chain of requests can still begin with it.
    pub(super) fn is_fresh(&self, now: Instant) -> bool {
        self.expires_at.saturating_duration_since(now) >= LIFE_NEEDED
    }
}

impl Client {
    /// Asks for a token. It is given back at the end of the run at the latest.
    pub(super) async fn mint(&self, login: &ServiceAccountLogin, limit: Duration) -> ApiResult<Token> {
        // Its life is counted from before the request, so that it is never thought longer than it is.
        let asked_at = Instant::now();
        let form = "grant_type=client_credentials".to_owned();
        let answer = self.oauth(login, "token", form, limit).await?;
        let (value, life) = token(&answer)?;
        let token = Token { value, expires_at: asked_at + life, login: login.clone() };
        self.minted().push(token.clone());
        Ok(token)
    }

    /// Proves that a new secret of this account works: asks for a token with it, and revokes the token. A secret that
    /// has just been created may not be known everywhere in Atlas yet, so that after a refusal it is tried again, twice,
    /// within 10 seconds altogether.
    ///
    /// # Errors
    /// [`Cause::SignInRefused`] when Atlas does not know the secret. Any other cause says nothing about the secret.
    pub async fn verify(&self, client: &ClientId, value: &SecretString) -> ApiResult<()> {
        let login = ServiceAccountLogin { client_id: client.clone(), client_secret: value.clone() };
        let started = Instant::now();
        let left = || self.limits.verify.saturating_sub(started.elapsed());
        let mut pauses = self.limits.verify_pauses.into_iter();
        loop {
            let error = match self.mint(&login, left()).await {
                Ok(token) => {
                    self.give_back(|minted| is_same(&minted.value, &token.value)).await;
                    return Ok(());
                }
                Err(ApiError { cause: Cause::TokenRefused { status, .. }, phase }) => {
                    return Err(ApiError { cause: Cause::Unexpected { status }, phase });
                }
                Err(error) => error,
            };
            let pause = pauses.next().filter(|pause| *pause < left());
            match pause.filter(|_| matches!(error.cause, Cause::SignInRefused(_))) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(error),
            }
        }
    }

    /// Gives back every token that was minted here, within 2 seconds; never an access token that the user
    /// supplied. Errors are ignored: tokens die by themselves within the hour.
    pub async fn revoke(&self) {
        // A sign-in on its way holds the token for longer, and the user waits for the program to end.
        let _ = tokio::time::timeout(self.limits.revoke, self.session.forget_token()).await;
        self.give_back(|_| true).await;
    }

    /// Gives tokens back (RFC 7009), the latest first: it is the one that is certainly alive. Each is forgotten
    /// only once its request is over, so that one that was interrupted is given back at the end of the run.
    async fn give_back(&self, is_meant: impl Fn(&Token) -> bool) {
        let next = || self.minted().iter().rev().find(|minted| is_meant(minted)).cloned();
        let work = async {
            while let Some(Token { value, login, .. }) = next() {
                let encoded: String =
                    url::form_urlencoded::byte_serialize(value.expose_secret().as_bytes()).collect();
                let form = format!("token={encoded}&token_type_hint=access_token");
                let _ = self.oauth(&login, "revoke", form, self.limits.revoke).await;
                self.minted().retain(|minted| !is_same(&minted.value, &value));
            }
        };
        // No draining here: no answer matters any more, and the user waits for the program to end.
        let _ = tokio::time::timeout(self.limits.revoke, work).await;
    }

    async fn oauth(
        &self,
        login: &ServiceAccountLogin,
        endpoint: &str,
        form: String,
        limit: Duration,
    ) -> ApiResult<Answer> {
        let mut request = self.http.post(format!("{}/api/oauth/{endpoint}", self.base_url));
        request = request
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(AUTHORIZATION, login.basic()?)
            .body(form);
        // A secret that was created here is not to stay in the buffers of a connection.
        if !self.keeps_open && !self.session.is_login(login) {
            request = request.header(CONNECTION, "close");
        }
        exchange(request, limit).await
    }

    fn minted(&self) -> MutexGuard<'_, Vec<Token>> {
        self.minted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn is_same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}

impl ServiceAccountLogin {
    /// The id and secret as they are: Atlas does not expect them percent-encoded first, as section 2.3.1
    /// of RFC 6749 would have it.
    fn basic(&self) -> ApiResult<HeaderValue> {
        let pair = Zeroizing::new(format!("{}:{}", self.client_id, self.client_secret.expose_secret()));
        let encoded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
        authorization("Basic", &encoded)
    }
}

/// An `Authorization` that shows in no `Debug` output.
pub(super) fn authorization(scheme: &str, credentials: &str) -> ApiResult<HeaderValue> {
    let text = Zeroizing::new(format!("{scheme} {credentials}"));
    let mut value = HeaderValue::from_str(&text)
        .map_err(|_| ApiError::setup("the access token holds characters that no header can carry"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Reads an answer of the token endpoint. Its `error` is a string when OAuth refuses the credentials and
/// an integer when Atlas refuses the request (a rate limit), under the same URL.
fn token(answer: &Answer) -> ApiResult<(SecretString, Duration)> {
    if is_success(answer.status)
        && let Ok(text) = str::from_utf8(&answer.body)
        && serde_json::from_str::<IgnoredAny>(text).is_ok()
        && let Some(members) = wire::members(text)
        && let Some(value) = wire::values::<SecretString>(&members, "access_token").next()
        // A header carries nothing else.
        && !value.expose_secret().is_empty()
        && value.expose_secret().bytes().all(|byte| byte.is_ascii_graphic())
    {
        return Ok((value, life(&members)));
    }
    let cause = oauth_refusal(answer).unwrap_or_else(|| classify::read_failed(answer));
    Err(ApiError::sent(match cause {
        // Atlas's own form of the same.
        Cause::Rejected(rejection) if rejection.kind() == RejectionKind::NotAuthorized => {
            Cause::SignInRefused(rejection.detail)
        }
        cause => cause,
    }))
}

/// How long a token lives by its answer (`expires_in`, in seconds).
fn life(members: &[(&str, &str)]) -> Duration {
    let value = members.iter().rev().find(|(name, _)| *name == "\"expires_in\"");
    // As a number of any size: one that no integer holds is a long life, not none.
    match value.and_then(|(_, value)| value.trim_matches('"').parse::<f64>().ok()) {
        Some(seconds) if seconds >= 0.0 => Duration::from_secs_f64(seconds.min(LONGEST_LIFE)),
        _ => USUAL_LIFE,
    }
}

/// What OAuth says (RFC 6749, section 5.2): its description, or the error's name where it gives none. Being
/// too slow or too often there is no refusal, whatever form it comes in.
fn oauth_refusal(answer: &Answer) -> Option<Cause> {
    if matches!(answer.status, 408 | 429) {
        return None;
    }
    let (_, body) = classify::json(answer)?;
    let error = body.get("error")?.as_str()?;
    let description = body.get("error_description").and_then(Value::as_str);
    match (answer.status, error) {
        (400 | 401, "invalid_client") => {
            Some(Cause::SignInRefused(wire::message(description.unwrap_or(error))))
        }
        (status @ 400..500, _) => {
            let description = description.map_or_else(String::new, |text| format!(": {text}"));
            Some(Cause::TokenRefused { status, message: wire::message(&format!("{error}{description}")) })
        }
        (status @ 500.., "server_error" | "temporarily_unavailable") => {
            let mut rejection = Rejection::of_status(status);
            rejection.error_code = ServerText::new(error);
            rejection.detail = wire::message(description.unwrap_or_default());
            Some(Cause::Rejected(Box::new(rejection)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
