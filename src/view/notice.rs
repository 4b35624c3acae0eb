//! What stands below the fields: the last failure, or a word.

use ratatui::Frame;
use ratatui::text::Span;

use crate::core::{Failure, FormNotice};

use super::column::Column;
use super::theme::Theme;

pub(super) fn draw(notice: &FormNotice, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    match notice {
        FormNotice::Word(word) => {
            let symbol = Span::styled(format!("{} ", theme.glyphs.dot), theme.faint);
            column.item(frame, symbol, word, theme.faint);
        }
        FormNotice::Failed(failure) => draw_failure(failure, theme, frame, column),
    }
}

fn draw_failure(failure: &Failure, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    let symbol = Span::styled(format!("{} ", theme.glyphs.cross), theme.bad);
    let title = format!("{} {}", failure.explanation.title, failure.certainty.words());
    column.item(frame, symbol, &title, theme.bad);
    column.words(frame, 2, &failure.explanation.meaning, theme.faint);
    column.words(frame, 2, &failure.explanation.action, theme.strong);
    if let Some(words) = &failure.atlas_words {
        column.words(frame, 2, &format!("Atlas: {words}"), theme.faint);
    }
}
