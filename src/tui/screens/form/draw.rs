//! Draws the form. Its parts are measured first and then placed, so that the button is always visible.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ratatui::layout::Alignment;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{Certainty, ClientId, Consequences, ExistingSecret, Explanation};
use crate::tui::app::Shared;
use crate::tui::canvas::Canvas;
use crate::tui::{Theme, Tone, text};

use super::super::secret_table::{self, Bar, Row};
use super::{FieldName, Focus, Notice, SubmitAction, Validation, field, names};

pub(super) fn draw(app: &Shared, canvas: &mut Canvas) {
    if let Some(left) = until_minute_turns(app) {
        canvas.changes_in(left);
    }
    let notice = canvas.drawn(|part| draw_notice(app, true, part));
    let left = canvas.height().saturating_sub(1).saturating_sub(notice.rows());
    let mut fields = fields_in(left, app, canvas);
    let mut left = left.saturating_sub(rows_of(&fields));
    if let Some((open, list)) = app.suggestions() {
        let mut suggestions = canvas.part(left.max(2));
        names::draw(app, list, &mut suggestions);
        left = left.saturating_sub(suggestions.rows());
        if let Some((_, field)) = fields.iter_mut().find(|(name, _)| *name == open) {
            field.append(0, suggestions);
        }
    }
    // A failure is shown instead of what creating would do, and the table only if all of it fits.
    let has_failed = matches!(app.form.notice, Some(Notice::Failed(..)));
    let sentence = if has_failed { canvas.part(0) } else { canvas.drawn(|part| draw_sentence(app, part)) };
    let mut table = canvas.drawn(|part| draw_secrets(app, true, part));
    if has_failed && !(2..=left).contains(&table.rows()) {
        table = canvas.part(0);
    }
    let wanted = table.rows().saturating_add(sentence.rows());
    let rows_of_secrets = wanted.min(left);
    if rows_of_secrets < wanted {
        // The sentence is more important than the row of the new secret.
        table = canvas.drawn(|part| draw_secrets(app, false, part));
    }

    let mut spare = Spare(left - rows_of_secrets);
    let _above_footer = spare.spend(1);
    let is_above_notice = notice.rows() > 0 && spare.spend(1);
    let has_title = spare.spend(1);
    let is_below_each = spare.spend(u16::try_from(fields.len()).unwrap_or(u16::MAX));
    let is_below_last = !is_below_each && spare.spend(1);
    let is_below_title = has_title && spare.spend(1);

    if has_title {
        canvas.line(Line::styled("New service account secret", canvas.theme.strong));
    }
    if is_below_title {
        canvas.blank();
    }
    let count = fields.len();
    for (position, (_, field)) in (1..).zip(fields) {
        canvas.append(0, field);
        if is_below_each || is_below_last && position == count {
            canvas.blank();
        }
    }
    if wanted > 0 {
        append_secrets(table, sentence, rows_of_secrets, &mut spare, canvas);
    }
    canvas.line(button(app, canvas.theme).alignment(Alignment::Right));
    if is_above_notice {
        canvas.blank();
    }
    // If a failure does not fit, its meaning is left out first, then the end of Atlas's message. What happened and what
    // to do are kept.
    let is_whole = notice.rows() <= canvas.left();
    draw_notice(app, is_whole, canvas);
}

/// Adds the table and the sentence below it. What does not fit in the rows is dropped.
fn append_secrets(table: Canvas, sentence: Canvas, rows: u16, spare: &mut Spare, canvas: &mut Canvas) {
    let is_between = table.rows() > 0 && sentence.rows() > 0 && spare.spend(1);
    let mut secrets = canvas.part(rows + u16::from(is_between));
    secrets.append(0, table);
    if is_between {
        secrets.blank();
    }
    secrets.append(0, sentence);
    secrets.mark_cut();
    canvas.append(0, secrets);
    if spare.spend(1) {
        canvas.blank();
    }
}

/// How long until the next minute, if the form shows a time of day.
fn until_minute_turns(app: &Shared) -> Option<Duration> {
    app.zone.as_ref()?;
    let validation = app.form.validation(FieldName::Lifetime);
    let shows_time = matches!(validation, Validation::Lifetime { .. });
    let into_minute = app.now.wall.as_millisecond().rem_euclid(60_000).unsigned_abs();
    shows_time.then(|| Duration::from_millis(60_000 - into_minute))
}

/// Rows that are left for blank lines.
struct Spare(u16);

impl Spare {
    /// Takes this many rows; false if fewer are left.
    fn spend(&mut self, rows: u16) -> bool {
        let left = self.0.checked_sub(rows);
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }
}

/// Draws the fields that fit into `height` rows: all of them, else those that are not valid, else only the one in
/// focus.
fn fields_in<'a>(height: u16, app: &Shared, canvas: &Canvas<'a>) -> Vec<(FieldName, Canvas<'a>)> {
    let drawn = |only_errors, is_shown: &dyn Fn(FieldName) -> bool| -> Vec<_> {
        let shown = FieldName::ALL.into_iter().filter(|name| is_shown(*name));
        shown.map(|name| (name, canvas.drawn(|part| field::draw(app, name, only_errors, part)))).collect()
    };
    let has_focus = |name| app.form.focus == Focus::Field(name);
    let is_needed = |name| has_focus(name) || !app.form.validation(name).is_valid();
    let mut fields = drawn(false, &|_| true);
    for is_shown in [&|_| true, &is_needed, &has_focus] as [&dyn Fn(FieldName) -> bool; 3] {
        if rows_of(&fields) > height {
            fields = drawn(true, is_shown);
        }
    }
    fields
}

fn rows_of(fields: &[(FieldName, Canvas)]) -> u16 {
    fields.iter().map(|(_, field)| field.rows()).sum()
}

/// Draws the account's secrets and, with `has_new`, the new one; nothing if they are not known.
fn draw_secrets(app: &Shared, has_new: bool, canvas: &mut Canvas) {
    let (Some(client), Some(account)) = (app.form.client_id(), app.account()) else { return };
    let (theme, now) = (canvas.theme, app.atlas_now());
    // Creating is not possible while the account is full.
    let can_create = app.submit_action() != SubmitAction::ListSecrets;
    let existing = account.secrets.iter().map(|secret| {
        let cut = account.shortened_by_creating(secret, now).filter(|_| can_create);
        existing_row(app, &client, secret, cut, theme)
    });
    let new = new_row(app, theme).filter(|_| has_new && can_create);
    let title = format!("Secrets ({})", text::secret_count(account.secrets.len()));
    secret_table::draw(&title, &existing.chain(new).collect::<Vec<_>>(), now, canvas);
}

fn existing_row(
    app: &Shared,
    client: &ClientId,
    secret: &ExistingSecret,
    cut: Option<Timestamp>,
    theme: &Theme,
) -> Row {
    // Without Atlas's clock, the computed end can be later than the current one.
    let cut = cut.filter(|cut| secret.expires_at.is_none_or(|at| at > *cut));
    let mut row = Row::of(app, client, secret, theme);
    if secret.is_expired(app.atlas_now()) {
        row.style = theme.faint;
    }
    if let Some(cut) = cut {
        let (glyphs, date) = (&theme.glyphs, text::short_date(cut, app.zone.as_ref()));
        row.style = theme.warning;
        row.cells[4].extend([" ", glyphs.arrow, " ", &date, " ", glyphs.warning]);
    }
    let bar = |ends_at| Bar { ends_at, cut_from: cut.and(secret.expires_at), style: Style::new() };
    row.bar = cut.or(secret.expires_at).map(bar);
    row
}

fn new_row(app: &Shared, theme: &Theme) -> Option<Row> {
    let Validation::Lifetime { lifetime, .. } = app.form.validation(FieldName::Lifetime) else { return None };
    let ends_at = app.atlas_now().checked_add(SignedDuration::from_hours(i64::from(lifetime.hours()))).ok();
    let expires = ends_at.map_or_else(String::new, |at| text::short_date(at, app.zone.as_ref()));
    let cells = ["new".to_owned(), String::new(), String::new(), theme.glyphs.rule.to_owned(), expires];
    let bar = ends_at.map(|ends_at| Bar { ends_at, cut_from: None, style: theme.good });
    Some(Row { cells, style: theme.good, bar, is_selected: false })
}

fn draw_sentence(app: &Shared, canvas: &mut Canvas) {
    match sentence(app, canvas.theme) {
        (sentence, true) => canvas.warning(&sentence, Style::new()),
        (sentence, false) => canvas.text(0, &sentence, canvas.theme.faint),
    }
}

/// Returns what creating does as one sentence, and whether it is a warning.
fn sentence(app: &Shared, theme: &Theme) -> (String, bool) {
    let Some(account) = app.account() else {
        return (
            "Creating a secret makes the account's other secrets expire within 7 days.".to_owned(),
            true,
        );
    };
    let Consequences { secrets, deletes, shortens } = app.consequences();
    if account.is_full() && deletes.is_none() {
        return (format!("{} Delete one first.", text::account_has(secrets)), true);
    }
    let label = |secret: &ExistingSecret| text::short_label(secret, theme.glyphs.ellipsis);
    let shortened = |(secret, cut): &(ExistingSecret, Timestamp)| match secret.expires_at {
        Some(at) if at > *cut => {
            let early = text::time_between(*cut, at, app.zone.as_ref());
            format!("makes {} expire {early} early", label(secret))
        }
        _ => format!("makes {} expire by {}", label(secret), text::short_date(*cut, app.zone.as_ref())),
    };
    let deleted = deletes.iter().map(|secret| format!("deletes {}", label(secret)));
    let parts: Vec<String> = deleted.chain(shortens.iter().map(shortened)).collect();
    if account.secrets.is_empty() {
        ("This account has no secrets yet.".to_owned(), false)
    } else if parts.is_empty() {
        ("No other secret will expire early.".to_owned(), account.is_full())
    } else {
        (format!("Creating {}.", parts.join(" and ")), true)
    }
}

fn button<'a>(app: &Shared, theme: &Theme) -> Line<'a> {
    let label = app.submit_action().label().replace("...", theme.glyphs.ellipsis);
    let (style, remark) = match app.form.validation(FieldName::Lifetime) {
        _ if app.post().is_some() => {
            (theme.faint, Span::styled("waiting for the earlier request  ", theme.faint))
        }
        Validation::Lifetime { warning: Some(_), .. } => {
            let text = format!("{} Atlas may refuse this lifetime  ", theme.glyphs.warning);
            (Style::new(), Span::styled(text, theme.warning))
        }
        _ => (Style::new(), Span::default()),
    };
    let style = if app.form.focus == Focus::Button { style.patch(theme.selected) } else { style };
    // Only the label is styled: a styled line would fill its row.
    Line::from(vec![remark, Span::styled(label, style)])
}

/// Draws the result of the last request or key. The meaning of a failure is left out unless `is_whole`.
fn draw_notice(app: &Shared, is_whole: bool, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let says_so = matches!(app.form.notice, Some(Notice::Failed(Certainty::Unknown | Certainty::Done, _)));
    let doubt = app.form.client_id().filter(|_| !says_so).and_then(|client| app.unresolved_warning(&client));
    if let Some(doubt) = doubt {
        canvas.warning(&doubt, theme.warning);
    }
    let (tone, text) = match &app.form.notice {
        None => return,
        Some(Notice::Failed(certainty, explanation)) => {
            let Explanation { title, meaning, action, atlas_message } = &**explanation;
            let title = format!("{} {title}", certainty.message());
            let meaning = if is_whole { meaning } else { "" };
            return canvas.explained(&title, meaning, action, atlas_message.as_ref());
        }
        Some(Notice::Info(text)) => (Tone::Neutral, *text),
        Some(Notice::Kept(text)) => (Tone::Neutral, text.as_str()),
        Some(Notice::Warning(text)) => (Tone::Warning, text.as_str()),
        Some(Notice::Done(text)) => (Tone::Good, text.as_str()),
    };
    let (glyph, style) = theme.mark(tone);
    canvas.marked(glyph, &text.replace('…', theme.glyphs.ellipsis), style);
}
