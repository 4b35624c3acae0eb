//! One field: its label, what was typed, and the verdict beside or below it.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span};

use crate::core::{FieldName, Focus, Model, Verdict};

use super::column::{Column, LABEL_WIDTH};
use super::theme::Theme;
use super::words;

/// Room for a client id and the caret behind it.
const VALUE_WIDTH: u16 = 36;

/// From this width on, in columns, every verdict fits beside its field.
const WIDE_FROM: u16 = 90;

pub(super) fn draw(model: &Model, name: FieldName, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    let row = column.take(1);
    // On a narrow page the row below stays free for words that do not fit beside, so that nothing jumps
    // while a person types.
    let below = if column.width() < WIDE_FROM { column.take(1) } else { Rect::default() };
    let [label, value, _, beside] = Layout::horizontal([
        Constraint::Length(LABEL_WIDTH),
        Constraint::Length(VALUE_WIDTH),
        Constraint::Length(1),
        Constraint::Fill(1),
    ])
    .areas(row);
    let verdict = model.form.verdict(name);
    draw_label(model, name, theme, frame, label);
    draw_value(model, name, &verdict, theme, frame, value);
    let words = verdict_line(model, &verdict, theme);
    let fits = words.width() <= usize::from(beside.width);
    let area = if fits || below.is_empty() {
        beside
    } else {
        Rect { x: value.x, width: below.right().saturating_sub(value.x), ..below }
    };
    frame.render_widget(words, area);
}

fn draw_label(model: &Model, name: FieldName, theme: &Theme, frame: &mut Frame, row: Rect) {
    let in_focus = model.form.focus == Focus::Field(name);
    let line = if in_focus {
        Line::from(vec![
            Span::styled(name.label(), theme.strong),
            Span::raw(" "),
            Span::styled(theme.glyphs.pointer, theme.strong),
        ])
    } else {
        Line::styled(name.label(), theme.faint)
    };
    frame.render_widget(line, row);
}

fn draw_value(
    model: &Model,
    name: FieldName,
    verdict: &Verdict,
    theme: &Theme,
    frame: &mut Frame,
    area: Rect,
) {
    if area.is_empty() {
        return;
    }
    let text_line = &model.form.field(name).line;
    let room = usize::from(area.width.saturating_sub(1));
    let scroll = text_line.scroll(room);
    let offending = match verdict {
        Verdict::Wrong { position, .. } => *position,
        _ => None,
    };
    let line = value_line(text_line.text(), offending, theme);
    let shown = ratatui::widgets::Paragraph::new(line).scroll((0, u16::try_from(scroll).unwrap_or(u16::MAX)));
    frame.render_widget(shown, area);
    if model.form.focus == Focus::Field(name) {
        let caret = u16::try_from(text_line.caret_column().saturating_sub(scroll)).unwrap_or(u16::MAX);
        let x = area.x.saturating_add(caret).min(area.right().saturating_sub(1));
        frame.set_cursor_position(Position { x, y: area.y });
    }
}

/// The text with the character to blame set off, so that it is found without reading.
fn value_line<'a>(text: &'a str, offending: Option<usize>, theme: &Theme) -> Line<'a> {
    let Some((start, character)) = offending.and_then(|position| text.char_indices().nth(position)) else {
        return Line::raw(text);
    };
    let end = start + character.len_utf8();
    Line::from(vec![
        Span::raw(&text[..start]),
        Span::styled(&text[start..end], theme.offending),
        Span::raw(&text[end..]),
    ])
}

fn verdict_line(model: &Model, verdict: &Verdict, theme: &Theme) -> Line<'static> {
    let glyphs = theme.glyphs;
    let (symbol, words, style) = match verdict {
        Verdict::Silent => return Line::default(),
        Verdict::Incomplete(missing) => (glyphs.dot, missing.clone(), theme.faint),
        Verdict::Wrong { message, .. } => (glyphs.cross, message.clone(), theme.bad),
        Verdict::Refused(words) => (glyphs.cross, format!("Atlas: {words}"), theme.bad),
        Verdict::RightId(remark) => (glyphs.check, remark.unwrap_or_default().to_owned(), theme.good),
        Verdict::RightLifetime { lifetime, warning: Some(warning) } => {
            (glyphs.warning, format!("{lifetime}: {warning}"), theme.warning)
        }
        Verdict::RightLifetime { lifetime, warning: None } => {
            (glyphs.check, lifetime_words(model, *lifetime), theme.good)
        }
    };
    Line::from(vec![Span::styled(symbol, style), Span::raw(" "), Span::styled(words, style)])
}

/// The hours and, once the time zone is known, the date they lead to.
fn lifetime_words(model: &Model, lifetime: crate::domain::Lifetime) -> String {
    let hours = jiff::SignedDuration::from_hours(i64::from(lifetime.hours()));
    let ends_at = model.now.wall.checked_add(hours);
    match (ends_at, &model.zone) {
        (Ok(ends_at), Some(zone)) => format!("{lifetime}, {}", words::date_time(ends_at, Some(zone))),
        _ => lifetime.to_string(),
    }
}
