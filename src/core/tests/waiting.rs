//! Waiting for the answer to the POST: rate limits, giving up, and every answer that comes late.

use super::*;

#[test]
fn too_many_requests_repeat_the_chain_three_times_and_then_fail() {
    let mut run = Run::posting();
    for round in 1..=3 {
        let wait = Some(Duration::from_secs(7));
        run.answer(CreateOutcome::Rejected(Rejection {
            retry_after: wait,
            ..rejection(429, "RATE_LIMITED")
        }));
        run.wake_after(6);
        assert!(matches!(run.link(), Link::WaitingOutLimit { .. }), "{round}");
        run.wake_after(1).sign_in(Ok(())).account(&[]);
        assert_eq!(run.posts(), round + 1);
    }
    run.answer(refused(429, "RATE_LIMITED"));
    assert_eq!((run.certainty(), run.posts()), (Some(Certainty::NothingCreated), 4));
}

#[test]
fn a_limit_without_a_time_is_waited_out_for_a_minute() {
    let mut run = Run::posting();
    run.answer(refused(429, "RATE_LIMITED")).wake_after(59);
    assert!(matches!(run.link(), Link::WaitingOutLimit { .. }));
    run.wake_after(1);
    assert!(matches!(run.link(), Link::SigningIn(_)));
}

#[test]
fn a_later_round_never_says_that_nothing_was_sent() {
    let ends: [fn(&mut Run) -> &mut Run; 4] = [
        |run| run.keys("esc"),
        |run| run.wake_after(60).sign_in(Err(ReadProblem::Unexpected { status: 502 })),
        |run| run.wake_after(60).sign_in(Ok(())).look(Err(ReadProblem::Rejected(rejection(404, "X")))),
        |run| run.wake_after(60).sign_in(Ok(())).account(&[]).answer(not_sent()),
    ];
    for (index, end) in ends.into_iter().enumerate() {
        let mut run = Run::posting();
        run.answer(refused(429, "RATE_LIMITED"));
        end(&mut run);
        assert_eq!(run.certainty(), Some(Certainty::NothingCreated), "{index}");
    }
}

#[test]
fn esc_and_ctrl_c_while_posting_ask_and_only_yes_stops_waiting() {
    for (keys, stops) in [("n", false), ("esc", false), ("enter", false), ("y", true), ("<ctrl-c>", true)] {
        for first in ["esc", "<ctrl-c>"] {
            let mut run = Run::posting();
            run.keys(first).keys(keys);
            assert_eq!(matches!(run.model.screen, Screen::Unknown(_)), stops, "{first} {keys}");
            assert!(run.model.in_flight.is_some() && run.exit().is_none());
        }
    }
}

#[test]
fn a_late_secret_beats_every_other_screen() {
    let ways: [fn(&mut Run) -> &mut Run; 7] = [
        |run| run,
        |run| run.keys("q"),
        |run| run.keys("?"),
        |run| run.keys("b"),
        |run| run.keys("b ?"),
        |run| run.keys("b up x"),
        |run| run.size(10, 3),
    ];
    for (index, way) in ways.into_iter().enumerate() {
        let mut run = Run::given_up();
        way(&mut run);
        run.answer(created());
        assert!(run.shown().leaving.is_none() && !run.model.shows_help, "{index}");
        assert_eq!(run.fates(), [], "{index}: it is not lost any more");
    }
}

#[test]
fn a_late_refusal_takes_back_the_loss() {
    for outcome in [|| refused(401, "UNAUTHORIZED"), not_sent] {
        for keys in ["q", "b"] {
            let mut run = Run::given_up();
            run.keys(keys).answer(outcome());
            assert_eq!((run.fates(), run.is_on_form()), (vec![], true), "{keys}");
        }
    }
}

#[test]
fn a_late_loss_is_told_and_counted_once() {
    let mut run = Run::given_up();
    run.answer(lost());
    assert_eq!(run.fates(), [Disposition::PerhapsCreated]);
    let mut run = Run::given_up();
    run.keys("b").answer(lost());
    assert_eq!(
        (run.certainty(), run.fates()),
        (Some(Certainty::PerhapsCreated), vec![Disposition::PerhapsCreated])
    );
}

#[test]
fn a_late_refusal_blames_no_value_that_was_typed_since() {
    let mut run = Run::given_up();
    run.keys("b shift-tab backspace").answer(refused(404, "GROUP_NOT_FOUND"));
    assert!(run.model.form.verdict(FieldName::Project).is_right());
}

#[test]
fn a_secret_of_the_next_try_does_not_hide_an_earlier_loss() {
    let mut run = Run::posting();
    run.answer(lost()).keys("b enter").sign_in(Ok(())).account(&[]).answer(created());
    assert_eq!(run.fates(), [Disposition::PerhapsCreated]);
}

#[test]
fn while_a_post_runs_no_other_is_begun() {
    let mut run = Run::given_up();
    run.keys("b enter <ctrl-s>");
    assert!(run.is_on_form() && run.posts() == 1);
    assert!(matches!(run.model.form.notice, Some(FormNotice::Word(_))));
}

#[test]
fn leaving_while_a_post_runs_asks_once() {
    for keys in ["q y", "b <ctrl-c> q y", "q <ctrl-c>"] {
        let mut run = Run::given_up();
        run.keys(keys);
        assert_eq!(run.exit(), Some(Exit::NotDelivered), "{keys}");
        assert_eq!(run.fates(), [Disposition::PerhapsCreated], "{keys}");
    }
}

#[test]
fn a_running_post_is_never_suspended() {
    let ways = ["<ctrl-z>", "esc <ctrl-z>", "esc y <ctrl-z>", "esc y b <ctrl-z>"];
    for keys in ways {
        let mut run = Run::posting();
        run.keys(keys);
        assert_eq!(run.count(|effect| matches!(effect, Effect::Suspend)), 0, "{keys}");
    }
    let mut run = Run::posting();
    run.keys("<ctrl-z>");
    let Screen::Sending(sending) = &run.model.screen else { panic!("left") };
    assert!(sending.word.is_some());
}

#[test]
fn a_refused_suspension_says_so_until_the_next_key() {
    let mut run = Run::given_up();
    let word = |run: &Run| match &run.model.screen {
        Screen::Unknown(unknown) => unknown.word,
        other => panic!("not on the unknown screen: {other:?}"),
    };
    run.keys("<ctrl-z>");
    assert!(word(&run).is_some());
    run.keys("x");
    assert_eq!(word(&run), None);
}
