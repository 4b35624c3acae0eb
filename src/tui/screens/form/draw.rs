//! How the form looks. What the rows are spent on is decided first, so that the button is always on the screen.

use ratatui::layout::{Alignment, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::domain::{Certainty, Explanation};
use crate::tui::app::Shared;
use crate::tui::canvas::{Canvas, rows_of, said_by_atlas};
use crate::tui::{Theme, text};

use super::{FieldName, Focus, Notice, Validation, field_view, names, secrets};

/// What the rows beyond those that have to be there are spent on.
struct Layout {
    /// The fields that are shown: where not all fit, those that are not right, or only the one in focus.
    fields: Vec<FieldName>,
    /// True while there are no rows below the fields for what is right about them.
    only_errors: bool,
    /// What a failure says is worth more than the page's title.
    has_title: bool,
    /// The rows between the button and the notice.
    above_notice: u16,
    /// The fields with a blank row below them: all, else the last.
    spaced: Vec<FieldName>,
    /// How many rows the entries below the field in focus take.
    suggestions: u16,
    /// How many rows the account's secrets may take: the button below them always stands.
    secrets: u16,
    /// Rows left that may stay empty.
    spare: u16,
}

impl Layout {
    fn of(app: &Shared, theme: &Theme, area: Rect) -> Self {
        let height = area.height;
        let notice = app.form.notice.as_ref().map_or(0, |notice| notice_rows(notice, theme, area.width));
        let button_and_notice = notice.saturating_add(1);
        let rows_of = |fields: &[FieldName], only_errors| -> u16 {
            let below = |name: &FieldName| field_view::rows_below(app, *name, only_errors, theme, area.width);
            fields.iter().map(|name| 1 + below(name)).sum()
        };
        let all = FieldName::ALL.to_vec();
        let has_focus = |name: &FieldName| app.form.focus == Focus::Field(*name);
        let in_focus: Vec<_> = all.iter().copied().filter(has_focus).collect();
        let is_needed = |name: &FieldName| has_focus(name) || !app.form.validation(*name).is_valid();
        let needed = all.iter().copied().filter(is_needed).collect();
        // The button and what a failure says are worth more than what is right.
        let choices = [(all.clone(), false), (all, true), (needed, true)];
        let fits = |(fields, only_errors): &(Vec<FieldName>, bool)| {
            rows_of(fields, *only_errors).saturating_add(button_and_notice) <= height
        };
        let (fields, only_errors) = choices.into_iter().find(fits).unwrap_or((in_focus, true));
        let rows = rows_of(&fields, only_errors);
        let left = height.saturating_sub(rows).saturating_sub(button_and_notice);
        let suggestions = app
            .suggestions()
            .map_or(0, |(_, list)| names::rows(app, list, theme, area.width).min(left.max(2)));
        let left = left.saturating_sub(suggestions);
        let wanted = if has_failed(app) { 0 } else { secrets_rows(app, theme, area.width) };
        let secrets = wanted.min(left);
        let mut layout = Self {
            fields,
            only_errors,
            has_title: false,
            above_notice: 0,
            spaced: Vec::new(),
            suggestions,
            secrets,
            spare: left - secrets,
        };
        // Above the footer.
        layout.take_spare();
        layout.above_notice = u16::from(notice > 0 && layout.take_spare());
        layout.has_title = layout.take_spare();
        let spaced = if usize::from(layout.spare) < layout.fields.len() { 1 } else { layout.fields.len() };
        let spaced = layout.fields.iter().rev().take(spaced).copied();
        layout.spaced = spaced.filter(|_| layout.spare > 0).collect();
        layout.spare -= u16::try_from(layout.spaced.len()).unwrap_or(layout.spare);
        layout
    }

    /// Leaves a row empty if there is one to spare.
    fn blank(&mut self, canvas: &mut Canvas) {
        if self.take_spare() {
            canvas.blank();
        }
    }

    fn take_spare(&mut self) -> bool {
        let has_spare = self.spare > 0;
        self.spare -= u16::from(has_spare);
        has_spare
    }
}

pub(super) fn draw(app: &Shared, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let mut layout = Layout::of(app, theme, canvas.area);
    if layout.has_title {
        canvas.line(Line::styled("New service account secret", theme.strong));
        layout.blank(canvas);
    }
    for name in &layout.fields {
        field_view::draw(app, *name, layout.only_errors, canvas);
        if let Some((_, list)) = app.suggestions().filter(|(open, _)| open == name) {
            let area = canvas.take(layout.suggestions);
            names::draw(app, list, &mut canvas.part(area));
        }
        if layout.spaced.contains(name) {
            canvas.blank();
        }
    }
    // A failure takes the place of what creating would do.
    if !has_failed(app) {
        draw_secrets(app, &mut layout, canvas);
        layout.blank(canvas);
    }
    canvas.line(button(app, theme).alignment(Alignment::Right));
    if let Some(notice) = &app.form.notice {
        canvas.take(layout.above_notice);
        draw_notice(notice, canvas);
    }
}

/// The account's secrets, and below them what creating does. Where not all of it fits, the last row says so.
fn draw_secrets(app: &Shared, layout: &mut Layout, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let has_gap = app.account().is_some() && layout.take_spare();
    let area = canvas.take(layout.secrets + u16::from(has_gap));
    let mut part = canvas.part(area);
    let is_low = secrets_rows(app, theme, area.width) > layout.secrets;
    secrets::draw(app, is_low, &mut part);
    if has_gap {
        part.blank();
    }
    match secrets::sentence(app, theme) {
        (sentence, true) => part.warning(&sentence, Style::new()),
        (sentence, false) => part.words(0, &sentence, theme.faint),
    }
    part.mark_cut();
}

fn secrets_rows(app: &Shared, theme: &Theme, width: u16) -> u16 {
    let (sentence, is_warning) = secrets::sentence(app, theme);
    let sentence = rows_of(&sentence, width, if is_warning { INDENT } else { 0 });
    secrets::rows(app, theme).saturating_add(sentence)
}

fn has_failed(app: &Shared) -> bool {
    matches!(app.form.notice, Some(Notice::Failed(..)))
}

fn button<'a>(app: &Shared, theme: &Theme) -> Line<'a> {
    let label = app.submit_action().label().replace("...", theme.glyphs.ellipsis);
    let in_focus = app.form.focus == Focus::Button;
    // The style is the label's alone: a styled line would fill its row.
    if app.in_flight.is_some() {
        let reversed = if in_focus { Modifier::REVERSED } else { Modifier::empty() };
        return Line::from(vec![
            Span::styled("waiting for the earlier request  ", theme.faint),
            Span::styled(label, theme.faint.add_modifier(reversed)),
        ]);
    }
    let label = Span::styled(label, if in_focus { theme.selected } else { Style::new() });
    match app.form.validation(FieldName::Lifetime) {
        Validation::Lifetime { warning: Some(_), .. } => {
            let warning = format!("{} Atlas may refuse this lifetime  ", theme.glyphs.warning);
            Line::from(vec![Span::styled(warning, theme.warning), label])
        }
        _ => Line::from(label),
    }
}

/// The symbol, and the indent of everything below it.
const INDENT: u16 = 2;

/// How many rows all of it takes.
fn notice_rows(notice: &Notice, theme: &Theme, width: u16) -> u16 {
    match notice {
        Notice::Failed(certainty, explanation) => {
            let Explanation { meaning, action, atlas_message, .. } = &**explanation;
            let atlas = atlas_message.as_ref().map(said_by_atlas).unwrap_or_default();
            let texts = [title(*certainty, explanation), meaning.to_string(), action.to_string(), atlas];
            texts.iter().filter(|text| !text.is_empty()).map(|text| rows_of(text, width, INDENT)).sum()
        }
        notice => rows_of(&short_notice(notice, theme).1, width, INDENT),
    }
}

fn draw_notice(notice: &Notice, canvas: &mut Canvas) {
    if let Notice::Failed(certainty, explanation) = notice {
        // Where not all of it fits, what it means goes first, then the end of Atlas's message: what happened and what
        // to do stay.
        let Explanation { meaning, action, atlas_message, .. } = &**explanation;
        let has_room = notice_rows(notice, canvas.theme, canvas.width()) <= canvas.left();
        let meaning = if has_room { meaning } else { "" };
        canvas.explained(&title(*certainty, explanation), meaning, action, atlas_message.as_ref());
    } else {
        let (glyph, text, style) = short_notice(notice, canvas.theme);
        canvas.marked(glyph, &text, style);
    }
}

/// The symbol, the text and the style of a notice of one sentence or two.
fn short_notice(notice: &Notice, theme: &Theme) -> (&'static str, String, Style) {
    let glyphs = &theme.glyphs;
    match notice {
        Notice::Word(text) => (glyphs.dot, (*text).to_owned(), theme.faint),
        Notice::Kept(text) => (glyphs.dot, text.replace('…', glyphs.ellipsis), theme.faint),
        Notice::Warning(text) => (glyphs.warning, text.clone(), theme.warning),
        Notice::Deleted(secret) => {
            let label = text::short_label(secret, glyphs.ellipsis);
            (glyphs.check, format!("Deleted {label}. You can create a secret now."), theme.good)
        }
        Notice::Failed(certainty, explanation) => (glyphs.cross, title(*certainty, explanation), theme.bad),
    }
}

fn title(certainty: Certainty, explanation: &Explanation) -> String {
    format!("{} {}", certainty.message(), explanation.title)
}
