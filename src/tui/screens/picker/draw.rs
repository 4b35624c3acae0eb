//! How a list looks: a filter, a table, and what is still to come.

use jiff::{SignedDuration, Timestamp};
use ratatui::layout::{Alignment, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{ApiError, Lifetime};
use crate::tui::app::Shared;
use crate::tui::area::{split_bottom, split_left, split_top};
use crate::tui::canvas::{Canvas, cut, pointer};
use crate::tui::scroll::more;
use crate::tui::{Theme, words};

use super::super::FieldName;
use super::item::Item;
use super::table::{Column, Row, columns, fit};
use super::{Picker, signed_in_as};

/// Title, filter, and the titles of the columns.
const HEAD_ROWS: u16 = 3;

/// How much more there is, and two rows for what is going on.
const FOOT_ROWS: u16 = 3;

/// How many items have room at a time.
pub(super) fn list_rows(body: Rect) -> usize {
    usize::from(body.height.saturating_sub(HEAD_ROWS + FOOT_ROWS))
}

pub(super) fn draw(picker: &Picker, app: &Shared, canvas: &mut Canvas) {
    let [head, below] = split_top(canvas.area, HEAD_ROWS);
    let columns = columns(picker, usize::from(canvas.width()));
    draw_head(picker, &columns, &mut canvas.part(head));
    if let Some(problem) = picker.list.pages.problem.as_ref().filter(|_| picker.list.items.is_empty()) {
        return draw_problem(picker, problem, &mut canvas.part(below));
    }
    let [items, foot] = split_bottom(below, FOOT_ROWS);
    draw_items(picker, app, &columns, &mut canvas.part(items));
    draw_foot(picker, app, usize::from(items.height), &mut canvas.part(foot));
}

fn draw_head(picker: &Picker, columns: &[(Column, usize)], canvas: &mut Canvas) {
    let theme = canvas.theme;
    let title = match picker.list.field {
        FieldName::Project => "Choose a project",
        FieldName::Client => "Choose a service account",
        FieldName::Lifetime => "Choose a lifetime",
    };
    let row = canvas.take(1);
    canvas.frame.render_widget(Line::styled(title, theme.strong), row);
    if !picker.list.items.is_empty() || picker.list.is_complete() {
        let count = Line::styled(picker.list.count(), theme.faint);
        canvas.frame.render_widget(count.alignment(Alignment::Right), row);
    }
    let row = canvas.take(1);
    let prompt = format!("{} ", theme.glyphs.pointer);
    let lead = u16::try_from(prompt.chars().count()).unwrap_or(u16::MAX);
    let [symbol, text] = split_left(row, lead);
    canvas.frame.render_widget(Line::styled(prompt, theme.strong), symbol);
    picker.filter.draw(canvas, text);
    if picker.filter.text().is_empty() {
        canvas.frame.render_widget(Line::styled("type to filter", theme.faint), text);
    }
    if picker.list.field != FieldName::Lifetime && !picker.list.items.is_empty() {
        let titles = columns.iter().map(|(column, width)| fit(column.title(), *width, theme));
        canvas.line(Line::styled(format!("  {}", titles.collect::<Vec<_>>().join("  ")), theme.faint));
    }
}

/// The first place that is shown. The list turns pages, so that it does not crawl.
fn first_place(picker: &Picker, height: usize) -> usize {
    picker.selected.checked_div(height).unwrap_or(0) * height
}

fn draw_items(picker: &Picker, app: &Shared, columns: &[(Column, usize)], canvas: &mut Canvas) {
    let height = usize::from(canvas.area.height);
    let first = first_place(picker, height);
    let own = signed_in_as(app);
    for place in first..first.saturating_add(height) {
        let Some(item) = picker.list.item(place) else { break };
        let is_selected = place == picker.selected;
        let theme = canvas.theme;
        let line = if let Item::Lifetime { text, words, lifetime } = item {
            lifetime_line(app, &format!("{text:<6}{words:<10}"), *lifetime, is_selected, theme)
        } else {
            let is_own = own.as_ref().is_some_and(|own| item.is(own.as_str()));
            Row { app, item, is_own, is_selected }.line(columns, theme)
        };
        canvas.line(line);
    }
    if picker.list.matches.len() == 0 && (!picker.list.items.is_empty() || picker.list.is_complete()) {
        canvas.words(2, &picker.list.nothing(), canvas.theme.faint);
    }
}

/// Why there is no list: all that is known of it.
fn draw_problem(picker: &Picker, problem: &ApiError, canvas: &mut Canvas) {
    let explanation = problem.explain();
    let (title, atlas) = (could_not_load(picker, problem), problem.atlas_words());
    canvas.explained(&title, &explanation.meaning, &explanation.action, atlas.as_ref());
}

fn could_not_load(picker: &Picker, problem: &ApiError) -> String {
    let page = picker.list.pages.missing_page().unwrap_or(1);
    format!("Could not load page {page}. {}", problem.explain().title)
}

fn draw_foot(picker: &Picker, app: &Shared, height: usize, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let first = first_place(picker, height);
    let below = picker.list.matches.len().saturating_sub(first + height);
    match more(first, below, &theme.glyphs) {
        Some(words) => canvas.line(Line::styled(words, theme.faint)),
        None => canvas.blank(),
    }
    let pages = &picker.list.pages;
    if let (true, Some(longest)) = (picker.is_refused, app.form.longest_hours) {
        let words = format!(
            "This organization allows at most {}. Choose a shorter lifetime.",
            hours_in_words(longest)
        );
        canvas.warning(&words, theme.warning);
    } else if let Some(problem) = &pages.problem {
        let words = could_not_load(picker, problem);
        let words = cut(&words, canvas.width(), 2, canvas.left(), theme.glyphs.ellipsis);
        canvas.marked(theme.glyphs.cross, &words, theme.bad);
    } else if let Some(left) = pages.wait_left(app.now) {
        canvas.warning(&words::rate_limited(left), theme.warning);
    } else if pages.is_under_way() {
        let words = match pages.about_pages {
            Some(about) => {
                format!("Loading {}s, {} of {about} pages", picker.list.field.noun(), pages.pages_read)
            }
            None => format!("Loading {}s", picker.list.field.noun()),
        };
        canvas.running(app.now, pages.since, &words);
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
    let limit = app.form.longest_hours.filter(|longest| lifetime.hours() > *longest);
    let rest = if let Some(limit) = limit {
        format!("above the limit of {}", hours_in_words(limit))
    } else {
        let hours = SignedDuration::from_hours(lifetime.hours().into());
        let ends_at = app.now.wall.checked_add(hours).unwrap_or(Timestamp::MAX);
        format!("expires {}", words::short_date(ends_at, app.zone.as_ref()))
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

fn hours_in_words(hours: i32) -> String {
    match (hours, hours % 24) {
        (24, _) => "1 day".to_owned(),
        (_, 0) => format!("{} days", hours / 24),
        (1, _) => "1 hour".to_owned(),
        _ => format!("{hours} hours"),
    }
}
