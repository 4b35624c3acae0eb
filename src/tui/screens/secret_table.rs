//! A table of secrets, with a timeline of their lifetimes if it fits.

use jiff::{SignedDuration, Timestamp};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{ClientId, ExistingSecret};
use crate::tui::canvas::pointer;
use crate::tui::{Canvas, Shared, Theme, text};

/// The titles of the columns before the timeline. The first two, label and status, share the title of the table.
const TITLES: [&str; 5] = ["", "", "created", "last used", "expires"];

/// The columns that are left out if there are too many.
const CREATED: usize = 2;
const LAST_USED: usize = 3;

const GAP: usize = 2;

const SHORTEST_TIMELINE: usize = 13;

/// A cut bar with at least this many dashes has the label "cut".
const CELLS_FOR_LABEL: usize = 8;

pub(super) struct Row {
    pub cells: [String; TITLES.len()],
    pub style: Style,
    pub bar: Option<Bar>,
    pub is_selected: bool,
}

pub(super) struct Bar {
    pub ends_at: Timestamp,
    /// The end of the secret before creating the new one shortens it.
    pub cut_from: Option<Timestamp>,
    pub style: Style,
}

impl Row {
    pub fn of(app: &Shared, client: &ClientId, secret: &ExistingSecret, theme: &Theme) -> Self {
        let (now, zone) = (app.atlas_now(), app.zone.as_ref());
        let date = |at| text::short_date(at, zone);
        let cells = [
            text::short_label(secret, theme.glyphs.ellipsis),
            text::secret_status(secret, now, app.is_login_of(client, secret)).to_owned(),
            secret.created_at.map_or_else(String::new, date),
            secret.last_used_at.map_or_else(|| "never".to_owned(), |at| text::ago(at, now)),
            secret.expires_at.map_or_else(|| "unknown".to_owned(), date),
        ];
        Self { cells, style: Style::new(), bar: None, is_selected: false }
    }
}

/// Draws the table. If it is too wide, it loses `created`, then the timeline, then the last use.
pub(super) fn draw(title: &str, rows: &[Row], today: Timestamp, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let widest = |column: usize| {
        let cells = rows.iter().map(|row| Span::raw(&row.cells[column]).width());
        cells.chain([TITLES[column].len()]).max().unwrap_or(0) + GAP
    };
    let mut widths = [0, 1, 2, 3, 4].map(widest);
    widths[1] = widths[1].max(title.len().saturating_sub(widths[0]));
    let mut timeline = Timeline::of(rows, today);
    let left = |widths: [usize; TITLES.len()], timeline: &Option<Timeline>| {
        let needed = if timeline.is_some() { GAP + SHORTEST_TIMELINE } else { 0 };
        usize::from(canvas.width()).checked_sub(widths.iter().sum::<usize>() + needed)
    };
    if left(widths, &timeline).is_none() {
        widths[CREATED] = 0;
    }
    if left(widths, &timeline).is_none() {
        timeline = None;
    }
    if left(widths, &timeline).is_none() {
        widths[LAST_USED] = 0;
    }
    if let Some(timeline) = &mut timeline {
        timeline.cells = usize::from(canvas.width()) - widths.iter().sum::<usize>() - GAP;
    }

    let title = format!("{title:<width$}", width = GAP + widths[0] + widths[1]);
    let mut line = Line::from(Span::styled(title, theme.faint));
    if !rows.is_empty() {
        let titles = (2..TITLES.len()).map(|column| fit(TITLES[column], widths[column]));
        line.spans.extend(titles.map(|title| Span::styled(title, theme.faint)));
    }
    if let Some(timeline) = &timeline {
        let width = timeline.cells.saturating_sub("today".len());
        line.push_span(format!("today{:>width$}", timeline.end_label()));
    }
    canvas.line(line);
    for row in rows {
        let mut line = Line::from(pointer(row.is_selected, theme));
        let cells = row.cells.iter().zip(widths).map(|(cell, width)| fit(cell, width));
        line.spans.extend(cells.map(|cell| Span::styled(cell, row.style)));
        if let (Some(timeline), Some(bar)) = (&timeline, &row.bar) {
            line.spans.extend(timeline.bar(bar, theme));
        }
        canvas.line(line);
    }
}

/// Pads a cell to `width` columns; empty if its column is left out.
fn fit(cell: &str, width: usize) -> String {
    if width == 0 { String::new() } else { format!("{cell:<width$}") }
}

/// The scale of all bars: from today to the last end.
struct Timeline {
    today: Timestamp,
    length: SignedDuration,
    cells: usize,
}

impl Timeline {
    fn of(rows: &[Row], today: Timestamp) -> Option<Self> {
        let bars = rows.iter().filter_map(|row| row.bar.as_ref());
        let ends = bars.flat_map(|bar| [Some(bar.ends_at), bar.cut_from]).flatten();
        let length = ends.max()?.duration_since(today);
        length.is_positive().then_some(Self { today, length, cells: 0 })
    }

    fn end_label(&self) -> String {
        match self.length.as_hours() {
            hours @ ..48 => format!("+{} h", hours.max(1)),
            hours => format!("+{} d", (hours + 12) / 24),
        }
    }

    /// The number of cells before `at`; at least 1 if `at` is in the future.
    fn cells_until(&self, at: Timestamp) -> usize {
        let (whole, part) = (self.length.as_secs().max(1), at.duration_since(self.today).as_secs());
        let cells = i64::try_from(self.cells).unwrap_or(i64::MAX);
        let filled = part.clamp(0, whole).saturating_mul(cells).saturating_add(whole / 2) / whole;
        usize::try_from(filled).unwrap_or(0).clamp(usize::from(part > 0), self.cells)
    }

    fn bar(&self, bar: &Bar, theme: &Theme) -> [Span<'static>; 2] {
        if bar.ends_at <= self.today {
            return [Span::raw(theme.glyphs.today), Span::default()];
        }
        let kept = self.cells_until(bar.ends_at);
        let cut = bar.cut_from.map_or(0, |at| self.cells_until(at).saturating_sub(kept));
        // The label fits only after a long line of dashes.
        let label = if cut >= CELLS_FOR_LABEL { " cut" } else { "" };
        [
            Span::styled(theme.glyphs.bar.repeat(kept), bar.style),
            Span::styled(theme.glyphs.cut.repeat(cut - label.len()) + label, theme.warning),
        ]
    }
}
