//! The interface as a whole: its state, and `update`, which routes each event to the screen.

use std::time::Duration;

use jiff::tz::TimeZone;

use crate::domain::{Exit, Now, Session};

use super::Remote;
use super::canvas::Canvas;
use super::event::{Command, Event, KeyPress};
use super::keys::{self, Action, Binding};
use super::screens::{
    CommandView, CreatedScreen, Form, FormScreen, Notice, Picker, Progress, Recovery, SecretList, SignIn,
};
use super::scroll::{Scroll, overflows};

pub use super::shared::{Output, Post, Shared, Size};

/// This many characters in one read are a paste even without bracketed paste: no one types that fast.
const PASTE_FROM: usize = 8;

/// A longer paste may arrive in several reads: a terminal buffers 4,096 bytes. In bytes.
const LONG_PASTE: usize = 1024;

/// How long decisive keys are ignored after a long paste.
const LONG_PASTE_SETTLES: Duration = Duration::from_millis(100);

/// On a screen whose letters are keys, this many characters in one read that are not all the same are a paste.
const TEXT_FROM: usize = 3;

#[derive(Clone, Debug)]
pub struct App {
    pub shared: Shared,
    pub screen: Screen,
    /// What the footer says about the last key, if it did nothing.
    pub(super) key_note: Option<String>,
    pub(super) help_scroll: Scroll,
    /// True after the first Ctrl-C in a window that is too small to show what would be lost.
    pub(super) has_warned: bool,
    /// Until when keys may belong to the last paste.
    pasted_until: Option<Now>,
}

/// What is shown. The secret lives inside the one screen that shows it: leaving that screen drops it.
#[derive(Clone, Debug)]
pub enum Screen {
    Form(FormScreen),
    SignIn(Box<SignIn>),
    Picker(Box<Picker>),
    /// The creating job while it runs.
    Progress(Box<Progress>),
    Created(Box<CreatedScreen>),
    /// A secret that was perhaps created, and whose value was lost.
    Recovery(Box<Recovery>),
    SecretList(Box<SecretList>),
    /// The request as a command.
    Command(Box<CommandView>),
}

/// What a screen wants to happen to itself.
#[derive(Debug)]
pub enum Transition {
    Stay,
    Show(Screen),
    Quit(Exit),
}

impl Transition {
    pub(super) fn form() -> Self {
        Self::Show(Screen::Form(FormScreen))
    }
}

/// One screen: its state, its keys and its look. Every method but `draw` may change what is shared.
pub(super) trait Component {
    /// A key from this screen's table was pressed.
    fn on_action(&mut self, app: &mut Shared, action: Action) -> Transition;
    /// Any other key was pressed: text, where something can be typed.
    fn on_key(&mut self, _app: &mut Shared, _key: KeyPress) {}
    fn on_paste(&mut self, _app: &mut Shared, _text: &str) {}
    /// A job or a delivery reported something, or time has passed.
    fn on_event(&mut self, _app: &mut Shared, _event: Event) -> Transition {
        Transition::Stay
    }
    /// Called before every key.
    fn before_key(&mut self, _app: &mut Shared) {}
    /// The keys and what they do now, the most important ones first. Footer and help show them.
    fn keys(&self, app: &Shared) -> Vec<Binding>;
    /// Notes that the help shows below the keys.
    fn about(&self) -> &'static [&'static str] {
        &[]
    }
    /// Draws the screen, at any size from 0×0 up. Parts that change by themselves call [`Canvas::changes_in`].
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
        }
    }
}

impl App {
    /// The interface of a program that has just started: the form.
    pub fn new(session: Session, form: Form, size: Size, now: Now) -> Self {
        Self {
            shared: Shared { session, now, size, form, ..Shared::default() },
            screen: Screen::Form(FormScreen),
            key_note: None,
            help_scroll: Scroll::default(),
            pasted_until: None,
            has_warned: false,
        }
    }

    /// Applies an event that happened `at` this time, and returns the commands to carry out.
    pub fn update(&mut self, at: Now, event: Event) -> Vec<Command> {
        // The exit message is final: later events do not change it.
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
        let app = &mut self.shared;
        let at = app.now;
        match event {
            Event::KeysPressed(keys) => self.keys_pressed(&keys),
            Event::Pasted(text) => self.paste(&text.0),
            Event::SignalReceived(signal) => self.on_signal(signal),
            Event::CreateStep(step) => self.on_create_step(step),
            Event::CreateAsked(question) => self.on_create_question(question),
            Event::CreateFinished(outcome) => self.on_create_finished(outcome),
            Event::Resized { columns, rows } => {
                app.size = Size { columns, rows };
                self.has_warned = false;
            }
            Event::ZoneLoaded(zone) => app.zone = Some(zone),
            Event::LoginKnown(login) => (app.login, app.has_deleted_login) = (Some(login), false),
            Event::CredentialNote(note) => app.credential_notes.push(note),
            Event::PendingRecordsFound(found) => {
                app.records_found += found.len();
                app.pending.extend(found);
            }
            Event::RecordFailed(why) => {
                if matches!(self.screen, Screen::Form(_)) && app.form.notice.is_none() {
                    app.form.notice = Some(Notice::Warning(why.clone()));
                }
                app.not_recorded = Some(why);
            }
            Event::ProjectFetched(project, result) => app.lookups.project.finish(&project, result, at),
            Event::SettingsFetched(of, result) => app.lookups.settings.finish(&of, result, at),
            Event::AccountFetched(of, result) => {
                if let Ok(account) = &result {
                    app.account_fetched(&of, account);
                }
                app.lookups.account.finish(&of, result, at);
            }
            Event::ProjectsPage(..) | Event::AccountsPage(..) | Event::PageRetried(_)
                if !matches!(self.screen, Screen::Picker(_)) =>
            {
                app.on_names_event(&event);
            }
            event => {
                let transition = self.screen.component_mut().on_event(app, event);
                self.follow(transition);
            }
        }
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
            // What is known about the account is older than the request.
            self.shared.lookups.account = Remote::NotAsked;
        }
        // When one list follows another, only the new list's pages are being fetched by now, and they must not stop.
        if matches!(self.screen, Screen::Picker(_)) && !matches!(screen, Screen::Picker(_)) {
            self.shared.send(Command::StopPages);
        }
        self.screen = screen;
    }

    /// Runs after every event: ends the program after a signal, shows the records of earlier runs once the form is
    /// there, and starts the form's look-ups.
    fn after_event(&mut self) {
        if let Some(ending) = self.shared.ending
            && !self.shared.has_quit
            && (!self.is_running() || ending.until.since(self.shared.now).is_zero())
        {
            return self.end();
        }
        if let Screen::Form(_) = self.screen
            && self.shared.post().is_none()
            && let Some(record) = self.shared.pending.pop_front()
        {
            self.screen = Screen::Recovery(Box::new(Recovery::of_record(&self.shared, record)));
        }
        if let Screen::Form(_) = self.screen {
            self.shared.update_names();
            self.shared.update_lookups();
        }
        if self.shows_lookups() {
            self.shared.start_lookups();
        }
    }

    /// True on the screens that show lookups. They are started only there.
    fn shows_lookups(&self) -> bool {
        matches!(self.screen, Screen::Form(_) | Screen::SecretList(_) | Screen::Created(_))
    }

    /// How long until something is due besides a change of what is drawn: a lookup, a read of the clipboard, the end.
    pub fn due_in(&self) -> Option<Duration> {
        let app = &self.shared;
        let of_lookups = app.lookups.due_in(app.now).filter(|_| self.shows_lookups());
        let of_screen = match &self.screen {
            Screen::Created(created) => created.clipboard_check_in(app.now),
            _ => None,
        };
        let of_screen = [of_screen, of_lookups].into_iter().flatten().min().filter(|_| !app.is_covered());
        let of_ending = app.ending.map(|ending| ending.until.since(app.now));
        [of_screen, of_ending].into_iter().flatten().min()
    }
}

impl App {
    /// Handles the keys of one read. A terminal without bracketed paste sends a paste as keys, so a long run of
    /// characters counts as a paste. The keys of a shorter run are handled one by one, but confirm nothing.
    pub(super) fn keys_pressed(&mut self, pressed: &[KeyPress]) {
        let mut rest = pressed;
        while !rest.is_empty() {
            let run = rest.iter().take_while(|key| key.is_typed()).count();
            let characters: Vec<char> = rest[..run].iter().filter_map(|key| key.text()).collect();
            // A key that is held down repeats the same character.
            let is_text = if self.keys().iter().any(Binding::is_letter) {
                characters.len() >= TEXT_FROM && characters.iter().any(|other| *other != characters[0])
            } else {
                characters.len() >= PASTE_FROM
            };
            if is_text {
                let text: String = rest[..run].iter().map(|key| key.text().unwrap_or('\n')).collect();
                self.paste(&text);
                rest = &rest[run..];
                continue;
            }
            for key in &rest[..run.max(1)] {
                self.press(*key, pressed);
            }
            rest = &rest[run.max(1)..];
        }
    }

    pub(super) fn paste(&mut self, text: &str) {
        let settles = if text.len() > LONG_PASTE { LONG_PASTE_SETTLES } else { Duration::ZERO };
        self.pasted_until = Some(self.shared.now.plus(settles));
        if !self.shared.is_covered() {
            self.screen.component_mut().on_paste(&mut self.shared, text);
        }
    }

    /// Handles one of the keys of one `read`.
    fn press(&mut self, key: KeyPress, read: &[KeyPress]) {
        if self.shared.has_quit {
            return;
        }
        if self.shared.size.is_too_small() {
            if keys::is_called(key, "Ctrl-C") {
                self.quit_unseen();
            }
            return;
        }
        // Pasted text can contain the sequence that ends a paste. What follows arrives as keys, in the same read.
        let is_after_paste = self.pasted_until.is_some_and(|until| self.shared.now.since(until).is_zero());
        let is_harmless_exit = keys::is_called(key, "Ctrl-C") && self.would_be_lost().is_none();
        let comes_with_text = is_after_paste || read.iter().any(|other| other.text().is_some());
        let is_of_burst =
            is_after_paste || key.is_typed() && read.iter().filter(|other| other.is_typed()).count() > 1;
        self.shared.message = None;
        self.screen.component_mut().before_key(&mut self.shared);
        let keys = self.keys();
        let action = keys.iter().find(|binding| binding.matches(key)).map(|binding| binding.action);
        self.key_note = if action.is_none() { note_on(key, &keys) } else { None };
        match action {
            Some(Action::Help) => {
                self.shared.shows_help = true;
                self.help_scroll = Scroll::default();
            }
            Some(Action::CloseHelp) => self.shared.shows_help = false,
            Some(Action::Repaint) => self.shared.send(Command::Repaint),
            Some(Action::Suspend) => self.suspend(),
            Some(Action::Confirm) if comes_with_text => self.shared.form.focus_next_field(),
            // A Ctrl-S inside pasted text does not submit.
            Some(Action::Submit) if comes_with_text => {
                self.shared.form.notice =
                    Some(Notice::Info("The pasted text contained Ctrl-S. Press Ctrl-S again to create."));
            }
            Some(action) if self.shared.shows_help => {
                let rows = self.help_rows();
                self.help_scroll.on_action(action, rows, self.shared.body().height);
            }
            // The line break of a pasted path or command does not run it.
            Some(Action::Choose) if is_of_burst && matches!(self.screen, Screen::Created(_)) => {}
            // A slow line may deliver two keys in one read, but these must come alone.
            Some(action) if is_of_burst && action.must_come_alone() => {}
            Some(Action::Leave) if is_after_paste && !is_harmless_exit => {}
            Some(action) => {
                let transition = self.screen.component_mut().on_action(&mut self.shared, action);
                self.follow(transition);
            }
            None if self.shared.shows_help => {}
            None => self.screen.component_mut().on_key(&mut self.shared, key),
        }
    }

    /// The keys of the screen, or of the help while that is open.
    pub fn keys(&self) -> Vec<Binding> {
        if self.shared.shows_help {
            let (rows, height) = (self.help_rows(), self.shared.body().height);
            return keys::help_open(overflows(rows, height), self.help_scroll.is_at_end(rows, height));
        }
        self.screen_keys()
    }

    pub(super) fn screen_keys(&self) -> Vec<Binding> {
        let keys = self.screen.component().keys(&self.shared).into_iter();
        let can_suspend = self.shared.post().is_none();
        keys.map(|key| key.only_if(can_suspend || key.action != Action::Suspend)).collect()
    }

    fn suspend(&mut self) {
        if let Screen::Created(created) = &mut self.screen {
            created.revealed_until = None;
        }
        if self.shared.post().is_none() {
            return self.shared.send(Command::Suspend);
        }
        let text = "Cannot suspend while Atlas is answering.";
        match &self.screen {
            Screen::Form(_) => self.shared.form.notice = Some(Notice::Info(text)),
            Screen::Picker(_) | Screen::Command(_) => self.key_note = Some(text.to_owned()),
            _ => self.shared.message = Some(text),
        }
    }
}

/// Why a key that is in no table does nothing: it is a letter of a non-Latin layout, or Enter at a question that letters
/// answer.
fn note_on(key: KeyPress, keys: &[Binding]) -> Option<String> {
    if is_not_latin(key) && keys.iter().any(Binding::is_letter) {
        return Some("Your keyboard layout is not Latin. Switch it to use these keys.".to_owned());
    }
    let answer = |action| keys.iter().find(|binding| binding.action == action);
    let (yes, no) = (answer(Action::Yes)?, answer(Action::No)?);
    let is_attempt = keys::is_called(key, "Enter") || keys::is_called(key, "q");
    is_attempt.then(|| format!("Press {} ({}) or {} ({}).", yes.keys, yes.label, no.keys, no.label))
}

/// True for a letter or digit outside Unicode's blocks for Latin letters of keyboards, or a full-width mark.
fn is_not_latin(key: KeyPress) -> bool {
    key.text().is_some_and(|character| match character {
        '\0'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => false,
        '\u{FF01}'..='\u{FF5E}' => true,
        other => other.is_alphanumeric(),
    })
}
