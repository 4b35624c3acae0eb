//! The query: the two flags of every endpoint, and paging.

use super::refusal::Refusal;

/// `itemsPerPage`: 1 to 500, 100 unless told (OpenAPI document).
const ITEMS_PER_PAGE: std::ops::RangeInclusive<usize> = 1..=500;

const DEFAULT_ITEMS_PER_PAGE: usize = 100;

/// The flags `envelope` and `pretty`.
#[derive(Clone, Copy, Default)]
pub(super) struct Flags {
    pub(super) envelope: bool,
    pub(super) pretty: bool,
}

/// Which page of a list is asked for.
#[derive(Clone, Copy)]
pub(super) struct Paging {
    pub(super) items_per_page: usize,
    /// From 1.
    pub(super) page_num: usize,
    pub(super) include_count: bool,
}

/// The parameters of a query. Unknown ones are nobody's concern.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn parse(query: &str) -> Self {
        Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// The flags. One that is neither `true` nor `false` is refused.
    pub(super) fn flags(&self) -> Result<Flags, Refusal> {
        Ok(Flags { envelope: self.read("envelope", false)?, pretty: self.read("pretty", false)? })
    }

    /// The paging parameters. What is out of its range is refused.
    pub(super) fn paging(&self) -> Result<Paging, Refusal> {
        let items_per_page = self.read("itemsPerPage", DEFAULT_ITEMS_PER_PAGE)?;
        if !ITEMS_PER_PAGE.contains(&items_per_page) {
            return Err(Refusal::invalid_parameter("itemsPerPage"));
        }
        let page_num = self.read("pageNum", 1)?;
        if page_num == 0 {
            return Err(Refusal::invalid_parameter("pageNum"));
        }
        let include_count = self.read("includeCount", true)?;
        Ok(Paging { items_per_page, page_num, include_count })
    }

    fn read<T: std::str::FromStr>(&self, name: &str, default: T) -> Result<T, Refusal> {
        let Some((_, value)) = self.0.iter().find(|(key, _)| key == name) else {
            return Ok(default);
        };
        value.parse().map_err(|_| Refusal::invalid_parameter(name))
    }
}
