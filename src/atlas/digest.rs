//! HTTP Digest authentication (RFC 7616), which API keys use: parses challenges and responds to them.

use std::time::{Duration, Instant};

use http_auth::digest::{Algorithm, Qop};
use http_auth::{ChallengeParser, DigestClient, PasswordParams};
use reqwest::header::{HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use reqwest::{Method, Url};
use secrecy::{ExposeSecret, SecretString};
use url::Position;

use crate::domain::{ApiError, ApiResult, Cause, ServerText};

/// A challenge older than this is fetched again before a request that is sent only once. Atlas does not publish how
/// long a nonce is valid; servers commonly use 5 minutes.
const MAX_AGE: Duration = Duration::from_secs(60);

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
