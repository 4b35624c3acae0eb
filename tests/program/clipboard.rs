//! Copying to a real X11 clipboard: what the screen claims is what another program pastes.

use std::fs::{self, File};

use crate::atlas::{Atlas, ORGANIZATION, PLAIN};
use crate::display::Display;
use crate::formats;
use crate::holder::{HolderProcess, LeftBehind};
use crate::program::{assert_given_back, create, filled, labelled, peek};
use crate::support::terminal::{Program, Signal, Terminal, key};
use crate::tools::{have, wait_for};

const TOOLS: &[&str] = &["Xvfb", "xclip"];

/// The program beside that display.
pub fn beside(display: &Display, atlas: &Atlas) -> Program {
    filled(atlas, PLAIN).env("DISPLAY", &display.name)
}

/// Copies what is on the screen, and gives the one process that holds it.
#[track_caller]
pub fn copy(terminal: &mut Terminal) -> LeftBehind {
    terminal.send("c");
    terminal.wait_for("Copied");
    let mut holders = HolderProcess::children_of(terminal.pid());
    assert_eq!(holders.len(), 1, "one holder\n{}", terminal.screen());
    LeftBehind(holders.remove(0))
}

/// How many seconds the text after those words names.
#[track_caller]
fn seconds_after(text: &str, words: &str) -> u64 {
    let (_, rest) = text.split_once(words).unwrap_or_else(|| unreachable!("{words}: {text}"));
    rest.split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
fn a_copy_is_there_with_its_countdown_and_outlives_the_program() {
    if !have(TOOLS) {
        return;
    }
    let (display, atlas) = (Display::start(), Atlas::start());
    let program = beside(&display, &atlas);
    let stderr = program.home().join("stderr");
    let mut terminal = program.stderr_to(File::create(&stderr).unwrap()).start();
    create(&mut terminal);
    let secret_id = labelled(&terminal.screen(), "Secret ID");
    // The zone is read while the first frames are drawn; until then times stand there in UTC.
    terminal.wait_until("the expiry in local time", |screen| {
        let expires = labelled(&screen.contents(), "Expires");
        !expires.is_empty() && !expires.contains("+00:00")
    });
    let expires = labelled(&terminal.screen(), "Expires");
    let value = peek(&mut terminal);
    let holder = copy(&mut terminal);
    assert_eq!(display.paste().as_ref(), Some(&value));
    assert!(atlas.accepts(PLAIN, &value));

    let screen = terminal.wait_for("clears in ");
    let before = seconds_after(&screen, "clears in ");
    assert!((1..=60).contains(&before), "{screen}");
    terminal.wait_gone(&format!("clears in {before} s"));
    assert!(seconds_after(&terminal.wait_for("clears in "), "clears in ") < before);

    terminal.send("q");
    assert_eq!(terminal.wait_exit().code(), Some(0));
    assert_given_back(&terminal);
    let said = fs::read_to_string(&stderr).unwrap();
    assert_eq!(said.lines().count(), 1, "{said}");
    let date = expires.split(',').next().unwrap();
    assert!(
        said.starts_with(&format!("atlas-secret: Secret {secret_id} for {PLAIN}, expires {date}: ")),
        "{said}"
    );
    let left = seconds_after(&said, "copied to the clipboard, clears in ");
    assert!((1..=before).contains(&left), "{said}");
    assert_eq!(display.paste(), Some(value));
    assert!(holder.0.is_running() && holder.0.leads_a_session());
}

#[test]
fn when_the_time_has_come_nothing_is_left_after_leaving() {
    if !have(TOOLS) {
        return;
    }
    let (display, atlas) = (Display::start(), Atlas::start());
    let mut terminal = beside(&display, &atlas).args(["--clear-after", "6"]).start();
    create(&mut terminal);
    let holder = copy(&mut terminal);
    terminal.send("q");
    assert_eq!(terminal.wait_exit().code(), Some(0));
    wait_for("the holder to end", || (!holder.0.is_running()).then_some(()));
    assert_eq!(display.paste(), None);
}

#[test]
fn a_program_that_is_killed_leaves_the_copy_until_its_time_has_come() {
    if !have(TOOLS) {
        return;
    }
    let (display, atlas) = (Display::start(), Atlas::start());
    let mut terminal = beside(&display, &atlas).args(["--clear-after", "8"]).start();
    create(&mut terminal);
    let value = peek(&mut terminal);
    let holder = copy(&mut terminal);
    terminal.signal(Signal::KILL);
    terminal.wait_exit();
    assert_eq!(display.paste(), Some(value));
    wait_for("the holder to end", || (!holder.0.is_running()).then_some(()));
    assert_eq!(display.paste(), None);
}

#[test]
fn a_copy_that_was_cleared_was_delivered_all_the_same() {
    if !have(TOOLS) {
        return;
    }
    let (display, atlas) = (Display::start(), Atlas::start());
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().to_owned();
    let mut terminal =
        beside(&display, &atlas).env("XDG_STATE_HOME", &state).args(["--clear-after", "1"]).start();
    create(&mut terminal);
    terminal.send("c");
    terminal.wait_for("The clipboard was cleared. c copies again.");
    assert_eq!(display.paste(), None);
    assert_eq!(HolderProcess::children_of(terminal.pid()), [], "nobody holds anything");
    terminal.send("q");
    terminal.wait_for("Already pasted?   y quit");
    terminal.send("y");
    assert_eq!(terminal.wait_exit().code(), Some(0));
    let said = terminal.screen();
    assert!(said.contains("copied to the clipboard before"), "{said}");
    assert!(!said.contains("delete it"), "{said}");
    // The next start has nothing to say of it.
    let mut terminal = beside(&display, &atlas).env("XDG_STATE_HOME", &state).start();
    let screen = terminal.wait_for("[ Create secret ]");
    assert!(!screen.contains("previous run"), "{screen}");
}

#[test]
fn what_another_program_copies_is_noticed() {
    if !have(TOOLS) {
        return;
    }
    let (display, atlas) = (Display::start(), Atlas::start());
    let mut terminal = beside(&display, &atlas).start();
    create(&mut terminal);
    let _holder = copy(&mut terminal);
    let _owner = display.copied_elsewhere("a shopping list");
    terminal.wait_for("The clipboard holds something else now");
    assert_eq!(display.paste().as_deref(), Some("a shopping list"), "and it was left alone");
    terminal.send("q");
    terminal.wait_for("Already pasted?   y quit");
    terminal.send("n");
    terminal.wait_for("c copies again");
    let value = peek(&mut terminal);
    let _holder = copy(&mut terminal);
    assert_eq!(display.paste(), Some(value));
}

#[test]
fn more_time_is_asked_for_with_plus() {
    if !have(TOOLS) {
        return;
    }
    let (display, atlas) = (Display::start(), Atlas::start());
    let mut terminal = beside(&display, &atlas).start();
    create(&mut terminal);
    let _holder = copy(&mut terminal);
    terminal.send("+");
    terminal.wait_until("more than a minute", |screen| {
        let screen = screen.contents();
        screen.contains("clears in ") && seconds_after(&screen, "clears in ") > 60
    });
}

#[test]
fn it_is_copied_in_each_format() {
    if !have(TOOLS) {
        return;
    }
    let (display, atlas) = (Display::start(), Atlas::start());
    let mut terminal = beside(&display, &atlas).start();
    create(&mut terminal);
    let value = peek(&mut terminal);
    let secret_id = labelled(&terminal.screen(), "Secret ID");

    let _holder = copy(&mut terminal);
    let text = copy_as(&mut terminal, &display, "› .env", "Copied as .env");
    let file = terminal.home().join("pasted");
    fs::write(&file, text).unwrap();
    assert_eq!(formats::sourced(&file), [PLAIN, &value]);

    let fields = formats::json(&copy_as(&mut terminal, &display, "› JSON", "Copied as JSON"));
    assert_eq!((&fields["id"], &fields["secret"]), (&secret_id, &value));

    let text = copy_as(&mut terminal, &display, "› Kubernetes", "Copied as a Kubernetes Secret");
    let fields = formats::kubernetes(&text);
    let expected = [("clientId", PLAIN), ("clientSecret", &value), ("orgId", ORGANIZATION)];
    assert_eq!(fields, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());

    let fields = formats::json(&copy_as(&mut terminal, &display, "› AWS", "Copied as AWS JSON"));
    assert_eq!(fields, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());

    // The client ID took the secret's place.
    assert_eq!(copy_as(&mut terminal, &display, "› Client ID", "Copied the client ID"), PLAIN);
    terminal.send("q");
    terminal.wait_for("Your last copy was the client ID");
}

/// Takes the format that the pointer then stands at, and pastes it.
#[track_caller]
fn copy_as(terminal: &mut Terminal, display: &Display, pointed_at: &str, copied: &str) -> String {
    terminal.send("f");
    let mut screen = terminal.wait_for("Copy as");
    while !screen.contains(pointed_at) {
        let row = screen.lines().find(|row| row.trim_start().starts_with("› ")).unwrap().to_owned();
        terminal.send(key::DOWN);
        terminal.wait_gone(&row);
        screen = terminal.wait_for("› ");
    }
    terminal.wait_gone("orgId is left out");
    terminal.send(key::ENTER);
    terminal.wait_for(copied);
    display.paste().unwrap()
}
