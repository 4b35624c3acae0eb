//! Changes profile files and reads them back. Tests with a real keyring are in `tests/program/`.

use std::fs;

use super::*;
use crate::delivery::fixtures::{VALUE, payload, payload_of};

const ID: &str = "mdb_sa_id_1234567890abcdef12345678";

fn cloud() -> BaseUrl {
    BaseUrl::parse(BaseUrl::CLOUD).unwrap()
}

fn ci() -> ProfileName {
    ProfileName::new("ci").unwrap()
}

/// Returns the file with the new secret `NEW`; `@` in the row is replaced by the client ID.
fn changed(row: &str, value: &str) -> Option<String> {
    let payload = payload_of(value);
    let new = with_secret(
        row.replace('@', ID).as_bytes(),
        &ci(),
        &payload.new_secret.account.client,
        &payload.secret.value,
    )?;
    let new = String::from_utf8(new.to_vec()).unwrap();
    assert!(new.parse::<toml::Table>().is_ok(), "{new}");
    Some(new.replace(ID, "@"))
}

#[test]
fn other_forms_of_a_table_and_other_profiles_stay() {
    let rows = [
        (
            "ci = { client_id = '@', access_token = 'a=', client_secret = 'old' }\n",
            "ci = { client_id = '@', access_token = '', client_secret = 'NEW' }\n",
        ),
        ("ci.client_id = '@'\nci.client_secret = 'old'\n", "ci.client_id = '@'\nci.client_secret = 'NEW'\n"),
        (
            "['CI']\nCLIENT_ID = ' @ '\n\"Client_Secret\" = 'old'\n",
            "['CI']\nCLIENT_ID = ' @ '\n\"Client_Secret\" = 'NEW'\n",
        ),
        // The Atlas CLI ignores the case of names.
        (
            "[ci]\nclient_id = '@'\nClient_ID = '@'\nclient_secret = 'old'\nClient_Secret = \"old\"\n\
             CLIENT_SECRET = 'other'\naccess_token = 'a'\nAccess_Token = 'b'\n",
            "[ci]\nclient_id = '@'\nClient_ID = '@'\nclient_secret = 'NEW'\nClient_Secret = \"NEW\"\n\
             CLIENT_SECRET = 'NEW'\n",
        ),
        (
            "ci = { client_id = '@', CLIENT_SECRET = 'old', client_secret = 'old', ACCESS_TOKEN = 'a', access_token = 'b' }",
            "ci = { client_id = '@', CLIENT_SECRET = 'NEW', client_secret = 'NEW', ACCESS_TOKEN = '', access_token = '' }",
        ),
        // Only strings.
        (
            "[ci]\nclient_id = '@'\nclient_secret = 'old'\naccess_token = 1\n[ci.Client_Secret]\na = 1\n[[ci.Access_Token]]\n",
            "[ci]\nclient_id = '@'\nclient_secret = 'NEW'\naccess_token = 1\n[ci.Client_Secret]\na = 1\n[[ci.Access_Token]]\n",
        ),
        // Only this profile.
        (
            "access_token = 'top'\n[a]\nclient_id = '@'\nclient_secret = 'old'\naccess_token = 'a'\n[ci]\n\
             client_id = '@'\nclient_secret = 'old'\n",
            "access_token = 'top'\n[a]\nclient_id = '@'\nclient_secret = 'old'\naccess_token = 'a'\n[ci]\n\
             client_id = '@'\nclient_secret = 'NEW'\n",
        ),
    ];
    for (row, expected) in rows {
        assert_eq!(changed(row, "NEW").as_deref(), Some(expected), "{row}");
    }
}

#[test]
fn another_account_is_not_touched() {
    for row in [
        "",
        "[ci]\n",
        "[ci]\nclient_id = 'mdb_sa_id_0000000000000000000000ff'\nclient_secret = 'old'\n",
        "[ci]\nclient_id = '@'\n",
        "[ci]\nclient_id = '@'\naccess_token = 'a'\n",
        "[ci]\nclient_id = '@'\nCLIENT_ID = 'mdb_sa_id_0000000000000000000000ff'\nclient_secret = 'old'\n",
        "[other]\nclient_id = '@'\nclient_secret = 'old'\n",
        "client_id = '@'\nclient_secret = 'old'\n",
        "[ci\nclient_id = '@'\nclient_secret = 'old'\n",
    ] {
        assert_eq!(changed(row, "NEW"), None, "{row}");
    }
}

fn write(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, text.replace('@', ID)).unwrap();
    (folder, path)
}

const FILE: &str = "version = 2\n[ci]\nauth_type = 'service_account'\nclient_id = '@'\nclient_secret = 'old'\n\
                    [key]\nauth_type = 'api_keys'\npublic_api_key = 'abcdefgh'\nprivate_api_key = 'x'\n\
                    [prod]\nclient_id = '@'\nclient_secret = 'older'\nClient_Secret = 'older'\n\
                    [stage]\nclient_id = 'mdb_sa_id_0000000000000000000000ff'\nclient_secret = 'y'\n";

#[tokio::test]
async fn the_profiles_of_an_account_are_found_and_updated() {
    let (_folder, path) = write(FILE);
    let names = profiles_of(path.clone(), payload().new_secret.account.client, cloud()).await;
    assert_eq!(names.iter().map(ProfileName::as_str).collect::<Vec<_>>(), ["ci", "prod"]);
    let updates = update_profiles(path.clone(), names, Box::new(payload())).await;
    let locations: Vec<String> =
        updates.iter().map(|update| update.result.as_ref().unwrap().to_string()).collect();
    let private = if cfg!(unix) { ", now readable only by its owner" } else { "" };
    assert_eq!(
        locations,
        [format!("profile ci (config.toml{private})"), "profile prod (config.toml)".to_owned()]
    );
    let expected = FILE
        .replace('@', ID)
        .replace("'older'", &format!("'{VALUE}'"))
        .replace("'old'", &format!("'{VALUE}'"));
    assert_eq!(fs::read_to_string(&path).unwrap(), expected);

    let missing = path.with_file_name("missing.toml");
    assert!(profiles_of(missing, payload().new_secret.account.client, cloud()).await.is_empty());
}

#[tokio::test]
async fn a_profile_that_names_another_host_is_not_found() {
    let rows = [
        ("", true),
        ("service = 'cloud'", true),
        ("base_url = 'https://cloud.mongodb.com/'", true),
        ("ops_manager_url = 'https://cloud.mongodb.com'\nservice = 'cloudgov'", true),
        ("service = 'cloudgov'", false),
        ("service = 'other'", false),
        ("ops_manager_url = 'https://other.example.com'", false),
        ("Base_URL = 'http://127.0.0.1:4010'", false),
        ("base_url = 'not a URL'", false),
    ];
    for (setting, is_found) in rows {
        let (_folder, path) =
            write(&format!("{FILE}[last]\nclient_id = '@'\nclient_secret = 'x'\n{setting}\n"));
        let found = profiles_of(path, payload().new_secret.account.client, cloud()).await;
        assert_eq!(found.contains(&ProfileName::new("last").unwrap()), is_found, "{setting}");
        assert!(found.contains(&ci()), "{setting}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_profile_that_cannot_be_written_has_a_reason() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let without = "Profile `ci` no longer has credentials that can be used.";
    let other = FILE.replace('@', "mdb_sa_id_0000000000000000000000fe");
    let rows = [
        (other.as_str(), "Profile `ci` now belongs to another account."),
        (
            "version = 2\n[ci]\nauth_type = 'api_keys'\npublic_api_key = 'abcdefgh'\nprivate_api_key = 'x'\n",
            "to another account",
        ),
        ("", without),
        ("version = 2\n[x]\n", without),
        ("version = 2\n[ci]\n", without),
        ("version = 2\n[ci]\nauth_type = 'x'\n", without),
        ("version = 3\n[ci]\n", "has version 3"),
        ("[ci]\nclient_id = '@'\n[ci]\nclient_secret = 'old'\n", "is not valid TOML: see line 3."),
        ("[[ci]]\nclient_id = '@'\nclient_secret = 'old'\n", without),
    ];
    for (file, expected) in rows {
        let (_folder, path) = write(file);
        let updates = update_profiles(path.clone(), vec![ci()], Box::new(payload())).await;
        let why = updates[0].result.clone().unwrap_err();
        assert!(why.as_str().contains(expected), "{why}");
        assert!(!why.as_str().contains("atlas auth login"), "{why}");
        assert_eq!(fs::read_to_string(&path).unwrap(), file.replace('@', ID));
    }

    let (_folder, path) = write(FILE);
    if std::os::unix::fs::chown(&path, Some(65533), None).is_ok() {
        let updates = update_profiles(path.clone(), vec![ci()], Box::new(payload())).await;
        let why = updates[0].result.clone().unwrap_err();
        assert_eq!(why.as_str(), "config.toml: The file belongs to another user.");
        assert_eq!(fs::read_to_string(&path).unwrap(), FILE.replace('@', ID));
    }

    // A link, as dotfile managers create them, stays a link.
    let (_folder, path) = write(FILE);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let link = path.with_file_name("link.toml");
    symlink("config.toml", &link).unwrap();
    let updates = update_profiles(link.clone(), vec![ci()], Box::new(payload())).await;
    assert_eq!(updates[0].result.clone().unwrap().as_str(), "profile ci (config.toml)");
    assert!(link.is_symlink() && fs::read_to_string(&path).unwrap().contains(VALUE));
}
