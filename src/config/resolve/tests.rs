use std::fs;

use super::*;
use crate::config::variables::tests::{Set, environment};
use crate::domain::{Credentials, ServerText};

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

fn load(content: &str) -> Result<Profiles, ProfilesError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, content).unwrap();
    let mut profiles = Profiles::load(&path);
    // The folder has another name in every run.
    if let Err(error) = &mut profiles {
        error.file = ServerText::new("FILE");
    }
    profiles
}

fn flag(profile: &str) -> Flags<'_> {
    Flags { profile: Some(profile), base_url: None }
}

/// In a line: whence, what, where, which project; then what was passed over and what is warned of.
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
    let whence = match &found.origin {
        None => "nowhere".to_owned(),
        Some(Origin::Environment(_)) => "environment".to_owned(),
        Some(Origin::Profile(name)) => format!("profile {name}"),
    };
    let what = match &found.credentials {
        None => "nothing".to_owned(),
        Some(CredentialSource::Ready(Credentials::ServiceAccount { .. })) => "account".to_owned(),
        Some(CredentialSource::Ready(Credentials::ApiKey { .. })) => "key".to_owned(),
        Some(CredentialSource::Ready(Credentials::AccessToken(_))) => "token".to_owned(),
        Some(CredentialSource::NeedsKeyring(request)) => format!("keyring {}", request.service()),
    };
    let project = found.project_id.as_deref().unwrap_or("-");
    let mut lines = vec![format!("{whence}: {what} {} {project}", found.base_url.host())];
    lines.extend(found.not_used.iter().map(ToString::to_string));
    lines.extend(
        found
            .warnings
            .iter()
            .filter(|w| !matches!(w, Warning::OpenToOthers(_) | Warning::ChangeableByOthers(_)))
            .map(ToString::to_string),
    );
    lines.join("\n")
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
             MONGODB_ATLAS_CLIENT_ID is set too, but the profile named with --profile goes first\n\
             MONGODB_ATLAS_PROFILE is set too, but the profile named with --profile goes first",
        ),
        // The only profile counts, whatever its name.
        (
            none,
            &[],
            "version = 2\n[other]\nauth_type = 'api_keys'",
            "profile other: keyring atlascli_other cloud.mongodb.com -",
        ),
        // Two, and none of them is the default one: no one was chosen.
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
fn a_profile_that_was_named_has_to_be_usable() {
    let rows: [(&str, &str, &str); 5] = [
        ("x", TWO, "there is no profile `x`; there is `ci`, `default`"),
        ("x", "", "there is no profile `x`: the Atlas CLI has saved none"),
        ("x", "[[[", "FILE is not valid TOML: look at line 1"),
        (
            "me",
            "version = 2\n[me]\nauth_type = 'no_auth'",
            "profile `me` has no credentials (auth_type no_auth): run `atlas auth login` for it, or choose another",
        ),
        (
            "ci",
            "version = 2\n[ci]\nauth_type = 'api_keys'\nservice = 'cloud-manager'",
            "service of profile `ci` is `cloud-manager`, but this program knows cloud and cloudgov only",
        ),
    ];
    for (name, content, expected) in rows {
        assert_eq!(outcome(flag(name), &[], content), expected, "{name} {content}");
    }
    assert_eq!(
        outcome(Flags::default(), &[("MONGODB_ATLAS_PROFILE", "x")], TWO),
        "there is no profile `x`; there is `ci`, `default`"
    );
}

#[test]
fn what_nobody_named_only_warns() {
    let none = Flags::default();
    let login = "version = 2\n[me]\nauth_type = 'user_account'\nproject_id = '32b6e34b3d91647abb20e7b8'";
    assert_eq!(
        outcome(none, &[], login),
        "nowhere: nothing cloud.mongodb.com 32b6e34b3d91647abb20e7b8\n\
         profile `me` is a person's login (auth_type user_account), which only the Atlas CLI can use: \
         choose a profile with a service account or an API key"
    );
    assert_eq!(
        outcome(none, &[], "[[["),
        "nowhere: nothing cloud.mongodb.com -\nFILE is not valid TOML: look at line 1"
    );
    // Credentials in the environment need no file.
    assert_eq!(outcome(none, ACCOUNT, "[[["), "environment: account cloud.mongodb.com -");
}

#[test]
fn a_profile_that_nobody_named_and_whose_host_cannot_be_used_only_warns() {
    let known = "but this program knows cloud and cloudgov only";
    let rows: [(&str, String); 9] = [
        ("service = 'ops-manager'", format!("service of profile `me` is `ops-manager`, {known}")),
        ("service = 'cloud-manager'", format!("service of profile `me` is `cloud-manager`, {known}")),
        ("service = 'Cloud'", format!("service of profile `me` is `Cloud`, {known}")),
        (
            "ops_manager_url = 'http://o.example'",
            "ops_manager_url of profile `me`: http:// is allowed for localhost only; use https://".to_owned(),
        ),
        (
            "base_url = 'http://o.example:8080/'",
            "base_url of profile `me`: http:// is allowed for localhost only; use https://".to_owned(),
        ),
        (
            "service = 'cloud'\nops_manager_url = 'nonsense'",
            "ops_manager_url of profile `me`: this is not a URL; use one like https://cloud.mongodb.com"
                .to_owned(),
        ),
        (
            "ops_manager_url = 'https://o.example/api'",
            "ops_manager_url of profile `me`: remove the path: only a scheme and a host are allowed, \
             like https://cloud.mongodb.com"
                .to_owned(),
        ),
        (
            "base_url = 'https://u:p@o.example'",
            "base_url of profile `me`: remove the user and password: only a scheme and a host \
             are allowed, like https://cloud.mongodb.com"
                .to_owned(),
        ),
        (
            "auth_type = 'user_account'\nservice = 'mars'",
            format!("service of profile `me` is `mars`, {known}"),
        ),
    ];
    for (settings, reason) in rows {
        let settings = if settings.contains("auth_type") {
            settings.to_owned()
        } else {
            format!("auth_type = 'api_keys'\n{settings}")
        };
        let content = format!("version = 2\n[me]\n{settings}");
        let expected = format!("nowhere: nothing cloud.mongodb.com -\n{reason}; the profile is not used");
        assert_eq!(outcome(Flags::default(), &[], &content), expected, "{settings}");
        // Named, it is an error.
        assert_eq!(outcome(flag("me"), &[], &content).replace("profile `me` is a person", ""), {
            if settings.contains("user_account") {
                "'s login (auth_type user_account), which only the Atlas CLI can use: choose a profile with a \
                 service account or an API key"
                    .to_owned()
            } else {
                reason
            }
        });
    }
    // A variable was set by someone.
    assert_eq!(
        outcome(
            Flags::default(),
            &[("MONGODB_ATLAS_SERVICE", "mars")],
            "version = 2\n[me]\nservice = 'ops-manager'"
        ),
        format!("MONGODB_ATLAS_SERVICE is `mars`, {known}")
    );
}

#[test]
fn what_loses_and_what_is_odd_is_told() {
    let none = Flags::default();
    let with_profile: Set = &[
        ("MONGODB_ATLAS_CLIENT_ID", ID),
        ("MONGODB_ATLAS_CLIENT_SECRET", "mdb_sa_sk_canary"),
        ("MONGODB_ATLAS_PROFILE", "ci"),
    ];
    assert_eq!(
        outcome(none, with_profile, TWO),
        "environment: account cloud.mongodb.com -\n\
         MONGODB_ATLAS_PROFILE is set too, but what the environment signs in with goes first"
    );
    let elsewhere: Set =
        &[("MONGODB_ATLAS_BASE_URL", "https://b.example"), ("MONGODB_ATLAS_PROJECT_ID", " typed ")];
    assert_eq!(
        outcome(flag("ci"), elsewhere, TWO),
        "profile ci: key b.example typed\n\
         service of profile `ci` is set too, but MONGODB_ATLAS_BASE_URL goes first\n\
         project_id of profile `ci` is set too, but MONGODB_ATLAS_PROJECT_ID goes first"
    );
    let url_in_profile =
        "version = 2\n[a]\nauth_type = 'api_keys'\nservice = 'cloud'\nbase_url = 'https://o.example'";
    assert_eq!(
        outcome(none, &[("MONGODB_ATLAS_SERVICE", "cloudgov")], url_in_profile),
        "profile a: keyring atlascli_a o.example -\n\
         MONGODB_ATLAS_SERVICE is set too, but the URL of the profile goes first"
    );
    let odd =
        format!("version = 2\n[a]\nauth_type = 'service_account'\nclient_id = '{ID}'\nproject_id = 'g'");
    assert_eq!(
        outcome(none, &[], &odd),
        "profile a: keyring atlascli_a cloud.mongodb.com -\n\
         `client_id` of profile `a` stands alone in the file and is not used\n\
         the project_id of profile `a` is not used: `g` is not a hex digit"
    );
}

#[test]
fn the_flag_for_the_host_goes_before_a_broken_variable() {
    let url = BaseUrl::parse("https://flag.example").unwrap();
    let flags = Flags { profile: None, base_url: Some(&url) };
    let set: Set = &[("MONGODB_ATLAS_BASE_URL", "nonsense")];
    assert_eq!(
        outcome(flags, set, ""),
        "nowhere: nothing flag.example -\nMONGODB_ATLAS_BASE_URL is set too, but --base-url goes first"
    );
    assert_eq!(
        outcome(Flags::default(), set, ""),
        "MONGODB_ATLAS_BASE_URL: this is not a URL; use one like https://cloud.mongodb.com"
    );
}

#[test]
fn half_in_the_environment_is_not_completed_by_a_profile() {
    let half: Set = &[("MONGODB_ATLAS_PUBLIC_KEY", "abcdefgh")];
    assert_eq!(
        outcome(Flags::default(), half, TWO),
        "MONGODB_ATLAS_PUBLIC_KEY is set, but MONGODB_ATLAS_PRIVATE_KEY is not: both are needed"
    );
}
