//! Draws one field: its label, its text, and the message beside or below it.

use jiff::SignedDuration;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{Explanation, Lifetime, RejectionKind};
use crate::tui::app::Shared;
use crate::tui::canvas::{Canvas, LABEL_WIDTH, cut};
use crate::tui::text_line::{InputRow, field_label};
use crate::tui::{Theme, Tone, text};

use super::{FieldName, Focus, Validation, names};

/// Fits a client ID and the caret after it. In columns.
const VALUE_WIDTH: u16 = 35;

const NO_NAME: &str = "Could not look up the name.";

/// Draws a field. An error is always shown. A message about a valid value is shown beside it or, unless `only_errors`,
/// below it.
pub(super) fn draw(app: &Shared, name: FieldName, only_errors: bool, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let has_focus = app.form.focus == Focus::Field(name);
    let columns = canvas.width().saturating_sub(LABEL_WIDTH + VALUE_WIDTH);
    let message = FieldMessage::of(app, name, theme);
    // At the smallest size, a `✓` still fits beside a whole client ID.
    let gap = if columns > 1 { " " } else { "" };
    let beside = message.as_ref().map(|message| message.line(gap, theme)).unwrap_or_default();
    let fits = beside.width() <= usize::from(columns);
    let input = InputRow {
        prefix: field_label(name.label(), has_focus, theme),
        text: value_line(app, name, theme),
        caret: app.form.field(name).line.caret_column(),
        has_focus,
    };
    if let Some((_, left)) = app.lookup_retry(name) {
        canvas.changes_in(text::until_next_second(left));
    }
    input.draw(columns, if fits { beside } else { Line::default() }, canvas);
    let Some(FieldMessage { tone, text }) = message.filter(|_| !fits) else { return };
    let is_good = tone == Tone::Good;
    if !(only_errors && is_good) {
        let (symbol, style) = theme.mark(tone);
        let symbol = Span::styled(format!("{:width$}{symbol} ", "", width = LABEL_WIDTH.into()), style);
        let rows = if is_good && name != FieldName::Lifetime { 1 } else { u16::MAX };
        let indent = u16::try_from(symbol.width()).unwrap_or(u16::MAX);
        let text = cut(&text, canvas.width(), indent, rows, theme.glyphs.ellipsis);
        canvas.item(symbol, &text, style);
    }
}

struct FieldMessage {
    tone: Tone,
    text: String,
}

impl FieldMessage {
    fn of(app: &Shared, name: FieldName, theme: &Theme) -> Option<Self> {
        let has_suggestions = app.suggestions().is_some_and(|(open, _)| open == name);
        let is_empty = app.form.text(name).is_empty();
        let (tone, text) = match app.form.validation(name) {
            Validation::Silent => return None,
            // The suggestions below the field say the same.
            Validation::Name { .. } | Validation::Incomplete(_) if has_suggestions => return None,
            Validation::Incomplete(missing) if is_empty => (Tone::Bad, missing),
            Validation::Incomplete(missing) => (Tone::Neutral, missing),
            Validation::Name { message, .. } => match app.list(name) {
                Some(list) => names::list_message(list),
                None if name == FieldName::Client => (Tone::Neutral, "choose a project first".to_owned()),
                None => (Tone::Neutral, message),
            },
            Validation::Wrong(message) => (Tone::Bad, message),
            // Atlas's own words stay as they are.
            Validation::Refused(message) => return Some(Self { tone: Tone::Bad, text: message.to_string() }),
            Validation::Id(_) if name == FieldName::Client && is_reported_above(app) => return None,
            Validation::Id(note) => Self::of_id(app, name, note, theme),
            Validation::Lifetime { lifetime, warning: Some(warning) } => {
                (Tone::Warning, format!("{lifetime}: {warning}"))
            }
            Validation::Lifetime { lifetime, warning: None } => {
                let limit = app.form.limit.map(|limit| format!(" {} limit {limit}", theme.glyphs.dot));
                (Tone::Good, expiry_text(app, lifetime) + &limit.unwrap_or_default())
            }
        };
        let text = if tone == Tone::Good { text } else { text::sentence(&text) };
        Some(Self { tone, text })
    }

    /// The message about a valid ID: the name that Atlas has for it, then how the program changed the text.
    fn of_id(app: &Shared, name: FieldName, note: Option<&str>, theme: &Theme) -> (Tone, String) {
        let error = match (app.looked_up(name), app.lookup_retry(name)) {
            (Some(Ok(known)), _) => {
                let about = (name == FieldName::Client).then(|| about_account(app)).flatten();
                let about = about.map(|about| format!(" {} {about}", theme.glyphs.dot));
                let note = note.map(|note| format!(" ({note})")).or(about);
                return (Tone::Good, known.to_owned() + &note.unwrap_or_default());
            }
            (Some(Err(error)), _) => error,
            (None, Some((retry, left))) => {
                let is_explained = retry.error.rejection().is_some();
                let lead = if is_explained { String::new() } else { format!("{NO_NAME} ") };
                return (Tone::Warning, lead + &retry.message(left));
            }
            (None, None) => return (Tone::Good, note.unwrap_or_default().to_owned()),
        };
        if let Some((_, not_found)) = error.not_found() {
            return (Tone::Bad, not_found.to_owned());
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
        (Tone::Warning, text)
    }

    fn line(&self, gap: &'static str, theme: &Theme) -> Line<'static> {
        let (symbol, style) = theme.mark(self.tone);
        let text = if self.text.is_empty() { String::new() } else { format!(" {}", self.text) };
        Line::from(vec![Span::raw(gap), Span::styled(symbol, style), Span::styled(text, style)])
    }
}

/// True if the account was not found or not looked up because of an error that the field above reports.
fn is_reported_above(app: &Shared) -> bool {
    let Some(Err(above)) = app.looked_up(FieldName::Project) else { return false };
    match app.looked_up(FieldName::Client) {
        Some(Ok(_)) => false,
        Some(Err(error)) => {
            error.cause == above.cause && (above.is_about_signing_in() || above.not_found().is_some())
        }
        None => above.not_found().is_some(),
    }
}

fn value_line<'a>(app: &'a Shared, name: FieldName, theme: &Theme) -> Line<'a> {
    let text = app.form.text(name);
    if text.is_empty() && name != FieldName::Lifetime {
        return Line::styled("ID or name", theme.faint);
    }
    let is_selected = app.form.focus == Focus::Field(name) && app.form.field(name).line.is_selected;
    let mut line = Line::from(Span::styled(text, if is_selected { theme.selected } else { Style::new() }));
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

/// The lifetime, and the date it leads to once the time zone is known.
fn expiry_text(app: &Shared, lifetime: Lifetime) -> String {
    let ends_at = app.now.wall.checked_add(SignedDuration::from_hours(lifetime.hours().into()));
    match (ends_at, &app.zone) {
        (Ok(ends_at), Some(zone)) => format!("{lifetime}, {}", text::date_time(ends_at, Some(zone))),
        _ => lifetime.to_string(),
    }
}
