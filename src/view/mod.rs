//! What the model looks like: one function a screen, from the model to the frame.
//!
//! Nothing here decides anything or remembers anything. A drawing depends on the model and the theme alone,
//! fits every size from 0×0 on, and sets the real cursor where a person types.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod aftermath;
mod area;
mod choosing;
mod column;
mod created;
mod existing;
mod field;
mod footer;
mod form;
mod guard;
mod handed;
mod header;
mod help;
mod left_over;
mod notice;
mod panel;
mod recipes;
mod retiring;
mod said;
mod sending;
mod sign_in;
mod text_line;
mod theme;
mod unknown;
mod words;

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};

use crate::core::{Model, Screen, Size};

use self::area::{middle, split_bottom, split_left, split_top};
use self::column::Column;

pub use said::said;
pub use theme::{Glyphs, Theme};
pub use words::date_time;

/// Wider than this a line is hard to follow.
const WIDEST: u16 = 96;

/// Draws the model.
pub fn draw(model: &Model, theme: &Theme, frame: &mut Frame) {
    let whole = frame.area();
    let size = Size { columns: whole.width, rows: whole.height };
    if size.is_too_small() {
        Column::new(whole).words(frame, 0, &too_small(model, theme), theme.strong);
        return;
    }
    let page = middle(whole, WIDEST).inner(Margin::new(1, 0));
    let [header, page] = split_top(page, 2);
    let [_, page] = split_top(page, 1);
    let [body, footer] = split_bottom(page, 1);
    header::draw(model, theme, frame, header);
    let [_, body] = split_left(body, 2);
    draw_body(model, theme, frame, body);
    footer::draw(model, theme, frame, footer);
}

fn draw_body(model: &Model, theme: &Theme, frame: &mut Frame, area: Rect) {
    if model.shows_help {
        help::draw(model, theme, frame, area);
        return;
    }
    match &model.screen {
        Screen::Form => form::draw(model, theme, frame, area),
        Screen::SignIn(sign_in) => sign_in::draw(model, sign_in, theme, frame, area),
        Screen::Choosing(choosing) => choosing::draw(model, choosing, theme, frame, area),
        Screen::Sending(sending) => sending::draw(model, sending, theme, frame, area),
        Screen::Created(created) => created::draw(model, created, theme, frame, area),
        Screen::Unknown(unknown) => unknown::draw(model, unknown, theme, frame, area),
        Screen::Retiring(retiring) => retiring::draw_screen(model, retiring, theme, frame, area),
        Screen::Recipes(recipes) => recipes::draw(model, recipes, theme, frame, area),
        Screen::PendingRecord(told) => left_over::draw(model, told, theme, frame, area),
    }
}

fn too_small(model: &Model, theme: &Theme) -> String {
    let Size { columns, rows } = Size::SMALLEST;
    let times = theme.glyphs.times;
    if matches!(&model.screen, Screen::Created(created) if !created.is_handed_over(model.now)) {
        return format!("A secret waits; enlarge to {columns}{times}{rows}. Ctrl-C twice loses it");
    }
    format!("atlas-secret needs {columns}{times}{rows}; all is kept")
}
