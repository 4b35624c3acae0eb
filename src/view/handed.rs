//! What has become of the secret so far: where it went, and what the clipboard holds.

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::Span;

use crate::core::{CopyState, Created, Gone, Held, Model, Output};
use crate::domain::{Delivery, Format};

use super::column::Column;
use super::theme::Theme;
use super::words;

/// Said where a format has room for the organization's id and it is not known.
const NO_ORGANIZATION: &str = "orgId is left out: the organization could not be read.";

pub(super) fn draw(model: &Model, created: &Created, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    if let Some(word) = created.word {
        column.words(frame, 2, word, theme.warning);
    }
    if let Some(why) = &model.not_noted {
        let symbol = Span::styled(format!("{} ", theme.glyphs.warning), theme.warning);
        column.item(frame, symbol, why, theme.warning);
    }
    if let Some(why) = &created.not_printed {
        let symbol = Span::styled(format!("{} ", theme.glyphs.cross), theme.bad);
        column.item(frame, symbol, &format!("Not written. {why}"), theme.bad);
    }
    for delivery in &created.delivered {
        let symbol = Span::styled(format!("{} ", theme.glyphs.check), theme.good);
        column.item(frame, symbol, &delivery_words(delivery), theme.good);
    }
    draw_copy(model, created, theme, frame, column);
}

fn delivery_words(delivery: &Delivery) -> String {
    match delivery {
        Delivery::Saved { path } => format!("Saved to {path}"),
        Delivery::Piped { program } => format!("{program} took it and ended with 0"),
        Delivery::Printed => "Written to standard output".to_owned(),
        Delivery::Copied { .. } | Delivery::Unverified | Delivery::SentToTerminal => String::new(),
    }
}

fn draw_copy(model: &Model, created: &Created, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    let glyphs = theme.glyphs;
    let symbol = |glyph: &str, style| Span::styled(format!("{glyph} "), style);
    match &created.copy {
        CopyState::Never if !created.delivered.is_empty() => {}
        CopyState::Never => {
            let words = match model.output {
                Output::Sink(_) => "Atlas shows it this once. q leaves and writes it to standard output.",
                Output::Terminal | Output::Broken => "Atlas shows it this once. Press c to copy it.",
            };
            column.item(frame, symbol(glyphs.dot, theme.faint), words, theme.faint);
        }
        CopyState::Copying { .. } => {
            column.item(frame, symbol(glyphs.dot, theme.faint), "Copying", theme.faint);
        }
        CopyState::Held(held) => draw_held(model, held, theme, frame, column),
        CopyState::Sent { route, format } => {
            let title = format!("Sent to your terminal by {}{}", route.name(), in_format(*format));
            column.item(frame, symbol(glyphs.check, theme.good), &title, theme.good);
            column.words(frame, 2, "Nothing there? r shows it to select with the mouse.", theme.faint);
            column.words(
                frame,
                2,
                "Nothing clears it there: it stays until something else is copied.",
                theme.faint,
            );
        }
        CopyState::Failed(failure) => {
            column.item(frame, symbol(glyphs.cross, theme.bad), "Not copied", theme.bad);
            for reason in &failure.reasons {
                column.words(frame, 2, reason.as_str(), Style::new());
            }
            column.words(frame, 2, "r shows it to select with the mouse. s saves it to a file.", theme.faint);
        }
        CopyState::Gone(gone) => {
            let title = match gone {
                Gone::Overwritten => "The clipboard holds something else now. Press c to copy again.",
                Gone::Cleared => "The clipboard was cleared. Press c to copy again.",
                Gone::PutBack => "The clipboard was cleared, but another program has put the secret back.",
                Gone::Lost => "The clipboard no longer holds it. Press c to copy again.",
            };
            column.item(frame, symbol(glyphs.warning, theme.warning), title, theme.warning);
        }
    }
    if let CopyState::Held(Held { format, .. }) | CopyState::Sent { format, .. } = &created.copy {
        draw_left_out(model, created, *format, theme, frame, column);
    }
}

/// A format without the organization says so: whoever pastes it has to add it.
pub(super) fn draw_left_out(
    model: &Model,
    created: &Created,
    format: Format,
    theme: &Theme,
    frame: &mut Frame,
    column: &mut Column,
) {
    let project = &created.new_secret.project;
    let may_be_known = model.context.organization(project).is_some() || model.context.is_being_read(project);
    if format.names_the_organization() && !may_be_known {
        column.words(frame, 2, NO_ORGANIZATION, theme.warning);
    }
}

fn draw_held(model: &Model, held: &Held, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    let until = match held.until {
        Some(until) => format!("   clears in {}", words::seconds_left(until.since(model.now))),
        None => String::new(),
    };
    let what = in_format(held.format);
    if held.is_verified {
        let symbol = Span::styled(format!("{} ", theme.glyphs.check), theme.good);
        column.item(frame, symbol, &format!("Copied{what}{until}"), theme.good);
    } else {
        let symbol = Span::styled(format!("{} ", theme.glyphs.warning), theme.warning);
        let words = format!("The clipboard took it{what}, but did not give it back{until}");
        column.item(frame, symbol, &words, theme.warning);
    }
    let advice = match (held.can_be_read, held.until) {
        _ if !held.is_verified => "Paste to see whether it is there. r shows it to select with the mouse.",
        (false, _) => "The clipboard cannot be read just now: paste to see whether it is still there.",
        (true, Some(_)) => "It stays that long even if you leave. + gives it 60 s more.",
        (true, None) => "It stays until something else is copied, even if you leave.",
    };
    column.words(frame, 2, advice, theme.faint);
}

fn in_format(format: Format) -> &'static str {
    match format {
        Format::Secret => "",
        Format::ClientId => " (the client ID, not the secret)",
        Format::Env => " as .env",
        Format::Json => " as JSON",
        Format::Kubernetes => " as a Kubernetes Secret",
        Format::Aws => " as AWS JSON",
    }
}
