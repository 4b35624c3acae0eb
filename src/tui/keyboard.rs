//! What keys and pastes come to: an action of the screen's table, or text for it.

use super::app::{App, Screen};
use super::event::{Command, KeyPress};
use super::help;
use super::keys::{self, Action, Binding, Group};
use super::screens::Notice;
use super::scroll::{Scroll, overflows};

/// So many characters in one read are a paste, whatever the terminal says; no one types them.
const PASTE_FROM: usize = 8;

impl App {
    /// Keys that came in one read. A terminal without bracketed paste types what is pasted: such a run counts as
    /// a paste, and an Enter that comes with text never submits.
    pub(super) fn keys_pressed(&mut self, pressed: &[KeyPress]) {
        let comes_with_text = pressed.iter().any(|key| key.text().is_some());
        let mut rest = pressed;
        while !rest.is_empty() {
            let run = rest.iter().take_while(|key| key.text().is_some() || key.is_enter()).count();
            let characters = rest[..run].iter().filter(|key| key.text().is_some()).count();
            if characters >= PASTE_FROM {
                let text: String = rest[..run].iter().map(|key| key.text().unwrap_or('\n')).collect();
                self.paste(&text);
                rest = &rest[run..];
                continue;
            }
            for key in &rest[..run.max(1)] {
                self.press(*key, comes_with_text);
            }
            rest = &rest[run.max(1)..];
        }
    }

    pub(super) fn paste(&mut self, text: &str) {
        if !self.shared.is_covered() {
            self.screen.component_mut().on_paste(&mut self.shared, text);
        }
    }

    fn press(&mut self, key: KeyPress, comes_with_text: bool) {
        if self.shared.has_quit || self.shared.size.is_too_small() && !keys::is_ctrl_c(key) {
            return;
        }
        self.screen.component_mut().before_key(&mut self.shared);
        let keys = self.keys();
        let action = keys.iter().find(|binding| binding.matches(key)).map(|binding| binding.action);
        self.is_other_layout =
            action.is_none() && is_of_other_script(key) && keys.iter().any(Binding::is_letter);
        match action {
            Some(Action::Help) => {
                self.shared.shows_help = true;
                self.help_scroll = Scroll::default();
            }
            Some(Action::CloseHelp) => self.shared.shows_help = false,
            Some(Action::Repaint) => self.shared.send(Command::Repaint),
            Some(Action::Suspend) => self.suspend(),
            Some(Action::Confirm) if comes_with_text => self.shared.form.focus_next_field(),
            // Within text that was pasted it is no key.
            Some(Action::Submit) if comes_with_text => {
                self.shared.form.notice =
                    Some(Notice::Word("Ctrl-S came within pasted text. Press it again."));
            }
            Some(action) if self.shared.shows_help => {
                let body = self.shared.body();
                let rows = help::rows(self, body.width).len();
                self.help_scroll.on_action(action, rows, body.height);
            }
            // A path or a command line that is pasted with its line break does not run at once.
            Some(Action::Choose) if comes_with_text && matches!(self.screen, Screen::Created(_)) => {}
            Some(action) => {
                let transition = self.screen.component_mut().on_action(&mut self.shared, action);
                self.follow(transition);
            }
            None if self.shared.shows_help => {}
            None => self.screen.component_mut().on_key(&mut self.shared, key),
        }
    }

    /// False for a key of the table that would do nothing just now.
    pub fn works(&self, action: Action) -> bool {
        if self.shared.shows_help {
            let body = self.shared.body();
            return action.group() != Group::Move
                || overflows(help::rows(self, body.width).len(), body.height);
        }
        self.screen.component().works(&self.shared, action)
    }

    /// The keys that work now.
    pub fn keys(&self) -> &'static [Binding] {
        if self.shared.shows_help { keys::HELP_OPEN } else { self.screen.component().keys(&self.shared) }
    }

    fn suspend(&mut self) {
        if let Screen::Created(created) = &mut self.screen {
            created.revealed_until = None;
        }
        if self.shared.in_flight.is_none() {
            return self.shared.send(Command::Suspend);
        }
        let word = "Cannot suspend while Atlas is answering.";
        match &mut self.screen {
            Screen::Progress(progress) => progress.message = Some(word),
            Screen::Recovery(recovery) => recovery.message = Some(word),
            _ => self.shared.form.notice = Some(Notice::Word(word)),
        }
    }
}

/// True for a letter that is in none of Unicode's Latin blocks.
fn is_of_other_script(key: KeyPress) -> bool {
    key.text().is_some_and(|character| {
        let is_latin = matches!(character,
            '\0'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' | '\u{2C60}'..='\u{2C7F}' | '\u{A720}'..='\u{A7FF}' | '\u{AB30}'..='\u{AB6F}');
        character.is_alphabetic() && !is_latin
    })
}
