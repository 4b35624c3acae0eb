//! What the terminal is told: colours, glyphs, sizes.

use crate::program::{demo, labelled};
use crate::support::terminal::{Program, Terminal, key};

/// Goes through the form, the help, the secret and the guard, so that each has been drawn.
fn see_everything(program: Program) -> Terminal {
    let mut terminal = program.start();
    terminal.wait_for("30 days, ");
    terminal.send("?");
    terminal.wait_for("Keys ");
    terminal.send(key::ESC);
    terminal.wait_for("[ Create secret ]");
    assert!(terminal.any_cell(vt100::Cell::bold) && terminal.any_cell(vt100::Cell::inverse));
    terminal.send(key::ENTER);
    terminal.wait_for("Secret created");
    terminal.send("q");
    terminal.wait_for("Quit anyway?");
    terminal
}

#[test]
fn colours_are_there_without_no_color() {
    let terminal = see_everything(demo());
    let codes = colour_codes(&terminal.output());
    // Only the 16 that a person's own theme defines: `38;5;n` is the n-th of them, `38;2;…` would be any colour.
    assert!(codes.iter().any(|code| code.starts_with("38;5;")), "{codes:?}");
    assert!(codes.iter().all(|code| is_of_theme(code)), "{codes:?}");
}

#[test]
fn no_color_means_no_colour_at_all() {
    let terminal = see_everything(demo().env("NO_COLOR", "1"));
    assert_eq!(colour_codes(&terminal.output()), Vec::<String>::new());
    assert!(!terminal.has_colour());
    assert!(terminal.any_cell(vt100::Cell::bold), "what matters is still set off");
    assert!(terminal.any_cell(vt100::Cell::inverse), "what is chosen is still set off");
}

#[test]
fn a_plain_locale_gets_plain_glyphs() {
    for locale in ["C", "en_US.ISO-8859-1"] {
        let terminal = see_everything(demo().env("LANG", locale));
        let output = terminal.output();
        let odd = output.iter().position(|byte| !byte.is_ascii());
        let around = odd.map(|at| output[at.saturating_sub(20)..(at + 20).min(output.len())].escape_ascii());
        assert!(odd.is_none(), "{}", around.unwrap());
        assert!(terminal.screen().contains("mdb_sa_sk_********"), "{}", terminal.screen());
    }
}

#[test]
fn a_small_terminal_says_so_and_everything_is_kept() {
    let mut terminal = demo().start();
    // The lookups are over, so that later only keys change the screen.
    terminal.wait_for("This account has no secrets yet.");
    terminal.send(key::UP);
    terminal.wait_for("Expires after ›");
    terminal.send(key::CTRL_U);
    terminal.wait_gone("30 days");
    terminal.send("3");
    terminal.wait_until("the first digit", |screen| {
        labelled(&screen.contents(), "Expires after").starts_with('3')
    });
    terminal.resize(10, 60);
    let notice = terminal.wait_for("atlas-secret needs 56 columns × 16 rows. Nothing is lost.");
    assert_eq!(notice.trim().lines().count(), 1, "{notice}");
    // Keys wait: no one types into what they cannot see.
    // Hiding the cursor ends this frame.
    terminal.wait_until("no cursor", vt100::Screen::hide_cursor);
    let length = terminal.output_length();
    terminal.send("6h");
    // Each event is followed by a frame, if only by its few bytes for the cursor: then the keys are through,
    // and the size that follows does not overtake them.
    terminal.wait_output_beyond(length);
    terminal.resize(30, 120);
    terminal.wait_for("Expires after ›");
    assert!(terminal.screen().contains("3 hours"), "{}", terminal.screen());
    terminal.send("6h");
    terminal.wait_for("36 hours");
    terminal.resize(10, 60);
    terminal.wait_for("Nothing is lost.");
    terminal.send(key::CTRL_C);
    assert_eq!(terminal.wait_exit().code(), Some(0), "Ctrl-C works where nothing can be drawn");
}

/// The parameters of every SGR sequence that sets or resets a colour.
fn colour_codes(output: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(output);
    let sequences = text.split("\x1b[").skip(1).filter_map(|rest| {
        let end = rest.find(|character: char| character.is_ascii_alphabetic())?;
        rest[end..].starts_with('m').then(|| rest[..end].to_owned())
    });
    let sets_colour = |parameters: &String| parameters.split([';', ':']).any(is_colour);
    sequences.filter(sets_colour).collect()
}

fn is_colour(parameter: &str) -> bool {
    parameter.parse().is_ok_and(|code: u16| matches!(code, 30..=49 | 58..=59 | 90..=107))
}

/// Nothing but the terminal's own 16 colours and resets to its default.
fn is_of_theme(parameters: &str) -> bool {
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
