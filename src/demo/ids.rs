//! The shapes of ids, as the patterns of the OpenAPI document have them, and fresh ones.

use secrecy::SecretString;

/// The 64 characters of which Atlas makes the values of secrets.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

/// What every value of a secret made here starts with: Atlas's own prefix, and a word that tells
/// everybody who finds it that it opens nothing.
const SECRET_PREFIX: &str = "mdb_sa_sk_DEMO";

/// Atlas has 40 characters after its prefix; four of them are the word.
const RANDOM_IN_SECRET: usize = 36;

const RANDOM_IN_TOKEN: usize = 48;

const RANDOM_IN_KEY: usize = 32;

const RANDOM_IN_NONCE: usize = 32;

/// `^([a-f0-9]{24})$`: projects, organizations, secrets.
pub(super) fn is_object_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// `^mdb_sa_id_[a-fA-F\d]{24}$`: service accounts.
pub(super) fn is_client_id(text: &str) -> bool {
    let digits = text.strip_prefix("mdb_sa_id_");
    digits.is_some_and(|digits| digits.len() == 24 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A random id of 24 lower-case hexadecimal digits.
pub(super) fn object_id() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes[4..])?;
    Ok(format!("{:024x}", u128::from_be_bytes(bytes)))
}

/// A random client id.
pub(super) fn client_id() -> Result<String, getrandom::Error> {
    Ok(format!("mdb_sa_id_{}", object_id()?))
}

/// A random value of a secret.
pub(super) fn secret_value() -> Result<SecretString, getrandom::Error> {
    Ok(format!("{SECRET_PREFIX}{}", random_text(RANDOM_IN_SECRET)?).into())
}

/// A random access token; Atlas's are opaque to a client, and so are these.
pub(super) fn token_value() -> Result<SecretString, getrandom::Error> {
    Ok(format!("DEMO{}", random_text(RANDOM_IN_TOKEN)?).into())
}

/// A random API key: eight letters as Atlas's public keys have, and a private key that tells everybody
/// who finds it that it opens nothing.
pub(super) fn api_key() -> Result<(String, SecretString), getrandom::Error> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes)?;
    let public_key = bytes.iter().map(|byte| char::from(b'a' + byte % 26)).collect();
    Ok((public_key, format!("DEMO{}", random_text(RANDOM_IN_KEY)?).into()))
}

/// A random nonce for a digest challenge.
pub(super) fn nonce() -> Result<String, getrandom::Error> {
    random_text(RANDOM_IN_NONCE)
}

fn random_text(length: usize) -> Result<String, getrandom::Error> {
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes)?;
    // 64 divides 256, so that every character is as likely as any other.
    let characters = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 64)]));
    Ok(characters.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_shapes_of_the_contract() {
        let digits = "32b6e34b3d91647abb20e7b8";
        let rows = [
            (digits, true, false),
            ("32B6E34B3D91647ABB20E7B8", false, false),
            ("32b6e34b3d91647abb20e7b", false, false),
            ("32b6e34b3d91647abb20e7b8a", false, false),
            ("32b6e34b3d91647abb20e7bg", false, false),
            ("", false, false),
            ("mdb_sa_id_1234567890abcdef12345678", false, true),
            ("mdb_sa_id_1234567890ABCDEF12345678", false, true),
            ("mdb_sa_id_1234567890abcdef1234567", false, false),
            ("mdb_sa_sk_1234567890abcdef12345678", false, false),
        ];
        for (text, object, client) in rows {
            assert_eq!((is_object_id(text), is_client_id(text)), (object, client), "{text:?}");
        }
    }

    #[test]
    fn fresh_ids_have_those_shapes_and_differ() {
        let (first, second) = (object_id().unwrap(), object_id().unwrap());
        assert!(is_object_id(&first) && is_object_id(&second) && first != second);
        assert!(is_client_id(&client_id().unwrap()));
    }
}
