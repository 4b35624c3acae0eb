//! The screen of the secret: copying, revealing, and what is told after leaving.

use super::*;
use crate::domain::Delivery;
use guard::{SENT, after_copy, copied_for};

#[test]
fn one_copy_runs_at_a_time_and_only_its_own_answer_counts() {
    let mut run = Run::created();
    run.keys("c c c");
    assert_eq!(run.count(|effect| matches!(effect, Effect::CopyToClipboard { .. })), 1);
    run.event(Event::CopyFinished { request: RequestId(0), outcome: COPIED });
    assert!(matches!(run.shown().copy, CopyState::Copying { .. }));
}

#[test]
fn a_revealed_value_is_hidden_after_thirty_seconds_and_any_key_extends_them() {
    let mut run = Run::created();
    run.keys("r").wake_after(29);
    assert!(run.shown().is_revealed(run.model.now));
    run.keys("x").wake_after(29);
    assert!(run.shown().is_revealed(run.model.now));
    run.wake_after(1);
    assert!(!run.shown().is_revealed(run.model.now));
    assert_eq!(run.shown().revealed_until, None);
}

#[test]
fn a_second_r_and_wanting_to_leave_hide_the_value() {
    for keys in ["r r", "r q", "r n", "r q esc"] {
        let mut run = Run::created();
        run.keys(keys);
        assert!(!run.shown().is_revealed(run.model.now), "{keys}");
    }
}

#[test]
fn each_way_out_has_its_farewell_and_exit_code() {
    type Row = (fn() -> Run, &'static str, Disposition, u8);
    let sent = Disposition::Delivered(vec![Delivery::SentToTerminal]);
    let rows: [Row; 5] = [
        (Run::created, "q l", Disposition::NotDelivered, 3),
        (Run::created, "q up enter", Disposition::NotDelivered, 3),
        (Run::created, "<ctrl-c> <ctrl-c>", Disposition::NotDelivered, 3),
        (|| after_copy(SENT), "q y", sent, 0),
        (|| after_copy(COPIED), "<ctrl-c> <ctrl-c>", copied_for(60), 0),
    ];
    for (make, keys, fate, code) in rows {
        let mut run = make();
        run.keys(keys);
        assert_eq!((run.fates(), run.exit().map(Exit::code)), (vec![fate], Some(code)), "{keys}");
        assert_eq!(run.model.farewells[0].secret_id, SecretId::from_server(SECRET_ID), "{keys}");
    }
}

#[test]
fn n_leads_to_the_form_with_everything_typed() {
    let mut run = after_copy(SENT);
    run.keys("n y");
    assert_eq!(
        (run.is_on_form(), run.exit(), run.fates()),
        (true, None, vec![Disposition::Delivered(vec![Delivery::SentToTerminal])])
    );
    assert_eq!((run.text(FieldName::Project), run.text(FieldName::Client)), (PROJECT, CLIENT));
}

#[test]
fn stopping_hides_the_value_and_a_held_copy_does_not_mind() {
    for mut run in [Run::created(), after_copy(COPIED)] {
        run.keys("r <ctrl-z>");
        assert!(!run.shown().is_revealed(run.model.now));
        assert_eq!(run.count(|effect| matches!(effect, Effect::Suspend)), 1);
    }
}
