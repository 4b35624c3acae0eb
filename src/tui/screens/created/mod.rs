//! The screen of a new secret: its masked value alone on a line, its details, and the steps of a rotation (deliver,
//! verify, update the Atlas CLI's profiles, delete the older secrets).
//!
//! **Invariant:** the value lives in this screen and in the commands that deliver it; closing the screen drops it.

mod copy;
mod leave;
mod prompt;
mod run;
mod steps;

use std::time::Duration;

use ratatui::text::{Line, Span};
use secrecy::ExposeSecret;

use crate::delivery::{CommandOutput, DeliveryTask};
use crate::domain::{
    CreatedSecret, Delivery, Disposition, ExistingSecret, Format, NewSecret, Now, SecretPayload, ServerText,
    can_be_shown, masked,
};
use crate::tui::canvas::{LABEL_WIDTH, cut, rows_of};
use crate::tui::keys::{HELP, REPAINT, SUSPEND};
use crate::tui::{Action, Binding, Canvas, Component, Event, KeyPress, Output, Shared, Transition, text};

pub use copy::{ClipboardCopy, CopyState};
pub use leave::{LeaveConfirmation, LeaveQuestion, Leaving, Target};
pub use prompt::Prompt;
pub use steps::Verification;

use steps::ProfileStep;

/// How long a revealed secret stays readable after the last key.
const REVEALED_FOR: Duration = Duration::from_secs(30);

/// A screen with fewer rows is low: some parts are left out.
const LOW: u16 = 18;

/// The rows of the client ID, the secret ID and the expiry.
const FACT_ROWS: u16 = 3;

/// The new secret, and the state of its delivery and of the rotation.
#[derive(Clone, Debug)]
pub struct CreatedScreen {
    new_secret: NewSecret,
    /// The secret that Atlas returned.
    pub secret: CreatedSecret,
    /// The older secrets that were deleted, on this screen or before the new one was created.
    pub(in crate::tui) deleted_older: Vec<ExistingSecret>,
    /// Whether Atlas accepts the new secret.
    pub verification: Verification,
    profiles: ProfileStep,
    pub copy: CopyState,
    /// An earlier copy of the secret, which someone may have pasted. `None` again once the clipboard process or the
    /// display is lost.
    copied_before: Option<Delivery>,
    /// The other deliveries, oldest first.
    pub delivered: Vec<Delivery>,
    /// The output of the last command, if it succeeded.
    output: CommandOutput,
    /// Why writing to standard output failed.
    pub not_printed: Option<String>,
    pub prompt: Option<Prompt>,
    /// The save or the command that is still running, even if its prompt is closed. An open prompt with an input line
    /// then belongs to it.
    delivering: Option<DeliveryTask>,
    /// When to mask the value again, if it is revealed.
    pub revealed_until: Option<Now>,
    /// The request to leave, until the user has left or gone back.
    pub leaving: Option<Leaving>,
    /// Whether the last pasted text matches, and the message about it; until the next key.
    pasted: Option<(bool, &'static str)>,
}

impl CreatedScreen {
    /// The screen of a secret that was just created.
    pub fn new(new_secret: NewSecret, secret: CreatedSecret) -> Self {
        Self {
            new_secret,
            secret,
            deleted_older: Vec::new(),
            verification: Verification::Never,
            profiles: ProfileStep::default(),
            copy: CopyState::Never,
            copied_before: None,
            delivered: Vec::new(),
            output: CommandOutput::default(),
            not_printed: None,
            prompt: None,
            delivering: None,
            revealed_until: None,
            leaving: None,
            pasted: None,
        }
    }

    /// True while the value is shown in full.
    pub fn is_revealed(&self, now: Now) -> bool {
        self.revealed_for(now).is_some()
    }

    /// The time until the value is masked again; `None` while it is masked.
    fn revealed_for(&self, now: Now) -> Option<Duration> {
        self.revealed_until.map(|until| until.since(now)).filter(|left| !left.is_zero())
    }

    /// What becomes of the secret if the user leaves now. A delivery in progress may have reached someone.
    pub fn disposition(&self, now: Now) -> Disposition {
        let deliveries = self.deliveries(now);
        if deliveries.iter().any(Delivery::is_proved) {
            Disposition::Delivered(deliveries)
        } else if self.is_being_delivered() || !deliveries.is_empty() {
            Disposition::PerhapsDelivered(deliveries)
        } else {
            Disposition::NotDelivered
        }
    }

    /// Every delivery so far, proved or not.
    fn deliveries(&self, now: Now) -> Vec<Delivery> {
        let copy = self.copy.delivery(now).or_else(|| self.copied_before.clone());
        self.delivered.iter().cloned().chain(copy).collect()
    }

    fn is_being_delivered(&self) -> bool {
        let is_copying = matches!(self.copy, CopyState::Copying(_));
        self.delivering.is_some() || is_copying || self.profiles.is_writing() || self.is_being_printed()
    }

    fn payload(&self, app: &Shared) -> Box<SecretPayload> {
        let organization = app.lookups.organization(&self.new_secret.account.project).cloned();
        let (new_secret, secret) = (self.new_secret.clone(), self.secret.clone());
        Box::new(SecretPayload { new_secret, secret, organization })
    }
}

impl Component for CreatedScreen {
    fn on_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        if self.leaving.is_some() {
            return self.on_leaving_action(app, action);
        }
        if self.prompt.is_some() {
            return self.on_prompt_action(app, action);
        }
        match action {
            Action::Copy => self.copy(app, Format::Secret),
            Action::Extend => self.extend(app),
            Action::CopyAs => self.prompt = Some(Prompt::Formats(0)),
            Action::Save | Action::Pipe => self.open_line_prompt(app, action),
            Action::Verify => self.verify(app),
            Action::UpdateProfiles => self.update_profiles(app),
            Action::DeleteOlder => self.open_secret_list(app),
            Action::Reveal | Action::Hide => {
                self.revealed_until = (!self.is_revealed(app.now)).then(|| app.now.plus(REVEALED_FOR));
            }
            Action::Another if matches!(app.output, Output::Sink(_)) => {
                app.message = Some("Standard output can receive only one secret. q writes it and quits.");
            }
            Action::Another => return self.start_leaving(app, Target::Another),
            Action::Leave => return self.start_leaving(app, Target::Quit),
            Action::Abort => return self.abort(app),
            _ => {}
        }
        Transition::Stay
    }

    fn on_key(&mut self, _app: &mut Shared, key: KeyPress) {
        self.edit_line(|line| line.press(key));
    }

    fn on_paste(&mut self, app: &mut Shared, text: &str) {
        match self.prompt {
            Some(_) => {
                self.edit_line(|line| line.edit(|line| line.insert(text.trim_end_matches(['\r', '\n']))));
            }
            None => self.check_pasted(app, text),
        }
    }

    fn on_event(&mut self, app: &mut Shared, event: Event) -> Transition {
        match event {
            Event::TimePassed => self.time_passed(app),
            Event::Verified(outcome) => self.verified(app, outcome),
            Event::ProfilesFound(client, names) => self.profiles_found(app, &client, names),
            Event::ProfilesUpdated(updates) => self.profiles_updated(app, updates),
            Event::CopyFinished(outcome) => self.copy_finished(app, outcome),
            Event::ClipboardChecked(content) => {
                self.clipboard_checked(app, content);
                if let Some(Leaving { target, confirmation: LeaveConfirmation::Checking }) = self.leaving {
                    return self.leave_or_ask(app, target);
                }
            }
            Event::Delivered(result, output) => self.delivery_ended(app, result, output),
            Event::PresetsFound(presets) => self.presets_found(app, presets),
            Event::Printed(result) => return self.printed(app, result),
            event if self.leaving.is_some() => return self.on_leaving_event(app, event),
            event => self.on_secret_list_event(app, event),
        }
        self.remove_stale_question();
        Transition::Stay
    }

    fn before_key(&mut self, app: &mut Shared) {
        self.pasted = None;
        // Any key keeps a revealed secret readable.
        if self.is_revealed(app.now) {
            self.revealed_until = Some(app.now.plus(REVEALED_FOR));
        }
    }

    fn keys(&self, app: &Shared) -> Vec<Binding> {
        let output_waits = matches!(app.output, Output::Sink(_));
        match (&self.leaving, &self.prompt) {
            (Some(leaving), _) => return self.leave_keys(app, leaving),
            (None, Some(prompt)) => return prompt.keys(app, self.delivering.is_some()),
            (None, None) => {}
        }
        let quit = match () {
            () if output_waits => Binding::new("q", "write and quit", Action::Leave),
            () if self.leave_question().is_some() => Binding::new("q, Esc", "quit…", Action::Leave),
            // Leaving does not ask. Esc does not leave, because it closes things on other screens.
            () => Binding::new("q", "quit", Action::Leave),
        };
        let abort = if output_waits { "quit without writing; asks if not delivered" } else { "quit" };
        let can_copy = !app.flags.never_copy;
        let can_extend = matches!(self.copy, CopyState::Held(ClipboardCopy { until: Some(_), .. }));
        let can_verify = !matches!(self.verification, Verification::Running(_));
        let is_revealed = self.is_revealed(app.now);
        let has_older = self.older_secrets(app).next().is_some()
            || app.lookups.account.error(&self.new_secret.account).is_some();
        vec![
            Binding::new("c", "copy", Action::Copy).only_if(can_copy),
            Binding::new("+", "60 s", Action::Extend).only_if(can_extend),
            Binding::new("s", "save", Action::Save),
            Binding::new("p", "run", Action::Pipe),
            quit,
            Binding::new("Ctrl-C", abort, Action::Abort).only_in_help(),
            Binding::new("r", "reveal", Action::Reveal).only_if(!is_revealed),
            Binding::new("r", "hide", Action::Hide).only_if(is_revealed),
            HELP,
            Binding::new("v", "verify", Action::Verify).only_if(can_verify),
            Binding::new("u", "update", Action::UpdateProfiles).only_if(self.profiles.can_start()),
            Binding::new("d", "delete old", Action::DeleteOlder).only_if(has_older),
            Binding::new("f", "copy as", Action::CopyAs).only_if(can_copy),
            Binding::new("n", "new", Action::Another).only_if(!output_waits),
            SUSPEND,
            REPAINT,
        ]
    }

    fn about(&self) -> &'static [&'static str] {
        self.prompt.as_ref().and_then(Prompt::about).unwrap_or(&[
            "\"Copied\" means that the clipboard was read back. Until the secret is delivered, quitting asks first.",
            "Paste to check: what you paste here is compared with the secret, and dropped.",
        ])
    }

    fn draw(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        // On a low screen the facts come last: the state of the secret and the question must be visible.
        let is_low = canvas.height() < LOW;
        let rows = if is_low { 1 } else { 2 };
        let title = cut(&self.title(app), canvas.width(), 2, rows, theme.glyphs.ellipsis);
        canvas.item(Span::styled(format!("{} ", theme.glyphs.check), theme.good), &title, theme.strong);
        if !is_low {
            canvas.blank();
        }
        self.draw_value(app, canvas);
        if !is_low {
            canvas.blank();
            self.draw_facts(app, canvas);
            canvas.blank();
        }
        match (&self.leaving, &self.prompt) {
            (Some(leaving), _) => self.draw_leaving(app, leaving, canvas),
            (None, Some(prompt)) => self.draw_prompt(app, prompt, canvas),
            (None, None) => self.draw_steps(app, canvas),
        }
        // A question or a prompt may need all rows.
        let is_open = self.leaving.is_some() || self.prompt.is_some();
        if is_low && (!is_open || canvas.left() >= FACT_ROWS) {
            if canvas.left() > FACT_ROWS {
                canvas.blank();
            }
            self.draw_facts(app, canvas);
        }
    }
}

impl CreatedScreen {
    /// The title, with the names of the account and the project as far as they are known.
    fn title(&self, app: &Shared) -> String {
        let account = app.lookups.account_name(&self.new_secret.account.client);
        let project = app.lookups.project_name(&self.new_secret.account.project);
        let mut title = "Secret created".to_owned();
        for (preposition, name) in [("for", account), ("in", project)] {
            if let Some(name) = name.filter(|name| !name.is_empty()) {
                title.extend([" ", preposition, " ", name.as_str()]);
            }
        }
        title
    }

    /// Draws the value without a glyph and without wrapping, so that the mouse can select exactly the value.
    fn draw_value(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        let value = &self.secret.value;
        let Some(left) = self.revealed_for(app.now).filter(|_| can_be_shown(value)) else {
            canvas.line(Line::styled(masked(value, theme.glyphs.bullet), theme.strong));
            if let Some(warning) = text::value_warning(value) {
                canvas.warning(warning, theme.warning);
            }
            return;
        };
        let shown = ServerText::new(value.expose_secret());
        let line = Line::styled(shown.as_str(), theme.strong);
        if line.width() > usize::from(canvas.width()) {
            canvas.line(Line::styled("The secret is too long to show on one line.", theme.warning));
        } else {
            canvas.line(line);
        }
        let key = if self.prompt.is_none() { " r hides it now." } else { "" };
        let text = format!("Hides in {}.{key}", canvas.countdown(left));
        canvas.line(Line::styled(text, theme.faint));
    }

    fn draw_facts(&self, app: &Shared, canvas: &mut Canvas) {
        let secret = &self.secret;
        canvas.labeled("Client ID", self.new_secret.account.client.as_str());
        let id = secret.id.as_ref().map_or("not in Atlas's response", |id| id.as_str());
        canvas.labeled("Secret ID", id);
        let expires = match secret.expires_at {
            Some(at) => {
                let date = text::date_time(at, app.zone.as_ref());
                let both = format!("{date}, {}", text::from_now(at, app.atlas_now()));
                // The relative time is left out if the line would wrap.
                if rows_of(&both, canvas.width(), LABEL_WIDTH) > 1 { date } else { both }
            }
            None => "not in Atlas's response".to_owned(),
        };
        canvas.labeled("Expires", &expires);
    }
}
