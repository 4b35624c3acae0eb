//! Errors of Atlas: they are explained, and the form keeps its text.

use crate::atlas::{Atlas, PLAIN, PROJECT, REFUSED};
use crate::program::{filled, labeled};
use crate::support::terminal::key;

#[test]
fn a_role_that_is_too_low_is_explained_and_another_account_can_be_used() {
    let atlas = Atlas::start();
    let mut terminal =
        filled(&atlas, REFUSED).args(["--expires-after", "36h"]).start_showing("[ Create secret ]");
    terminal.send(key::ENTER);
    let atlas_message =
        "Atlas: 401 USER_UNAUTHORIZED: Current user is not authorized to perform this action.";
    // Wait for the lowest line, because a frame may arrive in pieces, from top to bottom.
    let screen = terminal.wait_for(atlas_message);
    assert!(
        screen.contains(
            "Nothing was created. You don't have permission to create secrets in this project (401)."
        ),
        "{screen}"
    );
    assert!(screen.contains("The owner of the access token needs the Project Owner role"), "{screen}");
    assert!(screen.contains("Ask a Project Owner of this project"), "{screen}");
    assert!(labeled(&screen, "Project ID").starts_with(PROJECT), "{screen}");
    assert!(labeled(&screen, "Client ID").starts_with(REFUSED), "{screen}");
    assert!(labeled(&screen, "Expires after").starts_with("36h"), "{screen}");

    terminal.paste(PLAIN);
    terminal.wait_gone("You don't have permission to create secrets in this project (401).");
    terminal.wait_until("the other account", |screen| {
        labeled(&screen.contents(), "Client ID").starts_with(PLAIN)
    });
    terminal.press(key::CTRL_S, "Secret created");
    assert_eq!(atlas.creates(), 2);
    assert_eq!(atlas.secrets_created(), 1);
}

#[test]
fn the_error_for_a_field_is_shown_at_that_field() {
    let atlas = Atlas::start();
    let mut terminal =
        filled(&atlas, PLAIN).args(["--expires-after", "721"]).start_showing("[ Create secret ]");
    let screen = terminal.press(key::ENTER, "Nothing was created. Atlas refused the request (400");
    let row = screen.lines().position(|line| line.contains("Expires after")).unwrap();
    let at_field =
        screen.lines().skip(row).take(2).any(|line| line.contains("Atlas: must be between 8 and 720"));
    assert!(at_field, "{screen}");
    assert!(screen.contains("Expires after ›"), "the invalid field has the focus\n{screen}");
    // The cursor comes last in a frame.
    terminal.wait_until("the cursor in that row", |screen| usize::from(screen.cursor_position().0) == row);
    assert!(labeled(&screen, "Project ID").starts_with(PROJECT), "{screen}");

    terminal.press_until_gone(key::CTRL_U, "Atlas: must be between");
    terminal.press("30d", "30 days");
    terminal.press(key::ENTER, "Secret created");
    assert_eq!(atlas.secrets_created(), 1);
}
