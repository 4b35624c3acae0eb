use std::fs;

use super::*;
use crate::config::environment::tests::{Set, environment};
use crate::domain::Credentials;

const ID: &str = "mdb_sa_id_1234567890abcdef12345678";
const ACCOUNT: Set = &[("MONGODB_ATLAS_CLIENT_ID", ID), ("MONGODB_ATLAS_CLIENT_SECRET", "mdb_sa_sk_canary")];
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

fn load(content: &str) -> Result<Profiles, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, content).unwrap();
    #[cfg(unix)]
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    // The folder has another name in every run.
    Profiles::load(&path).map_err(|error| error.replace(&*path.to_string_lossy(), "FILE"))
}

fn flag(profile: &str) -> Flags<'_> {
    Flags { profile: Some(profile), base_url: None }
}

/// The result as a line: source, credentials, host and project; then unused sources and warnings.
fn outcome(flags: Flags<'_>, set: Set, content: &str) -> String {
    match resolve(flags, environment(set), &load(content)) {
        Ok(found) => {
            assert!(!format!("{found:?}").contains("canary"));
            described(&found)
        }
        Err(error) => error.to_string(),
    }
}

fn described(found: &Found) -> String {
    let source = match &found.origin {
        None => "nowhere".to_owned(),
        Some(Origin::Environment(_)) => "environment".to_owned(),
        Some(Origin::Profile(name, _)) => format!("profile {name}"),
    };
    let in_file = match &found.credentials {
        Some(CredentialSource::NeedsKeyring(request)) => request.in_file.clone().map(CredentialSource::Ready),
        _ => None,
    };
    let what = match in_file.as_ref().or(found.credentials.as_ref()) {
        None => "nothing".to_owned(),
        Some(CredentialSource::Ready(Credentials::ServiceAccount { .. })) => "account".to_owned(),
        Some(CredentialSource::Ready(Credentials::ApiKey { .. })) => "key".to_owned(),
        Some(CredentialSource::Ready(Credentials::AccessToken(_))) => "token".to_owned(),
        Some(CredentialSource::NeedsKeyring(request)) => format!("keyring {}", request.service()),
        Some(CredentialSource::NeedsAtlasCli(_)) => "browser login".to_owned(),
    };
    let project = found.project.as_ref().map_or("-", |(id, _)| id);
    let mut lines = vec![format!("{source}: {what} {} {project}", found.base_url.host())];
    lines.extend(ShadowedSource::sentences(&found.shadowed));
    lines.extend(found.warnings.iter().cloned());
    lines.join("\n")
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_change_does_not_choose_the_host() {
    use std::os::unix::fs::{PermissionsExt, chown};
    let user = rustix::process::geteuid().as_raw();
    let profile = |setting: &str| {
        format!(
            "version = 2\n{setting}\n[ci]\nauth_type = 'api_keys'\npublic_api_key = 'abcdefgh'\nprivate_api_key = 'canary'\n"
        )
    };
    let foreign = profile("ops_manager_url = 'https://evil.example'");
    let loopback = profile("base_url = 'http://127.0.0.1:4010'");
    let atlas = profile("base_url = 'https://cloud.mongodb.com'");
    let government = profile("service = 'cloudgov'");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let by_variable: Set = &[("MONGODB_ATLAS_OPS_MANAGER_URL", "https://mine.example")];
    let rows: [(&str, u32, u32, Set, bool); 10] = [
        (&foreign, 0o600, user, &[], true),
        (&foreign, 0o644, user, &[], true),
        (&foreign, 0o602, user, &[], false),
        (&foreign, 0o622, user, &[], false),
        (&foreign, 0o644, user + 1, &[], false),
        (&loopback, 0o602, user, &[], false),
        (&atlas, 0o602, user, &[], true),
        (&government, 0o602, user, &[], true),
        (&foreign, 0o602, user, by_variable, true),
        (&foreign, 0o602, user, ACCOUNT, true),
    ];
    for (content, mode, owner, set, is_used) in rows {
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        if chown(&path, Some(owner), None).is_err() {
            println!("skipped: only root can give a file away");
            continue;
        }
        let profiles = Profiles::load(&path);
        let named = resolve(flag("ci"), environment(set), &profiles);
        let implied = resolve(Flags::default(), environment(set), &profiles).unwrap();
        assert_eq!(implied.credentials.is_some(), is_used, "{content} {mode:o}");
        if set == ACCOUNT {
            assert_eq!(implied.base_url.host(), "cloud.mongodb.com");
            continue;
        }
        assert_eq!(named.is_ok(), is_used, "{content} {mode:o}");
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
    let none = Flags::default();
    let rows: [(Flags<'_>, Set, &str, &str); 9] = [
        (none, &[], "", "nowhere: nothing cloud.mongodb.com -"),
        (none, ACCOUNT, TWO, "environment: account cloud.mongodb.com -"),
        (none, &[], TWO, "profile default: keyring atlascli_default cloud.mongodb.com -"),
        (
            none,
            &[("MONGODB_ATLAS_PROFILE", " CI ")],
            TWO,
            "profile ci: key cloud.mongodbgov.com 32b6e34b3d91647abb20e7b8",
        ),
        (flag("Ci"), &[], TWO, "profile ci: key cloud.mongodbgov.com 32b6e34b3d91647abb20e7b8"),
        (flag(" "), &[], TWO, "profile default: keyring atlascli_default cloud.mongodb.com -"),
        (
            flag("ci"),
            &[("MONGODB_ATLAS_PROFILE", "default"), ("MONGODB_ATLAS_CLIENT_ID", ID)],
            TWO,
            "profile ci: key cloud.mongodbgov.com 32b6e34b3d91647abb20e7b8\n\
             MONGODB_ATLAS_CLIENT_ID, MONGODB_ATLAS_PROFILE are not used: --profile takes precedence",
        ),
        // The only profile is used, whatever its name.
        (
            none,
            &[],
            "version = 2\n[other]\nauth_type = 'api_keys'",
            "profile other: keyring atlascli_other cloud.mongodb.com -",
        ),
        // Two profiles, neither of which is the default, and none was chosen.
        (
            none,
            &[],
            "version = 2\n[a]\nauth_type = 'api_keys'\n[b]\n",
            "nowhere: nothing cloud.mongodb.com -",
        ),
    ];
    for (flags, set, content, expected) in rows {
        assert_eq!(outcome(flags, set, content), expected, "{flags:?} {set:?} {content}");
    }
}

#[test]
fn several_profiles_without_a_default_are_a_reason_but_no_error() {
    let several = TWO.replace("[default]", "[staging]");
    for (content, reason) in [(several.as_str(), Some(SEVERAL_PROFILES)), ("version = 2", None)] {
        let found = resolve(Flags::default(), environment(&[]), &load(content)).unwrap();
        assert_eq!((found.credentials.is_none(), found.unusable.as_deref()), (true, reason));
        assert_eq!(found.warnings, [""; 0], "the sign-in screen says it");
    }
}

#[test]
fn a_named_profile_must_be_usable() {
    let rows: [(&str, &str, &str); 6] = [
        ("x", TWO, "profile `x` does not exist: choose `ci` or `default`"),
        (
            "x",
            "",
            "profile `x` does not exist, and the Atlas CLI has no profiles: run `atlas auth login --profile x`",
        ),
        ("\"ci\"", TWO, "profile `\"ci\"` does not exist: remove the quotes around its name"),
        ("x", "[[[", "FILE is not valid TOML: see line 1"),
        (
            "me",
            "version = 2\n[me]\nauth_type = 'no_auth'",
            "profile `me` has no credentials (auth_type no_auth): run `atlas auth login --profile me`, or choose another \
             profile",
        ),
        (
            "ci",
            "version = 2\n[ci]\nauth_type = 'api_keys'\nservice = 'cloud-manager'",
            "service in profile `ci` is `cloud-manager`: this program supports `cloud` and `cloudgov`",
        ),
    ];
    for (name, content, expected) in rows {
        assert_eq!(outcome(flag(name), &[], content), expected, "{name} {content}");
    }
    assert_eq!(
        outcome(Flags::default(), &[("MONGODB_ATLAS_PROFILE", "x")], TWO),
        "profile `x` does not exist: choose `ci` or `default`"
    );
}

#[test]
fn a_default_that_cannot_be_used_only_warns() {
    let none = Flags::default();
    let login = "version = 2\n[me]\nauth_type = 'no_auth'\nproject_id = '32b6e34b3d91647abb20e7b8'";
    assert_eq!(
        outcome(none, &[], login),
        "nowhere: nothing cloud.mongodb.com 32b6e34b3d91647abb20e7b8\n\
         profile `me` has no credentials (auth_type no_auth): run `atlas auth login --profile me`, or choose another \
         profile"
    );
    let login = login.replace("no_auth", "user_account");
    let expected = "profile me: browser login cloud.mongodb.com 32b6e34b3d91647abb20e7b8";
    for (flags, set) in [(none, &[][..]), (flag("me"), &[]), (none, &[("MONGODB_ATLAS_PROFILE", "Me")])] {
        assert_eq!(outcome(flags, set, &login), expected);
    }
    assert_eq!(
        outcome(none, &[], "[[["),
        "nowhere: nothing cloud.mongodb.com -\nFILE is not valid TOML: see line 1"
    );
    // Credentials in the environment need no file.
    assert_eq!(outcome(none, ACCOUNT, "[[["), "environment: account cloud.mongodb.com -");
}

#[test]
fn a_default_profile_whose_host_cannot_be_used_only_warns() {
    let known = "this program supports `cloud` and `cloudgov`";
    let rows: [(&str, String); 9] = [
        ("service = 'ops-manager'", format!("service in profile `me` is `ops-manager`: {known}")),
        ("service = 'cloud-manager'", format!("service in profile `me` is `cloud-manager`: {known}")),
        ("service = 'Cloud'", format!("service in profile `me` is `Cloud`: {known}")),
        (
            "ops_manager_url = 'http://o.example'",
            "ops_manager_url in profile `me`: http:// is allowed for localhost only; use https://".to_owned(),
        ),
        (
            "base_url = 'http://o.example:8080/'",
            "base_url in profile `me`: http:// is allowed for localhost only; use https://".to_owned(),
        ),
        (
            "service = 'cloud'\nops_manager_url = 'nonsense'",
            "ops_manager_url in profile `me`: this is not a URL; use one like https://cloud.mongodb.com".to_owned(),
        ),
        (
            "ops_manager_url = 'https://o.example/api'",
            "ops_manager_url in profile `me`: remove the path: only a scheme and a host are allowed, like https://cloud.mongodb.com"
                .to_owned(),
        ),
        (
            "base_url = 'https://u:p@o.example'",
            "base_url in profile `me`: remove the user and password: only a scheme and a host are allowed, like https://cloud.mongodb.com"
                .to_owned(),
        ),
        ("auth_type = 'user_account'\nservice = 'mars'", format!("service in profile `me` is `mars`: {known}")),
    ];
    for (settings, reason) in rows {
        let settings = if settings.contains("auth_type") {
            settings.to_owned()
        } else {
            format!("auth_type = 'api_keys'\n{settings}")
        };
        let content = format!("version = 2\n[me]\n{settings}");
        let expected = format!("nowhere: nothing cloud.mongodb.com -\n{reason}");
        assert_eq!(outcome(Flags::default(), &[], &content), expected, "{settings}");
        // If it is named, it is an error.
        let named = outcome(flag("me"), &[], &content);
        assert_eq!(named, reason);
    }
    // A variable was set on purpose.
    assert_eq!(
        outcome(
            Flags::default(),
            &[("MONGODB_ATLAS_SERVICE", "mars")],
            "version = 2\n[me]\nservice = 'ops-manager'"
        ),
        format!("MONGODB_ATLAS_SERVICE is `mars`: {known}")
    );
}

#[test]
fn shadowed_sources_and_odd_settings_are_reported() {
    let none = Flags::default();
    let with_profile: Set = &[
        ("MONGODB_ATLAS_CLIENT_ID", ID),
        ("MONGODB_ATLAS_CLIENT_SECRET", "mdb_sa_sk_canary"),
        ("MONGODB_ATLAS_PROFILE", "ci"),
    ];
    assert_eq!(
        outcome(none, with_profile, TWO),
        "environment: account cloud.mongodb.com -\n\
         MONGODB_ATLAS_PROFILE is not used: what the environment signs in with takes precedence"
    );
    let elsewhere: Set =
        &[("MONGODB_ATLAS_BASE_URL", "https://b.example"), ("MONGODB_ATLAS_PROJECT_ID", " typed ")];
    assert_eq!(
        outcome(flag("ci"), elsewhere, TWO),
        "profile ci: key b.example typed\n\
         service in profile `ci` is not used: MONGODB_ATLAS_BASE_URL takes precedence\n\
         project_id in profile `ci` is not used: MONGODB_ATLAS_PROJECT_ID takes precedence"
    );
    let url_in_profile =
        "version = 2\n[a]\nauth_type = 'api_keys'\nservice = 'cloud'\nbase_url = 'https://o.example'";
    assert_eq!(
        outcome(none, &[("MONGODB_ATLAS_SERVICE", "cloudgov")], url_in_profile),
        "profile a: keyring atlascli_a o.example -\n\
         MONGODB_ATLAS_SERVICE is not used: the URL in the profile takes precedence"
    );
    let odd =
        format!("version = 2\n[a]\nauth_type = 'service_account'\nclient_id = '{ID}'\nproject_id = 'g'");
    assert_eq!(
        outcome(none, &[], &odd),
        "profile a: keyring atlascli_a cloud.mongodb.com -\n\
         client_id in profile `a` is ignored because the other half of the pair is missing; both are read from the keyring\n\
         project_id in profile `a`: \"g\" is not a hex digit"
    );
    let number = "version = 2\n[a]\nauth_type = 'api_keys'\nproject_id = 5";
    assert_eq!(
        outcome(none, &[], number),
        "profile a: keyring atlascli_a cloud.mongodb.com -\n\
         project_id in profile `a` is not a string: write it in quotes"
    );
    // One at the top takes precedence over that of the profile.
    let at_top = "version = 2\nbase_url = 5\n[a]\nauth_type = 'api_keys'\nbase_url = 'https://o.example'";
    let error = "base_url in profile `a` is not a string: write it in quotes";
    assert_eq!(outcome(none, &[], at_top), format!("nowhere: nothing cloud.mongodb.com -\n{error}"));
    assert_eq!(outcome(flag("a"), &[], at_top), error);
}

#[test]
fn the_flag_for_the_host_takes_precedence_over_a_broken_variable() {
    let url = BaseUrl::parse("https://flag.example").unwrap();
    let flags = Flags { profile: None, base_url: Some(&url) };
    let set: Set = &[("MONGODB_ATLAS_BASE_URL", "nonsense")];
    assert_eq!(
        outcome(flags, set, ""),
        "nowhere: nothing flag.example -\nMONGODB_ATLAS_BASE_URL is not used: --base-url takes precedence"
    );
    assert_eq!(
        outcome(Flags::default(), set, ""),
        "MONGODB_ATLAS_BASE_URL: this is not a URL; use one like https://cloud.mongodb.com"
    );
}

#[test]
fn half_a_pair_in_the_environment_is_not_completed_by_a_profile() {
    let half: Set = &[("MONGODB_ATLAS_PUBLIC_KEY", "abcdefgh")];
    assert_eq!(
        outcome(Flags::default(), half, TWO),
        "MONGODB_ATLAS_PUBLIC_KEY is set, but MONGODB_ATLAS_PRIVATE_KEY is not: set both"
    );
}

/// All quotes that people, their editors and their shells put around a value.
const QUOTES: [(&str, &str); 6] = [
    ("\"", "\""),
    ("'", "'"),
    ("`", "`"),
    ("\u{201C}", "\u{201D}"),
    ("\u{201E}", "\u{201C}"),
    ("\u{AB}", "\u{BB}"),
];

/// Values that can be set: the variable, the setting, and a valid value of each.
const VALUES: [(&str, &str, &str); 8] = [
    ("MONGODB_ATLAS_CLIENT_ID", "client_id", ID),
    ("MONGODB_ATLAS_CLIENT_SECRET", "client_secret", "mdb_sa_sk_canary"),
    ("MONGODB_ATLAS_PUBLIC_API_KEY", "public_api_key", "abcdefgh"),
    ("MONGODB_ATLAS_PRIVATE_API_KEY", "private_api_key", "canary"),
    ("MONGODB_ATLAS_PROJECT_ID", "project_id", "32b6e34b3d91647abb20e7b8"),
    ("MONGODB_ATLAS_BASE_URL", "base_url", "https://b.example"),
    ("MONGODB_ATLAS_SERVICE", "service", "cloudgov"),
    ("", "auth_type", "api_keys"),
];

/// The result with `wrap` around the value at `index`, and around no other value.
fn wrapped_at(index: usize, in_variables: bool, wrap: impl Fn(&str) -> String) -> String {
    let is_of_key = matches!(VALUES[index].1, "public_api_key" | "private_api_key" | "auth_type");
    let is_with = |name: &str| match name {
        "client_id" | "client_secret" => !is_of_key,
        "public_api_key" | "private_api_key" | "auth_type" => is_of_key,
        name => name == VALUES[index].1,
    };
    let used = VALUES.iter().enumerate().filter(|(_, (_, setting, _))| is_with(setting));
    let values: Vec<(&str, &str, String)> = used
        .map(|(number, (variable, setting, value))| {
            let text = if number == index { wrap(value) } else { (*value).to_owned() };
            (*variable, *setting, text)
        })
        .collect();
    let mut content = "version = 2\n[ci]\n".to_owned();
    let variable = |name: &str| {
        let found = values.iter().find(|(variable, ..)| in_variables && *variable == name);
        found.map(|(.., text)| text.clone())
    };
    if !in_variables {
        for (_, setting, text) in &values {
            let escaped: Vec<String> =
                text.chars().map(|character| format!("\\U{:08X}", u32::from(character))).collect();
            content += &[setting, " = \"", &escaped.concat(), "\"\n"].concat();
        }
    }
    match resolve(Flags::default(), variable, &load(&content)) {
        Ok(found) => described(&found),
        Err(error) => error.to_string(),
    }
}

#[test]
fn quotes_around_a_value_are_named_with_its_source() {
    for (number, (variable, setting, _)) in VALUES.into_iter().enumerate() {
        for (open, close) in QUOTES {
            for in_variables in [true, false] {
                let source =
                    if in_variables { variable.to_owned() } else { format!("{setting} in profile `ci`") };
                if source.is_empty() {
                    continue;
                }
                let outcome = wrapped_at(number, in_variables, |value| format!("{open}{value}{close}"));
                assert!(
                    outcome.ends_with(&format!("{source}: remove the quotes around it")),
                    "{source}: {outcome}"
                );
                assert!(!outcome.contains("canary"));
            }
        }
    }
}

#[test]
fn invisible_characters_around_a_value_are_ignored() {
    for (number, (variable, ..)) in VALUES.into_iter().enumerate() {
        for in_variables in
            [true, false].into_iter().filter(|in_variables| !in_variables || !variable.is_empty())
        {
            let plain = wrapped_at(number, in_variables, str::to_owned);
            assert!(plain.contains(": account ") || plain.contains(": key "), "{plain}");
            for (before, after) in
                [(" ", "\t"), ("\u{FEFF}", ""), ("\u{FEFF} ", "\r\n"), ("\u{A0}", "\u{200B}")]
            {
                let wrapped = wrapped_at(number, in_variables, |value| format!("{before}{value}{after}"));
                assert_eq!(wrapped, plain, "{variable}");
            }
        }
    }
}

fn base_url_of(set: Set, toml: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, format!("version = 2\n{toml}")).unwrap();
    let profiles = Profiles::load(&path).unwrap();
    let profile = ProfileName::new("ci").and_then(|name| profiles.named(&name).ok());
    match choose_base_url(None, &Variables(&environment(set)), profile, &mut Vec::new()) {
        Ok((url, _)) => url.to_string(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_base_url_has_an_order() {
    let rows: [(Set, &str, &str); 15] = [
        (&[], "", "https://cloud.mongodb.com"),
        (&[(SERVICE, "cloudgov")], "", "https://cloud.mongodbgov.com"),
        (
            &[(SERVICE, "mars")],
            "",
            "MONGODB_ATLAS_SERVICE is `mars`: this program supports `cloud` and `cloudgov`",
        ),
        (&[(BASE_URL, "https://b.example/"), (SERVICE, "cloudgov")], "", "https://b.example"),
        (&[(BASE_URL, "https://b.example"), (OPS_MANAGER_URL, "https://o.example")], "", "https://o.example"),
        (
            &[(BASE_URL, "http://b.example")],
            "",
            "MONGODB_ATLAS_BASE_URL: http:// is allowed for localhost only; use https://",
        ),
        (&[], "[ci]\nservice = 'cloudgov'", "https://cloud.mongodbgov.com"),
        (&[], "[ci]\nservice = 'cloud'\nops_manager_url = 'https://o.example/'", "https://o.example"),
        (&[], "[ci]\nbase_url = 'https://b.example'", "https://b.example"),
        (
            &[],
            "base_url = 'https://top.example'\n[ci]\nbase_url = 'https://b.example'",
            "https://top.example",
        ),
        (&[(SERVICE, "cloud")], "[ci]\nservice = 'cloudgov'", "https://cloud.mongodb.com"),
        (
            &[(BASE_URL, "https://b.example")],
            "[ci]\nops_manager_url = 'https://o.example'",
            "https://b.example",
        ),
        (&[(SERVICE, "cloud")], "[ci]\nops_manager_url = 'https://o.example'", "https://o.example"),
        (
            &[],
            "[ci]\nservice = 'ops-manager'",
            "service in profile `ci` is `ops-manager`: this program supports `cloud` and `cloudgov`",
        ),
        (
            &[],
            "[ci]\nops_manager_url = 'https://o.example/api'",
            "ops_manager_url in profile `ci`: remove the path: only a scheme and a host are allowed, like https://cloud.mongodb.com",
        ),
    ];
    for (set, toml, expected) in rows {
        assert_eq!(base_url_of(set, toml), expected, "{set:?} {toml}");
    }
}
