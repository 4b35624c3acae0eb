//! How a command ended, and whether it has the secret.

use crate::delivery::DeliveryFailure;
use crate::domain::{Delivery, ServerText};

use super::{CommandOutput, KnownCommand};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandOutcome {
    Succeeded,
    /// The line is not a command: it has an open quote, is empty, or contains the secret itself.
    Malformed(ServerText),
    /// The value of a placeholder in the line is not known.
    UnknownPlaceholder(ServerText),
    NotFound(ServerText),
    NotStarted(ServerText),
    /// It exited with a code other than 0.
    Exited(i32),
    /// A signal with this number ended it.
    Killed(i32),
    ClosedEarly,
    Lost(ServerText),
}

/// Programs that print their input and store nothing.
const PRINTERS: &str = "awk base32 base64 bat batcat cat column cut echo egrep expand fgrep fmt fold grep head hexdump jq \
                        less more most nl od paste pr rev rg sed sha1sum sha256sum sha512sum shuf sort strings tac tail \
                        tr uniq wc xargs xxd";

/// True for a program, given by name or path, that prints its input and stores nothing.
pub fn only_prints(program: &str) -> bool {
    PRINTERS.split(' ').any(|printer| printer == file_name(program))
}

fn file_name(program: &str) -> &str {
    program.rsplit(['/', '\\']).next().unwrap_or_default()
}

impl KnownCommand {
    /// Whether the command has received the secret, and the output to show with that.
    pub fn result(
        &self,
        outcome: CommandOutcome,
        mut output: CommandOutput,
    ) -> (Result<Delivery, DeliveryFailure>, CommandOutput) {
        // The program is the first word of the line, split as it is for running.
        let words = shell_words::split(&self.line).unwrap_or_default();
        let program = words.first().map_or("", String::as_str);
        let name = file_name(program);
        let only_prints = only_prints(program);
        if only_prints {
            // It may have printed the secret in an encoding that is not recognized.
            output = CommandOutput::default();
        }
        let failure =
            if outcome.was_started() { DeliveryFailure::Failed } else { DeliveryFailure::NotStarted };
        let why = match (outcome, &output.lines[..]) {
            (CommandOutcome::Succeeded, _) if only_prints => {
                format!("{name} only prints what it reads, so this run does not count as a delivery.")
            }
            (CommandOutcome::Succeeded, _) if output.had_secret => format!(
                "{name} exited with 0, but printed the secret, so it may not have stored it. If it wrote a file, the \
                 secret is in it."
            ),
            (CommandOutcome::Succeeded, _) => {
                let delivery = Delivery::Piped { program: ServerText::new(program), format: self.format };
                return (Ok(delivery), output);
            }
            // Several lines are shown below the sentence. A bracket or a quote is no message.
            (CommandOutcome::Exited(code), [line])
                if !output.had_secret && line.as_str().contains(char::is_alphanumeric) =>
            {
                let why = format!("{program} exited with {code}: {line}");
                output.lines.clear();
                why
            }
            (failed, _) => failed.sentence(program),
        };
        (Err(failure(why)), output)
    }
}

impl CommandOutcome {
    /// False if the line was rejected or the program could not be started.
    fn was_started(&self) -> bool {
        !matches!(
            self,
            Self::Malformed(_) | Self::UnknownPlaceholder(_) | Self::NotFound(_) | Self::NotStarted(_)
        )
    }

    pub fn sentence(self, program: &str) -> String {
        match self {
            Self::Succeeded => format!("{program} read it and exited with 0"),
            Self::Malformed(why) => format!("This cannot be run: {why}."),
            Self::UnknownPlaceholder(name) => {
                format!("Unknown placeholder {name}, or it has no value. F1 lists the placeholders.")
            }
            Self::NotFound(program) => format!("There is no program {program}."),
            Self::NotStarted(why) => format!("{program} could not be started: {why}."),
            Self::Exited(code) => format!("{program} exited with {code}."),
            // Sent by Ctrl-C.
            Self::Killed(2) => format!("You stopped {program}."),
            Self::Killed(signal) => format!("{program} was ended by signal {signal}."),
            Self::ClosedEarly => format!("{program} exited with 0, but did not read the whole secret."),
            Self::Lost(why) => {
                format!("It is not known how {program} ended ({why}). Check whether it has the secret.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Format;

    #[test]
    fn a_single_line_of_output_is_a_part_of_the_sentence() {
        let line = "pass insert x".to_owned();
        let command = KnownCommand { name: ServerText::default(), line, format: Format::Secret };
        let rows: [(&[&str], bool, &str, usize); 5] = [
            (&[], false, "pass exited with 7.", 0),
            (&["no route"], false, "pass exited with 7: no route", 0),
            (&["]"], false, "pass exited with 7.", 1),
            (&["first", "last"], false, "pass exited with 7.", 2),
            (&["(not shown)"], true, "pass exited with 7.", 1),
        ];
        for (lines, had_secret, sentence, shown_below) in rows {
            let lines = lines.iter().map(|line| ServerText::new(line)).collect();
            let output = CommandOutput { lines, had_secret, left_out: 0 };
            let (result, output) = command.result(CommandOutcome::Exited(7), output);
            assert_eq!(result, Err(DeliveryFailure::Failed(sentence.to_owned())));
            assert_eq!(output.lines.len(), shown_below, "{sentence}");
        }
        let printer = KnownCommand { line: "/bin/sort -r".to_owned(), ..command };
        for outcome in [CommandOutcome::Succeeded, CommandOutcome::Exited(2)] {
            let output =
                CommandOutput { lines: vec![ServerText::new("encoded")], ..CommandOutput::default() };
            let (result, output) = printer.result(outcome, output);
            assert_eq!((result.is_err(), output), (true, CommandOutput::default()));
        }
    }

    #[test]
    fn each_outcome_of_a_command_has_a_different_sentence() {
        let words = || ServerText::new("words");
        let rows = [
            (CommandOutcome::NotStarted(words()), "pass could not be started: words."),
            (CommandOutcome::Exited(7), "pass exited with 7."),
            (CommandOutcome::Killed(9), "pass was ended by signal 9."),
            (CommandOutcome::Lost(words()), "It is not known how pass ended (words)."),
        ];
        for (outcome, expected) in rows {
            assert!(outcome.clone().sentence("pass").starts_with(expected), "{outcome:?}");
        }
    }
}
