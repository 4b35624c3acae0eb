//! `--yes` without a terminal: the secret goes to standard output, and progress to standard error.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use rustix::process::{Pid, kill_process};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::atlas::{
    Atlas, CAP, EXPIRED, LOST, ONE_VALID, ORGANIZATION, PLAIN, PROJECT, RUNTIME, SLOW, TWO_VALID,
};
use crate::formats;
use crate::program::{Run, headless, is_value, run};
use crate::support::raw_server::{Reply, json, read_request, response, send};
use crate::support::terminal::Signal;
use crate::tools::{Running, have, wait_for};

/// The program without a terminal, for this account.
pub fn without_terminal(atlas: &Atlas, client: &str) -> Command {
    let mut command = headless(&atlas.url(), &atlas.access_token());
    command.args(["--project-id", PROJECT, "--client-id", client]);
    command
}

#[test]
fn the_secret_goes_to_standard_output_and_progress_to_standard_error() {
    let atlas = Atlas::start();
    let Run { stdout, stderr } = run(without_terminal(&atlas, PLAIN).args(["--format", "json"]), 0);
    let fields = formats::json(&stdout);
    assert!(is_value(&fields["secret"]) && atlas.accepts(PLAIN, &fields["secret"]));
    let lines: Vec<&str> = stderr.lines().collect();
    assert!(lines.iter().all(|line| line.starts_with("atlas-secret: ")), "{stderr}");
    let position = |text: &str| lines.iter().position(|line| line.contains(text));
    assert!(position("Reading the account's secrets") < position("Creating the secret"), "{stderr}");
    let last = lines.last().unwrap();
    assert!(last.contains(&format!("Secret {} for {PLAIN}", fields["id"])), "{stderr}");
    assert!(last.ends_with("written to standard output."), "{stderr}");
    assert!(!stderr.contains("mdb_sa_sk_") && !stderr.contains('\x1b'), "{stderr}");
    assert_eq!(atlas.creates(), 1);
}

#[test]
fn a_lifetime_outside_of_what_atlas_documents_is_a_warning_before_anything_is_sent() {
    let in_two_days = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(50);
    let without_dashes = in_two_days.strftime("%Y%m%d").to_string();
    let rows = [
        (&*without_dashes, 0, None),
        (
            "2y",
            1,
            Some(
                "--expires-after 730 days: Atlas's documented range is 8 hours to 365 days. Atlas may refuse it.",
            ),
        ),
        (
            "3h",
            1,
            Some(
                "--expires-after 3 hours: Atlas's documented range is 8 hours to 365 days. Atlas may refuse it.",
            ),
        ),
        ("8h", 0, None),
        ("1y", 1, None),
        ("\u{200B}8\u{200B}h\u{FEFF}\r", 0, None),
    ];
    for (lifetime, code, warning) in rows {
        let atlas = Atlas::start();
        let mut command = without_terminal(&atlas, PLAIN);
        let Run { stderr, .. } = run(command.args(["--format", "json", "--expires-after", lifetime]), code);
        let first = stderr.lines().next().unwrap_or_default();
        match warning {
            Some(warning) => assert_eq!(first, format!("atlas-secret: {warning}"), "{stderr}"),
            None => assert!(!stderr.contains("documented"), "{stderr}"),
        }
        assert_eq!(atlas.creates(), 1, "Atlas decides: {stderr}");
    }
}

#[test]
fn each_format_is_complete_without_a_terminal() {
    for (format, parse) in [("kubernetes", formats::kubernetes as fn(&str) -> _), ("aws", formats::json)] {
        let atlas = Atlas::start();
        let fields = parse(&run(without_terminal(&atlas, PLAIN).args(["--format", format]), 0).stdout);
        assert_eq!(fields["orgId"], ORGANIZATION, "{format}");
        assert!(atlas.accepts(PLAIN, &fields["clientSecret"]), "{format}");
    }
}

#[test]
fn a_template_is_printed_and_the_secret_verified_without_a_terminal() {
    let atlas = Atlas::start();
    let template = "-u {client_id}:{secret} {{x}}";
    let run = run(without_terminal(&atlas, PLAIN).args(["--verify", "--template", template]), 0);
    run.says("Verified");
    let rest = run.stdout.strip_prefix(&format!("-u {PLAIN}:")).unwrap();
    let value = rest.strip_suffix(" {x}").unwrap();
    assert!(is_value(value) && atlas.accepts(PLAIN, value));
}

#[test]
fn missing_and_invalid_options_are_reported_before_any_request() {
    let atlas = Atlas::start();
    let today = jiff::Timestamp::now().strftime("%F").to_string();
    let rows: [(&[&str], &str); 13] = [
        (&["--format", "json", "--expires-after", "\"30d\""], "remove the quotes around it"),
        (&["--template", "{client_id}"], "{secret} is missing"),
        (&["--template", "{secret} {name}"], "unknown placeholder {name}"),
        (&["--template", "{secret} }"], "a } has no partner: write }} for the character"),
        (&["--template", "{secret}", "--format", "env"], "cannot be used with"),
        (&[], "With --yes and redirected output, add --format"),
        (&["--format", "json", "--expires-after", "soon"], "--expires-after soon: use 36h"),
        (
            &["--format", "json", "--expires-after", "2020-02-02"],
            "--expires-after 2020-02-02: this is in the past",
        ),
        (
            &["--format", "json", "--expires-after", &today],
            &format!("--expires-after {today}: this is in the past; use a later date."),
        ),
        (&["--format", "json", "--base-url", "http://example.com"], "--base-url http://example.com: http"),
        (
            &["--format", "json", "--expires-after", "0"],
            "--expires-after 0: too short; the minimum is 8 hours",
        ),
        (
            &["--format", "json", "--expires-after", "2027\u{2013}03\u{2013}01"],
            "write the date as 2027-03-01",
        ),
        (&["--format", "yaml"], "invalid value 'yaml'"),
    ];
    for (arguments, reason) in rows {
        let run = run(without_terminal(&atlas, PLAIN).env("TZ", "UTC").args(arguments), 2);
        run.says(reason);
        let is_parsed = !run.stderr.contains("For more information, try");
        let is_ours = run.stderr.starts_with("atlas-secret: Nothing was created. ");
        assert_eq!(is_ours, is_parsed, "{}", run.stderr);
    }
    run(without_terminal(&atlas, "mdb_sa_id_12").args(["--format", "json"]), 2)
        .says("--client-id mdb_sa_id_12: incomplete, 2 of 24 hex digits");
    let mut command = headless(&atlas.url(), &atlas.access_token());
    command.args(["--client-id", PLAIN, "--format", "json"]);
    run(command.env("MONGODB_ATLAS_PROJECT_ID", "\"32b6\""), 2)
        .says("MONGODB_ATLAS_PROJECT_ID \"32b6\": remove the quotes around it");
    run(command.env("MONGODB_ATLAS_PROJECT_ID", "mdb_sa_id_12"), 2)
        .says("MONGODB_ATLAS_PROJECT_ID mdb_sa_id_12: this is a client ID");
    let mut command = without_terminal(&atlas, PLAIN);
    command.env_remove("MONGODB_ATLAS_ACCESS_TOKEN").args(["--format", "json"]);
    run(&mut command, 2).says("no credentials found");
    assert_eq!(atlas.requests(), Vec::<String>::new());
}

/// The program with this home and no credentials in the environment.
fn with_config(atlas: &Atlas, home: &Path) -> Command {
    let mut command = without_terminal(atlas, PLAIN);
    command.env_remove("MONGODB_ATLAS_ACCESS_TOKEN").env_remove("MONGODB_ATLAS_BASE_URL").env("HOME", home);
    command.args(["--format", "json"]);
    command
}

/// A new home and the path of the configuration file in it.
fn home_with_config() -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".config").join("atlascli");
    fs::create_dir_all(&folder).unwrap();
    (home, folder.join("config.toml"))
}

#[test]
fn a_configuration_that_cannot_be_used_is_the_reason() {
    if !have(&["mkfifo"]) {
        return;
    }
    let atlas = Atlas::start();
    let rows: [(&str, &str); 7] = [
        ("version = 2\n[ci]\nservice = 'ops-manager'\n", "service in profile `ci` is `ops-manager`"),
        ("version = 2\n[ci]\nservice = 'cloud-manager'\n", "service in profile `ci` is `cloud-manager`"),
        ("version = 2\n[ci]\nbase_url = 'http://o.example'\n", "http:// is allowed for localhost only"),
        ("[[[", "is not valid TOML: see line 1"),
        ("version = 9\n[ci]\n", "has version 9"),
        (
            "version = 2\n[ci]\nauth_type = 'no_auth'\n",
            "has auth_type `no_auth`, which this program cannot use",
        ),
        ("version = 2\n[ci]\nproject_id = 'p'\n", "has no credentials and no auth_type"),
    ];
    for (content, reason) in rows {
        let (home, config) = home_with_config();
        fs::write(config, content).unwrap();
        let run = run(&mut with_config(&atlas, home.path()), 2);
        run.says("--yes: no usable credentials: ");
        assert_eq!(run.stderr.matches(reason).count(), 1, "{}", run.stderr);
    }
    let (home, config) = home_with_config();
    assert!(Command::new("mkfifo").arg(&config).status().unwrap().success());
    run(&mut with_config(&atlas, home.path()), 2).says("is not a regular file");
    assert_eq!(atlas.requests(), Vec::<String>::new());
}

#[test]
fn warnings_about_credentials_are_printed() {
    let atlas = Atlas::start();
    let (home, config) = home_with_config();
    let profile = "version = 1\n[ci]\npublic_api_key = 'abcdefgh'\nprivate_api_key = 'fake'\n\
                   project_id = 'g'\nops_manager_url = 'https://atlas.invalid'\n";
    fs::write(&config, profile).unwrap();
    fs::set_permissions(&config, fs::Permissions::from_mode(0o644)).unwrap();
    let mut command = with_config(&atlas, home.path());
    // An invalid field ends the run before any request.
    command.args(["--expires-after", "soon"]).env("MONGODB_ATLAS_SERVICE", "cloudgov");
    let Run { stderr, .. } = run(&mut command, 2);
    let warnings = [
        "can read it: run chmod 600 on it",
        "is older than version 2",
        "project_id in profile `ci`: \"g\" is not a hex digit",
        "MONGODB_ATLAS_SERVICE is not used: ops_manager_url in profile `ci` takes precedence",
        "Your credentials are sent to atlas.invalid, which is not an Atlas host",
    ];
    for warning in warnings {
        assert_eq!(stderr.matches(warning).count(), 1, "{warning}: {stderr}");
    }
    assert!(!stderr.contains("fake"), "{stderr}");
}

#[test]
fn two_valid_secrets_are_an_error_before_the_post() {
    for options in [&[][..], &["--replace-expired"]] {
        let atlas = Atlas::start();
        let mut command = without_terminal(&atlas, TWO_VALID);
        let Run { stdout, stderr } = run(command.args(["--format", "secret"]).args(options), 1);
        let expected = "Nothing was created. This account has 2 secrets, the maximum.\n  Delete one, or ask a Project \
                        Owner to, then try again.\n";
        assert!(stderr.ends_with(expected), "{stderr}");
        assert_eq!((stdout.len(), atlas.creates()), (0, 0));
    }
}

#[test]
fn a_rejected_lifetime_is_explained_with_the_message_of_atlas() {
    let atlas = Atlas::start();
    let above_limit = (CAP + 1).to_string();
    for hours in ["1", &above_limit] {
        let mut command = without_terminal(&atlas, PLAIN);
        let run = run(command.args(["--format", "secret", "--expires-after", hours]), 1);
        run.says("--expires-after: must be between 8 and 720");
        assert_eq!((run.stdout.len(), atlas.secrets_created()), (0, 0));
    }
}

/// There is no Ctrl-O without a terminal.
#[test]
fn an_unknown_client_id_is_explained_without_keys_of_the_form() {
    let atlas = Atlas::start();
    let unknown = "mdb_sa_id_ffffffffffffffffffffffff";
    let run = run(without_terminal(&atlas, unknown).args(["--format", "secret"]), 2);
    run.says("Nothing was created. The project has no service account with this client ID (404).");
    run.says("--client-id: not in this project\n");
    assert!(!run.stderr.contains("Ctrl-"), "{}", run.stderr);
}

#[test]
fn a_shortened_secret_is_reported() {
    let atlas = Atlas::start();
    let Run { stderr, .. } = run(without_terminal(&atlas, ONE_VALID).args(["--format", "secret"]), 0);
    let line = stderr.lines().find(|line| line.contains("(--yes)")).unwrap();
    for part in ["0001", " will expire on ", " instead of "] {
        assert!(line.contains(part), "{stderr}");
    }
    assert_eq!(atlas.creates(), 1);
}

#[test]
fn a_lost_response_is_reported_with_the_secret_that_was_found() {
    let atlas = Atlas::start();
    let run = run(without_terminal(&atlas, LOST).args(["--format", "secret"]), 3);
    run.says(&format!(" for {LOST}, expires "));
    run.says(
        ": this run probably created it, but its value is lost. Delete it in Atlas, unless someone else created it.",
    );
    run.says(" appeared after the request, so this run probably created it.");
    assert!(!run.stderr.contains("may have been created"), "both lines say what is known\n{}", run.stderr);
    assert_eq!((run.stdout.len(), atlas.creates(), atlas.secrets_created()), (0, 1, 1));
}

/// A device that is always full.
fn full() -> File {
    File::options().write(true).open("/dev/full").unwrap()
}

#[test]
fn a_failed_write_reports_the_id_but_not_the_value() {
    let atlas = Atlas::start();
    let run = run(without_terminal(&atlas, PLAIN).args(["--format", "env"]).stdout(full()), 3);
    assert_lost(&atlas, &run.stderr, "No space left for standard output.");

    let atlas = Atlas::with_delay(1);
    let (reader, writer) = std::io::pipe().unwrap();
    let mut command = without_terminal(&atlas, SLOW);
    command.args(["--format", "env"]).stdout(writer).stderr(Stdio::piped());
    let running = command.spawn().unwrap();
    // Close the writing end in this process.
    drop(command);
    wait_for("the request", || (atlas.secrets_created() == 1).then_some(()));
    drop(reader);
    let output = running.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_lost(&atlas, &stderr, "No program reads standard output anymore.");
}

#[track_caller]
fn assert_lost(atlas: &Atlas, stderr: &str, why: &str) {
    assert!(stderr.contains(why), "{stderr}");
    let named: Vec<&str> = stderr.lines().filter(|line| line.contains("never delivered")).collect();
    assert_eq!(named.len(), 1, "{stderr}");
    let (_, rest) = named[0].split_once("atlas-secret: Secret ").unwrap();
    let secret_id = rest.split(' ').next().unwrap();
    assert!(secret_id.len() == 24 && secret_id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{stderr}");
    assert!(!stderr.contains("mdb_sa_sk_"), "{stderr}");
    assert_eq!(atlas.secrets_created(), 1);
}

#[test]
fn deleting_is_only_offered_if_there_is_a_record() {
    let atlas = Atlas::start();
    let home = TempDir::new().unwrap();
    for is_recorded in [false, true] {
        let mut command = without_terminal(&atlas, PLAIN);
        if is_recorded {
            command.env("HOME", home.path());
        }
        let Run { stderr, .. } = run(command.args(["--format", "env"]).stdout(full()), 3);
        assert_eq!(stderr.contains("To delete it, run atlas-secret without --yes."), is_recorded, "{stderr}");
    }
    let mut next = without_terminal(&atlas, ONE_VALID);
    let run = run(next.env("HOME", home.path()).args(["--format", "env"]), 0);
    run.says("A previous run created secret ");
    run.says(&format!(
        " for {PLAIN}. It may not have been delivered. Run atlas-secret without --yes to keep or "
    ));
}

#[test]
fn an_expired_secret_is_only_deleted_with_replace_expired() {
    for (arguments, code, posts) in
        [(&["--format", "env"][..], 1, 0), (&["--format", "env", "--replace-expired"], 0, 1)]
    {
        let atlas = Atlas::start();
        let Run { stderr, .. } = run(without_terminal(&atlas, EXPIRED).args(arguments), code);
        for part in ["With --yes, add --replace-expired.", "Nothing was created.", "one has expired."] {
            assert_eq!(stderr.contains(part), posts == 0, "{stderr}");
        }
        let deletions = atlas.requests().iter().filter(|line| line.starts_with("DELETE ")).count();
        assert_eq!((deletions, atlas.creates()), (posts, posts), "{stderr}");
    }
}

#[test]
fn a_closed_standard_output_is_an_error_before_any_request() {
    let atlas = Atlas::start();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    run(without_terminal(&atlas, PLAIN).args(["--format", "env"]).stdout(writer), 2)
        .says("No program reads standard output anymore");
    assert_eq!(atlas.requests(), Vec::<String>::new());
}

fn started(command: &mut Command) -> Running {
    Running(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

/// Sends SIGTERM, and waits for this exit code. Returns the standard error.
#[track_caller]
fn terminate(mut running: Running, code: i32) -> String {
    kill_process(Pid::from_child(&running.0), Signal::TERM).unwrap();
    let status = wait_for("the end", || running.0.try_wait().unwrap());
    let stderr = std::io::read_to_string(running.0.stderr.take().unwrap()).unwrap();
    assert_eq!(status.code(), Some(code), "{stderr}");
    stderr
}

#[test]
fn a_signal_during_the_post_reports_that_a_secret_may_exist() {
    let atlas = Atlas::with_delay(300);
    let running = started(without_terminal(&atlas, SLOW).args(["--format", "secret"]));
    wait_for("the request", || (atlas.secrets_created() == 1).then_some(()));
    let stderr = terminate(running, 3);
    assert!(stderr.contains(&format!("for {SLOW} may have been created")), "{stderr}");
}

/// An Atlas whose reply depends on the first line of a request. `None` means that it never responds.
fn stub(reply: impl FnMut(&str) -> Option<Reply> + Send + 'static) -> String {
    let reply = Arc::new(Mutex::new(reply));
    let listener = RUNTIME.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    RUNTIME.spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let reply = Arc::clone(&reply);
            tokio::spawn(async move {
                let Some(request) = read_request(&mut socket).await else { return };
                let reply = reply.lock().unwrap()(request.lines().next().unwrap_or_default());
                match reply {
                    Some(reply) => send(socket, reply).await,
                    None => std::future::pending().await,
                }
            });
        }
    });
    url
}

#[test]
fn what_is_not_known_to_have_expired_is_not_said_to_be_alive() {
    let date = "Date: Mon, 30 Nov 2026 12:00:00 GMT\r\n";
    for (header, expires) in [(date, "null"), ("", r#""2020-01-01T00:00:00Z""#)] {
        let secret = |digit: &str| format!(r#"{{"id":"{}","expiresAt":{expires}}}"#, digit.repeat(24));
        let body = format!(r#"{{"name":"ci","secrets":[{},{}]}}"#, secret("a"), secret("b"));
        let url = stub(move |_| Some(response(200, header, &body)));
        let mut command = without_terminal(&Atlas::start(), PLAIN);
        command.args(["--format", "env", "--replace-expired"]).env("MONGODB_ATLAS_BASE_URL", url);
        run(&mut command, 1).says("Nothing was created. This account has 2 secrets, the maximum.");
    }
}

/// The replies to reading an account, which has no secrets, and to a creation. Any other request gets no
/// reply.
fn usual_reply(line: &str) -> Option<Reply> {
    if line.starts_with("POST ") {
        let id = "6650f0aa12bc34de56f07890";
        Some(json(201, &format!(r#"{{"id":"{id}","secret":"mdb_sa_sk_FAKE-of-a-test-9f3a"}}"#)))
    } else {
        let is_account = line.contains("/serviceAccounts/");
        is_account.then(|| json(200, r#"{"name":"ci","roles":[],"secrets":[]}"#))
    }
}

#[test]
fn after_a_rate_limit_only_the_repeated_step_is_printed() {
    let limited = "Content-Type: application/json\r\nRetry-After: 1\r\n";
    let body = r#"{"error":429,"errorCode":"RATE_LIMITED","reason":"Too Many Requests","detail":"Slow."}"#;
    let steps = ["Reading the account's secrets", "Creating the secret"];
    let home = TempDir::new().unwrap();
    for (limited_step, start) in steps.into_iter().zip(["GET ", "POST "]) {
        let mut is_limited = true;
        let url = stub(move |line| {
            if line.starts_with(start) && std::mem::take(&mut is_limited) {
                return Some(response(429, limited, body));
            }
            usual_reply(line)
        });
        let mut command = without_terminal(&Atlas::start(), PLAIN);
        command.env("MONGODB_ATLAS_BASE_URL", url).env("HOME", home.path());
        let Run { stderr, .. } = run(command.args(["--format", "secret"]), 0);
        let mut expected = vec!["Signing in"];
        for step in steps {
            expected.push(step);
            if step == limited_step {
                expected.extend(["Rate limited by Atlas (429). Retrying in 1 s.", step]);
            }
        }
        let summary = format!("Secret 6650f0aa12bc34de56f07890 for {PLAIN}: written to standard output.");
        expected.push(&summary);
        let lines: Vec<_> = stderr.lines().map(|line| line.strip_prefix("atlas-secret: ").unwrap()).collect();
        assert_eq!(lines, expected);
    }
}

#[test]
fn a_signal_before_the_post_reports_that_nothing_was_created() {
    let (arrived, wait_for_request) = channel();
    let url = stub(move |_| {
        arrived.send(()).unwrap();
        None
    });
    let atlas = Atlas::start();
    for client in [PLAIN, "plain"] {
        let mut command = without_terminal(&atlas, client);
        let running = started(command.env("MONGODB_ATLAS_BASE_URL", &url).args(["--format", "secret"]));
        wait_for_request.recv().unwrap();
        let stderr = terminate(running, 143);
        assert!(
            stderr.ends_with("atlas-secret: Nothing was created. Standard output is empty.\n"),
            "{stderr}"
        );
    }
}

#[test]
fn the_new_secret_is_recorded_before_waiting_for_the_organization() {
    let home = TempDir::new().unwrap();
    let mut command = without_terminal(&Atlas::start(), PLAIN);
    command.env("MONGODB_ATLAS_BASE_URL", stub(usual_reply)).env("HOME", home.path());
    let mut running = started(command.args(["--format", "kubernetes"]));
    let records = home.path().join(".local/state/atlas-secret");
    wait_for("the ID in the record", || {
        let mut files = fs::read_dir(&records).ok()?;
        let text = files.find_map(|file| fs::read_to_string(file.ok()?.path()).ok())?;
        text.contains(r#""secretId":"6650f0aa12bc34de56f07890""#).then_some(())
    });
    assert_eq!(running.0.try_wait().unwrap(), None, "the run waits for the organization");
    let stderr = terminate(running, 3);
    let expected = format!("Secret 6650f0aa12bc34de56f07890 for {PLAIN}: never delivered.");
    assert!(stderr.contains(&expected), "{stderr}");
}
