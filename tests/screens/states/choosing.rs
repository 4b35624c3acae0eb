//! Lists: while they are read, filtered, and when they cannot be read.

use atlas_secret::domain::{AccountEntry, ClientId, Page, ProjectEntry, ProjectId, ReadProblem, ServerText};
use atlas_secret::tui::Event;
use atlas_secret::tui::screens::FieldName;
use crossterm::event::KeyCode;

use crate::stage::{CLIENT, Stage};

use super::{State, existing, state};

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
        state("list_of_accounts", accounts()),
        state("list_of_lifetimes", open(FieldName::Lifetime)),
    ]
}

/// The list of a field, just opened.
fn open(field: FieldName) -> Stage {
    let text = if field == FieldName::Lifetime { "720" } else { "" };
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

    let problem = ReadProblem::TimedOut(std::time::Duration::from_secs(20));
    stage.projects_page(Err(problem));
    stage
}

fn waiting() -> Stage {
    let mut stage = open(FieldName::Project);

    stage.send(Event::PagesDelayed(std::time::Duration::from_secs(42)));
    stage
}

fn accounts() -> Stage {
    let mut stage = open(FieldName::Client);
    let living = || existing("7891", "2027-03-01T00:00:00Z");
    let expired = || existing("7892", "2026-11-01T00:00:00Z");
    let rows = [("ci-deployer", vec![]), ("billing", vec![living(), living()]), ("backup", vec![expired()])];
    let entries = rows.map(|(name, secrets)| AccountEntry {
        client: ClientId::parse(CLIENT).unwrap(),
        name: ServerText::new(name),
        secrets,
    });

    let page = Page { entries: entries.into(), is_last: true, about: Some(3) };
    stage.accounts_page(Ok(page));
    stage
}
