//! Nobody knows whether a secret was created.

use std::time::Duration;

use atlas_secret::domain::{CreateOutcome, LostAnswer, ServerText, TransportProblem};
use crossterm::event::KeyCode;

use crate::stage::Stage;

use super::{State, state};

pub fn states() -> Vec<State> {
    let lost = |lost| {
        let mut stage = Stage::posting();
        stage.wait(Duration::from_secs(12));
        stage.answered(CreateOutcome::Unknown(lost));
        stage
    };
    let broken = TransportProblem::Interrupted(ServerText::new("connection reset by peer"));
    let unreadable = LostAnswer::ValueUnreadable(ServerText::new("it is larger than 1 MiB"));
    let mut asks = stopped_waiting();
    asks.press(KeyCode::Char('q'));
    let mut suspend = stopped_waiting();
    suspend.control('z');
    let mut timed_out_later = stopped_waiting();
    timed_out_later.answered(CreateOutcome::Unknown(LostAnswer::TimedOut(Duration::from_secs(60))));
    vec![
        state("unknown_timed_out", lost(LostAnswer::TimedOut(Duration::from_secs(60)))),
        state("unknown_broken", lost(LostAnswer::Broken(broken))),
        state("unknown_value_unreadable", lost(unreadable)),
        state("unknown_unexpected", lost(LostAnswer::Unexpected { status: 502 })),
        state("unknown_stopped_waiting", stopped_waiting()),
        state("unknown_stopped_waiting_and_timed_out", timed_out_later),
        state("unknown_asks_to_leave", asks),
        state("unknown_refuses_ctrl_z", suspend),
    ]
}

/// The person stopped waiting; the POST runs on.
pub fn stopped_waiting() -> Stage {
    let mut stage = Stage::posting();
    stage.wait(Duration::from_secs(12));
    stage.press(KeyCode::Esc);
    stage.press(KeyCode::Char('y'));
    stage
}
