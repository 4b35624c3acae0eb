//! Choosing an older secret to delete.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::core::{Model, RetireStage, RetireWord, Retiring};
use crate::domain::LoginRisk;

use super::column::Column;
use super::existing;
use super::sending::{ask, running};
use super::theme::Theme;

/// As a screen of its own.
pub(super) fn draw_screen(model: &Model, retiring: &Retiring, theme: &Theme, frame: &mut Frame, area: Rect) {
    let mut column = Column::new(area);
    let title = "Both places of this account are taken; delete a secret to make room";
    let warning = Span::styled(format!("{} ", theme.glyphs.warning), theme.warning);
    column.item(frame, warning, title, theme.strong);
    column.blank();
    column.labelled(frame, "Client ID", theme.faint, retiring.client.as_str());
    column.blank();
    draw(model, retiring, theme, frame, &mut column);
}

/// The list and what is asked about it.
pub(super) fn draw(
    model: &Model,
    retiring: &Retiring,
    theme: &Theme,
    frame: &mut Frame,
    column: &mut Column,
) {
    match &retiring.stage {
        RetireStage::Reading(_) => {
            column.line(frame, Line::styled("Looking at the account's secrets", theme.faint));
            return;
        }
        RetireStage::Unread(problem) => {
            column.words(frame, 0, &format!("Could not look. {}", problem.explain().title), theme.bad);
            return;
        }
        _ => {}
    }
    column.line(frame, Line::styled("Older secrets of this account", theme.strong));
    if retiring.secrets.is_empty() {
        column.words(frame, 2, "There is none.", theme.faint);
    }
    for (index, secret) in retiring.secrets.iter().enumerate() {
        let is_selected = index == retiring.selected;
        let symbol = if is_selected { theme.glyphs.pointer } else { " " };
        let symbol = Span::styled(format!("{symbol} "), theme.strong);
        let own = if model.stake(&retiring.client, secret) == LoginRisk::Own {
            "  (you are signed in with it)"
        } else {
            ""
        };
        let words = format!("{}{own}", existing::facts(model, secret));
        column.item(frame, symbol, &words, if is_selected { theme.strong } else { Style::new() });
    }
    draw_stage(model, retiring, theme, frame, column);
}

fn draw_stage(model: &Model, retiring: &Retiring, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    match &retiring.stage {
        RetireStage::Reading(_) | RetireStage::Unread(_) | RetireStage::Choosing { said: None } => {}
        RetireStage::Choosing { said: Some(said) } => draw_said(said, theme, frame, column),
        RetireStage::Asking { stake, is_second } => {
            let label = retiring.chosen().map_or_else(String::new, |secret| secret.label().to_string());
            if let Some(words) = stake_words(*stake) {
                column.words(frame, 0, words, theme.warning);
            }
            let question = if *is_second { "Really delete" } else { "Delete" };
            ask(
                theme,
                frame,
                column,
                &format!("{question} {label} in Atlas? Whoever uses it stops working."),
            );
        }
        RetireStage::Deleting { since, .. } => {
            column.line(frame, running(model.now, *since, "Deleting the secret in Atlas", theme));
        }
    }
}

fn stake_words(stake: LoginRisk) -> Option<&'static str> {
    match stake {
        LoginRisk::None => None,
        LoginRisk::Own => Some("You are signed in with this one: this session ends with it."),
        LoginRisk::Perhaps => Some("You may be signed in with this one: then this session ends with it."),
    }
}

fn draw_said(said: &RetireWord, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    match said {
        RetireWord::Deleted(secret) => {
            let symbol = Span::styled(format!("{} ", theme.glyphs.check), theme.good);
            column.item(frame, symbol, &format!("{} is deleted.", secret.label()), theme.good);
        }
        RetireWord::NotDeleted(problem) => {
            let symbol = Span::styled(format!("{} ", theme.glyphs.cross), theme.bad);
            column.item(frame, symbol, &format!("Not deleted. {}", problem.explain().title), theme.bad);
        }
        RetireWord::InUse => {
            let words =
                "You are signed in with this one and need it to create: create first, delete it after.";
            column.words(frame, 0, words, theme.warning);
        }
    }
}
