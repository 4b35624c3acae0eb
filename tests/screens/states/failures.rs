//! The form after a failure, one for each kind.

use std::time::Duration;

use atlas_secret::domain::{
    ApiError, Cause, ExistingSecret, FieldViolation, ProfileName, Rejection, SecretId, ServerText,
};
use crossterm::event::KeyCode;

use crate::stage::{PROJECT, SECRET_ID, Stage, time};

use super::{State, state, unknown};

/// An error response of Atlas.
pub fn rejection(status: u16, error_code: &str, detail: &str) -> Rejection {
    Rejection {
        status,
        error_code: ServerText::new(error_code),
        detail: ServerText::new(detail),
        fields: Vec::new(),
        address: None,
        retry_after: None,
    }
}

pub fn states() -> Vec<State> {
    let mut states = before_posting();
    states.extend(refused());
    states.extend(lost_later());
    states
}

fn before_posting() -> Vec<State> {
    let mut sign_in = Stage::filled();
    sign_in.press(KeyCode::Enter);
    sign_in.signed_in(Err(ApiError::not_sent(Cause::SignInRefused(ServerText::new("invalid_client")))));

    let mut expired = Stage::filled();
    expired.press(KeyCode::Enter);
    let profile = ProfileName::new("my-own-login").unwrap();
    let detail = "You are not authorized for this resource.";
    expired
        .signed_in(Err(ApiError::sent(Cause::LoginExpired(profile, Box::new(rejection(401, "", detail))))));

    let mut unreachable = Stage::filled();
    unreachable.press(KeyCode::Enter);
    let error = ApiError::not_sent(Cause::Tls(ServerText::new("invalid peer certificate: UnknownIssuer")));
    unreachable.signed_in(Err(error));

    let mut no_project = Stage::filled();
    no_project.press(KeyCode::Enter);
    no_project.signed_in(Ok(()));
    let detail = format!("No group with ID {PROJECT} exists.");
    no_project.account_read(Err(ApiError::rejected(rejection(404, "GROUP_NOT_FOUND", &detail))));

    // With `--yes` there are no questions.
    let preapproved = |first: &str| {
        let mut stage = Stage::filled();
        stage.submit_preapproved();
        stage.signed_in(Ok(()));
        stage.project_failed();
        let secrets = vec![existing("9f3a", first), existing("77c0", "2027-03-01T12:00:00Z")];
        stage.account(&secrets);
        stage
    };
    vec![
        state("failure_sign_in_refused", sign_in),
        state("failure_login_expired", expired),
        state("failure_tls", unreachable),
        state("failure_project_not_found", no_project),
        state("failure_both_places_taken", preapproved("2027-01-01T12:00:00Z")),
        state("failure_expired_in_the_way", preapproved("2026-10-01T12:00:00Z")),
    ]
}

/// An existing secret.
pub fn existing(last_four: &str, expires_at: &str) -> ExistingSecret {
    ExistingSecret {
        id: SecretId::from_server(SECRET_ID).unwrap(),
        created_at: None,
        expires_at: Some(time(expires_at)),
        last_used_at: None,
        mask: Some(ServerText::new(&format!("mdb_sa_sk_...{last_four}"))),
    }
}

fn refused() -> Vec<State> {
    let after = |outcome| {
        let mut stage = Stage::posting();
        stage.post_finished(outcome);
        stage
    };
    let rejected = |rejection| after(Err(ApiError::rejected(rejection)));
    let field = |path: &str, description: &str| FieldViolation {
        field: ServerText::new(path),
        description: ServerText::new(description),
    };
    let mut one_field = rejection(400, "VALIDATION_ERROR", "Invalid attribute secretExpiresAfterHours.");
    let most = "must be less than or equal to 720";
    one_field.fields = vec![field("secretExpiresAfterHours", most)];
    let mut two_fields = rejection(400, "VALIDATION_ERROR", "Validation of the request has failed.");
    two_fields.fields = vec![
        field("secretExpiresAfterHours", &format!("{most}, which is what this organization allows at most")),
        field("clientId", "is not the client ID of a service account that this project can see or change"),
    ];
    let long = "The caller is refused because of a rule of the organization. ".repeat(8);
    vec![
        state(
            "failure_not_sent",
            after(Err(ApiError::not_sent(Cause::Connect(ServerText::new("connection refused"))))),
        ),
        state("failure_role_too_low", rejected(rejection(401, "USER_UNAUTHORIZED", "Not authorized."))),
        state(
            "failure_access_list_missing",
            rejected(rejection(403, "ORG_REQUIRES_ACCESS_LIST", "This organization requires access lists.")),
        ),
        state("failure_account_not_found", rejected(rejection(404, "RESOURCE_NOT_FOUND", ""))),
        state("failure_field_refused", rejected(one_field)),
        state("failure_two_fields_refused", rejected(two_fields)),
        state("failure_long_detail", rejected(rejection(403, "FORBIDDEN_BY_RULE", &long))),
    ]
}

/// The response to an earlier request is lost while the form is shown.
fn lost_later() -> Vec<State> {
    let mut stage = unknown::stopped_waiting();
    stage.press(KeyCode::Char('b'));
    stage.post_finished(Err(ApiError::sent(Cause::TimedOut(Duration::from_secs(60)))));
    vec![state("failure_earlier_request_lost", stage)]
}
