//! Nobody knows whether a secret was created: what is known, and what finding out has shown.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::core::{Model, Search, UnknownOutcome};
use crate::domain::{ExistingSecret, ReadProblem};

use super::column::Column;
use super::sending::{ask, running};
use super::theme::Theme;
use super::{existing, words};

/// In fewer rows every blank one counts.
const LOW: u16 = 14;

/// Said wherever one is deleted: what creating did to the others stays.
const STAYS: &str = "Deleting it does not undo the shortening of the others.";

pub(super) fn draw(model: &Model, unknown: &UnknownOutcome, theme: &Theme, frame: &mut Frame, area: Rect) {
    let mut column = Column::new(area);
    let warning = Span::styled(format!("{} ", theme.glyphs.warning), theme.warning);
    column.item(frame, warning, title(model, unknown), theme.strong);
    column.words(frame, 2, &unknown.lost.sentence(), Style::new());
    if let Some(in_flight) = &model.in_flight {
        // It moves once a second, too slow for a spinner to turn.
        let seconds = words::seconds(model.now.since(in_flight.since));
        let dot = Span::styled(format!("{} ", theme.glyphs.dot), theme.faint);
        let taken = format!("Its answer is still taken if it comes  {seconds}");
        column.item(frame, dot, &taken, theme.faint);
    }
    if area.height >= LOW {
        column.blank();
    }
    column.labelled(frame, "Project ID", theme.faint, unknown.new_secret.project.as_str());
    column.labelled(frame, "Client ID", theme.faint, unknown.new_secret.client.as_str());
    let sent = words::date_time(unknown.sent_at.wall, model.zone.as_ref());
    column.labelled(frame, "Sent", theme.faint, &sent);
    if area.height >= LOW {
        column.blank();
    }
    if unknown.asks_to_leave {
        ask(theme, frame, &mut column, "The answer may still come, and would be lost. Leave?");
        return;
    }
    draw_search(model, unknown, theme, frame, &mut column);
    if let Some(word) = unknown.word {
        column.words(frame, 0, word, theme.warning);
    }
}

fn title(model: &Model, unknown: &UnknownOutcome) -> &'static str {
    if matches!(unknown.search, Search::Used(_)) {
        return "A secret was created, and somebody uses it";
    }
    if unknown.lost.is_certainly_created() || unknown.search.found().is_some() {
        return match model.in_flight {
            Some(_) => "A secret was created, and its value may still come",
            None => "A secret was created, and its value is lost",
        };
    }
    match unknown.search {
        Search::Deleted(_) => "The secret whose value was lost is deleted",
        _ => "A secret may have been created",
    }
}

fn draw_search(
    model: &Model,
    unknown: &UnknownOutcome,
    theme: &Theme,
    frame: &mut Frame,
    column: &mut Column,
) {
    match &unknown.search {
        Search::Looking { .. } => column.line(frame, Line::raw("Looking at the account's secrets")),
        Search::Pausing { until, .. } => {
            let left = words::seconds_left(until.since(model.now));
            column.words(frame, 0, &format!("No new secret so far. Looking again in {left}."), Style::new());
        }
        Search::NoneAppeared { after } => draw_none(after.as_secs(), unknown, frame, column),
        Search::CouldNotLook(problem) => draw_could_not_look(problem, theme, frame, column),
        Search::Several(secrets) => draw_several(model, secrets, frame, column),
        Search::Found(secret) => draw_found(model, secret, theme, frame, column),
        Search::Asking(secret) => {
            draw_described(model, secret, 0, frame, column);
            column.words(frame, 0, STAYS, theme.faint);
            ask(theme, frame, column, "Delete it in Atlas?");
        }
        Search::Rechecking { secret, .. } => {
            draw_described(model, secret, 0, frame, column);
            column.line(frame, Line::raw("Looking once more before deleting"));
        }
        Search::Deleting { since, .. } => {
            column.line(frame, running(model.now, *since, "Deleting the secret in Atlas", theme));
        }
        Search::Deleted(secret) => {
            let symbol = Span::styled(format!("{} ", theme.glyphs.check), theme.good);
            column.item(frame, symbol, &format!("{} is deleted.", secret.label()), theme.good);
            column.words(frame, 2, "What creating shortened stays shortened.", theme.faint);
        }
        Search::Used(secret) => {
            draw_described(model, secret, 0, frame, column);
            column.words(
                frame,
                0,
                "It has been used since, so somebody has it. It was not deleted.",
                theme.strong,
            );
        }
        Search::NotDeleted { secret, problem } => {
            draw_described(model, secret, 0, frame, column);
            let title = format!("It could not be deleted. {}", problem.explain().title);
            column.words(frame, 0, &title, theme.bad);
        }
    }
}

fn draw_could_not_look(problem: &ReadProblem, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    let title = format!("Could not look. {}", problem.explain().title);
    column.words(frame, 0, &title, theme.bad);
    let words = "In Atlas, open the project's service accounts and this account: a secret created at that \
                 time that nobody has is the lost one.";
    column.words(frame, 0, words, Style::new());
}

fn draw_several(model: &Model, secrets: &[ExistingSecret], frame: &mut Frame, column: &mut Column) {
    let words = "Several secrets are new; which one is this one's nobody can tell:";
    column.words(frame, 0, words, Style::new());
    for secret in secrets {
        draw_described(model, secret, 2, frame, column);
    }
}

fn draw_none(seconds: u64, unknown: &UnknownOutcome, frame: &mut Frame, column: &mut Column) {
    if unknown.left_over.is_some() {
        column.words(frame, 0, "No new secret has appeared since then.", Style::new());
        return;
    }
    let words = format!("No new secret has appeared in {seconds} s; it may still.");
    column.words(frame, 0, &words, Style::new());
}

fn draw_found(model: &Model, secret: &ExistingSecret, theme: &Theme, frame: &mut Frame, column: &mut Column) {
    let since = match secret.created_at {
        Some(at) => format!(" since {} (Atlas's clock)", words::time(at, model.zone.as_ref())),
        None => String::new(),
    };
    // While the POST still runs, its answer may bring the value.
    let value = if model.in_flight.is_some() { "may still come" } else { "is lost" };
    let words = format!("{}: this one is new{since} and its value {value}.", secret.label());
    column.words(frame, 0, &words, theme.strong);
    let whose = "It is yours unless somebody else is working on this account.";
    column.words(frame, 0, whose, Style::new());
    column.words(frame, 0, STAYS, theme.faint);
}

/// The id stands on a line of its own, so that it can be selected whole.
fn draw_described(
    model: &Model,
    secret: &ExistingSecret,
    indent: u16,
    frame: &mut Frame,
    column: &mut Column,
) {
    column.words(frame, indent, &existing::facts(model, secret), Style::new());
    column.words(frame, indent, &format!("id {}", secret.id), Style::new());
}
