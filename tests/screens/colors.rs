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

/// Without color, the focused button and the mark of the demo are in reverse video.
#[test]
fn without_color_reverse_video_marks_the_spot() {
    for (name, text) in [("form_filled", "[ Create secret ]"), ("form_empty", "DEMO")] {
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
