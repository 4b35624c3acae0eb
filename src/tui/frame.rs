//! One frame: the header, the screen or the help, and the footer with the keys that work now.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use super::app::{App, Screen, Size};
use super::area::page;
use super::canvas::Canvas;
use super::keys::{Action, Binding};
use super::{Theme, header, help};

const GAP: &str = "   ";

const OTHER_LAYOUT: &str = "Your keyboard layout is not Latin. Switch it to use these keys.";

impl App {
    /// Draws everything.
    pub fn draw(&self, theme: &Theme, frame: &mut Frame) {
        let whole = frame.area();
        let size = Size { columns: whole.width, rows: whole.height };
        if size.is_too_small() {
            let words = self.too_small(theme);
            return Canvas::new(frame, theme, whole).words(0, &words, theme.strong);
        }
        let [head, body, foot] = page(whole);
        header::draw(&self.shared, &mut Canvas::new(frame, theme, head));
        let mut canvas = Canvas::new(frame, theme, body);
        if self.shared.shows_help {
            help::draw(self, &mut canvas);
        } else {
            self.screen.component().draw(&self.shared, &mut canvas);
            canvas.mark_cut();
        }
        draw_footer(self, &mut Canvas::new(frame, theme, foot));
    }

    fn too_small(&self, theme: &Theme) -> String {
        let Size { columns, rows } = Size::SMALLEST;
        let times = theme.glyphs.times;
        if matches!(&self.screen, Screen::Created(created) if !created.is_delivered(self.shared.now)) {
            return format!("Secret not delivered. Enlarge to {columns}{times}{rows}. Ctrl-C twice loses it");
        }
        format!("atlas-secret needs {columns}{times}{rows}. Nothing is lost.")
    }
}

/// The keys that work now, from the same table as the help.
fn draw_footer(app: &App, canvas: &mut Canvas) {
    let theme = canvas.theme;
    if app.is_other_layout {
        return canvas.line(Line::styled(OTHER_LAYOUT, theme.warning));
    }
    let bindings = app.keys().iter().filter(|binding| binding.is_in_footer && app.works(binding.action));
    let bindings: Vec<&Binding> = bindings.collect();
    let mut line = Line::default();
    for hint in fitting(&bindings, usize::from(canvas.width()), theme) {
        if !line.spans.is_empty() {
            line.push_span(GAP);
        }
        line.spans.extend(hint.spans);
    }
    canvas.line(line);
}

/// The hints that fit, each of them whole, in the order of the table. The help, which has the rest, and the first way
/// out are always among them.
fn fitting(bindings: &[&Binding], width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let way_out = bindings.iter().position(|binding| binding.action.is_way_out());
    let is_needed = |index: usize| Some(index) == way_out || bindings[index].action == Action::Help;
    let hints: Vec<Line> = bindings.iter().map(|binding| hint(binding, theme)).collect();
    let widths: Vec<usize> = hints.iter().map(|hint| hint.width() + GAP.len()).collect();
    let needed: usize = (0..widths.len()).filter(|index| is_needed(*index)).map(|index| widths[index]).sum();
    let mut left = (width + GAP.len()).saturating_sub(needed);
    let mut takes = |index: usize| {
        let is_taken = is_needed(index) || widths[index] <= left;
        if is_taken && !is_needed(index) {
            left -= widths[index];
        }
        is_taken
    };
    hints.into_iter().enumerate().filter(|(index, _)| takes(*index)).map(|(_, hint)| hint).collect()
}

fn hint(binding: &Binding, theme: &Theme) -> Line<'static> {
    Line::from(vec![
        Span::styled(binding.keys, theme.strong),
        Span::raw(" "),
        Span::styled(binding.label.replace('…', theme.glyphs.ellipsis), theme.faint),
    ])
}
