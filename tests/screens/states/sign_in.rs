//! Signing in by hand.

use atlas_secret::domain::{ApiError, BaseUrl, Cause, ProfileName, ServerText, Session};
use atlas_secret::tui::screens::{Form, SignIn};
use atlas_secret::tui::{Event, Screen};
use crossterm::event::KeyCode;

use crate::stage::{CLIENT, Stage, VALUE};

use super::failures::rejection;
use super::{State, state};

pub fn states() -> Vec<State> {
    let mut wrong = typed();
    wrong.press(KeyCode::Backspace);
    wrong.control('u');
    wrong.press(KeyCode::Enter);
    let mut trying = typed();
    trying.press(KeyCode::Enter);
    trying.wait(std::time::Duration::from_secs(2));
    let mut token = signed_out();
    for _ in 0..3 {
        token.press(KeyCode::Down);
    }
    token.press(KeyCode::Enter);
    let mut noted = signed_out();
    noted.app.shared.credential_notes = vec![ServerText::new(
        "MONGODB_ATLAS_CLIENT_ID is not used: MONGODB_ATLAS_ACCESS_TOKEN takes precedence",
    )];
    let several = || ["ci", "staging"].map(|name| ProfileName::new(name).unwrap()).to_vec();
    let mut of_several = signed_out();
    of_several.app.screen = Screen::SignIn(Box::new(SignIn::new(several())));
    let mut again = Stage::filled();
    again.app.shared.profiles = several();
    "cloud.mongodb.com".clone_into(&mut again.app.shared.sign_in_host);
    again.control('p');
    vec![
        state("sign_in_ways_several_profiles", of_several),
        state("sign_in_again", again),
        state("sign_in_ways", signed_out()),
        state("sign_in_ways_noted", noted),
        state("sign_in_typed", typed()),
        state("sign_in_token", token),
        state("sign_in_wrong", wrong),
        state("sign_in_trying", trying),
        state("sign_in_refused", refused(typed(), invalid())),
        state("sign_in_key_refused", refused(key_typed(), unauthorized())),
        state("sign_in_profile_forbidden", refused(signed_out(), forbidden())),
    ]
}

fn signed_out() -> Stage {
    let session = Session::signed_out(&BaseUrl::parse(BaseUrl::CLOUD).unwrap());
    let mut stage = Stage::new(session, Form::new("", "", "720"));
    stage.app.screen = Screen::SignIn(Box::new(SignIn::new(vec![ProfileName::new("ci").unwrap()])));
    stage
}

/// Service account credentials that were typed but not sent.
fn typed() -> Stage {
    let mut stage = signed_out();
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Enter);
    stage.paste(CLIENT);
    stage.press(KeyCode::Enter);
    stage.paste(VALUE);
    stage
}

/// An API key that was typed but not sent.
fn key_typed() -> Stage {
    let mut stage = signed_out();
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Enter);
    stage.paste("fakepubl");
    stage.press(KeyCode::Enter);
    stage.paste("FAKE-private-key");
    stage
}

fn invalid() -> ApiError {
    ApiError::not_sent(Cause::SignInRefused(ServerText::new("Invalid credentials provided.")))
}

fn unauthorized() -> ApiError {
    let detail = "You are not authorized for this resource.";
    ApiError::rejected(rejection(401, "UNEXPECTED_ERROR", detail))
}

/// An error whose explanation refers to Atlas's message.
fn forbidden() -> ApiError {
    let detail = "The organization's policy does not allow this from where the request came.";
    ApiError::rejected(rejection(403, "POLICY_VIOLATION", detail))
}

fn refused(mut stage: Stage, error: ApiError) -> Stage {
    stage.press(KeyCode::Enter);
    stage.send(Event::SignInTried(Err(error)));
    stage
}
