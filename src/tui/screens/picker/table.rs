//! The tables of projects, accounts and lifetimes: which columns fit, and their texts.

use jiff::{SignedDuration, Timestamp};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{AccountEntry, Lifetime};
use crate::tui::app::Shared;
use crate::tui::canvas::pointer;
use crate::tui::{Theme, text};

use super::super::FieldName;
use super::list::{Item, List};

/// Before the first column, and between columns.
const GAP: usize = 2;

/// The smallest width of a name, in columns.
pub(in crate::tui) const SHORTEST_NAME: usize = 15;

/// Less important columns are left out before names get narrower than this, in columns.
const PREFERRED_NAME: usize = 22;

/// The width of a bar, in cells of one week.
const BAR_WIDTH: i64 = 13;

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;
const SECONDS_PER_WEEK: i64 = 7 * SECONDS_PER_DAY;

/// An expiry within [`BAD_DAYS`] is bad; within [`WARNING_DAYS`] it is a warning.
const BAD_DAYS: i64 = 7;
const WARNING_DAYS: i64 = 30;

/// The columns, from left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    /// As in the field.
    Lifetime,
    Name,
    Id,
    Organization,
    ClientTail,
    Secrets,
    Expires,
    LastUsed,
    Bar,
}

impl Column {
    fn title(self) -> &'static str {
        match self {
            Self::Lifetime => "",
            Self::Name => "Name",
            Self::Id => "ID",
            Self::Organization => "Organization",
            Self::ClientTail => "Client",
            Self::Secrets => "Secrets",
            Self::Expires => "  Expires",
            Self::LastUsed => "Last used",
            Self::Bar => "today   +90 d",
        }
    }
}

/// A table at one width.
pub(in crate::tui) struct Table<'a> {
    app: &'a Shared,
    theme: &'a Theme,
    columns: Vec<(Column, usize)>,
}

impl<'a> Table<'a> {
    /// Returns a table without empty columns, and without less important ones if names need the width.
    pub fn new(app: &'a Shared, list: &List, theme: &'a Theme, width: u16) -> Self {
        // Most important first.
        let wanted: &[Column] = match list.field {
            FieldName::Project if has_several_organizations(list) => &[Column::Id, Column::Organization],
            FieldName::Project => &[Column::Id],
            FieldName::Client => {
                &[Column::Expires, Column::Secrets, Column::ClientTail, Column::LastUsed, Column::Bar]
            }
            FieldName::Lifetime => &[Column::Lifetime, Column::Expires],
        };
        let mut table = Self { app, theme, columns: Vec::new() };
        let widest = |column| {
            let cells = list.items.iter().map(|item| table.cell(column, item, false).width());
            cells.max().unwrap_or(0)
        };
        let name = widest(Column::Name);
        let mut left = usize::from(width).saturating_sub(GAP);
        let mut columns = Vec::new();
        for column in wanted {
            let is_important = matches!(column, Column::Id | Column::Expires | Column::Secrets);
            let kept = if is_important { SHORTEST_NAME } else { name.clamp(SHORTEST_NAME, PREFERRED_NAME) };
            let width = widest(*column).max(column.title().len());
            if widest(*column) > 0 && kept + GAP + width <= left {
                columns.push((*column, width));
                left -= GAP + width;
            }
        }
        columns.push((Column::Name, if list.field == FieldName::Lifetime { name } else { left }));
        columns.sort_unstable();
        table.columns = columns;
        table
    }

    /// Returns a table of only names and IDs, with these widths.
    pub fn of_names(app: &'a Shared, theme: &'a Theme, name: usize, id: usize) -> Self {
        Self { app, theme, columns: vec![(Column::Name, name), (Column::Id, id)] }
    }

    pub fn header(&self) -> Line<'static> {
        let titles = self.columns.iter().map(|(column, width)| format!("  {:<width$}", column.title()));
        Line::styled(titles.collect::<String>(), self.theme.faint)
    }

    pub fn row(&self, item: &Item, is_selected: bool) -> Line<'static> {
        let mut line = Line::from(pointer(is_selected, self.theme));
        for (position, (column, width)) in self.columns.iter().enumerate() {
            if position > 0 {
                line.push_span(" ".repeat(GAP));
            }
            let mut cell = self.cell(*column, item, is_selected);
            if *column == Column::Name {
                let name = &mut cell.spans[0].content;
                *name = truncated(name, *width, self.theme).into();
            }
            let padding = width.saturating_sub(cell.width());
            line.spans.extend(cell);
            line.push_span(" ".repeat(padding));
        }
        line
    }

    fn cell(&self, column: Column, item: &Item, is_selected: bool) -> Line<'static> {
        let (app, theme) = (self.app, self.theme);
        let styled = |text: &str, style| {
            Line::from(Span::styled(text.to_owned(), if is_selected { theme.strong } else { style }))
        };
        let is_allowed = item.is_allowed(app.form.limit);
        match (column, item) {
            (Column::Name, _) => styled(item.name(), if is_allowed { Style::new() } else { theme.faint }),
            (Column::Id | Column::Lifetime, _) => styled(item.value(), theme.faint),
            (Column::Organization, Item::Project(entry)) => {
                let organization = entry.organization.as_ref().map(ToString::to_string);
                styled(&organization.unwrap_or_default(), theme.faint)
            }
            (Column::ClientTail, Item::Account(entry)) => {
                let client = entry.client.as_str();
                styled(&format!("{}{}", theme.glyphs.ellipsis, &client[client.len() - 4..]), theme.faint)
            }
            (Column::Secrets, Item::Account(entry)) => {
                styled(&text::secret_count(entry.secrets.len()), theme.faint)
            }
            (Column::Expires, Item::Account(entry)) => match self.urgency(entry) {
                Some(style) => Line::from(Span::styled(self.expiry(entry), style)),
                None => styled(&self.expiry(entry), Style::new()),
            },
            (Column::Expires, Item::Lifetime { lifetime, .. }) => styled(&self.end(*lifetime), theme.faint),
            (Column::LastUsed, Item::Account(entry)) => match entry.last_used_at() {
                Some(at) => styled(&text::ago(at, app.atlas_now()), theme.faint),
                None if entry.secrets.is_empty() => Line::default(),
                None => styled("never", theme.faint),
            },
            (Column::Bar, Item::Account(entry)) => self.bar(entry),
            _ => Line::default(),
        }
    }

    /// When a lifetime ends, or why it cannot be chosen.
    fn end(&self, lifetime: Lifetime) -> String {
        if let Some(limit) = self.app.form.limit.filter(|limit| lifetime > *limit) {
            return format!("above the limit of {limit}");
        }
        let hours = SignedDuration::from_hours(lifetime.hours().into());
        let ends_at = self.app.now.wall.checked_add(hours).unwrap_or(Timestamp::MAX);
        format!("expires {}", text::short_date(ends_at, self.app.zone.as_ref()))
    }

    fn expiry(&self, entry: &AccountEntry) -> String {
        let now = self.app.atlas_now();
        let text = match entry.next_to_expire(now).map(|secret| secret.expires_at) {
            None => "no secret".to_owned(),
            Some(None) => "unknown".to_owned(),
            Some(Some(at)) if at <= now => format!("expired {}", text::ago(at, now)),
            Some(Some(at)) => text::from_now(at, now),
        };
        let symbol = if self.urgency(entry).is_some() { self.theme.glyphs.warning } else { " " };
        match entry.secrets.iter().filter(|secret| secret.is_expired(now)).count() {
            expired if expired > 0 && expired < entry.secrets.len() => {
                format!("{symbol} {text}, {expired} expired")
            }
            _ => format!("{symbol} {text}"),
        }
    }

    /// The style of an expiry that is near or past.
    fn urgency(&self, entry: &AccountEntry) -> Option<Style> {
        let now = self.app.atlas_now();
        match entry.next_to_expire(now)?.expires_at?.as_second() - now.as_second() {
            seconds if seconds <= BAD_DAYS * SECONDS_PER_DAY => Some(self.theme.bad),
            seconds if seconds <= WARNING_DAYS * SECONDS_PER_DAY => Some(self.theme.warning),
            _ => None,
        }
    }

    /// A bar that is solid until the next expiry, and faint while another secret works.
    fn bar(&self, entry: &AccountEntry) -> Line<'static> {
        let (theme, now) = (self.theme, self.app.atlas_now());
        let weeks_until = |at: Timestamp| {
            let seconds = (at.as_second() - now.as_second()).clamp(0, BAR_WIDTH * SECONDS_PER_WEEK);
            usize::try_from((seconds + SECONDS_PER_WEEK - 1) / SECONDS_PER_WEEK).unwrap_or(0)
        };
        let next = entry.next_to_expire(now).and_then(|secret| secret.expires_at).map_or(0, weeks_until);
        let last = entry.secrets.iter().filter_map(|secret| secret.expires_at).max().map_or(0, weeks_until);
        Line::from(vec![
            Span::styled(theme.glyphs.bar.repeat(next), self.urgency(entry).unwrap_or_default()),
            Span::styled(theme.glyphs.cut.repeat(last.saturating_sub(next)), theme.faint),
        ])
    }
}

fn has_several_organizations(list: &List) -> bool {
    let mut organizations = list.items.iter().filter_map(|item| match item {
        Item::Project(entry) => entry.organization.as_ref(),
        _ => None,
    });
    let first = organizations.next();
    organizations.any(|other| Some(other) != first)
}

/// Cuts a text to at most `width` columns. A text that was cut ends in the ellipsis.
fn truncated(text: &str, width: usize, theme: &Theme) -> String {
    let ellipsis = theme.glyphs.ellipsis;
    let columns = |text: &str| Span::raw(text).width();
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut kept = text.to_owned();
    while columns(&kept) + columns(ellipsis) > width && kept.pop().is_some() {}
    kept + ellipsis
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::Glyphs;

    #[test]
    fn a_name_is_cut_to_its_column_with_a_mark() {
        let theme = Theme::color(Glyphs::UNICODE);
        for (name, columns) in [("", 0), ("short", 5), (&"long".repeat(20), 28), (&"漢".repeat(20), 27)] {
            let cut = truncated(name, 28, &theme);
            assert_eq!(Span::raw(&cut).width(), columns, "{cut:?}");
            assert_eq!(cut.ends_with('…'), cut != name, "{cut:?}");
        }
    }
}
