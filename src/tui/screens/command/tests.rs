use std::time::Duration;

use crossterm::event::{KeyCode, KeyModifiers};
use jiff::Timestamp;

use super::*;
use crate::domain::{
    ClientId, Format, Identity, Lifetime, Now, PairKind, ProfileName, ProjectId, QueryFlags, Session,
    SessionOrigin, Template, TerminalRoute,
};
use crate::tui::screens::Form;
use crate::tui::{App, Flags, KeyPress, Output, Size};

fn text(recipe: Recipe, base_url: &str, flags: QueryFlags) -> String {
    let new_secret = NewSecret {
        project: ProjectId::parse("32b6e34b3d91647abb20e7b8").unwrap(),
        client: ClientId::parse("mdb_sa_id_1234567890abcdef12345678").unwrap(),
        lifetime: Lifetime::from_hours(720).unwrap(),
    };
    recipe.text(&RecipeInput {
        base_url: BaseUrl::parse(base_url).unwrap(),
        new_secret,
        query_flags: flags,
        options: Vec::new(),
    })
}

fn default_text(recipe: Recipe) -> String {
    text(recipe, BaseUrl::CLOUD, QueryFlags::default())
}

fn app(session: Session) -> App {
    let now = Now { wall: Timestamp::UNIX_EPOCH, uptime: Duration::ZERO };
    let form = Form::new("32b6e34b3d91647abb20e7b8", "mdb_sa_id_1234567890abcdef12345678", "36h");
    App::new(session, form, Size { columns: 80, rows: 24 }, now)
}

/// The first text that F2 shows.
fn first_text(app: &mut App) -> String {
    let key = KeyPress { code: KeyCode::F(2), modifiers: KeyModifiers::NONE };
    app.update(app.shared.now, Event::KeysPressed(vec![key]));
    let Screen::Command(view) = &app.screen else { panic!("no command is shown") };
    view.text(&app.shared)
}

#[test]
fn the_first_command_is_this_program_without_its_form() {
    let base_url = BaseUrl::parse(BaseUrl::CLOUD).unwrap();
    let mut remote = app(Session::remote(&base_url, Identity::AccessToken));
    assert_eq!(
        first_text(&mut remote),
        r"atlas-secret --yes \
  --project-id 32b6e34b3d91647abb20e7b8 \
  --client-id mdb_sa_id_1234567890abcdef12345678 \
  --expires-after 36h
"
    );
    assert!(first_text(&mut app(Session::Demo)).starts_with("atlas-secret --yes \\\n  --demo \\\n"));
}

#[test]
fn in_the_demo_every_command_but_its_own_says_to_replace_the_ids() {
    let base_url = BaseUrl::parse(BaseUrl::CLOUD).unwrap();
    for (session, is_demo) in
        [(Session::Demo, true), (Session::remote(&base_url, Identity::AccessToken), false)]
    {
        let mut app = app(session);
        first_text(&mut app);
        for recipe in Recipe::ALL {
            for copied in [None, Some(CopyOutcome::Sent(TerminalRoute::Osc52))] {
                let Screen::Command(view) = &mut app.screen else { panic!("no command is shown") };
                (view.recipe, view.copied) = (recipe, copied);
                let has_remark = view.note(&app.shared).contains("The IDs exist in the demo only");
                assert_eq!(has_remark, is_demo && recipe != Recipe::AtlasSecret, "{recipe:?}");
            }
        }
    }
}

#[test]
fn the_command_contains_the_options_of_the_session() {
    let elsewhere = BaseUrl::parse("https://a$(id).example").unwrap();
    let profile = |name: &str| SessionOrigin::Profile(ProfileName::new(name).unwrap());
    let session = Session::remote(&elsewhere, Identity::AccessToken).with_origin(profile("it's mine"));
    let mut with_options = app(session);
    with_options.shared.flags = Flags { replace_expired: true, verify: true, ..Flags::default() };
    with_options.shared.query_flags = BOTH;
    with_options.shared.output = Output::Sink(Format::Json);
    let text = first_text(&mut with_options);
    let expected = [
        "atlas-secret --yes",
        r"--profile 'it'\''s mine'",
        "--base-url 'https://a$(id).example'",
        "--replace-expired",
        "--verify",
        "--envelope",
        "--pretty",
        "--format json",
        "--project-id",
    ];
    for (line, expected) in text.lines().zip(expected) {
        assert!(line.trim_start().starts_with(expected), "{expected} is missing in {text}");
    }
    let mut templated = app(Session::Demo);
    templated.shared.output = Output::Sink(Format::Template(Template::parse("it's {secret}").unwrap()));
    let text = first_text(&mut templated);
    assert!(text.contains(r"--template 'it'\''s {secret}'"), "{text}");
    let name = ProfileName::new("ci").unwrap();
    let in_keyring = Identity::Profile { name, kind: PairKind::ServiceAccount };
    let base_url = BaseUrl::parse(BaseUrl::CLOUD).unwrap();
    let text = first_text(&mut app(Session::remote(&base_url, in_keyring)));
    assert!(text.contains("--profile ci \\\n") && !text.contains("--base-url"), "{text}");
    let environment =
        Session::remote(&base_url, Identity::AccessToken).with_origin(SessionOrigin::Environment);
    assert!(!first_text(&mut app(environment)).contains("--profile"));
}

const BOTH: QueryFlags = QueryFlags { envelope: true, pretty: true };

#[test]
fn the_atlas_cli_command_contains_another_host_and_the_flags() {
    let text = text(Recipe::AtlasCli, BaseUrl::CLOUD_GOV, BOTH);
    let start = r"MONGODB_ATLAS_OPS_MANAGER_URL='https://cloud.mongodbgov.com/' \
atlas api serviceAccounts createGroupSecret --version 2024-08-05 --envelope --pretty \
  --groupId";
    assert!(text.starts_with(start), "{text}");
}

#[test]
fn curl_gets_the_token_from_standard_input() {
    assert_eq!(
        default_text(Recipe::CurlServiceAccount),
        r#"curl --silent --show-error --request POST \
  'https://cloud.mongodb.com/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8'\
'/serviceAccounts/mdb_sa_id_1234567890abcdef12345678/secrets' \
  --header 'Accept: application/vnd.atlas.2024-08-05+json' \
  --header 'Content-Type: application/json' \
  --data '{"secretExpiresAfterHours":720}' \
  --header @- <<EOF
Authorization: Bearer ${MONGODB_ATLAS_ACCESS_TOKEN}
EOF
"#
    );
}

#[test]
fn curl_gets_the_api_key_from_standard_input() {
    assert_eq!(
        text(Recipe::CurlApiKey, "https://atlas.a-long-name-of-a-host.example.net:8443", BOTH),
        r#"curl --silent --show-error --request POST \
  'https://atlas.a-long-name-of-a-host.example.net:8443'\
'/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8'\
'/serviceAccounts/mdb_sa_id_1234567890abcdef12345678/secrets?envelope=true&pretty=true' \
  --header 'Accept: application/vnd.atlas.2024-08-05+json' \
  --header 'Content-Type: application/json' \
  --data '{"secretExpiresAfterHours":720}' \
  --digest --config - <<EOF
user = "${MONGODB_ATLAS_PUBLIC_API_KEY}:${MONGODB_ATLAS_PRIVATE_API_KEY}"
EOF
"#
    );
}

#[test]
fn the_go_program_names_the_ids_the_hours_and_the_variables() {
    let text = default_text(Recipe::GoSdk);
    for part in [
        "admin.UseBaseURL(\"https://cloud.mongodb.com\"),\n",
        "\t\t\"32b6e34b3d91647abb20e7b8\",\n\t\t\"mdb_sa_id_1234567890abcdef12345678\",\n",
        "admin.NewServiceAccountSecretRequest(720),\n",
        "os.Getenv(\"MONGODB_ATLAS_CLIENT_ID\")",
        "os.Getenv(\"MONGODB_ATLAS_CLIENT_SECRET\")",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    let count = |character| text.chars().filter(|it| *it == character).count();
    assert_eq!((count('{'), count('(')), (count('}'), count(')')));
}

#[test]
fn no_line_is_wider_than_90_columns_and_each_text_ends_in_a_line_break() {
    for recipe in Recipe::ALL {
        for host in [BaseUrl::CLOUD, BaseUrl::CLOUD_GOV, "https://a-host-of-forty-columns.example.net:8443"] {
            let text = text(recipe, host, BOTH);
            let widest = text.lines().map(|line| line.chars().count()).max();
            assert!(widest <= Some(90), "{widest:?} in {text}");
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{text}");
        }
    }
}

#[test]
fn a_host_name_cannot_run_a_command() {
    let host = "https://a$(id)`id`'b\"c.example";
    assert_eq!(BaseUrl::parse(host).unwrap().to_string(), host, "such a host is one");
    let quoted = r#"'https://a$(id)`id`'\''b"c.example"#;
    assert!(text(Recipe::CurlServiceAccount, host, BOTH).contains(quoted));
    assert!(text(Recipe::AtlasCli, host, BOTH).contains(quoted));
    let literal = r#"UseBaseURL("https://a$(id)`id`'b\"c.example")"#;
    assert!(text(Recipe::GoSdk, host, BOTH).contains(literal));
}

#[test]
fn a_long_line_is_wrapped_and_no_text_is_lost() {
    let shown = rows("ab\n\tcdefgh漢字\n", 8);
    let shown: Vec<_> = shown.iter().map(|(is_rest, text)| (*is_rest, text.as_str())).collect();
    assert_eq!(shown, [(false, "ab"), (false, "    cdef"), (true, "gh漢"), (true, "字")]);
}

#[test]
fn a_copy_is_not_claimed_for_another_recipe() {
    let mut app = app(Session::Demo);
    first_text(&mut app);
    let mut press = |code| {
        let key = KeyPress { code, modifiers: KeyModifiers::NONE };
        app.update(app.shared.now, Event::KeysPressed(vec![key]));
    };
    press(KeyCode::Char('c'));
    press(KeyCode::Tab);
    app.update(app.shared.now, Event::CopyFinished(CopyOutcome::Sent(TerminalRoute::Osc52)));
    let Screen::Command(view) = &app.screen else { panic!("no command is shown") };
    assert_eq!((view.is_copying, &view.copied), (false, &None));
}
