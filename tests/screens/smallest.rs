//! The smallest terminal, 56×16: nothing that is needed for a decision is clipped.

use atlas_secret::tui::screens::Notice;

use crate::picture::Picture;
use crate::states;

fn text_at_smallest(name: &str) -> String {
    Picture::of(&states::named(name), 56, 16).unwrapped_text()
}

#[test]
fn what_has_to_be_read_is_there() {
    let choices = ["it cannot be shown again.", "Quit anyway? y quit n back c copy d delete"];
    let rows: &[(&str, &[&str])] = &[
        ("form_filled", &["30 days, Wed 23 Dec 2026 18:14", "expire within 7 days.", "[ Create secret ]"]),
        (
            "form_both_places_taken",
            &[
                "in use 2 h ago 1 Mar 2027",
                "2 secrets, the maximum. Delete one first.",
                "[ Delete one first… ]",
                "Enter delete one",
            ],
        ),
        ("form_lifetime_unusual", &["Atlas documents 8 hours to 365 days"]),
        ("form_project_is_a_client_id", &["a project ID has 24 hex digits and no prefix"]),
        ("form_earlier_request_runs", &["waiting for the earlier request [ Create secret ]"]),
        ("form_earlier_request_runs_and_submitted", &["Wait: Atlas has not answered the earlier request."]),
        (
            "sending_asks_to_shorten",
            &["expires on 30 Nov 2026 instead of 1 Mar 2027.", "cannot be undone.", "y create n back"],
        ),
        ("sending_could_not_look", &["Could not read the account's secrets.", "y create n back"]),
        (
            "sending_asks_to_stop",
            &["Stop waiting? Atlas may already have created the secret. y stop waiting n back"],
        ),
        ("sending_asks_to_stop_and_refuses_ctrl_z", &["n back", "Cannot suspend while Atlas is answering."]),
        ("created_not_copied", &["Not copied. Reveal it with r, or save it with s.", "that TMUX names."]),
        (
            "created_masked",
            &["Atlas will not show it again.", "v sign in to Atlas with it", "Wed 23 Dec 2026 18:14"],
        ),
        ("guard_anyway", &choices),
        ("guard_anyway_lost", &choices),
        ("guard_delete_failed", &choices),
        ("guard_delete_refused", &choices),
        ("guard_sent", &["does not confirm it. Paste to check.", "Did it arrive? y quit n back c copy"]),
        (
            "created_copied",
            &["Copied to the clipboard, clears in 60 s (even after you quit). + adds 60 s", "q quit"],
        ),
        ("created_not_printed", &["No space left", "c copy s save"]),
        ("panel_save_exists", &["File already exists.", "Your new secret is still here."]),
        ("panel_formats", &["AWS Secrets Manager (JSON)", "Esc back"]),
        ("guard_unreadable", &["could not be read again.", "Already pasted? y quit"]),
        (
            "unknown_stopped_waiting",
            &["Still waiting for the response 12 s", "Reading the account's secrets"],
        ),
        ("unknown_found", &["is new: created at 18:14:02 by Atlas's clock.", "d delete it"]),
        ("unknown_could_not_look", &["Could not check the account's secrets.", "is not in use."]),
        ("unknown_none_appeared", &["No new secret has appeared in 29 s. One may still appear."]),
        ("left_over_looking", &["Checking whether it is in use"]),
        ("left_over_deleting", &["Deleting this secret in Atlas"]),
        ("left_over_used", &["a client has its value. It was not deleted."]),
        ("created_retires_perhaps_login", &["This session may have signed in with it", "y delete n back"]),
        ("sign_in_key_refused", &["refused the API key", "Check both keys", "Atlas: 401 UNEXPECTED_ERROR"]),
        ("sign_in_profile_forbidden", &["Read Atlas's message.", "Atlas: 403 POLICY_VIOLATION"]),
        ("left_over", &["may not have been delivered", "k keep it", "q quit"]),
        (
            "form_one_will_be_shortened",
            &["→ 30 Nov 2026 !", "makes …9f3a expire 91 days early.", "[ Create secret ]"],
        ),
        ("unknown_value_unreadable", &["its value is lost", "Reading the account's secrets"]),
        ("unknown_asks_to_leave", &["would be lost. Quit? y quit n back"]),
        ("help_on_a_field", &["Keys", "more lines Down scroll Esc close"]),
        ("header_long_foreign_host", &["xample.com:8443 ! not an Atlas host mdb_sa_id_…5678"]),
        ("header_loopback", &["localhost:4010 service account mdb_sa_id_…5678"]),
    ];
    for (name, wanted) in rows {
        let text = text_at_smallest(name);
        for wanted in *wanted {
            assert!(
                text.contains(wanted),
                "{name} without {wanted:?}:
            {text}"
            );
        }
    }
}

/// The title, the certainty and the action are shown. The meaning may be omitted.
#[test]
fn every_failure_shows_its_title_certainty_and_action() {
    let mut failures = 0;
    for state in states::all() {
        let Some(Notice::Failed(certainty, explanation)) = &state.app.shared.form.notice else { continue };
        failures += 1;
        let text = text_at_smallest(state.name);
        for wanted in [&*explanation.title, certainty.message(), &*explanation.action] {
            assert!(
                text.contains(wanted),
                "{} without {wanted:?}:
            {text}",
                state.name
            );
        }
    }
    assert!(failures >= 12, "{failures}");
}

/// At 80×24, only the end of a very long text from outside is omitted.
#[test]
fn at_80_by_24_a_failure_is_shown_in_full() {
    for state in states::all() {
        let Some(Notice::Failed(_, explanation)) = &state.app.shared.form.notice else { continue };
        let text = Picture::of(&state.app, 80, 24).unwrapped_text();
        let meaning = &*explanation.meaning;
        assert!(
            text.contains(meaning),
            "{} without {meaning:?}:
        {text}",
            state.name
        );
        if let Some(atlas) = &explanation.atlas_message {
            assert!(
                text.contains(atlas.as_str()),
                "{} without {atlas:?}:
            {text}",
                state.name
            );
        }
    }
}
