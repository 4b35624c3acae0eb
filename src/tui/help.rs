//! Every key that works on the screen below, from the table that decides what they do, grouped by what they are for.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::ServerText;

use super::canvas::{Canvas, cut, wrapped};
use super::keys::{Binding, Group};
use super::scroll::Scroll;
use super::theme::Theme;

const GROUPS: [(Group, &str); 3] =
    [(Group::Act, "Actions"), (Group::Move, "Move"), (Group::Program, "Program")];

/// Between keys and what they do.
const GAP: usize = 2;

/// One row of the help.
pub(super) enum Row {
    Heading(&'static str),
    Key { keys: &'static str, explanation: &'static str },
    Note { text: String, is_first: bool, is_warning: bool },
    Blank,
}

/// All rows, whether they fit or not. What is said of the credentials comes first: the form says it nowhere else.
pub(super) fn rows(notes: &[ServerText], bindings: &[&Binding], about: &[&str], width: u16) -> Vec<Row> {
    let width = usize::from(width);
    let mut rows = Vec::new();
    for note in notes {
        rows.extend(note_rows(note.as_str(), true, width));
    }
    for (group, title) in GROUPS {
        let mut of_group = bindings.iter().filter(|binding| binding.action.group() == group).peekable();
        if of_group.peek().is_some() {
            separate(&mut rows);
            rows.push(Row::Heading(title));
        }
        rows.extend(
            of_group.map(|binding| Row::Key { keys: binding.all, explanation: binding.explanation() }),
        );
    }
    if !about.is_empty() {
        separate(&mut rows);
    }
    rows.extend(about.iter().flat_map(|words| note_rows(words, false, width)));
    rows
}

fn separate(rows: &mut Vec<Row>) {
    if !rows.is_empty() {
        rows.push(Row::Blank);
    }
}

fn note_rows(text: &str, is_warning: bool, width: usize) -> impl Iterator<Item = Row> {
    let lines = wrapped(text, width.saturating_sub(GAP)).into_iter().enumerate();
    lines.map(move |(index, line)| Row::Note { text: line.into_owned(), is_first: index == 0, is_warning })
}

pub(super) fn draw(rows: Vec<Row>, scroll: Scroll, canvas: &mut Canvas) {
    let (theme, width) = (canvas.theme, canvas.width());
    let keys_width = rows.iter().map(|row| if let Row::Key { keys, .. } = row { keys.len() } else { 0 });
    let keys_width = keys_width.max().unwrap_or(0) + GAP;
    let lines = rows.into_iter().map(|row| line(row, keys_width, width, theme)).collect();
    scroll.draw(lines, canvas);
}

fn line(row: Row, keys_width: usize, width: u16, theme: &Theme) -> Line<'static> {
    let glyphs = &theme.glyphs;
    match row {
        Row::Blank => Line::default(),
        Row::Heading(title) => Line::styled(title, theme.strong),
        Row::Key { keys, explanation } => {
            let indent = u16::try_from(keys_width).unwrap_or(u16::MAX);
            let keys = Span::styled(format!("{keys:<keys_width$}"), theme.strong);
            let explanation = explanation.replace('…', glyphs.ellipsis);
            Line::from(vec![keys, Span::raw(cut(&explanation, width, indent, 1, glyphs.ellipsis))])
        }
        Row::Note { text, is_first, is_warning } => {
            let (glyph, style) =
                if is_warning { (glyphs.warning, theme.warning) } else { (glyphs.dot, theme.faint) };
            let symbol = if is_first { format!("{glyph} ") } else { " ".repeat(GAP) };
            Line::from(vec![Span::styled(symbol, style), Span::styled(text, Style::new())])
        }
    }
}
