//! Choosing a field's value from a list that is fetched page by page and filtered while one types.

mod draw;
mod item;
mod pagination;
mod table;

use std::time::Duration;

use crossterm::event::KeyCode;

use crate::domain::{
    ClientId, ENTRIES_PER_PAGE, Identity, Page, ProjectEntry, ProjectId, ReadProblem, Session,
};
use crate::tui::app::{Component, Screen, Shared, Transition};
use crate::tui::canvas::{Canvas, spinner_wake};
use crate::tui::event::{Command, Event, KeyPress};
use crate::tui::keys::{
    Action, Binding, CHOICE_ABOVE, CHOICE_BELOW, CHOOSE, CONTROL, CTRL_C, ESC, HELP_BESIDE_TEXT, NONE,
    PAGE_DOWN, PAGE_UP, REPAINT, SUSPEND,
};
use crate::tui::matching::Matches;
use crate::tui::{TextLine, paste, words};

use super::{FieldName, Focus, Notice};

use item::{Item, Sort, lifetimes};
use pagination::Pagination;

/// A list to choose from.
#[derive(Clone, Debug)]
pub struct Picker {
    field: FieldName,
    /// The project whose accounts are listed.
    project: Option<ProjectId>,
    filter: TextLine,
    /// In the order of the list.
    items: Vec<Item>,
    matches: Matches,
    /// Which of the matching items is selected, from 0.
    selected: usize,
    /// The order of accounts; other lists stay as they come.
    sort: Sort,
    pages: Pagination,
    /// True after Enter on an item that cannot be chosen.
    is_refused: bool,
    /// True when the projects are not all of one organization.
    has_several_organizations: bool,
}

const RELOAD: Binding = Binding::new(&[(KeyCode::Char('r'), CONTROL)], "Ctrl-R", "reload", Action::Retry);
const BELOW: Binding = Binding::new(&[(KeyCode::Down, NONE)], "Down", "next", Action::NextChoice);
const ABOVE: Binding =
    Binding::new(&[(KeyCode::Up, NONE)], "Up", "previous", Action::PreviousChoice).only_in_help();
const BACK: Binding = Binding::new(&[ESC, CTRL_C], "Esc", "back", Action::Leave);

const KEYS: &[Binding] = &[
    RELOAD,
    CHOOSE,
    CHOICE_BELOW,
    CHOICE_ABOVE,
    PAGE_DOWN,
    PAGE_UP,
    BACK,
    HELP_BESIDE_TEXT,
    SUSPEND,
    REPAINT,
];

/// The accounts, while they are sorted by expiry and while by name.
const BY_EXPIRY: &[Binding] = &accounts_keys("sort by name");
const BY_NAME: &[Binding] = &accounts_keys("sort by expiry");

const fn accounts_keys(sort: &'static str) -> [Binding; 11] {
    [
        RELOAD,
        CHOOSE,
        Binding::new(&[(KeyCode::Tab, NONE)], "Tab", sort, Action::Sort),
        BELOW,
        ABOVE,
        PAGE_DOWN,
        PAGE_UP,
        BACK,
        HELP_BESIDE_TEXT,
        SUSPEND,
        REPAINT,
    ]
}

impl Picker {
    /// Ctrl-O: opens the list of the field in focus; from the button, that of the first field that is not valid, else
    /// the accounts.
    pub(super) fn open(app: &mut Shared) -> Transition {
        let field = match app.form.focus {
            Focus::Field(field) => field,
            Focus::Button => app.form.first_problem().unwrap_or(FieldName::Client),
        };
        if field == FieldName::Client && app.form.project_id().is_none() {
            app.form.notice = Some(Notice::Word("Choose a project first."));
            app.form.focus = Focus::Field(FieldName::Project);
            return Transition::Stay;
        }
        Self::show(app, field)
    }

    fn show(app: &mut Shared, field: FieldName) -> Transition {
        let mut picker = Self {
            field,
            project: app.form.project_id().filter(|_| field == FieldName::Client),
            filter: TextLine::default(),
            items: Vec::new(),
            matches: Matches::default(),
            selected: 0,
            sort: Sort::Expiry,
            pages: Pagination::new(app.now),
            is_refused: false,
            has_several_organizations: false,
        };
        if field == FieldName::Lifetime {
            picker.add(app, lifetimes());
        } else {
            picker.fetch(app);
        }
        Transition::Show(Screen::Picker(Box::new(picker)))
    }

    /// True when nothing more will come.
    fn is_complete(&self) -> bool {
        !self.pages.is_under_way() && self.pages.problem.is_none()
    }

    fn chosen(&self) -> Option<&Item> {
        self.item(self.selected)
    }

    /// The item at this place among those that match.
    fn item(&self, place: usize) -> Option<&Item> {
        self.items.get(self.matches.row(place)?)
    }

    /// Adds items. The selection stays on its item, wherever that is now; at first it is on what the field holds.
    fn add(&mut self, app: &Shared, items: Vec<Item>) {
        let selected = match self.chosen() {
            Some(item) => item.value().to_owned(),
            None => app.form.field(self.field).line.text().to_owned(),
        };
        if self.field == FieldName::Client {
            self.items.extend(items);
            self.arrange(app);
        } else {
            self.matches.extend(items.iter().map(Item::searched));
            self.items.extend(items);
            let mut organizations = self.items.iter().filter_map(Item::organization);
            let first = organizations.next();
            self.has_several_organizations = organizations.any(|other| Some(other) != first);
        }
        self.select_value(&selected);
    }

    /// Sorts the accounts.
    fn arrange(&mut self, app: &Shared) {
        self.sort.apply(&mut self.items, app.atlas_now());
        self.matches = Matches::default();
        self.matches.extend(self.items.iter().map(Item::searched));
        self.matches.filter(self.filter.text());
    }

    fn toggle_sort(&mut self, app: &Shared) {
        let selected = self.chosen().map(|item| item.value().to_owned());
        self.sort = self.sort.other();
        self.arrange(app);
        self.select_value(&selected.unwrap_or_default());
    }

    fn select_value(&mut self, value: &str) {
        let row = self.items.iter().position(|item| item.is(value));
        self.selected = row.and_then(|row| self.matches.place(row)).unwrap_or(0);
    }

    fn select(&mut self, place: usize) {
        self.is_refused = false;
        self.selected = place.min(self.matches.len().saturating_sub(1));
    }

    fn filter_changed(&mut self) {
        self.matches.filter(self.filter.text());
        self.select(0);
    }

    /// Fetches the next pages, unless one has failed: then the user decides.
    fn fetch(&mut self, app: &mut Shared) {
        if self.pages.problem.is_some() {
            return;
        }
        for page in self.pages.wanted() {
            app.send(match &self.project {
                Some(project) => Command::FetchAccounts(project.clone(), page),
                None => Command::FetchProjects(page),
            });
        }
    }

    fn on_page<T>(
        &mut self,
        app: &mut Shared,
        number: u32,
        result: Result<Page<T>, ReadProblem>,
        item: impl Fn(T) -> Item,
    ) {
        if !self.pages.arrived(number) {
            return;
        }
        match result {
            Ok(page) => {
                let per_page = u32::try_from(ENTRIES_PER_PAGE).unwrap_or(u32::MAX);
                self.pages.came(number, page.is_last, page.about, per_page);
                self.add(app, page.entries.into_iter().map(item).collect());
            }
            Err(problem) => self.pages.failed(number, problem),
        }
        self.fetch(app);
    }

    fn choose(&mut self, app: &mut Shared) -> Transition {
        let Some(item) = self.chosen() else { return Transition::Stay };
        if !item.is_allowed(app.form.longest_hours) {
            self.is_refused = true;
            return Transition::Stay;
        }
        let goes_on = matches!(item, Item::Project(project) if needs_account(app, project));
        app.form.choose(self.field, item.value());
        if !goes_on {
            return Transition::form();
        }
        app.form.focus = Focus::Field(FieldName::Client);
        app.send(Command::StopPages);
        Self::show(app, FieldName::Client)
    }
}

/// True when the form's account is missing, or is not known to be one of this project.
fn needs_account(app: &Shared, project: &ProjectEntry) -> bool {
    let Some(account) = app.form.account() else { return true };
    let is_missing = |problem: &ReadProblem| matches!(problem, ReadProblem::Rejected(no) if no.status == 404);
    account.project != project.id || app.lookups.account.problem(&account).is_some_and(is_missing)
}

/// The account that is signed in: known from the start, or once the keyring or the demo has told it.
fn signed_in_as(app: &Shared) -> Option<ClientId> {
    match &app.session {
        Session::Remote { identity: Identity::ServiceAccount(client), .. } => Some(client.clone()),
        _ => app.login.as_ref().map(|login| login.client.clone()),
    }
}

impl Component for Picker {
    fn on_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        let page = draw::list_rows(app.body());
        match action {
            Action::NextChoice => self.select(self.selected + 1),
            Action::PreviousChoice => self.select(self.selected.saturating_sub(1)),
            Action::PageDown => self.select(self.selected + page),
            Action::PageUp => self.select(self.selected.saturating_sub(page)),
            Action::Sort => self.toggle_sort(app),
            Action::Leave => return Transition::form(),
            Action::Choose => return self.choose(app),
            Action::Retry if self.pages.retry(app.now) => self.fetch(app),
            _ => {}
        }
        Transition::Stay
    }

    fn on_key(&mut self, _app: &mut Shared, key: KeyPress) {
        if self.filter.press(key) == Some(true) {
            self.filter_changed();
        }
    }

    fn on_paste(&mut self, _app: &mut Shared, text: &str) {
        if !paste::contains_secret(text) && self.filter.insert(text.trim()) {
            self.filter_changed();
        }
    }

    fn on_event(&mut self, app: &mut Shared, event: Event) -> Transition {
        match event {
            Event::PagesDelayed(wait) => self.pages.delayed(app.now.plus(wait)),
            Event::ProjectsPage(page, result) if self.field == FieldName::Project => {
                self.on_page(app, page, result, Item::Project);
            }
            Event::AccountsPage(project, page, result) if self.project.as_ref() == Some(&project) => {
                self.on_page(app, page, result, Item::Account);
            }
            _ => {}
        }
        Transition::Stay
    }

    fn keys(&self, _app: &Shared) -> &'static [Binding] {
        match (self.field, self.sort) {
            (FieldName::Client, Sort::Expiry) => BY_EXPIRY,
            (FieldName::Client, Sort::Name) => BY_NAME,
            _ => KEYS,
        }
    }

    fn works(&self, app: &Shared, action: Action) -> bool {
        match action {
            Action::Choose => self.chosen().is_some_and(|item| item.is_allowed(app.form.longest_hours)),
            Action::NextChoice | Action::PreviousChoice | Action::Sort => self.matches.len() > 1,
            Action::PageDown | Action::PageUp => self.matches.len() > draw::list_rows(app.body()),
            Action::Retry => self.pages.problem.is_some(),
            _ => true,
        }
    }

    fn wake_in(&self, app: &Shared) -> Option<Duration> {
        let left = self.pages.waits_until.map(|until| until.since(app.now)).filter(|left| !left.is_zero());
        match left {
            Some(left) => Some(words::until_next_second(left)),
            None => self.pages.is_under_way().then(|| spinner_wake(app.now, self.pages.since)),
        }
    }

    fn about(&self) -> &'static [&'static str] {
        match self.field {
            FieldName::Project => {
                &["Type to filter by name or ID. Letters may be left out: ppd finds payments-prod."]
            }
            FieldName::Client => &[
                "Type to filter by name or client ID. Letters may be left out: cidp finds ci-deployer.",
                "Expires: when the account's next secret expires. Last used: any of its secrets.",
                "The bar covers 90 days: solid until the next expiry, dashed while another secret works.",
                "(you): this session signs in with this account.",
            ],
            FieldName::Lifetime => &["The form takes any number of hours, days, weeks or years, or a date."],
        }
    }

    fn draw(&self, app: &Shared, canvas: &mut Canvas) {
        draw::draw(self, app, canvas);
    }
}
