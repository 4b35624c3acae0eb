//! What outlives a screen.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::layout::Rect;

use crate::domain::{
    ClientId, Disposition, ExistingSecret, Exit, ExitSummary, Flags, Format, KnownCommand, Login, LoginRisk,
    NewSecret, Now, PendingRecord, ProfileName, QueryFlags, ServerText, Session, Template,
};
use crate::jobs::Before;

use super::Lookups;
use super::canvas::page;
use super::event::{Command, DeliveryId};
use super::screens::{Form, Names};

/// What outlives a screen.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    /// Where requests go, and as whom.
    pub session: Session,
    /// When the last event happened.
    pub now: Now,
    /// The user's time zone, once it has been read.
    pub zone: Option<TimeZone>,
    /// The terminal's size.
    pub size: Size,
    /// A remark about the last key, where the screen shows one.
    pub(super) message: Option<&'static str>,
    /// True while help covers the screen.
    pub shows_help: bool,
    /// The form; it is kept while other screens are shown.
    pub form: Form,
    /// What is known of the ids in the form.
    pub lookups: Lookups,
    /// The lists that names in the form were looked up in.
    pub(super) names: Names,
    /// The one POST that may be running, whatever screen is shown.
    pub in_flight: Option<InFlight>,
    /// The secrets of this run that are no longer shown, for standard error.
    pub summaries: Vec<ExitSummary>,
    /// Warnings about the credentials.
    pub credential_notes: Vec<ServerText>,
    /// Which secret this session signed in with, once that is known.
    pub login: Option<Login>,
    /// Where that secret is stored, in words: a profile or a variable; `None` when it was typed.
    pub login_holder: Option<ServerText>,
    /// Where credentials that are typed go.
    pub sign_in_host: String,
    /// The profiles of the Atlas CLI, to sign in with.
    pub profiles: Vec<ProfileName>,
    /// Records of earlier runs that have not been shown yet.
    pub pending: VecDeque<PendingRecord>,
    /// How many there were.
    pub(super) records_found: usize,
    /// Why this creation could not be recorded on the disk.
    pub not_recorded: Option<String>,
    /// The endpoint's two query flags, for the commands that write the request down.
    pub query_flags: QueryFlags,
    /// What Atlas's clock said in its last response that had the time, and when that was here.
    pub(super) atlas_clock: Option<(Timestamp, Now)>,
    /// What standard output is.
    pub output: Output,
    /// The user's own format.
    pub template: Option<Template>,
    /// The user's own commands that read the secret.
    pub sinks: Vec<KnownCommand>,
    /// Command lines for tools that are installed, once they were looked for.
    pub presets: Vec<KnownCommand>,
    /// The commands that were run, the last one at the end.
    pub commands_run: Vec<KnownCommand>,
    /// How many saves and commands were started.
    pub(super) deliveries: u64,
    /// What was agreed to on the command line.
    pub flags: Flags,
    /// What the creating job is to create, while it runs.
    pub(super) creating: Option<Creating>,
    pub(super) ending: Option<Ending>,
    pub(super) has_quit: bool,
    pub(super) commands: Vec<Command>,
}

/// What standard output is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Output {
    /// A terminal: a secret is never printed there.
    #[default]
    Terminal,
    /// A file or a pipe that waits for the secret in this format.
    Sink(Format),
    /// A file or a pipe that waited for it and failed.
    Broken,
}

/// The terminal's size in character cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Width.
    pub columns: u16,
    /// Height.
    pub rows: u16,
}

impl Size {
    /// Below this only one line is drawn, and keys but Ctrl-C wait.
    pub const SMALLEST: Self = Self { columns: 56, rows: 16 };

    /// True when the screens do not fit.
    pub fn is_too_small(self) -> bool {
        self.columns < Self::SMALLEST.columns || self.rows < Self::SMALLEST.rows
    }
}

/// What the creating job that runs was started with.
#[derive(Clone, Debug)]
pub(super) struct Creating {
    pub new_secret: NewSecret,
    /// True when `--yes` agreed to it.
    pub is_preapproved: bool,
    /// The expired secret that is deleted first.
    pub replaces: Option<ExistingSecret>,
}

/// A POST whose answer has not come yet.
#[derive(Clone, Debug)]
pub struct InFlight {
    /// What it asks for.
    pub new_secret: NewSecret,
    /// When it was sent.
    pub since: Now,
    /// What was known of the account before.
    pub before: Before,
    /// True once the user stopped waiting for it.
    pub is_given_up: bool,
}

/// A signal asked the program to end while something was running.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending {
    pub signal: u8,
    pub until: Now,
}

impl Shared {
    /// Asks the event loop to do something.
    pub(super) fn send(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// The number of a save or a command that is about to start.
    pub(super) fn next_delivery(&mut self) -> DeliveryId {
        self.deliveries += 1;
        DeliveryId(self.deliveries)
    }

    pub(super) fn quit(&mut self, exit: Exit) {
        self.has_quit = true;
        self.send(Command::Quit(exit));
    }

    pub(super) fn take_commands(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.commands)
    }

    /// Where a screen draws.
    pub(super) fn body(&self) -> Rect {
        page(Rect::new(0, 0, self.size.columns, self.size.rows))[1]
    }

    pub(super) fn is_covered(&self) -> bool {
        self.shows_help || self.size.is_too_small()
    }

    /// What Atlas's clock says now, once an account was fetched; else what this machine's says, which may be wrong by
    /// any amount.
    pub fn atlas_now(&self) -> Timestamp {
        self.atlas_clock.map_or(self.now.wall, |(at_atlas, here)| atlas_time(at_atlas, here, self.now))
    }

    pub(super) fn set_clock(&mut self, at_atlas: Option<Timestamp>) {
        if let Some(at_atlas) = at_atlas {
            self.atlas_clock = Some((at_atlas, self.now));
        }
    }

    /// True when the form's account is the one that is signed in.
    pub fn rotates_itself(&self) -> bool {
        let client = self.form.client_id();
        self.login.as_ref().zip(client.as_ref()).is_some_and(|(login, client)| login.client == *client)
    }

    /// True when this session signed in with that secret.
    pub(super) fn is_login_of(&self, client: &ClientId, secret: &ExistingSecret) -> bool {
        self.login.as_ref().is_some_and(|login| login.is_behind(client, secret))
    }

    /// What deleting this secret could cost the session.
    pub fn login_risk(&self, client: &ClientId, secret: &ExistingSecret) -> LoginRisk {
        match (&self.login, &self.session) {
            (Some(login), _) => login.login_risk(client, secret),
            (None, Session::Remote { identity, .. }) if identity.may_be_of(client) => LoginRisk::Perhaps,
            (None, _) => LoginRisk::None,
        }
    }

    /// Replaces what is said of a secret that was perhaps created by what is known now.
    pub(super) fn replace_summary(&mut self, summary: ExitSummary) {
        if let Some(index) = self.unknown_summary(&summary.client) {
            self.summaries[index] = summary;
        }
    }

    /// How the program ends if it ends now.
    pub(super) fn exit(&self) -> Exit {
        if self.summaries.iter().any(|summary| summary.disposition.is_loss()) {
            return Exit::NotDelivered;
        }
        let was_created = self.summaries.iter().any(|summary| summary.disposition != Disposition::Deleted);
        match self.output {
            // The reader of standard output did not get what it waited for.
            Output::Broken => Exit::NotDelivered,
            Output::Sink(_) if !was_created => Exit::NothingCreated,
            Output::Terminal if self.flags.yes && !was_created => Exit::NothingCreated,
            Output::Sink(_) | Output::Terminal => Exit::Done,
        }
    }
}

/// What Atlas's clock says `now`, if it said `at_atlas` when it was `then` here. The monotonic clock stops while the
/// machine sleeps and the other one does not: the one that has gone further counts.
fn atlas_time(at_atlas: Timestamp, then: Now, now: Now) -> Timestamp {
    let by_wall = Duration::try_from(now.wall.duration_since(then.wall)).unwrap_or_default();
    at_atlas.checked_add(now.since(then).max(by_wall)).unwrap_or(now.wall)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_while_the_machine_sleeps_and_when_its_clock_is_set_back() {
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
