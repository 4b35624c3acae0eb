//! A secret of an earlier run that was perhaps never handed over.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use crate::core::{LeftOverStage, Model, NotDeleted, TellLeftOver};

use super::column::Column;
use super::sending::{ask, running};
use super::theme::Theme;
use super::words;

pub(super) fn draw(model: &Model, told: &TellLeftOver, theme: &Theme, frame: &mut Frame, area: Rect) {
    let mut column = Column::new(area);
    let entry = &told.left.entry;
    let begun = words::date_time(entry.begun_at, model.zone.as_ref());
    let title = match &entry.secret_id {
        Some(_) => format!(
            "A secret of {}, created on {begun}, was perhaps never handed over",
            entry.client.short(theme.glyphs.ellipsis)
        ),
        None => format!(
            "A secret of {}, perhaps created on {begun}, was perhaps never handed over",
            entry.client.short(theme.glyphs.ellipsis)
        ),
    };
    let warning = Span::styled(format!("{} ", theme.glyphs.warning), theme.warning);
    column.item(frame, warning, &title, theme.strong);
    column.words(frame, 2, "An earlier run ended first. If you had copied it, keep it.", Style::new());
    column.blank();
    column.labelled(frame, "Project ID", theme.faint, entry.project.as_str());
    column.labelled(frame, "Client ID", theme.faint, entry.client.as_str());
    let id = entry.secret_id.as_ref().map_or("not known", |id| id.as_str());
    column.labelled(frame, "Secret ID", theme.faint, id);
    column.labelled(frame, "Signed in as", theme.faint, entry.identity.as_str());
    column.blank();
    match &told.stage {
        LeftOverStage::Looking { since, .. } => {
            column.line(frame, running(model.now, *since, "Looking whether somebody uses it", theme));
        }
        LeftOverStage::Deleting { since, .. } => {
            column.line(frame, running(model.now, *since, "Deleting the secret in Atlas", theme));
        }
        LeftOverStage::Asking(_) => ask(theme, frame, &mut column, "Delete it in Atlas?"),
        LeftOverStage::Told(problem) => draw_told(told, problem.as_ref(), theme, frame, &mut column),
    }
}

fn draw_told(
    told: &TellLeftOver,
    problem: Option<&NotDeleted>,
    theme: &Theme,
    frame: &mut Frame,
    column: &mut Column,
) {
    if let Some(problem) = problem {
        let words = match problem {
            NotDeleted::Used => "It has been used since, so somebody has it. It was not deleted.".to_owned(),
            NotDeleted::Problem(problem) => format!("It could not be deleted. {}", problem.explain().title),
        };
        column.words(frame, 0, &words, theme.bad);
    }
    if !told.is_here {
        let host = told.left.entry.base_url.host();
        let words = format!("It is at {host}, not where this run is signed in.");
        column.words(frame, 0, &words, theme.warning);
    }
    column.words(frame, 0, "Its value cannot be shown again. Keeping it takes this note away.", theme.faint);
}
