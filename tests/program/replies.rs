//! Reports of the terminal are not keys, and do not swallow any. The decoder's unit tests have the whole table, cut
//! at every byte. Here the reports arrive through a real terminal.

use crate::atlas::{Atlas, PLAIN};
use crate::program::{contains, created, demo, filled, labeled, quit_anyway};
use crate::support::terminal::{Terminal, key};

const REPLIES: [&str; 20] = [
    "\x1b[?2026;2$y",
    "\x1b[?997;1n",
    "\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
    "\x1b]11;rgb:1e1e/1e1e/2e2e\x07",
    "\x1b[>0;276;0c",
    "\x1b[?62;4;22c",
    "\x1b[=5z",
    "\x1bP>|XTerm(370)\x1b\\",
    "\x1bP1$r0m\x1b\\",
    "\x1bP!|00000000\x1b\\",
    "\x1b_Gi=31;OK\x1b\\",
    "\x1b^private message\x1b\\",
    "\x1bXstring\x1b\\",
    "\x1b[?1u",
    "\x1b[12;40R",
    "\x1b[8;24;80t",
    "\x1b[<0;10;20M",
    "\x1b[I",
    "\x1b[0n",
    "\x1bO@",
];

#[track_caller]
fn wait_for_project(terminal: &mut Terminal, text: &str) {
    terminal.wait_until(&format!("{text:?} as the project"), |screen| {
        let row = labeled(&screen.contents(), "Project ID");
        row.split("  ").next().unwrap_or_default().trim() == text
    });
}

#[test]
fn terminal_reports_are_not_typed_into_the_form() {
    let atlas = Atlas::start();
    let mut terminal = crate::program::signed_in(&atlas).start_showing("[ Create secret ]");
    for (count, reply) in REPLIES.iter().enumerate() {
        for cut in [1, reply.len() / 2, reply.len() - 1] {
            terminal.send(&reply[..cut]);
            terminal.send(&reply[cut..]);
        }
        terminal.send("a");
        wait_for_project(&mut terminal, &"a".repeat(count + 1));
    }
    terminal.send(REPLIES[0]);
    terminal.leave(key::CTRL_C, 0);
}

#[test]
fn terminal_reports_do_nothing_on_the_screen_of_the_secret() {
    let atlas = Atlas::start();
    let mut terminal = created(filled(&atlas, PLAIN));
    for reply in REPLIES {
        terminal.send(reply);
        terminal.press(key::F1, "Keys ");
        terminal.send(reply);
        terminal.press_until_gone(key::ESC, "Keys ");
        terminal.shows("Secret created");
    }
    terminal.send(REPLIES[0]);
    quit_anyway(&mut terminal);
    assert_eq!(terminal.wait_exit().code(), Some(3));
}

#[test]
fn an_unfinished_report_blocks_neither_ctrl_c_nor_later_keys() {
    for unfinished in ["\x1b[200~abc", "\x1b]11;rgb:", "\x1bP>|", "\x1b_G", "\x1b[?2026", "\x1b[", "\x1bO"] {
        let mut terminal = demo().start_showing("[ Create secret ]");
        terminal.send(unfinished);
        terminal.send(key::CTRL_C);
        assert_eq!(terminal.wait_exit().code(), Some(0), "{}", unfinished.escape_debug());
    }
    let atlas = Atlas::start();
    let mut terminal = crate::program::signed_in(&atlas).start_showing("[ Create secret ]");
    terminal.send("\x1b[200~abc");
    wait_for_project(&mut terminal, "abc");
    terminal.send("d");
    wait_for_project(&mut terminal, "abcd");
    terminal.leave(key::CTRL_C, 0);
}

#[test]
fn what_another_program_left_on_in_the_terminal_is_turned_off() {
    let mut terminal = demo().start_showing("[ Create secret ]");
    for (off, what) in [
        ("\x1b[=0u", "kitty's keyboard protocol"),
        ("\x1b[?9001l", "Windows's key codes"),
        ("\x1b[?1003l", "the mouse"),
        ("\x0f\x1b(B", "line drawing"),
        ("\x1b[4l", "insertion"),
        ("\x1b[?6l", "a margin"),
    ] {
        assert!(contains(&terminal.output(), off), "{what}");
    }
    terminal.leave(key::CTRL_C, 0);
}
