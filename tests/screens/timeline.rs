//! The table of secrets on the form: its columns at each width, and the timeline.

use atlas_secret::tui::{App, Glyphs, Theme};

use crate::picture::Picture;
use crate::stage::Stage;
use crate::states;
use crate::states::existing;

fn row(app: &App, columns: u16, label: &str) -> String {
    let picture = Picture::of(app, columns, 24);
    picture.lines().into_iter().find(|line| line.contains(label)).unwrap_or_else(|| picture.text())
}

/// `created` is dropped first, then the timeline, then the last use. The dates always stay.
#[test]
fn columns_are_dropped_before_rows_wrap() {
    let app = states::named("form_replaces_expired");
    let titles = |columns| row(&app, columns, "2 of 2");
    for (columns, has_created, has_timeline, has_use) in [
        (100, true, true, true),
        (80, false, true, true),
        (70, false, false, true),
        (56, false, false, false),
    ] {
        let titles = titles(columns);
        let found = ["created", "today", "last used"].map(|title| titles.contains(title));
        assert_eq!(found, [has_created, has_timeline, has_use], "{columns}: {titles}");
        let dates = row(&app, columns, "…9f3a  in use");
        assert!(dates.contains("1 Mar 2027 → 30 Nov 2026 !"), "{columns}: {dates}");
    }
}

/// The length of the new secret's bar, in cells, for this lifetime.
fn bar(lifetime: &str) -> usize {
    let mut stage = Stage::filled();
    stage.app = states::named("form_one_will_be_shortened");
    stage.keys("up <ctrl-u>").type_in(lifetime);
    row(&stage.app, 80, " new ").matches('█').count()
}

#[test]
fn the_timeline_follows_the_typed_lifetime() {
    let cells = ["8h", "7d", "30d", "90d", "365d"].map(bar);
    assert!(cells[0] >= 1 && cells.is_sorted() && cells[1] < cells[4], "{cells:?}");
}

#[test]
fn the_timeline_is_drawn_in_ascii_and_without_color() {
    let app = states::named("form_replaces_expired");
    let picture = Picture::with(&app, &Theme::without_color(Glyphs::ASCII), 80, 24);
    assert!(picture.text().is_ascii(), "{}", picture.text());
    let shortened = picture.lines().into_iter().find(|line| line.contains("...9f3a  in use")).unwrap();
    assert!(shortened.contains("=-----"), "{shortened}");
}

/// An account may have more secrets than Atlas allows users to create.
#[test]
fn the_number_of_secrets_is_the_true_one() {
    let rows = [
        (0, "Secrets (0 of 2)", "This account has no secrets yet."),
        (1, "Secrets (1 of 2)", "Creating makes …0000 expire 91 days early."),
        (2, "Secrets (2 of 2)", "This account has 2 secrets, the maximum. Delete one first."),
        (3, "Secrets (3, maximum 2)", "This account has 3 secrets; the maximum is 2. Delete one first."),
        (2_000, "Secrets (2000, maximum 2)", "[ Delete one first… ]"),
    ];
    for (count, title, expected) in rows {
        let secrets: Vec<_> =
            (0..count).map(|number| existing(&format!("{number:04}"), "2027-03-01T12:00:00Z")).collect();
        let mut stage = Stage::filled();
        stage.lookups_finished(&secrets);
        let words = Picture::of(&stage.app, 80, 24).unwrapped_text();
        assert!(words.contains(title) && words.contains(expected), "{count}: {words}");
        if count < 2 {
            continue;
        }
        stage.keys("enter").account(&secrets).keys("up d");
        let words = Picture::of(&stage.app, 80, 24).unwrapped_text();
        let has = if count == 2 { "secrets, the maximum." } else { "secrets; the maximum is 2." };
        assert!(words.contains(&format!("This account has {count} {has} Delete one first.")), "{words}");
        // The question is asked beside the secret that it is about.
        let label = format!("…{:04}", count - 1);
        assert!(
            words.contains(&format!("Delete {label}?")) && words.contains(&format!("› {label}")),
            "{words}"
        );
    }
}
