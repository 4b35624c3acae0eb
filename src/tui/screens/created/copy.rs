//! Copies the secret, lets the user select a format, and shows the state of the clipboard.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use secrecy::ExposeSecret;

use crate::delivery::{ClipboardContent, CopyOutcome, TerminalRoute};
use crate::domain::{Delivery, Format, Now, ServerText};
use crate::tui::{Canvas, Command, Shared, text};

use super::CreatedScreen;

const EXTENDED_BY: Duration = Duration::from_secs(60);

/// How often to read the clipboard if it has no deadline. If it has one, each step of the countdown reads it.
const CHECK_EVERY: Duration = Duration::from_secs(10);

const SECOND: Duration = Duration::from_secs(1);

/// The state of copying. It claims no more than was proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyState {
    /// Nothing was copied.
    Never,
    /// A copy in this format is in progress.
    Copying(Format),
    /// The system clipboard holds the copy, as far as is known.
    Held(ClipboardCopy),
    /// The copy was sent to the terminal, which does not confirm it.
    Sent(TerminalRoute, Format),
    /// No clipboard worked, for these reasons.
    Failed(Vec<ServerText>),
    /// The clipboard no longer holds the copy. This is what it holds instead.
    Lost(ClipboardContent),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClipboardCopy {
    pub format: Format,
    /// When the clipboard will be cleared; `None` without a deadline.
    pub until: Option<Now>,
    /// True once the copy was read back, or pasted here.
    pub is_verified: bool,
    /// False if the last read of the clipboard failed.
    pub(super) can_be_read: bool,
    is_being_checked: bool,
    checked_at: Now,
}

impl CopyState {
    /// The delivery by this copy, unless the clipboard no longer holds the secret.
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

    /// What is not certain about the copy.
    pub(super) fn doubt(&self) -> Option<String> {
        let what = self.format().map_or_else(String::new, format_suffix);
        Some(match self {
            Self::Held(copy) if !copy.is_verified => {
                format!("Sent{what} to the clipboard, but it could not be read back: paste to check.")
            }
            Self::Held(copy) if !copy.can_be_read => {
                format!("Copied{what} to the clipboard, which cannot be read right now: paste to check.")
            }
            Self::Sent(route, _) => {
                let name = route.name();
                format!("Sent{what} to your terminal ({name}). Terminals do not confirm it: paste to check.")
            }
            Self::Lost(ClipboardContent::Cleared) => "The clipboard was cleared.".to_owned(),
            Self::Lost(ClipboardContent::PutBack) => {
                "The clipboard was cleared, but another program has put the secret back.".to_owned()
            }
            Self::Lost(ClipboardContent::Lost(why)) => format!("The copy is lost. {why}"),
            Self::Lost(_) => "The clipboard holds something else now.".to_owned(),
            _ => return None,
        })
    }

    pub(super) fn holds_the_secret(&self) -> bool {
        self.format().is_some_and(Format::holds_the_secret)
    }

    pub(super) fn format(&self) -> Option<Format> {
        match self {
            Self::Held(ClipboardCopy { format, .. }) | Self::Sent(_, format) => Some(*format),
            _ => None,
        }
    }
}

impl CreatedScreen {
    /// How long until the clipboard is read again: with each step of the countdown, or every 10 seconds without one.
    /// After the countdown, the clipboard process needs a moment to report that it has cleared the clipboard.
    pub(in crate::tui) fn clipboard_check_in(&self, now: Now) -> Option<Duration> {
        let CopyState::Held(copy) = &self.copy else { return None };
        Some(match copy.until.map(|until| until.since(now)) {
            None => CHECK_EVERY.saturating_sub(now.since(copy.checked_at)).max(SECOND),
            Some(Duration::ZERO) => SECOND,
            Some(left) => text::until_next_second(left),
        })
    }

    pub(super) fn copy(&mut self, app: &mut Shared, format: Format) {
        if matches!(self.copy, CopyState::Copying(_)) {
            app.message = Some("Still copying.");
        } else {
            self.copy = CopyState::Copying(format);
            app.send(Command::Copy(format, self.payload(app)));
        }
    }

    pub(super) fn extend(&mut self, app: &mut Shared) {
        match &mut self.copy {
            CopyState::Held(copy) if copy.until.is_some() => {
                copy.is_being_checked = true;
                app.send(Command::ExtendClipboard(EXTENDED_BY));
            }
            _ => app.message = Some("No copy is waiting to be cleared."),
        }
    }

    pub(super) fn copy_finished(&mut self, app: &mut Shared, outcome: CopyOutcome) {
        let CopyState::Copying(format) = self.copy else { return };
        self.copy = match outcome {
            CopyOutcome::Copied { is_verified, clears_in } => CopyState::Held(ClipboardCopy {
                format,
                until: clears_in.map(|left| app.now.plus(left)),
                is_verified,
                can_be_read: true,
                is_being_checked: false,
                checked_at: app.now,
            }),
            CopyOutcome::Sent(route) => CopyState::Sent(route, format),
            CopyOutcome::Failed { reasons } => CopyState::Failed(reasons),
        };
        let Some(delivery) = self.copy.delivery(app.now) else { return };
        if delivery.is_proved() {
            self.copy_proved(app);
        } else if self.copied_before.is_none() {
            self.copied_before = Some(delivery);
        }
    }

    /// Compares a pasted text with the secret. Pasting the secret proves a copy that could not be read back.
    pub(super) fn check_pasted(&mut self, app: &mut Shared, text: &str) {
        let secret = self.secret.value.expose_secret();
        // Selecting the value with the mouse in a narrow terminal adds line breaks. Such a text does not prove a copy.
        let joined: String = text.split(['\r', '\n']).map(str::trim).collect();
        let is_broken = joined == secret && text.trim() != secret;
        // Kubernetes stores it in Base64.
        let holds_secret = joined.contains(secret) || joined.contains(&STANDARD.encode(secret));
        let text = match () {
            () if is_broken => "What you pasted is this secret (line breaks ignored).",
            () if joined == secret => "What you pasted is this secret.",
            () if holds_secret => "What you pasted contains this secret.",
            () => "That text is not this secret.",
        };
        app.message = None;
        self.pasted = Some((holds_secret, text));
        if is_broken || !holds_secret {
            return;
        }
        match &mut self.copy {
            CopyState::Held(copy) if copy.format.holds_the_secret() && !copy.is_verified => {
                copy.is_verified = true;
                self.copy_proved(app);
            }
            CopyState::Sent(_, format) if !format.holds_the_secret() => {}
            // After a loss, the user has pasted the earlier copy from somewhere.
            CopyState::Sent(..) | CopyState::Lost(_) if self.copied_before.is_some() => {
                self.copy = CopyState::Never;
                self.copied_before = None;
                self.add_delivery(app, Delivery::Copied { clears_in: None });
            }
            _ => {}
        }
        self.remove_stale_question();
    }

    pub(super) fn draw_pasted(&self, canvas: &mut Canvas) {
        match self.pasted {
            Some((true, text)) => canvas.done(text),
            Some((false, text)) => canvas.failed(text),
            None => {}
        }
    }

    fn copy_proved(&mut self, app: &mut Shared) {
        self.copied_before = Some(Delivery::CopiedBefore);
        app.send(Command::RemoveRecord);
    }

    /// Hides a revealed value, and reads the clipboard, when it is time.
    pub(super) fn time_passed(&mut self, app: &mut Shared) {
        if !self.is_revealed(app.now) {
            self.revealed_until = None;
        }
        let CopyState::Held(copy) = &mut self.copy else { return };
        let is_due = copy.until.is_some() || app.now.since(copy.checked_at) >= CHECK_EVERY;
        if is_due && !copy.is_being_checked {
            copy.is_being_checked = true;
            app.send(Command::CheckClipboard);
        }
    }

    pub(super) fn clipboard_checked(&mut self, app: &mut Shared, content: ClipboardContent) {
        let CopyState::Held(copy) = &mut self.copy else { return };
        let holds_the_secret = copy.format.holds_the_secret();
        (copy.is_being_checked, copy.checked_at) = (false, app.now);
        match content {
            ClipboardContent::Ours { clears_in } => {
                copy.until = clears_in.map(|left| app.now.plus(left));
                copy.can_be_read = true;
                if !std::mem::replace(&mut copy.is_verified, true) && holds_the_secret {
                    self.copy_proved(app);
                }
            }
            ClipboardContent::Unreadable => copy.can_be_read = false,
            lost => {
                self.copy = CopyState::Lost(lost);
                if matches!(lost, ClipboardContent::Lost(_)) && holds_the_secret {
                    // Nothing proves that it could be pasted before it was lost.
                    self.copied_before = None;
                }
            }
        }
    }

    pub(super) fn draw_copy(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        if let Some(doubt) = self.copy.doubt() {
            let text = match &self.copy {
                CopyState::Lost(_) => format!("{doubt} c copies again."),
                copy if copy.holds_the_secret() => {
                    format!("{}, or reveal with r.", doubt.trim_end_matches('.'))
                }
                _ => doubt,
            };
            canvas.warning(&text, theme.warning);
        }
        match &self.copy {
            CopyState::Never | CopyState::Lost(_) => {}
            CopyState::Copying(_) => canvas.marked(theme.glyphs.dot, "Copying", theme.faint),
            CopyState::Held(copy) => draw_held(app, copy, canvas),
            CopyState::Sent(route, _) => {
                if let TerminalRoute::Osc52Instead(error) = route {
                    canvas.text(2, &error.to_string(), theme.warning);
                }
                canvas.text(2, "Your terminal's clipboard is not cleared.", theme.faint);
            }
            CopyState::Failed(reasons) => {
                canvas.failed("Not copied. Reveal it with r, or save it with s.");
                for reason in reasons {
                    canvas.text(2, reason.as_str(), Style::new());
                }
            }
        }
    }

    pub(super) fn draw_formats(&self, app: &Shared, selected: usize, canvas: &mut Canvas) {
        let theme = canvas.theme;
        canvas.line(Line::styled("Copy as", theme.strong));
        for (index, format) in formats(app).enumerate() {
            let is_selected = index == selected;
            let style = if is_selected { theme.strong } else { Style::new() };
            canvas.choice(is_selected, [Span::styled(format.title(), style)]);
        }
        let format = formats(app).nth(selected).unwrap_or_default();
        self.draw_missing_organization(app, format, canvas);
    }
}

/// The formats to copy in: every format, and the user's template if there is one.
pub(super) fn formats(app: &Shared) -> impl Iterator<Item = Format> {
    Format::ALL.into_iter().chain(app.template.map(Format::Template))
}

/// Draws what becomes of a copy that could be read.
fn draw_held(app: &Shared, copy: &ClipboardCopy, canvas: &mut Canvas) {
    let stays = match copy.until {
        Some(until) => {
            let left = canvas.countdown(until.since(app.now));
            format!("clears in {left} (even after you quit). +\u{a0}adds\u{a0}60\u{a0}s")
        }
        None => "stays there until something else is copied, for at most 12 hours".to_owned(),
    };
    match (copy.is_verified, copy.can_be_read) {
        (true, true) => {
            canvas.done(&format!("Copied{} to the clipboard, {stays}", format_suffix(copy.format)));
        }
        (true, false) => {}
        (false, _) => canvas.text(2, &format!("The clipboard {stays}"), canvas.theme.faint),
    }
}

/// ` as json`, after a verb.
pub(super) fn format_suffix(format: Format) -> String {
    match format {
        Format::Secret => String::new(),
        Format::ClientId => " the client ID (not the secret)".to_owned(),
        _ => format!(" as {}", format.name()),
    }
}
