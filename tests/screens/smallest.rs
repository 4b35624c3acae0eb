//! On the smallest terminal, 56×16: what has to be read to decide is never clipped.

use atlas_secret::tui::screens::Notice;

use crate::picture::Picture;
use crate::states;

fn words(name: &str) -> String {
    Picture::of(&states::named(name), 56, 16).words()
}

#[test]
fn what_has_to_be_read_is_there() {
    let choices = ["It cannot be shown again.", "go back", "delete it in Atlas", "leave anyway"];
    let rows: &[(&str, &[&str])] = &[
        (
            "form_filled",
            &["720 hours, Wed 23 Dec 2026 18:14 +01:00", "once the new one exists.", "[ Create secret ]"],
        ),
        (
            "form_both_places_taken",
            &[
                "enlarge the window to see all of it",
                "Enter lists [ Create secret ]",
                "Enter list the secrets",
            ],
        ),
        ("form_lifetime_unusual", &["Atlas allows 8 hours to 365 days today"]),
        ("form_project_is_a_client_id", &["a project ID has 24 hex digits and no prefix"]),
        ("form_earlier_request_runs", &["an earlier request is running [ Create secret ]"]),
        ("form_earlier_request_runs_and_submitted", &["The earlier request has not been answered yet."]),
        ("sending_asks_to_shorten", &["Mon 1 Mar 2027 13:00 +01:00", "Mon 30 Nov 2026 18:14 +01:00", "y/n"]),
        ("sending_could_not_look", &["Could not look at the existing secrets. Create anyway? y/n"]),
        ("sending_asks_to_stop", &["Stop waiting? Atlas may already have created it. y/n"]),
        ("sending_asks_to_stop_and_refuses_ctrl_z", &["y/n", "could miss Atlas's answer."]),
        ("created_not_copied", &["Not copied", "that TMUX names.", "r shows it to select with the mouse."]),
        ("created_masked", &["Wed 23 Dec 2026 18:14 +01:00"]),
        ("guard_choice_go_back", &choices),
        ("guard_choice_lost", &choices),
        ("guard_delete_failed", &choices),
        ("guard_delete_refused", &choices),
        ("guard_sent", &["does not answer. Paste it to see. Did it arrive? y/n"]),
        ("created_copied", &["Copied clears in 60 s", "+ 60 s", "q quit"]),
        ("created_not_printed", &["no room left", "Press c to copy it."]),
        ("panel_save_exists", &["nothing is overwritten.", "The secret is still here."]),
        ("panel_formats", &["AWS Secrets Manager, JSON", "Esc back"]),
        ("guard_unreadable", &["could not be read again.", "Already pasted? y/n"]),
        ("unknown_stopped_waiting", &["still taken if it comes 12 s", "Looking at the account's secrets"]),
        (
            "unknown_found",
            &["this one is new since 18:14:02 (Atlas's clock) and its value is lost.", "d delete it"],
        ),
        ("unknown_could_not_look", &["Could not look.", "is the lost one."]),
        ("unknown_none_appeared", &["No new secret has appeared in 29 s; it may still."]),
        ("left_over_looking", &["Looking whether somebody uses it"]),
        ("left_over_deleting", &["Deleting the secret in Atlas"]),
        ("left_over_used", &["somebody has it. It was not deleted."]),
        ("created_retires_perhaps_login", &["You may be signed in with this one", "y/n"]),
        ("sign_in_key_refused", &["accept the API key.", "Type both again", "Atlas: UNEXPECTED_ERROR"]),
        ("sign_in_profile_forbidden", &["own words below", "Atlas: POLICY_VIOLATION"]),
        ("left_over", &["perhaps never handed over", "k keep it", "q quit"]),
        ("form_one_will_be_shortened", &["→ 30 Nov 2026 once the new one exists", "[ Create secret ]"]),
        ("unknown_value_unreadable", &["its value is lost", "Looking at the account's secrets"]),
        ("unknown_asks_to_leave", &["would be lost. Leave? y/n"]),
        ("help_on_a_field", &["Enter next, or create at the end", "more below Down scroll Esc close"]),
        ("header_long_foreign_host", &["xample.com:8443 ! not an Atlas host mdb_sa_id_…5678"]),
        ("header_loopback", &["127.0.0.1:4010 ! this machine mdb_sa_id_…5678"]),
    ];
    for (name, wanted) in rows {
        let words = words(name);
        for wanted in *wanted {
            assert!(words.contains(wanted), "{name} without {wanted:?}:\n{words}");
        }
    }
}

/// What happened, what is certain and what to do; what it means gives way.
#[test]
fn every_failure_says_what_happened_and_what_to_do() {
    let mut failures = 0;
    for state in states::all() {
        let Some(Notice::Failed(failure)) = &state.app.shared.form.notice else { continue };
        failures += 1;
        let words = words(state.name);
        let explanation = &failure.explanation;
        for wanted in [&*explanation.title, failure.certainty.words(), &*explanation.action] {
            assert!(words.contains(wanted), "{} without {wanted:?}:\n{words}", state.name);
        }
    }
    assert!(failures >= 12, "{failures}");
}

/// At 80×24 nothing has to give way but the end of a very long text from outside.
#[test]
fn at_80_by_24_a_failure_says_all() {
    for state in states::all() {
        let Some(Notice::Failed(failure)) = &state.app.shared.form.notice else { continue };
        let words = Picture::of(&state.app, 80, 24).words();
        let meaning = &*failure.explanation.meaning;
        assert!(words.contains(meaning), "{} without {meaning:?}:\n{words}", state.name);
        if let Some(atlas) = &failure.atlas_words {
            assert!(words.contains(atlas.as_str()), "{} without {atlas:?}:\n{words}", state.name);
        }
    }
}
