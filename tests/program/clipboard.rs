//! Copying to a real X11 clipboard: another program can paste what the screen claims.

use std::fs::{self, File};

use crate::atlas::{Atlas, PLAIN};
use crate::display::Display;
use crate::formats;
use crate::holder::{ClipboardProcess, LeftBehind};
use crate::program::{assert_restored, created, filled, labeled, peek};
use crate::support::terminal::{Program, Signal, Terminal, key};
use crate::tools::wait_for;

/// A filled form on that display.
pub fn on_display(display: &Display, atlas: &Atlas) -> Program {
    filled(atlas, PLAIN).env("DISPLAY", &display.name)
}

/// Copies the secret and returns the clipboard process.
#[track_caller]
pub fn copy(terminal: &mut Terminal) -> LeftBehind {
    terminal.press("c", "Copied");
    let mut processes = ClipboardProcess::children_of(terminal.pid());
    assert_eq!(processes.len(), 1, "one clipboard process\n{}", terminal.screen());
    LeftBehind(processes.remove(0))
}

/// The number of seconds after this text.
#[track_caller]
fn seconds_after(text: &str, before: &str) -> u64 {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| unreachable!("{before}: {text}"));
    rest.split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
fn a_copy_has_a_countdown_and_outlives_the_program() {
    let Some(display) = Display::start() else { return };
    let atlas = Atlas::start();
    let program = on_display(&display, &atlas);
    let stderr = program.home().join("stderr");
    let mut terminal = created(program.stderr_to(File::create(&stderr).unwrap()));
    let secret_id = labeled(&terminal.screen(), "Secret ID");
    // The time zone is read while the first frames are drawn. Until then, times are in UTC.
    terminal.wait_until("the expiry in local time", |screen| {
        let expires = labeled(&screen.contents(), "Expires");
        !expires.is_empty() && !expires.contains("UTC")
    });
    let expires = labeled(&terminal.screen(), "Expires");
    let value = peek(&mut terminal);
    let process = copy(&mut terminal);
    assert_eq!(display.paste().as_ref(), Some(&value));
    assert!(atlas.accepts(PLAIN, &value));

    let screen = terminal.wait_for("clears in ");
    let before = seconds_after(&screen, "clears in ");
    assert!((1..=60).contains(&before), "{screen}");
    terminal.wait_gone(&format!("clears in {before} s"));
    assert!(seconds_after(&terminal.wait_for("clears in "), "clears in ") < before);

    terminal.leave("q", 0);
    assert_restored(&terminal);
    let stderr = fs::read_to_string(&stderr).unwrap();
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    let date = expires.split(',').next().unwrap();
    assert!(
        stderr.starts_with(&format!("atlas-secret: Secret {secret_id} for {PLAIN}, expires {date}: ")),
        "{stderr}"
    );
    let left = seconds_after(&stderr, "copied to the clipboard, clears in ");
    assert!((1..=before).contains(&left), "{stderr}");
    assert_eq!(display.paste(), Some(value));
    assert!(process.0.is_running() && process.0.leads_a_session());
}

#[test]
fn a_copy_is_cleared_on_time_after_the_program_ends() {
    let Some(display) = Display::start() else { return };
    for is_killed in [false, true] {
        let atlas = Atlas::start();
        let mut terminal = created(on_display(&display, &atlas).args(["--clear-after", "8"]));
        let value = peek(&mut terminal);
        let process = copy(&mut terminal);
        if is_killed {
            terminal.signal(Signal::KILL);
            terminal.wait_exit();
        } else {
            terminal.leave("q", 0);
        }
        assert_eq!(display.paste(), Some(value));
        wait_for("the process to end", || (!process.0.is_running()).then_some(()));
        assert_eq!(display.paste(), None);
    }
}

#[test]
fn a_copy_that_was_cleared_still_counts_as_delivered() {
    let Some(display) = Display::start() else { return };
    let atlas = Atlas::start();
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().to_owned();
    let mut terminal =
        created(on_display(&display, &atlas).env("XDG_STATE_HOME", &state).args(["--clear-after", "1"]));
    terminal.press("c", "The clipboard was cleared. c copies again.");
    assert_eq!(display.paste(), None);
    assert_eq!(ClipboardProcess::children_of(terminal.pid()), [], "no clipboard process is left");
    terminal.press("q", "Already pasted?   y quit");
    terminal.leave("y", 0);
    let screen = terminal.screen();
    assert!(screen.contains("copied to the clipboard earlier"), "{screen}");
    assert!(!screen.contains("d delete"), "{screen}");
    // The next start does not report it.
    let mut terminal = on_display(&display, &atlas).env("XDG_STATE_HOME", &state).start();
    let screen = terminal.wait_for("[ Create secret ]");
    assert!(!screen.contains("previous run"), "{screen}");
}

#[test]
fn another_programs_copy_is_noticed() {
    let Some(display) = Display::start() else { return };
    let atlas = Atlas::start();
    let mut terminal = created(on_display(&display, &atlas));
    let _holder = copy(&mut terminal);
    let _owner = display.copy_elsewhere("a shopping list");
    terminal.wait_for("The clipboard holds something else now");
    assert_eq!(display.paste().as_deref(), Some("a shopping list"), "it was not cleared");
    terminal.press("q", "Already pasted?   y quit");
    terminal.press("n", "c copies again");
    let value = peek(&mut terminal);
    let _holder = copy(&mut terminal);
    assert_eq!(display.paste(), Some(value));
}

#[test]
fn plus_extends_the_countdown() {
    let Some(display) = Display::start() else { return };
    let atlas = Atlas::start();
    let mut terminal = created(on_display(&display, &atlas));
    let _holder = copy(&mut terminal);
    terminal.send("+");
    terminal.wait_until("more than a minute", |screen| {
        let screen = screen.contents();
        screen.contains("clears in ") && seconds_after(&screen, "clears in ") > 60
    });
}

#[test]
fn the_secret_can_be_copied_in_each_format() {
    let Some(display) = Display::start() else { return };
    let atlas = Atlas::start();
    let mut terminal = created(on_display(&display, &atlas));
    let value = peek(&mut terminal);
    let secret_id = labeled(&terminal.screen(), "Secret ID");

    let _holder = copy(&mut terminal);
    let text = copy_as(&mut terminal, &display, "› .env", "Copied as env");
    let file = terminal.home().join("pasted");
    fs::write(&file, text).unwrap();
    assert_eq!(formats::sourced(&file), [PLAIN, &value]);

    let fields = formats::json(&copy_as(&mut terminal, &display, "› JSON", "Copied as json"));
    assert_eq!((&fields["id"], &fields["secret"]), (&secret_id, &value));

    let text = copy_as(&mut terminal, &display, "› Kubernetes", "Copied as kubernetes");
    assert_eq!(formats::kubernetes(&text), formats::with_organization(&value));

    let fields = formats::json(&copy_as(&mut terminal, &display, "› AWS", "Copied as aws"));
    assert_eq!(fields, formats::with_organization(&value));

    // The client ID replaced the secret.
    assert_eq!(copy_as(&mut terminal, &display, "› Client ID", "Copied the client ID"), PLAIN);
    terminal.press("q", "You copied it before.");
}

/// Copies in the format whose row begins with `selected`, and pastes the result.
#[track_caller]
fn copy_as(terminal: &mut Terminal, display: &Display, selected: &str, copied: &str) -> String {
    terminal.send("f");
    let mut screen = terminal.wait_for("Copy as");
    while !screen.contains(selected) {
        let row = screen.lines().find(|row| row.trim_start().starts_with("› ")).unwrap().to_owned();
        terminal.press_until_gone(key::DOWN, &row);
        screen = terminal.wait_for("› ");
    }
    terminal.wait_gone("orgId is left out");
    terminal.press(key::ENTER, copied);
    display.paste().unwrap()
}
