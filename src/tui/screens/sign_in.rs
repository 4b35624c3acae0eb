//! Signing in by hand, if no credentials were found or none is preferred. Typed credentials are tried before they are
//! accepted, and never saved.

use std::borrow::Cow;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{
    ApiError, ApiResult, Credentials, Explanation, Half, Now, PairKind, ProfileName, RejectionKind,
    ServerText, Session, text,
};
use crate::jobs::{SignInWith, SignedIn};
use crate::tui::keys::{
    CHOICE_ABOVE, CHOICE_BELOW, CHOOSE, HELP, HELP_BESIDE_TEXT, NEXT_FIELD, PREVIOUS_FIELD, QUIT_BY_LETTER,
    REPAINT, SUSPEND,
};
use crate::tui::text_line::{InputRow, MaskedLine, field_label};
use crate::tui::{
    Action, Binding, Canvas, Command, Component, Event, KeyPress, Lookups, Shared, TextLine, Transition,
    paste,
};

use super::Notice;

/// The rows kept free for notes below the methods.
const ROWS_BELOW: u16 = 6;

/// The rows kept free for an error with Atlas's message.
const ROWS_FOR_ERROR: u16 = 9;

/// The screen that asks for credentials.
#[derive(Clone, Debug)]
pub struct SignIn {
    methods: Vec<SignInMethod>,
    selected: usize,
    typing: Option<Typing>,
    trying: Option<Now>,
    /// Why the last attempt failed, with Atlas's message if Atlas refused.
    error: Option<Explanation>,
}

#[derive(Clone, Debug, PartialEq)]
enum SignInMethod {
    Profile(ProfileName),
    Typed(CredentialKind),
    Demo,
}

/// The kind of pair that is typed; `None` for an access token.
type CredentialKind = Option<PairKind>;

const TYPED: [CredentialKind; 3] = [Some(PairKind::ServiceAccount), Some(PairKind::ApiKey), None];

fn title(kind: CredentialKind) -> &'static str {
    match kind {
        Some(PairKind::ServiceAccount) => "Service account",
        Some(PairKind::ApiKey) => "API key",
        None => "Access token",
    }
}

/// The label of one half. An access token is a secret without an identifier.
fn label(kind: CredentialKind, half: Half) -> &'static str {
    match (kind, half) {
        (Some(PairKind::ServiceAccount), Half::Identifier) => "Client ID",
        (Some(PairKind::ServiceAccount), Half::Secret) => "Client secret",
        (Some(PairKind::ApiKey), Half::Identifier) => "Public key",
        (Some(PairKind::ApiKey), Half::Secret) => "Private key",
        (None, _) => "Access token",
    }
}

#[derive(Clone, Debug)]
struct Typing {
    kind: CredentialKind,
    identifier: TextLine,
    secret: MaskedLine,
    focus: Half,
}

impl Typing {
    fn new(kind: CredentialKind) -> Self {
        let focus = if kind.is_some() { Half::Identifier } else { Half::Secret };
        let (identifier, secret) = Default::default();
        Self { kind, identifier, secret, focus }
    }

    /// Moves the focus. A complete text there is selected, so that typing replaces it.
    fn focus_on(&mut self, half: Half) {
        self.focus = if self.kind.is_some() { half } else { Half::Secret };
        self.identifier.is_selected = !matches!(self.credentials(), Err((Half::Identifier, _)));
        self.secret.is_selected = self.secret.length() > 0;
    }

    fn press(&mut self, key: KeyPress) {
        match self.focus {
            Half::Identifier => {
                self.identifier.press(key);
                // A secret that was typed in the visible line is removed.
                if paste::contains_secret(self.identifier.text()) {
                    self.identifier.set("");
                }
            }
            Half::Secret => self.secret.press(key),
        }
    }

    /// Inserts a pasted text. An ID and a secret go to their own lines, wherever the caret is.
    fn paste(&mut self, text: &str) {
        let text = paste::visible(text);
        let joined = paste::joined_secret(&text);
        let text = joined.as_deref().unwrap_or(text.trim());
        let (identifier, secret) = match paste::credentials(text) {
            (identifier, Some(secret)) => (identifier, secret),
            // A client ID is recognized without the secret.
            (Some(identifier), None) if self.kind.is_some() => {
                return self.identifier.set(identifier);
            }
            _ if self.focus == Half::Secret => return self.secret.append(text),
            _ if paste::contains_secret(text) => (None, text),
            _ => {
                self.identifier.insert(text);
                return;
            }
        };
        if let Some(identifier) = identifier {
            self.identifier.set(identifier);
        }
        self.secret = MaskedLine::default();
        self.secret.append(secret);
        self.focus = Half::Secret;
    }

    fn credentials(&self) -> Result<Credentials, (Half, String)> {
        let (identifier, secret) = (self.identifier.text().trim(), self.secret.text());
        let credentials = match self.kind {
            Some(kind) => Credentials::pair(kind, identifier, secret.to_owned()),
            None => Credentials::access_token(secret.to_owned()).map_err(|error| (Half::Secret, error)),
        };
        let (half, error) = match credentials {
            Ok(_) if secret.is_empty() => (Half::Secret, String::new()),
            Ok(credentials) => return Ok(credentials),
            Err((half, error)) => (half, error),
        };
        let is_empty = match half {
            Half::Identifier => identifier.is_empty(),
            Half::Secret => secret.is_empty(),
        };
        let label = label(self.kind, half);
        let enter = || format!("Enter the {}{}.", label[..1].to_lowercase(), &label[1..]);
        Err((half, if is_empty { enter() } else { text::sentence(&format!("{label}: {error}")) }))
    }
}

/// An error that needs no explanation.
fn plain_error(title: impl Into<Cow<'static, str>>) -> Explanation {
    Explanation { title: title.into(), ..Explanation::default() }
}

impl SignIn {
    /// Lists the methods. Profiles come first, because they need no typing.
    pub fn new(profiles: Vec<ProfileName>) -> Self {
        let profiles = profiles.into_iter().map(SignInMethod::Profile);
        let typed = TYPED.into_iter().map(SignInMethod::Typed);
        let methods = profiles.chain(typed).chain([SignInMethod::Demo]).collect();
        Self { methods, selected: 0, typing: None, trying: None, error: None }
    }

    fn step(&mut self, forward: bool) {
        if let Some(typing) = &mut self.typing {
            let other = if typing.focus == Half::Secret { Half::Identifier } else { Half::Secret };
            return typing.focus_on(other);
        }
        let count = self.methods.len().max(1);
        self.selected = (self.selected + if forward { 1 } else { count - 1 }) % count;
    }

    /// Chooses the method that takes the credentials in a pasted text.
    fn choose_for(&mut self, text: &str) {
        let text = paste::visible(text);
        let (identifier, secret) = paste::credentials(&text);
        let Some(kind) = secret.or(identifier).map(paste::kind_of) else {
            self.error = Some(plain_error("Nothing was pasted. The text contains no credentials."));
            return;
        };
        let typed = SignInMethod::Typed(kind);
        self.selected = self.methods.iter().position(|method| *method == typed).unwrap_or(self.selected);
        self.typing = Some(Typing::new(kind));
    }

    /// Handles Enter: chooses the method, goes on to the secret, or tries the credentials.
    fn confirm(&mut self, app: &mut Shared) {
        self.error = None;
        let with = match (&mut self.typing, self.methods.get(self.selected)) {
            (Some(typing), _) => match (typing.focus, typing.credentials()) {
                (Half::Identifier, Ok(_) | Err((Half::Secret, _))) => return typing.focus_on(Half::Secret),
                (_, Ok(credentials)) => SignInWith::Credentials(credentials),
                (_, Err((half, message))) => {
                    typing.focus_on(half);
                    self.error = Some(plain_error(message));
                    return;
                }
            },
            (None, Some(SignInMethod::Typed(kind))) => {
                self.typing = Some(Typing::new(*kind));
                return;
            }
            (None, Some(SignInMethod::Profile(name))) => SignInWith::Profile(name.clone()),
            (None, Some(SignInMethod::Demo)) => SignInWith::Demo,
            (None, None) => return,
        };
        self.trying = Some(app.now);
        app.send(Command::SignIn(with));
    }

    fn on_refused(&mut self, error: &ApiError) {
        let mut explanation = match &self.typing {
            // If Atlas refuses typed credentials, the error names only those.
            Some(typing) if error.rejection_kind() == Some(RejectionKind::NotAuthorized) => {
                Explanation::typed_credentials_refused(typing.kind, error)
            }
            _ => error.explain("This account"),
        };
        if let Some(typing) = &mut self.typing {
            // A refused secret must be typed again. One that did not reach Atlas can be tried again unchanged.
            if error.is_about_signing_in() || error.rejection().is_some() {
                typing.secret = MaskedLine::default();
                let label = label(typing.kind, Half::Secret).to_lowercase();
                explanation.action = format!("{} The {label} was cleared.", explanation.action).into();
            }
            typing.focus_on(Half::Secret);
        }
        self.error = Some(explanation);
    }

    fn on_tried(&mut self, app: &mut Shared, tried: ApiResult<SignedIn>) -> Transition {
        let signed_in = match tried {
            Ok(signed_in) => signed_in,
            Err(error) => {
                self.on_refused(&error);
                return Transition::Stay;
            }
        };
        let notice = signed_in.address_refused.map(|refusal| {
            let address = refusal.address.map_or_else(String::new, |address| format!(" ({address})"));
            Notice::Warning(format!(
                "Signed in, but this machine's address{address} is not on the API access list. Atlas will refuse \
                 requests from here."
            ))
        });
        app.login = None;
        app.atlas_clock = None;
        app.credential_notes.clear();
        app.lookups = Lookups::default();
        app.drop_names();
        app.login_holder = match self.methods.get(self.selected) {
            Some(SignInMethod::Profile(name)) => Some(ServerText::new(&format!("profile {name}"))),
            _ => None,
        };
        app.session = signed_in.session;
        app.form.fill_empty(signed_in.project.as_deref(), signed_in.client.as_deref());
        app.form.notice = notice;
        app.send(Command::UseSession);
        // Leaving the screen drops the typed credentials.
        Transition::form()
    }
}

impl Component for SignIn {
    fn on_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        if self.trying.is_some() {
            if action == Action::Leave {
                self.trying = None;
            }
            return Transition::Stay;
        }
        match action {
            Action::Next | Action::NextChoice => self.step(true),
            Action::Previous | Action::PreviousChoice => self.step(false),
            Action::Choose => self.confirm(app),
            Action::Leave if self.typing.take().is_some() => self.error = None,
            // The user has come from the form.
            Action::Leave if !matches!(app.session, Session::SignedOut { .. }) => return Transition::form(),
            Action::Leave => return Transition::Quit(app.exit()),
            _ => {}
        }
        Transition::Stay
    }

    fn on_key(&mut self, _app: &mut Shared, key: KeyPress) {
        if let Some(typing) = self.typing.as_mut().filter(|_| self.trying.is_none()) {
            self.error = None;
            typing.press(key);
        }
    }

    fn on_paste(&mut self, _app: &mut Shared, text: &str) {
        if self.trying.is_some() {
            return;
        }
        self.error = paste::unusable_credentials(&paste::visible(text)).map(plain_error);
        if self.error.is_some() {
            return;
        }
        if self.typing.is_none() {
            self.choose_for(text);
        }
        if let Some(typing) = &mut self.typing {
            typing.paste(text);
        }
    }

    fn on_event(&mut self, app: &mut Shared, event: Event) -> Transition {
        match event {
            Event::SignInTried(tried) if self.trying.take().is_some() => self.on_tried(app, tried),
            _ => Transition::Stay,
        }
    }

    fn keys(&self, app: &Shared) -> Vec<Binding> {
        let leave = |label| Binding::new("Esc, Ctrl-C", label, Action::Leave);
        if self.trying.is_some() {
            return vec![leave("stop"), REPAINT];
        }
        // Every character is text. The visible half comes first.
        if let Some(typing) = &self.typing {
            let enter = if typing.focus == Half::Secret { "sign in" } else { "next" };
            return vec![
                Binding::new("Enter", enter, Action::Choose),
                leave("back"),
                NEXT_FIELD.only_in_help().only_if(typing.kind.is_some()),
                PREVIOUS_FIELD,
                HELP_BESIDE_TEXT,
                SUSPEND,
                REPAINT,
            ];
        }
        // The user who has come from the form can go back to it.
        let back = Binding::new("Esc, q, Ctrl-C", "back", Action::Leave);
        let ways_out = match app.session {
            Session::SignedOut { .. } => [HELP, QUIT_BY_LETTER],
            _ => [back, HELP],
        };
        [CHOOSE, CHOICE_BELOW, CHOICE_ABOVE].into_iter().chain(ways_out).chain([SUSPEND, REPAINT]).collect()
    }

    fn about(&self) -> &'static [&'static str] {
        &["To skip this screen, set the variables in atlas-secret --help."]
    }

    fn draw(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        let title = match &self.typing {
            Some(typing) => &format!("Sign in with: {}", title(typing.kind)),
            None if !matches!(app.session, Session::SignedOut { .. }) => "Sign in with:",
            None if matches!(self.methods[..], [SignInMethod::Profile(_), SignInMethod::Profile(_), ..]) => {
                "Several Atlas CLI profiles were found. Sign in with:"
            }
            None => "No usable credentials were found. Sign in with:",
        };
        canvas.text(0, title, theme.strong);
        canvas.blank();
        match &self.typing {
            None => self.draw_methods(canvas),
            Some(typing) => typing.draw(canvas),
        }
        canvas.blank();
        if let Some(since) = self.trying {
            canvas.running(app.now, since, "Signing in");
        }
        if let Some(Explanation { title, meaning, action, atlas_message }) = &self.error {
            canvas.explained(title, meaning, action, atlas_message.as_ref());
        } else if self.trying.is_none() {
            if self.typing.is_some() {
                canvas.text(0, "Checked with Atlas before use; never saved.", theme.faint);
            }
            let stays = matches!(self.methods.get(self.selected), None | Some(SignInMethod::Demo));
            if app.session == Session::Demo && !stays {
                canvas.warning("This leaves the demo.", theme.warning);
            }
            for note in &app.credential_notes {
                canvas.warning(note.as_str(), theme.faint);
            }
        }
    }
}

impl SignIn {
    fn draw_methods(&self, canvas: &mut Canvas) {
        let theme = canvas.theme;
        // Rows are kept free for the text below; a longer list scrolls by pages.
        let below = if self.error.is_some() { ROWS_FOR_ERROR } else { ROWS_BELOW };
        let rows = usize::from(canvas.left().saturating_sub(below)).max(1);
        let first = self.selected / rows * rows;
        for (index, method) in self.methods.iter().enumerate().skip(first).take(rows) {
            let is_selected = index == self.selected;
            let style = if is_selected { theme.strong } else { theme.faint };
            let title = match method {
                SignInMethod::Profile(name) => format!("Atlas CLI profile {name}"),
                SignInMethod::Typed(kind) => title(*kind).to_owned(),
                SignInMethod::Demo => "Demo (simulated Atlas, no account needed)".to_owned(),
            };
            canvas.choice(is_selected, [Span::styled(title, style)]);
        }
    }
}

impl Typing {
    fn draw(&self, canvas: &mut Canvas) {
        let theme = canvas.theme;
        // The bullets show only the length, so that the user sees that a paste has arrived.
        let length = self.secret.length();
        let bullets = theme.glyphs.bullet.to_string().repeat(length);
        let line = &self.identifier;
        let identifier = (Half::Identifier, line.text(), line.caret_column(), line.is_selected);
        let secret = (Half::Secret, bullets.as_str(), length, self.secret.is_selected);
        let identifier = self.kind.map(|_| identifier);
        for (half, text, caret, is_selected) in identifier.into_iter().chain([secret]) {
            let has_focus = self.focus == half;
            let style = if has_focus && is_selected { theme.selected } else { Style::new() };
            let prefix = field_label(label(self.kind, half), has_focus, theme);
            let text = Line::from(Span::styled(text, style));
            InputRow { prefix, text, caret, has_focus }.draw(0, Line::default(), canvas);
        }
    }
}
