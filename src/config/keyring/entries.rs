//! The two entries of a profile in a keyring, as go-keyring, the library of the Atlas CLI, writes them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::config::at_hand::KeyringRequest;
use crate::domain::{Credentials, Half, ServerText};

use super::KeyringError;

/// Both halves of the pair from `entry`, which is not asked for the second half when the first one fails: a prompt that
/// was dismissed is not shown again.
pub(super) fn pair(
    request: &KeyringRequest,
    entry: impl Fn(&'static str) -> Result<Option<Vec<u8>>, KeyringError>,
) -> Result<Credentials, KeyringError> {
    let half = |half| {
        let user = request.user(half);
        let bytes = Zeroizing::new(entry(user)?.unwrap_or_default());
        let text = decode(&bytes).ok_or(KeyringError::NotText(user))?;
        if text.is_empty() {
            return Err(KeyringError::Missing { service: ServerText::new(&request.service()), user });
        }
        Ok(text)
    };
    let (identifier, secret) = (half(Half::Identifier)?, half(Half::Secret)?);
    Credentials::pair(request.kind, &identifier, (*secret).clone())
        .map_err(|(half, problem)| KeyringError::Value { user: request.user(half), problem })
}

/// What stands before a value in base64; macOS's `security` would spoil others.
const BASE64: &str = "go-keyring-base64:";

/// What older versions put before a value of several lines, in hexadecimal.
const HEX: &str = "go-keyring-encoded:";

/// The text of an entry; `None` when it is no text or not encoded as its prefix says.
fn decode(bytes: &[u8]) -> Option<Zeroizing<String>> {
    let text = std::str::from_utf8(bytes).ok()?.trim();
    let decoded = if let Some(encoded) = text.strip_prefix(BASE64) {
        STANDARD.decode(encoded).ok()?
    } else if let Some(encoded) = text.strip_prefix(HEX) {
        hexadecimal(encoded)?
    } else {
        return Some(Zeroizing::new(text.to_owned()));
    };
    String::from_utf8(decoded).ok().map(Zeroizing::new)
}

fn hexadecimal(digits: &str) -> Option<Vec<u8>> {
    let nibble = |digit: &u8| u8::try_from(char::from(*digit).to_digit(16)?).ok();
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| Some(nibble(pair.first()?)? << 4 | nibble(pair.get(1)?)?)).collect()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::domain::{PairKind, ProfileName};

    /// Users of entries and their values.
    type Entries<'a> = &'a [(&'a str, &'a [u8])];

    const ID: &str = "mdb_sa_id_1234567890abcdef12345678";

    fn request(kind: PairKind) -> KeyringRequest {
        KeyringRequest { profile: ProfileName::new("ci").unwrap(), kind }
    }

    fn outcome(kind: PairKind, entries: Entries) -> String {
        let entry = |user| {
            let found = entries.iter().find(|(name, _)| *name == user);
            Ok(found.map(|(_, value)| value.to_vec()))
        };
        match pair(&request(kind), entry) {
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
                format!("the system's keyring has no `client_secret` for `atlascli_ci`: {login}"),
            ),
            (
                ApiKey,
                &[("public_api_key", b""), ("private_api_key", b"p")],
                format!("the system's keyring has no `public_api_key` for `atlascli_ci`: {login}"),
            ),
            (
                ApiKey,
                &[("public_api_key", b"\xff"), ("private_api_key", b"canary")],
                format!("the `public_api_key` in the system's keyring is not text: {login}"),
            ),
            (
                ServiceAccount,
                &[("client_id", b"abc"), ("client_secret", b"canary")],
                "the `client_id` in the system's keyring is wrong: a client ID starts with mdb_sa_id_".to_owned(),
            ),
            (
                ApiKey,
                &[("public_api_key", b"abcdefgh"), ("private_api_key", b"mdb_sa_sk_canary")],
                "the `private_api_key` in the system's keyring is wrong: that is the secret of a service account \
                 (it starts with mdb_sa), not a private key"
                    .to_owned(),
            ),
        ];
        for (kind, entries, expected) in rows {
            assert_eq!(outcome(kind, entries), expected);
        }
    }

    #[test]
    fn after_a_failure_nothing_more_is_asked_for() {
        let locked = KeyringError::Locked(ServerText::new("its prompt was dismissed"));
        let asked = std::cell::RefCell::new(Vec::new());
        let result = pair(&request(PairKind::ServiceAccount), |user| {
            asked.borrow_mut().push(user);
            Err(locked.clone())
        });
        assert_eq!(result.unwrap_err(), locked);
        assert_eq!(asked.into_inner(), ["client_id"]);
    }

    #[test]
    fn entries_are_decoded_as_their_prefix_says() {
        let rows: [(&[u8], Option<&str>); 9] = [
            (b"plain", Some("plain")),
            (b"plain\n", Some("plain")),
            (b"go-keyring-base64:c2VjcmV0", Some("secret")),
            (b"go-keyring-base64:c2VjcmV0\n", Some("secret")),
            (b"go-keyring-base64:***", None),
            (b"go-keyring-encoded:736563726574", Some("secret")),
            (b"go-keyring-encoded:73656", None),
            (b"go-keyring-encoded:zz", None),
            (b"\xff", None),
        ];
        for (bytes, expected) in rows {
            assert_eq!(decode(bytes).as_ref().map(|text| text.as_str()), expected, "{bytes:?}");
        }
    }
}
