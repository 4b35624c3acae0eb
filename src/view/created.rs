//! The one secret: alone on its line, masked, with the facts and what has become of it so far.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use secrecy::ExposeSecret;

use crate::core::{Created, Model};
use crate::domain::{ServerText, masked};

use super::column::{Column, LABEL_WIDTH, rows_of};
use super::theme::Theme;
use super::{aftermath, guard, handed, panel, words};

/// In fewer rows not everything fits.
const LOW: u16 = 18;

pub(super) fn draw(model: &Model, created: &Created, theme: &Theme, frame: &mut Frame, area: Rect) {
    let mut column = Column::new(area);
    column.line(
        frame,
        Line::from(vec![
            Span::styled(format!("{} ", theme.glyphs.check), theme.good),
            Span::styled("Secret created", theme.strong),
        ]),
    );
    column.blank();
    draw_value(model, created, theme, frame, &mut column);
    column.blank();
    // Where it is low, the facts come last: what became of the secret and what is asked must be seen.
    if area.height < LOW {
        draw_state(model, created, theme, frame, &mut column);
        column.blank();
        draw_facts(model, created, theme, frame, &mut column);
        aftermath::draw(model, created, theme, frame, &mut column);
        return;
    }
    draw_facts(model, created, theme, frame, &mut column);
    column.blank();
    draw_state(model, created, theme, frame, &mut column);
    if has_aftermath(created) {
        column.blank();
        aftermath::draw(model, created, theme, frame, &mut column);
    }
}

/// The panels and the guard have the page to themselves.
fn has_aftermath(created: &Created) -> bool {
    created.panel.is_none() && created.leaving.is_none()
}

fn draw_state(model: &Model, created: &Created, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    match &created.leaving {
        Some(leaving) => guard::draw(model, created, leaving, theme, frame, column),
        None => match &created.panel {
            Some(panel) => panel::draw(model, created, panel, theme, frame, column),
            None => handed::draw(model, created, theme, frame, column),
        },
    }
}

/// No glyph stands beside the value and it is never wrapped: it can be selected with the mouse as it is.
fn draw_value(model: &Model, created: &Created, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    let value = &created.secret.value;
    if !created.is_revealed(model.now) {
        column.line(frame, Line::styled(masked(value, theme.glyphs.bullet), theme.strong));
        return;
    }
    let shown = ServerText::new(value.expose_secret());
    let line = Line::styled(shown.as_str(), theme.strong);
    if line.width() > usize::from(column.width()) {
        column.line(frame, Line::styled("It is too long to be shown on one line.", theme.warning));
        return;
    }
    column.line(frame, line);
}

fn draw_facts(model: &Model, created: &Created, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    let secret = &created.secret;
    column.labelled(frame, "Client ID", theme.faint, created.new_secret.client.as_str());
    let id = secret.id.as_ref().map_or("Atlas named none that can be read", |id| id.as_str());
    column.labelled(frame, "Secret ID", theme.faint, id);
    let expires = match secret.expires_at {
        Some(at) => {
            let date = words::date_time(at, model.zone.as_ref());
            let both = format!("{date}, {}", words::from_now(at, model.atlas_now()));
            // How far off it is says nothing new: it is left out where it would wrap.
            if rows_of(&both, column.width(), LABEL_WIDTH) > 1 { date } else { both }
        }
        None => "Atlas named no time that can be read".to_owned(),
    };
    column.labelled(frame, "Expires", theme.faint, &expires);
}
