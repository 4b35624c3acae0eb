//! What one key on the form costs: deciding and drawing, and the bytes that it sends to the terminal.
//!
//! `cargo bench --bench form`

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench prints, and stops at a surprise")]

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;
use std::time::Duration;

use atlas_secret::core::{Event, FieldName, Form, KeyPress, Model, Size, update};
use atlas_secret::domain::{BaseUrl, Identity, Moment, Session};
use atlas_secret::view::{Glyphs, Theme, draw};
use crossterm::event::{KeyCode, KeyModifiers};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::backend::{Backend, CrosstermBackend, TestBackend};
use ratatui::{Terminal, TerminalOptions, Viewport, layout::Rect};

fn main() {
    print_bytes();
    divan::main();
}

fn now() -> Moment {
    Moment { wall: Timestamp::from_second(1_795_457_640).unwrap(), uptime: Duration::from_secs(1) }
}

fn model() -> Model {
    let session = Session::remote(&BaseUrl::parse(BaseUrl::CLOUD).unwrap(), Identity::AccessToken);
    let form = Form::new("32b6e34b3d91647abb20", "mdb_sa_id_1234567890abcdef12345678", "720");
    let mut model = Model::new(session, form, Size { columns: 80, rows: 24 }, now());
    update(&mut model, now(), Event::ZoneLoaded(TimeZone::UTC));
    model
}

fn key(code: KeyCode) -> Event {
    Event::KeysPressed(vec![KeyPress { code, modifiers: KeyModifiers::NONE }])
}

/// A digit and a backspace in turn, so that the form stays as it is.
fn press<B: Backend<Error: std::fmt::Debug>>(
    model: &mut Model,
    theme: &Theme,
    terminal: &mut Terminal<B>,
    turn: usize,
) {
    let code = if turn.is_multiple_of(2) { KeyCode::Char('7') } else { KeyCode::Backspace };
    update(model, now(), key(code));
    terminal.draw(|frame| draw(model, theme, frame)).unwrap();
}

#[divan::bench]
fn update_and_draw_one_key(bencher: divan::Bencher) {
    let mut model = model();
    let theme = Theme::colour(Glyphs::UNICODE);
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    let mut turn = 0;
    bencher.bench_local(|| {
        press(&mut model, &theme, &mut terminal, turn);
        turn += 1;
    });
}

#[divan::bench]
fn draw_200_by_50(bencher: divan::Bencher) {
    let model = model();
    let theme = Theme::colour(Glyphs::UNICODE);
    let mut terminal = Terminal::new(TestBackend::new(200, 50)).unwrap();
    bencher.bench_local(|| terminal.draw(|frame| draw(&model, &theme, frame)).map(|_| ()).unwrap());
}

/// Counts what a terminal would be sent.
#[derive(Clone, Default)]
struct Counter(Rc<RefCell<usize>>);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        *self.0.borrow_mut() += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn print_bytes() {
    let counter = Counter::default();
    let viewport = Viewport::Fixed(Rect::new(0, 0, 80, 24));
    let backend = CrosstermBackend::new(counter.clone());
    let mut terminal = Terminal::with_options(backend, TerminalOptions { viewport }).unwrap();
    let mut model = model();
    let theme = Theme::colour(Glyphs::UNICODE);
    for name in FieldName::ALL {
        press(&mut model, &theme, &mut terminal, 0);
        press(&mut model, &theme, &mut terminal, 1);
        let sent = (0..100).map(|turn| {
            let before = *counter.0.borrow();
            press(&mut model, &theme, &mut terminal, turn);
            *counter.0.borrow() - before
        });
        let mut sent: Vec<usize> = sent.collect();
        sent.sort_unstable();
        println!("bytes for a key in {}: median {}, most {}", name.label(), sent[50], sent[99]);
        update(&mut model, now(), key(KeyCode::Tab));
        terminal.draw(|frame| draw(&model, &theme, frame)).unwrap();
    }
}
