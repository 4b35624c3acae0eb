//! Authorizes requests, and recovers when Atlas refuses the authorization.
//!
//! API keys use HTTP Digest (RFC 7616): Atlas sends a challenge with the 401 to a read. The challenge is kept, because
//! its nonce is valid for several requests (section 3.3, `nc`), so that a request that must be sent only once can
//! respond to it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use reqwest::Method;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex as AsyncMutex;

use crate::domain::{ApiError, ApiResult, Credentials, Login, PublicKey, ServerText};

use super::Client;
use super::classify;
use super::digest::Challenge;
use super::http::ApiResponse;
use super::oauth::{ServiceAccountLogin, Token, authorization, is_same};

/// Credentials, and what they were exchanged for.
pub(super) enum Session {
    /// A token that the user supplied, sent unchanged.
    AccessToken(SecretString),
    /// A key, and the challenge that its next request responds to.
    ApiKey { public_key: PublicKey, private_key: SecretString, challenge: Mutex<Option<Challenge>> },
    /// A service account, and its token once it has signed in.
    ServiceAccount {
        login: ServiceAccountLogin,
        /// Locked while a token is requested, so that two requests share one.
        token: AsyncMutex<Option<Token>>,
    },
}

impl Session {
    /// A session that has not signed in yet.
    pub(super) fn new(credentials: Credentials) -> Self {
        match credentials {
            Credentials::AccessToken(token) => Self::AccessToken(token),
            Credentials::ApiKey { public_key, private_key } => {
                Self::ApiKey { public_key, private_key, challenge: Mutex::default() }
            }
            Credentials::ServiceAccount { client_id, client_secret } => Self::ServiceAccount {
                login: ServiceAccountLogin { client_id, client_secret },
                token: AsyncMutex::default(),
            },
        }
    }

    /// Makes the next request sign in again.
    pub(super) async fn forget_token(&self) {
        if let Self::ServiceAccount { token, .. } = self {
            token.lock().await.take();
        }
    }

    /// The lock of the challenge; `None` unless this is an API key.
    fn challenge(&self) -> Option<MutexGuard<'_, Option<Challenge>>> {
        let Self::ApiKey { challenge, .. } = self else { return None };
        // The value is replaced as a whole, so a panic elsewhere does not leave it in an invalid state.
        Some(challenge.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// True if this session signs in with the same credentials.
    pub(super) fn is_login(&self, other: &ServiceAccountLogin) -> bool {
        matches!(self, Self::ServiceAccount { login, .. } if is_same(&login.client_secret, &other.client_secret))
    }
}

impl Client {
    /// Signs in a service account, unless its token is valid for at least 5 more minutes. Does nothing for an access
    /// token or an API key.
    ///
    /// # Errors
    /// [`SignInRefused`](crate::domain::Cause::SignInRefused) for a wrong ID or secret,
    /// [`Rejected`](crate::domain::Cause::Rejected) for a rate limit.
    pub async fn sign_in(&self) -> ApiResult<()> {
        self.mint_unless(|token| token.is_fresh(Instant::now())).await
    }

    async fn mint_unless(&self, is_usable: impl Fn(&Token) -> bool) -> ApiResult<()> {
        let Session::ServiceAccount { login, token } = &self.session else { return Ok(()) };
        let mut token = token.lock().await;
        if !token.as_ref().is_some_and(is_usable) {
            let minted = self.mint(login, self.limits.sign_in).await;
            // The request that needs the token has not been sent.
            *token = Some(minted.map_err(|error| ApiError::not_sent(error.cause))?);
        }
        Ok(())
    }

    /// The service account that signs in, and the last four characters of its secret, which Atlas shows in its mask.
    pub fn login(&self) -> Option<Login> {
        let Session::ServiceAccount { login, .. } = &self.session else { return None };
        let secret = login.client_secret.expose_secret();
        let tail = secret.char_indices().rev().nth(3).map(|(start, _)| &secret[start..]);
        // Nothing is kept of a secret so short that four characters would give it away.
        let ends_with = tail.filter(|_| secret.len() >= 16).map(ServerText::new).unwrap_or_default();
        Some(Login { client: login.client_id.clone(), ends_with })
    }

    /// The `Authorization` header of one request; `None` for an API key without a challenge.
    pub(super) async fn authorization(&self, method: &Method, url: &str) -> ApiResult<Option<HeaderValue>> {
        match &self.session {
            Session::AccessToken(token) => bearer(token).map(Some),
            Session::ApiKey { public_key, private_key, .. } => {
                let mut challenge = self.session.challenge();
                let challenge = challenge.as_deref_mut().and_then(Option::as_mut);
                let key = (public_key.as_str(), private_key);
                challenge.map(|challenge| challenge.authorization(key, method, url)).transpose()
            }
            Session::ServiceAccount { token, .. } => match &*token.lock().await {
                Some(token) => bearer(&token.value).map(Some),
                None => Err(ApiError::setup("not signed in")),
            },
        }
    }

    /// True if a read should be repeated after a 401. A token is renewed once, unless another request has renewed it. A
    /// challenge is used once, and once more if its nonce had expired. `refusals` counts the earlier 401 responses.
    pub(super) async fn recover(
        &self,
        refusals: usize,
        refused: Option<&HeaderValue>,
        response: &mut ApiResponse,
    ) -> ApiResult<bool> {
        match (&self.session, refused) {
            (Session::ServiceAccount { .. }, Some(refused)) if refusals == 0 => {
                let is_another = |token: &Token| bearer(&token.value).is_ok_and(|value| value != *refused);
                self.mint_unless(is_another).await?;
                Ok(true)
            }
            // The key has not been tried yet.
            (Session::ApiKey { .. }, None) if response.challenge.is_none() => {
                Err(ApiError::sent(classify::no_challenge(classify::read_failed(response))))
            }
            (Session::ApiKey { .. }, _) if refusals == 0 || (refusals == 1 && response.is_stale()) => {
                Ok(self.keep_challenge(response))
            }
            _ => Ok(false),
        }
    }

    /// Keeps the challenge of a response for the next request. True if there is one and the session needs it.
    pub(super) fn keep_challenge(&self, response: &mut ApiResponse) -> bool {
        let (Some(mut kept), Some(new)) = (self.session.challenge(), response.challenge.take()) else {
            return false;
        };
        *kept = Some(new);
        true
    }

    /// Drops a challenge whose nonce was refused, so that the next request does not use it again.
    pub(super) fn forget_stale(&self, response: &ApiResponse) {
        if let Some(mut kept) = self.session.challenge().filter(|_| response.is_stale()) {
            *kept = None;
        }
    }

    /// True if a challenge must be fetched before a request that is sent only once.
    pub(super) fn needs_challenge(&self) -> bool {
        let is_unusable =
            |kept: &Option<Challenge>| kept.as_ref().is_none_or(|kept| kept.is_old(Instant::now()));
        self.session.challenge().is_some_and(|kept| is_unusable(&kept))
    }
}

fn bearer(token: &SecretString) -> ApiResult<HeaderValue> {
    authorization("Bearer", token.expose_secret())
}
