//! What is chosen or typed on the screen of the secret: a format to copy, a file to save to, a command to hand
//! the secret to.

use crate::domain::{CommandOutcome, Delivery, Format, RequestId, SaveOutcome, ServerText};

use super::{
    Action, Effect, Guard, KeyPress, Leaving, Model, Retiring, Screen, Target, TextLine, copying, leaving,
    paste, retiring,
};

/// One panel; it stands where the state of the secret stands otherwise.
#[derive(Clone, Debug)]
pub enum Panel {
    /// The formats to copy in.
    Formats {
        /// Which one is chosen, from 0, in the order of [`Format::ALL`].
        selected: usize,
    },
    /// The path of a file.
    Save(Prompt),
    /// A command line.
    Pipe(Prompt),
    /// An older secret to delete.
    Retire(Retiring),
}

/// A line that is typed and then taken.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// What was typed.
    pub line: TextLine,
    /// The request that works on it.
    pub running: Option<RequestId>,
    /// Why it did not work the last time.
    pub problem: Option<String>,
}

impl Panel {
    pub(super) fn save() -> Self {
        Self::Save(Prompt::new())
    }

    pub(super) fn pipe() -> Self {
        Self::Pipe(Prompt::new())
    }

    /// The line that is typed, if one is.
    pub fn prompt(&self) -> Option<&Prompt> {
        match self {
            Self::Formats { .. } | Self::Retire(_) => None,
            Self::Save(prompt) | Self::Pipe(prompt) => Some(prompt),
        }
    }

    fn prompt_mut(&mut self) -> Option<&mut Prompt> {
        match self {
            Self::Formats { .. } | Self::Retire(_) => None,
            Self::Save(prompt) | Self::Pipe(prompt) => Some(prompt),
        }
    }
}

impl Prompt {
    fn new() -> Self {
        Self { line: TextLine::roomy(), running: None, problem: None }
    }

    /// A secret has no place in a name or an argument, where others can read it: it is not kept.
    fn changed(&mut self) {
        self.problem = None;
        if paste::contains_secret(self.line.text()) {
            self.line.set("");
            self.problem = Some("That is a secret. It was not kept.".to_owned());
        }
    }
}

/// Text for the line, typed or pasted.
pub(super) fn paste_into(panel: &mut Panel, text: &str) {
    if let Some(prompt) = panel.prompt_mut().filter(|prompt| prompt.running.is_none()) {
        prompt.line.insert(text.trim_end_matches(['\r', '\n']));
        prompt.changed();
    }
}

/// A key for the line.
pub(super) fn press(panel: &mut Panel, key: KeyPress) {
    if let Some(prompt) = panel.prompt_mut().filter(|prompt| prompt.running.is_none())
        && prompt.line.press(key) == Some(true)
    {
        prompt.changed();
    }
}

pub(super) fn act(model: &mut Model, action: Action, request: RequestId) -> Vec<Effect> {
    let Screen::Created(created) = &mut model.screen else {
        return Vec::new();
    };
    let Some(panel) = &mut created.panel else {
        return Vec::new();
    };
    match (panel, action) {
        (Panel::Retire(_), _) => retiring::act(model, action),
        (_, Action::Leave) => {
            created.panel = None;
            leaving::want(model, Target::Quit, request)
        }
        (Panel::Save(Prompt { running: Some(_), .. }) | Panel::Pipe(Prompt { running: Some(_), .. }), _) => {
            Vec::new()
        }
        (_, Action::No) => {
            created.panel = None;
            Vec::new()
        }
        (Panel::Formats { selected }, Action::NextChoice) => {
            *selected = (*selected + 1) % Format::ALL.len();
            Vec::new()
        }
        (Panel::Formats { selected }, Action::PreviousChoice) => {
            *selected = (*selected + Format::ALL.len() - 1) % Format::ALL.len();
            Vec::new()
        }
        (Panel::Formats { selected }, Action::Choose) => {
            let format = Format::ALL.get(*selected).copied().unwrap_or_default();
            created.panel = None;
            copying::copy(model, format)
        }
        (_, Action::Choose) => take(model, request),
        _ => Vec::new(),
    }
}

/// Enter on a line: it is worked on.
fn take(model: &mut Model, request: RequestId) -> Vec<Effect> {
    let Some(payload) = model.payload() else { return Vec::new() };
    let Screen::Created(created) = &mut model.screen else {
        return Vec::new();
    };
    let Some(panel) = &mut created.panel else {
        return Vec::new();
    };
    let is_save = matches!(panel, Panel::Save(_));
    let Some(prompt) = panel.prompt_mut() else {
        return Vec::new();
    };
    let line = prompt.line.text().trim().to_owned();
    if line.is_empty() {
        return Vec::new();
    }
    prompt.running = Some(request);
    prompt.problem = None;
    created.under_way = Some(request);
    created.revealed_until = None;
    vec![if is_save {
        Effect::SaveToFile { request, path: line, payload }
    } else {
        Effect::PipeToCommand { request, line, payload }
    }]
}

pub(super) fn saved(model: &mut Model, answered: RequestId, outcome: SaveOutcome) -> Vec<Effect> {
    match outcome {
        SaveOutcome::Saved { path, format } => {
            let delivery = format.holds_the_secret().then_some(Delivery::Saved { path });
            settle(model, answered, Ok(delivery))
        }
        SaveOutcome::Failed(failure) => settle(model, answered, Err(failure.sentence())),
    }
}

pub(super) fn command_ended(model: &mut Model, answered: RequestId, outcome: CommandOutcome) -> Vec<Effect> {
    let result = match outcome {
        CommandOutcome::Succeeded => Ok(Some(Delivery::Piped { program: program_of(model) })),
        other => Err(other.sentence()),
    };
    settle(model, answered, result)
}

/// The first word of the line, split as it was to be run: the program.
fn program_of(model: &Model) -> ServerText {
    let Screen::Created(created) = &model.screen else { return ServerText::default() };
    let line = created.panel.as_ref().and_then(Panel::prompt).map(|prompt| prompt.line.text());
    let words = line.and_then(|line| shell_words::split(line).ok()).unwrap_or_default();
    ServerText::new(words.first().map_or("", String::as_str))
}

/// What has worked is kept, whatever is on the screen by now; what has not leaves the line to be mended.
fn settle(model: &mut Model, answered: RequestId, result: Result<Option<Delivery>, String>) -> Vec<Effect> {
    let Screen::Created(created) = &mut model.screen else { return Vec::new() };
    created.under_way = created.under_way.filter(|request| *request != answered);
    let prompt = created.panel.as_mut().and_then(Panel::prompt_mut);
    let is_awaited = prompt.as_ref().is_some_and(|prompt| prompt.running == Some(answered));
    match result {
        Ok(delivery) => {
            if is_awaited {
                created.panel = None;
            }
            let is_safe = delivery.is_some();
            // Who asked to leave meanwhile was told that it was not saved.
            if is_safe && matches!(created.leaving, Some(Leaving { guard: Guard::Choose { .. }, .. })) {
                created.leaving = None;
            }
            created.delivered.extend(delivery);
            is_safe.then_some(Effect::ForgetCreation).into_iter().collect()
        }
        Err(problem) => {
            if let Some(prompt) = prompt.filter(|_| is_awaited) {
                prompt.running = None;
                prompt.problem = Some(problem);
            }
            Vec::new()
        }
    }
}
