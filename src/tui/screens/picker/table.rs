//! The tables of projects and accounts: which columns fit, and their texts.

use jiff::Timestamp;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{AccountEntry, ClientId, Identity, Session};
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
const BAR_WIDTH: usize = 13;

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

/// An expiry within [`BAD_DAYS`] is bad; within [`WARNING_DAYS`] it is a warning.
const BAD_DAYS: i64 = 7;
const WARNING_DAYS: i64 = 30;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
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

/// A table of projects or accounts, at one width.
pub(in crate::tui) struct Table<'a> {
    theme: &'a Theme,
    /// The time of Atlas's clock.
    now: Timestamp,
    signed_in: Option<ClientId>,
    columns: Vec<(Column, usize)>,
}

impl<'a> Table<'a> {
    /// Returns a table without empty columns, and without less important ones if names need the width.
    pub fn new(app: &Shared, list: &List, theme: &'a Theme, width: u16) -> Self {
        // Most important first.
        let wanted: &[Column] = match list.field {
            FieldName::Project if has_several_organizations(list) => &[Column::Id, Column::Organization],
            FieldName::Project => &[Column::Id],
            FieldName::Client => {
                &[Column::Expires, Column::Secrets, Column::ClientTail, Column::LastUsed, Column::Bar]
            }
            FieldName::Lifetime => &[],
        };
        let signed_in = signed_in_as(app);
        let mut table = Self { theme, now: app.atlas_now(), signed_in, columns: Vec::new() };
        let widest = |column| list.items.iter().map(|item| table.width(column, item)).max().unwrap_or(0);
        let name = widest(Column::Name).clamp(SHORTEST_NAME, PREFERRED_NAME);
        let mut left = usize::from(width).saturating_sub(GAP);
        let mut columns = Vec::new();
        for column in wanted {
            let name_width = if matches!(column, Column::Id | Column::Expires | Column::Secrets) {
                SHORTEST_NAME
            } else {
                name
            };
            let width = widest(*column).max(column.title().len());
            if widest(*column) > 0 && name_width + GAP + width <= left {
                columns.push((*column, width));
                left -= GAP + width;
            }
        }
        columns.push((Column::Name, left));
        columns.sort_unstable();
        table.columns = columns;
        table
    }

    /// Returns a table of only names and IDs, with these widths.
    pub fn of_names(app: &Shared, theme: &'a Theme, name: usize, id: usize) -> Self {
        Self {
            theme,
            now: app.atlas_now(),
            signed_in: None,
            columns: vec![(Column::Name, name), (Column::Id, id)],
        }
    }

    pub fn header(&self) -> Line<'static> {
        let titles = self.columns.iter().map(|(column, width)| fit(column.title(), *width, self.theme));
        Line::styled(format!("  {}", titles.collect::<Vec<_>>().join("  ")), self.theme.faint)
    }

    pub fn row(&self, item: &Item, is_selected: bool) -> Line<'static> {
        let mut line = Line::from(pointer(is_selected, self.theme));
        for (column, width) in &self.columns {
            if *column != Column::Name {
                line.push_span(" ".repeat(GAP));
            }
            if let (Column::Bar, Item::Account(entry)) = (column, item) {
                line.spans.extend(self.bar(entry));
                continue;
            }
            let text = match (column, self.suffix(item)) {
                (Column::Name, Some(suffix)) => {
                    truncated(item.name(), width.saturating_sub(suffix.len()), self.theme) + suffix
                }
                _ => self.text(*column, item),
            };
            let style = match (column, item) {
                (Column::Expires, Item::Account(entry)) => self.urgency(entry),
                _ => None,
            };
            let normal = match column {
                _ if is_selected => self.theme.strong,
                Column::Name | Column::Expires => Style::new(),
                _ => self.theme.faint,
            };
            line.push_span(Span::styled(fit(&text, *width, self.theme), style.unwrap_or(normal)));
        }
        line
    }

    fn width(&self, column: Column, item: &Item) -> usize {
        match (column, item) {
            (Column::Name, _) => Span::raw(item.name()).width() + self.suffix(item).map_or(0, str::len),
            (Column::Bar, Item::Account(entry)) => {
                if self.bar(entry).iter().all(|part| part.content.is_empty()) { 0 } else { BAR_WIDTH }
            }
            _ => Span::raw(self.text(column, item)).width(),
        }
    }

    /// The text after the name of the account that is signed in.
    fn suffix(&self, item: &Item) -> Option<&'static str> {
        self.signed_in.as_ref().filter(|signed_in| item.is(signed_in.as_str())).map(|_| " (you)")
    }

    fn text(&self, column: Column, item: &Item) -> String {
        match (item, column) {
            (_, Column::Name) => item.name().to_owned(),
            (_, Column::Id) => item.value().to_owned(),
            (Item::Project(entry), Column::Organization) => {
                entry.organization.as_ref().map(ToString::to_string).unwrap_or_default()
            }
            (Item::Account(entry), Column::ClientTail) => {
                let client = entry.client.as_str();
                format!("{}{}", self.theme.glyphs.ellipsis, &client[client.len() - 4..])
            }
            (Item::Account(entry), Column::Secrets) => text::secret_count(entry.secrets.len()),
            (Item::Account(entry), Column::Expires) => self.expiry(entry),
            (Item::Account(entry), Column::LastUsed) => match entry.last_used_at() {
                Some(at) => text::ago(at, self.now),
                None if entry.secrets.is_empty() => String::new(),
                None => "never".to_owned(),
            },
            _ => String::new(),
        }
    }

    fn expiry(&self, entry: &AccountEntry) -> String {
        let text = match entry.next_to_expire(self.now).map(|secret| secret.expires_at) {
            None => "no secret".to_owned(),
            Some(None) => "unknown".to_owned(),
            Some(Some(at)) if at <= self.now => format!("expired {}", text::ago(at, self.now)),
            Some(Some(at)) => text::from_now(at, self.now),
        };
        let symbol = if self.urgency(entry).is_some() { self.theme.glyphs.warning } else { " " };
        match entry.secrets.iter().filter(|secret| secret.is_expired(self.now)).count() {
            expired if expired > 0 && expired < entry.secrets.len() => {
                format!("{symbol} {text}, {expired} expired")
            }
            _ => format!("{symbol} {text}"),
        }
    }

    /// The style of an expiry that is near or past.
    fn urgency(&self, entry: &AccountEntry) -> Option<Style> {
        let seconds = entry.next_to_expire(self.now)?.expires_at?.as_second() - self.now.as_second();
        match seconds {
            _ if seconds <= BAD_DAYS * SECONDS_PER_DAY => Some(self.theme.bad),
            _ if seconds <= WARNING_DAYS * SECONDS_PER_DAY => Some(self.theme.warning),
            _ => None,
        }
    }

    /// A bar that is solid until the next expiry, and faint while another secret works.
    fn bar(&self, entry: &AccountEntry) -> [Span<'static>; 2] {
        let theme = self.theme;
        let weeks_until = |at: Timestamp| {
            let seconds = (at.as_second() - self.now.as_second()).max(0);
            let weeks = seconds.saturating_add(7 * SECONDS_PER_DAY - 1) / (7 * SECONDS_PER_DAY);
            usize::try_from(weeks).unwrap_or(usize::MAX)
        };
        let next = entry.next_to_expire(self.now).and_then(|secret| secret.expires_at);
        let first = next.map_or(0, weeks_until);
        let last = entry.secrets.iter().filter_map(|secret| secret.expires_at).max().map_or(0, weeks_until);
        // A bar that extends beyond the scale ends in a pointer.
        let is_beyond = first.max(last) > BAR_WIDTH;
        let cells = |from: usize, to: usize, cell: &'static str| -> String {
            let end = |cell_index| {
                if is_beyond && cell_index + 1 == BAR_WIDTH { theme.glyphs.pointer } else { cell }
            };
            (from..to.min(BAR_WIDTH)).map(end).collect()
        };
        [
            Span::styled(cells(0, first, theme.glyphs.bar), self.urgency(entry).unwrap_or_default()),
            Span::styled(cells(first, last, theme.glyphs.cut), theme.faint),
        ]
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

/// The account that is signed in: known from the start, or after the keyring is read or the demo reports it.
fn signed_in_as(app: &Shared) -> Option<ClientId> {
    match &app.session {
        Session::Remote { identity: Identity::ServiceAccount(client), .. } => Some(client.clone()),
        _ => app.login.as_ref().map(|login| login.client.clone()),
    }
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

/// Cuts or pads a text to exactly `width` columns.
fn fit(text: &str, width: usize, theme: &Theme) -> String {
    let fitting = truncated(text, width, theme);
    let padding = width.saturating_sub(Span::raw(&fitting).width());
    fitting + &" ".repeat(padding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::Glyphs;

    #[test]
    fn a_name_is_cut_or_padded_to_its_column() {
        let theme = Theme::color(Glyphs::UNICODE);
        for name in ["", "short", &"long".repeat(20), &"漢".repeat(20), &"漢".repeat(16)] {
            let fitted = fit(name, 28, &theme);
            assert_eq!(Span::raw(&fitted).width(), 28, "{fitted:?}");
        }
        assert!(fit(&"long".repeat(20), 28, &theme).ends_with('…'));
    }
}
