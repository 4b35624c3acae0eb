//! Any time on the machine's clock: nothing panics, and every date can be shown.

use std::time::Duration;

use atlas_secret::domain::Now;
use atlas_secret::tui::screens::FieldName;
use atlas_secret::tui::{Event, Glyphs, Theme};
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::stage::{Stage, secret};
use crate::states;

fn clocks() -> Vec<Timestamp> {
    let named =
        ["1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2038-01-19T03:14:08Z", "9999-12-29T00:00:00Z"];
    let mut clocks: Vec<Timestamp> = named.iter().map(|text| text.parse().unwrap()).collect();
    clocks.extend([Timestamp::MIN, Timestamp::MAX]);
    clocks
}

#[test]
fn every_state_is_drawn_at_every_time() {
    let theme = Theme::color(Glyphs::UNICODE);
    for wall in clocks() {
        for mut state in states::all() {
            for (columns, rows) in [(80, 24), (120, 36), (56, 16)] {
                let now = Now { wall, uptime: Duration::from_secs(86_400) };
                state.app.update(now, Event::Resized { columns, rows });
                state.app.update(now, Event::TimePassed);
                let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
                let mut wake = None;
                terminal.draw(|frame| wake = state.app.draw(&theme, frame)).unwrap();
                let due = state.app.due_in();
                assert!(![wake, due].contains(&Some(Duration::ZERO)), "{} would wake for ever", state.name);
            }
        }
    }
}

#[test]
fn a_secret_is_created_at_every_time() {
    for wall in clocks() {
        let mut stage = Stage::filled();
        stage.set_clock(wall).keys("enter").signed_in(Ok(()));
        stage.account(&[states::existing("9f3a", "2026-12-23T18:14:03Z")]);
        // If the older secret has not expired, creating shortens its lifetime.
        stage.keys("y").post_finished(Ok(secret())).advance(Duration::from_secs(30 * 86_400));
        assert_eq!(stage.posts(), 1, "{wall}");
        stage.created_screen();
    }
}

#[test]
fn every_lifetime_is_validated_at_every_time() {
    for wall in clocks() {
        for lifetime in
            ["1", "720", "1y", "2147483647", "9999-12-30", "9999-12-31 23:59", "1970-01-02", "-9999-01-01"]
        {
            let mut stage = Stage::with(FieldName::Lifetime, lifetime);
            stage.set_clock(wall);
            let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
            terminal.draw(|frame| _ = stage.app.draw(&Theme::color(Glyphs::UNICODE), frame)).unwrap();
            stage.keys("enter");
            let _ = stage.app.shared.form.first_invalid();
        }
    }
}
