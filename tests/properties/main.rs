//! Whatever the sequence of keys, pastes, resizes, signals, waits and responses: there is only one POST at a time, no
//! secret is lost, and no secret is visible where it must not be.
//!
//! The interface and its jobs are the real ones. Requests and deliveries get responses in any order, with any
//! outcome, early or late. A frame is drawn after every step.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests and their helpers panic on failure")]

mod answers;
mod outcomes;
#[expect(dead_code, reason = "other tests use more of it")]
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

/// The minimum number of events in all runs, not counting the reports of jobs.
const EVENTS: usize = 100_000;
/// The maximum number of steps in a run. Many runs end earlier.
const STEPS: usize = 200;

/// Runs the steps until the program exits. Returns the number of events.
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
fn any_run_keeps_the_invariants() {
    let config = ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() };
    let runs = (start(), prop::collection::vec(step(), 1..STEPS));
    let events = Cell::new(0);
    while events.get() < EVENTS {
        // A runner runs its number of cases only once.
        let kept = TestRunner::new(config.clone()).run(&runs, |(start, steps)| {
            events.set(events.get() + run(start, steps));
            Ok(())
        });
        assert!(kept.is_ok(), "{}", kept.unwrap_err());
    }
}
