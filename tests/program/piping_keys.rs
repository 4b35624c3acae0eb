//! Keys while a command runs: Ctrl-C ends only the command, Ctrl-Z stops the command and the program.

use std::fs::{self, File};

use crate::atlas::{Atlas, PLAIN, PROJECT};
use crate::piping::{pipe_to, wait_for_whole_screen, wait_on_shell_screen};
use crate::program::{create, created, filled, labeled};
use crate::support::terminal::{PROMPT, Signal, Terminal, key};
use crate::tools::wait_for;

#[test]
fn ctrl_c_ends_only_the_command() {
    let atlas = Atlas::start();
    let mut terminal = created(filled(&atlas, PLAIN));
    for round in 1..=2 {
        let waits = format!("round {round} waits");
        pipe_to(&mut terminal, &format!("sh -c 'cat >/dev/null; echo {waits} >/dev/tty; exec sleep 1000'"));
        wait_on_shell_screen(&mut terminal, &waits);
        terminal.send(key::CTRL_C);
        wait_for_whole_screen(&mut terminal, "You stopped sh.");
        assert!(!terminal.screen().contains("You have not copied"), "{}", terminal.screen());
        terminal.press_until_gone(key::ESC, "Run ›");
    }
    // Afterwards, Ctrl-C is a key of the screen again.
    terminal.press(key::CTRL_C, "You have not copied or saved this secret.");
    terminal.leave(key::CTRL_C, 3);
}

#[test]
fn ctrl_z_stops_both_and_fg_continues_both() {
    let atlas = Atlas::start();
    let mut terminal = Terminal::shell().size(30, 120).envs(atlas.with_token()).start_showing(PROMPT);
    let binary = env!("CARGO_BIN_EXE_atlas-secret");
    terminal.send(&format!("{binary} --project-id {PROJECT} --client-id {PLAIN}\r"));
    create(&mut terminal);
    let child = "cat >out; echo $$ >pid; echo it asks >/dev/tty; read x </dev/tty; echo \"$x\" >answer";
    fs::write(terminal.home().join("child"), child).unwrap();
    pipe_to(&mut terminal, "sh child");
    terminal.wait_for("it asks");
    terminal.press(key::CTRL_Z, "Stopped");
    terminal.wait_for_prompt();
    // Until a process has really stopped, which is later than the shell reports it, a running read still gets input.
    let number = fs::read_to_string(terminal.home().join("pid")).unwrap();
    let stat = format!("/proc/{}/stat", number.trim());
    wait_for("the command to stop", || fs::read_to_string(&stat).unwrap().contains(") T ").then_some(()));
    // The shell owns the terminal, and nothing else reads from it.
    terminal.press("echo still $((40 + 2))\r", "still 42");
    terminal.send("fg\r");
    terminal.wait_until("the command in front again", |screen| {
        let contents = screen.contents();
        contents.lines().rev().find(|line| !line.trim().is_empty()).is_some_and(|line| line.contains(binary))
            || contents.trim_end().ends_with(PLAIN)
    });
    terminal.send("yes\r");
    wait_for_whole_screen(&mut terminal, "sh read it and exited with 0");
    let read = |name: &str| fs::read_to_string(terminal.home().join(name)).unwrap();
    assert_eq!(read("answer"), "yes\n");
    assert_eq!(read("out").len(), 50, "not a whole secret");
    terminal.press("q", "read by sh, which exited with 0");
    terminal.press("echo code=$?; stty -a\r", "code=0");
    terminal.wait_for(" icanon ");
    terminal.leave("exit 7\r", 7);
}

#[test]
fn a_resize_during_a_command_is_applied_afterwards() {
    let atlas = Atlas::start();
    let mut terminal = created(filled(&atlas, PLAIN));
    pipe_to(&mut terminal, "sh -c 'cat >/dev/null; echo it is $((1 + 1)) big >/dev/tty; read x </dev/tty'");
    terminal.wait_for("it is 2 big");
    terminal.resize(20, 100);
    terminal.send("\r");
    wait_for_whole_screen(&mut terminal, "sh read it and exited with 0");
    let screen = terminal.screen();
    assert_eq!(screen.lines().position(|row| row.contains("? help")), Some(19), "at the bottom\n{screen}");
}

#[test]
fn a_signal_during_a_command_reports_the_secret() {
    let atlas = Atlas::start();
    let program = filled(&atlas, PLAIN);
    let stderr = program.home().join("stderr");
    let mut terminal = created(program.stderr_to(File::create(&stderr).unwrap()));
    let secret_id = labeled(&terminal.screen(), "Secret ID");
    pipe_to(&mut terminal, "sh -c 'echo it is $((1 + 1)) >/dev/tty; read x </dev/tty'");
    terminal.wait_for("it is 2");
    terminal.signal(Signal::TERM);
    // The command keeps running, and owns the terminal, until it gets its input.
    wait_for("the exit message", || fs::read_to_string(&stderr).unwrap().ends_with('\n').then_some(()));
    terminal.leave("\r", 3);
    let stderr = fs::read_to_string(&stderr).unwrap();
    // The command may have stored the secret, although no one saw it exit.
    assert!(
        stderr.contains(&secret_id) && stderr.contains("was being delivered when the program ended"),
        "{stderr}"
    );
    assert!(!terminal.is_alternate_screen() && !terminal.bracketed_paste() && !terminal.hides_cursor());
}
