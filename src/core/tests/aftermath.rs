//! After creating: the other secrets, the proof, the note on the disk, and the request as a command.

use super::*;
use crate::domain::{
    BaseUrl, ClientId, Format, JournalEntry, Login, PendingRecord, ProjectId, VerifyOutcome,
};

fn other(run: &Run) -> &Other {
    match &run.shown().others {
        Some(Others::Read(others)) => &others[0],
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_account_is_read_again_and_each_other_secret_tells_what_became_of_it() {
    let mut run = Run::looking();
    let before = ExistingSecret {
        mask: Some(ServerText::new("mdb_sa_sk_...9f3a")),
        ..existing("2027-03-01T00:00:00Z")
    };
    run.account(std::slice::from_ref(&before)).keys("y").answer(created());
    let client = run.model.form.client_id().unwrap();
    run.event(Event::LoginKnown(Login { client, ends_with: ServerText::new("9f3a") }));
    let after =
        ExistingSecret { expires_at: Some("2026-11-30T18:14:00Z".parse().unwrap()), ..before.clone() };
    let own =
        ExistingSecret { id: SecretId::from_server(SECRET_ID).unwrap(), ..existing("2026-12-23T18:14:00Z") };
    run.account(&[after.clone(), own]);
    assert_eq!(*other(&run), Other { secret: after, before: Some(before), is_login: true });
}

#[test]
fn a_secret_is_proved_by_v_or_beforehand() {
    let mut run = Run::created();
    run.keys("v v");
    assert_eq!(run.count(|effect| matches!(effect, Effect::VerifySecret { .. })), 1, "one at a time");
    let request = run.last_request();
    run.event(Event::SecretVerified { request: RequestId(0), outcome: VerifyOutcome::Accepted { at: None } });
    assert!(matches!(run.shown().verification, Verification::Running { .. }));
    run.event(Event::SecretVerified { request, outcome: VerifyOutcome::Accepted { at: None } });
    assert_eq!(run.shown().verification, Verification::Done(VerifyOutcome::Accepted { at: None }));

    let mut run = Run::posting();
    run.model.beforehand.verifies = true;
    run.answer(created());
    assert_eq!(run.count(|effect| matches!(effect, Effect::VerifySecret { .. })), 1);
}

#[test]
fn the_note_comes_before_the_post_and_goes_when_somebody_has_the_secret() {
    let mut run = Run::looking();
    run.disk_answers = false;
    run.account(&[]);
    assert_eq!(run.posts(), 0, "not before it is on the disk");
    let request = run.last_request();
    run.event(Event::CreationNoted { request, result: Err("It could not be noted.".to_owned()) });
    assert_eq!(run.posts(), 1, "a full disk prevents nothing");
    assert!(run.model.not_noted.is_some());
    run.answer(created());
    assert!(run.count(|effect| matches!(effect, Effect::NoteSecret { .. })) == 1);
    let forgets = |run: &Run| run.count(|effect| matches!(effect, Effect::ForgetCreation));
    assert_eq!(forgets(&run), 0);
    run.keys("s").typed("x").keys("enter");
    run.saved(SaveOutcome::Saved { path: ServerText::new("/x"), format: Format::Secret });
    assert_eq!(forgets(&run), 1);
}

#[test]
fn a_note_stays_exactly_where_something_was_lost() {
    type Row = (fn(&mut Run), usize);
    let rows: [Row; 5] = [
        (
            |run| {
                run.answer(refused(400, "NO"));
            },
            1,
        ),
        (
            |run| {
                run.answer(not_sent());
            },
            1,
        ),
        (
            |run| {
                run.answer(lost());
            },
            0,
        ),
        (
            |run| {
                run.answer(created()).keys("q l");
            },
            0,
        ),
        (
            |run| {
                run.answer(created()).event(Event::SignalReceived(Signal::Terminate));
            },
            0,
        ),
    ];
    for (index, (happens, forgotten)) in rows.into_iter().enumerate() {
        let mut run = Run::posting();
        happens(&mut run);
        assert_eq!(run.count(|effect| matches!(effect, Effect::ForgetCreation)), forgotten, "row {index}");
    }
}

#[test]
fn leaving_before_the_post_takes_the_note_away() {
    let mut run = Run::looking();
    run.disk_answers = false;
    run.account(&[]).keys("esc");
    assert!(matches!(run.effects.last(), Some(Effect::ForgetCreation)));
    let request = run.effects.iter().find_map(|effect| match effect {
        Effect::NoteCreation { request, .. } => Some(*request),
        _ => None,
    });
    run.event(Event::CreationNoted { request: request.unwrap(), result: Ok(()) });
    assert_eq!(run.posts(), 0);
}

pub(super) fn left(secret_id: Option<&str>, base_url: &str) -> PendingRecord {
    let entry = JournalEntry {
        base_url: BaseUrl::parse(base_url).unwrap(),
        identity: ServerText::new("access token"),
        project: ProjectId::parse(PROJECT).unwrap(),
        client: ClientId::parse(CLIENT).unwrap(),
        begun_at: "2026-11-20T10:00:00Z".parse().unwrap(),
        ids_before: Some(Vec::new()),
        secret_id: secret_id.and_then(SecretId::from_server),
        expires_at: None,
    };
    PendingRecord { number: 0, entry }
}

fn told(secret_id: Option<&str>, base_url: &str) -> Run {
    let mut run = Run::filled();
    let cloud = BaseUrl::parse(BaseUrl::CLOUD).unwrap();
    run.model.session = Session::remote(&cloud, crate::domain::Identity::AccessToken);
    run.event(Event::LeftOversFound(vec![left(secret_id, base_url)]));
    assert!(matches!(run.model.screen, Screen::PendingRecord(_)));
    run
}

fn forgotten(run: &Run) -> usize {
    run.count(|effect| matches!(effect, Effect::ForgetLeftOver { number: 0 }))
}

#[test]
fn what_an_earlier_run_left_can_be_deleted_kept_or_left_for_later() {
    let mut run = told(Some(SECRET_ID), BaseUrl::CLOUD);
    run.keys("d enter");
    assert_eq!(run.count(|effect| matches!(effect, Effect::DeleteSecret { .. })), 0);
    let own =
        ExistingSecret { id: SecretId::from_server(SECRET_ID).unwrap(), ..existing("2026-12-20T10:00:00Z") };
    run.keys("y").account(std::slice::from_ref(&own)).deleted(DeleteOutcome::Gone);
    assert_eq!((forgotten(&run), run.is_on_form()), (1, true));

    // It is looked at right before: one that is used is somebody's, one that is gone needs nothing.
    let used = ExistingSecret { last_used_at: Some("2026-11-21T10:00:00Z".parse().unwrap()), ..own };
    let mut run = told(Some(SECRET_ID), BaseUrl::CLOUD);
    run.keys("d y").account(&[used]);
    assert_eq!((forgotten(&run), run.is_on_form()), (0, false));
    assert_eq!(run.count(|effect| matches!(effect, Effect::DeleteSecret { .. })), 0);
    let mut run = told(Some(SECRET_ID), BaseUrl::CLOUD);
    run.keys("d y").account(&[]);
    assert_eq!((forgotten(&run), run.is_on_form()), (1, true));

    let mut run = told(Some(SECRET_ID), BaseUrl::CLOUD);
    run.keys("k");
    assert_eq!((forgotten(&run), run.is_on_form()), (1, true));

    let mut run = told(Some(SECRET_ID), BaseUrl::CLOUD);
    run.keys("esc");
    assert_eq!((forgotten(&run), run.is_on_form()), (0, true));
}

#[test]
fn a_deletion_that_was_agreed_to_stops_while_it_is_only_looked_and_a_no_keeps_what_was_said() {
    let own =
        ExistingSecret { id: SecretId::from_server(SECRET_ID).unwrap(), ..existing("2026-12-20T10:00:00Z") };
    let mut run = told(Some(SECRET_ID), BaseUrl::CLOUD);
    run.keys("d y esc").account(std::slice::from_ref(&own));
    assert_eq!(run.count(|effect| matches!(effect, Effect::DeleteSecret { .. })), 0);

    let used = ExistingSecret { last_used_at: Some("2026-11-21T10:00:00Z".parse().unwrap()), ..own };
    let mut run = told(Some(SECRET_ID), BaseUrl::CLOUD);
    run.keys("d y").account(&[used]).keys("d n");
    let Screen::PendingRecord(told) = &run.model.screen else { panic!("it is still told") };
    assert_eq!(told.stage, LeftOverStage::Told(Some(NotDeleted::Used)));
}

#[test]
fn without_an_id_it_is_looked_for_and_found_like_a_lost_answer() {
    let mut run = told(None, BaseUrl::CLOUD);
    run.keys("d");
    assert_eq!(run.count(|effect| matches!(effect, Effect::DeleteSecret { .. })), 0);
    run.keys("l");
    let found = ExistingSecret {
        created_at: Some("2026-11-20T10:00:01Z".parse().unwrap()),
        ..existing("2026-12-20T10:00:00Z")
    };
    run.account(std::slice::from_ref(&found)).keys("d y").account(std::slice::from_ref(&found));
    run.deleted(DeleteOutcome::Gone);
    assert_eq!(forgotten(&run), 1);
}

#[test]
fn at_another_host_nothing_can_be_done_from_here() {
    let mut run = told(Some(SECRET_ID), "https://atlas.example.com");
    run.keys("d y l");
    assert!(matches!(run.model.screen, Screen::PendingRecord(_)));
    assert_eq!(
        run.count(|effect| matches!(effect, Effect::DeleteSecret { .. } | Effect::ReadAccount { .. })),
        0
    );
}

#[test]
fn the_request_is_shown_as_a_command_and_copied_without_any_credential() {
    let mut run = Run::filled();
    run.event(Event::KeysPressed(vec![KeyPress { code: KeyCode::F(2), modifiers: KeyModifiers::NONE }]));
    assert!(matches!(run.model.screen, Screen::Recipes(_)));
    run.keys("tab c");
    let Some(Effect::CopyText { text, .. }) = run.effects.last() else { panic!("nothing is copied") };
    assert!(text.contains(PROJECT) && text.contains(CLIENT) && text.contains("720"), "{text}");
    run.copied(COPIED).keys("esc");
    assert!(run.is_on_form());
}

#[test]
fn what_was_created_later_than_the_lost_post_is_another_ones() {
    let mut run = told(None, BaseUrl::CLOUD);
    let later = ExistingSecret {
        created_at: Some("2026-11-20T10:05:00Z".parse().unwrap()),
        ..existing("2026-12-20T10:00:00Z")
    };
    run.keys("l").account(&[later]);
    let Screen::Unknown(unknown) = &run.model.screen else { panic!("not looked for") };
    assert!(matches!(unknown.search, Search::NoneAppeared { .. }), "{:?}", unknown.search);
    // A minute for the request, and one that two clocks of Atlas may be apart.
    for (created_at, is_this_one) in [("2026-11-20T10:02:00Z", true), ("2026-11-20T10:02:01Z", false)] {
        let created_at = Some(created_at.parse().unwrap());
        let mut run = told(None, BaseUrl::CLOUD);
        run.keys("l").account(&[ExistingSecret { created_at, ..existing("2026-12-20T10:00:00Z") }]);
        let Screen::Unknown(unknown) = &run.model.screen else { panic!("not looked for") };
        assert_eq!(matches!(unknown.search, Search::Found(_)), is_this_one, "{created_at:?}");
    }
}

#[test]
fn deleting_what_an_earlier_run_left_is_asked_and_can_be_taken_back() {
    let asks = |run: &Run| match &run.model.screen {
        Screen::PendingRecord(told) => matches!(told.stage, LeftOverStage::Asking(_)),
        other => panic!("{other:?}"),
    };
    let mut run = told(Some(SECRET_ID), BaseUrl::CLOUD);
    run.keys("y");
    assert_eq!(run.count(|effect| matches!(effect, Effect::ReadAccount { .. })), 0, "nothing was asked");
    for no in ["n", "esc", "<ctrl-c>"] {
        run.keys("d");
        assert!(asks(&run), "{no}");
        run.keys(no);
        assert!(!asks(&run) && run.exit().is_none(), "{no}");
    }
    run.keys("d y k y");
    assert!(!asks(&run) && run.exit().is_none(), "while it is looked at no key counts but the way back");
    assert_eq!((forgotten(&run), run.count(|effect| matches!(effect, Effect::ReadAccount { .. }))), (0, 1));

    let mut run = told(Some(SECRET_ID), BaseUrl::CLOUD);
    run.keys("q");
    assert_eq!((run.exit(), forgotten(&run)), (Some(Exit::Done), 0), "the next run tells of it again");
}
