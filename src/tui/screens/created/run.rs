//! The prompt for a command that reads the secret: its line, the lines that are known, and what it reads.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{CommandOutput, CommandReport, Delivery, Format, KnownCommand, ServerText, Session};
use crate::tui::app::Shared;
use crate::tui::canvas::{Canvas, LABEL_WIDTH, cut, pointer};
use crate::tui::event::{Command, DeliveryId};
use crate::tui::keys::{Action, Binding, CLOSE_PROMPT, HELP_BESIDE_TEXT, LEAVE_FROM_PROMPT};
use crate::tui::matching::Matches;
use crate::tui::scroll::Scroll;

use super::copy::formats;
use super::prompt::PromptLine;
use super::{CreatedScreen, Prompt};

/// Narrower than this, what the command reads stands on a row of its own.
const NARROW: u16 = 70;

/// As wide as `as kubernetes` with its mark.
const FORMAT_WIDTH: u16 = 16;

/// Longer names of known lines are cut.
const LONGEST_NAME: u16 = 20;

const RUN: &[Binding] = &run_keys("run");
const CHOOSE: &[Binding] = &run_keys("choose");

const fn run_keys(enter: &'static str) -> [Binding; 8] {
    [
        Binding::new("Enter", enter, Action::Choose),
        Binding::new("Tab", "edit", Action::TakeKnown),
        Binding::new("Ctrl-F", "format", Action::NextFormat),
        CLOSE_PROMPT,
        HELP_BESIDE_TEXT,
        Binding::new("Down", "next", Action::NextChoice).only_in_help(),
        Binding::new("Up", "previous", Action::PreviousChoice).only_in_help(),
        LEAVE_FROM_PROMPT,
    ]
}

pub(super) const ABOUT_RUN: &[&str] = &[
    "There is no shell. {project_id} {client_id} {secret_id} {expires_at} are filled in.",
    "Listed: your own commands ([[sink]] in config.toml), one for each tool that is installed, and those that you ran.",
    "Tab copies the selected command to the input line. Ctrl-F chooses what the command reads.",
    "Output is shown when the command ends, except lines that contain the secret. The command can prompt you.",
];

/// A command line that is typed or chosen.
#[derive(Clone, Debug)]
pub struct RunPrompt {
    pub line: PromptLine,
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
            line: PromptLine::new("command"),
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
            if self.known.iter().all(|listed| !is_same(listed, known)) {
                self.known.push(known.clone());
            }
        }
        self.matches = Matches::default();
        self.matches.extend(self.known.iter().map(|known| (known.line.clone(), known.name.to_string())));
        self.changed();
    }

    /// The list follows the line.
    pub fn changed(&mut self) {
        self.output = CommandOutput::default();
        self.matches.filter(self.line.text());
        let is_typed = |place: &usize| self.at(*place).is_some_and(|known| known.line == self.line.text());
        self.marked = (0..self.matches.len()).find(is_typed).unwrap_or(0);
    }

    /// True while the line is only the start of the marked command, or its name: Enter then takes that one. A blank makes
    /// it a command.
    fn is_search(&self) -> bool {
        let is_other = self.at(self.marked).is_some_and(|known| known.line != self.line.text());
        is_other && !self.line.has_blank()
    }

    pub(super) fn keys(&self) -> &'static [Binding] {
        if self.is_search() { CHOOSE } else { RUN }
    }

    /// True when something is listed that is not in the line already.
    pub fn has_known(&self) -> bool {
        let typed = self.line.text();
        (0..self.matches.len()).any(|place| self.at(place).is_some_and(|known| known.line != typed))
    }

    fn at(&self, place: usize) -> Option<&KnownCommand> {
        self.known.get(self.matches.row(place)?)
    }

    /// Takes the marked command into the line.
    fn take(&mut self) {
        let Some(known) = self.at(self.marked).cloned() else { return };
        self.format = known.format;
        self.line.edit(|line| {
            line.set(&known.line);
            true
        });
        self.changed();
    }

    fn next_format(&mut self, app: &Shared) {
        let holding: Vec<Format> = formats(app).filter(|format| format.holds_the_secret()).collect();
        let place = holding.iter().position(|format| *format == self.format);
        self.format = place.map_or(Format::Secret, |place| holding[(place + 1) % holding.len()]);
    }
}

fn is_same(one: &KnownCommand, other: &KnownCommand) -> bool {
    one.line == other.line && one.format == other.format
}

impl CreatedScreen {
    pub(super) fn open_run(&mut self, app: &mut Shared) {
        self.prompt = Some(Prompt::Run(Box::new(RunPrompt::new(app))));
        app.send(Command::FindPresets);
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

    pub(super) fn on_run_action(&mut self, app: &mut Shared, action: Action) {
        let Some(Prompt::Run(prompt)) = &mut self.prompt else { return };
        let count = prompt.matches.len().max(1);
        match action {
            _ if prompt.line.is_running => {}
            Action::No => self.prompt = None,
            Action::NextChoice => prompt.marked = (prompt.marked + 1) % count,
            Action::PreviousChoice => prompt.marked = (prompt.marked + count - 1) % count,
            Action::TakeKnown => prompt.take(),
            Action::Choose if prompt.is_search() => prompt.take(),
            Action::NextFormat => prompt.next_format(app),
            Action::Choose => {
                let Some(line) = prompt.line.start(self.delivering) else { return };
                let format = prompt.format;
                prompt.output = CommandOutput::default();
                self.output = CommandOutput::default();
                let name = ServerText::new("run before");
                self.command = Some(KnownCommand { name, line: line.clone(), format });
                let payload = self.payload(app);
                self.deliver(app, |id| Command::Run(id, line, format, payload));
            }
            _ => {}
        }
    }

    pub(super) fn command_ended(&mut self, app: &mut Shared, id: DeliveryId, report: CommandReport) {
        if self.delivering != Some(id) {
            return;
        }
        let Some(command) = self.command.take() else { return };
        // The line, split as it was to be run, begins with the program.
        let words = shell_words::split(&command.line).unwrap_or_default();
        let program = ServerText::new(words.first().map_or("", String::as_str));
        let format = command.format;
        // The secret may be in a line that was refused.
        if report.outcome.was_started() {
            app.commands_run.retain(|before| !is_same(before, &command));
            app.commands_run.push(command);
        }
        let (result, output) = report.result(program.as_str());
        match (&result, &mut self.prompt) {
            (Err(_), Some(Prompt::Run(prompt))) if prompt.line.is_running => prompt.output = output,
            (Err(_), _) => {}
            (Ok(()), _) => self.output = output,
        }
        self.delivery_ended(app, result.map(|()| Delivery::Piped { program, format }));
    }
}

impl RunPrompt {
    pub(super) fn draw(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        let reads = format!("as {}{}", self.format.name(), theme.glyphs.more);
        let is_narrow = canvas.width() < NARROW;
        let beside = self.line.draw("Run", if is_narrow { 0 } else { FORMAT_WIDTH }, canvas);
        canvas.frame.render_widget(Line::styled(reads.as_str(), theme.faint).right_aligned(), beside);
        if is_narrow {
            canvas.words(LABEL_WIDTH, &format!("{reads}  Ctrl-F changes it"), theme.faint);
        }
        let advice = format!(
            "The command reads the secret from standard input. No shell: for | > $VARS, use sh -c '{}'",
            theme.glyphs.ellipsis
        );
        self.line.draw_below("Running", &advice, &self.output, canvas);
        if self.line.is_running {
            return;
        }
        if app.session == Session::Demo {
            canvas.words(2, "The secret is a demo, but the command really runs.", theme.warning);
        }
        if self.has_known() {
            if canvas.left() > 3 {
                canvas.blank_unless_low();
            }
            self.draw_known(canvas);
        }
    }

    fn draw_known(&self, canvas: &mut Canvas) {
        let (theme, width) = (canvas.theme, usize::from(canvas.width()));
        let ellipsis = theme.glyphs.ellipsis;
        let row = |(place, known): (usize, &KnownCommand)| {
            let style = if place == self.marked { theme.strong } else { Style::new() };
            let reads = match known.format {
                Format::Secret => String::new(),
                format => format!("as {}  ", format.name()),
            };
            let name = cut(known.name.as_str(), LONGEST_NAME, 0, 1, ellipsis);
            let about = Span::styled(format!("  {reads}{name}"), theme.faint);
            let left = width.saturating_sub(2 + about.width());
            let line = cut(&known.line, u16::try_from(left).unwrap_or(0), 0, 1, ellipsis);
            let line = Span::styled(line, style);
            let gap = Span::raw(" ".repeat(left.saturating_sub(line.width())));
            Line::from(vec![pointer(place == self.marked, theme), line, gap, about])
        };
        let total = self.matches.len();
        let rows = (0..total).filter_map(|place| Some((place, self.at(place)?))).map(row).collect();
        Scroll::to(self.marked, total, canvas.left()).draw(rows, canvas);
    }
}
