//! Ctrl-Z and back, under a real shell.

use std::fs;

use rustix::process::{Pid, kill_process};

use crate::program::{demo, quit_anyway};
use crate::support::terminal::{PROMPT, Signal, Terminal, key};

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
    quit_anyway(&mut terminal);
    terminal.wait_for("never delivered");
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

#[test]
fn a_stop_from_outside_leaves_a_screen_and_keys_that_work() {
    for signal in [Signal::STOP, Signal::TSTP] {
        let mut terminal = Terminal::shell().size(30, 120).start();
        terminal.wait_for(PROMPT);
        let binary = env!("CARGO_BIN_EXE_atlas-secret");
        terminal.send(&format!("sh -c 'echo $$ >pid; exec {binary} --demo --expires-after 36h'\r"));
        terminal.wait_for("[ Create secret ]");
        let pid: i32 = fs::read_to_string(terminal.home().join("pid")).unwrap().trim().parse().unwrap();
        let pid = Pid::from_raw(pid).unwrap();
        terminal.send(key::ENTER);
        terminal.wait_for("Secret created");
        kill_process(pid, signal).unwrap();
        terminal.wait_for("Stopped");
        terminal.wait_for(PROMPT.trim());
        // The shell and its programs write over the screen.
        terminal.send("stty sane; clear; echo torn\r");
        terminal.wait_for("torn");
        terminal.send("fg\r");
        terminal.wait_until("the whole screen", |screen| {
            let text = screen.contents();
            screen.alternate_screen()
                && screen.bracketed_paste()
                && [" atlas-secret ", "Secret created", "q quit"].iter().all(|part| text.contains(part))
                && !text.contains("torn")
        });
        terminal.send(key::F1);
        terminal.wait_for("Keys ");
        terminal.send(key::ESC);
        terminal.wait_gone("Keys ");
        // In raw mode this is a key, which asks; as a signal it would end the program.
        terminal.send(key::CTRL_C);
        terminal.wait_for("Quit anyway?");
        terminal.send("y");
        terminal.wait_for("never delivered");
        terminal.wait_until("the prompt of the shell", |screen| {
            !screen.alternate_screen() && screen.contents().trim_end().ends_with(PROMPT.trim())
        });
        terminal.send("echo code=$?; stty -a\r");
        terminal.wait_for("code=3");
        terminal.wait_for(" icanon ");
        terminal.send("exit\r");
        terminal.wait_exit();
    }
}

#[test]
fn a_pause_that_nobody_sees_changes_nothing() {
    let mut terminal = demo().start();
    terminal.wait_for("30 days, ");
    for _ in 0..3 {
        terminal.signal(Signal::STOP);
        let length = terminal.output().len();
        terminal.signal(Signal::CONT);
        terminal.wait_output_beyond(length);
        terminal.wait_until("the whole screen", |screen| {
            screen.alternate_screen() && screen.contents().contains("Ctrl-C quit")
        });
    }
    terminal.send(key::CTRL_C);
    assert_eq!(terminal.wait_exit().code(), Some(0));
}

/// No one tells a stopped program that its terminal has another size by now.
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
    assert!(!terminal.screen().contains("atlas-secret: "), "{}", terminal.screen());
    terminal.send("exit\r");
    terminal.wait_exit();
}
