//! Signals: the terminal is restored, and a created secret is reported.

use std::fs::{self, File};
use std::time::{Duration, Instant};

use crate::atlas::{Atlas, PLAIN, PROJECT, SLOW};
use crate::program::{as_service_account, assert_restored, created, demo, filled, labeled};
use crate::support::terminal::{Signal, Terminal, key};
use crate::waiting::wait_for_post;

#[test]
fn a_signal_on_the_form_reports_that_nothing_was_created() {
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
        // The time of day is shown once the time zone is read. By then the signals are caught.
        terminal.wait_for("30 days, ");
        assert!(terminal.is_alternate_screen() && terminal.bracketed_paste());
        terminal.signal(signal);
        assert_eq!(terminal.wait_exit().code(), Some(code), "{signal:?}");
        assert_restored(&terminal);
        assert_eq!(terminal.screen().trim(), "atlas-secret: Nothing was created.", "{signal:?}");
    }
}

#[test]
fn signals_that_were_ignored_at_the_start_stay_ignored() {
    let line = "trap '' HUP INT QUIT USR1 USR2 ALRM; exec \"$0\" --demo";
    let mut terminal = Terminal::run("bash")
        .args(["-c", line, env!("CARGO_BIN_EXE_atlas-secret")])
        .size(30, 120)
        .start_showing("30 days, ");
    for signal in
        [Signal::HUP, Signal::INT, Signal::QUIT, Signal::USR1, Signal::USR2, Signal::ALARM, Signal::XFSZ]
    {
        terminal.signal(signal);
        terminal.press(key::F1, "Keys ");
        terminal.press_until_gone(key::ESC, "Keys ");
    }
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_exit().code(), Some(143));
    assert_restored(&terminal);
}

#[test]
fn each_signal_reports_the_secret_in_exactly_one_line() {
    for signal in [Signal::HUP, Signal::INT, Signal::TERM] {
        let atlas = Atlas::start();
        let program = as_service_account(&atlas).args(["--project-id", PROJECT, "--client-id", PLAIN]);
        let stderr = program.home().join("stderr");
        let mut terminal = created(program.stderr_to(File::create(&stderr).unwrap()));
        let secret_id = labeled(&terminal.screen(), "Secret ID");
        assert_eq!(atlas.live_tokens(), 1);
        terminal.signal(signal);
        assert_eq!(terminal.wait_exit().code(), Some(3), "{signal:?}");
        assert_restored(&terminal);
        assert_eq!(atlas.live_tokens(), 0, "the token was revoked");
        let stderr = fs::read_to_string(&stderr).unwrap();
        assert_eq!(stderr.lines().count(), 1, "{signal:?}: {stderr}");
        assert!(stderr.starts_with(&format!("atlas-secret: Secret {secret_id} for {PLAIN}")), "{stderr}");
        assert!(stderr.trim_end().ends_with("never delivered. Delete it in Atlas."), "{stderr}");
    }
}

#[test]
fn a_second_signal_quits_at_once() {
    let atlas = Atlas::with_delay(300);
    let mut terminal = filled(&atlas, SLOW).start();
    wait_for_post(&mut terminal, &atlas);
    let signaled = Instant::now();
    // Use two different signals, because the same one would not be counted while pending.
    terminal.signal(Signal::TERM);
    terminal.signal(Signal::INT);
    assert_eq!(terminal.wait_exit().code(), Some(3));
    assert!(signaled.elapsed() < Duration::from_secs(3), "shorter than the wait after one signal");
    terminal.shows("may have been created");
}
