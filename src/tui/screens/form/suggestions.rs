//! How the entries of Atlas's list stand below the field in which a name is typed.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{ApiError, Cause, Explanation, RejectionKind};
use crate::tui::app::Shared;
use crate::tui::canvas::{Canvas, LABEL_WIDTH, cut, split_left};

use super::super::picker::{Item, List, SHORTEST_NAME, fit};
use super::Validation;

/// How many entries stand there at most.
const MOST: u16 = 6;

/// Between the columns.
const GAP: usize = 2;

/// How many rows they have: the same for one entry as for many, so that nothing jumps while a person types.
pub(super) const ROWS: u16 = MOST + 1;

pub(super) fn draw(app: &Shared, list: &List, canvas: &mut Canvas) {
    let marked = app.marked(list);
    let height = usize::from(MOST.min(canvas.area.height.saturating_sub(1)));
    let first = marked.unwrap_or(0).checked_div(height).unwrap_or(0) * height;
    let shown: Vec<&Item> = (first..first + height).filter_map(|place| list.item(place)).collect();
    let width = usize::from(canvas.width());
    let id_width = shown.iter().map(|item| item.value().len()).max().unwrap_or(0);
    let needed = usize::from(LABEL_WIDTH) + 2 * GAP + SHORTEST_NAME + id_width;
    let indent = if needed <= width { LABEL_WIDTH } else { 0 };
    let [_, area] = split_left(canvas.area, indent);
    let mut part = canvas.part(area);
    let name_columns = usize::from(area.width).saturating_sub(2 * GAP + id_width);
    let longest = shown.iter().map(|item| Span::raw(item.name()).width()).max().unwrap_or(0);
    for (row, item) in shown.into_iter().enumerate() {
        let is_marked = marked == Some(first + row);
        let theme = part.theme;
        let (name, id) = if is_marked { (theme.strong, theme.strong) } else { (Style::new(), theme.faint) };
        let shown_name = fit(item.name(), longest.max(SHORTEST_NAME).min(name_columns), theme);
        let gap = Span::raw(" ".repeat(GAP));
        part.choice(is_marked, [Span::styled(shown_name, name), gap, Span::styled(item.value(), id)]);
    }
    draw_status(app, list, &mut part);
}

/// How many there are, or why they are not there.
fn draw_status(app: &Shared, list: &List, canvas: &mut Canvas) {
    let (theme, noun) = (canvas.theme, list.field.noun());
    if let Some(error) = &list.pages.error {
        let text = error_text(list, app, error);
        let text = cut(&text, canvas.width(), 2, canvas.left(), theme.glyphs.ellipsis);
        return canvas.warning(&text, theme.warning);
    }
    if list.draw_progress(app.now, canvas) {
        return;
    }
    match (list.matches.len(), list.count_named()) {
        (0, _) => {
            let text = match app.form.validation(list.field) {
                Validation::Name { message, position: None | Some(LIKE_AN_ID..) } if !list.is_empty() => {
                    let nothing = list.nothing(theme.glyphs.ellipsis);
                    format!("{}, and it is not an ID: {message}.", nothing.trim_end_matches('.'))
                }
                _ => list.nothing(theme.glyphs.ellipsis),
            };
            canvas.marked(theme.glyphs.cross, &text, theme.bad);
        }
        (_, named @ 2..) => {
            canvas.warning(&format!("{named} {noun}s have this name: choose one."), theme.warning);
        }
        _ => canvas.line(Line::styled(format!("  {}", list.count()), theme.faint)),
    }
}

/// A text that begins like an ID was probably meant as one.
const LIKE_AN_ID: usize = 4;

fn error_text(list: &List, app: &Shared, error: &ApiError) -> String {
    let Explanation { title, meaning, .. } = list.explain(app, error);
    match (&error.cause, error.rejection_kind()) {
        (Cause::Credentials(_) | Cause::SignInRefused(_) | Cause::LoginExpired(..), _) => {
            format!("{title} Ctrl-P signs in with other credentials.")
        }
        (_, Some(RejectionKind::ProjectNotFound)) => format!("{title} Choose another project."),
        (_, Some(RejectionKind::RoleTooLow)) => format!("{title} {meaning} Type the ID instead."),
        _ => format!("{title} Type the ID instead."),
    }
}

/// What stands beside a name while its entries are not shown.
pub(super) fn remark(list: &List) -> String {
    let noun = list.field.noun();
    match (list.matches.len(), list.count_named()) {
        _ if list.pages.error.is_some() => format!("could not load the {noun}s"),
        _ if list.pages.is_under_way() => format!("loading {noun}s"),
        (0, _) => format!("no {noun} matches"),
        (_, named @ 2..) => format!("{named} {noun}s have this name"),
        (1, _) => format!("1 {noun} matches"),
        (count, _) => format!("{count} {noun}s match"),
    }
}
