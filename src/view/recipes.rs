//! The form's request as a command.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::core::{Model, Recipe, Recipes};
use crate::domain::CopyOutcome;

use super::column::Column;
use super::theme::Theme;

pub(super) fn draw(model: &Model, recipes: &Recipes, theme: &Theme, frame: &mut Frame, area: Rect) {
    let mut column = Column::new(area);
    column.line(frame, Line::styled("This request as a command", theme.strong));
    column.line(frame, tabs(recipes.recipe, theme));
    let (glyph, words, style) = match &recipes.copied {
        None => (theme.glyphs.dot, "No credential stands in it. c copies all of it.", theme.faint),
        Some(CopyOutcome::Copied(_)) => (theme.glyphs.check, "Copied", theme.good),
        Some(CopyOutcome::Unverified(_)) => {
            (theme.glyphs.warning, "The clipboard took it, but did not give it back.", theme.warning)
        }
        Some(CopyOutcome::Sent(_)) => (theme.glyphs.check, "Sent to your terminal", theme.good),
        Some(CopyOutcome::Failed(_)) => (theme.glyphs.cross, "Not copied", theme.bad),
    };
    column.item(frame, Span::styled(format!("{glyph} "), style), words, style);
    column.blank();
    for line in model.recipe_text(recipes).lines() {
        // A tab would be dropped by the terminal library; what is copied keeps it.
        column.line(frame, Line::raw(line.replace('\t', "    ")));
    }
}

/// The ways side by side; the one that is shown is set off by brackets, not by colour alone.
fn tabs(shown: Recipe, theme: &Theme) -> Line<'static> {
    let mut spans = Vec::new();
    for recipe in Recipe::ALL {
        let (title, style) = if recipe == shown {
            (format!("[{}]", recipe.title()), theme.strong)
        } else {
            (format!(" {} ", recipe.title()), Style::new())
        };
        spans.push(Span::styled(title, style));
        spans.push(Span::raw(" "));
    }
    Line::from(spans)
}
