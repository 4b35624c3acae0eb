//! Draws one field: its label, its text, and the message beside or below it.

use jiff::SignedDuration;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{ApiError, Explanation, Lifetime, RejectionKind};
use crate::tui::app::Shared;
use crate::tui::canvas::{Canvas, LABEL_WIDTH, cut};
use crate::tui::text_line::{InputRow, field_label};
use crate::tui::{Theme, text};

use super::super::picker::List;
use super::field::Resolves;
use super::{FieldName, Focus, Validation, names};

/// Fits a client ID and the caret after it. In columns.
const VALUE_WIDTH: u16 = 35;

/// A name longer than this is cut, unless the row is wide enough for it, the label and the roles. In columns.
const MAX_NAME_WIDTH: u16 = 40;
const BESIDE_NAME: u16 = 36;

const NO_NAME: &str = "Could not look up the name.";

/// Draws a field. An error is always shown. A message about a valid value is shown beside it or, unless `only_errors`,
/// below it.
pub(super) fn draw(app: &Shared, name: FieldName, only_errors: bool, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let validation = app.form.validation(name);
    let has_focus = app.form.focus == Focus::Field(name);
    let columns = canvas.width().saturating_sub(LABEL_WIDTH + VALUE_WIDTH);
    let message = FieldMessage::of(app, name, &validation, canvas.width(), theme);
    // At the smallest size, a `✓` still fits beside a whole client ID.
    let gap = if columns > 1 { " " } else { "" };
    let beside = message.as_ref().map(|message| message.line(gap)).unwrap_or_default();
    let fits = beside.width() <= usize::from(columns);
    let input = InputRow {
        prefix: field_label(name.label(), has_focus, theme),
        text: value_line(app, name, &validation, theme),
        caret: app.form.field(name).line.caret_column(),
        has_focus,
    };
    if let Some((_, left)) = app.lookup_retry(name) {
        canvas.changes_in(text::until_next_second(left));
    }
    input.draw(columns, if fits { beside } else { Line::default() }, canvas);
    if let Some(message) = message.filter(|message| !(fits || only_errors && message.is_good(theme))) {
        let indent = " ".repeat(usize::from(LABEL_WIDTH));
        let symbol = Span::styled(format!("{indent}{} ", message.symbol), message.style);
        let rows = if message.is_good(theme) && name != FieldName::Lifetime { 1 } else { u16::MAX };
        let width = u16::try_from(symbol.width()).unwrap_or(u16::MAX);
        let text = cut(&message.text, canvas.width(), width, rows, theme.glyphs.ellipsis);
        canvas.item(symbol, &text, message.style);
    }
}

struct FieldMessage {
    symbol: &'static str,
    text: String,
    style: Style,
}

impl FieldMessage {
    fn of(app: &Shared, name: FieldName, validation: &Validation, width: u16, theme: &Theme) -> Option<Self> {
        let glyphs = theme.glyphs;
        // The suggestions below the field say the same.
        let is_open = app.suggestions().is_some_and(|(open, _)| open == name);
        let is_below = matches!(validation, Validation::Name { .. } | Validation::Incomplete(_));
        if is_open && is_below {
            return None;
        }
        let (symbol, text, style) = match validation {
            Validation::Silent => return None,
            Validation::Incomplete(missing) if app.form.text(name).is_empty() => {
                (glyphs.cross, missing.clone(), theme.bad)
            }
            Validation::Incomplete(missing) => (glyphs.dot, missing.clone(), theme.faint),
            Validation::Name { message, position } => {
                match app.list(name).map(|list| (list, names::list_message(list))) {
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
            // Atlas's own words stay as they are.
            Validation::Refused(message) => {
                return Some(Self { symbol: glyphs.cross, text: message.to_string(), style: theme.bad });
            }
            // It cannot be looked up in a project that was not found.
            Validation::Id(_) if name == FieldName::Client && is_without_project(app) => return None,
            Validation::Id(note) => return Some(Self::of_id(app, name, *note, width, theme)),
            Validation::Lifetime { lifetime, warning: Some(warning) } => {
                let is_date = Lifetime::parse_date(app.form.text(name), &app.form.clock.1).is_some();
                let shown = if is_date { expiry_text(app, *lifetime) } else { lifetime.to_string() };
                (glyphs.warning, format!("{shown}: {warning}"), theme.warning)
            }
            Validation::Lifetime { lifetime, warning: None } => {
                let limit = app.form.limit.map(|limit| format!(" {} limit {limit}", glyphs.dot));
                (glyphs.check, expiry_text(app, *lifetime) + &limit.unwrap_or_default(), theme.good)
            }
        };
        let text = if symbol == glyphs.check { text } else { text::sentence(&text) };
        Some(Self { symbol, text, style })
    }

    /// The message about a valid ID: the name that Atlas has for it, then how the program changed the text.
    fn of_id(app: &Shared, name: FieldName, note: Option<&'static str>, width: u16, theme: &Theme) -> Self {
        let glyphs = theme.glyphs;
        let good = |text: String| Self { symbol: glyphs.check, text, style: theme.good };
        let warning = |text: String| Self { symbol: glyphs.warning, text, style: theme.warning };
        match app.looked_up(name) {
            None => match app.lookup_retry(name) {
                Some((retry, left)) if retry.error.rejection().is_some() => warning(retry.message(left)),
                Some((retry, left)) => warning(format!("{NO_NAME} {}", retry.message(left))),
                None => good(note.unwrap_or_default().to_owned()),
            },
            Some(Ok(known)) => {
                let longest = MAX_NAME_WIDTH.max(width.saturating_sub(BESIDE_NAME));
                let known = cut(known, longest, 0, 1, glyphs.ellipsis);
                let about = (name == FieldName::Client).then(|| about_account(app)).flatten();
                let note = note.map(|note| format!("({note})"));
                let note = note.or_else(|| about.map(|about| format!("{} {about}", glyphs.dot)));
                good([Some(known), note].into_iter().flatten().collect::<Vec<_>>().join(" "))
            }
            // An error about credentials is reported only once.
            Some(Err(error)) if name == FieldName::Client && is_reported_above(app, error) => {
                good(String::new())
            }
            Some(Err(error)) => {
                if let Some((field, text)) = error.not_found() {
                    let text = text::sentence(&with_list_key(field, text));
                    return Self { symbol: glyphs.cross, text, style: theme.bad };
                }
                let Explanation { title, action, .. } = error.explain(&app.session.signed_in_as());
                let text = if error.is_about_signing_in() {
                    format!("{title} Ctrl-P signs in again.")
                } else if error.rejection_kind() == Some(RejectionKind::RateLimited) {
                    format!("{title} {action}")
                } else if error.rejection().is_some() {
                    title.into_owned()
                } else {
                    format!("{NO_NAME} {title} You can still create.")
                };
                warning(text)
            }
        }
    }

    fn line(&self, gap: &'static str) -> Line<'static> {
        let symbol = Span::styled(self.symbol, self.style);
        if self.text.is_empty() {
            return Line::from(vec![Span::raw(gap), symbol]);
        }
        let text = Span::styled(self.text.clone(), self.style);
        Line::from(vec![Span::raw(gap), symbol, Span::raw(" "), text])
    }

    fn is_good(&self, theme: &Theme) -> bool {
        self.symbol == theme.glyphs.check
    }
}

/// Why an ID is not found, with the key that lists the others.
pub(super) fn with_list_key(field: FieldName, not_found: &str) -> String {
    let keys = if field == FieldName::Client { "; Ctrl-O lists them" } else { "" };
    format!("{not_found}{keys}")
}

/// True if the project was not found, and nothing else is known about the account.
fn is_without_project(app: &Shared) -> bool {
    let project = app.looked_up(FieldName::Project).and_then(Result::err);
    let account = app.looked_up(FieldName::Client);
    project.is_some_and(|error| error.not_found().is_some())
        && account.is_none_or(|account| account.is_err_and(|error| is_reported_above(app, error)))
}

/// True if the field above reports the same error, which is about credentials or the project.
fn is_reported_above(app: &Shared, error: &ApiError) -> bool {
    let above = app.looked_up(FieldName::Project).and_then(Result::err);
    let is_of_project = matches!(error.not_found(), Some((FieldName::Project, _)));
    (error.is_about_signing_in() || is_of_project) && above.is_some_and(|above| above.cause == error.cause)
}

fn value_line<'a>(app: &'a Shared, name: FieldName, validation: &Validation, theme: &Theme) -> Line<'a> {
    let offending = match validation {
        Validation::Wrong { position, .. } => *position,
        // It is not a name either.
        Validation::Name { position, .. } if app.list(name).is_some_and(List::has_no_match) => *position,
        _ => None,
    };
    let has_focus = app.form.focus == Focus::Field(name);
    let text = app.form.text(name);
    if text.is_empty() && name != FieldName::Lifetime {
        return Line::styled("ID or name", theme.faint);
    }
    let mut line = match offending.and_then(|position| text.char_indices().nth(position)) {
        _ if has_focus && app.form.is_selected => Line::from(Span::styled(text, theme.selected)),
        // Highlight the invalid character.
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
    line
}

/// Whether this session uses the account, and the account's roles in the project, as Atlas's pages write them.
fn about_account(app: &Shared) -> Option<String> {
    let signed_in = app.rotates_itself().then(|| "signed in".to_owned());
    let roles = app.account()?.roles.iter().map(|role| text::role_title(role.as_str()));
    let parts: Vec<String> = signed_in.into_iter().chain(roles).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The lifetime, and the date it leads to once the time zone is known. A date that was typed is rounded up to whole
/// hours.
fn expiry_text(app: &Shared, lifetime: Lifetime) -> String {
    let hours = SignedDuration::from_hours(i64::from(lifetime.hours()));
    let ends_at = app.now.wall.checked_add(hours);
    match (ends_at, &app.zone) {
        (Ok(ends_at), Some(zone)) => {
            let typed = Lifetime::parse_date(app.form.text(FieldName::Lifetime), zone).flatten();
            let [shown, typed] =
                [Some(ends_at), typed].map(|at| at.map(|at| text::date_time(at, Some(zone))));
            let is_rounded = typed.is_some() && typed != shown;
            let whole_hours = if is_rounded { " (rounded up)" } else { "" };
            format!("{lifetime}, {}{whole_hours}", shown.unwrap_or_default())
        }
        _ => lifetime.to_string(),
    }
}
