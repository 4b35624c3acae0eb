//! The keys that work now, from the same table as the help.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::core::{
    Action, Binding, CopyState, Guard, GuardChoice, Held, Leaving, Model, Panel, Retiring, Screen, Search,
    Verification, bindings,
};

use super::theme::Theme;

const GAP: &str = "   ";

pub(super) fn draw(model: &Model, theme: &Theme, frame: &mut Frame, area: Rect) {
    let mut line = Line::default();
    for binding in bindings(model).iter().filter(|binding| binding.is_in_footer && works(model, binding)) {
        let gap = if line.spans.is_empty() { "" } else { GAP };
        let hint = [
            Span::raw(gap),
            Span::styled(binding.keys, theme.strong),
            Span::raw(" "),
            Span::styled(binding.label, theme.faint),
        ];
        let width: usize = hint.iter().map(Span::width).sum();
        // Where it is narrow, hints are dropped; they never wrap.
        if line.width() + width > usize::from(area.width) {
            continue;
        }
        line.spans.extend(hint);
    }
    frame.render_widget(line, area);
}

/// False for a key of the table that would do nothing just now.
fn works(model: &Model, binding: &Binding) -> bool {
    if let Screen::Choosing(choosing) = &model.screen {
        return match binding.action {
            Action::Choose => choosing.matching() > 0,
            Action::NextChoice => choosing.matching() > 1,
            _ => true,
        };
    }
    if let Screen::SignIn(sign_in) = &model.screen
        && let Some(typing) = &sign_in.typing
    {
        return binding.action != Action::Next || typing.name.is_some();
    }
    if let Screen::PendingRecord(told) = &model.screen {
        return match binding.action {
            Action::Delete => told.can_be_deleted(),
            Action::LookAgain => told.can_be_looked_for(),
            _ => true,
        };
    }
    if let Screen::Unknown(unknown) = &model.screen {
        let can_look = unknown.search.is_settled() && !matches!(unknown.search, Search::Deleted(_));
        return binding.action != Action::LookAgain || can_look;
    }
    if let Screen::Retiring(retiring) = &model.screen {
        return works_in_list(retiring, binding);
    }
    let Screen::Created(created) = &model.screen else { return true };
    if let Some(Panel::Retire(retiring)) = &created.panel {
        return works_in_list(retiring, binding);
    }
    let delete_is_chosen = matches!(
        created.leaving,
        Some(Leaving { guard: Guard::Choose { choice: GuardChoice::Delete, .. }, .. })
    );
    match binding.action {
        Action::Copy => !matches!(created.copy, CopyState::Copying { .. }),
        Action::Verify => !matches!(created.verification, Verification::Running { .. }),
        Action::Extend => matches!(created.copy, CopyState::Held(Held { until: Some(_), .. })),
        Action::Delete => created.can_be_deleted(),
        Action::Choose => created.can_be_deleted() || !delete_is_chosen,
        _ => true,
    }
}

fn works_in_list(retiring: &Retiring, binding: &Binding) -> bool {
    match binding.action {
        Action::Delete => retiring.chosen().is_some(),
        Action::NextChoice => retiring.secrets.len() > 1,
        _ => true,
    }
}
