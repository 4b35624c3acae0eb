//! What a key costs in a list of 200, 2,000 and 20,000 projects: filtering and drawing.
//!
//! `cargo bench --bench lists`

#![expect(clippy::unwrap_used, reason = "a bench stops at a surprise")]

use std::time::Duration;

use atlas_secret::core::{Effect, Event, Form, KeyPress, Model, Size, update};
use atlas_secret::domain::{
    BaseUrl, ENTRIES_PER_PAGE, Identity, Moment, Page, ProjectEntry, ProjectId, ServerText, Session,
};
use atlas_secret::view::{Glyphs, Theme, draw};
use crossterm::event::{KeyCode, KeyModifiers};
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

fn main() {
    divan::main();
}

fn now() -> Moment {
    Moment { wall: Timestamp::from_second(1_795_457_640).unwrap(), uptime: Duration::from_secs(1) }
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
    Event::KeysPressed(vec![KeyPress { code, modifiers }])
}

fn page(number: u32, count: usize) -> Page<ProjectEntry> {
    let first = (number as usize - 1) * ENTRIES_PER_PAGE;
    let last = count.min(first + ENTRIES_PER_PAGE);
    let entries = (first..last).map(|index| ProjectEntry {
        id: ProjectId::parse(&format!("{index:024x}")).unwrap(),
        name: ServerText::new(&format!("{}-service-{index}", ["billing", "search", "ledger"][index % 3])),
    });
    let about = u32::try_from(count).ok();
    Page { entries: entries.collect(), is_last: last == count, about }
}

/// The list of projects, read to its end.
fn list_of(count: usize) -> Model {
    let session = Session::remote(&BaseUrl::parse(BaseUrl::CLOUD).unwrap(), Identity::AccessToken);
    let form = Form::new("", "", "720");
    let mut model = Model::new(session, form, Size { columns: 80, rows: 24 }, now());
    let mut waiting = update(&mut model, now(), key(KeyCode::Char('o'), KeyModifiers::CONTROL));
    while let Some(effect) = waiting.pop() {
        let Effect::ReadProjects { request, page: number } = effect else { continue };
        let result = Ok(page(number, count));
        waiting.extend(update(&mut model, now(), Event::ProjectsRead { request, result }));
    }
    model
}

/// The first letter looks at every row; it is typed and deleted in turn.
#[divan::bench(args = [200, 2_000, 20_000])]
fn filter_and_draw_one_key(bencher: divan::Bencher, count: usize) {
    let mut model = list_of(count);
    let theme = Theme::colour(Glyphs::UNICODE);
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    let mut typed = false;
    bencher.bench_local(|| {
        let code = if typed { KeyCode::Backspace } else { KeyCode::Char('s') };
        typed = !typed;
        update(&mut model, now(), key(code, KeyModifiers::NONE));
        terminal.draw(|frame| draw(&model, &theme, frame)).map(|_| ()).unwrap();
    });
}

/// A name typed to its end, key by key.
#[divan::bench(args = [200, 2_000, 20_000])]
fn type_search_service_1999(bencher: divan::Bencher, count: usize) {
    let model = list_of(count);
    bencher.with_inputs(|| model.clone()).bench_local_values(|mut model| {
        for character in "search1999".chars() {
            update(&mut model, now(), key(KeyCode::Char(character), KeyModifiers::NONE));
        }
        model
    });
}
