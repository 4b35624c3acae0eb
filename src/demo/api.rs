//! The endpoints of the Administration API: what each reads, changes and answers.

use std::time::Duration;

use hyper::StatusCode;
use hyper::header;
use hyper::http::request::Parts;
use jiff::Timestamp;

use super::answer::Answer;
use super::broken::Delivery;
use super::digest;
use super::media;
use super::query::Query;
use super::refusal::Refusal;
use super::routes::Route;
use super::secrets::hours_asked_for;
use super::seen::header_text;
use super::state::State;
use super::wire::{CreatedSecretBody, GroupBody, OrganizationSettingsBody, PageBody, ServiceAccountBody};
use super::world_file::CreateAnswer;

/// What a refusal for coming too often says in `Retry-After`: long enough to be seen, short enough to wait for.
const RETRY_AFTER_SECONDS: u32 = 3;

/// Answers one request to the API. Who asks is checked before what is asked for, so that nobody
/// without a token or a key learns anything.
pub(super) fn answer(
    state: &mut State,
    route: Route<'_>,
    parts: &Parts,
    body: &[u8],
    now: Timestamp,
) -> Result<Answer, Refusal> {
    if let Some(refused) = digest::refuse(state, parts, now)? {
        return Ok(refused);
    }
    let version = route.version();
    media::check_accept(header_text(parts, &header::ACCEPT), version)?;
    route.check_ids()?;
    let query = Query::parse(parts.uri.query().unwrap_or_default());
    query.flags()?;
    match route {
        Route::Group { group } => {
            let project = GroupBody::from(state.project(group)?);
            Ok(Answer::single(StatusCode::OK, version, &project))
        }
        Route::ServiceAccount { group, client } => {
            let account = ServiceAccountBody::from(state.account(group, client)?);
            Ok(Answer::single(StatusCode::OK, version, &account))
        }
        Route::OrganizationSettings { organization } => {
            let settings = OrganizationSettingsBody::from(state.organization(organization)?);
            Ok(Answer::single(StatusCode::OK, version, &settings))
        }
        Route::Groups => {
            let href = format!("{}{}", state.base_url, parts.uri.path());
            let page = PageBody::<GroupBody>::new(&state.projects, query.paging()?, &href);
            Ok(Answer::list(version, &page))
        }
        Route::ServiceAccounts { group } => {
            let href = format!("{}{}", state.base_url, parts.uri.path());
            let accounts = &state.project(group)?.accounts;
            let page = PageBody::<ServiceAccountBody>::new(accounts, query.paging()?, &href);
            Ok(Answer::list(version, &page))
        }
        Route::Secrets { group, client } => {
            media::check_content_type(header_text(parts, &header::CONTENT_TYPE), version)?;
            create_secret(state, route, (group, client), body, now)
        }
        Route::Secret { group, client, secret } => delete_secret(state, (group, client), secret),
        Route::Token | Route::Revoke => Err(Refusal::no_resource(parts.uri.path())),
    }
}

/// `POST …/secrets`. The secret is made at once, and only its answer is held back or lost: that is
/// what a client which stops to wait has to reckon with.
fn create_secret(
    state: &mut State,
    route: Route<'_>,
    (group, client): (&str, &str),
    body: &[u8],
    now: Timestamp,
) -> Result<Answer, Refusal> {
    let cap = state.cap_in_hours(group)?;
    let refusals = state.new_secrets_work_after_refusals;
    let account = state.account_mut(group, client)?;
    if account.rate_limited_creates > 0 {
        account.rate_limited_creates -= 1;
        let answer = Answer::from(Refusal::rate_limited(RETRY_AFTER_SECONDS));
        return Ok(answer.with(header::RETRY_AFTER, RETRY_AFTER_SECONDS.into()));
    }
    if account.changes_need_a_higher_role {
        return Err(Refusal::role_too_low());
    }
    if account.create_answer == CreateAnswer::GatewayPageNothingCreated {
        return Ok(Answer::gateway_page());
    }
    let created = account.create_secret(hours_asked_for(body)?, cap, refusals, now)?;
    account.colleague_creates(now);
    let mut answer = answer_to_create(account.create_answer, created, route);
    answer.held_back = Duration::from_secs(account.create_delay_seconds);
    state.secrets_created += 1;
    Ok(answer)
}

/// What is said about a secret that was made, and how that travels.
fn answer_to_create(fate: CreateAnswer, mut created: CreatedSecretBody, route: Route<'_>) -> Answer {
    if fate == CreateAnswer::WithoutSecret {
        created.secret = None;
    }
    let created = Answer::single(StatusCode::CREATED, route.version(), &created);
    match fate {
        CreateAnswer::Created | CreateAnswer::WithoutSecret => created,
        CreateAnswer::GatewayPage | CreateAnswer::GatewayPageNothingCreated => Answer::gateway_page(),
        CreateAnswer::CutBody => created.travelling(Delivery::Cut),
        CreateAnswer::Closed => created.travelling(Delivery::Closed),
        CreateAnswer::Reset => created.travelling(Delivery::Reset),
        CreateAnswer::Silence => created.travelling(Delivery::Never),
    }
}

/// `DELETE …/secrets/{secretId}`. The tokens that the secret minted go with it.
fn delete_secret(state: &mut State, (group, client): (&str, &str), secret: &str) -> Result<Answer, Refusal> {
    let account = state.account_mut(group, client)?;
    if account.changes_need_a_higher_role {
        return Err(Refusal::role_too_low());
    }
    account.delete_secret(secret)?;
    state.tokens.revoke_minted_with(secret);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
