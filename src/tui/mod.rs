//! The terminal interface: an [`App`] that events update, and a file for each screen.
//!
//! ```text
//! keys, time, what jobs report ──Event──▶ App::update ──Command──▶ event loop: starts jobs, delivers, quits
//!                                             │
//!                                         App::draw ──▶ frame
//! ```
//!
//! **Invariant:** `update` and `draw` touch no clock, file, network, environment or task. Only `runner` starts tasks.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod app;
mod canvas;
mod creation;
mod event;
mod frame;
mod keys;
mod lookups;
mod matching;
mod paste;
mod runner;
pub mod screens;
mod scroll;
mod shared;
mod text_line;
mod theme;

pub use app::{App, Output, Post, Screen, Shared, Size, Transition};
pub use event::{Command, Event, KeyPress, PastedText};
pub use keys::{Action, Binding, Shown};
pub use lookups::{LOOKUP_DELAY, Lookups, Remote};
pub(crate) use matching::{best_matches, is_same_name};
pub use runner::{EventSender, JobRunner, Slot};
pub use text_line::TextLine;
pub use theme::{Glyphs, Theme, Tone};

use app::Component;
use canvas::Canvas;

pub use crate::delivery::DeliveryTask;
use crate::domain::text;
pub use crate::domain::{Flags, GRACE, Signal};
pub use crate::jobs::SignInWith;
