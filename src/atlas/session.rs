//! Who is signed in, and with which token.

use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

use crate::domain::{BaseUrl, Credentials, Login, ReadProblem, ServerText, TransportProblem};

use super::body::Answer;
use super::digest::ApiKey;
use super::oauth::{NoToken, ServiceAccountLogin, Token, authorization};

/// The credentials and what they were exchanged for.
pub(super) enum Session {
    /// Somebody else's token, sent as it is.
    AccessToken(SecretString),
    /// A key that answers a challenge with every request.
    ApiKey(ApiKey),
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
            Credentials::ApiKey { public_key, private_key } => {
                Self::ApiKey(ApiKey::new(public_key.as_str().to_owned(), private_key))
            }
            Credentials::ServiceAccount { client_id, client_secret } => {
                Self::ServiceAccount(Box::new(Minting {
                    base_url,
                    login: ServiceAccountLogin { client_id, client_secret },
                    tokens: Mutex::default(),
                }))
            }
        }
    }

    /// The service account and the last four characters of its secret, which is what Atlas shows of it.
    pub(super) fn login(&self) -> Option<Login> {
        let Self::ServiceAccount(minting) = self else { return None };
        let secret = minting.login.client_secret.expose_secret();
        let tail = secret.char_indices().rev().nth(3).map(|(start, _)| &secret[start..]);
        // Of a secret so short that four characters would give it away nothing is kept.
        let ends_with = tail.filter(|_| secret.len() >= 16).map(ServerText::new).unwrap_or_default();
        Some(Login { client: minting.login.client_id.clone(), ends_with })
    }

    /// Mints a token unless the current one is fresh.
    pub(super) async fn sign_in(&self, http: &reqwest::Client, limit: Duration) -> Result<(), ReadProblem> {
        let is_fresh = |token: &Token| token.is_fresh(Instant::now());
        self.mint_unless(is_fresh, http, limit).await
    }

    /// True when a read that Atlas answered with 401 is worth sending again. A token is renewed once; a
    /// challenge is answered once, and once more when its nonce had run out. `refusals` counts the 401
    /// before this one.
    pub(super) async fn recover(
        &self,
        refusals: usize,
        refused: Option<&HeaderValue>,
        answer: &mut Answer,
        http: &reqwest::Client,
        limit: Duration,
    ) -> Result<bool, ReadProblem> {
        match (self, refused) {
            (Self::ServiceAccount(_), Some(refused)) if refusals == 0 => {
                self.renew(refused, http, limit).await?;
                Ok(true)
            }
            (Self::ApiKey(_), _) if refusals == 0 || (refusals == 1 && answer.is_stale()) => {
                Ok(self.learn(answer))
            }
            _ => Ok(false),
        }
    }

    /// Keeps the challenge of an answer for the next request. True when there was one and it is needed.
    pub(super) fn learn(&self, answer: &mut Answer) -> bool {
        let Self::ApiKey(key) = self else {
            return false;
        };
        let challenge = answer.challenge.take();
        challenge.map(|challenge| key.learn(challenge)).is_some()
    }

    /// Drops a challenge whose nonce was refused, so that the next request does not carry it again.
    pub(super) fn forget_stale(&self, answer: &Answer) {
        if let Self::ApiKey(key) = self
            && answer.is_stale()
        {
            key.forget();
        }
    }

    /// True when a challenge has to be fetched before a request that goes out once.
    pub(super) fn needs_challenge(&self) -> bool {
        matches!(self, Self::ApiKey(key) if key.needs_challenge(Instant::now()))
    }

    /// Mints a token unless the one that was refused has been replaced meanwhile.
    async fn renew(
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
        let token = minting.login.mint(http, &minting.base_url, limit).await;
        tokens.replace(token.map_err(NoToken::into_read_problem)?);
        Ok(())
    }

    /// The `Authorization` of one API call; nothing for an API key that has seen no challenge.
    pub(super) async fn authorization(
        &self,
        method: &Method,
        url: &str,
    ) -> Result<Option<HeaderValue>, TransportProblem> {
        match self {
            Self::AccessToken(token) => bearer(token).map(Some),
            Self::ApiKey(key) => key.authorization(method, url),
            Self::ServiceAccount(minting) => match &minting.tokens.lock().await.current {
                Some(token) => bearer(&token.value).map(Some),
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
