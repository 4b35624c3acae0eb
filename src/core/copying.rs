//! How copying stands, and what the clipboard holds by now.

use std::time::Duration;

use crate::domain::{
    ClipboardContent, CopyFailure, CopyOutcome, Delivery, Format, HeldCopy, Now, RequestId, TerminalRoute,
};

use super::{Created, Effect, Guard, Leaving, Model, Screen, recipes};

/// How much longer the clipboard keeps a copy after `+`.
pub const EXTENDED_BY: Duration = Duration::from_secs(60);

/// How often a clipboard without a deadline is looked at. With one, it is looked at whenever the countdown
/// steps.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(10);

/// How copying stands, claiming no more than was proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyState {
    /// Nobody asked for it.
    Never,
    /// Under way.
    Copying {
        /// The request that copies.
        request: RequestId,
        /// What is copied.
        format: Format,
    },
    /// The system's clipboard holds it, as far as is known.
    Held(Held),
    /// Given to the terminal, which does not answer.
    Sent {
        /// By which way.
        route: TerminalRoute,
        /// What was sent.
        format: Format,
    },
    /// No way worked.
    Failed(CopyFailure),
    /// It was copied, and the clipboard no longer holds it.
    Gone(Gone),
}

/// A copy on the system's clipboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// What was copied.
    pub format: Format,
    /// When the clipboard will be emptied; `None` when it stays.
    pub until: Option<Now>,
    /// True once it was read back.
    pub is_verified: bool,
    /// False when the last look at the clipboard failed.
    pub can_be_read: bool,
    /// The look that is under way.
    look: Option<RequestId>,
    /// When it was looked at last.
    pub(super) seen: Now,
}

/// Why a copy is no longer there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// Something else was copied, or another program emptied the clipboard.
    Overwritten,
    /// Its time had come.
    Cleared,
    /// It was cleared, and another program has put it back.
    PutBack,
    /// The clipboard process or the display is gone.
    Lost,
}

impl CopyState {
    /// What the clipboard was given, if that was not taken back since.
    pub(super) fn delivery(&self, now: Now) -> Option<Delivery> {
        match self {
            Self::Held(held) if held.format.holds_the_secret() && held.is_verified => {
                Some(Delivery::Copied { clears_in: held.until.map(|until| until.since(now)) })
            }
            Self::Held(held) if held.format.holds_the_secret() => Some(Delivery::Unverified),
            Self::Sent { format, .. } if format.holds_the_secret() => Some(Delivery::SentToTerminal),
            _ => None,
        }
    }
}

/// Starts a copy, unless one is under way.
pub(super) fn copy(model: &mut Model, format: Format) -> Vec<Effect> {
    let request = model.next_request();
    let Some(payload) = model.payload() else { return Vec::new() };
    let Screen::Created(created) = &mut model.screen else {
        return Vec::new();
    };
    if matches!(created.copy, CopyState::Copying { .. }) {
        return Vec::new();
    }
    created.copy = CopyState::Copying { request, format };
    vec![Effect::CopyToClipboard { request, format, payload }]
}

/// Asks for more time on the clipboard.
pub(super) fn extend(created: &mut Created, request: RequestId) -> Vec<Effect> {
    match &mut created.copy {
        CopyState::Held(held) if held.until.is_some() => {
            held.look = Some(request);
            vec![Effect::ExtendClipboard { request, by: EXTENDED_BY }]
        }
        _ => {
            created.word = Some("There is no copy whose time runs out.");
            Vec::new()
        }
    }
}

pub(super) fn finished(model: &mut Model, answered: RequestId, outcome: CopyOutcome) -> Vec<Effect> {
    let now = model.now;
    if recipes::copy_finished(model, answered, &outcome) {
        return Vec::new();
    }
    let Screen::Created(created) = &mut model.screen else {
        return Vec::new();
    };
    let CopyState::Copying { request, format } = created.copy else {
        return Vec::new();
    };
    if request != answered {
        return Vec::new();
    }
    created.copy = match outcome {
        CopyOutcome::Copied(copy) => CopyState::Held(held(format, copy, true, now)),
        CopyOutcome::Unverified(copy) => CopyState::Held(held(format, copy, false, now)),
        CopyOutcome::Sent(route) => CopyState::Sent { route, format },
        CopyOutcome::Failed(failure) => CopyState::Failed(failure),
    };
    // Who asked to leave while it was being copied was told that it was not.
    let checked = matches!(created.copy, CopyState::Held(Held { is_verified: true, .. }));
    if created.copy.delivery(now).is_some()
        && let Some(Leaving { guard: guard @ Guard::Choose { problem: None, .. }, .. }) = &mut created.leaving
    {
        *guard = Guard::Confirm { checked };
    }
    Vec::new()
}

fn held(format: Format, copy: HeldCopy, is_verified: bool, now: Now) -> Held {
    let until = copy.clears_in.map(|left| now.plus(left));
    Held { format, until, is_verified, can_be_read: true, look: None, seen: now }
}

/// Looks at the clipboard when that is due. A revealed value keeps everything else still: whoever selects it
/// with the mouse would lose the selection.
pub(super) fn time_passed(model: &mut Model) -> Vec<Effect> {
    let now = model.now;
    let request = model.next_request();
    let Screen::Created(created) = &mut model.screen else {
        return Vec::new();
    };
    if created.is_revealed(now) {
        return Vec::new();
    }
    let CopyState::Held(held) = &mut created.copy else {
        return Vec::new();
    };
    let is_due = held.until.is_some() || now.since(held.seen) >= LOOK_EVERY;
    if held.look.is_some() || !is_due {
        return Vec::new();
    }
    held.look = Some(request);
    vec![Effect::CheckClipboard { request }]
}

/// The clipboard was looked at. True when this answers a look that somebody waits for.
pub(super) fn looked(
    created: &mut Created,
    answered: RequestId,
    content: ClipboardContent,
    now: Now,
) -> bool {
    let is_guards = matches!(
        created.leaving,
        Some(Leaving { guard: Guard::Checking(request), .. }) if request == answered
    );
    let CopyState::Held(held) = &mut created.copy else {
        return is_guards;
    };
    if held.look != Some(answered) && !is_guards {
        return false;
    }
    held.look = held.look.filter(|look| *look != answered);
    held.seen = now;
    match content {
        ClipboardContent::Ours { clears_in } => {
            held.until = clears_in.map(|left| now.plus(left));
            held.is_verified = true;
            held.can_be_read = true;
        }
        ClipboardContent::Unreadable => held.can_be_read = false,
        ClipboardContent::Overwritten => created.copy = CopyState::Gone(Gone::Overwritten),
        ClipboardContent::Cleared => created.copy = CopyState::Gone(Gone::Cleared),
        ClipboardContent::PutBack => created.copy = CopyState::Gone(Gone::PutBack),
        ClipboardContent::Lost(_) => created.copy = CopyState::Gone(Gone::Lost),
    }
    true
}
