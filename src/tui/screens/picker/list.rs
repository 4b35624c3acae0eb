//! A list of projects or service accounts: fetched page by page, and filtered by what is typed.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{ApiError, ApiResult, Explanation, Now, Page, ProjectId, ServerText};
use crate::tui::app::Shared;
use crate::tui::canvas::{Canvas, cut, spinner_wake};
use crate::tui::event::{Command, Event};
use crate::tui::matching::{Matches, is_same_name};
use crate::tui::text;

use super::super::FieldName;
use super::item::{Item, Sort};
use super::pagination::Pagination;

/// How much of a text that matches nothing is repeated, in columns.
const LONGEST_QUOTED: u16 = 40;

/// The values that a field of the form can have.
#[derive(Clone, Debug)]
pub(in crate::tui) struct List {
    pub field: FieldName,
    /// The project whose accounts are listed.
    pub project: Option<ProjectId>,
    pub items: Vec<Item>,
    /// The order of accounts; other lists stay as they come.
    pub sort: Sort,
    pub matches: Matches,
    pub pages: Pagination,
}

impl List {
    /// The list for this field, with nothing in it yet.
    pub fn new(app: &Shared, field: FieldName) -> Self {
        Self {
            field,
            project: app.form.project_id().filter(|_| field == FieldName::Client),
            items: Vec::new(),
            sort: Sort::Expiry,
            matches: Matches::default(),
            pages: Pagination::new(app.now),
        }
    }

    /// True when nothing more will come.
    pub fn is_complete(&self) -> bool {
        !self.pages.is_under_way() && self.pages.error.is_none()
    }

    /// True when all items are known and none matches.
    pub fn has_no_match(&self) -> bool {
        self.is_complete() && self.matches.len() == 0
    }

    /// True when there are items to choose from.
    pub fn is_usable(&self) -> bool {
        self.pages.error.is_none() && !self.items.is_empty()
    }

    /// The only item that matches.
    pub fn only_match(&self) -> Option<&Item> {
        self.item(0).filter(|_| self.matches.len() == 1)
    }

    /// What is missing where the form is submitted with a name that is not one item's.
    pub fn not_chosen(&self) -> &'static str {
        match self.field {
            FieldName::Client => "Not created: no service account is chosen yet.",
            _ => "Not created: no project is chosen yet.",
        }
    }

    /// The item at this place among those that match.
    pub fn item(&self, place: usize) -> Option<&Item> {
        self.items.get(self.matches.row(place)?)
    }

    /// Where the item with this value stands among those that match.
    pub fn place(&self, value: &str) -> Option<usize> {
        self.matches.place(self.items.iter().position(|item| item.is(value))?)
    }

    /// The one item of exactly this name, if there is one and no other.
    pub fn named(&self, name: &str) -> Option<&Item> {
        let mut of_this_name = self.all_named(name);
        of_this_name.next().filter(|_| of_this_name.next().is_none())
    }

    /// How many items have what was typed as their whole name.
    pub fn count_named(&self) -> usize {
        self.all_named(self.matches.typed()).count()
    }

    fn all_named(&self, name: &str) -> impl Iterator<Item = &Item> {
        // Names in the list were made safe to show, too.
        let name = ServerText::new(name);
        self.items.iter().filter(move |item| !name.is_empty() && is_same_name(item.name(), name.as_str()))
    }

    pub fn add(&mut self, items: Vec<Item>, now: Timestamp) {
        self.matches.extend(items.iter().map(Item::searched));
        self.items.extend(items);
        if self.field == FieldName::Client {
            self.sort_by(self.sort, now);
        }
    }

    /// Sorts the accounts.
    pub fn sort_by(&mut self, sort: Sort, now: Timestamp) {
        self.sort = sort;
        sort.apply(&mut self.items, now);
        self.matches.replace(self.items.iter().map(Item::searched));
    }

    /// Fetches the next pages, unless one has failed: then the user decides.
    pub fn fetch(&mut self, app: &mut Shared) {
        if self.pages.error.is_some() {
            return;
        }
        for page in self.pages.wanted() {
            app.send(match &self.project {
                Some(project) => Command::FetchAccounts(project.clone(), page),
                None => Command::FetchProjects(page),
            });
        }
    }

    /// Takes what a job reported of this list.
    pub fn on_event(&mut self, app: &mut Shared, event: Event) {
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
    }

    fn on_page<T>(
        &mut self,
        app: &mut Shared,
        number: u32,
        result: ApiResult<Page<T>>,
        item: impl Fn(T) -> Item,
    ) {
        if !self.pages.take_awaited(number) {
            return;
        }
        match result {
            Ok(page) => {
                self.pages.page_read(number, page.is_last, page.about);
                self.add(page.entries.into_iter().map(item).collect(), app.atlas_now());
            }
            Err(error) => self.pages.failed(number, error),
        }
        self.fetch(app);
    }

    /// How long until what is drawn of fetching it changes by itself.
    pub fn wake_in(&self, now: Now) -> Option<Duration> {
        match self.pages.wait_left(now) {
            Some(left) => Some(text::until_next_second(left)),
            None => self.pages.is_under_way().then(|| spinner_wake(now, self.pages.since)),
        }
    }

    /// Draws what fetching it is doing. False when nothing is under way.
    pub fn draw_progress(&self, now: Now, canvas: &mut Canvas) -> bool {
        let noun = self.field.noun();
        if let Some(left) = self.pages.wait_left(now) {
            canvas.warning(&text::rate_limited(left), canvas.theme.warning);
        } else if self.pages.is_under_way() {
            let text = match self.pages.about_pages {
                Some(about) => format!("Loading {noun}s, {} of {about} pages", self.pages.pages_read),
                None => format!("Loading {noun}s"),
            };
            canvas.running(now, self.pages.since, &text);
        }
        self.pages.is_under_way()
    }

    /// `2 of 214 projects`
    pub fn count(&self) -> String {
        let (matching, all) = (self.matches.len(), self.items.len());
        let plural = if all == 1 { "" } else { "s" };
        let all = format!("{all} {}{plural}", self.field.noun());
        if self.matches.typed().is_empty() { all } else { format!("{matching} of {all}") }
    }

    /// Why it could not be loaded.
    pub fn explain(&self, app: &Shared, error: &ApiError) -> Explanation {
        error.explain_list(self.field, &app.session.signed_in_as())
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Why nothing is shown.
    pub fn nothing(&self, ellipsis: &str) -> String {
        match self.field {
            _ if !self.is_empty() => {
                let typed = cut(self.matches.typed(), LONGEST_QUOTED, 0, 1, ellipsis);
                format!("No {} matches \"{typed}\".", self.field.noun())
            }
            FieldName::Project => {
                "There are no projects that these credentials can read. A Project Owner can grant access."
                    .to_owned()
            }
            _ => "This project has no service accounts. Create one in Atlas first.".to_owned(),
        }
    }
}
