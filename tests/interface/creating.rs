//! Creating a secret: every step from the button to the response, every question, and every way back.

use std::time::Duration;

use atlas_secret::domain::{
    ApiError, Cause, Certainty, Consequences, CreatedSecret, Disposition, ExistingSecret, Exit,
    FieldViolation, Rejection, SecretId, ServerText, ServiceAccount,
};
use atlas_secret::jobs::{Question, Step};
use atlas_secret::tui::screens::{FieldName, Focus, Notice, Validation};
use atlas_secret::tui::{Command, Remote, Screen};

use crate::stage::{CLIENT, PROJECT, Stage, time};
use crate::*;

/// Asks whether to create a secret, which would shorten the lifetime of another one.
fn asking() -> Stage {
    Stage::fetching().then(|stage| stage.account(&[existing(LONG)]))
}

/// An expired secret was deleted, and the job starts again.
fn replaced(secrets: &[ExistingSecret]) -> Stage {
    Stage::fetching().then(|stage| stage.account(secrets).keys("y").deleted(Ok(())).signed_in(Ok(())))
}

fn notice(stage: &Stage) -> Option<&str> {
    match &stage.app.shared.form.notice {
        Some(Notice::Info(word)) if stage.is_on_form() => Some(word),
        _ => None,
    }
}

#[test]
fn creating_goes_through_all_steps_and_shows_the_secret() {
    let mut stage = Stage::filled().after("enter");
    assert!(matches!(progress(&stage).step, Step::SigningIn));
    stage.signed_in(Ok(()));
    assert!(matches!(progress(&stage).step, Step::FetchingAccount));
    stage.account(&[]);
    assert!(matches!(progress(&stage).step, Step::Creating(_)));
    assert!(matches!(stage.app.shared.lookups.account, Remote::Loaded(..)));
    stage.post_finished(Ok(secret()));
    assert_eq!(stage.created_screen().secret.id, Some(own_id()));
    let [
        Command::Create { new_secret, must_ask: false },
        Command::FetchProject(_),
        Command::RecordSecret(..),
        Command::FetchAccount(_),
    ] = &stage.commands[..]
    else {
        panic!("{:?}", stage.commands)
    };
    let sent = (
        new_secret.account.project.as_str(),
        new_secret.account.client.as_str(),
        new_secret.lifetime.hours(),
    );
    assert_eq!(sent, (PROJECT, CLIENT, 720));
    assert_eq!((stage.posts(), stage.journal.disk().calls.clone()), (1, vec!["begin"]));
    let account = &stage.app.shared.lookups.account;
    assert!(matches!(account, Remote::Loading(..)), "the known state of the account is outdated");
}

#[test]
fn a_failed_sign_in_returns_to_the_form_without_a_post() {
    let errors = [
        ApiError::not_sent(Cause::SignInRefused { status: 401, message: ServerText::new("invalid_client") }),
        rejected_read(401, "UNAUTHORIZED"),
        ApiError::not_sent(Cause::ConnectTimeout),
        ApiError::sent(Cause::TimedOut(Duration::from_secs(10))),
        ApiError::sent(Cause::Unexpected { status: 502 }),
    ];
    for error in errors {
        let mut stage = Stage::filled();
        stage.keys("enter").sign_in_fails(&error);
        assert_eq!(stage.certainty(), Some(Certainty::NotDone), "{error:?}");
        assert_eq!((stage.text(FieldName::Project), stage.posts()), (PROJECT, 0));
    }
}

#[test]
fn an_error_that_the_post_would_get_too_ends_the_job() {
    let rows = [
        (
            ApiError::not_sent(Cause::SignInRefused { status: 401, message: ServerText::new("no") }),
            Focus::Button,
        ),
        (rejected_read(401, "UNAUTHORIZED"), Focus::Button),
        (rejected_read(401, "USER_UNAUTHORIZED"), Focus::Button),
        (rejected_read(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST"), Focus::Button),
        (rejected_read(403, "ORG_REQUIRES_ACCESS_LIST"), Focus::Button),
        (rejected_read(403, "FORBIDDEN"), Focus::Button),
        (rejected_read(404, "GROUP_NOT_FOUND"), Focus::Field(FieldName::Project)),
        (rejected_read(404, "SERVICE_ACCOUNT_NOT_FOUND"), Focus::Field(FieldName::Client)),
        (rejected_read(410, "GONE"), Focus::Button),
    ];
    for (error, focus) in rows {
        let mut stage = Stage::fetching();
        stage.account_read(Err(error.clone()));
        assert_eq!(stage.certainty().map(Certainty::message), Some("Nothing was created."), "{error:?}");
        assert_eq!((stage.app.shared.form.focus, stage.posts()), (focus, 0), "{error:?}");
    }
}

#[test]
fn other_errors_of_reading_the_account_ask_whether_to_create() {
    let errors = [
        rejected_read(500, "UNEXPECTED_ERROR"),
        rejected_read(429, "RATE_LIMITED"),
        ApiError::not_sent(Cause::ConnectTimeout),
        ApiError::sent(Cause::TimedOut(Duration::from_secs(3))),
        ApiError::sent(Cause::Unexpected { status: 200 }),
    ];
    for error in errors {
        let mut stage = Stage::fetching();
        stage.account_fails(&error);
        assert!(
            matches!(&progress(&stage).question, Some(Question::AccountUnknown(why)) if why.cause == error.cause),
            "{error:?}"
        );
        assert_eq!(stage.posts(), 0);
    }
}

#[test]
fn creating_asks_only_if_it_would_shorten_another_secret() {
    for harmless in [vec![], vec![existing(EXPIRED)], vec![existing(SHORT)]] {
        let mut stage = Stage::fetching();
        stage.account(&harmless);
        assert_eq!(stage.posts(), 1, "{harmless:?}");
    }
    let stage = asking();
    let shortens = vec![(existing(LONG), time("2026-11-30T17:14:00Z"))];
    let expected = Question::Consequences(Consequences { secrets: 1, deletes: None, shortens });
    assert_eq!(progress(&stage).question.as_ref(), Some(&expected));
    assert_eq!(stage.posts(), 0);
}

#[test]
fn only_y_confirms_a_question() {
    for (keys, posts, stays) in [
        ("enter", 0, true),
        ("enter enter <ctrl-s>", 0, true),
        ("tab", 0, true),
        ("y", 1, true),
        ("y y", 1, true),
        ("n", 0, false),
        ("esc", 0, false),
        ("<ctrl-c>", 0, false),
    ] {
        let stage = asking().after(keys);
        assert_eq!((stage.posts(), !stage.is_on_form()), (posts, stays), "{keys}");
        assert_eq!(stage.exit(), None, "{keys}");
    }
}

#[test]
fn y_does_nothing_without_a_question() {
    for keys in ["y", "esc n y"] {
        let stage = Stage::posting().after(keys);
        assert!(matches!(progress(&stage).step, Step::Creating(_)), "{keys}");
    }
    for keys in ["y", "q n y"] {
        let stage = Stage::stopped_waiting().after(keys);
        assert_eq!(stage.exit(), None, "{keys}");
    }
}

#[test]
fn stopping_before_the_post_reports_that_nothing_was_created() {
    for key in ["esc", "<ctrl-c>"] {
        for mut stage in [Stage::fetching(), asking()] {
            stage.keys(key);
            assert_eq!(
                (notice(&stage), stage.exit()),
                (Some("Stopped. Nothing was created."), None),
                "{key}"
            );
        }
    }
}

#[test]
fn a_stopped_job_sends_no_more_requests() {
    let mut stage = Stage::filled().after("enter esc");
    assert!(stage.is_on_form() && stage.atlas.take_waiting().len() == 1, "only the project is still fetched");
    stage.keys("enter").signed_in(Ok(())).keys("esc");
    assert!(stage.is_on_form() && stage.posts() == 0 && stage.app.shared.summaries.is_empty());
}

#[test]
fn the_elapsed_time_counts_from_the_start_of_the_job() {
    let mut stage = Stage::filled();
    stage
        .advance(Duration::from_secs(90))
        .keys("<ctrl-s>")
        .advance(Duration::from_secs(2))
        .event(TIME_PASSED);
    stage.shows("Signing in 2 s");
}

#[test]
fn y_deletes_the_expired_secret_and_the_account_is_fetched_again() {
    let mut stage = Stage::fetching();
    stage.account(&[existing(EXPIRED), existing(SHORT)]).keys("enter");
    assert!(matches!(progress(&stage).question, Some(Question::Consequences(_))), "Enter does not confirm");
    stage.keys("y esc y n");
    assert!(matches!(progress(&stage).step, Step::DeletingExpired), "too late to cancel");
    stage.deleted(Ok(())).signed_in(Ok(())).account(&[existing(SHORT)]);
    assert_eq!(stage.posts(), 1);
}

#[test]
fn without_the_time_of_atlas_no_secret_counts_as_expired() {
    let mut stage = Stage::fetching();
    let secrets = vec![existing(EXPIRED), existing(SHORT)];
    stage.account_read(Ok(ServiceAccount { secrets, read_at: None, ..ServiceAccount::default() }));
    assert!(matches!(stage.app.screen, Screen::SecretList(_)), "never deleted automatically");
    assert_eq!(stage.posts(), 0);
}

#[test]
fn nothing_is_created_if_the_expired_secret_cannot_be_deleted() {
    let mut stage = Stage::fetching();
    stage.account(&[existing(EXPIRED), existing(EXPIRED)]).keys("y");
    stage.deleted(Err(ApiError::not_sent(Cause::ConnectTimeout)));
    assert_eq!((stage.is_on_form(), stage.posts(), stage.certainty()), (true, 0, Some(Certainty::NotDone)));
}

#[test]
fn a_secret_that_is_still_there_after_deletion_is_not_replaced_again() {
    let full = [existing(EXPIRED), existing("2026-01-02T00:00:00Z")];
    let mut stage = replaced(&full);
    stage.account(&full);
    assert!(matches!(stage.app.screen, Screen::SecretList(_)), "the user decides");
    assert_eq!(stage.posts(), 0);

    let mut stage = replaced(&full);
    stage.account(&full[1..]).post_finished(refused(429, "RATE_LIMITED"));
    stage.wake_after(60).signed_in(Ok(())).account(&full);
    assert!(matches!(stage.app.screen, Screen::SecretList(_)), "not after a rate limit, either");
    assert_eq!(stage.posts(), 1);
}

#[test]
fn stopping_after_deleting_an_expired_secret_reports_the_deletion() {
    let mut stage = replaced(&[existing(EXPIRED), existing(LONG)]);
    let id = SecretId::from_server("cccccccccccccccccccccccc").unwrap();
    stage.account(&[ExistingSecret { id, ..existing(LONG) }]).keys("n");
    assert_eq!(notice(&stage), Some("Stopped. The expired secret is deleted; nothing was created."));
    assert_eq!(stage.posts(), 0);
}

#[test]
fn a_post_without_effect_reports_that_nothing_was_created() {
    let rows: [(Result<CreatedSecret, ApiError>, Certainty); 4] = [
        (not_sent(), Certainty::NotDone),
        (refused(401, "UNAUTHORIZED"), Certainty::NotDone),
        (refused(400, "VALIDATION_ERROR"), Certainty::NotDone),
        (refused(409, "DATA_CONCURRENCY_ERROR"), Certainty::NotDone),
    ];
    for (outcome, expected) in rows {
        let mut stage = Stage::posting();
        stage.post_finished(outcome);
        assert_eq!(
            (stage.is_on_form(), stage.certainty(), stage.dispositions()),
            (true, Some(expected), vec![])
        );
    }
}

fn rejected_fields(fields: &[&str]) -> Stage {
    let violation = |field: &&str| FieldViolation {
        field: ServerText::new(field),
        description: ServerText::new("must be less"),
    };
    let fields = fields.iter().map(violation).collect();
    let mut stage = Stage::posting();
    stage.post_finished(Err(ApiError::rejected(Rejection { fields, ..rejection(400, "VALIDATION_ERROR") })));
    stage
}

#[test]
fn a_field_that_atlas_rejects_gets_the_focus_and_stays_invalid_until_changed() {
    let rows: [(&[&str], FieldName); 3] = [
        (&["groupId"], FieldName::Project),
        (&["path/clientId"], FieldName::Client),
        (&["body.secretExpiresAfterHours", "other"], FieldName::Lifetime),
    ];
    for (named, field) in rows {
        let mut stage = rejected_fields(named);
        assert_eq!(stage.app.shared.form.focus, Focus::Field(field), "{named:?}");
        assert!(matches!(stage.app.shared.form.validation(field), Validation::Refused(_)), "{named:?}");
        stage.keys("backspace");
        assert!(!matches!(stage.app.shared.form.validation(field), Validation::Refused(_)), "{named:?}");
        let stage = rejected_fields(named).after("9");
        assert_eq!(stage.text(field), "9", "the rejected value is replaced: {named:?}");
    }
}

#[test]
fn an_error_shows_the_status_and_code_of_atlas() {
    let mut stage = Stage::fetching();
    stage.account_read(Err(rejected_read(401, "NOT_IN_GROUP"))).shows("Atlas: 401 NOT_IN_GROUP");
    let may_be_full = "or the account already has 2 secrets";
    rejected_fields(&["other"]).hides(may_be_full);
    rejected_fields(&[]).shows(may_be_full);
}

#[test]
fn a_panic_is_reported_by_whether_the_post_was_sent() {
    // Dropping the request makes the fake Atlas panic, and the job with it.
    let mut before_posting = Stage::filled().after("enter");
    drop(before_posting.atlas.take_waiting());
    before_posting.settle();
    assert!(before_posting.is_on_form());
    before_posting.shows("Nothing was created.");
    before_posting.keys("<ctrl-c>");
    before_posting.left(Exit::Done, &[]);

    let mut posting = Stage::posting();
    drop(posting.atlas.take_waiting());
    posting.settle();
    assert!(matches!(posting.app.screen, Screen::Recovery(_)));
    assert_eq!(posting.dispositions(), [Disposition::PerhapsCreated]);
}

#[test]
fn the_replaced_secret_is_named_before_and_after() {
    let mut stage = Stage::fetching();
    stage.account(&[masked(EXPIRED), existing(LONG)]).shows("Replace …9f3a with a new secret for");
    stage.shows("…9f3a expired on 1 Jan 2026 and will be deleted. This cannot be undone.");
    assert_eq!(stage.drawn().matches("This cannot be undone.").count(), 1, "once for both effects");
    stage.keys("enter").shows("Press y (replace) or n (back).");
    stage.keys("y").deleted(Ok(())).signed_in(Ok(())).account(&[existing(LONG)]).post_finished(Ok(secret()));
    stage.shows("\u{2713} Deleted …9f3a");
    stage.keys("q y");
    assert_eq!(stage.dispositions(), [Disposition::Deleted, Disposition::NotDelivered]);
}

#[test]
fn a_replaced_secret_is_named_on_exit() {
    let mut stage = replaced(&[masked(EXPIRED), existing(LONG)]);
    stage.account(&[existing(LONG)]).post_finished(lost());
    stage.keys("q y");
    assert_eq!(stage.dispositions(), [Disposition::Deleted, Disposition::PerhapsCreated]);
    let mut stopped = replaced(&[existing(EXPIRED), existing(LONG)]);
    stopped.keys("esc <ctrl-c>");
    assert_eq!(stopped.dispositions(), [Disposition::Deleted]);
}
