//! The secrets that an account has, and what creating one more does to them.

use jiff::Timestamp;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{ExistingSecret, SECRETS_PER_ACCOUNT, ServerText};
use crate::tui::app::Shared;
use crate::tui::canvas::{Canvas, rows_of};
use crate::tui::{Theme, words};

/// How many rows the block takes; none while nothing is known of the account.
pub(super) fn rows(app: &Shared, theme: &Theme, width: u16) -> u16 {
    let Some(existing) = app.existing() else { return 0 };
    let of_secrets = existing.iter().map(|(secret, cut)| rows_of(&line(app, secret, *cut, theme), width, 4));
    let of_account = about_account(app).map_or(0, |words| rows_of(&words, width, 2));
    of_secrets.fold(1 + of_account, u16::saturating_add)
}

/// The block of the form: how many places are taken, and a line for each secret.
pub(super) fn draw(app: &Shared, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let Some(existing) = app.existing() else { return };
    let taken = match existing.len() {
        0 => "none".to_owned(),
        count => format!("{count} of {SECRETS_PER_ACCOUNT}"),
    };
    let mut title = vec![Span::styled("Existing secrets  ", theme.faint), Span::raw(taken)];
    if app.rotates_itself() {
        title.push(Span::styled("   signed in with this account: it rotates itself", theme.strong));
    }
    canvas.line(Line::from(title));
    if let Some(words) = about_account(app) {
        canvas.words(2, &words, theme.faint);
    }
    for (secret, cut) in &existing {
        let (symbol, style) = match cut {
            Some(_) => (Span::styled(format!("  {} ", theme.glyphs.warning), theme.warning), Style::new()),
            None => (Span::raw("    "), theme.faint),
        };
        canvas.item(symbol, &line(app, secret, *cut, theme), style);
    }
}

/// What the account may do, and what its organization allows.
fn about_account(app: &Shared) -> Option<String> {
    let roles: Vec<&str> = app.account()?.roles.iter().map(ServerText::as_str).collect();
    let roles = (!roles.is_empty()).then(|| format!("roles {}", roles.join(", ")));
    let cap = app.form.longest_hours.map(|hours| format!("its organization allows {hours} hours at most"));
    let said: Vec<String> = roles.into_iter().chain(cap).collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// One secret: its mask, its last use, and its end, now and after creating.
fn line(app: &Shared, secret: &ExistingSecret, cut: Option<Timestamp>, theme: &Theme) -> String {
    let mut parts = vec![secret_facts(app, secret)];
    if let Some(cut) = cut {
        let zone = app.zone.as_ref();
        let arrow = theme.glyphs.arrow;
        parts.push(format!("{arrow} {} once the new one exists", words::short_date(cut, zone)));
    }
    if app.is_login(secret) {
        parts.push("(you are signed in with it)".to_owned());
    }
    parts.join(" ")
}

/// What Atlas says of a secret: mask, birth, last use, end.
pub(in crate::tui) fn secret_facts(app: &Shared, secret: &ExistingSecret) -> String {
    let now = app.atlas_now();
    let used = secret
        .last_used_at
        .map_or_else(|| "never used".to_owned(), |at| format!("last used {}", words::ago(at, now)));
    let zone = app.zone.as_ref();
    let ends = match secret.expires_at {
        Some(at) if secret.is_expired(now) => format!("expired {}", words::short_date(at, zone)),
        Some(at) => format!("expires {}", words::short_date(at, zone)),
        None => "no expiry known".to_owned(),
    };
    let created =
        secret.created_at.map_or_else(String::new, |at| format!("  created {}", words::short_date(at, zone)));
    format!("{}{created}  {used}  {ends}", secret.label())
}
