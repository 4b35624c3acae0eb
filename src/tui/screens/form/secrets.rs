//! The secrets that the account has, as a table with a timeline, and what creating one more does to them.

use jiff::{SignedDuration, Timestamp};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{Consequences, ExistingSecret, SECRETS_PER_ACCOUNT, ServiceAccount};
use crate::tui::app::Shared;
use crate::tui::canvas::Canvas;
use crate::tui::{Theme, words};

use super::{FieldName, SubmitAction, Validation};

/// What stands over the labels.
const TITLE: &str = "Secrets";

/// How far in the rows stand below the title.
const INDENT: usize = 2;

/// Between two columns.
const GAP: usize = 2;

const NOT_READ: &str = "Creating a secret makes the account's other secrets expire within 7 days.";

/// Atlas allows 2 secrets. If an answer ever holds more, the sentence stays one.
const MOST_NAMED: usize = 4;

/// A timeline with fewer cells says nothing.
const SHORTEST_TIMELINE: usize = 13;

/// A secret used within this time is in use.
const IN_USE: SignedDuration = SignedDuration::from_hours(24);

/// How many rows the table takes; none while nothing is known of the account.
pub(super) fn rows(app: &Shared, theme: &Theme) -> u16 {
    let rows = app.account().map_or(0, |account| 1 + table_rows(app, account, theme).len());
    u16::try_from(rows).unwrap_or(u16::MAX)
}

/// The table. The sentence below it is worth more than the row of the new secret, which goes where `is_low`.
pub(super) fn draw(app: &Shared, is_low: bool, canvas: &mut Canvas) {
    let Some(account) = app.account() else { return };
    let theme = canvas.theme;
    let mut rows = table_rows(app, account, theme);
    if is_low {
        rows.truncate(account.secrets.len());
    }
    let columns = Columns::of(&rows, usize::from(canvas.width()));
    let timeline = columns.timeline.and_then(|cells| Timeline::of(app, &rows, cells));
    canvas.line(header(account, &columns, timeline.as_ref(), !rows.is_empty(), theme));
    for row in &rows {
        canvas.line(row.line(&columns, timeline.as_ref(), theme));
    }
}

/// One secret: what the columns say, and when it ends.
struct Row {
    label: String,
    status: &'static str,
    created: String,
    last_used: String,
    expires: String,
    ends_at: Option<Timestamp>,
    /// The end without the new secret, where creating cuts it off.
    cut_from: Option<Timestamp>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Expired,
    /// Creating makes it expire early.
    Shortened,
    Kept,
    New,
}

fn table_rows(app: &Shared, account: &ServiceAccount, theme: &Theme) -> Vec<Row> {
    // Creating is not possible while the account is full.
    let is_full = app.submit_action() == SubmitAction::ListSecrets;
    let shortened = |secret| account.shortened_by_creating(secret, app.atlas_now()).filter(|_| !is_full);
    let existing = account.secrets.iter().map(|secret| existing_row(app, secret, shortened(secret), theme));
    let mut rows: Vec<Row> = existing.collect();
    if let Validation::Lifetime { lifetime, .. } = app.form.validation(FieldName::Lifetime)
        && !is_full
    {
        let hours = SignedDuration::from_hours(i64::from(lifetime.hours()));
        let ends_at = app.atlas_now().checked_add(hours).ok();
        rows.push(Row {
            label: "new".to_owned(),
            status: "",
            created: String::new(),
            last_used: theme.glyphs.rule.to_owned(),
            expires: ends_at.map_or_else(String::new, |at| words::short_date(at, app.zone.as_ref())),
            ends_at,
            cut_from: None,
            kind: Kind::New,
        });
    }
    rows
}

fn existing_row(app: &Shared, secret: &ExistingSecret, cut: Option<Timestamp>, theme: &Theme) -> Row {
    let (now, glyphs) = (app.atlas_now(), &theme.glyphs);
    let date = |at| words::short_date(at, app.zone.as_ref());
    // Without Atlas's clock it may be shortened, but not to a later end.
    let cut = cut.filter(|cut| secret.expires_at.is_none_or(|at| at > *cut));
    let expires = secret.expires_at.map_or_else(|| "unknown".to_owned(), date);
    Row {
        label: words::short_label(secret, &theme.glyphs),
        status: status(app, secret, now),
        created: secret.created_at.map_or_else(String::new, date),
        last_used: secret.last_used_at.map_or_else(|| "never".to_owned(), |at| words::ago(at, now)),
        expires: match cut {
            Some(cut) => format!("{expires} {} {} {}", glyphs.arrow, date(cut), glyphs.warning),
            None => expires,
        },
        ends_at: cut.or(secret.expires_at),
        cut_from: cut.and(secret.expires_at),
        kind: match cut {
            _ if secret.is_expired(now) => Kind::Expired,
            Some(_) => Kind::Shortened,
            None => Kind::Kept,
        },
    }
}

fn status(app: &Shared, secret: &ExistingSecret, now: Timestamp) -> &'static str {
    let used_recently = secret.last_used_at.is_some_and(|at| now.duration_since(at) < IN_USE);
    match () {
        () if secret.is_expired(now) => "expired",
        () if app.is_login(secret) => "signed in",
        () if used_recently => "in use",
        () => "",
    }
}

/// How wide each column is, gaps included; one without room is `None`.
struct Columns {
    label: usize,
    status: usize,
    created: Option<usize>,
    last_used: Option<usize>,
    expires: usize,
    timeline: Option<usize>,
}

impl Columns {
    /// Columns go before rows wrap: `created` first, then the timeline, then the last use.
    fn of(rows: &[Row], width: usize) -> Self {
        let widest = |title: &str, text: fn(&Row) -> &str| {
            rows.iter().map(|row| Span::raw(text(row)).width()).chain([title.len()]).max().unwrap_or(0)
        };
        let label = (INDENT + widest("", |row| &row.label)).max(TITLE.len()) + GAP;
        let status = widest("2 of 2", |row| row.status) + GAP;
        let created = widest("created", |row| &row.created) + GAP;
        let last_used = widest("last used", |row| &row.last_used) + GAP;
        let expires = widest("expires", |row| &row.expires);
        let mut columns = Self { label, status, created: None, last_used: None, expires, timeline: None };
        let Some(spare) = width.checked_sub(label + status + expires + last_used) else { return columns };
        columns.last_used = Some(last_used);
        let Some(beside) = spare.checked_sub(GAP + SHORTEST_TIMELINE) else { return columns };
        columns.created = (created <= beside).then_some(created);
        columns.timeline = Some(spare - GAP - columns.created.unwrap_or(0));
        columns
    }

    fn line<'a>(&self, cells: [&str; 5], style: Style) -> Line<'a> {
        let [label, status, created, last_used, expires] = cells;
        let columns = [
            (label, Some(self.label)),
            (status, Some(self.status)),
            (created, self.created),
            (last_used, self.last_used),
            (expires, Some(self.expires)),
        ];
        let shown = columns.into_iter().filter_map(|(cell, width)| Some((cell, width?)));
        shown.map(|(cell, width)| Span::styled(format!("{cell:<width$}"), style)).collect()
    }
}

fn header<'a>(
    account: &ServiceAccount,
    columns: &Columns,
    timeline: Option<&Timeline>,
    has_rows: bool,
    theme: &Theme,
) -> Line<'a> {
    let count = format!("{} of {SECRETS_PER_ACCOUNT}", account.secrets.len());
    let titles = if has_rows { ["created", "last used", "expires"] } else { [""; 3] };
    let mut line = columns.line([TITLE, &count, titles[0], titles[1], titles[2]], theme.faint);
    if let Some(timeline) = timeline {
        let end = timeline.end_words();
        let width = timeline.cells.saturating_sub("today".len());
        line.push_span(Span::raw(format!("{:GAP$}today{end:>width$}", "")));
    }
    line
}

impl Row {
    fn line<'a>(&self, columns: &Columns, timeline: Option<&Timeline>, theme: &Theme) -> Line<'a> {
        let style = match self.kind {
            Kind::Expired => theme.faint,
            Kind::Shortened => theme.warning,
            Kind::Kept => Style::new(),
            Kind::New => theme.good,
        };
        let label = format!("{:INDENT$}{}", "", self.label);
        let cells = [&label, self.status, &self.created, &self.last_used, &self.expires];
        let mut line = columns.line(cells, style);
        if let Some(timeline) = timeline {
            line.push_span(Span::raw(" ".repeat(GAP)));
            line.spans.extend(timeline.bar(self, theme, style));
        }
        line
    }
}

/// From today to the last end of all, one bar a secret.
struct Timeline {
    today: Timestamp,
    length: SignedDuration,
    cells: usize,
}

impl Timeline {
    fn of(app: &Shared, rows: &[Row], cells: usize) -> Option<Self> {
        let today = app.atlas_now();
        let ends = rows.iter().flat_map(|row| [row.ends_at, row.cut_from]).flatten();
        let length = ends.max()?.duration_since(today);
        length.is_positive().then_some(Self { today, length, cells })
    }

    fn end_words(&self) -> String {
        match self.length.as_hours() {
            hours @ ..48 => format!("+{} h", hours.max(1)),
            hours => format!("+{} d", (hours + 12) / 24),
        }
    }

    /// How many cells lie before `at`; one that lasts has at least one.
    fn cells_until(&self, at: Timestamp) -> usize {
        let (whole, part) = (self.length.as_secs().max(1), at.duration_since(self.today).as_secs());
        let cells = i64::try_from(self.cells).unwrap_or(i64::MAX);
        let filled = part.clamp(0, whole).saturating_mul(cells).saturating_add(whole / 2) / whole;
        usize::try_from(filled).unwrap_or(0).clamp(usize::from(part > 0), self.cells)
    }

    fn bar<'a>(&self, row: &Row, theme: &Theme, style: Style) -> Vec<Span<'a>> {
        let Some(ends_at) = row.ends_at else { return Vec::new() };
        if row.kind == Kind::Expired {
            return vec![Span::raw(theme.glyphs.today)];
        }
        let kept = self.cells_until(ends_at);
        let cut = row.cut_from.map_or(0, |at| self.cells_until(at).saturating_sub(kept));
        vec![
            Span::styled(
                theme.glyphs.bar.repeat(kept),
                if row.kind == Kind::Shortened { Style::new() } else { style },
            ),
            Span::styled(theme.glyphs.cut.repeat(cut), theme.warning),
        ]
    }
}

/// What creating does, in one sentence, and whether it is a warning.
pub(super) fn sentence(app: &Shared, theme: &Theme) -> (String, bool) {
    let Some(account) = app.account() else { return (NOT_READ.to_owned(), true) };
    let consequences = app.consequences();
    let is_warning = account.is_full() || !consequences.is_empty();
    (about_consequences(app, account, &consequences, theme), is_warning)
}

fn about_consequences(
    app: &Shared,
    account: &ServiceAccount,
    consequences: &Consequences,
    theme: &Theme,
) -> String {
    if account.is_full() && consequences.deletes.is_none() {
        return format!("This account has {SECRETS_PER_ACCOUNT} secrets, the maximum. Delete one first.");
    }
    if account.secrets.is_empty() {
        return "No older secrets.".to_owned();
    }
    let deletes = consequences
        .deletes
        .iter()
        .map(|secret| format!("deletes {}", words::short_label(secret, &theme.glyphs)));
    let shortens = consequences.shortens.iter().map(|(secret, cut)| {
        let label = words::short_label(secret, &theme.glyphs);
        match secret.expires_at {
            Some(at) if at > *cut => {
                format!("makes {label} expire {} early", words::length(at.duration_since(*cut)))
            }
            _ => format!("makes {label} expire by {}", words::short_date(*cut, app.zone.as_ref())),
        }
    });
    let parts: Vec<String> = deletes.chain(shortens).take(MOST_NAMED).collect();
    if parts.is_empty() {
        return "No other secret will expire early.".to_owned();
    }
    format!("Creating {}.", parts.join(" and "))
}
