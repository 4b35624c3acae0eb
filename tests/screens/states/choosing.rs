//! Lists: loading, loaded, filtered, and with errors.

use atlas_secret::domain::{
    AccountEntry, ApiError, Cause, ClientId, ExistingSecret, Lifetime, Login, OrganizationId, Page,
    ProjectEntry, ProjectId, ServerText,
};
use atlas_secret::tui::Event;
use atlas_secret::tui::screens::FieldName;
use crossterm::event::KeyCode;

use crate::stage::{CLIENT, Stage, client, time};

use super::{State, existing, rejection, state};

pub fn states() -> Vec<State> {
    let mut filtered = projects();
    filtered.type_in("pay");
    let mut nothing = projects();
    nothing.type_in("xyz");
    let mut lower = projects();
    for _ in 0..30 {
        lower.press(KeyCode::Down);
    }
    vec![
        state("list_of_projects_is_read", open(FieldName::Project)),
        state("list_of_projects", projects()),
        state("list_of_projects_filtered", filtered),
        state("list_of_projects_nothing_matches", nothing),
        state("list_of_projects_scrolled", lower),
        state("list_of_projects_failed", failed()),
        state("list_of_projects_waits", waiting()),
        state("list_of_projects_empty", empty()),
        state("list_of_projects_of_two_organizations", two_organizations()),
        state("list_of_accounts", accounts()),
        state("list_of_accounts_by_name", accounts_by_name()),
        state("list_of_accounts_failed", accounts_failed()),
        state("list_of_accounts_empty", no_accounts()),
        state("list_of_lifetimes_above_the_limit", above_the_limit()),
        state("list_of_lifetimes", open(FieldName::Lifetime)),
    ]
}

/// The list of a field, just opened.
fn open(field: FieldName) -> Stage {
    let text = match field {
        FieldName::Project => "",
        FieldName::Client => CLIENT,
        FieldName::Lifetime => "720",
    };
    let mut stage = Stage::with(field, text);
    stage.control('o');
    stage
}

fn send_page(stage: &mut Stage, entries: Vec<ProjectEntry>, is_last: bool, about: u32) {
    let page = Page { entries, is_last, about: Some(about) };
    stage.projects_page(Ok(page));
}

/// One page of many.
fn projects() -> Stage {
    let names =
        ["payments-prod", "a-name-that-is-quite-a-bit-longer-than-most-of-the-others", "data-lake", "search"];
    let entries = (0..40).map(|number| ProjectEntry {
        id: ProjectId::parse(&format!("{number:024x}")).unwrap(),
        name: ServerText::new(names[number % names.len()]),
        organization: None,
    });
    let entries = entries.collect();
    let mut stage = open(FieldName::Project);
    send_page(&mut stage, entries, false, 20_000);
    stage
}

fn empty() -> Stage {
    let mut stage = open(FieldName::Project);
    send_page(&mut stage, Vec::new(), true, 0);
    stage
}

fn failed() -> Stage {
    let mut stage = open(FieldName::Project);

    let error = ApiError::sent(Cause::TimedOut(std::time::Duration::from_secs(20)));
    stage.projects_page(Err(error));
    stage
}

fn waiting() -> Stage {
    let mut stage = open(FieldName::Project);

    stage.send(Event::PageDelayed(std::time::Duration::from_secs(42)));
    stage
}

/// Projects of two organizations.
fn two_organizations() -> Stage {
    let mut stage = open(FieldName::Project);
    let of = |number: u8, name: &str, organization: &str| ProjectEntry {
        id: ProjectId::parse(&format!("{number:024x}")).unwrap(),
        name: ServerText::new(name),
        organization: OrganizationId::from_server(organization),
    };
    let (first, second) = ("4888442a3354817a7320eb61", "5fa3b1c8d2e94f7061728394");
    let entries = vec![
        of(1, "payments-prod", first),
        of(2, "payments-with-a-name-of-more-columns", first),
        of(3, "analytics", second),
    ];
    send_page(&mut stage, entries, true, 3);
    stage
}

/// Accounts with secrets that expire sooner or later. The one in the form is the one that signed in.
fn accounts() -> Stage {
    let mut stage = open(FieldName::Client);
    stage.send(Event::LoginKnown(Login { client: client(), ends_with: ServerText::new("none") }));
    let secret = |expires_at: &str, used_at: Option<&str>| ExistingSecret {
        last_used_at: used_at.map(time),
        ..existing("7891", expires_at)
    };
    let rows = [
        ("aaaa", "web-frontend", vec![]),
        (
            "bbbb",
            "billing",
            vec![
                secret("2027-09-01T00:00:00Z", Some("2026-11-23T15:14:00Z")),
                secret("2026-11-20T00:00:00Z", None),
            ],
        ),
        ("cccc", "a-name-that-is-longer-than-most", vec![secret("2026-12-14T00:00:00Z", None)]),
        (
            "dddd",
            "search",
            vec![
                secret("2026-11-27T00:00:00Z", Some("2026-11-12T00:00:00Z")),
                secret("2027-01-20T00:00:00Z", None),
            ],
        ),
        ("eeee", "backup", vec![secret("2026-11-01T00:00:00Z", Some("2026-10-28T00:00:00Z"))]),
    ];
    let mut entries: Vec<_> = rows
        .into_iter()
        .map(|(tail, name, secrets)| AccountEntry {
            client: ClientId::parse(&format!("mdb_sa_id_1234567890abcdef1234{tail}")).unwrap(),
            name: ServerText::new(name),
            secrets,
        })
        .collect();
    entries.push(AccountEntry {
        client: client(),
        name: ServerText::new("ci-deployer"),
        secrets: vec![secret("2027-01-20T00:00:00Z", Some("2026-11-23T17:13:00Z"))],
    });
    stage.accounts_page(Ok(Page { entries, is_last: true, about: Some(6) }));
    stage
}

fn accounts_by_name() -> Stage {
    let mut stage = accounts();
    stage.press(KeyCode::Tab);
    stage
}

fn accounts_failed() -> Stage {
    let mut stage = open(FieldName::Client);
    stage.accounts_page(Err(ApiError::rejected(rejection(403, "FORBIDDEN", "This project is locked."))));
    stage
}

fn no_accounts() -> Stage {
    let mut stage = open(FieldName::Client);
    stage.accounts_page(Ok(Page { entries: Vec::new(), is_last: true, about: Some(0) }));
    stage
}

/// An organization with a limit of 30 days, and Enter on a longer lifetime.
fn above_the_limit() -> Stage {
    let mut stage = Stage::with(FieldName::Lifetime, "90d");
    stage.app.shared.form.limit = Lifetime::from_hours(720).ok();
    stage.control('o');
    stage.press(KeyCode::Enter);
    stage
}
