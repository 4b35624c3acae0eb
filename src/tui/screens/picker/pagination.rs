//! Fetching a list page by page: which pages to ask for, and when the list is complete.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::domain::{ApiError, ENTRIES_PER_PAGE, Now};

/// How many pages are asked for at the same time.
const AT_ONCE: usize = 4;

/// How far fetching a list is.
#[derive(Clone, Debug)]
pub(in crate::tui) struct Pagination {
    /// How many pages have come.
    pub pages_read: u32,
    /// About how many pages there are, once that is known.
    pub about_pages: Option<u32>,
    /// Until when Atlas wants to be left alone, while it does.
    waits_until: Option<Now>,
    /// Why a page could not be loaded.
    pub error: Option<ApiError>,
    /// Since when pages are being loaded.
    pub since: Now,
    under_way: BTreeSet<u32>,
    missing: Vec<u32>,
    next_page: u32,
    last_page: Option<u32>,
}

impl Pagination {
    /// The page that could not be loaded last, until it is loaded again.
    pub fn missing_page(&self) -> Option<u32> {
        self.missing.last().copied()
    }

    /// Nothing was asked for yet.
    pub(super) fn new(now: Now) -> Self {
        Self {
            pages_read: 0,
            about_pages: None,
            waits_until: None,
            error: None,
            since: now,
            under_way: BTreeSet::new(),
            missing: Vec::new(),
            next_page: 1,
            last_page: None,
        }
    }

    /// Forgets why a page could not be loaded. False when all pages could.
    pub(super) fn retry(&mut self, now: Now) -> bool {
        self.since = now;
        self.error.take().is_some()
    }

    /// A page has to wait for Atlas's rate limit.
    pub(super) fn delayed(&mut self, until: Now) {
        if self.is_under_way() {
            self.waits_until = Some(until);
        }
    }

    /// How long Atlas still wants to be left alone.
    pub fn wait_left(&self, now: Now) -> Option<Duration> {
        self.waits_until.map(|until| until.since(now)).filter(|left| !left.is_zero())
    }

    pub(super) fn failed(&mut self, page: u32, error: ApiError) {
        self.error = Some(error);
        self.missing.push(page);
    }

    /// True while a page is awaited.
    pub fn is_under_way(&self) -> bool {
        !self.under_way.is_empty()
    }

    /// True when this page was awaited; it no longer is.
    pub(super) fn take_awaited(&mut self, page: u32) -> bool {
        self.waits_until = None;
        self.under_way.remove(&page)
    }

    pub(super) fn page_read(&mut self, number: u32, is_last: bool, about: Option<u32>) {
        self.pages_read += 1;
        if is_last {
            self.last_page = Some(self.last_page.map_or(number, |last| last.min(number)));
        }
        let per_page = u32::try_from(ENTRIES_PER_PAGE).unwrap_or(u32::MAX);
        self.about_pages = self.last_page.or(about.map(|about| about.div_ceil(per_page).max(number + 1)));
    }

    /// Which pages to ask for now: those that failed first, and past the first page only so many as the
    /// estimate makes likely.
    pub(super) fn wanted(&mut self) -> Vec<u32> {
        let mut wanted = Vec::new();
        while self.under_way.len() < AT_ONCE {
            let next = match self.missing.pop() {
                Some(page) => page,
                None if self.may_ask_for(self.next_page) => {
                    self.next_page += 1;
                    self.next_page - 1
                }
                None => break,
            };
            self.under_way.insert(next);
            wanted.push(next);
        }
        wanted
    }

    /// The estimate says which pages are worth asking for together; past it, they come one by one until one
    /// is the last.
    fn may_ask_for(&self, page: u32) -> bool {
        if self.last_page.is_some() {
            return false;
        }
        let within_estimate = self.about_pages.is_some_and(|about| page <= about);
        within_estimate || self.under_way.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Cause;

    fn new() -> Pagination {
        Pagination::new(Now { wall: jiff::Timestamp::UNIX_EPOCH, uptime: Duration::ZERO })
    }

    #[test]
    fn pages_are_asked_for_as_far_as_they_are_likely_and_a_missing_one_first() {
        let mut pages = new();
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
        pages.failed(3, ApiError::sent(Cause::Unexpected { status: 502 }));
        assert_eq!(pages.missing_page(), Some(3));
        pages.page_read(2, false, Some(1_501));
        assert_eq!((pages.pages_read, pages.wanted()), (2, vec![3]));
    }

    #[test]
    fn an_estimate_that_is_too_low_leaves_room_for_one_page_more() {
        let mut pages = new();
        pages.page_read(1, false, Some(100));
        assert_eq!(pages.about_pages, Some(2));
        pages.page_read(4, true, None);
        assert_eq!(pages.about_pages, Some(4));
    }
}
