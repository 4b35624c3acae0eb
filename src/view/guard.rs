//! The guard between the secret and its loss.

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::core::{CopyState, Created, Guard, GuardChoice, Leaving, Model, Target};

use super::column::Column;
use super::sending::{ask, running};
use super::theme::Theme;

pub(super) fn draw(
    model: &Model,
    created: &Created,
    leaving: &Leaving,
    theme: &Theme,
    frame: &mut Frame,
    column: &mut Column,
) {
    match &leaving.guard {
        Guard::Checking(_) => column.line(frame, Line::styled("Looking at the clipboard", theme.faint)),
        Guard::Deleting { since, .. } => {
            column.line(frame, running(model.now, *since, "Deleting the secret in Atlas", theme));
        }
        Guard::Confirm { checked } => draw_confirm(created, leaving.target, *checked, theme, frame, column),
        Guard::Choose { choice, problem } => {
            let overwritten = created.copy == CopyState::Overwritten;
            let what = if overwritten {
                "The clipboard no longer holds this secret."
            } else {
                "This secret was not copied or saved."
            };
            let warning = Span::styled(format!("{} ", theme.glyphs.warning), theme.warning);
            column.item(frame, warning, &format!("{what} It cannot be shown again."), theme.strong);
            if let Some(problem) = problem {
                let title = format!("It could not be deleted. {}", problem.explain().title);
                column.words(frame, 2, &title, theme.bad);
            }
            draw_choices(created, *choice, theme, frame, column);
        }
    }
}

fn draw_confirm(
    created: &Created,
    target: Target,
    checked: bool,
    theme: &Theme,
    frame: &mut Frame,
    column: &mut Column,
) {
    if let CopyState::Sent(_) = created.copy {
        let words = "It was sent to your terminal, which never says whether it arrived.";
        column.words(frame, 0, words, Style::new());
        let question = match target {
            Target::Quit => "Paste first. Leave?",
            Target::Another => "Paste first. Another secret?",
        };
        ask(theme, frame, column, question);
        return;
    }
    if !checked {
        column.words(frame, 0, "The clipboard could not be read again.", theme.warning);
    }
    let question = match target {
        Target::Quit => "Leaving empties the clipboard. Paste first. Leave?",
        Target::Another => "The clipboard keeps it until you leave or copy again. Another secret?",
    };
    ask(theme, frame, column, question);
}

/// Side by side, or where that is too wide below each other.
fn draw_choices(
    created: &Created,
    chosen: GuardChoice,
    theme: &Theme,
    frame: &mut Frame,
    column: &mut Column,
) {
    let choices = GuardChoice::ALL.map(|choice| choice_line(created, choice, choice == chosen, theme));
    let in_one: Line = choices.iter().flat_map(|choice| choice.spans.clone()).collect();
    if in_one.width() <= usize::from(column.width()) {
        column.line(frame, in_one);
        return;
    }
    for choice in choices {
        column.line(frame, choice);
    }
}

fn choice_line(created: &Created, choice: GuardChoice, is_chosen: bool, theme: &Theme) -> Line<'static> {
    let can_be_taken = choice != GuardChoice::Delete || created.can_be_deleted();
    let label = match choice {
        GuardChoice::GoBack => " go back ",
        GuardChoice::Delete if can_be_taken => " delete it in Atlas ",
        GuardChoice::Delete => " delete it (its id is not known) ",
        GuardChoice::LeaveAnyway => " leave anyway ",
    };
    let style = match (is_chosen, can_be_taken) {
        (true, _) => theme.selected,
        (false, true) => Style::new(),
        (false, false) => theme.faint,
    };
    let (open, close) = if is_chosen { ("[", "]") } else { (" ", " ") };
    Line::from(vec![Span::raw(format!("  {open}")), Span::styled(label, style), Span::raw(close)])
}
