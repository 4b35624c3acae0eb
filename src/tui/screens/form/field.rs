//! One field of the form: its text, what the program changed in it, its validation, and how it is drawn.

use jiff::SignedDuration;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{
    ClientId, Explanation, FieldName, IdError, Lifetime, LifetimeError, ProjectId, RejectionKind, ServerText,
};
use crate::tui::app::Shared;
use crate::tui::canvas::{Canvas, LABEL_WIDTH, cut};
use crate::tui::text_line::{InputRow, field_label};
use crate::tui::{TextLine, Theme, Tone, paste, text};

use super::{Form, names};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    Field(FieldName),
    Button,
}

impl Focus {
    /// All elements, from top to bottom.
    pub(super) const ALL: [Self; 4] = [
        Self::Field(FieldName::Project),
        Self::Field(FieldName::Client),
        Self::Field(FieldName::Lifetime),
        Self::Button,
    ];
}

#[derive(Clone, Debug, Default)]
pub struct Field {
    pub line: TextLine,
    /// True once something was typed, or the form was submitted.
    pub touched: bool,
    /// Atlas's message about this value. The next change clears it.
    pub refused: Option<ServerText>,
    /// True after a secret was dropped: text that follows immediately is part of it.
    pub(super) drops_text: bool,
    pub(super) note: Option<InputNote>,
    pub(super) suggestions: Suggestions,
    pub(super) resolves: Resolves,
}

/// Which entry of Atlas's list, once it is loaded, replaces the name in a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Resolves {
    /// None while the field has the focus; after that, the one with exactly this name.
    #[default]
    WhenLeft,
    /// The one with exactly this name.
    ExactName,
    /// The one with exactly this name, or else the only match: the user moved on before the list was loaded.
    OnlyMatch,
}

/// When the entries of Atlas's list are shown below the field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Suggestions {
    /// While the text is a name.
    #[default]
    ForNames,
    /// For any text, until it changes.
    Open,
    /// Never, until the text changes.
    Closed,
}

/// How the program changed a text that was typed or pasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum InputNote {
    Lowered,
    PrefixAdded,
    TakenFromUrl,
    CameFromOtherField,
    SecretNotKept,
}

impl InputNote {
    fn message(self) -> Option<&'static str> {
        match self {
            Self::Lowered => Some("changed to lower case"),
            Self::PrefixAdded => Some("added mdb_sa_id_"),
            Self::TakenFromUrl => Some("from the pasted text"),
            Self::CameFromOtherField => Some("moved here"),
            Self::SecretNotKept => None,
        }
    }
}

impl Field {
    pub(super) fn new(name: FieldName, text: &str) -> Self {
        let (touched, line) = (!text.is_empty(), TextLine::new(text));
        let mut field = Self { touched, line, resolves: Resolves::ExactName, ..Self::default() };
        field.normalize(name);
        if let Some(id) = paste::project_in_url(text).filter(|_| name == FieldName::Project) {
            field.line.set(id.as_str());
        }
        field
    }

    /// Resets what only applied to the previous text.
    pub(super) fn after_change(&mut self) {
        self.drops_text = false;
        self.touched = true;
        self.refused = None;
        self.note = None;
        self.suggestions = Suggestions::default();
        self.resolves = Resolves::default();
    }

    /// Changes a project ID to lower case, as Atlas writes it, and drops a secret that was typed by mistake.
    pub(super) fn normalize(&mut self, name: FieldName) {
        let text = self.line.text();
        if paste::contains_secret(text) {
            self.line.set("");
            self.note = Some(InputNote::SecretNotKept);
            self.drops_text = true;
        } else if name == FieldName::Project
            && let Ok(id) = ProjectId::parse(text)
            && id.as_str() != text
        {
            self.line.set(id.as_str());
            self.note = Some(InputNote::Lowered);
        }
    }
}

/// The state of a field's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Validation {
    /// Empty and untouched: no message.
    Silent,
    /// Valid so far. The message says what is missing.
    Incomplete(String),
    /// More typing cannot make it valid.
    Wrong(String),
    /// No ID, or only the beginning of one. It may be a name in Atlas's list.
    Name {
        /// Why it is no ID.
        message: String,
        is_like_an_id: bool,
    },
    Refused(ServerText),
    /// A well-formed ID, and a note about it.
    Id(Option<&'static str>),
    Lifetime {
        lifetime: Lifetime,
        warning: Option<&'static str>,
    },
}

/// The range in Atlas's documentation. It may change, so a lifetime outside it is only a warning.
const UNUSUAL: &str = "Atlas's documented range is 8 hours to 365 days";

/// A text with at least this many hexadecimal digits is an ID and not a name.
const DIGITS_OF_AN_ID: usize = 12;

/// If at least this many characters at the start of a text could be an ID, it was probably meant as one.
const LIKE_AN_ID: usize = 4;

impl Validation {
    /// True if the value can be sent.
    pub fn is_valid(&self) -> bool {
        matches!(self, Self::Id(_) | Self::Lifetime { .. })
    }

    pub(super) fn of(name: FieldName, form: &Form) -> Self {
        let field = form.field(name);
        let text = field.line.text();
        if field.note == Some(InputNote::SecretNotKept) && text.is_empty() {
            return Self::wrong(&format!("this is a secret, not a {}", name.value_noun()));
        }
        if text.is_empty() && !field.touched {
            return Self::Silent;
        }
        if let Some(refused) = &field.refused {
            return Self::Refused(refused.clone());
        }
        match name {
            FieldName::Project => Self::of_id(ProjectId::parse(text).err(), text, field.note),
            FieldName::Client => Self::of_id(ClientId::parse(text).err(), text, field.note),
            FieldName::Lifetime => Self::of_lifetime(text, form),
        }
    }

    fn of_id(error: Option<IdError>, text: &str, note: Option<InputNote>) -> Self {
        let Some(error) = error else { return Self::Id(note.and_then(InputNote::message)) };
        let message = error.to_string();
        let wrong_at = match error {
            IdError::NotHex { position, .. } => Some(position),
            IdError::WrongPrefix(position) => position,
            _ => None,
        };
        let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_meant_as_id = text.starts_with("mdb_sa_") || is_hex && text.len() >= DIGITS_OF_AN_ID;
        let may_be_name = !is_meant_as_id && !text.trim().is_empty();
        if may_be_name && (wrong_at.is_some() || error.is_incomplete()) {
            Self::Name { message, is_like_an_id: wrong_at.is_none_or(|position| position >= LIKE_AN_ID) }
        } else if error.is_incomplete() {
            Self::Incomplete(message)
        } else {
            Self::Wrong(message)
        }
    }

    fn of_lifetime(text: &str, form: &Form) -> Self {
        let (now, zone) = &form.clock;
        match (Lifetime::parse_at(text, *now, zone), form.limit) {
            (Ok(lifetime), Some(limit)) if lifetime > limit => {
                Self::wrong(&format!("above the organization's limit of {limit}"))
            }
            (Ok(lifetime), _) => {
                Self::Lifetime { lifetime, warning: (!lifetime.is_documented()).then_some(UNUSUAL) }
            }
            (Err(error @ LifetimeError::Empty), _) => Self::Incomplete(error.to_string()),
            (Err(error), _) => Self::wrong(&error),
        }
    }

    fn wrong(message: &impl ToString) -> Self {
        Self::Wrong(message.to_string())
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_more_typing_can_complete_is_incomplete_and_not_wrong() {
        let of_project = |text| Validation::of_id(ProjectId::parse(text).err(), text, None);
        let of_client = |text| Validation::of_id(ClientId::parse(text).err(), text, None);
        for text in ["", "cafecafecafe", "32b6e34b3d91647abb20e7b"] {
            assert!(matches!(of_project(text), Validation::Incomplete(_)), "{text:?}");
        }
        for text in ["", "mdb_sa_", "mdb_sa_id_12"] {
            assert!(matches!(of_client(text), Validation::Incomplete(_)), "{text:?}");
        }
        for text in ["x", "32b6g", "pay", "beef-api", "cafecafecafe-x", "c", "cafe", "BEEF", "cafecafecaf"] {
            let is_like_an_id = !["x", "pay"].contains(&text);
            let Validation::Name { is_like_an_id: found, .. } = of_project(text) else { panic!("{text:?}") };
            assert_eq!(found, is_like_an_id, "{text:?}");
        }
        for text in ["m", "mdb", "mdb_s", "ci", "mdb_sx", "cafe", "mdbx"] {
            assert!(matches!(of_client(text), Validation::Name { .. }), "{text:?}");
        }
        for text in [" ", "'pay'", "32b6e34b3d91647abb20e7b8a", "mdb_sa_id_12"] {
            assert!(matches!(of_project(text), Validation::Wrong(_)), "{text:?}");
        }
        for text in [
            " ",
            "'ci'",
            "mdb_sa_id_1x",
            "mdb_sa_sk_fake",
            "mdb_sa_x",
            "32b6e34b3d91",
            "32b6e34b3d91647abb20e7b8",
        ] {
            assert!(matches!(of_client(text), Validation::Wrong(_)), "{text:?}");
        }
    }

    #[test]
    fn the_url_of_a_project_is_its_id() {
        let id = "32b6e34b3d91647abb20e7b8";
        let project = |text: &str| Field::new(FieldName::Project, text).line.text().to_owned();
        assert_eq!(project(&format!("https://cloud.mongodb.com/v2/{id}#/clusters")), id);
        assert_eq!(project("https://cloud.mongodb.com/v2#/org/x"), "https://cloud.mongodb.com/v2#/org/x");
        assert_eq!(project(&format!("v2/{id}")), format!("v2/{id}"));
    }

    #[test]
    fn a_lifetime_equal_to_the_organizations_limit_is_valid() {
        let mut form = Form::new("", "", "720");
        form.limit = Lifetime::from_hours(720).ok();
        assert!(matches!(Validation::of_lifetime("720", &form), Validation::Lifetime { .. }));
        assert!(matches!(Validation::of_lifetime("721", &form), Validation::Wrong(_)));
    }
}
