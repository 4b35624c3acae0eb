//! Thousands of generated profile files: the secret is new, the token is gone, and every other byte is unchanged.

use proptest::collection::vec;
use proptest::prelude::*;

use super::with_secret;
use crate::delivery::fixtures::payload_of;
use crate::domain::ProfileName;

const ID: &str = "mdb_sa_id_1234567890abcdef12345678";

/// A line of a profile, or one between profiles.
#[derive(Clone, Debug)]
enum Line {
    Secret { before: String, after: String },
    Token(String),
    Kept(String),
}

fn comment() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["", "", " ", "# c", " # it's \"mine\"", "\t# client_secret = 'no'"])
        .prop_map(str::to_owned)
}

fn key(name: &'static str) -> impl Strategy<Value = String> {
    let forms = vec![name.to_owned(), name.to_uppercase(), format!("\"{name}\""), format!(" '{name}'")];
    (prop::sample::select(forms), prop::sample::select(vec!["=", " = ", "\t=  "]))
        .prop_map(|(key, is)| key + is)
}

fn string() -> impl Strategy<Value = String> {
    let forms = vec![
        "'old'",
        "\"old\"",
        "\"o\\\"l\\\\d # no comment\"",
        "'''\nold'''",
        "\"\"\"\na = 'b' # c\n\n\"\"\"",
        "''",
        "'größe'",
    ];
    prop::sample::select(forms).prop_map(str::to_owned)
}

/// Settings that are not credentials.
fn other() -> impl Strategy<Value = Vec<Line>> {
    let lines = vec![
        "# access_token = 'a comment'",
        "",
        "project_id = '32b6e34b3d91647abb20e7b8'",
        "\"odd = key\" = [1, # c\n 2]",
        "nested.access_token = 'kept'",
        "at = 2026-11-23T18:14:00Z",
        "[ci.below]\nclient_secret = 'kept' # c",
        "text = '''\nclient_secret = 'x'\n'''",
        "\t# ü",
        "table = { client_secret = 'kept' }",
    ];
    let kept = prop::sample::subsequence(lines, 0..6);
    (kept, comment()).prop_map(|(lines, comment)| {
        lines.into_iter().map(|line| Line::Kept(format!("{line}{comment}"))).collect()
    })
}

/// The profile's own lines, in any order.
fn profile() -> impl Strategy<Value = Vec<Line>> {
    let id = (key("client_id"), prop::sample::select(vec!["'", "\""]), comment())
        .prop_map(|(key, quote, comment)| Line::Kept(format!("{key}{quote}{ID}{quote}{comment}")));
    let secret = (key("client_secret"), string(), comment());
    let secret =
        secret.prop_map(|(before, old, after)| Line::Secret { before, after: format!("{old}\u{0}{after}") });
    let token = (key("access_token"), string(), comment())
        .prop_map(|(key, old, comment)| Line::Token(format!("{key}{old}{comment}")));
    (id, secret, prop::option::of(token), other()).prop_flat_map(|(id, secret, token, others)| {
        let (below, mut lines): (Vec<_>, Vec<_>) = others
            .into_iter()
            .partition(|line| matches!(line, Line::Kept(text) if text.starts_with("[ci.below]")));
        lines.extend([id, secret].into_iter().chain(token));
        Just(lines).prop_shuffle().prop_map(move |lines| [lines, below.clone()].concat())
    })
}

fn file() -> impl Strategy<Value = Vec<Line>> {
    let head = prop::sample::select(vec!["[ci]", "['ci'] # c", "[ \"CI\" ]"])
        .prop_map(|head| Line::Kept(head.to_owned()));
    let twin = format!("[other]\nclient_id = '{ID}'\nclient_secret = 'kept'\naccess_token = 'kept'");
    let others = vec![Line::Kept(twin), Line::Kept("[key] # c\npublic_api_key = 'abcdefgh'".to_owned())];
    (
        vec(Just(Line::Kept("# mine\n".to_owned())), 0..2),
        head,
        profile(),
        prop::sample::subsequence(others, 0..=2),
        any::<bool>(),
    )
        .prop_map(|(top, head, profile, others, comes_first)| {
            let profile = [vec![head], profile].concat();
            if comes_first { [top, profile, others].concat() } else { [top, others, profile].concat() }
        })
}

/// The file, and its expected parts before and after the new secret.
fn written(lines: &[Line], line_break: &str, is_ended: bool, bom: bool) -> (String, String, String) {
    let start = if bom { "\u{feff}" } else { "" };
    let (mut text, mut before, mut after) = (start.to_owned(), start.to_owned(), String::new());
    let mut is_before = true;
    for (index, line) in lines.iter().enumerate() {
        let end = if index + 1 < lines.len() || is_ended { line_break } else { "" };
        let kept = if is_before { &mut before } else { &mut after };
        match line {
            Line::Kept(line) => {
                let line = line.replace('\n', line_break) + end;
                text += &line;
                *kept += &line;
            }
            Line::Token(line) => text += &(line.replace('\n', line_break) + end),
            Line::Secret { before: key, after: rest } => {
                let (old, comment) = rest.split_once('\u{0}').unwrap();
                text.extend([key, &*old.replace('\n', line_break), comment, end]);
                before += key;
                after.extend([comment, end]);
                is_before = false;
            }
        }
    }
    (text, before, after)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_other_byte_stays_and_the_file_is_still_toml(
        lines in file(), line_break in prop::sample::select(vec!["\n", "\r\n"]), is_ended: bool, bom: bool,
        value in prop_oneof![3 => "mdb_sa_sk_[a-zA-Z0-9_-]{1,40}", 1 => "\\PC{0,8}", 1 => any::<String>()],
    ) {
        let (text, before, after) = written(&lines, line_break, is_ended, bom);
        let payload = payload_of(&value);
        let name = ProfileName::new("ci").unwrap();
        let new = with_secret(text.as_bytes(), &name, &payload.new_secret.account.client, &payload.secret.value);
        let new = String::from_utf8(new.unwrap().to_vec()).unwrap();
        let secret = new.strip_prefix(&before).and_then(|rest| rest.strip_suffix(&after));
        prop_assert!(secret.is_some(), "{}\nbecame\n{}", text, new);
        let read: toml::Table = format!("secret = {}", secret.unwrap()).parse().unwrap();
        prop_assert_eq!(read["secret"].as_str(), Some(&*value));
        let whole: Result<toml::Table, _> = new.trim_start_matches('\u{feff}').parse();
        prop_assert!(whole.is_ok(), "{}", new);
        let again = with_secret(new.as_bytes(), &name, &payload.new_secret.account.client, &payload.secret.value);
        prop_assert_eq!(&again.unwrap()[..], new.as_bytes());
    }

    #[test]
    fn any_bytes_are_changed_into_toml_or_left_alone(text in prop_oneof![
        "(\\[ci\\]|\\['CI'\\]|ci = \\{|client_id = 'ID'|client_secret = ('x'|\"|1)|access_token = \"t\"|[\n,}#'\"= .\\PC]){0,12}",
        any::<String>(),
    ]) {
        let payload = payload_of("FAKE");
        let name = ProfileName::new("ci").unwrap();
        let text = text.replace("ID", ID);
        if let Some(new) = with_secret(text.as_bytes(), &name, &payload.new_secret.account.client, &payload.secret.value) {
            let new = String::from_utf8(new.to_vec()).unwrap();
            prop_assert!(new.trim_start_matches('\u{feff}').parse::<toml::Table>().is_ok(), "{}\nbecame\n{}", text, new);
        }
    }
}
