//! The secret: what is to be created, the request for it, what Atlas returns once, and the formats it is delivered in.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::ids::{CLIENT_ID_PREFIX, SECRET_PREFIX};
use super::server_text::is_drawn;
use super::{AccountRef, ClientId, Lifetime, ProjectId, SecretId, Template};

/// What is to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSecret {
    /// The project that the account belongs to.
    pub project: ProjectId,
    /// The account that gets the secret.
    pub client: ClientId,
    /// How long the secret is to live. Atlas's answer is the truth, not this.
    pub lifetime: Lifetime,
}

impl NewSecret {
    /// The account that gets the secret.
    pub fn account(&self) -> AccountRef {
        AccountRef { project: self.project.clone(), client: self.client.clone() }
    }

    /// The body (schema `ServiceAccountSecretRequest`).
    pub fn body(&self) -> String {
        format!(r#"{{"secretExpiresAfterHours":{}}}"#, self.lifetime.hours())
    }
}

/// The three things a secret is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldName {
    /// The project's id.
    Project,
    /// The service account's client id.
    Client,
    /// How long the secret lives.
    Lifetime,
}

impl FieldName {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Project, Self::Client, Self::Lifetime];

    /// What stands before the field on the screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Project => "Project ID",
            Self::Client => "Client ID",
            Self::Lifetime => "Expires after",
        }
    }

    /// What the field names.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Client => "service account",
            Self::Lifetime => "lifetime",
        }
    }

    /// What is typed into the field.
    pub fn value_noun(self) -> &'static str {
        match self {
            Self::Project => "project ID",
            Self::Client => "client ID",
            Self::Lifetime => "lifetime",
        }
    }

    /// The option that fills the field.
    pub fn option(self) -> &'static str {
        match self {
            Self::Project => "--project-id",
            Self::Client => "--client-id",
            Self::Lifetime => "--expires-after",
        }
    }

    /// The field that a path in Atlas's answer means.
    pub(super) fn of_path(path: &str) -> Option<Self> {
        match path.rsplit(['.', '/']).next()? {
            "groupId" => Some(Self::Project),
            "clientId" => Some(Self::Client),
            "secretExpiresAfterHours" => Some(Self::Lifetime),
            _ => None,
        }
    }
}

/// A secret that Atlas has just created. Its `Debug` shows no value.
///
/// Only the value is certain to be there: an answer that carries a value but has lost or garbled the
/// rest is still delivered.
#[derive(Clone, Debug)]
pub struct CreatedSecret {
    /// The value; Atlas never shows it again.
    pub value: SecretString,
    /// Its id, if it could be read.
    pub id: Option<SecretId>,
    /// When Atlas created it, if that could be read.
    pub created_at: Option<Timestamp>,
    /// When it expires, if that could be read.
    pub expires_at: Option<Timestamp>,
}

/// What may be shown of a secret: its known prefix, eight bullets, its last four characters. A value
/// too short to hide anything shows bullets only, and so does one whose last four characters a terminal would obey or
/// not show.
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

/// True when a terminal shows the whole value as it is. Atlas's secrets are such; another value may have line breaks or
/// control characters, which a terminal that it is pasted into takes for keys.
pub fn can_be_shown(value: &SecretString) -> bool {
    value.expose_secret().chars().all(is_drawn)
}

/// `text` without words that may be a token or a private key: JSON Web Tokens, UUIDs, and long words of letters and
/// digits. Service accounts' IDs stay.
pub fn without_tokens(text: &str) -> String {
    let is_of_token = |character: char| character.is_ascii_alphanumeric() || "_-.+".contains(character);
    let is_token = |word: &str| {
        let has = |is: fn(&char) -> bool| word.chars().any(|character| is(&character));
        let is_mixed = has(char::is_ascii_digit) && has(char::is_ascii_alphabetic);
        word.starts_with("eyJ") || (word.len() >= 32 && is_mixed && !word.starts_with(CLIENT_ID_PREFIX))
    };
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|character| is_of_token(character) != is_of_token(first)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        safe.push_str(if is_token(word) { "..." } else { word });
        rest = after;
    }
    safe
}

/// Removes secrets that the user may have pasted into `text` by mistake; of each only the prefix is left.
pub fn without_secrets(text: &str) -> String {
    let mut parts = text.split(SECRET_PREFIX);
    let mut safe = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        safe.push_str(SECRET_PREFIX);
        safe.push_str("...");
        let is_of_secret = |character: char| character.is_ascii_alphanumeric() || "_-".contains(character);
        safe.push_str(part.trim_start_matches(is_of_secret));
    }
    safe
}

/// The version of the service account endpoints; without its date Atlas answers with the oldest one.
pub const API_VERSION: &str = "2024-08-05";

/// The same as Atlas wants it in `Accept`; it takes it in `Content-Type` too.
pub const MEDIA_TYPE: &str = "application/vnd.atlas.2024-08-05+json";

/// The two flags of the endpoint's query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueryFlags {
    /// `envelope=true`: the status comes inside the body.
    pub envelope: bool,
    /// `pretty=true`: the body comes with line breaks.
    pub pretty: bool,
}

impl QueryFlags {
    /// The query with its question mark; empty without a flag.
    pub fn query(self) -> &'static str {
        match (self.envelope, self.pretty) {
            (false, false) => "",
            (true, false) => "?envelope=true",
            (false, true) => "?pretty=true",
            (true, true) => "?envelope=true&pretty=true",
        }
    }
}

/// One format: what goes to the clipboard, a file or standard output. One list serves copying, saving
/// and `--format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// The secret alone, without a line break.
    #[default]
    Secret,
    /// The account's client id alone, without a line break.
    ClientId,
    /// Two variables for a `.env` file, [`ENV_VARIABLES`].
    Env,
    /// The fields of Atlas's answer (schema `ServiceAccountSecret`).
    Json,
    /// A Kubernetes `Secret` as the Atlas Kubernetes Operator reads it.
    Kubernetes,
    /// The JSON that the AWS Secrets Manager integrations of Atlas read.
    Aws,
    /// The JSON that Terraform's provider for Atlas reads from a secret manager: its arguments by name.
    Terraform,
    /// Two variables for the vendor's MCP server: `MDB_MCP_API_CLIENT_ID` and `MDB_MCP_API_CLIENT_SECRET`.
    Mcp,
    /// The user's own.
    Template(Template),
}

/// The variables of a `.env` file, by the names that Atlas's own tools read: the client ID and the secret.
pub const ENV_VARIABLES: [&str; 2] = ["MONGODB_ATLAS_CLIENT_ID", "MONGODB_ATLAS_CLIENT_SECRET"];

impl Format {
    /// All that have a name, in the order of the list.
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

    /// What it is called on the command line.
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

    /// The format of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The format that a file of this name asks for: by its extension in either case, the secret alone where
    /// that says nothing. `.env` and `.env.production` are files of variables as much as `prod.env` is.
    pub fn for_file(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or_default().to_lowercase();
        match name.rsplit_once('.') {
            Some((_, "env")) => Self::Env,
            Some((_, "json")) if name.ends_with(".tfvars.json") => Self::Terraform,
            Some((_, "json")) => Self::Json,
            Some((_, "yaml" | "yml")) => Self::Kubernetes,
            // These are examples, which are shared.
            Some((_, "example" | "sample" | "template" | "dist")) => Self::Secret,
            _ if name.starts_with(".env.") => Self::Env,
            _ => Self::Secret,
        }
    }

    /// What it is called in a list.
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

    /// True when the secret is part of it; the rest alone is no delivery.
    pub fn holds_the_secret(self) -> bool {
        self != Self::ClientId
    }

    /// True when the organization's id belongs in it.
    pub fn names_the_organization(self) -> bool {
        matches!(self, Self::Kubernetes | Self::Aws)
    }
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
            ("mdb_sa_sk_FAKEfakeFAKEfake9f3\u{7}", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKEfake\u{1b}[2J", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKEfake9f\u{9b}a", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKEfake9f\na", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKEfake\t9f3", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKEfake9f3\0", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKEfake\u{202e}f3a", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKEfake9\u{2066}3a", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKEfake9f\u{200b}a", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfakeFAKEfake9f3\u{feff}", "mdb_sa_sk_••••••••"),
            ("mdb_sa_sk_FAKEfake\u{202e}FAKEfake9f3a", "mdb_sa_sk_••••••••9f3a"),
        ];
        for (value, expected) in rows {
            assert_eq!(masked(&SecretString::from(value), '•'), expected);
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
    fn a_value_can_be_shown_if_a_terminal_draws_all_of_it() {
        for (value, expected) in [
            ("mdb_sa_sk_FAKE", true),
            ("mdb_sa_sk_\nFAKE", false),
            ("mdb_sa_sk_\u{1b}[2JFAKE", false),
            ("mdb_sa_sk_\u{202e}FAKE", false),
        ] {
            assert_eq!(can_be_shown(&SecretString::from(value)), expected, "{value:?}");
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
    fn the_media_type_is_of_the_version() {
        assert_eq!(MEDIA_TYPE, format!("application/vnd.atlas.{API_VERSION}+json"));
    }

    #[test]
    fn every_name_leads_back_to_its_format() {
        for format in Format::ALL {
            assert_eq!(Format::named(format.name()), Some(format));
        }
        assert_eq!(Format::named("yaml"), None);
    }

    #[test]
    fn each_has_a_title_of_its_own_and_all_but_one_the_secret() {
        let titles = Format::ALL.map(Format::title);
        assert_eq!(titles.iter().collect::<std::collections::BTreeSet<_>>().len(), titles.len());
        assert_eq!(Format::Env.title(), ".env");
        let without: Vec<_> = Format::ALL.into_iter().filter(|format| !format.holds_the_secret()).collect();
        assert_eq!(without, [Format::ClientId]);
    }

    #[test]
    fn a_file_asks_for_its_format_by_its_name() {
        let rows = [
            ("secret.txt", Format::Secret),
            ("secret", Format::Secret),
            ("", Format::Secret),
            ("env", Format::Secret),
            ("a.env/secret", Format::Secret),
            ("secret.", Format::Secret),
            (".env", Format::Env),
            ("~/deploy/.ENV", Format::Env),
            ("prod.env", Format::Env),
            (".env.production", Format::Env),
            (".env.example", Format::Secret),
            (".env.sample", Format::Secret),
            ("atlas.Json", Format::Json),
            (".env.json", Format::Json),
            ("/tmp/atlas.yaml", Format::Kubernetes),
            ("atlas.YML", Format::Kubernetes),
        ];
        for (path, expected) in rows {
            assert_eq!(Format::for_file(path), expected, "{path:?}");
        }
    }
}
