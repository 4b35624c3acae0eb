//! Draws the screen of a lost secret: what is known, what the search has found, and what to do.

use std::time::Duration;

use jiff::Timestamp;
use ratatui::style::Style;

use crate::domain::text::{check_failed, none_appeared};
use crate::domain::{AccountRef, ExistingSecret, Now, PendingRecord, SecretId};
use crate::jobs::{Deletion, Recovered};
use crate::tui::canvas::LOW;
use crate::tui::frame::host_text;
use crate::tui::{Action, Canvas, Glyphs, Shared, text};

use super::super::secret_list::IN_USE;
use super::{Origin, Recovery, Search};

/// What to do if it is not clear which secret is the new one.
const FIND_YOURS: &str =
    "The project's Activity Feed shows which is yours. Delete it on the service account's page in Atlas.";

impl Recovery {
    pub(super) fn draw_facts(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        let (title, text) = self.summary_text(app, &theme.glyphs);
        if self.is_deleted() {
            canvas.done(&title);
        } else {
            canvas.warning(&title, theme.strong);
        }
        canvas.text(2, &text, Style::new());
        if let Origin::LostResponse(error) = &self.origin
            && self.deleted.is_none()
            && !error.possible_responder().is_empty()
            && canvas.height() >= LOW
        {
            canvas.text(2, error.possible_responder(), Style::new());
        }
        if let Some(post) = app.post() {
            // The screen is drawn once a second here, which is too slow for a spinner.
            canvas.changes_in(Duration::from_secs(1));
            let seconds = text::seconds(app.now.since(post.since));
            let waiting = format!("Still waiting for the response  {seconds}");
            canvas.marked(theme.glyphs.dot, &waiting, theme.faint);
        }
        canvas.blank_unless_low();
        let AccountRef { project, client } = &self.account;
        canvas.labeled_id("Project ID", project.as_str(), app.lookups.project_name(project));
        canvas.labeled_id("Client ID", client.as_str(), app.lookups.account_name(client));
        let created_by = self.record().map(|record| &record.entry.identity);
        if let Some(id) = self.known_id().map(SecretId::as_str).or(created_by.map(|_| "unknown")) {
            canvas.labeled("Secret ID", id);
        }
        match created_by {
            Some(identity) => canvas.labeled("Created by", identity.as_str()),
            None => canvas.labeled("Sent", &text::date_time(self.sent_at.wall, app.zone.as_ref())),
        }
        if let Some(secret) = &self.replaced {
            let label = text::short_label(secret, theme.glyphs.ellipsis);
            canvas.labeled("Deleted before", &format!("{label}, which had expired"));
        }
        canvas.blank_unless_low();
    }

    fn summary_text(&self, app: &Shared, glyphs: &Glyphs) -> (String, String) {
        match &self.deleted {
            Some(Deletion::Deleted) => {
                let label = self.label(glyphs);
                let which =
                    if self.record().is_some() { "of the previous run" } else { "whose value was lost" };
                let title = format!("Deleted {label}, the secret {which}");
                return (title, "You can create a secret now.".to_owned());
            }
            Some(Deletion::Used(_)) => {
                return ("A secret was created, and it is in use".to_owned(), self.cause());
            }
            _ => {}
        }
        if let Some(PendingRecord { entry, .. }) = self.record() {
            let zone = app.zone.as_ref();
            let at = text::date_time(entry.begun_at, zone);
            let secret = format!("a secret on {at}");
            let number = match app.records_found {
                ..=1 => String::new(),
                total => format!("{} of {total}: ", total.saturating_sub(app.pending.len())),
            };
            let (title, text) = match (&entry.secret_id, self.found()) {
                (Some(_), _) => {
                    (format!("A previous run created {secret}."), "It may not have been delivered.")
                }
                (None, Some(_)) => (
                    format!("A previous run probably created {secret}, but its value is lost."),
                    "That run did not record a delivery.",
                ),
                (None, None) => (
                    format!("A previous run may have created {secret}."),
                    "If it was created, its value is lost.",
                ),
            };
            let can_check = self.search == Search::NotStarted && self.works(app, Action::CheckAgain);
            let check = if can_check && entry.secret_id.is_none() { " Press l to check." } else { "" };
            return (format!("{number}{title}"), format!("{text}{check}"));
        }
        let created = match (self.is_certain(), self.found()) {
            (true, _) => "A secret was created",
            (false, Some(_)) => "A secret was probably created",
            (false, None) => return ("A secret may have been created".to_owned(), self.cause()),
        };
        let value =
            if app.post().is_some() { "and its value may still arrive" } else { "but its value is lost" };
        (format!("{created}, {value}"), self.cause())
    }

    fn cause(&self) -> String {
        match &self.origin {
            Origin::StoppedWaiting => {
                "The request is still running. If Atlas answers, the secret is shown.".to_owned()
            }
            Origin::LostResponse(error) => error.after_creating(self.is_created()),
            Origin::PreviousRun(_) => "A previous run did not record that it was delivered.".to_owned(),
        }
    }

    pub(super) fn draw_state(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        if self.asks_to_leave {
            let question = match app.post() {
                Some(_) => "The response may still arrive and would be lost. Quit?",
                None if self.is_created() => "The secret stays in Atlas, and its value is lost. Quit?",
                None => "A secret may exist in Atlas. Quit?",
            };
            return canvas.ask(question, "quit");
        }
        let is_kept = matches!(self.deleted, Some(Deletion::Used(_) | Deletion::Failed(_)));
        if let Some(secret) = self.found().filter(|_| self.deletion.is_some() || is_kept) {
            let created = |at| text::date_time(at, app.zone.as_ref());
            canvas.text(0, &identifying_line(app, secret, &theme.glyphs, created), Style::new());
        }
        match (&self.deletion, &self.deleted) {
            (Some(prompt), _) => {
                if self.found().is_some() {
                    self.draw_what_stays(canvas);
                }
                prompt.draw(app, &self.label(&theme.glyphs), "", canvas);
            }
            (None, Some(Deletion::Deleted)) => self.draw_what_stays(canvas),
            (None, Some(Deletion::Used(_))) => canvas.text(0, IN_USE, theme.strong),
            (None, Some(Deletion::Failed(error))) => canvas.text(0, &error.sentence(), theme.bad),
            (None, Some(Deletion::Cancelled) | None) => self.draw_search(app, canvas),
        }
        let is_asking =
            self.deletion.is_some() || self.deleted.is_some() || self.is_searching() || self.is_gone();
        if self.record().is_some_and(|record| record.entry.secret_id.is_some()) && !is_asking {
            let text = "If you have its value, press k. Nothing changes in Atlas.";
            canvas.text(0, text, theme.faint);
        }
        if let Some(message) = app.message {
            canvas.warning(message, theme.warning);
        }
    }

    fn label(&self, glyphs: &Glyphs) -> String {
        self.found()
            .map_or_else(|| "this secret".to_owned(), |secret| text::short_label(secret, glyphs.ellipsis))
    }

    fn draw_search(&self, app: &Shared, canvas: &mut Canvas) {
        match &self.search {
            Search::NotStarted => {
                if let Some(record) = self.record().filter(|_| !self.is_same_host(app)) {
                    let host = host_text(&record.entry.base_url);
                    let text = "and this run is signed in elsewhere. Sign in there to delete it.";
                    canvas.text(0, &format!("It is on {host}, {text}"), canvas.theme.warning);
                }
            }
            Search::Fetching { since } => canvas.running(app.now, *since, "Reading the account's secrets"),
            Search::Pausing { until } => {
                let left = canvas.countdown(until.since(app.now));
                canvas.text(0, &format!("No new secret yet. Checking again in {left}."), Style::new());
            }
            Search::Done { recovered, at } => self.draw_recovered(app, recovered, *at, canvas),
        }
    }

    fn draw_recovered(&self, app: &Shared, recovered: &Recovered, at: Now, canvas: &mut Canvas) {
        let (theme, plain) = (canvas.theme, Style::new());
        let time = |at| text::time_of_day(at, app.zone.as_ref());
        match recovered {
            Recovered::NoneAppeared if self.is_gone() => {
                canvas.text(0, "It is no longer in this account.", plain);
            }
            Recovered::NoneAppeared if self.record().is_some() => {
                canvas.text(0, "No new secret has appeared since then.", plain);
            }
            Recovered::NoneAppeared => canvas.text(0, &none_appeared(at.since(self.sent_at)), plain),
            Recovered::Failed(error) => {
                canvas.text(0, &check_failed(error), theme.bad);
                let text = "Check this service account in Atlas: your secret is the one that was created at that \
                            time and is not in use.";
                canvas.text(0, text, plain);
            }
            Recovered::Several(secrets) => {
                canvas.text(0, not_clear(secrets), plain);
                for secret in secrets {
                    canvas.text(2, &identifying_line(app, secret, &theme.glyphs, time), plain);
                }
                canvas.text(0, FIND_YOURS, theme.strong);
            }
            Recovered::Found(secret) => {
                let label = self.label(&theme.glyphs);
                let at = secret.created_at.map(time);
                let at = at.map_or_else(String::new, |at| format!(" (created {at} by Atlas's clock)"));
                canvas.text(0, &format!("{label} appeared after the request{at}."), theme.strong);
                let has_id = self.record().is_some_and(|record| record.entry.secret_id.is_some());
                if !has_id && self.works(app, Action::Delete) {
                    canvas.text(0, "Its value is lost: delete it with d, then create another.", plain);
                }
                self.draw_what_stays(canvas);
            }
        }
    }

    /// Draws what deleting the secret does not undo: creating it has shortened the lifetime of the others.
    fn draw_what_stays(&self, canvas: &mut Canvas) {
        let others = match self.before.ids.as_deref() {
            Some([]) => return,
            Some(_) => "the account's other secrets",
            None => "any other secret",
        };
        let text = format!("Deleting it does not restore the expiry of {others}.");
        canvas.text(0, &text, canvas.theme.faint);
    }
}

fn identifying_line(
    app: &Shared,
    secret: &ExistingSecret,
    glyphs: &Glyphs,
    created: impl FnOnce(Timestamp) -> String,
) -> String {
    let label = text::short_label(secret, glyphs.ellipsis);
    let created = secret.created_at.map(created).map_or_else(String::new, |at| format!(", created {at}"));
    match secret.last_used_at {
        Some(at) => format!("{label}{created}, last used {}", text::ago(at, app.atlas_now())),
        None => format!("{label}{created}, never used"),
    }
}

fn not_clear(secrets: &[ExistingSecret]) -> &'static str {
    match secrets {
        [_] => "A new secret appeared, but it is in use or was created at another time. It may not be yours.",
        _ => "Several new secrets appeared. The program cannot tell which one is yours.",
    }
}
