//! The prompts of the screen: for a format, a path, a command, or an older secret to delete. A prompt replaces the
//! steps.

use ratatui::style::Style;
use ratatui::text::Line;

use crate::domain::{
    CommandOutput, Delivery, Disposition, ENV_VARIABLES, EnvFile, Format, OtherClient, SaveFailure,
};
use crate::tui::keys::{
    BACK_BUT_CTRL_C, CHOICE_ABOVE, CHOICE_BELOW, CLOSE_PROMPT, HELP, HELP_BESIDE_TEXT, LEAVE_FROM_PROMPT, yes,
};
use crate::tui::screens::SecretList;
use crate::tui::{Action, Binding, Canvas, Command, Component, DeliveryId, Event, Shared, Transition};

use super::CreatedScreen;
use super::run::{ABOUT_RUN, PromptLine, RunPrompt};

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
    "In a .env file that exists, two variables can be updated. No other file is overwritten.",
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

    pub(super) fn edit(&mut self, change: impl FnOnce(&mut PromptLine) -> bool) {
        let is_changed = self.line().is_some_and(change);
        if let (true, Self::Run(run)) = (is_changed, self) {
            run.changed();
        }
    }

    pub(super) fn keys(&self, app: &Shared) -> Vec<Binding> {
        let enter = |label| Binding::new("Enter", label, Action::Choose);
        match self {
            Self::Formats(_) => {
                vec![enter("copy"), CHOICE_BELOW, CHOICE_ABOVE, CLOSE_PROMPT, LEAVE_FROM_PROMPT, HELP]
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

    /// Hides the value, and returns the ID of the save or the command that starts now.
    pub(super) fn start_delivery(&mut self, app: &mut Shared) -> DeliveryId {
        self.revealed_until = None;
        *self.delivering.insert(app.next_delivery())
    }

    /// Records a success, whatever is on the screen now. After a failure, the user can change the line.
    pub(super) fn delivery_ended(&mut self, app: &mut Shared, result: Result<Delivery, String>) {
        self.delivering = None;
        let line = self.prompt.as_mut().and_then(Prompt::line).filter(|line| line.is_running);
        match (result, line) {
            (Ok(delivery), line) => {
                if line.is_some() {
                    self.prompt = None;
                }
                self.add_delivery(app, delivery);
            }
            (Err(error), Some(line)) => {
                line.is_running = false;
                line.error = Some(error);
            }
            (Err(_), None) => {}
        }
    }

    /// Adds a proved delivery. If it is in the list already, it moves to the end.
    pub(super) fn add_delivery(&mut self, app: &mut Shared, delivery: Delivery) {
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

    /// Saves to a new file, or updates the one that the user agreed to.
    fn on_save_action(&mut self, app: &mut Shared, action: Action) {
        let Some(Prompt::Save(line, existing)) = &mut self.prompt else { return };
        match (action, existing.is_some()) {
            _ if line.is_running => {}
            (Action::No, true) => *existing = None,
            (Action::No, false) => self.prompt = None,
            (Action::Yes, true) | (Action::Choose, false) => {
                let agreed = existing.take();
                let Some(path) = line.start(self.delivering).map(|text| unquoted(&text)) else { return };
                let (id, payload) = (self.start_delivery(app), self.payload(app));
                app.send(match agreed {
                    Some(file) => Command::UpdateEnv(id, path, payload, file),
                    None => Command::Save(id, path, payload),
                });
            }
            _ => {}
        }
    }

    /// Handles the end of a save. If the file exists, that may lead to a question instead of an error.
    pub(super) fn file_written(
        &mut self,
        app: &mut Shared,
        id: DeliveryId,
        result: Result<Delivery, SaveFailure>,
    ) {
        match (result, &mut self.prompt) {
            _ if self.delivering != Some(id) => {}
            (Err(SaveFailure::CanUpdate(file)), Some(Prompt::Save(line, existing))) if line.is_running => {
                line.is_running = false;
                *existing = Some(file);
                self.delivering = None;
            }
            (result, _) => self.delivery_ended(app, result.map_err(|failure| failure.sentence())),
        }
    }

    fn draw_save(&self, app: &Shared, line: &PromptLine, existing: Option<&EnvFile>, canvas: &mut Canvas) {
        let path = &unquoted(line.text());
        let Some(file) = existing else {
            line.draw("Save to", 0, Line::default(), canvas);
            let format = Format::for_file(path);
            line.draw_below("Saving", &advice(path, format), &CommandOutput::default(), canvas);
            return self.draw_missing_organization(app, format, canvas);
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
