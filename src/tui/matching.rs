//! Filtering a list that grows while it is filtered.

use std::ops::Range;

use icu_normalizer::DecomposingNormalizerBorrowed;

use crate::domain::CLIENT_ID_PREFIX;

/// Which rows of a list match what was typed, best first.
#[derive(Clone, Debug, Default)]
pub(super) struct Matches {
    rows: Vec<Row>,
    typed: String,
    /// The rows that match, in the order of the screen.
    ranked: Vec<(Rank, usize)>,
}

/// What a row is searched for, folded.
#[derive(Clone, Debug)]
struct Row {
    name: String,
    id: String,
}

/// How well a row matches, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Whole,
    Start,
    WordStart,
    Within,
    /// Several words begin with parts of what was typed.
    WordStarts,
    Id,
}

/// So much of an ID is no longer found in any other by chance.
const PART_OF_ID: usize = 4;

impl Matches {
    /// Adds the names and the IDs of rows that came in.
    pub fn extend(&mut self, rows: impl IntoIterator<Item = (String, String)>) {
        let first = self.rows.len();
        self.rows.extend(rows.into_iter().map(|(name, id)| Row { name: searched(&name), id: searched(&id) }));
        self.rank(first..self.rows.len());
    }

    /// What the rows are filtered by.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Replaces all rows.
    pub fn replace(&mut self, rows: impl IntoIterator<Item = (String, String)>) {
        self.rows.clear();
        self.ranked.clear();
        self.extend(rows);
    }

    /// Filters all rows again.
    pub fn filter(&mut self, typed: &str) {
        typed.clone_into(&mut self.typed);
        self.ranked.clear();
        self.rank(0..self.rows.len());
    }

    /// How many rows match.
    pub fn len(&self) -> usize {
        // Where names contain what was typed, looser matches are left out.
        match self.ranked.first() {
            Some((Rank::WordStarts | Rank::Id, _)) | None => self.ranked.len(),
            Some(_) => self.ranked.partition_point(|(rank, _)| *rank <= Rank::Within),
        }
    }

    /// Where a row stands on the screen, if it matches.
    pub fn place(&self, row: usize) -> Option<usize> {
        self.ranked[..self.len()].iter().position(|(_, ranked)| *ranked == row)
    }

    /// The row that stands at this place of the screen's order.
    pub fn row(&self, place: usize) -> Option<usize> {
        self.ranked[..self.len()].get(place).map(|(_, row)| *row)
    }

    fn rank(&mut self, rows: Range<usize>) {
        let typed = searched(&self.typed);
        let ranks = rows.filter_map(|row| Some((self.rows.get(row)?.rank(&typed)?, row)));
        self.ranked.extend(ranks.collect::<Vec<_>>());
        self.ranked.sort_unstable();
    }
}

impl Row {
    fn rank(&self, typed: &str) -> Option<Rank> {
        let Self { name, id } = self;
        let starts_word = |at: usize| !name[..at].ends_with(char::is_alphanumeric);
        Some(match name.find(typed) {
            Some(_) if name == typed => Rank::Whole,
            Some(0) => Rank::Start,
            Some(_) if name.match_indices(typed).any(|(at, _)| starts_word(at)) => Rank::WordStart,
            Some(_) => Rank::Within,
            None if begins_words(typed, name) => Rank::WordStarts,
            None => {
                // All client IDs begin with the same.
                let [typed, id] = [typed, id].map(|text| text.trim_start_matches(CLIENT_ID_PREFIX));
                let is_found = id.starts_with(typed) || typed.len() >= PART_OF_ID && id.contains(typed);
                return is_found.then_some(Rank::Id);
            }
        })
    }
}

/// True when the letters of `typed` are the beginnings of words of `name`, in their order: `pprod` or `pay prod` for
/// `payments-eu-prod`.
fn begins_words(typed: &str, name: &str) -> bool {
    let joins = |character: &char| character.is_whitespace() || "-_./".contains(*character);
    let typed: Vec<char> = typed.chars().filter(|character| !joins(character)).collect();
    // For each count of letters, whether the words so far can begin with them.
    let mut reached = vec![false; typed.len() + 1];
    reached[0] = true;
    for word in name.split(|character: char| !character.is_alphanumeric()) {
        for from in (0..typed.len()).rev().filter(|from| reached[*from]).collect::<Vec<_>>() {
            let same = typed[from..].iter().zip(word.chars()).take_while(|(a, b)| **a == *b).count();
            reached[from..=from + same].fill(true);
        }
    }
    !typed.is_empty() && reached[typed.len()]
}

/// A name as it is compared: `É` is `é`, in one code point or in two.
fn folded(name: &str) -> impl Iterator<Item = char> {
    DecomposingNormalizerBorrowed::new_nfd().normalize_iter(name.chars()).flat_map(char::to_lowercase)
}

/// True for the same name, in whatever case and Unicode form.
pub(crate) fn is_same_name(one: &str, other: &str) -> bool {
    folded(one).eq(folded(other))
}

/// A text as it is searched: without accents, too.
fn searched(text: &str) -> String {
    folded(text).filter(|character| !matches!(character, '\u{300}'..='\u{36F}')).collect()
}

/// The rows that match, best first.
pub(crate) fn best_matches(rows: impl IntoIterator<Item = (String, String)>, typed: &str) -> Vec<usize> {
    let mut matches = Matches::default();
    matches.extend(rows);
    matches.filter(typed);
    (0..matches.len()).filter_map(|place| matches.row(place)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "32b6e34b3d91647abb20e7b8";

    fn of(names: &[&str]) -> Matches {
        let mut matches = Matches::default();
        matches.extend(names.iter().map(|name| ((*name).to_owned(), ID.to_owned())));
        matches
    }

    /// The names that match, in the order of the screen.
    fn found<'a>(names: &[&'a str], typed: &str) -> Vec<&'a str> {
        let mut matches = of(names);
        matches.filter(typed);
        (0..matches.len()).map(|place| names[matches.row(place).unwrap()]).collect()
    }

    #[test]
    fn without_a_filter_all_rows_are_shown_in_their_order() {
        assert_eq!(found(&["b", "a", "c"], ""), ["b", "a", "c"]);
    }

    #[test]
    fn better_matches_come_first_and_loose_ones_only_where_there_is_no_other() {
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
        for (typed, expected) in rows {
            assert_eq!(found(&names, typed), expected, "{typed:?}");
        }
    }

    #[test]
    fn an_id_is_found_by_its_beginning_or_by_four_digits_unless_a_name_matches() {
        for (typed, is_found) in [("3", true), ("32b6", true), ("e7b8", true), ("7b8", false), ("b8e", false)]
        {
            assert_eq!(!found(&["search"], typed).is_empty(), is_found, "{typed}");
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
            ("straße", "STRASSE", false),
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
        assert_eq!(found(&["für-alle"], "fur"), ["für-alle"], "accents may be left out");
    }

    #[test]
    fn rows_that_come_later_are_filtered_too() {
        let mut matches = of(&["alpha"]);
        matches.filter("gam");
        assert_eq!(matches.len(), 0);
        matches.extend(["beta", "gamma"].map(|name| (name.to_owned(), String::new())));
        assert_eq!(
            (matches.len(), matches.row(0), matches.place(2), matches.place(0)),
            (1, Some(2), Some(0), None)
        );
    }

    #[test]
    fn a_name_of_one_letter_repeated_is_searched_in_no_time() {
        let name = "aaaaaaaaaa ".repeat(36);
        assert_eq!(found(&[&name], &format!("{}b", "a".repeat(95))), [""; 0]);
    }
}
