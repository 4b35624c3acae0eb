//! Signing in by hand.

use std::time::Duration;

use atlas_secret::domain::{ApiError, BaseUrl, Cause, ProfileName, ServerText, Session};
use atlas_secret::tui::Screen;
use atlas_secret::tui::screens::{Form, SignIn};

use crate::stage::{CLIENT, Stage, VALUE};

use super::failures::rejection;
use super::{State, state};

pub fn states() -> Vec<State> {
    let note = "MONGODB_ATLAS_CLIENT_ID is not used: MONGODB_ATLAS_ACCESS_TOKEN takes precedence";
    let mut noted = signed_out(&["ci"]);
    noted.app.shared.credential_notes = vec![ServerText::new(note)];
    let mut again = Stage::filled();
    again.app.shared.profiles = profiles(&["ci", "staging"]);
    "cloud.mongodb.com".clone_into(&mut again.app.shared.sign_in_host);
    // Typed, but not sent.
    let typed = || {
        signed_out(&["ci"]).then(|stage| stage.keys("down enter").paste(CLIENT).keys("enter").paste(VALUE))
    };
    let key = signed_out(&["ci"]).then(|stage| {
        stage.keys("down down enter").paste("fakepubl").keys("enter").paste("FAKE-private-key")
    });
    let refused = |stage: Stage, error| stage.then(|stage| stage.keys("enter").sign_in_tried(Err(error)));
    let invalid =
        Cause::SignInRefused { status: 401, message: ServerText::new("Invalid credentials provided.") };
    let unauthorized = rejection(401, "UNEXPECTED_ERROR", "You are not authorized for this resource.");
    // An error whose explanation refers to Atlas's message.
    let detail = "The organization's policy does not allow this from where the request came.";
    let forbidden = rejection(403, "POLICY_VIOLATION", detail);
    vec![
        state("sign_in_methods_several_profiles", signed_out(&["ci", "staging"])),
        state("sign_in_again", again.after("<ctrl-p>")),
        state("sign_in_methods", signed_out(&["ci"])),
        state("sign_in_methods_noted", noted),
        state("sign_in_typed", typed()),
        state("sign_in_token", signed_out(&["ci"]).after("down down down enter")),
        state("sign_in_wrong", typed().after("backspace <ctrl-u> enter")),
        state("sign_in_trying", typed().then(|stage| stage.keys("enter").wait(Duration::from_secs(2)))),
        state("sign_in_refused", refused(typed(), ApiError::not_sent(invalid))),
        state("sign_in_key_refused", refused(key, ApiError::rejected(unauthorized))),
        state("sign_in_profile_forbidden", refused(signed_out(&["ci"]), ApiError::rejected(forbidden))),
    ]
}

fn profiles(names: &[&str]) -> Vec<ProfileName> {
    names.iter().map(|name| ProfileName::new(name).unwrap()).collect()
}

fn signed_out(names: &[&str]) -> Stage {
    let session = Session::signed_out(&BaseUrl::parse(BaseUrl::CLOUD).unwrap());
    let mut stage = Stage::new(session, Form::new("", "", "720"));
    stage.app.screen = Screen::SignIn(Box::new(SignIn::new(profiles(names))));
    stage
}
