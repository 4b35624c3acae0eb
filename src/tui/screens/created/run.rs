//! Running a command that reads the secret: its line, the lines that are known, and what it reads.

use crossterm::event::KeyCode;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{
    CommandOutcome, CommandOutput, CommandReport, Delivery, Format, KnownCommand, ServerText,
};
use crate::tui::app::Shared;
use crate::tui::area::split_left;
use crate::tui::canvas::{Canvas, LABEL_WIDTH, cut, rows_of};
use crate::tui::event::Command;
use crate::tui::keys::{Action, Binding, CLOSE_PANEL, CONTROL, HELP_BESIDE_TEXT, LEAVE_FROM_PANEL, NONE};
use crate::tui::matching::Matches;

use super::prompt::{Prompt, PromptLine, formats};
use super::{CreatedScreen, LOW};

/// How many known lines are shown at once.
const MOST_ROWS: u16 = 6;

/// Narrower than this, what the command reads stands on a row of its own.
const NARROW: u16 = 70;

/// As wide as `as kubernetes` with its mark.
const FORMAT_WIDTH: u16 = 16;

/// Longer names of known lines are cut.
const LONGEST_NAME: usize = 20;

/// Programs that print what they read, and store nothing.
const PRINTERS: &[&str] = &[
    "awk", "base32", "base64", "bat", "batcat", "cat", "column", "cut", "echo", "egrep", "expand", "fgrep",
    "fmt", "fold", "grep", "head", "hexdump", "jq", "less", "more", "most", "nl", "od", "paste", "pr", "rev",
    "rg", "sed", "shuf", "sort", "strings", "tac", "tail", "tr", "uniq", "xargs", "xxd",
];

pub(super) const RUN: &[Binding] = &[
    Binding::new(&[(KeyCode::Enter, NONE)], "Enter", "run", Action::Choose),
    Binding::new(&[(KeyCode::Tab, NONE)], "Tab", "edit", Action::TakeKnown),
    Binding::new(&[(KeyCode::Char('f'), CONTROL)], "Ctrl-F", "format", Action::NextFormat),
    CLOSE_PANEL,
    HELP_BESIDE_TEXT,
    Binding::new(&[(KeyCode::Down, NONE)], "Down", "next", Action::NextChoice).only_in_help(),
    Binding::new(&[(KeyCode::Up, NONE)], "Up", "previous", Action::PreviousChoice).only_in_help(),
    LEAVE_FROM_PANEL,
];

pub(super) const ABOUT_RUN: &[&str] = &[
    "There is no shell. {project_id} {client_id} {secret_id} {expires_at} are filled in.",
    "Listed: your own commands ([[sink]] in config.toml), one for each tool that is installed, and those that you ran.",
    "Tab takes the marked one into the line. Ctrl-F chooses what the command reads.",
    "What it prints is shown afterwards, but no line with the secret. It can ask at the terminal.",
];

/// A command line that is typed or chosen.
#[derive(Clone, Debug)]
pub struct RunPrompt {
    pub(super) line: PromptLine,
    format: Format,
    known: Vec<KnownCommand>,
    matches: Matches,
    /// Which of the known lines is marked, from 0, in the order of the screen.
    marked: usize,
    /// What the last command printed, if it failed.
    output: CommandOutput,
}

impl RunPrompt {
    fn new(app: &Shared) -> Self {
        let mut prompt = Self {
            line: PromptLine::new(),
            format: Format::Secret,
            known: Vec::new(),
            matches: Matches::default(),
            marked: 0,
            output: CommandOutput::default(),
        };
        prompt.list(app);
        prompt
    }

    /// Lists what is known: the user's own commands, those of the tools, and those that were run, each once.
    fn list(&mut self, app: &Shared) {
        self.known.clear();
        for known in app.sinks.iter().chain(&app.presets).chain(app.commands_run.iter().rev()) {
            if self.known.iter().all(|listed| listed.line != known.line || listed.format != known.format) {
                self.known.push(known.clone());
            }
        }
        self.matches = Matches::default();
        self.matches.extend(self.known.iter().map(|known| format!("{} {}", known.line, known.name)));
        self.filter();
    }

    /// The list follows the line.
    fn filter(&mut self) {
        self.matches.filter(self.line.line.text().trim());
        self.marked = 0;
    }

    pub(super) fn changed(&mut self) {
        self.line.changed();
        self.output = CommandOutput::default();
        self.filter();
    }

    /// True when something is listed that is not in the line already.
    fn has_known(&self) -> bool {
        let typed = self.line.line.text();
        (0..self.matches.len()).any(|place| self.at(place).is_some_and(|known| known.line != typed))
    }

    fn at(&self, place: usize) -> Option<&KnownCommand> {
        self.known.get(self.matches.row(place)?)
    }

    fn mark(&mut self, down: bool) {
        let count = self.matches.len().max(1);
        self.marked = (self.marked + if down { 1 } else { count - 1 }) % count;
    }

    fn take(&mut self) {
        let Some(known) = self.at(self.marked).cloned() else { return };
        self.format = known.format;
        self.line.line.set(&known.line);
        self.changed();
    }

    fn next_format(&mut self, app: &Shared) {
        let holding: Vec<Format> = formats(app).filter(|format| format.holds_the_secret()).collect();
        let place = holding.iter().position(|format| *format == self.format);
        self.format = place.map_or(Format::Secret, |place| holding[(place + 1) % holding.len()]);
    }

    pub(super) fn on_action(&mut self, app: &Shared, action: Action) {
        match action {
            Action::NextChoice | Action::PreviousChoice => self.mark(action == Action::NextChoice),
            Action::TakeKnown => self.take(),
            Action::NextFormat => self.next_format(app),
            _ => {}
        }
    }
}

impl CreatedScreen {
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
        let Some(line) = prompt.line.start("Type a command first, or take one with Tab.") else { return };
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

    /// Keeps a command that was run for the list. A line that was refused may have the secret in it.
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
}

impl RunPrompt {
    pub(super) fn draw(&self, canvas: &mut Canvas) {
        let theme = canvas.theme;
        let reads = format!("as {} {}", self.format.name(), theme.glyphs.more);
        let is_narrow = canvas.width() < NARROW;
        let row = canvas.take(1);
        let [left, right] = split_left(row, LABEL_WIDTH);
        let beside = if is_narrow { 0 } else { FORMAT_WIDTH };
        let [line, beside] = split_left(right, right.width.saturating_sub(beside));
        let label = format!("Run {}", theme.glyphs.pointer);
        canvas.frame.render_widget(Line::styled(label, theme.strong), left);
        canvas.frame.render_widget(Line::styled(reads.as_str(), theme.faint).right_aligned(), beside);
        self.line.line.draw(canvas.frame, line);
        if is_narrow {
            canvas.words(LABEL_WIDTH, &format!("{reads}  Ctrl-F changes it"), theme.faint);
        }
        let advice = "Reads it from standard input. No shell: for | > $VARS use sh -c '...'";
        self.line.draw_below("Running", advice, canvas);
        if self.line.is_running() {
            return;
        }
        draw_output(&self.output, canvas);
        if self.has_known() && canvas.left() > 2 {
            canvas.blank_unless_low();
            self.draw_known(canvas);
        }
    }

    fn draw_known(&self, canvas: &mut Canvas) {
        let theme = canvas.theme;
        let ellipsis = theme.glyphs.ellipsis;
        let total = self.matches.len();
        // The last row says how many there are.
        let rows = MOST_ROWS.min(canvas.left().saturating_sub(u16::from(canvas.left() <= MOST_ROWS)));
        let rows = usize::from(rows);
        let first = (self.marked + 1).saturating_sub(rows);
        let width = usize::from(canvas.width());
        for place in first..total.min(first + rows) {
            let Some(known) = self.at(place) else { continue };
            let is_marked = place == self.marked;
            let pointer = if is_marked { theme.glyphs.pointer } else { " " };
            let style = if is_marked { theme.strong } else { Style::new() };
            let reads = match known.format {
                Format::Secret => String::new(),
                format => format!("as {}  ", format.name()),
            };
            let name = cut_to(known.name.as_str(), LONGEST_NAME, ellipsis);
            let about = Span::styled(format!("  {reads}{name}"), theme.faint);
            let left = width.saturating_sub(2 + about.width());
            let line = Span::styled(cut_to(&known.line, left, ellipsis), style);
            let gap = Span::raw(" ".repeat(left.saturating_sub(line.width())));
            let pointer = Span::styled(format!("{pointer} "), theme.strong);
            canvas.line(Line::from(vec![pointer, line, gap, about]));
        }
        if total > rows {
            canvas.words(2, &format!("{} of {total}", first + rows), theme.faint);
        }
    }
}

/// What a command printed, in few rows.
pub(super) fn draw_output(output: &CommandOutput, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let is_low = canvas.area.height < LOW;
    let most = if is_low { 2 } else { output.lines.len() };
    let first = output.lines.len().saturating_sub(most);
    let left_out = output.left_out + first;
    let ellipsis = theme.glyphs.ellipsis;
    if left_out > 0 && !is_low {
        let lines = if left_out == 1 { "line" } else { "lines" };
        canvas.words(2, &format!("{ellipsis} {left_out} {lines} before"), theme.faint);
    }
    for (index, line) in output.lines.iter().enumerate().skip(first) {
        // Where a row counts, the mark stands before the line.
        let mark =
            if is_low && left_out > 0 && index == first { format!("{ellipsis} ") } else { String::new() };
        let text = cut(&format!("{mark}{line}"), canvas.width(), 2, 1, ellipsis);
        canvas.words(2, &text, theme.faint);
    }
}

/// The start of a text that is one row, with a mark where it was cut.
fn cut_to(text: &str, width: usize, ellipsis: &str) -> String {
    let width = u16::try_from(width).unwrap_or(u16::MAX);
    if rows_of(text, width, 0) <= 1 { text.to_owned() } else { cut(text, width, 0, 1, ellipsis) }
}
