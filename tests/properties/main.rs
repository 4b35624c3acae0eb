//! Any sequence of keys, pastes, sizes, signals, time and answers keeps the promises that matter most: one
//! create at a time, no secret lost, no secret seen where it does not belong.
//!
//! The interface and its jobs are the real ones. Requests and deliveries are answered in any order, with any outcome,
//! early or late, and a frame is drawn after every step.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod answers;
mod outcomes;
#[expect(dead_code, reason = "shared with other tests, which need more of it")]
#[path = "../support/stage.rs"]
mod stage;
mod steps;
mod world;

use std::cell::Cell;

use atlas_secret::tui::{Glyphs, Theme};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use steps::{Start, Step, start, step};
use world::World;

/// How many events the interface is given at least, not counting what jobs report.
const EVENTS: usize = 100_000;
/// A run has as many steps at most; many end earlier, because the program does.
const STEPS: usize = 200;

/// One run from the first event to the last, or to the end of the program: how many events it had.
fn run(start: Start, steps: Vec<Step>) -> usize {
    let mut world = World::new(start);
    let theme = Theme::color(Glyphs::UNICODE);
    for step in steps {
        world.step(step);
        world.draw(&theme);
        if world.exit().is_some() {
            break;
        }
    }
    world.events
}

#[test]
fn any_run_keeps_the_promises() {
    let config = ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() };
    let runs = (start(), prop::collection::vec(step(), 1..STEPS));
    let events = Cell::new(0);
    while events.get() < EVENTS {
        // A runner that has had its cases runs no more.
        let kept = TestRunner::new(config.clone()).run(&runs, |(start, steps)| {
            events.set(events.get() + run(start, steps));
            Ok(())
        });
        assert!(kept.is_ok(), "{}", kept.unwrap_err());
    }
}
