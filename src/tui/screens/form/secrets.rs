//! The secrets that the account has, as a table with a timeline, and what creating one more does to them.

use jiff::{SignedDuration, Timestamp};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{Consequences, ExistingSecret, SECRETS_PER_ACCOUNT, ServiceAccount};
use crate::tui::app::Shared;
use crate::tui::canvas::Canvas;
use crate::tui::{Theme, text};

use super::{FieldName, SubmitAction, Validation};

/// The place behind the columns.
const TIMELINE: usize = 5;

/// Between two columns.
const GAP: usize = 2;

/// Atlas allows 2 secrets. If an answer ever holds more, the sentence stays one.
const MOST_NAMED: usize = 4;

/// So many dashes leave some of them beside what they mean.
const CELLS_FOR_KEY: usize = 8;

/// A timeline with fewer cells says nothing.
const SHORTEST_TIMELINE: usize = 13;

/// The account's secrets and, with `has_new`, the new one; nothing while they are not known.
pub(super) fn draw(app: &Shared, has_new: bool, canvas: &mut Canvas) {
    let Some(account) = app.account() else { return };
    let theme = canvas.theme;
    let mut rows = table_rows(app, account, theme);
    if !has_new {
        rows.truncate(account.secrets.len());
    }
    let title = format!("Secrets ({} of {SECRETS_PER_ACCOUNT})", account.secrets.len());
    let mut header = ["", "", "created", "last used", "expires"].map(str::to_owned);
    let cells: Vec<_> = rows.iter().map(|row| &row.cells).chain([&header]).collect();
    let widths = widths(&title, &cells, usize::from(canvas.width()));
    let timeline = Timeline::of(app, &rows, widths[TIMELINE]);
    if rows.is_empty() {
        header[2..].fill(String::new());
    }
    // The title stands above the first two columns.
    let title = Span::styled(format!("{title:<width$}", width = widths[0] + widths[1]), theme.faint);
    let mut line = table_line(&header[2..], &widths[2..], theme.faint);
    line.spans.insert(0, title);
    if let Some(timeline) = &timeline {
        let (end, width) = (timeline.end_label(), timeline.cells.saturating_sub("today".len()));
        line.push_span(Span::raw(format!("today{end:>width$}")));
    }
    canvas.line(line);
    for row in &rows {
        let mut line = table_line(&row.cells, &widths, row.style);
        if let Some(timeline) = &timeline {
            line.spans.extend(timeline.bar(row, theme));
        }
        canvas.line(line);
    }
}

/// One secret: what the columns say, and when it ends.
struct Row {
    /// Label, status, created, last used, expires.
    cells: [String; TIMELINE],
    style: Style,
    bar: Style,
    is_expired: bool,
    ends_at: Option<Timestamp>,
    /// The end without the new secret, where creating cuts it off.
    cut_from: Option<Timestamp>,
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
        let expires = ends_at.map_or_else(String::new, |at| text::short_date(at, app.zone.as_ref()));
        let cells = [label("new"), String::new(), String::new(), theme.glyphs.rule.to_owned(), expires];
        let (style, bar) = (theme.good, theme.good);
        rows.push(Row { cells, style, bar, is_expired: false, ends_at, cut_from: None });
    }
    rows
}

fn existing_row(app: &Shared, secret: &ExistingSecret, cut: Option<Timestamp>, theme: &Theme) -> Row {
    let (now, glyphs) = (app.atlas_now(), &theme.glyphs);
    let date = |at| text::short_date(at, app.zone.as_ref());
    // Without Atlas's clock it may be shortened, but not to a later end.
    let cut = cut.filter(|cut| secret.expires_at.is_none_or(|at| at > *cut));
    let is_expired = secret.is_expired(now);
    let status = text::status(secret, now, app.is_login(secret));
    let expires = secret.expires_at.map_or_else(|| "unknown".to_owned(), date);
    let cells = [
        label(&text::short_label(secret, glyphs.ellipsis)),
        status.to_owned(),
        secret.created_at.map_or_else(String::new, date),
        secret.last_used_at.map_or_else(|| "never".to_owned(), |at| text::ago(at, now)),
        cut.map_or(expires.clone(), |cut| {
            format!("{expires} {} {} {}", glyphs.arrow, date(cut), glyphs.warning)
        }),
    ];
    let style = match cut {
        _ if is_expired => theme.faint,
        Some(_) => theme.warning,
        None => Style::new(),
    };
    Row {
        cells,
        style,
        bar: Style::new(),
        is_expired,
        ends_at: cut.or(secret.expires_at),
        cut_from: cut.and(secret.expires_at),
    }
}

/// Labels stand further in than the title.
fn label(text: &str) -> String {
    format!("  {text}")
}

/// How wide each column and the timeline is; 0 if it does not fit. Columns go before rows wrap: `created` first, then the
/// timeline, then the last use.
fn widths(title: &str, rows: &[&[String; TIMELINE]], width: usize) -> [usize; TIMELINE + 1] {
    let widest =
        |column: usize| rows.iter().map(|cells| Span::raw(&cells[column]).width()).max().unwrap_or(0) + GAP;
    let [label, status, created, last_used, expires] = [0, 1, 2, 3, 4].map(widest);
    let status = status.max((title.len() + GAP).saturating_sub(label));
    let Some(spare) = (width + GAP).checked_sub(label + status + expires + last_used) else {
        return [label, status, 0, 0, expires, 0];
    };
    match spare.checked_sub(GAP + SHORTEST_TIMELINE) {
        None => [label, status, 0, last_used, expires, 0],
        Some(beside) if created <= beside => {
            [label, status, created, last_used, expires, spare - GAP - created]
        }
        Some(_) => [label, status, 0, last_used, expires, spare - GAP],
    }
}

fn table_line<'a>(cells: &[String], widths: &[usize], style: Style) -> Line<'a> {
    let shown = cells.iter().zip(widths).filter(|(_, width)| **width > 0);
    shown.map(|(cell, &width)| Span::styled(format!("{cell:<width$}"), style)).collect()
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
        (length.is_positive() && cells > 0).then_some(Self { today, length, cells })
    }

    fn end_label(&self) -> String {
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

    fn bar<'a>(&self, row: &Row, theme: &Theme) -> Vec<Span<'a>> {
        let Some(ends_at) = row.ends_at else { return Vec::new() };
        if row.is_expired {
            return vec![Span::raw(theme.glyphs.today)];
        }
        let kept = self.cells_until(ends_at);
        let cut = row.cut_from.map_or(0, |at| self.cells_until(at).saturating_sub(kept));
        // The label fits only behind a long line of dashes.
        let key = if cut >= CELLS_FOR_KEY { " cut" } else { "" };
        vec![
            Span::styled(theme.glyphs.bar.repeat(kept), row.bar),
            Span::styled(theme.glyphs.cut.repeat(cut - key.len()) + key, theme.warning),
        ]
    }
}

/// What creating does, in one sentence.
pub(super) fn draw_sentence(app: &Shared, canvas: &mut Canvas) {
    match sentence(app, canvas.theme) {
        (sentence, true) => canvas.warning(&sentence, Style::new()),
        (sentence, false) => canvas.words(0, &sentence, canvas.theme.faint),
    }
}

/// The sentence, and whether it is a warning.
fn sentence(app: &Shared, theme: &Theme) -> (String, bool) {
    let Some(account) = app.account() else {
        return (
            "Creating a secret makes the account's other secrets expire within 7 days.".to_owned(),
            true,
        );
    };
    let Consequences { deletes, shortens } = app.consequences();
    if account.is_full() && deletes.is_none() {
        let text = format!("This account has {SECRETS_PER_ACCOUNT} secrets, the maximum. Delete one first.");
        return (text, true);
    }
    let label = |secret: &ExistingSecret| text::short_label(secret, theme.glyphs.ellipsis);
    let shortened = |(secret, cut): &(ExistingSecret, Timestamp)| match secret.expires_at {
        Some(at) if at > *cut => {
            format!("makes {} expire {} early", label(secret), text::length(at.duration_since(*cut)))
        }
        _ => format!("makes {} expire by {}", label(secret), text::short_date(*cut, app.zone.as_ref())),
    };
    let deleted = deletes.iter().map(|secret| format!("deletes {}", label(secret)));
    let parts: Vec<String> = deleted.chain(shortens.iter().map(shortened)).take(MOST_NAMED).collect();
    if account.secrets.is_empty() {
        ("This account has no other secrets.".to_owned(), false)
    } else if parts.is_empty() {
        ("No other secret will expire early.".to_owned(), account.is_full())
    } else {
        (format!("Creating {}.", parts.join(" and ")), true)
    }
}
