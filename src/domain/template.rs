//! Placeholders in command lines and in the user's own format.

use std::borrow::Cow;

use secrecy::ExposeSecret;

use super::{SecretPayload, ServerText};

/// A name in braces that stands for a value of the new secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    ProjectId,
    ClientId,
    SecretId,
    /// `{expires_at}`, in the format of RFC 3339.
    ExpiresAt,
    /// `{secret}`, the value.
    Secret,
}

impl Placeholder {
    /// The placeholder with this name, without its braces.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "project_id" => Some(Self::ProjectId),
            "client_id" => Some(Self::ClientId),
            "secret_id" => Some(Self::SecretId),
            "expires_at" => Some(Self::ExpiresAt),
            "secret" => Some(Self::Secret),
            _ => None,
        }
    }

    /// Its value; `None` if Atlas's response did not contain it.
    pub fn value(self, payload: &SecretPayload) -> Option<Cow<'_, str>> {
        let secret = &payload.secret;
        match self {
            Self::ProjectId => Some(Cow::Borrowed(payload.new_secret.account.project.as_str())),
            Self::ClientId => Some(Cow::Borrowed(payload.new_secret.account.client.as_str())),
            Self::SecretId => secret.id.as_ref().map(|id| Cow::Borrowed(id.as_str())),
            Self::ExpiresAt => secret.expires_at.map(|at| Cow::Owned(at.to_string())),
            Self::Secret => Some(Cow::Borrowed(secret.value.expose_secret())),
        }
    }
}

/// The user's own format: text with placeholders. It lives as long as the program, so that a format is `Copy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    text: &'static str,
    pieces: &'static [Piece],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    Text(&'static str),
    Value(Placeholder),
}

const NO_SECRET: &str = "{secret} is missing, so the secret would not be delivered";

impl Template {
    /// Parses a template. `{{` and `}}` stand for braces.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text: &'static str = text.to_owned().leak();
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            pieces.push(Piece::Text(&rest[..at]));
            let (brace, after) = rest[at..].split_at(1);
            rest = if after.starts_with(brace) {
                pieces.push(Piece::Text(brace));
                &after[1..]
            } else if brace == "}" {
                return Err(lone_brace('}'));
            } else {
                let (name, after) = after.split_once('}').ok_or_else(|| lone_brace('{'))?;
                pieces.push(Piece::Value(Placeholder::named(name).ok_or_else(|| unknown(name))?));
                after
            };
        }
        pieces.push(Piece::Text(rest));
        if !pieces.contains(&Piece::Value(Placeholder::Secret)) {
            return Err(NO_SECRET.to_owned());
        }
        Ok(Self { text, pieces: pieces.leak() })
    }

    pub fn text(self) -> &'static str {
        self.text
    }

    pub fn pieces(self) -> &'static [Piece] {
        self.pieces
    }
}

fn lone_brace(brace: char) -> String {
    format!("a {brace} has no partner: write {brace}{brace} for the character")
}

fn unknown(name: &str) -> String {
    format!(
        "unknown placeholder {}: use {{secret}}, {{client_id}}, {{project_id}}, {{secret_id}} or {{expires_at}}, and \
         {{{{ or }}}} for a brace",
        ServerText::new(&format!("{{{name}}}"))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_template_is_rejected_with_the_reason() {
        let rows = [
            ("{client_id}", NO_SECRET.to_owned()),
            ("{{secret}}", NO_SECRET.to_owned()),
            ("{secret} {client}", unknown("client")),
            ("{secret} {}", unknown("")),
            ("{ secret }", unknown(" secret ")),
            (r#"{"a": "{secret}"}"#, unknown(r#""a": "{secret"#)),
            ("{secret", lone_brace('{')),
            ("{secret} }", lone_brace('}')),
            ("}{secret}", lone_brace('}')),
        ];
        for (text, expected) in rows {
            assert_eq!(Template::parse(text), Err(expected), "{text:?}");
        }
        let text = unknown("a");
        assert!(text.ends_with("{secret_id} or {expires_at}, and {{ or }} for a brace"), "{text}");
    }
}
