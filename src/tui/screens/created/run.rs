//! The prompt for a command that reads the secret: the known commands, and the format of the secret. Its input line also
//! takes the path of a file.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::delivery::{CommandOutput, KnownCommand};
use crate::domain::{Format, ServerText, Session};
use crate::tui::canvas::{cut, pointer};
use crate::tui::keys::{CLOSE_PROMPT, HELP_BESIDE_TEXT, LEAVE_FROM_PROMPT};
use crate::tui::matching::Matches;
use crate::tui::scroll::Scroll;
use crate::tui::text_line::field_label;
use crate::tui::{Action, Binding, Canvas, KeyPress, Shared, TextLine, paste};

use super::super::cycled;
use super::copy::{format_suffix, formats};
use super::{CreatedScreen, LOW, Prompt};

/// The columns of `as kubernetes` with the glyph after it.
const FORMAT_WIDTH: u16 = 16;

const MAX_NAME_WIDTH: u16 = 20;

pub(super) const ABOUT_RUN: &[&str] = &[
    "There is no shell. {project_id} {client_id} {secret_id} {expires_at} are filled in.",
    "Listed: your own commands ([[sink]] in config.toml), one for each tool that is installed, and those that you ran.",
    "Enter runs what you typed, or copies the command that you selected with Down or Up to the input line.",
    "Tab copies the selected command, or the first one. Ctrl-F chooses what the command reads.",
    "Output is shown when the command ends, except lines that contain the secret. The command can prompt you.",
];

#[derive(Clone, Debug)]
pub struct RunPrompt {
    pub line: PromptLine,
    format: Format,
    /// True if the user chose the format. Then only a command that needs another one changes it.
    is_format_chosen: bool,
    known: Vec<KnownCommand>,
    matches: Matches,
    /// The index of the command that Enter inserts, in the order on the screen.
    selected: Option<usize>,
}

impl RunPrompt {
    pub fn new(app: &Shared) -> Self {
        let mut prompt = Self {
            line: PromptLine::new("command", ""),
            format: Format::Secret,
            is_format_chosen: false,
            known: Vec::new(),
            matches: Matches::default(),
            selected: None,
        };
        prompt.list(app);
        prompt
    }

    /// Lists the known commands, each once: the user's own, those for the installed tools, and those run before.
    fn list(&mut self, app: &Shared) {
        self.known.clear();
        for known in app.sinks.iter().chain(&app.presets).chain(app.commands_run.iter().rev()) {
            if self.known.iter().all(|listed| !is_same(listed, known)) {
                self.known.push(known.clone());
            }
        }
        self.matches = Matches::default();
        self.matches.extend(self.known.iter().map(|known| (known.line.clone(), known.name.to_string())));
        self.filter();
    }

    /// Filters the list by the line.
    pub fn filter(&mut self) {
        self.matches.filter(self.line.text());
        self.selected = self.preselected();
    }

    /// The first entry, if the line is empty or the start of that entry's command or name. A line with a space is a
    /// command. After an error nothing is preselected, because Enter may be the end of a secret that was dropped.
    fn preselected(&self) -> Option<usize> {
        let (text, known) = (self.line.text().to_lowercase(), self.command_at(0)?);
        let is_start = |entry: &str| entry.to_lowercase().starts_with(&text);
        let is_search = (is_start(&known.line) || is_start(known.name.as_str()))
            && known.line != self.line.text()
            && !self.line.line.text().trim_start().contains(' ');
        (is_search && self.line.error.is_none()).then_some(0)
    }

    /// Enter inserts the selected command. Without one, it runs the line: a match may be another command.
    pub(super) fn keys(&self) -> Vec<Binding> {
        let (has_known, enter) =
            (self.matches.len() > 0, if self.selected.is_some() { "choose" } else { "run" });
        vec![
            Binding::new("Enter", enter, Action::Choose),
            Binding::new("Down", "next", Action::NextChoice).only_if(has_known),
            // Enter does the same once a row is selected.
            Binding::new("Tab", "edit", Action::TakeKnown)
                .in_footer_if(self.selected.is_none())
                .only_if(has_known),
            Binding::new("Ctrl-F", "format", Action::NextFormat),
            CLOSE_PROMPT,
            HELP_BESIDE_TEXT,
            Binding::new("Up", "previous", Action::PreviousChoice).only_in_help().only_if(has_known),
            LEAVE_FROM_PROMPT,
        ]
    }

    fn command_at(&self, index: usize) -> Option<&KnownCommand> {
        self.known.get(self.matches.row(index)?)
    }

    /// Handles a key. Returns the command to run.
    pub(super) fn on_action(&mut self, app: &Shared, action: Action) -> Option<KnownCommand> {
        let count = self.matches.len();
        match (action, self.selected) {
            (Action::NextChoice | Action::PreviousChoice, _) if count == 0 => {}
            (Action::NextChoice | Action::PreviousChoice, selected) => {
                let before_first = if action == Action::NextChoice { count - 1 } else { 0 };
                self.selected = Some(cycled(selected.unwrap_or(before_first), count, action));
                self.line.error = None;
            }
            (Action::TakeKnown, _) | (Action::Choose, Some(_)) => self.insert_selected(),
            (Action::Choose, None) => {
                let (line, format) = (self.line.start()?, self.format);
                return Some(KnownCommand { name: ServerText::new("run before"), line, format });
            }
            _ => self.next_format(app),
        }
        None
    }

    fn insert_selected(&mut self) {
        let Some(known) = self.command_at(self.selected.unwrap_or(0)).cloned() else { return };
        if known.format != Format::Secret || !self.is_format_chosen {
            self.format = known.format;
        }
        self.line.edit(|line| {
            line.set(&known.line);
            true
        });
        self.filter();
    }

    fn next_format(&mut self, app: &Shared) {
        let formats: Vec<Format> = formats(app).filter(|format| format.holds_the_secret()).collect();
        let index = formats.iter().position(|format| *format == self.format);
        self.format = index.map_or(Format::Secret, |index| formats[(index + 1) % formats.len()]);
        self.is_format_chosen = true;
    }

    pub(super) fn draw(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        let reads = format!("as {}{}", self.format.name(), theme.glyphs.more);
        let beside = format!("{reads:>width$}", width = usize::from(FORMAT_WIDTH));
        self.line.draw("Run", FORMAT_WIDTH, Span::styled(beside, theme.faint).into(), canvas);
        let advice = format!(
            "The command reads the secret from standard input. No shell: for | > $VARS, use sh -c '{}'",
            theme.glyphs.ellipsis
        );
        self.line.draw_below(&advice, canvas);
        if app.session == Session::Demo {
            canvas.text(2, "The secret is from the demo, but the command really runs.", theme.warning);
        }
        if self.matches.len() > 0 {
            canvas.blank_unless_low();
            self.draw_known(canvas);
        }
    }

    fn draw_known(&self, canvas: &mut Canvas) {
        let (theme, width) = (canvas.theme, usize::from(canvas.width()));
        let ellipsis = theme.glyphs.ellipsis;
        let row = |(index, known): (usize, &KnownCommand)| {
            let is_selected = self.selected == Some(index);
            let style = if is_selected { theme.strong } else { Style::new() };
            let name = cut(known.name.as_str(), MAX_NAME_WIDTH, 0, 1, ellipsis);
            let reads = format_suffix(known.format);
            let about = Span::styled(format!(" {reads}  {name}"), theme.faint);
            let left = width.saturating_sub(2 + about.width());
            let line = cut(&known.line, u16::try_from(left).unwrap_or(0), 0, 1, ellipsis);
            let line = Span::styled(line, style);
            let gap = Span::raw(" ".repeat(left.saturating_sub(line.width())));
            Line::from(vec![pointer(is_selected, theme), line, gap, about])
        };
        let total = self.matches.len();
        let rows = (0..total).filter_map(|index| Some((index, self.command_at(index)?))).map(row).collect();
        Scroll::to(self.selected.unwrap_or(0), total, canvas.left()).draw(rows, canvas);
    }
}

pub(super) fn is_same(one: &KnownCommand, other: &KnownCommand) -> bool {
    one.line == other.line && one.format == other.format
}

impl CreatedScreen {
    pub(super) fn presets_found(&mut self, app: &mut Shared, presets: Vec<KnownCommand>) {
        // Listing the same commands again would lose the selection.
        if app.presets != presets {
            app.presets = presets;
            if let Some(Prompt::Run(prompt)) = &mut self.prompt {
                prompt.list(app);
            }
        }
    }
}

#[derive(Clone, Debug)]
pub struct PromptLine {
    line: TextLine,
    /// The noun in messages: `path` or `command`.
    noun: &'static str,
    /// Why the last attempt failed, and the output of its command.
    pub(super) error: Option<(String, CommandOutput)>,
    /// True after a typed secret was dropped: the next characters are the rest of it.
    drops_text: bool,
}

impl PromptLine {
    pub fn new(noun: &'static str, text: &str) -> Self {
        let mut line = TextLine::long();
        line.set(text);
        Self { line, noun, error: None, drops_text: false }
    }

    pub fn text(&self) -> &str {
        self.line.text().trim()
    }

    /// The text to start with. If the line is empty, it shows an error instead.
    pub fn start(&mut self) -> Option<String> {
        self.drops_text = false;
        if self.text().is_empty() {
            self.fail(format!("Type a {} first.", self.noun));
            return None;
        }
        self.error = None;
        Some(self.text().to_owned())
    }

    /// Handles a key. Returns true if the line changed.
    pub fn press(&mut self, key: KeyPress) -> bool {
        if self.drops_text && key.text().is_some_and(|character| !character.is_whitespace()) {
            return false;
        }
        self.drops_text = false;
        let is_changed = self.edit(|line| line.press(key) == Some(true));
        self.drops_text = is_changed && self.error.is_some();
        is_changed
    }

    /// Changes the line. Returns true if it changed.
    ///
    /// A secret in the line is dropped, because others can read file names and arguments.
    pub fn edit(&mut self, change: impl FnOnce(&mut TextLine) -> bool) -> bool {
        if !change(&mut self.line) {
            return false;
        }
        self.error = None;
        if paste::contains_secret(self.line.text()) {
            self.line.set("");
            self.fail(format!("You pasted a secret, not a {}. It was dropped.", self.noun));
        }
        true
    }

    pub(super) fn fail(&mut self, error: String) {
        self.error = Some((error, CommandOutput::default()));
    }

    pub(super) fn draw(&self, label: &str, columns: u16, beside: Line, canvas: &mut Canvas) {
        self.line.row(field_label(label, true, canvas.theme)).draw(columns, beside, canvas);
    }

    /// Draws the error and the command's output if it failed, or else the advice.
    pub(super) fn draw_below(&self, advice: &str, canvas: &mut Canvas) {
        let theme = canvas.theme;
        if let Some((error, output)) = &self.error {
            canvas.failed(error);
            draw_output(output, canvas);
            return canvas.text(2, "Your new secret is still here.", theme.faint);
        }
        canvas.text(2, advice, theme.faint);
    }
}

/// Draws the output of a command, a row for each line. A low screen has only the last line.
pub(super) fn draw_output(output: &CommandOutput, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let ellipsis = theme.glyphs.ellipsis;
    let hidden = if canvas.height() < LOW { output.lines.len().saturating_sub(1) } else { 0 };
    let left_out = output.left_out + hidden;
    for (index, line) in output.lines.iter().enumerate().skip(hidden) {
        canvas.text(2, &cut(line.as_str(), canvas.width(), 2, 1, ellipsis), theme.faint);
        if index == hidden && left_out > 0 {
            let lines = if left_out == 1 { "line" } else { "lines" };
            canvas.text(2, &format!("{ellipsis} {left_out} {lines} not shown"), theme.faint);
        }
    }
}
