//! Hostile text from outside: nothing on the screen has a special meaning for a terminal.

use atlas_secret::delivery::{CommandOutcome, CommandOutput, CopyOutcome};
use atlas_secret::domain::{
    AccountEntry, ApiError, Cause, ClientId, CreatedSecret, ExistingSecret, FieldViolation, Page,
    ProjectEntry, ProjectId, Rejection, ServerText, ServiceAccount, Session,
};
use atlas_secret::tui::screens::Form;
use proptest::prelude::*;
use ratatui::buffer::Cell;

use crate::picture::Picture;
use crate::stage::{PROJECT, Stage, secret};
use crate::states::{existing, rejection};

/// Clears the screen, writes to the clipboard, sets the title, changes the text direction, has invisible characters
/// and line breaks.
const HOSTILE: &str = "before\u{1b}[2J\u{1b}]52;c;RkFLRQ==\u{7}\u{1b}]0;FAKE\u{1b}\\\u{9b}31m\u{202e}evil\u{2066}\
                       \u{200b}\u{feff}\r\n\t\u{8}\u{0}\u{7f}after";

/// The sanitized text.
const HARMLESS: &str = "before[2J]52;c;RkFLRQ==]0;FAKE\\31mevil after";

fn hostile() -> ServerText {
    ServerText::new(HOSTILE)
}

fn stages() -> Vec<(&'static str, Stage)> {
    let rejected = |status| ApiError::rejected(rejection(status, HOSTILE, HOSTILE));
    let violation =
        FieldViolation { field: ServerText::new("secretExpiresAfterHours"), description: hostile() };
    let field = ApiError::rejected(Rejection { fields: vec![violation], ..rejection(400, HOSTILE, HOSTILE) });
    let failed = |error| Stage::posting().then(|stage| stage.post_finished(Err(error)));
    // Only the end of a mask is drawn.
    let mask = Some(ServerText::new(&format!("{HOSTILE}\u{202e}9\u{7}f\u{1b}3a")));
    let secrets = vec![ExistingSecret { mask, ..existing("9f3a", "2027-03-01T12:00:00Z") }];
    let account = ServiceAccount { secrets, ..ServiceAccount::default() };
    let output = CommandOutput { had_secret: false, lines: vec![hostile(), hostile()], left_out: 0 };
    let outcome = CommandOutcome::Exited(1);
    let refused = ApiError::not_sent(Cause::SignInRefused { status: 401, message: hostile() });
    let not_copied = CopyOutcome::Failed { reasons: vec![hostile()] };
    vec![
        (
            "command",
            Stage::created().then(|stage| {
                stage.keys("p").type_in("false").keys("enter").command_reported(outcome, output)
            }),
        ),
        ("field", failed(field)),
        ("limited", failed(rejected(429))),
        ("sign-in", Stage::filled().then(|stage| stage.keys("enter").signed_in(Err(refused)))),
        ("mask", Stage::fetching().then(|stage| stage.account_read(Ok(account)))),
        ("unknown", failed(ApiError::sent(Cause::Interrupted(hostile())))),
        ("copy", Stage::created().then(|stage| stage.keys("c").copied(not_copied))),
    ]
}

/// Control characters, bidirectional controls and invisible characters.
fn is_control(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Draws the screen, and asserts that no cell has a control character.
#[track_caller]
fn plain(stage: &Stage, width: u16, height: u16) -> Picture {
    let picture = Picture::of(&stage.app, width, height);
    for cell in &picture.buffer.content {
        assert!(!cell.symbol().contains(is_control), "{:?}\n{}", cell.symbol(), picture.text());
    }
    picture
}

#[test]
fn no_control_characters_are_drawn() {
    for (name, stage) in stages() {
        let picture = plain(&stage, 100, 40);
        let expected = if name == "mask" { "…er9f3a expires" } else { HARMLESS };
        assert!(picture.unwrapped_text().contains(expected), "{name}:\n{}", picture.text());
    }
}

/// The value, typed and pasted text are text from outside, too.
#[test]
fn a_hostile_value_and_a_hostile_paste_are_drawn_as_plain_text() {
    let value = CreatedSecret { value: HOSTILE.into(), ..secret() };
    plain(&Stage::created_as(value.clone()), 100, 40);
    plain(&Stage::created_as(value).after("r"), 100, 40);
    plain(&Stage::empty().then(|stage| stage.paste(HOSTILE)), 100, 40);
}

/// The column of the text, in each row that contains it.
fn columns_of(picture: &Picture, text: &str) -> Vec<usize> {
    let rows = picture.buffer.content.chunks(usize::from(picture.buffer.area.width));
    let column = |cells: &[Cell]| {
        (0..cells.len())
            .find(|from| cells[*from..].iter().map(Cell::symbol).collect::<String>().starts_with(text))
    };
    rows.filter_map(column).collect()
}

/// Wide characters, combining marks, both directions, multi-character emoji, control characters.
fn name() -> impl Strategy<Value = String> {
    let odd = "(漢|가|e\u{301}|\u{301}|שלום|لا|العربية|👨\u{200d}👩\u{200d}👧|🇩🇪|👍🏽|☂\u{fe0f}|\u{202e}|\u{7}|\u{1b}\\[2J|ｶﾞ|क्षि|\t|a| ){0,12}";
    prop_oneof![4 => odd, 1 => any::<String>(), 1 => "[a-z漢]{200}", 1 => Just("same".to_owned()), 1 => Just(String::new())]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn list_rows_stay_aligned_for_all_names(names in prop::collection::vec(name(), 2..6)) {
        let ids = || (0..names.len()).map(|number| format!("{number:024x}"));
        let projects = names.iter().zip(ids()).map(|(name, id)| ProjectEntry {
            id: ProjectId::parse(&id).unwrap(), name: ServerText::new(name), organization: None,
        });
        let accounts = names.iter().zip(ids()).map(|(name, id)| AccountEntry {
            client: ClientId::from_digits(&id).unwrap(), name: ServerText::new(name), secrets: Vec::new(),
        });
        let projects = || Page { entries: projects.clone().collect(), is_last: true, about: None };
        let accounts = || Page { entries: accounts.clone().collect(), is_last: true, about: None };
        let mut suggestions = Stage::empty();
        suggestions.type_in("00000000").projects_page(Ok(projects()));
        let mut project_list = Stage::empty();
        project_list.keys("<ctrl-o>").projects_page(Ok(projects()));
        let mut account_list = Stage::new(Session::Demo, Form::new(PROJECT, "", "720"));
        account_list.keys("<ctrl-o>").accounts_page(Ok(accounts()));
        for (stage, text) in [(suggestions, "00000000000000"), (project_list, "00000000000000"), (account_list, "0 of 2")] {
            for width in [56, 80, 120] {
                let picture = plain(&stage, width, 24);
                let columns = columns_of(&picture, text);
                prop_assert_eq!(columns.len(), names.len(), "{}", picture.text());
                prop_assert!(columns.iter().all(|column| *column == columns[0]), "{}", picture.text());
            }
        }
    }
}
