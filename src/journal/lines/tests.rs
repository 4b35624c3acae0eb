use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::journal::tests::{entry, with_response};

const GOOD: &str = r#"{"version":1,"baseUrl":"https://cloud.mongodb.com","identity":"access token","projectId":"32b6e34b3d91647abb20e7b8","clientId":"mdb_sa_id_1234567890abcdef12345678","begunAt":"2026-11-23T18:14:02Z","idsBefore":["5f9c6a3e1d2b4c0012345678"],"secretId":null,"expiresAt":null}"#;

fn damage_of(line: &str) -> Option<Damage> {
    read(format!("{line}\n").as_bytes()).err()
}

#[test]
fn a_handwritten_record_is_read() {
    assert_eq!(String::from_utf8(line(&entry())).unwrap(), format!("\n{GOOD}\n"));
    assert_eq!(read(format!("{GOOD}\n").as_bytes()), Ok(entry()));
}

#[test]
fn a_record_has_these_fields_and_none_for_a_secret() {
    let line: Value = serde_json::from_slice(&line(&with_response())).unwrap();
    let fields: BTreeSet<&str> = line.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "version",
        "baseUrl",
        "identity",
        "projectId",
        "clientId",
        "begunAt",
        "idsBefore",
        "secretId",
        "expiresAt",
    ];
    assert_eq!(fields, BTreeSet::from(expected));
}

#[test]
fn the_last_whole_line_counts() {
    let mut text = line(&entry());
    text.extend(line(&with_response()));
    assert_eq!(read(&text), Ok(with_response()));
    for cut in 1..line(&with_response()).len() {
        assert_eq!(read(&text[..text.len() - cut]), Ok(entry()), "{cut} bytes cut off");
    }
}

#[test]
fn a_line_cut_off_by_a_full_disk_does_no_harm() {
    let mut text = line(&entry());
    text.extend(&line(&entry())[..40]);
    assert_eq!(read(&text), Ok(entry()));
    text.extend(line(&with_response()));
    assert_eq!(read(&text), Ok(with_response()));
}

#[test]
fn unknown_fields_are_ignored_and_unknown_versions_are_refused() {
    let later = GOOD.replace("\"version\":1", "\"version\":1,\"colour\":[1,{\"a\":2}]");
    assert_eq!(read(format!("{later}\n").as_bytes()), Ok(entry()));
    let other = GOOD.replace("\"version\":1", "\"version\":2");
    assert_eq!(damage_of(&other), Some(Damage::OtherVersion));
    assert_eq!(damage_of(r#"{"version":7,"pages":[]}"#), Some(Damage::OtherVersion));
}

#[test]
fn an_account_that_could_not_be_read_differs_from_an_empty_one() {
    let read = |ids: &str| {
        let line = GOOD.replace("[\"5f9c6a3e1d2b4c0012345678\"]", ids);
        read(format!("{line}\n").as_bytes()).map(|entry| entry.ids_before)
    };
    assert_eq!(read("null"), Ok(None));
    assert_eq!(read("[]"), Ok(Some(Vec::new())));
}

#[test]
fn an_invalid_id_is_damage() {
    let rows = [
        ("32b6e34b3d91647abb20e7b8", "../../../etc/passwd"),
        ("mdb_sa_id_1234567890abcdef12345678", "mdb_sa_sk_FAKEfakeFAKE"),
        ("5f9c6a3e1d2b4c0012345678", "a/b"),
        ("\"secretId\":null", "\"secretId\":\"a?b\""),
        ("\"secretId\":null", "\"secretId\":7"),
        ("https://cloud.mongodb.com", "http://cloud.mongodb.com"),
        ("2026-11-23T18:14:02Z", "yesterday"),
        ("\"version\":1,", ""),
        ("{", "["),
    ];
    for (good, bad) in rows {
        assert!(GOOD.contains(good), "{good}");
        assert_eq!(damage_of(&GOOD.replace(good, bad)), Some(Damage::Unreadable), "{bad}");
    }
}

#[test]
fn anything_but_a_record_is_damage() {
    for text in [&b""[..], b"\n", b"\n\n\n", b"\xff\xfe\n", b"null\n", GOOD.as_bytes()] {
        assert_eq!(read(text), Err(Damage::Unreadable), "{text:?}");
    }
}

#[test]
fn text_from_a_file_is_safe_to_show() {
    let line = GOOD.replace("access token", "\\u001b[31maccess\\u202e token");
    assert_eq!(read(format!("{line}\n").as_bytes()).unwrap().identity.as_str(), "[31maccess token");
}

/// An entry with any values that a creation can leave in it.
fn any_entry() -> impl Strategy<Value = JournalEntry> {
    let id = || "[0-9a-zA-Z_-]{1,64}".prop_map(|text| SecretId::from_server(&text).unwrap());
    let time = || (0_i64..4_000_000_000).prop_map(|second| Timestamp::from_second(second).unwrap());
    let ids = "[0-9a-f]{24}";
    (
        ids,
        ids,
        any::<String>(),
        time(),
        prop::option::of(vec(id(), 0..4)),
        prop::option::of(id()),
        prop::option::of(time()),
    )
        .prop_map(|(project, client, identity, begun_at, ids_before, secret_id, expires_at)| {
            JournalEntry {
                base_url: BaseUrl::parse("http://127.0.0.1:4010").unwrap(),
                identity: ServerText::new(&identity),
                project: ProjectId::parse(&project).unwrap(),
                client: ClientId::from_digits(&client).unwrap(),
                begun_at,
                ids_before,
                secret_id,
                expires_at,
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn records_are_read_back(
        first in any_entry(), last in any_entry(), cut in any::<prop::sample::Index>(), more in vec(any::<u8>(), 0..20),
    ) {
        let mut text = line(&first);
        let begun = text.len();
        text.extend(line(&last));
        prop_assert_eq!(read(&text), Ok(last));
        // Whatever a crash or a full disk leaves behind the first line does not corrupt it.
        let cut = begun + cut.index(text.len() - begun - 1);
        prop_assert_eq!(read(&text[..cut]), Ok(first.clone()));
        text.truncate(begun);
        text.extend(more.iter().filter(|byte| **byte != b'\n'));
        prop_assert_eq!(read(&text), Ok(first));
    }

    #[test]
    fn any_bytes_are_a_record_or_damage(
        line in prop_oneof![
            vec(any::<u8>(), 0..200),
            (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(at, byte)| {
                let mut line = GOOD.as_bytes().to_vec();
                line[at.index(GOOD.len())] = byte;
                line
            }),
        ],
    ) {
        let text = [line, vec![b'\n']].concat();
        if let Ok(read) = read(&text) {
            prop_assert_eq!(super::read(&super::line(&read)), Ok(read));
        }
    }
}
