//! What is chosen or typed on the screen of the secret: a format to copy, a file, a command, an older secret.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{
    CommandOutcome, CommandOutput, CommandReport, Delivery, Disposition, ENV_VARIABLES, EnvFile, Format,
    KnownCommand, Now, SaveFailure, SavedFile, SecretPayload, ServerText,
};
use crate::tui::app::{Shared, Transition};
use crate::tui::canvas::{Canvas, cut};
use crate::tui::event::{Command, Event, KeyPress};
use crate::tui::keys::{
    Action, BACK_BUT_CTRL_C, Binding, CHOICE_ABOVE, CHOICE_BELOW, CLOSE_PANEL, HELP, HELP_BESIDE_TEXT,
    LEAVE_FROM_PANEL, yes,
};
use crate::tui::screens::secret_list::{ListResult, SecretList};

use super::line::PromptLine;
use super::run::{ABOUT_RUN, RUN, RunPrompt, formats};
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
    Update(PromptLine, EnvFile),
    /// A command line.
    Run(Box<RunPrompt>),
    /// An older secret to delete.
    Delete(SecretList),
}

const FORMATS: &[Binding] = &[
    Binding::new("Enter", "copy", Action::Choose),
    CHOICE_BELOW,
    CHOICE_ABOVE,
    CLOSE_PANEL,
    LEAVE_FROM_PANEL,
    HELP,
];

/// A line in which every character is text; Enter does `what`.
const fn line_keys(what: &'static str) -> [Binding; 4] {
    [Binding::new("Enter", what, Action::Choose), CLOSE_PANEL, HELP_BESIDE_TEXT, LEAVE_FROM_PANEL]
}

const UPDATE: &[Binding] = &[yes("update"), BACK_BUT_CTRL_C, HELP, LEAVE_FROM_PANEL];
const SAVE: &[Binding] = &line_keys("save");

const NOT_DELIVERED_YET: &str = "The new secret is not delivered yet. Older secrets:";
const NOT_CONFIRMED: &str = "The new secret's copy is not confirmed: paste to check first. Older secrets:";

/// Programs that print what they read, and store nothing.
const PRINTERS: &[&str] = &[
    "awk",
    "base32",
    "base64",
    "bat",
    "batcat",
    "cat",
    "column",
    "cut",
    "echo",
    "egrep",
    "expand",
    "fgrep",
    "fmt",
    "fold",
    "grep",
    "head",
    "hexdump",
    "jq",
    "less",
    "more",
    "most",
    "nl",
    "od",
    "paste",
    "pr",
    "rev",
    "rg",
    "sed",
    "sha1sum",
    "sha256sum",
    "sha512sum",
    "shuf",
    "sort",
    "strings",
    "tac",
    "tail",
    "tr",
    "uniq",
    "wc",
    "xargs",
    "xxd",
];

impl Prompt {
    fn line_mut(&mut self) -> Option<&mut PromptLine> {
        match self {
            Self::Formats(_) | Self::Update(..) | Self::Delete(_) => None,
            Self::Save(line) => Some(line),
            Self::Run(run) => Some(&mut run.line),
        }
    }

    pub(super) fn paste(&mut self, text: &str) {
        let Some(line) = self.line_mut().filter(|line| !line.is_running) else { return };
        line.line.insert(text.trim_end_matches(['\r', '\n']));
        self.changed();
    }

    pub(super) fn press(&mut self, key: KeyPress) {
        if let Some(line) = self.line_mut().filter(|line| !line.is_running)
            && line.line.press(key) == Some(true)
        {
            self.changed();
        }
    }

    fn changed(&mut self) {
        match self {
            Self::Save(line) => line.changed(),
            Self::Run(run) => run.changed(),
            Self::Formats(_) | Self::Update(..) | Self::Delete(_) => {}
        }
    }

    pub(super) fn keys(&self) -> &'static [Binding] {
        match self {
            Self::Formats(_) => FORMATS,
            Self::Save(_) => SAVE,
            Self::Update(..) => UPDATE,
            Self::Run(_) => RUN,
            Self::Delete(list) => list.list_keys(),
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

impl CreatedScreen {
    pub(super) fn open_secret_list(&mut self, app: &mut Shared) {
        let list = SecretList::open(app, self.new_secret.account(), Some(self.keeps()));
        self.prompt = Some(Prompt::Delete(list));
        if self.account.error(&self.new_secret.account()).is_some() {
            self.fetch_account(app);
        }
    }

    pub(super) fn on_prompt_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        let Some(prompt) = &mut self.prompt else { return Transition::Stay };
        if let Prompt::Delete(list) = prompt {
            if matches!(list.on_list_action(app, action), ListResult::Closed) {
                self.prompt = None;
            }
            return Transition::Stay;
        }
        match (prompt, action) {
            (_, Action::Leave) => {
                self.prompt = None;
                return self.abort(app);
            }
            (Prompt::Save(line), _) if line.is_running => {}
            (Prompt::Run(run), _) if run.line.is_running => {}
            (Prompt::Update(line, _), Action::No) => self.prompt = Some(Prompt::Save(line.clone())),
            (Prompt::Update(line, file), Action::Yes) => {
                let agreed = file.clone();
                self.prompt = Some(Prompt::Save(line.clone()));
                self.save(app, |path, payload| Command::UpdateEnv(path, payload, agreed));
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
            (Prompt::Save(_), Action::Choose) => self.save(app, Command::Save),
            (Prompt::Run(_), Action::Choose) => self.run_command(app),
            (Prompt::Run(run), action) => run.on_action(app, action),
            _ => {}
        }
        Transition::Stay
    }

    fn save(&mut self, app: &mut Shared, command: impl FnOnce(String, Box<SecretPayload>) -> Command) {
        let payload = self.payload(app);
        let Some(Prompt::Save(line)) = &mut self.prompt else { return };
        let Some(path) = line.start("Type a path first.") else { return };
        self.starts_delivering();
        app.send(command(path, payload));
    }

    pub(super) fn starts_delivering(&mut self) {
        self.is_delivering = true;
        self.revealed_until = None;
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
        if let (Some(SaveFailure::CanUpdate(file)), Some(Prompt::Save(line))) = (failure, &self.prompt) {
            let line = PromptLine { problem: None, ..line.clone() };
            self.prompt = Some(Prompt::Update(line, file));
        }
    }

    /// What has worked is kept, whatever is on the screen by now; what has not leaves the line to be changed.
    pub(super) fn delivery_ended(&mut self, app: &mut Shared, result: Result<Option<Delivery>, String>) {
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
    pub(super) fn on_secret_list_event(&mut self, now: Now, event: Event) {
        let Some(Prompt::Delete(list)) = &mut self.prompt else { return };
        if let ListResult::Deleted(secret) = list.on_list_event(now, event) {
            self.retired.push(secret);
            self.prompt = None;
        }
    }

    pub(super) fn open_run(&mut self, app: &mut Shared) {
        self.prompt = Some(Prompt::Run(Box::new(RunPrompt::new(app))));
        app.send(Command::FindPresets);
    }

    /// True when a prompt that is open has something to mark.
    pub(super) fn has_choices(&self) -> bool {
        !matches!(&self.prompt, Some(Prompt::Run(prompt)) if !prompt.has_known())
    }

    /// The tools that are installed are known.
    pub(super) fn presets_found(&mut self, app: &mut Shared, presets: Vec<KnownCommand>) {
        // Otherwise a mark that was moved already would jump back.
        if app.presets != presets {
            app.presets = presets;
            if let Some(Prompt::Run(prompt)) = &mut self.prompt {
                prompt.list(app);
            }
        }
    }

    pub(super) fn run_command(&mut self, app: &mut Shared) {
        let payload = self.payload(app);
        let Some(Prompt::Run(prompt)) = &mut self.prompt else { return };
        if prompt.takes_first() {
            return prompt.take();
        }
        let Some(line) = prompt.line.start("Type a command first.") else { return };
        let format = prompt.format;
        prompt.output = CommandOutput::default();
        self.output = CommandOutput::default();
        self.starts_delivering();
        app.send(Command::Run(line, format, payload));
    }

    pub(super) fn command_ended(&mut self, app: &mut Shared, report: CommandReport) {
        let CommandReport { outcome, mut output } = report;
        self.remember(app, &outcome);
        let program = self.program();
        let name = program.as_str().rsplit(['/', '\\']).next().unwrap_or_default();
        let is_printer = PRINTERS.contains(&name);
        let result = match &outcome {
            CommandOutcome::Succeeded if is_printer => {
                Err(format!("{name} only prints what it reads, so the secret is not stored."))
            }
            CommandOutcome::Succeeded if output.had_secret => {
                Err(format!("{name} exited with 0, but printed the secret: it may not have stored it."))
            }
            CommandOutcome::Succeeded => Ok(Some(Delivery::Piped { program })),
            failed => Err(failed.sentence(program.as_str())),
        };
        if is_printer {
            // It may have printed the secret in a way in which it is not recognized.
            output = CommandOutput::default();
        }
        if let CommandOutcome::Exited { last_line, .. } = &outcome {
            // The sentence has it already.
            output.lines.pop_if(|line| line == last_line);
        }
        match (&result, &mut self.prompt) {
            (Err(_), Some(Prompt::Run(prompt))) => prompt.output = output,
            _ => self.output = output,
        }
        self.delivery_ended(app, result);
    }

    /// Keeps a command that was run for the list, unless its line was refused: the secret may be in it.
    fn remember(&self, app: &mut Shared, outcome: &CommandOutcome) {
        let was_run = !matches!(
            outcome,
            CommandOutcome::Malformed(_)
                | CommandOutcome::UnknownPlaceholder(_)
                | CommandOutcome::NotFound(_)
                | CommandOutcome::NotStarted(_)
        );
        let Some(Prompt::Run(prompt)) = self.prompt.as_ref().filter(|_| was_run) else { return };
        let line = prompt.line.line.text().trim().to_owned();
        app.commands_run.retain(|known| known.line != line || known.format != prompt.format);
        let name = ServerText::new("run before");
        app.commands_run.push(KnownCommand { name, line, format: prompt.format });
    }

    /// The first word of the line, split as it was to be run: the program.
    fn program(&self) -> ServerText {
        let line = match &self.prompt {
            Some(Prompt::Run(prompt)) => prompt.line.line.text(),
            _ => "",
        };
        let words = shell_words::split(line).unwrap_or_default();
        ServerText::new(words.first().map_or("a command", String::as_str))
    }

    pub(super) fn draw_prompt(&self, app: &Shared, prompt: &Prompt, canvas: &mut Canvas) {
        match prompt {
            Prompt::Delete(list) => {
                let warning = match self.fate(app.now) {
                    Disposition::NotDelivered => Some(NOT_DELIVERED_YET),
                    Disposition::PerhapsDelivered => Some(NOT_CONFIRMED),
                    _ => None,
                };
                list.draw_list(app, warning, canvas);
            }
            Prompt::Formats(selected) => self.draw_formats(app, *selected, canvas),
            Prompt::Save(line) => {
                line.draw("Save to", canvas);
                let format = Format::for_file(line.line.text().trim());
                let words = format!("{}, in a new file{PRIVATE}.", in_file(format));
                line.draw_below("Saving", &words, canvas);
                self.draw_left_out(app, format, canvas);
            }
            Prompt::Update(line, file) => draw_question(line.line.text().trim(), file, canvas),
            Prompt::Run(run) => run.draw(app, canvas),
        }
    }

    fn draw_formats(&self, app: &Shared, selected: usize, canvas: &mut Canvas) {
        let theme = canvas.theme;
        canvas.line(Line::styled("Copy as", theme.strong));
        for (index, format) in formats(app).enumerate() {
            let is_selected = index == selected;
            let style = if is_selected { theme.strong } else { Style::new() };
            let mut line = vec![Span::styled(format.title(), style)];
            if let Format::Template(template) = format {
                let text = ServerText::new(template.text());
                let shown = cut(text.as_str(), canvas.width(), 12, 1, theme.glyphs.ellipsis);
                line.push(Span::styled(format!("  {shown}"), theme.faint));
            }
            canvas.choice(is_selected, line);
        }
        let format = formats(app).nth(selected).unwrap_or_default();
        self.draw_left_out(app, format, canvas);
    }
}

fn draw_question(path: &str, file: &EnvFile, canvas: &mut Canvas) {
    if let Some(file) = &file.link_to {
        canvas.words(0, &format!("{path} is a link to {file}, which is what changes."), Style::new());
    }
    if file.is_open {
        let words = format!("Others can read {path}. It becomes readable only by its owner.");
        canvas.warning(&words, Style::new());
    }
    let [id, secret] = ENV_VARIABLES;
    canvas.ask(&format!("{path} exists. Update {id} and {secret} in it?"), "update");
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
