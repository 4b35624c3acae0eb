//! Names in the id fields: a text that is no id is looked up in Atlas's list of that field, and the entries that match
//! stand below it.
//!
//! **Invariant:** a list is fetched only once a name is typed, and nothing waits for it.

use std::time::Duration;

use ratatui::text::{Line, Span};

use crate::domain::{ApiError, Cause, Explanation, Project, RejectionKind, Session};
use crate::tui::Remote;
use crate::tui::app::Shared;
use crate::tui::canvas::{Canvas, LABEL_WIDTH, cut};
use crate::tui::event::{Command, Event};

use super::super::picker::{Item, List, SHORTEST_NAME, Table};
use super::field::{Resolves, Suggestions};
use super::{FieldName, Focus, Form, Validation};

/// A list that is older is fetched again for the next name.
const FRESH: Duration = Duration::from_secs(60);

/// The fields that take a name.
const NAMED: [FieldName; 2] = [FieldName::Project, FieldName::Client];

/// How many entries stand below a field at most.
const MOST: u16 = 6;

/// Between the columns.
const GAP: usize = 2;

/// A text that begins like an ID was probably meant as one.
const LIKE_AN_ID: usize = 4;

/// The lists of projects and of the project's accounts, as far as names were looked up in them, by field.
#[derive(Clone, Debug, Default)]
pub struct Names {
    lists: [Option<List>; 3],
}

impl Form {
    /// The name that stands in the place of an id.
    pub fn name(&self, field: FieldName) -> Option<&str> {
        let is_name = matches!(self.validation(field), Validation::Name { .. });
        is_name.then(|| self.text(field).trim())
    }

    /// True when the field's text has to be looked up in a list.
    fn needs_list(&self, field: FieldName) -> bool {
        self.name(field).is_some() || self.field(field).suggestions == Suggestions::Open
    }

    /// True while the field in focus is empty: what is loaded already can be chosen there.
    fn is_empty_in_focus(&self, field: FieldName) -> bool {
        let is_empty = matches!(self.validation(field), Validation::Silent | Validation::Incomplete(_))
            && self.text(field).is_empty();
        is_empty && self.focus == Focus::Field(field)
    }
}

impl Shared {
    /// True when Atlas can be asked for the list of this field.
    fn has_list(&self, field: FieldName) -> bool {
        let is_ready = field == FieldName::Project || self.form.project_id().is_some();
        is_ready && !matches!(self.session, Session::SignedOut { .. })
    }

    /// The list that the field's name is looked up in.
    pub(super) fn list(&self, field: FieldName) -> Option<&List> {
        self.names.lists[field as usize].as_ref().filter(|list| {
            self.form.needs_list(field) || self.form.is_empty_in_focus(field) && list.is_usable()
        })
    }

    /// The field below which entries stand, and the entries.
    pub(super) fn suggestions(&self) -> Option<(FieldName, &List)> {
        let Focus::Field(name) = self.form.focus else { return None };
        let field = self.form.field(name);
        let is_open = field.suggestions != Suggestions::Closed && self.has_list(name);
        // A key that comes in one read with text must not choose from what was there before.
        let is_current = |list: &&List| list.matches.typed() == field.line.text().trim();
        Some((name, self.list(name).filter(|_| is_open).filter(is_current)?))
    }

    /// True while an error on the form may be mended by other credentials.
    pub(super) fn suggests_signing_in(&self) -> bool {
        let looked_up = FieldName::ALL.into_iter().filter_map(|name| self.looked_up(name)?.err());
        let listed = self.suggestions().and_then(|(_, list)| list.pages.error.as_ref());
        let has_failed = matches!(self.form.notice, Some(super::Notice::Failed(..)));
        has_failed && self.form.has_failed_by_credentials
            || looked_up.chain(listed).any(ApiError::is_about_credentials)
    }

    /// Up and Down.
    pub(super) fn mark(&mut self, is_down: bool) {
        let Some((name, list)) = self.suggestions() else { return };
        let place = match (marked(list), is_down) {
            (Some(place), true) => place + 1,
            (Some(place), false) => place.saturating_sub(1),
            (None, true) => 0,
            (None, false) => usize::MAX,
        };
        if let Some(list) = &mut self.names.lists[name as usize] {
            list.mark(place);
        }
    }

    /// Submitting counts what stands in the fields as complete, and an entry that a key marked as chosen.
    pub(super) fn resolve_names(&mut self) {
        if self.suggestions().is_some_and(|(_, list)| list.marked().is_some()) {
            self.take_marked();
        }
        for name in NAMED {
            self.form.field_mut(name).resolves = Resolves::ExactName;
            self.resolve_when_loaded(name);
            let suggestions = &mut self.form.field_mut(name).suggestions;
            if *suggestions == Suggestions::Closed {
                *suggestions = Suggestions::ForNames;
            }
        }
        self.update_names();
    }

    /// The user goes on: while the list of the field is not there, what is clear is taken once it is.
    pub(super) fn resolve_when_loaded(&mut self, field: FieldName) {
        let typed = self.form.text(field).trim();
        let is_there = |list: &List| list.is_complete() && list.matches.typed() == typed;
        if !self.list(field).is_some_and(is_there) {
            self.form.field_mut(field).resolves = Resolves::OnlyMatch;
        }
    }

    /// False while an entry is marked only because it is the first one: nothing was typed, and no key marked it.
    pub(super) fn is_mark_meant(&self) -> bool {
        self.suggestions().is_none_or(|(_, list)| !list.matches.typed().is_empty() || list.marked().is_some())
    }

    /// Takes the marked entry. False when none is.
    pub(super) fn take_marked(&mut self) -> bool {
        let marked = self.suggestions().and_then(|(field, list)| {
            let item = list.item(marked(list)?)?;
            Some((field, item.clone()))
        });
        let Some((field, item)) = marked else { return false };
        self.take(field, &item);
        self.form.ignore_second_enter(self.now);
        true
    }

    /// Puts an entry's id into its field. From the field in focus it goes on: from a project to its accounts.
    fn take(&mut self, field: FieldName, item: &Item) {
        if self.form.focus == Focus::Field(field) {
            self.form.choose(field, item.value());
        } else {
            self.form.set(field, item.value());
        }
        let Item::Project(entry) = item else { return };
        if self.form.focus == Focus::Button {
            // The account that is filled in may be one of another project.
            self.form.focus_on(Focus::Field(FieldName::Client));
        }
        self.stop_names();
        let project = Project { name: entry.name.clone(), organization: entry.organization.clone() };
        self.lookups.project = Remote::Loaded(entry.id.clone(), project);
        if self.form.focus == Focus::Field(FieldName::Client) && self.form.client_id().is_none() {
            self.form.field_mut(FieldName::Client).suggestions = Suggestions::Open;
        }
    }

    /// Follows the fields: fetches the lists that are needed, filters them, and takes what is clear.
    pub(in crate::tui) fn update_names(&mut self) {
        for name in NAMED {
            self.update_list(name);
            let has_focus = self.form.focus == Focus::Field(name);
            let resolves = self.form.field(name).resolves;
            let list = self.list(name).filter(|list| list.is_complete());
            let has_no_match = list.is_some_and(List::has_no_match);
            let found = list.and_then(|list| match resolves {
                Resolves::WhenLeft if has_focus => None,
                Resolves::WhenLeft | Resolves::ExactName => list.named(),
                Resolves::OnlyMatch => list.named().or(list.only_match()),
            });
            if let Some(item) = found.cloned() {
                self.take(name, &item);
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
            let is_shown = is_empty && list.matches.typed().is_empty();
            let is_fresh = is_shown || now.since(list.pages.since) < FRESH;
            list.project == project && (is_needed || list.pages.error.is_none() && is_fresh)
        };
        let mut known = self.names.lists[field as usize].take().filter(is_useful);
        if known.is_none() && is_needed {
            let mut list = List::new(self, field);
            list.fetch(self);
            known = Some(list);
        }
        if let Some(list) = &mut known {
            list.filter(self.form.text(field).trim());
        }
        self.names.lists[field as usize] = known;
    }

    /// Takes a page of a list, or word that it is late.
    pub(in crate::tui) fn on_names_event(&mut self, event: &Event) {
        let mut lists = std::mem::take(&mut self.names.lists);
        for list in lists.iter_mut().flatten() {
            list.on_event(self, event.clone());
        }
        self.names.lists = lists;
        if !self.is_mark_meant() {
            // An Enter that is pressed now was not meant for the first entry.
            self.form.ignore_second_enter(self.now);
        }
    }

    /// Stops fetching: another list takes the requests over.
    pub(in crate::tui::screens) fn stop_names(&mut self) {
        for list in &mut self.names.lists {
            if list.take_if(|list| list.pages.is_under_way()).is_some() {
                self.commands.push(Command::StopPages);
            }
        }
    }
}

/// Where the marked entry stands among those that match: what was marked by a key, else the one that is called what was
/// typed, else the best. While nothing is typed that is the first of a project's accounts, once all are there; between
/// several of the name that was typed, only a key marks one.
pub(super) fn marked(list: &List) -> Option<usize> {
    let named = || list.named().and_then(|item| list.place(item.value()));
    let is_clear = match list.matches.typed() {
        "" => list.field == FieldName::Client && list.is_complete(),
        _ => list.all_named().count() < 2,
    };
    let best = (is_clear && list.matches.len() > 0).then_some(0);
    list.marked().or_else(named).or(best)
}

/// Draws the entries that stand below the field.
pub(super) fn draw(app: &Shared, list: &List, canvas: &mut Canvas) {
    let marked = marked(list);
    let height = usize::from(MOST.min(canvas.left().saturating_sub(1)));
    let first = marked.unwrap_or(0).checked_div(height).unwrap_or(0) * height;
    let shown: Vec<&Item> = (first..first + height).filter_map(|place| list.item(place)).collect();
    let id_width = shown.iter().map(|item| item.value().len()).max().unwrap_or(0);
    let beside_name = 2 * GAP + id_width;
    let needed = usize::from(LABEL_WIDTH) + SHORTEST_NAME + beside_name;
    let indent = if needed <= usize::from(canvas.width()) { LABEL_WIDTH } else { 0 };
    let mut part = Canvas::new(canvas.theme, canvas.width() - indent, canvas.left());
    let longest = shown.iter().map(|item| Span::raw(item.name()).width()).max().unwrap_or(0);
    let name_width = longest.max(SHORTEST_NAME).min(usize::from(part.width()).saturating_sub(beside_name));
    let table = Table::of_names(app, part.theme, name_width, id_width);
    for (place, item) in (first..).zip(shown) {
        part.line(table.row(item, marked == Some(place)));
    }
    draw_status(app, list, &mut part);
    canvas.append(indent, part);
}

/// How many there are, or why they are not there.
fn draw_status(app: &Shared, list: &List, canvas: &mut Canvas) {
    let (theme, noun) = (canvas.theme, list.field.noun());
    if let Some(error) = &list.pages.error {
        let text = error_text(app, list.field, error);
        let text = cut(&text, canvas.width(), 2, canvas.left(), theme.glyphs.ellipsis);
        return canvas.warning(&text, theme.warning);
    }
    if list.draw_progress(app.now, canvas) {
        return;
    }
    match (list.matches.len(), list.all_named().count()) {
        (0, _) => {
            let text = no_match_text(app, list, theme.glyphs.ellipsis);
            canvas.marked(theme.glyphs.cross, &text, theme.bad);
        }
        (_, named @ 2..) => {
            canvas.warning(&format!("{named} {noun}s have this name: choose one."), theme.warning);
        }
        _ => canvas.line(Line::styled(format!("  {}", list.count()), theme.faint)),
    }
}

fn no_match_text(app: &Shared, list: &List, ellipsis: &str) -> String {
    let nothing = list.nothing(ellipsis);
    match app.form.validation(list.field) {
        Validation::Name { message, position: None | Some(LIKE_AN_ID..) } if list.is_usable() => {
            format!("{}, and it is not an ID: {message}.", nothing.trim_end_matches('.'))
        }
        _ => nothing,
    }
}

fn error_text(app: &Shared, field: FieldName, error: &ApiError) -> String {
    let Explanation { title, meaning, .. } = error.explain_list(field, &app.session.signed_in_as());
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
    match (list.matches.len(), list.all_named().count()) {
        _ if list.pages.error.is_some() => format!("could not load the {noun}s"),
        _ if list.pages.is_under_way() => format!("loading {noun}s"),
        (0, _) => format!("no {noun} matches"),
        (_, named @ 2..) => format!("{named} {noun}s have this name"),
        (1, _) => format!("1 {noun} matches"),
        (count, _) => format!("{count} {noun}s match"),
    }
}
