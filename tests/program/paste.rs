//! Pasting: IDs go to their fields, nothing is submitted, a secret is discarded.

use crate::atlas::{Atlas, PLAIN, PROJECT};
use crate::program::{contains, labeled, signed_in};
use crate::support::terminal::{Terminal, key};

#[track_caller]
fn wait_for_field(terminal: &mut Terminal, label: &str, text: &str) {
    terminal.wait_until(&format!("{text:?} in {label}"), |screen| {
        let row = labeled(&screen.contents(), label);
        row.split_whitespace().next().unwrap_or_default() == text
    });
}

#[test]
fn a_pasted_url_and_client_id_go_to_their_fields() {
    let atlas = Atlas::start();
    let mut terminal = signed_in(&atlas).start_showing("Project ID ›");
    // Paste the account first, while the project has the focus.
    terminal.paste(&format!("{PLAIN}\n"));
    wait_for_field(&mut terminal, "Client ID", PLAIN);
    terminal.wait_for("moved here");
    terminal.paste(&format!("https://cloud.mongodb.com/v2/{PROJECT}#/clusters\r\n"));
    wait_for_field(&mut terminal, "Project ID", PROJECT);
    terminal.wait_for("from the pasted text");
    assert_eq!(atlas.requests(), Vec::<String>::new(), "a paste never submits");
    terminal.press(key::CTRL_S, "Secret created");
}

#[test]
fn an_enter_in_the_same_read_as_text_does_not_submit() {
    let atlas = Atlas::start();
    let mut terminal = signed_in(&atlas).args(["--project-id", PROJECT]).start_showing("Client ID ›");
    // A terminal without bracketed paste types pasted text, including the line break.
    terminal.send(&format!("{PLAIN}\r"));
    wait_for_field(&mut terminal, "Client ID", PLAIN);
    terminal.press(key::SHIFT_TAB, "Project ID ›");
    terminal.send(key::UP);
    terminal.press(key::UP, "Expires after ›");
    terminal.press_until_gone(key::CTRL_U, "30 days");
    // A separate Enter on this field would submit, and this little text could have been typed.
    terminal.send("36h\r");
    wait_for_field(&mut terminal, "Expires after", "36h");
    // Submitting would have left the form in the same frame. The help proves that it did not.
    terminal.press(key::F1, "Keys ");
    terminal.press(key::ESC, "[ Create secret ]");
    assert_eq!(atlas.requests(), Vec::<String>::new());
}

#[test]
fn a_pasted_secret_is_rejected_and_never_shown() {
    let atlas = Atlas::start();
    let fake = "mdb_sa_sk_FAKE-pasted-by-mistake";
    let mut terminal =
        signed_in(&atlas).args(["--project-id", PROJECT]).size(24, 80).start_showing("Client ID ›");
    terminal.paste(fake);
    let refusal = terminal.wait_for("This is a secret, not a client ID");
    assert_eq!(labeled(&refusal, "Client ID"), "ID or name", "{refusal}");
    // The same without bracketed paste.
    terminal.send(&format!("{fake}\r"));
    terminal.press(key::F1, "Keys ");
    terminal.press(key::ESC, "[ Create secret ]");
    assert!(!contains(&terminal.output(), "mdb_sa_sk_FAKE"), "{}", terminal.screen());
    assert!(!contains(&terminal.output(), "pasted-by"), "{}", terminal.screen());
}
