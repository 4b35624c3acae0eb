//! Snapshots of every state at 80×24, 100×30, 120×40 and 56×16.

use atlas_secret::tui::{Glyphs, Theme};
use ratatui::style::{Modifier, Style};

use crate::picture::Picture;
use crate::stage::Stage;
use crate::states;

const SIZES: [(u16, u16); 4] = [(80, 24), (100, 30), (120, 40), (56, 16)];

fn keep(name: &str, picture: &str) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, picture);
    });
}

/// A picture with a frame, so that its width and its empty lines are visible.
fn framed(picture: &Picture) -> String {
    let width = usize::from(picture.buffer.area.width);
    let edge = "─".repeat(width);
    let row = |line: String| {
        let blank = width - ratatui::text::Line::raw(line.as_str()).width();
        format!("│{line}{}│\n", " ".repeat(blank))
    };
    let rows: String = picture.lines().into_iter().map(row).collect();
    format!("┌{edge}┐\n{rows}└{edge}┘\n")
}

#[test]
fn every_state() {
    for state in states::all() {
        let pictures = SIZES.map(|(columns, rows)| framed(&Picture::of(&state.app, columns, rows)));
        keep(state.name, &pictures.concat());
    }
}

#[test]
fn too_small() {
    let sizes = [(55, 16), (56, 15), (30, 3)];
    let pictures = sizes.map(|(columns, rows)| framed(&Picture::of(&Stage::filled().app, columns, rows)));
    keep("too_small", &pictures.concat());
}

#[test]
fn ascii_glyphs() {
    let names = [
        "form_project_wrong_character",
        "form_filled",
        "created_masked",
        "created_others_and_all_the_rest",
        "header_atlas_with_account",
        "picker_accounts",
    ];
    for name in names {
        let picture = Picture::with(&states::named(name), &Theme::color(Glyphs::ASCII), 80, 24);
        assert!(picture.text().is_ascii(), "{name}:\n{}", picture.text());
        keep(&format!("ascii_{name}"), &framed(&picture));
    }
}

/// The program's own text and typed text. No state needs a glyph that the ASCII set lacks.
#[test]
fn every_state_can_be_drawn_in_ascii() {
    for state in states::all() {
        let text = Picture::with(&state.app, &Theme::color(Glyphs::ASCII), 80, 24).text();
        // A truncated text from outside ends with an ellipsis in every set of glyphs.
        let text = if state.name == "failure_long_detail" { text.replace('…', "") } else { text };
        assert!(text.is_ascii(), "{}:\n{text}", state.name);
    }
}

#[test]
fn the_focus_is_highlighted() {
    let mut stage = Stage::filled();
    let button = |stage: &Stage| {
        let picture = Picture::of(&stage.app, 80, 24);
        let at = picture.find("[ Create secret ]").unwrap();
        picture.buffer[(at.x, at.y)].style()
    };
    let reversed = |style: Style| style.add_modifier.contains(Modifier::REVERSED);
    assert!(reversed(button(&stage)));
    stage.keys("tab");
    assert!(!reversed(button(&stage)));
    assert!(Picture::of(&stage.app, 80, 24).text().contains("Project ID ›"));
}
