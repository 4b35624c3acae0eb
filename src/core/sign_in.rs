//! Signing in by hand, where no credentials were found: what is typed is tried before it is accepted, and
//! never written anywhere.

use crate::domain::{
    ClientId, Credentials, Explanation, Moment, ReadProblem, Rejection, RejectionKind, RequestId, ServerText,
};

use super::{Action, Effect, FormNotice, KeyPress, MaskedLine, Model, Screen, TextLine};

/// The screen that asks for credentials.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The ways that are offered.
    pub ways: Vec<SignInWay>,
    /// Which of them is chosen, from 0.
    pub selected: usize,
    /// What is typed for it, once it was taken.
    pub typing: Option<Typing>,
    /// What is being tried, and since when.
    pub trying: Option<(RequestId, Moment)>,
    /// Why the last try failed.
    pub problem: Option<Box<Explanation>>,
}

/// A way to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInWay {
    /// A service account's client id and secret.
    ServiceAccount,
    /// An API key's public and private half.
    ApiKey,
    /// Somebody's access token.
    AccessToken,
    /// A profile of the Atlas CLI.
    Profile(ServerText),
    /// The embedded Atlas.
    Demo,
}

/// What is typed to sign in.
#[derive(Clone, Debug)]
pub struct Typing {
    /// The part that may be seen, where there is one.
    pub name: Option<TextLine>,
    /// The part that may not.
    pub secret: MaskedLine,
    /// True while the keys go to the secret.
    pub on_secret: bool,
}

impl SignInWay {
    /// As it stands in the list.
    pub fn title(&self) -> String {
        match self {
            Self::ServiceAccount => "Service account".to_owned(),
            Self::ApiKey => "API key".to_owned(),
            Self::AccessToken => "Access token".to_owned(),
            Self::Profile(name) => format!("Atlas CLI profile {name}"),
            Self::Demo => "Demo, no account needed".to_owned(),
        }
    }

    /// The labels of what is typed: the part that may be seen, and the secret.
    pub fn labels(&self) -> Option<(Option<&'static str>, &'static str)> {
        match self {
            Self::ServiceAccount => Some((Some("Client ID"), "Client secret")),
            Self::ApiKey => Some((Some("Public key"), "Private key")),
            Self::AccessToken => Some((None, "Access token")),
            Self::Profile(_) | Self::Demo => None,
        }
    }
}

/// How trying credentials ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// Atlas takes them.
    Accepted,
    /// Atlas takes them, but not from this machine's address.
    AddressNotListed(Rejection),
    /// They are of no use.
    Refused(ReadProblem),
}

impl Tried {
    /// Sorts the answer to a harmless read: a refusal of the address says that the credentials are right.
    pub fn from_read(result: Result<(), ReadProblem>) -> Self {
        match result {
            Ok(()) => Self::Accepted,
            Err(ReadProblem::Rejected(rejection)) if rejection.kind() == RejectionKind::AddressNotAllowed => {
                Self::AddressNotListed(rejection)
            }
            Err(problem) => Self::Refused(problem),
        }
    }
}

impl SignIn {
    /// The screen with the ways that exist here; profiles come first, they need no typing.
    pub fn new(profiles: Vec<ServerText>) -> Self {
        let mut ways: Vec<SignInWay> = profiles.into_iter().map(SignInWay::Profile).collect();
        ways.extend([SignInWay::ServiceAccount, SignInWay::ApiKey, SignInWay::AccessToken, SignInWay::Demo]);
        Self { ways, selected: 0, typing: None, trying: None, problem: None }
    }

    /// The way that is chosen.
    pub fn way(&self) -> Option<&SignInWay> {
        self.ways.get(self.selected)
    }

    fn step(&mut self, forward: bool) {
        if let Some(typing) = &mut self.typing {
            typing.on_secret = typing.name.is_none() || !typing.on_secret;
            return;
        }
        let count = self.ways.len().max(1);
        self.selected = (self.selected + if forward { 1 } else { count - 1 }) % count;
    }

    /// What was typed, as credentials; else what is wrong with it.
    fn credentials(&self) -> Result<Credentials, &'static str> {
        let typing = self.typing.as_ref().ok_or("Choose a way first.")?;
        if typing.secret.length() == 0 {
            return Err("The secret part is empty.");
        }
        let secret = typing.secret.secret();
        let name = typing.name.as_ref().map(|line| line.text().trim()).unwrap_or_default();
        match self.way() {
            Some(SignInWay::ServiceAccount) => match ClientId::parse(name) {
                Ok(client_id) => Ok(Credentials::ServiceAccount { client_id, client_secret: secret }),
                Err(_) => Err("The client ID is mdb_sa_id_ and 24 hex digits."),
            },
            Some(SignInWay::AccessToken) => Ok(Credentials::AccessToken(secret)),
            _ => Err("This way is not possible here."),
        }
    }
}

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let Screen::SignIn(sign_in) = &mut model.screen else { return Vec::new() };
    if sign_in.trying.is_some() {
        if action == Action::Leave {
            // The answer of a try that nobody waits for is dropped.
            sign_in.trying = None;
        }
        return Vec::new();
    }
    match action {
        Action::Next | Action::NextChoice => sign_in.step(true),
        Action::Previous | Action::PreviousChoice => sign_in.step(false),
        Action::Choose | Action::Confirm | Action::Submit => return take(model),
        Action::Leave if sign_in.typing.take().is_some() => sign_in.problem = None,
        Action::Leave => return vec![Effect::Quit(model.exit())],
        _ => {}
    }
    Vec::new()
}

/// Enter: takes the way, goes on to the secret, or tries what was typed.
fn take(model: &mut Model) -> Vec<Effect> {
    let now = model.now;
    let request = model.next_request();
    let Screen::SignIn(sign_in) = &mut model.screen else { return Vec::new() };
    let Some(way) = sign_in.way().cloned() else { return Vec::new() };
    if let Some(typing) = &mut sign_in.typing {
        if !typing.on_secret {
            typing.on_secret = true;
            return Vec::new();
        }
        return match sign_in.credentials() {
            Ok(credentials) => {
                sign_in.problem = None;
                sign_in.trying = Some((request, now));
                vec![Effect::TryCredentials { request, credentials }]
            }
            Err(words) => {
                sign_in.problem = Some(Box::new(own_words(words)));
                Vec::new()
            }
        };
    }
    sign_in.problem = None;
    match (&way, way.labels()) {
        (_, Some((name, _))) => {
            let name = name.map(|_| TextLine::default());
            let on_secret = name.is_none();
            sign_in.typing = Some(Typing { name, secret: MaskedLine::default(), on_secret });
            Vec::new()
        }
        (SignInWay::Profile(name), None) => {
            sign_in.trying = Some((request, now));
            vec![Effect::TryProfile { request, name: name.clone() }]
        }
        (_, None) => {
            sign_in.trying = Some((request, now));
            vec![Effect::OpenDemo { request }]
        }
    }
}

fn own_words(words: &'static str) -> Explanation {
    Explanation { title: words.into(), meaning: "".into(), action: "".into() }
}

/// A key for what is typed.
pub(super) fn press(sign_in: &mut SignIn, key: KeyPress) {
    let Some(typing) = &mut sign_in.typing else { return };
    if sign_in.trying.is_some() {
        return;
    }
    sign_in.problem = None;
    match &mut typing.name {
        Some(name) if !typing.on_secret => {
            name.press(key);
            drop_secret(name);
        }
        _ => {
            typing.secret.press(key);
        }
    }
}

/// Pasted text for what is typed; a secret goes to the secret's line wherever the caret is.
pub(super) fn paste(sign_in: &mut SignIn, text: &str) {
    let Some(typing) = &mut sign_in.typing else { return };
    if sign_in.trying.is_some() {
        return;
    }
    sign_in.problem = None;
    let text = text.trim();
    match &mut typing.name {
        Some(name) if !typing.on_secret && !super::paste::contains_secret(text) => {
            name.insert(text);
        }
        _ => {
            typing.on_secret = true;
            typing.secret.append(text);
        }
    }
}

/// A secret that was typed where everybody can read it is taken away again.
fn drop_secret(name: &mut TextLine) {
    if super::paste::contains_secret(name.text()) {
        name.set("");
    }
}

/// The credentials were tried.
pub(super) fn tried(model: &mut Model, answered: RequestId, signed_in: TriedAs) -> Vec<Effect> {
    let Screen::SignIn(sign_in) = &mut model.screen else { return Vec::new() };
    if !sign_in.trying.take_if(|(request, _)| *request == answered).is_some() {
        return Vec::new();
    }
    match signed_in.tried {
        Tried::Refused(problem) => {
            sign_in.problem = Some(Box::new(problem.explain()));
            if let Some(typing) = &mut sign_in.typing {
                typing.secret = MaskedLine::default();
            }
        }
        Tried::Accepted => open_form(model, signed_in, None),
        Tried::AddressNotListed(_) => {
            let word = "Signed in, but this machine's address is not on the API access list: Atlas will refuse.";
            open_form(model, signed_in, Some(word));
        }
    }
    Vec::new()
}

/// What the shell tried, and as whom the session goes on if it was accepted.
#[derive(Clone, Debug)]
pub struct TriedAs {
    /// How it ended.
    pub tried: Tried,
    /// Where requests go from now on, and as whom.
    pub session: crate::domain::Session,
    /// What the form can be filled with: a project and an account.
    pub prefill: (String, String),
}

/// Leaving the screen drops what was typed.
fn open_form(model: &mut Model, signed_in: TriedAs, word: Option<&'static str>) {
    model.session = signed_in.session;
    let (project, client) = signed_in.prefill;
    model.form.fill_empty(&project, &client);
    model.form.notice = word.map(FormNotice::Word);
    model.screen = Screen::Form;
}
