//! Creating a secret with an Atlas on this machine: the time from Enter to the screen, and the time of a whole run
//! with `--yes`, compared to `curl` making the same requests.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::atlas::{Atlas, PROJECT};
use crate::table::{Table, median, milliseconds};
use crate::terminal::key;

/// The number of measurements.
const ROUNDS: usize = 30;
/// The headers of the API, for curl.
pub const ACCEPT: &str = "Accept: application/vnd.atlas.2024-08-05+json";
pub const CONTENT_TYPE: &str = "Content-Type: application/vnd.atlas.2024-08-05+json";

pub fn report(table: &mut Table, atlas: &Atlas) {
    let entered: Vec<_> = (0..ROUNDS).map(|_| enter_to_created(atlas)).collect();
    table.add(
        format!("Enter to `Secret created`, median of {ROUNDS}"),
        milliseconds(median(&entered)),
        "",
        "",
    );
    if Command::new("curl").arg("--version").stdout(Stdio::null()).status().is_err() {
        eprintln!("skipped: curl is not installed");
        return;
    }
    let (mut ours, mut curls) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        // Alternate, so that other load on the machine affects both.
        ours.push(without_the_form(atlas));
        curls.push(by_curl(atlas));
    }
    let (ours, curls) = (median(&ours), median(&curls));
    table.add(
        format!("`--yes` as a whole process, median of {ROUNDS}"),
        milliseconds(ours),
        &format!("four `curl`s (token, GET, POST, revoke) {}", milliseconds(curls)),
        "≤ curl + 20 ms",
    );
}

fn enter_to_created(atlas: &Atlas) -> Duration {
    let mut terminal = atlas.program(&atlas.fresh_account()).start();
    terminal.wait_for("[ Create secret ]");
    // Names and the account are looked up in the meantime, as they are for a user.
    terminal.wait_for("This account has no secrets yet.");
    terminal.wait_quiet(Duration::from_millis(500));
    let entered = Instant::now();
    terminal.send(key::ENTER);
    terminal.wait_for("Secret created");
    entered.elapsed()
}

fn without_the_form(atlas: &Atlas) -> Duration {
    let client = atlas.fresh_account();
    let started = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_atlas-secret"))
        .args(["--yes", "--format", "secret", "--project-id", PROJECT, "--client-id", &client])
        .env_clear()
        .envs(atlas.environment())
        .stdin(Stdio::null())
        .output()
        .expect("the program runs");
    let took = started.elapsed();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    took
}

/// The sum of the times of four processes, without what a shell would add.
fn by_curl(atlas: &Atlas) -> Duration {
    let client = atlas.fresh_account();
    let login = format!("{}:{}", atlas.login.0, atlas.login.1);
    let account = format!("{}/api/atlas/v2/groups/{PROJECT}/serviceAccounts/{client}", atlas.url);
    let mut took = Duration::ZERO;
    let oauth = |path: &str| format!("{}/api/oauth/{path}", atlas.url);
    let answer = curl(&mut took, &["-u", &login, "-d", "grant_type=client_credentials", &oauth("token")]);
    let token = answer["access_token"].as_str().expect("a token").to_owned();
    let bearer = format!("Authorization: Bearer {token}");
    curl(&mut took, &["-H", &bearer, "-H", ACCEPT, &account]);
    let body = ["-H", CONTENT_TYPE, "-d", r#"{"secretExpiresAfterHours":720}"#];
    let target = format!("{account}/secrets");
    let created = curl(&mut took, &[&["-H", &bearer, "-H", ACCEPT], &body[..], &[&target]].concat());
    assert!(created["secret"].is_string(), "curl creates one");
    curl(&mut took, &["-u", &login, "-d", &format!("token={token}"), &oauth("revoke")]);
    took
}

pub fn curl(took: &mut Duration, arguments: &[&str]) -> Value {
    let started = Instant::now();
    let output = Command::new("curl").args(["-sS", "--fail"]).args(arguments).output().expect("curl runs");
    *took += started.elapsed();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}
