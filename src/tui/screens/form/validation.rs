//! Validating a field while it is typed.

use crate::domain::{CLIENT_ID_PREFIX, ClientId, IdError, Lifetime, LifetimeError, ProjectId, ServerText};

use super::Form;
use super::field::{FieldName, InputNote};

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
    /// It is no id. It may be a name, which Atlas's list says.
    Name {
        /// Why it is no id.
        message: String,
        /// The character to blame.
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
const UNUSUAL: &str = "Atlas allows 8 hours to 365 days";

impl Validation {
    /// True when the field's value can be sent.
    pub fn is_valid(&self) -> bool {
        matches!(self, Self::Id(_) | Self::Lifetime { .. })
    }

    pub(super) fn of(name: FieldName, form: &Form) -> Self {
        let field = form.field(name);
        let text = field.line.text();
        if field.note == Some(InputNote::SecretNotKept) && text.is_empty() {
            return Self::wrong(&IdError::IsSecret);
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
        let Some(error) = error else { return Self::Id(note.and_then(InputNote::words)) };
        let message = error.to_string();
        match error {
            error if error.is_incomplete() => Self::Incomplete(message),
            IdError::NotHex { position, .. } | IdError::WrongPrefix(position) if !text.trim().is_empty() => {
                let position = Some(position);
                if text.starts_with(CLIENT_ID_PREFIX) {
                    Self::Wrong { message, position }
                } else {
                    Self::Name { message, position }
                }
            }
            _ => Self::Wrong { message, position: None },
        }
    }

    fn of_lifetime(text: &str, form: &Form) -> Self {
        let (longest_hours, (now, zone)) = (form.longest_hours, &form.clock);
        match Lifetime::parse_at(text, *now, zone) {
            Ok(lifetime) if longest_hours.is_some_and(|longest| lifetime.hours() > longest) => {
                let longest = longest_hours.and_then(|hours| Lifetime::from_hours(hours).ok());
                let longest = longest.map_or_else(String::new, |longest| format!(" of {longest}"));
                let message = format!("above the organization's limit{longest}");
                Self::Wrong { message, position: None }
            }
            Ok(lifetime) => Self::Lifetime { lifetime, warning: (!lifetime.is_usual()).then_some(UNUSUAL) },
            Err(error @ LifetimeError::Empty) => Self::Incomplete(error.to_string()),
            Err(error) => Self::wrong(&error),
        }
    }

    fn wrong(error: &impl ToString) -> Self {
        Self::Wrong { message: error.to_string(), position: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_more_typing_can_mend_is_incomplete_and_not_wrong() {
        let of_project = |text| Validation::of_id(ProjectId::parse(text).err(), text, None);
        let of_client = |text| Validation::of_id(ClientId::parse(text).err(), text, None);
        for text in ["", "32b6"] {
            assert!(matches!(of_project(text), Validation::Incomplete(_)), "{text:?}");
        }
        for text in ["", "mdb_s", "mdb_sa_id_12"] {
            assert!(matches!(of_client(text), Validation::Incomplete(_)), "{text:?}");
        }
        for text in ["x", "32b6g", "pay"] {
            assert!(matches!(of_project(text), Validation::Name { .. }), "{text:?}");
        }
        for text in ["ci", "mdb_sx", "32b6e34b3d91647abb20e7b8"] {
            assert!(matches!(of_client(text), Validation::Name { .. }), "{text:?}");
        }
        for text in [" ", "'pay'", "32b6e34b3d91647abb20e7b8a", "mdb_sa_id_12"] {
            assert!(matches!(of_project(text), Validation::Wrong { .. }), "{text:?}");
        }
        for text in [" ", "'ci'", "mdb_sa_id_1x", "mdb_sa_sk_fake"] {
            assert!(matches!(of_client(text), Validation::Wrong { .. }), "{text:?}");
        }
    }

    #[test]
    fn the_organizations_longest_life_is_allowed_itself() {
        let form = Form { longest_hours: Some(720), ..Form::new("", "", "720") };
        assert!(matches!(Validation::of_lifetime("720", &form), Validation::Lifetime { .. }));
        assert!(matches!(Validation::of_lifetime("721", &form), Validation::Wrong { .. }));
    }
}
