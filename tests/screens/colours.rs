//! The same text without colors, and only the terminal's 16 colors with them.

use atlas_secret::tui::{Glyphs, Theme};
use ratatui::style::{Color, Modifier};

use crate::picture::Picture;
use crate::states;

#[test]
fn without_color_no_cell_has_a_color() {
    for glyphs in [Glyphs::UNICODE, Glyphs::ASCII] {
        for state in states::all() {
            let picture = Picture::with(&state.app, &Theme::without_color(glyphs), 80, 24);
            for cell in &picture.buffer.content {
                let colors = (cell.fg, cell.bg, cell.underline_color);
                assert_eq!(colors, (Color::Reset, Color::Reset, Color::Reset), "{}: {cell:?}", state.name);
            }
        }
    }
}

#[test]
fn without_color_the_text_is_the_same() {
    for state in states::all() {
        let plain = Picture::with(&state.app, &Theme::without_color(Glyphs::UNICODE), 80, 24);
        assert_eq!(plain.text(), Picture::of(&state.app, 80, 24).text(), "{}", state.name);
    }
}

/// The meaning of a color is also expressed in text and a symbol.
#[test]
fn meaning_does_not_depend_on_color() {
    let rows = [
        ("form_filled", "✓ 30 days"),
        ("form_project_wrong_character", "✗ No project matches"),
        ("form_lifetime_unusual", "! 730 days: Atlas documents 8 hours to 365 days"),
        ("failure_not_sent", "✗ Nothing was created. Could not connect to the host"),
        ("created_copied", "✓ Copied"),
        ("created_not_copied", "✗ Not copied"),
        ("created_overwritten", "! The clipboard holds something else now."),
        ("guard_anyway", "! You have not copied"),
        ("unknown_timed_out", "! A secret may have been created"),
        ("header_foreign_host", "! not an Atlas host"),
    ];
    for (name, text) in rows {
        let theme = Theme::without_color(Glyphs::UNICODE);
        let picture = Picture::with(&states::named(name), &theme, 80, 24);
        assert!(
            picture.unwrapped_text().contains(text),
            "{name} without {text:?}:
        {}",
            picture.text()
        );
    }
}

/// Without color, the wrong character and the focused button are in reverse video.
#[test]
fn without_color_reverse_video_marks_the_spot() {
    let rows = [
        ("form_project_wrong_character", "g34b"),
        ("form_filled", "[ Create secret ]"),
        ("form_empty", "DEMO"),
    ];
    for (name, text) in rows {
        let theme = Theme::without_color(Glyphs::UNICODE);
        let picture = Picture::with(&states::named(name), &theme, 80, 24);
        let cell = &picture.buffer[picture.find(text).unwrap()];
        assert!(cell.modifier.contains(Modifier::REVERSED), "{name}: {cell:?}");
        // The cell beside it is not reversed.
        let at = picture.find(text).unwrap();
        let beside = &picture.buffer[(at.x.saturating_sub(3), at.y)];
        assert!(!beside.modifier.contains(Modifier::REVERSED), "{name}: {beside:?}");
    }
}

#[test]
fn only_the_terminals_colors_are_used() {
    for state in states::all() {
        for cell in &Picture::of(&state.app, 80, 24).buffer.content {
            let own = [Color::Reset, Color::Red, Color::Green, Color::Yellow];
            assert!(own.contains(&cell.fg) && cell.bg == Color::Reset, "{}: {cell:?}", state.name);
        }
    }
}
