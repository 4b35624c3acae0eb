//! What is chosen or typed on the screen of the secret.

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::core::{Created, Model, Panel, Prompt};
use crate::domain::Format;

use super::area::split_left;
use super::column::{Column, LABEL_WIDTH};
use super::theme::Theme;
use super::{handed, retiring, text_line};

pub(super) fn draw(
    model: &Model,
    created: &Created,
    panel: &Panel,
    theme: &Theme,
    frame: &mut Frame,
    column: &mut Column,
) {
    match panel {
        Panel::Retire(retiring) => retiring::draw(model, retiring, theme, frame, column),
        Panel::Formats { selected } => draw_formats(model, created, *selected, theme, frame, column),
        Panel::Save(prompt) => {
            draw_prompt("Save to", prompt, theme, frame, column);
            let format = Format::for_file(prompt.line.text().trim());
            let words = format!("{}, for your eyes alone (0600). Nothing is overwritten.", in_file(format));
            draw_below(prompt, "Saving", &words, theme, frame, column);
            handed::draw_left_out(model, created, format, theme, frame, column);
        }
        Panel::Pipe(prompt) => {
            draw_prompt("Hand it to", prompt, theme, frame, column);
            let words = "A command that reads it from standard input, such as: pass insert -m atlas/ci";
            draw_below(prompt, "Running", words, theme, frame, column);
        }
    }
}

fn draw_formats(
    model: &Model,
    created: &Created,
    selected: usize,
    theme: &Theme,
    frame: &mut Frame,
    column: &mut Column,
) {
    column.line(frame, Line::styled("Copy as", theme.strong));
    for (index, format) in Format::ALL.into_iter().enumerate() {
        let is_selected = index == selected;
        let symbol = if is_selected { theme.glyphs.pointer } else { " " };
        let style = if is_selected { theme.strong } else { Style::new() };
        let symbol = Span::styled(format!("{symbol} "), theme.strong);
        column.line(frame, Line::from(vec![symbol, Span::styled(format.title(), style)]));
    }
    let format = Format::ALL.get(selected).copied().unwrap_or_default();
    handed::draw_left_out(model, created, format, theme, frame, column);
}

fn draw_prompt(label: &str, prompt: &Prompt, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    let row = column.take(1);
    let [left, right] = split_left(row, LABEL_WIDTH);
    frame.render_widget(Line::styled(format!("{label} {}", theme.glyphs.pointer), theme.strong), left);
    text_line::draw(frame, right, &prompt.line);
}

fn draw_below(
    prompt: &Prompt,
    doing: &str,
    advice: &str,
    theme: &Theme,
    frame: &mut Frame,
    column: &mut Column,
) {
    if let Some(problem) = &prompt.problem {
        let symbol = Span::styled(format!("{} ", theme.glyphs.cross), theme.bad);
        column.item(frame, symbol, problem, theme.bad);
        column.words(frame, 2, "The secret is still here.", theme.faint);
        return;
    }
    let words = if prompt.running.is_some() { doing } else { advice };
    column.words(frame, 2, words, theme.faint);
}

fn in_file(format: Format) -> &'static str {
    match format {
        Format::Secret | Format::ClientId => "The secret alone (.env, .json, .yaml: more)",
        Format::Env => "Both variables",
        Format::Json => "Atlas's answer",
        Format::Kubernetes | Format::Aws => "A Kubernetes Secret",
    }
}
