//! Handing a secret over: what goes, and what is known afterwards.

use super::{CreatedSecret, Format, NewSecret, OrganizationId, ServerText};

/// What is handed over: the secret and what the formats say beside it. Its `Debug` shows no value.
#[derive(Clone, Debug)]
pub struct SecretPayload {
    /// What was asked for: the project and the account.
    pub new_secret: NewSecret,
    /// What Atlas gave.
    pub secret: CreatedSecret,
    /// The project's organization, where it could be read.
    pub organization: Option<OrganizationId>,
}

/// How saving to a file went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveOutcome {
    /// The file is on the disk, and so is its name in its folder.
    Saved {
        /// The whole path.
        path: ServerText,
        /// The format that its extension asked for.
        format: Format,
    },
    /// Nothing is left of it.
    Failed(SaveFailure),
}

/// Why a file was not saved. Whatever had been written was taken away again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveFailure {
    /// No path was given, or one that names a folder.
    NoName,
    /// Something has that name already; nothing is ever overwritten.
    Exists,
    /// The folder does not exist.
    NoFolder,
    /// The folder may not be written to.
    NotAllowed,
    /// There is no room left.
    Full,
    /// `~` cannot be resolved: the home folder is not known.
    NoHome,
    /// The disk knows no permissions, so that others could read it: FAT, and some network folders.
    NotPrivate,
    /// Anything else, in the system's words.
    Other(ServerText),
}

impl SaveFailure {
    /// What happened, as a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::NoName => "That is not the name of a file.".to_owned(),
            Self::Exists => "There is something of that name already; nothing is overwritten.".to_owned(),
            Self::NoFolder => "There is no such folder.".to_owned(),
            Self::NotAllowed => "You may not write there.".to_owned(),
            Self::Full => "There is no room left on that disk.".to_owned(),
            Self::NoHome => "It is not known where ~ is.".to_owned(),
            Self::NotPrivate => {
                "That disk cannot keep a file from other users; choose another folder.".to_owned()
            }
            Self::Other(words) => format!("It could not be written: {words}."),
        }
    }
}

/// How handing the secret to a command went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandOutcome {
    /// It read all of the secret and ended with 0.
    Succeeded,
    /// The line is no command: an open quote, nothing at all, or the secret itself among its words.
    Malformed(ServerText),
    /// A placeholder of the line stands for something that is not known here.
    UnknownPlaceholder(ServerText),
    /// There is no such program.
    NotFound(ServerText),
    /// It could not be started.
    NotStarted(ServerText),
    /// It ended with another code than 0.
    Exited(i32),
    /// A signal ended it.
    Killed(i32),
    /// It ended with 0, but without having read all of the secret.
    ClosedEarly,
    /// No one can tell how it ended.
    Lost(ServerText),
}

impl CommandOutcome {
    /// What happened, as a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::Succeeded => "The command took the secret and ended with 0.".to_owned(),
            Self::Malformed(why) => format!("That is no command line: {why}."),
            Self::UnknownPlaceholder(name) => {
                format!(
                    "Nothing is known here that {name} could stand for; see the help for the placeholders."
                )
            }
            Self::NotFound(program) => format!("There is no program {program}."),
            Self::NotStarted(why) => format!("The command could not be started: {why}."),
            Self::Exited(code) => format!("The command ended with {code}."),
            Self::Killed(signal) => format!("Signal {signal} ended the command."),
            Self::ClosedEarly => "The command ended with 0, but did not read all of the secret.".to_owned(),
            Self::Lost(why) => format!("How the command ended could not be learned: {why}."),
        }
    }
}

/// Why the secret did not get to standard output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrintFailure {
    /// The other end of the pipe is closed.
    Closed,
    /// There is no room left.
    Full,
    /// Anything else, in the system's words.
    Other(ServerText),
}

impl PrintFailure {
    /// What happened, as a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::Closed => "Nobody reads standard output any more.".to_owned(),
            Self::Full => "Standard output has no room left.".to_owned(),
            Self::Other(words) => format!("Standard output could not be written: {words}."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_of_a_command_has_a_sentence_of_its_own() {
        let words = || ServerText::new("words");
        let rows = [
            (CommandOutcome::Succeeded, "took the secret and ended with 0."),
            (CommandOutcome::Malformed(words()), "no command line: words."),
            (CommandOutcome::UnknownPlaceholder(words()), "that words could stand for"),
            (CommandOutcome::NotFound(words()), "no program words."),
            (CommandOutcome::NotStarted(words()), "could not be started: words."),
            (CommandOutcome::Exited(7), "ended with 7."),
            (CommandOutcome::Killed(9), "Signal 9 ended"),
            (CommandOutcome::ClosedEarly, "did not read all"),
            (CommandOutcome::Lost(words()), "could not be learned: words."),
        ];
        for (outcome, expected) in rows {
            assert!(outcome.sentence().contains(expected), "{}", outcome.sentence());
        }
    }

    #[test]
    fn each_failure_to_print_has_a_sentence_of_its_own() {
        let rows = [
            (PrintFailure::Closed, "Nobody reads"),
            (PrintFailure::Full, "no room left"),
            (PrintFailure::Other(ServerText::new("words")), "could not be written: words."),
        ];
        for (failure, expected) in rows {
            assert!(failure.sentence().contains(expected), "{}", failure.sentence());
        }
    }
}
