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

/// The index of the next or the previous one of `count` choices, at least one. They wrap around.
fn cycled(index: usize, count: usize, action: super::Action) -> usize {
    let step = if action == super::Action::PreviousChoice { count - 1 } else { 1 };
    (index + step) % count
}
