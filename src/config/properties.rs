//! Ten thousand generated configuration files: nothing panics, and no message repeats a value.

use std::fs;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::domain::ProfileName;

use super::{CredentialSource, Profiles};

/// Takes the place of a secret; no message may contain it.
const CANARY: &str = "FAKEcanaryFAKEcanary";

/// Settings that hold a secret. Each of these values counts as one.
fn secret_line() -> impl Strategy<Value = String> {
    let name =
        prop::sample::select(vec!["client_secret", "private_api_key", "access_token", "CLIENT_SECRET"]);
    let value = prop::sample::select(vec![
        format!("\"{CANARY}\""),
        format!("'mdb_sa_sk_{CANARY}'"),
        format!("[\"{CANARY}\"]"),
        // Not closed, or not TOML at all.
        format!("\"{CANARY}"),
        CANARY.to_owned(),
    ]);
    (name, value).prop_map(|(name, value)| format!("{name} = {value}"))
}

fn other_line() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "auth_type",
        "client_id",
        "public_api_key",
        "project_id",
        "version",
        "service",
        "base_url",
        "ops_manager_url",
        "\"odd name\"",
    ]);
    let value = prop_oneof![
        4 => prop::sample::select(vec![
            "'mdb_sa_id_1234567890abcdef12345678'", "'service_account'", "'api_keys'", "'user_account'", "'no_auth'",
            "'else'", "true", "[1, 2]", "{ a = 1 }", "2026-11-23T18:14:00Z", "2", "\"",
        ]).prop_map(str::to_owned),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => "\\PC{0,8}",
    ];
    (name, value).prop_map(|(name, value)| format!("{name} = {value}"))
}

fn line() -> impl Strategy<Value = String> {
    let table = prop::sample::select(vec!["[default]", "[ci]", "['CI']", "[a.b]", "[[list]]", "[]", "[ci"]);
    prop_oneof![
        6 => secret_line(),
        6 => other_line(),
        3 => table.prop_map(str::to_owned),
        1 => Just(format!("# {CANARY}")),
        1 => Just("version = 2".to_owned()),
        1 => "\\PC{0,12}",
    ]
}

fn file() -> impl Strategy<Value = Vec<u8>> {
    let lines = vec(line(), 0..12).prop_map(|lines| lines.join("\n").into_bytes());
    prop_oneof![20 => lines, 1 => vec(any::<u8>(), 0..80)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_configuration_gives_profiles_or_a_sentence_and_keeps_its_values(content in file()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, &content).unwrap();
        let profiles = match Profiles::load(&path) {
            Ok(profiles) => profiles,
            Err(error) => {
                let text = format!("{error} {error:?}");
                prop_assert!(!text.contains(CANARY), "{}", text);
                return Ok(());
            }
        };
        let mut texts: Vec<String> = profiles.warnings().iter().map(|warning| format!("{warning} {warning:?}")).collect();
        for profile in profiles.all() {
            prop_assert_eq!(profile.name().as_str(), profile.name().as_str().to_lowercase());
            prop_assert!(profiles.named(&ProfileName::new(profile.name().as_str()).unwrap()).is_ok());
            match profile.credentials() {
                Ok(CredentialSource::Ready(credentials)) => texts.push(format!("{credentials:?}")),
                Ok(CredentialSource::NeedsKeyring(request)) => texts.push(format!("{request:?}")),
                Ok(CredentialSource::NeedsAtlasCli(profile)) => texts.push(format!("{profile:?}")),
                Err(error) => texts.push(format!("{error} {error:?}")),
            }
        }
        texts.push(format!("{profiles:?}"));
        for text in texts {
            prop_assert!(!text.contains(CANARY), "{}", text);
        }
    }
}
