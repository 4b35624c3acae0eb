//! Colors and glyphs. Only the terminal's own 16 colors are used, so that the user's color scheme applies.

use ratatui::style::{Color, Modifier, Style};

/// Styles and glyphs. Color never carries meaning alone: a symbol or text says the same.
#[derive(Clone, Debug)]
pub struct Theme {
    /// Titles, the secret, the focus.
    pub strong: Style,
    /// Labels and hints.
    pub faint: Style,
    /// Correct, done.
    pub good: Style,
    /// Warnings.
    pub warning: Style,
    /// Wrong, failed.
    pub bad: Style,
    /// The button or choice in focus.
    pub selected: Style,
    /// The `DEMO` mark in the header.
    pub mark: Style,
    /// A character that makes a value invalid.
    pub offending: Style,
    /// The glyphs for this terminal.
    pub glyphs: Glyphs,
}

/// Single-width glyphs, or similar ones in ASCII.
#[derive(Clone, Copy, Debug)]
pub struct Glyphs {
    /// Correct, done.
    pub check: &'static str,
    /// Wrong, failed.
    pub cross: &'static str,
    /// A warning.
    pub warning: &'static str,
    /// The focus or the selection.
    pub pointer: &'static str,
    /// Not done yet, or a note.
    pub dot: &'static str,
    /// A hidden character.
    pub bullet: char,
    /// Text that was cut off.
    pub ellipsis: &'static str,
    /// Between an old and a new value.
    pub arrow: &'static str,
    /// Between a width and a height.
    pub times: &'static str,
    /// After a value that a key changes.
    pub more: &'static str,
    /// Between two notes.
    pub separator: &'static str,
    /// A step that is not done.
    pub open: &'static str,
    /// A cell of a bar.
    pub bar: &'static str,
    /// A cell that is cut off a bar.
    pub cut: &'static str,
    /// The start of a timeline.
    pub today: &'static str,
    /// A cell of a horizontal line.
    pub rule: &'static str,
    /// The frames of the spinner, in order.
    pub spinner: &'static [&'static str],
}

impl Glyphs {
    /// For terminals with a UTF-8 locale.
    pub const UNICODE: Self = Self {
        check: "✓",
        cross: "✗",
        warning: "!",
        pointer: "›",
        dot: "·",
        bullet: '•',
        ellipsis: "…",
        arrow: "→",
        times: "×",
        more: " ▾",
        separator: "·",
        open: "○",
        bar: "█",
        cut: "╌",
        today: "│",
        rule: "─",
        spinner: &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
    };

    /// For all other terminals.
    pub const ASCII: Self = Self {
        check: "*",
        cross: "x",
        warning: "!",
        pointer: ">",
        dot: "-",
        bullet: '*',
        ellipsis: "...",
        arrow: "->",
        times: "x",
        more: "",
        separator: "-",
        open: "o",
        bar: "=",
        cut: "-",
        today: "|",
        rule: "-",
        spinner: &["|", "/", "-", "\\"],
    };
}

impl Theme {
    /// The theme of a terminal with colors.
    pub fn color(glyphs: Glyphs) -> Self {
        let plain = Style::new();
        Self {
            strong: plain.add_modifier(Modifier::BOLD),
            faint: plain.add_modifier(Modifier::DIM),
            good: plain.fg(Color::Green),
            warning: plain.fg(Color::Yellow),
            bad: plain.fg(Color::Red),
            selected: plain.add_modifier(Modifier::REVERSED | Modifier::BOLD),
            mark: plain.fg(Color::Yellow).add_modifier(Modifier::REVERSED),
            offending: plain.fg(Color::Red).add_modifier(Modifier::REVERSED),
            glyphs,
        }
    }

    /// The theme for `NO_COLOR` (<https://no-color.org>): it neither sets nor resets a color, because some terminals
    /// reset bold and reverse together with the color.
    pub fn without_color(glyphs: Glyphs) -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let reversed = plain.add_modifier(Modifier::REVERSED);
        Self {
            strong: bold,
            faint: plain,
            good: plain,
            warning: bold,
            bad: bold,
            selected: reversed.add_modifier(Modifier::BOLD),
            mark: reversed,
            offending: reversed,
            glyphs,
        }
    }
}
