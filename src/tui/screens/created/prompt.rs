//! The prompts of the screen: for a format, a path, a command, or an older secret to delete. A prompt replaces the
//! steps.

use ratatui::style::Style;
use ratatui::text::Line;

use crate::delivery::{CommandOutput, DeliveryFailure, DeliveryTask, EnvFile, OtherClient};
use crate::domain::{Delivery, Disposition, ENV_VARIABLES, Format};
use crate::tui::keys::{
    BACK_BUT_CTRL_C, CHOICE_ABOVE, CHOICE_BELOW, CLOSE_PROMPT, HELP, HELP_BESIDE_TEXT, LEAVE_FROM_PROMPT, yes,
};
use crate::tui::screens::SecretList;
use crate::tui::{Action, Binding, Canvas, Command, Component, Event, Shared, Transition};

use super::super::cycled;
use super::CreatedScreen;
use super::copy::{format_suffix, formats};
use super::run::{ABOUT_RUN, PromptLine, RunPrompt, is_same};

#[derive(Clone, Debug)]
pub enum Prompt {
    /// The index of the selected format to copy in.
    Formats(usize),
    /// The path of a file. If the file exists and can be updated, the user must agree first.
    Save(PromptLine, Option<EnvFile>),
    Run(Box<RunPrompt>),
    /// An older secret to delete.
    Delete(SecretList),
}

const ABOUT_SAVE: &[&str] = &[
    "The file extension selects what is saved: .env, .json, .tfvars.json or .yaml (Kubernetes); else the secret alone.",
    "In an existing .env file, two variables can be updated. No other file is overwritten.",
];

impl Prompt {
    /// The input line, if the user can type.
    fn line(&mut self) -> Option<&mut PromptLine> {
        match self {
            Self::Save(line, None) => Some(line),
            Self::Run(run) => Some(&mut run.line),
            Self::Save(..) | Self::Formats(_) | Self::Delete(_) => None,
        }
    }

    /// While its task is running, a prompt takes no text. Esc leaves the task in the background.
    pub(super) fn keys(&self, app: &Shared, is_running: bool) -> Vec<Binding> {
        let enter = |label| Binding::new("Enter", label, Action::Choose);
        match self {
            Self::Formats(_) => {
                vec![enter("copy"), CHOICE_BELOW, CHOICE_ABOVE, CLOSE_PROMPT, LEAVE_FROM_PROMPT, HELP]
            }
            Self::Save(..) | Self::Run(_) if is_running => {
                vec![CLOSE_PROMPT, HELP_BESIDE_TEXT, Binding::new("Ctrl-C", "quit…", Action::Leave)]
            }
            Self::Save(_, None) => vec![enter("save"), CLOSE_PROMPT, HELP_BESIDE_TEXT, LEAVE_FROM_PROMPT],
            Self::Save(_, Some(_)) => vec![yes("update"), BACK_BUT_CTRL_C, HELP, LEAVE_FROM_PROMPT],
            Self::Run(run) => run.keys(),
            Self::Delete(list) => list.keys(app),
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
        if let Some(new) = self.secret.id.clone() {
            let list = SecretList::open(app, self.new_secret.account.clone(), Some(new));
            self.prompt = Some(Prompt::Delete(list));
        } else {
            app.message = Some("Atlas's response has no secret ID. Delete older secrets in Atlas.");
        }
    }

    pub(super) fn on_prompt_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        let Some(mut prompt) = self.prompt.take() else { return Transition::Stay };
        match (&mut prompt, action) {
            (Prompt::Delete(list), _) => {
                if !list.on_list_action(app, action) {
                    return Transition::Stay;
                }
            }
            (_, Action::Leave) => return self.abort(app),
            (Prompt::Save(_, agreed @ Some(_)), Action::No) => *agreed = None,
            (_, Action::No) => return Transition::Stay,
            (Prompt::Formats(selected), Action::Choose) => {
                let format = formats(app).nth(*selected).unwrap_or_default();
                self.copy(app, format);
                return Transition::Stay;
            }
            (Prompt::Formats(selected), _) => {
                *selected = cycled(*selected, formats(app).count(), action);
            }
            (Prompt::Save(line, agreed), _) => {
                if let Some(path) = line.start() {
                    let (path, agreed) = (unquoted(&path), agreed.take());
                    self.start_delivery(app, DeliveryTask::Save { path, agreed });
                }
            }
            (Prompt::Run(run), _) => {
                if let Some(command) = run.on_action(app, action) {
                    self.start_delivery(app, DeliveryTask::Run(command));
                }
            }
        }
        self.prompt = Some(prompt);
        Transition::Stay
    }

    /// Closes the list after a deletion, which the screen itself then shows.
    pub(super) fn on_secret_list_event(&mut self, app: &Shared, event: Event) {
        let Some(Prompt::Delete(list)) = &mut self.prompt else { return };
        if let Some(secret) = list.on_list_event(app, event) {
            self.deleted_older.push(secret);
            self.prompt = None;
        }
    }

    /// Opens the prompt for a path or a command, or that of the task that is still running.
    pub(super) fn open_line_prompt(&mut self, app: &mut Shared, action: Action) {
        self.prompt = Some(match (&self.delivering, action) {
            (Some(DeliveryTask::Save { path, .. }), _) => Prompt::Save(PromptLine::new("path", path), None),
            (_, Action::Save) => Prompt::Save(PromptLine::new("path", ""), None),
            _ => {
                app.send(Command::FindPresets);
                Prompt::Run(Box::new(RunPrompt::new(app)))
            }
        });
    }

    /// Changes the line of the prompt, unless its task is running.
    pub(super) fn edit_line(&mut self, change: impl FnOnce(&mut PromptLine) -> bool) {
        let Some(prompt) = self.prompt.as_mut().filter(|_| self.delivering.is_none()) else { return };
        let is_changed = prompt.line().is_some_and(change);
        if let (true, Prompt::Run(run)) = (is_changed, prompt) {
            run.filter();
        }
    }

    /// Hides the value, and starts the task of the open prompt.
    pub(super) fn start_delivery(&mut self, app: &mut Shared, task: DeliveryTask) {
        self.revealed_until = None;
        self.output = CommandOutput::default();
        app.send(Command::Deliver(task.clone(), self.payload(app)));
        self.delivering = Some(task);
    }

    /// Records a success, whatever is on the screen now. After a failure, the user can change the line, or is asked
    /// whether to update the file. The result of an earlier secret's task is ignored: this screen did not start it.
    pub(super) fn delivery_ended(
        &mut self,
        app: &mut Shared,
        result: Result<Delivery, DeliveryFailure>,
        output: CommandOutput,
    ) {
        let Some(task) = self.delivering.take() else { return };
        match task {
            // A command that was not started may contain the secret.
            DeliveryTask::Run(command) if !matches!(result, Err(DeliveryFailure::NotStarted(_))) => {
                app.commands_run.retain(|before| !is_same(before, &command));
                app.commands_run.push(command);
            }
            // A failure in the background is shown where it can be corrected.
            DeliveryTask::Save { path, .. }
                if result.is_err()
                    && self.leaving.is_none()
                    && !matches!(self.prompt, Some(Prompt::Delete(_))) =>
            {
                self.prompt = Some(Prompt::Save(PromptLine::new("path", &path), None));
            }
            _ => {}
        }
        let line = self.prompt.as_mut().and_then(Prompt::line);
        match (result, line) {
            (Ok(delivery), line) => {
                if line.is_some() {
                    self.prompt = None;
                }
                self.output = output;
                self.add_delivery(app, delivery);
            }
            (Err(DeliveryFailure::CanUpdate(file)), Some(line)) => {
                self.prompt = Some(Prompt::Save(line.clone(), Some(file)));
            }
            (Err(DeliveryFailure::NotStarted(error) | DeliveryFailure::Failed(error)), Some(line)) => {
                line.error = Some((error, output));
            }
            (Err(_), None) => app.message = Some("The save in the background failed."),
        }
    }

    /// Adds a proved delivery. If it is in the list already, it moves to the end.
    pub(super) fn add_delivery(&mut self, app: &mut Shared, delivery: Delivery) {
        self.delivered.retain(|before| *before != delivery);
        self.delivered.push(delivery);
        app.send(Command::RemoveRecord);
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

    fn draw_save(&self, app: &Shared, line: &PromptLine, existing: Option<&EnvFile>, canvas: &mut Canvas) {
        let path = &unquoted(line.text());
        let Some(file) = existing else {
            line.draw("Save to", 0, Line::default(), canvas);
            let format = Format::for_file(path);
            let below = if self.delivering.is_some() { "Saving".to_owned() } else { advice(format) };
            line.draw_below(&below, canvas);
            return self.draw_missing_organization(app, format, canvas);
        };
        if let Some(file) = &file.link_to {
            canvas.text(0, &format!("{path} is a link to {file}; that file will be changed."), Style::new());
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
        match &file.other_client {
            Some(OtherClient::Account(client)) => {
                let text = format!("{path} has the client ID {client} of another account.");
                canvas.text(0, &text, Style::new());
            }
            Some(OtherClient::Unknown) => {
                canvas.text(0, &format!("{path} has another value for {id}."), Style::new());
            }
            None => {}
        }
        let update = if file.missing.is_empty() { "Update" } else { "Add or update" };
        canvas.ask(&format!("{path} exists. {update} {id} and {secret} in it?"), "update");
    }
}

/// Removes what a terminal adds to the path of a file that is dragged into it: quotes, or backslashes before spaces.
fn unquoted(path: &str) -> String {
    match shell_words::split(path).as_deref() {
        _ if cfg!(windows) => path.trim_matches('"').to_owned(),
        // A shell would take the rest for a comment.
        Ok([unquoted]) if !path.contains(" #") => unquoted.clone(),
        // Without quotes, several words are a path with spaces.
        _ => path.to_owned(),
    }
}

fn advice(format: Format) -> String {
    let private = if cfg!(unix) { " that only you can read (mode 0600)" } else { "" };
    format!(
        "Saves it{} to a new file{private}. The extension selects the format: .env, .json, .tfvars.json or .yaml.",
        format_suffix(format)
    )
}
