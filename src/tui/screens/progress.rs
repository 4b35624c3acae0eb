//! The screen while a secret is created: the steps, the time that the current one has taken, and the question before
//! the POST.

use std::cmp::Ordering;

use ratatui::style::Style;

use crate::domain::{AccountRef, Consequences, ExistingSecret, NewSecret, Now};
use crate::jobs::{MAX_RETRIES, Question, Retry, Step};
use crate::tui::canvas::cut;
use crate::tui::keys::{BACK_BUT_CTRL_C, HELP, REPAINT, SUSPEND, busy, question, yes};
use crate::tui::{Action, Binding, Canvas, Command, Component, Shared, Transition, text};

/// The state of the running job that creates a secret.
#[derive(Clone, Debug)]
pub struct Progress {
    pub new_secret: NewSecret,
    pub step: Step,
    /// The question before the POST; only `y` goes on.
    pub question: Option<Question>,
    /// When the current step began, or the user answered the question.
    since: Now,
    asks_to_stop: bool,
}

impl Progress {
    pub(in crate::tui) fn new(new_secret: NewSecret, since: Now) -> Self {
        let (step, question) = (Step::SigningIn, None);
        Self { new_secret, step, question, since, asks_to_stop: false }
    }

    pub(in crate::tui) fn on_step(&mut self, step: Step, now: Now) {
        match step {
            Step::Fetched(_) | Step::NotRecorded(_) | Step::StoppedWaiting => return,
            Step::Retrying(_) => self.asks_to_stop = false,
            _ => {}
        }
        (self.step, self.since) = (step, now);
    }
}

impl Component for Progress {
    fn on_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        match (&self.step, action) {
            (_, Action::Yes | Action::No | Action::Leave) if self.question.take().is_some() => {
                app.send(Command::Answer(action == Action::Yes));
                self.since = app.now;
            }
            (Step::Creating(_), Action::Leave) => self.asks_to_stop = true,
            (Step::Creating(_), Action::No) => self.asks_to_stop = false,
            (Step::Creating(_), Action::Yes) if self.asks_to_stop => app.send(Command::CancelCreate),
            (_, Action::Leave) => app.send(Command::CancelCreate),
            _ => {}
        }
        Transition::Stay
    }

    fn keys(&self, _app: &Shared) -> Vec<Binding> {
        let stop = |label| vec![Binding::new("Esc, Ctrl-C", label, Action::Leave), HELP, SUSPEND, REPAINT];
        match &self.step {
            _ if replaced(self.question.as_ref()).is_some() => question("replace"),
            _ if self.question.is_some() => question("create"),
            Step::Creating(_) if self.asks_to_stop => {
                let stop_now = Binding::new("Ctrl-C", "stop waiting", Action::Yes).only_in_help();
                vec![yes("stop waiting"), BACK_BUT_CTRL_C, stop_now, HELP, SUSPEND]
            }
            Step::Creating(_) => stop("stop waiting"),
            Step::DeletingExpired => busy(),
            _ => stop("stop, nothing is created"),
        }
    }

    fn draw(&self, app: &Shared, canvas: &mut Canvas) {
        if let Some(question) = &self.question {
            return draw_question(app, &self.new_secret.account, question, canvas);
        }
        let theme = canvas.theme;
        let account = app.lookups.account_and_project(&self.new_secret.account);
        canvas.text(0, &format!("Creating a secret for {account}"), theme.strong);
        canvas.blank_unless_low();
        canvas.labeled("Project ID", self.new_secret.account.project.as_str());
        canvas.labeled("Client ID", self.new_secret.account.client.as_str());
        canvas.labeled("Expires after", &self.new_secret.lifetime.to_string());
        canvas.blank_unless_low();
        match &self.step {
            Step::Retrying(retry) => self.draw_retry(app, retry, canvas),
            Step::DeletingExpired => canvas.running(app.now, self.since, "Deleting the expired secret"),
            _ => self.draw_steps(app, canvas),
        }
        if self.asks_to_stop {
            canvas.blank_unless_low();
            canvas.ask("Stop waiting? Atlas may already have created the secret.", "stop waiting");
        }
        if let Some(message) = app.message {
            canvas.blank_unless_low();
            canvas.warning(message, theme.warning);
        }
    }
}

impl Progress {
    fn draw_retry(&self, app: &Shared, retry: &Retry, canvas: &mut Canvas) {
        let theme = canvas.theme;
        let message = canvas.retry_message(retry, self.since.plus(retry.pause).since(app.now));
        canvas.warning(&message, theme.warning);
        let number = retry.number;
        canvas.text(2, &format!("Nothing was created. Retry {number} of {MAX_RETRIES}."), theme.faint);
        if let Some(message) = retry.error.atlas_message() {
            canvas.atlas_message(2, &message);
        }
    }

    fn draw_steps(&self, app: &Shared, canvas: &mut Canvas) {
        let current = match self.step {
            Step::SigningIn => 0,
            Step::FetchingAccount => 1,
            _ => 2,
        };
        for (index, [planned, running, done]) in STEPS.into_iter().enumerate() {
            match index.cmp(&current) {
                Ordering::Less => canvas.done(done),
                Ordering::Equal => canvas.running(app.now, self.since, running),
                Ordering::Greater => canvas.text(2, planned, canvas.theme.faint),
            }
        }
    }
}

const STEPS: [[&str; 3]; 3] = [
    ["Sign in", "Signing in", "Signed in"],
    ["Read the account's secrets", "Reading the account's secrets", "Read the account's secrets"],
    ["Create the secret", "Creating the secret", "Created the secret"],
];

/// Draws the question before the POST, with everything that creating does to the account's other secrets.
fn draw_question(app: &Shared, account: &AccountRef, question: &Question, canvas: &mut Canvas) {
    let strong = canvas.theme.strong;
    let names = app.lookups.account_and_project(account);
    let (title, verb) = match replaced(Some(question)) {
        Some(expired) => {
            let label = text::short_label(expired, canvas.theme.glyphs.ellipsis);
            (format!("Replace {label} with a new secret for {names}?"), "replace")
        }
        None => (format!("Create a secret for {names}?"), "create"),
    };
    // Long names give way to the consequences.
    canvas.text(0, &cut(&title, canvas.width(), 0, 2, canvas.theme.glyphs.ellipsis), strong);
    canvas.blank_unless_low();
    if let Some(doubt) = app.unresolved_warning(&account.client) {
        canvas.warning(&doubt, Style::new());
    }
    match question {
        Question::Consequences(consequences) if consequences.is_empty() => {}
        Question::Consequences(consequences) => draw_consequences(app, account, consequences, canvas),
        Question::AccountUnknown(error) => {
            let text = format!("Could not read the account's secrets. {}", error.title());
            canvas.warning(&text, Style::new());
            canvas.text(2, "Any other secret of this account will expire within 7 days.", Style::new());
        }
    }
    canvas.blank_unless_low();
    canvas.text(0, &format!("y {verb}   n back"), strong);
}

fn replaced(question: Option<&Question>) -> Option<&ExistingSecret> {
    match question {
        Some(Question::Consequences(consequences)) => consequences.deletes.as_ref(),
        _ => None,
    }
}

fn draw_consequences(app: &Shared, account: &AccountRef, consequences: &Consequences, canvas: &mut Canvas) {
    let glyphs = canvas.theme.glyphs;
    let zone = app.zone.as_ref();
    let date = |at| text::short_date(at, zone);
    for (secret, until) in &consequences.shortens {
        let label = text::short_label(secret, glyphs.ellipsis);
        let was = secret.expires_at.filter(|was| was > until).map(date);
        let until = date(*until);
        let ends = match was.filter(|was| *was != until) {
            Some(was) => format!("{label} expires on {until} instead of {was}."),
            None => format!("{label} expires by {until}."),
        };
        canvas.warning(&format!("{ends}{}", usage_text(app, account, secret)), Style::new());
        if secret.last_used_at.is_some() {
            canvas.text(2, "Clients that use it must have the new secret by then.", Style::new());
        }
    }
    if let Some(secret) = &consequences.deletes {
        let label = text::short_label(secret, glyphs.ellipsis);
        let expired = secret
            .expires_at
            .map_or_else(|| "has expired".to_owned(), |at| format!("expired on {}", date(at)));
        canvas.warning(&format!("{label} {expired} and will be deleted."), Style::new());
    }
    canvas.text(2, "This cannot be undone.", Style::new());
}

/// Who uses a secret, as far as Atlas and this session know.
fn usage_text(app: &Shared, account: &AccountRef, secret: &ExistingSecret) -> String {
    let used = text::usage(secret, text::ago_in_words, app.atlas_now());
    let login = match &app.login_holder {
        _ if !app.is_login_of(&account.client, secret) => String::new(),
        Some(holder) => format!(" You are signed in with it ({holder})."),
        None => " You are signed in with it.".to_owned(),
    };
    format!(" It was {used}.{login}")
}
