//! Reading both halves of a pair from a keyring that is open.

use std::collections::HashMap;

use keyring_core::{CredentialStore, Error};
use zeroize::Zeroizing;

use crate::config::at_hand::KeyringRequest;
use crate::domain::{Credentials, Half, ServerText};

use super::KeyringError;
use super::go_keyring::{decode, target};
use super::store::closed;

/// The credentials of the request, from `store`.
pub(super) fn read(store: &CredentialStore, request: &KeyringRequest) -> Result<Credentials, KeyringError> {
    let identifier = entry(store, request, Half::Identifier)?;
    let secret = entry(store, request, Half::Secret)?;
    Credentials::pair(request.kind, &identifier, (*secret).clone())
        .map_err(|(half, problem)| KeyringError::Value { user: request.user(half), problem })
}

fn entry(
    store: &CredentialStore,
    request: &KeyringRequest,
    half: Half,
) -> Result<Zeroizing<String>, KeyringError> {
    let (service, user) = (request.service(), request.user(half));
    let target = target(&service, user);
    let modifiers: HashMap<&str, &str> = target.iter().map(|target| ("target", target.as_str())).collect();
    let entry = store.build(&service, user, Some(&modifiers)).map_err(|error| closed(&error))?;
    let bytes = entry.get_secret().map(Zeroizing::new).map_err(|error| match error {
        Error::NoEntry => KeyringError::Missing { service: ServerText::new(&service), user },
        Error::Ambiguous(_) => KeyringError::Ambiguous { service: ServerText::new(&service), user },
        Error::BadEncoding(_) | Error::BadDataFormat(..) => KeyringError::NotText(user),
        other => closed(&other),
    })?;
    let text = decode(&bytes).ok_or(KeyringError::NotText(user))?;
    if text.is_empty() {
        return Err(KeyringError::Missing { service: ServerText::new(&service), user });
    }
    Ok(text)
}

/// The fake keyring takes no modifiers, which Windows needs.
#[cfg(not(windows))]
#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use keyring_core::mock;
    use secrecy::ExposeSecret;

    use super::*;
    use crate::domain::{PairKind, ProfileName};

    /// Users of entries and their values.
    type Entries<'a> = &'a [(&'a str, &'a [u8])];

    const ID: &str = "mdb_sa_id_1234567890abcdef12345678";

    fn request(kind: PairKind) -> KeyringRequest {
        KeyringRequest { profile: ProfileName::new("ci").unwrap(), kind }
    }

    /// A keyring with these entries of the profile.
    fn keyring(entries: Entries) -> Arc<CredentialStore> {
        let store = mock::Store::new().unwrap();
        let store: Arc<CredentialStore> = store;
        for (user, value) in entries {
            store.build("atlascli_ci", user, None).unwrap().set_secret(value).unwrap();
        }
        store
    }

    fn outcome(kind: PairKind, entries: Entries) -> String {
        match read(&*keyring(entries), &request(kind)) {
            Ok(Credentials::ServiceAccount { client_id, client_secret }) => {
                format!("{client_id} {}", client_secret.expose_secret())
            }
            Ok(Credentials::ApiKey { public_key, private_key }) => {
                format!("{public_key} {}", private_key.expose_secret())
            }
            Ok(Credentials::AccessToken(_)) => "token".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn both_halves_come_from_the_keyring() {
        use PairKind::{ApiKey, ServiceAccount};
        let login = "run `atlas auth login` for this profile";
        let rows: [(PairKind, Entries, String); 7] = [
            (
                ServiceAccount,
                &[("client_id", ID.as_bytes()), ("client_secret", b"go-keyring-base64:bWRiX3NhX3NrX2Zha2U=")],
                format!("{ID} mdb_sa_sk_fake"),
            ),
            (ApiKey, &[("public_api_key", b"abcdefgh"), ("private_api_key", b"p\n")], "abcdefgh p".to_owned()),
            (
                ServiceAccount,
                &[("client_id", ID.as_bytes())],
                format!("the system's keyring holds no `client_secret` for `atlascli_ci`: {login}"),
            ),
            (
                ApiKey,
                &[("public_api_key", b""), ("private_api_key", b"p")],
                format!("the system's keyring holds no `public_api_key` for `atlascli_ci`: {login}"),
            ),
            (
                ApiKey,
                &[("public_api_key", b"\xff"), ("private_api_key", b"canary")],
                format!("the `public_api_key` in the system's keyring cannot be read: {login}"),
            ),
            (
                ServiceAccount,
                &[("client_id", b"abc"), ("client_secret", b"canary")],
                "the `client_id` in the system's keyring is wrong: a client ID starts with mdb_sa_id_".to_owned(),
            ),
            (
                ApiKey,
                &[("public_api_key", b"abcdefgh"), ("private_api_key", b"mdb_sa_sk_canary")],
                "the `private_api_key` in the system's keyring is wrong: this is the secret of a service account \
                 (mdb_sa...), not a private key"
                    .to_owned(),
            ),
        ];
        for (kind, entries, expected) in rows {
            assert_eq!(outcome(kind, entries), expected);
        }
    }

    #[test]
    fn a_keyring_that_fails_is_told_from_one_that_is_locked() {
        let failures = [
            (
                Error::NoStorageAccess("locked by you".into()),
                "the system's keyring stayed locked (locked by you): unlock it and try again, or set \
                 MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET instead",
            ),
            (
                Error::PlatformFailure("no D-Bus".into()),
                "the system's keyring cannot be opened (no D-Bus): set MONGODB_ATLAS_CLIENT_ID and \
                 MONGODB_ATLAS_CLIENT_SECRET instead",
            ),
        ];
        for (failure, expected) in failures {
            let store = keyring(&[]);
            let entry = store.build("atlascli_ci", "client_id", None).unwrap();
            entry.as_any().downcast_ref::<mock::Cred>().unwrap().set_error(failure);
            let error = read(&*store, &request(PairKind::ServiceAccount)).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
    }
}
