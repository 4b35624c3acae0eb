//! Credentials and base URL from the environment, by the names that the vendor's own tools use.

use secrecy::SecretString;
use thiserror::Error;

use crate::domain::{BaseUrl, BaseUrlError, ClientId, ClientIdError, Credentials};

const ACCESS_TOKEN: &str = "MONGODB_ATLAS_ACCESS_TOKEN";
const CLIENT_ID: &str = "MONGODB_ATLAS_CLIENT_ID";
const CLIENT_SECRET: &str = "MONGODB_ATLAS_CLIENT_SECRET";
const OPS_MANAGER_URL: &str = "MONGODB_ATLAS_OPS_MANAGER_URL";
const BASE_URL: &str = "MONGODB_ATLAS_BASE_URL";
const SERVICE: &str = "MONGODB_ATLAS_SERVICE";

/// Why the environment gives no usable credentials. No message holds a value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CredentialsError {
    /// One half of a pair; halves are never mixed from several sources.
    #[error("{set} is set, but {missing} is not: both are needed")]
    Half {
        /// The variable that is there.
        set: &'static str,
        /// The one that belongs to it.
        missing: &'static str,
    },
    /// A value that cannot be sent in an HTTP header.
    #[error("{0} holds a character that no credential has: a space, a line break or the like")]
    Unsendable(&'static str),
    /// The client id is none.
    #[error("{CLIENT_ID}: {0}")]
    ClientId(ClientIdError),
    /// The base URL is none.
    #[error("{variable}: {error}")]
    BaseUrl {
        /// The variable that holds it.
        variable: &'static str,
        /// What is wrong with it.
        error: BaseUrlError,
    },
    /// A service that this program does not know.
    #[error("{SERVICE} must be cloud or cloudgov")]
    Service,
}

/// Credentials from the variables of the environment, an access token before a service account; `None` when
/// there are none. Blank variables count as not set, and white space around a value is taken off.
pub fn from_environment(
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<Credentials>, CredentialsError> {
    let value = |name: &'static str| non_blank(&variable, name);
    if let Some(token) = value(ACCESS_TOKEN) {
        return Ok(Some(Credentials::AccessToken(sendable(ACCESS_TOKEN, token)?)));
    }
    match (value(CLIENT_ID), value(CLIENT_SECRET)) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(CredentialsError::Half { set: CLIENT_ID, missing: CLIENT_SECRET }),
        (None, Some(_)) => Err(CredentialsError::Half { set: CLIENT_SECRET, missing: CLIENT_ID }),
        (Some(id), Some(secret)) => {
            let client_id = ClientId::parse(&id).map_err(CredentialsError::ClientId)?;
            let client_secret = sendable(CLIENT_SECRET, secret)?;
            Ok(Some(Credentials::ServiceAccount { client_id, client_secret }))
        }
    }
}

/// The base URL that the environment names, else the public Atlas or, with `cloudgov`, Atlas for Government.
pub fn base_url_from_environment(
    variable: impl Fn(&str) -> Option<String>,
) -> Result<BaseUrl, CredentialsError> {
    for name in [OPS_MANAGER_URL, BASE_URL] {
        if let Some(text) = non_blank(&variable, name) {
            return parse_url(name, &text);
        }
    }
    match non_blank(&variable, SERVICE).as_deref() {
        None | Some("cloud") => parse_url(SERVICE, BaseUrl::CLOUD),
        Some("cloudgov") => parse_url(SERVICE, BaseUrl::CLOUD_GOV),
        Some(_) => Err(CredentialsError::Service),
    }
}

fn parse_url(variable: &'static str, text: &str) -> Result<BaseUrl, CredentialsError> {
    BaseUrl::parse(text).map_err(|error| CredentialsError::BaseUrl { variable, error })
}

fn non_blank(variable: impl Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    let value = variable(name)?;
    let trimmed = value.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// A header of HTTP takes visible ASCII; credentials of Atlas are nothing else.
fn sendable(name: &'static str, value: String) -> Result<SecretString, CredentialsError> {
    if value.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(SecretString::from(value));
    }
    Err(CredentialsError::Unsendable(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    const ID: &str = "mdb_sa_id_1234567890abcdef12345678";

    type Variables = &'static [(&'static str, &'static str)];

    fn environment(set: Variables) -> impl Fn(&str) -> Option<String> {
        move |name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    }

    fn described(set: Variables) -> String {
        match from_environment(environment(set)) {
            Ok(None) => "none".to_owned(),
            Ok(Some(Credentials::AccessToken(token))) => format!("token {}", token.expose_secret()),
            Ok(Some(Credentials::ApiKey { public_key, private_key })) => {
                format!("key {public_key} {}", private_key.expose_secret())
            }
            Ok(Some(Credentials::ServiceAccount { client_id, client_secret })) => {
                format!("account {client_id} {}", client_secret.expose_secret())
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn credentials_are_found_or_the_reason_is_named() {
        let rows: [(Variables, &str); 9] = [
            (&[], "none"),
            (&[(ACCESS_TOKEN, ""), (CLIENT_ID, "  "), (CLIENT_SECRET, "\n")], "none"),
            (&[(ACCESS_TOKEN, " fake-token\n")], "token fake-token"),
            (&[(CLIENT_ID, ID), (CLIENT_SECRET, "mdb_sa_sk_fake")], &format!("account {ID} mdb_sa_sk_fake")),
            (&[(ACCESS_TOKEN, "fake"), (CLIENT_ID, ID), (CLIENT_SECRET, "x")], "token fake"),
            (
                &[(CLIENT_ID, ID)],
                "MONGODB_ATLAS_CLIENT_ID is set, but MONGODB_ATLAS_CLIENT_SECRET is not: both are needed",
            ),
            (
                &[(CLIENT_SECRET, "mdb_sa_sk_fake")],
                "MONGODB_ATLAS_CLIENT_SECRET is set, but MONGODB_ATLAS_CLIENT_ID is not: both are needed",
            ),
            (
                &[(ACCESS_TOKEN, "one two")],
                "MONGODB_ATLAS_ACCESS_TOKEN holds a character that no credential has: a space, a line break or the like",
            ),
            (
                &[(CLIENT_ID, "abc"), (CLIENT_SECRET, "x")],
                "MONGODB_ATLAS_CLIENT_ID: a client ID starts with mdb_sa_id_",
            ),
        ];
        for (set, expected) in rows {
            assert_eq!(described(set), expected);
        }
    }

    #[test]
    fn the_base_url_has_an_order() {
        let rows: [(Variables, Result<&str, CredentialsError>); 6] = [
            (&[], Ok("https://cloud.mongodb.com")),
            (&[(SERVICE, "cloudgov")], Ok("https://cloud.mongodbgov.com")),
            (&[(SERVICE, "mars")], Err(CredentialsError::Service)),
            (&[(BASE_URL, "https://b.example/"), (SERVICE, "cloudgov")], Ok("https://b.example")),
            (
                &[(BASE_URL, "https://b.example"), (OPS_MANAGER_URL, "https://o.example")],
                Ok("https://o.example"),
            ),
            (
                &[(BASE_URL, "http://b.example")],
                Err(CredentialsError::BaseUrl { variable: BASE_URL, error: BaseUrlError::Insecure }),
            ),
        ];
        for (set, expected) in rows {
            let found = base_url_from_environment(environment(set)).map(|url| url.to_string());
            assert_eq!(found, expected.map(str::to_owned));
        }
    }
}
