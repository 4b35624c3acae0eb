//! The screen that shows the one secret.

use std::time::Duration;

use crate::domain::{
    CreatedSecret, Delivery, Disposition, ExistingSecret, ExitSummary, Format, NewSecret, Now, RequestId,
    SecretPayload,
};

use super::{
    Action, CopyState, Effect, Guard, Leaving, Model, Others, Output, Panel, Screen, Target, Verification,
    aftermath, copying, leaving, panel, retiring,
};

/// How long a revealed secret stays readable after the last key.
const REVEALED_FOR: Duration = Duration::from_secs(30);

/// The new secret, and what has become of it so far.
#[derive(Clone, Debug)]
pub struct Created {
    /// What was asked for.
    pub new_secret: NewSecret,
    /// What Atlas gave.
    pub secret: CreatedSecret,
    /// The secrets that the account had before, where they are known.
    pub(super) before: Vec<ExistingSecret>,
    /// What became of them, once the account was read again.
    pub others: Option<Others>,
    /// Whether it was proved to work.
    pub verification: Verification,
    /// How copying stands.
    pub copy: CopyState,
    /// The other ways in which it was handed over, in order.
    pub delivered: Vec<Delivery>,
    /// Why standard output did not take it.
    pub not_printed: Option<String>,
    /// What is being chosen or typed.
    pub panel: Option<Panel>,
    /// The save or the command that has not answered yet, whatever is on the screen by now.
    pub under_way: Option<RequestId>,
    /// Until when the value is shown in full.
    pub revealed_until: Option<Now>,
    /// The guard, while somebody wants to leave.
    pub leaving: Option<Leaving>,
    /// A word about the last key.
    pub word: Option<&'static str>,
}

impl Created {
    pub(super) fn new(new_secret: NewSecret, secret: CreatedSecret) -> Self {
        Self {
            new_secret,
            secret,
            before: Vec::new(),
            others: None,
            verification: Verification::Never,
            copy: CopyState::Never,
            delivered: Vec::new(),
            not_printed: None,
            panel: None,
            under_way: None,
            revealed_until: None,
            leaving: None,
            word: None,
        }
    }

    /// True while the value is shown in full.
    pub fn is_revealed(&self, now: Now) -> bool {
        self.revealed_until.is_some_and(|until| now.uptime < until.uptime)
    }

    /// True when the secret can be deleted in Atlas: its id is known.
    pub fn can_be_deleted(&self) -> bool {
        self.secret.id.is_some()
    }

    /// What became of the secret if it is left now: what is under way may have reached somebody.
    pub(super) fn fate(&self, now: Now) -> Disposition {
        let ways: Vec<Delivery> = self.delivered.iter().cloned().chain(self.copy.delivery(now)).collect();
        if !ways.is_empty() {
            return Disposition::Delivered(ways);
        }
        if self.is_on_its_way() { Disposition::PerhapsDelivered } else { Disposition::NotDelivered }
    }

    /// True while a file, a command, the clipboard or standard output is taking it.
    pub fn is_on_its_way(&self) -> bool {
        let is_copying = matches!(self.copy, CopyState::Copying { .. });
        self.under_way.is_some() || is_copying || self.is_being_printed()
    }

    /// True when somebody has the secret, as far as is known: leaving loses nothing.
    pub fn is_handed_over(&self, now: Now) -> bool {
        !self.fate(now).is_loss()
    }

    /// True while standard output is being written.
    pub(super) fn is_being_printed(&self) -> bool {
        matches!(self.leaving, Some(Leaving { guard: Guard::Printing(_), .. }))
    }

    pub(super) fn farewell(&self, fate: Disposition) -> ExitSummary {
        ExitSummary {
            client: self.new_secret.client.clone(),
            secret_id: self.secret.id.clone(),
            expires_at: self.secret.expires_at,
            fate,
        }
    }
}

impl Model {
    /// The secret on the screen with what the formats say beside it.
    pub(super) fn payload(&self) -> Option<Box<SecretPayload>> {
        let Screen::Created(created) = &self.screen else { return None };
        let organization = self.context.organization(&created.new_secret.project).cloned();
        let (new_secret, secret) = (created.new_secret.clone(), created.secret.clone());
        Some(Box::new(SecretPayload { new_secret, secret, organization }))
    }
}

/// Any key keeps a revealed secret readable for another while.
pub(super) fn extend_reveal(created: &mut Created, now: Now) {
    if created.is_revealed(now) {
        created.revealed_until = Some(now.plus(REVEALED_FOR));
    }
}

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let now = model.now;
    let request = model.next_request();
    let prints = matches!(model.output, Output::Sink(_));
    let Screen::Created(created) = &mut model.screen else {
        return Vec::new();
    };
    if created.leaving.is_some() {
        return leaving::act(model, action, request);
    }
    if created.panel.is_some() {
        return panel::act(model, action, request);
    }
    match action {
        Action::Copy => return copying::copy(model, Format::Secret),
        Action::Extend => return copying::extend(created, request),
        Action::CopyAs => created.panel = Some(Panel::Formats { selected: 0 }),
        Action::Save => created.panel = Some(Panel::save()),
        Action::Pipe => created.panel = Some(Panel::pipe()),
        Action::Verify => return aftermath::verify(created, request, now),
        Action::Retire => return retiring::open_panel(model),
        Action::Reveal => {
            created.revealed_until = (!created.is_revealed(now)).then(|| now.plus(REVEALED_FOR));
        }
        Action::Another if prints => {
            created.word = Some("Standard output gets one secret: leave with q first.");
        }
        Action::Another => return leaving::want(model, Target::Another, request),
        Action::Leave => return leaving::want(model, Target::Quit, request),
        _ => {}
    }
    Vec::new()
}
