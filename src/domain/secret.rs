//! The secret: the request for it, what Atlas returns once, and the formats in which it is delivered.

use std::borrow::Cow;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::ids::{CLIENT_ID_PREFIX, SECRET_PREFIX};
use super::server_text::is_drawn;
use super::{AccountRef, Lifetime, OrganizationId, SecretId, ServerText};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSecret {
    pub account: AccountRef,
    /// The requested lifetime. Atlas's response may differ.
    pub lifetime: Lifetime,
}

impl NewSecret {
    /// The request body (schema `ServiceAccountSecretRequest`).
    pub fn body(&self) -> String {
        format!(r#"{{"secretExpiresAfterHours":{}}}"#, self.lifetime.hours())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldName {
    Project,
    Client,
    Lifetime,
}

impl FieldName {
    /// All fields, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Project, Self::Client, Self::Lifetime];

    pub fn label(self) -> &'static str {
        match self {
            Self::Project => "Project ID",
            Self::Client => "Client ID",
            Self::Lifetime => "Expires after",
        }
    }

    /// The noun for what the field identifies.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Client => "service account",
            Self::Lifetime => "lifetime",
        }
    }

    /// The noun for the field's value.
    pub fn value_noun(self) -> &'static str {
        match self {
            Self::Project => "project ID",
            Self::Client => "client ID",
            Self::Lifetime => "lifetime",
        }
    }

    pub fn option(self) -> &'static str {
        match self {
            Self::Project => "--project-id",
            Self::Client => "--client-id",
            Self::Lifetime => "--expires-after",
        }
    }

    /// The field for a path in Atlas's response.
    pub(super) fn of_path(path: &str) -> Option<Self> {
        match path.rsplit(['.', '/']).next()? {
            "groupId" => Some(Self::Project),
            "clientId" => Some(Self::Client),
            "secretExpiresAfterHours" => Some(Self::Lifetime),
            _ => None,
        }
    }
}

/// A secret that Atlas has just created. `Debug` hides the value.
///
/// Only the value is guaranteed. If the rest of the response is missing or malformed, the secret is delivered anyway.
#[derive(Clone, Debug)]
pub struct CreatedSecret {
    /// The value; Atlas never shows it again.
    pub value: SecretString,
    pub id: Option<SecretId>,
    pub created_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
}

/// What is delivered: the secret, and what the formats contain with it. `Debug` hides the value.
#[derive(Clone, Debug)]
pub struct SecretPayload {
    pub new_secret: NewSecret,
    pub secret: CreatedSecret,
    /// The project's organization, if it could be read.
    pub organization: Option<OrganizationId>,
}

/// The part of a secret that may be shown: its known prefix, eight bullets and its last four characters. The last
/// characters are left out if the value is too short, or if a terminal would not draw them as they are.
pub fn masked(value: &SecretString, bullet: char) -> String {
    let value = value.expose_secret();
    let bullets: String = std::iter::repeat_n(bullet, 8).collect();
    let hidden = value.strip_prefix(SECRET_PREFIX).unwrap_or(value);
    let prefix = &value[..value.len() - hidden.len()];
    let length = hidden.chars().count();
    if length < 12 {
        return format!("{prefix}{bullets}");
    }
    let tail: String = hidden.chars().skip(length - 4).collect();
    if !tail.chars().all(is_drawn) {
        return format!("{prefix}{bullets}");
    }
    format!("{prefix}{bullets}{tail}")
}

/// True if the text contains characters that stand for a hidden part of a secret.
pub fn has_mask(text: &str) -> bool {
    ["***", "...", "\u{2026}", "\u{2022}", "\u{25CF}"].iter().any(|mask| text.contains(mask))
}

/// True if the text contains secrets, all of which are hidden, such as `mdb_sa_sk_****9f3a`.
pub fn is_masked(text: &str) -> bool {
    let is_hidden = |secret: &str| {
        let start: String = secret.chars().take(4).collect();
        start.eq_ignore_ascii_case("xxxx") || has_mask(&start)
    };
    text.contains(SECRET_PREFIX) && text.split(SECRET_PREFIX).skip(1).all(is_hidden)
}

/// True if a terminal can show the whole value. Atlas's secrets consist of such characters, but another value may
/// contain line breaks or control characters, which act as keys when they are pasted into a terminal.
pub fn can_be_shown(value: &SecretString) -> bool {
    value.expose_secret().chars().all(is_drawn)
}

/// Replaces words in `text` that may be a token or a private key: JSON Web Tokens, and long words, less long ones if they
/// have letters of both cases. Some part of such a word mixes letters and digits, as in a UUID. Client IDs of service
/// accounts and names such as `Payments-Production-2026-EU` stay.
pub fn without_tokens(text: &str) -> String {
    let is_token_character =
        |character: char| character.is_ascii_alphanumeric() || "_-.+".contains(character);
    let is_token = |word: &str| {
        let has = |part: &str, is: fn(&char) -> bool| part.chars().any(|character| is(&character));
        let is_mixed = |part: &str| {
            part.len() >= 8 && has(part, char::is_ascii_digit) && has(part, char::is_ascii_alphabetic)
        };
        let has_both_cases = has(word, char::is_ascii_lowercase) && has(word, char::is_ascii_uppercase);
        let is_long = word.len() >= 32 || word.len() >= 20 && has_both_cases;
        let is_random = is_long && word.split(['-', '_', '.', '+']).any(is_mixed);
        let is_web_token = word.starts_with("eyJ") || word.len() >= 20 && word.contains("eyJ");
        is_web_token || is_random && !word.starts_with(CLIENT_ID_PREFIX)
    };
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest
            .find(|character| is_token_character(character) != is_token_character(first))
            .unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        safe.push_str(if is_token(word) { "..." } else { word });
        rest = after;
    }
    safe
}

/// Removes secrets that the user may have pasted into `text` by mistake, except for their prefix.
pub fn without_secrets(text: &str) -> String {
    let mut parts = text.split(SECRET_PREFIX);
    let mut safe = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        safe.push_str(SECRET_PREFIX);
        safe.push_str("...");
        let is_secret_character =
            |character: char| character.is_ascii_alphanumeric() || "_-".contains(character);
        safe.push_str(part.trim_start_matches(is_secret_character));
    }
    safe
}

/// The version of the service account endpoints. Without it, Atlas uses the oldest one.
pub const API_VERSION: &str = "2024-08-05";

/// The version as a media type for `Accept`. Atlas also accepts it in `Content-Type`.
pub const MEDIA_TYPE: &str = "application/vnd.atlas.2024-08-05+json";

/// The two query parameters of the endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueryFlags {
    /// `envelope=true`: the body contains the status.
    pub envelope: bool,
    /// `pretty=true`: the body is indented.
    pub pretty: bool,
}

impl QueryFlags {
    /// The query with its question mark; empty without parameters.
    pub fn query(self) -> &'static str {
        match (self.envelope, self.pretty) {
            (false, false) => "",
            (true, false) => "?envelope=true",
            (false, true) => "?pretty=true",
            (true, true) => "?envelope=true&pretty=true",
        }
    }
}

/// The formats for the clipboard, a file, standard output and commands. Copying, saving and `--format` all use this
/// list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    #[default]
    Secret,
    ClientId,
    Env,
    /// The fields of Atlas's response (schema `ServiceAccountSecret`).
    Json,
    /// A Kubernetes `Secret` for the Atlas Kubernetes Operator.
    Kubernetes,
    /// The JSON that Atlas's AWS Secrets Manager integrations read.
    Aws,
    /// The JSON that Atlas's Terraform provider reads from a secret manager: its arguments by name.
    Terraform,
    /// The two variables of MongoDB's MCP server: `MDB_MCP_API_CLIENT_ID` and `MDB_MCP_API_CLIENT_SECRET`.
    Mcp,
    Template(Template),
}

/// The variables of an `.env` file that Atlas's own tools read: the client ID and the secret.
pub const ENV_VARIABLES: [&str; 2] = ["MONGODB_ATLAS_CLIENT_ID", "MONGODB_ATLAS_CLIENT_SECRET"];

impl Format {
    /// All formats that have a name, in the order of the list.
    pub const ALL: [Self; 8] = [
        Self::Secret,
        Self::ClientId,
        Self::Env,
        Self::Json,
        Self::Kubernetes,
        Self::Aws,
        Self::Terraform,
        Self::Mcp,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::ClientId => "client-id",
            Self::Env => "env",
            Self::Json => "json",
            Self::Kubernetes => "kubernetes",
            Self::Aws => "aws",
            Self::Terraform => "terraform",
            Self::Mcp => "mcp",
            Self::Template(_) => "template",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The format of a file with this name: by its extension, ignoring case, and the secret alone if that does not
    /// decide. `.env` and `.env.production` are `.env` files, just like `prod.env`, unless they are examples.
    pub fn for_file(path: &str) -> Self {
        let name = file_name(path);
        match name.rsplit_once('.') {
            Some((_, "json")) if name.ends_with(".tfvars.json") => Self::Terraform,
            Some((_, "json")) => Self::Json,
            Some((_, "yaml" | "yml")) => Self::Kubernetes,
            _ if is_env(&name) && !is_example_env(path) => Self::Env,
            _ => Self::Secret,
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Secret => "Secret",
            Self::ClientId => "Client ID",
            Self::Env => ".env",
            Self::Json => "JSON (Atlas response)",
            Self::Kubernetes => "Kubernetes Secret (Atlas operator)",
            Self::Aws => "AWS Secrets Manager (JSON)",
            Self::Terraform => "Terraform (JSON)",
            Self::Mcp => "MCP server (variables)",
            Self::Template(_) => "Template",
        }
    }

    /// True if the format contains the secret. Without it, nothing is delivered.
    pub fn holds_the_secret(self) -> bool {
        self != Self::ClientId
    }

    pub fn names_the_organization(self) -> bool {
        matches!(self, Self::Kubernetes | Self::Aws)
    }
}

fn file_name(path: &str) -> String {
    path.rsplit(std::path::is_separator).next().unwrap_or_default().to_lowercase()
}

fn is_env(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extension == "env") || name.starts_with(".env.")
}

/// True for an `.env` file that is an example by its name. Examples get shared.
pub fn is_example_env(path: &str) -> bool {
    const EXAMPLES: [&str; 7] = ["example", "sample", "template", "dist", "defaults", "tpl", "tmpl"];
    let name = file_name(path);
    is_env(&name) && name.split('.').any(|part| EXAMPLES.contains(&part))
}

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
    fn a_mask_shows_the_prefix_and_the_last_four() {
        let rows = [
            ("mdb_sa_sk_FAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKE9f3a", "mdb_sa_sk_••••••••9f3a"),
            ("anotherShapeOfFakeSecret", "••••••••cret"),
            ("mdb_sa_sk_tooshort", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAK", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKE", "mdb_sa_sk_••••••••FAKE"),
            ("", "••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKEfake9f\na", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKEfake\u{1b}[2J", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKEfake\u{202e}f3a", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfake\u{202e}FAKEfake9f3a", "mdb_sa_sk_••••••••9f3a"),
        ];
        for (value, expected) in rows {
            assert_eq!(masked(&SecretString::from(value), '•'), expected);
        }
    }

    #[test]
    fn a_hidden_secret_is_recognized() {
        for hidden in [
            "***",
            "****9f3a",
            "...1234",
            "\u{2026}9f3a",
            "\u{2022}\u{2022}",
            "\u{25CF}9f3a",
            "XXXX",
            "xxxx1",
        ] {
            assert!(is_masked(&format!("is mdb_sa_sk_{hidden}")), "{hidden}");
        }
        for text in ["mdb_sa_sk_FAKE...", "mdb_sa_sk_", "mdb_sa_sk_xxx1", "***", ""] {
            assert!(!is_masked(text), "{text}");
        }
    }

    #[test]
    fn a_secret_in_a_text_is_removed() {
        let rows = [
            ("plain words", "plain words"),
            (
                "unexpected argument 'mdb_sa_sk_FAKE-fa_ke9' found",
                "unexpected argument 'mdb_sa_sk_...' found",
            ),
            ("mdb_sa_sk_FAKE mdb_sa_sk_FAKE", "mdb_sa_sk_... mdb_sa_sk_..."),
            ("--mdb_sa_sk_FAKEmdb_sa_sk_FAKE", "--mdb_sa_sk_...mdb_sa_sk_..."),
        ];
        for (text, expected) in rows {
            assert_eq!(without_secrets(text), expected);
        }
    }

    #[test]
    fn a_token_in_a_text_is_removed() {
        let rows = [
            ("unexpected argument 'eyJhbGciOi.FAKE' found", "unexpected argument '...' found"),
            ("--profile=eyJFAKE", "--profile=..."),
            ("invalid value '12345678-fake-fake-fake-123456789abc' for", "invalid value '...' for"),
            ("FAKEfakeFAKEfakeFAKEfakeFAKE1234", "..."),
            ("access_token=eyJFAKE.eyJFAKE.FAKE expired", "access_token=... expired"),
            ("token \"eyJFAKE\", token_eyJFAKEfakeFAKEfake", "token \"...\", ..."),
            ("refresh token v1.FAKEfakeFAKEfake1234 is bad", "refresh token ... is bad"),
            ("keyJson payments-production-2026-eu", "keyJson payments-production-2026-eu"),
            (
                "profile Payments-Production-2026-EU-Central-1",
                "profile Payments-Production-2026-EU-Central-1",
            ),
            ("token FAKE-FAKEfake12_fake", "token ..."),
            (
                "'32b6e34b3d91647abb20e7b8' mdb_sa_id_1234567890abcdef12345678 --replace-expired",
                "'32b6e34b3d91647abb20e7b8' mdb_sa_id_1234567890abcdef12345678 --replace-expired",
            ),
            (
                "an-argument-that-has-many-letters-and-no-digit",
                "an-argument-that-has-many-letters-and-no-digit",
            ),
            ("größe 漢字", "größe 漢字"),
        ];
        for (text, expected) in rows {
            assert_eq!(without_tokens(text), expected);
        }
    }

    #[test]
    fn debug_shows_no_value() {
        let secret = CreatedSecret {
            value: SecretString::from("mdb_sa_sk_fake_value_for_debug"),
            id: None,
            created_at: None,
            expires_at: None,
        };
        assert!(!format!("{secret:?}").contains("fake_value"));
    }

    #[test]
    fn the_media_type_contains_the_version() {
        assert_eq!(MEDIA_TYPE, format!("application/vnd.atlas.{API_VERSION}+json"));
    }

    #[test]
    fn the_name_of_a_file_decides_its_format() {
        let rows = [
            ("secret.txt", Format::Secret),
            ("", Format::Secret),
            ("a.env/secret", Format::Secret),
            ("secret.", Format::Secret),
            (".env", Format::Env),
            ("~/deploy/.ENV", Format::Env),
            (".env.production", Format::Env),
            (".env.example", Format::Secret),
            (".env.sample", Format::Secret),
            (".env.template", Format::Secret),
            (".env.dist", Format::Secret),
            (".env.defaults", Format::Secret),
            (".env.tpl", Format::Secret),
            (".env.tmpl", Format::Secret),
            (".env.example.local", Format::Secret),
            ("example.env", Format::Secret),
            ("~/deploy/Prod.Sample.ENV", Format::Secret),
            ("template/examples.env", Format::Env),
            ("example.json", Format::Json),
            ("atlas.Json", Format::Json),
            (".env.json", Format::Json),
            ("atlas.YML", Format::Kubernetes),
        ];
        for (path, expected) in rows {
            assert_eq!(Format::for_file(path), expected, "{path:?}");
        }
    }

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
