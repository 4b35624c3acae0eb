//! How the library that the Atlas CLI uses, zalando/go-keyring, writes its entries.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// What stands before a value in base64; macOS's `security` would spoil others.
const BASE64: &str = "go-keyring-base64:";

/// What stood before a value of several lines, in hexadecimal, in older versions.
const HEX: &str = "go-keyring-encoded:";

/// The modifier that finds an entry where it differs from how `keyring_core` names them: the Credential
/// Manager's name for it is `service:user`.
pub(super) fn target(service: &str, user: &str) -> Option<String> {
    cfg!(windows).then(|| format!("{service}:{user}"))
}

/// The text of an entry; `None` when it is no text or not encoded as its prefix says.
pub(super) fn decode(bytes: &[u8]) -> Option<Zeroizing<String>> {
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
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| Some(nibble(*pair.first()?)? << 4 | nibble(*pair.get(1)?)?)).collect()
}

fn nibble(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

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
