//! How the form looks. What the rows are spent on is decided first, so that the button is always on the screen.

use ratatui::layout::{Alignment, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Clear;

use crate::tui::app::Shared;
use crate::tui::canvas::{Canvas, rows_of, said_by_atlas};
use crate::tui::{Failure, Theme, words};

use super::{FieldName, Focus, Notice, SubmitAction, consequences, field_view};

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
    fn of(app: &Shared, theme: &Theme, area: Rect) -> Self {
        let below = FieldName::ALL.map(|name| (name, field_view::rows_below(app, name, theme, area.width)));
        let fields: u16 = below.iter().map(|(_, rows)| 1 + rows).sum();
        let consequence = if has_failed(app) { 0 } else { consequence_rows(app, theme, area.width) };
        let said = app.form.notice.as_ref().map_or(0, |said| notice_rows(said, area.width));
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
    fn blank(&mut self, canvas: &mut Canvas) {
        if self.spare > 0 {
            self.spare -= 1;
            canvas.blank();
        }
    }
}

pub(super) fn draw(app: &Shared, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let mut room = Room::of(app, theme, canvas.area);
    if room.has_title {
        canvas.line(Line::styled("New service account secret", theme.strong));
        room.blank(canvas);
    }
    for name in FieldName::ALL {
        field_view::draw(app, name, canvas);
        if room.reserved.contains(&name) {
            canvas.blank();
        }
    }
    // A failure takes the place of what creating would do.
    if !has_failed(app) {
        room.blank(canvas);
        let area = canvas.take(room.consequence);
        draw_consequence(app, &mut canvas.part(area));
    }
    room.blank(canvas);
    canvas.line(button(app, theme, canvas.width()).alignment(Alignment::Right));
    if let Some(said) = &app.form.notice {
        room.blank(canvas);
        draw_notice(said, canvas);
    }
}

/// What creating does to the others: to each by name, once the account was read. Where not all of it fits, the
/// last row says so.
fn draw_consequence(app: &Shared, canvas: &mut Canvas) {
    let (theme, area) = (canvas.theme, canvas.area);
    if app.account().is_some() {
        consequences::draw(app, canvas);
    } else {
        canvas.warning(CONSEQUENCE, Style::new());
    }
    if consequence_rows(app, theme, area.width) > area.height {
        let last = Rect { y: area.bottom().saturating_sub(1), height: area.height.min(1), ..area };
        canvas.frame.render_widget(Clear, last);
        let words = format!("  {} enlarge the window to see all of it", theme.glyphs.ellipsis);
        canvas.frame.render_widget(Line::styled(words, theme.warning), last);
    }
}

fn consequence_rows(app: &Shared, theme: &Theme, width: u16) -> u16 {
    if app.account().is_some() {
        consequences::rows(app, theme, width)
    } else {
        rows_of(CONSEQUENCE, width, 2)
    }
}

fn has_failed(app: &Shared) -> bool {
    matches!(app.form.notice, Some(Notice::Failed(_)))
}

fn button<'a>(app: &Shared, theme: &Theme, width: u16) -> Line<'a> {
    let (reason, label) = match app.submit_action() {
        SubmitAction::Create => ("", "[ Create secret ]".to_owned()),
        SubmitAction::ReplaceExpired(expired) => {
            ("", format!("[ Replace expired {} ]", words::short_label(&expired, &theme.glyphs)))
        }
        SubmitAction::ListSecrets if width < WIDE => {
            ("no place is free; Enter lists  ", "[ Create secret ]".to_owned())
        }
        SubmitAction::ListSecrets => {
            ("both places are taken; Enter lists them  ", "[ Create secret ]".to_owned())
        }
    };
    let in_focus = app.form.focus == Focus::Button;
    let reason = if app.in_flight.is_some() { "an earlier request is running  " } else { reason };
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

/// The symbol, and the indent of everything below it.
const INDENT: u16 = 2;

/// How many rows it takes to say all of it.
fn notice_rows(notice: &Notice, width: u16) -> u16 {
    match notice {
        Notice::Word(word) => rows_of(word, width, INDENT),
        Notice::Warning(words) => rows_of(words, width, INDENT),
        Notice::Failed(failure) => {
            let atlas = failure.atlas_words.as_ref().map(said_by_atlas);
            let explanation = &failure.explanation;
            [
                title(failure).as_str(),
                &explanation.meaning,
                &explanation.action,
                atlas.as_deref().unwrap_or(""),
            ]
            .into_iter()
            .filter(|text| !text.is_empty())
            .map(|text| rows_of(text, width, INDENT))
            .sum()
        }
    }
}

fn draw_notice(notice: &Notice, canvas: &mut Canvas) {
    let theme = canvas.theme;
    match notice {
        Notice::Word(word) => {
            canvas.marked(theme.glyphs.dot, word, theme.faint);
        }
        Notice::Warning(words) => {
            canvas.warning(words, theme.warning);
        }
        Notice::Failed(failure) => {
            draw_failure(failure, notice_rows(notice, canvas.width()), canvas);
        }
    }
}

/// Where not all of it fits, what it means goes first, then the end of Atlas's own words: what happened and
/// what to do stay.
fn draw_failure(failure: &Failure, rows: u16, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let fits = rows <= canvas.left();
    canvas.marked(theme.glyphs.cross, &title(failure), theme.bad);
    if fits && !failure.explanation.meaning.is_empty() {
        canvas.words(INDENT, &failure.explanation.meaning, theme.faint);
    }
    canvas.words(INDENT, &failure.explanation.action, theme.strong);
    if let Some(words) = &failure.atlas_words {
        canvas.atlas_words(INDENT, words);
    }
}

fn title(failure: &Failure) -> String {
    format!("{} {}", failure.certainty.words(), failure.explanation.title)
}
