//! The recipe for this program: the same run without the form.

use crate::domain::{BaseUrl, Format, Lifetime, Session};
use crate::tui::app::{Output, Shared};
use crate::tui::screens::SubmitAction;

use super::recipe::RecipeInput;
use super::shell::word;

/// One option a line, so that it fits a narrow terminal.
pub(super) fn command(input: &RecipeInput) -> String {
    let new_secret = &input.new_secret;
    let ids = [
        format!("--project-id {}", new_secret.project),
        format!("--client-id {}", new_secret.client),
        format!("--expires-after {}", expires_after(new_secret.lifetime)),
    ];
    let lines =
        std::iter::once("atlas-secret --yes".to_owned()).chain(input.options.iter().cloned()).chain(ids);
    lines.collect::<Vec<_>>().join(" \\\n  ") + "\n"
}

/// The options of this session that decide where the request goes, as whom, and what is agreed to.
pub(super) fn options(app: &Shared) -> Vec<String> {
    let mut options = Vec::new();
    if app.session == Session::Demo {
        options.push("--demo".to_owned());
    }
    if let Some(name) = app.session.profile() {
        options.push(format!("--profile {}", word(&name.to_string())));
    }
    let base_url = app.session.base_url().map(BaseUrl::to_string);
    if let Some(base_url) = base_url.filter(|base_url| base_url != BaseUrl::CLOUD) {
        options.push(format!("--base-url {}", word(&base_url)));
    }
    // With --yes nothing asks whether the expired secret may be deleted.
    let replaces = app.flags.replace_expired || matches!(app.submit_action(), SubmitAction::ReplaceExpired);
    let flags = [
        (replaces, "--replace-expired"),
        (app.flags.verify, "--verify"),
        (app.query_flags.envelope, "--envelope"),
        (app.query_flags.pretty, "--pretty"),
    ];
    options.extend(flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| flag.to_owned()));
    if let Output::Sink(format) = app.output {
        options.push(match format {
            Format::Template(template) => format!("--template {}", word(template.text())),
            format => format!("--format {}", format.name()),
        });
    }
    options
}

/// In days where that is exact: `30d`, `36h`.
fn expires_after(lifetime: Lifetime) -> String {
    let hours = lifetime.hours();
    if hours % 24 == 0 { format!("{}d", hours / 24) } else { format!("{hours}h") }
}
