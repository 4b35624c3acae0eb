//! The form.

use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Clear;

use crate::core::{FieldName, Focus, FormNotice, Model, Readiness};

use super::column::{Column, rows_of};
use super::theme::Theme;
use super::{existing, field, notice};

const CONSEQUENCE: &str = "Other secrets of this account will expire within 7 days once the new one exists.";

/// From so many columns on the button's reason is a whole sentence.
const WIDE: u16 = 58;

/// What the rows beyond those that have to be there are spent on.
struct Room {
    /// What a failure says is worth more than the page's title.
    has_title: bool,
    /// The fields below which a row stays free for their words, so that nothing jumps while a person types.
    /// These rows come before every other blank one.
    reserved: Vec<FieldName>,
    /// How many rows what creating does may take: the button below it always stands.
    consequence: u16,
    /// Rows left that may stay empty.
    spare: u16,
}

impl Room {
    fn of(model: &Model, theme: &Theme, area: Rect) -> Self {
        let below = FieldName::ALL.map(|name| (name, field::rows_below(model, name, theme, area.width)));
        let fields: u16 = below.iter().map(|(_, rows)| 1 + rows).sum();
        let consequence = if has_failed(model) { 0 } else { consequence_rows(model, theme, area.width) };
        let said = model.form.notice.as_ref().map_or(0, |said| notice::rows(said, area.width));
        let needed = fields.saturating_add(consequence + 1).saturating_add(said);
        let has_title = needed < area.height;
        let spare = area.height.saturating_sub(needed).saturating_sub(u16::from(has_title));
        let silent = below.iter().filter(|(_, rows)| *rows == 0).map(|(name, _)| *name);
        let reserved: Vec<_> = silent.take(usize::from(spare)).collect();
        let spare = spare.saturating_sub(u16::try_from(reserved.len()).unwrap_or(u16::MAX));
        let consequence = consequence.min(area.height.saturating_sub(fields + 1).saturating_sub(said));
        Self { has_title, reserved, consequence, spare }
    }

    /// Leaves a row empty if there is one to spare.
    fn blank(&mut self, column: &mut Column) {
        if self.spare > 0 {
            self.spare -= 1;
            column.blank();
        }
    }
}

pub(super) fn draw(model: &Model, theme: &Theme, frame: &mut Frame, area: Rect) {
    let mut room = Room::of(model, theme, area);
    let mut column = Column::new(area);
    if room.has_title {
        column.line(frame, Line::styled("New service account secret", theme.strong));
        room.blank(&mut column);
    }
    for name in FieldName::ALL {
        field::draw(model, name, theme, frame, &mut column);
        if room.reserved.contains(&name) {
            column.blank();
        }
    }
    // A failure takes the place of what creating would do.
    if !has_failed(model) {
        room.blank(&mut column);
        draw_consequence(model, theme, frame, column.take(room.consequence));
    }
    room.blank(&mut column);
    column.line(frame, button(model, theme, column.width()).alignment(Alignment::Right));
    if let Some(said) = &model.form.notice {
        room.blank(&mut column);
        notice::draw(said, theme, frame, &mut column);
    }
}

/// What creating does to the others: to each by name, once the account was read. Where not all of it fits, the
/// last row says so.
fn draw_consequence(model: &Model, theme: &Theme, frame: &mut Frame, area: Rect) {
    let mut column = Column::new(area);
    if model.account().is_some() {
        existing::draw(model, theme, frame, &mut column);
    } else {
        let symbol = Span::styled(format!("{} ", theme.glyphs.warning), theme.warning);
        column.item(frame, symbol, CONSEQUENCE, Style::new());
    }
    if consequence_rows(model, theme, area.width) > area.height {
        let last = Rect { y: area.bottom().saturating_sub(1), height: area.height.min(1), ..area };
        frame.render_widget(Clear, last);
        let words = format!("  {} enlarge the window to see all of it", theme.glyphs.ellipsis);
        frame.render_widget(Line::styled(words, theme.warning), last);
    }
}

fn consequence_rows(model: &Model, theme: &Theme, width: u16) -> u16 {
    if model.account().is_some() {
        existing::rows(model, theme, width)
    } else {
        rows_of(CONSEQUENCE, width, 2)
    }
}

fn has_failed(model: &Model) -> bool {
    matches!(model.form.notice, Some(FormNotice::Failed(_)))
}

fn button<'a>(model: &Model, theme: &Theme, width: u16) -> Line<'a> {
    let (reason, label) = match model.readiness() {
        Readiness::Create => ("", "[ Create secret ]".to_owned()),
        Readiness::ReplaceExpired(expired) => {
            let tail = expired.label().as_str().replace("mdb_sa_sk_...", theme.glyphs.ellipsis);
            ("", format!("[ Replace expired {tail} ]"))
        }
        Readiness::Full if width < WIDE => {
            ("no place is free; Enter lists  ", "[ Create secret ]".to_owned())
        }
        Readiness::Full => ("both places are taken; Enter lists them  ", "[ Create secret ]".to_owned()),
    };
    let in_focus = model.form.focus == Focus::Button;
    let reason = if model.in_flight.is_some() { "an earlier request is running  " } else { reason };
    if !reason.is_empty() {
        let reversed = if in_focus { Modifier::REVERSED } else { Modifier::empty() };
        return Line::from(vec![
            Span::styled(reason, theme.faint),
            Span::styled(label, theme.faint.add_modifier(reversed)),
        ]);
    }
    // The style is the label's alone: a styled line would fill its row.
    Line::from(Span::styled(label, if in_focus { theme.selected } else { Style::new() }))
}
