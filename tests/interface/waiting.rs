//! Waiting for the response to the POST: rate limits, stopping to wait, and late responses.

use std::time::Duration;

use atlas_secret::domain::{ApiError, Certainty, Disposition, Exit, Rejection};
use atlas_secret::jobs::Step;
use atlas_secret::tui::screens::{FieldName, Notice, Validation};
use atlas_secret::tui::{Command, Screen};

use crate::stage::Stage;
use crate::*;

fn is_limited(stage: &Stage) -> bool {
    matches!(&stage.app.screen, Screen::Progress(progress) if matches!(progress.step, Step::Retrying(_)))
}

#[test]
fn a_rate_limited_post_is_retried_three_times() {
    let mut stage = Stage::posting();
    for round in 1..=3 {
        let retry_after = Some(Duration::from_secs(7));
        let limit = Rejection { retry_after, ..rejection(429, "RATE_LIMITED") };
        stage.post_finished(Err(ApiError::rejected(limit))).wake_after(6);
        assert!(is_limited(&stage), "{round}");
        stage.wake_after(1).signed_in(Ok(())).account(&[]);
        assert_eq!(stage.posts(), round + 1);
    }
    stage.post_finished(refused(429, "RATE_LIMITED"));
    assert_eq!((stage.certainty(), stage.posts()), (Some(Certainty::NotDone), 4));
}

#[test]
fn a_rate_limit_without_a_time_waits_for_a_minute() {
    let mut stage = Stage::posting();
    stage.post_finished(refused(429, "RATE_LIMITED")).wake_after(59);
    assert!(is_limited(&stage));
    stage.wake_after(1);
    assert!(!is_limited(&stage) && !stage.is_on_form());
}

#[test]
fn a_failure_after_a_rate_limit_reports_that_nothing_was_created() {
    let ends: [fn(&mut Stage) -> &mut Stage; 4] = [
        |stage| stage.keys("esc"),
        |stage| stage.wake_after(60).sign_in_fails(&unreadable()),
        |stage| {
            let error = ApiError::rejected(rejection(404, "SERVICE_ACCOUNT_NOT_FOUND"));
            stage.wake_after(60).signed_in(Ok(())).account_read(Err(error))
        },
        |stage| stage.wake_after(60).signed_in(Ok(())).account(&[]).post_finished(not_sent()),
    ];
    for (index, end) in ends.into_iter().enumerate() {
        let mut stage = Stage::posting();
        stage.post_finished(refused(429, "RATE_LIMITED"));
        end(&mut stage);
        assert_eq!(stage.certainty(), Some(Certainty::NotDone), "{index}");
    }
}

#[test]
fn esc_and_ctrl_c_during_the_post_ask_before_they_stop_waiting() {
    for (second, stops) in [("n", false), ("esc", false), ("enter", false), ("y", true), ("<ctrl-c>", true)] {
        for first in ["esc", "<ctrl-c>"] {
            let mut stage = Stage::posting();
            stage.keys(first).keys(second);
            assert_eq!(is_recovery(&stage), stops, "{first} {second}");
            assert!(stage.app.shared.post().is_some() && stage.exit().is_none());
        }
    }
}

#[test]
fn a_late_secret_replaces_every_other_screen() {
    let situations: [fn(&mut Stage) -> &mut Stage; 7] = [
        |stage| stage,
        |stage| stage.keys("q"),
        |stage| stage.keys("?"),
        |stage| stage.keys("b"),
        |stage| stage.keys("b ?"),
        |stage| stage.keys("b up x"),
        |stage| stage.size(10, 3),
    ];
    for (index, prepare) in situations.into_iter().enumerate() {
        let mut stage = Stage::stopped_waiting();
        prepare(&mut stage).post_finished(Ok(secret()));
        assert!(leaving(&stage).is_none() && !stage.app.shared.shows_help, "{index}");
        assert_eq!(stage.dispositions(), [], "{index}: the secret is no longer lost");
    }
}

#[test]
fn a_late_rejection_means_that_nothing_is_lost() {
    for outcome in [refused(401, "UNAUTHORIZED"), not_sent()] {
        for keys in ["q", "b"] {
            let mut stage = Stage::stopped_waiting();
            stage.keys(keys).post_finished(outcome.clone());
            assert_eq!((stage.dispositions(), stage.is_on_form()), (vec![], true), "{keys}");
        }
    }
}

#[test]
fn a_response_lost_late_is_reported_once() {
    for (keys, certainty) in [("x", None), ("b", Some(Certainty::Unknown))] {
        let mut stage = Stage::stopped_waiting();
        stage.keys(keys).post_finished(lost());
        assert_eq!(
            (stage.certainty(), stage.dispositions()),
            (certainty, vec![Disposition::PerhapsCreated]),
            "{keys}"
        );
    }
}

#[test]
fn a_late_rejection_does_not_mark_a_field_that_has_changed() {
    for (keys, is_blamed) in [("b", true), ("b shift-tab backspace", false)] {
        let mut stage = Stage::stopped_waiting();
        stage.keys(keys).post_finished(refused(404, "GROUP_NOT_FOUND"));
        let validation = stage.app.shared.form.validation(FieldName::Project);
        assert_eq!(matches!(validation, Validation::Refused(_)), is_blamed, "{keys}");
    }
}

#[test]
fn a_later_secret_does_not_hide_an_earlier_loss() {
    let mut stage = Stage::posting();
    stage.post_finished(lost()).keys("b enter").signed_in(Ok(())).account(&[]);
    stage.keys("y").post_finished(Ok(secret()));
    assert!(leaving(&stage).is_none());
    assert_eq!(stage.dispositions(), [Disposition::PerhapsCreated]);
}

#[test]
fn no_second_post_starts_while_one_is_running() {
    let stage = Stage::stopped_waiting().after("b enter <ctrl-s>");
    assert!(stage.is_on_form() && stage.posts() == 1);
    assert!(matches!(stage.app.shared.form.notice, Some(Notice::Info(_))));
}

#[test]
fn leaving_during_a_post_asks_once_and_can_be_canceled() {
    for keys in ["q y", "b <ctrl-c> q y", "q <ctrl-c>", "q n q y"] {
        let mut stage = Stage::stopped_waiting();
        let (before, last) = keys.rsplit_once(' ').unwrap();
        stage.keys(before);
        assert_eq!(stage.exit(), None, "{keys}");
        stage.keys(last);
        assert_eq!(stage.exit(), Some(Exit::NotDelivered), "{keys}");
        assert_eq!(stage.dispositions(), [Disposition::PerhapsCreated], "{keys}");
    }
}

#[test]
fn a_running_post_cannot_be_suspended_and_the_next_key_clears_the_message() {
    let message = "Cannot suspend while Atlas is answering.";
    for keys in ["<ctrl-z>", "esc <ctrl-z>", "esc y <ctrl-z>", "esc y b <ctrl-z>"] {
        let mut stage = Stage::posting().after(keys);
        assert_eq!(stage.count(|command| matches!(command, Command::Suspend)), 0, "{keys}");
        stage.shows(message);
        if !stage.is_on_form() {
            stage.keys("x").hides(message);
        }
    }
}
