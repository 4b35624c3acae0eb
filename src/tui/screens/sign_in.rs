//! Signing in by hand, where no credentials were found: what is typed is tried before it is accepted, and never
//! saved.

use std::borrow::Cow;
use std::time::Duration;

use ratatui::text::{Line, Span};

use crate::domain::{
    ApiError, CredentialProblem, Credentials, Explanation, Half, Now, PairKind, ProfileName, RejectionKind,
    ServerText, Session, Tried, TriedSession,
};
use crate::tui::app::{Component, Shared, Transition};
use crate::tui::area::split_left;
use crate::tui::canvas::{Canvas, LABEL_WIDTH, SPINNER_STEP};
use crate::tui::event::{Command, Event, KeyPress, SignInWith};
use crate::tui::keys::{
    Action, Binding, CHOICE_ABOVE, CHOICE_BELOW, CHOOSE, HELP, HELP_BESIDE_TEXT, NEXT_FIELD, PREVIOUS_FIELD,
    QUIT_BY_LETTER, REPAINT, SUSPEND,
};
use crate::tui::text_line::draw_scrolled;
use crate::tui::{Lookups, MaskedLine, TextLine, paste};

use super::{Names, Notice};

/// Rows for remarks below the methods.
const ROWS_BELOW: u16 = 6;

/// Rows for a failure, with Atlas's own words.
const ROWS_FOR_PROBLEM: u16 = 9;

/// The screen that asks for credentials.
#[derive(Clone, Debug)]
pub struct SignIn {
    methods: Vec<SignInMethod>,
    /// Which of them is chosen, from 0.
    selected: usize,
    /// What is typed for it, once it was chosen.
    typing: Option<Typing>,
    /// Since when something is being tried.
    trying: Option<Now>,
    /// Why the last try failed.
    problem: Option<Problem>,
}

/// A way to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
enum SignInMethod {
    ServiceAccount,
    ApiKey,
    AccessToken,
    /// A profile of the Atlas CLI.
    Profile(ProfileName),
    /// The embedded Atlas.
    Demo,
}

/// What is typed to sign in.
#[derive(Clone, Debug)]
struct Typing {
    /// The part that may be seen, where there is one.
    name: Option<TextLine>,
    /// The part that may not.
    secret: MaskedLine,
    /// True while the keys go to the secret.
    on_secret: bool,
}

/// Why signing in did not work, with Atlas's own words where Atlas refused.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Problem {
    explanation: Explanation,
    atlas_words: Option<ServerText>,
}

impl SignInMethod {
    fn title(&self) -> String {
        match self {
            Self::ServiceAccount => "Service account".to_owned(),
            Self::ApiKey => "API key".to_owned(),
            Self::AccessToken => "Access token".to_owned(),
            Self::Profile(name) => format!("Atlas CLI profile {name}"),
            Self::Demo => "Demo (embedded Atlas, no account needed)".to_owned(),
        }
    }

    fn with_article(&self) -> &'static str {
        match self {
            Self::ServiceAccount => "a service account",
            Self::ApiKey => "an API key",
            Self::AccessToken => "an access token",
            Self::Profile(_) => "a profile",
            Self::Demo => "the demo",
        }
    }

    /// The labels of what is typed: the part that may be seen, and the secret.
    fn labels(&self) -> Option<(Option<&'static str>, &'static str)> {
        match self {
            Self::ServiceAccount => Some((Some("Client ID"), "Client secret")),
            Self::ApiKey => Some((Some("Public key"), "Private key")),
            Self::AccessToken => Some((None, "Access token")),
            Self::Profile(_) | Self::Demo => None,
        }
    }

    /// Where the secret that signs in is stored, in words.
    fn holder(&self) -> Option<ServerText> {
        match self {
            Self::Profile(name) => Some(ServerText::new(&format!("profile {name}"))),
            _ => None,
        }
    }
}

impl Problem {
    /// A refusal of what was typed names that and nothing else.
    fn tried(problem: &ApiError, method: Option<&SignInMethod>) -> Self {
        let refused = |kind| Explanation::typed_credentials_refused(kind);
        let explanation = match (problem.rejection_kind(), method) {
            (Some(RejectionKind::NotAuthorized), Some(SignInMethod::ApiKey)) => {
                refused(Some(PairKind::ApiKey))
            }
            (Some(RejectionKind::NotAuthorized), Some(SignInMethod::ServiceAccount)) => {
                refused(Some(PairKind::ServiceAccount))
            }
            (Some(RejectionKind::NotAuthorized), Some(SignInMethod::AccessToken)) => refused(None),
            _ => problem.explain(),
        };
        Self { explanation, atlas_words: problem.atlas_words() }
    }
}

const CHOOSING: &[Binding] = &[CHOOSE, CHOICE_BELOW, CHOICE_ABOVE, HELP, QUIT_BY_LETTER, SUSPEND, REPAINT];

/// Signing in again was a key of the form, which is still there.
const CHOOSING_AGAIN: &[Binding] =
    &[CHOOSE, CHOICE_BELOW, CHOICE_ABOVE, BACK_BY_LETTER, HELP, SUSPEND, REPAINT];
const BACK_BY_LETTER: Binding = Binding::new("Esc, q, Ctrl-C", "back", Action::Leave);

/// Where credentials are typed, every character is text: first the half that may be seen.
const TYPING_NAME: &[Binding] = &typing_keys("next");
const TYPING_SECRET: &[Binding] = &typing_keys("sign in");

const fn typing_keys(enter: &'static str) -> [Binding; 7] {
    [
        Binding::new("Enter", enter, Action::Choose),
        BACK,
        NEXT_FIELD,
        PREVIOUS_FIELD,
        HELP_BESIDE_TEXT,
        SUSPEND,
        REPAINT,
    ]
}

const BACK: Binding = Binding::new("Esc, Ctrl-C", "back", Action::Leave);

const TRYING: &[Binding] = &[Binding::new("Esc, Ctrl-C", "stop", Action::Leave), REPAINT];

impl SignIn {
    /// The methods that exist here; profiles come first, they need no typing.
    pub fn new(profiles: Vec<ProfileName>) -> Self {
        let mut methods: Vec<SignInMethod> = profiles.into_iter().map(SignInMethod::Profile).collect();
        methods.extend([
            SignInMethod::ServiceAccount,
            SignInMethod::ApiKey,
            SignInMethod::AccessToken,
            SignInMethod::Demo,
        ]);
        Self { methods, selected: 0, typing: None, trying: None, problem: None }
    }

    fn method(&self) -> Option<&SignInMethod> {
        self.methods.get(self.selected)
    }

    fn step(&mut self, forward: bool) {
        if let Some(typing) = &mut self.typing {
            typing.on_secret = typing.name.is_none() || !typing.on_secret;
            return;
        }
        let count = self.methods.len().max(1);
        self.selected = (self.selected + if forward { 1 } else { count - 1 }) % count;
    }

    /// Enter: chooses the method, goes on to the secret, or tries what was typed.
    fn confirm(&mut self, app: &mut Shared) {
        if let Some(typing) = &mut self.typing {
            if typing.on_secret {
                self.try_typed(app);
            } else {
                typing.on_secret = true;
            }
            return;
        }
        self.problem = None;
        let Some(method) = self.method() else { return };
        if let Some((name, _)) = method.labels() {
            let on_secret = name.is_none();
            let name = name.map(|_| TextLine::default());
            self.typing = Some(Typing { name, secret: MaskedLine::default(), on_secret });
            return;
        }
        let with = match method {
            SignInMethod::Profile(name) => SignInWith::Profile(name.clone()),
            _ => SignInWith::Demo,
        };
        self.try_with(app, with);
    }

    fn try_with(&mut self, app: &mut Shared, with: SignInWith) {
        self.trying = Some(app.now);
        app.send(Command::SignIn(with));
    }

    fn try_typed(&mut self, app: &mut Shared) {
        match self.credentials() {
            Ok(credentials) => {
                self.problem = None;
                self.try_with(app, SignInWith::Credentials(credentials));
            }
            Err((half, words)) => {
                let (title, nothing) = (words.into(), Cow::Borrowed(""));
                let explanation = Explanation { title, meaning: nothing.clone(), action: nothing };
                self.problem = Some(Problem { explanation, atlas_words: None });
                // On to the half that is wrong.
                if let Some(typing) = &mut self.typing {
                    typing.on_secret = typing.name.is_none() || half == Half::Secret;
                }
            }
        }
    }

    /// What was typed, as credentials; else which half is wrong, and why.
    fn credentials(&self) -> Result<Credentials, (Half, String)> {
        let nothing = || (Half::Secret, "Choose how to sign in.".to_owned());
        let (method, typing) = self.method().zip(self.typing.as_ref()).ok_or_else(nothing)?;
        let (name_label, secret_label) = method.labels().ok_or_else(nothing)?;
        let secret = typing.secret.text();
        let name = typing.name.as_ref().map(|line| line.text().trim()).unwrap_or_default();
        let of_secret = |problem: CredentialProblem| (Half::Secret, format!("{secret_label}: {problem}"));
        let of_half = |(half, problem)| match half {
            Half::Identifier => (half, format!("{}: {problem}", name_label.unwrap_or_default())),
            Half::Secret => of_secret(problem),
        };
        let pair = |kind| Credentials::pair(kind, name, secret.to_owned()).map_err(of_half);
        let credentials = match method {
            SignInMethod::ServiceAccount => pair(PairKind::ServiceAccount),
            SignInMethod::ApiKey => pair(PairKind::ApiKey),
            _ => Credentials::access_token(secret.to_owned()).map_err(of_secret),
        }?;
        if secret.is_empty() {
            return Err((Half::Secret, format!("{secret_label}: it is empty")));
        }
        Ok(credentials)
    }

    fn tried(&mut self, app: &mut Shared, tried: TriedSession) -> Transition {
        let notice = match tried.tried {
            Tried::Refused(problem) => {
                self.problem = Some(Problem::tried(&problem, self.method()));
                // What Atlas refused is typed again; what never got there is tried again as it is.
                let is_wrong = problem.is_about_signing_in() || problem.rejection().is_some();
                if let Some(typing) = self.typing.as_mut().filter(|_| is_wrong) {
                    typing.secret = MaskedLine::default();
                }
                return Transition::Stay;
            }
            Tried::Accepted => None,
            Tried::AddressNotListed(address) => {
                let address = address.map_or_else(String::new, |address| format!(" ({address})"));
                Some(Notice::Warning(format!(
                    "Signed in, but this machine's address{address} is not on the API access list. Atlas will \
                     refuse requests from here."
                )))
            }
        };
        app.login = None;
        app.atlas_clock = None;
        app.lookups = Lookups::default();
        app.stop_names();
        app.names = Names::default();
        app.login_holder = self.method().and_then(SignInMethod::holder);
        app.session = tried.session;
        app.form.fill_empty(tried.project.as_deref(), tried.client.as_deref());
        app.form.notice = notice;
        app.send(Command::UseSession);
        // Leaving the screen drops what was typed.
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
            Action::Leave if self.typing.take().is_some() => self.problem = None,
            // Signing in again was a key of the form.
            Action::Leave if !matches!(app.session, Session::SignedOut { .. }) => return Transition::form(),
            Action::Leave => return Transition::Quit(app.exit()),
            _ => {}
        }
        Transition::Stay
    }

    fn on_key(&mut self, _app: &mut Shared, key: KeyPress) {
        let Some(typing) = self.typing.as_mut().filter(|_| self.trying.is_none()) else { return };
        self.problem = None;
        match &mut typing.name {
            Some(name) if !typing.on_secret => {
                name.press(key);
                // A secret that was typed where everyone can read it is removed.
                if paste::contains_secret(name.text()) {
                    name.set("");
                }
            }
            _ => {
                typing.secret.press(key);
            }
        }
    }

    /// An ID and a secret each go to their own line, wherever the caret is.
    fn on_paste(&mut self, _app: &mut Shared, text: &str) {
        let Some(typing) = self.typing.as_mut().filter(|_| self.trying.is_none()) else { return };
        self.problem = None;
        let text = paste::visible(text);
        let text = text.trim();
        if let (name, Some(secret)) = paste::credentials(text) {
            if let (Some(line), Some(name)) = (&mut typing.name, name) {
                line.set(name);
            }
            typing.on_secret = true;
            typing.secret = MaskedLine::default();
            typing.secret.append(secret);
            return;
        }
        match &mut typing.name {
            Some(name) if !typing.on_secret && !paste::contains_secret(text) => {
                name.insert(text);
            }
            _ => {
                typing.on_secret = true;
                typing.secret.append(text);
            }
        }
    }

    fn on_event(&mut self, app: &mut Shared, event: Event) -> Transition {
        match event {
            Event::SignInTried(tried) if self.trying.take().is_some() => self.tried(app, tried),
            _ => Transition::Stay,
        }
    }

    fn keys(&self, app: &Shared) -> &'static [Binding] {
        match (&self.trying, &self.typing) {
            (Some(_), _) => TRYING,
            (None, Some(typing)) if typing.on_secret => TYPING_SECRET,
            (None, Some(_)) => TYPING_NAME,
            (None, None) if matches!(app.session, Session::SignedOut { .. }) => CHOOSING,
            (None, None) => CHOOSING_AGAIN,
        }
    }

    fn works(&self, _app: &Shared, action: Action) -> bool {
        action != Action::Next || self.typing.as_ref().is_none_or(|typing| typing.name.is_some())
    }

    fn wake_in(&self, _app: &Shared) -> Option<Duration> {
        self.trying.map(|_| SPINNER_STEP)
    }

    fn about(&self) -> &'static [&'static str] {
        &["To skip this screen, set the variables in atlas-secret --help."]
    }

    fn draw(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        canvas.words(0, &self.title(app), theme.strong);
        canvas.blank();
        match &self.typing {
            None => self.draw_methods(canvas),
            Some(typing) => self.draw_typing(typing, canvas),
        }
        canvas.blank();
        if let Some(since) = self.trying {
            canvas.running(app.now, since, "Signing in");
        }
        if let Some(problem) = &self.problem {
            let Explanation { title, meaning, action } = &problem.explanation;
            canvas.explained(title, meaning, action, problem.atlas_words.as_ref());
        } else if self.trying.is_none() {
            if self.typing.is_some() {
                canvas.words(0, "Checked with Atlas first; never saved.", theme.faint);
            }
            if let Some(host) = self.host_outside_the_demo(app) {
                let text = format!("This leaves the demo: requests go to {host}.");
                canvas.warning(&text, theme.warning);
            }
            for note in &app.credential_notes {
                canvas.warning(note.as_str(), theme.faint);
            }
        }
    }
}

impl SignIn {
    /// What is known, in one sentence.
    fn title(&self, app: &Shared) -> String {
        match (&self.typing, self.method()) {
            (Some(_), Some(method)) => format!("Sign in with {}", method.with_article()),
            _ if matches!(app.session, Session::SignedOut { .. }) => {
                "No usable credentials were found. Sign in with:".to_owned()
            }
            _ => "Sign in with:".to_owned(),
        }
    }

    /// Where the chosen method sends requests, if the session has been the demo so far.
    fn host_outside_the_demo<'a>(&self, app: &'a Shared) -> Option<&'a str> {
        match self.method()? {
            _ if app.session != Session::Demo => None,
            SignInMethod::Demo => None,
            SignInMethod::Profile(_) => Some("the profile's host"),
            _ => Some(&app.sign_in_host),
        }
    }

    fn draw_methods(&self, canvas: &mut Canvas) {
        let theme = canvas.theme;
        // Room is kept for what is said below; a longer list moves by pages.
        let below = if self.problem.is_some() { ROWS_FOR_PROBLEM } else { ROWS_BELOW };
        let rows = usize::from(canvas.left().saturating_sub(below)).max(1);
        let first = self.selected / rows * rows;
        for (index, method) in self.methods.iter().enumerate().skip(first).take(rows) {
            let is_selected = index == self.selected;
            let style = if is_selected { theme.strong } else { theme.faint };
            canvas.choice(is_selected, [Span::styled(method.title(), style)]);
        }
    }

    fn draw_typing(&self, typing: &Typing, canvas: &mut Canvas) {
        let Some((name_label, secret_label)) = self.method().and_then(SignInMethod::labels) else { return };
        if let (Some(label), Some(name)) = (name_label, &typing.name) {
            draw_line(label, name.text(), name.caret_column(), !typing.on_secret, canvas);
        }
        // Only that something is there, and how much, so that a paste is seen to have arrived.
        let length = typing.secret.length();
        let bullets: String = std::iter::repeat_n(canvas.theme.glyphs.bullet, length).collect();
        draw_line(secret_label, &bullets, length, typing.on_secret, canvas);
    }
}

fn draw_line(label: &str, text: &str, caret: usize, in_focus: bool, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let row = canvas.take(1);
    let [left, right] = split_left(row, LABEL_WIDTH);
    let pointer = if in_focus { theme.glyphs.pointer } else { "" };
    let style = if in_focus { theme.strong } else { theme.faint };
    canvas.frame.render_widget(Line::styled(format!("{label} {pointer}"), style), left);
    draw_scrolled(canvas, right, Line::raw(text), caret, in_focus);
}
