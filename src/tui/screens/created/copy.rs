//! How copying stands, what the clipboard holds by now, and the other deliveries.

use std::time::Duration;

use ratatui::style::Style;

use crate::domain::{
    ClipboardContent, CopyFailure, CopyOutcome, Delivery, Format, HeldCopy, Now, TerminalRoute,
};
use crate::tui::app::{Output, Shared, Transition};
use crate::tui::canvas::Canvas;
use crate::tui::event::Command;
use crate::tui::words;

use super::{CreatedScreen, LeaveConfirmation, Leaving};

/// How much longer the clipboard keeps a copy after `+`.
const EXTENDED_BY: Duration = Duration::from_secs(60);

/// How often a clipboard without a deadline is read. With one, it is read whenever the countdown steps.
const CHECK_EVERY: Duration = Duration::from_secs(10);

const SECOND: Duration = Duration::from_secs(1);

/// Said where a format has room for the organization's id and it is not known.
pub(crate) const NO_ORGANIZATION: &str = "orgId is left out: the organization could not be read.";

/// How copying stands, claiming no more than was proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyState {
    /// Nothing was copied.
    Never,
    /// A copy in this format is under way.
    Copying(Format),
    /// The system's clipboard holds it, as far as is known.
    Held(ClipboardCopy),
    /// Given to the terminal, which does not answer.
    Sent(TerminalRoute, Format),
    /// No clipboard worked.
    Failed(CopyFailure),
    /// It was copied, and the clipboard no longer holds it.
    Lost(ClipboardLost),
}

/// A copy on the system's clipboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClipboardCopy {
    /// What was copied.
    pub format: Format,
    /// When the clipboard will be emptied; `None` when it stays.
    pub until: Option<Now>,
    /// True once it was read back.
    pub is_verified: bool,
    /// False when reading the clipboard last failed.
    can_be_read: bool,
    is_being_checked: bool,
    /// When the clipboard was read last.
    checked_at: Now,
}

/// Why a copy is no longer there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClipboardLost {
    /// Something else was copied, or another program emptied the clipboard.
    Overwritten,
    /// Its time had come.
    Cleared,
    /// It was cleared, and another program has put it back.
    PutBack,
    /// The clipboard process or the display is gone.
    Gone,
}

impl CopyState {
    /// What the clipboard was given, if that was not taken back since.
    pub(super) fn delivery(&self, now: Now) -> Option<Delivery> {
        match self {
            Self::Held(copy) if copy.format.holds_the_secret() && copy.is_verified => {
                Some(Delivery::Copied { clears_in: copy.until.map(|until| until.since(now)) })
            }
            Self::Held(copy) if copy.format.holds_the_secret() => Some(Delivery::Unverified),
            Self::Sent(_, format) if format.holds_the_secret() => Some(Delivery::SentToTerminal),
            _ => None,
        }
    }

    fn format(&self) -> Option<Format> {
        match self {
            Self::Held(ClipboardCopy { format, .. }) | Self::Sent(_, format) => Some(*format),
            _ => None,
        }
    }
}

impl ClipboardCopy {
    fn new(format: Format, copy: HeldCopy, is_verified: bool, now: Now) -> Self {
        let until = copy.clears_in.map(|left| now.plus(left));
        Self { format, until, is_verified, can_be_read: true, is_being_checked: false, checked_at: now }
    }

    /// The countdown steps once a second; when it has run out the clipboard process needs a moment to say so.
    pub(super) fn wake_in(&self, now: Now) -> Duration {
        let Some(until) = self.until else {
            return CHECK_EVERY.saturating_sub(now.since(self.checked_at)).max(SECOND);
        };
        let left = until.since(now);
        if left.is_zero() { SECOND } else { words::until_next_second(left) }
    }
}

impl CreatedScreen {
    /// Starts a copy, unless one is under way.
    pub(super) fn copy(&mut self, app: &mut Shared, format: Format) {
        if !matches!(self.copy, CopyState::Copying(_)) {
            self.copy = CopyState::Copying(format);
            app.send(Command::Copy(format, self.payload(app)));
        }
    }

    /// Asks for more time on the clipboard.
    pub(super) fn extend(&mut self, app: &mut Shared) {
        match &mut self.copy {
            CopyState::Held(copy) if copy.until.is_some() => {
                copy.is_being_checked = true;
                app.send(Command::ExtendClipboard(EXTENDED_BY));
            }
            _ => self.word = Some("There is no copy whose time runs out."),
        }
    }

    pub(super) fn copy_finished(&mut self, app: &mut Shared, outcome: CopyOutcome) {
        let CopyState::Copying(format) = self.copy else { return };
        self.copy = match outcome {
            CopyOutcome::Copied(copy) => CopyState::Held(ClipboardCopy::new(format, copy, true, app.now)),
            CopyOutcome::Unverified(copy) => {
                CopyState::Held(ClipboardCopy::new(format, copy, false, app.now))
            }
            CopyOutcome::Sent(route) => CopyState::Sent(route, format),
            CopyOutcome::Failed(failure) => CopyState::Failed(failure),
        };
        let Some(delivery) = self.copy.delivery(app.now) else { return };
        if delivery.is_proved() {
            self.was_copied = true;
            app.send(Command::SettleRecord);
        }
        // The question before leaving said that it was not copied.
        if matches!(
            self.leaving,
            Some(Leaving { confirmation: LeaveConfirmation::Choose { problem: None, .. }, .. })
        ) {
            self.leaving = None;
        }
    }

    /// Reads the clipboard when that is due. A revealed value keeps everything else still: a mouse selection would
    /// be lost.
    pub(super) fn time_passed(&mut self, app: &mut Shared) {
        if self.is_revealed(app.now) {
            return;
        }
        self.revealed_until = None;
        let CopyState::Held(copy) = &mut self.copy else { return };
        let is_due = copy.until.is_some() || app.now.since(copy.checked_at) >= CHECK_EVERY;
        if is_due && !copy.is_being_checked {
            copy.is_being_checked = true;
            app.send(Command::CheckClipboard);
        }
    }

    pub(super) fn clipboard_checked(&mut self, app: &mut Shared, content: ClipboardContent) -> Transition {
        if let CopyState::Held(copy) = &mut self.copy {
            let holds_the_secret = copy.format.holds_the_secret();
            copy.is_being_checked = false;
            copy.checked_at = app.now;
            match content {
                ClipboardContent::Ours { clears_in } => {
                    copy.until = clears_in.map(|left| app.now.plus(left));
                    copy.can_be_read = true;
                    if !std::mem::replace(&mut copy.is_verified, true) && holds_the_secret {
                        self.was_copied = true;
                        app.send(Command::SettleRecord);
                    }
                }
                ClipboardContent::Unreadable => copy.can_be_read = false,
                ClipboardContent::Overwritten => self.copy = CopyState::Lost(ClipboardLost::Overwritten),
                ClipboardContent::Cleared => self.copy = CopyState::Lost(ClipboardLost::Cleared),
                ClipboardContent::PutBack => self.copy = CopyState::Lost(ClipboardLost::PutBack),
                // No one can have proved that it could be pasted until then.
                ClipboardContent::Lost(_) => {
                    self.copy = CopyState::Lost(ClipboardLost::Gone);
                    self.was_copied &= !holds_the_secret;
                }
            }
        }
        self.leave_after_check(app, content)
    }

    /// Where the secret went so far.
    pub(super) fn draw_deliveries(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        if let Some(word) = self.word {
            canvas.words(2, word, theme.warning);
        }
        if let Some(why) = &app.not_recorded {
            canvas.warning(why, theme.warning);
        }
        if let Some(why) = &self.not_printed {
            canvas.marked(theme.glyphs.cross, &format!("Not written. {why}"), theme.bad);
        }
        for delivery in &self.delivered {
            canvas.marked(theme.glyphs.check, &delivery_words(delivery), theme.good);
        }
        self.draw_copy(app, canvas);
        if let Some(format) = self.copy.format() {
            self.draw_left_out(app, format, canvas);
        }
    }

    fn draw_copy(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        match &self.copy {
            CopyState::Never if !self.delivered.is_empty() => {}
            CopyState::Never => {
                let words = match app.output {
                    Output::Sink(_) => "Atlas shows it this once. q leaves and writes it to standard output.",
                    Output::Terminal | Output::Broken => "Atlas shows it this once. Press c to copy it.",
                };
                canvas.marked(theme.glyphs.dot, words, theme.faint);
            }
            CopyState::Copying(_) => canvas.marked(theme.glyphs.dot, "Copying", theme.faint),
            CopyState::Held(copy) => draw_held(app, copy, canvas),
            CopyState::Sent(route, format) => {
                let title = format!("Sent to your terminal by {}{}", route.name(), in_format(*format));
                canvas.marked(theme.glyphs.check, &title, theme.good);
                if let TerminalRoute::Osc52Instead(error) = route {
                    canvas.words(2, &error.to_string(), theme.warning);
                }
                canvas.words(2, "Nothing there? r shows it to select with the mouse.", theme.faint);
                let words = "Nothing clears it there: it stays until something else is copied.";
                canvas.words(2, words, theme.faint);
            }
            CopyState::Failed(failure) => {
                canvas.marked(theme.glyphs.cross, "Not copied", theme.bad);
                for reason in &failure.reasons {
                    canvas.words(2, reason.as_str(), Style::new());
                }
                let words = "r shows it to select with the mouse. s saves it to a file.";
                canvas.words(2, words, theme.faint);
            }
            CopyState::Lost(lost) => {
                let title = match lost {
                    ClipboardLost::Overwritten => {
                        "The clipboard holds something else now. Press c to copy again."
                    }
                    ClipboardLost::Cleared => "The clipboard was cleared. Press c to copy again.",
                    ClipboardLost::PutBack => {
                        "The clipboard was cleared, but another program has put the secret back."
                    }
                    ClipboardLost::Gone => "The clipboard no longer holds it. Press c to copy again.",
                };
                canvas.warning(title, theme.warning);
            }
        }
    }

    /// A format without the organization says so: the user has to add it.
    pub(super) fn draw_left_out(&self, app: &Shared, format: Format, canvas: &mut Canvas) {
        let project = &self.new_secret.project;
        let may_be_known =
            app.lookups.organization(project).is_some() || app.lookups.project.is_loading(project);
        if format.names_the_organization() && !may_be_known {
            canvas.words(2, NO_ORGANIZATION, canvas.theme.warning);
        }
    }
}

fn delivery_words(delivery: &Delivery) -> String {
    match delivery {
        Delivery::Saved { path } => format!("Saved to {path}"),
        Delivery::Piped { program } => format!("{program} took it and ended with 0"),
        Delivery::Printed => "Written to standard output".to_owned(),
        Delivery::Copied { .. }
        | Delivery::CopiedBefore
        | Delivery::Unverified
        | Delivery::SentToTerminal => String::new(),
    }
}

fn draw_held(app: &Shared, copy: &ClipboardCopy, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let until = match copy.until {
        Some(until) => format!("   clears in {}", words::seconds_left(until.since(app.now))),
        None => String::new(),
    };
    let what = in_format(copy.format);
    if copy.is_verified {
        canvas.marked(theme.glyphs.check, &format!("Copied{what}{until}"), theme.good);
    } else {
        let words = format!("The clipboard took it{what}, but did not give it back{until}");
        canvas.warning(&words, theme.warning);
    }
    let advice = match (copy.can_be_read, copy.until) {
        _ if !copy.is_verified => "Paste to see whether it is there. r shows it to select with the mouse.",
        (false, _) => "The clipboard cannot be read just now: paste to see whether it is still there.",
        (true, Some(_)) => "It stays that long even if you leave. + gives it 60 s more.",
        (true, None) => "It stays until something else is copied, even if you leave.",
    };
    canvas.words(2, advice, theme.faint);
}

fn in_format(format: Format) -> &'static str {
    match format {
        Format::Secret => "",
        Format::ClientId => " (the client ID, not the secret)",
        Format::Env => " as .env",
        Format::Json => " as JSON",
        Format::Kubernetes => " as a Kubernetes Secret",
        Format::Aws => " as AWS JSON",
    }
}
