//! Signals: the terminal is given back, and what was created is not forgotten.

use std::fs::{self, File};
use std::time::{Duration, Instant};

use crate::atlas::{Atlas, PLAIN, PROJECT, SLOW};
use crate::program::{as_service_account, assert_given_back, create, demo, filled, labelled};
use crate::support::terminal::{Signal, Terminal, key};
use crate::waiting::wait_for_post;

#[test]
fn on_the_form_nothing_is_lost() {
    let rows = [
        (Signal::HUP, 129),
        (Signal::INT, 130),
        (Signal::TERM, 143),
        (Signal::QUIT, 131),
        (Signal::TRAP, 133),
        (Signal::ABORT, 134),
        (Signal::USR1, 138),
        (Signal::USR2, 140),
        (Signal::ALARM, 142),
        (Signal::XCPU, 152),
        (Signal::VTALARM, 154),
        (Signal::PROF, 155),
        (Signal::SYS, 159),
        #[cfg(target_os = "linux")]
        (Signal::IO, 157),
        #[cfg(target_os = "linux")]
        (Signal::POWER, 158),
    ];
    for (signal, code) in rows {
        let mut terminal = demo().start();
        // The time of day needs the zone: from here on everything is set up and the signals are caught.
        terminal.wait_for("30 days, ");
        assert!(terminal.is_alternate_screen() && terminal.bracketed_paste());
        terminal.signal(signal);
        assert_eq!(terminal.wait_exit().code(), Some(code), "{signal:?}");
        assert_given_back(&terminal);
        assert_eq!(terminal.screen().trim(), "atlas-secret: Nothing was created.", "{signal:?}");
    }
}

#[test]
fn signals_that_were_ignored_at_the_start_stay_ignored() {
    let line = "trap '' HUP INT QUIT USR1 USR2 ALRM; exec \"$0\" --demo";
    let mut terminal =
        Terminal::run("bash").args(["-c", line, env!("CARGO_BIN_EXE_atlas-secret")]).size(30, 120).start();
    terminal.wait_for("30 days, ");
    for signal in
        [Signal::HUP, Signal::INT, Signal::QUIT, Signal::USR1, Signal::USR2, Signal::ALARM, Signal::XFSZ]
    {
        terminal.signal(signal);
        terminal.send(key::F1);
        terminal.wait_for("Keys ");
        terminal.send(key::ESC);
        terminal.wait_gone("Keys ");
    }
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_exit().code(), Some(143));
    assert_given_back(&terminal);
}

#[test]
fn a_secret_that_nobody_has_is_named() {
    let atlas = Atlas::start();
    let mut terminal =
        as_service_account(&atlas).args(["--project-id", PROJECT, "--client-id", PLAIN]).start();
    create(&mut terminal);
    let secret_id = labelled(&terminal.screen(), "Secret ID");
    assert_eq!(atlas.live_tokens(), 1);
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_exit().code(), Some(3));
    assert_given_back(&terminal);
    let last_words = terminal.screen();
    assert_eq!(last_words.matches(&secret_id).count(), 1, "named once\n{last_words}");
    assert!(last_words.contains("never delivered"), "{last_words}");
    assert_eq!(atlas.live_tokens(), 0, "there is time enough to give the token back");
}

#[test]
fn each_signal_names_it_in_exactly_one_line() {
    for signal in [Signal::HUP, Signal::INT, Signal::TERM] {
        let atlas = Atlas::start();
        let program = filled(&atlas, PLAIN);
        let stderr = program.home().join("stderr");
        let mut terminal = program.stderr_to(File::create(&stderr).unwrap()).start();
        create(&mut terminal);
        let secret_id = labelled(&terminal.screen(), "Secret ID");
        terminal.signal(signal);
        assert_eq!(terminal.wait_exit().code(), Some(3), "{signal:?}");
        assert_given_back(&terminal);
        let said = fs::read_to_string(&stderr).unwrap();
        assert_eq!(said.lines().count(), 1, "{signal:?}: {said}");
        assert!(said.starts_with(&format!("atlas-secret: Secret {secret_id} for {PLAIN}")), "{said}");
        assert!(said.trim_end().ends_with("never delivered. Delete it in Atlas."), "{said}");
    }
}

#[test]
fn a_secret_that_was_only_sent_may_be_lost() {
    let atlas = Atlas::start();
    let mut terminal = filled(&atlas, PLAIN).start();
    create(&mut terminal);
    terminal.send("c");
    terminal.wait_for("Sent to your terminal");
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_exit().code(), Some(3), "no one said that it arrived");
    // The line may be broken anywhere.
    let said = terminal.screen().replace(char::is_whitespace, "");
    assert!(said.contains("senttoyourterminal,whichdoesnotconfirmit"), "{}", terminal.screen());
}

#[test]
fn a_running_request_gets_a_little_longer_and_no_more() {
    let atlas = Atlas::with_delay(300);
    let mut terminal = filled(&atlas, SLOW).start();
    wait_for_post(&mut terminal, &atlas);
    let asked = Instant::now();
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_exit().code(), Some(3));
    // How long exactly is the core's own test; here: it did wait, and not for the answer.
    assert!(asked.elapsed() >= Duration::from_secs(2), "{:?}", asked.elapsed());
    assert_given_back(&terminal);
    let last_words = terminal.screen();
    assert!(last_words.contains(&format!("for {SLOW}: it may have been created")), "{last_words}");
    assert_eq!(atlas.creates(), 1);
}

#[test]
fn an_answer_that_comes_in_that_time_is_taken() {
    let atlas = Atlas::with_delay(1);
    let mut terminal = filled(&atlas, SLOW).start();
    wait_for_post(&mut terminal, &atlas);
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_exit().code(), Some(3));
    let last_words = terminal.screen();
    assert!(last_words.contains("atlas-secret: Secret "), "{last_words}");
    assert!(last_words.contains("never delivered"), "{last_words}");
}

#[test]
fn a_second_signal_does_not_wait() {
    let atlas = Atlas::with_delay(300);
    let mut terminal = filled(&atlas, SLOW).start();
    wait_for_post(&mut terminal, &atlas);
    let asked = Instant::now();
    // Two different ones: a signal that is still pending is not counted twice.
    terminal.signal(Signal::TERM);
    terminal.signal(Signal::INT);
    assert_eq!(terminal.wait_exit().code(), Some(3));
    assert!(asked.elapsed() < Duration::from_secs(3), "less than a single one may take");
    assert!(terminal.screen().contains("may have been created"), "{}", terminal.screen());
}

#[test]
fn leaving_the_form_by_ctrl_c_is_no_signal() {
    let mut terminal = demo().start();
    terminal.wait_for("[ Create secret ]");
    terminal.send(key::CTRL_C);
    assert_eq!(terminal.wait_exit().code(), Some(0));
    assert_given_back(&terminal);
}
