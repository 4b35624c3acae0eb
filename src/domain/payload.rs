//! Handing a secret over: what goes, and what is known afterwards.

use super::{CreatedSecret, Format, NewSecret, OrganizationId, ProfileName, ServerText};

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

/// A file that is on the disk, and so is its name in its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedFile {
    /// The whole path.
    pub path: ServerText,
    /// The format that its extension asked for.
    pub format: Format,
}

/// Why a file was not saved. Whatever had been written was taken away again, and an existing file is as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveFailure {
    /// No path was given, or one that names a folder.
    NoName,
    /// Something has that name already; nothing is ever overwritten.
    Exists,
    /// It is an `.env` file, whose two variables can be updated if the user agrees.
    CanUpdate {
        /// Others can read it: updating makes it private.
        is_open: bool,
        /// The name is a link to this file, which is the one to be updated.
        link_to: Option<ServerText>,
    },
    /// The name is a link to nothing.
    BrokenLink,
    /// The file has other names, which would keep the old content.
    HardLinked,
    /// The existing file may not be written to.
    ReadOnly,
    /// The existing file belongs to another user, and would not any more.
    NotOwned,
    /// Another program has changed the file, removed it, or has it locked.
    Changed,
    /// The existing file is too large for what it is called.
    TooLarge,
    /// The existing file is binary, or UTF-16.
    NotText,
    /// This line, from 1, cannot be changed without a guess at what it means.
    NotPlain(usize),
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
    /// What happened and what to do, as sentences.
    pub fn sentence(&self) -> String {
        let advice = match self {
            Self::NoName => " Type a path such as ~/prod.env.",
            Self::Exists
            | Self::CanUpdate { .. }
            | Self::BrokenLink
            | Self::HardLinked
            | Self::NotOwned
            | Self::TooLarge => " Choose another name.",
            Self::ReadOnly => " Make it writable, or choose another name.",
            Self::Changed => " Try again.",
            Self::NotText => " Save it as UTF-8, or choose another name.",
            Self::NotPlain(_) => " Edit the line, or choose another name.",
            Self::NoHome => " Type the whole path.",
            Self::NotPrivate => " Choose another folder.",
            Self::NoFolder | Self::NotAllowed | Self::Full | Self::Other(_) => "",
        };
        self.cause() + advice
    }

    /// What happened, as a sentence.
    pub fn cause(&self) -> String {
        match self {
            Self::NoName => "Not a file name.",
            Self::Exists | Self::CanUpdate { .. } => "File already exists.",
            Self::BrokenLink => "That is a link to a file that does not exist.",
            Self::HardLinked => "The file has another name (a hard link), which would keep the old secret.",
            Self::ReadOnly => "The file is read-only.",
            Self::NotOwned => "The file belongs to another user.",
            Self::Changed => "Another program changed the file at the same time. It was not updated.",
            Self::TooLarge => "The file is larger than 1 MiB.",
            Self::NotText => "The file is binary or UTF-16.",
            Self::NotPlain(line) => {
                return format!("Line {line} of the file is not a plain NAME=value. Nothing was changed.");
            }
            Self::NoFolder => "The folder does not exist.",
            Self::NotAllowed => "You have no permission to write there.",
            Self::Full => "No space left on that disk.",
            Self::NoHome => "The home folder is not known.",
            Self::NotPrivate => "That disk has no permissions to keep the file private.",
            Self::Other(words) => return format!("The file could not be written: {words}."),
        }
        .to_owned()
    }
}

/// How writing the new secret to a profile of the Atlas CLI went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileUpdate {
    /// The profile.
    pub profile: ProfileName,
    /// Where it was written and read back, or why it was not, as a sentence.
    pub result: Result<ServerText, ServerText>,
}

/// A command line that the user need not type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCommand {
    /// What it is called.
    pub name: ServerText,
    /// The line, with its placeholders.
    pub line: String,
    /// What the command reads from its standard input.
    pub format: Format,
}

/// What a command printed, to both of its streams, without the secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandOutput {
    /// Its last lines.
    pub lines: Vec<ServerText>,
    /// How many lines there were before them.
    pub left_out: usize,
}

/// How handing the secret to a command went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandOutcome {
    /// It read all of the secret and exited with 0.
    Succeeded,
    /// The line is no command: an open quote, nothing at all, or the secret itself among its words.
    Malformed(ServerText),
    /// A placeholder of the line stands for something that is not known here.
    UnknownPlaceholder(ServerText),
    /// There is no such program.
    NotFound(ServerText),
    /// It could not be started.
    NotStarted(ServerText),
    /// It exited with another code than 0.
    Exited {
        /// Its exit code.
        code: i32,
        /// The last line of its standard error, without the secret.
        last_line: ServerText,
    },
    /// A signal ended it.
    Killed(i32),
    /// It exited with 0, but without having read all of the secret.
    ClosedEarly,
    /// No one can tell how it ended.
    Lost(ServerText),
}

/// How a command ended, and what it printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandReport {
    /// How it ended.
    pub outcome: CommandOutcome,
    /// What it printed.
    pub output: CommandOutput,
}

impl From<CommandOutcome> for CommandReport {
    fn from(outcome: CommandOutcome) -> Self {
        Self { outcome, output: CommandOutput::default() }
    }
}

impl CommandOutcome {
    /// What happened to `program`, as a sentence.
    pub fn sentence(&self, program: &str) -> String {
        match self {
            Self::Succeeded => format!("{program} read it and exited with 0"),
            Self::Malformed(why) => format!("This cannot be run: {why}."),
            Self::UnknownPlaceholder(name) => {
                format!("{name} has no value here. F1 lists the placeholders.")
            }
            Self::NotFound(program) => format!("There is no program {program}."),
            Self::NotStarted(why) => format!("{program} could not be started: {why}."),
            Self::Exited { code, last_line } if last_line.is_empty() => {
                format!("{program} exited with {code}.")
            }
            Self::Exited { code, last_line } => format!("{program} exited with {code}: {last_line}"),
            Self::Killed(signal) => format!("{program} was ended by signal {signal}."),
            Self::ClosedEarly => format!("{program} exited with 0, but did not read the whole secret."),
            Self::Lost(why) => {
                format!("How {program} ended is not known ({why}). Check whether it has the secret.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_of_a_command_has_a_sentence_of_its_own() {
        let words = || ServerText::new("words");
        let exited = |code, last_line| CommandOutcome::Exited { code, last_line };
        let rows = [
            (CommandOutcome::Succeeded, "pass read it and exited with 0"),
            (CommandOutcome::Malformed(words()), "This cannot be run: words."),
            (CommandOutcome::UnknownPlaceholder(words()), "words has no value here."),
            (CommandOutcome::NotFound(words()), "no program words."),
            (CommandOutcome::NotStarted(words()), "pass could not be started: words."),
            (exited(7, ServerText::default()), "pass exited with 7."),
            (exited(7, words()), "pass exited with 7: words"),
            (CommandOutcome::Killed(9), "pass was ended by signal 9."),
            (CommandOutcome::ClosedEarly, "did not read the whole secret."),
            (CommandOutcome::Lost(words()), "is not known (words)."),
        ];
        for (outcome, expected) in rows {
            let sentence = outcome.sentence("pass");
            assert!(sentence.contains(expected), "{sentence}");
        }
    }
}
