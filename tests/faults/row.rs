//! A row of the table: what goes wrong, what the user does, and how it ends.

use crate::fault::Host;
use crate::support::terminal::Signal;

/// One fault and everything that is expected of it.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The fault in words.
    pub fault: &'static str,
    /// What stands at the address.
    pub host: Host,
    /// Who signs in.
    pub login: Login,
    /// Limits other than the program's, in milliseconds: `connect=1000`.
    pub limits: &'static str,
    /// What happens, from a complete form on.
    pub steps: &'static [&'static [Step]],
    /// Creating POSTs that reached the host completely.
    pub posts: usize,
    /// Creating POSTs that Atlas executed.
    pub executed: usize,
    /// What the journal holds afterwards.
    pub journal: Journal,
    /// How the program ended.
    pub end: End,
}

/// Who signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// An access token from elsewhere, which cannot be renewed.
    AccessToken,
    /// A service account, whose token is minted.
    ServiceAccount,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// These keys are pressed.
    Press(&'static str),
    /// These words come on the screen; they stand in the table.
    Says(&'static str),
    /// These words come on the screen.
    Shows(&'static str),
    /// The POST has come to the server.
    Posted,
    /// After it the account was read so often.
    Looked(usize),
    /// The server lets the answer go that it held back.
    LetGo,
    /// So many milliseconds have passed since the POST came.
    Outstayed(u64),
    /// The program gets this signal.
    Signalled(Signal),
    /// The program, which has ended, is started again.
    StartedAgain,
}

/// What the journal's folder holds once the program has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Journal {
    /// Nothing.
    Nothing,
    /// One note that does not say which secret it is.
    WithoutId,
    /// One note with the secret's id.
    WithId,
}

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With this exit code.
    Code(i32),
    /// By a signal that no one can catch.
    Killed,
}

impl Row {
    /// A row with an access token and the program's own limits.
    pub const fn new(fault: &'static str, host: Host, steps: &'static [&'static [Step]]) -> Self {
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

    /// With these limits.
    pub const fn limits(self, limits: &'static str) -> Self {
        Self { limits, ..self }
    }

    /// Signed in as a service account.
    pub const fn service_account(self) -> Self {
        Self { login: Login::ServiceAccount, ..self }
    }

    /// With so many POSTs sent, and so many executed.
    pub const fn posts(self, posts: usize, executed: usize) -> Self {
        Self { posts, executed, ..self }
    }

    /// Ended so, with this in the journal.
    pub const fn ends(self, journal: Journal, end: End) -> Self {
        Self { journal, end, ..self }
    }

    /// What the screen says, in the order of the row.
    pub fn says(&self) -> impl Iterator<Item = &'static str> {
        self.steps.iter().copied().flatten().filter_map(|step| match step {
            Step::Says(words) => Some(*words),
            _ => None,
        })
    }
}
