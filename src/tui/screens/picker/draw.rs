//! How a list looks: a filter, a table, and what is still to come.

use jiff::{SignedDuration, Timestamp};
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{ApiError, Explanation, Lifetime};
use crate::tui::app::Shared;
use crate::tui::canvas::{Canvas, cut, pointer};
use crate::tui::scroll::more;
use crate::tui::{Theme, text};

use super::super::FieldName;
use super::Picker;
use super::list::Item;
use super::table::Table;

/// Title, filter, and the titles of the columns.
const HEAD_ROWS: u16 = 3;

/// How much more there is, and two rows for what is going on.
const FOOT_ROWS: u16 = 3;

/// How many items fit at a time.
pub(super) fn list_rows(body: Rect) -> usize {
    usize::from(body.height.saturating_sub(HEAD_ROWS + FOOT_ROWS))
}

pub(super) fn draw(picker: &Picker, app: &Shared, canvas: &mut Canvas) {
    let table = Table::new(app, &picker.list, canvas.theme, canvas.width());
    draw_head(picker, &table, canvas);
    if let Some(error) = picker.list.pages.error.as_ref().filter(|_| picker.list.items.is_empty()) {
        return draw_error(picker, app, error, canvas);
    }
    let mut items = canvas.part(canvas.left().saturating_sub(FOOT_ROWS));
    draw_items(picker, app, &table, &mut items);
    items.fill();
    let height = usize::from(items.height());
    canvas.append(0, items);
    draw_foot(picker, app, height, canvas);
}

fn draw_head(picker: &Picker, table: &Table, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let title = match picker.list.field {
        FieldName::Project => "Choose a project",
        FieldName::Client => "Choose a service account",
        FieldName::Lifetime => "Choose a lifetime",
    };
    let is_known = !picker.list.items.is_empty() || picker.list.is_complete();
    let count = if is_known { picker.list.count() } else { String::new() };
    let width = usize::from(canvas.width()).saturating_sub(title.len());
    canvas
        .line(vec![Span::styled(title, theme.strong), Span::styled(format!("{count:>width$}"), theme.faint)]);
    let mut input = picker.filter.row(Span::styled(format!("{} ", theme.glyphs.pointer), theme.strong));
    if picker.filter.text().is_empty() {
        input.text = Line::styled("type to filter", theme.faint);
    }
    input.draw(0, Line::default(), canvas);
    if picker.list.field != FieldName::Lifetime && !picker.list.items.is_empty() {
        canvas.line(table.header());
    } else {
        canvas.blank();
    }
}

/// The first place that is shown. The list turns pages, so that it does not crawl.
fn first_place(picker: &Picker, height: usize) -> usize {
    picker.selected().checked_div(height).unwrap_or(0) * height
}

fn draw_items(picker: &Picker, app: &Shared, table: &Table, canvas: &mut Canvas) {
    let height = usize::from(canvas.height());
    let first = first_place(picker, height);
    for place in first..first.saturating_add(height) {
        let Some(item) = picker.list.item(place) else { break };
        let is_selected = place == picker.selected();
        canvas.line(match item {
            Item::Lifetime { text, name, lifetime } => {
                lifetime_line(app, &format!("{text:<6}{name:<10}"), *lifetime, is_selected, canvas.theme)
            }
            _ => table.row(item, is_selected),
        });
    }
    if picker.list.matches.len() == 0 && (!picker.list.items.is_empty() || picker.list.is_complete()) {
        canvas.words(2, &picker.list.nothing(canvas.theme.glyphs.ellipsis), canvas.theme.faint);
    }
}

/// Why there is no list: all that is known of it.
fn draw_error(picker: &Picker, app: &Shared, error: &ApiError, canvas: &mut Canvas) {
    let Explanation { title, meaning, action, atlas_message } =
        error.explain_list(picker.list.field, &app.session.signed_in_as());
    canvas.explained(&title, &meaning, &action, atlas_message.as_ref());
}

fn draw_foot(picker: &Picker, app: &Shared, height: usize, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let first = first_place(picker, height);
    let below = picker.list.matches.len().saturating_sub(first + height);
    match more(first, below, picker.list.field.noun(), &theme.glyphs) {
        Some(words) => canvas.line(Line::styled(words, theme.faint)),
        None => canvas.blank(),
    }
    let pages = &picker.list.pages;
    if let (true, Some(limit)) = (picker.is_refused, app.form.limit) {
        let text = format!("This organization allows at most {limit}. Choose a shorter lifetime.");
        canvas.warning(&text, theme.warning);
    } else if let Some(error) = &pages.error {
        let page = pages.missing_page().unwrap_or(1);
        let text = format!("Could not load page {page}. {}", error.explain().title);
        let text = cut(&text, canvas.width(), 2, canvas.left(), theme.glyphs.ellipsis);
        canvas.marked(theme.glyphs.cross, &text, theme.bad);
    } else {
        picker.list.draw_progress(app.now, canvas);
    }
}

/// A lifetime, and when it ends, or why it cannot be chosen.
fn lifetime_line(
    app: &Shared,
    text: &str,
    lifetime: Lifetime,
    is_selected: bool,
    theme: &Theme,
) -> Line<'static> {
    let limit = app.form.limit.filter(|limit| lifetime > *limit);
    let rest = if let Some(limit) = limit {
        format!("above the limit of {limit}")
    } else {
        let hours = SignedDuration::from_hours(lifetime.hours().into());
        let ends_at = app.now.wall.checked_add(hours).unwrap_or(Timestamp::MAX);
        format!("expires {}", text::short_date(ends_at, app.zone.as_ref()))
    };
    let style = match limit {
        Some(_) => theme.faint,
        None if is_selected => theme.strong,
        None => Style::new(),
    };
    let rest_style = if is_selected { style } else { theme.faint };
    Line::from(vec![
        pointer(is_selected, theme),
        Span::styled(text.to_owned(), style),
        Span::styled(rest, rest_style),
    ])
}
