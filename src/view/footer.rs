//! The keys that work now, from the same table as the help.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::core::{Action, Binding, CopyState, Guard, GuardChoice, Held, Leaving, Model, Screen, bindings};

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
    let Screen::Created(created) = &model.screen else { return true };
    let delete_is_chosen = matches!(
        created.leaving,
        Some(Leaving { guard: Guard::Choose { choice: GuardChoice::Delete, .. }, .. })
    );
    match binding.action {
        Action::Copy => !matches!(created.copy, CopyState::Copying { .. }),
        Action::Extend => matches!(created.copy, CopyState::Held(Held { until: Some(_), .. })),
        Action::Delete => created.can_be_deleted(),
        Action::Choose => created.can_be_deleted() || !delete_is_chosen,
        _ => true,
    }
}
