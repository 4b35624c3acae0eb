//! Nobody knows whether a secret was created: what is known, and where to look.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use crate::core::{Model, UnknownOutcome};

use super::column::Column;
use super::sending::ask;
use super::theme::Theme;
use super::words;

/// In fewer rows every blank one counts.
const LOW: u16 = 14;

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
        // It moves once a second, too slow for a spinner to turn.
        let seconds = words::seconds(model.now.since(in_flight.since));
        let dot = Span::styled(format!("{} ", theme.glyphs.dot), theme.faint);
        let taken = format!("Its answer is still taken if it comes  {seconds}");
        column.item(frame, dot, &taken, theme.faint);
    }
    // On the smallest page the advice below takes every row.
    if area.height >= LOW {
        column.blank();
    }
    column.labelled(frame, "Project ID", theme.faint, unknown.new_secret.project.as_str());
    column.labelled(frame, "Client ID", theme.faint, unknown.new_secret.client.as_str());
    let sent = words::date_time(unknown.sent_at.wall, model.zone.as_ref());
    column.labelled(frame, "Sent", theme.faint, &sent);
    column.blank();
    if unknown.asks_to_leave {
        ask(theme, frame, &mut column, "The answer may still come, and would be lost. Leave?");
        return;
    }
    if let Some(word) = unknown.word {
        column.words(frame, 0, word, theme.warning);
        return;
    }
    let advice = "In Atlas, open the project's service accounts and this account. A secret created at that \
                  time that nobody has is the lost one: delete it, then create another.";
    column.words(frame, 0, advice, Style::new());
}
