//! The screen of the new secret: revealing it, the account's other secrets, verifying it, and every way to leave.

use atlas_secret::delivery::{ClipboardContent, CommandOutcome};
use atlas_secret::domain::{Delivery, Disposition, ExistingSecret, Exit, Format, ServerText, ServiceAccount};
use atlas_secret::tui::screens::{FieldName, LeaveConfirmation, Verification};
use atlas_secret::tui::{Command, Event, KeyPress};
use crossterm::event::{KeyCode, KeyModifiers};

use crate::copying::copied_for;
use crate::stage::{CLIENT, PROJECT, Stage};
use crate::*;

fn is_revealed(stage: &Stage) -> bool {
    stage.created_screen().is_revealed(stage.now())
}

fn verifications(stage: &Stage) -> usize {
    stage.count(|command| matches!(command, Command::Verify(..)))
}

#[test]
fn a_revealed_value_is_hidden_thirty_seconds_after_the_last_key() {
    let mut stage = Stage::created();
    stage.keys("r").wake_after(29);
    assert!(is_revealed(&stage));
    stage.keys("x").wake_after(29);
    assert!(is_revealed(&stage));
    stage.wake_after(1);
    assert!(!is_revealed(&stage));
    assert_eq!(stage.created_screen().revealed_until, None);
}

#[test]
fn r_leaving_and_suspending_hide_the_value() {
    for keys in ["r r", "r q", "r n", "r q esc", "r <ctrl-z>"] {
        for mut stage in [Stage::created(), after_copy(COPIED)] {
            stage.keys(keys);
            assert!(!is_revealed(&stage), "{keys}");
            let stops = usize::from(keys.contains("ctrl-z"));
            assert_eq!(stage.count(|command| matches!(command, Command::Suspend)), stops, "{keys}");
        }
    }
}

#[test]
fn each_way_to_leave_has_its_summary_and_exit_code() {
    type Row = (fn() -> Stage, &'static str, Disposition, u8);
    let sent = Disposition::Delivered(vec![Delivery::SentToTerminal]);
    let rows: [Row; 6] = [
        (Stage::created, "q y", Disposition::NotDelivered, 3),
        (Stage::created, "<ctrl-c> <ctrl-c>", Disposition::NotDelivered, 3),
        // The user went on to create another secret, and the first one is still reported.
        (Stage::created, "n y <ctrl-c>", Disposition::NotDelivered, 3),
        (|| after_copy(SENT), "q y", sent, 0),
        (
            || after_copy(SENT),
            "<ctrl-c> <ctrl-c>",
            Disposition::PerhapsDelivered(vec![Delivery::SentToTerminal]),
            3,
        ),
        (|| after_copy(COPIED), "<ctrl-c> <ctrl-c>", copied_for(60), 0),
    ];
    for (make, keys, disposition, code) in rows {
        let stage = make().after(keys);
        assert_eq!(
            (stage.dispositions(), stage.exit().map(Exit::code)),
            (vec![disposition], Some(code)),
            "{keys}"
        );
        assert_eq!(stage.app.shared.summaries[0].secret_id, Some(own_id()), "{keys}");
    }
}

#[test]
fn n_returns_to_the_form_and_keeps_its_text() {
    let stage = after_copy(SENT).after("n y");
    let sent = Disposition::Delivered(vec![Delivery::SentToTerminal]);
    assert_eq!((stage.is_on_form(), stage.exit(), stage.dispositions()), (true, None, vec![sent]));
    assert_eq!((stage.text(FieldName::Project), stage.text(FieldName::Client)), (PROJECT, CLIENT));
}

#[test]
fn the_account_is_fetched_again_and_shows_its_older_secret() {
    let mut stage = Stage::fetching();
    let before = masked("2027-03-01T00:00:00Z");
    stage.account(std::slice::from_ref(&before)).keys("y").post_finished(Ok(secret()));
    let after = masked("2026-11-30T18:14:00Z");
    let own = ExistingSecret { id: own_id(), ..existing("2026-12-23T18:14:00Z") };
    stage.account(&[after, own]);
    stage.shows("Delete old d delete \u{2026}9f3a (never used, expires 30 Nov 2026)");
    assert_eq!(stage.drawn().matches("Delete old").count(), 1, "the new secret is not among the others");
}

#[test]
fn the_title_shows_the_account_and_project_names_if_known() {
    let account = || ServiceAccount { name: ServerText::new("ci-deployer"), ..ServiceAccount::default() };
    let mut stage = Stage::created();
    stage.shows("Secret created mdb_sa_sk_");
    stage.account_read(Ok(account())).shows("Secret created for ci-deployer mdb_sa_sk_");
    let mut stage = Stage::filled();
    stage
        .lookups_finished(&[])
        .keys("enter")
        .signed_in(Ok(()))
        .account_read(Ok(account()))
        .post_finished(Ok(secret()));
    stage.shows("Secret created for ci-deployer in payments-prod");
}

#[test]
fn the_footer_says_what_q_does() {
    let saved = || {
        let mut stage = Stage::created();
        stage.keys("s").type_in("x").keys("enter");
        stage.saved(Ok("/x"));
        stage
    };
    let lost = || after_copy(COPIED).then(|stage| stage.wake_after(1).clipboard(ClipboardContent::Cleared));
    let rows: Vec<(Stage, &str)> = vec![
        (Stage::created(), "q quit\u{2026}"),
        (after_copy(SENT), "q quit\u{2026}"),
        (lost(), "q quit\u{2026}"),
        (after_copy(COPIED), "q quit r"),
        (saved(), "q quit r"),
        (Stage::created().with_output(Format::Secret), "q write and quit"),
    ];
    for (mut stage, expected) in rows {
        stage.shows(expected);
        stage.keys("q");
        let asks = matches!(leaving(&stage), Some(LeaveConfirmation::Asking(..)));
        assert_eq!(asks, expected.contains('\u{2026}'), "{expected}");
    }
}

#[test]
fn a_secret_is_verified_by_v_or_by_the_flag() {
    let accepted = Ok(());
    let mut stage = Stage::created();
    stage.event(Event::Verified(accepted.clone()));
    assert_eq!(stage.created_screen().verification, Verification::Never, "not requested");
    stage.keys("v v");
    assert_eq!(verifications(&stage), 1, "one at a time");
    assert!(matches!(stage.created_screen().verification, Verification::Running(_)));
    stage.verified(accepted.clone());
    assert_eq!(stage.created_screen().verification, Verification::Done(accepted));
    stage.shows("Verified: Atlas accepts the new secret");

    let mut stage = Stage::posting();
    stage.app.shared.flags.verify = true;
    stage.post_finished(Ok(secret()));
    assert_eq!(verifications(&stage), 1);
}

#[test]
fn shift_does_not_change_a_punctuation_key() {
    let mut stage = Stage::created();
    let key = KeyPress { code: KeyCode::Char('?'), modifiers: KeyModifiers::SHIFT };
    stage.event(Event::KeysPressed(vec![key]));
    assert!(stage.app.shared.shows_help);
}

#[test]
fn ctrl_c_does_not_write_the_secret_to_standard_output() {
    let waiting = || Stage::created().with_output(Format::Secret);
    let prints = |stage: &Stage| stage.count(|command| matches!(command, Command::Print(..)));
    // Ctrl-C asks before leaving, as q does.
    let mut lost = waiting().after("<ctrl-c>");
    assert!(asks_to_choose(&lost));
    lost.keys("y");
    assert_eq!((lost.exit().map(Exit::code), prints(&lost)), (Some(3), 0));
    for keys in ["<ctrl-c>", "s <ctrl-c>", "f <ctrl-c>"] {
        let mut copied = after_copy(COPIED).with_output(Format::Secret);
        copied.keys(keys).clipboard(OURS);
        assert_eq!((copied.exit().map(Exit::code), prints(&copied)), (Some(130), 0), "{keys}");
        assert_eq!(copied.dispositions(), [copied_for(60)], "{keys}");
    }
    let written = waiting().after("q");
    assert_eq!(prints(&written), 1);
}

#[test]
fn deleting_an_older_secret_warns_if_the_new_one_is_not_delivered() {
    let warning = "The new secret is not delivered yet.";
    let older = [masked("2027-03-01T00:00:00Z")];
    let mut stage = Stage::created();
    stage.keys("d").account(&older).shows(warning);
    stage.shows("…9f3a never 1 Mar 2027");
    stage.keys("d").shows(warning);
    let mut stage = after_copy(SENT);
    stage.keys("d").account(&older).shows("The new secret's copy is not confirmed: paste to check first.");
    let mut stage = after_copy(COPIED);
    stage.keys("d").account(&older).hides("The new secret");
}

#[test]
fn keys_after_the_one_that_quits_are_ignored() {
    let mut stage = Stage::created();
    stage.burst("<ctrl-c> <ctrl-c> <ctrl-c>");
    stage.left(Exit::NotDelivered, &[Disposition::NotDelivered]);
}

#[test]
fn a_command_that_only_prints_the_secret_does_not_deliver_it() {
    let run = |line: &str| {
        Stage::created()
            .then(|stage| stage.keys("p").paste(line).keys("enter").command_ended(CommandOutcome::Succeeded))
    };
    for line in
        ["cat", "/bin/cat", "cat -", "head -c 80", "less", "xxd", "base64 -w0", "grep .", "sed p", "tr -d x"]
    {
        let stage = run(line);
        stage.shows("only prints what it reads, so this run does not count as a delivery.");
        assert!(stage.created_screen().disposition(stage.now()).is_loss(), "{line}");
    }
    for line in ["tee secret", "pass insert -m atlas", "sh -c 'cat > file'", "gh secret set X", "caterpillar"]
    {
        let stage = run(line);
        stage.hides("only prints what it reads");
        assert!(!stage.created_screen().disposition(stage.now()).is_loss(), "{line}");
    }
}

#[test]
fn a_letter_of_a_non_latin_layout_shows_a_message() {
    let message = "Your keyboard layout is not Latin.";
    // The letters at the keys c, v, q and y on a Cyrillic, Greek, Hebrew, Arabic, Thai and Korean keyboard.
    for letter in ['с', 'м', 'й', 'н', 'ψ', 'ω', 'ב', 'ة', 'แ', 'ㅊ', '？', '＋', '۱'] {
        let typed = letter.to_string();
        let leaving = Stage::created().after("q");
        let mut secrets = Stage::created();
        secrets.keys("d").account(&[masked("2027-03-01T00:00:00Z")]);
        for mut stage in [Stage::created(), leaving, secrets, Stage::stopped_waiting()] {
            stage.keys(&typed).shows(message);
            assert!(stage.exit().is_none());
            stage.keys("x");
            assert!(!stage.drawn().contains(message), "{letter}: until the next key");
        }
        // Every letter is text while typing.
        for mut stage in [Stage::filled(), Stage::empty()] {
            stage.keys(&typed);
            assert!(!stage.drawn().contains(message), "{letter}");
        }
        let mut prompt = Stage::created();
        prompt.keys("s").keys(&typed);
        assert!(!prompt.drawn().contains(message), "{letter}");
    }
    for letter in ["é", "ß", "ı", "ł", "ế", "ẞ"] {
        let stage = Stage::created().after(letter);
        assert!(!stage.drawn().contains(message), "{letter} is Latin");
    }
}
