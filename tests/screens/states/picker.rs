//! Lists: loading, loaded, filtered, and with errors.

use std::time::Duration;

use atlas_secret::domain::{
    AccountEntry, ApiError, Cause, ClientId, ExistingSecret, Lifetime, Login, OrganizationId, Page,
    ProjectEntry, ProjectId, Rejection, ServerText,
};
use atlas_secret::tui::Event;
use atlas_secret::tui::screens::FieldName;

use crate::stage::{CLIENT, Stage, client, time};

use super::{State, existing, rejection, state};

pub fn states() -> Vec<State> {
    let project_list = || open(FieldName::Project, "");
    let account_list = || open(FieldName::Client, CLIENT);
    let timeout = ApiError::sent(Cause::TimedOut(Duration::from_secs(20)));
    let locked = ApiError::rejected(rejection(403, "FORBIDDEN", "This project is locked."));
    let retry_after = Some(Duration::from_secs(42));
    let limited = Rejection { retry_after, ..rejection(429, "RATE_LIMITED", "") };
    let no_accounts = Page { entries: Vec::new(), is_last: true, about: Some(0) };
    vec![
        state("picker_projects_is_read", project_list()),
        state("picker_projects", projects()),
        state("picker_projects_filtered", projects().then(|stage| stage.type_in("pay"))),
        state("picker_projects_nothing_matches", projects().then(|stage| stage.type_in("xyz"))),
        state("picker_projects_scrolled", projects().after(&"down ".repeat(30))),
        state("picker_projects_failed", project_list().then(|stage| stage.projects_page_fails(&timeout))),
        state(
            "picker_projects_waits",
            project_list().then(|stage| stage.projects_page(Err(ApiError::rejected(limited)))),
        ),
        state("picker_projects_empty", project_page(Vec::new(), true, 0)),
        state("picker_projects_of_two_organizations", two_organizations()),
        state("picker_accounts", accounts()),
        state("picker_accounts_by_name", accounts().after("tab")),
        state("picker_accounts_failed", account_list().then(|stage| stage.accounts_page(Err(locked)))),
        state("picker_accounts_empty", account_list().then(|stage| stage.accounts_page(Ok(no_accounts)))),
        state("picker_lifetimes_above_the_limit", above_the_limit()),
        state("picker_lifetimes", open(FieldName::Lifetime, "720")),
    ]
}

/// The list of a field with this text, just opened.
fn open(field: FieldName, text: &str) -> Stage {
    Stage::with(field, text).after("<ctrl-o>")
}

fn project_page(entries: Vec<ProjectEntry>, is_last: bool, about: u32) -> Stage {
    let page = Page { entries, is_last, about: Some(about) };
    open(FieldName::Project, "").then(|stage| stage.projects_page(Ok(page)))
}

fn project(number: usize, name: &str, organization: &str) -> ProjectEntry {
    ProjectEntry {
        id: ProjectId::parse(&format!("{number:024x}")).unwrap(),
        name: ServerText::new(name),
        organization: OrganizationId::from_server(organization),
    }
}

/// One page of many.
fn projects() -> Stage {
    let names =
        ["payments-prod", "a-name-that-is-quite-a-bit-longer-than-most-of-the-others", "data-lake", "search"];
    let entries = (0..40).map(|number| project(number, names[number % names.len()], "")).collect();
    project_page(entries, false, 20_000)
}

/// Projects of two organizations.
fn two_organizations() -> Stage {
    let (first, second) = ("4888442a3354817a7320eb61", "5fa3b1c8d2e94f7061728394");
    let entries = vec![
        project(1, "payments-prod", first),
        project(2, "payments-with-a-name-of-more-columns", first),
        project(3, "analytics", second),
    ];
    project_page(entries, true, 3)
}

/// Accounts with secrets that expire sooner or later. The one in the form is the one that signed in.
fn accounts() -> Stage {
    let secret = |expires_at: &str, used_at: Option<&str>| ExistingSecret {
        last_used_at: used_at.map(time),
        ..existing("7891", expires_at)
    };
    let account = |tail: &str, name: &str, secrets| AccountEntry {
        client: ClientId::parse(&format!("mdb_sa_id_1234567890abcdef1234{tail}")).unwrap(),
        name: ServerText::new(name),
        secrets,
    };
    let billing = vec![
        secret("2027-09-01T00:00:00Z", Some("2026-11-23T15:14:00Z")),
        secret("2026-11-20T00:00:00Z", None),
    ];
    let search = vec![
        secret("2026-11-27T00:00:00Z", Some("2026-11-12T00:00:00Z")),
        secret("2027-01-20T00:00:00Z", None),
    ];
    let backup = vec![secret("2026-11-01T00:00:00Z", Some("2026-10-28T00:00:00Z"))];
    let own = vec![secret("2027-01-20T00:00:00Z", Some("2026-11-23T17:13:00Z"))];
    let entries = vec![
        account("aaaa", "web-frontend", vec![]),
        account("bbbb", "billing", billing),
        account("cccc", "a-name-that-is-longer-than-most", vec![secret("2026-12-14T00:00:00Z", None)]),
        account("dddd", "search", search),
        account("eeee", "backup", backup),
        AccountEntry { client: client(), ..account("0000", "ci-deployer", own) },
    ];
    let login = Login { client: client(), ends_with: ServerText::new("none") };
    open(FieldName::Client, CLIENT).then(|stage| {
        stage.event(Event::LoginKnown(login));
        stage.accounts_page(Ok(Page { entries, is_last: true, about: Some(6) }))
    })
}

/// An organization with a limit of 30 days, and Enter on a longer lifetime.
fn above_the_limit() -> Stage {
    let mut stage = Stage::with(FieldName::Lifetime, "90d");
    stage.app.shared.form.limit = Lifetime::from_hours(720).ok();
    stage.after("<ctrl-o> enter")
}
