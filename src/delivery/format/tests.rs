//! Each format, read back by the kind of program that reads it.

use std::process::Command;

use saphyr::{LoadableYamlNode, Yaml};
use serde_json::{Value, json};

use super::*;
use crate::delivery::fixtures::{VALUE, payload, payload_of};
use crate::domain::{ClientId, SecretPayload};

const CLIENT: &str = "mdb_sa_id_1234567890abcdef12345678";

/// Values that a careless writer would break; Atlas sends none of them today.
const AWKWARD: [&str; 18] = [
    "plain-FAKE_value",
    "it's a fake",
    "say \"fake\"",
    "both ' and \"",
    "$HOME ${HOME} $(id) `id`",
    "it's $HOME",
    "back\\slash\\n and \\",
    "'\\''",
    "fake # no comment",
    "#fake",
    "key: value",
    "- {a: [b]} & * ! | > % @",
    "größe 鍵 🗝",
    " blanks around ",
    "a=b;c&d|e<f>g*?~",
    "yes",
    "exclamation!mark's",
    "\u{202e}9\u{2066}f\u{200b}",
];

/// Renders the payload, and checks that the buffer never grows.
fn text(format: Format, payload: &SecretPayload) -> String {
    let text = render(format, payload).expose_secret().to_owned();
    let mut length = 0;
    compose(format, payload, &mut |piece| length += piece.len());
    assert_eq!(length, text.len(), "{format:?}");
    text
}

fn unknown() -> SecretPayload {
    let mut payload = payload();
    (payload.secret.id, payload.secret.created_at, payload.secret.expires_at) = (None, None, None);
    payload.organization = None;
    payload
}

fn template(text: &str) -> Format {
    Format::Template(Template::parse(text).unwrap())
}

#[test]
fn a_template_is_filled_and_nothing_is_added() {
    let rows = [
        ("{client_id}:{secret}", format!("{CLIENT}:{VALUE}")),
        ("{secret}{secret}\n", format!("{VALUE}{VALUE}\n")),
        (
            "{project_id} {secret_id} {expires_at} {secret}",
            format!("32b6e34b3d91647abb20e7b8 5a6b7c8d9e0f1a2b3c4d5e6f 2026-12-23T17:14:05Z {VALUE}"),
        ),
        ("größe {{{secret}}}{{client_id}}", format!("größe {{{VALUE}}}{{client_id}}")),
    ];
    for (written, expected) in rows {
        assert_eq!(text(template(written), &payload()), expected, "{written:?}");
    }
    assert_eq!(text(template("{secret_id}|{expires_at}|{secret}"), &unknown()), format!("||{VALUE}"));
    // A value may contain what looks like a placeholder.
    assert_eq!(text(template("<{secret}>"), &payload_of("{client_id}")), "<{client_id}>");
}

#[test]
fn variables_are_quoted_only_if_necessary() {
    let start = format!("MONGODB_ATLAS_CLIENT_ID={CLIENT}\nMONGODB_ATLAS_CLIENT_SECRET=");
    let rows = [
        (VALUE, VALUE),
        ("", "''"),
        ("a b", "'a b'"),
        ("$a", "'$a'"),
        ("a'b", "\"a'b\""),
        ("a'$b", r"'a'\''$b'"),
        ("a.b", "'a.b'"),
        (r"a\b\", r"'a\b'\\"),
        ("ä", "'ä'"),
    ];
    for (value, expected) in rows {
        assert_eq!(text(Format::Env, &payload_of(value)), format!("{start}{expected}\n"), "{value:?}");
    }
}

#[test]
fn a_dotenv_parser_reads_every_value() {
    let formats = [(Format::Env, "MONGODB_ATLAS"), (Format::Mcp, "MDB_MCP_API")];
    for (value, (format, prefix)) in
        AWKWARD.into_iter().flat_map(|value| formats.map(|format| (value, format)))
    {
        let written = text(format, &payload_of(value));
        let read: Vec<(String, String)> =
            dotenvy::from_read_iter(written.as_bytes()).map(|pair| pair.unwrap()).collect();
        let expected = [("CLIENT_ID", CLIENT), ("CLIENT_SECRET", value)];
        let expected = expected.map(|(name, value)| (format!("{prefix}_{name}"), value.to_owned()));
        assert_eq!(read, expected, "{written}");
    }
}

#[cfg(unix)]
#[test]
fn a_shell_reads_every_value() {
    let folder = tempfile::tempdir().unwrap();
    let script = ". ./file; printf '%s|%s' \"$MONGODB_ATLAS_CLIENT_ID\" \"$MONGODB_ATLAS_CLIENT_SECRET\"";
    for value in AWKWARD.into_iter().chain(["two\nlines", "a\u{1b}[2J\u{7}'\r"]) {
        std::fs::write(folder.path().join("file"), text(Format::Env, &payload_of(value))).unwrap();
        let output = Command::new("sh").args(["-c", script]).current_dir(folder.path()).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{CLIENT}|{value}"));
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn json_has_the_fields_of_the_response() {
    let expected = "{\n  \"id\": \"5a6b7c8d9e0f1a2b3c4d5e6f\",\n  \"createdAt\": \"2026-11-23T17:14:05Z\",\n  \
        \"expiresAt\": \"2026-12-23T17:14:05Z\",\n  \
        \"secret\": \"mdb_sa_sk_FAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKE9f3a\"\n}\n";
    assert_eq!(text(Format::Json, &payload()), expected);
    let read: Value = serde_json::from_str(&text(Format::Json, &unknown())).unwrap();
    assert_eq!(read, json!({ "secret": VALUE }));
}

#[test]
fn the_json_for_aws_has_its_three_fields() {
    let read: Value = serde_json::from_str(&text(Format::Aws, &payload())).unwrap();
    let expected = json!({ "clientId": CLIENT, "clientSecret": VALUE, "orgId": "4888442a3354817a7320eb61" });
    assert_eq!(read, expected);
    let read: Value = serde_json::from_str(&text(Format::Aws, &unknown())).unwrap();
    assert_eq!(read, json!({ "clientId": CLIENT, "clientSecret": VALUE }));
}

#[test]
fn json_keeps_every_value() {
    for value in AWKWARD.into_iter().chain([
        "\u{0}\u{1f}\u{7f}\u{85}\u{1b}[2J\u{9b}",
        "\u{2028}\u{feff}\u{ffff}",
        "a\nb\tc\r",
    ]) {
        let read: Value = serde_json::from_str(&text(Format::Json, &payload_of(value))).unwrap();
        assert_eq!(read["secret"], value);
        let read: Value = serde_json::from_str(&text(Format::Aws, &payload_of(value))).unwrap();
        assert_eq!(read["clientSecret"], value);
        let read: Value = serde_json::from_str(&text(Format::Terraform, &payload_of(value))).unwrap();
        assert_eq!(read, json!({ "client_id": CLIENT, "client_secret": value }));
    }
}

#[test]
fn the_manifest_is_what_the_operator_reads() {
    let expected = r#"apiVersion: v1
kind: Secret
metadata:
  name: "atlas-1234567890abcdef12345678"
  labels:
    atlas.mongodb.com/type: credentials
type: Opaque
data:
  orgId: "NDg4ODQ0MmEzMzU0ODE3YTczMjBlYjYx"
  clientId: "bWRiX3NhX2lkXzEyMzQ1Njc4OTBhYmNkZWYxMjM0NTY3OA=="
  clientSecret: "bWRiX3NhX3NrX0ZBS0VmYWtlRkFLRWZha2VGQUtFZmFrZUZBS0VmYWtlRkFLRTlmM2E="
"#;
    assert_eq!(text(Format::Kubernetes, &payload()), expected);
    assert!(!text(Format::Kubernetes, &unknown()).contains("orgId"));
    let mut payload = payload();
    payload.new_secret.account.client = ClientId::parse("mdb_sa_id_ABCDEFabcdef0123456789AB").unwrap();
    let name = "\n  name: \"atlas-abcdefabcdef0123456789ab\"\n";
    assert!(text(Format::Kubernetes, &payload).contains(name), "it is in lower case");
}

#[test]
fn yaml_keeps_every_value() {
    for value in AWKWARD.into_iter().chain(["a\nb\tc\r", "\u{7f}\u{85}\u{2028}\u{feff}", "1e3", "null", "~"])
    {
        let written = text(Format::Kubernetes, &payload_of(value));
        let documents = Yaml::load_from_str(&written).unwrap();
        let [manifest] = &documents[..] else { panic!("one document: {written}") };
        assert_eq!(manifest["kind"].as_str(), Some("Secret"));
        assert_eq!(manifest["metadata"]["labels"]["atlas.mongodb.com/type"].as_str(), Some("credentials"));
        for (name, expected) in [("clientId", CLIENT), ("clientSecret", value)] {
            let encoded = manifest["data"][name].as_str().unwrap();
            assert_eq!(STANDARD.decode(encoded).unwrap(), expected.as_bytes(), "{written}");
        }
    }
}
