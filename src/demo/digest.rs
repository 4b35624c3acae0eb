//! API keys: the server's side of HTTP Digest (RFC 7616), written for itself, so that the client's side
//! has something to be wrong against.

use hyper::header::{self, HeaderValue};
use hyper::http::request::Parts;
use jiff::Timestamp;
use md5::Md5;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::answer::Answer;
use super::digest_header::DigestHeader;
use super::ids;
use super::oauth;
use super::refusal::Refusal;
use super::seen::header_text;
use super::state::State;

/// What Atlas calls itself here, as recorded.
const REALM: &str = "MMS Public API";

/// How API keys are challenged (RFC 7616, section 3.3).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WorldDigest {
    /// One challenge each, in this order.
    pub(super) algorithms: Vec<Algorithm>,
    /// After how many uses a nonce is stale; never unless told.
    pub(super) nonce_uses: Option<u32>,
    /// After how many seconds a nonce is stale; never unless told.
    pub(super) nonce_seconds: Option<i64>,
}

/// What a digest is made with.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(super) enum Algorithm {
    #[serde(rename = "MD5")]
    Md5,
    #[serde(rename = "SHA-256")]
    Sha256,
}

impl Default for WorldDigest {
    /// As Atlas was recorded.
    fn default() -> Self {
        Self { algorithms: vec![Algorithm::Md5], nonce_uses: None, nonce_seconds: None }
    }
}

/// The one key that this run lets in, and the nonces that it was challenged with.
pub(super) struct ApiKeys {
    public_key: String,
    private_key: SecretString,
    rules: WorldDigest,
    nonces: Vec<Nonce>,
}

struct Nonce {
    value: String,
    issued_at: Timestamp,
    /// The count of the last request that used it (section 3.4, `nc`).
    last_count: u32,
    uses: u32,
}

/// What a request's `Authorization` is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Right,
    Wrong,
    /// Right but for the nonce, which has run out: asking again with another one will do.
    Stale,
}

impl ApiKeys {
    pub(super) fn new(public_key: String, private_key: SecretString, rules: WorldDigest) -> Self {
        Self { public_key, private_key, rules, nonces: Vec::new() }
    }

    /// Judges one request. The key is checked before the nonce, because only a right answer may hear
    /// that its nonce is stale (section 3.3).
    fn judge(&mut self, parts: &Parts, now: Timestamp) -> Verdict {
        let Some(given) = header_text(parts, &header::AUTHORIZATION).and_then(DigestHeader::parse) else {
            return Verdict::Wrong;
        };
        let Some(algorithm) = self.rules.algorithms.iter().find(|known| known.name() == given.algorithm)
        else {
            return Verdict::Wrong;
        };
        let is_right = given.realm == REALM
            && given.username == self.public_key
            && given.qop == "auth"
            && given.uri == parts.uri.to_string()
            && given.response == self.response(*algorithm, &given, parts.method.as_str());
        if !is_right {
            return Verdict::Wrong;
        }
        let Some(nonce) = self.nonces.iter_mut().find(|nonce| nonce.value == given.nonce) else {
            return Verdict::Stale;
        };
        let age = now.as_second() - nonce.issued_at.as_second();
        if self.rules.nonce_seconds.is_some_and(|limit| age >= limit)
            || self.rules.nonce_uses.is_some_and(|limit| nonce.uses >= limit)
        {
            return Verdict::Stale;
        }
        // The same count twice is a replay.
        let Some(count) = given.count().filter(|count| *count > nonce.last_count) else {
            return Verdict::Wrong;
        };
        nonce.last_count = count;
        nonce.uses += 1;
        Verdict::Right
    }

    /// Section 3.4.1, for `qop=auth`.
    fn response(&self, algorithm: Algorithm, given: &DigestHeader, method: &str) -> String {
        let private_key = self.private_key.expose_secret();
        let key = algorithm.hash(&format!("{}:{REALM}:{private_key}", self.public_key));
        let request = algorithm.hash(&format!("{method}:{}", given.uri));
        let DigestHeader { nonce, nc, cnonce, qop, .. } = given;
        algorithm.hash(&format!("{key}:{nonce}:{nc}:{cnonce}:{qop}:{request}"))
    }

    fn challenges(&mut self, is_stale: bool, now: Timestamp) -> Result<Vec<String>, Refusal> {
        let value = ids::nonce()?;
        let challenge = |algorithm: &Algorithm| {
            format!(
                "Digest realm=\"{REALM}\", domain=\"\", nonce=\"{value}\", algorithm={}, qop=\"auth\", \
                 stale={is_stale}",
                algorithm.name()
            )
        };
        let challenges = self.rules.algorithms.iter().map(challenge).collect();
        self.nonces.push(Nonce { value, issued_at: now, last_count: 0, uses: 0 });
        Ok(challenges)
    }
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }

    fn hash(self, text: &str) -> String {
        match self {
            Self::Md5 => format!("{:x}", Md5::digest(text)),
            Self::Sha256 => format!("{:x}", Sha256::digest(text)),
        }
    }
}

/// The answer to a request that carries neither a living token nor a right answer to a challenge. A
/// bearer of a token is not challenged: it has no key to answer with.
pub(super) fn refuse(state: &mut State, parts: &Parts, now: Timestamp) -> Result<Option<Answer>, Refusal> {
    if oauth::is_authorized(state, parts, now) {
        return Ok(None);
    }
    let verdict = state.api_keys.judge(parts, now);
    if verdict == Verdict::Right {
        return Ok(None);
    }
    let mut answer = Answer::from(Refusal::not_authorized());
    if oauth::has_bearer(parts) {
        return Ok(Some(answer));
    }
    for challenge in state.api_keys.challenges(verdict == Verdict::Stale, now)? {
        if let Ok(value) = HeaderValue::from_str(&challenge) {
            answer = answer.with(header::WWW_AUTHENTICATE, value);
        }
    }
    Ok(Some(answer))
}
