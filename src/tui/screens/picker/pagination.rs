//! Fetching a list page by page: which pages to ask for, and when the list is complete.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::domain::{ApiError, ENTRIES_PER_PAGE, Now};

/// How many pages are asked for at the same time.
const AT_ONCE: usize = 4;

/// How far fetching a list is.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct Pagination {
    /// How many pages have come.
    pub(super) pages_read: u32,
    /// About how many pages there are, once that is known.
    pub(super) about_pages: Option<u32>,
    /// True once a page was the last one.
    has_last: bool,
    /// Until when Atlas wants to be left alone, while it does.
    pub(super) waits_until: Option<Now>,
    /// Why a page could not be loaded.
    pub error: Option<ApiError>,
    /// Since when pages are being loaded.
    pub since: Now,
    under_way: BTreeSet<u32>,
    pub(super) missing: Vec<u32>,
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
    pub(super) fn wait_left(&self, now: Now) -> Option<Duration> {
        self.waits_until.map(|until| until.since(now)).filter(|left| !left.is_zero())
    }

    /// True when this page was awaited; it no longer is.
    pub(super) fn take_awaited(&mut self, page: u32) -> bool {
        self.waits_until = None;
        self.under_way.remove(&page)
    }

    pub(super) fn page_read(&mut self, number: u32, is_last: bool, about: Option<u32>) {
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
    pub(super) fn wanted(&mut self) -> Vec<u32> {
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
