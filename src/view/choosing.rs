//! A list to choose from.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::core::{Choice, Choosing, FieldName, Model};
use crate::domain::{ExistingSecret, SECRETS_PER_ACCOUNT};

use super::area::{split_bottom, split_left, split_top};
use super::column::Column;
use super::theme::Theme;
use super::{text_line, words};

/// Room for names; what is longer is cut.
const NAME_WIDTH: usize = 28;

pub(super) fn draw(model: &Model, choosing: &Choosing, theme: &Theme, frame: &mut Frame, area: Rect) {
    let [head, below] = split_top(area, 3);
    let [rows, foot] = split_bottom(below, 2);
    draw_head(choosing, theme, frame, head);
    draw_rows(model, choosing, theme, frame, rows);
    draw_state(model, choosing, theme, frame, foot);
}

fn draw_head(choosing: &Choosing, theme: &Theme, frame: &mut Frame, area: Rect) {
    let mut column = Column::new(area);
    let title = match choosing.field {
        FieldName::Project => "Choose a project",
        FieldName::Client => "Choose a service account",
        FieldName::Lifetime => "Choose a lifetime",
    };
    let row = column.take(1);
    frame.render_widget(Line::styled(title, theme.strong), row);
    let count = Line::from(Span::styled(count(choosing), theme.faint));
    frame.render_widget(count.alignment(Alignment::Right), row);
    let row = column.take(1);
    let prompt = format!("{} ", theme.glyphs.pointer);
    let lead = u16::try_from(prompt.chars().count()).unwrap_or(u16::MAX);
    let [symbol, text] = split_left(row, lead);
    frame.render_widget(Line::styled(prompt, theme.strong), symbol);
    text_line::draw(frame, text, &choosing.filter);
    if choosing.filter.text().is_empty() {
        frame.render_widget(Line::styled("type to filter", theme.faint), text);
    }
}

fn count(choosing: &Choosing) -> String {
    let (matching, all) = (choosing.matching(), choosing.count());
    if choosing.filter.text().is_empty() { format!("{all}") } else { format!("{matching} of {all}") }
}

fn draw_rows(model: &Model, choosing: &Choosing, theme: &Theme, frame: &mut Frame, area: Rect) {
    let height = usize::from(area.height);
    // The selected row stays in sight; the list moves by pages, so that it does not crawl.
    let first = choosing.selected.checked_div(height).unwrap_or(0) * height;
    let mut column = Column::new(area);
    for place in first..first.saturating_add(height) {
        let Some(choice) = choosing.choice(place) else { break };
        let is_selected = place == choosing.selected;
        let width = usize::from(column.width());
        column.line(frame, row(model, choice, is_selected, width, theme));
    }
    if choosing.count() == 0 && !choosing.reading.is_under_way() && choosing.reading.problem.is_none() {
        let words = match choosing.field {
            FieldName::Project => "These credentials see no project.",
            FieldName::Client => "This project has no service account.",
            FieldName::Lifetime => "",
        };
        column.words(frame, 2, words, theme.faint);
    }
}

fn row(model: &Model, choice: &Choice, is_selected: bool, width: usize, theme: &Theme) -> Line<'static> {
    let symbol = if is_selected { theme.glyphs.pointer } else { " " };
    let style = if is_selected { theme.strong } else { Style::new() };
    let (name, rest) = match choice {
        Choice::Project(entry) => (entry.name.to_string(), entry.id.to_string()),
        Choice::Account { entry, signed_in } => {
            let own = if *signed_in { ", signed in" } else { "" };
            let taken = places_taken(&entry.secrets, model.atlas_now());
            let id = entry.client.short(theme.glyphs.ellipsis);
            (entry.name.to_string(), format!("{id}  {taken}{own}"))
        }
        Choice::Lifetime { text, lifetime } => ((*text).to_owned(), lifetime.to_string()),
    };
    Line::from(vec![
        Span::styled(format!("{symbol} "), theme.strong),
        Span::styled(fit(&name, NAME_WIDTH, theme.glyphs.ellipsis), style),
        Span::raw("  "),
        Span::styled(
            fit(&rest, width.saturating_sub(NAME_WIDTH + 4), theme.glyphs.ellipsis),
            if is_selected { style } else { theme.faint },
        ),
    ])
}

/// How full an account is, in words.
fn places_taken(secrets: &[ExistingSecret], now: Timestamp) -> String {
    let expired = secrets.iter().filter(|secret| secret.is_expired(now)).count();
    match (secrets.len(), expired) {
        (0, _) => "no secret".to_owned(),
        (taken, 0) => format!("{taken} of {SECRETS_PER_ACCOUNT} secrets"),
        (taken, expired) => format!("{taken} of {SECRETS_PER_ACCOUNT}, {expired} expired"),
    }
}

/// A text in just so many columns; one that is longer ends in the ellipsis.
fn fit(name: &str, room: usize, ellipsis: &str) -> String {
    let width = Span::raw(name).width();
    if width <= room {
        return format!("{name}{}", " ".repeat(room - width));
    }
    let mut cut = String::new();
    for character in name.chars() {
        if Span::raw(format!("{cut}{character}{ellipsis}")).width() > room {
            break;
        }
        cut.push(character);
    }
    let padding = room.saturating_sub(Span::raw(format!("{cut}{ellipsis}")).width());
    format!("{cut}{ellipsis}{}", " ".repeat(padding))
}

fn draw_state(model: &Model, choosing: &Choosing, theme: &Theme, frame: &mut Frame, area: Rect) {
    let mut column = Column::new(area);
    let reading = &choosing.reading;
    if let Some(problem) = &reading.problem {
        let title = problem.explain().title;
        let words =
            format!("{title} Page {} did not come. Ctrl-R asks again.", reading.missing_page().unwrap_or(1));
        let symbol = Span::styled(format!("{} ", theme.glyphs.cross), theme.bad);
        column.item(frame, symbol, &words, theme.bad);
        return;
    }
    let left = reading.waits_until.map(|until| until.since(model.now)).filter(|left| !left.is_zero());
    if let Some(left) = left {
        let symbol = Span::styled(format!("{} ", theme.glyphs.warning), theme.warning);
        let words = format!("Atlas has had too many requests. Going on in {}.", words::seconds_left(left));
        column.item(frame, symbol, &words, theme.warning);
        return;
    }
    if reading.is_under_way() {
        let pages = match reading.about_pages {
            Some(about) => format!("{} of {about} pages", reading.pages_read),
            None => "reading".to_owned(),
        };
        column.words(frame, 2, &pages, theme.faint);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_fills_its_room_and_no_more() {
        for name in ["", "short", &"long".repeat(20), &"漢".repeat(20), &"漢".repeat(16)] {
            let fitted = fit(name, NAME_WIDTH, "…");
            assert_eq!(Span::raw(&fitted).width(), NAME_WIDTH, "{fitted:?}");
        }
        assert!(fit(&"long".repeat(20), NAME_WIDTH, "…").ends_with('…'));
    }
}
