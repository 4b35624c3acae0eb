//! What is delivered, and what is known after a delivery.

use std::io;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    ClientId, CreatedSecret, Format, NewSecret, OrganizationId, ProfileName, ServerText, os_error_message,
};

/// What is delivered: the secret, and what the formats contain with it. `Debug` hides the value.
#[derive(Clone, Debug)]
pub struct SecretPayload {
    pub new_secret: NewSecret,
    pub secret: CreatedSecret,
    /// The project's organization, if it could be read.
    pub organization: Option<OrganizationId>,
}

/// A file that is safely on the disk, including its entry in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedFile {
    pub path: ServerText,
    /// The format, according to its extension.
    pub format: Format,
}

/// Why a file was not saved, and what to do. A partly written file has been removed, and an existing file is unchanged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SaveFailure {
    #[error("Not a file name.")]
    NoName,
    #[error("That is a folder.")]
    IsFolder,
    #[error("File already exists.")]
    Exists,
    /// It is an `.env` file whose two variables can be updated if the user agrees.
    #[error("File already exists.")]
    CanUpdate(EnvFile),
    #[error("That is a link to a file that does not exist.")]
    BrokenLink,
    #[error("The file has another name (a hard link), which would keep the old secret.")]
    HardLinked,
    #[error("The file is read-only.")]
    ReadOnly,
    /// The existing file belongs to another user, and would not after the update.
    #[error("The file belongs to another user.")]
    NotOwned,
    #[error("The file has attributes that cannot be kept.")]
    Attributes,
    #[error("Another program changed the file at the same time. It was not updated.")]
    Changed,
    #[error("Another user replaced the file while it was written. The secret is not in it.")]
    Swapped,
    #[error("Another program has locked the file. It was not updated.")]
    Locked,
    #[error("The file is larger than 1 MiB.")]
    TooLarge,
    #[error("The file is binary or UTF-16.")]
    NotText,
    /// This line, counting from 1, is ambiguous.
    #[error(
        "Nothing was changed. Line {0} is ambiguous: an open quote, $( ), a carriage return, or not NAME=value."
    )]
    NotPlain(usize),
    /// The values in the file are encrypted by sops or dotenvx, so a plain one must not be added.
    #[error("Nothing was changed. Line {0} is encrypted, and the secret would stand there in plain text.")]
    Encrypted(usize),
    /// The old value on this line is the name of one in a secret manager.
    #[error(
        "Nothing was changed. Line {0} refers to a secret manager, and the secret would stand there in plain text."
    )]
    Reference(usize),
    #[error("{}", no_folder(.0))]
    NoFolder(ServerText),
    #[error("You have no permission to write there.")]
    NotAllowed,
    #[error("No space left on that disk.")]
    Full,
    /// The path begins with `~`, and the home folder is not known.
    #[error("The home folder is not known.")]
    NoHome,
    /// The file system has no permissions, so others could read the file: FAT, and some network folders.
    #[error("This file system cannot keep a file private.")]
    NotPrivate,
    /// Any other error, with the system's message.
    #[error("The file could not be written: {0}.")]
    Other(ServerText),
}

/// What the user is asked before an `.env` file is updated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnvFile {
    /// True if others can read it. The update makes it private.
    pub is_open: bool,
    /// The user ID of its owner, if that is another user.
    pub other_owner: Option<u32>,
    /// The target of the name, which is a symbolic link. The update changes the target.
    pub link_to: Option<ServerText>,
    /// The client ID in it, if it is another account's.
    pub other_client: Option<OtherClient>,
    /// Those of the two variables that are missing and will be added.
    pub missing: Vec<&'static str>,
}

/// A value in place of this account's client ID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OtherClient {
    Account(ClientId),
    /// Something else. It is not shown, because it could be a secret.
    Unknown,
}

/// What a system error means for saving. The caller fills in the folder, and checks for a folder with the file's name.
impl From<io::Error> for SaveFailure {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind;
        match error.kind() {
            ErrorKind::AlreadyExists => Self::Exists,
            ErrorKind::NotFound | ErrorKind::NotADirectory => Self::NoFolder(ServerText::default()),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::NotAllowed,
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Other(os_error_message(&error)),
        }
    }
}

impl SaveFailure {
    /// What happened to the user's file, and what to do.
    pub fn sentence(&self) -> String {
        let advice = match self {
            Self::NoName => " Type a path such as ~/prod.env.",
            Self::IsFolder => " Add the name of a file.",
            Self::Exists
            | Self::CanUpdate(_)
            | Self::BrokenLink
            | Self::HardLinked
            | Self::Attributes
            | Self::NotOwned
            | Self::TooLarge => " Choose another name.",
            Self::ReadOnly => " Make it writable, or choose another name.",
            Self::Changed | Self::Locked => " Try again.",
            Self::NotText => " Save it as UTF-8, or choose another name.",
            Self::Encrypted(_) => " Decrypt the file first, or choose another name.",
            Self::Reference(_) => " Store it in the secret manager, or choose another name.",
            Self::NotPlain(_) => " Edit the line, or choose another name.",
            Self::NoHome => " Type the whole path.",
            Self::NotPrivate | Self::Swapped => " Choose another folder.",
            Self::NoFolder(_) | Self::NotAllowed | Self::Full | Self::Other(_) => "",
        };
        format!("{self}{advice}")
    }
}

fn no_folder(folder: &ServerText) -> String {
    let not_expanded = if folder.as_str().contains('$') { ". $ is not expanded" } else { "" };
    format!("The folder does not exist: {folder}{not_expanded}.")
}

/// The result of writing the new secret to a profile of the Atlas CLI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileUpdate {
    pub profile: ProfileName,
    /// Where it was written and read back, or why it was not, as a sentence.
    pub result: Result<ServerText, ServerText>,
}

/// A command line that the program suggests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCommand {
    pub name: ServerText,
    /// The command line with its placeholders.
    pub line: String,
    /// The format that the command reads from its standard input.
    pub format: Format,
}

/// The output of a command on both of its streams, without the secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandOutput {
    /// Its last lines.
    pub lines: Vec<ServerText>,
    /// True if the output contained the secret or a part of it.
    pub had_secret: bool,
    /// The number of lines before the last ones.
    pub left_out: usize,
}

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
    Exited {
        code: i32,
        /// The last line of its output, if no line contained the secret.
        last_line: ServerText,
    },
    /// A signal with this number ended it.
    Killed(i32),
    ClosedEarly,
    Lost(ServerText),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandReport {
    pub outcome: CommandOutcome,
    pub output: CommandOutput,
}

impl From<CommandOutcome> for CommandReport {
    fn from(outcome: CommandOutcome) -> Self {
        Self { outcome, output: CommandOutput::default() }
    }
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

impl CommandReport {
    /// Whether `program` has received the secret, or a sentence that says why that is not certain, and the output to
    /// show below it.
    pub fn result(self, program: &str) -> (Result<(), String>, CommandOutput) {
        let Self { outcome, mut output } = self;
        let name = file_name(program);
        let result = match &outcome {
            CommandOutcome::Succeeded if only_prints(program) => {
                // It may have printed the secret in an encoding that is not recognized.
                output = CommandOutput::default();
                Err(format!("{name} does not store what it reads, so the secret is not delivered."))
            }
            CommandOutcome::Succeeded if output.had_secret => Err(format!(
                "{name} exited with 0, but printed the secret, so it may not have stored it. If it wrote a file, the \
                     secret is in it."
            )),
            CommandOutcome::Succeeded => Ok(()),
            CommandOutcome::Exited { code, last_line } if output.lines.contains(last_line) => {
                // A single line is part of the sentence; several lines are shown below it in their order.
                let last_line = match &output.lines[..] {
                    [_] => std::mem::take(&mut output.lines).remove(0),
                    _ => ServerText::default(),
                };
                Err(CommandOutcome::Exited { code: *code, last_line }.sentence(program))
            }
            failed => Err(failed.sentence(program)),
        };
        (result, output)
    }
}

impl CommandOutcome {
    /// False if the line was rejected or the program could not be started.
    pub fn was_started(&self) -> bool {
        !matches!(
            self,
            Self::Malformed(_) | Self::UnknownPlaceholder(_) | Self::NotFound(_) | Self::NotStarted(_)
        )
    }

    pub fn sentence(&self, program: &str) -> String {
        match self {
            Self::Succeeded => format!("{program} read it and exited with 0"),
            Self::Malformed(why) => format!("This cannot be run: {why}."),
            Self::UnknownPlaceholder(name) => {
                format!("Unknown placeholder {name}, or it has no value. F1 lists the placeholders.")
            }
            Self::NotFound(program) => format!("There is no program {program}."),
            Self::NotStarted(why) => format!("{program} could not be started: {why}."),
            Self::Exited { code, last_line } if last_line.is_empty() => {
                format!("{program} exited with {code}.")
            }
            Self::Exited { code, last_line } => format!("{program} exited with {code}: {last_line}"),
            // Sent by Ctrl-C.
            Self::Killed(2) => format!("You stopped {program}."),
            Self::Killed(signal) => format!("{program} was ended by signal {signal}."),
            Self::ClosedEarly => format!("{program} exited with 0, but did not read the whole secret."),
            Self::Lost(why) => {
                format!("How {program} ended is not known ({why}). Check whether it has the secret.")
            }
        }
    }
}

/// The result of copying. It only claims what was proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyOutcome {
    /// The value was copied to the system's clipboard, and read back.
    Copied {
        /// The time until the clipboard is cleared; `None` if the copy stays until something else is copied.
        clears_in: Option<Duration>,
    },
    /// The value was copied to the system's clipboard, but could not be read back within a second.
    Unverified {
        /// As for a copy that was read back.
        clears_in: Option<Duration>,
    },
    /// The value was sent to the terminal, which never confirms it.
    Sent(TerminalRoute),
    Failed {
        /// One message per backend that was tried.
        reasons: Vec<ServerText>,
    },
}

/// How a value gets to the clipboard of the terminal in which this program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TerminalRoute {
    /// Through tmux (`tmux load-buffer -w`).
    Tmux,
    Osc52,
    /// By OSC 52, because the server in `TMUX` cannot be used.
    Osc52Instead(CopyError),
}

impl TerminalRoute {
    /// The user-facing name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tmux => "tmux",
            Self::Osc52 | Self::Osc52Instead(_) => "OSC 52",
        }
    }
}

/// Why a backend could not copy. The messages are our own, because the clipboard library reports a missing display as a
/// connection timeout.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, thiserror::Error)]
pub enum CopyError {
    #[error("Copying is turned off (--clipboard off).")]
    SwitchedOff,
    /// No backend suits the environment.
    #[error("There is no display and no terminal to copy to.")]
    NoBackend,
    #[error("{}", no_display_message())]
    NoDisplay,
    #[error("Another program is using the clipboard.")]
    ClipboardOccupied,
    #[error("The clipboard did not accept the value.")]
    ClipboardRefused,
    #[error("The display did not answer within 2 s.")]
    DisplaySilent,
    /// The clipboard process could not be started, or ended without a report.
    #[error("The clipboard process failed.")]
    ProcessFailed,
    /// `TMUX` is not set, so the value would go to the clients of some other server.
    #[error("This program does not run inside tmux.")]
    NotInsideTmux,
    #[error("tmux could not be started.")]
    TmuxNotStarted,
    #[error("The tmux server that TMUX names is not running.")]
    TmuxGone,
    /// The server in `TMUX` belongs to another user, as after `sudo` or `su`.
    #[error("The tmux server that TMUX names belongs to another user.")]
    TmuxForeign,
    /// `tmux` failed; versions before 3.2 have no `load-buffer -w`.
    #[error("tmux did not accept the value; it needs version 3.2 or newer.")]
    TmuxRefused,
    #[error("tmux did not answer within 2 s.")]
    TmuxSilent,
    #[error("The value is too long to send to the terminal.")]
    TooLong,
    #[error("Writing to the terminal failed.")]
    TerminalNotWritable,
}

fn no_display_message() -> &'static str {
    if cfg!(any(target_os = "macos", windows)) {
        "The system's clipboard could not be opened."
    } else {
        "There is no display to copy to."
    }
}

/// What the system's clipboard contains now.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub enum ClipboardContent {
    Ours {
        /// The time until it is cleared; `None` if it stays.
        clears_in: Option<Duration>,
    },
    /// Something else or nothing, because another program has copied or cleared.
    Overwritten,
    /// Nothing: it was cleared when its time was up, or nothing was ever copied.
    Cleared,
    /// The value again: it was cleared, and another program, such as a clipboard manager, has put it back, there or in
    /// the primary selection.
    PutBack,
    /// Unknown, because the copy is lost.
    Lost(LostCopy),
    Unreadable,
}

/// Why a copy is lost, so that it no longer proves a delivery.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, thiserror::Error)]
pub enum LostCopy {
    #[error("The clipboard process has ended.")]
    ProcessEnded,
    #[error("The display is gone.")]
    DisplayGone,
    #[error("It should have been cleared by now, and the clipboard process does not answer.")]
    DeadlinePassed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_outcome_of_a_command_has_a_different_sentence() {
        let words = || ServerText::new("words");
        let exited = |code, last_line| CommandOutcome::Exited { code, last_line };
        let rows = [
            (CommandOutcome::Succeeded, "pass read it and exited with 0"),
            (CommandOutcome::NotStarted(words()), "pass could not be started: words."),
            (exited(7, ServerText::default()), "pass exited with 7."),
            (exited(7, words()), "pass exited with 7: words"),
            (CommandOutcome::Killed(9), "pass was ended by signal 9."),
            (CommandOutcome::Lost(words()), "is not known (words)."),
        ];
        for (outcome, expected) in rows {
            let sentence = outcome.sentence("pass");
            assert!(sentence.contains(expected), "{sentence}");
        }
    }

    #[test]
    fn each_save_failure_has_advice() {
        let rows = [
            (SaveFailure::CanUpdate(EnvFile::default()), "File already exists. Choose another name."),
            (SaveFailure::ReadOnly, "The file is read-only. Make it writable, or choose another name."),
            (SaveFailure::Changed, "It was not updated. Try again."),
            (SaveFailure::NotText, "Save it as UTF-8, or choose another name."),
            (SaveFailure::NotPlain(3), "Nothing was changed. Line 3 is ambiguous: an open quote"),
            (
                SaveFailure::Encrypted(3),
                "Line 3 is encrypted, and the secret would stand there in plain text. Decrypt",
            ),
            (SaveFailure::Reference(3), "Line 3 refers to a secret manager, and the secret would stand"),
            (SaveFailure::NotPrivate, "This file system cannot keep a file private. Choose another folder."),
            (SaveFailure::Other(ServerText::new("words")), "The file could not be written: words."),
        ];
        for (failure, expected) in rows {
            let sentence = failure.sentence();
            assert!(sentence.contains(expected), "{sentence}");
            assert!(sentence.matches("Choose").count() <= 1, "{sentence}");
        }
        let folders = [
            ("/nowhere", "The folder does not exist: /nowhere."),
            ("/a/$HOME", "The folder does not exist: /a/$HOME. $ is not expanded."),
        ];
        for (folder, expected) in folders {
            assert_eq!(SaveFailure::NoFolder(ServerText::new(folder)).sentence(), expected);
        }
    }

    #[test]
    fn system_errors_become_save_failures() {
        use io::ErrorKind;
        let no_folder = || SaveFailure::NoFolder(ServerText::default());
        let rows = [
            (ErrorKind::AlreadyExists, SaveFailure::Exists),
            (ErrorKind::NotFound, no_folder()),
            (ErrorKind::NotADirectory, no_folder()),
            (ErrorKind::PermissionDenied, SaveFailure::NotAllowed),
            (ErrorKind::ReadOnlyFilesystem, SaveFailure::NotAllowed),
            (ErrorKind::StorageFull, SaveFailure::Full),
            (ErrorKind::QuotaExceeded, SaveFailure::Full),
            (ErrorKind::TimedOut, SaveFailure::Other(ServerText::new("timed out"))),
        ];
        for (kind, failure) in rows {
            assert_eq!(SaveFailure::from(io::Error::from(kind)), failure, "{kind:?}");
        }
    }
}
