//! Proving that a new secret works: it is exchanged for a token, and the token is given back.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};

use crate::domain::{BaseUrl, ClientId, ReadProblem, ServerText, VerifyOutcome};

use super::Client;
use super::oauth::{NoToken, ServiceAccountLogin, Token};

/// Tokens that were minted to prove a secret and are not given back yet, each with the secret that can give
/// it back. They are kept apart from the session's: another account may have minted them.
#[derive(Default)]
pub(super) struct Proofs(Mutex<Vec<Proof>>);

/// A secret that works, and the token that shows it.
#[derive(Clone)]
struct Proof {
    login: ServiceAccountLogin,
    token: SecretString,
}

impl Proofs {
    /// Gives back every token that is still here. Each is dropped only once its request is over, so that
    /// one whose revocation was interrupted is revoked at the end of the run.
    pub(super) async fn revoke(&self, http: &reqwest::Client, base_url: &BaseUrl, limit: Duration) {
        let revoking = async {
            while let Some(proof) = self.first() {
                proof.login.revoke(http, base_url, &proof.token, limit).await;
                self.forget(&proof.token);
            }
        };
        // Nothing depends on it: what is left dies within the hour.
        let _ = tokio::time::timeout(limit, revoking).await;
    }

    fn first(&self) -> Option<Proof> {
        self.list().last().cloned()
    }

    fn forget(&self, token: &SecretString) {
        self.list().retain(|proof| proof.token.expose_secret() != token.expose_secret());
    }

    fn list(&self) -> MutexGuard<'_, Vec<Proof>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Client {
    /// Proves that a new secret of this account works: asks for a token with it, on a connection of its own,
    /// and revokes the token. A secret that has just been created may not be known everywhere in Atlas yet,
    /// so that a refusal is asked about again, twice, within 10 seconds altogether.
    ///
    /// Only Atlas's own `invalid_client` is a refusal; everything else that gives no token says nothing about
    /// the secret.
    pub async fn verify(&self, client: &ClientId, value: &SecretString) -> VerifyOutcome {
        let login = ServiceAccountLogin { client_id: client.clone(), client_secret: value.clone() };
        match self.prove(&login).await {
            Ok(Token { value, minted_at, .. }) => {
                self.proofs.list().push(Proof { login, token: value });
                self.proofs.revoke(&self.http.once, &self.base_url, self.limits.revoke).await;
                VerifyOutcome::Accepted { at: minted_at }
            }
            Err(NoToken::WrongSecret(words)) => VerifyOutcome::Refused(words),
            Err(NoToken::Refused { status, .. }) => {
                VerifyOutcome::CouldNotCheck(ReadProblem::Unexpected { status })
            }
            Err(NoToken::Problem(problem)) => VerifyOutcome::CouldNotCheck(problem),
        }
    }

    async fn prove(&self, login: &ServiceAccountLogin) -> Result<Token, NoToken> {
        let started = Instant::now();
        let left = || self.limits.verify.saturating_sub(started.elapsed());
        let mut pauses = self.limits.verify_pauses.into_iter();
        loop {
            let refused: ServerText = match login.mint(&self.http.once, &self.base_url, left()).await {
                Err(NoToken::WrongSecret(words)) => words,
                other => return other,
            };
            match pauses.next().filter(|pause| *pause < left()) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(NoToken::WrongSecret(refused)),
            }
        }
    }
}
