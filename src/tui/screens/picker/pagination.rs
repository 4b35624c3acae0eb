//! Fetching a list page by page: which pages to ask for, and when the list is complete.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::domain::{ApiError, ApiResult, ENTRIES_PER_PAGE, Now, Page};
use crate::tui::app::Shared;
use crate::tui::canvas::{Canvas, spinner_wake};
use crate::tui::event::{Command, Event};
use crate::tui::text;

use super::super::FieldName;
use super::list::{Item, List};

/// How many pages are asked for at the same time.
const AT_ONCE: usize = 4;

/// How far fetching a list is.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct Pagination {
    /// How many pages have come.
    pages_read: u32,
    /// About how many pages there are, once that is known.
    about_pages: Option<u32>,
    /// True once a page was the last one.
    has_last: bool,
    /// Until when Atlas wants to be left alone, while it does.
    waits_until: Option<Now>,
    /// Why a page could not be loaded.
    pub error: Option<ApiError>,
    /// Since when pages are being loaded.
    pub since: Now,
    under_way: BTreeSet<u32>,
    missing: Vec<u32>,
    /// The last page that was asked for.
    newest: u32,
}

impl Pagination {
    pub(super) fn new(now: Now) -> Self {
        Self { since: now, ..Self::default() }
    }

    /// The page that could not be loaded last, until it is loaded again.
    pub fn missing_page(&self) -> Option<u32> {
        self.missing.last().copied()
    }

    /// Forgets why a page could not be loaded. False when all pages could.
    pub(super) fn retry(&mut self, now: Now) -> bool {
        self.since = now;
        self.error.take().is_some()
    }

    /// True while a page is awaited.
    pub fn is_under_way(&self) -> bool {
        !self.under_way.is_empty()
    }

    /// How long Atlas still wants to be left alone.
    fn wait_left(&self, now: Now) -> Option<Duration> {
        self.waits_until.map(|until| until.since(now)).filter(|left| !left.is_zero())
    }

    /// True when this page was awaited; it no longer is.
    fn take_awaited(&mut self, page: u32) -> bool {
        self.waits_until = None;
        self.under_way.remove(&page)
    }

    fn page_read(&mut self, number: u32, is_last: bool, about: Option<u32>) {
        self.pages_read += 1;
        if is_last {
            let earlier = self.about_pages.filter(|_| self.has_last);
            self.about_pages = Some(earlier.map_or(number, |earlier| earlier.min(number)));
            self.has_last = true;
        } else if !self.has_last {
            let per_page = u32::try_from(ENTRIES_PER_PAGE).unwrap_or(u32::MAX);
            self.about_pages = about.map(|about| about.div_ceil(per_page).max(number + 1));
        }
    }

    /// Which pages to ask for now: those that failed first. The estimate says which ones are worth asking for together;
    /// past it, they come one by one until one is the last.
    fn wanted(&mut self) -> Vec<u32> {
        let mut wanted = Vec::new();
        while self.under_way.len() < AT_ONCE {
            let is_likely = self.about_pages.is_some_and(|about| self.newest < about) || !self.is_under_way();
            let next = match self.missing.pop() {
                Some(page) => page,
                None if is_likely && !self.has_last => {
                    self.newest += 1;
                    self.newest
                }
                None => break,
            };
            self.under_way.insert(next);
            wanted.push(next);
        }
        wanted
    }
}

impl List {
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
            Event::PagesDelayed(wait) if self.pages.is_under_way() => {
                self.pages.waits_until = Some(app.now.plus(wait));
            }
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
                self.add(page.entries.into_iter().map(item), app.atlas_now());
            }
            Err(error) => {
                self.pages.error = Some(error);
                self.pages.missing.push(number);
            }
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_asked_for_as_far_as_they_are_likely_and_a_missing_one_first() {
        let mut pages = Pagination::default();
        assert!(!pages.is_under_way());
        assert_eq!((pages.wanted(), pages.is_under_way(), pages.missing_page()), (vec![1], true, None));
        assert_eq!(
            (pages.take_awaited(1), pages.take_awaited(1), pages.is_under_way()),
            (true, false, false)
        );
        pages.page_read(1, false, Some(1_501));
        assert_eq!((pages.pages_read, pages.about_pages), (1, Some(4)));
        assert_eq!(pages.wanted(), [2, 3, 4]);
        assert!(pages.take_awaited(3) && pages.take_awaited(2));
        pages.missing.push(3);
        assert_eq!(pages.missing_page(), Some(3));
        pages.page_read(2, false, Some(1_501));
        assert_eq!((pages.pages_read, pages.wanted()), (2, vec![3]));
    }

    #[test]
    fn an_estimate_that_is_too_low_leaves_room_for_one_page_more() {
        let mut pages = Pagination::default();
        pages.page_read(1, false, Some(100));
        assert_eq!(pages.about_pages, Some(2));
        pages.page_read(4, true, None);
        assert_eq!(pages.about_pages, Some(4));
    }
}
