//! One field of the form: what was typed, and what became of it on the way in.

use crate::domain::{ProjectId, ServerText};

use crate::tui::{TextLine, paste};

/// The three things a secret is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldName {
    /// The project's id.
    Project,
    /// The service account's client id.
    Client,
    /// How long the secret lives.
    Lifetime,
}

impl FieldName {
    /// All of them, from top to bottom.
    pub const ALL: [Self; 3] = [Self::Project, Self::Client, Self::Lifetime];

    /// What stands before the field on the screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Project => "Project ID",
            Self::Client => "Client ID",
            Self::Lifetime => "Expires after",
        }
    }

    /// What the field names.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Client => "service account",
            Self::Lifetime => "lifetime",
        }
    }
}

/// What the keys go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// A field.
    Field(FieldName),
    /// The button `Create secret`.
    Button,
}

impl Focus {
    /// All of them, from top to bottom.
    pub(super) const ALL: [Self; 4] = [
        Self::Field(FieldName::Project),
        Self::Field(FieldName::Client),
        Self::Field(FieldName::Lifetime),
        Self::Button,
    ];
}

/// One field.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// What was typed.
    pub line: TextLine,
    /// True once something was typed, or the form was submitted.
    pub touched: bool,
    /// Atlas's word against this very value; the next change takes it away.
    pub refused: Option<ServerText>,
    /// True after a secret was refused: what follows at once belongs to it.
    pub(super) drops_text: bool,
    pub(super) note: Option<InputNote>,
    pub(super) suggestions: Suggestions,
    /// True once the text counts as complete: if it is the name of one entry of Atlas's list, that one is taken.
    pub(super) resolves: bool,
}

/// Whether the entries of Atlas's list stand below the field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Suggestions {
    /// While a name is typed.
    #[default]
    ForNames,
    /// Whatever the text is, until it changes.
    Open,
    /// Not before the text changes.
    Closed,
}

/// What the program changed in what was typed or pasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum InputNote {
    Lowered,
    PrefixAdded,
    TakenFromUrl,
    CameFromOtherField,
    SecretNotKept,
}

impl InputNote {
    /// What is said beside a value that is right all the same.
    pub(super) fn words(self) -> Option<&'static str> {
        match self {
            Self::Lowered => Some("changed to lower case"),
            Self::PrefixAdded => Some("added mdb_sa_id_"),
            Self::TakenFromUrl => Some("from the pasted URL"),
            Self::CameFromOtherField => Some("moved here"),
            Self::SecretNotKept => None,
        }
    }
}

impl Field {
    /// After each change: what was said of the text before is no longer true.
    pub(super) fn changed(&mut self) {
        self.drops_text = false;
        self.touched = true;
        self.refused = None;
        self.note = None;
        self.suggestions = Suggestions::default();
        self.resolves = false;
    }

    /// Atlas's ids of projects are lower case; a secret typed by mistake is not kept.
    pub(super) fn tidy(&mut self, name: FieldName) {
        if paste::contains_secret(self.line.text()) {
            self.line.set("");
            self.note = Some(InputNote::SecretNotKept);
            self.drops_text = true;
            return;
        }
        let text = self.line.text();
        let is_id = ProjectId::parse(text).is_ok();
        if name == FieldName::Project && is_id && text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            self.line.lower();
            self.note = Some(InputNote::Lowered);
        }
    }
}
