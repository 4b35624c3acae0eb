//! Nobody knows whether a secret was created: what is known, and where to look.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::core::{Model, UnknownOutcome};

use super::column::Column;
use super::sending::{ask, running};
use super::theme::Theme;
use super::words;

pub(super) fn draw(model: &Model, unknown: &UnknownOutcome, theme: &Theme, frame: &mut Frame, area: Rect) {
    let mut column = Column::new(area);
    let title = if unknown.lost.is_certainly_created() {
        "A secret was created, and its value is lost"
    } else {
        "A secret may have been created"
    };
    let warning = Span::styled(format!("{} ", theme.glyphs.warning), theme.warning);
    column.item(frame, warning, title, theme.strong);
    column.words(frame, 2, &unknown.lost.sentence(), Style::new());
    if let Some(in_flight) = &model.in_flight {
        column
            .line(frame, running(model.now, in_flight.since, "Its answer is still taken if it comes", theme));
    }
    column.blank();
    column.labelled(frame, "Project ID", theme.faint, unknown.new_secret.project.as_str());
    column.labelled(frame, "Client ID", theme.faint, unknown.new_secret.client.as_str());
    let sent = words::date_time(unknown.sent_at.wall, model.zone.as_ref());
    column.labelled(frame, "Sent", theme.faint, &sent);
    column.blank();
    if unknown.asks_to_leave {
        ask(theme, frame, &mut column, "The answer may still come, and would be lost. Leave?");
        return;
    }
    let advice = "In Atlas, open the project's service accounts and this account. A secret created at that \
                  time that nobody has is the lost one: delete it, then create another.";
    column.words(frame, 0, advice, Style::new());
    column.line(frame, Line::default());
}
