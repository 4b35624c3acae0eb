//! The tables themselves, one a situation, the most wanted keys first.

mod created;
mod form;
mod found;
mod shared;

pub(super) use created::{CREATED, FORMATS, GUARD_BUSY, GUARD_CHOICE, GUARD_YES_NO, PIPE, SAVE};
pub(super) use form::{
    ASKING_TO_STOP, BEFORE_POSTING, CHOOSING, FORM, ON_BUTTON, ON_FULL_BUTTON, POSTING, RECIPES, SIGN_IN,
    SIGN_IN_TRYING, SIGN_IN_TYPING, WAITING_OUT,
};
pub(super) use found::{FOUND, KEPT, LEFT_OVER, ONLY_BACK, RETIRING, UNKNOWN};
pub(super) use shared::{BUSY, CTRL_C, HELP_OPEN, YES_NO};
