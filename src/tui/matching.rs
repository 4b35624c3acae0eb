//! Fuzzy filtering of a list that grows while it is filtered.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32String};

/// Which rows of a list match what was typed, best first.
#[derive(Clone, Debug, Default)]
pub(super) struct Matches {
    haystacks: Vec<Utf32String>,
    typed: String,
    /// Rows in the order of the screen.
    ranked: Vec<Rank>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// Smaller is better: the score turned round, so that equal scores keep the order of the list.
    distance: u32,
    row: usize,
}

impl Matches {
    /// Adds the text of rows that came in; each is judged once against what is typed already.
    pub fn extend(&mut self, texts: impl IntoIterator<Item = String>) {
        let first = self.haystacks.len();
        self.haystacks.extend(texts.into_iter().map(Utf32String::from));
        let new = self.rank(first..self.haystacks.len());
        self.ranked.extend(new);
        if !self.typed.is_empty() {
            self.ranked.sort_unstable();
        }
    }

    /// What the rows are filtered by.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Takes other rows in the place of all that are there.
    pub fn replace(&mut self, texts: impl Iterator<Item = String>) {
        self.haystacks.clear();
        self.ranked.clear();
        self.extend(texts);
    }

    /// Filters anew. What is typed on can only match fewer rows, so only those are judged again.
    pub fn filter(&mut self, typed: &str) {
        if typed == self.typed {
            return;
        }
        let narrows = !self.typed.is_empty() && typed.starts_with(&self.typed);
        typed.clone_into(&mut self.typed);
        self.ranked = if narrows {
            self.rank(self.ranked.iter().map(|rank| rank.row))
        } else {
            self.rank(0..self.haystacks.len())
        };
        self.ranked.sort_unstable();
    }

    /// How many rows match.
    pub fn len(&self) -> usize {
        self.ranked.len()
    }

    /// Where a row stands on the screen, if it matches.
    pub fn place(&self, row: usize) -> Option<usize> {
        self.ranked.iter().position(|rank| rank.row == row)
    }

    /// The row that stands at this place of the screen's order.
    pub fn row(&self, place: usize) -> Option<usize> {
        self.ranked.get(place).map(|rank| rank.row)
    }

    fn rank(&self, rows: impl Iterator<Item = usize>) -> Vec<Rank> {
        if self.typed.is_empty() {
            return rows.map(|row| Rank { distance: 0, row }).collect();
        }
        // Every character counts as itself: what `!` or `^` would mean elsewhere is not what a name is typed for.
        let pattern = Pattern::new(&self.typed, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
        let mut matcher = Matcher::new(Config::DEFAULT);
        rows.filter_map(|row| {
            let score = pattern.score(self.haystacks.get(row)?.slice(..), &mut matcher)?;
            Some(Rank { distance: u32::MAX - score, row })
        })
        .collect()
    }
}

/// The texts that match, best first, by their place among all.
pub(crate) fn best_matches(texts: impl IntoIterator<Item = String>, typed: &str) -> Vec<usize> {
    let mut matches = Matches::default();
    matches.extend(texts);
    matches.filter(typed);
    (0..matches.len()).filter_map(|place| matches.row(place)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(matches: &Matches) -> Vec<usize> {
        (0..matches.len()).filter_map(|place| matches.row(place)).collect()
    }

    fn of(texts: &[&str]) -> Matches {
        let mut matches = Matches::default();
        matches.extend(texts.iter().map(|text| (*text).to_owned()));
        matches
    }

    #[test]
    fn without_a_filter_all_rows_stand_in_their_order() {
        assert_eq!(shown(&of(&["b", "a", "c"])), [0, 1, 2]);
    }

    #[test]
    fn only_what_matches_is_shown() {
        let mut matches = of(&["platform-sandbox", "payments-prod", "pay"]);
        matches.filter("pay");
        assert_eq!(shown(&matches), [1, 2], "equals keep their order");
        matches.filter("pprod");
        assert_eq!(shown(&matches), [1]);
        matches.filter("");
        assert_eq!(shown(&matches), [0, 1, 2]);
    }

    #[test]
    fn narrowing_and_filtering_anew_agree() {
        let texts: Vec<String> = (0..500).map(|number| format!("team-{number}-service")).collect();
        let mut narrowed = Matches::default();
        narrowed.extend(texts.clone());
        for typed in ["t", "t1", "t12"] {
            narrowed.filter(typed);
        }
        let mut anew = Matches::default();
        anew.extend(texts);
        anew.filter("t12");
        assert_eq!(shown(&narrowed), shown(&anew));
    }

    #[test]
    fn marks_of_other_filters_are_characters_here() {
        let mut matches = of(&["test!", "tell", "we"]);
        matches.filter("!te");
        assert_eq!(matches.len(), 0);
        matches.filter("t!");
        assert_eq!(shown(&matches), [0]);
    }

    #[test]
    fn rows_that_come_later_are_filtered_too() {
        let mut matches = of(&["alpha"]);
        matches.filter("gam");
        assert_eq!(matches.len(), 0);
        matches.extend(["beta".to_owned(), "gamma".to_owned()]);
        assert_eq!(shown(&matches), [2]);
    }
}
