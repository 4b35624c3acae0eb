//! Colors and glyphs. Only the terminal's own 16 colors, so that the user's theme rules.

use ratatui::style::{Color, Modifier, Style};

/// How things look. Meaning never hangs on color alone: a symbol and words always say the same.
#[derive(Clone, Debug)]
pub struct Theme {
    /// Titles, the secret, what has the focus.
    pub strong: Style,
    /// Labels and hints.
    pub faint: Style,
    /// Right, done.
    pub good: Style,
    /// Look out.
    pub warning: Style,
    /// Wrong, failed.
    pub bad: Style,
    /// The button or choice in focus.
    pub selected: Style,
    /// A mark in the header.
    pub mark: Style,
    /// A character that cannot be right.
    pub offending: Style,
    /// The glyphs of this terminal.
    pub glyphs: Glyphs,
}

/// Single-width glyphs, or their likes in ASCII.
#[derive(Clone, Copy, Debug)]
pub struct Glyphs {
    /// Right, done.
    pub check: &'static str,
    /// Wrong, failed.
    pub cross: &'static str,
    /// Look out.
    pub warning: &'static str,
    /// What has the focus.
    pub pointer: &'static str,
    /// Not yet, or a remark.
    pub dot: &'static str,
    /// Stands for a hidden character.
    pub bullet: char,
    /// Stands for what was left out.
    pub ellipsis: &'static str,
    /// From what was to what will be.
    pub arrow: &'static str,
    /// Between width and height.
    pub times: &'static str,
    /// Behind a value that a key changes.
    pub more: &'static str,
    /// Between two remarks.
    pub separator: &'static str,
    /// A step that is not done.
    pub open: &'static str,
    /// A cell of a bar.
    pub bar: &'static str,
    /// A cell of a bar that is cut off.
    pub cut: &'static str,
    /// Where a bar begins.
    pub today: &'static str,
    /// A line across the page.
    pub rule: &'static str,
    /// The pictures of the spinner, in turn.
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

    /// For every other terminal.
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

    /// The theme under `NO_COLOR` (<https://no-color.org>): no color at all, not even a reset of one, which
    /// some terminals take for a reset of bold and reverse too.
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
