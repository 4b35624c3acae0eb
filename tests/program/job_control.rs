//! Suspending and continuing the program under a real shell.

use std::fs;

use rustix::process::{Pid, kill_process};

use crate::piping::pipe_to;
use crate::program::{create, demo, quit_anyway};
use crate::support::terminal::{PROMPT, Signal, Terminal, key};

#[test]
fn the_program_can_be_suspended_and_continued() {
    let mut terminal = Terminal::shell().size(30, 120).start_showing(PROMPT);
    let binary = env!("CARGO_BIN_EXE_atlas-secret");
    terminal.press(&format!("{binary} --demo --expires-after 36h\r"), "[ Create secret ]");
    terminal.press(key::CTRL_Z, "Stopped");
    terminal.wait_for_prompt();
    assert!(!terminal.is_alternate_screen() && !terminal.hides_cursor() && !terminal.bracketed_paste());

    terminal.send("fg\r");
    // The whole screen is redrawn, although nothing has changed.
    let screen = terminal.wait_for("Ctrl-C quit");
    for part in ["DEMO", "New service account secret", "Project ID", "36 hours", "[ Create secret ]"] {
        assert!(screen.contains(part), "{part}\n{screen}");
    }
    assert!(terminal.is_alternate_screen() && terminal.bracketed_paste());
    terminal.press(key::ENTER, "Secret created");

    // Suspending also works while a secret is shown, and keeps it.
    terminal.send(key::CTRL_Z);
    terminal.wait_for_prompt();
    terminal.press("fg\r", "Secret created");
    quit_anyway(&mut terminal);
    terminal.wait_for("never delivered");
    // Keys before the prompt could get lost.
    terminal.wait_for_prompt();
    // The shell does not edit lines here, so the terminal shows whether its modes were restored.
    terminal.press("echo code=$?; stty -a\r", "code=3");
    terminal.wait_for(" icanon ");
    terminal.leave("exit 7\r", 7);
}

#[test]
fn after_a_stop_signal_the_screen_and_keys_work_again() {
    for signal in [Signal::STOP, Signal::TSTP] {
        let mut terminal = Terminal::shell().size(30, 120).start_showing(PROMPT);
        let binary = env!("CARGO_BIN_EXE_atlas-secret");
        terminal.press(
            &format!("sh -c 'echo $$ >pid; exec {binary} --demo --expires-after 36h'\r"),
            "[ Create secret ]",
        );
        let pid: i32 = fs::read_to_string(terminal.home().join("pid")).unwrap().trim().parse().unwrap();
        let pid = Pid::from_raw(pid).unwrap();
        terminal.press(key::ENTER, "Secret created");
        kill_process(pid, signal).unwrap();
        terminal.wait_for("Stopped");
        terminal.wait_for(PROMPT.trim());
        // The shell and its programs overwrite the screen.
        terminal.press("stty sane; clear; echo torn\r", "torn");
        terminal.send("fg\r");
        terminal.wait_until("the whole screen", |screen| {
            let text = screen.contents();
            screen.alternate_screen()
                && screen.bracketed_paste()
                && [" atlas-secret ", "Secret created", "q quit"].iter().all(|part| text.contains(part))
                && !text.contains("torn")
        });
        terminal.press(key::F1, "Keys ");
        terminal.press_until_gone(key::ESC, "Keys ");
        // In raw mode Ctrl-C is a key and asks a question. As a signal it would end the program.
        terminal.press(key::CTRL_C, "Quit anyway?");
        terminal.press("y", "never delivered");
        terminal.wait_for_prompt();
        terminal.press("echo code=$?; stty -a\r", "code=3");
        terminal.wait_for(" icanon ");
        terminal.send("exit\r");
        terminal.wait_exit();
    }
}

#[test]
fn stopping_and_continuing_restores_the_screen() {
    let mut terminal = demo().start_showing("30 days, ");
    for _ in 0..3 {
        terminal.signal(Signal::STOP);
        let length = terminal.output().len();
        terminal.signal(Signal::CONT);
        terminal.wait_output_beyond(length);
        terminal.wait_until("the whole screen", |screen| {
            screen.alternate_screen() && screen.contents().contains("Ctrl-C quit")
        });
    }
    terminal.leave(key::CTRL_C, 0);
}

/// A stopped program is not notified when its terminal is resized.
#[test]
fn keys_do_nothing_in_a_terminal_that_became_too_small_while_suspended() {
    let mut terminal = Terminal::shell().size(30, 120).start_showing(PROMPT);
    terminal.press(&format!("{} --demo\r", env!("CARGO_BIN_EXE_atlas-secret")), "[ Create secret ]");
    terminal.press(key::CTRL_Z, "Stopped");
    terminal.wait_for_prompt();
    terminal.resize(12, 40);
    terminal.send("fg\r");
    terminal.wait_until("the notice about the size", |screen| {
        screen.alternate_screen() && screen.contents().contains("56")
    });
    // If Enter had started a request, Ctrl-C would only stop that.
    terminal.send(key::ENTER);
    terminal.send(key::CTRL_C);
    terminal.wait_for_prompt();
    terminal.press("echo code=$?\r", "code=0");
    assert!(!terminal.screen().contains("atlas-secret: "), "{}", terminal.screen());
    terminal.send("exit\r");
    terminal.wait_exit();
}

/// A command that is killed gives back neither the foreground nor the terminal's modes.
#[test]
fn after_a_command_the_terminal_is_as_it_was_before() {
    let rows: [(&str, &[bool]); 3] = [
        ("bash -ic 'kill -9 $$'", &[true, false]),
        ("sh -c 'stty -echo -isig </dev/tty; kill -9 $$'", &[true, false]),
        // A process that it leaves in the foreground looks like another job of a shell, if there is one.
        ("bash -ic 'set +m; sleep 20 & kill -9 $$'", &[false]),
    ];
    for (command, under_a_shell) in rows {
        for under_a_shell in under_a_shell.iter().copied() {
            let mut terminal = if under_a_shell {
                let mut terminal = Terminal::shell().size(30, 120).start_showing(PROMPT);
                terminal.send(&format!("{} --demo\r", env!("CARGO_BIN_EXE_atlas-secret")));
                terminal
            } else {
                // Its process group is orphaned.
                demo().size(30, 120).start()
            };
            create(&mut terminal);
            pipe_to(&mut terminal, command);
            terminal.wait_for("signal 9");
            terminal.press(key::ESC, "Deliver");
            terminal.press("f", "Copy as");
            terminal.press_until_gone(key::ESC, "Copy as");
            quit_anyway(&mut terminal);
            terminal.wait_for("never delivered");
            if under_a_shell {
                terminal.wait_for_prompt();
                terminal.press("echo code=$?; stty -a\r", "code=3");
                terminal.wait_for(" icanon ");
                assert!(!terminal.screen().contains("-isig"), "{command}\n{}", terminal.screen());
                terminal.send("exit\r");
            }
            terminal.wait_exit();
        }
    }
}

/// No shell could continue it.
#[test]
fn without_a_shell_a_command_that_stops_itself_is_continued() {
    let mut terminal = demo().start();
    create(&mut terminal);
    pipe_to(&mut terminal, "sh -c 'kill -STOP $$; kill -STOP $$; cat >/dev/null'");
    terminal.wait_for("sh read it and exited with 0");
}

/// Continued in the background while a command runs, the program leaves the terminal to the shell.
#[test]
fn in_the_background_the_program_does_not_take_the_terminal() {
    let mut terminal = Terminal::shell().size(30, 120).start_showing(PROMPT);
    terminal.send(&format!("mkfifo go; {} --demo\r", env!("CARGO_BIN_EXE_atlas-secret")));
    create(&mut terminal);
    pipe_to(&mut terminal, "sh -c 'cat >/dev/null; echo ready; read x <go'");
    terminal.wait_for("\nready");
    terminal.press(key::CTRL_Z, "Stopped");
    terminal.wait_for_prompt();
    terminal.press("bg\r", "&");
    terminal.wait_for_prompt();
    // The command ends, and the program wants its screen.
    terminal
        .send("echo >go; until jobs | grep -q Stopped; do sleep 0.05; done; echo the shell is still here\r");
    terminal.wait_for("\nthe shell is still here");
    assert!(!terminal.is_alternate_screen());
    terminal.wait_for_prompt();
    terminal.press("fg\r", "sh read it and exited with 0");
    terminal.send("q");
    terminal.wait_for_prompt();
    terminal.press("echo code=$?\r", "code=0");
    terminal.send("exit\r");
    terminal.wait_exit();
}
