//! A row of the table: the fault, the user's actions, and the expected end.

use crate::fault::Host;
use crate::support::terminal::Signal;

/// A fault and its expected effects.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// A description of the fault.
    pub fault: &'static str,
    pub host: Host,
    pub login: Login,
    /// Limits that replace the program's, in milliseconds: `connect=1000`.
    pub limits: &'static str,
    /// The steps, beginning with a complete form.
    pub steps: [&'static [Step]; 5],
    /// The number of POSTs that the host received completely.
    pub posts: usize,
    /// The number of POSTs that Atlas executed.
    pub executed: usize,
    /// The content of the journal afterwards.
    pub journal: Journal,
    pub end: End,
}

/// The credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// An access token, which cannot be renewed.
    AccessToken,
    /// A service account, which gets tokens from Atlas.
    ServiceAccount,
}

/// A step of a row.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Press these keys.
    Press(&'static str),
    /// Wait for this text on the screen. The table shows it.
    Says(&'static str),
    /// Wait for this text on the screen.
    Shows(&'static str),
    /// Wait until the server has received the POST.
    Posted,
    /// Wait until the account was read this many times after the POST.
    AccountRead(usize),
    /// Let the server send the response that it holds back.
    Release,
    /// Wait until this many milliseconds have passed since the POST.
    WaitAfterPost(u64),
    /// Send the program this signal.
    Signal(Signal),
    /// Start the program again after it has ended.
    Restart,
}

/// The content of the journal after the program has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Journal {
    Nothing,
    /// One record without the secret's ID.
    WithoutId,
    /// One record with the secret's ID.
    WithId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Code(i32),
    /// Killed by SIGKILL.
    Killed,
}

impl Row {
    /// A row with an access token and the program's default limits.
    pub const fn new<const PARTS: usize>(
        fault: &'static str,
        host: Host,
        parts: [&'static [Step]; PARTS],
    ) -> Self {
        let mut steps: [&'static [Step]; 5] = [&[]; 5];
        let mut part = 0;
        while part < PARTS {
            steps[part] = parts[part];
            part += 1;
        }
        Self {
            fault,
            host,
            login: Login::AccessToken,
            limits: "",
            steps,
            posts: 0,
            executed: 0,
            journal: Journal::Nothing,
            end: End::Code(0),
        }
    }

    pub const fn limits(self, limits: &'static str) -> Self {
        Self { limits, ..self }
    }

    pub const fn service_account(self) -> Self {
        Self { login: Login::ServiceAccount, ..self }
    }

    pub const fn posts(self, posts: usize, executed: usize) -> Self {
        Self { posts, executed, ..self }
    }

    pub const fn ends(self, journal: Journal, end: End) -> Self {
        Self { journal, end, ..self }
    }

    /// The texts for the table.
    pub fn says(&self) -> impl Iterator<Item = &'static str> {
        self.steps.iter().copied().flatten().filter_map(|step| match step {
            Step::Says(text) => Some(*text),
            _ => None,
        })
    }
}
