//! The pictures, one function each. To add one, add a line to [`all`] and a function for its steps.

use std::time::Duration;

use atlas_secret::delivery::{CopyOutcome, EnvFile, KnownCommand, SaveFailure};
use atlas_secret::domain::{
    AccountEntry, ApiError, BaseUrl, Cause, ClientId, ExistingSecret, Format, Identity, Page, PairKind,
    ProfileName, ProjectEntry, ProjectId, Rejection, SecretId, ServerText, ServiceAccount, Session,
};
use atlas_secret::tui::screens::{Form, SignIn};
use atlas_secret::tui::{Event, Glyphs, Screen, Theme};

use super::stage::{CLIENT, PROJECT, Stage, rejection, secret, time};

/// The secret was copied, and the clipboard will be cleared in a minute.
pub const COPIED: CopyOutcome =
    CopyOutcome::Copied { is_verified: true, clears_in: Some(Duration::from_secs(60)) };

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
            "A form that names the character that cannot be right",
            wrong_character(),
        ),
        scene("form-filled", "The form, filled in, and what creating will do", filled()),
        scene(
            "form-replaces",
            "The button that replaces an expired secret",
            looked_up(&[existing("2b8e", "2026-11-01T12:00:00Z"), long()]),
        ),
        scene("as-a-command", "The request as a command", form(PROJECT, CLIENT, "30d").after("f2 tab")),
        scene(
            "names",
            "A name in place of the project ID, and the projects that match",
            form("", "", "30d").then(|stage| list_projects(stage.type_in("pay"))),
        ),
        scene(
            "list-of-projects",
            "A list of projects to choose from",
            form("", CLIENT, "720").then(|stage| list_projects(stage.keys("<ctrl-o>")).keys("down")),
        ),
        scene("list-of-accounts", "The service accounts of a project, the next to expire first", accounts()),
        scene("question", "The question before a secret expires early", question()),
        scene("sending", "The request is being sent", posting(2_300)),
        scene("secret-created", "The new secret, masked", created()),
        scene("copied", "The secret was copied", created().then(|stage| stage.keys("c").copied(COPIED))),
        scene("run-a-command", "Commands that can read the secret", run_a_command()),
        scene("update-env", "The question before an existing .env file is updated", update_env()),
        scene("guard", "The question before a secret is lost", created().after("q")),
        scene("others", "What creating did to the others, and that Atlas accepts the new one", others()),
        scene("full-account", "Both secrets are in use: one is to be deleted first", full_account()),
        scene("unknown", "The response was lost, and the secret whose value is lost is found", unknown()),
        scene("role-too-low", "Atlas refused: the role is too low", role_too_low()),
        scene("help", "The help of the form", form("", "", "720").after("?")),
        Scene { theme: without_color, ..scene("no-color", "A form without any color", wrong_character()) },
    ]
}

fn scene(name: &'static str, about: &'static str, stage: Stage) -> Scene {
    Scene { name, about, theme: Theme::color(Glyphs::UNICODE), stage }
}

fn form(project: &str, client: &str, lifetime: &str) -> Stage {
    let cloud = BaseUrl::parse(BaseUrl::CLOUD).unwrap();
    let name = ProfileName::new("ci").unwrap();
    let identity = Identity::Profile { name, kind: PairKind::ServiceAccount };
    stage(Session::remote(&cloud, identity), Form::new(project, client, lifetime))
}

/// A stage of the pictures' size, which suits the width of a README.
pub fn stage(session: Session, form: Form) -> Stage {
    Stage::new(session, form).then(|stage| stage.size(80, 22))
}

fn existing(tail: &str, expires_at: &str) -> ExistingSecret {
    let expires_at = time(expires_at);
    ExistingSecret {
        id: SecretId::from_server(&format!("65a1c0de00000000000{tail}")).unwrap(),
        created_at: Some(time("2026-10-01T17:14:02Z")),
        expires_at: Some(expires_at),
        last_used_at: Some(time("2026-11-23T15:10:00Z").min(expires_at)),
        mask: Some(ServerText::new(&format!("mdb_sa_sk_...{tail}"))),
    }
}

fn long() -> ExistingSecret {
    existing("5e1c", "2027-03-01T12:00:00Z")
}

/// A complete form for an account with these secrets.
fn looked_up(secrets: &[ExistingSecret]) -> Stage {
    form(PROJECT, CLIENT, "30d").then(|stage| stage.lookups_finished(secrets))
}

fn filled() -> Stage {
    looked_up(&[long()])
}

fn full_account() -> Stage {
    let secrets = [existing("2b8e", "2026-12-20T12:00:00Z"), long()];
    looked_up(&secrets).then(|stage| account(stage.keys("enter"), &secrets))
}

fn question() -> Stage {
    filled().then(|stage| account(stage.keys("enter").signed_in(Ok(())), &[long()]))
}

fn others() -> Stage {
    let after = ExistingSecret { expires_at: Some(time("2026-11-30T17:14:00Z")), ..long() };
    question().then(|stage| {
        account(stage.keys("y").post_finished(Ok(secret())), &[after]).keys("v").verified(Ok(()))
    })
}

fn sign_in() -> Stage {
    let session = Session::signed_out(&BaseUrl::parse(BaseUrl::CLOUD).unwrap());
    let mut stage = stage(session, Form::new("", "", "720"));
    let profiles = ["ci", "staging"].into_iter().filter_map(ProfileName::new).collect();
    stage.app.screen = Screen::SignIn(Box::new(SignIn::new(profiles)));
    stage
}

fn wrong_character() -> Stage {
    form(PROJECT, "", "720").then(|stage| stage.type_in("mdb_sa_id_12345g7890ab"))
}

fn list_projects(stage: &mut Stage) -> &mut Stage {
    let names = ["billing", "data-lake", "identity", "ledger", "payments-prod", "payments-staging", "search"];
    let id = |number: usize| ProjectId::parse(&format!("5eed{:020x}", number * 0x9e37_79b9_7f4a)).unwrap();
    let entry = |(number, name): (usize, &&str)| ProjectEntry {
        id: id(number + 1),
        name: ServerText::new(name),
        organization: None,
    };
    let entries = names.iter().enumerate().map(entry).collect();
    stage.projects_page(Ok(Page { entries, is_last: true, about: Some(7) }))
}

fn accounts() -> Stage {
    let account = |name: &str, tail: &str, secrets: &[ExistingSecret]| AccountEntry {
        client: ClientId::parse(&format!("mdb_sa_id_1234567890abcdef1234{tail}")).unwrap(),
        name: ServerText::new(name),
        secrets: secrets.to_vec(),
    };
    let deployer = [existing("5e1c", "2026-12-20T12:00:00Z"), existing("2b8e", "2026-11-01T12:00:00Z")];
    let entries = vec![
        account("nightly-backup", "e3f4", &[existing("1c07", "2026-11-20T12:00:00Z")]),
        account("billing-export", "d2e3", &[existing("77aa", "2026-11-27T12:00:00Z")]),
        account("ci-deployer", "5678", &deployer),
        account("invoice-mailer", "d5e4", &[existing("04d1", "2027-03-01T12:00:00Z")]),
    ];
    let page = Page { entries, is_last: true, about: Some(4) };
    form(PROJECT, "", "30d").then(|stage| stage.keys("<ctrl-o>").accounts_page(Ok(page)))
}

/// The POST has been running for this long.
fn posting(milliseconds: u64) -> Stage {
    looked_up(&[]).then(|stage| {
        account(stage.keys("enter").signed_in(Ok(())), &[]).wait(Duration::from_millis(milliseconds))
    })
}

fn created() -> Stage {
    posting(0).then(|stage| stage.post_finished(Ok(secret())))
}

/// The account was fetched, and has these secrets.
pub fn account<'stage>(stage: &'stage mut Stage, secrets: &[ExistingSecret]) -> &'stage mut Stage {
    let read_at = Some(stage.now().wall);
    stage.account_read(Ok(ServiceAccount {
        name: ServerText::new("ci-deployer"),
        roles: vec![ServerText::new("GROUP_OWNER")],
        secrets: secrets.to_vec(),
        read_at,
    }))
}

fn run_a_command() -> Stage {
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
    created().then(|stage| stage.keys("p").event(Event::PresetsFound(presets.to_vec())))
}

fn update_env() -> Stage {
    let file = EnvFile { is_open: true, ..EnvFile::default() };
    created().then(|stage| {
        stage.keys("s").type_in("~/shop/.env").keys("enter").saved(Err(SaveFailure::CanUpdate(file)))
    })
}

fn unknown() -> Stage {
    let found = ExistingSecret {
        created_at: Some(time("2026-11-23T17:14:02Z")),
        last_used_at: None,
        ..existing("d06b", "2026-12-23T17:14:02Z")
    };
    let lost = ApiError::sent(Cause::TimedOut(Duration::from_secs(60)));
    posting(60_000).then(|stage| account(stage.post_finished(Err(lost)), &[found]))
}

fn role_too_low() -> Stage {
    let detail = ServerText::new("Current user is not authorized to perform this action.");
    let refusal = Rejection { detail, ..rejection(401, "USER_UNAUTHORIZED") };
    posting(0).then(|stage| stage.post_finished(Err(ApiError::rejected(refusal))))
}
