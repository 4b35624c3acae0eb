//! One field: its label, what was typed, and the verdict beside or below it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::core::{FieldName, Focus, Model, Verdict};

use super::area::split_left;
use super::column::{Column, LABEL_WIDTH, cut, rows_of};
use super::theme::Theme;
use super::{text_line, words};

/// Room for a client id and the caret behind it.
const VALUE_WIDTH: u16 = 35;

/// Longer names are cut.
const LONGEST_NAME: u16 = 40;

/// How far in words stand that are too long to stand below the value.
const LONG_INDENT: u16 = 2;

pub(super) fn draw(model: &Model, name: FieldName, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    let [label, value, beside] = parts(column.take(1));
    let verdict = model.form.verdict(name);
    draw_label(model, name, theme, frame, label);
    draw_value(model, name, &verdict, theme, frame, value);
    let Some(said) = Said::of(model, name, &verdict, theme) else { return };
    if said.width() <= beside.width {
        frame.render_widget(said.line(), beside);
        return;
    }
    let indent = said.indent(column.width());
    let symbol = Span::styled(format!("{}{} ", " ".repeat(usize::from(indent)), said.symbol), said.style);
    column.item(frame, symbol, &said.words, said.style);
}

/// How many rows the words take that do not fit beside the value.
pub(super) fn rows_below(model: &Model, name: FieldName, theme: &Theme, width: u16) -> u16 {
    let [.., beside] = parts(Rect { width, height: 1, ..Rect::default() });
    match Said::of(model, name, &model.form.verdict(name), theme) {
        Some(said) if said.width() > beside.width => rows_of(&said.words, width, said.indent(width) + 2),
        _ => 0,
    }
}

fn parts(row: Rect) -> [Rect; 3] {
    // Where it is narrowest a `✓` still fits beside a whole client id.
    let gap = u16::from(row.width > LABEL_WIDTH + VALUE_WIDTH + 1);
    let [label, row] = split_left(row, LABEL_WIDTH);
    let [value, row] = split_left(row, VALUE_WIDTH);
    let [_, beside] = split_left(row, gap);
    [label, value, beside]
}

/// What is said about a field.
struct Said {
    symbol: &'static str,
    words: String,
    style: Style,
}

impl Said {
    fn of(model: &Model, name: FieldName, verdict: &Verdict, theme: &Theme) -> Option<Self> {
        let glyphs = theme.glyphs;
        let (symbol, words, style) = match verdict {
            Verdict::Silent => return None,
            Verdict::Incomplete(missing) => (glyphs.dot, missing.clone(), theme.faint),
            Verdict::Wrong { message, .. } => (glyphs.cross, message.clone(), theme.bad),
            Verdict::Refused(words) => (glyphs.cross, words.to_string(), theme.bad),
            Verdict::RightId(remark) => return Some(Self::of_id(model, name, *remark, theme)),
            Verdict::RightLifetime { lifetime, warning: Some(warning) } => {
                (glyphs.warning, format!("{lifetime}: {warning}"), theme.warning)
            }
            Verdict::RightLifetime { lifetime, warning: None } => {
                (glyphs.check, lifetime_words(model, *lifetime), theme.good)
            }
        };
        Some(Self { symbol, words, style })
    }

    /// The name that Atlas knows it by; what the program did to it comes first.
    fn of_id(model: &Model, name: FieldName, remark: Option<&'static str>, theme: &Theme) -> Self {
        let glyphs = theme.glyphs;
        match (remark, model.looked_up(name)) {
            (Some(remark), None) => {
                Self { symbol: glyphs.check, words: remark.to_owned(), style: theme.good }
            }
            (remark, Some(Ok(known))) => {
                let known = cut(known, LONGEST_NAME, 0, 1, glyphs.ellipsis);
                let words = remark.map_or_else(|| known.clone(), |remark| format!("{known} ({remark})"));
                Self { symbol: glyphs.check, words, style: theme.good }
            }
            (_, Some(Err(problem))) => {
                let words = format!("could not look: {}", uncapitalized(&problem.explain().title));
                Self { symbol: glyphs.warning, words, style: theme.warning }
            }
            (None, None) => Self { symbol: glyphs.check, words: String::new(), style: theme.good },
        }
    }

    fn line(&self) -> Line<'_> {
        let symbol = Span::styled(self.symbol, self.style);
        if self.words.is_empty() {
            return Line::from(symbol);
        }
        Line::from(vec![symbol, Span::raw(" "), Span::styled(self.words.as_str(), self.style)])
    }

    fn width(&self) -> u16 {
        u16::try_from(self.line().width()).unwrap_or(u16::MAX)
    }

    /// Below the value where that fits, else from the left.
    fn indent(&self, width: u16) -> u16 {
        if LABEL_WIDTH.saturating_add(self.width()) <= width { LABEL_WIDTH } else { LONG_INDENT }
    }
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
    let typed = &model.form.field(name).line;
    let room = usize::from(area.width.saturating_sub(1));
    let scroll = typed.scroll(room);
    let offending = match verdict {
        Verdict::Wrong { position, .. } => *position,
        _ => None,
    };
    let line = value_line(typed.text(), offending, theme);
    let has_focus = model.form.focus == Focus::Field(name);
    text_line::draw_shown(frame, area, line, scroll, typed.caret_column(), has_focus);
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

/// A sentence that goes on after a colon, without its full stop.
fn uncapitalized(sentence: &str) -> String {
    let mut characters = sentence.trim_end_matches('.').chars();
    let first = characters.next().map(|first| first.to_lowercase().to_string());
    // A name stays as it is written.
    if sentence.starts_with("Atlas") {
        sentence.trim_end_matches('.').to_owned()
    } else {
        first.unwrap_or_default() + characters.as_str()
    }
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
