//! Authorizes requests, and recovers when Atlas refuses the authorization.
//!
//! API keys use HTTP Digest (RFC 7616): Atlas sends a challenge with the 401 to a read. The challenge is kept, because
//! its nonce is valid for several requests (section 3.3, `nc`), so that a request that must be sent only once can
//! respond to it.

use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http_auth::digest::{Algorithm, Qop};
use http_auth::{ChallengeParser, DigestClient, PasswordParams};
use reqwest::header::{HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use reqwest::{Method, Url};
use secrecy::{ExposeSecret, SecretString};
use url::Position;

use crate::domain::{ApiError, ApiResult, Cause, Credentials, Login, ServerText};

use super::Client;
use super::classify;
use super::http::ApiResponse;
use super::oauth::{ServiceAccountLogin, Token, authorization};

/// A challenge older than this is fetched again before a request that is sent only once. Atlas does not publish how
/// long a nonce is valid; servers commonly use 5 minutes.
const MAX_AGE: Duration = Duration::from_secs(60);

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
        let tail = secret.get(secret.len().saturating_sub(4)..).unwrap_or_default();
        // Nothing is kept of a secret so short that four characters would give it away.
        let ends_with = ServerText::new(if secret.len() < 16 { "" } else { tail });
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

/// A Digest challenge (RFC 7616, section 3.3) that this program supports.
pub(super) struct Challenge {
    digest: DigestClient,
    received_at: Instant,
}

impl Challenge {
    /// The strongest challenge in the `WWW-Authenticate` headers, and the first of equally strong ones (section 3.7).
    /// Skips other schemes, challenges without `qop=auth` (which would allow replays), and `-sess` algorithms (whose
    /// key spans requests).
    pub(super) fn strongest(headers: &HeaderMap) -> Option<Self> {
        let headers = headers.get_all(WWW_AUTHENTICATE).into_iter();
        let digest = headers
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| ChallengeParser::new(header).map_while(Result::ok))
            .filter_map(|challenge| DigestClient::try_from(&challenge).ok())
            .filter(|digest| digest.qop() & Qop::Auth && !digest.rfc2069_compat() && !digest.session())
            .reduce(|best, next| if strength(&next) > strength(&best) { next } else { best })?;
        Some(Self { digest, received_at: Instant::now() })
    }

    /// True if the server refused the nonce of the request, not its key (section 3.3, `stale`).
    pub(super) fn is_stale(&self) -> bool {
        self.digest.stale()
    }

    pub(super) fn is_old(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.received_at) > MAX_AGE
    }

    /// The `Authorization` header of one request. Each call increments the nonce count, so no two requests have the
    /// same `nc` (section 3.4).
    pub(super) fn authorization(
        &mut self,
        (public_key, private_key): (&str, &SecretString),
        method: &Method,
        url: &str,
    ) -> ApiResult<HeaderValue> {
        let uri = request_target(url).ok_or_else(unsupported)?;
        let parameters = PasswordParams {
            username: public_key,
            password: private_key.expose_secret(),
            uri: &uri,
            method: method.as_str(),
            body: None,
        };
        let response = self.digest.respond(&parameters).map_err(|_| unsupported())?;
        let mut value = HeaderValue::try_from(response).map_err(|_| unsupported())?;
        value.set_sensitive(true);
        Ok(value)
    }
}

fn strength(digest: &DigestClient) -> u8 {
    match digest.algorithm() {
        Algorithm::Sha512Trunc256 => 2,
        Algorithm::Sha256 => 1,
        _ => 0,
    }
}

/// The request target in origin form (RFC 9112, section 3.2.1): the path *and* the query, as sent. The server compares
/// it with the request (RFC 7616, section 3.4.6).
fn request_target(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    Some(url[Position::BeforePath..Position::AfterQuery].to_owned())
}

/// Reveals nothing about the key or the challenge.
fn unsupported() -> ApiError {
    ApiError::not_sent(Cause::NoChallenge(ServerText::new("the server's challenge cannot be answered")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(header: &str) -> Option<Challenge> {
        let header = HeaderValue::from_str(header).unwrap();
        Challenge::strongest(&HeaderMap::from_iter([(WWW_AUTHENTICATE, header)]))
    }

    #[test]
    fn an_unsupported_challenge_is_skipped() {
        let good = r#"Digest realm="MMS Public API", domain="", nonce="n", algorithm=MD5, qop="auth""#;
        let bad = [
            r#"Basic realm="x""#,
            "Digest",
            "Digest ,,=",
            r#"Digest realm="r", nonce="n", algorithm=SHA-3000, qop="auth""#,
            r#"Digest realm="r", nonce="n", algorithm=SHA-256-sess, qop="auth""#,
            r#"Digest realm="r", nonce="n", algorithm=SHA-256"#,
            r#"Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth-int""#,
        ];
        for bad in bad {
            assert!(challenge(bad).is_none(), "{bad}");
        }
        let after_others = challenge(&format!("Basic realm=\"x\", Negotiate, {}, {good}", bad[4])).unwrap();
        assert_eq!(after_others.digest.realm(), "MMS Public API");
        assert!(!after_others.is_old(after_others.received_at + Duration::from_secs(60)));
        assert!(after_others.is_old(after_others.received_at + Duration::from_secs(61)));
    }

    #[test]
    fn the_strongest_challenge_counts_and_the_first_of_equals() {
        let one = |realm, algorithm| {
            format!(r#"Digest realm="{realm}", nonce="n", algorithm={algorithm}, qop="auth""#)
        };
        let rows = [
            (["MD5", "SHA-256", "SHA-512-256"], "c"),
            (["SHA-256", "SHA-512-256", "MD5"], "b"),
            (["SHA-256", "MD5", "SHA-256"], "a"),
            (["MD5", "MD5", "MD5"], "a"),
        ];
        for (algorithms, expected) in rows {
            let [a, b, c] = algorithms;
            let found = challenge(&[one("a", a), one("b", b), one("c", c)].join(", ")).unwrap();
            assert_eq!(found.digest.realm(), expected, "{algorithms:?}");
        }
    }
}
