//! The form: three fields, a button, and where the caret is.

use crate::domain::{ClientId, ExistingSecret, Lifetime, NewSecret, ProjectId, ServerText};

use super::field::Remark;
use super::{Failure, Field, FieldName, Focus, KeyPress, TextLine, Verdict, paste};

/// What stands below the fields.
#[derive(Clone, Debug)]
pub enum FormNotice {
    /// The last try failed.
    Failed(Box<Failure>),
    /// A short word about the last key.
    Word(&'static str),
    /// What could not be kept on the disk.
    Noted(String),
}

/// The form. It stays as it is while other screens are shown, so nothing typed is ever lost.
#[derive(Clone, Debug)]
pub struct Form {
    /// The project's id.
    pub project: Field,
    /// The account's client id.
    pub client: Field,
    /// The lifetime.
    pub lifetime: Field,
    /// What the keys go to.
    pub focus: Focus,
    /// What stands below the fields.
    pub notice: Option<FormNotice>,
    /// The longest life that the project's organization allows, in hours, where it is known and has a say.
    pub longest_hours: Option<i32>,
}

/// What the button would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Create a secret.
    Create,
    /// Delete this secret, which has expired and holds a place, and then create one.
    ReplaceExpired(ExistingSecret),
    /// Nothing: both places are held by living secrets.
    Full,
}

impl Form {
    /// A form with what is known already. The focus is on the first field that is empty or wrong; when all
    /// are right, on the button.
    pub fn new(project: &str, client: &str, lifetime: &str) -> Self {
        let field = |name: FieldName, text: &str| {
            let mut field =
                Field { touched: !text.is_empty(), line: TextLine::new(text), ..Field::default() };
            field.tidy(name);
            field
        };
        let mut form = Self {
            project: field(FieldName::Project, project),
            client: field(FieldName::Client, client),
            lifetime: field(FieldName::Lifetime, lifetime),
            focus: Focus::Button,
            notice: None,
            longest_hours: None,
        };
        form.focus = form.first_problem().map_or(Focus::Button, Focus::Field);
        form
    }

    /// The field of that name.
    pub fn field(&self, name: FieldName) -> &Field {
        match name {
            FieldName::Project => &self.project,
            FieldName::Client => &self.client,
            FieldName::Lifetime => &self.lifetime,
        }
    }

    pub(super) fn field_mut(&mut self, name: FieldName) -> &mut Field {
        match name {
            FieldName::Project => &mut self.project,
            FieldName::Client => &mut self.client,
            FieldName::Lifetime => &mut self.lifetime,
        }
    }

    /// What is to be said beside a field.
    pub fn verdict(&self, name: FieldName) -> Verdict {
        Verdict::of(name, self.field(name), self.longest_hours)
    }

    /// The project, once its id is right.
    pub fn project_id(&self) -> Option<ProjectId> {
        ProjectId::parse(self.project.line.text()).ok()
    }

    /// The account, once its client id is right.
    pub fn client_id(&self) -> Option<ClientId> {
        ClientId::parse(self.client.line.text()).ok()
    }

    /// The first field that is empty or wrong.
    pub fn first_problem(&self) -> Option<FieldName> {
        FieldName::ALL.into_iter().find(|name| !self.verdict(*name).is_right())
    }

    /// What would be created; `None` while a field is not right.
    pub fn new_secret(&self) -> Option<NewSecret> {
        if self.first_problem().is_some() {
            return None;
        }
        let (project, client) = (self.project_id()?, self.client_id()?);
        let lifetime = Lifetime::parse(self.lifetime.line.text()).ok()?;
        Some(NewSecret { project, client, lifetime })
    }

    pub(super) fn focus_next(&mut self) {
        self.focus = match self.focus {
            Focus::Field(FieldName::Project) => Focus::Field(FieldName::Client),
            Focus::Field(FieldName::Client) => Focus::Field(FieldName::Lifetime),
            Focus::Field(FieldName::Lifetime) => Focus::Button,
            Focus::Button => Focus::Field(FieldName::Project),
        };
    }

    pub(super) fn focus_previous(&mut self) {
        self.focus = match self.focus {
            Focus::Field(FieldName::Project) => Focus::Button,
            Focus::Field(FieldName::Client) => Focus::Field(FieldName::Project),
            Focus::Field(FieldName::Lifetime) => Focus::Field(FieldName::Client),
            Focus::Button => Focus::Field(FieldName::Lifetime),
        };
    }

    /// A key for the field in focus.
    pub(super) fn press(&mut self, key: KeyPress) {
        let Focus::Field(name) = self.focus else { return };
        let field = self.field_mut(name);
        // The rest of a secret that comes key by key is not kept either; any other key ends that.
        if field.drops_text && key.text().is_some() {
            return;
        }
        field.drops_text = false;
        if field.line.press(key) == Some(true) {
            field.changed();
            field.tidy(name);
        }
    }

    /// Pasted text: a whole id goes to the field it belongs to, anything else in at the caret.
    pub(super) fn paste(&mut self, text: &str) {
        self.notice = None;
        for placed in paste::understand(text, self.focus) {
            self.place(placed);
        }
    }

    fn place(&mut self, placed: paste::Placed) {
        let Some(name) = placed.field else {
            self.notice = Some(FormNotice::Word("Nothing was pasted: no field has the focus."));
            return;
        };
        let field = self.field_mut(name);
        match placed.what {
            paste::What::Whole { text, remark } => {
                field.line.set(&text);
                field.changed();
                field.remark = remark;
            }
            paste::What::AtCaret(text) => {
                if field.line.insert(&text) {
                    field.changed();
                    field.tidy(name);
                }
            }
            paste::What::Secret => {
                field.remark = Some(Remark::SecretNotKept);
                self.notice = Some(FormNotice::Word("That is a secret, not an ID. It was not kept."));
            }
        }
    }

    /// Takes a value that was chosen from a list, and goes on to what is wrong or empty still.
    pub(super) fn choose(&mut self, name: FieldName, value: &str) {
        let field = self.field_mut(name);
        field.line.set(value);
        field.changed();
        self.notice = None;
        self.focus = self.first_problem().map_or(Focus::Button, Focus::Field);
    }

    /// Fills in what is known by now, where nothing was typed yet.
    pub(super) fn fill_empty(&mut self, project: Option<&str>, client: Option<&str>) {
        for (name, text) in [(FieldName::Project, project), (FieldName::Client, client)] {
            let field = self.field_mut(name);
            if let Some(text) = text.filter(|_| field.line.text().is_empty()) {
                field.line.set(text);
                field.changed();
                field.tidy(name);
            }
        }
        self.focus = self.first_problem().map_or(Focus::Button, Focus::Field);
    }

    /// Marks every field as touched, so that each says what it lacks.
    pub(super) fn touch_all(&mut self) {
        for name in FieldName::ALL {
            self.field_mut(name).touched = true;
        }
    }

    /// Puts a refusal of Atlas beside the field that it is about, and the focus there.
    pub(super) fn refuse(&mut self, name: FieldName, words: ServerText) {
        self.field_mut(name).refused = Some(words);
        self.focus = Focus::Field(name);
    }
}
