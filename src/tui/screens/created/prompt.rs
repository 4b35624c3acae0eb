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

use super::CreatedScreen;
use super::run::{ABOUT_RUN, PromptLine, RunPrompt, is_same};

/// What the user selects or types.
#[derive(Clone, Debug)]
pub enum Prompt {
    /// The index of the selected format to copy in.
    Formats(usize),
    /// The path of a file. If the file exists and can be updated, the user must agree first.
    Save(PromptLine, Option<EnvFile>),
    /// A command.
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
        match &mut self.prompt {
            Some(Prompt::Delete(list)) => {
                let is_open = list.on_list_action(app, action);
                if !is_open {
                    self.prompt = None;
                }
            }
            _ if action == Action::Leave => {
                self.prompt = None;
                return self.abort(app);
            }
            Some(Prompt::Formats(_)) => self.on_formats_action(app, action),
            Some(Prompt::Save(..)) => self.on_save_action(app, action),
            Some(Prompt::Run(_)) => self.on_run_action(app, action),
            None => {}
        }
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
            run.changed();
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
                    && matches!(self.prompt, None | Some(Prompt::Formats(_))) =>
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
            (Err(DeliveryFailure::CanUpdate(file)), Some(_)) => {
                if let Some(Prompt::Save(_, existing)) = &mut self.prompt {
                    *existing = Some(file);
                }
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

    /// Saves to a new file, or updates the one that the user agreed to.
    fn on_save_action(&mut self, app: &mut Shared, action: Action) {
        let Some(Prompt::Save(line, existing)) = &mut self.prompt else { return };
        match (action, existing.is_some()) {
            (Action::No, true) => *existing = None,
            (Action::No, false) => self.prompt = None,
            (Action::Yes, true) | (Action::Choose, false) => {
                let agreed = existing.take();
                if has_open_quote(line.text()) {
                    line.fail("A quote in the path is not closed.".to_owned());
                } else if let Some(text) = line.start() {
                    self.start_delivery(app, DeliveryTask::Save { path: unquoted(&text), agreed });
                }
            }
            _ => {}
        }
    }

    fn draw_save(&self, app: &Shared, line: &PromptLine, existing: Option<&EnvFile>, canvas: &mut Canvas) {
        let path = &unquoted(line.text());
        let Some(file) = existing else {
            line.draw("Save to", 0, Line::default(), canvas);
            let format = Format::for_file(path);
            let below = if self.delivering.is_some() { "Saving".to_owned() } else { advice(path, format) };
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
        canvas.ask(&change, "update");
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

/// True if the path begins with a quote that is not closed. Elsewhere it is an apostrophe, as in `it's.env`.
fn has_open_quote(path: &str) -> bool {
    cfg!(not(windows)) && path.starts_with(['"', '\'']) && shell_words::split(path).is_err()
}

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
