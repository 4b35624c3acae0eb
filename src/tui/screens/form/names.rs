//! Names in the ID fields: a text that is not an ID is looked up in Atlas's list for that field, and the matches are
//! shown below it.
//!
//! **Invariant:** a list is fetched only once a name is typed, and nothing waits for it.

use ratatui::text::{Line, Span};

use crate::domain::{ApiError, Cause, Explanation, Project, RejectionKind, Session};
use crate::tui::app::Shared;
use crate::tui::canvas::{Canvas, LABEL_WIDTH, cut};
use crate::tui::event::{Command, Event};
use crate::tui::keys::{Action, Binding};
use crate::tui::{Remote, Tone};

use super::super::picker::{Item, List, SHORTEST_NAME, Table};
use super::field::{Resolves, Suggestions};
use super::{FieldName, Focus, Form, Validation};

/// The maximum number of suggestions shown at a time.
const MAX_SUGGESTIONS: u16 = 6;

/// Between columns.
const GAP: usize = 2;

impl Form {
    /// The name that was entered instead of an ID.
    pub fn name(&self, field: FieldName) -> Option<&str> {
        let is_name = matches!(self.validation(field), Validation::Name { .. });
        is_name.then(|| self.text(field).trim())
    }

    fn needs_list(&self, field: FieldName) -> bool {
        self.name(field).is_some() || self.field(field).suggestions == Suggestions::Open
    }
}

impl Shared {
    /// The field that needs a list. There is at most one, because a project must have an ID before its accounts can be
    /// listed.
    fn field_to_list(&self) -> Option<FieldName> {
        let can_list_accounts = self.form.project_id().is_some();
        match self.session {
            Session::SignedOut { .. } => None,
            _ if self.form.needs_list(FieldName::Project) => Some(FieldName::Project),
            _ if self.form.needs_list(FieldName::Client) && can_list_accounts => Some(FieldName::Client),
            _ => None,
        }
    }

    /// The list for this field, if it is needed.
    pub(super) fn list(&self, field: FieldName) -> Option<&List> {
        self.names.as_ref().filter(|list| list.field == field && self.form.needs_list(field))
    }

    pub(super) fn suggestions(&self) -> Option<(FieldName, &List)> {
        let Focus::Field(name) = self.form.focus else { return None };
        let field = self.form.field(name);
        let list = self.list(name).filter(|_| field.suggestions != Suggestions::Closed)?;
        // A key in the same read as text must not choose from the old suggestions.
        (list.matches.query() == field.line.text().trim()).then_some((name, list))
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
        let Some((_, list)) = self.suggestions() else { return };
        let position = match (selected(list), is_down) {
            (Some(position), true) => position + 1,
            (Some(position), false) => position.saturating_sub(1),
            (None, true) => 0,
            (None, false) => usize::MAX,
        };
        if let Some(list) = &mut self.names {
            list.select(position);
        }
    }

    /// Resolves the names before submitting: a suggestion that was selected by a key is chosen, and any other name
    /// counts as complete.
    pub(super) fn resolve_names(&mut self) {
        if self.suggestions().is_some_and(|(_, list)| list.selected().is_some()) {
            self.choose_selected();
        }
        for name in [FieldName::Project, FieldName::Client] {
            self.form.field_mut(name).resolves = Resolves::ExactName;
            self.resolve_when_loaded(name);
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
        let Some((field, list)) = self.suggestions() else { return false };
        let Some(item) = selected(list).and_then(|position| list.item(position)).cloned() else {
            return false;
        };
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
        let project = Project { name: entry.name.clone(), organization: entry.organization.clone() };
        self.lookups.project = Remote::Loaded(entry.id.clone(), project);
        if self.form.focus == Focus::Field(FieldName::Client) && self.form.client_id().is_none() {
            self.form.field_mut(FieldName::Client).suggestions = Suggestions::Open;
        }
    }

    /// Updates the list from the fields: fetches the one that is needed, filters it, and replaces an unambiguous name
    /// by its ID.
    pub(in crate::tui) fn update_names(&mut self) {
        // Once the name of a project is replaced by its ID, its accounts can be listed.
        while let Some(field) = self.update_list() {
            let has_focus = self.form.focus == Focus::Field(field);
            let resolves = self.form.field(field).resolves;
            let list = self.list(field).filter(|list| list.is_complete());
            let found = list.and_then(|list| match resolves {
                Resolves::WhenLeft if has_focus => None,
                Resolves::WhenLeft | Resolves::ExactName => list.exact_match(),
                Resolves::OnlyMatch => list.exact_match().or(list.only_match()),
            });
            let Some(item) = found.cloned() else { return };
            self.fill_in(field, &item);
            if has_focus && resolves == Resolves::OnlyMatch {
                // An Enter that is pressed now was meant for the list.
                self.form.ignore_second_enter(self.now);
            }
        }
    }

    /// Fetches the list that is needed now, drops another one, and filters it. Returns its field.
    fn update_list(&mut self) -> Option<FieldName> {
        let needed = self.field_to_list();
        let project = self.form.project_id();
        let is_useful = |list: &List| match needed {
            Some(FieldName::Client) => list.field == FieldName::Client && list.project == project,
            Some(field) => list.field == field,
            // The user may be about to type another name.
            None => list.error.is_none() && self.form.text(list.field).is_empty(),
        };
        if !self.names.as_ref().is_some_and(is_useful) {
            self.drop_names();
        }
        let field = needed?;
        let mut list = self.names.take().unwrap_or_else(|| List::opened(self, field));
        list.filter(self.form.text(field).trim());
        self.names = Some(list);
        needed
    }

    /// Handles a page of the list, or the report of a delay.
    pub(in crate::tui) fn on_names_event(&mut self, event: &Event) {
        if let Some(mut list) = self.names.take() {
            list.on_event(self, event.clone());
            self.names = Some(list);
        }
        if !self.is_selection_deliberate() {
            // An Enter that is pressed now was not meant for the first suggestion.
            self.form.ignore_second_enter(self.now);
        }
    }

    /// Drops the list, and stops fetching it.
    pub(in crate::tui::screens) fn drop_names(&mut self) {
        if self.names.take().is_some_and(|list| list.is_loading) {
            self.send(Command::StopPages);
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
/// was typed, else the best match: of all of a project's accounts, once they are loaded, if nothing was typed. If several
/// have the name that was typed, there is none.
pub(super) fn selected(list: &List) -> Option<usize> {
    let named = || list.exact_match().and_then(|item| list.position(item.value()));
    let is_clear = match list.matches.query() {
        "" => list.is_complete(),
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
    if list.matches.len() == 0 {
        let text = list.empty_text(theme.glyphs.ellipsis);
        return canvas.failed(&match app.form.validation(list.field) {
            Validation::Name { message, is_like_an_id: true } if !list.items.is_empty() => {
                format!("{}, and it is not an ID: {message}.", text.trim_end_matches('.'))
            }
            _ => text,
        });
    }
    match list.exact_matches().count() {
        0 | 1 => canvas.line(Line::styled(format!("  {}", list.count_text()), theme.faint)),
        named => canvas.warning(&format!("{named} {noun}s have this name: choose one."), theme.warning),
    }
}

fn error_text(app: &Shared, field: FieldName, error: &ApiError) -> String {
    let Explanation { title, meaning, action, .. } = error.explain_list(field, &app.session.signed_in_as());
    let is_about_login = matches!(error.cause, Cause::Credentials(_) | Cause::LoginExpired(..));
    match error.rejection_kind() {
        _ if is_about_login || error.is_about_signing_in() || error.is_before_signing_in() => {
            format!("{title} Ctrl-O tries again, Ctrl-P signs in with other credentials.")
        }
        Some(RejectionKind::RoleTooLow) => format!("{title} {meaning} Type the ID instead."),
        // The ID does not help either.
        Some(
            RejectionKind::ProjectNotFound
            | RejectionKind::AddressNotAllowed
            | RejectionKind::AccessListMissing,
        ) => format!("{title} {action}"),
        _ => format!("{title} Type the ID instead."),
    }
}

/// The message beside a name while no suggestions are shown.
pub(super) fn list_message(list: &List) -> (Tone, String) {
    let noun = list.field.noun();
    match list.matches.len() {
        _ if list.error.is_some() => (Tone::Neutral, format!("could not load the {noun}s")),
        _ if list.is_loading => (Tone::Neutral, format!("loading {noun}s")),
        0 => (Tone::Bad, format!("no {noun} matches")),
        _ => (Tone::Warning, format!("{} match: choose one", list.count_text())),
    }
}
