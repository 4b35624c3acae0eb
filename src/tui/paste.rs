//! Understanding what was pasted: people paste URLs, labels and whole lines, and sometimes a secret.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::{ClientId, Lifetime, ProjectId, SECRET_PREFIX, ServerText, is_invisible};

use super::screens::{FieldName, Focus, InputNote};

/// How much of a pasted text is searched, in characters: far more than any line with ids.
const LOOKED_AT: usize = 4096;

/// Where a part of a pasted text goes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Placed {
    /// The field; none for a remark, and for text without an ID while the button has the focus.
    pub field: Option<FieldName>,
    /// What to do there.
    pub what: Paste,
}

/// What to do with a part of a pasted text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Paste {
    /// It replaces the field.
    Whole { text: String, note: Option<InputNote> },
    /// It goes in where the caret is.
    AtCaret(String),
    /// It is a secret: nothing of it is kept.
    Secret,
    /// Nothing is taken; this says why, or what to look at.
    Nothing(String),
}

/// True when the text contains a secret, or the start of one.
pub(super) fn contains_secret(text: &str) -> bool {
    text.contains(SECRET_PREFIX)
}

/// What the form knows while something is pasted.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub focus: Focus,
    /// The text of the field Project ID.
    pub project: &'a str,
    /// Where requests go; none for the embedded Atlas.
    pub host: Option<&'a str>,
}

/// The text without the characters that cannot be seen, such as a zero-width space from a web page.
pub(super) fn visible(text: &str) -> String {
    text.chars().filter(|character| !is_invisible(*character)).collect()
}

/// Says where each part of a pasted text goes. Only what can be seen counts.
pub(super) fn understand(text: &str, context: Context) -> Vec<Placed> {
    let text: String = visible(text).chars().take(LOOKED_AT).collect();
    let focused = match context.focus {
        Focus::Field(name) => Some(name),
        Focus::Button => None,
    };
    let trimmed = text.trim();
    if contains_secret(trimmed) {
        let mut placed = ids_within(trimmed, context, focused);
        let field = if placed.is_empty() { Some(focused.unwrap_or(FieldName::Client)) } else { None };
        placed.push(Placed { field, what: Paste::Secret });
        return placed;
    }
    if let Some(placed) = bare_digits(trimmed, context, focused) {
        return vec![placed];
    }
    let ids = ids_within(trimmed, context, focused);
    if !ids.is_empty() {
        return ids;
    }
    let is_lifetime = |text| Lifetime::parse_at(text, Timestamp::UNIX_EPOCH, &TimeZone::UTC).is_ok();
    if focused == Some(FieldName::Lifetime) && is_lifetime(trimmed) {
        return vec![whole(FieldName::Lifetime, trimmed, None)];
    }
    let one_line: String = trimmed.chars().filter(|character| !character.is_control()).collect();
    vec![Placed { field: focused, what: Paste::AtCaret(one_line) }]
}

/// 24 bare digits are a project ID, or a client ID without its prefix where one is wanted and the project is known.
fn bare_digits(text: &str, context: Context, focused: Option<FieldName>) -> Option<Placed> {
    let project = ProjectId::parse(text).ok()?;
    if focused == Some(FieldName::Client) && !context.project.is_empty() {
        if project.as_str().eq_ignore_ascii_case(context.project) {
            let words = "That is the ID of the project. Paste the client ID.".to_owned();
            return Some(Placed { field: None, what: Paste::Nothing(words) });
        }
        let client = ClientId::from_digits(text).ok()?;
        return Some(whole(FieldName::Client, client.as_str(), Some(InputNote::PrefixAdded)));
    }
    let note = match focused {
        Some(FieldName::Project) => (project.as_str() != text).then_some(InputNote::Lowered),
        _ => Some(InputNote::CameFromOtherField),
    };
    Some(whole(FieldName::Project, project.as_str(), note))
}

/// The project ID and the client ID that stand in the text, where it is clear which ones they are.
fn ids_within(text: &str, context: Context, focused: Option<FieldName>) -> Vec<Placed> {
    let words: Vec<&str> = text.split(|character: char| !is_of_word(character)).collect();
    let clients = distinct(words.iter().filter_map(|word| ClientId::parse(word).ok()));
    let url_host = url_host(text);
    let projects = match project_of_path(&words) {
        Some(project) => vec![project],
        None if url_host.is_some() && names_organization(&words) => {
            let words =
                "That is the URL of an organization. Open the project in Atlas and copy its URL.".to_owned();
            return vec![Placed { field: None, what: Paste::Nothing(words) }];
        }
        None => labelled_projects(text),
    };
    let mut placed = Vec::new();
    if let [project] = &projects[..] {
        let from_elsewhere = focused != Some(FieldName::Project) && clients.is_empty();
        let note = match (url_host, from_elsewhere) {
            (Some(_), _) => Some(InputNote::TakenFromUrl),
            (None, true) => Some(InputNote::CameFromOtherField),
            (None, false) => None,
        };
        placed.push(whole(FieldName::Project, project.as_str(), note));
    }
    if let [client] = &clients[..] {
        let from_elsewhere = focused != Some(FieldName::Client) && projects.is_empty();
        let note = from_elsewhere.then_some(InputNote::CameFromOtherField);
        placed.push(whole(FieldName::Client, client.as_str(), note));
    }
    if let (Some(url_host), Some(host), false) = (url_host, context.host, placed.is_empty())
        && !url_host.eq_ignore_ascii_case(host)
    {
        let words = format!("The URL is of {}; requests go to {host}.", ServerText::new(url_host));
        placed.push(Placed { field: None, what: Paste::Nothing(words) });
    }
    placed
}

fn is_of_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// The host, with its port, of the URL that the text begins with or holds.
fn url_host(text: &str) -> Option<&str> {
    let (_, after) = text.split_once("://")?;
    let host = after.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.split_whitespace().next()?;
    Some(host.rsplit('@').next().unwrap_or(host))
}

/// The first ID of the path: `/v2/ID` in Atlas's pages, `/groups/ID` in the Administration API.
fn project_of_path(words: &[&str]) -> Option<ProjectId> {
    words.windows(2).find_map(|pair| {
        let [name, id] = pair else { return None };
        matches!(*name, "v2" | "groups").then(|| ProjectId::parse(id).ok())?
    })
}

/// `/v2#/org/ID/…` in Atlas's pages, `/orgs/ID` in the Administration API.
fn names_organization(words: &[&str]) -> bool {
    words.windows(2).any(|pair| matches!(pair, ["org" | "orgs", id] if ProjectId::parse(id).is_ok()))
}

/// The IDs of 24 digits, save those that their label in the same line says are of something else, as in the lines of a
/// shell script or in Atlas's JSON. An ID that is labelled as a project's is the only one.
fn labelled_projects(text: &str) -> Vec<ProjectId> {
    let mut labelled = Vec::new();
    let mut others = Vec::new();
    // Atlas's answer to the creating POST names the secret by "id" alone.
    let is_json = text.starts_with('{');
    for line in text.split(['\n', '\r', ',', ';']) {
        let mut label = String::new();
        for word in line.split(|character: char| !is_of_word(character)).filter(|word| !word.is_empty()) {
            let Ok(id) = ProjectId::parse(word) else {
                label.push_str(&word.to_ascii_lowercase());
                continue;
            };
            if label.contains("project") || label.contains("group") {
                labelled.push(id);
            } else if !(label.contains("org") || label.contains("secret") || is_json && label.ends_with("id"))
            {
                others.push(id);
            }
            label.clear();
        }
    }
    distinct(if labelled.is_empty() { others } else { labelled }.into_iter())
}

/// Credentials in a pasted text: the id, and the secret.
pub(super) fn credentials(text: &str) -> (Option<&str>, Option<&str>) {
    let is_end = |character: char| character.is_whitespace() || "\"'`,;:={}()<>".contains(character);
    let words = || text.split(is_end).filter(|word| !word.is_empty());
    let secret = words().find(|word| word.starts_with(SECRET_PREFIX) || is_private_key(word));
    let is_public_key = |word: &&str| word.len() == 8 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let name = words()
        .find(|word| ClientId::parse(word).is_ok())
        .or_else(|| words().find(is_public_key).filter(|_| secret.is_some_and(is_private_key)));
    (name, secret)
}

/// Atlas's private keys are UUIDs.
fn is_private_key(word: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let parts: Vec<&str> = word.split('-').collect();
    parts.len() == lengths.len()
        && parts
            .iter()
            .zip(lengths)
            .all(|(part, length)| part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn whole(field: FieldName, text: &str, note: Option<InputNote>) -> Placed {
    Placed { field: Some(field), what: Paste::Whole { text: text.to_owned(), note } }
}

fn distinct<T: Ord>(ids: impl Iterator<Item = T>) -> Vec<T> {
    let set: std::collections::BTreeSet<T> = ids.collect();
    set.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PROJECT: &str = "32b6e34b3d91647abb20e7b8";
    const CLIENT: &str = "mdb_sa_id_1234567890abcdef12345678";
    const DIGITS: &str = "1234567890abcdef12345678";

    fn project(note: Option<InputNote>) -> Placed {
        whole(FieldName::Project, PROJECT, note)
    }

    fn client(note: Option<InputNote>) -> Placed {
        whole(FieldName::Client, CLIENT, note)
    }

    fn context(focus: Focus) -> Context<'static> {
        Context { focus, project: "", host: Some("cloud.mongodb.com") }
    }

    #[test]
    fn each_part_goes_where_it_belongs() {
        let in_project = Focus::Field(FieldName::Project);
        let in_client = Focus::Field(FieldName::Client);
        let in_lifetime = Focus::Field(FieldName::Lifetime);
        let url = format!("https://cloud.mongodb.com/v2/{PROJECT}#/clusters");
        let both_url = format!("https://cloud.mongodb.com/v2/{PROJECT}#/access/serviceAccounts/{CLIENT}");
        let rows = [
            (format!(" {PROJECT}\n"), in_project, vec![project(None)]),
            (PROJECT.to_uppercase(), in_project, vec![project(Some(InputNote::Lowered))]),
            (url, in_client, vec![project(Some(InputNote::TakenFromUrl))]),
            (both_url, in_project, vec![project(Some(InputNote::TakenFromUrl)), client(None)]),
            (CLIENT.into(), in_client, vec![client(None)]),
            (CLIENT.into(), in_project, vec![client(Some(InputNote::CameFromOtherField))]),
            (PROJECT.into(), in_lifetime, vec![project(Some(InputNote::CameFromOtherField))]),
            (PROJECT.into(), Focus::Button, vec![project(Some(InputNote::CameFromOtherField))]),
            (format!("{PROJECT}\r\n{CLIENT}"), in_project, vec![project(None), client(None)]),
            (format!("Client ID: {CLIENT}"), in_client, vec![client(None)]),
            ("30d".into(), in_lifetime, vec![whole(FieldName::Lifetime, "30d", None)]),
            (
                "32b6\n".into(),
                in_project,
                vec![Placed { field: Some(FieldName::Project), what: Paste::AtCaret("32b6".into()) }],
            ),
            (
                "words".into(),
                Focus::Button,
                vec![Placed { field: None, what: Paste::AtCaret("words".into()) }],
            ),
            (
                format!("{CLIENT} mdb_sa_sk_fake"),
                in_client,
                vec![client(None), Placed { field: None, what: Paste::Secret }],
            ),
            (
                "mdb_sa_sk_fake".into(),
                in_project,
                vec![Placed { field: Some(FieldName::Project), what: Paste::Secret }],
            ),
        ];
        for (text, focus, expected) in rows {
            assert_eq!(understand(&text, context(focus)), expected, "{text:?} into {focus:?}");
        }
    }

    #[test]
    fn the_project_of_a_url_is_the_one_of_its_path() {
        let other = "aaaaaaaaaaaaaaaaaaaaaaaa";
        let rows = [
            format!("https://cloud.mongodb.com/v2/{PROJECT}#/metrics/replicaSet/{other}/explorer"),
            format!("https://cloud.mongodb.com/v2/{PROJECT}#/clusters/detail/Cluster0"),
            format!("https://cloud.mongodb.com/v2/{PROJECT}#/security/database/users?a={other}"),
            format!("https://cloud.mongodb.com/v2/{PROJECT}"),
            format!("https://cloud.mongodb.com/api/atlas/v2/groups/{PROJECT}/clusters/{other}"),
            format!("https://cloud.mongodb.com/api/atlas/v1.0/groups/{PROJECT}/apiKeys/{other}"),
            format!("<https://cloud.mongodb.com/v2/{PROJECT}#/overview>"),
        ];
        for text in rows {
            for focus in [Focus::Field(FieldName::Project), Focus::Field(FieldName::Client), Focus::Button] {
                let placed = understand(&text, context(focus));
                assert_eq!(placed, [project(Some(InputNote::TakenFromUrl))], "{text}");
            }
        }
        for text in [
            format!("https://cloud.mongodb.com/v2#/org/{other}/projects"),
            format!("https://cloud.mongodb.com/v2#/org/{other}/access/serviceAccounts"),
            format!("https://cloud.mongodb.com/api/atlas/v2/orgs/{other}/serviceAccounts"),
        ] {
            let placed = understand(&text, context(Focus::Field(FieldName::Project)));
            let [Placed { field: None, what: Paste::Nothing(words) }] = &placed[..] else {
                panic!("{text}: {placed:?}")
            };
            assert!(words.contains("organization"), "{words}");
        }
    }

    #[test]
    fn a_url_of_another_host_is_mentioned() {
        let remark = |text: &str, host| {
            let placed = understand(text, Context { host, ..context(Focus::Button) });
            placed.into_iter().find_map(|placed| match placed.what {
                Paste::Nothing(words) => Some(words),
                _ => None,
            })
        };
        let url = |host: &str| format!("https://{host}/v2/{PROJECT}#/clusters");
        let cloud = Some("cloud.mongodb.com");
        let words = remark(&url("cloud.mongodbgov.com"), cloud).unwrap();
        assert_eq!(words, "The URL is of cloud.mongodbgov.com; requests go to cloud.mongodb.com.");
        assert!(remark(&url("cloud-dev.mongodb.com"), cloud).is_some());
        assert!(remark(&url("cloud.mongodb.com:8443"), cloud).is_some());
        assert!(
            remark(&url("me@cloud.mongodb.com.evil.test"), cloud)
                .unwrap()
                .contains("is of cloud.mongodb.com.evil.test")
        );
        assert_eq!(remark(&url("CLOUD.mongodb.com"), cloud), None);
        assert_eq!(remark(&url("cloud.mongodbgov.com"), None), None);
        assert_eq!(remark(PROJECT, cloud), None);
    }

    #[test]
    fn bare_digits_in_the_client_id_are_a_project_id_while_there_is_none() {
        let in_client = Focus::Field(FieldName::Client);
        assert_eq!(understand(PROJECT, context(in_client)), [project(Some(InputNote::CameFromOtherField))]);
        let known = Context { project: PROJECT, ..context(in_client) };
        assert_eq!(understand(DIGITS, known), [client(Some(InputNote::PrefixAdded))]);
        for again in [PROJECT.to_owned(), PROJECT.to_uppercase()] {
            let placed = understand(&again, known);
            assert!(matches!(&placed[..], [Placed { field: None, what: Paste::Nothing(_) }]), "{placed:?}");
        }
    }

    #[test]
    fn ids_beside_a_secret_are_kept_and_the_secret_is_not() {
        let secret_id = "6650f0aa12bc34de56f07890";
        let rows = [
            (format!("{CLIENT}\nmdb_sa_sk_fake"), vec![client(None)]),
            (format!("{CLIENT}\r\nmdb_sa_sk_fake\r\n"), vec![client(None)]),
            (
                format!("export ATLAS_CLIENT_ID={CLIENT}\nexport ATLAS_CLIENT_SECRET=mdb_sa_sk_fake"),
                vec![client(None)],
            ),
            (
                format!(
                    "MONGODB_ATLAS_PROJECT_ID={PROJECT}\nMONGODB_ATLAS_ORG_ID={secret_id}\nCLIENT={CLIENT}\nmdb_sa_sk_fake"
                ),
                vec![project(None), client(None)],
            ),
            (format!("{{\"id\": \"{secret_id}\", \"secret\": \"mdb_sa_sk_fake\"}}"), vec![]),
            (
                format!(
                    "{{\"projectId\":\"{PROJECT}\",\"clientId\":\"{CLIENT}\",\"clientSecret\":\"mdb_sa_sk_fake\"}}"
                ),
                vec![project(None), client(None)],
            ),
            (
                format!("Project ID: {PROJECT}\nSecret ID: {secret_id}\nmdb_sa_sk_fake"),
                vec![project(Some(InputNote::CameFromOtherField))],
            ),
        ];
        for (text, ids) in rows {
            let mut placed = understand(&text, context(Focus::Field(FieldName::Client)));
            let secret = placed.pop().unwrap();
            assert_eq!((secret.what, placed), (Paste::Secret, ids), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_dropped() {
        for invisible in [
            '\u{200B}',
            '\u{200C}',
            '\u{200D}',
            '\u{2060}',
            '\u{FEFF}',
            '\u{00AD}',
            '\u{202E}',
            '\u{2066}',
            '\u{180E}',
            '\u{FE0F}',
            '\u{E0041}',
        ] {
            for text in [
                format!("{invisible}{PROJECT}"),
                format!("{PROJECT}{invisible}"),
                PROJECT.replace('b', &format!("b{invisible}")),
            ] {
                let placed = understand(&text, context(Focus::Field(FieldName::Project)));
                assert_eq!(placed, [project(None)], "U+{:04X}", u32::from(invisible));
            }
        }
    }

    #[test]
    fn credentials_are_found_in_what_was_pasted() {
        let key = "01234567-89ab-cdef-0123-456789abcdef";
        let secret = "mdb_sa_sk_FAKE_-fake";
        let rows = [
            (format!("{CLIENT}\n{secret}"), Some(CLIENT), Some(secret)),
            (format!("{secret} {CLIENT}"), Some(CLIENT), Some(secret)),
            (format!("export A={CLIENT}; export B='{secret}'"), Some(CLIENT), Some(secret)),
            (format!("{{\"clientId\":\"{CLIENT}\",\"secret\":\"{secret}\"}}"), Some(CLIENT), Some(secret)),
            (secret.to_owned(), None, Some(secret)),
            (CLIENT.to_owned(), Some(CLIENT), None),
            (format!("abcdefgh\n{key}"), Some("abcdefgh"), Some(key)),
            (format!("public_key = \"abcdefgh\"\nprivate_key = \"{key}\""), Some("abcdefgh"), Some(key)),
            ("abcdefgh".to_owned(), None, None),
            ("anything else".to_owned(), None, None),
        ];
        for (text, name, found) in rows {
            assert_eq!(credentials(&text), (name, found), "{text}");
        }
    }

    #[test]
    fn several_ids_of_a_kind_are_not_guessed_between() {
        let text = format!("{PROJECT} aaaaaaaaaaaaaaaaaaaaaaaa");
        let placed = understand(&text, context(Focus::Field(FieldName::Project)));
        assert!(matches!(&placed[..], [Placed { what: Paste::AtCaret(_), .. }]));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_is_pasted_no_field_gets_a_secret_or_half_an_id(
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
            let placed = understand(&text, context(focus));
            let is_refused = placed.iter().any(|placed| placed.what == Paste::Secret);
            prop_assert_eq!(is_refused, contains_secret(&visible(&text)));
            prop_assert!(!placed.is_empty() && placed.len() <= 4);
            for Placed { field, what } in placed {
                match (field, what) {
                    (Some(FieldName::Project), Paste::Whole { text, .. }) => prop_assert!(ProjectId::parse(&text).is_ok()),
                    (Some(FieldName::Client), Paste::Whole { text, .. }) => prop_assert!(ClientId::parse(&text).is_ok()),
                    (Some(FieldName::Lifetime), Paste::Whole { text, .. }) => prop_assert!(Lifetime::parse(&text).is_ok()),
                    (None, Paste::Whole { .. }) => prop_assert!(false, "an id without a field"),
                    (_, Paste::AtCaret(text)) => prop_assert!(!text.contains(char::is_control)),
                    (_, Paste::Secret | Paste::Nothing(_)) => {}
                }
            }
        }
    }
}
