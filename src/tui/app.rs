//! The whole interface: what outlives a screen, the screen, and the one function that decides.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::layout::Rect;

use crate::domain::{
    ClientId, Consequences, Disposition, ExistingSecret, Exit, ExitSummary, Format, KnownCommand, Login,
    LoginRisk, NewSecret, Now, PendingRecord, ProfileName, QueryFlags, SecretId, ServerText, Session,
    Template,
};
use crate::jobs::{AtlasClock, Known};

use super::area::page;
use super::canvas::Canvas;
use super::event::{Command, Event, KeyPress, Reader};
use super::keys::{Action, Binding};
use super::screens::{
    CommandView, CreatedScreen, Form, FormScreen, Names, Notice, Picker, PreviousRun, Progress, Recovery,
    SecretListScreen, SignIn,
};
use super::scroll::Scroll;
use super::{Lookups, Remote};

/// The interface.
#[derive(Clone, Debug)]
pub struct App {
    /// What outlives a screen.
    pub shared: Shared,
    /// What is shown.
    pub screen: Screen,
    /// True after a letter that no key of the screen can be: the keyboard's layout is not Latin.
    pub(super) is_other_layout: bool,
    pub(super) help_scroll: Scroll,
}

/// A POST whose answer has not come yet.
#[derive(Clone, Debug)]
pub struct InFlight {
    /// What it asks for.
    pub new_secret: NewSecret,
    /// When it was sent.
    pub since: Now,
    /// What was known of the account before.
    pub known: Known,
    /// True once the user stopped waiting for it.
    pub is_given_up: bool,
}

/// A signal asked the program to end while something was running.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending {
    pub signal: u8,
    pub until: Now,
}

/// What outlives a screen.
#[derive(Clone, Debug)]
pub struct Shared {
    /// Where requests go, and as whom.
    pub session: Session,
    /// When the last event happened.
    pub now: Now,
    /// The user's time zone, once it has been read.
    pub zone: Option<TimeZone>,
    /// The terminal's size.
    pub size: Size,
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
    /// The profiles of the Atlas CLI, to sign in with.
    pub profiles: Vec<ProfileName>,
    /// Records of earlier runs that have not been shown yet.
    pub pending: VecDeque<PendingRecord>,
    /// Why this creation could not be recorded on the disk.
    pub not_recorded: Option<String>,
    /// The endpoint's two query flags, for the commands that write the request down.
    pub query_flags: QueryFlags,
    /// Atlas's own clock, once a response had the time.
    pub atlas_clock: Option<AtlasClock>,
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
    /// What was agreed to on the command line.
    pub flags: Flags,
    /// True while the creating job runs.
    pub(super) is_creating: bool,
    pub(super) ending: Option<Ending>,
    pub(super) has_quit: bool,
    commands: Vec<Command>,
}

/// What was agreed to on the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Submit without the form, and let the other secrets expire early without a question (`--yes`).
    pub yes: bool,
    /// Delete an expired secret if the account is full (`--replace-expired`).
    pub replace_expired: bool,
    /// Prove a new secret without a key (`--verify`).
    pub verify: bool,
}

impl Flags {
    /// True when the command line agreed to what creating does to the other secrets.
    pub(crate) fn agree_to(self, consequences: &Consequences) -> bool {
        self.yes && (consequences.deletes.is_none() || self.replace_expired)
    }
}

/// What standard output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// A terminal: a secret is never printed there.
    Terminal,
    /// A file or a pipe that waits for the secret in this format.
    Sink(Format),
    /// A file or a pipe that waited for it and failed.
    Broken,
}

/// The terminal's size in character cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// What is shown. The secret lives inside the one screen that shows it: leaving that screen drops it.
#[derive(Clone, Debug)]
pub enum Screen {
    /// The form.
    Form(FormScreen),
    /// Signing in.
    SignIn(Box<SignIn>),
    /// A list to choose a field's value from.
    Picker(Box<Picker>),
    /// The creating job while it runs.
    Progress(Box<Progress>),
    /// The new secret.
    Created(Box<CreatedScreen>),
    /// Whether a secret was created is not known.
    Recovery(Box<Recovery>),
    /// Both slots are in use: an older secret is to be deleted.
    SecretList(Box<SecretListScreen>),
    /// The request as a command.
    Command(Box<CommandView>),
    /// A record of an earlier run.
    PreviousRun(Box<PreviousRun>),
}

/// What a screen wants to happen to itself.
#[derive(Debug)]
pub enum Transition {
    /// Nothing.
    Stay,
    /// Show another screen.
    Show(Screen),
    /// Leave the program.
    Quit(Exit),
}

impl Transition {
    /// Back to the form.
    pub(super) fn form() -> Self {
        Self::Show(Screen::Form(FormScreen))
    }
}

/// One screen: its state, its keys and its look. Every method but `draw` may change what is shared.
pub(super) trait Component {
    /// A key of this screen's table was pressed.
    fn on_action(&mut self, app: &mut Shared, action: Action) -> Transition;
    /// A key that no table knows: text, where something is typed.
    fn on_key(&mut self, _app: &mut Shared, _key: KeyPress) {}
    /// Text was pasted.
    fn on_paste(&mut self, _app: &mut Shared, _text: &str) {}
    /// A job or a delivery reported something, or time has passed.
    fn on_event(&mut self, _app: &mut Shared, _event: Event) -> Transition {
        Transition::Stay
    }
    /// Any key is about to be handled.
    fn before_key(&mut self, _app: &mut Shared) {}
    /// The keys that mean something now, the most important first.
    fn keys(&self, app: &Shared) -> &'static [Binding];
    /// False for a key of the table that would do nothing just now.
    fn works(&self, _app: &Shared, _action: Action) -> bool {
        true
    }
    /// How long until this screen changes by itself; `None` while nothing moves.
    fn wake_in(&self, _app: &Shared) -> Option<Duration> {
        None
    }
    /// What help says beside the keys.
    fn about(&self) -> &'static [&'static str] {
        &[]
    }
    /// Draws the screen. It fits every size from 0×0 on.
    fn draw(&self, app: &Shared, canvas: &mut Canvas);
}

impl Screen {
    pub(super) fn component(&self) -> &dyn Component {
        match self {
            Self::Form(screen) => screen,
            Self::SignIn(screen) => &**screen,
            Self::Picker(screen) => &**screen,
            Self::Progress(screen) => &**screen,
            Self::Created(screen) => &**screen,
            Self::Recovery(screen) => &**screen,
            Self::SecretList(screen) => &**screen,
            Self::Command(screen) => &**screen,
            Self::PreviousRun(screen) => &**screen,
        }
    }

    pub(super) fn component_mut(&mut self) -> &mut dyn Component {
        match self {
            Self::Form(screen) => screen,
            Self::SignIn(screen) => &mut **screen,
            Self::Picker(screen) => &mut **screen,
            Self::Progress(screen) => &mut **screen,
            Self::Created(screen) => &mut **screen,
            Self::Recovery(screen) => &mut **screen,
            Self::SecretList(screen) => &mut **screen,
            Self::Command(screen) => &mut **screen,
            Self::PreviousRun(screen) => &mut **screen,
        }
    }
}

impl App {
    /// The interface of a program that has just started.
    pub fn new(session: Session, form: Form, size: Size, now: Now) -> Self {
        let shared = Shared {
            session,
            now,
            zone: None,
            size,
            shows_help: false,
            form,
            lookups: Lookups::default(),
            names: Names::default(),
            in_flight: None,
            summaries: Vec::new(),
            credential_notes: Vec::new(),
            login: None,
            login_holder: None,
            profiles: Vec::new(),
            pending: VecDeque::new(),
            not_recorded: None,
            query_flags: QueryFlags::default(),
            atlas_clock: None,
            output: Output::Terminal,
            template: None,
            sinks: Vec::new(),
            presets: Vec::new(),
            commands_run: Vec::new(),
            flags: Flags::default(),
            is_creating: false,
            ending: None,
            has_quit: false,
            commands: Vec::new(),
        };
        Self {
            shared,
            screen: Screen::Form(FormScreen),
            is_other_layout: false,
            help_scroll: Scroll::default(),
        }
    }

    /// Applies an event that happened `at` that time, and says what is to be done.
    pub fn update(&mut self, at: Now, event: Event) -> Vec<Command> {
        // Leaving is decided: nothing that happens afterwards changes what is said of it.
        if self.shared.has_quit {
            return Vec::new();
        }
        self.shared.now = at;
        self.shared.form.clock = (at.wall, self.shared.zone.clone().unwrap_or(TimeZone::UTC));
        self.apply(event);
        self.after_event();
        self.shared.take_commands()
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::KeysPressed(keys) => self.keys_pressed(&keys),
            Event::Pasted(text) => self.paste(&text.0),
            Event::Resized { columns, rows } => self.shared.size = Size { columns, rows },
            Event::ZoneLoaded(zone) => self.shared.zone = Some(zone),
            Event::LoginKnown(login) => self.shared.login = Some(login),
            Event::CredentialNote(note) => self.shared.credential_notes.push(note),
            Event::RecordFailed(why) => self.shared.record_failed(&self.screen, why),
            Event::PendingRecordsFound(found) => self.shared.pending.extend(found),
            Event::SignalReceived(signal) => self.on_signal(signal),
            Event::CreateStep(step) => self.on_create_step(step),
            Event::CreateAsked(question) => self.on_create_question(question),
            Event::CreateFinished(outcome) => self.on_create_finished(outcome),
            Event::ProjectFetched(project, result) => {
                self.shared.lookups.project.finish(&project, result, self.shared.now);
            }
            Event::SettingsFetched(of, result) => {
                self.shared.lookups.settings.finish(&of, result, self.shared.now);
            }
            Event::AccountFetched(reader, of, result) => {
                if let Ok(account) = &result {
                    self.shared.set_clock(account.read_at);
                }
                match reader {
                    Reader::Form => self.shared.lookups.account.finish(&of, result, self.shared.now),
                    _ => self.forward(Event::AccountFetched(reader, of, result)),
                }
            }
            Event::ProjectsPage(..) | Event::AccountsPage(..) | Event::PagesDelayed(_)
                if !matches!(self.screen, Screen::Picker(_)) =>
            {
                self.shared.on_names_event(&event);
            }
            Event::TimePassed if self.is_grace_over() => self.end(),
            event => self.forward(event),
        }
    }

    /// Gives an event to the screen that is shown.
    fn forward(&mut self, event: Event) {
        let transition = self.screen.component_mut().on_event(&mut self.shared, event);
        self.follow(transition);
    }

    pub(super) fn follow(&mut self, transition: Transition) {
        match transition {
            Transition::Stay => {}
            Transition::Show(screen) => self.show(screen),
            Transition::Quit(exit) => self.shared.quit(exit),
        }
    }

    pub(super) fn show(&mut self, screen: Screen) {
        if matches!(self.screen, Screen::Recovery(_)) && !matches!(screen, Screen::Recovery(_)) {
            self.shared.send(Command::StopRecover);
            // What was known of the account is from before the request.
            self.shared.lookups.account = Remote::NotAsked;
        }
        // From a list to the next one, only the new one's pages are being fetched by now.
        if matches!(self.screen, Screen::Picker(_)) && !matches!(screen, Screen::Picker(_)) {
            self.shared.send(Command::StopPages);
        }
        self.screen = screen;
    }

    /// What follows from every event: the form's look-ups, and records of earlier runs as soon as the form is there.
    fn after_event(&mut self) {
        if let Screen::Form(_) = self.screen
            && self.shared.in_flight.is_none()
            && let Some(record) = self.shared.pending.pop_front()
        {
            self.screen = Screen::PreviousRun(Box::new(PreviousRun::new(&self.shared, record)));
        }
        if let Screen::Form(_) = self.screen {
            self.shared.update_names();
            self.shared.update_lookups();
        }
    }

    /// How long until the interface wants [`Event::TimePassed`]; `None` while nothing moves.
    pub fn wake_in(&self) -> Option<Duration> {
        let app = &self.shared;
        let screen = self.screen.component();
        let of_screen = if app.is_covered() { None } else { screen.wake_in(app) };
        let of_ending = app.ending.map(|ending| ending.until.since(app.now));
        [of_screen, of_ending].into_iter().flatten().min()
    }
}

impl Shared {
    /// Asks the event loop to do something.
    pub(super) fn send(&mut self, command: Command) {
        self.commands.push(command);
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

    fn record_failed(&mut self, screen: &Screen, why: String) {
        if matches!(screen, Screen::Form(_)) && self.form.notice.is_none() {
            self.form.notice = Some(Notice::Warning(why.clone()));
        }
        self.not_recorded = Some(why);
    }

    /// What Atlas's clock says now, once an account was fetched; else what this machine's says.
    pub fn atlas_now(&self) -> Timestamp {
        self.atlas_clock.map_or(self.now.wall, |clock| clock.now(self.now))
    }

    pub(super) fn set_clock(&mut self, reported: Option<Timestamp>) {
        if let Some(reported) = reported {
            self.atlas_clock = Some(AtlasClock::new(reported, self.now));
        }
    }

    /// True when the form's account is the one that is signed in.
    pub fn rotates_itself(&self) -> bool {
        let client = self.form.client_id();
        self.login.as_ref().zip(client.as_ref()).is_some_and(|(login, client)| login.client == *client)
    }

    /// True when this session signed in with that secret of the form's account.
    pub fn is_login(&self, secret: &ExistingSecret) -> bool {
        self.form.client_id().is_some_and(|client| self.is_login_of(&client, secret))
    }

    /// True when this session signed in with that secret.
    pub(super) fn is_login_of(&self, client: &ClientId, secret: &ExistingSecret) -> bool {
        self.login.as_ref().is_some_and(|login| login.is_behind(client, secret))
    }

    /// What deleting this secret could cost the session.
    pub fn login_risk(&self, client: &ClientId, secret: &ExistingSecret) -> LoginRisk {
        match (&self.login, &self.session) {
            (Some(login), _) => login.stake(client, secret),
            (None, Session::Remote { identity, .. }) if identity.may_be_of(client) => LoginRisk::Perhaps,
            (None, _) => LoginRisk::None,
        }
    }

    /// Replaces what was said of a secret that was perhaps created by what is known now.
    pub(super) fn replace_summary(
        &mut self,
        client: &ClientId,
        secret_id: Option<SecretId>,
        expires_at: Option<Timestamp>,
        fate: Disposition,
    ) {
        let of_this = |summary: &&mut ExitSummary| {
            summary.fate == Disposition::PerhapsCreated && summary.client == *client
        };
        if let Some(summary) = self.summaries.iter_mut().rev().find(of_this) {
            *summary = ExitSummary { client: client.clone(), secret_id, expires_at, fate };
        }
    }

    /// How the program ends if it ends now.
    pub(super) fn exit(&self) -> Exit {
        if self.summaries.iter().any(|summary| summary.fate.is_loss()) {
            return Exit::NotDelivered;
        }
        let was_created = self.summaries.iter().any(|summary| summary.fate != Disposition::Deleted);
        match self.output {
            // The reader of standard output did not get what it waited for.
            Output::Broken => Exit::NotDelivered,
            Output::Sink(_) if !was_created => Exit::NothingCreated,
            Output::Terminal if self.flags.yes && !was_created => Exit::NothingCreated,
            Output::Sink(_) | Output::Terminal => Exit::Done,
        }
    }
}
