//! Colors, glyphs and sizes.

use crate::program::demo;
use crate::support::terminal::{Program, Terminal, key};

/// Opens the form, the help, the secret and the question before leaving.
fn open_everything(program: Program) -> Terminal {
    let mut terminal = program.start_showing("30 days, ");
    terminal.press("?", "Keys ");
    terminal.press(key::ESC, "[ Create secret ]");
    assert!(terminal.any_cell(vt100::Cell::bold) && terminal.any_cell(vt100::Cell::inverse));
    terminal.press(key::ENTER, "Secret created");
    terminal.press("q", "Quit anyway?");
    terminal
}

#[test]
fn colors_are_used_without_no_color() {
    let terminal = open_everything(demo());
    let codes = color_codes(&terminal.output());
    // Only the 16 colors of the terminal's theme: `38;5;n` is the nth of them. `38;2;…` would be any color.
    assert!(codes.iter().any(|code| code.starts_with("38;5;")), "{codes:?}");
    assert!(codes.iter().all(|code| uses_theme(code)), "{codes:?}");
}

#[test]
fn no_color_disables_all_colors() {
    let terminal = open_everything(demo().env("NO_COLOR", "1"));
    assert_eq!(color_codes(&terminal.output()), Vec::<String>::new());
    assert!(!terminal.has_color());
    assert!(terminal.any_cell(vt100::Cell::bold), "emphasis is still visible");
    assert!(terminal.any_cell(vt100::Cell::inverse), "the selection is still visible");
}

#[test]
fn a_locale_without_utf_8_gets_ascii() {
    for locale in ["C", "en_US.ISO-8859-1"] {
        let terminal = open_everything(demo().env("LANG", locale));
        let output = terminal.output();
        let odd = output.iter().position(|byte| !byte.is_ascii());
        let around = odd.map(|at| output[at.saturating_sub(20)..(at + 20).min(output.len())].escape_ascii());
        assert!(odd.is_none(), "{}", around.unwrap());
        terminal.shows("mdb_sa_sk_********");
    }
}

#[test]
fn a_small_terminal_shows_a_notice_and_keeps_the_form() {
    let mut terminal = demo().start_showing("30 days");
    terminal.press(key::UP, "Expires after ›");
    terminal.press_until_gone(key::CTRL_U, "30 days");
    terminal.press("3", "3 hours");
    terminal.resize(10, 60);
    let notice = terminal.wait_for("atlas-secret needs 56 columns × 16 rows. Nothing is lost.");
    assert_eq!(notice.trim().lines().count(), 1, "{notice}");
    terminal.resize(30, 120);
    terminal.wait_for("3 hours");
    terminal.press("6h", "36 hours");
    terminal.resize(10, 60);
    terminal.wait_for("Nothing is lost.");
    terminal.leave(key::CTRL_C, 0);
}

/// The parameters of all SGR sequences that set or reset a color.
fn color_codes(output: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(output);
    let sequences = text.split("\x1b[").skip(1).filter_map(|rest| {
        let end = rest.find(|character: char| character.is_ascii_alphabetic())?;
        rest[end..].starts_with('m').then(|| rest[..end].to_owned())
    });
    let sets_color = |parameters: &String| parameters.split([';', ':']).any(is_color);
    sequences.filter(sets_color).collect()
}

fn is_color(parameter: &str) -> bool {
    parameter.parse().is_ok_and(|code: u16| matches!(code, 30..=49 | 58..=59 | 90..=107))
}

/// True if only the terminal's 16 colors are set, or the default.
fn uses_theme(parameters: &str) -> bool {
    let mut codes = parameters.split(';');
    while let Some(code) = codes.next() {
        let fits = match code {
            "39" | "49" | "59" => true,
            "38" | "48" => {
                codes.next() == Some("5")
                    && codes.next().is_some_and(|number| number.parse().is_ok_and(|number: u8| number < 16))
            }
            _ => false,
        };
        if !fits {
            return false;
        }
    }
    true
}
