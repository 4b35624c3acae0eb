//! Corners that the larger tables pass by.

use super::*;
use crate::domain::{FieldViolation, HeldCopy};
use guard::after_copy;

fn failure(run: &Run) -> &Failure {
    match &run.model.form.notice {
        Some(FormNotice::Failed(failure)) => failure,
        other => panic!("nothing failed: {other:?}"),
    }
}

fn fields_refused(field: &str) -> Run {
    let violation =
        FieldViolation { field: ServerText::new(field), description: ServerText::new("is not known") };
    let mut run = Run::posting();
    let fields = vec![violation];
    run.answer(CreateOutcome::Rejected(Rejection { fields, ..rejection(400, "VALIDATION_ERROR") }));
    run
}

#[test]
fn a_client_id_hands_nothing_over_however_it_was_copied() {
    for outcome in [COPIED, CopyOutcome::Unverified(HeldCopy { clears_in: None }), guard::SENT] {
        let mut run = Run::created();
        run.keys("f down enter").copied(outcome).keys("q");
        assert!(matches!(run.guard(), Some(Guard::Choose { .. })));
    }
}

#[test]
fn a_copy_that_stays_has_no_time_to_be_given() {
    let mut run = after_copy(CopyOutcome::Copied(HeldCopy { clears_in: None }));
    run.keys("+");
    assert_eq!(run.count(|effect| matches!(effect, Effect::ExtendClipboard { .. })), 0);
    assert!(run.shown().word.is_some());
}

#[test]
fn it_is_handed_over_when_somebody_has_it() {
    let run = Run::created();
    assert!(!run.shown().is_handed_over(run.model.now));
    let run = after_copy(COPIED);
    assert!(run.shown().is_handed_over(run.model.now));
}

#[test]
fn what_is_typed_and_pasted_shows_in_no_debug_output() {
    assert_eq!(format!("{:?}", typed_key('x')), "KeyPress(..)");
    assert_eq!(format!("{:?}", PastedText("secret".to_owned())), "PastedText(6 bytes)");
}

#[test]
fn a_line_end_within_an_unmarked_paste_is_a_part_of_it_and_a_tab_is_a_key() {
    let mut run = Run::empty();
    run.unbracketed("32b6e34b\n3d91");
    assert_eq!(run.model.form.focus, Focus::Field(FieldName::Project));
    assert_eq!(run.text(FieldName::Client), "");
    let mut run = Run::empty();
    run.burst("3 2 b 6 e 3 4 b tab");
    assert_eq!(run.model.form.focus, Focus::Field(FieldName::Client));
    assert_eq!(run.text(FieldName::Project), "32b6e34b");
}

#[test]
fn a_refusal_is_told_in_atlas_words_too_and_names_a_value_where_atlas_does() {
    let mut run = Run::looking();
    run.look(Err(ReadProblem::Rejected(rejection(401, "NOT_IN_GROUP"))));
    assert!(failure(&run).atlas_words.is_some());
    let mut run = Run::posting();
    run.answer(CreateOutcome::Rejected(rejection(400, "VALIDATION_ERROR")));
    assert_ne!(failure(&run).explanation.action, "Change that value, then create again.");
    assert_eq!(failure(&fields_refused("other")).explanation.action, "Change that value, then create again.");
}

#[test]
fn each_field_that_atlas_names_gets_the_focus() {
    let rows = [
        ("groupId", FieldName::Project),
        ("path/clientId", FieldName::Client),
        ("body.secretExpiresAfterHours", FieldName::Lifetime),
    ];
    for (named, field) in rows {
        let run = fields_refused(named);
        assert_eq!(run.model.form.focus, Focus::Field(field), "{named}");
        assert!(matches!(run.model.form.verdict(field), Verdict::Refused(_)), "{named}");
    }
}

#[test]
fn fields_are_called_what_atlas_calls_them() {
    let labels = FieldName::ALL.map(FieldName::label);
    assert_eq!(labels, ["Project ID", "Client ID", "Expires after"]);
}

#[test]
fn submitting_makes_every_field_say_what_it_lacks() {
    let mut run = Run::empty();
    assert_eq!(run.model.form.verdict(FieldName::Client), Verdict::Silent);
    run.keys("<ctrl-s>");
    assert_ne!(run.model.form.verdict(FieldName::Client), Verdict::Silent);
}

#[test]
fn a_chain_counts_its_time_from_its_own_start() {
    let mut run = Run::filled();
    run.later(Duration::from_secs(90)).keys("<ctrl-s>");
    let Screen::Sending(sending) = &run.model.screen else { panic!("not sending") };
    assert_eq!(sending.since, run.model.now);
}

#[test]
fn a_new_secret_makes_what_was_known_of_its_account_old() {
    let mut run = Run::looking();
    run.account(&[]);
    assert!(matches!(run.model.context.account, Looked::Known { .. }));
    run.answer(created());
    assert_eq!(run.model.context.account, Looked::Nothing);
}

#[test]
fn a_sign_that_takes_shift_is_the_same_key() {
    let mut run = Run::created();
    run.event(Event::KeysPressed(vec![KeyPress {
        code: KeyCode::Char('?'),
        modifiers: KeyModifiers::SHIFT,
    }]));
    assert!(run.model.shows_help);
}

#[test]
fn leaving_empties_the_clipboard_of_a_deleted_secret_alone() {
    let mut run = after_copy(COPIED);
    run.keys("q").clipboard(ClipboardContent::Ours { clears_in: None }).keys("y");
    assert!(run.exit().is_some());
    assert_eq!(run.count(|effect| matches!(effect, Effect::ClearClipboard)), 0);
}

#[test]
fn an_answer_of_an_earlier_look_does_not_settle_the_question() {
    let mut run = after_copy(COPIED);
    run.wake_after(1);
    let earlier = run.last_request();
    run.keys("q");
    run.event(Event::ClipboardChecked {
        request: earlier,
        content: ClipboardContent::Ours { clears_in: None },
    });
    assert!(matches!(run.guard(), Some(Guard::Checking(_))), "{:?}", run.guard());
}

#[test]
fn one_that_is_there_again_after_it_was_deleted_is_not_asked_about_again() {
    let mut run = Run::looking();
    let full = [existing("2026-01-01T00:00:00Z"), existing("2026-01-02T00:00:00Z")];
    run.account(&full).keys("y").deleted(DeleteOutcome::Gone).sign_in(Ok(())).account(&full);
    assert_eq!((run.is_on_form(), run.posts(), run.certainty()), (true, 0, Some(Certainty::NothingCreated)));
}

#[test]
fn what_was_deleted_to_make_room_is_told_where_nothing_takes_its_place() {
    let mut run = Run::looking();
    run.account(&[existing("2026-01-01T00:00:00Z"), existing("2027-11-23T18:14:00Z")]).keys("y");
    run.deleted(DeleteOutcome::Gone).sign_in(Ok(())).account(&[existing("2027-11-23T18:14:00Z")]).keys("n");
    assert_eq!((run.is_on_form(), run.posts()), (true, 0));
    let told = "Stopped. The expired secret is deleted; nothing was created.";
    assert!(matches!(run.model.form.notice, Some(FormNotice::Word(word)) if word == told));
}

#[test]
fn a_sign_in_that_is_refused_while_looking_ends_the_chain() {
    let mut run = Run::looking();
    run.look(Err(ReadProblem::SignInRefused(ServerText::new("no"))));
    assert_eq!((run.is_on_form(), run.posts()), (true, 0));
}

#[test]
fn a_masked_line_says_whether_it_took_something_and_shows_nothing() {
    let mut line = MaskedLine::default();
    assert!(!line.append("") && !line.append(" \n\u{e9}"));
    assert!(line.append(FAKE));
    assert_eq!((line.length(), format!("{line:?}")), (FAKE.len(), "MaskedLine(..)".to_owned()));
}

#[test]
fn a_long_line_scrolls_with_its_caret_and_is_lowered_in_place() {
    let mut line = TextLine::default();
    line.insert("ABCDEFGHIJ");
    assert_eq!((line.scroll(20), line.scroll(5)), (0, 5));
    let caret = line.caret_column();
    line.lower();
    assert_eq!((line.text(), line.caret_column()), ("abcdefghij", caret));
}

#[test]
fn a_secret_that_is_typed_where_it_can_be_read_is_taken_away() {
    let mut run = Run::empty();
    run.model.screen = Screen::SignIn(Box::new(SignIn::new(Vec::new())));
    run.keys("enter").typed(FAKE);
    let Screen::SignIn(sign_in) = &run.model.screen else { panic!("not signing in") };
    let name = sign_in.typing.as_ref().and_then(|typing| typing.name.as_ref()).unwrap();
    assert!(!name.text().contains("mdb_sa_sk_"), "its prefix is gone, and what follows is no secret");
}

#[test]
fn what_is_pasted_over_the_help_or_into_a_small_terminal_goes_nowhere() {
    let mut run = Run::empty();
    run.keys("f1").paste(PROJECT).keys("esc");
    assert_eq!(run.text(FieldName::Project), "");
    run.size(20, 5).paste(PROJECT).size(80, 24);
    assert_eq!(run.text(FieldName::Project), "");
}

#[test]
fn only_a_question_is_answered_by_y() {
    for keys in ["y", "esc n y"] {
        let mut run = Run::posting();
        run.keys(keys);
        assert!(matches!(run.link(), Link::Posting), "{keys}: it is still waited for");
    }
    for keys in ["y", "q n y"] {
        let mut run = Run::given_up();
        run.keys(keys);
        assert_eq!(run.exit(), None, "{keys}");
    }
}

#[test]
fn a_look_that_was_asked_for_before_says_nothing_now() {
    let mut run = Run::posting();
    run.answer(lost());
    let earlier = run.last_request();
    run.account(&[]).wake_after(2);
    run.event(Event::AccountRead { request: earlier, result: Ok(ServiceAccount::default()) });
    let Screen::Unknown(unknown) = &run.model.screen else { panic!("nothing is searched") };
    assert!(matches!(unknown.search, Search::Looking { round: 1, .. }), "{:?}", unknown.search);
}

#[test]
fn one_that_was_replaced_before_a_limit_is_not_replaced_again_after_it() {
    let mut run = Run::looking();
    let full = [existing("2026-01-01T00:00:00Z"), existing("2026-01-02T00:00:00Z")];
    run.account(&full).keys("y").deleted(DeleteOutcome::Gone).sign_in(Ok(())).account(&full[1..]);
    run.answer(refused(429, "RATE_LIMITED")).wake_after(60).sign_in(Ok(())).account(&full);
    assert_eq!((run.is_on_form(), run.posts()), (true, 1));
}

#[test]
fn an_id_within_other_words_says_where_it_came_from() {
    let words = format!("the account is {CLIENT}, please");
    for (keys, remark) in [("tab", false), ("", true)] {
        let mut run = Run::empty();
        if !keys.is_empty() {
            run.keys(keys);
        }
        run.paste(&words);
        assert_eq!(run.text(FieldName::Client), CLIENT);
        let Verdict::RightId(said) = run.model.form.verdict(FieldName::Client) else { panic!("it is right") };
        assert_eq!(said.is_some(), remark, "{keys}");
    }
}
