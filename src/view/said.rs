//! What a run without a screen says on standard error.

use jiff::tz::TimeZone;

use crate::core::Said;

use super::date_time;

/// One line, without the program's name.
pub fn said(said: &Said, zone: Option<&TimeZone>) -> String {
    match said {
        Said::Step(doing) => (*doing).to_owned(),
        Said::Shortens(secret, until) => {
            let was =
                secret.expires_at.map_or_else(|| "an unknown time".to_owned(), |at| date_time(at, zone));
            let until = date_time(*until, zone);
            format!(
                "{} expires {until} instead of {was} once the new one exists, as --yes agreed",
                secret.label()
            )
        }
        Said::Replaces(secret) => {
            format!("{} has expired and is being deleted, as --replace-expired agreed", secret.label())
        }
        Said::Words(words) => words.clone(),
    }
}
