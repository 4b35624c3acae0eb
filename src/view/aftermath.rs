//! After creating: what became of the other secrets, and whether the new one works.

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::core::{Created, Model, Other, Others, Verification};

use super::column::Column;
use super::sending::running;
use super::theme::Theme;
use super::words;

pub(super) fn draw(model: &Model, created: &Created, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    draw_verification(model, created, theme, frame, column);
    match &created.others {
        None | Some(Others::Reading(_)) => {}
        Some(Others::Unread(problem)) => {
            let words =
                format!("What became of the other secrets could not be read. {}", problem.explain().title);
            column.item(
                frame,
                Span::styled(format!("{} ", theme.glyphs.dot), theme.faint),
                &words,
                theme.faint,
            );
        }
        Some(Others::Read(others)) => {
            for other in others {
                draw_other(model, other, theme, frame, column);
            }
        }
    }
}

fn draw_verification(
    model: &Model,
    created: &Created,
    theme: &Theme,
    frame: &mut Frame,
    column: &mut Column,
) {
    match &created.verification {
        Verification::Never => {}
        Verification::Running { since, .. } => {
            column.line(frame, running(model.now, *since, "Asking Atlas for a token with it", theme));
        }
        Verification::Done(outcome) => {
            let words = outcome_words(model, outcome);
            let (glyph, style) = match outcome {
                crate::domain::VerifyOutcome::Accepted { .. } => (theme.glyphs.check, theme.good),
                crate::domain::VerifyOutcome::Refused(_) => (theme.glyphs.cross, theme.bad),
                crate::domain::VerifyOutcome::CouldNotCheck(_) => (theme.glyphs.warning, theme.warning),
            };
            column.item(frame, Span::styled(format!("{glyph} "), style), &words, style);
        }
    }
}

fn outcome_words(model: &Model, outcome: &crate::domain::VerifyOutcome) -> String {
    match outcome {
        crate::domain::VerifyOutcome::Accepted { at: Some(at) } => {
            format!("Atlas accepts it, {}", words::time(*at, model.zone.as_ref()))
        }
        crate::domain::VerifyOutcome::Accepted { at: None } => "Atlas accepts it".to_owned(),
        other => other.sentence(),
    }
}

/// Its end now, and what it was before; for the one that this session uses, who still holds it.
fn draw_other(model: &Model, other: &Other, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    let zone = model.zone.as_ref();
    let date = |at| words::short_date(at, zone);
    let is_at = other.secret.expires_at;
    let was_at = other.before.as_ref().and_then(|before| before.expires_at);
    let ends = match (is_at, was_at) {
        (Some(is), Some(was)) if is < was => format!("now expires {} (was {})", date(is), date(was)),
        (Some(is), Some(_)) => format!("still expires {}", date(is)),
        (Some(is), None) => format!("expires {}", date(is)),
        (None, _) => "no expiry known".to_owned(),
    };
    let lead = Line::from(vec![
        Span::styled(format!("{} ", theme.glyphs.dot), theme.faint),
        Span::raw(format!("{}  {ends}", other.secret.label())),
    ]);
    column.line(frame, lead);
    if !other.is_login {
        return;
    }
    let holder = model.login_holder.as_ref().map_or("this session", |holder| holder.as_str());
    let until = is_at.map_or_else(String::new, |at| format!(", valid until {}", date(at)));
    column.words(frame, 2, &format!("{holder} still holds the old secret{until}."), Style::new());
}
