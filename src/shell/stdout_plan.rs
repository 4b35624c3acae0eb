//! What standard output is for in this run, decided before anything is sent.

use crate::delivery::{StdoutKind, StdoutProblem};
use crate::domain::Format;
use crate::tui::Output;

/// What a run does with standard output, and whether it needs a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StdoutPlan {
    pub output: Output,
    pub needs_terminal: bool,
}

pub(super) fn decide(
    stdout: StdoutKind,
    format: Option<Format>,
    submits_at_once: bool,
) -> Result<StdoutPlan, StdoutProblem> {
    match (stdout, format) {
        // A template is also for copying.
        (StdoutKind::Terminal, None | Some(Format::Template(_))) => {
            Ok(StdoutPlan { output: Output::Terminal, needs_terminal: true })
        }
        (StdoutKind::Terminal, Some(_)) => Err(StdoutProblem::FormatOnTerminal),
        (StdoutKind::Sink, None) if submits_at_once => Err(StdoutProblem::NoFormat),
        (StdoutKind::Sink, format) => {
            let output = Output::Sink(format.unwrap_or_default());
            Ok(StdoutPlan { output, needs_terminal: !submits_at_once })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Template;

    #[test]
    fn what_stdout_gets_is_clear_before_anything_is_sent() {
        use StdoutKind::{Sink, Terminal};
        let shown = |output| Ok(StdoutPlan { output, needs_terminal: true });
        let template = Format::Template(Template::parse("{secret}").unwrap());
        let rows = [
            (Terminal, Some(template), false, shown(Output::Terminal)),
            (Sink, Some(template), false, shown(Output::Sink(template))),
            (Terminal, None, false, shown(Output::Terminal)),
            (Terminal, None, true, shown(Output::Terminal)),
            (Terminal, Some(Format::Env), false, Err(StdoutProblem::FormatOnTerminal)),
            (Terminal, Some(Format::Env), true, Err(StdoutProblem::FormatOnTerminal)),
            (Sink, None, false, shown(Output::Sink(Format::Secret))),
            (Sink, Some(Format::Json), false, shown(Output::Sink(Format::Json))),
            (Sink, None, true, Err(StdoutProblem::NoFormat)),
            (
                Sink,
                Some(Format::Json),
                true,
                Ok(StdoutPlan { output: Output::Sink(Format::Json), needs_terminal: false }),
            ),
        ];
        for (stdout, format, yes, expected) in rows {
            assert_eq!(decide(stdout, format, yes), expected, "{stdout:?} {format:?} {yes}");
        }
    }
}
