use secrecy::ExposeSecret;

use super::*;
use crate::domain::ServerText;

/// The user names of entries, and their values.
type Entries<'a> = &'a [(&'a str, &'a [u8])];

const ID: &str = "mdb_sa_id_1234567890abcdef12345678";

fn request(kind: PairKind) -> KeyringRequest {
    KeyringRequest { profile: ProfileName::new("ci").unwrap(), kind, in_file: None }
}

fn outcome(kind: PairKind, entries: Entries) -> String {
    let entry = |user| {
        let found = entries.iter().find(|(name, _)| *name == user);
        Ok(found.map(|(_, value)| value.to_vec()))
    };
    match request(kind).pair(entry) {
        Ok(Credentials::ServiceAccount { client_id, client_secret }) => {
            format!("{client_id} {}", client_secret.expose_secret())
        }
        Ok(Credentials::ApiKey { public_key, private_key }) => {
            format!("{public_key} {}", private_key.expose_secret())
        }
        Ok(token) => format!("{token:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn both_halves_come_from_the_keyring() {
    use PairKind::{ApiKey, ServiceAccount};
    let login = "run `atlas auth login --profile ci`";
    let rows: [(PairKind, Entries, String); 6] = [
        (
            ServiceAccount,
            &[("client_id", ID.as_bytes()), ("client_secret", b"go-keyring-base64:bWRiX3NhX3NrX2Zha2U=")],
            format!("{ID} mdb_sa_sk_fake"),
        ),
        (ApiKey, &[("public_api_key", b"abcdefgh"), ("private_api_key", b"p\n")], "abcdefgh p".to_owned()),
        (
            ServiceAccount,
            &[("client_id", ID.as_bytes())],
            format!("client_secret of profile `ci` in the system's keyring is missing: {login}"),
        ),
        (
            ApiKey,
            &[("public_api_key", b""), ("private_api_key", b"p")],
            format!("public_api_key of profile `ci` in the system's keyring is missing: {login}"),
        ),
        (
            ApiKey,
            &[("public_api_key", b"\xff"), ("private_api_key", b"canary")],
            format!("public_api_key of profile `ci` in the system's keyring is not text: {login}"),
        ),
        (
            ServiceAccount,
            &[("client_id", b"abc"), ("client_secret", b"canary")],
            "client_id of profile `ci` in the system's keyring: a client ID starts with mdb_sa_id_"
                .to_owned(),
        ),
    ];
    for (kind, entries, expected) in rows {
        assert_eq!(outcome(kind, entries), expected);
    }
}

#[test]
fn after_a_failure_nothing_more_is_requested() {
    let locked = CredentialsError::KeyringLocked(ServerText::new("its prompt was dismissed"));
    let requested = std::cell::RefCell::new(Vec::new());
    let result = request(PairKind::ServiceAccount).pair(|user| {
        requested.borrow_mut().push(user);
        Err(locked.clone())
    });
    assert_eq!(result.unwrap_err(), locked);
    assert_eq!(requested.into_inner(), ["client_id"]);
}

#[test]
fn entries_are_decoded_by_their_prefix() {
    let rows: [(&[u8], Option<&str>); 4] = [
        (b"plain\n", Some("plain")),
        (b"go-keyring-base64:c2VjcmV0\n", Some("secret")),
        (b"go-keyring-base64:***", None),
        (b"\xff", None),
    ];
    for (bytes, expected) in rows {
        assert_eq!(decode(bytes).as_ref().map(|text| text.as_str()), expected, "{bytes:?}");
    }
}

#[test]
fn a_new_value_has_the_encoding_of_the_old_one() {
    let rows = [("old", "new"), ("go-keyring-base64:b2xk", "go-keyring-base64:bmV3")];
    for (old, expected) in rows {
        let new = encode_like(old.as_bytes(), &SecretString::from("new"));
        assert_eq!(&new[..], expected.as_bytes(), "{old}");
    }
}
