//! The form: three fields, a button, and what creating will do.

mod draw;
mod field;
mod names;

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::{
    AccountRef, BaseUrl, Certainty, ClientId, Explanation, Lifetime, NewSecret, Now, ProjectId, ServerText,
    text,
};
use crate::tui::TextLine;
use crate::tui::app::{Component, Screen, Shared, Transition};
use crate::tui::canvas::Canvas;
use crate::tui::event::KeyPress;
use crate::tui::keys::{
    AS_COMMAND, Action, Binding, DISMISS, HELP, LIST, NEXT_FIELD, PREVIOUS_FIELD, QUIT, REPAINT, SIGN_IN,
    SUSPEND,
};
use crate::tui::paste::{Paste, interpret};

use super::{CommandView, Picker, Recovery, SecretList, SignIn};

pub use crate::domain::FieldName;
pub use field::{Field, Focus, Validation};

pub(in crate::tui) use field::InputNote;
use field::{Resolves, Suggestions};

/// A message below the button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The last request failed. [`Certainty`] says whether it may have created a secret.
    Failed(Certainty, Box<Explanation>),
    Info(&'static str),
    Warning(String),
    /// The user decided to keep a secret.
    Kept(String),
    /// A secret was deleted.
    Done(String),
}

/// The state of the form. It is kept while other screens are shown, so that no input is lost.
#[derive(Clone, Debug)]
pub struct Form {
    fields: [Field; 3],
    pub focus: Focus,
    /// The uptime from which Enter submits. An earlier one is an accidental second press, or ends text that no field
    /// took.
    enter_submits_from: Duration,
    pub notice: Option<Notice>,
    /// True if the last request failed because of the credentials, so that others may work.
    pub(in crate::tui) has_failed_by_credentials: bool,
    /// The longest lifetime that the project's organization allows, if it is known and limited.
    pub limit: Option<Lifetime>,
    /// The variable or the setting of a profile that named the project, unless it was the option.
    pub project_source: Option<String>,
    /// The current time and time zone, for lifetimes that are given as a date.
    pub clock: (Timestamp, TimeZone),
}

impl Default for Form {
    fn default() -> Self {
        Self::new("", "", "")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubmitAction {
    Create,
    /// Delete the expired secret that takes a slot, and then create one.
    ReplaceExpired,
    /// List the secrets, because none of them is expired and all slots are in use.
    ListSecrets,
}

impl SubmitAction {
    fn label(self) -> &'static str {
        match self {
            Self::Create => "[ Create secret ]",
            Self::ReplaceExpired => "[ Replace expired ]",
            Self::ListSecrets => "[ Delete one first... ]",
        }
    }

    /// What the keys that submit do, for the footer.
    fn verb(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::ReplaceExpired => "replace",
            Self::ListSecrets => "delete one",
        }
    }
}

const WAIT: Notice = Notice::Info("Wait: Atlas has not answered the earlier request.");

/// How long Enter is ignored after a choice. It would be an accidental second press.
const SECOND_ENTER: Duration = Duration::from_millis(400);

impl Form {
    /// Returns a form with these values. The focus is on the first field that is not valid, or else on the button.
    pub fn new(project: &str, client: &str, lifetime: &str) -> Self {
        let texts = [project, client, lifetime];
        let mut form = Self {
            fields: FieldName::ALL.map(|name| Field::new(name, texts[name as usize])),
            focus: Focus::Button,
            enter_submits_from: Duration::ZERO,
            notice: None,
            has_failed_by_credentials: false,
            limit: None,
            project_source: None,
            clock: (Timestamp::UNIX_EPOCH, TimeZone::UTC),
        };
        form.focus_first_invalid();
        form
    }

    pub fn field(&self, name: FieldName) -> &Field {
        &self.fields[name as usize]
    }

    pub(in crate::tui) fn field_mut(&mut self, name: FieldName) -> &mut Field {
        &mut self.fields[name as usize]
    }

    /// The option or the variable that named the value of a field.
    pub fn source(&self, name: FieldName) -> &str {
        let source = self.project_source.as_deref().filter(|_| name == FieldName::Project);
        source.unwrap_or(name.option())
    }

    pub fn text(&self, name: FieldName) -> &str {
        self.field(name).line.text()
    }

    pub fn validation(&self, name: FieldName) -> Validation {
        Validation::of(name, self)
    }

    pub fn project_id(&self) -> Option<ProjectId> {
        ProjectId::parse(self.text(FieldName::Project)).ok()
    }

    pub fn client_id(&self) -> Option<ClientId> {
        ClientId::parse(self.text(FieldName::Client)).ok()
    }

    pub fn account(&self) -> Option<AccountRef> {
        Some(AccountRef { project: self.project_id()?, client: self.client_id()? })
    }

    /// Why Atlas may refuse the lifetime.
    pub(crate) fn lifetime_warning(&self) -> Option<String> {
        match self.validation(FieldName::Lifetime) {
            Validation::Lifetime { lifetime, warning } => Some(format!("{lifetime}: {}", warning?)),
            _ => None,
        }
    }

    pub fn first_invalid(&self) -> Option<FieldName> {
        FieldName::ALL.into_iter().find(|name| !self.validation(*name).is_valid())
    }

    /// True if submitting only leads to a field whose value cannot be sent. A name may become an ID.
    fn must_be_corrected(&self) -> bool {
        let is_usable =
            |validation: Validation| validation.is_valid() || matches!(validation, Validation::Name { .. });
        !FieldName::ALL.into_iter().all(|name| is_usable(self.validation(name)))
    }

    pub fn new_secret(&self) -> Option<NewSecret> {
        match (self.first_invalid(), self.account()?, self.validation(FieldName::Lifetime)) {
            (None, account, Validation::Lifetime { lifetime, .. }) => Some(NewSecret { account, lifetime }),
            _ => None,
        }
    }

    /// Moves the focus. A complete value is selected, because a user who types there wants another one.
    pub(in crate::tui) fn focus_on(&mut self, focus: Focus) {
        self.focus = focus;
        if let Focus::Field(name) = focus {
            let validation = self.validation(name);
            let is_complete = validation.is_valid() || matches!(validation, Validation::Refused(_));
            self.field_mut(name).line.is_selected = is_complete;
        }
    }

    pub(in crate::tui) fn focus_first_invalid(&mut self) {
        self.focus_on(self.first_invalid().map_or(Focus::Button, Focus::Field));
    }

    fn step_focus(&mut self, by: usize) {
        self.notice.take_if(|notice| matches!(notice, Notice::Info(_)));
        let at = Focus::ALL.iter().position(|focus| *focus == self.focus).unwrap_or(0);
        self.focus_on(Focus::ALL[(at + by) % Focus::ALL.len()]);
    }

    /// Moves on after an Enter that arrived with text. It never submits, and the list was not filtered by that text
    /// yet.
    pub(in crate::tui) fn focus_next_field(&mut self) {
        if let Focus::Field(name) = self.focus {
            self.field_mut(name).resolves = Resolves::OnlyMatch;
            self.step_focus(1);
        }
    }

    fn press(&mut self, key: KeyPress, now: Now) {
        let is_text = key.text().is_some();
        let Focus::Field(name) = self.focus else {
            if is_text {
                // Typing a name here and then Enter would create a secret for the account in the form.
                self.ignore_second_enter(now);
                if !matches!(self.notice, Some(Notice::Failed(..))) {
                    let text = "Letters do nothing here. Shift-Tab goes to the fields, Ctrl-C quits.";
                    self.notice = Some(Notice::Info(text));
                }
            }
            return;
        };
        // The rest of a secret that arrives key by key is dropped, too. Any other key ends that.
        self.field_mut(name).drops_text &= is_text;
        if !self.field(name).drops_text {
            self.edit(name, |line| line.press(key) == Some(true));
        }
    }

    fn edit(&mut self, name: FieldName, change: impl FnOnce(&mut TextLine) -> bool) {
        let field = self.field_mut(name);
        if change(&mut field.line) {
            field.after_change();
            field.normalize(name);
        }
    }

    /// Pastes text: an ID goes to its own field, other text is inserted at the caret.
    fn paste(&mut self, text: &str, host: Option<&str>) {
        self.notice = None;
        for field in &mut self.fields {
            field.note.take_if(|note| *note == InputNote::SecretNotKept);
        }
        for paste in interpret(text, self, host) {
            self.apply_paste(paste);
        }
    }

    fn apply_paste(&mut self, paste: Paste) {
        match paste {
            Paste::Replace { field, text, note } => {
                self.set(field, &text);
                self.field_mut(field).note = note;
            }
            Paste::Insert(text) => {
                if let Focus::Field(name) = self.focus
                    && !text.is_empty()
                {
                    self.edit(name, |line| line.insert(&text));
                }
            }
            Paste::RefuseSecret(name) => self.field_mut(name).note = Some(InputNote::SecretNotKept),
            Paste::Show(notice) => self.notice = Some(notice),
        }
    }

    /// Ignores Enter for a moment: it belongs to the choice that was just made.
    pub(in crate::tui) fn ignore_second_enter(&mut self, now: Now) {
        self.enter_submits_from = now.uptime + SECOND_ENTER;
    }

    /// Sets a value that was chosen from a list, and moves on to the first field that is not valid.
    pub(in crate::tui) fn choose(&mut self, name: FieldName, value: &str) {
        self.set(name, value);
        self.notice = None;
        self.focus_first_invalid();
    }

    pub fn set(&mut self, name: FieldName, value: &str) {
        let field = self.field_mut(name);
        field.line.set(value);
        field.after_change();
    }

    /// Fills in values that became known, in fields that are empty.
    pub(in crate::tui) fn fill_empty(&mut self, project: Option<&str>, client: Option<&str>) {
        for (name, text) in [(FieldName::Project, project), (FieldName::Client, client)] {
            if let Some(text) = text.filter(|_| self.text(name).is_empty()) {
                self.set(name, text);
                self.field_mut(name).normalize(name);
            }
        }
        self.focus_first_invalid();
    }

    /// Marks all fields as touched, so that each one shows what it lacks.
    pub(in crate::tui) fn touch_all(&mut self) {
        for name in FieldName::ALL {
            self.field_mut(name).touched = true;
        }
    }

    /// Shows beside the field that Atlas does not know the ID, and focuses the field.
    pub(in crate::tui) fn refuse_unknown(&mut self, name: FieldName, message: &str) {
        self.refuse(name, ServerText::new(&text::sentence(message)));
    }

    /// Shows Atlas's message beside the field that it is about, and focuses it.
    pub(in crate::tui) fn refuse(&mut self, name: FieldName, message: ServerText) {
        self.field_mut(name).refused = Some(message);
        self.focus_on(Focus::Field(name));
    }
}

/// The form's screen. Its state is in [`Shared`].
#[derive(Clone, Copy, Debug)]
pub struct FormScreen;

impl FormScreen {
    /// Submits the form: focuses the first field that is not valid, or else starts the creating job.
    pub(in crate::tui) fn submit(app: &mut Shared) -> Transition {
        app.form.touch_all();
        app.form.notice = None;
        app.resolve_names();
        if let Some(name) = app.form.first_invalid() {
            app.form.notice = Some(Notice::Info("Not created: complete or correct this field first."));
            app.form.focus_on(Focus::Field(name));
            return Transition::Stay;
        }
        if app.creating.is_some() {
            app.form.notice = Some(WAIT);
            return Transition::Stay;
        }
        let Some(new_secret) = app.form.new_secret() else { return Transition::Stay };
        if app.submit_action() == SubmitAction::ListSecrets {
            let list = SecretList::open(app, new_secret.account.clone(), None);
            return Transition::Show(Screen::SecretList(Box::new(list)));
        }
        app.create(new_secret, false)
    }

    fn focus_next(app: &mut Shared) {
        if let Focus::Field(name) = app.form.focus {
            app.resolve_when_loaded(name);
        }
        app.form.step_focus(1);
    }

    fn sign_in(app: &mut Shared) -> Transition {
        if app.post().is_some() {
            app.form.notice = Some(WAIT);
            return Transition::Stay;
        }
        Transition::Show(Screen::SignIn(Box::new(SignIn::new(app.profiles.clone()))))
    }

    /// Quits. While an earlier POST is still running, its screen is shown first.
    fn leave(app: &mut Shared) -> Transition {
        match Recovery::while_waiting(app) {
            Some(recovery) => Transition::Show(Screen::Recovery(Box::new(recovery))),
            None => Transition::Quit(app.exit()),
        }
    }
}

impl Component for FormScreen {
    fn on_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        match action {
            Action::Choose
                if !app.is_selection_deliberate() && app.now.uptime < app.form.enter_submits_from => {}
            Action::Choose if app.choose_selected() => {}
            // Tab in an empty field chooses no account.
            Action::Next if app.is_selection_deliberate() && app.choose_selected() => {}
            Action::Next | Action::Choose => Self::focus_next(app),
            Action::Previous => app.form.step_focus(Focus::ALL.len() - 1),
            Action::NextChoice => app.select_suggestion(true),
            Action::PreviousChoice => app.select_suggestion(false),
            Action::Dismiss => match app.suggestions() {
                Some((name, _)) => app.form.field_mut(name).suggestions = Suggestions::Closed,
                None => app.form.notice = None,
            },
            Action::Submit => return Self::submit(app),
            Action::List => return Picker::open(app),
            Action::SignIn => return Self::sign_in(app),
            Action::AsCommand => return CommandView::open(app),
            Action::Confirm => match app.form.focus {
                _ if app.now.uptime < app.form.enter_submits_from => {}
                Focus::Field(FieldName::Lifetime) | Focus::Button => return Self::submit(app),
                Focus::Field(_) => Self::focus_next(app),
            },
            Action::Leave => return Self::leave(app),
            _ => {}
        }
        Transition::Stay
    }

    fn on_key(&mut self, app: &mut Shared, key: KeyPress) {
        app.form.press(key, app.now);
    }

    fn on_paste(&mut self, app: &mut Shared, text: &str) {
        let host = app.session.base_url().map(BaseUrl::host);
        app.form.paste(text, host.as_deref());
    }

    fn keys(&self, app: &Shared) -> Vec<Binding> {
        let open = app.suggestions();
        let goes_to_field = app.form.must_be_corrected();
        let label = if goes_to_field { "go to the invalid field" } else { app.submit_action().verb() };
        let submit = Binding::new("Ctrl-S", label, Action::Submit);
        let sign_in = SIGN_IN.in_footer_if(app.suggests_signing_in());
        let as_command = AS_COMMAND.in_footer_if(app.form.new_secret().is_some());
        let dismiss = DISMISS.only_if(open.is_some() || app.form.notice.is_some());
        let rest = [as_command, dismiss, SUSPEND, REPAINT];
        let first = match (open.filter(|(_, list)| list.matches.len() > 0), app.form.focus) {
            (Some((_, list)), _) => {
                let others = [sign_in, LIST, HELP, QUIT, submit.only_in_help(), AS_COMMAND.only_in_help()];
                return names::keys(list).into_iter().chain(others).chain([SUSPEND, REPAINT]).collect();
            }
            (None, Focus::Field(FieldName::Project | FieldName::Client)) => {
                let next = Binding::new("Enter", "next field", Action::Confirm).only_in_help();
                let submit = submit.in_footer_if(!goes_to_field);
                [NEXT_FIELD, PREVIOUS_FIELD, next, submit, sign_in, LIST, HELP, QUIT]
            }
            // On the last field and the button, Enter does what the button says.
            _ => {
                let enter = Binding::new("Enter", label, Action::Confirm).in_footer_if(!goes_to_field);
                [enter, sign_in, NEXT_FIELD, PREVIOUS_FIELD, HELP, QUIT, LIST, submit.only_in_help()]
            }
        };
        first.into_iter().chain(rest).collect()
    }

    fn about(&self) -> &'static [&'static str] {
        &[
            "An ID field also takes a name: choose from its list.",
            "A pasted URL or ID goes to its own field.",
            "Lifetimes: hours, or 36h, 30d, 12w, 1y, or a date.",
        ]
    }

    fn draw(&self, app: &Shared, canvas: &mut Canvas) {
        draw::draw(app, canvas);
    }
}
