//! Who is signed in: the authorization of every request, and what becomes of it when Atlas refuses it.
//!
//! For an API key that is HTTP Digest (RFC 7616): Atlas sends a challenge with the 401 to a read. It is kept, because its
//! nonce serves several requests (section 3.3, `nc`): so the request that must go out once can answer it at once.

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
use super::http::Answer;
use super::oauth::{ServiceAccountLogin, Token, authorization, is_same};

/// The credentials and what they were exchanged for.
pub(super) enum Session {
    /// A token that the user supplied, sent as it is.
    AccessToken(SecretString),
    /// A key, and the challenge that its next request answers.
    ApiKey { public_key: PublicKey, private_key: SecretString, challenge: Mutex<Option<Challenge>> },
    /// A service account, and its token once it has signed in.
    ServiceAccount {
        login: ServiceAccountLogin,
        /// Held while a token is on its way, so that two requests share one.
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

    /// The next request signs in again.
    pub(super) async fn forget_token(&self) {
        if let Self::ServiceAccount { token, .. } = self {
            token.lock().await.take();
        }
    }

    /// Where the challenge is kept; nothing but for an API key.
    fn challenge(&self) -> Option<MutexGuard<'_, Option<Challenge>>> {
        let Self::ApiKey { challenge, .. } = self else { return None };
        // What it guards is replaced as a whole, so that a panic elsewhere leaves nothing half done.
        Some(challenge.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// True when it signs in with this secret.
    pub(super) fn is_login(&self, other: &ServiceAccountLogin) -> bool {
        matches!(self, Self::ServiceAccount { login, .. } if is_same(&login.client_secret, &other.client_secret))
    }
}

impl Client {
    /// Signs a service account in, unless its token has 5 minutes of life left. An access token and an API
    /// key need no signing in and send nothing.
    ///
    /// # Errors
    /// [`SignInRefused`](crate::domain::Cause::SignInRefused) for a wrong id or secret, [`Rejected`](crate::domain::Cause::Rejected) for a rate limit.
    pub async fn sign_in(&self) -> ApiResult<()> {
        self.mint_unless(|token| token.is_fresh(Instant::now())).await
    }

    async fn mint_unless(&self, will_do: impl Fn(&Token) -> bool) -> ApiResult<()> {
        let Session::ServiceAccount { login, token } = &self.session else { return Ok(()) };
        let mut token = token.lock().await;
        if !token.as_ref().is_some_and(will_do) {
            let minted = self.mint(login, self.limits.sign_in).await;
            // The request that needs the token waits.
            *token = Some(minted.map_err(|error| ApiError::not_sent(error.cause))?);
        }
        Ok(())
    }

    /// Which service account signs in, and what its secret ends with, so that it is recognized among others:
    /// the last four characters, which is what Atlas shows of it.
    pub fn login(&self) -> Option<Login> {
        let Session::ServiceAccount { login, .. } = &self.session else { return None };
        let secret = login.client_secret.expose_secret();
        let tail = secret.char_indices().rev().nth(3).map(|(start, _)| &secret[start..]);
        // Of a secret so short that four characters would give it away nothing is kept.
        let ends_with = tail.filter(|_| secret.len() >= 16).map(ServerText::new).unwrap_or_default();
        Some(Login { client: login.client_id.clone(), ends_with })
    }

    /// The `Authorization` of one API call; nothing for an API key that has seen no challenge.
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

    /// True when a read that Atlas answered with 401 is worth sending again. A token is renewed once, unless it
    /// has been meanwhile; a challenge is answered once, and once more when its nonce had run out. `refusals`
    /// counts the 401 before this one.
    pub(super) async fn recover(
        &self,
        refusals: usize,
        refused: Option<&HeaderValue>,
        answer: &mut Answer,
    ) -> ApiResult<bool> {
        match (&self.session, refused) {
            (Session::ServiceAccount { .. }, Some(refused)) if refusals == 0 => {
                let is_another = |token: &Token| bearer(&token.value).is_ok_and(|value| value != *refused);
                self.mint_unless(is_another).await?;
                Ok(true)
            }
            // The key has not been tried yet.
            (Session::ApiKey { .. }, None) if answer.challenge.is_none() => {
                Err(ApiError::sent(classify::no_challenge(classify::read_failed(answer))))
            }
            (Session::ApiKey { .. }, _) if refusals == 0 || (refusals == 1 && answer.is_stale()) => {
                Ok(self.learn(answer))
            }
            _ => Ok(false),
        }
    }

    /// Keeps the challenge of an answer for the next request. True when there was one and it is needed.
    pub(super) fn learn(&self, answer: &mut Answer) -> bool {
        let (Some(mut kept), Some(new)) = (self.session.challenge(), answer.challenge.take()) else {
            return false;
        };
        *kept = Some(new);
        true
    }

    /// Drops a challenge whose nonce was refused, so that the next request does not carry it again.
    pub(super) fn forget_stale(&self, answer: &Answer) {
        if let Some(mut kept) = self.session.challenge().filter(|_| answer.is_stale()) {
            *kept = None;
        }
    }

    /// True when a challenge has to be fetched before a request that goes out once.
    pub(super) fn needs_challenge(&self) -> bool {
        let is_of_no_use =
            |kept: &Option<Challenge>| kept.as_ref().is_none_or(|kept| kept.is_old(Instant::now()));
        self.session.challenge().is_some_and(|kept| is_of_no_use(&kept))
    }
}

fn bearer(token: &SecretString) -> ApiResult<HeaderValue> {
    authorization("Bearer", token.expose_secret())
}
