//! Who is signed in, and with which token.

use std::time::{Duration, Instant};

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

use crate::domain::{BaseUrl, Credentials, ReadProblem, ServerText, TransportProblem};

use super::oauth::{ServiceAccountLogin, Token, authorization};

/// The credentials and what they were exchanged for.
pub(super) enum Session {
    /// Somebody else's token, sent as it is.
    AccessToken(SecretString),
    /// A service account and its tokens.
    ServiceAccount(Box<Minting>),
}

/// A service account that has signed in, or can.
pub(super) struct Minting {
    base_url: BaseUrl,
    login: ServiceAccountLogin,
    /// Held while a token is on its way, so that two askers share one.
    tokens: Mutex<Tokens>,
}

/// The tokens that were minted in this run.
#[derive(Default)]
pub(super) struct Tokens {
    current: Option<Token>,
    /// Tokens that were replaced. They may still be alive, so they are revoked at the end as well.
    replaced: Vec<SecretString>,
}

impl Tokens {
    fn replace(&mut self, token: Token) {
        let replaced = self.current.replace(token);
        self.replaced.extend(replaced.map(|token| token.value));
    }
}

impl Session {
    /// A session in which nobody has signed in yet.
    pub(super) fn new(base_url: BaseUrl, credentials: Credentials) -> Self {
        match credentials {
            Credentials::AccessToken(token) => Self::AccessToken(token),
            Credentials::ServiceAccount { client_id, client_secret } => {
                Self::ServiceAccount(Box::new(Minting {
                    base_url,
                    login: ServiceAccountLogin { client_id, client_secret },
                    tokens: Mutex::default(),
                }))
            }
        }
    }

    /// True when signing in again can give another token.
    pub(super) fn mints_tokens(&self) -> bool {
        matches!(self, Self::ServiceAccount(_))
    }

    /// Mints a token unless the current one is fresh.
    pub(super) async fn sign_in(&self, http: &reqwest::Client, limit: Duration) -> Result<(), ReadProblem> {
        let is_fresh = |token: &Token| token.is_fresh(Instant::now());
        self.mint_unless(is_fresh, http, limit).await
    }

    /// Mints a token unless the one that was refused has been replaced meanwhile.
    pub(super) async fn renew(
        &self,
        refused: &HeaderValue,
        http: &reqwest::Client,
        limit: Duration,
    ) -> Result<(), ReadProblem> {
        let is_another = |token: &Token| bearer(&token.value).is_ok_and(|value| value != *refused);
        self.mint_unless(is_another, http, limit).await
    }

    async fn mint_unless(
        &self,
        will_do: impl Fn(&Token) -> bool,
        http: &reqwest::Client,
        limit: Duration,
    ) -> Result<(), ReadProblem> {
        let Self::ServiceAccount(minting) = self else {
            return Ok(());
        };
        let mut tokens = minting.tokens.lock().await;
        if tokens.current.as_ref().is_some_and(will_do) {
            return Ok(());
        }
        let token = minting.login.mint(http, &minting.base_url, limit).await?;
        tokens.replace(token);
        Ok(())
    }

    /// The `Authorization` of API calls.
    pub(super) async fn bearer(&self) -> Result<HeaderValue, TransportProblem> {
        match self {
            Self::AccessToken(token) => bearer(token),
            Self::ServiceAccount(minting) => match &minting.tokens.lock().await.current {
                Some(token) => bearer(&token.value),
                None => Err(TransportProblem::Setup(ServerText::new("nobody is signed in"))),
            },
        }
    }

    /// Revokes what was minted, `limit` for all of it together.
    pub(super) async fn revoke(&self, http: &reqwest::Client, limit: Duration) {
        let Self::ServiceAccount(minting) = self else {
            return;
        };
        let revoking = async {
            let Tokens { current, replaced } = std::mem::take(&mut *minting.tokens.lock().await);
            // The current one first: it is the one that is certainly alive.
            for token in current.map(|token| token.value).iter().chain(&replaced) {
                minting.login.revoke(http, &minting.base_url, token, limit).await;
            }
        };
        // No draining here: nothing that could still arrive matters, and somebody waits for the program to end.
        let _ = tokio::time::timeout(limit, revoking).await;
    }
}

fn bearer(token: &SecretString) -> Result<HeaderValue, TransportProblem> {
    authorization("Bearer", token.expose_secret())
}
