//! Names in the id fields: a text that is no id is looked up in Atlas's list of that field.
//!
//! **Invariant:** a list is fetched only once a name is typed, and nothing waits for it.

use std::time::Duration;

use crate::domain::{Project, Session};
use crate::tui::Remote;
use crate::tui::app::Shared;
use crate::tui::event::{Command, Event};

use super::super::picker::{Item, List};
use super::field::{Resolves, Suggestions};
use super::{FieldName, Focus, Form, Validation};

/// A list that is older is fetched again for the next name.
const FRESH: Duration = Duration::from_secs(60);

/// The fields that take a name.
const NAMED: [FieldName; 2] = [FieldName::Project, FieldName::Client];

/// The lists of projects and of the project's accounts, as far as names were looked up in them.
#[derive(Clone, Debug, Default)]
pub struct Names {
    projects: Option<List>,
    accounts: Option<List>,
    /// The value of the entry that was marked with Up or Down.
    marked: Option<String>,
}

impl Names {
    fn list_mut(&mut self, field: FieldName) -> &mut Option<List> {
        if field == FieldName::Client { &mut self.accounts } else { &mut self.projects }
    }
}

impl Form {
    /// The name that stands in the place of an id.
    pub fn name(&self, field: FieldName) -> Option<&str> {
        let is_name = matches!(self.validation(field), Validation::Name { .. });
        is_name.then(|| self.field(field).line.text().trim())
    }

    /// True when the field's text has to be looked up in a list.
    pub(super) fn needs_list(&self, field: FieldName) -> bool {
        self.name(field).is_some() || self.field(field).suggestions == Suggestions::Open
    }

    /// True while the field in focus is empty: what is loaded already can be chosen there.
    fn is_empty(&self, field: FieldName) -> bool {
        let is_empty = matches!(self.validation(field), Validation::Silent | Validation::Incomplete(_))
            && self.field(field).line.text().is_empty();
        is_empty && self.focus == Focus::Field(field)
    }
}

impl Shared {
    /// True when Atlas can be asked for the list of this field.
    pub(super) fn has_list(&self, field: FieldName) -> bool {
        let is_ready = field == FieldName::Project || self.form.project_id().is_some();
        is_ready && !matches!(self.session, Session::SignedOut { .. })
    }

    /// The list that the field's name is looked up in.
    pub(super) fn list(&self, field: FieldName) -> Option<&List> {
        let list = if field == FieldName::Client { &self.names.accounts } else { &self.names.projects };
        list.as_ref()
            .filter(|list| self.form.needs_list(field) || self.form.is_empty(field) && list.is_usable())
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

    /// Where the marked entry stands among those that match: what was marked by a key, else the one that is called
    /// what was typed, else the best. While nothing is typed, and between several of that name, only a key marks one.
    pub(super) fn marked(&self, list: &List) -> Option<usize> {
        let typed = list.matches.typed();
        let is_clear = !typed.is_empty() && list.count_named() < 2;
        let best = (is_clear && list.matches.len() > 0).then_some(0);
        let named = || list.named(typed).and_then(|item| list.place(item.value()));
        self.marked_by_key(list).or_else(named).or(best)
    }

    fn marked_by_key(&self, list: &List) -> Option<usize> {
        list.place(self.names.marked.as_ref()?)
    }

    /// Up and Down.
    pub(super) fn mark(&mut self, is_down: bool) {
        let Some((_, list)) = self.suggestions() else { return };
        let bottom = list.matches.len().saturating_sub(1);
        let place = match (self.marked(list), is_down) {
            (Some(place), true) => (place + 1).min(bottom),
            (Some(place), false) => place.saturating_sub(1),
            (None, true) => 0,
            (None, false) => bottom,
        };
        self.names.marked = list.item(place).map(|item| item.value().to_owned());
    }

    /// Submitting counts what stands in the fields as complete, and an entry that a key marked as chosen.
    pub(super) fn resolve_names(&mut self) {
        if self.suggestions().is_some_and(|(_, list)| self.marked_by_key(list).is_some()) {
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
        if !self.list(field).is_some_and(List::is_complete) {
            self.form.field_mut(field).resolves = Resolves::OnlyMatch;
        }
    }

    /// Takes the marked entry. False when none is.
    pub(super) fn take_marked(&mut self) -> bool {
        let marked = self.suggestions().and_then(|(field, list)| {
            let item = list.item(self.marked(list)?)?;
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
        self.names.marked = None;
        let Item::Project(entry) = item else { return };
        if self.form.focus == Focus::Button {
            // The account that is filled in may be one of another project.
            self.form.focus_on(Focus::Field(FieldName::Client));
        }
        self.stop_names();
        let project = Project { name: entry.name.clone(), organization: entry.organization.clone() };
        self.lookups.project = Remote::Loaded(entry.id.clone(), project);
        if self.form.focus == Focus::Field(FieldName::Client) && self.form.client_id().is_none() {
            self.form.client.suggestions = Suggestions::Open;
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
                Resolves::WhenLeft | Resolves::ExactName => list.named(list.matches.typed()),
                Resolves::OnlyMatch => list.named(list.matches.typed()).or(list.only_match()),
            });
            if let Some(item) = found.cloned() {
                self.take(name, &item);
                if has_focus {
                    self.form.ignore_second_enter(self.now);
                }
            }
            self.form.field_mut(name).has_no_match = has_no_match;
        }
    }

    fn update_list(&mut self, field: FieldName) {
        let is_needed = self.form.needs_list(field) && self.has_list(field);
        let is_empty = self.form.is_empty(field);
        let project = self.form.project_id().filter(|_| field == FieldName::Client);
        let now = self.now;
        let is_useful = |list: &List| {
            let is_shown = is_empty && list.matches.typed().is_empty();
            let is_fresh = is_shown || now.since(list.pages.since) < FRESH;
            list.project == project && (is_needed || list.pages.error.is_none() && is_fresh)
        };
        let mut known = self.names.list_mut(field).take().filter(is_useful);
        if known.is_none() && is_needed {
            let mut list = List::new(self, field);
            list.fetch(self);
            known = Some(list);
        }
        let text = self.form.field(field).line.text().trim();
        if let Some(list) = known.as_mut().filter(|list| list.matches.typed() != text) {
            list.matches.filter(text);
            self.names.marked = None;
        }
        *self.names.list_mut(field) = known;
    }

    /// Takes a page of a list, or word that it is late.
    pub(in crate::tui) fn on_names_event(&mut self, event: &Event) {
        for field in NAMED {
            let Some(mut list) = self.names.list_mut(field).take() else { continue };
            list.on_event(self, event.clone());
            *self.names.list_mut(field) = Some(list);
        }
    }

    /// Stops fetching: another list takes the requests over.
    pub(in crate::tui::screens) fn stop_names(&mut self) {
        for field in NAMED {
            if self.names.list_mut(field).take_if(|list| list.pages.is_under_way()).is_some() {
                self.send(Command::StopPages);
            }
        }
    }
}
