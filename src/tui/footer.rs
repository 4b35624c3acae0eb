//! The keys that work now, from the same table as the help.

use ratatui::text::{Line, Span};

use super::app::App;
use super::canvas::Canvas;

const GAP: &str = "   ";

const OTHER_LAYOUT: &str = "Your keyboard layout is not Latin. Switch it.";

pub(super) fn draw(app: &App, canvas: &mut Canvas) {
    let theme = canvas.theme;
    if app.is_other_layout {
        return canvas.line(Line::styled(OTHER_LAYOUT, theme.warning));
    }
    let screen = app.screen.component();
    let works = |action| app.shared.shows_help || screen.works(&app.shared, action);
    let mut line = Line::default();
    for binding in app.keys().iter().filter(|binding| binding.is_in_footer && works(binding.action)) {
        let gap = if line.spans.is_empty() { "" } else { GAP };
        let hint = [
            Span::raw(gap),
            Span::styled(binding.keys, theme.strong),
            Span::raw(" "),
            Span::styled(binding.label.replace('…', theme.glyphs.ellipsis), theme.faint),
        ];
        let width: usize = hint.iter().map(Span::width).sum();
        // Where it is narrow, hints are dropped; they never wrap.
        if line.width() + width <= usize::from(canvas.width()) {
            line.spans.extend(hint);
        }
    }
    canvas.line(line);
}
