//! Signing in by hand.

use super::*;
use crate::domain::{ClientId, Credentials, Login, ProfileName, Tried, TriedSession};

fn signed_out() -> Run {
    let mut run = Run::empty();
    run.model.screen = Screen::SignIn(Box::new(SignIn::new(vec![ProfileName::new("ci").unwrap()])));
    run
}

fn sign_in(run: &Run) -> &SignIn {
    match &run.model.screen {
        Screen::SignIn(sign_in) => sign_in,
        other => panic!("not signing in: {other:?}"),
    }
}

/// A service account, typed and sent.
fn tried() -> Run {
    let mut run = signed_out();
    run.keys("down enter").paste(CLIENT).keys("enter").paste(FAKE).keys("enter");
    run
}

fn answer(run: &mut Run, tried: Tried) {
    let request = run.last_request();
    let (project, client) = (Some(PROJECT.to_owned()), None);
    let outcome = TriedSession { tried, session: Session::Demo, project, client };
    run.event(Event::SignInTried { request, outcome });
}

#[test]
fn profiles_come_first_and_need_no_typing() {
    let mut run = signed_out();
    run.keys("enter");
    assert!(matches!(&run.effects[..], [Effect::TryProfile { name, .. }] if name.as_str() == "ci"));
}

#[test]
fn a_new_session_forgets_whose_secret_the_one_before_was_and_names_where_its_own_lies() {
    for (mut run, keys, holder) in [(signed_out(), "enter", Some("profile ci")), (tried(), "", None)] {
        let client = ClientId::parse(CLIENT).unwrap();
        run.event(Event::LoginKnown(Login { client, ends_with: ServerText::new("9f3a") }));
        if !keys.is_empty() {
            run.keys(keys);
        }
        answer(&mut run, Tried::Accepted);
        assert_eq!(run.model.login, None);
        assert_eq!(run.model.login_holder.as_ref().map(ServerText::as_str), holder);
    }
}

#[test]
fn a_service_account_is_tried_as_it_was_typed() {
    let run = tried();
    let [Effect::TryCredentials { credentials: Credentials::ServiceAccount { client_id, .. }, .. }] =
        &run.effects[..]
    else {
        panic!("tried {:?}", run.effects);
    };
    assert_eq!(client_id.as_str(), CLIENT);
    assert!(!format!("{:?} {:?}", run.model, run.effects).contains("FAKE"));
}

#[test]
fn each_way_makes_its_own_kind_of_credential() {
    let kind = |run: &Run| match &run.effects[..] {
        [Effect::TryCredentials { credentials, .. }] => format!("{:?}", credentials.identity()),
        other => format!("{other:?}"),
    };
    let mut key = signed_out();
    key.keys("down down enter").typed("fakepubl").keys("tab").typed("fake-private").keys("enter");
    assert!(kind(&key).starts_with("ApiKey"), "{}", kind(&key));
    let mut token = signed_out();
    token.keys("down down down enter").typed("fake-token").keys("enter");
    assert_eq!(kind(&token), "AccessToken");
    let mut demo = signed_out();
    demo.keys("up enter");
    assert!(matches!(&demo.effects[..], [Effect::OpenDemo { .. }]));
}

#[test]
fn what_cannot_be_right_is_not_sent() {
    let rows = [
        ("down enter enter enter", "Client ID: a client ID is needed", false),
        ("down enter x enter y enter", "Client ID: a client ID starts with mdb_sa_id_", false),
        ("down down enter tab x enter", "Public key: a public key is needed", false),
        ("down down enter a b c d e f g h enter enter", "Private key: it is empty", true),
        ("down down down enter enter", "Access token: it is empty", true),
    ];
    for (keys, said, on_secret) in rows {
        let mut run = signed_out();
        run.keys(keys);
        assert_eq!(run.effects.len(), 0, "{keys}");
        let problem = sign_in(&run).problem.as_deref();
        assert_eq!(problem, Some(&SignInProblem::Typed(said.to_owned())), "{keys}");
        let typing = sign_in(&run).typing.as_ref().unwrap();
        assert_eq!(typing.on_secret, on_secret, "{keys}: the caret goes to what is to be mended");
    }
}

#[test]
fn accepted_credentials_open_the_form_with_what_is_known() {
    let mut run = tried();
    answer(&mut run, Tried::Accepted);
    assert!(run.is_on_form());
    assert!(matches!(run.effects.last(), Some(Effect::UseSession { .. })));
    assert_eq!((run.text(FieldName::Project), run.text(FieldName::Client)), (PROJECT, ""));
    assert_eq!(run.model.form.focus, Focus::Field(FieldName::Client));
}

#[test]
fn an_address_that_is_not_listed_is_accepted_with_a_warning() {
    let mut run = tried();
    answer(&mut run, Tried::AddressNotListed);
    assert!(run.is_on_form());
    assert!(matches!(run.model.form.notice, Some(FormNotice::Word(word)) if word.contains("access list")));
}

#[test]
fn a_refusal_names_what_was_typed_and_what_atlas_said() {
    let refused = || {
        ReadProblem::Rejected(Rejection {
            status: 401,
            error_code: ServerText::new("UNEXPECTED_ERROR"),
            detail: ServerText::new("You are not authorized for this resource."),
            fields: Vec::new(),
            retry_after: None,
        })
    };
    let rows = [
        ("down down enter a b c d e f g h enter x enter", "Atlas did not accept the API key."),
        ("down down down enter x enter", "Atlas did not accept the access token."),
        ("enter", "Atlas did not accept the credentials."),
        ("down enter <client> enter x enter", "Atlas did not accept the service account."),
    ];
    for (keys, said) in rows {
        let mut run = signed_out();
        match keys.split_once(" <client> ") {
            Some((before, after)) => run.keys(before).paste(CLIENT).keys(after),
            None => run.keys(keys),
        };
        answer(&mut run, Tried::Refused(refused()));
        let Some(SignInProblem::Tried { explanation, atlas_words }) = sign_in(&run).problem.as_deref() else {
            panic!("{keys}: nothing is said");
        };
        assert_eq!(explanation.title, said, "{keys}");
        let words = atlas_words.as_ref().map(ServerText::as_str);
        assert_eq!(words, Some("UNEXPECTED_ERROR: You are not authorized for this resource."), "{keys}");
    }
}

#[test]
fn a_refused_secret_is_typed_anew_and_one_that_never_got_there_is_kept() {
    let lengths = [
        (ReadProblem::SignInRefused(ServerText::new("no")), 0),
        (ReadProblem::TimedOut(Duration::from_secs(10)), FAKE.len()),
    ];
    for (problem, length) in lengths {
        let mut run = tried();
        answer(&mut run, Tried::Refused(problem));
        let typing = sign_in(&run).typing.as_ref().unwrap();
        assert_eq!(typing.secret.length(), length);
        assert!(sign_in(&run).problem.is_some());
    }
}

#[test]
fn a_try_that_was_stopped_changes_nothing_when_it_ends() {
    let mut run = tried();
    run.keys("esc");
    answer(&mut run, Tried::Accepted);
    assert!(matches!(run.model.screen, Screen::SignIn(_)));
    assert_eq!(run.count(|effect| matches!(effect, Effect::UseSession { .. })), 0);
}

#[test]
fn a_secret_pasted_into_the_open_part_goes_to_the_masked_one() {
    let mut run = signed_out();
    run.keys("down enter").paste(FAKE);
    let typing = sign_in(&run).typing.as_ref().unwrap();
    assert_eq!((typing.name.as_ref().unwrap().text(), typing.secret.length()), ("", FAKE.len()));
    assert!(typing.on_secret);
}

#[test]
fn esc_leads_back_and_then_out() {
    let mut run = signed_out();
    run.keys("down enter esc");
    assert!(sign_in(&run).typing.is_none());
    run.keys("esc");
    assert_eq!(run.exit(), Some(Exit::Done));
}
