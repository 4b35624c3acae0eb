//! What is chosen or typed on the screen of the secret: a format to copy, a file, a command, an older secret.

use crossterm::event::KeyCode;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{
    CommandOutcome, Delivery, Disposition, ENV_VARIABLES, Format, SaveFailure, SavedFile, SecretPayload,
    ServerText,
};
use crate::tui::app::{Shared, Transition};
use crate::tui::area::split_left;
use crate::tui::canvas::{Canvas, LABEL_WIDTH, cut};
use crate::tui::event::{Command, Event, KeyPress};
use crate::tui::keys::{
    Action, BACK_BUT_CTRL_C, Binding, CHOICE_ABOVE, CHOICE_BELOW, CLOSE_PANEL, HELP, HELP_BESIDE_TEXT,
    LEAVE_FROM_PANEL, NONE, yes,
};
use crate::tui::screens::secret_list::{ListResult, SecretList};
use crate::tui::{TextLine, paste};

use super::steps::PRIVATE;
use super::{CreatedScreen, LeaveConfirmation, Leaving};

/// A prompt; it stands where the state of the secret stands otherwise.
#[derive(Clone, Debug)]
pub enum Prompt {
    /// The formats to copy in: which one is chosen, from 0.
    Formats(usize),
    /// The path of a file.
    Save(PromptLine),
    /// Whether to update the existing file of that path.
    Update(PromptLine, UpdateQuestion),
    /// A command line.
    Run(PromptLine),
    /// An older secret to delete.
    Delete(SecretList),
}

/// A line that is typed and then run.
#[derive(Clone, Debug)]
pub struct PromptLine {
    line: TextLine,
    is_running: bool,
    /// Why it did not work the last time.
    problem: Option<String>,
}

/// What is to be known before an existing file is updated.
#[derive(Clone, Debug)]
pub struct UpdateQuestion {
    /// Others can read it: updating makes it private.
    is_open: bool,
    /// The path is a link to this file.
    link_to: Option<ServerText>,
}

const FORMATS: &[Binding] = &[
    Binding::new(&[(KeyCode::Enter, NONE)], "Enter", "copy", Action::Choose),
    CHOICE_BELOW,
    CHOICE_ABOVE,
    CLOSE_PANEL,
    LEAVE_FROM_PANEL,
    HELP,
];

/// A line in which every character is text; Enter does `what`.
const fn line_keys(what: &'static str) -> [Binding; 4] {
    [
        Binding::new(&[(KeyCode::Enter, NONE)], "Enter", what, Action::Choose),
        CLOSE_PANEL,
        HELP_BESIDE_TEXT,
        LEAVE_FROM_PANEL,
    ]
}

const UPDATE: &[Binding] = &[yes("update"), BACK_BUT_CTRL_C, HELP, LEAVE_FROM_PANEL];
const SAVE: &[Binding] = &line_keys("save");
const RUN: &[Binding] = &line_keys("run");

/// Programs that print what they read. A command prints to the terminal, so they deliver nothing.
const PRINTERS: &[&str] = &[
    "awk", "base32", "base64", "bat", "batcat", "cat", "column", "cut", "echo", "egrep", "expand", "fgrep",
    "fmt", "fold", "grep", "head", "hexdump", "jq", "less", "more", "most", "nl", "od", "paste", "pr", "rev",
    "rg", "sed", "shuf", "sort", "strings", "tac", "tail", "tr", "uniq", "xargs", "xxd",
];

const NOT_DELIVERED_YET: &str = "The new secret is not delivered yet. Older secrets:";
const NOT_CONFIRMED: &str = "The new secret's copy is not confirmed: paste to check first. Older secrets:";

/// The placeholders of a command line, and lines that work.
const ABOUT_RUN: &[&str] = &[
    "There is no shell. {project_id} {client_id} {secret_id} {expires_at} are filled in. Examples:",
    "pass insert -m atlas/{client_id}",
    "gopass insert -m atlas/{client_id}",
    "vault kv put secret/atlas client_id={client_id} client_secret=-",
    "kubectl create secret generic atlas --from-file=clientSecret=/dev/stdin",
    "gh secret set ATLAS_CLIENT_SECRET",
];

impl Prompt {
    fn line_mut(&mut self) -> Option<&mut PromptLine> {
        match self {
            Self::Formats(_) | Self::Update(..) | Self::Delete(_) => None,
            Self::Save(line) | Self::Run(line) => Some(line),
        }
    }

    pub(super) fn paste(&mut self, text: &str) {
        if let Some(line) = self.line_mut().filter(|line| !line.is_running) {
            line.line.insert(text.trim_end_matches(['\r', '\n']));
            line.changed();
        }
    }

    pub(super) fn press(&mut self, key: KeyPress) {
        if let Some(line) = self.line_mut().filter(|line| !line.is_running)
            && line.line.press(key) == Some(true)
        {
            line.changed();
        }
    }

    pub(super) fn keys(&self) -> &'static [Binding] {
        match self {
            Self::Formats(_) => FORMATS,
            Self::Save(_) => SAVE,
            Self::Update(..) => UPDATE,
            Self::Run(_) => RUN,
            Self::Delete(list) => list.keys(),
        }
    }

    pub(super) fn about(&self) -> &'static [&'static str] {
        match self {
            Self::Run(_) => ABOUT_RUN,
            Self::Save(_) | Self::Update(..) => &[
                "The file extension selects what is saved: .env, .json or .yaml (Kubernetes), else the secret.",
                "In a .env file that exists, two variables can be updated. No other file is overwritten.",
            ],
            Self::Formats(_) | Self::Delete(_) => &[],
        }
    }
}

impl PromptLine {
    pub(super) fn new() -> Self {
        Self { line: TextLine::roomy(), is_running: false, problem: None }
    }

    /// A secret does not belong in a name or an argument, where others can read it: it is not kept.
    fn changed(&mut self) {
        self.problem = None;
        if paste::contains_secret(self.line.text()) {
            self.line.set("");
            self.problem = Some("That is a secret. It was not kept.".to_owned());
        }
    }
}

impl CreatedScreen {
    pub(super) fn open_secret_list(&mut self, app: &mut Shared) {
        let list = SecretList::open(app, self.new_secret.account(), false, self.keeps());
        self.prompt = Some(Prompt::Delete(list));
        if self.account.problem(&self.new_secret.account()).is_some() {
            self.fetch_account(app);
        }
    }

    pub(super) fn on_prompt_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        let Some(prompt) = &mut self.prompt else { return Transition::Stay };
        if let Prompt::Delete(list) = prompt {
            if list.on_action(app, action) == ListResult::Closed {
                self.prompt = None;
            }
            return Transition::Stay;
        }
        match (prompt, action) {
            (_, Action::Leave) => {
                self.prompt = None;
                return self.abort(app);
            }
            (Prompt::Save(line) | Prompt::Run(line), _) if line.is_running => {}
            (Prompt::Update(line, _), Action::No) => self.prompt = Some(Prompt::Save(line.clone())),
            (Prompt::Update(line, question), Action::Yes) => {
                let is_open = question.is_open;
                self.prompt = Some(Prompt::Save(line.clone()));
                self.deliver_line(app, |path, payload| Command::UpdateEnv(path, payload, is_open));
            }
            (_, Action::No) => self.prompt = None,
            (Prompt::Formats(selected), Action::NextChoice) => {
                *selected = (*selected + 1) % formats(app).count();
            }
            (Prompt::Formats(selected), Action::PreviousChoice) => {
                let count = formats(app).count();
                *selected = (*selected + count - 1) % count;
            }
            (Prompt::Formats(selected), Action::Choose) => {
                let format = formats(app).nth(*selected).unwrap_or_default();
                self.prompt = None;
                self.copy(app, format);
            }
            (Prompt::Save(_), Action::Choose) => self.deliver_line(app, Command::Save),
            (Prompt::Run(_), Action::Choose) => self.deliver_line(app, Command::Run),
            _ => {}
        }
        Transition::Stay
    }

    /// Enter on a line: it is saved to, or run.
    fn deliver_line(
        &mut self,
        app: &mut Shared,
        command: impl FnOnce(String, Box<SecretPayload>) -> Command,
    ) {
        let payload = self.payload(app);
        let Some(prompt) = &mut self.prompt else { return };
        let is_save = matches!(prompt, Prompt::Save(_));
        let Some(line) = prompt.line_mut() else { return };
        let text = line.line.text().trim().to_owned();
        if text.is_empty() {
            line.problem =
                Some(if is_save { "Type a path first." } else { "Type a command first." }.to_owned());
            return;
        }
        line.is_running = true;
        line.problem = None;
        self.is_delivering = true;
        self.revealed_until = None;
        app.send(command(text, payload));
    }

    pub(super) fn saved(&mut self, app: &mut Shared, result: Result<SavedFile, SaveFailure>) {
        let delivery =
            |file: SavedFile| file.format.holds_the_secret().then_some(Delivery::Saved { path: file.path });
        self.file_written(app, result.map(delivery));
    }

    pub(super) fn file_updated(&mut self, app: &mut Shared, result: Result<ServerText, SaveFailure>) {
        self.file_written(app, result.map(|place| Some(Delivery::Updated { place })));
    }

    /// A file that exists may be a question rather than a failure.
    fn file_written(&mut self, app: &mut Shared, result: Result<Option<Delivery>, SaveFailure>) {
        let failure = result.as_ref().err().cloned();
        self.delivery_ended(app, result.map_err(|failure| failure.sentence()));
        if let (Some(SaveFailure::CanUpdate { is_open, link_to }), Some(Prompt::Save(line))) =
            (failure, &self.prompt)
        {
            let line = PromptLine { problem: None, ..line.clone() };
            self.prompt = Some(Prompt::Update(line, UpdateQuestion { is_open, link_to }));
        }
    }

    pub(super) fn command_ended(&mut self, app: &mut Shared, outcome: &CommandOutcome) {
        let program = self.program();
        let name = program.as_str().rsplit(['/', '\\']).next().unwrap_or_default();
        let result = match outcome {
            CommandOutcome::Succeeded if PRINTERS.contains(&name) => Err(format!(
                "{name} printed the secret instead of storing it. Clear the terminal and its scrollback."
            )),
            CommandOutcome::Succeeded => {
                if name == "tee" {
                    self.word = Some("tee also printed the secret. Clear this terminal and its scrollback.");
                }
                Ok(Some(Delivery::Piped { program }))
            }
            failed => Err(failed.sentence(program.as_str())),
        };
        self.delivery_ended(app, result);
    }

    /// The first word of the line, split as it was to be run: the program.
    fn program(&self) -> ServerText {
        let line = match &self.prompt {
            Some(Prompt::Run(line)) => line.line.text(),
            _ => "",
        };
        let words = shell_words::split(line).unwrap_or_default();
        ServerText::new(words.first().map_or("a command", String::as_str))
    }

    /// What has worked is kept, whatever is on the screen by now; what has not leaves the line to be changed.
    fn delivery_ended(&mut self, app: &mut Shared, result: Result<Option<Delivery>, String>) {
        if !std::mem::replace(&mut self.is_delivering, false) {
            return;
        }
        let line = self.prompt.as_mut().and_then(Prompt::line_mut).filter(|line| line.is_running);
        match result {
            Ok(delivery) => {
                if line.is_some() {
                    self.prompt = None;
                }
                if let Some(delivery) = delivery {
                    self.delivered_by(app, delivery);
                }
            }
            Err(problem) => {
                if let Some(line) = line {
                    line.is_running = false;
                    line.problem = Some(problem);
                }
            }
        }
    }

    /// It certainly has arrived somewhere.
    pub(super) fn delivered_by(&mut self, app: &mut Shared, delivery: Delivery) {
        // A question that was asked meanwhile said that it was not saved.
        let is_choosing =
            |leaving: &Leaving| matches!(leaving.confirmation, LeaveConfirmation::Choose { .. });
        if self.leaving.as_ref().is_some_and(is_choosing) {
            self.leaving = None;
        }
        self.delivered.push(delivery);
        app.send(Command::SettleRecord);
    }

    /// The screen reports what was deleted, so that the list is not needed for that.
    pub(super) fn on_secret_list_event(&mut self, event: Event) {
        let Some(Prompt::Delete(list)) = &mut self.prompt else { return };
        let chosen = list.chosen().cloned();
        if list.on_event(event) == ListResult::DeletedOne {
            self.retired.extend(chosen);
            self.prompt = None;
        }
    }

    pub(super) fn draw_prompt(&self, app: &Shared, prompt: &Prompt, canvas: &mut Canvas) {
        match prompt {
            Prompt::Delete(list) => {
                let warning = match self.fate(app.now) {
                    Disposition::NotDelivered => Some(NOT_DELIVERED_YET),
                    Disposition::PerhapsDelivered => Some(NOT_CONFIRMED),
                    _ => None,
                };
                list.draw(app, warning, canvas);
            }
            Prompt::Formats(selected) => self.draw_formats(app, *selected, canvas),
            Prompt::Save(line) => {
                line.draw("Save to", canvas);
                let format = Format::for_file(line.line.text().trim());
                let words = format!("{}, in a new file{PRIVATE}.", in_file(format));
                line.draw_below("Saving", &words, canvas);
                self.draw_left_out(app, format, canvas);
            }
            Prompt::Update(line, question) => question.draw(line.line.text().trim(), canvas),
            Prompt::Run(line) => {
                line.draw("Run", canvas);
                let words = "Reads the secret from standard input, for example: pass insert -m atlas/ci\n\
                             There is no shell: for | > $VARS use sh -c '...'";
                line.draw_below("Running", words, canvas);
            }
        }
    }

    fn draw_formats(&self, app: &Shared, selected: usize, canvas: &mut Canvas) {
        let theme = canvas.theme;
        canvas.line(Line::styled("Copy as", theme.strong));
        for (index, format) in formats(app).enumerate() {
            let is_selected = index == selected;
            let symbol = if is_selected { theme.glyphs.pointer } else { " " };
            let style = if is_selected { theme.strong } else { Style::new() };
            let symbol = Span::styled(format!("{symbol} "), theme.strong);
            let mut line = vec![symbol, Span::styled(format.title(), style)];
            if let Format::Template(template) = format {
                let text = ServerText::new(template.text());
                let shown = cut(text.as_str(), canvas.width(), 12, 1, theme.glyphs.ellipsis);
                line.push(Span::styled(format!("  {shown}"), theme.faint));
            }
            canvas.line(Line::from(line));
        }
        let format = formats(app).nth(selected).unwrap_or_default();
        self.draw_left_out(app, format, canvas);
    }
}

impl UpdateQuestion {
    fn draw(&self, path: &str, canvas: &mut Canvas) {
        if let Some(file) = &self.link_to {
            canvas.words(0, &format!("{path} is a link to {file}, which is what changes."), Style::new());
        }
        if self.is_open {
            let words = format!("Others can read {path}. It becomes readable only by its owner.");
            canvas.warning(&words, Style::new());
        }
        let [id, secret] = ENV_VARIABLES;
        canvas.ask(&format!("{path} exists. Update {id} and {secret} in it?"), "update");
    }
}

impl PromptLine {
    fn draw(&self, label: &str, canvas: &mut Canvas) {
        let theme = canvas.theme;
        let row = canvas.take(1);
        let [left, right] = split_left(row, LABEL_WIDTH);
        let label = format!("{label} {}", theme.glyphs.pointer);
        canvas.frame.render_widget(Line::styled(label, theme.strong), left);
        self.line.draw(canvas.frame, right);
    }

    fn draw_below(&self, doing: &str, advice: &str, canvas: &mut Canvas) {
        let theme = canvas.theme;
        if let Some(problem) = &self.problem {
            canvas.marked(theme.glyphs.cross, problem, theme.bad);
            return canvas.words(2, "The secret is still here.", theme.faint);
        }
        canvas.words(2, if self.is_running { doing } else { advice }, theme.faint);
    }
}

/// What can be copied: every format, and the user's own if there is one.
fn formats(app: &Shared) -> impl Iterator<Item = Format> {
    Format::ALL.into_iter().chain(app.template.map(Format::Template))
}

fn in_file(format: Format) -> &'static str {
    match format {
        Format::Secret | Format::ClientId | Format::Template(_) => {
            "The secret alone (more as .env, .json or .yaml)"
        }
        Format::Env => "Client ID and secret as variables",
        Format::Json => "The Atlas response as JSON",
        Format::Terraform => "Client ID and secret as Terraform variables (JSON)",
        Format::Kubernetes | Format::Aws | Format::Mcp => "A Kubernetes Secret",
    }
}
