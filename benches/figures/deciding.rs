//! The time for one key without a terminal: updating and drawing the form, and lists of three lengths.

use std::time::{Duration, Instant};

use atlas_secret::domain::{
    BaseUrl, ENTRIES_PER_PAGE, Identity, Now, Page, ProjectEntry, ProjectId, ServerText, Session,
};
use atlas_secret::tui::screens::Form;
use atlas_secret::tui::{App, Event, Glyphs, KeyPress, Size, Theme};
use crossterm::event::{KeyCode, KeyModifiers};
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::table::{Table, median, microseconds, quantile};

/// The number of keys.
const KEYS: usize = 1_000;

pub fn report(table: &mut Table) {
    let form = press_in_turn(app("32b6e34b3d91647abb20"), '7');
    add(table, "form", &form, "");
    for count in [200, 2_000, 20_000] {
        let keys = press_in_turn(list_of(count), 's');
        add(table, &format!("list of {count} projects"), &keys, "worst < 8 ms");
    }
}

fn add(table: &mut Table, name: &str, times: &[Duration], goal: &str) {
    let figure = format!("{}, worst {}", microseconds(median(times)), microseconds(quantile(times, 100)));
    table.add(format!("{name}: deciding and drawing one key, median of {KEYS}"), figure, "", goal);
}

fn now() -> Now {
    Now { wall: Timestamp::UNIX_EPOCH, uptime: Duration::from_secs(1) }
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
    Event::KeysPressed(vec![KeyPress { code, modifiers }])
}

fn app(project: &str) -> App {
    let session = Session::remote(&BaseUrl::parse(BaseUrl::CLOUD).expect("a URL"), Identity::AccessToken);
    App::new(session, Form::new(project, "", "720"), Size { columns: 80, rows: 24 }, now())
}

/// The list of projects, with all pages fetched.
fn list_of(count: usize) -> App {
    let mut app = app("");
    app.update(now(), key(KeyCode::Char('o'), KeyModifiers::CONTROL));
    for number in 1..=u32::try_from(count.div_ceil(ENTRIES_PER_PAGE)).expect("few pages") {
        app.update(now(), Event::ProjectsPage(Ok(page(number, count))));
    }
    app
}

fn page(number: u32, count: usize) -> Page<ProjectEntry> {
    let first = (number as usize - 1) * ENTRIES_PER_PAGE;
    let last = count.min(first + ENTRIES_PER_PAGE);
    let entries = (first..last).map(|index| ProjectEntry {
        id: ProjectId::parse(&format!("{index:024x}")).expect("24 digits"),
        name: ServerText::new(&format!("{}-service-{index}", ["billing", "search", "ledger"][index % 3])),
        organization: None,
    });
    let about = u32::try_from(count).ok();
    Page { entries: entries.collect(), is_last: last == count, about }
}

/// Types the character and deletes it, many times. In a list the first letter matches against every row.
fn press_in_turn(mut app: App, character: char) -> Vec<Duration> {
    let theme = Theme::color(Glyphs::UNICODE);
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).expect("a screen of memory");
    let mut press = |code| {
        let started = Instant::now();
        app.update(now(), key(code, KeyModifiers::NONE));
        terminal.draw(|frame| _ = app.draw(&theme, frame)).expect("memory takes a frame");
        started.elapsed()
    };
    (0..KEYS / 2).flat_map(|_| [press(KeyCode::Char(character)), press(KeyCode::Backspace)]).collect()
}
