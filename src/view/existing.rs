//! The secrets that an account has, and what creating one more does to them.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::core::Model;
use crate::domain::{ExistingSecret, SECRETS_PER_ACCOUNT};

use super::column::{Column, rows_of};
use super::theme::Theme;
use super::words;

/// How many rows the block takes; none while nothing is known of the account.
pub(super) fn rows(model: &Model, theme: &Theme, width: u16) -> u16 {
    let Some(existing) = model.existing() else { return 0 };
    let of_secrets =
        existing.iter().map(|(secret, cut)| rows_of(&line(model, secret, *cut, theme), width, 4));
    of_secrets.fold(1, u16::saturating_add)
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
    for (secret, cut) in &existing {
        let (symbol, style) = match cut {
            Some(_) => (Span::styled(format!("  {} ", theme.glyphs.warning), theme.warning), Style::new()),
            None => (Span::raw("    "), theme.faint),
        };
        column.item(frame, symbol, &line(model, secret, *cut, theme), style);
    }
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

/// What Atlas says of a secret: mask, last use, end.
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
    format!("{}  {used}  {ends}", secret.label())
}
