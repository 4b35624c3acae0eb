//! Signing in on the screen: pasted credentials, signing in again, and wrong credentials.

use atlas_secret::domain::{ApiError, BaseUrl, Credentials, Identity, PairKind, ProfileName, Session};
use atlas_secret::jobs::SignedIn;
use atlas_secret::tui::screens::{FieldName, Form};
use atlas_secret::tui::{Command, LOOKUP_DELAY, Screen, SignInWith};
use secrecy::ExposeSecret;

use crate::stage::{CLIENT, PROJECT, Stage, VALUE};
use crate::*;

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
            assert!(!drawn(&stage).contains("FAKE"));
        }
    }
}

#[test]
fn wrong_credentials_are_reported_once_and_ctrl_p_signs_in_again() {
    let mut stage = remote();
    stage.app.shared.profiles = vec![ProfileName::new("ci").unwrap()];
    stage.wait(LOOKUP_DELAY);
    stage.project_read(Err(refused_credentials())).account_read(Err(refused_credentials()));
    let form = drawn(&stage);
    assert_eq!(form.matches("Sign-in failed (401)").count(), 1, "{form}");
    assert!(form.contains("Ctrl-P signs in again"), "{form}");

    stage.keys("<ctrl-p>");
    assert_drawn(&stage, "Atlas CLI profile ci");
    stage.keys("esc");
    assert!(stage.is_on_form() && stage.exit().is_none());

    stage.keys("<ctrl-p> enter");
    let cloud = BaseUrl::parse(BaseUrl::CLOUD).unwrap();
    let profile = Identity::Profile { name: ProfileName::new("ci").unwrap(), kind: PairKind::ApiKey };
    let session = Session::remote(&cloud, profile);
    stage.sign_in_tried(Ok(SignedIn { session, project: None, client: None, address_refused: None }));
    assert!(stage.is_on_form());
    assert_eq!((stage.text(FieldName::Project), stage.text(FieldName::Client)), (PROJECT, CLIENT));
    stage.lookups_finished(&[]);
    assert_drawn(&stage, "ci-deployer");
}

#[test]
fn ctrl_p_does_not_sign_in_while_a_request_is_running() {
    let mut stage = Stage::stopped_waiting();
    stage.keys("esc <ctrl-p>");
    assert!(!matches!(stage.app.screen, Screen::SignIn(_)));
}
