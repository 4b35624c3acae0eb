//! Saving, piping and choosing a format: the input, the result, and its effect on leaving.

use std::time::Duration;

use atlas_secret::delivery::{
    ClipboardContent, CommandOutcome, CommandOutput, CopyOutcome, DeliveryTask, EnvFile, KnownCommand,
    OtherClient, SaveFailure, TerminalRoute,
};
use atlas_secret::domain::{
    BaseUrl, ClientId, CreatedSecret, Delivery, Disposition, Exit, Format, Identity, ServerText, Session,
    Template,
};
use atlas_secret::tui::screens::CopyState;
use atlas_secret::tui::{Command, Event};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};

use crate::stage::{CLIENT, Stage, VALUE, secret};
use crate::*;

/// Waits for a file to be written.
fn saving() -> Stage {
    Stage::created().then(|stage| stage.keys("s").type_in("/tmp/secret").keys("enter"))
}

fn saves(stage: &Stage) -> usize {
    stage.count(|command| matches!(command, Command::Deliver(DeliveryTask::Save { agreed: None, .. }, _)))
}

fn runs(stage: &Stage) -> usize {
    stage.count(|command| matches!(command, Command::Deliver(DeliveryTask::Run(_), _)))
}

/// The path of the last save, and what the user agreed to.
#[track_caller]
fn last_save(stage: &Stage) -> (&str, Option<&EnvFile>) {
    match stage.commands.last() {
        Some(Command::Deliver(DeliveryTask::Save { path, agreed }, _)) => (path, agreed.as_ref()),
        _ => panic!("nothing is saved"),
    }
}

#[track_caller]
fn assert_delivered(stage: &Stage, delivery: Delivery) {
    stage.left(Exit::Done, &[Disposition::Delivered(vec![delivery])]);
}

#[test]
fn leaving_a_saved_secret_does_not_ask() {
    let mut stage = Stage::created();
    stage.keys("s").type_in("~/prod.env").keys("enter");
    assert_eq!(last_save(&stage), ("~/prod.env", None));
    stage.saved(Ok("/home/me/prod.env"));
    assert!(stage.created_screen().prompt.is_none());
    stage.keys("q");
    assert_delivered(&stage, Delivery::Saved { path: ServerText::new("/home/me/prod.env") });
}

/// Forms in which terminals write a file that is dragged into them.
#[cfg(unix)]
#[test]
fn a_path_in_quotes_is_read_as_in_a_shell() {
    let rows = [
        ("'/tmp/my file.env' ", "/tmp/my file.env"),
        ("\"my file.env\"", "my file.env"),
        (r"~/my\ dir/it\'s.env", "~/my dir/it's.env"),
        ("my file.env", "my file.env"),
        ("my #1.env", "my #1.env"),
        ("it's.env", "it's.env"),
    ];
    for (typed, expected) in rows {
        let mut stage = Stage::created();
        stage.keys("s").type_in(typed);
        stage.keys("enter");
        assert_eq!(last_save(&stage), (expected, None), "{typed}");
    }
}

#[test]
fn a_path_that_failed_can_be_edited() {
    let mut stage = Stage::created();
    stage
        .keys("s")
        .type_in("/nowhere/x")
        .keys("enter")
        .saved(Err(SaveFailure::NoFolder(ServerText::new("/nowhere"))));
    stage.shows("/nowhere/x");
    stage.shows("The folder does not exist: /nowhere.");
    stage.keys("backspace").hides("The folder does not exist: /nowhere.");
    stage.keys("esc q");
    assert!(asks_to_choose(&stage), "the secret was not delivered");
}

/// Saving to an existing `.env` file asks whether to update it.
fn updating_env(is_open: bool) -> Stage {
    updating(EnvFile { is_open, ..EnvFile::default() })
}

fn updating(file: EnvFile) -> Stage {
    Stage::created().then(|stage| {
        stage.keys("s").type_in("~/.env").keys("enter").saved(Err(SaveFailure::CanUpdate(file)))
    })
}

#[test]
fn the_question_shows_the_client_id_that_would_be_replaced() {
    let other = "mdb_sa_id_aaaaaaaaaaaaaaaaaaaaaaaa";
    let other_client = Some(OtherClient::Account(ClientId::parse(other).unwrap()));
    let mut stage = updating(EnvFile { other_client: other_client.clone(), ..EnvFile::default() });
    stage.shows(&format!("~/.env has the client ID {other} of another account."));
    stage.shows("y update");
    stage.keys("y");
    let agreed = EnvFile { other_client, ..EnvFile::default() };
    assert_eq!(last_save(&stage), ("~/.env", Some(&agreed)));
}

#[test]
fn the_question_names_the_variables() {
    let [id, secret] = ["MONGODB_ATLAS_CLIENT_ID", "MONGODB_ATLAS_CLIENT_SECRET"];
    let rows = [
        (vec![], format!("Update {id} and {secret} in it?")),
        (vec![secret], format!("Add or update {id} and {secret} in it?")),
    ];
    for (missing, question) in rows {
        let stage = updating(EnvFile { missing, ..EnvFile::default() });
        stage.shows(&format!("~/.env exists. {question} y update n back"));
    }
}

#[test]
fn an_existing_env_file_is_updated_after_a_question() {
    for is_open in [false, true] {
        let mut stage = updating_env(is_open);
        stage.shows("Update MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET");
        stage.keys("enter x").paste("abc");
        assert_eq!(last_save(&stage), ("~/.env", None), "only y confirms");
        stage.keys("y");
        assert_eq!(last_save(&stage), ("~/.env", Some(&EnvFile { is_open, ..EnvFile::default() })));
        stage.file_updated(Ok("/home/me/.env")).shows("Updated /home/me/.env");
        stage.keys("q");
        assert_delivered(&stage, Delivery::Updated { place: ServerText::new("/home/me/.env") });
    }
}

#[test]
fn declining_and_failing_return_to_the_path() {
    for back in ["n", "esc"] {
        let mut stage = updating_env(false);
        stage.keys(back).keys("backspace").shows("~/.en");
        stage.keys("esc q");
        assert!(asks_to_choose(&stage), "the secret was not delivered");
    }
    let mut failed = updating_env(false);
    failed.keys("y").file_updated(Err(SaveFailure::Changed)).shows("Another program changed the file");
    let mut opened = updating_env(false);
    opened
        .keys("y")
        .file_updated(Err(SaveFailure::CanUpdate(EnvFile { is_open: true, ..EnvFile::default() })));
    opened.shows("Others can read");
    let left = updating_env(false).after("<ctrl-c>");
    assert!(asks_to_choose(&left));
}

/// The format of the file follows from the extension, while it is typed.
#[test]
fn the_prompt_shows_the_format_of_the_file() {
    let mut stage = Stage::created();
    for (typed, shown) in [("x", "Saves it to a new file"), (".env", "Saves it as env to a new file")] {
        stage.keys("s").type_in(typed).shows(shown);
    }
}

#[test]
fn only_a_command_that_succeeds_delivers_the_secret() {
    for (line, program) in [("pass insert -m x", "pass"), ("'my keeper' --store", "my keeper")] {
        let mut stage = Stage::created();
        stage.keys("p").type_in(line).keys("enter");
        assert_eq!(last_run(&stage), (line, Format::Secret));
        stage.command_ended(CommandOutcome::Succeeded).keys("q");
        assert_delivered(
            &stage,
            Delivery::Piped { program: ServerText::new(program), format: Format::Secret },
        );
    }
    let failures = [
        CommandOutcome::Exited(1),
        CommandOutcome::Killed(9),
        CommandOutcome::ClosedEarly,
        CommandOutcome::NotFound(ServerText::new("passs")),
    ];
    for failure in failures {
        let mut stage = Stage::created();
        stage.ran("passs", failure.clone());
        stage.shows(&failure.clone().sentence("passs"));
        stage.keys("esc q");
        assert!(asks_to_choose(&stage), "{failure:?}");
    }
}

/// The command line and the format of the last command.
#[track_caller]
fn last_run(stage: &Stage) -> (&str, Format) {
    match stage.commands.last() {
        Some(Command::Deliver(DeliveryTask::Run(command), _)) => (&command.line, command.format),
        _ => panic!("nothing is run"),
    }
}

fn known(name: &str, line: &str, format: Format) -> KnownCommand {
    KnownCommand { name: ServerText::new(name), line: line.to_owned(), format }
}

/// The prompt for a command with one command from the settings and two tools.
fn choosing_a_command() -> Stage {
    let mut stage = Stage::created();
    stage.app.shared.sinks = vec![known("mine", "keep --fast", Format::Json)];
    stage.keys("p");
    assert_eq!(stage.count(|command| matches!(command, Command::FindPresets)), 1);
    let presets = [
        known("GitHub", "gh secret set X", Format::Secret),
        known("K", "kubectl apply -f -", Format::Kubernetes),
    ];
    stage.event(Event::PresetsFound(presets.to_vec()));
    stage
}

#[test]
fn a_suggested_command_can_be_chosen_edited_and_run_in_its_format() {
    let rows = [
        ("tab enter", "keep --fast", Format::Json),
        ("down tab enter", "gh secret set X", Format::Secret),
        ("up tab enter", "kubectl apply -f -", Format::Kubernetes),
        ("down down down tab enter", "keep --fast", Format::Json),
        ("k u b e tab enter", "kubectl apply -f -", Format::Kubernetes),
        ("g i t h u b tab enter", "gh secret set X", Format::Secret),
        ("up tab <ctrl-f> enter", "kubectl apply -f -", Format::Aws),
        ("tab backspace backspace enter", "keep --fa", Format::Json),
        ("x y z z y tab enter", "xyzzy", Format::Secret),
        ("k u b e enter enter", "kubectl apply -f -", Format::Kubernetes),
        ("enter enter", "keep --fast", Format::Json),
        ("down enter enter", "gh secret set X", Format::Secret),
        ("k u b e c t l <blank> enter", "kubectl", Format::Secret),
        ("x y z z y enter", "xyzzy", Format::Secret),
        // A suggestion that merely contains the text is not chosen.
        ("f a s t enter", "fast", Format::Secret),
        ("f a s t down enter enter", "keep --fast", Format::Json),
    ];
    for (keys, line, format) in rows {
        let stage = choosing_a_command().after(keys);
        assert_eq!(last_run(&stage), (line, format), "{keys}");
    }
}

#[test]
fn the_list_of_commands_fills_the_height_and_counts_the_rest() {
    let names: Vec<String> = (1..=20).map(|number| format!("tool-{number:02}")).collect();
    for (columns, rows, least) in [(80, 24, 5), (56, 16, 2), (80, 40, 20)] {
        let mut stage = Stage::created();
        stage.app.shared.sinks = names.iter().map(|name| known("own", name, Format::Secret)).collect();
        stage.size(columns, rows).keys("p");
        for (steps, name) in names.iter().enumerate() {
            stage.shows(&format!("\u{203a} {name}"));
            let shown = stage.drawn().matches("tool-").count();
            assert!(shown >= least, "{shown} at {columns}x{rows}");
            let says_more = [" more ", " above"].iter().any(|text| stage.drawn().contains(text));
            assert_eq!(says_more, shown < names.len(), "{steps} at {columns}x{rows}");
            stage.keys("down");
        }
    }
    let mut stage = Stage::created();
    stage.app.shared.sinks = names[..6].iter().map(|name| known("own", name, Format::Secret)).collect();
    stage.size(56, 19).keys("p").shows("tool-06");
}

#[test]
fn the_footer_says_whether_enter_chooses_or_runs_a_command() {
    let rows = [
        ("up", "Enter choose"),
        ("k u b e", "Enter choose"),
        ("k u b e enter", "Enter run"),
        ("k u b e <blank>", "Enter run"),
        ("x y z z y", "Enter run"),
    ];
    for (keys, hint) in rows {
        let stage = choosing_a_command().after(keys);
        stage.shows(hint);
        assert_eq!(runs(&stage), 0, "{keys}");
    }
    let mut stage = Stage::created();
    stage.app.shared.sinks =
        vec![known("long", "keeper", Format::Secret), known("short", "keep", Format::Env)];
    stage.keys("p").type_in("keep").keys("enter");
    assert_eq!(last_run(&stage), ("keep", Format::Secret), "a complete command runs as typed");
}

#[test]
fn ctrl_f_cycles_through_all_formats_with_the_secret() {
    let mut stage = choosing_a_command();
    stage.app.shared.template = Some(Template::parse("{secret}").unwrap());
    for name in ["secret", "env", "json", "kubernetes", "aws", "terraform", "mcp", "template", "secret"] {
        stage.shows(&format!("as {name} \u{25be}"));
        stage.keys("<ctrl-f>");
    }
}

#[test]
fn commands_that_were_run_are_suggested_even_if_they_failed() {
    let mut stage = choosing_a_command();
    stage.type_in("false one").keys("<ctrl-f> enter");
    stage.command_ended(CommandOutcome::Exited(1));
    stage.keys("esc").ran("a | b", CommandOutcome::Malformed(ServerText::new("no")));
    stage.keys("esc").ran("kep", CommandOutcome::NotFound(ServerText::new("kep")));
    stage.keys("esc").ran("keep two", CommandOutcome::Succeeded);
    stage.ran("keep two", CommandOutcome::Succeeded).keys("p");
    stage.shows("kubectl apply -f - as kubernetes K keep two run before false one as env run before");
    stage.keys("up tab enter");
    assert_eq!(last_run(&stage), ("false one", Format::Env));
}

#[test]
fn the_output_of_a_command_is_shown_until_the_next_one() {
    let output = |line| CommandOutput { had_secret: false, lines: vec![ServerText::new(line)], left_out: 3 };
    let mut stage = choosing_a_command();
    let failed =
        CommandOutput { lines: ["tried three times", "no route"].map(ServerText::new).into(), ..output("") };
    stage.keys("tab enter");
    stage.command_reported(CommandOutcome::Exited(2), failed);
    stage.shows("keep exited with 2. tried three times \u{2026} 3 lines not shown no route Your new secret is still here.",
    );
    stage.type_in("x").hides("tried three times");
    stage.keys("enter");
    stage.command_reported(CommandOutcome::Succeeded, output("stored"));
    stage.shows("keep read it as json and exited with 0 stored \u{2026} 3 lines not shown");
    stage.keys("s x enter").saved(Ok("/x")).hides("stored");
    stage.keys("p").type_in("cat").keys("enter");
    stage.command_reported(CommandOutcome::Succeeded, output("in some encoding"));
    stage.hides("in some encoding");
}

#[test]
fn all_deliveries_are_listed_and_a_long_line_of_output_is_cut() {
    let mut stage = Stage::created();
    stage.size(200, 50);
    for program in ["one", "two", "three", "four", "five"] {
        stage.keys("p").type_in(program).keys("enter");
        let lines = vec![ServerText::new(&format!("{}end.", "word ".repeat(40))), ServerText::new("last")];
        let output = CommandOutput { had_secret: false, lines, left_out: 0 };
        stage.command_reported(CommandOutcome::Succeeded, output);
    }
    stage.shows("one read it and exited with 0");
    stage.shows("five read it and exited with 0");
    stage.hides("word end.");
}

/// Each way to get a text into the terminal.
const PASTES: [fn(&mut Stage, &str); 2] =
    [|stage, text| _ = stage.paste(text), |stage, text| _ = stage.paste_unbracketed(text)];

#[test]
fn a_paste_is_compared_with_the_secret_and_not_shown() {
    const IS: &str = "\u{2713} What you pasted is this secret.";
    const IN_LINES: &str = "\u{2713} What you pasted is this secret (line breaks ignored).";
    const CONTAINS: &str = "\u{2713} What you pasted contains this secret.";
    let (start, end) = VALUE.split_at(32);
    let rows = [
        (VALUE.to_owned(), IS),
        (format!(" {VALUE}\n"), IS),
        (format!("{start}\n{end}"), IN_LINES),
        (format!("  {start} \n  {end}\n"), IN_LINES),
        (format!("\"{VALUE}\""), CONTAINS),
        (format!("'{start}\n{end}'\n"), CONTAINS),
        (format!("{CLIENT}:{VALUE}"), CONTAINS),
        (format!("{CLIENT}:{start}\n{end}\n"), CONTAINS),
        (format!("MONGODB_ATLAS_CLIENT_SECRET={VALUE}\n"), CONTAINS),
        (format!("data:\n  clientSecret: {}\n", STANDARD.encode(VALUE)), CONTAINS),
        (format!("{start} {end}"), "\u{2717} That text is not this secret."),
        (VALUE[..VALUE.len() - 1].to_owned(), "\u{2717} That text is not this secret."),
        ("sandb\n".to_owned(), "\u{2717} That text is not this secret."),
        ("dl\ny".to_owned(), "\u{2717} That text is not this secret."),
    ];
    for (text, expected) in rows {
        for paste in PASTES {
            let mut stage = Stage::created();
            paste(&mut stage, &text);
            stage.shows(expected);
            stage.hides(&VALUE[10..30]);
            assert!(
                stage.created_screen().prompt.is_none() && leaving(&stage).is_none(),
                "{text:?} is not a key"
            );
            assert!(!format!("{:?}", stage.app).contains(&VALUE[10..30]));
            stage.keys("q");
            assert!(asks_to_choose(&stage), "no copy was verified");
            paste(&mut stage, &text);
            assert!(asks_to_choose(&stage) && stage.exit().is_none(), "{text:?} is not a key");
            stage.shows(expected);
        }
    }
}

#[test]
fn pasting_the_secret_verifies_a_copy() {
    let unverified = CopyOutcome::Copied { is_verified: false, clears_in: None };
    for outcome in
        [CopyOutcome::Sent(TerminalRoute::Osc52), CopyOutcome::Sent(TerminalRoute::Tmux), unverified]
    {
        for paste in PASTES {
            let settled = |stage: &Stage| stage.count(|command| matches!(command, Command::RemoveRecord));
            let mut stage = after_copy(outcome.clone());
            paste(&mut stage, "another text");
            let (start, end) = VALUE.split_at(32);
            paste(&mut stage, &format!("{start}\n{end}"));
            assert_eq!(settled(&stage), 0, "with a line break, the text is not the copied one");
            paste(&mut stage, VALUE);
            assert_eq!(settled(&stage), 1);
            stage.shows("\u{2713} Copied");
            stage.keys("q").clipboard(ClipboardContent::Ours { clears_in: None });
            assert_delivered(&stage, Delivery::Copied { clears_in: None });
        }
    }
    for paste in PASTES {
        let mut client_id = Stage::created();
        paste(&mut client_id, CLIENT);
        client_id.keys("f down enter").copied(CopyOutcome::Sent(TerminalRoute::Osc52));
        paste(&mut client_id, CLIENT);
        client_id.shows("\u{2717} That text is not this secret.");
        client_id.keys("q");
        assert!(asks_to_choose(&client_id), "the client ID is not the secret");
    }
    let mut after_keys = after_copy(CopyOutcome::Sent(TerminalRoute::Osc52));
    after_keys.keys("q").paste("another text").shows("\u{2717} That text is not this secret.");
    after_keys.shows("Did it arrive?");
    after_keys.paste(VALUE).hides("Did it arrive?");
    after_keys.keys("q");
    assert_delivered(&after_keys, Delivery::Copied { clears_in: None });
}

#[test]
fn several_letters_in_one_read_are_not_keys() {
    for burst in ["s a n d b", "s a n", "c q l", "d y y enter"] {
        let mut stage = Stage::created();
        let before = stage.commands.len();
        stage.burst(burst).keys("enter");
        assert!(stage.created_screen().prompt.is_none() && leaving(&stage).is_none(), "{burst}");
        assert_eq!(stage.commands.len(), before, "{burst}");
    }
    // Over a slow connection, two keys that were typed separately may arrive in one read.
    let mut quick = Stage::created();
    quick.burst("q n");
    assert!(leaving(&quick).is_none());
    quick.burst("q y");
    assert!(asks_to_choose(&quick) && quick.exit().is_none(), "a yes comes alone");
    let slow = Stage::created().after("s a n d b");
    slow.shows("Save to");
    slow.shows("andb");
    let mut held = after_copy(COPIED);
    held.burst("+ + +");
    assert_eq!(held.count(|command| matches!(command, Command::ExtendClipboard(_))), 3);
}

/// A terminal without bracketed paste types pasted text, and a single pasted letter looks like a key.
#[test]
fn several_keys_in_one_read_confirm_nothing() {
    let older = || Stage::created().then(|stage| stage.keys("d").account(&[with_mask("9f3a")]).keys("d"));
    let found = || Stage::posting().then(|stage| stage.post_finished(lost()).account(&[new(NEW)]));
    let confirming = || Stage::fetching().then(|stage| stage.account(&[existing("2026-12-28T18:14:00Z")]));
    let sent = || after_copy(CopyOutcome::Sent(TerminalRoute::Osc52));
    let rows: Vec<(Stage, &[&str])> = vec![
        (Stage::created().with_output(Format::Secret).after("<ctrl-c>"), &["d d", "d y"]),
        (sent().after("q"), &["y y", "y enter", "enter y", "x y", "y x"]),
        (older(), &["y y", "y enter", "d y"]),
        (found(), &["d y", "o k", "k o"]),
        (found().after("d"), &["y y", "y enter"]),
        (confirming(), &["y y", "y enter", "enter y", "x y"]),
        (updating_env(false), &["y y", "y enter", "x y"]),
    ];
    for (mut stage, bursts) in rows {
        let (sent, calls) = (stage.commands.len(), waiting(&stage));
        for burst in bursts {
            stage.burst(burst);
            assert_eq!((stage.commands.len(), waiting(&stage)), (sent, calls), "{burst}: {}", stage.drawn());
        }
    }
}

/// Pasted text can contain the sequence that ends a paste. The rest then arrives as keys, in the same read, and after
/// a long paste also in later ones.
#[test]
fn keys_right_after_a_paste_are_ignored() {
    let after_keys = |keys: &str| Stage::created().after(keys);
    let rows = [
        (Stage::filled as fn() -> Stage, "enter", "New service account secret"),
        (Stage::filled, "<ctrl-s>", "New service account secret"),
        (Stage::created, "<ctrl-c> <ctrl-c>", "You have not copied or saved"),
        (Stage::created, "q y", "Secret created"),
    ];
    for (text, gap) in [("x".to_owned(), Duration::ZERO), ("x".repeat(2000), Duration::from_millis(40))] {
        for (start, keys, shown) in rows {
            let mut stage = start();
            let (sent, calls) = (stage.commands.len(), waiting(&stage));
            stage.paste_at_once(&text);
            for key in keys.split(' ') {
                stage.advance(gap).keys(key);
            }
            assert_eq!((stage.commands.len(), waiting(&stage)), (sent, calls), "{keys}: {}", stage.drawn());
            stage.shows(shown);
        }
        let mut command = after_keys("p");
        command.paste_at_once("sh -c 'cat > stolen'").advance(gap).paste_at_once(&text).keys("enter");
        assert_eq!(runs(&command), 0);
    }
    let mut later = after_keys("q");
    later.paste("x").keys("y");
    assert_eq!(later.exit(), Some(Exit::NotDelivered));
}

/// The number of requests that wait for Atlas.
fn waiting(stage: &Stage) -> usize {
    let calls = stage.atlas.take_waiting();
    let count = calls.len();
    stage.atlas.put_back(calls);
    count
}

#[test]
fn every_character_is_text_in_a_prompt() {
    let mut stage = Stage::created();
    stage.keys("s").type_in("qcrn+fsp?y").paste("/x\n").shows("qcrn+fsp?y/x");
    assert!(leaving(&stage).is_none() && !stage.app.shared.shows_help && saves(&stage) == 0);
    let mut paste_unbracketed = Stage::created();
    paste_unbracketed.keys("p").paste_unbracketed("tee /tmp/x\n").paste_unbracketed("abc\n");
    paste_unbracketed.shows("tee /tmp/xabc");
    assert_eq!(runs(&paste_unbracketed), 0, "a paste does not run the command");
}

#[test]
fn esc_closes_a_prompt_and_ctrl_c_also_asks_about_leaving() {
    for open in ["f", "s", "p"] {
        let mut stage = Stage::created();
        stage.keys(open).keys("esc");
        assert!(stage.created_screen().prompt.is_none() && leaving(&stage).is_none(), "{open}");
        stage.keys(open).keys("<ctrl-c>");
        assert!(stage.created_screen().prompt.is_none() && asks_to_choose(&stage), "{open}");
    }
}

#[test]
fn a_save_that_finishes_late_still_counts() {
    let delivered = [Delivery::Saved { path: ServerText::new("/x") }];
    let mut closed = saving();
    closed.keys("<ctrl-c> esc").saved(Ok("/x"));
    assert_eq!(closed.created_screen().delivered, delivered);
    let mut asking = saving().after("<ctrl-c>");
    assert!(asks_to_choose(&asking));
    asking.saved(Ok("/x"));
    assert!(leaving(&asking).is_none(), "the question is outdated");
    assert_eq!(asking.created_screen().delivered, delivered);
}

#[test]
fn a_second_delivery_waits_for_the_first_one() {
    for open in ["s", "p"] {
        let again =
            || saving().then(|stage| stage.keys("<ctrl-c> n").keys(open).type_in("true").keys("enter"));
        // The prompt of the first task is open again, and shows its result.
        let mut failed = again();
        failed.shows("Save to \u{203a} /tmp/secret Saving Esc back F1 help Ctrl-C quit\u{2026}");
        assert_eq!(saves(&failed) + runs(&failed), 1, "{open}");
        failed.saved(Err(SaveFailure::Full)).shows("No space left");
        failed.keys("2 enter");
        assert_eq!(last_save(&failed), ("/tmp/secret2", None));
        let mut stage = again();
        stage.saved(Ok("/x"));
        assert!(stage.created_screen().prompt.is_none());
        assert_eq!(stage.created_screen().delivered, [Delivery::Saved { path: ServerText::new("/x") }]);
        stage.keys(open).type_in("true").keys("enter");
        assert_eq!(saves(&stage) + runs(&stage), 2, "{open}");
        let mut question = again();
        question
            .saved(Err(SaveFailure::CanUpdate(EnvFile::default())))
            .shows("Update MONGODB_ATLAS_CLIENT_ID");
    }
}

#[test]
fn a_save_in_the_background_is_shown_until_it_ends() {
    const RUNNING: &str = "A save is still running. s shows it.";
    for keys in ["esc", "<ctrl-c> n"] {
        let background = || saving().then(|stage| stage.keys(keys));
        background().shows(RUNNING).hides("Save to");
        background().saved(Ok("/x")).hides(RUNNING).hides("Save to");
        // The user can change the path, or answer the question.
        background()
            .saved(Err(SaveFailure::Full))
            .hides(RUNNING)
            .shows("Save to")
            .shows("No space left on that disk.");
        let exists = SaveFailure::CanUpdate(EnvFile::default());
        background().saved(Err(exists)).hides(RUNNING).shows("/tmp/secret exists. Update");
        background().after("f").saved(Err(SaveFailure::Full)).shows("No space left on that disk.");
        // Not over a question about leaving.
        background().after("q").saved(Err(SaveFailure::Full)).hides("Save to").shows("Quit anyway?");
    }
}

#[test]
fn a_command_that_finishes_late_keeps_its_name() {
    let mut stage = Stage::created();
    stage.keys("p").type_in("first").keys("<ctrl-f> enter <ctrl-c> n p").type_in("second");
    stage.command_ended(CommandOutcome::Succeeded);
    let delivery = Delivery::Piped { program: ServerText::new("first"), format: Format::Env };
    assert_eq!(stage.created_screen().delivered, [delivery]);
    stage.keys("esc p").shows("first as env run before");
    stage.hides("second");
}

#[test]
fn a_late_result_is_not_claimed_for_the_next_secret() {
    let path = || ServerText::new("/x");
    let ends = [
        Delivery::Saved { path: path() },
        Delivery::Updated { place: path() },
        Delivery::Piped { program: path(), format: Format::Secret },
    ];
    for late in ends {
        let mut stage = saving();
        stage.keys("<ctrl-c> n n y enter").signed_in(Ok(())).account(&[]).post_finished(Ok(secret()));
        stage.keys("s").type_in("/y").event(Event::Delivered(Ok(late), CommandOutput::default()));
        assert!(stage.created_screen().delivered.is_empty());
        // Once the new save has started, the runner drops the result of the older task.
        stage.keys("enter").shows("Saving");
        stage.saved(Ok("/y"));
        assert_eq!(stage.created_screen().delivered, [Delivery::Saved { path: ServerText::new("/y") }]);
    }
}

#[test]
fn an_empty_path_does_nothing_and_a_running_save_is_not_repeated() {
    let mut stage = Stage::created().after("s enter");
    assert_eq!(saves(&stage), 0);
    stage.type_in("/a/b").keys("enter enter").type_in("y");
    assert_eq!(saves(&stage), 1);
    stage.shows("/a/b ");
    stage.shows("Saving");
}

#[test]
fn the_copy_is_checked_while_a_prompt_is_open() {
    let mut stage = after_copy(COPIED);
    stage.keys("s").wake_after(1);
    assert_eq!(stage.count(|command| matches!(command, Command::CheckClipboard)), 1);
    assert!(matches!(stage.created_screen().copy, CopyState::Held(_)));
}

#[test]
fn a_secret_in_a_path_or_command_is_dropped() {
    for open in ["s", "p"] {
        let mut stage = Stage::created();
        stage.keys(open).paste(&format!("tee {VALUE}"));
        stage.shows("It was dropped. Your new secret is still here.");
        stage.hides("tee");
    }
}

#[test]
fn the_rest_of_a_secret_typed_into_a_prompt_is_dropped_too() {
    for open in ["s", "p"] {
        for end in ["<blank>", "<ctrl-u>", "enter"] {
            let mut stage = Stage::created();
            stage.keys(open).type_in(VALUE).shows("It was dropped.");
            // The screen only shows the last four characters, after a mask.
            stage.hides(&VALUE[VALUE.len() - 5..]);
            stage.keys(end).type_in("word").shows("word");
        }
        // After a paste of the whole value, nothing is dropped.
        let mut stage = Stage::created();
        stage.keys(open).paste(VALUE).type_in("word").shows("word");
    }
}

#[test]
fn an_enter_after_a_rejected_secret_chooses_no_command() {
    let mut stage = Stage::created().after("p");
    stage.event(Event::PresetsFound(vec![known("password store", "pass insert -m x", Format::Secret)]));
    stage.paste(VALUE).keys("enter enter");
    assert_eq!(runs(&stage), 0);
    stage.shows("Type a command first.");
    // A command that is selected afterwards is chosen.
    stage.keys("down enter enter");
    assert_eq!(last_run(&stage), ("pass insert -m x", Format::Secret));
}

#[test]
fn quitting_during_a_delivery_reports_that_it_may_have_succeeded() {
    let copying = Stage::created().after("c");
    for mut stage in [saving(), copying] {
        stage.keys("<ctrl-c> <ctrl-c>");
        stage.left(Exit::NotDelivered, &[Disposition::PerhapsDelivered(Vec::new())]);
    }
    let mut failed = saving();
    failed.keys("<ctrl-c>").saved(Err(SaveFailure::Full)).keys("<ctrl-c>");
    assert_eq!(failed.dispositions(), [Disposition::NotDelivered]);
}

#[test]
fn the_selection_of_formats_wraps() {
    let titles = Format::ALL.map(Format::title);
    let last = titles.len() - 1;
    for (keys, selected) in [("f", 0), ("f up", last), ("f up up", last - 1), ("f up up down down down", 1)] {
        let stage = Stage::created().after(keys);
        stage.shows(&format!("\u{203a} {}", titles[selected]));
    }
    let mut stage = Stage::created();
    stage.app.shared.template = Some(Template::parse("{client_id}\n{secret}").unwrap());
    stage.keys("f up").shows("\u{203a} Template");
    stage.keys("enter");
    assert!(matches!(stage.commands.last(), Some(Command::Copy(Format::Template(_), _))));
    stage.copied(CopyOutcome::Sent(TerminalRoute::Osc52));
    stage.shows("Sent as template to your terminal (OSC 52).");
}

#[test]
fn the_demo_warns_that_commands_really_run() {
    const REAL: &str = "The secret is from the demo, but the command really runs.";
    for (columns, rows) in [(80, 24), (56, 16)] {
        let mut stage = Stage::created();
        stage.size(columns, rows).keys("p").shows(REAL);
        let cloud = BaseUrl::parse(BaseUrl::CLOUD).unwrap();
        stage.app.shared.session = Session::remote(&cloud, Identity::AccessToken);
        stage.hides(REAL);
    }
}

#[test]
fn the_list_says_that_there_are_no_older_secrets() {
    let mut stage = Stage::created();
    stage.account(&[]).keys("d").account(&[]);
    stage.shows("No older secrets.");
}

#[test]
fn a_value_with_control_characters_is_not_shown() {
    for odd in ["\n", "\r", "\u{1b}[2J", "\u{202e}", "\0"] {
        let secret =
            CreatedSecret { value: SecretString::from(format!("mdb_sa_sk_FAKE{odd}fake9f3a")), ..secret() };
        let mut stage = Stage::created_as(secret);
        for key in ["<ctrl-l>", "r", "c"] {
            stage.keys(key).shows("The value contains characters that cannot be shown.");
            stage.hides("FAKE");
        }
        let Some(Command::Copy(_, payload)) = stage.commands.last() else { panic!("nothing is copied") };
        assert!(payload.secret.value.expose_secret().contains(odd), "the delivered value is unchanged");
    }
    let stage = Stage::created().after("r");
    stage.hides("cannot be shown");
}
