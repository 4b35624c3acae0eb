//! Every key of the screen below, from the table that decides what they do.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::core::{Model, Panel, Screen};

use super::column::{Column, rows_of};
use super::theme::Theme;

/// Room for the names of keys, in columns.
const KEYS_WIDTH: usize = 14;

/// The placeholders of a command line, and lines that work.
const PIPE: &[&str] = &[
    "No shell is involved. {project_id} {client_id} {secret_id} {expires_at} are filled in.",
    "pass insert -m atlas/{client_id}",
    "gopass insert -m atlas/{client_id}",
    "vault kv put secret/atlas client_id={client_id} client_secret=-",
    "kubectl create secret generic atlas --from-file=clientSecret=/dev/stdin",
    "gh secret set ATLAS_CLIENT_SECRET",
];

pub(super) fn draw(model: &Model, theme: &Theme, frame: &mut Frame, area: Rect) {
    let mut column = Column::new(area);
    let keys = u16::try_from(model.keys_for_help().len()).unwrap_or(u16::MAX);
    let about_rows: u16 = about(&model.screen).iter().map(|words| rows_of(words, area.width, 2)).sum();
    // What is said of the credentials is said nowhere else on the form, so it comes first.
    for note in &model.credential_notes {
        let symbol = Span::styled(format!("{} ", theme.glyphs.warning), theme.warning);
        column.item(frame, symbol, note.as_str(), Style::new());
    }
    let spare = column.left().saturating_sub(keys).saturating_sub(about_rows);
    if spare > 0 {
        column.line(frame, Line::styled("Keys", theme.strong));
    }
    if spare > 2 {
        column.blank();
    }
    for binding in model.keys_for_help() {
        let keys = Span::styled(format!("{:<KEYS_WIDTH$}", binding.keys), theme.strong);
        column.line(frame, Line::from(vec![keys, Span::raw(binding.label)]));
    }
    if spare > 1 {
        column.blank();
    }
    for words in about(&model.screen) {
        let symbol = Span::styled(format!("{} ", theme.glyphs.dot), theme.faint);
        column.item(frame, symbol, words, Style::new());
    }
}

fn about(screen: &Screen) -> &'static [&'static str] {
    match screen {
        Screen::Created(created) if matches!(created.panel, Some(Panel::Pipe(_))) => PIPE,
        Screen::Created(created) if matches!(created.panel, Some(Panel::Save(_))) => {
            &["The extension says what is saved: .env, .json, .yaml (Kubernetes); else the secret alone."]
        }
        Screen::Form => {
            &["A pasted URL or id goes where it belongs.", "Lifetimes: hours, or 36h, 30d, 12w, 1y."]
        }
        Screen::Created(_) => {
            &["Copied means read back from the clipboard. Leaving asks until the secret is handed over."]
        }
        Screen::Retiring(_) => {
            &["A service account has two places for secrets; an expired one still holds its own."]
        }
        Screen::Recipes(_) => &["What the form asks for, as the vendor's own page writes it."],
        Screen::PendingRecord(_) => {
            &["Each creation is noted on this disk, ids only, until somebody has its secret."]
        }
        Screen::Unknown(_) => &["A late answer with the secret opens it, whatever is on the screen."],
        Screen::SignIn(_) => {
            &["Variables that are set before the start spare this screen: see atlas-secret --help."]
        }
        Screen::Choosing(_) => &["Type to filter by name or id; letters need not stand together."],
        Screen::Sending(_) => &[],
    }
}
