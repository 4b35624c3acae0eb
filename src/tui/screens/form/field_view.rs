//! How one field looks: its label, what was typed, and the remark beside or below it.

use jiff::SignedDuration;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{ApiError, Lifetime, Request};
use crate::tui::app::Shared;
use crate::tui::canvas::{Canvas, LABEL_WIDTH, cut, rows_of, split_left};
use crate::tui::text_line::draw_scrolled;
use crate::tui::{Theme, text};

use super::field::Resolves;
use super::{FieldName, Focus, Validation, suggestions};

/// Room for a client id and the caret behind it.
const VALUE_WIDTH: u16 = 35;

/// Longer names are cut.
const LONGEST_NAME: u16 = 40;

/// The indent of a remark that is too long to stand below the value.
const LONG_INDENT: u16 = 2;

pub(super) fn draw(app: &Shared, name: FieldName, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let [label, value, beside] = parts(canvas.take(1));
    let validation = app.form.validation(name);
    draw_label(app, name, &mut canvas.part(label));
    draw_value(app, name, &validation, &mut canvas.part(value));
    let Some(remark) = Remark::of(app, name, &validation, theme) else { return };
    if remark.width() <= beside.width {
        canvas.frame.render_widget(remark.line(), beside);
        return;
    }
    let indent = remark.indent(canvas.width());
    let symbol = Span::styled(format!("{}{} ", " ".repeat(usize::from(indent)), remark.symbol), remark.style);
    canvas.item(symbol, &remark.text, remark.style);
}

/// How many rows a remark takes that does not fit beside the value.
pub(super) fn rows_below(app: &Shared, name: FieldName, theme: &Theme, width: u16) -> u16 {
    let [.., beside] = parts(Rect { width, height: 1, ..Rect::default() });
    match Remark::of(app, name, &app.form.validation(name), theme) {
        Some(remark) if remark.width() > beside.width => {
            rows_of(&remark.text, width, remark.indent(width) + 2)
        }
        _ => 0,
    }
}

fn parts(row: Rect) -> [Rect; 3] {
    // Where it is narrowest a `✓` still fits beside a whole client id.
    let gap = u16::from(row.width > LABEL_WIDTH + VALUE_WIDTH + 1);
    let [label, row] = split_left(row, LABEL_WIDTH);
    let [value, row] = split_left(row, VALUE_WIDTH);
    let [_, beside] = split_left(row, gap);
    [label, value, beside]
}

/// What is said about a field.
struct Remark {
    symbol: &'static str,
    text: String,
    style: Style,
}

impl Remark {
    fn of(app: &Shared, name: FieldName, validation: &Validation, theme: &Theme) -> Option<Self> {
        let glyphs = theme.glyphs;
        // The entries below say it.
        let is_open = app.suggestions().is_some_and(|(open, _)| open == name);
        let is_said = matches!(validation, Validation::Name { .. } | Validation::Incomplete(_));
        if is_open && is_said {
            return None;
        }
        let (symbol, text, style) = match validation {
            Validation::Silent => return None,
            Validation::Incomplete(missing) => (glyphs.dot, missing.clone(), theme.faint),
            Validation::Name { message, position } => {
                match app.list(name).map(|list| (list, suggestions::remark(list))) {
                    Some((list, text)) if list.has_no_match() => (glyphs.cross, text, theme.bad),
                    Some((list, text))
                        if list.is_complete() && app.form.field(name).resolves == Resolves::OnlyMatch =>
                    {
                        (glyphs.warning, format!("{text}: choose one"), theme.warning)
                    }
                    Some((_, text)) => (glyphs.dot, text, theme.faint),
                    None if name == FieldName::Client && app.form.project_id().is_none() => {
                        (glyphs.dot, "choose a project first".to_owned(), theme.faint)
                    }
                    None if position.is_none() => (glyphs.dot, message.clone(), theme.faint),
                    None => (glyphs.cross, message.clone(), theme.bad),
                }
            }
            Validation::Wrong { message, .. } => (glyphs.cross, message.clone(), theme.bad),
            Validation::Refused(message) => (glyphs.cross, message.to_string(), theme.bad),
            Validation::Id(note) => return Some(Self::of_id(app, name, *note, theme)),
            Validation::Lifetime { lifetime, .. } => match app.form.lifetime_warning() {
                Some(warning) => (glyphs.warning, warning, theme.warning),
                None => (glyphs.check, lifetime_text(app, *lifetime, theme), theme.good),
            },
        };
        Some(Self { symbol, text, style })
    }

    /// The name that Atlas knows it by, then what the program did to the text.
    fn of_id(app: &Shared, name: FieldName, note: Option<&'static str>, theme: &Theme) -> Self {
        let glyphs = theme.glyphs;
        let good = |text: String| Self { symbol: glyphs.check, text, style: theme.good };
        match app.looked_up(name) {
            None => good(note.unwrap_or_default().to_owned()),
            Some(Ok(known)) => {
                let known = cut(known, LONGEST_NAME, 0, 1, glyphs.ellipsis);
                let about = (name == FieldName::Client).then(|| about_account(app)).flatten();
                let note = note.map(|note| format!("({note})"));
                let note = note.or_else(|| about.map(|about| format!("{} {about}", glyphs.separator)));
                good([Some(known), note].into_iter().flatten().collect::<Vec<_>>().join(" "))
            }
            // Wrong credentials are reported once.
            Some(Err(error)) if name == FieldName::Client && is_reported_above(app, error) => {
                good(String::new())
            }
            Some(Err(error)) => {
                if let Some((_, text)) = error.not_found() {
                    return Self { symbol: glyphs.cross, text: text.to_owned(), style: theme.bad };
                }
                let request =
                    if name == FieldName::Client { Request::ReadAccount } else { Request::ReadProject };
                let title = error.explain_request(request, &app.session.signed_in_as()).title;
                let text = if error.is_about_signing_in() {
                    format!("{title} Ctrl-P signs in again.")
                } else if error.rejection().is_some() {
                    title.into_owned()
                } else {
                    format!("Could not look up the name. {title} You can still create.")
                };
                Self { symbol: glyphs.warning, text, style: theme.warning }
            }
        }
    }

    fn line(&self) -> Line<'_> {
        let symbol = Span::styled(self.symbol, self.style);
        if self.text.is_empty() {
            return Line::from(symbol);
        }
        Line::from(vec![symbol, Span::raw(" "), Span::styled(self.text.as_str(), self.style)])
    }

    fn width(&self) -> u16 {
        u16::try_from(self.line().width()).unwrap_or(u16::MAX)
    }

    /// Below the value where that fits, else from the left.
    fn indent(&self, width: u16) -> u16 {
        if LABEL_WIDTH.saturating_add(self.width()) <= width { LABEL_WIDTH } else { LONG_INDENT }
    }
}

/// True when the field above says the same of the credentials.
fn is_reported_above(app: &Shared, error: &ApiError) -> bool {
    error.is_about_signing_in() && app.looked_up(FieldName::Project) == Some(Err(error))
}

fn draw_label(app: &Shared, name: FieldName, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let in_focus = app.form.focus == Focus::Field(name);
    let line = if in_focus {
        Line::from(vec![
            Span::styled(name.label(), theme.strong),
            Span::raw(" "),
            Span::styled(theme.glyphs.pointer, theme.strong),
        ])
    } else {
        Line::styled(name.label(), theme.faint)
    };
    canvas.line(line);
}

fn draw_value(app: &Shared, name: FieldName, validation: &Validation, canvas: &mut Canvas) {
    let (theme, area) = (canvas.theme, canvas.area);
    let typed = &app.form.field(name).line;
    let offending = match validation {
        Validation::Wrong { position, .. } => *position,
        // It is no name either.
        Validation::Name { position, .. } if app.form.field(name).has_no_match => *position,
        _ => None,
    };
    let has_focus = app.form.focus == Focus::Field(name);
    let text = typed.text();
    let mut line = match offending.and_then(|position| text.char_indices().nth(position)) {
        _ if has_focus && app.form.is_selected => Line::from(Span::styled(text, theme.selected)),
        // Set off, so that it is found without reading.
        Some((start, character)) => {
            let (before, rest) = text.split_at(start);
            let (character, after) = rest.split_at(character.len_utf8());
            Line::from(vec![Span::raw(before), Span::styled(character, theme.offending), Span::raw(after)])
        }
        None => Line::raw(text),
    };
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if name == FieldName::Lifetime && is_number {
        line.push_span(Span::styled(" h", theme.faint));
    }
    draw_scrolled(canvas, area, line, typed.caret_column(), has_focus);
}

/// The account's roles in this project, as Atlas's pages write them; first whether this session uses the account.
fn about_account(app: &Shared) -> Option<String> {
    let signed_in = app.rotates_itself().then(|| "signed in".to_owned());
    let roles = app.account()?.roles.iter().map(|role| text::role(role.as_str()));
    let parts: Vec<String> = signed_in.into_iter().chain(roles).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// How long it lives, the date it leads to once the time zone is known, and the organization's limit.
fn lifetime_text(app: &Shared, lifetime: Lifetime, theme: &Theme) -> String {
    let hours = SignedDuration::from_hours(i64::from(lifetime.hours()));
    let ends_at = app.now.wall.checked_add(hours);
    let text = match (ends_at, &app.zone) {
        (Ok(ends_at), Some(zone)) => format!("{lifetime}, {}", text::date_time(ends_at, Some(zone))),
        _ => lifetime.to_string(),
    };
    let limit = app.form.limit().map(|limit| format!(" {} limit {limit}", theme.glyphs.separator));
    text + &limit.unwrap_or_default()
}
