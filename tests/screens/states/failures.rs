//! The form after a failure, one for each kind.

use std::time::Duration;

use atlas_secret::domain::{
    ApiError, Cause, ExistingSecret, FieldViolation, ProfileName, Rejection, SecretId, ServerText,
};

use crate::stage::{self, PROJECT, SECRET_ID, Stage, time};

use super::{State, recovery, state};

/// An error response of Atlas.
pub fn rejection(status: u16, error_code: &str, detail: &str) -> Rejection {
    Rejection { detail: ServerText::new(detail), ..stage::rejection(status, error_code) }
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

pub fn states() -> Vec<State> {
    let mut states = before_posting();
    states.extend(refused());
    // The response to an earlier request is lost while the form is shown.
    let lost = ApiError::sent(Cause::TimedOut(Duration::from_secs(60)));
    let stage = recovery::stopped_waiting().then(|stage| stage.keys("b").post_finished(Err(lost)));
    states.push(state("failure_earlier_request_lost", stage));
    states
}

fn before_posting() -> Vec<State> {
    let not_signed_in = |error| Stage::filled().then(|stage| stage.keys("enter").signed_in(Err(error)));
    let profile = ProfileName::new("my-own-login").unwrap();
    let unauthorized = rejection(401, "", "You are not authorized for this resource.");
    let no_project = rejection(404, "GROUP_NOT_FOUND", &format!("No group with ID {PROJECT} exists."));
    // With `--yes` there are no questions.
    let preapproved = |first: &str| {
        let secrets = [existing("9f3a", first), existing("77c0", "2027-03-01T12:00:00Z")];
        Stage::filled()
            .then(|stage| stage.submit_preapproved().signed_in(Ok(())).account(&secrets).project_failed())
    };
    vec![
        state(
            "failure_sign_in_refused",
            not_signed_in(ApiError::not_sent(Cause::SignInRefused {
                status: 401,
                message: ServerText::new("invalid_client"),
            })),
        ),
        state(
            "failure_login_expired",
            not_signed_in(ApiError::sent(Cause::LoginExpired(profile, Box::new(unauthorized)))),
        ),
        state(
            "failure_tls",
            not_signed_in(ApiError::not_sent(Cause::Tls(ServerText::new(
                "invalid peer certificate: UnknownIssuer",
            )))),
        ),
        state(
            "failure_project_not_found",
            Stage::fetching().then(|stage| stage.account_read(Err(ApiError::rejected(no_project)))),
        ),
        state("failure_account_full", preapproved("2027-01-01T12:00:00Z")),
        state("failure_expired_in_the_way", preapproved("2026-10-01T12:00:00Z")),
    ]
}

fn refused() -> Vec<State> {
    let failed = |error| Stage::posting().then(|stage| stage.post_finished(Err(error)));
    let rejected = |status, code, detail: &str| failed(ApiError::rejected(rejection(status, code, detail)));
    let invalid = |detail: &str, fields: &[(&str, &str)]| {
        let violation = |(field, description): &(&str, &str)| FieldViolation {
            field: ServerText::new(field),
            description: ServerText::new(description),
        };
        let fields = fields.iter().map(violation).collect();
        failed(ApiError::rejected(Rejection { fields, ..rejection(400, "VALIDATION_ERROR", detail) }))
    };
    let most = "must be less than or equal to 720";
    let why_most = format!("{most}, which is what this organization allows at most");
    let unseen = "is not the client ID of a service account that this project can see or change";
    let long = "The caller is refused because of a rule of the organization. ".repeat(8);
    let not_sent = Cause::Connect(ServerText::new("atlas.test: connection refused"));
    vec![
        state("failure_not_sent", failed(ApiError::not_sent(not_sent))),
        state("failure_role_too_low", rejected(401, "USER_UNAUTHORIZED", "Not authorized.")),
        state(
            "failure_access_list_missing",
            rejected(403, "ORG_REQUIRES_ACCESS_LIST", "This organization requires access lists."),
        ),
        state("failure_account_not_found", rejected(404, "RESOURCE_NOT_FOUND", "")),
        state(
            "failure_field_refused",
            invalid("Invalid attribute secretExpiresAfterHours.", &[("secretExpiresAfterHours", most)]),
        ),
        state(
            "failure_two_fields_refused",
            invalid(
                "Validation of the request has failed.",
                &[("secretExpiresAfterHours", &why_most), ("clientId", unseen)],
            ),
        ),
        state("failure_long_detail", rejected(403, "FORBIDDEN_BY_RULE", &long)),
    ]
}
