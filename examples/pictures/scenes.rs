//! The pictures, one function a scene. To add one: a line in [`all`] and what leads to it.

use std::time::Duration;

use atlas_secret::core::{Effect, Event, Form, Screen, SignIn};
use atlas_secret::domain::{
    BaseUrl, CreateOutcome, ExistingSecret, Identity, LostAnswer, Page, PairKind, ProfileName, ProjectEntry,
    ProjectId, Rejection, SecretId, ServerText, ServiceAccount, Session, VerifyOutcome,
};
use atlas_secret::view::{Glyphs, Theme};
use crossterm::event::KeyCode;

use super::stage::{CLIENT, PROJECT, Stage};

/// A picture to be.
pub struct Scene {
    /// The file's name, without `.svg`.
    pub name: &'static str,
    /// What it shows, for those who cannot see it.
    pub about: &'static str,
    pub theme: Theme,
    pub stage: Stage,
}

/// All of them, in the order in which a person meets them.
pub fn all() -> Vec<Scene> {
    let without_colour = Theme::without_colour(Glyphs::UNICODE);
    vec![
        scene("sign-in", "The ways to sign in", sign_in()),
        scene("form-empty", "The form, empty", form("", "", "720")),
        scene(
            "form-wrong-character",
            "A form that marks the character that cannot be right",
            wrong_character(),
        ),
        scene("form-filled", "The form, filled in, and what creating will do", filled()),
        scene("form-replaces", "The button that replaces an expired secret", replaces()),
        scene("as-a-command", "The request as a command", as_a_command()),
        scene("list-of-projects", "A list of projects to choose from", projects()),
        scene("sending", "The request is being sent", posting(2_300)),
        scene("secret-created", "The new secret, masked", created()),
        scene("copied", "The secret was copied", copied()),
        scene("guard", "The question before a secret is lost", guard()),
        scene("others", "What creating did to the others, and that Atlas accepts the new one", others()),
        scene("unknown", "The answer was lost, and the secret that nobody has is found", unknown()),
        scene("role-too-low", "Atlas refused: the role is too low", role_too_low()),
        scene("help", "The help of the form", help()),
        Scene { theme: without_colour, ..scene("no-color", "A form without any colour", wrong_character()) },
    ]
}

fn scene(name: &'static str, about: &'static str, stage: Stage) -> Scene {
    Scene { name, about, theme: Theme::colour(Glyphs::UNICODE), stage }
}

fn form(project: &str, client: &str, lifetime: &str) -> Stage {
    let cloud = BaseUrl::parse(BaseUrl::CLOUD).unwrap();
    let session = Session::remote(
        &cloud,
        Identity::Profile { name: ProfileName::new("ci").unwrap(), kind: PairKind::ServiceAccount },
    );
    Stage::new(session, Form::new(project, client, lifetime))
}

fn existing(tail: &str, expires_at: &str) -> ExistingSecret {
    ExistingSecret {
        id: SecretId::from_server(&format!("65a1c0de00000000000{tail}")).unwrap(),
        created_at: Some("2026-11-23T17:14:02Z".parse().unwrap()),
        expires_at: Some(expires_at.parse().unwrap()),
        last_used_at: Some("2026-11-23T15:10:00Z".parse().unwrap()),
        mask: Some(ServerText::new(&format!("mdb_sa_sk_...{tail}"))),
    }
}

fn filled() -> Stage {
    let mut stage = form(PROJECT, CLIENT, "30d");
    stage.looked_up(vec![existing("9f3a", "2027-03-01T12:00:00Z")]);
    stage
}

fn replaces() -> Stage {
    let mut stage = form(PROJECT, CLIENT, "30d");
    stage.looked_up(vec![existing("2b8e", "2026-11-01T12:00:00Z"), existing("9f3a", "2027-03-01T12:00:00Z")]);
    stage
}

fn as_a_command() -> Stage {
    let mut stage = form(PROJECT, CLIENT, "30d");
    stage.press(KeyCode::F(2));
    stage.press(KeyCode::Tab);
    stage
}

fn others() -> Stage {
    let mut stage = filled();
    stage.press(KeyCode::Enter);
    stage.signed_in();
    let before = existing("9f3a", "2027-03-01T12:00:00Z");
    stage.account_read(ServiceAccount { secrets: vec![before.clone()], ..ServiceAccount::default() });
    stage.press(KeyCode::Char('y'));
    stage.created();
    let after = ExistingSecret { expires_at: Some("2026-11-30T17:14:00Z".parse().unwrap()), ..before };
    stage.account_read(ServiceAccount { secrets: vec![after], ..ServiceAccount::default() });
    stage.press(KeyCode::Char('v'));
    let request = stage.request(|effect| matches!(effect, Effect::VerifySecret { .. }));
    let at = Some("2026-11-23T17:14:20Z".parse().unwrap());
    stage.send(Event::SecretVerified { request, outcome: VerifyOutcome::Accepted { at } });
    stage
}

fn sign_in() -> Stage {
    let session = Session::signed_out(&BaseUrl::parse(BaseUrl::CLOUD).unwrap());
    let mut stage = Stage::new(session, Form::new("", "", "720"));
    let profiles = ["ci", "staging"].into_iter().filter_map(ProfileName::new).collect();
    stage.model.screen = Screen::SignIn(Box::new(SignIn::new(profiles)));
    stage
}

fn wrong_character() -> Stage {
    let mut stage = form(PROJECT, "", "720");
    stage.type_in("mdb_sa_id_12345g7890ab");
    stage
}

fn projects() -> Stage {
    let mut stage = form("", CLIENT, "720");
    stage.control('o');
    let names = ["billing", "data-lake", "identity", "ledger", "payments-prod", "payments-staging", "search"];
    let id = |number: usize| ProjectId::parse(&format!("5eed{:020x}", number * 0x9e37_79b9_7f4a)).unwrap();
    let entries = names
        .iter()
        .enumerate()
        .map(|(number, name)| ProjectEntry { id: id(number + 1), name: ServerText::new(name) })
        .collect::<Vec<_>>();
    let request = stage.request(|effect| matches!(effect, Effect::ReadProjects { .. }));
    let about = u32::try_from(entries.len()).ok();
    stage.send(Event::ProjectsRead { request, result: Ok(Page { entries, is_last: true, about }) });
    stage.press(KeyCode::Down);
    stage
}

/// The POST has been running for so many milliseconds.
fn posting(milliseconds: u64) -> Stage {
    let mut stage = form(PROJECT, CLIENT, "30d");
    stage.press(KeyCode::Enter);
    stage.signed_in();
    stage.account_read(ServiceAccount::default());
    stage.wait(milliseconds);
    stage
}

fn created() -> Stage {
    let mut stage = posting(0);
    stage.created();
    stage
}

fn copied() -> Stage {
    let mut stage = created();
    stage.press(KeyCode::Char('c'));
    stage.copied();
    stage
}

fn guard() -> Stage {
    let mut stage = created();
    stage.press(KeyCode::Char('q'));
    stage
}

fn unknown() -> Stage {
    let mut stage = posting(60_000);
    stage.answered(CreateOutcome::Unknown(LostAnswer::TimedOut(Duration::from_secs(60))));
    let found = ExistingSecret { last_used_at: None, ..existing("d06b", "2026-12-23T17:14:02Z") };
    stage.account_read(ServiceAccount { secrets: vec![found], ..ServiceAccount::default() });
    stage
}

fn role_too_low() -> Stage {
    let mut stage = posting(0);
    stage.answered(CreateOutcome::Rejected(Rejection {
        status: 401,
        error_code: ServerText::new("USER_UNAUTHORIZED"),
        detail: ServerText::new("Current user is not authorized to perform this action."),
        fields: Vec::new(),
        retry_after: None,
    }));
    stage
}

fn help() -> Stage {
    let mut stage = form("", "", "720");
    stage.press(KeyCode::Char('?'));
    stage
}
