//! What is chosen or typed on the screen of the secret: a format, a path, a command, an older secret to delete. It stands
//! where the state of the secret stands otherwise.

use ratatui::style::Style;
use ratatui::text::Line;

use crate::domain::{
    CommandOutput, Delivery, Disposition, ENV_VARIABLES, EnvFile, Format, OtherClient, SaveFailure,
};
use crate::tui::app::{Shared, Transition};
use crate::tui::canvas::{Canvas, cut};
use crate::tui::event::{Command, DeliveryId, Event, KeyPress};
use crate::tui::keys::{
    Action, BACK_BUT_CTRL_C, Binding, CHOICE_ABOVE, CHOICE_BELOW, CLOSE_PROMPT, HELP, HELP_BESIDE_TEXT,
    LEAVE_FROM_PROMPT, yes,
};
use crate::tui::screens::SecretList;
use crate::tui::text_line::field_label;
use crate::tui::{TextLine, paste};

use super::run::{ABOUT_RUN, RunPrompt};
use super::{CreatedScreen, LOW, TALL};

/// What the user is asked for.
#[derive(Clone, Debug)]
pub enum Prompt {
    /// The format to copy in: which one is chosen, from 0.
    Formats(usize),
    /// The path of a file, and the existing file there that may be updated, if the user agrees.
    Save(PromptLine, Option<EnvFile>),
    /// A command.
    Run(Box<RunPrompt>),
    /// An older secret to delete.
    Delete(SecretList),
}

const FORMATS: &[Binding] = &[
    Binding::new("Enter", "copy", Action::Choose),
    CHOICE_BELOW,
    CHOICE_ABOVE,
    CLOSE_PROMPT,
    LEAVE_FROM_PROMPT,
    HELP,
];

const SAVE: &[Binding] =
    &[Binding::new("Enter", "save", Action::Choose), CLOSE_PROMPT, HELP_BESIDE_TEXT, LEAVE_FROM_PROMPT];
const UPDATE: &[Binding] = &question_keys("update");
const REPLACE: &[Binding] = &question_keys("replace");

const fn question_keys(yes_does: &'static str) -> [Binding; 4] {
    [yes(yes_does), BACK_BUT_CTRL_C, HELP, LEAVE_FROM_PROMPT]
}

const ABOUT_SAVE: &[&str] = &[
    "The file extension selects what is saved: .env, .json or .yaml (Kubernetes), else the secret.",
    "In a .env file that exists, two variables can be updated. No other file is overwritten.",
];

impl Prompt {
    /// The line that is being typed.
    fn line(&mut self) -> Option<&mut PromptLine> {
        match self {
            Self::Save(line, None) => Some(line),
            Self::Run(run) => Some(&mut run.line),
            Self::Save(..) | Self::Formats(_) | Self::Delete(_) => None,
        }
    }

    /// True while characters are text.
    pub(super) fn takes_text(&self) -> bool {
        matches!(self, Self::Run(_) | Self::Save(_, None))
    }

    /// Changes the line that is typed.
    pub(super) fn edit(&mut self, change: impl FnOnce(&mut PromptLine) -> bool) {
        let is_changed = self.line().is_some_and(change);
        if let (true, Self::Run(run)) = (is_changed, self) {
            run.changed();
        }
    }

    pub(super) fn keys(&self) -> &'static [Binding] {
        match self {
            Self::Formats(_) => FORMATS,
            Self::Save(_, None) => SAVE,
            Self::Save(_, Some(EnvFile { other_client: None, .. })) => UPDATE,
            Self::Save(_, Some(_)) => REPLACE,
            Self::Run(run) => run.keys(),
            Self::Delete(list) => list.list_keys(),
        }
    }

    pub(super) fn about(&self) -> Option<&'static [&'static str]> {
        match self {
            Self::Run(_) => Some(ABOUT_RUN),
            Self::Save(..) => Some(ABOUT_SAVE),
            Self::Formats(_) | Self::Delete(_) => None,
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
        if let Some(Prompt::Delete(list)) = &mut self.prompt {
            if !list.on_list_action(app, action) {
                self.prompt = None;
            }
        } else if action == Action::Leave {
            self.prompt = None;
            return self.abort(app);
        } else {
            match self.prompt {
                Some(Prompt::Formats(_)) => self.on_formats_action(app, action),
                Some(Prompt::Save(..)) => self.on_save_action(app, action),
                Some(Prompt::Run(_)) => self.on_run_action(app, action),
                Some(Prompt::Delete(_)) | None => {}
            }
        }
        Transition::Stay
    }

    /// The screen reports what was deleted, so that the list is not needed for that.
    pub(super) fn on_secret_list_event(&mut self, app: &Shared, event: Event) {
        let Some(Prompt::Delete(list)) = &mut self.prompt else { return };
        if let Some(secret) = list.on_list_event(app, event) {
            self.deleted_older.push(secret);
            self.prompt = None;
        }
    }

    /// Numbers the save or the command that starts now.
    pub(super) fn start_delivery(&mut self, app: &mut Shared) -> DeliveryId {
        self.revealed_until = None;
        *self.delivering.insert(app.next_delivery())
    }

    /// What has worked is kept, whatever is on the screen by now; what has not leaves the line to be changed.
    pub(super) fn delivery_ended(&mut self, app: &mut Shared, result: Result<Delivery, String>) {
        self.delivering = None;
        let line = self.prompt.as_mut().and_then(Prompt::line).filter(|line| line.is_running);
        match (result, line) {
            (Ok(delivery), line) => {
                if line.is_some() {
                    self.prompt = None;
                }
                self.delivered_by(app, delivery);
            }
            (Err(error), Some(line)) => {
                line.is_running = false;
                line.error = Some(error);
            }
            (Err(_), None) => {}
        }
    }

    /// It certainly has arrived somewhere. The same again moves to the end.
    pub(super) fn delivered_by(&mut self, app: &mut Shared, delivery: Delivery) {
        self.delivered.retain(|before| *before != delivery);
        self.delivered.push(delivery);
        app.send(Command::SettleRecord);
    }

    pub(super) fn draw_prompt(&self, app: &Shared, prompt: &Prompt, canvas: &mut Canvas) {
        match prompt {
            Prompt::Delete(list) => {
                let warning = match self.disposition(app.now) {
                    Disposition::NotDelivered => Some("The new secret is not delivered yet."),
                    Disposition::PerhapsDelivered(_) => {
                        Some("The new secret's copy is not confirmed: paste to check first.")
                    }
                    _ => None,
                };
                list.draw_list(app, warning, canvas);
            }
            Prompt::Formats(selected) => self.draw_formats(app, *selected, canvas),
            Prompt::Save(line, existing) => self.draw_save(app, line, existing.as_ref(), canvas),
            Prompt::Run(run) => run.draw(app, canvas),
        }
    }

    fn on_save_action(&mut self, app: &mut Shared, action: Action) {
        let Some(Prompt::Save(line, existing)) = &mut self.prompt else { return };
        match (existing.take(), action) {
            _ if line.is_running => {}
            (Some(agreed), Action::Yes) => self.save(app, Some(agreed)),
            (Some(_), Action::No) => {}
            (Some(file), _) => *existing = Some(file),
            (None, Action::No) => self.prompt = None,
            (None, Action::Choose) => self.save(app, None),
            (None, _) => {}
        }
    }

    /// Saves to a new file, or updates the one that the user agreed to.
    fn save(&mut self, app: &mut Shared, existing: Option<EnvFile>) {
        let Some(Prompt::Save(line, _)) = &mut self.prompt else { return };
        let Some(path) = line.start(self.delivering) else { return };
        let (id, payload) = (self.start_delivery(app), self.payload(app));
        app.send(match existing {
            Some(file) => Command::UpdateEnv(id, path, payload, file),
            None => Command::Save(id, path, payload),
        });
    }

    /// A file that exists may be a question rather than a failure.
    pub(super) fn file_written(
        &mut self,
        app: &mut Shared,
        id: DeliveryId,
        result: Result<Delivery, SaveFailure>,
    ) {
        if self.delivering != Some(id) {
            return;
        }
        if let (Err(SaveFailure::CanUpdate(file)), Some(Prompt::Save(line, existing))) =
            (&result, &mut self.prompt)
            && line.is_running
        {
            line.is_running = false;
            *existing = Some(file.clone());
            self.delivering = None;
            return;
        }
        self.delivery_ended(app, result.map_err(|failure| failure.sentence()));
    }

    fn draw_save(&self, app: &Shared, line: &PromptLine, existing: Option<&EnvFile>, canvas: &mut Canvas) {
        let path = line.text();
        let Some(file) = existing else {
            line.draw("Save to", 0, Line::default(), canvas);
            let format = Format::for_file(path);
            line.draw_below("Saving", &advice(path, format), &CommandOutput::default(), canvas);
            return self.draw_left_out(app, format, canvas);
        };
        if let Some(file) = &file.link_to {
            canvas.text(0, &format!("{path} is a link to {file}, which is what changes."), Style::new());
        }
        if let Some(owner) = file.other_owner {
            let text = format!("{path} belongs to another user (ID {owner}), who can then read the secret.");
            canvas.warning(&text, Style::new());
        }
        if file.is_open {
            let text = format!("Others can read {path}. Updating it makes it readable only by its owner.");
            canvas.warning(&text, Style::new());
        }
        let [id, secret] = ENV_VARIABLES;
        let change = match file.missing[..] {
            [] => format!("Update {id} and {secret} in it?"),
            [missing] if missing == secret => format!("Update {id} in it and add {secret}?"),
            [missing] => format!("Update {secret} in it and add {missing}?"),
            _ => format!("Add {id} and {secret} to it?"),
        };
        let Some(other) = &file.other_client else {
            return canvas.ask(&format!("{path} exists. {change}"), "update");
        };
        let has = match other {
            OtherClient::Account(client) => format!("{path} has the client ID {client} of another account."),
            OtherClient::Unknown => format!("{path} has another value for {id}."),
        };
        canvas.text(0, &has, Style::new());
        canvas.ask(&change, "replace");
    }
}

/// What will be in the file.
fn advice(path: &str, format: Format) -> String {
    let (content, more) = match format {
        Format::Secret | Format::ClientId | Format::Template(_) => {
            ("only the secret", " For more fields, use .env, .json, .tfvars.json or .yaml.")
        }
        Format::Env => (
            "the client ID and the secret as variables",
            " If the file exists, you are asked whether to update the two variables in it.",
        ),
        Format::Json => ("the Atlas response as JSON", ""),
        Format::Terraform => ("the client ID and the secret as Terraform variables (JSON)", ""),
        Format::Kubernetes | Format::Aws | Format::Mcp => ("a Kubernetes Secret", ""),
    };
    let private = if cfg!(unix) { " that only you can read (mode 0600)" } else { "" };
    let not_expanded = if path.contains('$') { " $ is not expanded." } else { "" };
    format!("Saves {content}, to a new file{private}.{more}{not_expanded}")
}

/// A line that is typed and then run: the path of a file, or a command.
#[derive(Clone, Debug)]
pub struct PromptLine {
    line: TextLine,
    /// What is typed: a path or a command.
    content: &'static str,
    pub is_running: bool,
    /// Why it did not work the last time.
    pub error: Option<String>,
    /// True after a secret that is typed was refused: what follows is the rest of it.
    drops_text: bool,
}

impl PromptLine {
    pub fn new(content: &'static str) -> Self {
        Self { line: TextLine::long(), content, is_running: false, error: None, drops_text: false }
    }

    pub fn text(&self) -> &str {
        self.line.text().trim()
    }

    /// True once a blank ends the first word.
    pub fn has_blank(&self) -> bool {
        self.line.text().trim_start().contains(' ')
    }

    /// The text of the line, to be saved to or run now. `None` when there is none, or while an earlier delivery has not
    /// ended: the line then says why.
    pub fn start(&mut self, delivering: Option<DeliveryId>) -> Option<String> {
        let text = self.text().to_owned();
        self.drops_text = false;
        self.error = if delivering.is_some() {
            Some("An earlier save or command is still running. Wait until it ends, or press Esc and copy the secret.".to_owned())
        } else if text.is_empty() {
            Some(format!("Type a {} first.", self.content))
        } else {
            None
        };
        self.is_running = self.error.is_none();
        self.is_running.then_some(text)
    }

    /// Handles a key. True when the line was changed.
    pub fn press(&mut self, key: KeyPress) -> bool {
        if self.drops_text && key.text().is_some_and(|character| !character.is_whitespace()) {
            return false;
        }
        self.drops_text = false;
        let is_changed = self.edit(|line| line.press(key) == Some(true));
        self.drops_text = is_changed && self.error.is_some();
        is_changed
    }

    /// Changes the line unless it is running. True when it was changed.
    ///
    /// A secret does not belong in a name or an argument, where others can read it: it is not kept.
    pub fn edit(&mut self, change: impl FnOnce(&mut TextLine) -> bool) -> bool {
        if self.is_running || !change(&mut self.line) {
            return false;
        }
        self.error = None;
        if paste::contains_secret(self.line.text()) {
            self.line.set("");
            self.error = Some(format!("You pasted a secret, not a {}. It was dropped.", self.content));
        }
        true
    }

    /// Draws the label and the line, and something in so many columns beside it.
    pub(super) fn draw(&self, label: &str, columns: u16, beside: Line, canvas: &mut Canvas) {
        self.line.row(field_label(label, true, canvas.theme)).draw(columns, beside, canvas);
    }

    /// What is being done, what can be done, or why it did not work and what the command printed.
    pub(super) fn draw_below(&self, doing: &str, advice: &str, output: &CommandOutput, canvas: &mut Canvas) {
        let theme = canvas.theme;
        if let Some(error) = &self.error {
            canvas.marked(theme.glyphs.cross, error, theme.bad);
            // The last line often says why.
            draw_output(output, 2, canvas);
            return canvas.text(2, "Your new secret is still here.", theme.faint);
        }
        canvas.text(2, if self.is_running { doing } else { advice }, theme.faint);
    }
}

/// How many rows a line of a command's output takes at most where it is tall.
const ROWS_WHERE_TALL: u16 = 4;

/// What a command printed, in few rows: a row a line, and so many for the last one.
pub(super) fn draw_output(output: &CommandOutput, rows_of_last: u16, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let ellipsis = theme.glyphs.ellipsis;
    let is_low = canvas.height() < LOW;
    let first = if is_low { output.lines.len().saturating_sub(2) } else { 0 };
    let left_out = output.left_out + first;
    if left_out > 0 && !is_low {
        let lines = if left_out == 1 { "line" } else { "lines" };
        canvas.text(2, &format!("{ellipsis} {left_out} earlier {lines} not shown"), theme.faint);
    }
    for (index, line) in output.lines.iter().enumerate().skip(first) {
        // Where a row counts, the mark stands before the line.
        let mark =
            if is_low && left_out > 0 && index == first { format!("{ellipsis} ") } else { String::new() };
        let rows = match index + 1 {
            _ if canvas.height() >= TALL => ROWS_WHERE_TALL,
            end if end == output.lines.len() => rows_of_last,
            _ => 1,
        };
        let text = cut(&format!("{mark}{line}"), canvas.width(), 2, rows, ellipsis);
        canvas.text(2, &text, theme.faint);
    }
}
