//! The secrets that an account has, and what creating one more does to them.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::core::Model;
use crate::domain::{ExistingSecret, SECRETS_PER_ACCOUNT, ServerText};

use super::column::{Column, rows_of};
use super::theme::Theme;
use super::words;

/// How many rows the block takes; none while nothing is known of the account.
pub(super) fn rows(model: &Model, theme: &Theme, width: u16) -> u16 {
    let Some(existing) = model.existing() else { return 0 };
    let of_secrets =
        existing.iter().map(|(secret, cut)| rows_of(&line(model, secret, *cut, theme), width, 4));
    let of_account = about_account(model).map_or(0, |words| rows_of(&words, width, 2));
    of_secrets.fold(1 + of_account, u16::saturating_add)
}

/// The block of the form: how many places are taken, and a line for each secret.
pub(super) fn draw(model: &Model, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    let Some(existing) = model.existing() else { return };
    let taken = match existing.len() {
        0 => "none".to_owned(),
        count => format!("{count} of {SECRETS_PER_ACCOUNT}"),
    };
    let mut title = vec![Span::styled("Existing secrets  ", theme.faint), Span::raw(taken)];
    if model.rotates_itself() {
        title.push(Span::styled("   signed in with this account: it rotates itself", theme.strong));
    }
    column.line(frame, Line::from(title));
    if let Some(words) = about_account(model) {
        column.words(frame, 2, &words, theme.faint);
    }
    for (secret, cut) in &existing {
        let (symbol, style) = match cut {
            Some(_) => (Span::styled(format!("  {} ", theme.glyphs.warning), theme.warning), Style::new()),
            None => (Span::raw("    "), theme.faint),
        };
        column.item(frame, symbol, &line(model, secret, *cut, theme), style);
    }
}

/// What the account may do, and what its organization allows.
fn about_account(model: &Model) -> Option<String> {
    let roles: Vec<&str> = model.account()?.roles.iter().map(ServerText::as_str).collect();
    let roles = (!roles.is_empty()).then(|| format!("roles {}", roles.join(", ")));
    let cap = model.form.longest_hours.map(|hours| format!("its organization allows {hours} hours at most"));
    let said: Vec<String> = roles.into_iter().chain(cap).collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// One secret: its mask, its last use, and its end, now and after creating.
pub(super) fn line(model: &Model, secret: &ExistingSecret, cut: Option<Timestamp>, theme: &Theme) -> String {
    let mut parts = vec![facts(model, secret)];
    if let Some(cut) = cut {
        let zone = model.zone.as_ref();
        let arrow = theme.glyphs.arrow;
        parts.push(format!("{arrow} {} once the new one exists", words::short_date(cut, zone)));
    }
    if model.is_login(secret) {
        parts.push("(you are signed in with it)".to_owned());
    }
    parts.join(" ")
}

/// What Atlas says of a secret: mask, birth, last use, end.
pub(super) fn facts(model: &Model, secret: &ExistingSecret) -> String {
    let now = model.atlas_now();
    let used = secret
        .last_used_at
        .map_or_else(|| "never used".to_owned(), |at| format!("last used {}", words::ago(at, now)));
    let zone = model.zone.as_ref();
    let ends = match secret.expires_at {
        Some(at) if secret.is_expired(now) => format!("expired {}", words::short_date(at, zone)),
        Some(at) => format!("expires {}", words::short_date(at, zone)),
        None => "no expiry known".to_owned(),
    };
    let created =
        secret.created_at.map_or_else(String::new, |at| format!("  created {}", words::short_date(at, zone)));
    format!("{}{created}  {used}  {ends}", secret.label())
}
