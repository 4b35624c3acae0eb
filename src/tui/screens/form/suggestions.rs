//! How the entries of Atlas's list stand below the field in which a name is typed.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{ApiError, Cause, Explanation, RejectionKind, Request};
use crate::tui::app::Shared;
use crate::tui::area::split_left;
use crate::tui::canvas::{Canvas, LABEL_WIDTH, cut};
use crate::tui::words;

use super::super::picker::{Item, List, SHORTEST_NAME, fit};
use super::{FieldName, Validation};

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
    let room = usize::from(area.width).saturating_sub(2 * GAP + id_width);
    let longest = shown.iter().map(|item| Span::raw(item.name()).width()).max().unwrap_or(0);
    for (row, item) in shown.into_iter().enumerate() {
        let is_marked = marked == Some(first + row);
        let theme = part.theme;
        let (name, id) = if is_marked { (theme.strong, theme.strong) } else { (Style::new(), theme.faint) };
        let shown_name = fit(item.name(), longest.max(SHORTEST_NAME).min(room), theme);
        let gap = Span::raw(" ".repeat(GAP));
        part.choice(is_marked, [Span::styled(shown_name, name), gap, Span::styled(item.value(), id)]);
    }
    draw_status(app, list, &mut part);
}

/// How many there are, or why they are not there.
fn draw_status(app: &Shared, list: &List, canvas: &mut Canvas) {
    let theme = canvas.theme;
    if let Some(error) = &list.pages.error {
        let Explanation { title, meaning, .. } = list.explain(app, error);
        let way_on = match &error.cause {
            Cause::Credentials(_) | Cause::SignInRefused(_) | Cause::LoginExpired(..) => {
                "Ctrl-P signs in with other credentials."
            }
            _ if error.rejection_kind() == Some(RejectionKind::ProjectNotFound) => "Choose another project.",
            _ if error.rejection_kind() == Some(RejectionKind::RoleTooLow) => {
                &format!("{meaning} Type the ID instead.")
            }
            _ => "Type the ID instead.",
        };
        let text = format!("{title} {way_on}");
        let text = cut(&text, canvas.width(), 2, canvas.left(), theme.glyphs.ellipsis);
        canvas.warning(&text, theme.warning);
    } else if let Some(left) = list.pages.wait_left(app.now) {
        canvas.warning(&words::rate_limited(left), theme.warning);
    } else if list.pages.is_under_way() {
        canvas.running(app.now, list.pages.since, &format!("Loading {}s", list.field.noun()));
    } else if list.matches.len() == 0 {
        canvas.marked(theme.glyphs.cross, &nothing(app, list), theme.bad);
    } else if list.count_named() > 1 {
        canvas.warning(&several(list), theme.warning);
    } else {
        canvas.line(Line::styled(format!("  {}", list.count()), theme.faint));
    }
}

fn several(list: &List) -> String {
    format!("{} {}s have this name: choose one.", list.count_named(), list.field.noun())
}

/// A text that begins like an ID was probably meant as one.
const LIKE_AN_ID: usize = 4;

fn nothing(app: &Shared, list: &List) -> String {
    match app.form.validation(list.field) {
        Validation::Name { message, position: None | Some(LIKE_AN_ID..) } => {
            format!("{} As an ID: {message}.", list.nothing())
        }
        _ => list.nothing(),
    }
}

/// Why there is no list of this field, for `who` is signed in.
pub(crate) fn could_not_list(field: FieldName, who: &str, error: &ApiError) -> Explanation {
    let request = if field == FieldName::Client { Request::ListAccounts } else { Request::ListProjects };
    let explanation = error.explain_request(request, who);
    if error.rejection_kind() == Some(RejectionKind::RoleTooLow) {
        return explanation;
    }
    let title = format!("Could not load the {}s. {}", field.noun(), explanation.title);
    Explanation { title: title.into(), ..explanation }
}

/// What is said beside a name while its entries are not shown.
pub(super) fn remark(list: &List) -> String {
    let noun = list.field.noun();
    match list.matches.len() {
        _ if list.pages.error.is_some() => format!("could not load the {noun}s"),
        _ if list.pages.is_under_way() => format!("loading {noun}s"),
        0 => format!("no {noun} matches"),
        _ if list.count_named() > 1 => format!("{} {noun}s have this name", list.count_named()),
        1 => format!("1 {noun} matches"),
        count => format!("{count} {noun}s match"),
    }
}
