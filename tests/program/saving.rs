//! Saving to a file: readable only by its owner, and never over an existing file. Then quitting asks nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::atlas::{Atlas, ORGANIZATION, PLAIN};
use crate::formats;
use crate::program::{created, filled, labeled, peek};
use crate::support::terminal::{Terminal, key};

/// Types a path and confirms it.
#[track_caller]
pub fn save(terminal: &mut Terminal, path: &str) {
    terminal.press("s", "Save to ›");
    type_path(terminal, path);
    terminal.send(key::ENTER);
}

/// An Enter in the same read as the text would be part of a paste, so wait for the whole path.
#[track_caller]
fn type_path(terminal: &mut Terminal, path: &str) {
    terminal.send(path);
    terminal.wait_until("the path", |screen| labeled(&screen.contents(), "Save to") == path);
}

#[test]
fn a_saved_file_is_private_and_has_the_format_of_its_name() {
    let atlas = Atlas::start();
    let mut terminal = created(filled(&atlas, PLAIN));
    let value = peek(&mut terminal);
    let secret_id = labeled(&terminal.screen(), "Secret ID");
    let home = terminal.home().to_owned();

    for (name, hint) in [
        ("secret", "Saves it to a new file"),
        ("prod.env", "Saves it as env to a new file"),
        ("atlas.json", "Saves it as json to a new file"),
        ("atlas.yaml", "Saves it as kubernetes to a new file"),
    ] {
        terminal.press("s", "Save to ›");
        type_path(&mut terminal, &format!("~/{name}"));
        terminal.wait_for(hint);
        terminal.wait_gone("orgId is left out");
        terminal.press(key::ENTER, &format!("Saved to {}", home.join(name).display()));
        let mode = fs::metadata(home.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o600, "{name}");
    }
    let read = |name: &str| fs::read_to_string(home.join(name)).unwrap();
    assert_eq!(read("secret"), value);
    assert_eq!(formats::sourced(&home.join("prod.env")), [PLAIN, &value]);
    let fields = formats::json(&read("atlas.json"));
    assert_eq!((&fields["id"], &fields["secret"]), (&secret_id, &value));
    let fields = formats::kubernetes(&read("atlas.yaml"));
    assert_eq!((&fields["clientSecret"], fields["orgId"].as_str()), (&value, ORGANIZATION));

    terminal.leave("q", 0);
    // Long paths are wrapped.
    let screen = terminal.screen().replace("\n    ", " ").replace('\n', "");
    assert!(screen.contains(&format!("saved to {}", home.join("prod.env").display())), "{screen}");
    assert!(!screen.contains(&value), "{screen}");
}

#[test]
fn a_failed_save_keeps_the_secret_and_the_path() {
    let atlas = Atlas::start();
    let program = filled(&atlas, PLAIN);
    fs::write(program.home().join("taken"), "mine").unwrap();
    let mut terminal = created(program);
    save(&mut terminal, "~/taken");
    let screen = terminal.wait_for("Your new secret is still here.");
    assert!(screen.contains("File already exists."), "{screen}");
    assert_eq!(fs::read_to_string(terminal.home().join("taken")).unwrap(), "mine");

    // The line can be edited.
    terminal.press_until_gone(key::CTRL_U, "File already exists");
    type_path(&mut terminal, "~/missing/secret");
    terminal.press(key::ENTER, "The folder does not exist: ");
    terminal.press_until_gone(key::ESC, "Save to ›");
    terminal.shows("mdb_sa_sk_••••••••");
    terminal.press("q", "You have not copied or saved this secret.");
    terminal.press_until_gone("n", "You have not copied or saved this secret.");
    save(&mut terminal, r"'it is'\ here");
    terminal.wait_for("Saved to ");
    assert!(
        terminal.home().join("it is here").is_file(),
        "a path without a folder is relative to the working directory"
    );
    terminal.leave("q", 0);
}

#[test]
fn an_env_file_is_updated_and_can_be_sourced() {
    let atlas = Atlas::start();
    let program = filled(&atlas, PLAIN);
    let path = program.home().join(".env");
    let before = "# shop\nexport PORT=80\nexport MONGODB_ATLAS_CLIENT_SECRET='old' # rotate\n";
    fs::write(&path, before).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let mut terminal = created(program);
    let value = peek(&mut terminal);
    save(&mut terminal, "~/.env");
    terminal.wait_for("Others can read ~/.env.");
    terminal.press("n", "Save to ›");
    assert_eq!(fs::read_to_string(&path).unwrap(), before);
    terminal.press(key::ENTER, "y update");
    terminal.press("y", &format!("Updated {}", path.display()));
    let expected = before.replace("old", &value) + &format!("export MONGODB_ATLAS_CLIENT_ID={PLAIN}\n");
    assert_eq!(fs::read_to_string(&path).unwrap(), expected);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(formats::sourced(&path), [PLAIN, &value]);
    terminal.leave("q", 0);
    let screen = terminal.screen().replace('\n', "");
    assert!(screen.contains(&format!("written to {}", path.display())), "{screen}");
}
