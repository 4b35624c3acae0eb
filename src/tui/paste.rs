//! Interprets pasted text. Users paste URLs, labels and whole lines, and sometimes a secret.

use std::collections::BTreeSet;

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::form_urlencoded;

use crate::domain::{
    CLIENT_ID_PREFIX, ClientId, Lifetime, PairKind, ProjectId, SECRET_PREFIX, SECRET_PREFIX_BASE64,
    ServerText, half_width, is_invisible, is_masked,
};

use super::screens::{FieldName, Focus, Form, InputNote, Notice};
use super::text_line::LONGEST;

/// How much of a pasted text is searched: far more than any file with IDs. In characters.
const SEARCH_LIMIT: usize = 64 * 1024;

/// How many times a URL may be encoded within others, as when a link in an email leads to the sign-in page through a
/// link scanner.
const MAX_ENCODINGS: usize = 3;

/// What to do with pasted text, or with a part of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Paste {
    Replace {
        field: FieldName,
        text: String,
        note: Option<InputNote>,
    },
    /// Inserts text into the field in focus, at the caret.
    Insert(String),
    /// Drops a secret. A message beside this field says so.
    RefuseSecret(FieldName),
    Show(Notice),
}

const NO_PROJECT: &str = "That URL contains no project. Open the project in Atlas and copy its URL.";
const MASKED: &str = "Nothing was pasted. The secret in the text is masked.";

impl Paste {
    fn replace(field: FieldName, text: &str, note: Option<InputNote>) -> Self {
        Self::Replace { field, text: text.to_string(), note }
    }
}

/// True if the text contains a secret, or the start of one.
pub(super) fn contains_secret(text: &str) -> bool {
    text.contains(SECRET_PREFIX) || text.contains(SECRET_PREFIX_BASE64)
}

/// How an underscore is written in Markdown, URLs and HTML.
const UNDERSCORES: [&str; 5] = ["\\_", "%5F", "%5f", "&#95;", "&lowbar;"];

/// Removes what is not part of the text: invisible characters, such as a zero-width space from a web page, colors,
/// encodings of an underscore, escaped line breaks of JSON, and the line break within an ID or a secret.
pub(super) fn visible(text: &str) -> String {
    let text: String = text.chars().filter(|character| !is_invisible(*character)).collect();
    let mut text = without_colors(&text);
    // Terminals paste a line break as a carriage return.
    for line_break in ["\r\n", "\r", "\\r\\n", "\\r", "\\n"] {
        text = text.replace(line_break, "\n");
    }
    for underscore in UNDERSCORES {
        text = text.replace(underscore, "_");
    }
    with_lowercase_ids(joined_lines(&with_decoded_ids(&with_half_width_ids(text))))
}

/// Replaces full-width letters and digits, which East Asian keyboards type, and the hyphens of word processors, if they
/// are in an ID or a secret.
fn with_half_width_ids(text: String) -> String {
    let narrow = |character| match character {
        '\u{2010}' | '\u{2011}' => '-',
        _ => half_width(character),
    };
    let narrow: String = text.chars().map(narrow).collect();
    let is_of_atlas = has_id(&narrow) || narrow.contains(CLIENT_ID_PREFIX) || contains_secret(&narrow);
    if is_of_atlas { narrow } else { text }
}

/// Decodes client IDs and secrets in Base64, as in an `Authorization` header or the `data` of a Kubernetes secret.
fn with_decoded_ids(text: &str) -> String {
    /// The Base64 of `mdb_sa`.
    const START: &str = "bWRiX3Nh";
    let is_base64 = |character: char| character.is_ascii_alphanumeric() || "+/=".contains(character);
    let mut parts = text.split(START);
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let encoded = format!("{START}{part}");
        let end = encoded.find(|character| !is_base64(character)).unwrap_or(encoded.len());
        let bytes = BASE64_STANDARD_NO_PAD.decode(encoded[..end].trim_end_matches('='));
        match bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
            Some(decoded) => plain.extend([&decoded, &encoded[end..]]),
            None => plain.push_str(&encoded),
        }
    }
    plain
}

/// Joins two lines if an ID or a secret begins on one and ends on the other, as in an email. There, a line may end in
/// `=`, and the next one begin with `>`.
fn joined_lines(text: &str) -> String {
    let is_part = |character: char| is_word_character(character) || character == '-';
    let mut lines = text.split('\n');
    let mut joined = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        let end = joined.trim_end_matches([' ', '=']);
        let start = line.trim_start_matches([' ', '\t', '>']);
        let tail = end.rsplit(|character| !is_part(character)).next().unwrap_or_default();
        let head = start.split(|character| !is_part(character)).next().unwrap_or_default();
        let word = format!("{tail}{head}");
        let is_whole =
            ProjectId::parse(&word).is_ok() || ClientId::parse(&word).is_ok() || is_whole_secret(&word);
        if is_whole && !tail.is_empty() && !head.is_empty() {
            joined.truncate(end.len());
            joined.push_str(start);
        } else {
            joined.push('\n');
            joined.push_str(line);
        }
    }
    joined
}

/// Changes client IDs to lower case if something changed them to upper case. Atlas accepts only the lowercase prefix.
fn with_lowercase_ids(mut text: String) -> String {
    const PREFIX: &str = "MDB_SA_ID_";
    while let Some(at) = text.find(PREFIX) {
        let digits = text[at + PREFIX.len()..].bytes().take_while(u8::is_ascii_hexdigit).count();
        text[at..at + PREFIX.len() + digits].make_ascii_lowercase();
    }
    text
}

/// Removes a terminal's codes for colors, `ESC [ 1 ; 32 m`, and for erasing, `ESC [ K`. Terminals and logs replace the
/// ESC by a symbol, by an escape of JSON or C, or by nothing.
fn without_colors(text: &str) -> String {
    const ESCAPES: [&str; 7] = ["\u{1b}", "\u{241B}", "^[", "\\u001b", "\\x1b", "\\033", "\\e"];
    let mut parts = text.split('[');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|character: char| character.is_ascii_digit() || character == ';');
        let escape = ESCAPES.iter().find(|escape| plain.ends_with(*escape));
        match rest.strip_prefix(['m', 'K']) {
            Some(rest) if escape.is_some() || rest.len() + 1 < part.len() => {
                plain.truncate(plain.len() - escape.map_or(0, |escape| escape.len()));
                plain.push_str(rest);
            }
            _ => {
                plain.push('[');
                plain.push_str(part);
            }
        }
    }
    plain
}

/// Decides what to do with each part of a text that is pasted into the form. Only visible characters count. `host` is
/// the host that requests go to; the demo has none.
pub(super) fn interpret(text: &str, form: &Form, host: Option<&str>) -> Vec<Paste> {
    let text: String = visible(text).chars().take(SEARCH_LIMIT).collect();
    let text = text.trim();
    let info = |message| Paste::Show(Notice::Info(message));
    if contains_secret(text) {
        let mut pastes = ids_in(text, form.focus, host);
        if is_masked(text) {
            return if pastes.is_empty() { vec![info(MASKED)] } else { pastes };
        }
        if !pastes.iter().any(|paste| matches!(paste, Paste::Replace { .. })) {
            let field = if let Focus::Field(field) = form.focus { field } else { FieldName::Client };
            return vec![Paste::RefuseSecret(field), info("The pasted text is a secret. It was discarded.")];
        }
        pastes.push(info("The pasted text also contained a secret, which was discarded."));
        return pastes;
    }
    // An ID may be broken into lines or groups of digits.
    let compact: String = text.split_whitespace().collect();
    if let Some(paste) = whole_id(&compact, form) {
        return vec![paste];
    }
    let pastes = ids_in(text, form.focus, host);
    if !pastes.is_empty() {
        return pastes;
    }
    let is_lifetime = Lifetime::parse_at(text, Timestamp::UNIX_EPOCH, &TimeZone::UTC).is_ok();
    vec![match form.focus {
        _ if credentials(text).1.is_some() => {
            info("The pasted text looks like a private key or an access token. It was discarded.")
        }
        _ if contains_password(text) => info("The pasted text contains a password. It was discarded."),
        Focus::Button => info("Nothing was pasted. Select a field first."),
        Focus::Field(field @ FieldName::Lifetime) if is_lifetime => Paste::replace(field, text, None),
        Focus::Field(_) if text.contains("://") && has_id(text) => info(NO_PROJECT),
        Focus::Field(_) if text.contains('\n') || text.chars().count() > LONGEST || has_id(text) => {
            info("Nothing was pasted. The text contains no project or client ID.")
        }
        // A complete ID cannot continue: the text replaces it, unless the user put the caret into it.
        Focus::Field(field) if !text.is_empty() && has_complete_id(form, field) => {
            Paste::replace(field, &one_line(text), None)
        }
        Focus::Field(_) => Paste::Insert(one_line(text)),
    }]
}

/// True if the text contains a URL with a password, such as a connection string.
fn contains_password(text: &str) -> bool {
    text.split("://").skip(1).any(|rest| {
        let authority = rest.split(['/', '?', '#', ' ', '\n']).next().unwrap_or_default();
        authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
    })
}

/// True if the field has a complete ID with the caret behind it.
fn has_complete_id(form: &Form, field: FieldName) -> bool {
    let line = &form.field(field).line;
    let is_id = field != FieldName::Lifetime && form.validation(field).is_valid();
    is_id && line.caret_column() == line.text().len()
}

fn one_line(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).collect()
}

/// The paste for a text that is a single ID. 24 digits are a project ID, but in the client ID field with a known
/// project they are a client ID without its prefix.
fn whole_id(text: &str, form: &Form) -> Option<Paste> {
    let moved = |field| (form.focus != Focus::Field(field)).then_some(InputNote::CameFromOtherField);
    if let Ok(client) = ClientId::parse(text) {
        return Some(Paste::replace(FieldName::Client, client.as_str(), moved(FieldName::Client)));
    }
    let project = ProjectId::parse(text).ok()?;
    let known = form.text(FieldName::Project);
    if form.focus == Focus::Field(FieldName::Client) && !known.is_empty() {
        if project.as_str().eq_ignore_ascii_case(known) {
            let message = "That is the ID of the project. Paste the client ID.";
            return Some(Paste::Show(Notice::Info(message)));
        }
        let client = ClientId::from_digits(text).ok()?;
        return Some(Paste::replace(FieldName::Client, client.as_str(), Some(InputNote::PrefixAdded)));
    }
    let lowered = (project.as_str() != text).then_some(InputNote::Lowered);
    Some(Paste::replace(FieldName::Project, project.as_str(), moved(FieldName::Project).or(lowered)))
}

/// Finds the project ID and the client ID in the text, if it is clear which ones they are.
fn ids_in(text: &str, focus: Focus, host: Option<&str>) -> Vec<Paste> {
    let mut decoded = text.to_owned();
    // Decode a URL that is encoded within another one, up to a few levels deep.
    for _ in 0..MAX_ENCODINGS {
        if !["%2f", "%252f"].iter().any(|slash| decoded.to_ascii_lowercase().contains(slash)) {
            break;
        }
        let pairs = form_urlencoded::parse(decoded.as_bytes());
        decoded = pairs.flat_map(|(name, value)| [name, value]).collect::<Vec<_>>().join("\n");
    }
    let text = &decoded;
    let clients = distinct(words_of(text).filter_map(client_id_in));
    let path_id = id_after(text, ["v2", "groups"]);
    if path_id.is_none() && text.contains("://") && id_after(text, ["org", "orgs"]).is_some() {
        let message = "That is the URL of an organization. Open the project in Atlas and copy its URL.";
        return vec![Paste::Show(Notice::Info(message))];
    }
    let host_in_url = path_id.and_then(|id| url_host(text, id));
    let projects = match path_id.and_then(|id| ProjectId::parse(id).ok()) {
        Some(project) => vec![project],
        None => project_ids(text),
    };
    let mut pastes = Vec::new();
    // If the text contains both, it is obvious where each one goes: no note is needed.
    let has_both = !projects.is_empty() && !clients.is_empty();
    let moved = |field| (!has_both && focus != Focus::Field(field)).then_some(InputNote::CameFromOtherField);
    if let [project] = &projects[..] {
        let of_url = host_in_url.map(|_| InputNote::TakenFromUrl);
        pastes.push(Paste::replace(
            FieldName::Project,
            project.as_str(),
            of_url.or(moved(FieldName::Project)),
        ));
    }
    if let [client] = &clients[..] {
        pastes.push(Paste::replace(FieldName::Client, client.as_str(), moved(FieldName::Client)));
    }
    if pastes.is_empty() && projects.len() + clients.len() > 1 {
        pastes.push(Paste::Show(Notice::Info("Nothing was pasted. The text contains several IDs.")));
    }
    if let (Some(host_in_url), Some(host)) = (host_in_url, host)
        && !host_in_url.eq_ignore_ascii_case(host)
    {
        let message = format!("The URL belongs to {}; requests go to {host}.", ServerText::new(host_in_url));
        pastes.push(Paste::Show(Notice::Warning(message)));
    }
    pastes
}

/// The ID of the project in the URL of one of its pages.
pub(super) fn project_in_url(text: &str) -> Option<ProjectId> {
    let id = id_after(text, ["v2", "groups"]).filter(|_| text.contains("://"))?;
    ProjectId::parse(id).ok()
}

/// True if the text contains 24 digits, which may be the ID of anything.
fn has_id(text: &str) -> bool {
    words_of(text).any(|word| ProjectId::parse(word).is_ok())
}

/// The client ID in a word: after the code of another character, as in quoted-printable emails, or in Markdown's `_`.
fn client_id_in(word: &str) -> Option<ClientId> {
    ClientId::parse(word[word.find(CLIENT_ID_PREFIX)?..].trim_end_matches('_')).ok()
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character| !is_word_character(character))
}

fn is_word_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// The host and port of the URL that contains `id`.
fn url_host<'a>(text: &'a str, id: &str) -> Option<&'a str> {
    // The ID may also occur alone, before its URL.
    let after_scheme = |word: &'a str| Some(word.split_once(id)?.0.rsplit_once("://")?.1);
    let host = text.split_whitespace().find_map(after_scheme)?.split(['/', '?', '#']).next()?;
    Some(host.rsplit('@').next().unwrap_or(host))
}

/// The first ID in a path that follows one of these segments. In Atlas's web pages a project is `/v2/ID` and an
/// organization `/org/ID`; in the Administration API they are `/groups/ID` and `/orgs/ID`.
fn id_after<'a>(text: &'a str, names: [&str; 2]) -> Option<&'a str> {
    let mut pairs = words_of(text).zip(words_of(text).skip(1));
    let (_, id) = pairs.find(|(name, id)| names.contains(name) && ProjectId::parse(id).is_ok())?;
    Some(id)
}

/// Finds project IDs: 24 digits, unless they are in a URL or a label says that they are something else. A label is on
/// the same line or alone on the line above, as in shell scripts, in Atlas's JSON and on its pages; in a URL it is the
/// word before. If any ID is labeled as a project's, the others are left out.
fn project_ids(text: &str) -> Vec<ProjectId> {
    let mut labeled = Vec::new();
    let mut others = Vec::new();
    // In Atlas's JSON, a plain "id" is a secret's, except in a project, which also has an "orgId".
    let is_secrets = text.starts_with(['{', '[']) && !text.contains("\"orgId\"");
    let mut label = String::new();
    for line in text.split(['\n', ',', ';']) {
        if !label.ends_with("id") {
            label.clear();
        }
        let mut last = String::new();
        for (word, is_in_url) in words_with_urls(line) {
            let Ok(id) = ProjectId::parse(word.trim_matches('_')) else {
                last = word.to_ascii_lowercase();
                label.push_str(&last);
                continue;
            };
            let own_label = if is_in_url { &last } else { &label };
            if own_label.contains("project") || own_label.contains("group") {
                labeled.push(id);
            } else if !(is_in_url
                || labels_other_id(&label)
                || is_secrets && label.ends_with("id") && !label.ends_with("oid"))
            {
                others.push(id);
            }
            label.clear();
        }
    }
    distinct(if labeled.is_empty() { others } else { labeled }.into_iter())
}

/// The words of a line, each with whether it is part of a URL.
fn words_with_urls(line: &str) -> impl Iterator<Item = (&str, bool)> {
    let is_end = |character: char| character.is_whitespace() || "\"'`<>".contains(character);
    let words = |part| words_of(part).map(move |word| (word, part.contains("://")));
    line.split(is_end).flat_map(words).filter(|(word, _)| !word.is_empty())
}

/// True if a label says that its ID is not a project's: `org`, `Organization ID`, `clusterId`, `team_id`.
fn labels_other_id(label: &str) -> bool {
    const KINDS: &str = "cluster user team snapshot backup invoice alert event key job integration";
    let is_of = |kind: &str| label.contains(kind);
    is_of("org") || is_of("secret") || label.ends_with("id") && KINDS.split(' ').any(is_of)
}

/// Joins a secret that a terminal broke into lines. Only a text of a secret's exact length counts.
pub(super) fn joined_secret(text: &str) -> Option<String> {
    let joined: String = text.split_whitespace().collect();
    is_whole_secret(&joined).then_some(joined)
}

fn is_whole_secret(word: &str) -> bool {
    const LENGTH: usize = SECRET_PREFIX.len() + 40;
    let is_secret_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    word.starts_with(SECRET_PREFIX) && word.len() == LENGTH && word.bytes().all(is_secret_byte)
}

/// The words of a text that can be credentials.
fn credential_words(text: &str) -> Vec<&str> {
    let is_end =
        |character: char| !character.is_ascii_graphic() || "\"'`,;:={}()<>[]|*&@\\".contains(character);
    // Leading slashes belong to a URL. A trailing period ends a sentence, and zsh shows a missing line break as `%`.
    let is_mark = |character: char| character.is_ascii_punctuation() && !"_-".contains(character);
    let words = text.split(is_end).map(|word| word.trim_start_matches('/').trim_end_matches(is_mark));
    // Markdown's `_`. A secret may end in one.
    let plain = |word| {
        std::iter::successors(Some(word), |word: &&str| word.strip_prefix('_')?.strip_suffix('_')).last()
    };
    words.filter_map(plain).filter(|word| !word.is_empty()).collect()
}

/// Why no credentials can be taken from a text.
pub(super) fn unusable_credentials(text: &str) -> Option<&'static str> {
    let words = credential_words(text);
    let count = |is_wanted: fn(&str) -> bool| distinct(words.iter().filter(|word| is_wanted(word))).len();
    if count(|word| ClientId::parse(word).is_ok()) > 1 || count(|word| word.starts_with(SECRET_PREFIX)) > 1 {
        return Some("Nothing was pasted. The text contains several client IDs or secrets.");
    }
    let has_mask = text.contains("\u{2022}\u{2022}\u{2022}") || text.contains("\u{25CF}\u{25CF}\u{25CF}");
    (is_masked(text) || has_mask && credentials(text).1.is_none()).then_some(MASKED)
}

/// Finds credentials in a pasted text: the client ID or public key, and the secret, private key or access token.
pub(super) fn credentials(text: &str) -> (Option<&str>, Option<&str>) {
    let words = credential_words(text);
    let is_private_key_at = |at: usize| {
        let is_labeled = at > 0 && is_label_of_private_key(words[at - 1]) && words[at].len() >= 8;
        is_private_key(words[at])
            || is_labeled && words[at].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_secret =
        |at: &usize| words[*at].starts_with(SECRET_PREFIX) || is_private_key_at(*at) || is_token(words[*at]);
    let secret_at = (0..words.len()).find(is_secret);
    let secret = secret_at.map(|at| words[at]);
    let is_public_key = |word: &str| {
        let is_label = ["username", "password"].contains(&word);
        word.len() == 8 && word.bytes().all(|byte| byte.is_ascii_lowercase()) && !is_label
    };
    // The one nearest to its private key: `provider` and `resource` look like public keys, too.
    let public_key = || {
        let at = secret_at.filter(|at| is_private_key_at(*at))?;
        let public_keys = words.iter().enumerate().filter(|(_, word)| is_public_key(word));
        public_keys.min_by_key(|(index, _)| index.abs_diff(at)).map(|(_, word)| *word)
    };
    let client_id = words.iter().copied().find(|word| ClientId::parse(word).is_ok());
    (client_id.or_else(public_key), secret)
}

/// The kind of pair that one of the [`credentials`] belongs to; `None` for an access token.
pub(super) fn kind_of(word: &str) -> Option<PairKind> {
    let is_of_account = contains_secret(word) || ClientId::parse(word).is_ok();
    let kind = if is_of_account { PairKind::ServiceAccount } else { PairKind::ApiKey };
    (!is_token(word)).then_some(kind)
}

/// Access tokens are JSON Web Tokens.
fn is_token(word: &str) -> bool {
    word.starts_with("eyJ") && word.contains('.')
}

/// True for `MONGODB_ATLAS_PRIVATE_API_KEY`, `private_key` and `privateKey`.
fn is_label_of_private_key(word: &str) -> bool {
    let label = word.to_ascii_lowercase().replace('_', "");
    label.ends_with("privatekey") || label.ends_with("privateapikey")
}

/// Atlas's private keys are UUIDs.
fn is_private_key(word: &str) -> bool {
    let is_of_uuid = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    word.len() == 36 && word.bytes().enumerate().all(is_of_uuid)
}

fn distinct<T: Ord>(ids: impl Iterator<Item = T>) -> Vec<T> {
    ids.collect::<BTreeSet<T>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use base64::prelude::BASE64_STANDARD;
    use proptest::prelude::*;

    use super::*;

    const PROJECT: &str = "32b6e34b3d91647abb20e7b8";
    const CLIENT: &str = "mdb_sa_id_1234567890abcdef12345678";
    const DIGITS: &str = "1234567890abcdef12345678";
    const OTHER: &str = "4888442a3354817a7320eb61";
    const SECRET_VALUE: &str = "mdb_sa_sk_FAKE_-fake";
    const PRIVATE_KEY: &str = "01234567-89ab-cdef-0123-456789abcdef";

    const SECRET_WITH_ID: Paste =
        Paste::Show(Notice::Info("The pasted text also contained a secret, which was discarded."));
    const SECRET: Paste = Paste::Show(Notice::Info("The pasted text is a secret. It was discarded."));
    const NO_ID: Paste =
        Paste::Show(Notice::Info("Nothing was pasted. The text contains no project or client ID."));
    const SEVERAL: Paste = Paste::Show(Notice::Info("Nothing was pasted. The text contains several IDs."));

    fn whole(field: FieldName, text: &str, note: Option<InputNote>) -> Paste {
        Paste::Replace { field, text: text.to_owned(), note }
    }

    fn project(note: Option<InputNote>) -> Paste {
        whole(FieldName::Project, PROJECT, note)
    }

    fn client(note: Option<InputNote>) -> Paste {
        whole(FieldName::Client, CLIENT, note)
    }

    /// Replaces the placeholders in a text: a project ID, a client ID and its digits, another ID, a secret, a private key.
    fn filled(text: &str) -> String {
        let values =
            [("<p>", PROJECT), ("<c>", CLIENT), ("<d>", DIGITS), ("<o>", OTHER), ("<s>", SECRET_VALUE)];
        let values = values.into_iter().chain([("<k>", PRIVATE_KEY)]);
        values.fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }

    fn inserted(text: &str) -> Vec<Paste> {
        vec![Paste::Insert(text.to_owned())]
    }

    /// Interprets a text with placeholders that is pasted into an empty form with this focus.
    fn pasted(text: &str, focus: Focus) -> Vec<Paste> {
        let mut form = Form::default();
        form.focus = focus;
        interpret(&filled(text), &form, Some("cloud.mongodb.com"))
    }

    #[test]
    fn each_part_of_a_paste_goes_to_its_field() {
        let in_project = Focus::Field(FieldName::Project);
        let in_client = Focus::Field(FieldName::Client);
        let in_lifetime = Focus::Field(FieldName::Lifetime);
        let url = "https://cloud.mongodb.com/v2/<p>#/clusters";
        let both_url = "https://cloud.mongodb.com/v2/<p>#/access/serviceAccounts/<c>";
        let rows = [
            (" <p>\n", in_project, vec![project(None)]),
            (&*PROJECT.to_uppercase(), in_project, vec![project(Some(InputNote::Lowered))]),
            (url, in_client, vec![project(Some(InputNote::TakenFromUrl))]),
            (both_url, in_project, vec![project(Some(InputNote::TakenFromUrl)), client(None)]),
            (CLIENT, in_client, vec![client(None)]),
            (CLIENT, in_project, vec![client(Some(InputNote::CameFromOtherField))]),
            (PROJECT, in_lifetime, vec![project(Some(InputNote::CameFromOtherField))]),
            (PROJECT, Focus::Button, vec![project(Some(InputNote::CameFromOtherField))]),
            ("<p>\r\n<c>", in_project, vec![project(None), client(None)]),
            ("Client ID: <c>", in_client, vec![client(None)]),
            ("30d", in_lifetime, vec![whole(FieldName::Lifetime, "30d", None)]),
            ("32b6\n", in_project, inserted("32b6")),
            (
                "words",
                Focus::Button,
                vec![Paste::Show(Notice::Info("Nothing was pasted. Select a field first."))],
            ),
            ("<c> mdb_sa_sk_fake", in_client, vec![client(None), SECRET_WITH_ID]),
            ("mdb_sa_sk_fake", in_project, vec![Paste::RefuseSecret(FieldName::Project), SECRET]),
            ("mdb_sa_sk_fake", Focus::Button, vec![Paste::RefuseSecret(FieldName::Client), SECRET]),
        ];
        for (text, focus, expected) in rows {
            assert_eq!(pasted(text, focus), expected, "{text:?} into {focus:?}");
        }
    }

    #[test]
    fn the_project_id_of_a_url_is_the_one_in_its_path() {
        let rows = [
            "https://cloud.mongodb.com/v2/<p>#/metrics/replicaSet/<o>/explorer",
            "https://cloud.mongodb.com/v2/<p>#/clusters/detail/Cluster0",
            "https://cloud.mongodb.com/v2/<p>#/security/database/users?a=<o>",
            "https://cloud.mongodb.com/v2/<p>",
            "https://cloud.mongodb.com/api/atlas/v2/groups/<p>/clusters/<o>",
            "https://cloud.mongodb.com/api/atlas/v1.0/groups/<p>/apiKeys/<o>",
            "<https://cloud.mongodb.com/v2/<p>#/overview>",
        ];
        for text in rows {
            for focus in [Focus::Field(FieldName::Project), Focus::Field(FieldName::Client), Focus::Button] {
                let pastes = pasted(text, focus);
                assert_eq!(pastes, [project(Some(InputNote::TakenFromUrl))], "{text}");
            }
        }
        for text in [
            "https://cloud.mongodb.com/v2#/org/<o>/projects",
            "https://cloud.mongodb.com/v2#/org/<o>/access/serviceAccounts",
            "https://cloud.mongodb.com/api/atlas/v2/orgs/<o>/serviceAccounts",
        ] {
            let pastes = pasted(text, Focus::Field(FieldName::Project));
            let [Paste::Show(Notice::Info(message))] = pastes[..] else { panic!("{text}: {pastes:?}") };
            assert!(message.contains("organization"), "{message}");
        }
        for url in [
            "https://cloud.mongodb.com/v2#/federation/<o>/overview",
            "https://cloud.mongodb.com/v2#/invitation/<o>",
            "https://charts.mongodb.com/charts-project-0-abcde/dashboards/<o>",
            "<https://account.mongodb.com/?a=<o>>",
        ] {
            let pastes = pasted(url, Focus::Field(FieldName::Project));
            assert_eq!(pastes, [Paste::Show(Notice::Info(NO_PROJECT))], "{url}");
        }
        for text in
            ["https://example.test/?projectId=<p>", "https://charts.mongodb.com/dashboards/<o> in <p>"]
        {
            assert_eq!(pasted(text, Focus::Field(FieldName::Project)), [project(None)], "{text}");
        }
    }

    #[test]
    fn a_url_of_another_host_causes_a_warning() {
        let warning = |text: &str, host| {
            let pastes = interpret(text, &Form::default(), host);
            pastes.into_iter().find_map(|paste| match paste {
                Paste::Show(Notice::Warning(message)) => Some(message),
                _ => None,
            })
        };
        let url = |host: &str| format!("https://{host}/v2/{PROJECT}#/clusters");
        let cloud = Some("cloud.mongodb.com");
        let message = warning(&url("cloud.mongodbgov.com"), cloud).unwrap();
        assert_eq!(message, "The URL belongs to cloud.mongodbgov.com; requests go to cloud.mongodb.com.");
        assert!(warning(&url("cloud-dev.mongodb.com"), cloud).is_some());
        assert!(warning(&url("cloud.mongodb.com:8443"), cloud).is_some());
        assert!(warning(&format!("{PROJECT}\n{}", url("cloud.mongodbgov.com")), cloud).is_some());
        assert!(
            warning(&url("me@cloud.mongodb.com.evil.test"), cloud)
                .unwrap()
                .contains("belongs to cloud.mongodb.com.evil.test")
        );
        assert_eq!(warning(&url("CLOUD.mongodb.com"), cloud), None);
        assert_eq!(warning(&url("cloud.mongodbgov.com"), None), None);
        assert_eq!(warning(PROJECT, cloud), None);
    }

    #[test]
    fn digits_in_the_client_id_field_are_a_project_id_if_the_form_has_none() {
        let in_client = Focus::Field(FieldName::Client);
        assert_eq!(pasted(PROJECT, in_client), [project(Some(InputNote::CameFromOtherField))]);
        let known = |text: &str| {
            let mut form = Form::new(PROJECT, "", "");
            form.focus = in_client;
            interpret(text, &form, None)
        };
        assert_eq!(known(DIGITS), [client(Some(InputNote::PrefixAdded))]);
        for again in [PROJECT.to_owned(), PROJECT.to_uppercase()] {
            let pastes = known(&again);
            assert!(matches!(&pastes[..], [Paste::Show(_)]), "{pastes:?}");
        }
    }

    #[test]
    fn a_name_replaces_a_complete_id_and_continues_an_incomplete_one() {
        let with_project = |project| {
            let mut form = Form::new(project, "", "");
            form.focus = Focus::Field(FieldName::Project);
            interpret("payments-prod\n", &form, None)
        };
        assert_eq!(with_project(PROJECT), [whole(FieldName::Project, "payments-prod", None)]);
        assert_eq!(with_project("old-"), [Paste::Insert("payments-prod".to_owned())]);
    }

    #[test]
    fn ids_beside_a_secret_are_kept_and_the_secret_is_dropped() {
        let rows = [
            ("<c>\nmdb_sa_sk_fake", vec![client(None)]),
            ("<c>\r\nmdb_sa_sk_fake\r\n", vec![client(None)]),
            ("export ATLAS_CLIENT_ID=<c>\nexport ATLAS_CLIENT_SECRET=mdb_sa_sk_fake", vec![client(None)]),
            (
                "MONGODB_ATLAS_PROJECT_ID=<p>\nMONGODB_ATLAS_ORG_ID=<o>\nCLIENT=<c>\nmdb_sa_sk_fake",
                vec![project(None), client(None)],
            ),
            ("{\"id\": \"<o>\", \"secret\": \"mdb_sa_sk_fake\"}", vec![]),
            (
                "{\"projectId\":\"<p>\",\"clientId\":\"<c>\",\"clientSecret\":\"mdb_sa_sk_fake\"}",
                vec![project(None), client(None)],
            ),
            (
                "Project ID: <p>\nSecret ID: <o>\nmdb_sa_sk_fake",
                vec![project(Some(InputNote::CameFromOtherField))],
            ),
        ];
        for (text, ids) in rows {
            let refused = vec![Paste::RefuseSecret(FieldName::Client), SECRET];
            let expected =
                if ids.is_empty() { refused } else { ids.into_iter().chain([SECRET_WITH_ID]).collect() };
            assert_eq!(pasted(text, Focus::Field(FieldName::Client)), expected, "{text}");
        }
        let in_client = |text: &str| pasted(text, Focus::Field(FieldName::Client));
        let text = "{\"clientId\":\"<c>\",\"maskedSecretValue\":\"mdb_sa_sk_****\"}";
        assert_eq!(in_client(text), [client(None)], "nothing was discarded");
        assert_eq!(in_client("mdb_sa_sk_****9f3a"), [Paste::Show(Notice::Info(MASKED))]);
        let both = in_client("mdb_sa_sk_****9f3a mdb_sa_sk_FAKE");
        assert_eq!(both, [Paste::RefuseSecret(FieldName::Client), SECRET], "one is not masked");
    }

    #[test]
    fn an_id_is_found_in_unusual_text() {
        let (half, rest) = PROJECT.split_at(10);
        let from_url = || vec![project(Some(InputNote::TakenFromUrl))];
        let rows = [
            (&*format!("{half}\r\n  {rest}\r\n"), vec![project(None)]),
            (&format!("{half} {rest}"), vec![project(None)]),
            ("mdb_sa_id_ <d>", vec![client(Some(InputNote::CameFromOtherField))]),
            ("https%3A%2F%2Fcloud.mongodb.com%2Fv2%2F<p>%23%2Fclusters", from_url()),
            (
                "https://safelinks.example.com/?url=https%3A%2F%2Fcloud.mongodb.com%2Fv2%2F<p>&data=05%7C02",
                from_url(),
            ),
            ("https://x.test/?u=https%253A%252F%252Fcloud.mongodb.com%252Fv2%252F<p>%2523", from_url()),
            ("https://cloud.mongodb.com/v2/<p>?orgId=<o>#/overview", from_url()),
            ("MONGODB_URI=mongodb+srv://db.example.net/x\nPROJECT_ID=<p>\n", vec![project(None)]),
            ("[{\"id\":\"<p>\",\"name\":\"pay\",\"orgId\":\"<o>\"}]", vec![project(None)]),
            ("{\"results\":[{\"id\":\"<p>\",\"orgId\":\"<o>\"}]}", vec![project(None)]),
            ("[{\"id\":\"<o>\",\"expiresAt\":\"2027-01-01T00:00:00Z\"}]\n[]", vec![NO_ID]),
            (
                "project_id = \"<p>\"\norg_id = \"<o>\"\nclient_id = \"<c>\"\n",
                vec![project(None), client(None)],
            ),
            ("ID     NAME\n<p>   pay\n<o>   search", vec![SEVERAL]),
            ("<p> <o>", vec![SEVERAL]),
            (&"x".repeat(10_000), vec![NO_ID]),
            (&"a".repeat(10_000), vec![NO_ID]),
            ("two\nlines", vec![NO_ID]),
            ("payments-prod\r\n", inserted("payments-prod")),
            ("Organization ID\n<o>\nProject ID\n<p>", vec![project(None)]),
            ("project_id:\n  <p>\norg_id:\n  <o>", vec![project(None)]),
            ("Organization ID\n<o>\n", vec![NO_ID]),
            ("cluster_id = \"<o>\"\nregion = \"x\"", vec![NO_ID]),
            ("userId: <o>\n", vec![NO_ID]),
            ("\"userId\": \"<o>\",\n\"teamId\": \"<o>\"", vec![NO_ID]),
            ("api_key_id:\n<o>", vec![NO_ID]),
            ("Hi team, please use\n<p>", vec![project(None)]),
            ("{\"$oid\":\"<p>\"}", vec![project(None)]),
            ("mdb\\_sa\\_id\\_<d>", vec![client(Some(InputNote::CameFromOtherField))]),
            ("mdb\\_sa\\_sk\\_fake", vec![Paste::RefuseSecret(FieldName::Project), SECRET]),
            ("\u{202E}payments\u{202C}", inserted("payments")),
            ("", inserted("")),
        ];
        for (text, expected) in rows {
            assert_eq!(pasted(text, Focus::Field(FieldName::Project)), expected, "{text}");
        }
        let pastes =
            pasted("https://gov.example/v2/<o>/x https://cloud.mongodbgov.com/v2/<p>", Focus::Button);
        let [Paste::Replace { text, .. }, Paste::Show(Notice::Warning(message))] = &pastes[..] else {
            panic!("{pastes:?}")
        };
        assert!(
            text == OTHER && message.contains("gov.example"),
            "the host is the one of the ID's own URL: {message}"
        );
    }

    #[test]
    fn ids_and_names_are_found_among_colors_and_escapes() {
        let in_client = Focus::Field(FieldName::Client);
        for escape in ["\u{1b}", "\u{241b}", "^[", "\\u001b", "\\x1b", "\\033", "\\e", ""] {
            for color in ["32", "1;34", "38;5;12", "01"] {
                let colored = |text: &str| format!("{escape}[{color}m{text}{escape}[0m");
                let erased = format!("{}\u{1b}[m\u{1b}[K", colored(CLIENT));
                let json = format!("{}: {}", colored("\"groupId\""), colored(&format!("\"{PROJECT}\"")));
                assert_eq!(pasted(&colored(CLIENT), in_client), [client(None)], "{escape}");
                assert_eq!(pasted(&erased, in_client), [client(None)], "{escape}");
                assert_eq!(pasted(&json, Focus::Field(FieldName::Project)), [project(None)], "{escape}");
                let halves = format!("mdb_sa_{escape}[{color}msk_FAKE");
                assert_eq!(pasted(&halves, in_client), [Paste::RefuseSecret(FieldName::Client), SECRET]);
                assert_eq!(pasted(&colored("pay"), in_client), inserted("pay"));
            }
        }
        for text in ["[m]", "[12]", "[K", "a[1;2", "[]m", "[mK[3", "x[32"] {
            assert_eq!(pasted(text, in_client), inserted(text));
        }
        let moved = Some(InputNote::CameFromOtherField);
        let rows = [
            ("\u{1b}]8;;https://x.test/\u{1b}\\<c>\u{1b}]8;;\u{1b}\\", vec![client(None)]),
            ("[<c>](https://x.test/)", vec![client(None)]),
            ("id\\n<c>\\r\\nproject\\n<p>\\n", vec![project(None), client(None)]),
            ("client_id=3D<c>", vec![client(None)]),
            ("\\u0022<c>\\u0022", vec![client(None)]),
            ("_<c>_", vec![client(None)]),
            ("__<p>__", vec![project(moved)]),
            ("&quot;<c>&quot;", vec![client(None)]),
            ("\u{201C}<c>\u{201D},", vec![client(None)]),
            ("\u{FF1A}<p>\u{3002}", vec![project(moved)]),
            ("Client ID:\u{A0}<c>\t", vec![client(None)]),
            ("\u{2502} <p> \u{2502} pay \u{2502}", vec![project(moved)]),
            ("$env:X = '<c>'", vec![client(None)]),
            ("setx X \"<c>\"", vec![client(None)]),
            ("-e A=<c> --env=PROJECT=<p>", vec![project(None), client(None)]),
            ("{\\\"clientId\\\":\\\"<c>\\\"}", vec![client(None)]),
            ("stringData:\n  clientId: <c>\n", vec![client(None)]),
            ("id = \"<p>-<c>\"", vec![project(None), client(None)]),
        ];
        for (text, expected) in rows {
            assert_eq!(pasted(text, in_client), expected, "{text:?}");
        }
    }

    #[test]
    fn a_private_key_a_token_or_an_encoded_secret_is_not_shown() {
        let discarded = "The pasted text looks like a private key or an access token. It was discarded.";
        for focus in [Focus::Field(FieldName::Client), Focus::Field(FieldName::Lifetime), Focus::Button] {
            for text in [
                "<k>",
                "private_key: <k>",
                "curl -u abcdefgh:<k> --digest",
                "eyJFAKE.eyJx.AA",
                "Authorization: Bearer eyJFAKE.eyJx.AA",
            ] {
                assert_eq!(pasted(text, focus), [Paste::Show(Notice::Info(discarded))], "{text}");
            }
        }
        let password = "The pasted text contains a password. It was discarded.";
        let in_client = Focus::Field(FieldName::Client);
        for text in ["mongodb+srv://user:pw@db.example.net/x", "https://me:pw@x.test"] {
            assert_eq!(pasted(text, in_client), [Paste::Show(Notice::Info(password))], "{text}");
        }
        for text in ["bWRiX3NhX3NrX0ZBS0U=", "client-secret: bWRiX3NhX3NrX0ZBS0U="] {
            assert_eq!(pasted(text, in_client), [Paste::RefuseSecret(FieldName::Client), SECRET], "{text}");
        }
        // IDs next to it are still used, and an identifier that only looks like a key is not mentioned.
        let text = "curl -u abcdefgh:<k> https://cloud.mongodb.com/api/atlas/v2/groups/<p>";
        assert_eq!(pasted(text, in_client), [project(Some(InputNote::TakenFromUrl))]);
    }

    #[test]
    fn invisible_characters_are_dropped() {
        let all = "\u{200B}\u{200C}\u{200D}\u{2060}\u{FEFF}\u{AD}\u{202E}\u{2066}\u{180E}\u{FE0F}\u{E0041}";
        for invisible in all.chars() {
            for text in [
                format!("{invisible}{PROJECT}"),
                format!("{PROJECT}{invisible}"),
                PROJECT.replace('b', &format!("b{invisible}")),
            ] {
                let pastes = pasted(&text, Focus::Field(FieldName::Project));
                assert_eq!(pastes, [project(None)], "U+{:04X}", u32::from(invisible));
            }
        }
    }

    #[test]
    fn credentials_are_found_in_a_pasted_text() {
        let (key, secret) = (PRIVATE_KEY, SECRET_VALUE);
        let rows = [
            ("<c>\n<s>", Some(CLIENT), Some(secret)),
            ("<s> <c>", Some(CLIENT), Some(secret)),
            ("export A=<c>; export B='<s>'", Some(CLIENT), Some(secret)),
            ("{\"clientId\":\"<c>\",\"secret\":\"<s>\"}", Some(CLIENT), Some(secret)),
            ("<s>", None, Some(secret)),
            ("<c>", Some(CLIENT), None),
            ("abcdefgh\n<k>", Some("abcdefgh"), Some(key)),
            ("public_key = \"abcdefgh\"\nprivate_key = \"<k>\"", Some("abcdefgh"), Some(key)),
            ("username\nabcdefgh\npassword\n<k>", Some("abcdefgh"), Some(key)),
            ("[<c>](<s>)", Some(CLIENT), Some(secret)),
            ("| **<c>** | **<s>** |", Some(CLIENT), Some(secret)),
            ("\u{201C}<s>\u{201D} is of \u{AB}<c>\u{BB}", Some(CLIENT), Some(secret)),
            ("https://<c>:<s>@cloud.mongodb.com/", Some(CLIENT), Some(secret)),
            ("The secret of <c> is <s>.", Some(CLIENT), Some(secret)),
            ("set MONGODB_ATLAS_CLIENT_ID=<c>", Some(CLIENT), None),
            ("Authorization: Bearer eyJFAKE.eyJx.AA", None, Some("eyJFAKE.eyJx.AA")),
            ("{\"access_token\":\"eyJFAKE.x.y\",\"expires_in\":1}", None, Some("eyJFAKE.x.y")),
            ("{\\\"id\\\":\\\"<c>\\\",\\\"secret\\\":\\\"<s>\\\"}", Some(CLIENT), Some(secret)),
            (
                "# export MONGODB_ATLAS_PUBLIC_API_KEY=abcdefgh\n# export MONGODB_ATLAS_PRIVATE_API_KEY=DEMOfake",
                Some("abcdefgh"),
                Some("DEMOfake"),
            ),
            ("private_key = var.private_key", None, None),
            ("_<c>_ / __<s>__", Some(CLIENT), Some(secret)),
            ("<s>_ /", None, Some("mdb_sa_sk_FAKE_-fake_")),
            ("<s>%", None, Some(secret)),
            ("Is it <s>?!", None, Some(secret)),
            ("\u{FF1A}<s>\u{3002}", None, Some(secret)),
            ("\u{2026}<s>\u{2026}\u{1b}", None, Some(secret)),
            (
                "provider \"mongodbatlas\" {\n  public_key = \"abcdefgh\"\n  private_key = \"<k>\"\n}",
                Some("abcdefgh"),
                Some(key),
            ),
            (
                "provider \"mongodbatlas\" {\n  private_key = \"<k>\"\n  public_key = \"abcdefgh\"\n}",
                Some("abcdefgh"),
                Some(key),
            ),
            ("abcdefgh", None, None),
            ("anything else", None, None),
        ];
        for (text, name, found) in rows {
            assert_eq!(credentials(&filled(text)), (name, found), "{text}");
        }
    }

    #[test]
    fn several_or_masked_credentials_are_not_pasted() {
        let several = Some("Nothing was pasted. The text contains several client IDs or secrets.");
        let masked = Some(MASKED);
        let rows = [
            ("<c> <c> mdb_sa_sk_FAKE mdb_sa_sk_FAKE", None),
            ("<c>\nmdb_sa_id_<o>", several),
            ("<c> mdb_sa_sk_FAKE1 mdb_sa_sk_FAKE2", several),
            ("<c> mdb_sa_sk_\u{2022}\u{2022}\u{2022}\u{2022}9f3a", masked),
            ("<c>\nmdb_sa_sk_****9f3a", masked),
            ("<c>\nmdb_sa_sk_..........", masked),
            ("<c>\nmdb_sa_sk_xxxx1234", masked),
            ("\u{2022} <c>", None),
            ("mdb_sa_sk_FAKE, not \u{2022}\u{2022}\u{2022}9f3a", None),
        ];
        for (text, expected) in rows {
            assert_eq!(unusable_credentials(&filled(text)), expected, "{text}");
        }
    }

    #[test]
    fn ids_and_secrets_are_found_in_other_spellings() {
        let secret = format!("mdb_sa_sk_FAKE{}", "fake-FAKE".repeat(4));
        let full_width: String =
            CLIENT.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect();
        let unpadded = BASE64_STANDARD_NO_PAD.encode(format!("{CLIENT}:{secret}"));
        let basic = BASE64_STANDARD.encode(format!("{CLIENT}:{secret}"));
        let wrapped = |break_: &str| {
            let at = |text: &str, at| format!("{}{break_}{}", &text[..at], &text[at..]);
            format!("Client ID: {}\nSecret: {}\nRegards", at(CLIENT, 20), at(&secret, 25))
        };
        let both = format!("Client ID: {CLIENT}\nSecret: {secret}\nRegards");
        let rows = [
            (CLIENT.to_uppercase(), CLIENT.to_owned()),
            (full_width, CLIENT.to_owned()),
            (CLIENT.replace('_', "%5F"), CLIENT.to_owned()),
            (CLIENT.replace('_', "&#95;"), CLIENT.to_owned()),
            (format!("Authorization: Basic {basic}\n"), format!("Authorization: Basic {CLIENT}:{secret}\n")),
            (format!("Basic {unpadded}"), format!("Basic {CLIENT}:{secret}")),
            (
                format!(
                    "data:\n a: {}\n b: {}",
                    BASE64_STANDARD.encode(CLIENT),
                    BASE64_STANDARD.encode(&secret)
                ),
                format!("data:\n a: {CLIENT}\n b: {secret}"),
            ),
            ("bWRiX3NhX3NrX0Z cut".to_owned(), "bWRiX3NhX3NrX0Z cut".to_owned()),
            (secret.replace('-', "\u{2011}"), secret.clone()),
            (wrapped("\n"), both.clone()),
            (wrapped("=\r\n"), both.clone()),
            (wrapped("\r  "), both.clone()),
            (wrapped("\n> "), both),
            (format!("project {}\n  {},", &PROJECT[..9], &PROJECT[9..]), format!("project {PROJECT},")),
            ("\u{FF30}\u{FF41}\u{FF59}".to_owned(), "\u{FF30}\u{FF41}\u{FF59}".to_owned()),
            (format!("{CLIENT}\n{PROJECT}\nbeef"), format!("{CLIENT}\n{PROJECT}\nbeef")),
        ];
        for (text, expected) in rows {
            assert_eq!(visible(&text), expected, "{text}");
        }
        let pastes = pasted(&format!("Authorization: Basic {basic}"), Focus::Field(FieldName::Client));
        assert_eq!(pastes, [client(None), SECRET_WITH_ID]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_paste_puts_a_secret_or_half_an_id_into_a_field(
            text in prop_oneof![
                any::<String>(),
                "([a-z:/ \\n\"]{0,6}(32b6e34b3d91647abb20e7b8|mdb_sa_id_1234567890abcdef12345678|720|30d)){0,3}[ \\n]?",
                "\\PC{0,9}mdb_sa_sk_[a-zA-Z0-9]{0,40}\\PC{0,9}",
            ],
            focus in prop::sample::select(vec![
                Focus::Field(FieldName::Project), Focus::Field(FieldName::Client),
                Focus::Field(FieldName::Lifetime), Focus::Button,
            ]),
        ) {
            let pastes = pasted(&text, focus);
            let is_refused = pastes.iter().any(|paste| [SECRET, SECRET_WITH_ID].contains(paste));
            let text = visible(&text);
            prop_assert_eq!(is_refused, contains_secret(&text) && !is_masked(&text));
            prop_assert!(!pastes.is_empty() && pastes.len() <= 4);
            for paste in pastes {
                match paste {
                    Paste::Replace { field: FieldName::Project, text, .. } => prop_assert!(ProjectId::parse(&text).is_ok()),
                    Paste::Replace { field: FieldName::Client, text, .. } => prop_assert!(ClientId::parse(&text).is_ok()),
                    Paste::Replace { field: FieldName::Lifetime, text, .. } => prop_assert!(Lifetime::parse(&text).is_ok()),
                    Paste::Insert(text) => prop_assert!(focus != Focus::Button && !text.contains(char::is_control)),
                    Paste::RefuseSecret(_) => prop_assert!(is_refused),
                    Paste::Show(_) => {}
                }
            }
        }
    }
}
