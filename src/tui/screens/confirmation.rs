//! The one question before the POST: everything that creating does to the account's other secrets.

use ratatui::style::Style;
use ratatui::text::Line;

use crate::domain::{AccountRef, Consequences, ExistingSecret};
use crate::jobs::Question;
use crate::tui::app::Shared;
use crate::tui::canvas::{Canvas, cut};
use crate::tui::words;

pub(super) fn draw(app: &Shared, account: &AccountRef, question: &Question, canvas: &mut Canvas) {
    let strong = canvas.theme.strong;
    let title = format!("Create a secret for {}?", app.lookups.words(account));
    // Long names give way to the consequences.
    canvas.words(0, &cut(&title, canvas.width(), 0, 2, canvas.theme.glyphs.ellipsis), strong);
    canvas.blank_unless_low();
    match question {
        Question::Consequences(consequences) => draw_consequences(app, account, consequences, canvas),
        Question::AccountUnknown(problem) => {
            let words = format!("The account's secrets could not be read: {}", problem.explain().title);
            canvas.warning(&words, Style::new());
            canvas.words(2, "Any older secret will expire within 7 days.", Style::new());
        }
    }
    canvas.blank_unless_low();
    canvas.line(Line::styled("y create   n back", strong));
}

fn draw_consequences(app: &Shared, account: &AccountRef, consequences: &Consequences, canvas: &mut Canvas) {
    let glyphs = canvas.theme.glyphs;
    let zone = app.zone.as_ref();
    let date = |at| words::short_date(at, zone);
    for (secret, until) in &consequences.shortens {
        let label = words::short_label(secret, &glyphs);
        let until = *until;
        let ends = match secret.expires_at {
            Some(was) if was > until && date(was) == date(until) => {
                let [until, was] = [until, was].map(|at| words::date_time(at, zone));
                format!("{label} expires on {until} instead of {was}.")
            }
            Some(was) if was > until => {
                format!("{label} expires on {} instead of {}.", date(until), date(was))
            }
            _ => format!("{label} expires by {}.", date(until)),
        };
        canvas.warning(&format!("{ends}{}", use_of(app, account, secret)), Style::new());
        if secret.last_used_at.is_some() {
            canvas.words(2, "Clients that use it must have the new secret by then.", Style::new());
        }
        canvas.words(2, "This cannot be undone.", Style::new());
    }
    if let Some(secret) = &consequences.deletes {
        let label = words::short_label(secret, &glyphs);
        let expired = secret
            .expires_at
            .map_or_else(|| "has expired".to_owned(), |at| format!("expired on {}", date(at)));
        canvas.warning(&format!("{label} {expired} and is deleted to make room."), Style::new());
    }
}

/// Who uses a secret, as far as Atlas or this session can tell.
fn use_of(app: &Shared, account: &AccountRef, secret: &ExistingSecret) -> String {
    let used = match secret.last_used_at {
        Some(at) => format!(" It was used {}.", words::ago(at, app.atlas_now())),
        None => " It has never been used.".to_owned(),
    };
    if !app.is_login_of(&account.client, secret) {
        return used;
    }
    match &app.login_holder {
        Some(holder) => format!("{used} You are signed in with it ({holder})."),
        None => format!("{used} You are signed in with it."),
    }
}
