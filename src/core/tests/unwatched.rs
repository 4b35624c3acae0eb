//! Runs that nobody watches, more of them: what is told at the end, and what is not done without consent.

use super::*;
use crate::domain::{BaseUrl, FieldViolation, Identity};
use headless::{agreeing_alone, alone, project_read, words};

#[test]
fn without_a_terminal_a_lost_answer_is_looked_for_before_it_ends() {
    let mut run = alone();
    run.account(&[]).answer(lost());
    for pause in PAUSES {
        assert_eq!(run.exit(), None, "it is still looked for");
        run.account(&[]).wake_after(pause.as_secs());
    }
    run.account(&[]);
    assert_eq!(run.exit(), Some(Exit::NotDelivered));
}

#[test]
fn without_a_terminal_what_was_found_out_is_told_with_what_is_left_to_do() {
    let new = |id: &str| ExistingSecret {
        id: SecretId::from_server(id).unwrap(),
        created_at: Some("2026-11-23T18:14:11Z".parse().unwrap()),
        ..existing("2026-12-23T18:14:00Z")
    };
    let problem = ReadProblem::Unexpected { status: 502 };
    let rows: [(Result<Vec<ExistingSecret>, ReadProblem>, &str); 3] = [
        (Ok(vec![new("cccc")]), "(id cccc) is new and its value is lost: delete it in Atlas"),
        (Ok(vec![new("cccc"), new("dddd")]), "Several secrets are new: look in Atlas."),
        (Err(problem), "Could not look. The answer (HTTP 502)"),
    ];
    for (found, said) in rows {
        let mut run = alone();
        run.account(&[]).answer(lost());
        for pause in PAUSES {
            let secrets = found.clone();
            run.look(secrets.map(|secrets| ServiceAccount { secrets, ..ServiceAccount::default() }));
            if run.exit().is_some() {
                break;
            }
            run.wake_after(pause.as_secs());
        }
        if run.exit().is_none() {
            run.look(found.map(|secrets| ServiceAccount { secrets, ..ServiceAccount::default() }));
        }
        assert!(words(&run).contains(said), "{said}: {}", words(&run));
        assert_eq!(run.exit(), Some(Exit::NotDelivered));
    }
}

#[test]
fn without_a_terminal_what_stands_at_a_field_is_told_too() {
    let fields = vec![FieldViolation {
        field: ServerText::new("secretExpiresAfterHours"),
        description: ServerText::new("must be less"),
    }];
    let mut run = alone();
    run.account(&[]);
    run.answer(CreateOutcome::Rejected(Rejection { fields, ..rejection(400, "VALIDATION_ERROR") }));
    assert!(words(&run).ends_with("Expires after: Atlas: must be less."), "{}", words(&run));
}

#[test]
fn where_no_terminal_can_be_had_cleaning_up_is_offered_of_what_was_noted() {
    let cloud = BaseUrl::parse(BaseUrl::CLOUD).unwrap();
    let remote = Session::remote(&cloud, Identity::AccessToken);
    let rows =
        [(remote.clone(), None, true), (remote, Some("a full disk"), false), (Session::Demo, None, false)];
    for (session, not_noted, is_offered) in rows {
        let mut run = alone();
        run.model.session = session;
        run.account(&[]).answer(created());
        run.model.not_noted = not_noted.map(str::to_owned);
        run.printed(Err(PrintFailure::Full)).event(Event::TerminalTaken { is_taken: false });
        assert_eq!(words(&run).contains("offers to clean up"), is_offered, "{not_noted:?}");
    }
}

#[test]
fn without_a_terminal_an_earlier_secret_is_told_of_by_its_account() {
    let mut run = alone();
    run.event(Event::LeftOversFound(vec![aftermath::left(None, BaseUrl::CLOUD)]));
    assert!(words(&run).contains(&format!("an earlier secret of {CLIENT}")), "{}", words(&run));
}

#[test]
fn without_consent_an_expired_secret_stays_even_where_nobody_can_be_asked() {
    let expired_one = [existing("2026-01-01T00:00:00Z"), existing("2027-11-23T18:14:00Z")];
    let deletes = |run: &Run| run.count(|effect| matches!(effect, Effect::DeleteSecret { .. }));
    let mut run = agreeing_alone(false);
    project_read(&mut run, Err(ReadProblem::Unexpected { status: 502 }));
    run.account(&expired_one);
    assert_eq!((run.exit(), deletes(&run), run.posts()), (Some(Exit::NothingCreated), 0, 0));
    assert!(words(&run).contains("--replace-expired"), "{}", words(&run));

    let mut run = agreeing_alone(true);
    project_read(&mut run, Err(ReadProblem::Unexpected { status: 502 }));
    run.account(&expired_one);
    assert_eq!((run.exit(), deletes(&run)), (None, 1));
}

#[test]
fn what_was_agreed_to_holds_after_a_limit_was_waited_out() {
    let mut run = alone();
    run.account(&[]).answer(refused(429, "RATE_LIMITED")).wake_after(60).sign_in(Ok(()));
    // The project is asked for once more, too.
    let asked = run.effects.iter().rev().find_map(|effect| match effect {
        Effect::ReadProject { request, .. } => Some(*request),
        _ => None,
    });
    let look = run.last_request();
    let unread = Err(ReadProblem::Unexpected { status: 502 });
    run.event(Event::ProjectRead { request: asked.unwrap(), result: unread });
    let secrets = vec![existing("2027-11-23T18:14:00Z")];
    let account = ServiceAccount { secrets, ..ServiceAccount::default() };
    run.event(Event::AccountRead { request: look, result: Ok(account) });
    assert_eq!((run.posts(), run.exit()), (2, None));
}
