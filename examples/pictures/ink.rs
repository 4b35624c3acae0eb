//! The dark and the light colors of the pictures, as a style sheet.

use std::fmt::Write;

use ratatui::style::{Color, Modifier};

use super::frame::Style;

/// A color in the dark and in the light picture.
struct Ink {
    class: &'static str,
    dark: &'static str,
    light: &'static str,
}

/// The page, its text, and the title bar with its dots.
const PAGE: [Ink; 4] = [
    Ink { class: "p", dark: "#161a21", light: "#fbfbfa" },
    Ink { class: "t", dark: "#d6dbe4", light: "#23272e" },
    Ink { class: "h", dark: "#222832", light: "#e9ebee" },
    Ink { class: "o", dark: "#4a5362", light: "#c0c5cc" },
];

/// The 16 colors in order. All but black have a contrast of at least 4.5 to the page, unless they are dimmed.
const COLORS: [Ink; 16] = [
    Ink { class: "c0", dark: "#3b4252", light: "#23272e" },
    Ink { class: "c1", dark: "#f2777a", light: "#b3261e" },
    Ink { class: "c2", dark: "#8fce85", light: "#1f7a33" },
    Ink { class: "c3", dark: "#e8c06a", light: "#8a5a00" },
    Ink { class: "c4", dark: "#7fb2f0", light: "#1d5fb4" },
    Ink { class: "c5", dark: "#cfa0e6", light: "#8438a8" },
    Ink { class: "c6", dark: "#6fc7c4", light: "#0f7276" },
    Ink { class: "c7", dark: "#c3c9d3", light: "#5b636e" },
    Ink { class: "c8", dark: "#8b94a3", light: "#6a7380" },
    Ink { class: "c9", dark: "#ff9a9c", light: "#c93a31" },
    Ink { class: "c10", dark: "#a9e09f", light: "#22803a" },
    Ink { class: "c11", dark: "#f5d58c", light: "#946300" },
    Ink { class: "c12", dark: "#a3caf7", light: "#2a70c9" },
    Ink { class: "c13", dark: "#dfbcf0", light: "#9448b8" },
    Ink { class: "c14", dark: "#93dbd8", light: "#14797d" },
    Ink { class: "c15", dark: "#ffffff", light: "#111417" },
];

/// These are classes because not every SVG viewer knows `var()`.
const LETTERS: &str = "text{font:15px ui-monospace,SFMono-Regular,Menlo,Consolas,\"DejaVu Sans Mono\",\
                       \"Liberation Mono\",monospace;white-space:pre}.b{font-weight:700}.d{fill-opacity:.7}\
                       .u{text-decoration:underline}";

/// The style sheet for the colors that `body` uses.
pub fn style_sheet(body: &str) -> String {
    let is_used = |ink: &&Ink| {
        body.contains(&format!("class=\"{}\"", ink.class))
            || body.contains(&format!("class=\"{} ", ink.class))
    };
    let used: Vec<&Ink> = PAGE.iter().chain(&COLORS).filter(is_used).collect();
    let rules = |shade: fn(&Ink) -> &str| {
        used.iter().fold(String::new(), |mut rules, ink| {
            let _ = write!(rules, ".{}{{fill:{}}}", ink.class, shade(ink));
            rules
        })
    };
    let (dark, light) = (rules(|ink| ink.dark), rules(|ink| ink.light));
    format!("{LETTERS}{dark}@media (prefers-color-scheme:light){{{light}}}")
}

/// The classes for the text of a run.
pub fn letters(style: Style) -> String {
    let is_reversed = style.modifier.contains(Modifier::REVERSED);
    let mut classes =
        if is_reversed { class(style.background, "p") } else { class(style.foreground, "t") }.to_owned();
    let more = [(Modifier::BOLD, " b"), (Modifier::DIM, " d"), (Modifier::UNDERLINED, " u")];
    for (modifier, class) in more {
        if style.modifier.contains(modifier) {
            classes.push_str(class);
        }
    }
    classes
}

/// The class of the background of a run, if it has one.
pub fn block(style: Style) -> Option<&'static str> {
    if style.modifier.contains(Modifier::REVERSED) {
        return Some(class(style.foreground, "t"));
    }
    (style.background != Color::Reset).then(|| class(style.background, "p"))
}

/// The class of a color. The interface only uses the terminal's 16 colors; any other one becomes `plain`.
fn class(color: Color, plain: &'static str) -> &'static str {
    let number = match color {
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        Color::Reset | Color::Rgb(..) | Color::Indexed(_) => return plain,
    };
    COLORS[number].class
}
