//! Which pages of a list to fetch, and whether it is complete.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::domain::{ApiError, ENTRIES_PER_PAGE, Now};

/// The number of pages that are fetched at the same time.
const CONCURRENT_PAGES: usize = 4;

/// The progress of fetching a list.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct Pagination {
    pub(super) pages_loaded: u32,
    /// The estimated number of pages, once it is known.
    pub(super) estimated_pages: Option<u32>,
    /// True once the last page is loaded.
    has_last: bool,
    /// When requests can continue after a rate limit.
    pub(super) rate_limited_until: Option<Now>,
    /// Why a page could not be loaded.
    pub error: Option<ApiError>,
    /// When loading began.
    pub since: Now,
    loading: BTreeSet<u32>,
    pub(super) missing: Vec<u32>,
    /// The highest page number that was requested.
    last_requested: u32,
}

impl Pagination {
    pub(super) fn new(now: Now) -> Self {
        Self { since: now, ..Self::default() }
    }

    /// The number of the last page that failed, until it is requested again.
    pub fn missing_page(&self) -> Option<u32> {
        self.missing.last().copied()
    }

    /// Clears the error. False if there is none.
    pub(super) fn retry(&mut self, now: Now) -> bool {
        self.since = now;
        self.error.take().is_some()
    }

    /// True while a page is being fetched.
    pub fn is_loading(&self) -> bool {
        !self.loading.is_empty()
    }

    /// How long the rate limit still lasts.
    pub(super) fn rate_limit_left(&self, now: Now) -> Option<Duration> {
        self.rate_limited_until.map(|until| until.since(now)).filter(|left| !left.is_zero())
    }

    /// Stops waiting for a page. False if it was not being fetched.
    pub(super) fn end_loading(&mut self, page: u32) -> bool {
        self.rate_limited_until = None;
        self.loading.remove(&page)
    }

    pub(super) fn page_loaded(&mut self, number: u32, is_last: bool, estimate: Option<u32>) {
        self.pages_loaded += 1;
        if is_last {
            let earlier = self.estimated_pages.filter(|_| self.has_last);
            self.estimated_pages = Some(earlier.map_or(number, |earlier| earlier.min(number)));
            self.has_last = true;
        } else if !self.has_last {
            let per_page = u32::try_from(ENTRIES_PER_PAGE).unwrap_or(u32::MAX);
            self.estimated_pages = estimate.map(|estimate| estimate.div_ceil(per_page).max(number + 1));
        }
    }

    /// The pages to fetch now, those that failed first. Pages within the estimate are fetched together. After those,
    /// one is fetched at a time until one is the last.
    pub(super) fn next_pages(&mut self) -> Vec<u32> {
        let mut pages = Vec::new();
        while self.loading.len() < CONCURRENT_PAGES {
            let is_likely = self.estimated_pages.is_some_and(|estimate| self.last_requested < estimate)
                || !self.is_loading();
            let next = match self.missing.pop() {
                Some(page) => page,
                None if is_likely && !self.has_last => {
                    self.last_requested += 1;
                    self.last_requested
                }
                None => break,
            };
            self.loading.insert(next);
            pages.push(next);
        }
        pages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_within_the_estimate_are_fetched_together_and_a_failed_one_first() {
        let mut pages = Pagination::default();
        assert!(!pages.is_loading());
        assert_eq!((pages.next_pages(), pages.is_loading(), pages.missing_page()), (vec![1], true, None));
        assert_eq!((pages.end_loading(1), pages.end_loading(1), pages.is_loading()), (true, false, false));
        pages.page_loaded(1, false, Some(1_501));
        assert_eq!((pages.pages_loaded, pages.estimated_pages), (1, Some(4)));
        assert_eq!(pages.next_pages(), [2, 3, 4]);
        assert!(pages.end_loading(3) && pages.end_loading(2));
        pages.missing.push(3);
        assert_eq!(pages.missing_page(), Some(3));
        pages.page_loaded(2, false, Some(1_501));
        assert_eq!((pages.pages_loaded, pages.next_pages()), (2, vec![3]));
    }

    #[test]
    fn a_last_page_beyond_the_estimate_corrects_it() {
        let mut pages = Pagination::default();
        pages.page_loaded(1, false, Some(100));
        assert_eq!(pages.estimated_pages, Some(2));
        pages.page_loaded(4, true, None);
        assert_eq!(pages.estimated_pages, Some(4));
    }
}
