//! One field of the form: what was typed, what became of it on the way in, and whether it is right.

use crate::domain::{ClientId, FieldName, IdError, Lifetime, LifetimeError, ProjectId, ServerText};
use crate::tui::{TextLine, paste};

use super::Form;

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
    pub(super) resolves: Resolves,
    /// True while Atlas's list is all there and no entry matches the name.
    pub(super) has_no_match: bool,
}

/// Which entry is taken for the name in a field, once Atlas's list is all there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Resolves {
    /// None while the field has the focus, and then the one of exactly this name.
    #[default]
    WhenLeft,
    /// The one of exactly this name.
    ExactName,
    /// That one, or else the only one that matches: the user went on before the list was there.
    OnlyMatch,
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
    fn message(self) -> Option<&'static str> {
        match self {
            Self::Lowered => Some("changed to lower case"),
            Self::PrefixAdded => Some("added mdb_sa_id_"),
            Self::TakenFromUrl => Some("from the pasted text"),
            Self::CameFromOtherField => Some("moved here"),
            Self::SecretNotKept => None,
        }
    }
}

impl Field {
    /// A field that starts with this text.
    pub(super) fn new(name: FieldName, text: &str) -> Self {
        let (touched, line) = (!text.is_empty(), TextLine::new(text));
        let mut field = Self { touched, line, resolves: Resolves::ExactName, ..Self::default() };
        field.tidy(name);
        field
    }

    /// After each change: what was said of the text before is no longer true.
    pub(super) fn changed(&mut self) {
        self.drops_text = false;
        self.touched = true;
        self.refused = None;
        self.note = None;
        self.suggestions = Suggestions::default();
        self.resolves = Resolves::default();
        self.has_no_match = false;
    }

    /// Atlas's ids of projects are lower case; a secret typed by mistake is not kept.
    pub(super) fn tidy(&mut self, name: FieldName) {
        let text = self.line.text();
        if paste::contains_secret(text) {
            self.line.set("");
            self.note = Some(InputNote::SecretNotKept);
            self.drops_text = true;
        } else if name == FieldName::Project
            && let Ok(id) = ProjectId::parse(text)
            && id.as_str() != text
        {
            self.line.set(id.as_str());
            self.note = Some(InputNote::Lowered);
        }
    }
}

/// What is to be said of a field right now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Validation {
    /// Empty and untouched: nothing is said.
    Silent,
    /// Right so far; says what is missing.
    Incomplete(String),
    /// It cannot become right by typing on; says why and, if one character is to blame, which (in
    /// characters from 0).
    Wrong {
        /// The reason.
        message: String,
        /// The character to blame.
        position: Option<usize>,
    },
    /// It is no id, or the beginning of one. It may be a name, which Atlas's list says.
    Name {
        /// Why it is no id.
        message: String,
        /// The character to blame; none for the beginning of an id.
        position: Option<usize>,
    },
    /// Atlas refused this value.
    Refused(ServerText),
    /// A well-formed id, and a word about it if there is one.
    Id(Option<&'static str>),
    /// A lifetime, and a warning where Atlas may refuse it.
    Lifetime {
        /// How long.
        lifetime: Lifetime,
        /// Why Atlas may refuse it.
        warning: Option<&'static str>,
    },
}

/// What Atlas documents as allowed; it may change, so it only warns.
const UNUSUAL: &str = "Atlas documents 8 hours to 365 days";

/// So many hexadecimal digits are no name.
const DIGITS_OF_AN_ID: usize = 12;

impl Validation {
    /// True when the field's value can be sent.
    pub fn is_valid(&self) -> bool {
        matches!(self, Self::Id(_) | Self::Lifetime { .. })
    }

    pub(super) fn of(name: FieldName, form: &Form) -> Self {
        let field = form.field(name);
        let text = field.line.text();
        if field.note == Some(InputNote::SecretNotKept) && text.is_empty() {
            return Self::wrong(&format!("this is a secret, not a {}", name.value_noun()));
        }
        if text.is_empty() && !field.touched {
            return Self::Silent;
        }
        if let Some(refused) = &field.refused {
            return Self::Refused(refused.clone());
        }
        match name {
            FieldName::Project => Self::of_id(ProjectId::parse(text).err(), text, field.note),
            FieldName::Client => Self::of_id(ClientId::parse(text).err(), text, field.note),
            FieldName::Lifetime => Self::of_lifetime(text, form),
        }
    }

    fn of_id(error: Option<IdError>, text: &str, note: Option<InputNote>) -> Self {
        let Some(error) = error else { return Self::Id(note.and_then(InputNote::message)) };
        let message = error.to_string();
        let position = match error {
            IdError::NotHex { position, .. } | IdError::WrongPrefix(position) => Some(position),
            _ => None,
        };
        let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_like_an_id = text.starts_with("mdb_sa_") || is_hex && text.len() >= DIGITS_OF_AN_ID;
        let may_be_name = !is_like_an_id && !text.trim().is_empty();
        match () {
            () if may_be_name && (position.is_some() || error.is_incomplete()) => {
                Self::Name { message, position }
            }
            () if error.is_incomplete() => Self::Incomplete(message),
            () => Self::Wrong { message, position: position.filter(|_| !text.trim().is_empty()) },
        }
    }

    fn of_lifetime(text: &str, form: &Form) -> Self {
        let (now, zone) = &form.clock;
        match (Lifetime::parse_at(text, *now, zone), form.limit) {
            (Ok(lifetime), Some(limit)) if lifetime > limit => {
                Self::wrong(&format!("above the organization's limit of {limit}"))
            }
            (Ok(lifetime), _) => {
                Self::Lifetime { lifetime, warning: (!lifetime.is_usual()).then_some(UNUSUAL) }
            }
            (Err(error @ LifetimeError::Empty), _) => Self::Incomplete(error.to_string()),
            (Err(error), _) => Self::wrong(&error),
        }
    }

    fn wrong(message: &impl ToString) -> Self {
        Self::Wrong { message: message.to_string(), position: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_more_typing_can_mend_is_incomplete_and_not_wrong() {
        let of_project = |text| Validation::of_id(ProjectId::parse(text).err(), text, None);
        let of_client = |text| Validation::of_id(ClientId::parse(text).err(), text, None);
        for text in ["", "cafecafecafe", "32b6e34b3d91647abb20e7b"] {
            assert!(matches!(of_project(text), Validation::Incomplete(_)), "{text:?}");
        }
        for text in ["", "mdb_sa_", "mdb_sa_id_12"] {
            assert!(matches!(of_client(text), Validation::Incomplete(_)), "{text:?}");
        }
        for text in ["x", "32b6g", "pay", "beef-api", "cafecafecafe-x"] {
            assert!(matches!(of_project(text), Validation::Name { position: Some(_), .. }), "{text:?}");
        }
        for text in ["c", "cafe", "BEEF", "cafecafecaf"] {
            assert!(matches!(of_project(text), Validation::Name { position: None, .. }), "{text:?}");
        }
        for text in ["m", "mdb", "mdb_s"] {
            assert!(matches!(of_client(text), Validation::Name { position: None, .. }), "{text:?}");
        }
        for text in ["ci", "mdb_sx", "cafe", "mdbx"] {
            assert!(matches!(of_client(text), Validation::Name { .. }), "{text:?}");
        }
        for text in [" ", "'pay'", "32b6e34b3d91647abb20e7b8a", "mdb_sa_id_12"] {
            assert!(matches!(of_project(text), Validation::Wrong { .. }), "{text:?}");
        }
        for text in [
            " ",
            "'ci'",
            "mdb_sa_id_1x",
            "mdb_sa_sk_fake",
            "mdb_sa_x",
            "32b6e34b3d91",
            "32b6e34b3d91647abb20e7b8",
        ] {
            assert!(matches!(of_client(text), Validation::Wrong { .. }), "{text:?}");
        }
    }

    #[test]
    fn the_organizations_longest_life_is_allowed_itself() {
        let mut form = Form::new("", "", "720");
        form.limit = Lifetime::from_hours(720).ok();
        assert!(matches!(Validation::of_lifetime("720", &form), Validation::Lifetime { .. }));
        assert!(matches!(Validation::of_lifetime("721", &form), Validation::Wrong { .. }));
    }
}
