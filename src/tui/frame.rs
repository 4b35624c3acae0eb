//! Draws a frame: the header, the screen or its help, and the footer. Footer and help come from the same key table that
//! decides what the keys do.

use std::time::Duration;

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{BaseUrl, HostKind, Identity, Session};

use super::app::{App, Screen, Shared, Size};
use super::canvas::{Canvas, cut, page};
use super::keys::{Action, Binding, Group, Shown};
use super::{Glyphs, Theme};

const GAP: &str = "   ";

/// A longer account name is cut in the header. In columns.
const MAX_NAME_WIDTH: u16 = 30;

impl App {
    /// Draws a frame. Returns how long until it changes by itself; `None` while nothing moves.
    pub fn draw(&self, theme: &Theme, frame: &mut Frame) -> Option<Duration> {
        let whole = frame.area();
        let size = Size { columns: whole.width, rows: whole.height };
        if size.is_too_small() {
            let mut canvas = Canvas::new(theme, whole.width, whole.height);
            canvas.text(0, &self.too_small(theme), theme.strong);
            return canvas.render(frame, whole);
        }
        let [head, body, foot] = page(whole);
        let mut canvas = Canvas::new(theme, head.width, head.height);
        let width = usize::from(canvas.width());
        canvas.line(match (&self.screen, &self.shared.session) {
            (Screen::SignIn(_), Session::Demo) => sign_in_header(&self.shared, theme),
            _ => header(&self.shared, theme, width),
        });
        canvas.line(Line::styled(theme.glyphs.rule.repeat(width), theme.faint));
        canvas.render(frame, head);
        let mut canvas = Canvas::new(theme, body.width, body.height);
        if self.shared.shows_help {
            self.help_scroll.draw(self.help_lines(canvas.width(), theme), &mut canvas);
        } else {
            self.screen.component().draw(&self.shared, &mut canvas);
            canvas.mark_cut();
        }
        let wake = canvas.render(frame, body);
        let mut canvas = Canvas::new(theme, foot.width, foot.height);
        draw_footer(self, &mut canvas);
        canvas.render(frame, foot);
        wake
    }

    fn too_small(&self, theme: &Theme) -> String {
        let Size { columns, rows } = Size::SMALLEST;
        let size = format!("{columns} columns {} {rows} rows", theme.glyphs.times);
        match self.would_be_lost() {
            None => format!("atlas-secret needs {size}. Nothing is lost."),
            Some(what) if self.has_warned => format!("{what} Ctrl-C again quits."),
            Some(what) => format!("{what} Enlarge the terminal to {size}. Ctrl-C twice quits."),
        }
    }
}

impl App {
    /// The number of lines in the help, which is the same in every theme.
    pub(super) fn help_rows(&self) -> usize {
        self.help_lines(self.shared.body().width, &Theme::without_color(Glyphs::ASCII)).len()
    }

    /// The keys of the screen by group. Warnings about the credentials come first: they are shown nowhere else.
    fn help_lines(&self, width: u16, theme: &Theme) -> Vec<Line<'static>> {
        let (app, screen) = (&self.shared, self.screen.component());
        let mut rows: Vec<(Group, &str, String)> = Vec::new();
        for binding in self.screen_keys().iter().filter(|binding| binding.shown != Shown::Nowhere) {
            // Keys that do the same share a line.
            match rows.iter_mut().find(|(_, explanation, _)| *explanation == binding.explanation()) {
                Some((.., keys)) => *keys = format!("{keys}, {}", binding.all),
                None => rows.push((binding.action.group(), binding.explanation(), binding.all.to_owned())),
            }
        }
        let keys_width = rows.iter().map(|(.., keys)| keys.len()).max().unwrap_or(0) + 2;
        let mut notes = Canvas::new(theme, width, u16::MAX);
        for note in &app.credential_notes {
            notes.warning(note.as_str(), Style::new());
        }
        let mut sections = vec![notes.into_lines()];
        let groups = [(Group::Act, "Keys"), (Group::Move, "Move"), (Group::Program, "Program")];
        for (group, title) in groups {
            let of_group = rows.iter().filter(|(of, ..)| *of == group);
            let mut lines: Vec<Line> = of_group
                .map(|(_, explanation, keys)| explained(keys, explanation, keys_width, width, theme))
                .collect();
            if !lines.is_empty() {
                lines.insert(0, Line::styled(title, theme.strong));
            }
            sections.push(lines);
        }
        let mut about = Canvas::new(theme, width, u16::MAX);
        for text in screen.about() {
            about.item(Span::styled(format!("{} ", theme.glyphs.dot), theme.faint), text, Style::new());
        }
        sections.push(about.into_lines());
        sections.retain(|section| !section.is_empty());
        sections.join(&Line::default())
    }
}

fn explained(keys: &str, explanation: &str, keys_width: usize, width: u16, theme: &Theme) -> Line<'static> {
    let ellipsis = theme.glyphs.ellipsis;
    let indent = u16::try_from(keys_width).unwrap_or(u16::MAX);
    let explanation = explanation.replace('…', ellipsis);
    Line::from(vec![
        Span::styled(format!("{keys:<keys_width$}"), theme.strong),
        Span::raw(cut(&explanation, width, indent, 1, ellipsis)),
    ])
}

/// As many of the keys that work now as fit, in the order of the table. The help key, the first way out, and signing in
/// where that may help are always shown.
fn draw_footer(app: &App, canvas: &mut Canvas) {
    let theme = canvas.theme;
    if let Some(note) = &app.key_note {
        return canvas.line(Line::styled(note.as_str(), theme.warning));
    }
    let mut way_out = false;
    let keys = app.keys().into_iter().filter(|binding| binding.shown == Shown::FooterAndHelp);
    let hints = keys.map(|binding| {
        let is_first_way_out = binding.action.is_way_out() && !std::mem::replace(&mut way_out, true);
        let is_needed = is_first_way_out || matches!(binding.action, Action::Help | Action::SignIn);
        (is_needed, hint(&binding, theme))
    });
    let hints: Vec<(bool, Line)> = hints.collect();
    let width_of = |hint: &Line| hint.width() + GAP.len();
    let needed: usize =
        hints.iter().filter(|(is_needed, _)| *is_needed).map(|(_, hint)| width_of(hint)).sum();
    let mut left = (usize::from(canvas.width()) + GAP.len()).saturating_sub(needed);
    let mut line = Line::default();
    for (is_needed, hint) in hints {
        if !is_needed {
            let Some(rest) = left.checked_sub(width_of(&hint)) else { continue };
            left = rest;
        }
        if !line.spans.is_empty() {
            line.push_span(GAP);
        }
        line.spans.extend(hint.spans);
    }
    canvas.line(line);
}

fn hint(binding: &Binding, theme: &Theme) -> Line<'static> {
    Line::from(vec![
        Span::styled(binding.keys, theme.strong),
        Span::raw(" "),
        Span::styled(binding.label.replace('…', theme.glyphs.ellipsis), theme.faint),
    ])
}

/// The header before signing in. Its host is the one to sign in to, which in the demo is not the one in use.
fn sign_in_header(app: &Shared, theme: &Theme) -> Line<'static> {
    let host = Span::raw(format!("{}{GAP}", app.sign_in_host));
    Line::from(vec![name(theme), host, Span::styled("not signed in", theme.faint)])
}

/// The host that requests go to, and who is signed in.
fn header(app: &Shared, theme: &Theme, width: usize) -> Line<'static> {
    match &app.session {
        Session::Demo => demo(theme, width),
        Session::Remote { base_url, identity, profile } => {
            let (long, short) = identity_text(app, identity, theme);
            let Some(profile) = profile else { return remote(base_url, &[&long, &short], theme, width) };
            let (long_of, short_of) =
                (format!("{long}, profile {profile}"), format!("{short}, profile {profile}"));
            remote(base_url, &[&long_of, &short_of, &short], theme, width)
        }
        Session::SignedOut { base_url } => remote(base_url, &["not signed in"], theme, width),
    }
}

/// The header of a demo, with a mark at the right end.
fn demo(theme: &Theme, width: usize) -> Line<'static> {
    let line = |text: &'static str| {
        let mark = Span::styled(" DEMO ", theme.mark);
        let gap = width.saturating_sub(name(theme).width() + text.len() + mark.width());
        Line::from(vec![name(theme), Span::raw(text), Span::raw(" ".repeat(gap)), mark])
    };
    let whole = line("simulated Atlas, no requests leave this machine");
    if whole.width() <= width { whole } else { line("no requests leave this machine") }
}

/// The header of a session. In a narrow terminal the program's name is dropped first, then a shorter one of the
/// `identities` is shown, then the beginning of the host is cut.
fn remote(base_url: &BaseUrl, identities: &[&str], theme: &Theme, width: usize) -> Line<'static> {
    let host = &host_text(base_url);
    let warning = match base_url.kind() {
        HostKind::Other => format!(" {} not an Atlas host", theme.glyphs.warning),
        // The address makes clear that it is this machine.
        HostKind::Atlas | HostKind::Loopback => String::new(),
    };
    let line = |lead: Option<Span<'static>>, host: &str, identity: &str| -> Line<'static> {
        let tail = [
            Span::raw(host.to_owned()),
            Span::styled(warning.clone(), theme.warning),
            Span::raw(GAP),
            Span::styled(identity.to_owned(), theme.faint),
        ];
        lead.into_iter().chain(tail).collect()
    };
    let candidates = identities
        .iter()
        .flat_map(|identity| [line(Some(name(theme)), host, identity), line(None, host, identity)]);
    candidates.into_iter().find(|line| line.width() <= width).unwrap_or_else(|| {
        let short = identities.last().copied().unwrap_or_default();
        let left = width.saturating_sub(line(None, "", short).width());
        line(None, &end_of(host, left, theme.glyphs.ellipsis), short)
    })
}

/// The host; `localhost` for 127.0.0.1 only, because other loopback addresses can be other servers.
pub(super) fn host_text(base_url: &BaseUrl) -> String {
    let host = base_url.host();
    match host.strip_prefix("127.0.0.1") {
        Some(port) if port.is_empty() || port.starts_with(':') => format!("localhost{port}"),
        _ => host,
    }
}

/// Who is signed in, with the kind of credential and without. An account has a name once that was looked up.
fn identity_text(app: &Shared, identity: &Identity, theme: &Theme) -> (String, String) {
    let ellipsis = theme.glyphs.ellipsis;
    match identity {
        Identity::ServiceAccount(client) => {
            let short = match app.lookups.account_name(client) {
                Some(name) => cut(name.as_str(), MAX_NAME_WIDTH, 0, 1, ellipsis),
                None => client.short(ellipsis),
            };
            (format!("service account {short}"), short)
        }
        Identity::ApiKey(public_key) => {
            let short = format!("API key {}", public_key.short(ellipsis));
            (short.clone(), short)
        }
        Identity::AccessToken | Identity::Profile { .. } | Identity::BrowserLogin(_) => {
            (identity.to_string(), identity.to_string())
        }
    }
}

fn name(theme: &Theme) -> Span<'static> {
    Span::styled(format!("atlas-secret{GAP}"), theme.strong)
}

/// The end of a host name, which shows whose it is.
fn end_of(host: &str, width: usize, ellipsis: &str) -> String {
    let left_out = (host.chars().count() + ellipsis.chars().count()).saturating_sub(width);
    format!("{ellipsis}{}", host.chars().skip(left_out).collect::<String>())
}
