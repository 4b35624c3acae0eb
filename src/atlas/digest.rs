//! HTTP Digest (RFC 7616), with which an API key signs in: the challenge, and the answer to it.

use std::time::{Duration, Instant};

use http_auth::digest::{Algorithm, Qop};
use http_auth::{ChallengeParser, DigestClient, PasswordParams};
use reqwest::header::{HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use reqwest::{Method, Url};
use secrecy::{ExposeSecret, SecretString};
use url::Position;

use crate::domain::{ApiError, ApiResult, Cause, ServerText};

/// A challenge older than this is fetched again before a request that goes out once. How long Atlas lets
/// a nonce live is not public; servers commonly give it 5 minutes.
const TRUSTED_FOR: Duration = Duration::from_secs(60);

/// A challenge of the scheme Digest (RFC 7616, section 3.3) that can be answered.
pub(super) struct Challenge {
    digest: DigestClient,
    received_at: Instant,
}

impl Challenge {
    /// The strongest challenge in the `WWW-Authenticate` headers; of equally strong ones the first, as
    /// section 3.7 wants it. Other schemes are passed over, and so is a challenge without `qop=auth`
    /// (it would let an answer be replayed) or of a `-sess` algorithm (whose key spans requests).
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

    /// True when the server refused the nonce of the request, not its key (section 3.3, `stale`).
    pub(super) fn is_stale(&self) -> bool {
        self.digest.stale()
    }

    /// True when it is so old at `now` that its nonce may have run out.
    pub(super) fn is_old(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.received_at) > TRUSTED_FOR
    }

    /// The `Authorization` of one request. Every call counts as one use of the nonce, so that no two requests carry the
    /// same `nc` (section 3.4).
    pub(super) fn authorization(
        &mut self,
        (public_key, private_key): (&str, &SecretString),
        method: &Method,
        url: &str,
    ) -> ApiResult<HeaderValue> {
        let uri = request_target(url).ok_or_else(unanswerable)?;
        let parameters = PasswordParams {
            username: public_key,
            password: private_key.expose_secret(),
            uri: &uri,
            method: method.as_str(),
            body: None,
        };
        let answer = self.digest.respond(&parameters).map_err(|_| unanswerable())?;
        let mut value = HeaderValue::try_from(answer).map_err(|_| unanswerable())?;
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

/// The request target in origin form (RFC 9112, section 3.2.1): path *and* query, as it goes out. A
/// server compares it with what it was asked (RFC 7616, section 3.4.6).
fn request_target(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    Some(url[Position::BeforePath..Position::AfterQuery].to_owned())
}

/// Says nothing of the key or the challenge.
fn unanswerable() -> ApiError {
    ApiError::not_sent(Cause::NoChallenge(ServerText::new("the server's challenge cannot be answered")))
}

#[cfg(test)]
mod tests;
