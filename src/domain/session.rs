//! Where requests are sent, as whom, and the credentials of a session.

use std::ffi::OsStr;
use std::fmt;

use secrecy::SecretString;

use super::ids::{CLIENT_ID_PREFIX, SECRET_PREFIX, SECRET_PREFIX_BASE64};
use super::{BaseUrl, ClientId, QUOTED, ServerText, has_mask, is_masked, is_quoted};

/// Where requests are sent, and as whom. The header shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Session {
    /// A host on the network.
    Remote {
        base_url: BaseUrl,
        identity: Identity,
        /// The profile of the Atlas CLI with the credentials, if the identity does not name it.
        profile: Option<ProfileName>,
    },
    /// A host on the network, before signing in.
    SignedOut { base_url: BaseUrl },
    /// The embedded Atlas of `--demo`, with random credentials.
    #[default]
    Demo,
}

/// Who is signed in: the kind of credentials, but never the secret part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// A service account, by its client ID.
    ServiceAccount(ClientId),
    /// The owner of an access token, which does not name them.
    AccessToken,
    /// An API key, by its public key.
    ApiKey(PublicKey),
    /// A profile of the Atlas CLI whose credentials are in the system's keyring.
    Profile { name: ProfileName, kind: PairKind },
    /// A profile of the Atlas CLI whose user signed in with a browser.
    BrowserLogin(ProfileName),
}

/// The kind of credentials and their public half.
impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ServiceAccount(client) => write!(f, "service account {client}"),
            Self::AccessToken => f.write_str("access token"),
            Self::ApiKey(public_key) => write!(f, "API key {public_key}"),
            Self::Profile { name, .. } | Self::BrowserLogin(name) => write!(f, "profile {name}"),
        }
    }
}

impl Identity {
    /// True if the session may have signed in with a secret of this account, as far as the identity shows.
    pub fn may_be_of(&self, client: &ClientId) -> bool {
        match self {
            Self::AccessToken => true,
            Self::Profile { kind, .. } => *kind == PairKind::ServiceAccount,
            Self::ServiceAccount(own) => own == client,
            Self::ApiKey(_) | Self::BrowserLogin(_) => false,
        }
    }
}

impl Session {
    /// Who signed in, as the beginning of a sentence.
    pub fn signed_in_as(&self) -> String {
        let Self::Remote { identity, .. } = self else { return "The signed-in account".to_owned() };
        match identity {
            Identity::ServiceAccount(client) => format!("Service account {client}"),
            Identity::ApiKey(public_key) => format!("API key {}", public_key.as_str()),
            Identity::AccessToken => "The owner of the access token".to_owned(),
            Identity::Profile { name, kind: PairKind::ServiceAccount } => {
                format!("The service account of profile {name}")
            }
            Identity::Profile { name, kind: PairKind::ApiKey } => format!("The API key of profile {name}"),
            Identity::BrowserLogin(name) => format!("The Atlas user of profile {name}"),
        }
    }

    pub fn remote(base_url: &BaseUrl, identity: Identity) -> Self {
        Self::Remote { base_url: base_url.clone(), identity, profile: None }
    }

    #[must_use]
    pub fn with_profile(mut self, name: ProfileName) -> Self {
        if let Self::Remote { profile, .. } = &mut self {
            *profile = Some(name);
        }
        self
    }

    /// The profile of the Atlas CLI that the session uses, if any.
    pub fn profile(&self) -> Option<&ProfileName> {
        match self {
            Self::Remote {
                identity: Identity::Profile { name, .. } | Identity::BrowserLogin(name), ..
            } => Some(name),
            Self::Remote { profile, .. } => profile.as_ref(),
            _ => None,
        }
    }

    /// The address for requests; `None` for the embedded Atlas, which is only in this process.
    pub fn base_url(&self) -> Option<&BaseUrl> {
        match self {
            Self::Remote { base_url, .. } | Self::SignedOut { base_url } => Some(base_url),
            Self::Demo => None,
        }
    }

    /// A session at the host of `base_url`, before signing in.
    pub fn signed_out(base_url: &BaseUrl) -> Self {
        Self::SignedOut { base_url: base_url.clone() }
    }
}

/// Credentials for the Atlas Administration API. `Debug` hides the secret part.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// A token that the user supplied. It is sent unchanged and never revoked.
    AccessToken(SecretString),
    /// A service account with one of its secrets, as OAuth 2 client credentials (RFC 6749, section 4.4).
    ServiceAccount { client_id: ClientId, client_secret: SecretString },
    /// An API key of a project or organization, with HTTP Digest (RFC 7616). The public key is not secret.
    ApiKey { public_key: PublicKey, private_key: SecretString },
}

/// The kinds of credentials that have two halves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairKind {
    ServiceAccount,
    ApiKey,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// The half that identifies: a client ID or a public key.
    Identifier,
    /// The secret half: a client secret or a private key.
    Secret,
}

const SECRET_OF_SERVICE_ACCOUNT: &str =
    "this is the secret of a service account (mdb_sa...), not a private key or an access token";

impl Credentials {
    pub fn identity(&self) -> Identity {
        match self {
            Self::AccessToken(_) => Identity::AccessToken,
            Self::ServiceAccount { client_id, .. } => Identity::ServiceAccount(client_id.clone()),
            Self::ApiKey { public_key, .. } => Identity::ApiKey(public_key.clone()),
        }
    }

    /// Makes an access token from `token`, or returns why it is invalid. The error never contains the token.
    pub fn access_token(token: String) -> Result<Self, String> {
        if is_secret_of_account(&token) {
            return Err(SECRET_OF_SERVICE_ACCOUNT.to_owned());
        }
        Ok(Self::AccessToken(visible_ascii(token)?))
    }

    /// Makes a pair from two texts of one source, or returns which half is invalid and why.
    pub fn pair(kind: PairKind, identifier: &str, secret: String) -> Result<Self, (Half, String)> {
        let in_identifier = |error: String| (Half::Identifier, error);
        let in_secret = |error| (Half::Secret, error);
        match kind {
            _ if is_quoted(identifier) => Err(in_identifier(QUOTED.to_owned())),
            PairKind::ServiceAccount => Ok(Self::ServiceAccount {
                client_id: ClientId::parse(identifier).map_err(|error| in_identifier(error.to_string()))?,
                client_secret: visible_ascii(secret).map_err(in_secret)?,
            }),
            PairKind::ApiKey if is_secret_of_account(&secret) => {
                Err(in_secret(SECRET_OF_SERVICE_ACCOUNT.to_owned()))
            }
            PairKind::ApiKey => Ok(Self::ApiKey {
                public_key: PublicKey::parse(identifier).map_err(in_identifier)?,
                private_key: visible_ascii(secret).map_err(in_secret)?,
            }),
        }
    }
}

/// True for every variable of Atlas's own tools. The commands that this program starts do not inherit them, because new
/// credential variables may be among them. Ignores case, like Windows.
pub fn is_atlas_variable(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_ascii_uppercase();
    ["MONGODB_ATLAS_", "MCLI_"].iter().any(|prefix| name.starts_with(prefix))
}

/// True for a value that names a place in a secret manager, such as `op://vault/item/field` or `vault:path`, or that is
/// filled in later, such as `%SECRET%`. No credential contains a colon.
pub fn is_reference(value: &str) -> bool {
    let is_scheme = |start: &str| {
        !start.is_empty() && start.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-".contains(&byte))
    };
    let is_filled_in = ["{", "$", "%", "@", "projects/"].iter().any(|start| value.starts_with(start));
    is_filled_in || value.split_once(':').is_some_and(|(start, _)| is_scheme(start))
}

/// True for a value that hides a credential or waits for one: `mdb_sa_sk_***`, `xxxx`, `changeme`.
fn is_placeholder(value: &str) -> bool {
    const WORDS: [&str; 9] =
        ["changeme", "changeit", "placeholder", "redacted", "todo", "null", "nil", "none", "undefined"];
    let hidden = value.strip_prefix(SECRET_PREFIX).unwrap_or(value);
    let mut letters = hidden.to_ascii_lowercase();
    letters.retain(|character| character.is_ascii_alphanumeric());
    let is_repeated = hidden.len() > 3 && hidden.bytes().all(|byte| hidden.as_bytes()[0] == byte);
    is_repeated || value == SECRET_PREFIX || has_mask(value) || is_masked(value) || WORDS.contains(&&*letters)
}

/// False for one that is hidden, which has a message of its own.
fn is_secret_of_account(value: &str) -> bool {
    value.starts_with(SECRET_PREFIX) && !is_placeholder(value)
}

/// Checks that a header can contain `text`: only visible ASCII. Atlas's credentials have no other characters.
fn visible_ascii(text: String) -> Result<SecretString, String> {
    let mistakes = [
        (is_quoted(&text), QUOTED),
        (
            is_reference(&text) || text.starts_with('<') || is_placeholder(&text),
            "this is a placeholder, a reference or a masked value, not the credential itself",
        ),
        (text.starts_with(CLIENT_ID_PREFIX), "this is a client ID, not a secret"),
        (text.starts_with(SECRET_PREFIX_BASE64), "this is Base64 (bWRi...); decode it first"),
        (
            !text.bytes().all(|byte| byte.is_ascii_graphic()),
            "it contains a space, a line break or another character that credentials cannot contain",
        ),
    ];
    match mistakes.into_iter().find(|(is_made, _)| *is_made) {
        Some((_, mistake)) => Err(mistake.to_owned()),
        None => Ok(SecretString::from(text)),
    }
}

/// The maximum length of a key, in characters; Atlas uses 8 today. A longer text is probably a pasted file.
const MAX_KEY_LENGTH: usize = 64;

/// A header line shows a key in full up to this many characters.
const MAX_SHOWN_KEY_LENGTH: usize = 12;

/// The public half of an API key, which its private half is looked up by. It is not secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PublicKey(String);

impl PublicKey {
    /// Parses a public key. The API document gives no pattern, so everything is valid that can be in the quoted user
    /// name of a digest header (RFC 7616, section 3.4).
    pub fn parse(text: &str) -> Result<Self, String> {
        let fits = |byte: u8| byte.is_ascii_graphic() && !b"\"\\,:".contains(&byte);
        if text.starts_with("mdb_sa") {
            Err("this belongs to a service account (mdb_sa...), not to an API key".to_owned())
        } else if (1..=MAX_KEY_LENGTH).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err("a public key has 1 to 64 visible characters, and no quotes, commas or colons".to_owned())
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A short form for a header line: the whole key, or its last four characters.
    pub fn short(&self, ellipsis: &str) -> String {
        if self.0.len() <= MAX_SHOWN_KEY_LENGTH {
            return self.0.clone();
        }
        let tail = &self.0[self.0.len() - 4..];
        format!("{ellipsis}{tail}")
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a profile in the Atlas CLI's `config.toml`, in lowercase. The Atlas CLI converts every name that it is
/// given or reads to lowercase, and uses that in its keyring entries.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProfileName(String);

impl ProfileName {
    /// The profile with this name; `None` if it is blank.
    pub fn new(text: &str) -> Option<Self> {
        let name = text.trim();
        (!name.is_empty()).then(|| Self(name.to_lowercase()))
    }

    /// The name as it is in the file, for lookups. Use `Display` to show it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProfileName {
    /// Safe for a terminal: the name comes from a file or an argument.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ServerText::new(&self.0).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    const PLACEHOLDER: &str =
        "this is a placeholder, a reference or a masked value, not the credential itself";
    const NOT_VISIBLE_ASCII: &str =
        "it contains a space, a line break or another character that credentials cannot contain";

    #[test]
    fn the_identity_shows_if_a_session_may_be_of_an_account() {
        let client = ClientId::parse("mdb_sa_id_1234567890abcdef12345678").unwrap();
        let other = ClientId::parse("mdb_sa_id_1234567890abcdef12345679").unwrap();
        let name = ProfileName::new("prod").unwrap();
        let profile = |kind| Identity::Profile { name: name.clone(), kind };
        let rows = [
            (Identity::ServiceAccount(client.clone()), true),
            (Identity::ServiceAccount(other), false),
            (Identity::AccessToken, true),
            (Identity::ApiKey(PublicKey::parse("abcdefgh").unwrap()), false),
            (profile(PairKind::ServiceAccount), true),
            (profile(PairKind::ApiKey), false),
            (Identity::BrowserLogin(name.clone()), false),
        ];
        for (identity, may_be) in rows {
            assert_eq!(identity.may_be_of(&client), may_be, "{identity:?}");
        }
    }

    #[test]
    fn quotes_around_a_value_are_reported() {
        let client = "mdb_sa_id_1234567890abcdef12345678";
        for quote in ['"', '\'', '`', '\u{201C}', '\u{2018}', '\u{AB}'] {
            let quoted = |text: &str| format!("{quote}{text}{quote}");
            let account = |id: &str, secret: String| Credentials::pair(PairKind::ServiceAccount, id, secret);
            let key = |id: &str, secret: String| Credentials::pair(PairKind::ApiKey, id, secret);
            let of = |half| Some((half, QUOTED.to_owned()));
            assert_eq!(account(&quoted(client), "fake".into()).err(), of(Half::Identifier), "{quote}");
            assert_eq!(account(client, quoted("fake")).err(), of(Half::Secret), "{quote}");
            assert_eq!(key(&quoted("abcdefgh"), "fake".into()).err(), of(Half::Identifier), "{quote}");
            assert_eq!(key("abcdefgh", quoted("fake")).err(), of(Half::Secret), "{quote}");
            assert_eq!(Credentials::access_token(quoted("fake")).err().as_deref(), Some(QUOTED), "{quote}");
        }
    }

    #[test]
    fn only_visible_ascii_is_accepted_as_a_credential() {
        let token = |text: &str| Credentials::access_token(text.to_owned());
        let Ok(Credentials::AccessToken(kept)) = token("FAKE.token+1/=") else { panic!("a token") };
        assert_eq!(kept.expose_secret(), "FAKE.token+1/=");
        for text in ["FAKE token", "FAKE\r\nHeader: x", "FAK\u{c9}"] {
            assert_eq!(token(text).err().as_deref(), Some(NOT_VISIBLE_ASCII), "{text:?}");
        }
    }

    #[test]
    fn a_masked_value_or_a_placeholder_is_not_a_credential() {
        let client = "mdb_sa_id_1234567890abcdef12345678";
        let error = |text: &str| {
            let refused = Credentials::pair(PairKind::ServiceAccount, client, text.to_owned()).err()?;
            Some(refused.1)
        };
        for text in [
            "***",
            "mdb_sa_sk_",
            "mdb_sa_sk_***",
            "mdb_sa_sk_...1234",
            "mdb_sa_sk_..........",
            "mdb_sa_sk_xxxxxxxx",
            "mdb_sa_sk_XXXX1234",
            "mdb_sa_sk_\u{2022}\u{2022}9f3a",
            "\u{25CF}\u{25CF}\u{25CF}",
            "undefined",
            "None",
            "null",
            "xxxx",
            "----",
            "changeme",
            "CHANGE-ME",
            "[redacted]",
            "<secret>",
            "%SECRET%",
            "$SECRET",
            "{{x}}",
            "@Microsoft.KeyVault(x)",
            "{\"a\":1}",
            "op://a/b/c",
        ] {
            assert_eq!(error(text).as_deref(), Some(PLACEHOLDER), "{text}");
        }
        let in_base64 = "this is Base64 (bWRi...); decode it first";
        assert_eq!(error("bWRiX3NhX3NrX0ZBS0U=").as_deref(), Some(in_base64));
        for text in ["p", "xxx", "fake", "mdb_sa_sk_FAKE", "mdb_sa_sk_xxx1", "changeme2", "a*b"] {
            assert_eq!(error(text), None, "{text}");
        }
    }

    #[test]
    fn the_secret_of_a_service_account_is_not_a_private_key_or_a_token() {
        let pair = |secret: &str| Credentials::pair(PairKind::ApiKey, "abcdefgh", secret.to_owned());
        let refused = pair("mdb_sa_sk_FAKE").unwrap_err();
        assert_eq!(refused, (Half::Secret, SECRET_OF_SERVICE_ACCOUNT.to_owned()));
        assert!(pair("FAKE-mdb_sa_sk_").is_ok());
        let token = |text: &str| Credentials::access_token(text.to_owned()).err();
        assert_eq!(token("mdb_sa_sk_FAKE").as_deref(), Some(SECRET_OF_SERVICE_ACCOUNT));
        assert_eq!(token("mdb_sa_sk_***").as_deref(), Some(PLACEHOLDER));
    }

    #[test]
    fn debug_shows_no_secret() {
        let all = [
            Credentials::access_token("canary".to_owned()).unwrap(),
            Credentials::pair(PairKind::ApiKey, "abcdefgh", "canary".to_owned()).unwrap(),
            Credentials::pair(
                PairKind::ServiceAccount,
                "mdb_sa_id_1234567890abcdef12345678",
                "canary".to_owned(),
            )
            .unwrap(),
        ];
        for credentials in all {
            assert!(!format!("{credentials:?}").contains("canary"));
        }
    }

    #[test]
    fn a_public_key_is_distinguished_from_other_credentials() {
        let of_account = "this belongs to a service account (mdb_sa...), not to an API key";
        let not_a_key = "a public key has 1 to 64 visible characters, and no quotes, commas or colons";
        let rows = [
            ("abcdefgh", Ok("abcdefgh")),
            ("twelve-chars", Ok("twelve-chars")),
            ("thirteen-char", Ok("…char")),
            ("a-key-of-another-length", Ok("…ngth")),
            ("", Err(not_a_key)),
            ("mdb_sa_id_1234567890abcdef12345678", Err(of_account)),
            ("mdb_sa_sk_fake", Err(of_account)),
            ("abc def", Err(not_a_key)),
            ("abc\ndef", Err(not_a_key)),
            ("abc\"def", Err(not_a_key)),
            ("schlüssel", Err(not_a_key)),
            (&"a".repeat(64), Ok("…aaaa")),
            (&"a".repeat(65), Err(not_a_key)),
        ];
        for (text, expected) in rows {
            let short = PublicKey::parse(text).map(|key| key.short("…"));
            assert_eq!(short, expected.map(str::to_owned).map_err(str::to_owned), "{text:?}");
        }
    }

    #[test]
    fn a_profile_name_becomes_lowercase_and_safe_to_show() {
        let name = ProfileName::new(" Prod\u{1b}[2J ").unwrap();
        assert_eq!((name.as_str(), name.to_string().as_str()), ("prod\u{1b}[2j", "prod[2j"));
        assert_eq!(ProfileName::new(" \t"), None);
    }
}
