//! Choosing a field's value from a list that is fetched page by page and filtered while one types.

use std::time::Duration;

use crossterm::event::KeyCode;
use jiff::Timestamp;
use ratatui::layout::Alignment;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{
    AccountEntry, ClientId, ENTRIES_PER_PAGE, ExistingSecret, Identity, Lifetime, Page, ProjectEntry,
    ProjectId, ReadProblem, SECRETS_PER_ACCOUNT, Session,
};
use crate::tui::app::{Component, Screen, Shared, Transition};
use crate::tui::area::{split_bottom, split_left, split_top};
use crate::tui::canvas::Canvas;
use crate::tui::event::{Command, Event, KeyPress};
use crate::tui::keys::{
    Action, Binding, CHOICE_ABOVE, CHOICE_BELOW, CHOOSE, CONTROL, CTRL_C, ESC, HELP_BESIDE_TEXT, NONE,
    REPAINT, SUSPEND,
};
use crate::tui::matching::Matches;
use crate::tui::{TextLine, paste, words};

use super::pagination::Pagination;
use super::{FieldName, Focus, Notice};

/// How far Page Up and Page Down go.
const LEAP: usize = 10;

/// Room for names; a longer one is cut.
const NAME_WIDTH: usize = 28;

/// The lifetimes that people usually want, in hours: 8 h, then 1, 7, 30, 90, 180 and 365 days.
const USUAL_LIFETIMES: [(&str, i32); 7] =
    [("8h", 8), ("1d", 24), ("7d", 168), ("30d", 720), ("90d", 2160), ("180d", 4320), ("365d", 8760)];

/// A list to choose from.
#[derive(Clone, Debug)]
pub struct Picker {
    field: FieldName,
    filter: TextLine,
    /// Which of the matching items is chosen, from 0.
    selected: usize,
    pages: Pagination,
    items: Vec<Item>,
    matches: Matches,
    /// The project whose accounts are listed.
    project: Option<ProjectId>,
}

/// One item of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Item {
    Project(ProjectEntry),
    /// `signed_in` when this session uses it.
    Account {
        entry: AccountEntry,
        signed_in: bool,
    },
    /// As it is typed, and what it means.
    Lifetime {
        text: &'static str,
        lifetime: Lifetime,
    },
}

impl Item {
    /// What becomes the field's text.
    fn value(&self) -> &str {
        match self {
            Self::Project(entry) => entry.id.as_str(),
            Self::Account { entry, .. } => entry.client.as_str(),
            Self::Lifetime { text, .. } => text,
        }
    }

    /// What the filter searches.
    fn searched(&self) -> String {
        match self {
            Self::Project(entry) => format!("{} {}", entry.name, entry.id),
            Self::Account { entry, .. } => format!("{} {}", entry.name, entry.client),
            Self::Lifetime { text, lifetime } => format!("{text} {lifetime}"),
        }
    }
}

const KEYS: &[Binding] = &[
    CHOOSE,
    CHOICE_BELOW,
    CHOICE_ABOVE,
    Binding::new(&[(KeyCode::PageDown, NONE)], "Page Down", "page down", Action::PageDown).only_in_help(),
    Binding::new(&[(KeyCode::PageUp, NONE)], "Page Up", "page up", Action::PageUp).only_in_help(),
    Binding::new(&[(KeyCode::Char('r'), CONTROL)], "Ctrl-R", "reload", Action::Retry).only_in_help(),
    Binding::new(&[ESC, CTRL_C], "Esc", "back", Action::Leave),
    HELP_BESIDE_TEXT,
    SUSPEND,
    REPAINT,
];

impl Picker {
    /// Ctrl-O: opens the list for the field in focus.
    pub(super) fn open(app: &mut Shared) -> Transition {
        let Focus::Field(field) = app.form.focus else {
            app.form.notice = Some(Notice::Word("Go to a field first: each has a list of its own."));
            return Transition::Stay;
        };
        let project = app.form.project_id().filter(|_| field == FieldName::Client);
        if field == FieldName::Client && project.is_none() {
            app.form.notice = Some(Notice::Word("The project comes first: its accounts are listed."));
            app.form.focus = Focus::Field(FieldName::Project);
            return Transition::Stay;
        }
        let mut picker = Self {
            field,
            filter: TextLine::default(),
            selected: 0,
            pages: Pagination::new(),
            items: Vec::new(),
            matches: Matches::default(),
            project,
        };
        if field == FieldName::Lifetime {
            picker.add(lifetimes());
        } else {
            picker.fetch(app);
        }
        Transition::Show(Screen::Picker(Box::new(picker)))
    }

    fn chosen(&self) -> Option<&Item> {
        self.item(self.selected)
    }

    /// The item at this place among those that match.
    fn item(&self, place: usize) -> Option<&Item> {
        self.items.get(self.matches.row(place)?)
    }

    fn add(&mut self, items: Vec<Item>) {
        let selected = self.matches.row(self.selected);
        self.matches.extend(items.iter().map(Item::searched));
        // A new item may rank higher; the choice stays on its item all the same.
        self.selected = selected.and_then(|row| self.matches.place(row)).unwrap_or(0);
        self.items.extend(items);
    }

    fn select(&mut self, place: usize) {
        self.selected = place.min(self.matches.len().saturating_sub(1));
    }

    fn filter_changed(&mut self) {
        self.matches.filter(self.filter.text());
        self.selected = 0;
    }

    /// Fetches the next pages, unless one has failed: then the user decides.
    fn fetch(&mut self, app: &mut Shared) {
        if self.pages.problem.is_some() {
            return;
        }
        for page in self.pages.wanted() {
            app.send(match &self.project {
                Some(project) => Command::FetchAccounts(project.clone(), page),
                None => Command::FetchProjects(page),
            });
        }
    }

    fn on_page<T>(
        &mut self,
        app: &mut Shared,
        number: u32,
        result: Result<Page<T>, ReadProblem>,
        items: impl FnOnce(Vec<T>) -> Vec<Item>,
    ) {
        if !self.pages.arrived(number) {
            return;
        }
        match result {
            Ok(page) => {
                let per_page = u32::try_from(ENTRIES_PER_PAGE).unwrap_or(u32::MAX);
                self.pages.came(number, page.is_last, page.about, per_page);
                self.add(items(page.entries));
            }
            Err(problem) => self.pages.failed(number, problem),
        }
        self.fetch(app);
    }
}

fn lifetimes() -> Vec<Item> {
    let item = |(text, hours)| Some(Item::Lifetime { text, lifetime: Lifetime::from_hours(hours).ok()? });
    USUAL_LIFETIMES.into_iter().filter_map(item).collect()
}

/// The account that is signed in comes first: rotating it is the usual task.
fn accounts(entries: Vec<AccountEntry>, own: Option<&ClientId>) -> Vec<Item> {
    let item = |entry: AccountEntry| Item::Account { signed_in: own == Some(&entry.client), entry };
    let mut items: Vec<Item> = entries.into_iter().map(item).collect();
    items.sort_by_key(|item| !matches!(item, Item::Account { signed_in: true, .. }));
    items
}

/// The account that is signed in: known from the start, or once the keyring or the demo has told it.
fn signed_in_as(app: &Shared) -> Option<ClientId> {
    match &app.session {
        Session::Remote { identity: Identity::ServiceAccount(client), .. } => Some(client.clone()),
        _ => app.login.as_ref().map(|login| login.client.clone()),
    }
}

impl Component for Picker {
    fn on_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        match action {
            Action::NextChoice => self.select(self.selected + 1),
            Action::PreviousChoice => self.select(self.selected.saturating_sub(1)),
            Action::PageDown => self.select(self.selected + LEAP),
            Action::PageUp => self.select(self.selected.saturating_sub(LEAP)),
            Action::Leave => return Transition::form(),
            Action::Choose => {
                if let Some(item) = self.chosen() {
                    app.form.choose(self.field, item.value());
                    return Transition::form();
                }
            }
            Action::Retry if self.pages.problem.take().is_some() => self.fetch(app),
            _ => {}
        }
        Transition::Stay
    }

    fn on_key(&mut self, _app: &mut Shared, key: KeyPress) {
        if self.filter.press(key) == Some(true) {
            self.filter_changed();
        }
    }

    fn on_paste(&mut self, _app: &mut Shared, text: &str) {
        if !paste::contains_secret(text) && self.filter.insert(text.trim()) {
            self.filter_changed();
        }
    }

    fn on_event(&mut self, app: &mut Shared, event: Event) -> Transition {
        match event {
            Event::PagesDelayed(wait) => self.pages.delayed(app.now.plus(wait)),
            Event::ProjectsPage(page, result) if self.field == FieldName::Project => {
                self.on_page(app, page, result, |entries| entries.into_iter().map(Item::Project).collect());
            }
            Event::AccountsPage(project, page, result) if self.project.as_ref() == Some(&project) => {
                let own = signed_in_as(app);
                self.on_page(app, page, result, |entries| accounts(entries, own.as_ref()));
            }
            _ => {}
        }
        Transition::Stay
    }

    fn keys(&self, _app: &Shared) -> &'static [Binding] {
        KEYS
    }

    fn works(&self, _app: &Shared, action: Action) -> bool {
        match action {
            Action::Choose => self.matches.len() > 0,
            Action::NextChoice => self.matches.len() > 1,
            _ => true,
        }
    }

    fn wake_in(&self, app: &Shared) -> Option<Duration> {
        let left = self.pages.waits_until?.since(app.now);
        (!left.is_zero()).then(|| words::until_next_second(left))
    }

    fn about(&self) -> &'static [&'static str] {
        &["Type to filter by name or id; letters need not stand together."]
    }

    fn draw(&self, app: &Shared, canvas: &mut Canvas) {
        let [head, below] = split_top(canvas.area, 3);
        let [items, foot] = split_bottom(below, 2);
        self.draw_head(&mut canvas.part(head));
        self.draw_items(app, &mut canvas.part(items));
        self.draw_state(app, &mut canvas.part(foot));
    }
}

impl Picker {
    fn draw_head(&self, canvas: &mut Canvas) {
        let theme = canvas.theme;
        let title = match self.field {
            FieldName::Project => "Choose a project",
            FieldName::Client => "Choose a service account",
            FieldName::Lifetime => "Choose a lifetime",
        };
        let row = canvas.take(1);
        canvas.frame.render_widget(Line::styled(title, theme.strong), row);
        let count = Line::from(Span::styled(self.count(), theme.faint));
        canvas.frame.render_widget(count.alignment(Alignment::Right), row);
        let row = canvas.take(1);
        let prompt = format!("{} ", theme.glyphs.pointer);
        let lead = u16::try_from(prompt.chars().count()).unwrap_or(u16::MAX);
        let [symbol, text] = split_left(row, lead);
        canvas.frame.render_widget(Line::styled(prompt, theme.strong), symbol);
        self.filter.draw(canvas.frame, text);
        if self.filter.text().is_empty() {
            canvas.frame.render_widget(Line::styled("type to filter", theme.faint), text);
        }
    }

    fn count(&self) -> String {
        let (matching, all) = (self.matches.len(), self.items.len());
        if self.filter.text().is_empty() { format!("{all}") } else { format!("{matching} of {all}") }
    }

    fn draw_items(&self, app: &Shared, canvas: &mut Canvas) {
        let height = usize::from(canvas.area.height);
        // The selected item stays in sight; the list moves by pages, so that it does not crawl.
        let first = self.selected.checked_div(height).unwrap_or(0) * height;
        for place in first..first.saturating_add(height) {
            let Some(item) = self.item(place) else { break };
            draw_item(app, item, place == self.selected, canvas);
        }
        if self.items.is_empty() && !self.pages.is_under_way() && self.pages.problem.is_none() {
            let words = match self.field {
                FieldName::Project => "These credentials see no project.",
                FieldName::Client => "This project has no service account.",
                FieldName::Lifetime => "",
            };
            canvas.words(2, words, canvas.theme.faint);
        }
    }

    fn draw_state(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        let pages = &self.pages;
        if let Some(problem) = &pages.problem {
            let title = problem.explain().title;
            let page = pages.missing_page().unwrap_or(1);
            let words = format!("{title} Page {page} did not come. Ctrl-R asks again.");
            return canvas.marked(theme.glyphs.cross, &words, theme.bad);
        }
        let left = pages.waits_until.map(|until| until.since(app.now)).filter(|left| !left.is_zero());
        if let Some(left) = left {
            let words =
                format!("Atlas has had too many requests. Going on in {}.", words::seconds_left(left));
            return canvas.warning(&words, theme.warning);
        }
        if pages.is_under_way() {
            let words = match pages.about_pages {
                Some(about) => format!("{} of {about} pages", pages.pages_read),
                None => "reading".to_owned(),
            };
            canvas.words(2, &words, theme.faint);
        }
    }
}

fn draw_item(app: &Shared, item: &Item, is_selected: bool, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let ellipsis = theme.glyphs.ellipsis;
    let symbol = if is_selected { theme.glyphs.pointer } else { " " };
    let style = if is_selected { theme.strong } else { Style::new() };
    let (name, rest) = match item {
        Item::Project(entry) => (entry.name.to_string(), entry.id.to_string()),
        Item::Account { entry, signed_in } => {
            let own = if *signed_in { ", signed in" } else { "" };
            let taken = slots_in_use(&entry.secrets, app.atlas_now());
            (entry.name.to_string(), format!("{}  {taken}{own}", entry.client.short(ellipsis)))
        }
        Item::Lifetime { text, lifetime } => ((*text).to_owned(), lifetime.to_string()),
    };
    let room = usize::from(canvas.width()).saturating_sub(NAME_WIDTH + 4);
    canvas.line(Line::from(vec![
        Span::styled(format!("{symbol} "), theme.strong),
        Span::styled(fit(&name, NAME_WIDTH, ellipsis), style),
        Span::raw("  "),
        Span::styled(fit(&rest, room, ellipsis), if is_selected { style } else { theme.faint }),
    ]));
}

fn slots_in_use(secrets: &[ExistingSecret], now: Timestamp) -> String {
    let expired = secrets.iter().filter(|secret| secret.is_expired(now)).count();
    match (secrets.len(), expired) {
        (0, _) => "no secret".to_owned(),
        (taken, 0) => format!("{taken} of {SECRETS_PER_ACCOUNT} secrets"),
        (taken, expired) => format!("{taken} of {SECRETS_PER_ACCOUNT}, {expired} expired"),
    }
}

/// A text in exactly so many columns; one that is longer ends in the ellipsis.
fn fit(name: &str, room: usize, ellipsis: &str) -> String {
    let width = Span::raw(name).width();
    if width <= room {
        return format!("{name}{}", " ".repeat(room - width));
    }
    let mut cut = String::new();
    for character in name.chars() {
        if Span::raw(format!("{cut}{character}{ellipsis}")).width() > room {
            break;
        }
        cut.push(character);
    }
    let padding = room.saturating_sub(Span::raw(format!("{cut}{ellipsis}")).width());
    format!("{cut}{ellipsis}{}", " ".repeat(padding))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_fills_its_room_and_no_more() {
        for name in ["", "short", &"long".repeat(20), &"漢".repeat(20), &"漢".repeat(16)] {
            let fitted = fit(name, NAME_WIDTH, "…");
            assert_eq!(Span::raw(&fitted).width(), NAME_WIDTH, "{fitted:?}");
        }
        assert!(fit(&"long".repeat(20), NAME_WIDTH, "…").ends_with('…'));
    }
}
