//! Draws the screen of a lost secret: what is known, what the search has found, and what to do.

use std::time::Duration;

use ratatui::style::Style;

use crate::domain::text::{check_failed, none_appeared};
use crate::domain::{AccountRef, ExistingSecret, Now, PendingRecord};
use crate::jobs::{Deletion, Recovered};
use crate::tui::canvas::LOW;
use crate::tui::frame::host_text;
use crate::tui::{Action, Canvas, Shared, text};

use super::super::secret_list::IN_USE;
use super::{Origin, Recovery, Search};

/// What to do if it is not clear which secret is the new one.
const FIND_YOURS: &str =
    "The project's Activity Feed shows which is yours. Delete it on the service account's page in Atlas.";

const NOT_YOURS: &str =
    "A new secret appeared, but it is in use or was created at another time. It may not be yours.";

const SEVERAL: &str = "Several new secrets appeared. The program cannot tell which one is yours.";

/// Creating the secret has shortened the lifetime of the others.
const STAYS_SHORT: &str = "Deleting it does not restore the expiry of other secrets.";

impl Recovery {
    pub(super) fn draw_facts(&self, app: &Shared, canvas: &mut Canvas) {
        let (title, text) = self.summary_text(app);
        canvas.warning(&title, canvas.theme.strong);
        canvas.text(2, &text, Style::new());
        if let Origin::LostResponse(error) = &self.origin
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
            canvas.marked(canvas.theme.glyphs.dot, &waiting, canvas.theme.faint);
        }
        canvas.blank_unless_low();
        let AccountRef { project, client } = &self.account;
        canvas.labeled_id("Project ID", project.as_str(), app.lookups.project_name(project));
        canvas.labeled_id("Client ID", client.as_str(), app.lookups.account_name(client));
        if let Some(id) = self.known_id() {
            canvas.labeled("Secret ID", id.as_str());
        }
        match self.record() {
            Some(record) => canvas.labeled("Created by", record.entry.identity.as_str()),
            None => canvas.labeled("Sent", &text::date_time(self.sent_at.wall, app.zone.as_ref())),
        }
        canvas.blank_unless_low();
    }

    /// What is known about the secret, and about its value.
    fn summary_text(&self, app: &Shared) -> (String, String) {
        if self.is_in_use() {
            return ("A secret was created, and it is in use".to_owned(), self.cause());
        }
        if let Some(PendingRecord { entry, .. }) = self.record() {
            let at = text::date_time(entry.begun_at, app.zone.as_ref());
            let number = match app.records_found {
                ..=1 => String::new(),
                total => format!("{} of {total}: ", total.saturating_sub(app.pending.len())),
            };
            let (created, value) = match entry.secret_id {
                Some(_) => ("created", "It may not have been delivered."),
                None => ("may have created", "If it was created, its value is lost."),
            };
            return (format!("{number}A previous run {created} a secret on {at}."), value.to_owned());
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
        if let Some(secret) = self.found().filter(|_| self.deletion.is_some() || self.not_deleted.is_some()) {
            canvas.text(0, &identifying_line(app, secret, theme.glyphs.ellipsis), Style::new());
        }
        match (&self.deletion, &self.not_deleted) {
            (Some(prompt), _) => {
                if self.found().is_some() {
                    canvas.text(0, STAYS_SHORT, theme.faint);
                }
                prompt.draw(app, &self.label(canvas), "", canvas);
            }
            (None, Some(Deletion::Used(_))) => canvas.text(0, IN_USE, theme.strong),
            (None, Some(Deletion::Failed(error))) => canvas.text(0, &error.sentence(), theme.bad),
            _ => self.draw_search(app, canvas),
        }
        if let Some(message) = app.message {
            canvas.warning(message, theme.warning);
        }
    }

    fn label(&self, canvas: &Canvas) -> String {
        let label = |secret| text::short_label(secret, canvas.theme.glyphs.ellipsis);
        self.found().map_or_else(|| "this secret".to_owned(), label)
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
            Search::Fetching { since } => {
                return canvas.running(app.now, *since, "Reading the account's secrets");
            }
            Search::Pausing { until } => {
                let left = canvas.countdown(until.since(app.now));
                let text = format!("No new secret yet. Checking again in {left}.");
                return canvas.text(0, &text, Style::new());
            }
            Search::Done { recovered, at } => self.draw_recovered(app, recovered, *at, canvas),
        }
        if self.has_recorded_id() && !self.is_gone() {
            let text = "If you have its value, press k. Nothing changes in Atlas.";
            canvas.text(0, text, canvas.theme.faint);
        }
    }

    fn draw_recovered(&self, app: &Shared, recovered: &Recovered, at: Now, canvas: &mut Canvas) {
        let (theme, plain) = (canvas.theme, Style::new());
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
                canvas.text(0, if secrets.len() == 1 { NOT_YOURS } else { SEVERAL }, plain);
                for secret in secrets {
                    canvas.text(2, &identifying_line(app, secret, theme.glyphs.ellipsis), plain);
                }
                canvas.text(0, FIND_YOURS, theme.strong);
            }
            Recovered::Found(secret) => {
                let at = secret.created_at.map(|at| text::time_of_day(at, app.zone.as_ref()));
                let at = at.map_or_else(String::new, |at| format!(" (created {at} by Atlas's clock)"));
                let label = self.label(canvas);
                canvas.text(0, &format!("{label} appeared after the request{at}."), theme.strong);
                if !self.has_recorded_id() && self.works(app, Action::Delete) {
                    canvas.text(0, "Its value is lost: delete it with d, then create another.", plain);
                }
                canvas.text(0, STAYS_SHORT, theme.faint);
            }
        }
    }
}

fn identifying_line(app: &Shared, secret: &ExistingSecret, ellipsis: &str) -> String {
    let label = text::short_label(secret, ellipsis);
    let created = secret.created_at.map(|at| text::time_of_day(at, app.zone.as_ref()));
    let created = created.map_or_else(String::new, |at| format!(", created {at}"));
    format!("{label}{created}, {}", text::usage(secret, text::ago, app.atlas_now()))
}
