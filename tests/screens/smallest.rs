//! The smallest terminal, 56×16: nothing that is needed for a decision is clipped.

use atlas_secret::tui::screens::Notice;

use crate::picture::Picture;
use crate::states;

fn text_at_smallest(name: &str) -> String {
    Picture::of(&states::named(name), 56, 16).unwrapped_text()
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
            assert!(text.contains(wanted), "{} without {wanted:?}:\n{text}", state.name);
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
        assert!(text.contains(meaning), "{} without {meaning:?}:\n{text}", state.name);
        if let Some(atlas) = &explanation.atlas_message {
            assert!(text.contains(atlas.as_str()), "{} without {atlas:?}:\n{text}", state.name);
        }
    }
}
