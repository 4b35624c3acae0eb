//! The guard between the secret and its loss.

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::core::{CopyState, Created, Guard, GuardChoice, Held, Leaving, Model, Target};

use super::column::Column;
use super::sending::{ask, running};
use super::theme::Theme;
use super::words;

pub(super) fn draw(
    model: &Model,
    created: &Created,
    leaving: &Leaving,
    theme: &Theme,
    frame: &mut Frame,
    column: &mut Column,
) {
    match &leaving.guard {
        Guard::Printing(_) => column.line(frame, Line::styled("Writing to standard output", theme.faint)),
        Guard::Checking(_) => column.line(frame, Line::styled("Looking at the clipboard", theme.faint)),
        Guard::Deleting { since, .. } => {
            column.line(frame, running(model.now, *since, "Deleting the secret in Atlas", theme));
        }
        Guard::Confirm { checked } => {
            draw_confirm(model, created, leaving.target, *checked, theme, frame, column);
        }
        Guard::Choose { choice, problem } => {
            let what = match created.copy {
                _ if created.is_on_its_way() => "Whether somebody has this secret is not known yet.",
                CopyState::Gone(_) => "The clipboard no longer holds this secret.",
                _ => "This secret was not copied or saved.",
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
    model: &Model,
    created: &Created,
    target: Target,
    checked: bool,
    theme: &Theme,
    frame: &mut Frame,
    column: &mut Column,
) {
    let question = match target {
        Target::Quit => "Leave?",
        Target::Another => "Another secret?",
    };
    let words = match &created.copy {
        CopyState::Held(Held { is_verified: false, .. }) => {
            "The clipboard took it, but did not give it back.".to_owned()
        }
        CopyState::Held(held) => {
            if !checked {
                column.words(frame, 0, "The clipboard could not be read again.", theme.warning);
            }
            still_held(model, held)
        }
        _ => "It was sent to your terminal, which never says whether it arrived.".to_owned(),
    };
    column.words(frame, 0, &words, Style::new());
    ask(theme, frame, column, &format!("Paste it first. {question}"));
}

fn still_held(model: &Model, held: &Held) -> String {
    match held.until {
        Some(until) => {
            let left = words::seconds_left(until.since(model.now));
            format!("The clipboard still holds it for {left}, whether you stay or leave.")
        }
        None => "The clipboard holds it until something else is copied.".to_owned(),
    }
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
