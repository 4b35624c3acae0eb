//! Filters and ranks a list while the user types and more rows arrive.

use std::ops::Range;

use icu_normalizer::DecomposingNormalizerBorrowed;

use crate::domain::CLIENT_ID_PREFIX;

/// The rows of a list that match a query, best match first.
#[derive(Clone, Debug, Default)]
pub(super) struct Matches {
    rows: Vec<SearchTexts>,
    query: String,
    /// The indices of the matching rows, best match first.
    ranked: Vec<(Rank, usize)>,
}

#[derive(Clone, Debug)]
struct SearchTexts {
    name: String,
    id: String,
}

/// How well a row matches, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Whole,
    Start,
    WordStart,
    Within,
    /// The query is made of the beginnings of several words.
    WordStarts,
    Id,
}

/// The shortest part of an ID to search for within IDs. A shorter one would match others by chance. In characters.
const SHORTEST_ID_PART: usize = 4;

impl Matches {
    /// Adds rows: their names and IDs.
    pub fn extend(&mut self, rows: impl IntoIterator<Item = (String, String)>) {
        let first = self.rows.len();
        self.rows.extend(
            rows.into_iter().map(|(name, id)| SearchTexts { name: searchable(&name), id: searchable(&id) }),
        );
        self.rank(first..self.rows.len());
    }

    /// The query that the rows are filtered by.
    pub fn query(&self) -> &str {
        &self.query
    }

    /// Replaces all rows, and keeps the query.
    pub fn replace(&mut self, rows: impl IntoIterator<Item = (String, String)>) {
        self.rows.clear();
        self.ranked.clear();
        self.extend(rows);
    }

    /// Filters all rows by a new query.
    pub fn filter(&mut self, query: &str) {
        query.clone_into(&mut self.query);
        self.ranked.clear();
        self.rank(0..self.rows.len());
    }

    pub fn len(&self) -> usize {
        self.ranked.len()
    }

    /// The position of a row among the matches, if it matches.
    pub fn position(&self, row: usize) -> Option<usize> {
        self.ranked.iter().position(|(_, ranked)| *ranked == row)
    }

    /// The row at a position among the matches.
    pub fn row(&self, position: usize) -> Option<usize> {
        self.ranked.get(position).map(|(_, row)| *row)
    }

    fn rank(&mut self, rows: Range<usize>) {
        let query = searchable(&self.query);
        let ranks = rows.filter_map(|row| Some((self.rows.get(row)?.rank(&query)?, row)));
        self.ranked.extend(ranks.collect::<Vec<_>>());
        self.ranked.sort_unstable();
        // If a name contains the query, looser matches do not count.
        if self.ranked.first().is_some_and(|(best, _)| *best <= Rank::Within) {
            self.ranked.retain(|(rank, _)| *rank <= Rank::Within);
        }
    }
}

impl SearchTexts {
    fn rank(&self, query: &str) -> Option<Rank> {
        let Self { name, id } = self;
        let starts_word = |at: usize| !name[..at].ends_with(char::is_alphanumeric);
        Some(match name.find(query) {
            Some(_) if name == query && !query.is_empty() => Rank::Whole,
            Some(0) => Rank::Start,
            Some(_) if name.match_indices(query).any(|(at, _)| starts_word(at)) => Rank::WordStart,
            Some(_) => Rank::Within,
            None if matches_word_starts(query, name) => Rank::WordStarts,
            None => {
                // All client IDs have the same prefix.
                let [query, id] = [query, id].map(|text| text.trim_start_matches(CLIENT_ID_PREFIX));
                let is_found = id.starts_with(query) || query.len() >= SHORTEST_ID_PART && id.contains(query);
                return is_found.then_some(Rank::Id);
            }
        })
    }
}

/// True if the query consists of the beginnings of words of `name`, in order: `pprod` or `pay prod` for
/// `payments-eu-prod`.
fn matches_word_starts(query: &str, name: &str) -> bool {
    let joins = |character: &char| character.is_whitespace() || "-_./".contains(*character);
    let query: Vec<char> = query.chars().filter(|character| !joins(character)).collect();
    // `reached[n]`: true if the first `n` characters can be matched by the words so far.
    let mut reached = vec![false; query.len() + 1];
    reached[0] = true;
    for word in name.split(|character: char| !character.is_alphanumeric()) {
        for from in (0..query.len()).rev().filter(|from| reached[*from]).collect::<Vec<_>>() {
            let same = query[from..].iter().zip(word.chars()).take_while(|(a, b)| **a == *b).count();
            reached[from..=from + same].fill(true);
        }
    }
    !query.is_empty() && reached[query.len()]
}

/// Folds a name for comparison: `É` equals `é`, in one code point or in two. Lower case alone would leave `ß` and `ss`
/// apart, and upper case alone `ß` and `ẞ`.
fn folded(name: &str) -> impl Iterator<Item = char> {
    let letters = DecomposingNormalizerBorrowed::new_nfd().normalize_iter(name.chars());
    letters.flat_map(char::to_lowercase).flat_map(char::to_uppercase).flat_map(char::to_lowercase)
}

/// True if two names differ only in case and Unicode form.
pub(crate) fn is_same_name(one: &str, other: &str) -> bool {
    folded(one).eq(folded(other))
}

/// Folds a text for searching, which also removes accents.
fn searchable(text: &str) -> String {
    folded(text).filter(|character| !matches!(character, '\u{300}'..='\u{36F}')).collect()
}

/// Returns the indices of the matching rows, best match first.
pub(crate) fn best_matches(rows: impl IntoIterator<Item = (String, String)>, query: &str) -> Vec<usize> {
    let mut matches = Matches::default();
    matches.extend(rows);
    matches.filter(query);
    matches.ranked.into_iter().map(|(_, row)| row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "32b6e34b3d91647abb20e7b8";

    fn matches_of(names: &[&str]) -> Matches {
        let mut matches = Matches::default();
        matches.extend(names.iter().map(|name| ((*name).to_owned(), ID.to_owned())));
        matches
    }

    /// The names that match, best match first.
    fn found<'a>(names: &[&'a str], query: &str) -> Vec<&'a str> {
        let mut matches = matches_of(names);
        matches.filter(query);
        (0..matches.len()).map(|position| names[matches.row(position).unwrap()]).collect()
    }

    #[test]
    fn an_empty_query_matches_all_rows_in_their_order() {
        assert_eq!(found(&["b", "", "a", "c"], ""), ["b", "", "a", "c"]);
    }

    #[test]
    fn better_matches_are_first_and_loose_ones_count_only_if_there_are_no_others() {
        let names = ["platform-analytics-yard", "repay", "old-pay", "payments-prod", "pay", "search"];
        let rows: [(&str, &[&str]); 14] = [
            ("pay", &["pay", "payments-prod", "old-pay", "repay"]),
            ("PAY", &["pay", "payments-prod", "old-pay", "repay"]),
            ("pa", &["payments-prod", "pay", "old-pay", "repay"]),
            ("pprod", &["payments-prod"]),
            ("payments prod", &["payments-prod"]),
            ("pay-prod", &["payments-prod"]),
            ("plany", &["platform-analytics-yard"]),
            ("ppd", &[]),
            ("plat yard", &["platform-analytics-yard"]),
            ("yardplat", &[]),
            ("-pay", &["old-pay"]),
            ("!", &[]),
            ("^pay", &[]),
            ("pay x", &[]),
        ];
        for (query, expected) in rows {
            assert_eq!(found(&names, query), expected, "{query:?}");
        }
    }

    #[test]
    fn an_id_is_found_by_its_beginning_or_by_four_digits_unless_a_name_matches() {
        for (query, is_found) in [("3", true), ("32b6", true), ("e7b8", true), ("7b8", false), ("b8e", false)]
        {
            assert_eq!(!found(&["search"], query).is_empty(), is_found, "{query}");
        }
        assert_eq!(found(&["search", "team-32"], "32"), ["team-32"]);
    }

    #[test]
    fn names_match_in_every_unicode_form_and_case() {
        let rows = [
            ("für", "fu\u{308}r", true),
            ("FÜR", "fu\u{308}r", true),
            ("한글", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}", true),
            ("İstanbul", "I\u{307}stanbul", true),
            ("İstanbul", "i\u{307}stanbul", true),
            ("straße", "STRASSE", true),
            ("σίσυφος", "ΣΊΣΥΦΟΣ", true),
            ("ﬁles", "FILES", true),
            ("İstanbul", "istanbul", false),
            ("straße", "STRAẞE", true),
            ("für", "fur", false),
            ("K", "\u{212a}", true),
            ("ΟΔΟΣ", "οδοσ", true),
        ];
        for (one, other, is_same) in rows {
            assert_eq!(is_same_name(one, other), is_same, "{one} {other}");
            assert_eq!(is_same_name(other, one), is_same, "{other} {one}");
            if is_same {
                assert_eq!(found(&[one], other), [one], "{one} {other}");
            }
        }
        for (name, query) in [("für-alle", "fur"), ("İstanbul", "istanbul"), ("ΣΊΣΥΦΟΣ", "σισυφος")]
        {
            assert_eq!(found(&[name], query), [name], "accents may be left out");
        }
    }

    #[test]
    fn rows_that_arrive_later_are_filtered_too() {
        let mut matches = matches_of(&["alpha"]);
        matches.filter("gam");
        assert_eq!(matches.len(), 0);
        matches.extend(["beta", "gamma"].map(|name| (name.to_owned(), String::new())));
        assert_eq!(
            (matches.len(), matches.row(0), matches.position(2), matches.position(0)),
            (1, Some(2), Some(0), None)
        );
    }

    #[test]
    fn a_name_of_one_repeated_letter_is_searched_quickly() {
        let name = "aaaaaaaaaa ".repeat(36);
        assert_eq!(found(&[&name], &format!("{}b", "a".repeat(95))), [""; 0]);
    }
}
