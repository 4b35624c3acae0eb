//! The screens, one file or folder each: state, keys, transitions and drawing.

mod command;
mod created;
mod form;
mod picker;
mod progress;
mod recovery;
mod secret_list;
mod secret_table;
mod sign_in;

pub use command::{CommandView, Recipe, RecipeInput};
pub use created::{
    ClipboardCopy, CopyState, CreatedScreen, LeaveConfirmation, LeaveQuestion, Leaving, Prompt, Target,
    Verification,
};
pub use form::{Field, FieldName, Focus, Form, FormScreen, Notice, SubmitAction, Validation};
pub use picker::Picker;
pub use progress::Progress;
pub use recovery::Recovery;
pub use secret_list::SecretList;
pub use sign_in::SignIn;

pub(super) use form::InputNote;
pub(super) use picker::List;
