//! Signing in: the ways, and what is typed for one of them.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::core::{Model, SignIn, SignInProblem, Typing};

use super::area::split_left;
use super::column::{Column, LABEL_WIDTH};
use super::sending::running;
use super::text_line;
use super::theme::Theme;

/// Rows for what is worth knowing.
const ROWS_BELOW: u16 = 6;

/// Rows for a failure, with Atlas's own words.
const ROWS_FOR_PROBLEM: u16 = 9;

pub(super) fn draw(model: &Model, sign_in: &SignIn, theme: &Theme, frame: &mut Frame, area: Rect) {
    let mut column = Column::new(area);
    column.line(frame, Line::styled("Sign in", theme.strong));
    column.blank();
    match &sign_in.typing {
        None => draw_ways(sign_in, theme, frame, &mut column),
        Some(typing) => draw_typing(sign_in, typing, theme, frame, &mut column),
    }
    column.blank();
    if let Some((_, since)) = sign_in.trying {
        column.line(frame, running(model.now, since, "Trying it", theme));
    }
    if let Some(problem) = &sign_in.problem {
        draw_problem(problem, theme, frame, &mut column);
    } else if sign_in.trying.is_none() {
        let words = "What is typed is tried before it counts, and is never written anywhere.";
        column.words(frame, 0, words, theme.faint);
        for note in &model.credential_notes {
            let symbol = Span::styled(format!("{} ", theme.glyphs.warning), theme.warning);
            column.item(frame, symbol, note.as_str(), theme.faint);
        }
    }
}

fn draw_problem(problem: &SignInProblem, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    let symbol = Span::styled(format!("{} ", theme.glyphs.cross), theme.bad);
    match problem {
        SignInProblem::Typed(words) => column.item(frame, symbol, words, theme.bad),
        SignInProblem::Tried { explanation, atlas_words } => {
            column.item(frame, symbol, &explanation.title, theme.bad);
            column.words(frame, 2, &explanation.meaning, theme.faint);
            column.words(frame, 2, &explanation.action, theme.strong);
            if let Some(words) = atlas_words {
                column.atlas_words(frame, 2, words, theme);
            }
        }
    }
}

fn draw_ways(sign_in: &SignIn, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    // Room is kept for what is said below; a longer list moves by pages.
    let below = if sign_in.problem.is_some() { ROWS_FOR_PROBLEM } else { ROWS_BELOW };
    let rows = usize::from(column.left().saturating_sub(below)).max(1);
    let first = sign_in.selected / rows * rows;
    for (index, way) in sign_in.ways.iter().enumerate().skip(first).take(rows) {
        let is_selected = index == sign_in.selected;
        let symbol = if is_selected { theme.glyphs.pointer } else { " " };
        let style = if is_selected { theme.strong } else { theme.faint };
        let line = Line::from(vec![
            Span::styled(format!("{symbol} "), theme.strong),
            Span::styled(way.title(), style),
        ]);
        column.line(frame, line);
    }
}

fn draw_typing(sign_in: &SignIn, typing: &Typing, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    let Some((name_label, secret_label)) = sign_in.way().and_then(crate::core::SignInWay::labels) else {
        return;
    };
    if let (Some(label), Some(name)) = (name_label, &typing.name) {
        let (shown, caret) = (name.text().to_owned(), name.caret_column());
        draw_line(label, &shown, caret, !typing.on_secret, theme, frame, column);
    }
    // Only that something is there, and how much, so that a paste is seen to have arrived.
    let length = typing.secret.length();
    let bullets: String = std::iter::repeat_n(theme.glyphs.bullet, length).collect();
    draw_line(secret_label, &bullets, length, typing.on_secret, theme, frame, column);
}

fn draw_line(
    label: &str,
    text: &str,
    caret: usize,
    in_focus: bool,
    theme: &Theme,
    frame: &mut Frame,
    column: &mut Column,
) {
    let row = column.take(1);
    let [left, right] = split_left(row, LABEL_WIDTH);
    let pointer = if in_focus { theme.glyphs.pointer } else { "" };
    let style = if in_focus { theme.strong } else { theme.faint };
    frame.render_widget(Line::styled(format!("{label} {pointer}"), style), left);
    let scroll = caret.saturating_sub(usize::from(right.width.saturating_sub(1)));
    text_line::draw_shown(frame, right, Line::raw(text), scroll, caret, in_focus);
}
