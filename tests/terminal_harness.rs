//! Tests the terminal harness with programs that every system has.

pub mod support;

use std::fs::File;

use support::terminal::{PROMPT, Program, Signal, Terminal, key};

/// A shell script as a program.
fn script(text: &str) -> Program {
    Terminal::run("/bin/sh").arg("-c").arg(text)
}

#[test]
fn all_output_arrives_before_the_exit() {
    let mut terminal = script("seq 1 5000; printf 'the last words'; exit 7").start();
    let status = terminal.wait_exit();
    assert_eq!(status.code(), Some(7));
    assert!(terminal.screen().ends_with("5000\nthe last words"), "{}", terminal.screen());
    assert!(terminal.output().starts_with(b"1\r\n2\r\n"));
}

#[test]
fn keys_reach_the_program() {
    let mut terminal = script("read line; echo \"got <$line>\"").start();
    terminal.send("abc");
    terminal.send(key::ENTER);
    terminal.wait_for("got <abc>");
    assert!(terminal.wait_exit().success());
}

#[test]
fn the_environment_is_clean() {
    let mut terminal = script("env | cut -d= -f1 | sort | tr '\\n' ' '; ls -A; echo; echo $TERM $LANG $TZ")
        .env("EXTRA", "1")
        .env_remove("PATH")
        .env("PATH", "/usr/bin:/bin")
        .start();
    terminal.wait_exit();
    // The shell adds PWD. Its directory is empty.
    let screen = terminal.screen();
    let names = screen.lines().next().unwrap_or_default();
    let from_us: Vec<&str> =
        names.split_whitespace().filter(|name| !["PWD", "OLDPWD", "SHLVL", "_"].contains(name)).collect();
    assert_eq!(from_us, ["EXTRA", "HOME", "LANG", "PATH", "TERM", "TZ"]);
    assert!(screen.ends_with("xterm-256color C.UTF-8 Europe/Berlin"), "{screen}");
}

#[test]
fn the_home_can_have_files_and_is_removed_with_the_terminal() {
    let program = script("cat \"$HOME/note\"");
    std::fs::write(program.home().join("note"), "at home").expect("the home is a directory");
    let mut terminal = program.start();
    terminal.wait_for("at home");
    let home = terminal.home().to_owned();
    drop(terminal);
    assert!(!home.exists());
}

#[test]
fn the_size_is_set_at_the_start_and_can_be_changed() {
    let follow = "trap 'stty size' WINCH; stty size; while :; do read line; done";
    let mut terminal = script(follow).size(16, 56).start();
    terminal.wait_for("16 56");
    terminal.resize(40, 100);
    terminal.wait_for("40 100");
}

#[test]
fn a_paste_is_bracketed() {
    let mut terminal = script("stty -icanon -icrnl -echo; printf ready; head -c 17 | od -An -c").start();
    terminal.wait_for("ready");
    terminal.paste("a\rb c");
    terminal.wait_until("both marks", |screen| screen.contents().matches('~').count() == 2);
    let bytes: String = terminal.screen().replace("ready", "").split_whitespace().collect();
    assert_eq!(bytes, r"033[200~a\rbc033[201~");
}

#[test]
fn changes_of_modes_are_noticed() {
    let modes = r"printf '\033[?1049h\033[?25l\033[?2004h\033[2;3Hon'; read line
                  printf '\033[?2004l\033[?25h\033[?1049loff'; read line";
    let mut terminal = script(modes).start();
    terminal.wait_for("on");
    assert!(terminal.is_alternate_screen() && terminal.hides_cursor() && terminal.bracketed_paste());
    assert_eq!(terminal.cursor(), (1, 4));
    terminal.send(key::ENTER);
    terminal.wait_for("off");
    assert!(!terminal.is_alternate_screen() && !terminal.hides_cursor() && !terminal.bracketed_paste());
}

#[test]
fn styles_are_distinguished() {
    let styles = r"printf '\033[1mbold'; read line; printf '\033[0m\033[H\033[J\033[31mred\033[m'; read line";
    let mut terminal = script(styles).start();
    terminal.wait_for("bold");
    assert!(terminal.any_cell(vt100::Cell::bold));
    assert!(!terminal.any_cell(vt100::Cell::inverse) && !terminal.has_color());
    terminal.send(key::ENTER);
    terminal.wait_gone("bold");
    terminal.wait_for("red");
    assert!(terminal.has_color() && !terminal.any_cell(vt100::Cell::bold));
}

#[test]
fn a_signal_arrives_and_the_exit_code_is_reported() {
    let mut terminal = script("trap 'exit 143' TERM; echo ready; while :; do read line; done").start();
    terminal.wait_for("ready");
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_exit().code(), Some(143));
    // A program that has exited gets no signal, because its id may have been reused.
    terminal.signal(Signal::KILL);
}

#[test]
fn standard_streams_can_be_redirected() {
    let program = script("echo to stdout; echo to stderr >&2; echo to the terminal >/dev/tty");
    let (out, err) = (program.home().join("out"), program.home().join("err"));
    let mut terminal = program
        .stdin_from(File::open("/dev/null").expect("the empty file"))
        .stdout_to(File::create(&out).expect("a file for stdout"))
        .stderr_to(File::create(&err).expect("a file for stderr"))
        .start();
    assert!(terminal.wait_exit().success());
    assert_eq!(terminal.screen().trim_end(), "to the terminal");
    assert_eq!(std::fs::read_to_string(out).expect("what went to stdout"), "to stdout\n");
    assert_eq!(std::fs::read_to_string(err).expect("what went to stderr"), "to stderr\n");
}

#[test]
fn a_program_can_be_suspended_and_continued_below_a_shell() {
    let mut terminal = Terminal::shell().start();
    terminal.wait_for(PROMPT);
    terminal.send("cat\r");
    terminal.send("one\r");
    // The text appears twice, as the terminal's echo and from the program. Only then is it the program that is
    // suspended.
    terminal.wait_until("the output of the program", |screen| screen.contents().matches("one").count() == 2);
    terminal.send(key::CTRL_Z);
    terminal.wait_for("Stopped");
    terminal.wait_until("the prompt", |screen| screen.contents().matches(PROMPT).count() == 2);
    terminal.send("fg\r");
    terminal.send("two\r");
    terminal.wait_until("the program to continue", |screen| screen.contents().matches("two").count() == 2);
    terminal.send(key::CTRL_D);
    terminal.wait_until("the program has ended", |screen| screen.contents().matches(PROMPT).count() == 3);
    terminal.send("exit 7\r");
    assert_eq!(terminal.wait_exit().code(), Some(7));
}

#[test]
#[should_panic(expected = "waited in vain for \"never\" on the screen")]
fn a_wait_fails_as_soon_as_the_program_has_exited() {
    script("echo something else").start().wait_for("never");
}
