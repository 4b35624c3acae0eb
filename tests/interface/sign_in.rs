//! Signing in on the screen, and signing in again.

use std::time::Duration;

use atlas_secret::domain::{
    ApiError, BaseUrl, Cause, Credentials, Exit, Identity, Login, PairKind, ProfileName, Rejection,
    ServerText, Session,
};
use atlas_secret::jobs::SignedIn;
use atlas_secret::tui::screens::{FieldName, Focus, Form, Notice, SignIn};
use atlas_secret::tui::{Command, Event, LOOKUP_DELAY, Screen, SignInWith};

use secrecy::ExposeSecret as _;

use crate::stage::{CLIENT, PROJECT, Stage, VALUE, client};
use crate::*;

/// The list of methods: one profile, and the built-in ones.
fn signed_out() -> Stage {
    let mut stage = Stage::empty();
    stage.app.shared.session = Session::signed_out(&BaseUrl::parse(BaseUrl::CLOUD).unwrap());
    stage.app.screen = Screen::SignIn(Box::new(SignIn::new(vec![ProfileName::new("ci").unwrap()])));
    stage
}

/// Service account credentials were typed, and the sign-in is running.
fn trying() -> Stage {
    signed_out().then(|stage| stage.keys("down enter").paste(CLIENT).keys("enter").paste(VALUE).keys("enter"))
}

fn accept(stage: &mut Stage, address_refused: Option<Rejection>) {
    let project = Some(PROJECT.to_owned());
    stage.sign_in_tried(Ok(SignedIn { session: Session::Demo, project, client: None, address_refused }));
}

fn tries(stage: &Stage) -> Vec<String> {
    let tried = stage.commands.iter().filter_map(|command| match command {
        Command::SignIn(SignInWith::Credentials(credentials)) => {
            Some(format!("{:?}", credentials.identity()))
        }
        Command::SignIn(SignInWith::Profile(name)) => Some(format!("profile {name}")),
        Command::SignIn(SignInWith::Demo) => Some("demo".to_owned()),
        _ => None,
    });
    tried.collect()
}

/// The number of characters of the secret that were typed.
fn bullets(stage: &Stage) -> usize {
    stage.drawn().matches('\u{2022}').count()
}

#[test]
fn each_method_tries_its_own_kind_of_credential() {
    type Row = (fn(&mut Stage) -> &mut Stage, &'static str);
    let rows: [Row; 6] = [
        (|stage| stage.keys("enter"), "profile ci"),
        (|stage| stage.paste("fakepubl: 01234567-89ab-cdef-0123-456789abcdef").keys("enter"), "ApiKey"),
        (|stage| stage.paste("\"access_token\": \"eyJFAKE.fa.ke\"").keys("enter"), "AccessToken"),
        (
            |stage| {
                stage
                    .keys("down down enter")
                    .type_in("fakepubl")
                    .keys("tab")
                    .type_in("fake-private")
                    .keys("enter")
            },
            "ApiKey",
        ),
        (|stage| stage.keys("down down down enter").type_in("fake-token").keys("enter"), "AccessToken"),
        (|stage| stage.keys("up enter"), "demo"),
    ];
    for (act, expected) in rows {
        let mut stage = signed_out();
        act(&mut stage);
        let [tried] = &tries(&stage)[..] else { panic!("{expected}: {:?}", tries(&stage)) };
        assert!(tried.starts_with(expected), "{tried}");
    }
}

#[test]
fn a_service_account_is_tried_as_it_was_typed() {
    let mut labelled = signed_out();
    labelled.keys("down enter").paste(&format!("set MONGODB_ATLAS_CLIENT_ID={CLIENT}\r\n"));
    labelled.keys("enter").paste(&VALUE.replace('_', "\\_")).keys("enter");
    for stage in [trying(), labelled] {
        let [
            Command::SignIn(SignInWith::Credentials(Credentials::ServiceAccount {
                client_id,
                client_secret,
            })),
        ] = &stage.commands[..]
        else {
            panic!("tried {:?}", stage.commands)
        };
        assert_eq!(*client_id, client());
        assert_eq!(client_secret.expose_secret(), VALUE);
        assert!(!format!("{:?} {:?}", stage.app, stage.commands).contains("FAKE"));
    }
}

#[test]
fn a_new_session_replaces_the_login_and_its_source() {
    let with_profile = || signed_out().after("enter");
    for (mut stage, holder) in [(with_profile(), Some("profile ci")), (trying(), None)] {
        stage.event(Event::LoginKnown(Login { client: client(), ends_with: ServerText::new("9f3a") }));
        accept(&mut stage, None);
        assert_eq!(stage.app.shared.login, None);
        assert_eq!(stage.app.shared.login_holder.as_ref().map(ServerText::as_str), holder);
    }
}

#[test]
fn invalid_credentials_are_not_sent_and_their_field_gets_the_cursor() {
    let rows = [
        ("down enter enter enter", "Enter the client ID.", "Client ID \u{203a}"),
        ("down enter x enter y enter", "Client ID: a client ID starts with mdb_sa_id_", "Client ID \u{203a}"),
        ("down down enter tab x enter", "Enter the public key.", "Public key \u{203a}"),
        ("down down enter a b c d e f g h enter enter", "Enter the private key.", "Private key \u{203a}"),
        ("down down down enter enter", "Enter the access token.", "Access token \u{203a}"),
    ];
    for (keys, error, caret) in rows {
        let stage = signed_out().after(keys);
        assert!(stage.commands.is_empty(), "{keys}");
        stage.shows(error);
        stage.shows(caret);
    }
}

#[test]
fn accepted_credentials_open_the_form_with_known_values() {
    let refusal = |address: Option<&str>| {
        Some(Rejection { address: address.map(ServerText::new), ..Rejection::of_status(403) })
    };
    let rows = [(None, false), (refusal(None), true), (refusal(Some("203.0.113.7")), true)];
    for (address_refused, warns) in rows {
        let mut stage = trying();
        stage.app.shared.credential_notes = vec![ServerText::new("about the credentials before")];
        accept(&mut stage, address_refused.clone());
        assert!(stage.is_on_form());
        assert!(stage.app.shared.credential_notes.is_empty());
        assert!(matches!(stage.commands[1], Command::UseSession), "{:?}", stage.commands);
        assert_eq!((stage.text(FieldName::Project), stage.text(FieldName::Client)), (PROJECT, ""));
        assert_eq!(stage.app.shared.form.focus, Focus::Field(FieldName::Client));
        let notice = &stage.app.shared.form.notice;
        let is_about_address = matches!(notice, Some(Notice::Warning(text)) if text.contains("access list"));
        assert_eq!(is_about_address, warns);
        let names_it = matches!(notice, Some(Notice::Warning(text)) if text.contains("(203.0.113.7)"));
        assert_eq!(names_it, address_refused.is_some_and(|refusal| refusal.address.is_some()));
    }
}

#[test]
fn the_error_for_rejected_credentials_names_them_and_quotes_atlas() {
    let refusal = Rejection {
        detail: ServerText::new("You are not authorized for this resource."),
        ..rejection(401, "UNEXPECTED_ERROR")
    };
    let rows = [
        ("down down enter a b c d e f g h enter x enter", "Sign-in failed: Atlas refused the API key (401)."),
        ("down down down enter x enter", "Sign-in failed: Atlas refused the access token (401)."),
        ("enter", "Sign-in failed (401)."),
        (
            "down enter <client> enter x enter",
            "Sign-in failed: Atlas issued a token, then refused a request with it (401).",
        ),
    ];
    for (keys, title) in rows {
        let mut stage = signed_out();
        match keys.split_once(" <client> ") {
            Some((before, after)) => stage.keys(before).paste(CLIENT).keys(after),
            None => stage.keys(keys),
        };
        stage.sign_in_tried(Err(ApiError::rejected(refusal.clone()))).shows(title);
        stage.shows("UNEXPECTED_ERROR: You are not authorized for this resource.");
    }
}

#[test]
fn a_rejected_secret_is_cleared_and_an_unsent_one_is_kept() {
    let rows = [
        (ApiError::not_sent(Cause::SignInRefused { status: 401, message: ServerText::new("no") }), 0),
        (ApiError::sent(Cause::TimedOut(Duration::from_secs(10))), VALUE.len()),
    ];
    for (error, length) in rows {
        let mut stage = trying();
        stage.sign_in_tried(Err(error.clone()));
        assert_eq!(bullets(&stage), length, "{error:?}");
        stage.shows(&error.title());
    }
}

#[test]
fn typing_replaces_a_complete_value() {
    let other = "mdb_sa_id_ffffffffffffffffffffffff";
    let is_typed = |stage: &Stage, text: &str| stage.drawn().contains(&format!("Client ID \u{203a} {text} "));
    let rows = [
        ("tab shift-tab x", "x"),
        ("enter shift-tab x", "x"),
        ("enter shift-tab backspace x", "mdb_sa_id_1234567890abcdef1234567x"),
        ("enter shift-tab left x", "mdb_sa_id_1234567890abcdef1234567x8"),
        ("backspace tab shift-tab x", "mdb_sa_id_1234567890abcdef1234567x"),
    ];
    for (keys, text) in rows {
        let mut stage = signed_out();
        stage.keys("down enter").paste(CLIENT).keys(keys);
        assert!(is_typed(&stage, text), "{keys}: {}", stage.drawn());
    }
    let mut stage = signed_out();
    stage.keys("down enter").paste(CLIENT).keys("tab shift-tab").paste(other);
    assert!(is_typed(&stage, other), "{}", stage.drawn());

    let kept = || {
        trying()
            .then(|stage| stage.sign_in_tried(Err(ApiError::sent(Cause::TimedOut(Duration::from_secs(10))))))
    };
    let rows = [("x", 1), ("backspace", VALUE.len() - 1), ("backspace x", VALUE.len()), ("tab tab x y", 2)];
    for (keys, length) in rows {
        let stage = kept().after(keys);
        assert_eq!(bullets(&stage), length, "{keys}");
    }
    let mut stage = kept();
    stage.paste("fake").paste("FAKE");
    assert_eq!(bullets(&stage), 8, "only the first paste replaces the value");
    let stage = kept().after("enter");
    assert_eq!(tries(&stage).len(), 2, "the same credentials are tried again");
}

#[test]
fn a_canceled_sign_in_is_ignored() {
    let mut stage = trying().after("esc");
    accept(&mut stage, None);
    assert!(matches!(stage.app.screen, Screen::SignIn(_)));
    assert_eq!(stage.count(|command| matches!(command, Command::UseSession)), 0);
}

#[test]
fn a_secret_pasted_into_a_visible_field_goes_to_the_masked_one() {
    let (start, end) = VALUE.split_at(20);
    for pasted in [VALUE.to_owned(), format!("  {start}\r\n  {end}\n"), format!("{start} {end}")] {
        let mut stage = signed_out();
        stage.keys("down enter").paste(&pasted).shows("Client secret \u{203a}");
        assert_eq!(bullets(&stage), VALUE.len(), "{pasted:?}");
        stage.hides("mdb_sa_sk_");
    }
}

#[test]
fn esc_goes_back_and_then_quits() {
    let mut stage = signed_out().after("down enter esc");
    stage.shows("\u{203a} Service account");
    stage.keys("esc");
    assert_eq!(stage.exit(), Some(Exit::Done));
}

#[test]
fn each_method_that_leaves_the_demo_says_so_and_shows_the_host() {
    let mut stage = Stage::filled();
    stage.app.shared.sign_in_host = "cloud.mongodbgov.com".to_owned();
    stage.keys("<ctrl-p>");
    for _ in ["service account", "API key", "access token"] {
        stage.shows("This leaves the demo.").shows("cloud.mongodbgov.com not signed in");
        stage.keys("enter").shows("This leaves the demo.");
        stage.keys("esc down");
    }
    stage.hides("This leaves the demo");

    signed_out().hides("This leaves the demo");
}

fn remote() -> Stage {
    let cloud = BaseUrl::parse(BaseUrl::CLOUD).unwrap();
    Stage::new(Session::remote(&cloud, Identity::AccessToken), Form::new(PROJECT, CLIENT, "720"))
}

fn refused_credentials() -> ApiError {
    rejected_read(401, "UNAUTHORIZED")
}

fn tried(stage: &Stage) -> Option<&Credentials> {
    stage.commands.iter().rev().find_map(|command| match command {
        Command::SignIn(SignInWith::Credentials(credentials)) => Some(credentials),
        _ => None,
    })
}

#[test]
fn a_pasted_id_and_secret_go_to_their_fields() {
    let texts = [
        format!("{CLIENT}\n{VALUE}"),
        format!("export CLIENT_ID={CLIENT}\nexport CLIENT_SECRET={VALUE}\n"),
        format!("{{\"clientId\": \"{CLIENT}\", \"clientSecret\": \"{VALUE}\"}}"),
        format!("{VALUE}\n{CLIENT}"),
        format!("\u{200B}{CLIENT} {VALUE}"),
    ];
    for text in texts {
        for keys in ["<ctrl-p>", "<ctrl-p> enter", "<ctrl-p> enter tab"] {
            let mut stage = remote();
            stage.keys(keys).paste(&text).keys("enter");
            let Some(Credentials::ServiceAccount { client_id, client_secret }) = tried(&stage) else {
                panic!("{text:?}: {:?}", stage.commands)
            };
            assert_eq!((client_id.as_str(), client_secret.expose_secret()), (CLIENT, VALUE), "{text:?}");
            stage.hides("FAKE");
        }
    }
}

#[test]
fn a_client_id_goes_to_its_field_wherever_the_caret_is() {
    let mut stage = signed_out();
    stage.keys("down enter tab").paste(CLIENT).shows("Client secret \u{203a}");
    assert_eq!(bullets(&stage), 0);
    stage.paste(VALUE).keys("enter");
    assert!(
        matches!(tried(&stage), Some(Credentials::ServiceAccount { client_id, .. }) if *client_id == client())
    );
}

#[test]
fn both_halves_of_an_api_key_are_found_by_their_labels() {
    let mut stage = signed_out();
    stage
        .paste("MONGODB_ATLAS_PUBLIC_API_KEY=fakepubl\nMONGODB_ATLAS_PRIVATE_API_KEY=DEMOfakefake\n")
        .keys("enter");
    let Some(Credentials::ApiKey { public_key, private_key }) = tried(&stage) else {
        panic!("{:?}", stage.commands)
    };
    assert_eq!((public_key.as_str(), private_key.expose_secret()), ("fakepubl", "DEMOfakefake"));
}

#[test]
fn a_text_with_two_accounts_is_not_pasted() {
    let mut stage = signed_out();
    stage.paste(&format!("{CLIENT}\n{}", CLIENT.replace('1', "2")));
    stage.shows("Nothing was pasted. The text contains several client IDs or secrets.");
    stage.shows("\u{203a} Atlas CLI profile ci");
}

#[test]
fn wrong_credentials_are_reported_once_and_ctrl_p_signs_in_again() {
    let mut stage = remote();
    stage.app.shared.profiles = vec![ProfileName::new("ci").unwrap()];
    stage.wait(LOOKUP_DELAY);
    stage.project_read(Err(refused_credentials())).account_read(Err(refused_credentials()));
    let form = stage.drawn();
    assert_eq!(form.matches("Sign-in failed (401)").count(), 1, "{form}");
    assert!(form.contains("Ctrl-P signs in again"), "{form}");

    stage.keys("<ctrl-p>").shows("Atlas CLI profile ci");
    stage.keys("esc");
    assert!(stage.is_on_form() && stage.exit().is_none());

    stage.keys("<ctrl-p> enter");
    let cloud = BaseUrl::parse(BaseUrl::CLOUD).unwrap();
    let profile = Identity::Profile { name: ProfileName::new("ci").unwrap(), kind: PairKind::ApiKey };
    let session = Session::remote(&cloud, profile);
    stage.sign_in_tried(Ok(SignedIn { session, project: None, client: None, address_refused: None }));
    assert!(stage.is_on_form());
    assert_eq!((stage.text(FieldName::Project), stage.text(FieldName::Client)), (PROJECT, CLIENT));
    stage.lookups_finished(&[]).shows("ci-deployer");
}

#[test]
fn ctrl_p_does_not_sign_in_while_a_request_is_running() {
    let stage = Stage::stopped_waiting().after("esc <ctrl-p>");
    assert!(!matches!(stage.app.screen, Screen::SignIn(_)));
}
