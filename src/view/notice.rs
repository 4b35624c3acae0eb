//! What stands below the fields: the last failure, or a word.

use ratatui::Frame;
use ratatui::text::Span;

use crate::core::{Failure, FormNotice};

use super::column::{Column, rows_of, said_by_atlas};
use super::theme::Theme;

/// The symbol, and the indent of everything below it.
const INDENT: u16 = 2;

/// How many rows it takes to say all of it.
pub(super) fn rows(notice: &FormNotice, width: u16) -> u16 {
    match notice {
        FormNotice::Word(word) => rows_of(word, width, INDENT),
        FormNotice::Noted(words) => rows_of(words, width, INDENT),
        FormNotice::Failed(failure) => {
            let atlas = failure.atlas_words.as_ref().map(said_by_atlas);
            let explanation = &failure.explanation;
            [
                title(failure).as_str(),
                &explanation.meaning,
                &explanation.action,
                atlas.as_deref().unwrap_or(""),
            ]
            .into_iter()
            .filter(|text| !text.is_empty())
            .map(|text| rows_of(text, width, INDENT))
            .sum()
        }
    }
}

pub(super) fn draw(notice: &FormNotice, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    match notice {
        FormNotice::Word(word) => {
            let symbol = Span::styled(format!("{} ", theme.glyphs.dot), theme.faint);
            column.item(frame, symbol, word, theme.faint);
        }
        FormNotice::Noted(words) => {
            let symbol = Span::styled(format!("{} ", theme.glyphs.warning), theme.warning);
            column.item(frame, symbol, words, theme.warning);
        }
        FormNotice::Failed(failure) => {
            draw_failure(failure, rows(notice, column.width()), theme, frame, column);
        }
    }
}

/// Where not all of it fits, what it means goes first, then the end of Atlas's own words: what happened and
/// what to do stay.
fn draw_failure(failure: &Failure, rows: u16, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    let fits = rows <= column.left();
    let symbol = Span::styled(format!("{} ", theme.glyphs.cross), theme.bad);
    column.item(frame, symbol, &title(failure), theme.bad);
    if fits {
        column.words(frame, INDENT, &failure.explanation.meaning, theme.faint);
    }
    column.words(frame, INDENT, &failure.explanation.action, theme.strong);
    if let Some(words) = &failure.atlas_words {
        column.atlas_words(frame, INDENT, words, theme);
    }
}

fn title(failure: &Failure) -> String {
    format!("{} {}", failure.explanation.title, failure.certainty.words())
}
