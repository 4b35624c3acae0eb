//! A record that a previous run left: a secret that it created, or may have created, and did not deliver.

use std::time::Duration;

use crossterm::event::KeyCode;
use ratatui::style::Style;

use crate::domain::{AccountRef, Now, PendingRecord};
use crate::jobs::{Before, Deletion, Recheck};
use crate::tui::app::{Component, Screen, Shared, Transition};
use crate::tui::canvas::{Canvas, SPINNER_STEP};
use crate::tui::event::{Command, Event};
use crate::tui::keys::{
    Action, BUSY, Binding, CONFIRM_DELETE, CTRL_C, ESC, HELP, NONE, ONLY_BACK, REPAINT, SUSPEND,
};
use crate::tui::words;

use super::Notice;
use super::recovery::{CHECKING_USE, DELETE_IT, IN_USE, KEEP_IT, NOT_DELETED, Recovery};

/// No POST takes longer; what was created later is another request's.
const LONGEST_POST: Duration = Duration::from_secs(60);

/// The screen of one record.
#[derive(Clone, Debug)]
pub struct PreviousRun {
    record: PendingRecord,
    /// True when it happened at the host that this run talks to: only then can anything be done about it.
    is_here: bool,
    stage: Stage,
}

/// What is done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    /// It is shown, with the reason why it was not deleted if that was tried.
    Shown(Option<String>),
    /// "Delete it?"; a no leads back to what was shown.
    Asking(Option<String>),
    /// The account is fetched before anything is deleted.
    Rechecking(Now),
    /// It is being deleted.
    Deleting(Now),
}

const SHOWN: &[Binding] = &[
    DELETE_IT,
    KEEP_IT,
    Binding::new(&[(KeyCode::Char('l'), NONE)], "l", "check", Action::LookAgain),
    Binding::new(&[ESC], "Esc", "later", Action::BackToForm),
    Binding::new(&[(KeyCode::Char('q'), NONE), CTRL_C], "q", "quit", Action::Leave),
    HELP,
    SUSPEND,
    REPAINT,
];

impl PreviousRun {
    pub(in crate::tui) fn new(app: &Shared, record: PendingRecord) -> Self {
        let is_here = app.session.base_url() == Some(&record.entry.base_url);
        Self { record, is_here, stage: Stage::Shown(None) }
    }

    fn account(&self) -> AccountRef {
        let entry = &self.record.entry;
        AccountRef { project: entry.project.clone(), client: entry.client.clone() }
    }

    /// Searches for the secret as after a lost answer.
    fn search(&self, app: &mut Shared) -> Transition {
        let entry = &self.record.entry;
        let before = Before {
            ids: entry.ids_before.clone(),
            at: entry.begun_at,
            latest: entry.begun_at.checked_add(LONGEST_POST).ok(),
        };
        Transition::Show(Screen::Recovery(Box::new(Recovery::of_record(app, self.record.clone(), before))))
    }
}

impl Component for PreviousRun {
    fn on_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        match (&self.stage, action) {
            (Stage::Asking(_), Action::Yes) => {
                let Some(id) = self.record.entry.secret_id.clone() else { return Transition::Stay };
                app.send(Command::Delete(self.account(), id, Recheck::Yes));
                self.stage = Stage::Rechecking(app.now);
            }
            (Stage::Asking(why), Action::No | Action::Leave) => self.stage = Stage::Shown(why.clone()),
            (Stage::Rechecking(_), Action::No) => {
                app.send(Command::CancelDelete);
                self.stage = Stage::Shown(None);
            }
            (Stage::Shown(why), Action::Delete) if self.works(app, action) => {
                self.stage = Stage::Asking(why.clone());
            }
            (Stage::Shown(_), Action::LookAgain) if self.works(app, action) => return self.search(app),
            (Stage::Shown(_), Action::Keep) => {
                app.send(Command::SettlePrevious(self.record.number));
                return Transition::form();
            }
            // Neither kept nor deleted: the next run shows it again.
            (Stage::Shown(_), Action::BackToForm) => return Transition::form(),
            (Stage::Shown(_), Action::Leave) => return Transition::Quit(app.exit()),
            _ => {}
        }
        Transition::Stay
    }

    fn on_event(&mut self, app: &mut Shared, event: Event) -> Transition {
        match event {
            Event::DeleteSent if matches!(self.stage, Stage::Rechecking(_)) => {
                self.stage = Stage::Deleting(app.now);
            }
            Event::DeleteFinished(Deletion::Deleted) => {
                app.form.notice = Some(Notice::Word("Deleted the secret of the previous run."));
                app.send(Command::SettlePrevious(self.record.number));
                return Transition::form();
            }
            Event::DeleteFinished(deletion) if self.is_busy() => {
                self.stage = Stage::Shown(match deletion {
                    Deletion::Used(_) => Some(IN_USE.to_owned()),
                    Deletion::Failed(error) => Some(error.sentence(NOT_DELETED)),
                    Deletion::Deleted | Deletion::Cancelled => None,
                });
            }
            _ => {}
        }
        Transition::Stay
    }

    fn keys(&self, _app: &Shared) -> &'static [Binding] {
        match self.stage {
            Stage::Shown(_) => SHOWN,
            Stage::Asking(_) => CONFIRM_DELETE,
            Stage::Rechecking(_) => ONLY_BACK,
            Stage::Deleting(_) => BUSY,
        }
    }

    fn works(&self, _app: &Shared, action: Action) -> bool {
        match action {
            Action::Delete => self.is_here && self.record.entry.secret_id.is_some(),
            Action::LookAgain => self.is_here,
            _ => true,
        }
    }

    fn wake_in(&self, _app: &Shared) -> Option<Duration> {
        self.is_busy().then_some(SPINNER_STEP)
    }

    fn about(&self) -> &'static [&'static str] {
        &["Each creation is recorded on this disk (IDs only) until its secret is delivered."]
    }

    fn draw(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        let entry = &self.record.entry;
        let zone = app.zone.as_ref();
        let begun =
            format!("{} {}", words::short_date(entry.begun_at, zone), words::time(entry.begun_at, zone));
        let client = entry.client.short(theme.glyphs.ellipsis);
        let title = if entry.secret_id.is_some() {
            format!(
                "A previous run created a secret for {client} on {begun} and stopped before you copied or saved it."
            )
        } else {
            format!(
                "A previous run may have created a secret for {client} on {begun}: it stopped before Atlas's \
                 response arrived."
            )
        };
        canvas.warning(&title, theme.strong);
        canvas.words(2, "It was probably never delivered.", Style::new());
        canvas.blank_unless_low();
        canvas.labelled("Project ID", entry.project.as_str());
        canvas.labelled("Client ID", entry.client.as_str());
        canvas.labelled("Secret ID", entry.secret_id.as_ref().map_or("unknown", |id| id.as_str()));
        canvas.labelled("Signed in as", entry.identity.as_str());
        canvas.blank_unless_low();
        match &self.stage {
            Stage::Rechecking(since) => canvas.running(app.now, *since, CHECKING_USE),
            Stage::Deleting(since) => canvas.running(app.now, *since, "Deleting the secret in Atlas"),
            Stage::Asking(_) => canvas.ask("Delete this secret in Atlas?", "delete"),
            Stage::Shown(why) => self.draw_shown(why.as_deref(), canvas),
        }
    }
}

impl PreviousRun {
    fn is_busy(&self) -> bool {
        matches!(self.stage, Stage::Rechecking(_) | Stage::Deleting(_))
    }

    fn draw_shown(&self, why: Option<&str>, canvas: &mut Canvas) {
        let theme = canvas.theme;
        if let Some(why) = why {
            canvas.words(0, why, theme.bad);
        }
        if !self.is_here {
            let host = self.record.entry.base_url.host();
            let words =
                format!("It is on {host}, and this run is signed in elsewhere. Sign in there to delete it.");
            canvas.words(0, &words, theme.warning);
        }
        canvas.words(0, "If you have its value, keep it. Keeping it changes nothing in Atlas.", theme.faint);
    }
}
