//! Every key that works on the screen below, from the table that decides what they do.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::app::App;
use super::canvas::{Canvas, rows_of};

/// Room for the names of keys, in columns.
const KEYS_WIDTH: usize = 14;

pub(super) fn draw(app: &App, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let screen = app.screen.component();
    let about = screen.about();
    let bindings: Vec<_> =
        screen.keys(&app.shared).iter().filter(|binding| screen.works(&app.shared, binding.action)).collect();
    let keys = u16::try_from(bindings.len()).unwrap_or(u16::MAX);
    let about_rows: u16 = about.iter().map(|words| rows_of(words, canvas.width(), 2)).sum();
    // What is said of the credentials is said nowhere else on the form, so it comes first.
    for note in &app.shared.credential_notes {
        canvas.warning(note.as_str(), Style::new());
    }
    let spare = canvas.left().saturating_sub(keys).saturating_sub(about_rows);
    if spare > 0 {
        canvas.line(Line::styled("Keys", theme.strong));
    }
    if spare > 2 {
        canvas.blank();
    }
    for binding in bindings {
        let keys = Span::styled(format!("{:<KEYS_WIDTH$}", binding.keys), theme.strong);
        canvas.line(Line::from(vec![keys, Span::raw(binding.label.replace('…', theme.glyphs.ellipsis))]));
    }
    if spare > 1 {
        canvas.blank();
    }
    for words in about {
        canvas.item(Span::styled(format!("{} ", theme.glyphs.dot), theme.faint), words, Style::new());
    }
}
