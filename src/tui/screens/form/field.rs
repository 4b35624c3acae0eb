//! One field of the form: its text, what the program changed in it, and its validation.

use crate::domain::{ClientId, FieldName, IdError, Lifetime, LifetimeError, ProjectId, ServerText};
use crate::tui::{TextLine, paste};

use super::Form;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    Field(FieldName),
    Button,
}

impl Focus {
    /// All elements, from top to bottom.
    pub(super) const ALL: [Self; 4] = [
        Self::Field(FieldName::Project),
        Self::Field(FieldName::Client),
        Self::Field(FieldName::Lifetime),
        Self::Button,
    ];
}

#[derive(Clone, Debug, Default)]
pub struct Field {
    pub line: TextLine,
    /// True once something was typed, or the form was submitted.
    pub touched: bool,
    /// Atlas's message about this value. The next change clears it.
    pub refused: Option<ServerText>,
    /// True after a secret was dropped: text that follows immediately is part of it.
    pub(super) drops_text: bool,
    pub(super) note: Option<InputNote>,
    pub(super) suggestions: Suggestions,
    pub(super) resolves: Resolves,
}

/// Which entry of Atlas's list, once it is loaded, replaces the name in a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Resolves {
    /// None while the field has the focus; after that, the one with exactly this name.
    #[default]
    WhenLeft,
    /// The one with exactly this name.
    ExactName,
    /// The one with exactly this name, or else the only match: the user moved on before the list was loaded.
    OnlyMatch,
}

/// When the entries of Atlas's list are shown below the field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Suggestions {
    /// While the text is a name.
    #[default]
    ForNames,
    /// For any text, until it changes.
    Open,
    /// Never, until the text changes.
    Closed,
}

/// How the program changed a text that was typed or pasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum InputNote {
    Lowered,
    PrefixAdded,
    TakenFromUrl,
    CameFromOtherField,
    SecretNotKept,
}

impl InputNote {
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
    pub(super) fn new(name: FieldName, text: &str) -> Self {
        let (touched, line) = (!text.is_empty(), TextLine::new(text));
        let mut field = Self { touched, line, resolves: Resolves::ExactName, ..Self::default() };
        field.normalize(name);
        if let Some(id) = paste::project_in_url(text).filter(|_| name == FieldName::Project) {
            field.line.set(id.as_str());
        }
        field
    }

    /// Resets what only applied to the previous text.
    pub(super) fn after_change(&mut self) {
        self.drops_text = false;
        self.touched = true;
        self.refused = None;
        self.note = None;
        self.suggestions = Suggestions::default();
        self.resolves = Resolves::default();
    }

    /// Changes a project ID to lower case, as Atlas writes it, and drops a secret that was typed by mistake.
    pub(super) fn normalize(&mut self, name: FieldName) {
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

/// The state of a field's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Validation {
    /// Empty and untouched: no message.
    Silent,
    /// Valid so far. The message says what is missing.
    Incomplete(String),
    /// More typing cannot make it valid.
    Wrong(String),
    /// No ID, or only the beginning of one. It may be a name in Atlas's list.
    Name {
        /// Why it is no ID.
        message: String,
        is_like_an_id: bool,
    },
    Refused(ServerText),
    /// A well-formed ID, and a note about it.
    Id(Option<&'static str>),
    Lifetime {
        lifetime: Lifetime,
        warning: Option<&'static str>,
    },
}

/// The range in Atlas's documentation. It may change, so a lifetime outside it is only a warning.
const UNUSUAL: &str = "Atlas's documented range is 8 hours to 365 days";

/// A text with at least this many hexadecimal digits is an ID and not a name.
const DIGITS_OF_AN_ID: usize = 12;

/// If at least this many characters at the start of a text could be an ID, it was probably meant as one.
const LIKE_AN_ID: usize = 4;

impl Validation {
    /// True if the value can be sent.
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
        let wrong_at = match error {
            IdError::NotHex { position, .. } | IdError::WrongPrefix(position) => Some(position),
            _ => None,
        };
        let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_meant_as_id = text.starts_with("mdb_sa_") || is_hex && text.len() >= DIGITS_OF_AN_ID;
        let may_be_name = !is_meant_as_id && !text.trim().is_empty();
        if may_be_name && (wrong_at.is_some() || error.is_incomplete()) {
            Self::Name { message, is_like_an_id: wrong_at.is_none_or(|position| position >= LIKE_AN_ID) }
        } else if error.is_incomplete() {
            Self::Incomplete(message)
        } else {
            Self::Wrong(message)
        }
    }

    fn of_lifetime(text: &str, form: &Form) -> Self {
        let (now, zone) = &form.clock;
        match (Lifetime::parse_at(text, *now, zone), form.limit) {
            (Ok(lifetime), Some(limit)) if lifetime > limit => {
                Self::wrong(&format!("above the organization's limit of {limit}"))
            }
            (Ok(lifetime), _) => {
                Self::Lifetime { lifetime, warning: (!lifetime.is_documented()).then_some(UNUSUAL) }
            }
            (Err(error @ LifetimeError::Empty), _) => Self::Incomplete(error.to_string()),
            (Err(error), _) => Self::wrong(&error),
        }
    }

    fn wrong(message: &impl ToString) -> Self {
        Self::Wrong(message.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_more_typing_can_complete_is_incomplete_and_not_wrong() {
        let of_project = |text| Validation::of_id(ProjectId::parse(text).err(), text, None);
        let of_client = |text| Validation::of_id(ClientId::parse(text).err(), text, None);
        for text in ["", "cafecafecafe", "32b6e34b3d91647abb20e7b"] {
            assert!(matches!(of_project(text), Validation::Incomplete(_)), "{text:?}");
        }
        for text in ["", "mdb_sa_", "mdb_sa_id_12"] {
            assert!(matches!(of_client(text), Validation::Incomplete(_)), "{text:?}");
        }
        for text in ["x", "32b6g", "pay", "beef-api", "cafecafecafe-x", "c", "cafe", "BEEF", "cafecafecaf"] {
            let is_like_an_id = !["x", "pay"].contains(&text);
            let Validation::Name { is_like_an_id: found, .. } = of_project(text) else { panic!("{text:?}") };
            assert_eq!(found, is_like_an_id, "{text:?}");
        }
        for text in ["m", "mdb", "mdb_s", "ci", "mdb_sx", "cafe", "mdbx"] {
            assert!(matches!(of_client(text), Validation::Name { .. }), "{text:?}");
        }
        for text in [" ", "'pay'", "32b6e34b3d91647abb20e7b8a", "mdb_sa_id_12"] {
            assert!(matches!(of_project(text), Validation::Wrong(_)), "{text:?}");
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
            assert!(matches!(of_client(text), Validation::Wrong(_)), "{text:?}");
        }
    }

    #[test]
    fn the_url_of_a_project_is_its_id() {
        let id = "32b6e34b3d91647abb20e7b8";
        let project = |text: &str| Field::new(FieldName::Project, text).line.text().to_owned();
        assert_eq!(project(&format!("https://cloud.mongodb.com/v2/{id}#/clusters")), id);
        assert_eq!(project("https://cloud.mongodb.com/v2#/org/x"), "https://cloud.mongodb.com/v2#/org/x");
        assert_eq!(project(&format!("v2/{id}")), format!("v2/{id}"));
    }

    #[test]
    fn a_lifetime_equal_to_the_organizations_limit_is_valid() {
        let mut form = Form::new("", "", "720");
        form.limit = Lifetime::from_hours(720).ok();
        assert!(matches!(Validation::of_lifetime("720", &form), Validation::Lifetime { .. }));
        assert!(matches!(Validation::of_lifetime("721", &form), Validation::Wrong(_)));
    }
}
