//! Parses the formats with the tools and libraries that users parse them with.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use saphyr::{LoadableYamlNode, Yaml};
use serde_json::Value;

use crate::atlas::{ORGANIZATION, PLAIN};

/// The client ID and the secret in a shell that has sourced the file.
pub fn sourced(file: &Path) -> [String; 2] {
    let script = r#". "$1" && printf '%s\n%s' "$MONGODB_ATLAS_CLIENT_ID" "$MONGODB_ATLAS_CLIENT_SECRET""#;
    let output = Command::new("sh").args(["-c", script, "sh"]).arg(file).env_clear().output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let (client, secret) = text.split_once('\n').unwrap();
    [client.to_owned(), secret.to_owned()]
}

/// The fields of a JSON object. All of them are strings.
pub fn json(text: &str) -> BTreeMap<String, String> {
    let value: Value = serde_json::from_str(text).unwrap();
    let fields = value.as_object().unwrap().iter();
    fields.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
}

/// The data of a Kubernetes Secret, which must have the label for the Atlas operator.
pub fn kubernetes(text: &str) -> BTreeMap<String, String> {
    let documents = Yaml::load_from_str(text).unwrap();
    assert_eq!(documents.len(), 1);
    let secret = &documents[0];
    assert_eq!(secret["kind"].as_str(), Some("Secret"));
    assert_eq!(secret["metadata"]["labels"]["atlas.mongodb.com/type"].as_str(), Some("credentials"));
    let data = secret["data"].as_mapping().unwrap().iter();
    let decoded = |text: &str| String::from_utf8(STANDARD.decode(text).unwrap()).unwrap();
    data.map(|(name, value)| (name.as_str().unwrap().to_owned(), decoded(value.as_str().unwrap()))).collect()
}

/// The fields of a Kubernetes Secret and of an AWS secret for the plain account.
pub fn with_organization(value: &str) -> BTreeMap<String, String> {
    let fields = [("clientId", PLAIN), ("clientSecret", value), ("orgId", ORGANIZATION)];
    fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}
