//! The pictures, one function each. To add one, add a line to [`all`] and a function for its steps.

use std::time::Duration;

use atlas_secret::domain::{
    AccountEntry, ApiError, BaseUrl, Cause, ClientId, CopyOutcome, CreatedSecret, EnvFile, ExistingSecret,
    Format, Identity, KnownCommand, Page, PairKind, ProfileName, ProjectEntry, ProjectId, Rejection,
    SaveFailure, SecretId, ServerText, ServiceAccount, Session,
};
use atlas_secret::tui::screens::{Form, SignIn};
use atlas_secret::tui::{Event, Glyphs, Screen, Theme};
use crossterm::event::KeyCode;
use jiff::Timestamp;

use super::stage::{CLIENT, PROJECT, Stage, VALUE};

/// A picture.
pub struct Scene {
    /// The file name, without `.svg`.
    pub name: &'static str,
    /// The description for screen readers.
    pub about: &'static str,
    pub theme: Theme,
    pub stage: Stage,
}

/// All pictures, in the order in which a user sees the screens.
pub fn all() -> Vec<Scene> {
    let without_color = Theme::without_color(Glyphs::UNICODE);
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
        scene("names", "A name in place of the project ID, and the projects that match", names()),
        scene("list-of-projects", "A list of projects to choose from", projects()),
        scene("list-of-accounts", "The service accounts of a project, the next to expire first", accounts()),
        scene("question", "The question before a secret expires early", question()),
        scene("sending", "The request is being sent", posting(2_300)),
        scene("secret-created", "The new secret, masked", created()),
        scene("copied", "The secret was copied", copied()),
        scene("run-a-command", "Commands that can read the secret", run_a_command()),
        scene("update-env", "The question before an existing .env file is updated", update_env()),
        scene("guard", "The question before a secret is lost", leave_question()),
        scene("others", "What creating did to the others, and that Atlas accepts the new one", others()),
        scene("full-account", "Both secrets are in use: one is to be deleted first", full_account()),
        scene("unknown", "The response was lost, and the secret whose value is lost is found", unknown()),
        scene("role-too-low", "Atlas refused: the role is too low", role_too_low()),
        scene("help", "The help of the form", help()),
        Scene { theme: without_color, ..scene("no-color", "A form without any color", wrong_character()) },
    ]
}

fn scene(name: &'static str, about: &'static str, stage: Stage) -> Scene {
    Scene { name, about, theme: Theme::color(Glyphs::UNICODE), stage }
}

fn form(project: &str, client: &str, lifetime: &str) -> Stage {
    let cloud = BaseUrl::parse(BaseUrl::CLOUD).unwrap();
    let session = Session::remote(
        &cloud,
        Identity::Profile { name: ProfileName::new("ci").unwrap(), kind: PairKind::ServiceAccount },
    );
    stage(session, Form::new(project, client, lifetime))
}

/// A stage in the size of the pictures, which suits the width of a README.
pub fn stage(session: Session, form: Form) -> Stage {
    let mut stage = Stage::new(session, form);
    stage.size(80, 22);
    stage
}

fn existing(tail: &str, expires_at: &str) -> ExistingSecret {
    let expires_at: Timestamp = expires_at.parse().unwrap();
    ExistingSecret {
        id: SecretId::from_server(&format!("65a1c0de00000000000{tail}")).unwrap(),
        created_at: Some("2026-10-01T17:14:02Z".parse().unwrap()),
        expires_at: Some(expires_at),
        last_used_at: Some("2026-11-23T15:10:00Z".parse::<Timestamp>().unwrap().min(expires_at)),
        mask: Some(ServerText::new(&format!("mdb_sa_sk_...{tail}"))),
    }
}

fn filled() -> Stage {
    let mut stage = form(PROJECT, CLIENT, "30d");
    stage.lookups_finished(&[existing("5e1c", "2027-03-01T12:00:00Z")]);
    stage
}

fn replaces() -> Stage {
    let mut stage = form(PROJECT, CLIENT, "30d");
    stage.lookups_finished(&[
        existing("2b8e", "2026-11-01T12:00:00Z"),
        existing("5e1c", "2027-03-01T12:00:00Z"),
    ]);
    stage
}

fn full_account() -> Stage {
    let mut stage = form(PROJECT, CLIENT, "30d");
    let secrets = [existing("2b8e", "2026-12-20T12:00:00Z"), existing("5e1c", "2027-03-01T12:00:00Z")];
    stage.lookups_finished(&secrets);
    stage.keys("enter");
    account(&mut stage, &secrets);
    stage
}

fn as_a_command() -> Stage {
    let mut stage = form(PROJECT, CLIENT, "30d");
    stage.keys("f2");
    stage.keys("tab");
    stage
}

fn question() -> Stage {
    let mut stage = filled();
    stage.keys("enter");
    stage.signed_in(Ok(()));
    account(&mut stage, &[existing("5e1c", "2027-03-01T12:00:00Z")]);
    stage
}

fn others() -> Stage {
    let mut stage = question();
    let before = existing("5e1c", "2027-03-01T12:00:00Z");
    stage.keys("y");
    post_succeeds(&mut stage);
    let after = ExistingSecret { expires_at: Some("2026-11-30T17:14:00Z".parse().unwrap()), ..before };
    account(&mut stage, &[after]);
    stage.keys("v");
    stage.verified(Ok(()));
    stage
}

fn sign_in() -> Stage {
    let session = Session::signed_out(&BaseUrl::parse(BaseUrl::CLOUD).unwrap());
    let mut stage = stage(session, Form::new("", "", "720"));
    let profiles = ["ci", "staging"].into_iter().filter_map(ProfileName::new).collect();
    stage.app.screen = Screen::SignIn(Box::new(SignIn::new(profiles)));
    stage
}

fn wrong_character() -> Stage {
    let mut stage = form(PROJECT, "", "720");
    stage.type_in("mdb_sa_id_12345g7890ab");
    stage
}

fn names() -> Stage {
    let mut stage = form("", "", "30d");
    stage.type_in("pay");
    list_projects(&mut stage);
    stage
}

fn projects() -> Stage {
    let mut stage = form("", CLIENT, "720");
    stage.keys("<ctrl-o>");
    list_projects(&mut stage);
    stage.keys("down");
    stage
}

fn list_projects(stage: &mut Stage) {
    let names = ["billing", "data-lake", "identity", "ledger", "payments-prod", "payments-staging", "search"];
    let id = |number: usize| ProjectId::parse(&format!("5eed{:020x}", number * 0x9e37_79b9_7f4a)).unwrap();
    let entries = names
        .iter()
        .enumerate()
        .map(|(number, name)| ProjectEntry {
            id: id(number + 1),
            name: ServerText::new(name),
            organization: None,
        })
        .collect::<Vec<_>>();
    let about = u32::try_from(entries.len()).ok();
    stage.projects_page(Ok(Page { entries, is_last: true, about }));
}

fn accounts() -> Stage {
    let mut stage = form(PROJECT, "", "30d");
    stage.keys("<ctrl-o>");
    let account = |name: &str, tail: &str, secrets: &[ExistingSecret]| AccountEntry {
        client: ClientId::parse(&format!("mdb_sa_id_1234567890abcdef1234{tail}")).unwrap(),
        name: ServerText::new(name),
        secrets: secrets.to_vec(),
    };
    let entries = vec![
        account("nightly-backup", "e3f4", &[existing("1c07", "2026-11-20T12:00:00Z")]),
        account("billing-export", "d2e3", &[existing("77aa", "2026-11-27T12:00:00Z")]),
        account(
            "ci-deployer",
            "5678",
            &[existing("5e1c", "2026-12-20T12:00:00Z"), existing("2b8e", "2026-11-01T12:00:00Z")],
        ),
        account("invoice-mailer", "d5e4", &[existing("04d1", "2027-03-01T12:00:00Z")]),
    ];
    stage.accounts_page(Ok(Page { entries, is_last: true, about: Some(4) }));
    stage
}

/// The POST has been running for this long.
fn posting(milliseconds: u64) -> Stage {
    let mut stage = form(PROJECT, CLIENT, "30d");
    stage.lookups_finished(&[]);
    stage.keys("enter");
    stage.signed_in(Ok(()));
    account(&mut stage, &[]);
    stage.wait(Duration::from_millis(milliseconds));
    stage
}

fn created() -> Stage {
    let mut stage = posting(0);
    post_succeeds(&mut stage);
    stage
}

fn copied() -> Stage {
    let mut stage = created();
    stage.keys("c");
    copy_for_a_minute(&mut stage);
    stage
}

/// The account was fetched, and has these secrets.
pub fn account(stage: &mut Stage, secrets: &[ExistingSecret]) {
    stage.account_read(Ok(ServiceAccount {
        name: ServerText::new("ci-deployer"),
        roles: vec![ServerText::new("GROUP_OWNER")],
        secrets: secrets.to_vec(),
        read_at: Some(stage.now().wall),
    }));
}

/// The POST returns the new secret.
pub fn post_succeeds(stage: &mut Stage) {
    let id = SecretId::from_server("6650f0aa12bc34de56f07890");
    let expires_at = Some("2026-12-23T17:14:00Z".parse().unwrap());
    let created_at = Some("2026-11-23T17:14:00Z".parse().unwrap());
    stage.post_finished(Ok(CreatedSecret { value: VALUE.into(), id, created_at, expires_at }));
}

/// The secret was copied, and the clipboard will be cleared in a minute.
pub fn copy_for_a_minute(stage: &mut Stage) {
    stage.copied(CopyOutcome::Copied { clears_in: Some(Duration::from_secs(60)) });
}

fn run_a_command() -> Stage {
    let mut stage = created();
    stage.keys("p");
    let presets = [
        ("password store", "pass insert -m atlas/{client_id}", Format::Secret),
        ("GitHub", "gh secret set MONGODB_ATLAS_CLIENT_SECRET", Format::Secret),
        ("Kubernetes", "kubectl apply --server-side -f -", Format::Kubernetes),
    ];
    let presets = presets.map(|(name, line, format)| KnownCommand {
        name: ServerText::new(name),
        line: line.to_owned(),
        format,
    });
    stage.send(Event::PresetsFound(presets.to_vec()));
    stage
}

fn update_env() -> Stage {
    let mut stage = created();
    stage.keys("s");
    stage.type_in("~/shop/.env");
    stage.keys("enter");
    stage.saved(Err(SaveFailure::CanUpdate(EnvFile { is_open: true, ..EnvFile::default() })));
    stage
}

fn leave_question() -> Stage {
    let mut stage = created();
    stage.keys("q");
    stage
}

fn unknown() -> Stage {
    let mut stage = posting(60_000);
    stage.post_finished(Err(ApiError::sent(Cause::TimedOut(Duration::from_secs(60)))));
    let found = ExistingSecret {
        created_at: Some("2026-11-23T17:14:02Z".parse().unwrap()),
        last_used_at: None,
        ..existing("d06b", "2026-12-23T17:14:02Z")
    };
    account(&mut stage, &[found]);
    stage
}

fn role_too_low() -> Stage {
    let mut stage = posting(0);
    stage.post_finished(Err(ApiError::rejected(Rejection {
        status: 401,
        error_code: ServerText::new("USER_UNAUTHORIZED"),
        detail: ServerText::new("Current user is not authorized to perform this action."),
        fields: Vec::new(),
        retry_after: None,
        address: None,
    })));
    stage
}

fn help() -> Stage {
    let mut stage = form("", "", "720");
    stage.keys("?");
    stage
}
