//! Saving and piping: what is typed, what comes of it, and what that means for leaving.

use super::*;
use crate::domain::{Delivery, Format, SaveFailure};
use guard::after_copy;

fn saved_to(path: &str, format: Format) -> SaveOutcome {
    SaveOutcome::Saved { path: ServerText::new(path), format }
}

fn prompt(run: &Run) -> Option<&Prompt> {
    run.shown().panel.as_ref().and_then(Panel::prompt)
}

#[test]
fn a_saved_secret_can_be_left_without_a_question() {
    let mut run = Run::created();
    run.keys("s").typed("~/prod.env").keys("enter");
    assert!(matches!(run.effects.last(), Some(Effect::SaveToFile { path, .. }) if path == "~/prod.env"));
    run.saved(saved_to("/home/me/prod.env", Format::Env));
    assert!(run.shown().panel.is_none());
    run.keys("q");
    let saved = Delivery::Saved { path: ServerText::new("/home/me/prod.env") };
    assert_eq!((run.exit(), run.fates()), (Some(Exit::Done), vec![Disposition::Delivered(vec![saved])]));
}

#[test]
fn what_could_not_be_saved_stays_to_be_mended() {
    let mut run = Run::created();
    run.keys("s").typed("/nowhere/x").keys("enter").saved(SaveOutcome::Failed(SaveFailure::NoFolder));
    let said = prompt(&run).unwrap();
    assert_eq!((said.line.text(), said.problem.as_deref()), ("/nowhere/x", Some("There is no such folder.")));
    run.keys("backspace");
    assert_eq!(prompt(&run).unwrap().problem, None, "the next key takes the message away");
    run.keys("esc q");
    assert!(matches!(run.guard(), Some(Guard::Choose { .. })), "nothing was handed over");
}

#[test]
fn a_command_that_succeeds_has_it_and_any_other_has_not() {
    let mut run = Run::created();
    run.keys("p").typed("pass insert -m x").keys("enter");
    assert!(
        matches!(run.effects.last(), Some(Effect::PipeToCommand { line, .. }) if line == "pass insert -m x")
    );
    run.command_ended(CommandOutcome::Succeeded).keys("q");
    let piped = Delivery::Piped { program: ServerText::new("pass") };
    assert_eq!((run.exit(), run.fates()), (Some(Exit::Done), vec![Disposition::Delivered(vec![piped])]));

    let failures = [
        CommandOutcome::Exited(1),
        CommandOutcome::Killed(9),
        CommandOutcome::ClosedEarly,
        CommandOutcome::NotFound(ServerText::new("passs")),
    ];
    for failure in failures {
        let mut run = Run::created();
        run.keys("p").typed("passs").keys("enter").command_ended(failure.clone());
        assert_eq!(prompt(&run).unwrap().problem, Some(failure.sentence()));
        run.keys("esc q");
        assert!(matches!(run.guard(), Some(Guard::Choose { .. })), "{failure:?}");
    }
}

#[test]
fn every_character_is_text_in_a_prompt() {
    let mut run = Run::created();
    run.keys("s").typed("qcrn+fsp?y").paste("/x\n");
    assert_eq!(prompt(&run).unwrap().line.text(), "qcrn+fsp?y/x");
    assert!(run.guard().is_none() && !run.model.shows_help);
}

#[test]
fn a_paste_never_takes_the_line() {
    let mut run = Run::created();
    run.keys("p").unbracketed("tee /tmp/x\n").unbracketed("abc\n");
    assert_eq!(run.count(|effect| matches!(effect, Effect::PipeToCommand { .. })), 0);
    assert_eq!(prompt(&run).unwrap().line.text(), "tee /tmp/xabc");
}

#[test]
fn escape_closes_a_panel_and_ctrl_c_goes_on_to_the_guard() {
    for open in ["f", "s", "p"] {
        let mut run = Run::created();
        run.keys(open).keys("esc");
        assert!(run.shown().panel.is_none() && run.guard().is_none(), "{open}");
        run.keys(open).keys("<ctrl-c>");
        assert!(run.shown().panel.is_none(), "{open}");
        assert!(matches!(run.guard(), Some(Guard::Choose { .. })), "{open}");
    }
}

#[test]
fn an_answer_that_comes_late_still_counts() {
    let mut run = Run::created();
    run.keys("s").typed("x").keys("enter");
    let request = run.last_request();
    run.keys("<ctrl-c> esc");
    run.event(Event::FileSaved { request, outcome: saved_to("/x", Format::Secret) });
    assert_eq!(run.shown().delivered, [Delivery::Saved { path: ServerText::new("/x") }]);
}

#[test]
fn an_empty_line_does_nothing_and_a_running_one_is_not_taken_twice() {
    let mut run = Run::created();
    run.keys("s enter");
    assert_eq!(run.count(|effect| matches!(effect, Effect::SaveToFile { .. })), 0);
    run.typed("x").keys("enter enter esc").typed("y");
    assert_eq!(run.count(|effect| matches!(effect, Effect::SaveToFile { .. })), 1);
    assert_eq!(prompt(&run).unwrap().line.text(), "x");
}

#[test]
fn opening_a_panel_keeps_the_copy() {
    let mut run = after_copy(COPIED);
    run.keys("s").wake_after(1);
    assert_eq!(run.count(|effect| matches!(effect, Effect::CheckClipboard { .. })), 1);
    assert!(matches!(run.shown().copy, CopyState::Held(_)));
}

#[test]
fn a_secret_is_not_kept_in_a_line() {
    for open in ["s", "p"] {
        let mut run = Run::created();
        run.keys(open).paste(&format!("tee {FAKE}"));
        let kept = prompt(&run).unwrap();
        assert_eq!(kept.line.text(), "", "{open}");
        assert!(kept.problem.is_some(), "{open}");
    }
}

#[test]
fn a_save_that_succeeds_while_the_guard_stands_takes_its_question_back() {
    let mut run = Run::created();
    run.keys("s").typed("x").keys("enter");
    let request = run.last_request();
    run.keys("<ctrl-c>");
    assert!(matches!(run.guard(), Some(Guard::Choose { .. })));
    run.event(Event::FileSaved { request, outcome: saved_to("/x", Format::Secret) });
    assert!(run.guard().is_none());
}

#[test]
fn leaving_while_it_is_saved_or_copied_says_that_somebody_may_have_it() {
    let mut saving = Run::created();
    saving.keys("s").typed("/tmp/secret").keys("enter <ctrl-c> <ctrl-c>");
    let mut copying = Run::created();
    copying.keys("c <ctrl-c> <ctrl-c>");
    for run in [saving, copying] {
        assert_eq!(
            (run.fates(), run.exit()),
            (vec![Disposition::PerhapsDelivered], Some(Exit::NotDelivered))
        );
    }
    let mut failed = Run::created();
    failed.keys("s").typed("/tmp/secret").keys("enter <ctrl-c>");
    failed.saved(SaveOutcome::Failed(SaveFailure::Full)).keys("<ctrl-c>");
    assert_eq!(failed.fates(), [Disposition::NotDelivered]);
}

#[test]
fn a_command_is_told_by_the_name_that_was_run() {
    let mut run = Run::created();
    run.keys("p").typed("'my keeper' --store").keys("enter").command_ended(CommandOutcome::Succeeded);
    let program = ServerText::new("my keeper");
    assert_eq!(run.shown().delivered, [Delivery::Piped { program }]);
}
