//! Suggested commands: for tools on the PATH, from the settings file, and those that were run before.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::formats;
use crate::piping::wait_for_whole_screen;
use crate::program::{contains, created, demo, quit_anyway};
use crate::support::terminal::{Program, Terminal, key};

/// The program with this script as a tool of that name, first on its PATH.
fn with_tool(program: Program, tool: &str, script: &str) -> Program {
    let folder = program.home().join("bin");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(tool), format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(folder.join(tool), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.display());
    program.env("PATH", path)
}

/// Creates a secret and opens the prompt for a command.
fn prompt(program: Program) -> Terminal {
    let mut terminal = created(program);
    terminal.press("p", "Run ›");
    terminal
}

/// Chooses the command that matches the text.
#[track_caller]
fn choose(terminal: &mut Terminal, text: &str, line: &str) {
    terminal.press(text, line);
    terminal.press("\t", &format!("Run ›           {line}"));
}

#[test]
fn a_tool_gets_its_format_and_its_output_is_shown_without_the_secret() {
    let script = "cat >manifest; echo secret/atlas configured; cat manifest; base64 manifest; echo done";
    let mut terminal = prompt(with_tool(demo(), "kubectl", script));
    choose(&mut terminal, "kube", "kubectl apply --server-side -f -");
    terminal.wait_for("as kubernetes ▾");
    terminal.send(key::ENTER);
    wait_for_whole_screen(&mut terminal, "kubectl exited with 0, but printed the secret");
    let screen = terminal.screen();
    assert!(screen.contains("(not shown: it contains the secret)") && !screen.contains("done"), "{screen}");
    let manifest = fs::read_to_string(terminal.home().join("manifest")).unwrap();
    let value = formats::kubernetes(&manifest)["clientSecret"].clone();
    // Neither the screen nor the shell's screen contains the value.
    assert!(!contains(&terminal.output(), &value[10..]));
    // A tool that only prints the secret does not deliver it.
    terminal.press(key::ESC, "q quit…");
    quit_anyway(&mut terminal);
    assert_eq!(terminal.wait_exit().code(), Some(3));
}

#[test]
fn the_error_of_a_tool_is_shown_and_it_can_be_run_again() {
    let script = "cat >/dev/null; [ -e there ] && exit 0; touch there; echo trying; echo connection refused >&2; exit 1";
    let mut terminal = prompt(with_tool(demo(), "fly", script));
    // It needs its own format, whatever was chosen before.
    terminal.send("\x06");
    terminal.wait_gone("as secret ▾");
    choose(&mut terminal, "fly", "fly secrets import");
    terminal.send(key::ENTER);
    wait_for_whole_screen(&mut terminal, "fly exited with 1.");
    let text = terminal.screen().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains("fly exited with 1. trying connection refused Your new secret is still here."),
        "{text}"
    );
    terminal.send(key::ENTER);
    wait_for_whole_screen(&mut terminal, "fly read it as env and exited with 0");
}

#[test]
fn commands_from_the_settings_come_first_and_earlier_ones_last() {
    let program = with_tool(demo(), "gh", "cat >/dev/null");
    let settings = program.home().join(".config/atlas-secret");
    fs::create_dir_all(&settings).unwrap();
    let sink = "[[sink]]\nname = 'mine'\ncommand = \"sh -c 'cat >kept'\"\ntemplate = '<{secret}>'\n";
    fs::write(settings.join("config.toml"), sink).unwrap();
    let mut terminal = prompt(program);
    terminal.wait_for("GitHub");
    let screen = terminal.screen();
    let row = |text: &str| screen.lines().position(|line| line.contains(text));
    assert!(row("sh -c 'cat >kept'") < row("gh secret set"), "{screen}");
    assert!(screen.contains("as template  mine"), "{screen}");
    choose(&mut terminal, "", "sh -c 'cat >kept'");
    terminal.send(key::ENTER);
    wait_for_whole_screen(&mut terminal, "sh read it as template and exited with 0");
    let kept = fs::read_to_string(terminal.home().join("kept")).unwrap();
    assert!(kept.starts_with("<mdb_sa_sk_DEMO") && kept.ends_with('>'));
    terminal.press("p", "GitHub");
    terminal.press("true", "true");
    terminal.press(key::ENTER, "true exited with 0, but did not read the whole secret.");
    terminal.press_until_gone(key::ESC, "Run ›");
    terminal.press("p", "GitHub");
    // The last suggestion is the command that was run.
    terminal.press(key::UP, "run before");
}

#[test]
fn a_tool_can_prompt_on_the_terminal_while_its_output_is_captured() {
    let script = "cat >/dev/null; printf 'token: ' >/dev/tty; read x </dev/tty; echo \"it was $x\"";
    let mut terminal = prompt(with_tool(demo(), "gopass", script));
    terminal.send("\x06");
    terminal.wait_for("as env ▾");
    choose(&mut terminal, "gopass", "gopass insert -m atlas/{client_id}");
    terminal.wait_for("as env ▾");
    terminal.send(key::ENTER);
    terminal.wait_until("the question below the name of the tool", |screen| {
        let contents = screen.contents();
        !screen.alternate_screen() && contents.contains("Running gopass.") && contents.contains("token:")
    });
    terminal.send("open\r");
    wait_for_whole_screen(&mut terminal, "it was open");
}
