//! The Atlas CLI profile of the account gets the new secret, so that the old one can be deleted.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::atlas::{Atlas, PLAIN, PROJECT, ROBOT, ROBOT_SECRET};
use crate::program::{created, peek, program};
use crate::support::terminal::key;

#[test]
fn the_profile_that_signs_in_can_be_rotated() {
    let atlas = Atlas::start();
    let program = program().args(["-P", "ci", "--client-id", ROBOT]);
    let folder = program.home().join(".config/atlascli");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("config.toml");
    let file = format!(
        "# mine\nversion = 2\n[ci] # used by the nightly job\nclient_secret = '{ROBOT_SECRET}' # rotate\n\
         auth_type = 'service_account'\naccess_token = 'cached'\nclient_id = '{ROBOT}'\nproject_id = '{PROJECT}'\n\
         base_url = '{}'\n\n[other]\nauth_type = 'api_keys'\n",
        atlas.url()
    );
    fs::write(&path, &file).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let mut terminal = program.start_showing("· signed in");
    terminal.press(key::ENTER, "u write it to profile ci");
    terminal.wait_for("Still in use by profile ci: put the new secret there first.");
    let value = peek(&mut terminal);
    assert_eq!(fs::read_to_string(&path).unwrap(), file, "the file only changes on request");
    terminal.press("u", "Updated profile ci (config.toml)");
    terminal.wait_for("Verified: Atlas accepts the new secret");
    let expected = file.replace(ROBOT_SECRET, &value).replace("access_token = 'cached'\n", "");
    assert_eq!(fs::read_to_string(&path).unwrap(), expected);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);

    // Now the old secret can be deleted. It is the one of this session.
    terminal.press("d", "› …s-in");
    terminal.press("d", "Delete …s-in?");
    terminal.wait_for("You are signed in with it: deleting it ends this session.");
    terminal.press("y", "Deleted …s-in");
    assert!(atlas.accepts(ROBOT, &value) && !atlas.accepts(ROBOT, ROBOT_SECRET));
    terminal.leave("q", 0);
    let screen = terminal.screen().replace('\n', "");
    assert!(screen.contains("written to profile ci (config.toml)") && !screen.contains(&value), "{screen}");
}

#[test]
fn a_profile_of_another_account_is_not_overwritten() {
    let atlas = Atlas::start();
    let (id, secret) = atlas.service_account();
    let program = program()
        .env("MONGODB_ATLAS_BASE_URL", atlas.url())
        .env("MONGODB_ATLAS_CLIENT_ID", id)
        .env("MONGODB_ATLAS_CLIENT_SECRET", secret)
        .args(["--project-id", PROJECT, "--client-id", PLAIN]);
    let folder = program.home().join(".config/atlascli");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("config.toml");
    let file = format!("version = 2\n[ci]\nclient_id = '{PLAIN}'\nclient_secret = 'old'\n");
    fs::write(&path, &file).unwrap();
    let mut terminal = created(program);
    terminal.wait_for("u write it to profile ci");
    // Meanwhile, the profile gets the credentials of another account.
    let other = file.replace(PLAIN, ROBOT);
    fs::write(&path, &other).unwrap();
    terminal.press("u", "Not written to profile ci. Profile `ci` now belongs to another account.");
    assert_eq!(fs::read_to_string(&path).unwrap(), other);
    fs::write(&path, &file).unwrap();
    terminal.press("u", "Updated profile ci (config.toml, now readable only by its owner)");
}
