use std::fs;
use std::path::Path;

use super::*;
use crate::config::environment::{
    ACCESS_TOKEN, CLIENT_ID, CLIENT_SECRET, MCLI_PRIVATE_API_KEY, MCLI_PUBLIC_API_KEY, PRIVATE_API_KEY,
    PRIVATE_KEY, PUBLIC_API_KEY, PUBLIC_KEY,
};

/// The variables of a test.
type Set = &'static [(&'static str, &'static str)];

/// `--profile` or "", the variables, the file of profiles, and the outcome.
type Row<'a> = (&'a str, Set, &'a str, &'a str);

const ID: &str = "mdb_sa_id_1234567890abcdef12345678";
const TWO: &str = "version = 2
[ci]
auth_type = 'api_keys'
public_api_key = 'abcdefgh'
private_api_key = 'canary'
project_id = '32b6e34b3d91647abb20e7b8'
service = 'cloudgov'
[default]
auth_type = 'service_account'
";

fn environment(set: Set) -> impl Fn(&str) -> Option<String> {
    move |name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
}

fn write(path: &Path, content: &str, mode: u32) {
    fs::write(path, content).unwrap();
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
}

/// The source, the identity, the host and the project; then unused sources and warnings.
fn outcome(flags: SignInOptions<'_>, set: Set, content: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    write(&path, content, 0o600);
    // The folder has another name in every run.
    let profiles = Profiles::load(&path).map_err(|error| error.replace(&*path.to_string_lossy(), "FILE"));
    let found = match resolve(flags, environment(set), &profiles) {
        Ok(found) => found,
        Err(error) => return error.to_string(),
    };
    assert!(!format!("{found:?}").contains("canary"));
    let origin = found.origin.map_or("nowhere".to_owned(), |origin| origin.to_string());
    let who = match &found.credentials {
        None => "no one".to_owned(),
        Some(CredentialSource::NeedsAtlasCli(_)) => "browser login".to_owned(),
        Some(credentials) => credentials.identity().to_string(),
    };
    let project = found.project.as_ref().map_or("-", |(id, _)| id);
    let mut lines = vec![format!("{origin}: {who} {} {project}", found.base_url.host())];
    lines.extend(found.shadowed);
    lines.extend(found.unusable.filter(|why| !found.warnings.contains(why)));
    lines.extend(found.warnings);
    lines.join("\n")
}

fn check(rows: &[Row]) {
    for (profile, set, content, expected) in rows {
        let flags = SignInOptions { profile: Some(profile), base_url: None };
        assert_eq!(outcome(flags, set, content), *expected, "{profile} {set:?} {content}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_change_does_not_choose_the_host() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let by_variable: Set = &[(OPS_MANAGER_URL, "https://mine.example")];
    let rows: [(&str, u32, Set, bool); 6] = [
        ("ops_manager_url = 'https://evil.example'", 0o644, &[], true),
        ("ops_manager_url = 'https://evil.example'", 0o602, &[], false),
        ("base_url = 'http://127.0.0.1:4010'", 0o602, &[], false),
        ("base_url = 'https://cloud.mongodb.com'", 0o602, &[], true),
        ("service = 'cloudgov'", 0o602, &[], true),
        ("ops_manager_url = 'https://evil.example'", 0o602, by_variable, true),
    ];
    for (setting, mode, set, is_used) in rows {
        let pair = "auth_type = 'api_keys'\npublic_api_key = 'abcdefgh'\nprivate_api_key = 'canary'";
        write(&path, &format!("version = 2\n{setting}\n[ci]\n{pair}\n"), mode);
        let profiles = Profiles::load(&path);
        let named =
            resolve(SignInOptions { profile: Some("ci"), base_url: None }, environment(set), &profiles);
        let implied = resolve(SignInOptions::default(), environment(set), &profiles).unwrap();
        assert_eq!((named.is_ok(), implied.credentials.is_some()), (is_used, is_used), "{setting} {mode:o}");
        if let Err(error) = named {
            let why = error.to_string();
            assert!(why.contains("profile `ci` is not used: it sends your credentials to "), "{why}");
            assert!(why.contains(path.to_str().unwrap()), "{why}");
            assert_eq!(implied.unusable, Some(why), "the sign-in screen says so");
            assert_eq!(implied.base_url.host(), "cloud.mongodb.com");
        }
    }
}

#[test]
fn the_order_is_flag_environment_profile_nothing() {
    let default = "profile default (the default one): profile default cloud.mongodb.com -";
    let several = TWO.replace("[default]", "[staging]");
    check(&[
        ("", &[(ACCESS_TOKEN, " \t\n")], "", "nowhere: no one cloud.mongodb.com -"),
        ("", &[], TWO, default),
        (" ", &[], TWO, default),
        (
            "",
            &[(PROFILE, " CI ")],
            TWO,
            "profile ci (MONGODB_ATLAS_PROFILE): API key abcdefgh cloud.mongodbgov.com 32b6e34b3d91647abb20e7b8",
        ),
        (
            "Ci",
            &[(PROFILE, "default"), (CLIENT_ID, ID)],
            TWO,
            "profile ci (--profile): API key abcdefgh cloud.mongodbgov.com 32b6e34b3d91647abb20e7b8\n\
             MONGODB_ATLAS_CLIENT_ID is not used: --profile takes precedence\n\
             MONGODB_ATLAS_PROFILE is not used: --profile takes precedence",
        ),
        // The only profile is used, whatever its name.
        (
            "",
            &[],
            "version = 2\n[other]\nauth_type = 'api_keys'",
            "profile other (the only one): profile other cloud.mongodb.com -",
        ),
        ("", &[], &several, &format!("nowhere: no one cloud.mongodb.com -\n{SEVERAL_PROFILES}")),
        (
            "",
            &[],
            &several.replace("version = 2", "version = 1"),
            &format!("nowhere: no one cloud.mongodb.com -\n{SEVERAL_PROFILES}"),
        ),
    ]);
}

/// Checks variables and their outcome. The file cannot be read, because credentials in the environment need none.
fn check_environment(rows: &[(Set, &str)]) {
    for (set, expected) in rows {
        check(&[("", set, "[[[", expected)]);
    }
}

#[test]
fn credentials_in_the_environment_have_an_order() {
    let account = format!(
        "MONGODB_ATLAS_CLIENT_ID, MONGODB_ATLAS_CLIENT_SECRET: service account {ID} cloud.mongodb.com -"
    );
    let token = "MONGODB_ATLAS_ACCESS_TOKEN: access token cloud.mongodb.com -";
    let unused = "is not used: MONGODB_ATLAS_CLIENT_ID takes precedence";
    check_environment(&[
        (&[(ACCESS_TOKEN, "\u{FEFF} fake\r\n"), (CLIENT_ID, " \t\n")], token),
        (
            &[(CLIENT_ID, ID), (CLIENT_SECRET, "x"), (PUBLIC_KEY, "abcdefgh"), (PROFILE, "ci")],
            &format!("{account}\nMONGODB_ATLAS_PUBLIC_KEY {unused}\nMONGODB_ATLAS_PROFILE {unused}"),
        ),
        (
            &[(ACCESS_TOKEN, "fake"), (CLIENT_ID, ID)],
            &format!(
                "{token}\nMONGODB_ATLAS_CLIENT_ID is not used: MONGODB_ATLAS_ACCESS_TOKEN takes precedence"
            ),
        ),
        (
            &[(PUBLIC_API_KEY, "abcdefgh"), (PRIVATE_KEY, "p")],
            "MONGODB_ATLAS_PUBLIC_API_KEY, MONGODB_ATLAS_PRIVATE_KEY: API key abcdefgh cloud.mongodb.com -",
        ),
        // Two spellings of a key are not mixed.
        (
            &[
                (PUBLIC_API_KEY, "apikey"),
                (PUBLIC_KEY, "otherkey"),
                (PRIVATE_KEY, "p"),
                (MCLI_PUBLIC_API_KEY, "old"),
                (MCLI_PRIVATE_API_KEY, "p"),
            ],
            "MONGODB_ATLAS_PUBLIC_KEY, MONGODB_ATLAS_PRIVATE_KEY: API key otherkey cloud.mongodb.com -\n\
             MONGODB_ATLAS_PUBLIC_API_KEY is not used: MONGODB_ATLAS_PUBLIC_KEY takes precedence\n\
             MCLI_PUBLIC_API_KEY is not used: MONGODB_ATLAS_PUBLIC_KEY takes precedence\n\
             MCLI_PRIVATE_API_KEY is not used: MONGODB_ATLAS_PUBLIC_KEY takes precedence",
        ),
        (
            &[(MCLI_PUBLIC_API_KEY, "abcdefgh"), (MCLI_PRIVATE_API_KEY, "p")],
            "MCLI_PUBLIC_API_KEY, MCLI_PRIVATE_API_KEY: API key abcdefgh cloud.mongodb.com -",
        ),
    ]);
}

#[test]
fn half_a_pair_or_a_wrong_value_in_the_environment_is_an_error() {
    let not_replaced = "this is a placeholder, a reference or a masked value, not the credential itself";
    check_environment(&[
        // Half a pair is an error, even if another pair is complete.
        (
            &[(CLIENT_ID, ID), (PUBLIC_KEY, "k"), (PRIVATE_KEY, "p")],
            "MONGODB_ATLAS_CLIENT_ID is set, but MONGODB_ATLAS_CLIENT_SECRET is not: set both",
        ),
        (
            &[(PRIVATE_API_KEY, "p"), (PUBLIC_API_KEY, " ")],
            "MONGODB_ATLAS_PRIVATE_API_KEY is set, but MONGODB_ATLAS_PUBLIC_API_KEY is not: set both",
        ),
        (
            &[(CLIENT_ID, "mdb_sa_sk_canary"), (CLIENT_SECRET, "x")],
            "MONGODB_ATLAS_CLIENT_ID: this is a secret, not a client ID",
        ),
        (
            &[(PUBLIC_KEY, "abcdefgh"), (PRIVATE_KEY, "'canary'")],
            "MONGODB_ATLAS_PRIVATE_KEY: remove the quotes around it",
        ),
        (
            &[(CLIENT_ID, ID), (CLIENT_SECRET, "op://canary/item")],
            &format!("MONGODB_ATLAS_CLIENT_SECRET: {not_replaced}"),
        ),
        (
            &[(CLIENT_ID, ID), (CLIENT_SECRET, "${canary}")],
            &format!("MONGODB_ATLAS_CLIENT_SECRET: {not_replaced}"),
        ),
        (
            &[(CLIENT_ID, ID), (CLIENT_SECRET, "<canary>")],
            &format!("MONGODB_ATLAS_CLIENT_SECRET: {not_replaced}"),
        ),
        (
            &[(PUBLIC_KEY, "k"), (PRIVATE_KEY, "vault:canary")],
            &format!("MONGODB_ATLAS_PRIVATE_KEY: {not_replaced}"),
        ),
        (&[(ACCESS_TOKEN, "arn:aws:canary")], &format!("MONGODB_ATLAS_ACCESS_TOKEN: {not_replaced}")),
        (
            &[(CLIENT_ID, ID), (CLIENT_SECRET, ID)],
            "MONGODB_ATLAS_CLIENT_SECRET: this is a client ID, not a secret",
        ),
        (
            &[(ACCESS_TOKEN, "can\nary")],
            "MONGODB_ATLAS_ACCESS_TOKEN: it contains a space, a line break or another character that credentials cannot contain",
        ),
    ]);
}

#[test]
fn a_named_profile_must_be_usable() {
    let missing = "profile `x` does not exist: choose `ci` or `default`";
    check(&[
        ("x", &[], TWO, missing),
        ("", &[(PROFILE, "x")], TWO, missing),
        (
            "x",
            &[],
            "",
            "profile `x` does not exist, and the Atlas CLI has no profiles: run `atlas auth login --profile x`",
        ),
        ("\"ci\"", &[], TWO, "profile `\"ci\"` does not exist: remove the quotes around its name"),
        ("x", &[], "[[[", "FILE is not valid TOML: see line 1"),
        (
            "me",
            &[],
            "version = 2\n[me]\nauth_type = '\u{201C}api_keys\u{201D}'",
            "auth_type in profile `me`: remove the quotes around it",
        ),
    ]);
}

#[test]
fn a_default_that_cannot_be_used_only_warns() {
    let known = "this program supports `cloud` and `cloudgov`";
    let rows = [
        ("auth_type = 'api_keys'\nservice = 'ops-manager'", format!("service in profile `me` is `ops-manager`: {known}")),
        ("auth_type = 'api_keys'\nservice = '`cloud`'", "service in profile `me`: remove the quotes around it".to_owned()),
        (
            "auth_type = 'api_keys'\nops_manager_url = 'http://o.example'\nservice = 'cloud'",
            "ops_manager_url in profile `me`: http:// is allowed for localhost only; use https://".to_owned(),
        ),
        ("auth_type = 'user_account'\nservice = 'mars'", format!("service in profile `me` is `mars`: {known}")),
        (
            "auth_type = 'no_auth'",
            "profile `me` has auth_type `no_auth`, which this program cannot use: run `atlas auth login --profile me`, or \
             choose another profile"
                .to_owned(),
        ),
        ("base_url = 5", "base_url in profile `me` is not a string: write it in quotes".to_owned()),
    ];
    for (settings, reason) in rows {
        let content = format!("version = 2\n[me]\n{settings}");
        check(&[
            ("", &[], &content, &format!("nowhere: no one cloud.mongodb.com -\n{reason}")),
            ("me", &[], &content, &reason),
        ]);
    }
    let not_toml = "nowhere: no one cloud.mongodb.com -\nFILE is not valid TOML: see line 1";
    let login = "version = 2\n[me]\nauth_type = 'user_account'\nproject_id = '32b6e34b3d91647abb20e7b8'";
    check(&[
        ("", &[], "[[[", not_toml),
        (
            "me",
            &[],
            login,
            "profile me (--profile): browser login cloud.mongodb.com 32b6e34b3d91647abb20e7b8",
        ),
        // A variable was set on purpose.
        (
            "",
            &[(SERVICE, "mars")],
            "version = 2\n[me]\nservice = 'ops-manager'",
            &format!("MONGODB_ATLAS_SERVICE is `mars`: {known}"),
        ),
    ]);
}

#[test]
fn shadowed_sources_and_odd_settings_are_reported() {
    let a = |host: &str, rest: &str| format!("profile a (the only one): profile a {host} -\n{rest}");
    check(&[
        (
            "ci",
            &[(BASE_URL, "https://b.example"), (PROJECT_ID, " 'typed' ")],
            TWO,
            "profile ci (--profile): API key abcdefgh b.example 'typed'\n\
             service in profile `ci` is not used: MONGODB_ATLAS_BASE_URL takes precedence\n\
             project_id in profile `ci` is not used: MONGODB_ATLAS_PROJECT_ID takes precedence\n\
             MONGODB_ATLAS_PROJECT_ID: remove the quotes around it",
        ),
        (
            "",
            &[(SERVICE, "cloudgov")],
            "version = 2\n[a]\nauth_type = 'api_keys'\nservice = 'cloud'\nbase_url = 'https://o.example'",
            &a("o.example", "MONGODB_ATLAS_SERVICE is not used: base_url in profile `a` takes precedence"),
        ),
        (
            "",
            &[],
            &format!("version = 2\n[a]\nauth_type = 'service_account'\nclient_id = '{ID}'\nproject_id = 'g'"),
            &a("cloud.mongodb.com", "project_id in profile `a`: \"g\" is not a hex digit"),
        ),
        (
            "",
            &[],
            "version = 2\n[a]\nauth_type = 'api_keys'\nproject_id = 5",
            &a("cloud.mongodb.com", "project_id in profile `a` is not a string: write it in quotes"),
        ),
        // A setting at the top of the file takes precedence over the profile's.
        (
            "a",
            &[],
            "version = 2\nbase_url = 5\n[a]\nauth_type = 'api_keys'\nbase_url = 'https://o.example'",
            "base_url in profile `a` is not a string: write it in quotes",
        ),
    ]);
}

#[test]
fn the_flag_for_the_host_takes_precedence_over_a_broken_variable() {
    let url = BaseUrl::parse("https://flag.example").unwrap();
    let set: Set = &[(BASE_URL, "nonsense")];
    assert_eq!(
        outcome(SignInOptions { profile: None, base_url: Some(&url) }, set, ""),
        "nowhere: no one flag.example -\nMONGODB_ATLAS_BASE_URL is not used: --base-url takes precedence"
    );
    assert_eq!(
        outcome(SignInOptions::default(), set, ""),
        "MONGODB_ATLAS_BASE_URL: this is not a URL; use one like https://cloud.mongodb.com"
    );
}

#[test]
fn the_host_has_an_order() {
    let rows: [(Set, &str, &str); 9] = [
        (&[(SERVICE, "cloudgov")], "", "cloud.mongodbgov.com"),
        (&[(BASE_URL, "https://b.example/"), (SERVICE, "cloudgov")], "", "b.example"),
        (&[(BASE_URL, "https://b.example"), (OPS_MANAGER_URL, "https://o.example")], "", "o.example"),
        (&[(MCLI_OPS_MANAGER_URL, "https://m.example"), (BASE_URL, "https://b.example")], "", "b.example"),
        (&[], "[ci]\nservice = 'cloud'\nops_manager_url = 'https://o.example/'", "o.example"),
        (&[], "base_url = 'https://top.example'\n[ci]\nbase_url = 'https://b.example'", "top.example"),
        (&[(SERVICE, "cloud")], "[ci]\nservice = 'cloudgov'", "cloud.mongodb.com"),
        (&[(BASE_URL, "https://b.example")], "[ci]\nops_manager_url = 'https://o.example'", "b.example"),
        (&[(SERVICE, "cloud")], "[ci]\nops_manager_url = 'https://o.example'", "o.example"),
    ];
    for (set, settings, host) in rows {
        let outcome = outcome(
            SignInOptions::default(),
            set,
            &format!("version = 2\n{settings}\nauth_type = 'api_keys'"),
        );
        assert!(outcome.lines().next().unwrap().ends_with(&format!(" {host} -")), "{outcome}");
    }
}
