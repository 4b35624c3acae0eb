//! The small moves that every list, question and line knows: on, back, round the end, yes, no.

use super::*;
use crate::domain::{LostAnswer, TerminalRoute};

fn recipe(run: &Run) -> Recipe {
    match &run.model.screen {
        Screen::Recipes(recipes) => recipes.recipe,
        other => panic!("{other:?}"),
    }
}

fn search(run: &Run) -> &Search {
    match &run.model.screen {
        Screen::Unknown(unknown) => &unknown.search,
        other => panic!("{other:?}"),
    }
}

/// Its answer was lost, and one secret is new.
fn found() -> Run {
    let mut run = Run::posting();
    run.answer(CreateOutcome::Unknown(LostAnswer::Unexpected { status: 502 }));
    let new = ExistingSecret {
        id: SecretId::from_server("cccccccccccccccccccccccc").unwrap(),
        created_at: Some("2026-11-23T18:14:11Z".parse().unwrap()),
        ..existing("2026-12-23T18:14:00Z")
    };
    run.account(&[new]);
    assert!(matches!(search(&run), Search::Found(_)));
    run
}

#[test]
fn the_ways_to_write_a_command_go_round() {
    let mut run = Run::filled();
    run.event(Event::KeysPressed(vec![KeyPress { code: KeyCode::F(2), modifiers: KeyModifiers::NONE }]));
    let forward: Vec<Recipe> = Recipe::ALL
        .iter()
        .map(|_| {
            run.keys("tab");
            recipe(&run)
        })
        .collect();
    let mut expected = Recipe::ALL.to_vec();
    expected.rotate_left(1);
    assert_eq!(forward, expected, "on, and round");
    run.keys("shift-tab");
    assert_eq!(recipe(&run), *Recipe::ALL.last().unwrap(), "back, and round");
}

#[test]
fn a_command_is_copied_once_at_a_time_and_another_one_is_not_copied_yet() {
    let mut run = Run::filled();
    run.event(Event::KeysPressed(vec![KeyPress { code: KeyCode::F(2), modifiers: KeyModifiers::NONE }]));
    run.keys("c c");
    assert_eq!(run.count(|effect| matches!(effect, Effect::CopyText { .. })), 1);
    let copied = |run: &Run| match &run.model.screen {
        Screen::Recipes(recipes) => recipes.copied.is_some(),
        other => panic!("{other:?}"),
    };
    let stranger = run.model.next_request();
    let outcome = CopyOutcome::Sent(TerminalRoute::Osc52);
    run.event(Event::CopyFinished { request: stranger, outcome: outcome.clone() });
    assert!(!copied(&run), "the answer to something else");
    run.copied(outcome);
    assert!(copied(&run));
    run.keys("tab");
    assert!(!copied(&run), "another text stands there now");
    run.keys("c");
    assert_eq!(run.count(|effect| matches!(effect, Effect::CopyText { .. })), 2);
}

#[test]
fn the_formats_go_round() {
    let mut run = Run::created();
    let selected = |run: &Run| match &run.shown().panel {
        Some(Panel::Formats { selected }) => *selected,
        other => panic!("{other:?}"),
    };
    let last = crate::domain::Format::ALL.len() - 1;
    run.keys("f up");
    assert_eq!(selected(&run), last);
    run.keys("up");
    assert_eq!(selected(&run), last - 1);
    run.keys("down down down");
    assert_eq!(selected(&run), 1);
}

#[test]
fn deleting_what_was_found_is_asked_and_can_be_taken_back() {
    for no in ["n", "esc", "<ctrl-c>"] {
        let mut run = found();
        run.keys("d");
        assert!(matches!(search(&run), Search::Asking(_)));
        run.keys(no);
        assert!(matches!(search(&run), Search::Found(_)), "{no}");
        assert_eq!(run.exit(), None, "{no}");
    }
}

#[test]
fn leaving_while_the_answer_may_come_is_asked_and_can_be_taken_back() {
    let mut run = Run::given_up();
    run.keys("q n q");
    assert_eq!(run.exit(), None);
    run.keys("y");
    assert_eq!(run.exit(), Some(Exit::NotDelivered));

    let mut answered = found();
    answered.keys("y");
    assert_eq!(answered.exit(), None, "nothing was asked");
    answered.keys("q");
    assert_eq!(answered.exit(), Some(Exit::NotDelivered), "nothing is on its way any more");
}

#[test]
fn what_was_deleted_is_not_looked_for_again() {
    let mut run = found();
    run.keys("d y").account(&[]);
    assert!(matches!(search(&run), Search::Deleted(_)), "{:?}", search(&run));
    run.keys("l");
    assert!(matches!(search(&run), Search::Deleted(_)));
}

#[test]
fn from_56_by_16_on_the_screen_is_there() {
    let rows =
        [(56, 16, false), (55, 16, true), (56, 15, true), (200, 15, true), (55, 50, true), (57, 17, false)];
    for (columns, rows, expected) in rows {
        assert_eq!(Size { columns, rows }.is_too_small(), expected, "{columns}x{rows}");
    }
}

#[test]
fn a_screen_that_is_too_small_takes_ctrl_c_only() {
    let mut run = Run::filled();
    run.size(40, 10).keys("enter").paste("x");
    assert_eq!((run.effects.len(), run.text(FieldName::Lifetime)), (0, "30d"));
    run.keys("<ctrl-c>");
    assert_eq!(run.exit(), Some(Exit::Done));
}

#[test]
fn a_note_that_failed_takes_no_other_words_place() {
    let said = |run: &Run| matches!(&run.model.form.notice, Some(FormNotice::Noted(_)));
    let mut run = Run::filled();
    run.event(Event::NoteFailed("There is no room left.".to_owned()));
    assert!(said(&run));
    let mut refused = Run::posting();
    refused.answer(CreateOutcome::Rejected(rejection(401, "UNAUTHORIZED")));
    refused.event(Event::NoteFailed("There is no room left.".to_owned()));
    assert!(!said(&refused) && refused.model.not_noted.is_some());
    let mut created = Run::created();
    created.event(Event::NoteFailed("There is no room left.".to_owned()));
    assert!(!said(&created) && created.model.not_noted.is_some());
}

#[test]
fn escape_takes_a_message_away() {
    let mut run = Run::posting();
    run.answer(CreateOutcome::Rejected(rejection(401, "UNAUTHORIZED")));
    assert!(run.model.form.notice.is_some());
    run.keys("esc");
    assert!(run.model.form.notice.is_none() && run.exit().is_none());
}

#[test]
fn painting_anew_is_for_the_shell() {
    let mut run = Run::filled();
    run.keys("<ctrl-l>");
    assert_eq!(run.count(|effect| matches!(effect, Effect::Repaint)), 1);
}

#[test]
fn what_a_search_and_a_deletion_wake_for() {
    let step = Duration::from_millis(100);
    let mut pausing = Run::posting();
    pausing.answer(CreateOutcome::Unknown(LostAnswer::Unexpected { status: 502 }));
    pausing.account(&[]).later(Duration::from_millis(300));
    let Search::Pausing { until, .. } = search(&pausing) else { panic!("it pauses") };
    let left = until.since(pausing.model.now);
    pausing.keys("?");
    assert_eq!(wake_at(&pausing.model), Some(left), "the next look comes although the help covers it");
    let mut deleting = found();
    deleting.keys("d y").account(&[ExistingSecret {
        id: SecretId::from_server("cccccccccccccccccccccccc").unwrap(),
        ..existing("2026-12-23T18:14:00Z")
    }]);
    assert!(matches!(search(&deleting), Search::Deleting { .. }), "{:?}", search(&deleting));
    assert_eq!(wake_at(&deleting.model), Some(step), "its spinner turns");
}
