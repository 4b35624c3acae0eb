//! Every way to sign in: by hand, with a profile, with an API key, and what remains afterwards.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;

use crate::atlas::{Atlas, PLAIN, PROJECT};
use crate::program::{contains, create, created, files_below, program, quit_anyway};
use crate::support::terminal::{Program, Terminal, key};

/// The program with both IDs for that Atlas, and without credentials.
fn signed_out(atlas: &Atlas) -> Program {
    program().env("MONGODB_ATLAS_BASE_URL", atlas.url()).args(["--project-id", PROJECT, "--client-id", PLAIN])
}

/// Chooses the sign-in method that is this many rows down.
fn choose(terminal: &mut Terminal, title: &str, down: usize) {
    terminal.wait_for(title);
    for _ in 0..down {
        terminal.send(key::DOWN);
    }
    terminal.wait_for(&format!("› {title}"));
    terminal.send(key::ENTER);
}

/// Writes the Atlas CLI's configuration file.
pub fn write_profiles(program: &Program, text: &str) {
    let folder = program.home().join(".config/atlascli");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), text).unwrap();
}

#[test]
fn a_service_account_can_sign_in_by_hand() {
    let atlas = Atlas::start();
    let (id, secret) = atlas.service_account();
    let mut terminal = signed_out(&atlas).start();
    choose(&mut terminal, "Service account", 0);
    terminal.wait_for("Client secret");
    terminal.paste(&id);
    terminal.wait_for(&id);
    terminal.send(key::ENTER);
    terminal.paste("mdb_sa_sk_FAKE-and-wrong");
    terminal.wait_for("••••");
    terminal.press(key::ENTER, "Sign-in failed: Atlas refused the client ID or its secret (401).");
    terminal.paste(&secret);
    terminal.wait_for("••••");
    terminal.send(key::ENTER);
    create(&mut terminal);
    terminal.shows("service account mdb_sa_id_…");
    quit_anyway(&mut terminal);
    assert_eq!(terminal.wait_exit().code(), Some(3));
    let output = String::from_utf8_lossy(&terminal.output()).into_owned();
    assert!(!output.contains(&secret) && !output.contains("and-wrong"), "a typed secret is on the screen");
    assert_eq!(atlas.live_tokens(), 0, "every token was revoked");
    // The undelivered secret is recorded by its ID. Nothing else is written, and no credentials.
    let files = files_below(terminal.home());
    assert_eq!(files.len(), 1, "{:?}", files.iter().map(|(name, _)| name).collect::<Vec<_>>());
    for (name, bytes) in files {
        assert!(name.contains("/.local/state/atlas-secret/"), "{name}");
        assert!(!contains(&bytes, &secret) && !contains(&bytes, "and-wrong"), "{name} holds a secret");
    }
}

#[test]
fn an_access_token_and_an_api_key_can_sign_in_by_hand() {
    for is_token in [true, false] {
        let atlas = Atlas::start();
        let (public_key, private_key) = atlas.key_pair();
        let mut terminal = signed_out(&atlas).start();
        if is_token {
            choose(&mut terminal, "Access token", 2);
            terminal.wait_for("Access token ›");
            terminal.paste(&atlas.access_token());
        } else {
            choose(&mut terminal, "API key", 1);
            terminal.wait_for("Private key");
            terminal.paste(&public_key);
            terminal.wait_for(&public_key);
            terminal.send(key::TAB);
            terminal.paste(&private_key);
        }
        terminal.wait_for("••••");
        terminal.send(key::ENTER);
        create(&mut terminal);
        let shown = if is_token { "access token".to_owned() } else { format!("API key {public_key}") };
        terminal.shows(&shown);
        assert_eq!(atlas.creates(), 1);
    }
}

#[test]
fn an_api_key_from_the_environment_sends_one_post() {
    let atlas = Atlas::start();
    let (public_key, private_key) = atlas.key_pair();
    created(
        signed_out(&atlas)
            .env("MONGODB_ATLAS_PUBLIC_API_KEY", public_key)
            .env("MONGODB_ATLAS_PRIVATE_API_KEY", private_key),
    );
    let posts: Vec<u16> =
        atlas.seen().iter().filter(|seen| seen.method == "POST").map(|seen| seen.status).collect();
    assert_eq!(posts, [201], "one POST, with the response to the challenge");
}

#[test]
fn the_demo_can_be_chosen_on_the_sign_in_screen() {
    let mut terminal = program().start();
    choose(&mut terminal, "Demo (simulated Atlas, no account needed)", 3);
    create(&mut terminal);
    terminal.shows(" DEMO ");
}

#[test]
fn a_named_profile_signs_in_to_its_own_host() {
    let atlas = Atlas::start();
    let (id, secret) = atlas.service_account();
    let program = program().args(["-P", "ci", "--client-id", PLAIN]);
    let profile = format!(
        "version = 2\n[ci]\nauth_type = \"service_account\"\nclient_id = \"{id}\"\nclient_secret = \"{secret}\"\n\
         ops_manager_url = \"{}/\"\nproject_id = \"{PROJECT}\"\n",
        atlas.url()
    );
    write_profiles(&program, &profile);
    let mut terminal = created(program);
    terminal.shows("profile ci");
    quit_anyway(&mut terminal);
    terminal.wait_exit();
    let kept = fs::read_to_string(terminal.home().join(".config/atlascli/config.toml")).unwrap();
    assert_eq!(kept, profile, "the file does not change");
}

#[test]
fn profiles_are_listed_and_show_why_they_cannot_be_used() {
    let program = program();
    write_profiles(
        &program,
        "version = 2\n[me]\nauth_type = \"unheard-of\"\n[you]\nauth_type = \"no_auth\"\n",
    );
    let mut terminal = program.start();
    choose(&mut terminal, "Atlas CLI profile me", 0);
    terminal.wait_for("✗");
    terminal.shows("Atlas CLI profile you");
}

#[test]
fn an_unusable_profile_that_was_not_requested_is_a_warning() {
    let rows = [
        ("service = 'ops-manager'", "service in profile `ci` is `ops-manager`"),
        ("service = 'cloud-manager'", "service in profile `ci` is `cloud-manager`"),
        ("ops_manager_url = 'http://ops.example.com'", "profile `ci`"),
    ];
    for (setting, warning) in rows {
        let program = program().args(["--project-id", PROJECT, "--client-id", PLAIN]);
        write_profiles(&program, &format!("version = 2\n[ci]\n{setting}\n"));
        let mut terminal = program.start_showing("Service account");
        terminal.wait_for(warning);
        terminal.send(key::CTRL_C);
        assert_eq!(terminal.wait_exit().code(), Some(0), "{setting}");
    }
}

#[test]
fn the_help_shows_unused_credentials() {
    let atlas = Atlas::start();
    let mut terminal = signed_out(&atlas)
        .env("MONGODB_ATLAS_ACCESS_TOKEN", atlas.access_token())
        .env("MONGODB_ATLAS_CLIENT_ID", PLAIN)
        .start_showing("access token");
    terminal.press("?", "MONGODB_ATLAS_CLIENT_ID is not used: MONGODB_ATLAS_ACCESS_TOKEN");
}

#[test]
fn quitting_without_signing_in_exits_with_0() {
    let mut terminal = program().start_showing("Sign in");
    terminal.leave("q", 0);
}

/// After cancelling one method and choosing another, the first one must not take effect later.
#[test]
fn a_canceled_sign_in_never_takes_effect() {
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", held.local_addr().unwrap());
    let mut terminal = program().env("MONGODB_ATLAS_BASE_URL", url).start();
    choose(&mut terminal, "Access token", 2);
    terminal.wait_for("Access token ›");
    terminal.paste("FAKE-token");
    terminal.wait_for("••••");
    terminal.send(key::ENTER);
    let (mut held, _) = held.accept().unwrap();
    terminal.wait_for("Signing in");
    terminal.press_until_gone(key::ESC, "Signing in");
    terminal.send(key::ESC);
    choose(&mut terminal, "Demo (simulated Atlas, no account needed)", 1);
    terminal.wait_for("[ Create secret ]");
    // The first attempt only succeeds now, if the program is still listening.
    let page = "{\"results\":[],\"totalCount\":0}";
    let _ = write!(held, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{page}", page.len());
    create(&mut terminal);
    terminal.shows("mdb_sa_sk_••••••••");
}

#[test]
fn a_profile_chosen_by_hand_uses_the_host_of_the_command_line() {
    let atlas = Atlas::start();
    let (id, secret) = atlas.service_account();
    let account =
        format!("auth_type = \"service_account\"\nclient_id = \"{id}\"\nclient_secret = \"{secret}\"\n");
    let program = program().args(["--base-url", &atlas.url(), "--project-id", PROJECT, "--client-id", PLAIN]);
    write_profiles(&program, &format!("version = 2\n[one]\n{account}[two]\n{account}"));
    let mut terminal = program.start();
    choose(&mut terminal, "Atlas CLI profile one", 0);
    create(&mut terminal);
    assert_eq!(atlas.creates(), 1);
}
