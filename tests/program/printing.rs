//! Standard output is redirected: the screen is on the terminal, and quitting writes the secret.

use std::fs;
use std::path::Path;

use crate::atlas::{Atlas, PLAIN, PROJECT};
use crate::display::Display;
use crate::formats;
use crate::holder::{ClipboardProcess, LeftBehind};
use crate::piping::pipe_to;
use crate::program::{assert_restored, created, labeled, peek};
use crate::saving::save;
use crate::support::terminal::{Program, Terminal, key};
use crate::tools::wait_for;

/// A shell command line in which `run` starts the program with a filled form. The file `pid` has its process ID.
pub fn shell_line(atlas: &Atlas, line: &str) -> Program {
    let run = format!(
        "run() {{ sh -c 'echo $$ >pid; exec \"$@\"' sh \"$BINARY\" --project-id {PROJECT} --client-id {PLAIN} \
         \"$@\"; }}; {line}"
    );
    Terminal::run("bash")
        .args(["-c", &run])
        .size(30, 120)
        .env("BINARY", env!("CARGO_BIN_EXE_atlas-secret"))
        .envs(atlas.with_token())
}

fn read(home: &Path, name: &str) -> String {
    fs::read_to_string(home.join(name)).unwrap()
}

#[test]
fn a_variable_gets_exactly_the_secret() {
    let atlas = Atlas::start();
    let line = "secret=$(run); code=$?; printf %s \"$secret\" >got; exit $code";
    let mut terminal = created(shell_line(&atlas, line));
    let screen = terminal.wait_for("q writes it to standard output.");
    let secret_id = labeled(&screen, "Secret ID");
    let value = peek(&mut terminal);
    // Standard output is for one secret only.
    terminal.press("n", "Standard output can receive only one secret. q writes it and quits.");
    terminal.leave("q", 0);
    assert_restored(&terminal);
    assert_eq!(read(terminal.home(), "got"), value);
    let screen = terminal.screen();
    assert!(screen.contains(&secret_id) && screen.contains("written to standard output"), "{screen}");
    assert!(!screen.contains(&value), "{screen}");
}

#[test]
fn a_variable_gets_the_text_of_the_template() {
    let atlas = Atlas::start();
    let line = "secret=$(run --template '{client_id}:{secret}'); printf %s \"$secret\" >got";
    let mut terminal = created(shell_line(&atlas, line));
    terminal.press("f", "Template");
    terminal.press(key::ESC, "q write and quit");
    let value = peek(&mut terminal);
    terminal.leave("q", 0);
    assert_eq!(read(terminal.home(), "got"), format!("{PLAIN}:{value}"));
}

#[test]
fn quitting_without_writing_says_that_the_output_is_empty() {
    let atlas = Atlas::start();
    let line = "secret=$(run); code=$?; printf %s \"$secret\" >got; exit $code";
    let mut terminal = created(shell_line(&atlas, line));
    save(&mut terminal, "~/file");
    terminal.wait_for("Saved to ");
    terminal.leave(key::CTRL_C, 130);
    terminal.shows("atlas-secret: Standard output is empty.");
    assert_eq!(read(terminal.home(), "got"), "");
}

/// Keys are read from the terminal, not from standard input, and the output of a command is not captured.
#[test]
fn nothing_but_the_secret_is_captured() {
    let atlas = Atlas::start();
    let line = "secret=$(echo noise | run); code=$?; printf %s \"$secret\" >got; exit $code";
    let mut terminal = created(shell_line(&atlas, line));
    let value = peek(&mut terminal);
    pipe_to(
        &mut terminal,
        "sh -c 'cat >/dev/null; echo it is $((1 + 1)) >/dev/tty; echo captured; read x </dev/tty'",
    );
    terminal.wait_for("it is 2");
    terminal.press("\r", "sh read it and exited with 0");
    terminal.leave("q", 0);
    assert_eq!(read(terminal.home(), "got"), value);
    terminal.shows("read by sh, which exited with 0; written to standard output");
}

#[test]
fn the_reader_of_standard_output_does_not_wait_for_the_clipboard() {
    let Some(display) = Display::start() else { return };
    let atlas = Atlas::start();
    let line = "secret=$(run); printf %s \"$secret\" >got";
    let mut terminal = created(shell_line(&atlas, line).env("DISPLAY", &display.name));
    terminal.press("c", "Copied");
    let number = read(terminal.home(), "pid").trim().parse().unwrap();
    let holder = LeftBehind(ClipboardProcess::children_of(number)[0]);
    terminal.leave("q", 0);
    assert!(holder.0.is_running(), "the shell does not wait for the clipboard process");
    assert_eq!(display.paste(), Some(read(terminal.home(), "got")));
}

#[test]
fn a_pipe_and_a_private_file_get_exactly_the_requested_format() {
    for (line, format) in [
        ("run | cat >got; exit ${PIPESTATUS[0]}", "secret"),
        ("umask 077; run --format secret >got", "secret"),
        ("umask 077; run --format env >got", "env"),
        ("umask 077; run --format json >got", "json"),
        ("umask 077; run --format kubernetes >got", "kubernetes"),
        ("umask 077; run --format aws >got", "aws"),
    ] {
        let atlas = Atlas::start();
        let mut terminal = created(shell_line(&atlas, line));
        let secret_id = labeled(&terminal.screen(), "Secret ID");
        let value = peek(&mut terminal);
        terminal.leave("q", 0);
        let got = read(terminal.home(), "got");
        match format {
            "env" => assert_eq!(formats::sourced(&terminal.home().join("got")), [PLAIN, &value]),
            "json" => {
                let fields = formats::json(&got);
                assert_eq!((&fields["id"], &fields["secret"]), (&secret_id, &value));
            }
            "kubernetes" => assert_eq!(formats::kubernetes(&got), formats::with_organization(&value)),
            "aws" => assert_eq!(formats::json(&got), formats::with_organization(&value)),
            _ => assert_eq!(got, value, "{line}"),
        }
    }
}

#[test]
fn a_closed_pipe_returns_to_the_screen_of_the_secret() {
    let atlas = Atlas::start();
    let reader = "until [ -e go ]; do sleep 0.02; done; exec <&-; touch gone";
    let mut terminal = created(shell_line(&atlas, &format!("run | ({reader}); exit ${{PIPESTATUS[0]}}")));
    let value = peek(&mut terminal);
    fs::write(terminal.home().join("go"), "").unwrap();
    let gone = terminal.home().join("gone");
    wait_for("the reader to go", || gone.exists().then_some(()));
    terminal.press("q", "Not written. No program reads standard output anymore.");
    assert!(terminal.is_alternate_screen() && terminal.bracketed_paste());
    assert_eq!(peek(&mut terminal), value, "the value is complete");
    terminal.press("q", "You have not copied or saved this secret.");
    terminal.press_until_gone("n", "You have not copied or saved this secret.");
    save(&mut terminal, "saved");
    terminal.wait_for("Saved to ");
    terminal.leave("q", 3);
    assert_eq!(read(terminal.home(), "saved"), value);
}

#[test]
fn a_full_disk_returns_to_the_screen_of_the_secret() {
    let atlas = Atlas::start();
    let mut terminal = created(shell_line(&atlas, "run >/dev/full"));
    let value = peek(&mut terminal);
    terminal.press("q", "Not written. No space left for standard output.");
    assert_eq!(peek(&mut terminal), value);
    terminal.press(key::CTRL_C, "You have not copied or saved this secret.");
    terminal.leave(key::CTRL_C, 3);
    assert!(!terminal.screen().contains(&value), "{}", terminal.screen());
}

#[test]
fn a_record_that_cannot_be_removed_while_quitting_is_reported() {
    let atlas = Atlas::start();
    let mut terminal = created(shell_line(&atlas, "secret=$(run)"));
    let records = terminal.home().join(".local/state/atlas-secret");
    let record = wait_for("the ID in the record", || {
        let path = fs::read_dir(&records).ok()?.next()?.ok()?.path();
        fs::read_to_string(&path).ok()?.contains(r#""secretId":""#).then_some(path)
    });
    fs::remove_file(&record).unwrap();
    fs::create_dir(&record).unwrap();
    terminal.leave("q", 0);
    let screen = terminal.screen();
    assert!(screen.contains("The record of this secret was not removed from the disk: "), "{screen}");
    assert!(screen.contains("written to standard output"), "{screen}");
}
