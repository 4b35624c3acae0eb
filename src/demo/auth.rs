//! Authentication: OAuth 2 client credentials (RFC 6749, section 4.4) with revocation (RFC 7009), bearer tokens, and
//! API keys with HTTP Digest (RFC 7616).
//!
//! **Invariant:** the ID, the secret and the key for an embedded Atlas are random in every run.

use std::io;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hyper::{StatusCode, header};
use md5::{Digest, Md5};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::reply::{Reply, Request, refusal, unauthorized};
use super::world::{HEXADECIMAL, TEXT, World, now, random, random_secret};
use crate::domain::{ClientId, Credentials, PublicKey};

const REALM: &str = "MMS Public API";

const LETTERS: &[u8] = b"abcdefghijklmnop";

/// The valid credentials of an embedded Atlas, and the tokens and nonces that it has issued.
pub(super) struct AuthServer {
    client_id: ClientId,
    client_secret: SecretString,
    public_key: PublicKey,
    private_key: SecretString,
    tokens: Vec<IssuedToken>,
    /// The nonce of every challenge, valid as long as this server runs.
    nonce: String,
}

struct IssuedToken {
    value: SecretString,
    client_id: String,
    /// `None` for the account that no project lists: its secret cannot be deleted.
    secret_id: Option<String>,
}

impl AuthServer {
    pub(super) fn new() -> io::Result<Self> {
        let client_id = random("mdb_sa_id_", 24, HEXADECIMAL)?;
        let public_key = random("", 8, LETTERS)?;
        Ok(Self {
            client_id: ClientId::parse(&client_id).map_err(io::Error::other)?,
            client_secret: random_secret()?,
            public_key: PublicKey::parse(&public_key).map_err(io::Error::other)?,
            private_key: random("DEMO", 32, TEXT)?.into(),
            tokens: Vec::new(),
            nonce: random("", 32, TEXT)?,
        })
    }

    pub(super) fn service_account(&self) -> Credentials {
        let (client_id, client_secret) = (self.client_id.clone(), self.client_secret.clone());
        Credentials::ServiceAccount { client_id, client_secret }
    }

    pub(super) fn api_key(&self) -> Credentials {
        let (public_key, private_key) = (self.public_key.clone(), self.private_key.clone());
        Credentials::ApiKey { public_key, private_key }
    }

    /// Handles `POST /api/oauth/token`. Like Atlas, it accepts only this body. Tokens live as long as this server.
    pub(super) fn token(&mut self, world: &mut World, request: &Request<'_>) -> Result<Reply, Reply> {
        if request.body != b"grant_type=client_credentials" {
            let why = "The grant type is not supported.";
            return Err(oauth_error(StatusCode::BAD_REQUEST, "unsupported_grant_type", why));
        }
        let (client_id, secret_id) = self.sign_in(world, request)?;
        let value = random("DEMO", 48, TEXT)?;
        let body = json!({"access_token": value, "expires_in": 3600, "token_type": "Bearer"});
        self.tokens.push(IssuedToken { value: value.into(), client_id, secret_id });
        Ok(oauth(StatusCode::OK, body))
    }

    /// Handles `POST /api/oauth/revoke`. A token that is unknown or belongs to another account is not an error.
    pub(super) fn revoke(&mut self, world: &mut World, request: &Request<'_>) -> Result<Reply, Reply> {
        let (client_id, _) = self.sign_in(world, request)?;
        let token = url::form_urlencoded::parse(request.body).find(|(name, _)| name == "token");
        let value = token.map(|(_, value)| value).unwrap_or_default();
        self.tokens.retain(|token| token.value.expose_secret() != value || token.client_id != client_id);
        Ok(Reply::new(StatusCode::OK, Value::Null))
    }

    pub(super) fn revoke_tokens_of(&mut self, secret_id: &str) {
        self.tokens.retain(|token| token.secret_id.as_deref() != Some(secret_id));
    }

    /// Accepts a valid token or digest. A request with an invalid token gets no challenge.
    pub(super) fn check(&self, request: &Request<'_>) -> Result<(), Reply> {
        if let Some(value) = credentials(request, "Bearer") {
            let is_known = self.tokens.iter().any(|token| token.value.expose_secret() == value);
            return if is_known { Ok(()) } else { Err(unauthorized()) };
        }
        let used = self.digest(request);
        if used.as_ref() == Some(&self.nonce) {
            return Ok(());
        }
        // Only a valid digest is told that its nonce is stale.
        let (nonce, is_stale) = (&self.nonce, used.is_some());
        let challenge = format!(
            "Digest realm=\"{REALM}\", domain=\"\", nonce=\"{nonce}\", algorithm=MD5, qop=\"auth\", stale={is_stale}"
        );
        let detail = "You are not authorized for this resource.";
        let refused = refusal(StatusCode::UNAUTHORIZED, "UNEXPECTED_ERROR", detail);
        Err(refused.with(header::WWW_AUTHENTICATE, &challenge))
    }

    /// The nonce of a valid digest (RFC 7616, section 3.4). A replay is valid, too.
    fn digest(&self, request: &Request<'_>) -> Option<String> {
        // Digest credentials have the syntax of a challenge.
        let parsed = http_auth::parse_challenges(request.header(&header::AUTHORIZATION)).ok()?;
        let [sent] = &parsed[..] else { return None };
        let value = |wanted: &str| {
            let found = sent.params.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.to_unescaped()).unwrap_or_default()
        };
        let [nonce, nc, cnonce, uri] = ["nonce", "nc", "cnonce", "uri"].map(value);
        let hash = |text: String| format!("{:x}", Md5::digest(text));
        let key = hash(format!("{}:{REALM}:{}", self.public_key.as_str(), self.private_key.expose_secret()));
        let target = hash(format!("{}:{uri}", request.parts.method));
        let is_valid = sent.scheme.eq_ignore_ascii_case("Digest")
            && value("username") == self.public_key.as_str()
            && value("qop") == "auth"
            && uri == request.parts.uri.to_string()
            && value("response") == hash(format!("{key}:{nonce}:{nc}:{cnonce}:auth:{target}"));
        is_valid.then_some(nonce)
    }

    /// Checks `Authorization: Basic`, which Atlas does not percent-decode. A listed account can only sign in with a
    /// secret that has not expired. Returns the ID of the account and that of the secret.
    fn sign_in(&self, world: &mut World, request: &Request<'_>) -> Result<(String, Option<String>), Reply> {
        let found = basic(request).and_then(|(client_id, secret)| {
            let Some(account) = world.accounts().find(|account| account.client_id == client_id) else {
                let is_valid =
                    client_id == self.client_id.as_str() && secret == self.client_secret.expose_secret();
                return is_valid.then_some((client_id, None));
            };
            let own = account.secrets.iter_mut().find(|own| own.can_sign_in_with(&secret))?;
            own.last_used_at = Some(now());
            Some((client_id, Some(own.id.clone())))
        });
        let refused =
            || oauth_error(StatusCode::UNAUTHORIZED, "invalid_client", "Invalid credentials provided.");
        found.ok_or_else(refused)
    }
}

fn basic(request: &Request<'_>) -> Option<(String, String)> {
    let decoded = BASE64_STANDARD.decode(credentials(request, "Basic")?).ok()?;
    let decoded = String::from_utf8(decoded).ok()?;
    let (client_id, secret) = decoded.split_once(':')?;
    Some((client_id.to_owned(), secret.to_owned()))
}

fn credentials<'a>(request: &Request<'a>, scheme: &str) -> Option<&'a str> {
    let (sent, rest) = request.header(&header::AUTHORIZATION).split_once(' ')?;
    sent.eq_ignore_ascii_case(scheme).then_some(rest)
}

fn oauth_error(status: StatusCode, error: &str, description: &str) -> Reply {
    oauth(status, json!({"error": error, "error_description": description}))
}

fn oauth(status: StatusCode, body: Value) -> Reply {
    Reply::new(status, body).with(header::CONTENT_TYPE, "application/json")
}
