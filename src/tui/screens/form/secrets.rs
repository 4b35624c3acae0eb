//! The secrets that the account has, and what creating one more does to them.

use jiff::{SignedDuration, Timestamp};
use ratatui::style::Style;

use crate::domain::{ClientId, Consequences, ExistingSecret};
use crate::tui::app::Shared;
use crate::tui::canvas::Canvas;
use crate::tui::{Theme, text};

use super::super::secret_table::{self, Bar, Row};
use super::{FieldName, SubmitAction, Validation};

/// Atlas allows 2 secrets. If an answer ever holds more, the sentence stays one.
const MOST_NAMED: usize = 4;

/// The account's secrets and, with `has_new`, the new one; nothing while they are not known.
pub(super) fn draw(app: &Shared, has_new: bool, canvas: &mut Canvas) {
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
    // Without Atlas's clock it may be shortened, but not to a later end.
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
    let Consequences { secrets, deletes, shortens } = app.consequences();
    if account.is_full() && deletes.is_none() {
        return (format!("{} Delete one first.", text::account_has(secrets)), true);
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
