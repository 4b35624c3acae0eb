//! Understanding what was pasted: people paste URLs, labels and whole lines, and sometimes a secret.

use crate::domain::{ClientId, Lifetime, ProjectId};

use super::screens::{FieldName, Focus, InputNote};

/// How much of a pasted text is looked at, in characters: far more than any page's line with ids.
const LOOKED_AT: usize = 4096;

/// What every secret of a service account starts with.
const SECRET_PREFIX: &str = "mdb_sa_sk_";

/// Where a part of a pasted text goes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Placed {
    /// The field; none when text without an id was pasted while the button has the focus.
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
}

/// True when a secret, or the start of one, stands in the text.
pub(super) fn contains_secret(text: &str) -> bool {
    text.contains(SECRET_PREFIX)
}

/// Says where each part of a pasted text goes.
pub(super) fn understand(text: &str, focus: Focus) -> Vec<Placed> {
    let text: String = text.chars().take(LOOKED_AT).collect();
    let focused = match focus {
        Focus::Field(name) => Some(name),
        Focus::Button => None,
    };
    if contains_secret(&text) {
        return vec![Placed { field: Some(focused.unwrap_or(FieldName::Client)), what: Paste::Secret }];
    }
    let trimmed = text.trim();
    if let Some(placed) = bare_digits(trimmed, focused) {
        return vec![placed];
    }
    let ids = ids_within(trimmed, focused);
    if !ids.is_empty() {
        return ids;
    }
    if focused == Some(FieldName::Lifetime) && Lifetime::parse(trimmed).is_ok() {
        return vec![whole(FieldName::Lifetime, trimmed, None)];
    }
    let one_line: String = trimmed.chars().filter(|character| !character.is_control()).collect();
    vec![Placed { field: focused, what: Paste::AtCaret(one_line) }]
}

/// 24 bare digits are a client id without its prefix where a client id is wanted, else a project id.
fn bare_digits(text: &str, focused: Option<FieldName>) -> Option<Placed> {
    let project = ProjectId::parse(text).ok()?;
    if focused == Some(FieldName::Client) {
        let client = ClientId::from_digits(text).ok()?;
        return Some(whole(FieldName::Client, client.as_str(), Some(InputNote::PrefixAdded)));
    }
    let note = match focused {
        Some(FieldName::Project) => (project.as_str() != text).then_some(InputNote::Lowered),
        _ => Some(InputNote::CameFromOtherField),
    };
    Some(whole(FieldName::Project, project.as_str(), note))
}

/// The one project id and the one client id that stand in the text, if there are not several of a kind.
fn ids_within(text: &str, focused: Option<FieldName>) -> Vec<Placed> {
    let words = || text.split(|character: char| !(character.is_ascii_alphanumeric() || character == '_'));
    let projects = distinct(words().filter_map(|word| ProjectId::parse(word).ok()));
    let clients = distinct(words().filter_map(|word| ClientId::parse(word).ok()));
    let is_url = text.contains("://");
    let mut placed = Vec::new();
    if let [project] = &projects[..] {
        let from_elsewhere = focused != Some(FieldName::Project) && clients.is_empty();
        let note = match (is_url, from_elsewhere) {
            (true, _) => Some(InputNote::TakenFromUrl),
            (false, true) => Some(InputNote::CameFromOtherField),
            (false, false) => None,
        };
        placed.push(whole(FieldName::Project, project.as_str(), note));
    }
    if let [client] = &clients[..] {
        let from_elsewhere = focused != Some(FieldName::Client) && projects.is_empty();
        let note = from_elsewhere.then_some(InputNote::CameFromOtherField);
        placed.push(whole(FieldName::Client, client.as_str(), note));
    }
    placed
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
            (DIGITS.into(), in_client, vec![client(Some(InputNote::PrefixAdded))]),
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
                vec![Placed { field: Some(FieldName::Client), what: Paste::Secret }],
            ),
        ];
        for (text, focus, expected) in rows {
            assert_eq!(understand(&text, focus), expected, "{text:?} into {focus:?}");
        }
    }

    #[test]
    fn several_ids_of_a_kind_are_not_guessed_between() {
        let text = format!("{PROJECT} aaaaaaaaaaaaaaaaaaaaaaaa");
        let placed = understand(&text, Focus::Field(FieldName::Project));
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
            let placed = understand(&text, focus);
            let holds_secret = contains_secret(&text);
            prop_assert!(!placed.is_empty() && placed.len() <= 2);
            for Placed { field, what } in placed {
                prop_assert_eq!(what == Paste::Secret, holds_secret);
                match (field, what) {
                    (Some(FieldName::Project), Paste::Whole { text, .. }) => prop_assert!(ProjectId::parse(&text).is_ok()),
                    (Some(FieldName::Client), Paste::Whole { text, .. }) => prop_assert!(ClientId::parse(&text).is_ok()),
                    (Some(FieldName::Lifetime), Paste::Whole { text, .. }) => prop_assert!(Lifetime::parse(&text).is_ok()),
                    (None, Paste::Whole { .. }) => prop_assert!(false, "an id without a field"),
                    (_, Paste::AtCaret(text)) => prop_assert!(!text.contains(char::is_control)),
                    (_, Paste::Secret) => {}
                }
            }
        }
    }
}
