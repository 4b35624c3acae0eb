//! The state that outlives a screen.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::layout::Rect;

use crate::delivery::KnownCommand;
use crate::domain::{
    ClientId, Disposition, ExistingSecret, Exit, ExitSummary, Flags, Format, Login, LoginRisk, NewSecret,
    Now, PendingRecord, ProfileName, QueryFlags, ServerText, Session, Template,
};
use crate::jobs::AccountBefore;

use super::Lookups;
use super::canvas::page;
use super::event::Command;
use super::screens::{Form, List};

#[derive(Clone, Debug, Default)]
pub struct Shared {
    /// Where requests go, and as whom.
    pub session: Session,
    /// When the last event happened.
    pub now: Now,
    /// The user's time zone, once it has been read.
    pub zone: Option<TimeZone>,
    pub size: Size,
    /// A message about the last key, on screens that show one.
    pub(super) message: Option<&'static str>,
    /// True while help covers the screen.
    pub shows_help: bool,
    /// The form; it is kept while other screens are shown.
    pub form: Form,
    /// What is known about the IDs in the form.
    pub lookups: Lookups,
    /// The list in which the form looks up a name.
    pub(super) names: Option<List>,
    /// The exit messages of this run's secrets that are no longer on the screen.
    pub summaries: Vec<ExitSummary>,
    /// Warnings about the credentials.
    pub credential_notes: Vec<ServerText>,
    /// The secret that this session signed in with, once it is known.
    pub login: Option<Login>,
    /// True once that secret was deleted in this run.
    pub(super) has_deleted_login: bool,
    /// The profile or variable that holds that secret; `None` if it was typed.
    pub login_holder: Option<ServerText>,
    /// The host that typed credentials are sent to.
    pub sign_in_host: String,
    /// The profiles of the Atlas CLI, to sign in with.
    pub profiles: Vec<ProfileName>,
    /// Records of earlier runs that have not been shown yet.
    pub pending: VecDeque<PendingRecord>,
    /// How many records the program found at the start.
    pub(super) records_found: usize,
    /// Why the current creation could not be recorded on disk.
    pub not_recorded: Option<String>,
    /// The request's query flags, for the request as a command.
    pub query_flags: QueryFlags,
    /// The last time that Atlas reported, and when it arrived here.
    pub(super) atlas_clock: Option<(Timestamp, Now)>,
    /// What standard output is for.
    pub output: Output,
    /// The template from `--template` or the configuration file.
    pub template: Option<Template>,
    /// The commands from the configuration file.
    pub sinks: Vec<KnownCommand>,
    /// Command lines for installed tools, once the search for those has ended.
    pub presets: Vec<KnownCommand>,
    /// The commands that were run, the latest last.
    pub commands_run: Vec<KnownCommand>,
    pub flags: Flags,
    /// The one job that may be creating a secret, whatever screen is shown.
    pub(super) creating: Option<Creating>,
    /// Set once a signal asks the program to end.
    pub(super) ending: Option<Ending>,
    pub(super) has_quit: bool,
    /// The commands of the current update.
    pub(super) commands: Vec<Command>,
}

/// What standard output is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Output {
    /// It is a terminal, where a secret is never printed.
    #[default]
    Terminal,
    /// It is a file or a pipe, and waits for the secret in this format.
    Sink(Format),
    /// It waited for the secret, but writing failed.
    Broken,
}

/// The terminal's size in character cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    pub columns: u16,
    pub rows: u16,
}

impl Size {
    /// A smaller window shows one message and takes only Ctrl-C.
    pub const SMALLEST: Self = Self { columns: 56, rows: 16 };

    /// True if the screens do not fit.
    pub fn is_too_small(self) -> bool {
        self.columns < Self::SMALLEST.columns || self.rows < Self::SMALLEST.rows
    }
}

/// What the running creating job was started with.
#[derive(Clone, Debug)]
pub(super) struct Creating {
    pub new_secret: NewSecret,
    /// True if `--yes` agreed to it.
    pub is_preapproved: bool,
    /// The expired secret that is deleted first.
    pub replaces: Option<ExistingSecret>,
    pub post: Option<Post>,
}

/// A POST without a response yet.
#[derive(Clone, Debug)]
pub struct Post {
    /// When it was sent.
    pub since: Now,
    /// What the account had before.
    pub before: AccountBefore,
    /// True once the user stopped waiting for it.
    pub is_given_up: bool,
}

/// A signal asked the program to end. What is running may continue until this time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending {
    pub signal: u8,
    pub until: Now,
}

impl Shared {
    /// Adds a command to those that this update returns.
    pub(super) fn send(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// The POST that is running.
    pub fn post(&self) -> Option<&Post> {
        self.creating.as_ref()?.post.as_ref()
    }

    pub(super) fn quit(&mut self, exit: Exit) {
        self.has_quit = true;
        self.send(Command::Quit(exit));
    }

    pub(super) fn take_commands(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.commands)
    }

    /// The area of a screen, without header and footer.
    pub(super) fn body(&self) -> Rect {
        page(Rect::new(0, 0, self.size.columns, self.size.rows))[1]
    }

    pub(super) fn is_covered(&self) -> bool {
        self.shows_help || self.size.is_too_small()
    }

    /// The time by Atlas's clock once an account has been fetched, else by this machine's, which may be wrong.
    pub fn atlas_now(&self) -> Timestamp {
        self.atlas_clock.map_or(self.now.wall, |(at_atlas, here)| atlas_time(at_atlas, here, self.now))
    }

    /// True if the form's account is the one that is signed in.
    pub fn rotates_itself(&self) -> bool {
        let client = self.form.client_id();
        self.login.as_ref().zip(client.as_ref()).is_some_and(|(login, client)| login.client == *client)
    }

    /// True if this session signed in with this secret.
    pub(super) fn is_login_of(&self, client: &ClientId, secret: &ExistingSecret) -> bool {
        self.login_risk(client, secret) == LoginRisk::Own
    }

    /// Whether deleting this secret could end the session.
    pub fn login_risk(&self, client: &ClientId, secret: &ExistingSecret) -> LoginRisk {
        match (&self.login, &self.session) {
            (Some(login), _) => login.login_risk(client, secret),
            (None, Session::Remote { identity, .. }) if identity.may_be_of(client) => LoginRisk::Perhaps,
            (None, _) => LoginRisk::None,
        }
    }

    /// Adds the exit message of an older secret that was deleted. That of a secret of this run changes instead.
    pub(super) fn add_deleted_summary(&mut self, client: &ClientId, secret: &ExistingSecret) {
        self.has_deleted_login |= self.is_login_of(client, secret);
        match self.summaries.iter_mut().find(|summary| summary.secret_id.as_ref() == Some(&secret.id)) {
            Some(summary) => summary.disposition = Disposition::Deleted,
            None => self.summaries.push(ExitSummary::deleted(client.clone(), secret)),
        }
    }

    /// Replaces the exit message of a secret that was perhaps created.
    pub(super) fn replace_summary(&mut self, summary: ExitSummary) {
        if let Some(index) = self.unknown_summary(&summary.client) {
            self.summaries[index] = summary;
        }
    }

    /// How the program would exit now.
    pub(super) fn exit(&self) -> Exit {
        if self.summaries.iter().any(|summary| summary.disposition.is_loss()) {
            return Exit::NotDelivered;
        }
        let was_created = self.summaries.iter().any(|summary| summary.disposition != Disposition::Deleted);
        match self.output {
            // The reader of standard output did not get the secret.
            Output::Broken => Exit::NotDelivered,
            Output::Sink(_) if !was_created => Exit::NothingCreated,
            Output::Terminal if self.flags.yes && !was_created => Exit::NothingCreated,
            Output::Sink(_) | Output::Terminal => Exit::Done,
        }
    }
}

/// The time by Atlas's clock `now`, if that was `at_atlas` when it was `then` here. The monotonic clock stops while the
/// machine sleeps, and the wall clock can be set back: the one that advanced further counts.
fn atlas_time(at_atlas: Timestamp, then: Now, now: Now) -> Timestamp {
    let by_wall = Duration::try_from(now.wall.duration_since(then.wall)).unwrap_or_default();
    at_atlas.checked_add(now.since(then).max(by_wall)).unwrap_or(now.wall)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atlas_time_advances_while_the_machine_sleeps_and_after_its_clock_is_set_back() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let at_atlas = time("2026-11-23T20:00:00Z");
        let then = Now { wall: time("2026-11-23T18:00:00Z"), uptime: Duration::from_secs(100) };
        let rows = [
            ("2026-11-23T18:00:40Z", 140, "2026-11-23T20:00:40Z"),
            ("2026-11-24T02:00:00Z", 140, "2026-11-24T04:00:00Z"),
            ("2026-11-23T17:00:00Z", 140, "2026-11-23T20:00:40Z"),
        ];
        for (wall, uptime, expected) in rows {
            let now = Now { wall: time(wall), uptime: Duration::from_secs(uptime) };
            assert_eq!(atlas_time(at_atlas, then, now), time(expected), "{wall}");
        }
    }
}
