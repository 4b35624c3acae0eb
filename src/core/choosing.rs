//! Choosing a field's value from a list that is read page by page.

mod choice;

use std::time::Duration;

use crate::domain::{
    AccountEntry, ClientId, Identity, Page, ProjectEntry, ProjectId, ReadProblem, RequestId, Session,
};

pub use choice::Choice;

use self::choice::lifetimes;

use super::matching::Matches;
use super::model::Requests;
use super::reading::Reading;
use super::{Action, Effect, FieldName, Focus, FormNotice, KeyPress, Model, Screen, TextLine};

/// How far Page Up and Page Down go.
const LEAP: usize = 10;

/// A list to choose from.
#[derive(Clone, Debug)]
pub struct Choosing {
    /// The field that the choice is for.
    pub field: FieldName,
    /// What the list is filtered by.
    pub filter: TextLine,
    /// Which of the matching rows is chosen, from 0.
    pub selected: usize,
    /// How far reading the list is.
    pub reading: Reading,
    rows: Vec<Choice>,
    matches: Matches,
    project: Option<ProjectId>,
}

impl Choosing {
    fn new(field: FieldName, project: Option<ProjectId>) -> Self {
        Self {
            field,
            filter: TextLine::default(),
            selected: 0,
            reading: Reading::new(),
            rows: Vec::new(),
            matches: Matches::default(),
            project,
        }
    }

    /// How many rows there are so far.
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// How many of them match the filter.
    pub fn matching(&self) -> usize {
        self.matches.len()
    }

    /// The row at this place among those that match.
    pub fn choice(&self, place: usize) -> Option<&Choice> {
        self.rows.get(self.matches.row(place)?)
    }

    fn add(&mut self, rows: Vec<Choice>) {
        let selected = self.matches.row(self.selected);
        self.matches.extend(rows.iter().map(Choice::searched));
        // What comes in may rank higher; the choice stays on its row all the same.
        self.selected = selected.and_then(|row| self.matches.place(row)).unwrap_or(0);
        self.rows.extend(rows);
    }

    fn select(&mut self, place: usize) {
        self.selected = place.min(self.matches.len().saturating_sub(1));
    }

    fn ask(&mut self, requests: &mut Requests) -> Vec<Effect> {
        let mut effects = Vec::new();
        for page in self.reading.wanted() {
            let request = requests.next();
            self.reading.asked(request, page);
            effects.push(match &self.project {
                Some(project) => Effect::ReadAccounts { request, project: project.clone(), page },
                None => Effect::ReadProjects { request, page },
            });
        }
        effects
    }
}

/// Ctrl-O: opens the list for the field in focus.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let Focus::Field(field) = model.form.focus else {
        model.form.notice = Some(FormNotice::Word("Go to a field first: each has a list of its own."));
        return Vec::new();
    };
    let mut choosing = match field {
        FieldName::Project => Choosing::new(field, None),
        FieldName::Client => {
            let Ok(project) = ProjectId::parse(model.form.project.line.text()) else {
                model.form.notice =
                    Some(FormNotice::Word("The project comes first: its accounts are listed."));
                model.form.focus = Focus::Field(FieldName::Project);
                return Vec::new();
            };
            Choosing::new(field, Some(project))
        }
        FieldName::Lifetime => {
            let mut choosing = Choosing::new(field, None);
            choosing.add(lifetimes());
            model.screen = Screen::Choosing(Box::new(choosing));
            return Vec::new();
        }
    };
    let effects = choosing.ask(&mut model.requests);
    model.screen = Screen::Choosing(Box::new(choosing));
    effects
}

pub(super) fn delayed(model: &mut Model, request: RequestId, wait: Duration) -> Vec<Effect> {
    let until = model.now.plus(wait);
    if let Screen::Choosing(choosing) = &mut model.screen {
        choosing.reading.delayed(request, until);
    }
    Vec::new()
}

pub(super) fn projects_read(
    model: &mut Model,
    request: RequestId,
    result: Result<Page<ProjectEntry>, ReadProblem>,
) -> Vec<Effect> {
    page_read(model, request, result, |entries| entries.into_iter().map(Choice::Project).collect())
}

pub(super) fn accounts_read(
    model: &mut Model,
    request: RequestId,
    result: Result<Page<AccountEntry>, ReadProblem>,
) -> Vec<Effect> {
    let own = signed_in_as(model);
    page_read(model, request, result, |entries| {
        let mut rows: Vec<Choice> = entries
            .into_iter()
            .map(|entry| Choice::Account { signed_in: own.as_ref() == Some(&entry.client), entry })
            .collect();
        // The account that this session uses stands first: rotating it is what people come for.
        rows.sort_by_key(|row| !matches!(row, Choice::Account { signed_in: true, .. }));
        rows
    })
}

/// The account that is signed in: known from the start, or once the keyring or the demo has told it.
fn signed_in_as(model: &Model) -> Option<ClientId> {
    match &model.session {
        Session::Remote { identity: Identity::ServiceAccount(client), .. } => Some(client.clone()),
        _ => model.login.as_ref().map(|login| login.client.clone()),
    }
}

fn page_read<T>(
    model: &mut Model,
    request: RequestId,
    result: Result<Page<T>, ReadProblem>,
    rows: impl FnOnce(Vec<T>) -> Vec<Choice>,
) -> Vec<Effect> {
    let Screen::Choosing(choosing) = &mut model.screen else { return Vec::new() };
    let Some(number) = choosing.reading.take(request) else { return Vec::new() };
    match result {
        Ok(page) => {
            let per_page = u32::try_from(crate::domain::ENTRIES_PER_PAGE).unwrap_or(u32::MAX);
            choosing.reading.came(number, page.is_last, page.about, per_page);
            choosing.add(rows(page.entries));
        }
        Err(problem) => {
            choosing.reading.failed(number, problem);
        }
    }
    go_on_reading(model)
}

/// Asks for the next pages, unless one has failed: then a person decides.
fn go_on_reading(model: &mut Model) -> Vec<Effect> {
    let Screen::Choosing(choosing) = &mut model.screen else { return Vec::new() };
    if choosing.reading.problem.is_some() {
        return Vec::new();
    }
    choosing.ask(&mut model.requests)
}

/// A key of the list that is no text.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let Screen::Choosing(choosing) = &mut model.screen else { return Vec::new() };
    match action {
        Action::NextChoice => choosing.select(choosing.selected + 1),
        Action::PreviousChoice => choosing.select(choosing.selected.saturating_sub(1)),
        Action::LeapDown => choosing.select(choosing.selected + LEAP),
        Action::LeapUp => choosing.select(choosing.selected.saturating_sub(LEAP)),
        Action::Leave => model.screen = Screen::Form,
        Action::Choose => take(model),
        Action::Retry if choosing.reading.problem.take().is_some() => return go_on_reading(model),
        _ => {}
    }
    Vec::new()
}

fn take(model: &mut Model) {
    let Screen::Choosing(choosing) = &model.screen else { return };
    let Some(choice) = choosing.choice(choosing.selected) else { return };
    let (field, value) = (choosing.field, choice.value().to_owned());
    model.form.choose(field, &value);
    model.screen = Screen::Form;
}

/// Text for the filter.
pub(super) fn press(model: &mut Model, key: KeyPress) {
    let Screen::Choosing(choosing) = &mut model.screen else { return };
    if choosing.filter.press(key) == Some(true) {
        let typed = choosing.filter.text().to_owned();
        choosing.matches.filter(&typed);
        choosing.selected = 0;
    }
}

/// Pasted text for the filter.
pub(super) fn paste(choosing: &mut Choosing, text: &str) {
    if super::paste::contains_secret(text) {
        return;
    }
    if choosing.filter.insert(text.trim()) {
        let typed = choosing.filter.text().to_owned();
        choosing.matches.filter(&typed);
        choosing.selected = 0;
    }
}
