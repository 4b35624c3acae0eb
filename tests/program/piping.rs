//! Piping the secret to a command, which owns the terminal while it runs.

use std::fs;

use crate::atlas::{Atlas, PLAIN};
use crate::program::{created, filled, labeled, peek};
use crate::support::terminal::{Terminal, key};

/// Types a command and runs it.
#[track_caller]
pub fn pipe_to(terminal: &mut Terminal, line: &str) {
    terminal.press("p", "Run ›");
    terminal.send(key::CTRL_U);
    terminal.send(line);
    // The row also shows what the command reads. Of a long command, it shows the end.
    terminal.wait_until("the line", |screen| {
        let row = labeled(&screen.contents(), "Run");
        let shown = row.strip_suffix("as secret ▾").unwrap_or_default().trim_end();
        let shown = shown.strip_prefix('…').unwrap_or(shown);
        line.ends_with(shown) && shown.len() >= line.len().min(50)
    });
    terminal.send(key::ENTER);
}

/// Waits until a running command shows this text.
#[track_caller]
pub fn wait_on_shell_screen(terminal: &mut Terminal, text: &str) {
    terminal.wait_until(&format!("{text:?} on the shell's screen"), |screen| {
        !screen.alternate_screen() && screen.contents().contains(text)
    });
}

/// Waits until the screen is complete again and the terminal's modes are restored.
#[track_caller]
pub fn wait_for_whole_screen(terminal: &mut Terminal, text: &str) {
    terminal.wait_until(&format!("the whole screen with {text:?}"), |screen| {
        let contents = screen.contents();
        screen.alternate_screen()
            && screen.bracketed_paste()
            && [text, " atlas-secret ", "Secret created", "mdb_sa_sk_••••••••", "Expires", " help"]
                .iter()
                .all(|part| contents.contains(part))
    });
}

/// A new secret on the screen, and its value.
#[track_caller]
fn with_secret(atlas: &Atlas) -> (Terminal, String) {
    let mut terminal = created(filled(atlas, PLAIN));
    let value = peek(&mut terminal);
    (terminal, value)
}

#[test]
fn a_command_gets_exactly_the_secret_and_quitting_does_not_ask() {
    let atlas = Atlas::start();
    let (mut terminal, value) = with_secret(&atlas);
    pipe_to(&mut terminal, "sh -c 'cat > {client_id}'");
    wait_for_whole_screen(&mut terminal, "sh read it and exited with 0");
    assert!(terminal.hides_cursor(), "there is no text field");
    assert_eq!(fs::read_to_string(terminal.home().join(PLAIN)).unwrap(), value);
    terminal.leave("q", 0);
    terminal.shows("read by sh, which exited with 0");
}

#[test]
fn an_error_of_a_command_is_shown_and_the_line_can_be_edited() {
    let atlas = Atlas::start();
    let (mut terminal, _) = with_secret(&atlas);
    let rows = [
        ("false", "false exited with 1."),
        ("no-such-program", "There is no program no-such-program."),
        ("sh -c 'exec <&-; exit 0'", "sh exited with 0, but did not read the whole secret."),
        ("sh -c 'cat >/dev/null; echo no route >&2; exit 3'", "sh exited with 3: no route"),
        ("sh -c 'cat >&2; echo >&2; echo no route >&2; exit 3'", "sh exited with 3."),
        ("cat 'open", "This cannot be run: a quote is not closed."),
        ("tee prod.txt | wl-copy", "there is no shell, so | has no meaning; quote it, or use sh -c"),
        ("cat >out", "there is no shell, so > has no meaning"),
        ("tee ~root/x", "only ~ and ~/... stand for a home folder"),
        ("cat {organization}", "Unknown placeholder {organization}"),
    ];
    for (line, error) in rows {
        pipe_to(&mut terminal, line);
        wait_for_whole_screen(&mut terminal, error);
        let screen = terminal.screen();
        assert!(screen.contains("Your new secret is still here.") && screen.contains(line), "{screen}");
        // The cursor is back in the line.
        terminal.wait_until("the cursor", |screen| !screen.hide_cursor());
        terminal.press_until_gone(key::ESC, "Run ›");
    }
    terminal.press("q", "You have not copied or saved this secret.");
}

#[test]
fn a_command_can_prompt_on_the_terminal() {
    let atlas = Atlas::start();
    let (mut terminal, value) = with_secret(&atlas);
    let ask = "cat >out; printf 'passphrase: ' >/dev/tty; read x </dev/tty; test \"$x\" = open";
    fs::write(terminal.home().join("ask"), ask).unwrap();
    for (count, typed, error) in [(1, "shut\r", Some("sh exited with 1.")), (2, "open\r", None)] {
        pipe_to(&mut terminal, "sh ask");
        // The first question stays on the shell's screen, so count the questions.
        terminal.wait_until("the question on the shell's screen", |screen| {
            !screen.alternate_screen() && screen.contents().matches("passphrase:").count() == count
        });
        assert!(!terminal.hides_cursor() && !terminal.bracketed_paste());
        terminal.send(typed);
        wait_for_whole_screen(&mut terminal, error.unwrap_or("sh read it and exited with 0"));
        if error.is_some() {
            terminal.press_until_gone(key::ESC, "Run ›");
        }
    }
    assert_eq!(fs::read_to_string(terminal.home().join("out")).unwrap(), value);
    // Keys that the command has read are not keys for the program.
    assert!(!terminal.screen().contains("Save to"), "{}", terminal.screen());
    terminal.leave("q", 0);
}

#[test]
fn a_prompt_on_stdout_or_stderr_of_a_command_is_shown() {
    let atlas = Atlas::start();
    let (mut terminal, value) = with_secret(&atlas);
    for stream in ["1", "2"] {
        let ask =
            format!("cat >out; printf 'Overwrite? [y/N] ' >&{stream}; read x </dev/tty; test \"$x\" = y");
        fs::write(terminal.home().join("ask"), ask).unwrap();
        pipe_to(&mut terminal, "sh ask");
        terminal.wait_until("the question on the shell's screen", |screen| {
            !screen.alternate_screen() && screen.contents().trim_end().ends_with("Overwrite? [y/N]")
        });
        terminal.send("y\r");
        wait_for_whole_screen(&mut terminal, "sh read it and exited with 0");
    }
    assert_eq!(fs::read_to_string(terminal.home().join("out")).unwrap(), value);
}

#[test]
fn a_command_that_prints_the_secret_and_waits_does_not_show_it() {
    let atlas = Atlas::start();
    let (mut terminal, value) = with_secret(&atlas);
    // The secret is printed in two writes.
    let script = "x=$(cat); printf '%.20s' \"$x\" >&2; sleep 0.5; printf '%s' \"${x#????????????????????}\" >&2; \
                  exec cat /dev/tty";
    fs::write(terminal.home().join("show"), script).unwrap();
    pipe_to(&mut terminal, "sh show");
    wait_on_shell_screen(&mut terminal, "(no more is shown while it runs)");
    assert!(!terminal.screen().contains(&value[10..18]), "{}", terminal.screen());
    terminal.send(key::CTRL_C);
    wait_for_whole_screen(&mut terminal, "You stopped sh.");
    assert!(!terminal.screen().contains(&value[10..18]), "{}", terminal.screen());
}

#[test]
fn a_command_that_closes_its_input_has_not_read_the_secret() {
    let atlas = Atlas::start();
    let (mut terminal, _) = with_secret(&atlas);
    pipe_to(&mut terminal, "sh -c 'exec <&-; echo go on? >/dev/tty; read x </dev/tty'");
    wait_on_shell_screen(&mut terminal, "go on?");
    terminal.send("\r");
    wait_for_whole_screen(&mut terminal, "sh exited with 0, but did not read the whole secret.");
}
