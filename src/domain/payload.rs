//! Handing a secret over: what goes, and what is known afterwards.

use std::io;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    ClientId, CreatedSecret, Format, NewSecret, OrganizationId, ProfileName, ServerText, os_error_message,
};

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

/// Why a file was not saved, and what to do. Whatever had been written was removed again, and an existing file is as
/// it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SaveFailure {
    /// No path was given, or one that names a folder.
    #[error("Not a file name.")]
    NoName,
    /// A folder has that name.
    #[error("That is a folder.")]
    IsFolder,
    /// Something has that name already; nothing is ever overwritten.
    #[error("File already exists.")]
    Exists,
    /// It is an `.env` file, whose two variables can be updated if the user agrees.
    #[error("File already exists.")]
    CanUpdate(EnvFile),
    /// The name is a link to nothing.
    #[error("That is a link to a file that does not exist.")]
    BrokenLink,
    /// The file has other names, which would keep the old content.
    #[error("The file has another name (a hard link), which would keep the old secret.")]
    HardLinked,
    /// The existing file may not be written to.
    #[error("The file is read-only.")]
    ReadOnly,
    /// The existing file belongs to another user, and would not any more.
    #[error("The file belongs to another user.")]
    NotOwned,
    /// The new file cannot get the extended attributes of the old one.
    #[error("The file has attributes that cannot be kept.")]
    Attributes,
    /// Another program has changed the file, or removed it.
    #[error("Another program changed the file at the same time. It was not updated.")]
    Changed,
    /// Another user has put a file of his own in the place of the new one.
    #[error("Another user replaced the file while it was written. The secret is not in it.")]
    Swapped,
    /// Another program has the file locked.
    #[error("Another program has locked the file. It was not updated.")]
    Locked,
    /// The existing file is too large for what it is called.
    #[error("The file is larger than 1 MiB.")]
    TooLarge,
    /// The existing file is binary, or UTF-16.
    #[error("The file is binary or UTF-16.")]
    NotText,
    /// This line, from 1, cannot be changed without a guess at what it means.
    #[error(
        "Nothing was changed. Line {0} is ambiguous: an open quote, $( ), a carriage return, or not NAME=value."
    )]
    NotPlain(usize),
    /// sops or dotenvx has encrypted the values of the file: a plain one does not belong beside them.
    #[error("Nothing was changed. Line {0} is encrypted, and the secret would stand there in plain text.")]
    Encrypted(usize),
    /// This folder does not exist.
    #[error("{}", no_folder(.0))]
    NoFolder(ServerText),
    /// The folder may not be written to.
    #[error("You have no permission to write there.")]
    NotAllowed,
    /// The disk is full.
    #[error("No space left on that disk.")]
    Full,
    /// `~` cannot be resolved: the home folder is not known.
    #[error("The home folder is not known.")]
    NoHome,
    /// The disk knows no permissions, so that others could read it: FAT, and some network folders.
    #[error("This file system cannot keep a file private.")]
    NotPrivate,
    /// Anything else, in the system's words.
    #[error("The file could not be written: {0}.")]
    Other(ServerText),
}

/// What the question before an `.env` file is updated is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnvFile {
    /// Others can read it: updating makes it private.
    pub is_open: bool,
    /// The user ID of its owner, who is another user.
    pub other_owner: Option<u32>,
    /// The name is a link to this file, which is the one to be updated.
    pub link_to: Option<ServerText>,
    /// The client ID in it, if it is not this account's.
    pub other_client: Option<OtherClient>,
    /// Those of the two variables that it does not have: they are added.
    pub missing: Vec<&'static str>,
}

/// A value in the place of a client ID that is not this account's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OtherClient {
    /// The client ID of another account.
    Account(ClientId),
    /// Something else, which is not shown: it could be a secret.
    Unknown,
}

/// What an error of the system means for saving. The caller names the folder, and checks for one with the file's name.
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
    /// What happened to a file that the user has named, and what to do.
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
    /// True if the secret, or a part of it, was among them.
    pub had_secret: bool,
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
        /// The last line that it printed, if no line had the secret.
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

/// Programs that print what they read, and store nothing.
const PRINTERS: &str = "awk base32 base64 bat batcat cat column cut echo egrep expand fgrep fmt fold grep head hexdump jq \
                        less more most nl od paste pr rev rg sed sha1sum sha256sum sha512sum shuf sort strings tac tail \
                        tr uniq wc xargs xxd";

/// True for a program, named alone or by its path, that prints what it reads and stores nothing.
pub fn only_prints(program: &str) -> bool {
    PRINTERS.split(' ').any(|printer| printer == file_name(program))
}

fn file_name(program: &str) -> &str {
    program.rsplit(['/', '\\']).next().unwrap_or_default()
}

impl CommandReport {
    /// Whether `program` has the secret, or why that is not certain, as a sentence; and what to show below it.
    pub fn result(self, program: &str) -> (Result<(), String>, CommandOutput) {
        let Self { outcome, mut output } = self;
        let name = file_name(program);
        let result = match &outcome {
            CommandOutcome::Succeeded if only_prints(program) => {
                // It may have printed the secret in a way in which it is not recognized.
                output = CommandOutput::default();
                Err(format!("{name} does not store what it reads, so the secret is not delivered."))
            }
            CommandOutcome::Succeeded if output.had_secret => Err(format!(
                "{name} exited with 0, but printed the secret, so it may not have stored it. If it wrote a file, the \
                     secret is in it."
            )),
            CommandOutcome::Succeeded => Ok(()),
            CommandOutcome::Exited { code, last_line } if output.lines.contains(last_line) => {
                // One line is a part of the sentence; several stay in their order below it.
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
    /// False where the line was refused or there is no such program.
    pub fn was_started(&self) -> bool {
        !matches!(
            self,
            Self::Malformed(_) | Self::UnknownPlaceholder(_) | Self::NotFound(_) | Self::NotStarted(_)
        )
    }

    /// What happened to `program`, as a sentence.
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
            // Ctrl-C sends it.
            Self::Killed(2) => format!("You stopped {program}."),
            Self::Killed(signal) => format!("{program} was ended by signal {signal}."),
            Self::ClosedEarly => format!("{program} exited with 0, but did not read the whole secret."),
            Self::Lost(why) => {
                format!("How {program} ended is not known ({why}). Check whether it has the secret.")
            }
        }
    }
}

/// The result of copying. It claims no more than was proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyOutcome {
    /// The system's clipboard was read back and held the value.
    Copied(HeldCopy),
    /// The system's clipboard took the value, but did not give it back within a second.
    Unverified(HeldCopy),
    /// The value was given to the terminal, which never answers.
    Sent(TerminalRoute),
    /// No backend worked.
    Failed {
        /// One message per backend that was tried.
        reasons: Vec<ServerText>,
    },
}

/// A copy on the system's clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldCopy {
    /// When the clipboard will be cleared, from now; `None` for a copy that stays until another one replaces it.
    pub clears_in: Option<Duration>,
}

/// How a value gets to the clipboard of the terminal that shows this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TerminalRoute {
    /// Through tmux (`tmux load-buffer -w`).
    Tmux,
    /// By the escape sequence OSC 52.
    Osc52,
    /// By OSC 52, because `TMUX` names a server that cannot be used.
    Osc52Instead(CopyError),
}

impl TerminalRoute {
    /// The name that users know.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tmux => "tmux",
            Self::Osc52 | Self::Osc52Instead(_) => "OSC 52",
        }
    }
}

/// Why a backend could not copy. The messages are ours: the clipboard library reports a missing display as a
/// connection that timed out.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, thiserror::Error)]
pub enum CopyError {
    /// The user turned copying off.
    #[error("Copying is turned off (--clipboard off).")]
    SwitchedOff,
    /// No backend fits the environment.
    #[error("There is no display and no terminal to copy to.")]
    NoBackend,
    /// The system's clipboard could not be opened.
    #[error("{}", no_display_message())]
    NoDisplay,
    /// Another program is using the clipboard.
    #[error("Another program is using the clipboard.")]
    ClipboardOccupied,
    /// Setting the value failed.
    #[error("The clipboard did not accept the value.")]
    ClipboardRefused,
    /// The clipboard process did not answer in time.
    #[error("The display did not answer within 2 s.")]
    DisplaySilent,
    /// The clipboard process could not be started, or ended without a report.
    #[error("The clipboard process failed.")]
    ProcessFailed,
    /// There is no `TMUX`: the value would go to the clients of some other server.
    #[error("This program does not run inside tmux.")]
    NotInsideTmux,
    /// The program `tmux` could not be started.
    #[error("tmux could not be started.")]
    TmuxNotStarted,
    /// `TMUX` names a server that is not there: the variable outlived it.
    #[error("The tmux server that TMUX names is not running.")]
    TmuxGone,
    /// `TMUX` names a server of another user, as after `sudo` or `su`.
    #[error("The tmux server that TMUX names belongs to another user.")]
    TmuxForeign,
    /// `tmux` failed; before version 3.2 it has no `load-buffer -w`.
    #[error("tmux did not accept the value; it needs version 3.2 or newer.")]
    TmuxRefused,
    /// tmux did not answer in time.
    #[error("tmux did not answer within 2 s.")]
    TmuxSilent,
    /// The value does not fit in an escape sequence.
    #[error("The value is too long to send to the terminal.")]
    TooLong,
    /// The terminal could not be written to.
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

/// What the system's clipboard holds now.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub enum ClipboardContent {
    /// The value that was copied.
    Ours {
        /// When it will be cleared, from now; `None` when it will not be.
        clears_in: Option<Duration>,
    },
    /// Something else, or nothing: another program has copied or cleared.
    Overwritten,
    /// It was cleared when its time was up, or nothing was ever copied.
    Cleared,
    /// It was cleared, and another program, such as a clipboard manager, has put the value back, there or in the
    /// primary selection.
    PutBack,
    /// The copy is lost.
    Lost(LostCopy),
    /// It could not be read.
    Unreadable,
}

/// Why a copy is lost: it is no longer proof of a delivery.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, thiserror::Error)]
pub enum LostCopy {
    /// The clipboard process has ended without a report.
    #[error("The clipboard process has ended.")]
    ProcessEnded,
    /// The display has gone.
    #[error("The display is gone.")]
    DisplayGone,
    /// The clipboard process should have cleared the clipboard by now, and does not answer.
    #[error("It should have been cleared by now, and the clipboard process does not answer.")]
    DeadlinePassed,
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
            (CommandOutcome::UnknownPlaceholder(words()), "Unknown placeholder words"),
            (CommandOutcome::NotFound(words()), "no program words."),
            (CommandOutcome::NotStarted(words()), "pass could not be started: words."),
            (exited(7, ServerText::default()), "pass exited with 7."),
            (exited(7, words()), "pass exited with 7: words"),
            (CommandOutcome::Killed(2), "You stopped pass."),
            (CommandOutcome::Killed(9), "pass was ended by signal 9."),
            (CommandOutcome::ClosedEarly, "did not read the whole secret."),
            (CommandOutcome::Lost(words()), "is not known (words)."),
        ];
        for (outcome, expected) in rows {
            let sentence = outcome.sentence("pass");
            assert!(sentence.contains(expected), "{sentence}");
        }
    }

    #[test]
    fn each_failure_to_save_has_advice() {
        let rows = [
            (SaveFailure::NoName, "Not a file name. Type a path such as ~/prod.env."),
            (SaveFailure::Exists, "File already exists. Choose another name."),
            (SaveFailure::CanUpdate(EnvFile::default()), "File already exists. Choose another name."),
            (SaveFailure::ReadOnly, "The file is read-only. Make it writable, or choose another name."),
            (SaveFailure::Changed, "It was not updated. Try again."),
            (SaveFailure::Locked, "It was not updated. Try again."),
            (SaveFailure::NotText, "Save it as UTF-8, or choose another name."),
            (SaveFailure::NotPlain(3), "Nothing was changed. Line 3 is ambiguous: an open quote"),
            (SaveFailure::NotPlain(3), "Edit the line, or choose another name."),
            (
                SaveFailure::Encrypted(3),
                "Line 3 is encrypted, and the secret would stand there in plain text. Decrypt",
            ),
            (SaveFailure::NoHome, "Type the whole path."),
            (SaveFailure::NotPrivate, "This file system cannot keep a file private. Choose another folder."),
            (SaveFailure::Swapped, "The secret is not in it. Choose another folder."),
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
    fn every_error_of_the_system_has_a_meaning() {
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

    #[test]
    fn routes_have_the_names_that_users_know() {
        assert_eq!([TerminalRoute::Tmux, TerminalRoute::Osc52].map(TerminalRoute::name), ["tmux", "OSC 52"]);
    }
}
