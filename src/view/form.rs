//! The form.

use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::core::{FieldName, Focus, FormNotice, Model};

use super::column::Column;
use super::theme::Theme;
use super::{field, notice};

pub(super) fn draw(model: &Model, theme: &Theme, frame: &mut Frame, area: Rect) {
    let mut column = Column::new(area);
    column.line(frame, Line::styled("New service account secret", theme.strong));
    column.blank();
    for name in FieldName::ALL {
        field::draw(model, name, theme, frame, &mut column);
    }
    if area.height > 12 {
        column.blank();
    }
    let failed = matches!(model.form.notice, Some(FormNotice::Failed(_)));
    if !failed {
        draw_consequence(theme, frame, &mut column);
        column.blank();
    }
    column.line(frame, button(model, theme).alignment(Alignment::Right));
    if let Some(said) = &model.form.notice {
        if area.height > 14 {
            column.blank();
        }
        notice::draw(said, theme, frame, &mut column);
    }
}

fn draw_consequence(theme: &Theme, frame: &mut Frame, column: &mut Column) {
    let symbol = Span::styled(format!("{} ", theme.glyphs.warning), theme.warning);
    let words = "Other secrets of this account will expire within 7 days once the new one exists.";
    column.item(frame, symbol, words, Style::new());
}

fn button<'a>(model: &Model, theme: &Theme) -> Line<'a> {
    let label = "[ Create secret ]";
    if model.in_flight.is_some() {
        return Line::from(vec![
            Span::styled("an earlier request is still running  ", theme.faint),
            Span::styled(label, theme.faint),
        ]);
    }
    let style = if model.form.focus == Focus::Button { theme.selected } else { Style::new() };
    Line::styled(label, style)
}
