//! Runs the commands for a runbook as they are written.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test panics on failure")]

pub mod support;

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use atlas_secret::cli::Arguments;
use atlas_secret::domain::{BaseUrl, Lifetime, QueryFlags};
use atlas_secret::tui::screens::{Recipe, RecipeInput};
use secrecy::ExposeSecret;
use serde_json::Value;
use support::atlas::TestAtlas;
use support::fixtures::{CLIENT, PROJECT, new_secret, world_with};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

const FLAGS: [QueryFlags; 4] = [
    QueryFlags { envelope: false, pretty: false },
    QueryFlags { envelope: true, pretty: false },
    QueryFlags { envelope: false, pretty: true },
    QueryFlags { envelope: true, pretty: true },
];

async fn atlas() -> TestAtlas {
    TestAtlas::start(world_with("")).await
}

fn input(base_url: BaseUrl, query_flags: QueryFlags) -> RecipeInput {
    RecipeInput { base_url, new_secret: new_secret(), query_flags, options: Vec::new() }
}

/// The first program with this name on the path.
fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}

/// A shell whose `curl` records its arguments and then runs the real one. Its environment only has the variables of
/// the test.
struct Shell {
    folder: tempfile::TempDir,
}

impl Shell {
    fn with_curl(curl: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let recorded = folder.path().join("arguments");
        let wrapper = format!(
            "#!/bin/sh\nprintf '%s\\n' \"$@\" >> '{}'\nexec '{}' \"$@\"\n",
            recorded.display(),
            curl.display()
        );
        let file = folder.path().join("curl");
        fs::write(&file, wrapper).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    async fn run(&self, text: &str, variables: &[(&str, &str)]) -> Output {
        let mut path = self.folder.path().as_os_str().to_owned();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap());
        let mut command = Command::new("sh");
        command.env_clear().env("PATH", path).env("HOME", self.folder.path()).env("NO_PROXY", "*");
        command.envs(variables.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut shell = command.spawn().unwrap();
        // Pass the text on standard input, as if it was pasted.
        shell.stdin.take().unwrap().write_all(text.as_bytes()).await.unwrap();
        shell.wait_with_output().await.unwrap()
    }

    fn arguments(&self) -> String {
        fs::read_to_string(self.folder.path().join("arguments")).unwrap()
    }
}

/// Runs the recipe. Asserts that it creates one secret, prints it, and does not reveal the credentials in its
/// arguments.
async fn check_recipe(recipe: Recipe, flags: QueryFlags, curl: &Path) {
    let atlas = atlas().await;
    let token = atlas.access_token();
    let (public_key, private_key) = atlas.key_pair();
    let variables = [
        ("MONGODB_ATLAS_ACCESS_TOKEN", token.expose_secret()),
        ("MONGODB_ATLAS_PUBLIC_API_KEY", &public_key),
        ("MONGODB_ATLAS_PRIVATE_API_KEY", &private_key),
    ];
    let shell = Shell::with_curl(curl);
    let output = shell.run(&recipe.text(&input(atlas.base_url(), flags)), &variables).await;
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{recipe:?} {flags:?}: {error}");

    let mut response: Value = serde_json::from_slice(&output.stdout).unwrap();
    if flags.envelope {
        assert_eq!(response["status"], 201);
        response = response["content"].take();
    }
    assert!(response["secret"].as_str().unwrap().starts_with("mdb_sa_sk_"), "{recipe:?} {flags:?}");
    assert_eq!(output.stdout.trim_ascii().contains(&b'\n'), flags.pretty);

    let created: Vec<_> = atlas.seen().into_iter().filter(|seen| seen.status == 201).collect();
    assert_eq!((created.len(), atlas.secrets_created()), (1, 1));
    assert_eq!(created[0].method, "POST");
    assert_eq!(created[0].accept.as_deref(), Some("application/vnd.atlas.2024-08-05+json"));

    let arguments = shell.arguments();
    assert!(arguments.contains(CLIENT), "the arguments were not recorded: {arguments}");
    for (name, value) in variables {
        assert!(!arguments.contains(value), "{name} is visible to all users");
    }
}

#[tokio::test]
async fn each_curl_command_creates_one_secret_and_hides_the_credentials() {
    let Some(curl) = program("curl") else {
        println!("skipped: curl is not installed");
        return;
    };
    for recipe in [Recipe::CurlServiceAccount, Recipe::CurlApiKey] {
        for flags in FLAGS {
            check_recipe(recipe, flags, &curl).await;
        }
    }
}

#[tokio::test]
async fn the_command_sets_the_lifetime() {
    let Some(curl) = program("curl") else {
        println!("skipped: curl is not installed");
        return;
    };
    let atlas = atlas().await;
    let token = atlas.access_token();
    let text = Recipe::CurlServiceAccount.text(&input(atlas.base_url(), FLAGS[0]));
    let variables = [("MONGODB_ATLAS_ACCESS_TOKEN", token.expose_secret())];
    let output = Shell::with_curl(&curl).run(&text, &variables).await;
    let response: Value = serde_json::from_slice(&output.stdout).unwrap();
    let time = |name: &str| response[name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert_eq!(time("expiresAt").duration_since(time("createdAt")), jiff::SignedDuration::from_hours(720));
}

/// The Atlas CLI is not available, so a stand-in prints its arguments and its input.
#[tokio::test]
async fn a_shell_can_run_the_atlas_cli_command() {
    let shell = Shell { folder: tempfile::tempdir().unwrap() };
    let stand_in = shell.folder.path().join("atlas");
    fs::write(&stand_in, "#!/bin/sh\nprintf '%s\\n' \"$MONGODB_ATLAS_OPS_MANAGER_URL\" \"$@\"\ncat\n")
        .unwrap();
    fs::set_permissions(&stand_in, fs::Permissions::from_mode(0o755)).unwrap();
    let base_url = BaseUrl::parse("https://o'clock$HOME.example:8443").unwrap();
    let output = shell.run(&Recipe::AtlasCli.text(&input(base_url, FLAGS[3])), &[]).await;
    let expected = format!(
        "https://o'clock$home.example:8443/\napi\nserviceAccounts\ncreateGroupSecret\n--version\n2024-08-05\n\
         --envelope\n--pretty\n--groupId\n{PROJECT}\n--clientId\n{CLIENT}\n{{\"secretExpiresAfterHours\":720}}\n"
    );
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Parses the command with the program's own command line.
#[tokio::test]
async fn a_shell_can_run_the_command_of_this_program() {
    let shell = Shell { folder: tempfile::tempdir().unwrap() };
    let stand_in = shell.folder.path().join("atlas-secret");
    fs::write(&stand_in, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n").unwrap();
    fs::set_permissions(&stand_in, fs::Permissions::from_mode(0o755)).unwrap();
    let options = vec![r"--profile 'it'\''s mine'".to_owned(), "--verify".to_owned()];
    let input = RecipeInput { options, ..input(BaseUrl::parse(BaseUrl::CLOUD).unwrap(), FLAGS[0]) };
    let output = shell.run(&Recipe::AtlasSecret.text(&input), &[]).await;
    let arguments = String::from_utf8(output.stdout).unwrap();
    let line = std::iter::once("atlas-secret").chain(arguments.lines()).map(OsString::from);
    let read = Arguments::read(line).unwrap();
    assert_eq!((read.profile.as_deref(), read.yes, read.verify), (Some("it's mine"), true, true));
    assert_eq!((read.project_id.as_deref(), read.client_id.as_deref()), (Some(PROJECT), Some(CLIENT)));
    assert_eq!(Lifetime::parse(read.expires_after.as_deref().unwrap_or_default()), Ok(new_secret().lifetime));
}

#[tokio::test]
async fn the_go_program_is_formatted_with_gofmt() {
    let Some(gofmt) = program("gofmt") else {
        println!("skipped: gofmt is not installed");
        return;
    };
    let text = Recipe::GoSdk.text(&input(BaseUrl::parse(BaseUrl::CLOUD).unwrap(), FLAGS[0]));
    let mut gofmt = Command::new(gofmt).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    gofmt.stdin.take().unwrap().write_all(text.as_bytes()).await.unwrap();
    let output = gofmt.wait_with_output().await.unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), text);
}

#[test]
fn a_host_name_cannot_run_a_command() {
    let host = "https://a$(id)`id`'b\"c.example";
    let text = |recipe: Recipe| recipe.text(&input(BaseUrl::parse(host).unwrap(), FLAGS[0]));
    assert_eq!(BaseUrl::parse(host).unwrap().to_string(), host, "such a host is one");
    let quoted = r#"'https://a$(id)`id`'\''b"c.example"#;
    assert!(text(Recipe::CurlServiceAccount).contains(quoted));
    assert!(text(Recipe::AtlasCli).contains(quoted));
    let literal = r#"UseBaseURL("https://a$(id)`id`'b\"c.example")"#;
    assert!(text(Recipe::GoSdk).contains(literal));
}

#[test]
fn no_line_is_wider_than_90_columns_and_each_text_ends_in_a_line_break() {
    for recipe in Recipe::ALL {
        for host in [BaseUrl::CLOUD, BaseUrl::CLOUD_GOV, "https://a-host-of-forty-columns.example.net:8443"] {
            let text = recipe.text(&input(BaseUrl::parse(host).unwrap(), FLAGS[3]));
            let widest = text.lines().map(|line| line.chars().count()).max();
            assert!(widest <= Some(90), "{widest:?} in {text}");
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{text}");
        }
    }
}
