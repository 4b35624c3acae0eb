//! Signs in as a service account, with OAuth 2 client credentials (RFC 6749, section 4.4).
//!
//! There are two requests, `POST /api/oauth/token` and `POST /api/oauth/revoke`
//! (<https://www.mongodb.com/docs/atlas/api/service-accounts/generate-oauth2-token/>). A token lives for an hour and
//! cannot be refreshed, and an account can have 100 tokens. So the run keeps one token, and revokes all at its end.

use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_TYPE, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::de::IgnoredAny;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::domain::{
    ApiError, ApiResult, Cause, ClientId, Credentials, Rejection, RejectionKind, ServerText,
};

use super::Client;
use super::classify::{self, is_success};
use super::http::{ApiResponse, exchange};
use super::wire;

/// A token that expires sooner than this is replaced before a series of requests begins.
const FRESH_LIFETIME: Duration = Duration::from_secs(5 * 60);

/// The lifetime that Atlas documents for a token, for a response that does not state it.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// A longer lifetime of a token is cut to this, in seconds.
const MAX_LIFETIME_SECONDS: f64 = 365.0 * 24.0 * 60.0 * 60.0;

/// The credentials of a service account. They are only sent to the two OAuth endpoints.
#[derive(Clone)]
pub(super) struct ServiceAccountLogin {
    pub client_id: ClientId,
    pub client_secret: SecretString,
}

/// A token that this program requested and must revoke.
#[derive(Clone)]
pub(super) struct Token {
    pub value: SecretString,
    expires_at: Instant,
    /// The credentials that it was requested with: those of the session, or a new secret that is being verified.
    login: ServiceAccountLogin,
}

impl Token {
    /// True if a series of requests can begin with this token.
    pub(super) fn is_fresh(&self, now: Instant) -> bool {
        self.expires_at.saturating_duration_since(now) >= FRESH_LIFETIME
    }
}

impl Client {
    /// Requests a token. It is revoked at the end of the run, or before.
    pub(super) async fn mint(&self, login: ServiceAccountLogin, limit: Duration) -> ApiResult<Token> {
        // The lifetime counts from before the request, so that it is never overestimated.
        let requested_at = Instant::now();
        let form = "grant_type=client_credentials".to_owned();
        let response = self.oauth(&login, "token", form, limit).await?;
        let (value, lifetime) = token(&response)?;
        let token = Token { value, expires_at: requested_at + lifetime, login };
        self.minted().push(token.clone());
        Ok(token)
    }

    /// Verifies that a new secret of this account works: requests a token with it, and revokes the token. It takes a
    /// moment until all of Atlas knows a new secret, so a refusal is retried twice, within 10 seconds in total.
    /// [`Cause::SignInRefused`] means that Atlas does not know the secret; any other cause says nothing about it.
    pub async fn verify(&self, client: &ClientId, value: &SecretString) -> ApiResult<()> {
        let login = ServiceAccountLogin { client_id: client.clone(), client_secret: value.clone() };
        let started = Instant::now();
        let left = || self.limits.verify.saturating_sub(started.elapsed());
        let mut pauses = self.limits.verify_pauses.into_iter();
        loop {
            let error = match self.mint(login.clone(), left()).await {
                Ok(token) => {
                    self.revoke_tokens(|minted| is_same(&minted.value, &token.value)).await;
                    return Ok(());
                }
                Err(ApiError { cause: Cause::TokenRefused { status, .. }, .. }) => {
                    return Err(ApiError::sent(Cause::Unexpected { status }));
                }
                Err(error) => error,
            };
            let pause = pauses.next().filter(|pause| *pause < left());
            match pause.filter(|_| matches!(error.cause, Cause::SignInRefused { .. })) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(error),
            }
        }
    }

    /// Revokes every token that this program requested, within 2 seconds, but never an access token that the user
    /// supplied. Ignores errors, because tokens expire within the hour.
    pub async fn revoke(&self) {
        // A sign-in that is still running holds this lock for longer, and the user is waiting for the program to end.
        let forget = async { self.token.lock().await.take() };
        let work = async {
            let _ = tokio::time::timeout(self.limits.revoke / 2, forget).await;
            self.revoke_tokens(|_| true).await;
        };
        let _ = tokio::time::timeout(self.limits.revoke, work).await;
    }

    /// Revokes tokens (RFC 7009), the newest first, because it is certainly still valid. Each is forgotten only after
    /// its request, so an interrupted one is revoked at the end of the run.
    async fn revoke_tokens(&self, should_revoke: impl Fn(&Token) -> bool) {
        let next = || self.minted().iter().rev().find(|minted| should_revoke(minted)).cloned();
        let work = async {
            while let Some(Token { value, login, .. }) = next() {
                let encoded: String =
                    url::form_urlencoded::byte_serialize(value.expose_secret().as_bytes()).collect();
                let form = format!("token={encoded}&token_type_hint=access_token");
                let _ = self.oauth(&login, "revoke", form, self.limits.revoke).await;
                self.minted().retain(|minted| !is_same(&minted.value, &value));
            }
        };
        // No time for draining: the responses no longer matter, and the user is waiting for the program to end.
        let _ = tokio::time::timeout(self.limits.revoke, work).await;
    }

    async fn oauth(
        &self,
        login: &ServiceAccountLogin,
        endpoint: &str,
        form: String,
        limit: Duration,
    ) -> ApiResult<ApiResponse> {
        let mut request = self.http.post(format!("{}/api/oauth/{endpoint}", self.options.base_url));
        request = request
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(AUTHORIZATION, login.basic()?)
            .body(form);
        let is_own = matches!(&self.options.credentials,
            Credentials::ServiceAccount { client_secret, .. } if is_same(client_secret, &login.client_secret));
        // A secret that was just created must not stay in a connection's buffers.
        if !self.options.keeps_open && !is_own {
            request = request.header(CONNECTION, "close");
        }
        exchange(request, limit).await
    }

    fn minted(&self) -> MutexGuard<'_, Vec<Token>> {
        self.minted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}

impl ServiceAccountLogin {
    /// The ID and the secret as they are: Atlas does not expect the percent-encoding of RFC 6749, section 2.3.1.
    fn basic(&self) -> ApiResult<HeaderValue> {
        let pair = Zeroizing::new(format!("{}:{}", self.client_id, self.client_secret.expose_secret()));
        let encoded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
        authorization("Basic", &encoded)
    }
}

/// An `Authorization` header whose `Debug` output hides the value.
pub(super) fn authorization(scheme: &str, credentials: &str) -> ApiResult<HeaderValue> {
    let text = Zeroizing::new(format!("{scheme} {credentials}"));
    let mut value = HeaderValue::from_str(&text).map_err(|_| {
        ApiError::setup("the access token contains characters that are not valid in a header")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// Parses a response of the token endpoint. Its `error` is a string if OAuth refused the credentials, and an integer if
/// Atlas refused the request, for example because of a rate limit.
fn token(response: &ApiResponse) -> ApiResult<(SecretString, Duration)> {
    if is_success(response.status)
        && let Ok(text) = str::from_utf8(&response.body)
        && serde_json::from_str::<IgnoredAny>(text).is_ok()
        && let Some(members) = wire::members(text)
        && let Some(value) = wire::values::<SecretString>(&members, "access_token").next()
        // A header cannot contain other characters.
        && !value.expose_secret().is_empty()
        && value.expose_secret().bytes().all(|byte| byte.is_ascii_graphic())
    {
        return Ok((value, lifetime(&members)));
    }
    let cause = oauth_refusal(response).unwrap_or_else(|| classify::read_failed(response));
    Err(ApiError::sent(match cause {
        // The same refusal as an error of Atlas.
        Cause::Rejected(rejection) if rejection.kind() == RejectionKind::NotAuthorized => {
            Cause::SignInRefused { status: rejection.status, message: rejection.detail }
        }
        cause => cause,
    }))
}

/// The lifetime of a token according to its response (`expires_in`, in seconds).
fn lifetime(members: &[wire::Part<'_>]) -> Duration {
    let value = members.iter().rev().find(|(name, _)| *name == "\"expires_in\"");
    // Parsed as a float: a number too large for an integer is still a long lifetime.
    match value.and_then(|(_, value)| value.trim_matches('"').parse::<f64>().ok()) {
        Some(seconds) if seconds >= 0.0 => Duration::from_secs_f64(seconds.min(MAX_LIFETIME_SECONDS)),
        _ => DEFAULT_LIFETIME,
    }
}

/// The error of OAuth (RFC 6749, section 5.2): its description, or else its name. A timeout or a rate limit is not a
/// refusal, whatever its form.
fn oauth_refusal(response: &ApiResponse) -> Option<Cause> {
    if matches!(response.status, 408 | 429) {
        return None;
    }
    let (_, body) = classify::json(response)?;
    let error = body.get("error")?.as_str()?;
    let description = body.get("error_description").and_then(Value::as_str);
    match (response.status, error) {
        (status @ (400 | 401), "invalid_client") => {
            Some(Cause::SignInRefused { status, message: wire::message(description.unwrap_or(error)) })
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
