//! A list of items: the order, the matches of a filter, and the selection.

use jiff::Timestamp;

use crate::domain::{
    AccountEntry, ApiError, ApiResult, ENTRIES_PER_PAGE, Lifetime, Now, Page, ProjectEntry, ProjectId,
    ServerText,
};
use crate::jobs::Retry;
use crate::tui::app::Shared;
use crate::tui::canvas::{Canvas, cut};
use crate::tui::event::{Command, Event};
use crate::tui::matching::{Matches, is_same_name};

use super::super::FieldName;

/// How much of a filter without matches is quoted, in columns.
const MAX_QUOTED: u16 = 40;

#[derive(Clone, Debug)]
pub(in crate::tui) struct List {
    pub field: FieldName,
    pub project: Option<ProjectId>,
    pub items: Vec<Item>,
    /// The order of accounts. Other lists keep Atlas's order.
    pub sort: Sort,
    pub matches: Matches,
    pages_loaded: u32,
    /// The estimated number of pages, once it is known.
    estimated_pages: Option<u32>,
    /// True while pages are being fetched.
    pub is_loading: bool,
    since: Now,
    /// Why the next page is requested again, and when.
    retry: Option<(Retry, Now)>,
    /// Why the next page could not be loaded.
    pub error: Option<ApiError>,
    /// The value of the item that the user selected, or that is in the field.
    selected: Option<String>,
}

impl List {
    /// Returns the list for a field. Projects and accounts are fetched.
    pub fn opened(app: &mut Shared, field: FieldName) -> Self {
        let mut list = Self {
            field,
            project: app.form.project_id().filter(|_| field == FieldName::Client),
            items: Vec::new(),
            sort: Sort::Expiry,
            matches: Matches::default(),
            pages_loaded: 0,
            estimated_pages: None,
            is_loading: false,
            since: app.now,
            retry: None,
            error: None,
            selected: None,
        };
        match field {
            FieldName::Lifetime => list.add(lifetimes(), app.atlas_now()),
            FieldName::Project | FieldName::Client => list.fetch(app),
        }
        list
    }

    pub fn is_complete(&self) -> bool {
        !self.is_loading && self.error.is_none()
    }

    /// The item at a position among the matches.
    pub fn item(&self, position: usize) -> Option<&Item> {
        self.items.get(self.matches.row(position)?)
    }

    /// The position of the item with this value among the matches.
    pub fn position(&self, value: &str) -> Option<usize> {
        self.matches.position(self.items.iter().position(|item| item.is(value))?)
    }

    /// The position of the selected item, if it matches.
    pub fn selected(&self) -> Option<usize> {
        self.position(self.selected.as_ref()?)
    }

    /// Selects the item at this position, or the last one.
    pub fn select(&mut self, position: usize) {
        let item = self.item(position.min(self.matches.len().saturating_sub(1)));
        self.selected = item.map(|item| item.value().to_owned());
    }

    /// Selects the item with this value, as soon as it is loaded.
    pub fn select_value(&mut self, value: &str) {
        self.selected = Some(value.to_owned());
    }

    /// Filters the items, and clears the selection.
    pub fn filter(&mut self, text: &str) {
        if self.matches.query() != text {
            self.matches.filter(text);
            self.selected = None;
        }
    }

    pub fn exact_match(&self) -> Option<&Item> {
        let mut matches = self.exact_matches();
        matches.next().filter(|_| matches.next().is_none())
    }

    pub fn only_match(&self) -> Option<&Item> {
        self.item(0).filter(|_| self.matches.len() == 1)
    }

    /// The items with exactly the name that was typed.
    pub fn exact_matches(&self) -> impl Iterator<Item = &Item> {
        // The names in the list were cleaned the same way.
        let name = ServerText::new(self.matches.query());
        self.items.iter().filter(move |item| !name.is_empty() && is_same_name(item.name(), name.as_str()))
    }

    pub fn add(&mut self, items: impl IntoIterator<Item = Item>, now: Timestamp) {
        let first = self.items.len();
        self.items.extend(items);
        self.matches.extend(self.items[first..].iter().map(search_keys));
        if self.field == FieldName::Client {
            self.sort_by(self.sort, now);
        }
    }

    pub fn sort_by(&mut self, sort: Sort, now: Timestamp) {
        self.sort = sort;
        sort.apply(&mut self.items, now);
        self.matches.replace(self.items.iter().map(search_keys));
    }

    /// `2 of 214 projects`
    pub fn count_text(&self) -> String {
        let (matching, all) = (self.matches.len(), self.items.len());
        let plural = if all == 1 { "" } else { "s" };
        let all = format!("{all} {}{plural}", self.field.noun());
        if self.matches.query().is_empty() { all } else { format!("{matching} of {all}") }
    }

    /// Why the list is empty.
    pub fn empty_text(&self, ellipsis: &str) -> String {
        match self.field {
            _ if !self.items.is_empty() => {
                let typed = cut(self.matches.query(), MAX_QUOTED, 0, 1, ellipsis);
                format!("No {} matches \"{typed}\".", self.field.noun())
            }
            FieldName::Project => {
                "There are no projects that these credentials can read. A Project Owner can grant access."
                    .to_owned()
            }
            _ => "This project has no service accounts. Create one in Atlas first.".to_owned(),
        }
    }

    /// Fetches the pages that are not loaded yet.
    pub fn fetch(&mut self, app: &mut Shared) {
        self.is_loading = true;
        self.since = app.now;
        self.error = None;
        app.send(match &self.project {
            Some(project) => Command::FetchAccounts(project.clone(), self.next_page()),
            None => Command::FetchProjects(self.next_page()),
        });
    }

    /// The number of the first page that is not loaded.
    pub fn next_page(&self) -> u32 {
        self.pages_loaded + 1
    }

    pub fn on_event(&mut self, app: &mut Shared, event: Event) {
        match event {
            Event::PageRetried(retry) if self.is_loading => {
                let at = app.now.plus(retry.pause);
                self.retry = Some((retry, at));
            }
            Event::ProjectsPage(result) if self.field == FieldName::Project => {
                self.on_page(app, result, Item::Project);
            }
            Event::AccountsPage(project, result) if self.project.as_ref() == Some(&project) => {
                self.on_page(app, result, Item::Account);
            }
            _ => {}
        }
    }

    fn on_page<T>(&mut self, app: &Shared, result: ApiResult<Page<T>>, item: impl Fn(T) -> Item) {
        self.retry = None;
        match result {
            Ok(page) => {
                self.pages_loaded += 1;
                self.is_loading = !page.is_last;
                let per_page = u32::try_from(ENTRIES_PER_PAGE).unwrap_or(u32::MAX);
                self.estimated_pages = page.about.map(|about| about.div_ceil(per_page).max(self.next_page()));
                self.add(page.entries.into_iter().map(item), app.atlas_now());
            }
            Err(error) => {
                self.is_loading = false;
                self.error = Some(error);
            }
        }
    }

    /// Draws the progress of fetching. False if nothing is being fetched.
    pub fn draw_progress(&self, now: Now, canvas: &mut Canvas) -> bool {
        let noun = self.field.noun();
        let pausing = self.retry.as_ref().map(|(retry, at)| (retry, at.since(now)));
        if let Some((retry, left)) = pausing.filter(|(_, left)| !left.is_zero()) {
            let message = canvas.retry_message(retry, left);
            canvas.warning(&message, canvas.theme.warning);
        } else if self.is_loading {
            let text = match self.estimated_pages {
                Some(about) => format!("Loading {noun}s, {} of {about} pages", self.pages_loaded),
                None => format!("Loading {noun}s"),
            };
            canvas.running(now, self.since, &text);
        }
        self.is_loading
    }
}

/// The texts that an item is searched by.
fn search_keys(item: &Item) -> (String, String) {
    (item.name().to_owned(), item.value().to_owned())
}

/// Common lifetimes, in the syntax of the field.
const USUAL_LIFETIMES: [&str; 7] = ["8h", "1d", "7d", "30d", "90d", "180d", "365d"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Item {
    Project(ProjectEntry),
    Account(AccountEntry),
    /// A lifetime: the field's text, its value, and the text to show.
    Lifetime {
        text: &'static str,
        lifetime: Lifetime,
        name: String,
    },
}

fn lifetimes() -> Vec<Item> {
    let item = |text| {
        let lifetime = Lifetime::parse(text).ok()?;
        Some(Item::Lifetime { text, lifetime, name: lifetime.to_string() })
    };
    USUAL_LIFETIMES.into_iter().filter_map(item).collect()
}

impl Item {
    pub fn value(&self) -> &str {
        match self {
            Self::Project(entry) => entry.id.as_str(),
            Self::Account(entry) => entry.client.as_str(),
            Self::Lifetime { text, .. } => text,
        }
    }

    /// True if a field with this text already has this value.
    pub fn is(&self, text: &str) -> bool {
        match self {
            Self::Project(_) | Self::Account(_) => self.value() == text,
            Self::Lifetime { lifetime, .. } => Lifetime::parse(text) == Ok(*lifetime),
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Project(entry) => entry.name.as_str(),
            Self::Account(entry) => entry.name.as_str(),
            Self::Lifetime { name, .. } => name,
        }
    }

    /// False for a lifetime above the organization's limit.
    pub fn is_allowed(&self, limit: Option<Lifetime>) -> bool {
        match (self, limit) {
            (Self::Lifetime { lifetime, .. }, Some(limit)) => *lifetime <= limit,
            _ => true,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Sort {
    /// By the next expiry, the earliest first; accounts without one are last.
    Expiry,
    Name,
}

impl Sort {
    pub fn other(self) -> Self {
        match self {
            Self::Expiry => Self::Name,
            Self::Name => Self::Expiry,
        }
    }

    pub fn apply(self, items: &mut [Item], now: Timestamp) {
        items.sort_by_cached_key(|item| {
            let expires_at = match (self, item) {
                (Self::Expiry, Item::Account(entry)) => {
                    entry.next_to_expire(now).and_then(|secret| secret.expires_at)
                }
                _ => None,
            };
            (expires_at.unwrap_or(Timestamp::MAX), item.name().to_lowercase())
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ClientId, ExistingSecret, SecretId, ServerText};

    fn account(name: &str, expires_at: &[Option<&str>]) -> Item {
        let secret = |at: Option<&str>| ExistingSecret {
            id: SecretId::from_server("32b6e34b3d91647abb20e7b8").unwrap(),
            created_at: None,
            expires_at: at.map(|at| at.parse().unwrap()),
            last_used_at: None,
            mask: None,
        };
        Item::Account(AccountEntry {
            client: ClientId::parse("mdb_sa_id_1234567890abcdef12345678").unwrap(),
            name: ServerText::new(name),
            secrets: expires_at.iter().copied().map(secret).collect(),
        })
    }

    #[test]
    fn the_earliest_expiry_is_first_and_accounts_without_one_are_last() {
        let mut items = [
            account("none", &[]),
            account("unknown", &[None]),
            account("late", &[Some("2027-03-01T00:00:00Z"), Some("2026-11-01T00:00:00Z")]),
            account("Also none", &[]),
            account("expired", &[Some("2026-11-01T00:00:00Z")]),
            account("soon", &[Some("2027-03-01T00:00:00Z"), Some("2026-12-01T00:00:00Z")]),
        ];
        let names =
            |items: &[Item]| -> Vec<String> { items.iter().map(|item| item.name().to_owned()).collect() };
        let now = "2026-11-23T18:14:00Z".parse().unwrap();
        Sort::Expiry.apply(&mut items, now);
        assert_eq!(names(&items), ["expired", "soon", "late", "Also none", "none", "unknown"]);
        Sort::Expiry.other().apply(&mut items, now);
        assert_eq!(names(&items), ["Also none", "expired", "late", "none", "soon", "unknown"]);
    }

    #[test]
    fn an_item_matches_every_spelling_of_its_value() {
        let items = lifetimes();
        for (text, expected) in
            [("720", "30d"), ("30d", "30d"), ("30 days", "30d"), ("1y", "365d"), ("8", "8h")]
        {
            let found = items.iter().find(|item| item.is(text)).map(Item::value);
            assert_eq!(found, Some(expected), "{text}");
        }
        assert!(!items.iter().any(|item| item.is("x") || item.is("31d")));
    }

    #[test]
    fn a_lifetime_equal_to_the_organizations_limit_can_be_chosen() {
        let allowed = |hours: Option<i32>| {
            let limit = hours.map(|hours| Lifetime::from_hours(hours).unwrap());
            lifetimes().iter().filter(|item| item.is_allowed(limit)).count()
        };
        assert_eq!((allowed(None), allowed(Some(720)), allowed(Some(719)), allowed(Some(1))), (7, 4, 3, 0));
    }
}
