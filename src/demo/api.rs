//! The endpoints of the Administration API: what each reads, changes and answers.

use std::time::Duration;

use hyper::StatusCode;
use hyper::header;
use hyper::http::request::Parts;
use jiff::Timestamp;

use super::answer::Answer;
use super::digest;
use super::media;
use super::query::Query;
use super::refusal::Refusal;
use super::routes::Route;
use super::secrets::hours_asked_for;
use super::seen::header_text;
use super::state::State;
use super::wire::{GroupBody, OrganizationSettingsBody, PageBody, ServiceAccountBody};
use super::world::CreateAnswer;

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
    let account = state.account_mut(group, client)?;
    if account.changes_need_a_higher_role {
        return Err(Refusal::role_too_low());
    }
    let created = account.create_secret(hours_asked_for(body)?, cap, now)?;
    let held_back = Duration::from_secs(account.create_delay_seconds);
    let fate = account.create_answer;
    state.secrets_created += 1;
    let mut answer = match fate {
        CreateAnswer::Created => Answer::single(StatusCode::CREATED, route.version(), &created),
        CreateAnswer::Close => Answer::gateway_page(),
    };
    answer.held_back = held_back;
    Ok(answer)
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
