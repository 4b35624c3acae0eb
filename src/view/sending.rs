//! The chain while it runs: what is done, what is going on and since when, and what is asked.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::core::{Link, Model, Question, SPINNER_AFTER, SPINNER_STEP, Sending};
use crate::domain::Now;

use super::column::Column;
use super::theme::Theme;
use super::{existing, words};

/// In fewer rows every blank one counts.
const LOW: u16 = 14;

pub(super) fn draw(model: &Model, sending: &Sending, theme: &Theme, frame: &mut Frame, area: Rect) {
    let mut column = Column::new(area);
    column.line(frame, Line::styled("New service account secret", theme.strong));
    if area.height >= LOW {
        column.blank();
    }
    let new_secret = &sending.new_secret;
    column.labelled(frame, "Project ID", theme.faint, new_secret.project.as_str());
    column.labelled(frame, "Client ID", theme.faint, new_secret.client.as_str());
    column.labelled(frame, "Expires after", theme.faint, &new_secret.lifetime.to_string());
    column.blank();
    match &sending.link {
        Link::Asking(question) => draw_question(model, question, theme, frame, &mut column),
        Link::WaitingOutLimit { until, rejection } => {
            let left = words::seconds_left(until.since(model.now));
            let warning = Span::styled(format!("{} ", theme.glyphs.warning), theme.warning);
            let title = format!("Atlas has had too many requests. Trying again in {left}.");
            column.item(frame, warning, &title, theme.warning);
            column.words(
                frame,
                2,
                &format!("Nothing was created. Round {} of 3.", sending.rounds + 1),
                theme.faint,
            );
            column.atlas_words(frame, 2, &rejection.atlas_words(), theme);
        }
        Link::SigningIn(_) | Link::Looking(_) | Link::Noting(_) | Link::Posting => {
            draw_steps(model, sending, theme, frame, &mut column);
        }
        Link::Replacing(_) => {
            column.line(
                frame,
                running(model.now, sending.since, "Deleting the secret that has expired", theme),
            );
        }
    }
    if sending.asks_to_stop {
        if area.height >= LOW || sending.word.is_none() {
            column.blank();
        }
        ask(theme, frame, &mut column, "Stop waiting? Atlas may already have created it.");
    }
    if let Some(word) = sending.word {
        if area.height >= LOW {
            column.blank();
        }
        column.words(frame, 2, word, theme.warning);
    }
}

fn draw_steps(model: &Model, sending: &Sending, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    let current = match sending.link {
        Link::SigningIn(_) => 0,
        Link::Looking(_) => 1,
        _ => 2,
    };
    let steps = ["Sign in", "Look at the account's secrets", "Create the secret"];
    for (index, step) in steps.into_iter().enumerate() {
        let line = match index.cmp(&current) {
            std::cmp::Ordering::Less => Line::from(vec![
                Span::styled(theme.glyphs.check, theme.good),
                Span::raw(" "),
                Span::styled(step, theme.faint),
            ]),
            std::cmp::Ordering::Equal => running(model.now, sending.since, step, theme),
            std::cmp::Ordering::Greater => Line::styled(format!("  {step}"), theme.faint),
        };
        column.line(frame, line);
    }
}

/// What is going on; after 150 ms with a spinner and the seconds.
pub(super) fn running(now: Now, since: Now, doing: &str, theme: &Theme) -> Line<'static> {
    let elapsed = now.since(since);
    if elapsed < SPINNER_AFTER {
        return Line::styled(format!("  {doing}"), theme.strong);
    }
    let pictures = theme.glyphs.spinner;
    let turn = usize::try_from(elapsed.as_millis() / SPINNER_STEP.as_millis()).unwrap_or(0);
    Line::from(vec![
        Span::styled(pictures[turn % pictures.len()], theme.strong),
        Span::raw(" "),
        Span::styled(doing.to_owned(), theme.strong),
        Span::styled(format!("  {}", words::seconds(elapsed)), theme.faint),
    ])
}

fn draw_question(model: &Model, question: &Question, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    match question {
        Question::Shortens(shortened) => {
            for (secret, cut) in shortened {
                let until = |at| words::date_time(at, model.zone.as_ref());
                let was = secret.expires_at.map_or_else(|| "at an unknown time".to_owned(), until);
                let label = secret.label();
                let warning = Span::styled(format!("{} ", theme.glyphs.warning), theme.warning);
                column.item(frame, warning, label.as_str(), theme.strong);
                column.words(frame, 2, &format!("expires      {was}"), Style::new());
                column.words(frame, 2, &format!("will expire  {}", until(*cut)), theme.strong);
            }
            column.blank();
            ask(theme, frame, column, "Atlas shortens it for good. Create the new secret?");
        }
        Question::Replaces(expired) => {
            let warning = Span::styled(format!("{} ", theme.glyphs.warning), theme.warning);
            column.item(frame, warning, &existing::facts(model, expired), theme.strong);
            column.words(
                frame,
                2,
                "It no longer works, but holds one of the account's two places.",
                Style::new(),
            );
            column.blank();
            ask(theme, frame, column, "Delete it in Atlas, and create the new secret?");
        }
        Question::CouldNotLook(problem) => {
            column.words(frame, 0, &problem.explain().title, theme.faint);
            column.blank();
            ask(theme, frame, column, "Could not look at the existing secrets. Create anyway?");
        }
    }
}

/// A question and the keys that answer it.
pub(super) fn ask(theme: &Theme, frame: &mut Frame, column: &mut Column, question: &str) {
    column.words(frame, 0, &format!("{question}  y/n"), theme.strong);
}
