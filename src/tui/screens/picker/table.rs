//! The tables of projects and accounts: which columns have room, and what they say.

use jiff::Timestamp;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{AccountEntry, ExistingSecret, SECRETS_PER_ACCOUNT};
use crate::tui::app::Shared;
use crate::tui::canvas::pointer;
use crate::tui::{Theme, words};

use super::super::FieldName;
use super::Picker;
use super::item::Item;

/// Before the first column, and between columns.
const GAP: usize = 2;

/// A name has at least so many columns.
pub(in crate::tui) const SHORTEST_NAME: usize = 15;

const ID_WIDTH: usize = 24;

/// `! in 123 days, 1 expired`
const EXPIRY_WIDTH: usize = 24;

/// One cell of a bar is a week.
const BAR_WIDTH: usize = 13;

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

/// An expiry within so many days is bad, and within so many a warning.
const BAD_DAYS: i64 = 7;
const WARNING_DAYS: i64 = 30;

/// The columns, in the order of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Name,
    ProjectId,
    Organization,
    ClientTail,
    Secrets,
    Expires,
    LastUsed,
    Bar,
}

impl Column {
    pub fn title(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::ProjectId => "ID",
            Self::Organization => "Organization",
            Self::ClientTail => "Client",
            Self::Secrets => "Secrets",
            Self::Expires => "  Expires",
            Self::LastUsed => "Last used",
            Self::Bar => "today   +90 d",
        }
    }
}

/// The columns that have room, each with its width. The name gets what is left.
pub(super) fn columns(picker: &Picker, width: usize) -> Vec<(Column, usize)> {
    let has_several = picker.has_several_organizations;
    // The most important first.
    let wanted: &[(Column, usize)] = match picker.list.field {
        FieldName::Project if has_several => {
            &[(Column::ProjectId, ID_WIDTH), (Column::Organization, ID_WIDTH)]
        }
        FieldName::Project => &[(Column::ProjectId, ID_WIDTH)],
        FieldName::Client => &[
            (Column::Expires, EXPIRY_WIDTH),
            (Column::Secrets, 7),
            (Column::ClientTail, 6),
            (Column::LastUsed, 12),
            (Column::Bar, BAR_WIDTH),
        ],
        FieldName::Lifetime => &[],
    };
    let mut left = width.saturating_sub(GAP + SHORTEST_NAME);
    let mut columns = Vec::new();
    for (column, width) in wanted {
        if let Some(rest) = left.checked_sub(GAP + width) {
            columns.push((*column, *width));
            left = rest;
        }
    }
    columns.push((Column::Name, SHORTEST_NAME + left));
    columns.sort_unstable();
    columns
}

/// One row of the tables of projects and accounts.
pub(super) struct Row<'a> {
    pub app: &'a Shared,
    pub item: &'a Item,
    /// True for the account that is signed in.
    pub is_own: bool,
    pub is_selected: bool,
}

impl Row<'_> {
    pub fn line(&self, columns: &[(Column, usize)], theme: &Theme) -> Line<'static> {
        let mut line = Line::from(pointer(self.is_selected, theme));
        for (column, width) in columns {
            if *column != Column::Name {
                line.push_span(" ".repeat(GAP));
            }
            line.spans.extend(self.cell(*column, *width, theme));
        }
        line
    }

    fn cell(&self, column: Column, width: usize, theme: &Theme) -> Vec<Span<'static>> {
        let ellipsis = theme.glyphs.ellipsis;
        let strong = if self.is_selected { theme.strong } else { Style::new() };
        let faint = if self.is_selected { theme.strong } else { theme.faint };
        let (text, style) = match (self.item, column) {
            (Item::Project(entry), Column::Name) => (entry.name.to_string(), strong),
            (Item::Project(entry), Column::ProjectId) => (entry.id.to_string(), faint),
            (Item::Project(entry), Column::Organization) => {
                (entry.organization.as_ref().map(ToString::to_string).unwrap_or_default(), faint)
            }
            (Item::Account(entry), Column::Name) if self.is_own => {
                let mark = " (you)";
                let name = truncated(entry.name.as_str(), width.saturating_sub(mark.len()), theme);
                (name + mark, strong)
            }
            (Item::Account(entry), Column::Name) => (entry.name.to_string(), strong),
            (Item::Account(entry), Column::ClientTail) => {
                let client = entry.client.as_str();
                (format!("{ellipsis}{}", &client[client.len().saturating_sub(4)..]), faint)
            }
            (Item::Account(entry), Column::Secrets) => {
                (format!("{} of {SECRETS_PER_ACCOUNT}", entry.secrets.len()), faint)
            }
            (Item::Account(entry), Column::Expires) => return vec![self.expiry(entry, width, theme)],
            (Item::Account(entry), Column::LastUsed) => (self.last_used(entry), faint),
            (Item::Account(entry), Column::Bar) => return self.bar(entry, width, theme),
            _ => (String::new(), faint),
        };
        vec![Span::styled(fit(&text, width, theme), style)]
    }

    fn last_used(&self, entry: &AccountEntry) -> String {
        match entry.last_used_at() {
            Some(at) => words::ago(at, self.app.atlas_now()),
            None if entry.secrets.is_empty() => String::new(),
            None => "never".to_owned(),
        }
    }

    fn expiry(&self, entry: &AccountEntry, width: usize, theme: &Theme) -> Span<'static> {
        let now = self.app.atlas_now();
        let next = entry.next_to_expire(now);
        let text = match next.map(|secret| secret.expires_at) {
            None => "no secret".to_owned(),
            Some(None) => "unknown".to_owned(),
            Some(Some(at)) if at <= now => format!("expired {}", words::ago(at, now)),
            Some(Some(at)) => words::from_now(at, now),
        };
        let expired = entry.secrets.iter().filter(|secret| secret.is_expired(now)).count();
        let text = if expired > 0 && expired < entry.secrets.len() {
            format!("{text}, {expired} expired")
        } else {
            text
        };
        let urgency = next.and_then(|secret| urgency(secret, now, theme));
        let mark = if urgency.is_some() { theme.glyphs.warning } else { " " };
        let calm = if self.is_selected { theme.strong } else { Style::new() };
        Span::styled(fit(&format!("{mark} {text}"), width, theme), urgency.unwrap_or(calm))
    }

    /// Until the next expiry, and faintly on while another secret works.
    fn bar(&self, entry: &AccountEntry, width: usize, theme: &Theme) -> Vec<Span<'static>> {
        let now = self.app.atlas_now();
        let cells = |at: Timestamp| {
            let weeks = (at.as_second() - now.as_second()).max(0).saturating_add(7 * SECONDS_PER_DAY - 1)
                / (7 * SECONDS_PER_DAY);
            usize::try_from(weeks).unwrap_or(width).min(width)
        };
        let next = entry.next_to_expire(now);
        let first = next.and_then(|secret| secret.expires_at).map_or(0, cells);
        let last = entry.secrets.iter().filter_map(|secret| secret.expires_at).max().map_or(0, cells);
        let style = next.and_then(|secret| urgency(secret, now, theme)).unwrap_or_default();
        vec![
            Span::styled(theme.glyphs.bar.repeat(first), style),
            Span::styled(theme.glyphs.cut.repeat(last.saturating_sub(first)), theme.faint),
        ]
    }
}

/// How an expiry that is near or past is marked.
fn urgency(secret: &ExistingSecret, now: Timestamp, theme: &Theme) -> Option<Style> {
    let seconds = secret.expires_at?.as_second() - now.as_second();
    match seconds {
        _ if seconds <= BAD_DAYS * SECONDS_PER_DAY => Some(theme.bad),
        _ if seconds <= WARNING_DAYS * SECONDS_PER_DAY => Some(theme.warning),
        _ => None,
    }
}

/// A text in at most so many columns; one that is longer ends in the ellipsis.
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

/// A text in exactly so many columns.
pub(in crate::tui) fn fit(text: &str, width: usize, theme: &Theme) -> String {
    let fitting = truncated(text, width, theme);
    let padding = width.saturating_sub(Span::raw(&fitting).width());
    fitting + &" ".repeat(padding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::Glyphs;

    #[test]
    fn a_name_fills_its_room_and_no_more() {
        let theme = Theme::colour(Glyphs::UNICODE);
        for name in ["", "short", &"long".repeat(20), &"漢".repeat(20), &"漢".repeat(16)] {
            let fitted = fit(name, 28, &theme);
            assert_eq!(Span::raw(&fitted).width(), 28, "{fitted:?}");
        }
        assert!(fit(&"long".repeat(20), 28, &theme).ends_with('…'));
    }
}
