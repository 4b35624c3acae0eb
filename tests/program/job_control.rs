//! Ctrl-Z and back, under a real shell.

use crate::support::terminal::{PROMPT, Terminal, key};

#[test]
fn the_program_can_be_suspended_and_continued() {
    let mut terminal = Terminal::shell().size(30, 120).start();
    terminal.wait_for(PROMPT);
    let binary = env!("CARGO_BIN_EXE_atlas-secret");
    terminal.send(&format!("{binary} --demo --expires-after 36h\r"));
    terminal.wait_for("[ Create secret ]");
    terminal.send(key::CTRL_Z);
    terminal.wait_for("Stopped");
    terminal.wait_until("the prompt of the shell", |screen| {
        screen.contents().trim_end().ends_with(PROMPT.trim())
    });
    assert!(!terminal.is_alternate_screen() && !terminal.hides_cursor() && !terminal.bracketed_paste());

    terminal.send("fg\r");
    // All of it is painted anew, though nothing in the program has changed.
    let screen = terminal.wait_for("Ctrl-C quit");
    for part in ["DEMO", "New service account secret", "Project ID", "36 hours", "[ Create secret ]"] {
        assert!(screen.contains(part), "{part}\n{screen}");
    }
    assert!(terminal.is_alternate_screen() && terminal.bracketed_paste());
    terminal.send(key::ENTER);
    terminal.wait_for("Secret created");

    // With the secret on the screen it works as well, and the secret is still there.
    terminal.send(key::CTRL_Z);
    terminal.wait_until("the prompt of the shell", |screen| {
        !screen.alternate_screen() && screen.contents().trim_end().ends_with(PROMPT.trim())
    });
    terminal.send("fg\r");
    terminal.wait_for("Secret created");
    terminal.send("ql");
    terminal.wait_for("never handed over");
    // What is typed before the shell asks may go to neither.
    terminal.wait_until("the prompt of the shell", |screen| {
        screen.contents().trim_end().ends_with(PROMPT.trim())
    });
    // The shell's line editing is off here, so the terminal itself tells whether it is as it was.
    terminal.send("echo code=$?; stty -a\r");
    terminal.wait_for("code=3");
    terminal.wait_for(" icanon ");
    terminal.send("exit 7\r");
    assert_eq!(terminal.wait_exit().code(), Some(7));
}

/// Nobody tells a stopped program that its terminal has another size by now.
#[test]
fn keys_that_cannot_be_seen_do_nothing_after_a_pause_either() {
    let mut terminal = Terminal::shell().size(30, 120).start();
    terminal.wait_for(PROMPT);
    terminal.send(&format!("{} --demo\r", env!("CARGO_BIN_EXE_atlas-secret")));
    terminal.wait_for("[ Create secret ]");
    terminal.send(key::CTRL_Z);
    terminal.wait_for("Stopped");
    terminal.wait_until("the prompt of the shell", |screen| {
        screen.contents().trim_end().ends_with(PROMPT.trim())
    });
    terminal.resize(12, 40);
    terminal.send("fg\r");
    terminal.wait_until("too little room", |screen| {
        screen.alternate_screen() && screen.contents().contains("56")
    });
    // Were the first of the two keys to create, the second would only stop that.
    terminal.send(key::ENTER);
    terminal.send(key::CTRL_C);
    terminal.wait_until("the prompt of the shell", |screen| {
        !screen.alternate_screen() && screen.contents().trim_end().ends_with(PROMPT.trim())
    });
    terminal.send("echo code=$?\r");
    terminal.wait_for("code=0");
    assert!(!terminal.screen().contains("created"), "{}", terminal.screen());
    terminal.send("exit\r");
    terminal.wait_exit();
}
