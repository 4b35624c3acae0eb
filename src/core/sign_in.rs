//! Signing in by hand, where no credentials were found: what is typed is tried before it is accepted, and
//! never written anywhere.

mod problem;
mod way;

use crate::domain::{
    CredentialProblem, Credentials, Half, Now, PairKind, ProfileName, ReadProblem, RequestId, Tried,
    TriedSession,
};

pub use problem::SignInProblem;
pub use way::SignInWay;

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
    pub trying: Option<(RequestId, Now)>,
    /// Why the last try failed.
    pub problem: Option<Box<SignInProblem>>,
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

impl SignIn {
    /// The screen with the ways that exist here; profiles come first, they need no typing.
    pub fn new(profiles: Vec<ProfileName>) -> Self {
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

    /// What was typed, as credentials; else which half is wrong, and what with it.
    fn credentials(&self, typing: &Typing) -> Result<Credentials, (Half, String)> {
        let secret = typing.secret.text();
        let name = typing.name.as_ref().map(|line| line.text().trim()).unwrap_or_default();
        let labels = self.way().and_then(SignInWay::labels);
        let Some((name_label, secret_label)) = labels else {
            return Err((Half::Secret, "Choose a way first.".to_owned()));
        };
        let of_secret = |problem: CredentialProblem| (Half::Secret, format!("{secret_label}: {problem}"));
        let of_half = |(half, problem)| match half {
            Half::Identifier => (half, format!("{}: {problem}", name_label.unwrap_or_default())),
            Half::Secret => of_secret(problem),
        };
        let pair = |kind| Credentials::pair(kind, name, secret.to_owned()).map_err(of_half);
        let made = match self.way() {
            Some(SignInWay::ServiceAccount) => pair(PairKind::ServiceAccount),
            Some(SignInWay::ApiKey) => pair(PairKind::ApiKey),
            _ => Credentials::access_token(secret.to_owned()).map_err(of_secret),
        }?;
        if secret.is_empty() {
            return Err((Half::Secret, format!("{secret_label}: it is empty")));
        }
        Ok(made)
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
        Action::Choose => return take(model),
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
        let typing = typing.clone();
        return try_typed(sign_in, &typing, request, now);
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

fn try_typed(sign_in: &mut SignIn, typing: &Typing, request: RequestId, now: Now) -> Vec<Effect> {
    match sign_in.credentials(typing) {
        Ok(credentials) => {
            sign_in.problem = None;
            sign_in.trying = Some((request, now));
            vec![Effect::TryCredentials { request, credentials }]
        }
        Err((half, words)) => {
            sign_in.problem = Some(Box::new(SignInProblem::Typed(words)));
            // On to the half that is to be mended.
            if let Some(typing) = &mut sign_in.typing {
                typing.on_secret = typing.name.is_none() || half == Half::Secret;
            }
            Vec::new()
        }
    }
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
pub(super) fn tried(model: &mut Model, answered: RequestId, outcome: TriedSession) -> Vec<Effect> {
    let Screen::SignIn(sign_in) = &mut model.screen else { return Vec::new() };
    if sign_in.trying.take_if(|(request, _)| *request == answered).is_none() {
        return Vec::new();
    }
    let holder = sign_in.way().and_then(SignInWay::holder);
    let word = match outcome.tried {
        Tried::Refused(problem) => {
            let told = SignInProblem::tried(&problem, sign_in.way());
            sign_in.problem = Some(Box::new(told));
            // What Atlas refused is typed anew; what never got there is tried again as it is.
            let is_wrong = matches!(problem, ReadProblem::SignInRefused(_) | ReadProblem::Rejected(_));
            if let Some(typing) = sign_in.typing.as_mut().filter(|_| is_wrong) {
                typing.secret = MaskedLine::default();
            }
            return Vec::new();
        }
        Tried::Accepted => None,
        Tried::AddressNotListed => Some(
            "Signed in, but this machine's address is not on the API access list: Atlas will refuse from here.",
        ),
    };
    // Which secret signs in now is told anew.
    model.login = None;
    model.atlas_clock = None;
    model.login_holder = holder;
    model.session = outcome.session;
    model.form.fill_empty(outcome.project.as_deref(), outcome.client.as_deref());
    model.form.notice = word.map(FormNotice::Word);
    // Leaving the screen drops what was typed.
    model.screen = Screen::Form;
    vec![Effect::UseSession { request: answered }]
}
