//! Colors and glyphs. Only the terminal's own 16 colors are used, so that the user's color scheme applies.

use ratatui::style::{Color, Modifier, Style};

/// Styles and glyphs. Color never carries meaning alone: a symbol or text says the same.
#[derive(Clone, Debug)]
pub struct Theme {
    pub(crate) strong: Style,
    pub(crate) faint: Style,
    pub(crate) good: Style,
    pub(crate) warning: Style,
    pub(crate) bad: Style,
    /// The button or choice in focus.
    pub(crate) selected: Style,
    /// The `DEMO` mark in the header.
    pub(crate) mark: Style,
    pub(crate) glyphs: Glyphs,
}

/// How a message is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    Neutral,
    Warning,
    Bad,
}

/// Single-width glyphs, or similar ones in ASCII.
#[derive(Clone, Copy, Debug)]
pub struct Glyphs {
    pub(crate) check: &'static str,
    pub(crate) cross: &'static str,
    pub(crate) warning: &'static str,
    pub(crate) pointer: &'static str,
    /// Before a note, and between two.
    pub(crate) dot: &'static str,
    pub(crate) bullet: char,
    pub(crate) ellipsis: &'static str,
    pub(crate) arrow: &'static str,
    pub(crate) times: &'static str,
    /// After a value that a key changes.
    pub(crate) more: &'static str,
    /// A step that is not done.
    pub(crate) open: &'static str,
    pub(crate) bar: &'static str,
    /// A cell that is cut off a bar.
    pub(crate) cut: &'static str,
    pub(crate) today: &'static str,
    pub(crate) rule: &'static str,
    pub(crate) spinner: &'static [&'static str],
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
        open: "o",
        bar: "=",
        cut: "-",
        today: "|",
        rule: "-",
        spinner: &["|", "/", "-", "\\"],
    };
}

impl Theme {
    /// The symbol and the style of a message.
    pub(crate) fn mark(&self, tone: Tone) -> (&'static str, Style) {
        match tone {
            Tone::Good => (self.glyphs.check, self.good),
            Tone::Neutral => (self.glyphs.dot, self.faint),
            Tone::Warning => (self.glyphs.warning, self.warning),
            Tone::Bad => (self.glyphs.cross, self.bad),
        }
    }

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
            glyphs,
        }
    }

    /// The theme for `NO_COLOR` (<https://no-color.org>): it neither sets nor resets a color, because some terminals
    /// reset bold and reverse together with the color.
    pub fn without_color(glyphs: Glyphs) -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let reversed = plain.add_modifier(Modifier::REVERSED);
        Self { faint: plain, good: plain, warning: bold, bad: bold, mark: reversed, ..Self::color(glyphs) }
    }
}
