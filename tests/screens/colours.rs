//! Without colours the same is said, and with them only the terminal's own 16 are used.

use atlas_secret::tui::{Glyphs, Theme};
use ratatui::style::{Color, Modifier};

use crate::picture::Picture;
use crate::states;

#[test]
fn under_no_color_no_cell_has_a_colour() {
    for glyphs in [Glyphs::UNICODE, Glyphs::ASCII] {
        for state in states::all() {
            let picture = Picture::with(&state.app, &Theme::without_color(glyphs), 80, 24);
            for cell in &picture.buffer.content {
                let colours = (cell.fg, cell.bg, cell.underline_color);
                assert_eq!(colours, (Color::Reset, Color::Reset, Color::Reset), "{}: {cell:?}", state.name);
            }
        }
    }
}

#[test]
fn under_no_color_the_same_is_written() {
    for state in states::all() {
        let plain = Picture::with(&state.app, &Theme::without_color(Glyphs::UNICODE), 80, 24);
        assert_eq!(plain.text(), Picture::of(&state.app, 80, 24).text(), "{}", state.name);
    }
}

/// What a colour means stands there in words and a symbol too.
#[test]
fn meaning_does_not_hang_on_colour() {
    let rows = [
        ("form_filled", "✓ 30 days"),
        ("form_project_wrong_character", "✗ No project matches"),
        ("form_lifetime_unusual", "! 730 days: Atlas documents 8 hours to 365 days"),
        ("failure_not_sent", "✗ Nothing was created. Could not connect to the host"),
        ("created_copied", "✓ Copied"),
        ("created_not_copied", "✗ Not copied"),
        ("created_overwritten", "! The clipboard holds something else now."),
        ("guard_choice_delete", "[ delete it in Atlas ]"),
        ("guard_choice_go_back", "[ go back ]"),
        ("unknown_timed_out", "! A secret may have been created"),
        ("header_foreign_host", "! not an Atlas host"),
    ];
    for (name, words) in rows {
        let theme = Theme::without_color(Glyphs::UNICODE);
        let picture = Picture::with(&states::named(name), &theme, 80, 24);
        assert!(picture.words().contains(words), "{name} without {words:?}:\n{}", picture.text());
    }
}

/// The character to blame and the button in focus are found by reverse video where there is no red.
#[test]
fn without_colour_reverse_video_points() {
    let rows = [
        ("form_project_wrong_character", "g34b"),
        ("form_filled", "[ Create secret ]"),
        ("guard_choice_delete", "delete it in Atlas"),
        ("form_empty", "DEMO"),
    ];
    for (name, text) in rows {
        let theme = Theme::without_color(Glyphs::UNICODE);
        let picture = Picture::with(&states::named(name), &theme, 80, 24);
        let cell = &picture.buffer[picture.find(text).unwrap()];
        assert!(cell.modifier.contains(Modifier::REVERSED), "{name}: {cell:?}");
        // What stands beside it is not: a bar across the page points at nothing.
        let at = picture.find(text).unwrap();
        let beside = &picture.buffer[(at.x.saturating_sub(3), at.y)];
        assert!(!beside.modifier.contains(Modifier::REVERSED), "{name}: {beside:?}");
    }
}

#[test]
fn with_colours_only_the_terminals_own_are_used() {
    for state in states::all() {
        for cell in &Picture::of(&state.app, 80, 24).buffer.content {
            let own = [Color::Reset, Color::Red, Color::Green, Color::Yellow];
            assert!(own.contains(&cell.fg) && cell.bg == Color::Reset, "{}: {cell:?}", state.name);
        }
    }
}
