//! The credentials of a request under the scheme Digest (RFC 7616, section 3.4), taken apart.

/// The parameters, unquoted; one that is absent is empty.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct DigestHeader {
    pub(super) username: String,
    pub(super) realm: String,
    pub(super) nonce: String,
    pub(super) uri: String,
    pub(super) algorithm: String,
    pub(super) nc: String,
    pub(super) cnonce: String,
    pub(super) qop: String,
    pub(super) response: String,
}

impl DigestHeader {
    /// Takes an `Authorization` header apart; nothing when it is of another scheme or malformed.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let (scheme, mut rest) = header.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("Digest") {
            return None;
        }
        let mut parsed = Self::default();
        while !rest.trim_start().is_empty() {
            let (name, after) = rest.split_once('=')?;
            let (value, after) = value(after)?;
            match name.trim() {
                "username" => parsed.username = value,
                "realm" => parsed.realm = value,
                "nonce" => parsed.nonce = value,
                "uri" => parsed.uri = value,
                "algorithm" => parsed.algorithm = value,
                "nc" => parsed.nc = value,
                "cnonce" => parsed.cnonce = value,
                "qop" => parsed.qop = value,
                "response" => parsed.response = value,
                _ => {}
            }
            rest = after;
        }
        Some(parsed)
    }

    /// How often the nonce was used, this request included: exactly eight hexadecimal digits.
    pub(super) fn count(&self) -> Option<u32> {
        let is_count = self.nc.len() == 8 && self.nc.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_count { u32::from_str_radix(&self.nc, 16).ok() } else { None }
    }
}

/// A token or a quoted string (RFC 9110, section 5.6.4), and what follows the comma behind it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (token, rest) = text.split_once(',').unwrap_or((text, ""));
        return Some((token.trim().to_owned(), rest));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((place, character)) = characters.next() {
        match character {
            '"' => {
                let rest = quoted[place + 1..].trim_start();
                return Some((value, rest.strip_prefix(',').unwrap_or(rest)));
            }
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_and_bare_values_are_read() {
        let header = r#"Digest username="a\"b, c", uri="/x?y=1&z=2",nc=0000000a, qop=auth , other="\\""#;
        let parsed = DigestHeader::parse(header).unwrap();
        assert_eq!(parsed.username, "a\"b, c");
        assert_eq!((parsed.uri.as_str(), parsed.qop.as_str()), ("/x?y=1&z=2", "auth"));
        assert_eq!(parsed.count(), Some(10));
    }

    #[test]
    fn what_is_malformed_is_nothing() {
        let rows = ["", "Digest", "Basic x", "Digest username=\"open", "Digest username", "Bearer a=b"];
        for header in rows {
            assert_eq!(DigestHeader::parse(header), None, "{header:?}");
        }
        for count in ["", "1", "+0000001", "0000000g", "000000001"] {
            let header = DigestHeader { nc: count.to_owned(), ..DigestHeader::default() };
            assert_eq!(header.count(), None, "{count:?}");
        }
    }
}
