//! Deleting one secret, the same wherever that is offered: the question, the check whether it is in use, the request.

use std::time::Duration;

use crate::domain::{AccountRef, LoginRisk, Now, SecretId};
use crate::jobs::{Deletion, Recheck};
use crate::tui::app::Shared;
use crate::tui::canvas::{Canvas, spinner_wake};
use crate::tui::event::{Command, Event};
use crate::tui::keys::{Action, BUSY, Binding, CONFIRM_DELETE, ONLY_BACK};

/// Shown where a secret turned out to be in use, and was kept.
pub(super) const IN_USE: &str = "It has been used since, so a client has its value. It was not deleted.";

/// A secret that the user wants to delete.
#[derive(Clone, Debug)]
pub(super) struct DeletePrompt {
    account: AccountRef,
    id: SecretId,
    recheck: Recheck,
    risk: LoginRisk,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Asking,
    AskingAgain,
    /// The account is fetched before anything is deleted.
    Checking(Now),
    Deleting(Now),
}

impl DeletePrompt {
    /// Asks, and twice if deleting is a `risk` for this session.
    pub fn new(account: AccountRef, id: SecretId, recheck: Recheck, risk: LoginRisk) -> Self {
        Self { account, id, recheck, risk, stage: Stage::Asking }
    }

    /// False once the user has said no.
    pub fn on_action(&mut self, app: &mut Shared, action: Action) -> bool {
        match (self.stage, action) {
            (Stage::Asking, Action::Yes) if self.risk != LoginRisk::None => {
                self.stage = Stage::AskingAgain;
            }
            (Stage::Asking | Stage::AskingAgain, Action::Yes) => {
                self.stage = match self.recheck {
                    Recheck::Yes => Stage::Checking(app.now),
                    Recheck::No => Stage::Deleting(app.now),
                };
                app.send(Command::Delete(self.account.clone(), self.id.clone(), self.recheck));
            }
            (Stage::Asking | Stage::AskingAgain, Action::No | Action::Leave) => return false,
            // Whether the request has left only the job knows; it ends with `Cancelled` if not.
            (Stage::Checking(_), Action::No) => app.send(Command::CancelDelete),
            _ => {}
        }
        true
    }

    /// How the deletion ended, once it has.
    pub fn on_event(&mut self, now: Now, event: Event) -> Option<Deletion> {
        match (self.stage, event) {
            (Stage::Checking(_), Event::DeleteSent) => self.stage = Stage::Deleting(now),
            (Stage::Checking(_) | Stage::Deleting(_), Event::DeleteFinished(deletion)) => {
                return Some(deletion);
            }
            _ => {}
        }
        None
    }

    pub fn keys(&self) -> &'static [Binding] {
        match self.stage {
            Stage::Asking | Stage::AskingAgain => CONFIRM_DELETE,
            Stage::Checking(_) => ONLY_BACK,
            Stage::Deleting(_) => BUSY,
        }
    }

    pub fn wake_in(&self, now: Now) -> Option<Duration> {
        match self.stage {
            Stage::Asking | Stage::AskingAgain => None,
            Stage::Checking(since) | Stage::Deleting(since) => Some(spinner_wake(now, since)),
        }
    }

    /// `label` names the secret within a sentence; `consequence` is a sentence, or empty.
    pub fn draw(&self, app: &Shared, label: &str, consequence: &str, canvas: &mut Canvas) {
        let verb = match self.stage {
            Stage::Asking => "Delete",
            Stage::AskingAgain => "Really delete",
            Stage::Checking(since) => {
                return canvas.running(app.now, since, "Checking whether it is in use");
            }
            Stage::Deleting(since) => {
                return canvas.running(app.now, since, &format!("Deleting {label} in Atlas"));
            }
        };
        let warning = match self.risk {
            LoginRisk::None => "",
            LoginRisk::Own => "You are signed in with this secret. Deleting it ends this session.",
            LoginRisk::Perhaps => {
                "You may be signed in with this secret. If so, deleting it ends this session."
            }
        };
        if !warning.is_empty() {
            canvas.warning(warning, canvas.theme.warning);
        }
        let question = match consequence {
            "" => format!("{verb} {label} in Atlas?"),
            consequence => format!("{verb} {label}? {consequence}"),
        };
        canvas.ask(&question, "delete");
    }
}
