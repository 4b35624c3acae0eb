//! Authorizes requests, and recovers when Atlas refuses the authorization.
//!
//! API keys use HTTP Digest (RFC 7616): Atlas sends a challenge with the 401 to a read. The challenge is kept, because
//! its nonce is valid for several requests (section 3.3, `nc`), so that a request that must be sent only once can
//! respond to it.

use std::sync::{MutexGuard, PoisonError};
use std::time::Instant;

use reqwest::Method;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use crate::domain::{ApiError, ApiResult, Credentials, Login, ServerText};

use super::Client;
use super::classify;
use super::digest::Challenge;
use super::http::ApiResponse;
use super::oauth::{ServiceAccountLogin, Token, authorization};

impl Client {
    /// Signs in a service account, unless its token is valid for at least 5 more minutes. Does nothing for an access
    /// token or an API key.
    pub async fn sign_in(&self) -> ApiResult<()> {
        self.mint_unless(|token| token.is_fresh(Instant::now())).await
    }

    async fn mint_unless(&self, is_usable: impl Fn(&Token) -> bool) -> ApiResult<()> {
        let Credentials::ServiceAccount { client_id, client_secret } = &self.options.credentials else {
            return Ok(());
        };
        let mut token = self.token.lock().await;
        if !token.as_ref().is_some_and(is_usable) {
            let login =
                ServiceAccountLogin { client_id: client_id.clone(), client_secret: client_secret.clone() };
            let minted = self.mint(login, self.limits.sign_in).await;
            // The request that needs the token has not been sent.
            *token = Some(minted.map_err(|error| ApiError::not_sent(error.cause))?);
        }
        Ok(())
    }

    /// The service account that signs in, and the last four characters of its secret, which Atlas shows in its mask.
    pub fn login(&self) -> Option<Login> {
        let Credentials::ServiceAccount { client_id, client_secret } = &self.options.credentials else {
            return None;
        };
        let secret = client_secret.expose_secret();
        let tail = secret.char_indices().rev().nth(3).map(|(start, _)| &secret[start..]);
        // Nothing is kept of a secret so short that four characters would give it away.
        let ends_with = tail.filter(|_| secret.len() >= 16).map(ServerText::new).unwrap_or_default();
        Some(Login { client: client_id.clone(), ends_with })
    }

    /// The `Authorization` header of one request; `None` for an API key without a challenge.
    pub(super) async fn authorization(&self, method: &Method, url: &str) -> ApiResult<Option<HeaderValue>> {
        match &self.options.credentials {
            Credentials::AccessToken(token) => bearer(token).map(Some),
            Credentials::ApiKey { public_key, private_key } => {
                let key = (public_key.as_str(), private_key);
                let mut challenge = self.challenge();
                challenge.as_mut().map(|challenge| challenge.authorization(key, method, url)).transpose()
            }
            Credentials::ServiceAccount { .. } => match &*self.token.lock().await {
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
        match (&self.options.credentials, refused) {
            (Credentials::ServiceAccount { .. }, Some(refused)) if refusals == 0 => {
                let is_another = |token: &Token| bearer(&token.value).is_ok_and(|value| value != *refused);
                self.mint_unless(is_another).await?;
                Ok(true)
            }
            // The key has not been tried yet.
            (Credentials::ApiKey { .. }, None) if response.challenge.is_none() => {
                Err(ApiError::sent(classify::no_challenge(classify::read_failed(response))))
            }
            (Credentials::ApiKey { .. }, _) if refusals == 0 || (refusals == 1 && response.is_stale()) => {
                Ok(self.keep_challenge(response))
            }
            _ => Ok(false),
        }
    }

    /// Keeps the challenge of a response for the next request. True if there is one.
    pub(super) fn keep_challenge(&self, response: &mut ApiResponse) -> bool {
        let Some(new) = response.challenge.take() else { return false };
        *self.challenge() = Some(new);
        true
    }

    /// Drops a challenge whose nonce was refused, so that the next request does not use it again. Without an API key, a
    /// challenge says nothing: no nonce was sent.
    pub(super) fn check_challenge(&self, response: &mut ApiResponse) {
        if !matches!(self.options.credentials, Credentials::ApiKey { .. }) {
            response.challenge = None;
        } else if response.is_stale() {
            *self.challenge() = None;
        }
    }

    /// True if a challenge must be fetched before a request that is sent only once.
    pub(super) fn needs_challenge(&self) -> bool {
        matches!(self.options.credentials, Credentials::ApiKey { .. })
            && self.challenge().as_ref().is_none_or(|kept| kept.is_old(Instant::now()))
    }

    fn challenge(&self) -> MutexGuard<'_, Option<Challenge>> {
        // The value is replaced as a whole, so a panic elsewhere does not leave it in an invalid state.
        self.challenge.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bearer(token: &SecretString) -> ApiResult<HeaderValue> {
    authorization("Bearer", token.expose_secret())
}
