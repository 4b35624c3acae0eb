//! What can happen to the program, in any order.

use crossterm::event::{KeyCode, KeyModifiers};
use proptest::prelude::*;

use atlas_secret::tui::KeyPress;

use crate::stage::{CLIENT, PROJECT};
use crate::world::VALUE;

/// A step of a run.
#[derive(Clone, Debug)]
pub enum Step {
    Keys(Vec<u8>),
    Paste(u8),
    Resize(u16, u16),
    Signal(u8),
    Wait(u32),
    /// Lets exactly as much time pass as the interface requested.
    Wake,
    /// Reports records of an earlier run, a disk error, the login or profiles.
    Report(u8),
    /// Responds to one of the waiting requests or commands, with one of the outcomes.
    Respond {
        which: usize,
        outcome: u8,
    },
}

pub fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => prop::collection::vec(any::<u8>(), 1..4).prop_map(Step::Keys),
        1 => prop::collection::vec(any::<u8>(), 4..20).prop_map(Step::Keys),
        1 => any::<u8>().prop_map(Step::Paste),
        1 => (0_u16..120, 0_u16..45).prop_map(|(columns, rows)| Step::Resize(columns, rows)),
        1 => Just(Step::Resize(80, 24)),
        1 => (0_u8..200).prop_map(Step::Signal),
        2 => (0_u32..70_000).prop_map(Step::Wait),
        2 => Just(Step::Wake),
        1 => any::<u8>().prop_map(Step::Report),
        12 => (any::<usize>(), any::<u8>()).prop_map(|(which, outcome)| Step::Respond { which, outcome }),
    ]
}

/// Half of the keys make progress, so that runs get somewhere.
pub fn key(choice: u8) -> KeyPress {
    let plain = |code| KeyPress { code, modifiers: KeyModifiers::NONE };
    let control = |letter| KeyPress { code: KeyCode::Char(letter), modifiers: KeyModifiers::CONTROL };
    let typed: Vec<char> = "cnqrdlgb?x0f_9é漢sp+vku".chars().collect();
    if choice == 29 {
        // Rare, because it ends most runs.
        return control('c');
    }
    match choice % 64 {
        0..=12 => plain(KeyCode::Enter),
        13..=20 => plain(KeyCode::Char('y')),
        21..=25 => control('s'),
        26..=29 => plain(KeyCode::Esc),
        30 => control('z'),
        31 => control('l'),
        32 => control('u'),
        33 => plain(KeyCode::F(1)),
        34..=36 => plain(KeyCode::Tab),
        37..=38 => KeyPress { code: KeyCode::BackTab, modifiers: KeyModifiers::SHIFT },
        39 => plain(KeyCode::Up),
        40 => plain(KeyCode::Down),
        41 => plain(KeyCode::Left),
        42 => plain(KeyCode::Backspace),
        43 => plain(KeyCode::Delete),
        48 => plain(KeyCode::F(2)),
        44 => control('w'),
        45 => control('k'),
        46..=47 => control('o'),
        other => plain(KeyCode::Char(typed[usize::from(other) % typed.len()])),
    }
}

pub fn pasted(choice: u8) -> String {
    match choice % 8 {
        0 | 1 => format!("{PROJECT}\n{CLIENT}\n"),
        2 => format!("https://cloud.mongodb.com/v2/{PROJECT}#/access"),
        3 => VALUE.to_owned(),
        4 => format!("{CLIENT} {VALUE}\n\n"),
        5 => "2147483647".to_owned(),
        6 => "\u{1b}[2J漢e\u{301}\u{202e} 12w".to_owned(),
        _ => PROJECT[..usize::from(choice) % 24].to_owned(),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    Empty,
    Filled,
    /// Standard output is redirected.
    Sink,
    /// `--yes` on a terminal.
    Preapproved,
}

pub fn start() -> impl Strategy<Value = Start> {
    prop_oneof![
        2 => Just(Start::Empty),
        5 => Just(Start::Filled),
        1 => Just(Start::Sink),
        1 => Just(Start::Preapproved),
    ]
}
