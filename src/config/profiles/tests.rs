use std::fs;

use super::*;

/// The result of loading a file with these bytes, without the path.
fn outcome(content: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, content).unwrap();
    close(&path, 0o600);
    described(&path)
}

fn described(path: &Path) -> String {
    let text = match Profiles::load(path) {
        Ok(profiles) => {
            let names: Vec<_> = profiles.all().iter().map(|profile| profile.name().as_str()).collect();
            let warnings: Vec<_> = profiles.warnings().iter().map(ToString::to_string).collect();
            [names.join(" "), warnings.join(" ")].join("|")
        }
        Err(error) => error,
    };
    text.replace(&path.to_string_lossy().into_owned(), "FILE")
}

#[cfg(unix)]
fn close(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn close(_: &Path, _: u32) {}

#[test]
fn a_file_gives_profiles_or_a_sentence() {
    let older = "|FILE is older than version 2: run any `atlas` command to update it";
    let huge = [b"# ".to_vec(), vec![b'x'; 1024 * 1024]].concat();
    let rows: [(&[u8], String); 17] = [
        (b" \n# nothing\n", "|".to_owned()),
        (b"\xef\xbb\xbfversion = 2\r\n[ci]\r\n[Default]\r\n", "ci default|".to_owned()),
        (b"version = 2\nmongosh_path = 'x'\n[plugins]\n[ci.inner]\n", "ci plugins|".to_owned()),
        // Every way to write a table, and every kind of name.
        (b"version = 2\nprod = { auth_type = 'api_keys' }\nci.service = 'cloudgov'\n", "ci prod|".to_owned()),
        ("version = 2\n[\"größe 鍵\"]\n[\"\"]\n['-1']\n['a.b']\n".as_bytes(), "-1 a.b größe 鍵|".to_owned()),
        (
            b"version = 2\n[[ci]]\n[prod]\noutput = 'json'\nnew = [1]\na = 1\nA = 2\n",
            "prod|FILE has [[ci]], which is not a profile: write [ci], with one bracket on each side".to_owned(),
        ),
        (b"version = 2\n[ci]\n[ci]\n", "FILE is not valid TOML: see line 3".to_owned()),
        (
            b"version = 2\n[ci]\n[CI]\n",
            "FILE has two profiles `ci`: names that differ only in case are the same, so rename one".to_owned(),
        ),
        (b"version = 1\n[ci]\n", format!("ci{older}")),
        (b"[ci]\n", format!("ci{older}")),
        (b"version = 7\n", "|".to_owned()),
        (
            b"version = 3\n[ci]\n",
            "FILE has version 3, but this program reads version 2: update atlas-secret, or set the variables that \
             atlas-secret --help names"
                .to_owned(),
        ),
        (b"version = 2.0\n[ci]\n", "FILE has a version that is not a number: write version = 2".to_owned()),
        (b"version = 2\n[ci]\nclient_secret = canary\n", "FILE is not valid TOML: see line 3".to_owned()),
        (b"client_secret = 'canary", "FILE is not valid TOML: see line 1".to_owned()),
        (
            b"[ci]\nclient_id = '\xff\xfe'\n",
            "FILE is not UTF-8 text: save it as UTF-8".to_owned(),
        ),
        (&huge, "FILE is larger than 1 MiB: it is not a configuration file".to_owned()),
    ];
    for (content, expected) in rows {
        let shown = String::from_utf8_lossy(&content[..content.len().min(60)]);
        assert_eq!(outcome(content), expected, "{shown}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_or_change_gets_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file.toml");
    let path = folder.path().join("config.toml");
    std::os::unix::fs::symlink(&file, &path).unwrap();
    let read = "FILE contains credentials, and other users can read it: run chmod 600 on it";
    let changed = |why: &str| {
        format!(
            "FILE can be changed by other users, who could send your credentials to a host of theirs: {why}"
        )
    };
    let every_user = changed("every user can change it: run chmod o-w on it");
    let group = changed("its group can change it: run chmod g-w on it");
    let owner = changed("it belongs to another user: copy it to a file of your own");
    let both = format!("{read} {every_user}");
    let user = rustix::process::geteuid().as_raw();
    let with_secret = "version = 2\n[ci]\nclient_secret = 'canary'\n";
    let without = "version = 2\n[ci]\nproject_id = 'p'\n";
    let rows = [
        (with_secret, 0o600, (user, user), ""),
        (with_secret, 0o640, (user, user), read),
        (with_secret, 0o602, (user, user), &every_user),
        (with_secret, 0o622, (user, user + 1), &every_user),
        (with_secret, 0o666, (user, user), &both),
        (without, 0o644, (user, user + 1), ""),
        (without, 0o620, (user, user + 1), &group),
        // A group whose ID equals the user's is the user's private group.
        (without, 0o664, (user, user), ""),
        (without, 0o644, (user + 1, user), &owner),
        ("version = 2\n", 0o666, (user, user), ""),
    ];
    for (content, mode, (owner, group), expected) in rows {
        fs::write(&file, content).unwrap();
        close(&file, mode);
        // Only root can give a file away.
        if std::os::unix::fs::chown(&file, Some(owner), Some(group)).is_err() {
            continue;
        }
        let expected = if content.contains("[ci]") { format!("ci|{expected}") } else { "|".to_owned() };
        assert_eq!(described(&path), expected, "{mode:o} {owner} {group}");
    }
}

const ID: &str = "mdb_sa_id_1234567890abcdef12345678";

fn profile(toml: &str) -> Profile {
    Profile { name: ProfileName::new("ci").unwrap(), settings: settings_of(toml.parse().unwrap()) }
}

fn signs_in_with(toml: &str) -> String {
    match profile(toml).credentials() {
        Ok(CredentialSource::NeedsKeyring(request)) => match request.in_file {
            Some(Credentials::ServiceAccount { client_id, client_secret }) => {
                format!("account {client_id} {}", client_secret.expose_secret())
            }
            Some(Credentials::ApiKey { public_key, private_key }) => {
                format!("key {public_key} {}", private_key.expose_secret())
            }
            Some(Credentials::AccessToken(_)) => "token".to_owned(),
            None => {
                let users = [Half::Identifier, Half::Secret].map(|half| setting_of(request.kind, half));
                format!("keyring {} {users:?}", request.service())
            }
        },
        Ok(CredentialSource::Ready(_)) => "ready".to_owned(),
        Ok(CredentialSource::NeedsAtlasCli(profile)) => format!("browser login {profile}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_profile_has_credentials_or_names_their_source() {
    let account = format!("client_id = '{ID}'\nclient_secret = 'mdb_sa_sk_fake'\n");
    let key = "public_api_key = 'abcdefgh'\nprivate_api_key = 'p'\n";
    let in_keyring = "keyring atlascli_ci [\"client_id\", \"client_secret\"]";
    let rows = [
        (format!("auth_type = 'service_account'\n{account}"), format!("account {ID} mdb_sa_sk_fake")),
        (format!("auth_type = 'api_keys'\n{key}"), "key abcdefgh p".to_owned()),
        // The named kind counts, not the other settings.
        (format!("auth_type = 'api_keys'\n{account}{key}"), "key abcdefgh p".to_owned()),
        // Version 1 does not name the kind.
        (account.clone(), format!("account {ID} mdb_sa_sk_fake")),
        (key.to_owned(), "key abcdefgh p".to_owned()),
        (format!("{account}{key}"), "key abcdefgh p".to_owned()),
        (format!("{key}{account}"), "key abcdefgh p".to_owned()),
        (format!("client_id = '{ID}'\n{key}"), "key abcdefgh p".to_owned()),
        ("Client_ID = 'x'".to_owned(), in_keyring.to_owned()),
        ("auth_type = 'service_account'".to_owned(), in_keyring.to_owned()),
        ("auth_type = 'service_account'\nclient_secret = ' '".to_owned(), in_keyring.to_owned()),
        (format!("auth_type = 'service_account'\nclient_id = '{ID}'"), in_keyring.to_owned()),
        ("auth_type = 'user_account'\naccess_token = 'canary'".to_owned(), "browser login ci".to_owned()),
        ("access_token = 'canary'\nrefresh_token = 'canary'".to_owned(), "browser login ci".to_owned()),
        (
            "auth_type = 'api_keys'".to_owned(),
            "keyring atlascli_ci [\"public_api_key\", \"private_api_key\"]".to_owned(),
        ),
    ];
    for (toml, expected) in rows {
        assert_eq!(signs_in_with(&toml), expected, "{toml}");
    }
}

#[test]
fn a_profile_that_cannot_be_used_has_advice() {
    let rows = [
        (
            "auth_type = \"new\\u001b[31m_kind\"",
            "profile `ci` has auth_type `new[31m_kind`, which this program cannot use: run `atlas auth login --profile ci`, or choose another profile",
        ),
        (
            "project_id = '32b6e34b3d91647abb20e7b8'",
            "profile `ci` has no credentials and no auth_type: run `atlas auth login --profile ci`, or choose another \
             profile",
        ),
        (
            "auth_type = 'api_keys'\npublic_api_key = 5\nprivate_api_key = 'canary'",
            "public_api_key in profile `ci` is not a string: write it in quotes",
        ),
        (
            "auth_type = 'service_account'\nBase_URL = 1979-05-27",
            "base_url in profile `ci` is not a string: write it in quotes",
        ),
        (
            "auth_type = 'api_keys'\npublic_api_key = 'abcdefgh'\nprivate_api_key = \"can\\nary\"",
            "private_api_key in profile `ci`: it contains a space, a line break or another character that credentials cannot contain",
        ),
    ];
    for (toml, expected) in rows {
        assert_eq!(signs_in_with(toml), expected, "{toml}");
    }
}

#[test]
fn debug_shows_no_value() {
    let profile = profile("client_secret = 'canary'\nproject_id = 'canary'");
    assert!(!format!("{profile:?}").contains("canary"));
}
