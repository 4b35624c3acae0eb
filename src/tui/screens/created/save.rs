//! The prompt for a file: its path, and whether to update an `.env` file that exists.

use ratatui::style::Style;

use crate::domain::{CommandOutput, Delivery, ENV_VARIABLES, EnvFile, Format, SaveFailure, SecretPayload};
use crate::tui::app::Shared;
use crate::tui::canvas::Canvas;
use crate::tui::event::Command;
use crate::tui::keys::{Action, BACK_BUT_CTRL_C, Binding, HELP, LEAVE_FROM_PANEL, yes};

use super::CreatedScreen;
use super::prompt::{Prompt, PromptLine, line_keys};
use super::steps::PRIVATE;

const SAVE: &[Binding] = &line_keys("save");
const UPDATE: &[Binding] = &[yes("update"), BACK_BUT_CTRL_C, HELP, LEAVE_FROM_PANEL];

pub(super) const ABOUT_SAVE: &[&str] = &[
    "The file extension selects what is saved: .env, .json or .yaml (Kubernetes), else the secret.",
    "In a .env file that exists, two variables can be updated. No other file is overwritten.",
];

/// The path of a file.
#[derive(Clone, Debug)]
pub struct SavePrompt {
    pub line: PromptLine,
    /// The existing file of that path that may be updated, if the user agrees.
    existing: Option<EnvFile>,
}

impl SavePrompt {
    pub fn new() -> Self {
        Self { line: PromptLine::new(), existing: None }
    }

    pub fn is_asking(&self) -> bool {
        self.existing.is_some()
    }

    pub fn keys(&self) -> &'static [Binding] {
        if self.is_asking() { UPDATE } else { SAVE }
    }
}

impl CreatedScreen {
    pub(super) fn on_save_action(&mut self, app: &mut Shared, action: Action) {
        let Some(Prompt::Save(prompt)) = &mut self.prompt else { return };
        match (prompt.existing.clone(), action) {
            _ if prompt.line.is_running => {}
            (Some(agreed), Action::Yes) => {
                prompt.existing = None;
                self.save(app, |path, payload| Command::UpdateEnv(path, payload, agreed));
            }
            (Some(_), Action::No) => prompt.existing = None,
            (None, Action::No) => self.prompt = None,
            (None, Action::Choose) => self.save(app, Command::Save),
            _ => {}
        }
    }

    fn save(&mut self, app: &mut Shared, command: impl FnOnce(String, Box<SecretPayload>) -> Command) {
        let Some(Prompt::Save(prompt)) = &mut self.prompt else { return };
        let Some(path) = prompt.line.start("Type a path first.") else { return };
        let payload = self.payload(app);
        self.deliver(app, command(path, payload));
    }

    /// A file that exists may be a question rather than a failure.
    pub(super) fn file_written(&mut self, app: &mut Shared, result: Result<Option<Delivery>, SaveFailure>) {
        let failure = result.as_ref().err().cloned();
        self.delivery_ended(app, result.map_err(|failure| failure.sentence()));
        if let (Some(SaveFailure::CanUpdate(file)), Some(Prompt::Save(prompt))) = (failure, &mut self.prompt)
        {
            prompt.line.error = None;
            prompt.existing = Some(file);
        }
    }

    pub(super) fn draw_save(&self, app: &Shared, prompt: &SavePrompt, canvas: &mut Canvas) {
        let path = prompt.line.text();
        let Some(file) = &prompt.existing else {
            prompt.line.draw("Save to", 0, canvas);
            let format = Format::for_file(path);
            let advice = advice(format);
            prompt.line.draw_below("Saving", &advice, &CommandOutput::default(), canvas);
            return self.draw_left_out(app, format, canvas);
        };
        if let Some(file) = &file.link_to {
            canvas.words(0, &format!("{path} is a link to {file}, which is what changes."), Style::new());
        }
        if file.is_open {
            let text = format!("Others can read {path}. It becomes readable only by its owner.");
            canvas.warning(&text, Style::new());
        }
        let [id, secret] = ENV_VARIABLES;
        canvas.ask(&format!("{path} exists. Update {id} and {secret} in it?"), "update");
    }
}

/// What will be in the file.
fn advice(format: Format) -> String {
    let content = match format {
        Format::Secret | Format::ClientId | Format::Template(_) => {
            "The secret alone (more as .env, .json or .yaml)"
        }
        Format::Env => "Client ID and secret as variables",
        Format::Json => "The Atlas response as JSON",
        Format::Terraform => "Client ID and secret as Terraform variables (JSON)",
        Format::Kubernetes | Format::Aws | Format::Mcp => "A Kubernetes Secret",
    };
    let existing = if format == Format::Env {
        " If the file exists, you are asked whether to update the two variables in it."
    } else {
        ""
    };
    format!("{content}, in a new file{PRIVATE}.{existing}")
}
