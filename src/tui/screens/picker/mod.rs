//! The screen to choose a field's value from a list, which is fetched page by page and filtered by typing.

mod list;
mod table;

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::domain::Explanation;
use crate::tui::app::{Component, Screen, Shared, Transition};
use crate::tui::canvas::{Canvas, cut};
use crate::tui::event::{Event, KeyPress};
use crate::tui::keys::{
    Action, Binding, CHOICE_ABOVE, CHOICE_BELOW, CHOOSE, HELP_BESIDE_TEXT, PAGE_DOWN, PAGE_UP, REPAINT,
    SUSPEND, TO_END, TO_START,
};
use crate::tui::scroll::more;
use crate::tui::{TextLine, paste};

use super::{FieldName, Focus, Notice};

use list::Sort;

pub(in crate::tui) use list::{Item, List};
pub(in crate::tui) use table::{SHORTEST_NAME, Table};

/// The rows above the list: title, filter, column titles.
const HEAD_ROWS: u16 = 3;

/// The rows below the list: how many items are not shown, and two for progress or an error.
const FOOT_ROWS: u16 = 3;

#[derive(Clone, Debug)]
pub struct Picker {
    list: List,
    filter: TextLine,
}

impl Picker {
    /// Opens the list for the field in focus. From the button, it is the list for the first field that is not valid, or
    /// else the accounts.
    pub(super) fn open(app: &mut Shared) -> Transition {
        let field = match app.form.focus {
            Focus::Field(field) => field,
            Focus::Button => app.form.first_invalid().unwrap_or(FieldName::Client),
        };
        if field == FieldName::Client && app.form.project_id().is_none() {
            app.form.notice = Some(Notice::Info("Choose a project first."));
            app.form.focus_on(Focus::Field(FieldName::Project));
            return Transition::Stay;
        }
        Self::show(app, field)
    }

    fn show(app: &mut Shared, field: FieldName) -> Transition {
        app.drop_names();
        let mut list = List::opened(app, field);
        list.select_value(app.form.text(field));
        let picker = Self { list, filter: TextLine::default() };
        Transition::Show(Screen::Picker(Box::new(picker)))
    }

    fn selected(&self) -> usize {
        self.list.selected().unwrap_or(0)
    }

    fn chosen(&self) -> Option<&Item> {
        self.list.item(self.selected())
    }

    /// Keeps the selection on its item when the order changes.
    fn pin_selected(&mut self) {
        if let Some(value) = self.chosen().map(|item| item.value().to_owned()) {
            self.list.select_value(&value);
        }
    }

    fn choose(&self, app: &mut Shared) -> Transition {
        let Some(item) = self.chosen().filter(|item| item.is_allowed(app.form.limit)) else {
            return Transition::Stay;
        };
        app.form.choose(self.list.field, item.value());
        app.form.ignore_second_enter(app.now);
        if self.list.field != FieldName::Project {
            return Transition::form();
        }
        app.form.focus_on(Focus::Field(FieldName::Client));
        Self::show(app, FieldName::Client)
    }
}

impl Component for Picker {
    fn on_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        let page = list_rows(app.body());
        match action {
            Action::NextChoice => self.list.select(self.selected() + 1),
            Action::PreviousChoice => self.list.select(self.selected().saturating_sub(1)),
            Action::PageDown => self.list.select(self.selected() + page),
            Action::PageUp => self.list.select(self.selected().saturating_sub(page)),
            Action::ToStart => self.list.select(0),
            Action::ToEnd => self.list.select(usize::MAX),
            Action::Sort => {
                self.pin_selected();
                self.list.sort_by(self.list.sort.other(), app.atlas_now());
            }
            Action::ClearFilter => {
                self.filter.set("");
                self.list.filter("");
            }
            Action::Leave => return Transition::form(),
            Action::Choose => return self.choose(app),
            Action::Retry if self.list.error.is_some() => self.list.fetch(app),
            _ => {}
        }
        Transition::Stay
    }

    fn on_key(&mut self, _app: &mut Shared, key: KeyPress) {
        if self.filter.press(key) == Some(true) {
            self.list.filter(self.filter.text());
        }
    }

    fn on_paste(&mut self, _app: &mut Shared, text: &str) {
        let text = paste::visible(text);
        if !paste::contains_secret(&text) && self.filter.insert(text.trim()) {
            self.list.filter(self.filter.text());
        }
    }

    fn on_event(&mut self, app: &mut Shared, event: Event) -> Transition {
        self.pin_selected();
        self.list.on_event(app, event);
        Transition::Stay
    }

    fn keys(&self, app: &Shared) -> Vec<Binding> {
        let (count, page) = (self.list.matches.len(), list_rows(app.body()));
        let is_allowed = self.chosen().is_some_and(|item| item.is_allowed(app.form.limit));
        let reload = Binding::new("Ctrl-R", "reload", Action::Retry).only_if(self.list.error.is_some());
        let clear = Binding::new("Ctrl-U", "clear the filter", Action::ClearFilter);
        let clear = clear.in_footer_if(count == 0).only_if(!self.filter.text().is_empty());
        let mut keys = vec![reload, CHOOSE.only_if(is_allowed), clear];
        if self.list.field == FieldName::Client {
            let sort = match self.list.sort {
                Sort::Expiry => "sort by name",
                Sort::Name => "sort by expiry",
            };
            keys.extend([
                Binding::new("Tab", sort, Action::Sort).only_if(count > 1),
                Binding::new("Down", "next", Action::NextChoice).only_if(count > 1),
                Binding::new("Up", "previous", Action::PreviousChoice).only_in_help().only_if(count > 1),
            ]);
        } else {
            keys.extend([CHOICE_BELOW, CHOICE_ABOVE].map(|key| key.only_if(count > 1)));
        }
        let back = Binding::new("Esc, Ctrl-C", "back", Action::Leave);
        keys.extend([PAGE_DOWN, PAGE_UP].map(|key| key.only_if(count > page)));
        // In a filter, they move the caret.
        if self.filter.text().is_empty() {
            keys.extend([TO_START, TO_END].map(|key| key.only_if(count > 1)));
        }
        keys.extend([back, HELP_BESIDE_TEXT, SUSPEND, REPAINT]);
        keys
    }

    fn about(&self) -> &'static [&'static str] {
        match self.list.field {
            FieldName::Project => {
                &["Type part of the name or ID, or the beginnings of words: pprod finds payments-prod."]
            }
            FieldName::Client => &[
                "Type part of the name or client ID, or the beginnings of words: cdep finds ci-deployer.",
                "Expires: when the account's next secret expires. Last used: any of its secrets.",
                "The bar covers 90 days: solid until the next expiry, dashed while another secret works.",
            ],
            FieldName::Lifetime => &["The form takes any number of hours, days, weeks or years, or a date."],
        }
    }

    fn draw(&self, app: &Shared, canvas: &mut Canvas) {
        let table = Table::new(app, &self.list, canvas.theme, canvas.width());
        self.draw_head(&table, canvas);
        if let Some(error) = self.list.error.as_ref().filter(|_| self.list.items.is_empty()) {
            let Explanation { title, meaning, action, atlas_message } =
                error.explain_list(self.list.field, &app.session.signed_in_as());
            return canvas.explained(&title, &meaning, &action, atlas_message.as_ref());
        }
        let mut items = canvas.part(canvas.left().saturating_sub(FOOT_ROWS));
        self.draw_items(&table, &mut items);
        items.fill();
        let height = usize::from(items.height());
        canvas.append(0, items);
        self.draw_foot(app, height, canvas);
    }
}

fn list_rows(body: Rect) -> usize {
    usize::from(body.height.saturating_sub(HEAD_ROWS + FOOT_ROWS))
}

impl Picker {
    fn draw_head(&self, table: &Table, canvas: &mut Canvas) {
        let theme = canvas.theme;
        let title = match self.list.field {
            FieldName::Project => "Choose a project",
            FieldName::Client => "Choose a service account",
            FieldName::Lifetime => "Choose a lifetime",
        };
        let is_known = !self.list.items.is_empty() || self.list.is_complete();
        let count = if is_known { self.list.count_text() } else { String::new() };
        let width = usize::from(canvas.width()).saturating_sub(title.len());
        canvas.line(vec![
            Span::styled(title, theme.strong),
            Span::styled(format!("{count:>width$}"), theme.faint),
        ]);
        let mut input = self.filter.row(Span::styled(format!("{} ", theme.glyphs.pointer), theme.strong));
        if self.filter.text().is_empty() {
            input.text = Line::styled("type to filter", theme.faint);
        }
        input.draw(0, Line::default(), canvas);
        if self.list.field != FieldName::Lifetime && !self.list.items.is_empty() {
            canvas.line(table.header());
        } else {
            canvas.blank();
        }
    }

    /// The position of the first visible item. The list moves by whole pages.
    fn first_position(&self, height: usize) -> usize {
        self.selected().checked_div(height).unwrap_or(0) * height
    }

    fn draw_items(&self, table: &Table, canvas: &mut Canvas) {
        let height = usize::from(canvas.height());
        let first = self.first_position(height);
        for position in first..first.saturating_add(height) {
            let Some(item) = self.list.item(position) else { break };
            canvas.line(table.row(item, position == self.selected()));
        }
        if self.list.matches.len() == 0 && (!self.list.items.is_empty() || self.list.is_complete()) {
            canvas.text(2, &self.list.empty_text(canvas.theme.glyphs.ellipsis), canvas.theme.faint);
        }
    }

    fn draw_foot(&self, app: &Shared, height: usize, canvas: &mut Canvas) {
        let theme = canvas.theme;
        let first = self.first_position(height);
        let below = self.list.matches.len().saturating_sub(first + height);
        match more(first, below, self.list.field.noun(), &theme.glyphs) {
            Some(text) => canvas.line(Line::styled(text, theme.faint)),
            None => canvas.blank(),
        }
        if let Some(error) = &self.list.error {
            let text = format!("Could not load page {}. {}", self.list.next_page(), error.title());
            let text = cut(&text, canvas.width(), 2, canvas.left(), theme.glyphs.ellipsis);
            canvas.failed(&text);
        } else {
            self.list.draw_progress(app.now, canvas);
        }
    }
}
