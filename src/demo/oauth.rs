//! Signing in and out: OAuth 2 client credentials (RFC 6749, section 4.4) and revocation (RFC 7009).

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hyper::StatusCode;
use hyper::header;
use hyper::http::request::Parts;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::answer::Answer;
use super::refusal::Refusal;
use super::seen::header_text;
use super::state::State;
use super::tokens::{LIFETIME_SECONDS, Minter};

const FORM: &str = "application/x-www-form-urlencoded";

/// `POST /api/oauth/token`. Atlas reads the body as it stands: anything but exactly
/// `grant_type=client_credentials` is refused.
pub(super) fn token(
    state: &mut State,
    parts: &Parts,
    body: &[u8],
    now: Timestamp,
) -> Result<Answer, Refusal> {
    if let Some(refused) = refuse_form(parts) {
        return Ok(refused);
    }
    if body != b"grant_type=client_credentials" {
        return Ok(error("unsupported_grant_type", "The grant type is not supported."));
    }
    let Some(minter) = basic(parts).and_then(|(id, secret)| state.sign_in(&id, &secret, now)) else {
        return Ok(invalid_client());
    };
    let token = state.tokens.mint(minter, now)?;
    let body = json!({
        "access_token": token.expose_secret(),
        "expires_in": LIFETIME_SECONDS,
        "token_type": "Bearer",
    });
    Ok(Answer::oauth(StatusCode::OK, body))
}

/// `POST /api/oauth/revoke`. A token that is unknown, or somebody else's, is no error: it does not
/// work for this client either way.
pub(super) fn revoke(state: &mut State, parts: &Parts, body: &[u8], now: Timestamp) -> Answer {
    if let Some(refused) = refuse_form(parts) {
        return refused;
    }
    let Some((client_id, secret)) = basic(parts) else {
        return invalid_client();
    };
    if state.sign_in(&client_id, &secret, now).is_none() {
        return invalid_client();
    }
    let token = url::form_urlencoded::parse(body).find(|(name, _)| name == "token");
    let Some((_, token)) = token else {
        return error("invalid_request", "The token is missing.");
    };
    state.tokens.revoke(&token, &client_id);
    Answer::empty(StatusCode::OK)
}

/// True when the request carries a bearer token that is alive.
pub(super) fn is_authorized(state: &State, parts: &Parts, now: Timestamp) -> bool {
    let token = authorization(parts, "Bearer");
    token.is_some_and(|token| state.tokens.admits(token, now))
}

/// True when the request brings a bearer token, living or not.
pub(super) fn has_bearer(parts: &Parts) -> bool {
    authorization(parts, "Bearer").is_some()
}

impl State {
    /// Who has this id and this secret, if anybody has. A secret of an account is used by that. An account
    /// that is listed goes by its secrets there, the one that this run lets in as well.
    fn sign_in(&mut self, client_id: &str, secret: &SecretString, now: Timestamp) -> Option<Minter> {
        let secret = secret.expose_secret();
        let client_id = client_id.to_owned();
        let mut accounts = self.projects.iter_mut().flat_map(|project| &mut project.accounts);
        let Some(account) = accounts.find(|account| account.client_id == client_id) else {
            let is_right =
                client_id == self.operator.client_id && secret == self.operator.secret.expose_secret();
            return is_right.then_some(Minter { client_id, secret_id: None });
        };
        let secret = account.living_secret(secret, now)?;
        secret.last_used_at = Some(now);
        Some(Minter { client_id, secret_id: Some(secret.id.clone()) })
    }
}

fn refuse_form(parts: &Parts) -> Option<Answer> {
    let content_type = header_text(parts, &header::CONTENT_TYPE);
    let is_form = content_type.is_some_and(|value| value.split(';').next() == Some(FORM));
    (!is_form).then(|| error("invalid_request", "The body must be a form."))
}

/// Id and secret of an `Authorization: Basic` header. They are taken as they stand: Atlas does not
/// percent-decode them.
fn basic(parts: &Parts) -> Option<(String, SecretString)> {
    let decoded = BASE64_STANDARD.decode(authorization(parts, "Basic")?).ok()?;
    let decoded = String::from_utf8(decoded).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((id.to_owned(), secret.into()))
}

/// What follows the scheme, whose case does not matter (RFC 9110, section 11.1).
fn authorization<'a>(parts: &'a Parts, scheme: &str) -> Option<&'a str> {
    let (given, rest) = header_text(parts, &header::AUTHORIZATION)?.split_once(' ')?;
    given.eq_ignore_ascii_case(scheme).then_some(rest)
}

fn invalid_client() -> Answer {
    let body = json!({
        "error_description": "Invalid credentials provided.",
        "error": "invalid_client",
    });
    Answer::oauth(StatusCode::UNAUTHORIZED, body)
}

fn error(code: &str, description: &str) -> Answer {
    let body = json!({"error_description": description, "error": code});
    Answer::oauth(StatusCode::BAD_REQUEST, body)
}
