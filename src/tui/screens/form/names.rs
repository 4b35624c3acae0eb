//! Names in the ID fields: a text that is not an ID is looked up in Atlas's list for that field, and the matches are
//! shown below it.
//!
//! **Invariant:** a list is fetched only once a name is typed, and nothing waits for it.

use std::time::Duration;

use ratatui::text::{Line, Span};

use crate::domain::{ApiError, Cause, Explanation, Project, RejectionKind, Session};
use crate::tui::Remote;
use crate::tui::app::Shared;
use crate::tui::canvas::{Canvas, LABEL_WIDTH, cut};
use crate::tui::event::{Command, Event};
use crate::tui::keys::{Action, Binding};

use super::super::picker::{Item, List, SHORTEST_NAME, Table};
use super::field::{Resolves, Suggestions};
use super::{FieldName, Focus, Form, Validation};

/// An older list is fetched again for the next name.
const FRESH_FOR: Duration = Duration::from_secs(60);

const FIELDS_WITH_NAMES: [FieldName; 2] = [FieldName::Project, FieldName::Client];

/// The maximum number of suggestions shown at a time.
const MAX_SUGGESTIONS: u16 = 6;

/// Between columns.
const GAP: usize = 2;

/// If at least this many characters at the start of a text could be an ID, it was probably meant as one.
const LIKE_AN_ID: usize = 4;

/// The lists of projects and of the project's accounts that names are looked up in, by field.
#[derive(Clone, Debug, Default)]
pub struct Names {
    lists: [Option<List>; 3],
}

impl Form {
    /// The name that was entered instead of an ID.
    pub fn name(&self, field: FieldName) -> Option<&str> {
        let is_name = matches!(self.validation(field), Validation::Name { .. });
        is_name.then(|| self.text(field).trim())
    }

    fn needs_list(&self, field: FieldName) -> bool {
        self.name(field).is_some() || self.field(field).suggestions == Suggestions::Open
    }

    /// True while this field has the focus and is empty. A list that is already loaded is then shown.
    fn is_empty_in_focus(&self, field: FieldName) -> bool {
        let is_empty = matches!(self.validation(field), Validation::Silent | Validation::Incomplete(_))
            && self.text(field).is_empty();
        is_empty && self.focus == Focus::Field(field)
    }
}

impl Shared {
    fn has_list(&self, field: FieldName) -> bool {
        let is_ready = field == FieldName::Project || self.form.project_id().is_some();
        is_ready && !matches!(self.session, Session::SignedOut { .. })
    }

    /// The list for this field, if it is needed.
    pub(super) fn list(&self, field: FieldName) -> Option<&List> {
        self.names.lists[field as usize].as_ref().filter(|list| {
            self.form.needs_list(field) || self.form.is_empty_in_focus(field) && list.is_usable()
        })
    }

    pub(super) fn suggestions(&self) -> Option<(FieldName, &List)> {
        let Focus::Field(name) = self.form.focus else { return None };
        let field = self.form.field(name);
        let is_open = field.suggestions != Suggestions::Closed && self.has_list(name);
        // A key in the same read as text must not choose from the old suggestions.
        let is_current = |list: &&List| list.matches.query() == field.line.text().trim();
        Some((name, self.list(name).filter(|_| is_open).filter(is_current)?))
    }

    /// True while an error on the form may be solved by other credentials.
    pub(super) fn suggests_signing_in(&self) -> bool {
        let looked_up = FieldName::ALL.into_iter().filter_map(|name| self.looked_up(name)?.err());
        let listed = self.suggestions().and_then(|(_, list)| list.error.as_ref());
        let has_failed = matches!(self.form.notice, Some(super::Notice::Failed(..)));
        has_failed && self.form.has_failed_by_credentials
            || looked_up.chain(listed).any(ApiError::is_about_credentials)
    }

    pub(super) fn select_suggestion(&mut self, is_down: bool) {
        let Some((name, list)) = self.suggestions() else { return };
        let position = match (selected(list), is_down) {
            (Some(position), true) => position + 1,
            (Some(position), false) => position.saturating_sub(1),
            (None, true) => 0,
            (None, false) => usize::MAX,
        };
        if let Some(list) = &mut self.names.lists[name as usize] {
            list.select(position);
        }
    }

    /// Resolves the names before submitting: a suggestion that was selected by a key is chosen, and any other name
    /// counts as complete.
    pub(super) fn resolve_names(&mut self) {
        if self.suggestions().is_some_and(|(_, list)| list.selected().is_some()) {
            self.choose_selected();
        }
        for name in FIELDS_WITH_NAMES {
            self.form.field_mut(name).resolves = Resolves::ExactName;
            self.resolve_when_loaded(name);
            let suggestions = &mut self.form.field_mut(name).suggestions;
            if *suggestions == Suggestions::Closed {
                *suggestions = Suggestions::ForNames;
            }
        }
        self.update_names();
    }

    /// Called when the user leaves a field. If its list is not loaded, its only match is chosen as soon as it is.
    pub(super) fn resolve_when_loaded(&mut self, field: FieldName) {
        let typed = self.form.text(field).trim();
        let is_ready = |list: &List| list.is_complete() && list.matches.query() == typed;
        if !self.list(field).is_some_and(is_ready) {
            self.form.field_mut(field).resolves = Resolves::OnlyMatch;
        }
    }

    /// False while the first suggestion is selected only by default: nothing was typed, and no key selected it.
    pub(super) fn is_selection_deliberate(&self) -> bool {
        self.suggestions()
            .is_none_or(|(_, list)| !list.matches.query().is_empty() || list.selected().is_some())
    }

    /// Chooses the selected suggestion. False if there is none.
    pub(super) fn choose_selected(&mut self) -> bool {
        let selected = self.suggestions().and_then(|(field, list)| {
            let item = list.item(selected(list)?)?;
            Some((field, item.clone()))
        });
        let Some((field, item)) = selected else { return false };
        self.fill_in(field, &item);
        self.form.ignore_second_enter(self.now);
        true
    }

    /// Puts an item's ID into its field. If that has the focus, moves on: from a project to its accounts.
    fn fill_in(&mut self, field: FieldName, item: &Item) {
        if self.form.focus == Focus::Field(field) {
            self.form.choose(field, item.value());
        } else {
            self.form.set(field, item.value());
        }
        let Item::Project(entry) = item else { return };
        if self.form.focus == Focus::Button {
            // The account in the form may belong to another project.
            self.form.focus_on(Focus::Field(FieldName::Client));
        }
        self.stop_names();
        let project = Project { name: entry.name.clone(), organization: entry.organization.clone() };
        self.lookups.project = Remote::Loaded(entry.id.clone(), project);
        if self.form.focus == Focus::Field(FieldName::Client) && self.form.client_id().is_none() {
            self.form.field_mut(FieldName::Client).suggestions = Suggestions::Open;
        }
    }

    /// Updates the lists from the fields: fetches those that are needed, filters them, and replaces unambiguous names
    /// by their IDs.
    pub(in crate::tui) fn update_names(&mut self) {
        for name in FIELDS_WITH_NAMES {
            self.update_list(name);
            let has_focus = self.form.focus == Focus::Field(name);
            let resolves = self.form.field(name).resolves;
            let list = self.list(name).filter(|list| list.is_complete());
            let has_no_match = list.is_some_and(List::has_no_match);
            let found = list.and_then(|list| match resolves {
                Resolves::WhenLeft if has_focus => None,
                Resolves::WhenLeft | Resolves::ExactName => list.exact_match(),
                Resolves::OnlyMatch => list.exact_match().or(list.only_match()),
            });
            if let Some(item) = found.cloned() {
                self.fill_in(name, &item);
                if has_focus && resolves == Resolves::OnlyMatch {
                    // An Enter that is pressed now was meant for the list.
                    self.form.ignore_second_enter(self.now);
                }
            }
            self.form.field_mut(name).has_no_match = has_no_match;
        }
    }

    fn update_list(&mut self, field: FieldName) {
        let is_needed = self.form.needs_list(field) && self.has_list(field);
        let is_empty = self.form.is_empty_in_focus(field);
        let project = self.form.project_id().filter(|_| field == FieldName::Client);
        let now = self.now;
        let is_useful = |list: &List| {
            let is_shown = is_empty && list.matches.query().is_empty();
            let is_fresh = is_shown || now.since(list.since) < FRESH_FOR;
            list.project == project && (is_needed || list.error.is_none() && is_fresh)
        };
        let mut known = self.names.lists[field as usize].take().filter(is_useful);
        if known.is_none() && is_needed {
            // One list is fetched at a time.
            self.stop_names();
            let mut list = List::new(self, field);
            list.fetch(self);
            known = Some(list);
        }
        if let Some(list) = &mut known {
            list.filter(self.form.text(field).trim());
        }
        self.names.lists[field as usize] = known;
    }

    /// Handles a page of a list, or the report of a delay.
    pub(in crate::tui) fn on_names_event(&mut self, event: &Event) {
        let mut lists = std::mem::take(&mut self.names.lists);
        for list in lists.iter_mut().flatten() {
            list.on_event(self, event.clone());
        }
        self.names.lists = lists;
        if !self.is_selection_deliberate() {
            // An Enter that is pressed now was not meant for the first suggestion.
            self.form.ignore_second_enter(self.now);
        }
    }

    /// Stops fetching, because another list is fetched next.
    pub(in crate::tui::screens) fn stop_names(&mut self) {
        for list in &mut self.names.lists {
            if list.take_if(|list| list.is_loading).is_some() {
                self.commands.push(Command::StopPages);
            }
        }
    }
}

/// The keys of the open list.
pub(super) fn keys(list: &List) -> [Binding; 6] {
    let has_others = list.matches.len() > 1;
    [
        Binding::new("Enter", "choose", Action::Choose).only_if(selected(list).is_some()),
        Binding::new("Tab", "choose", Action::Next).only_in_help(),
        Binding::new("Down", "next", Action::NextChoice).only_if(has_others),
        Binding::new("Up", "previous", Action::PreviousChoice).only_in_help().only_if(has_others),
        Binding::new("Shift-Tab", "previous field", Action::Previous).only_in_help(),
        Binding::new("Esc", "close", Action::Dismiss),
    ]
}

/// The position of the selected suggestion: the one that a key selected, else the only one with exactly the name that
/// was typed, else the best match. If nothing was typed, only a project's accounts have a best match, once all are
/// loaded. If several have the name that was typed, there is none.
pub(super) fn selected(list: &List) -> Option<usize> {
    let named = || list.exact_match().and_then(|item| list.position(item.value()));
    let is_clear = match list.matches.query() {
        "" => list.field == FieldName::Client && list.is_complete(),
        _ => list.exact_matches().count() < 2,
    };
    let best = (is_clear && list.matches.len() > 0).then_some(0);
    list.selected().or_else(named).or(best)
}

pub(super) fn draw(app: &Shared, list: &List, canvas: &mut Canvas) {
    let selected = selected(list);
    let height = usize::from(MAX_SUGGESTIONS.min(canvas.left().saturating_sub(1)));
    let first = selected.unwrap_or(0).checked_div(height).unwrap_or(0) * height;
    let shown: Vec<&Item> = (first..first + height).filter_map(|position| list.item(position)).collect();
    let id_width = shown.iter().map(|item| item.value().len()).max().unwrap_or(0);
    let beside_name = 2 * GAP + id_width;
    let needed = usize::from(LABEL_WIDTH) + SHORTEST_NAME + beside_name;
    let indent = if needed <= usize::from(canvas.width()) { LABEL_WIDTH } else { 0 };
    let mut part = Canvas::new(canvas.theme, canvas.width() - indent, canvas.left());
    let longest = shown.iter().map(|item| Span::raw(item.name()).width()).max().unwrap_or(0);
    let name_width = longest.max(SHORTEST_NAME).min(usize::from(part.width()).saturating_sub(beside_name));
    let table = Table::of_names(app, part.theme, name_width, id_width);
    for (position, item) in (first..).zip(shown) {
        part.line(table.row(item, selected == Some(position)));
    }
    draw_status(app, list, &mut part);
    canvas.append(indent, part);
}

/// Draws how many entries match, or why none are shown.
fn draw_status(app: &Shared, list: &List, canvas: &mut Canvas) {
    let (theme, noun) = (canvas.theme, list.field.noun());
    if let Some(error) = &list.error {
        let text = error_text(app, list.field, error);
        let text = cut(&text, canvas.width(), 2, canvas.left(), theme.glyphs.ellipsis);
        return canvas.warning(&text, theme.warning);
    }
    if list.draw_progress(app.now, canvas) {
        return;
    }
    match (list.matches.len(), list.exact_matches().count()) {
        (0, _) => {
            let text = no_match_text(app, list, theme.glyphs.ellipsis);
            canvas.failed(&text);
        }
        (_, named @ 2..) => {
            canvas.warning(&format!("{named} {noun}s have this name: choose one."), theme.warning);
        }
        _ => canvas.line(Line::styled(format!("  {}", list.count_text()), theme.faint)),
    }
}

fn no_match_text(app: &Shared, list: &List, ellipsis: &str) -> String {
    let nothing = list.empty_text(ellipsis);
    match app.form.validation(list.field) {
        Validation::Name { message, position: None | Some(LIKE_AN_ID..) } if list.is_usable() => {
            format!("{}, and it is not an ID: {message}.", nothing.trim_end_matches('.'))
        }
        _ => nothing,
    }
}

fn error_text(app: &Shared, field: FieldName, error: &ApiError) -> String {
    let Explanation { title, meaning, action, .. } = error.explain_list(field, &app.session.signed_in_as());
    match (&error.cause, error.rejection_kind()) {
        (Cause::Credentials(_) | Cause::SignInRefused { .. } | Cause::LoginExpired(..), _) => {
            format!("{title} Ctrl-P signs in with other credentials.")
        }
        _ if error.is_before_signing_in() => {
            format!("{title} Ctrl-O tries again, Ctrl-P signs in with other credentials.")
        }
        (_, Some(RejectionKind::ProjectNotFound)) => format!("{title} Choose another project."),
        (_, Some(RejectionKind::RoleTooLow)) => format!("{title} {meaning} Type the ID instead."),
        // The ID does not help either.
        (_, Some(RejectionKind::AddressNotAllowed | RejectionKind::AccessListMissing)) => {
            format!("{title} {action}")
        }
        _ => format!("{title} Type the ID instead."),
    }
}

/// The message beside a name while no suggestions are shown.
pub(super) fn list_message(list: &List) -> String {
    let noun = list.field.noun();
    match (list.matches.len(), list.exact_matches().count()) {
        _ if list.error.is_some() => format!("could not load the {noun}s"),
        _ if list.is_loading => format!("loading {noun}s"),
        (0, _) => format!("no {noun} matches"),
        (_, named @ 2..) => format!("{named} {noun}s have this name"),
        (1, _) => format!("1 {noun} matches"),
        (count, _) => format!("{count} {noun}s match"),
    }
}
