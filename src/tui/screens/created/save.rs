//! The prompt for a file: its path, and whether to update an `.env` file that exists.

use ratatui::style::Style;
use ratatui::text::Line;

use crate::domain::{CommandOutput, Delivery, ENV_VARIABLES, EnvFile, Format, SaveFailure, SecretPayload};
use crate::tui::app::Shared;
use crate::tui::canvas::Canvas;
use crate::tui::event::{Command, DeliveryId};
use crate::tui::keys::{
    Action, BACK_BUT_CTRL_C, Binding, CLOSE_PROMPT, HELP, HELP_BESIDE_TEXT, LEAVE_FROM_PROMPT, yes,
};

use super::line::PromptLine;
use super::{CreatedScreen, Prompt};

const SAVE: &[Binding] =
    &[Binding::new("Enter", "save", Action::Choose), CLOSE_PROMPT, HELP_BESIDE_TEXT, LEAVE_FROM_PROMPT];
const UPDATE: &[Binding] = &question_keys("update");
const REPLACE: &[Binding] = &question_keys("replace");

const fn question_keys(yes_does: &'static str) -> [Binding; 4] {
    [yes(yes_does), BACK_BUT_CTRL_C, HELP, LEAVE_FROM_PROMPT]
}

pub(super) const ABOUT_SAVE: &[&str] = &[
    "The file extension selects what is saved: .env, .json or .yaml (Kubernetes), else the secret.",
    "In a .env file that exists, two variables can be updated. No other file is overwritten.",
];

/// The keys of the path, or of the question about the file that exists there.
pub(super) fn keys(existing: Option<&EnvFile>) -> &'static [Binding] {
    match existing {
        None => SAVE,
        Some(EnvFile { other_client: None, .. }) => UPDATE,
        Some(_) => REPLACE,
    }
}

impl CreatedScreen {
    pub(super) fn on_save_action(&mut self, app: &mut Shared, action: Action) {
        let Some(Prompt::Save(line, existing)) = &mut self.prompt else { return };
        match (existing.take(), action) {
            _ if line.is_running => {}
            (Some(agreed), Action::Yes) => {
                self.save(app, |id, path, payload| Command::UpdateEnv(id, path, payload, agreed));
            }
            (Some(_), Action::No) => {}
            (Some(file), _) => *existing = Some(file),
            (None, Action::No) => self.prompt = None,
            (None, Action::Choose) => self.save(app, Command::Save),
            (None, _) => {}
        }
    }

    fn save(
        &mut self,
        app: &mut Shared,
        command: impl FnOnce(DeliveryId, String, Box<SecretPayload>) -> Command,
    ) {
        let Some(Prompt::Save(line, _)) = &mut self.prompt else { return };
        let Some(path) = line.start(self.delivering) else { return };
        let payload = self.payload(app);
        self.deliver(app, |id| command(id, path, payload));
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

    pub(super) fn draw_save(
        &self,
        app: &Shared,
        line: &PromptLine,
        existing: Option<&EnvFile>,
        canvas: &mut Canvas,
    ) {
        let path = line.text();
        let Some(file) = existing else {
            line.draw("Save to", 0, Line::default(), canvas);
            let format = Format::for_file(path);
            line.draw_below("Saving", &advice(path, format), &CommandOutput::default(), canvas);
            return self.draw_left_out(app, format, canvas);
        };
        if let Some(file) = &file.link_to {
            canvas.words(0, &format!("{path} is a link to {file}, which is what changes."), Style::new());
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
        canvas.words(0, &format!("{path} has the client ID {other} of another account."), Style::new());
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
