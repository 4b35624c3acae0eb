//! The new secret.

use std::time::Duration;

use atlas_secret::domain::{
    ClipboardContent, CommandOutcome, CommandOutput, CommandReport, CopyOutcome, CreatedSecret, EnvFile,
    Format, KnownCommand, SaveFailure, SavedFile, ServerText, TerminalRoute,
};
use atlas_secret::tui::{Event, Output};
use crossterm::event::KeyCode;

use crate::stage::{Stage, secret};

const MINUTE: Duration = Duration::from_secs(60);
const COPIED: CopyOutcome = CopyOutcome::Copied { clears_in: Some(MINUTE) };

use super::{State, state};

pub fn states() -> Vec<State> {
    let mut revealed = Stage::created();
    revealed.press(KeyCode::Char('r'));
    let mut hidden_again = Stage::created();
    hidden_again.press(KeyCode::Char('r'));
    hidden_again.wait(Duration::from_secs(30));
    let mut copying = Stage::created();
    copying.press(KeyCode::Char('c'));
    let mut long = Stage::created_as(CreatedSecret { value: "FAKE".repeat(40).into(), ..secret() });
    long.press(KeyCode::Char('r'));
    let bare = CreatedSecret { id: None, created_at: None, expires_at: None, ..secret() };
    vec![
        state("created_masked", Stage::created()),
        state("created_revealed", revealed),
        state("created_hidden_again", hidden_again),
        state("created_revealed_too_long", long),
        state("created_value_only", Stage::created_as(bare)),
        state("created_copying", copying),
        state("created_copied", copied()),
        state("created_sent_by_osc52", sent(TerminalRoute::Osc52)),
        state("created_sent_by_tmux", sent(TerminalRoute::Tmux)),
        state("created_not_copied", not_copied()),
        state("created_overwritten", overwritten()),
    ]
    .into_iter()
    .chain(copies())
    .chain(panels())
    .chain(deliveries())
    .collect()
}

fn copies() -> Vec<State> {
    let mut nineteen_later = copied();
    nineteen_later.wait(Duration::from_secs(19));
    let mut unreadable = copied();
    unreadable.wait(Duration::from_secs(1));
    let mut cleared = copied();
    cleared.wait(Duration::from_secs(1));
    let mut client_id = Stage::created();
    client_id.press(KeyCode::Char('f'));
    client_id.press(KeyCode::Down);
    client_id.press(KeyCode::Enter);
    let mut kubernetes = Stage::created();
    kubernetes.press(KeyCode::Char('f'));
    kubernetes.press(KeyCode::Up);
    kubernetes.press(KeyCode::Up);
    kubernetes.press(KeyCode::Enter);
    vec![
        state("created_copied_19_s_ago", nineteen_later),
        state("created_copied_for_good", copy(CopyOutcome::Copied { clears_in: None })),
        state("created_copied_unverified", copy(CopyOutcome::Unverified { clears_in: Some(MINUTE) })),
        state("created_copied_unreadable", checked(unreadable, ClipboardContent::Unreadable)),
        state("created_copy_cleared", checked(cleared, ClipboardContent::Cleared)),
        state("created_copied_client_id", finish_copy(client_id, COPIED)),
        state("created_copied_without_organization", finish_copy(kubernetes, COPIED)),
    ]
}

fn copy(outcome: CopyOutcome) -> Stage {
    let mut stage = Stage::created();
    stage.press(KeyCode::Char('c'));
    finish_copy(stage, outcome)
}

fn finish_copy(mut stage: Stage, outcome: CopyOutcome) -> Stage {
    stage.send(Event::CopyFinished(outcome));
    stage
}

pub fn copied() -> Stage {
    copy(COPIED)
}

pub fn sent(route: TerminalRoute) -> Stage {
    copy(CopyOutcome::Sent(route))
}

fn not_copied() -> Stage {
    let reasons = [
        "There is no display to copy to: neither WAYLAND_DISPLAY nor DISPLAY is set.",
        "tmux could not take it: no server is running at the socket that TMUX names.",
    ];
    copy(CopyOutcome::Failed { reasons: reasons.map(ServerText::new).into() })
}

/// Copied and then overwritten. Leaving notices it, and the user goes back.
fn overwritten() -> Stage {
    let mut stage = found_overwritten();
    stage.press(KeyCode::Esc);
    stage
}

fn found_overwritten() -> Stage {
    let mut stage = copied();
    stage.press(KeyCode::Char('q'));
    checked(stage, ClipboardContent::Overwritten)
}

pub fn checked(mut stage: Stage, content: ClipboardContent) -> Stage {
    stage.send(Event::ClipboardChecked(content));
    stage
}

fn panels() -> Vec<State> {
    let open = |key, text: &str| {
        let mut stage = Stage::created();
        stage.press(KeyCode::Char(key));
        stage.type_in(text);
        stage
    };
    let mut kubernetes = open('f', "");
    kubernetes.press(KeyCode::Up);
    kubernetes.press(KeyCode::Up);
    let mut exists = open('s', "~/prod.env");
    exists.press(KeyCode::Enter);

    exists.saved(Err(SaveFailure::Exists));
    let asks = |is_open, link_to: Option<&str>| {
        let mut stage = open('s', "~/shop/.env");
        stage.press(KeyCode::Enter);
        let link_to = link_to.map(ServerText::new);
        stage.saved(Err(SaveFailure::CanUpdate(EnvFile { is_open, link_to, ..EnvFile::default() })));
        stage
    };
    let mut of_other = open('s', "~/shop/.env");
    of_other.press(KeyCode::Enter);
    of_other.saved(Err(SaveFailure::CanUpdate(EnvFile { other_owner: Some(1001), ..EnvFile::default() })));
    let mut not_plain = asks(false, None);
    not_plain.press(KeyCode::Char('y'));
    not_plain.file_updated(Err(SaveFailure::NotPlain(3)));
    let mut ended = open('p', "pass insert -m atlas/ci");
    ended.press(KeyCode::Enter);

    let output =
        printed(&["mkdir: created directory", "Error: the password store is empty. Try \"pass init\"."], 12);
    let last_line = ServerText::new("Error: the password store is empty. Try \"pass init\".");
    ended.command_reported(CommandReport { outcome: CommandOutcome::Exited { code: 1, last_line }, output });
    let mut help = open('p', "");
    help.press(KeyCode::F(1));
    vec![
        state("panel_formats", open('f', "")),
        state("panel_formats_without_organization", kubernetes),
        state("panel_save", open('s', "")),
        state("panel_save_env", open('s', "~/prod.env")),
        state("panel_save_exists", exists),
        state("panel_save_update", asks(false, None)),
        state("panel_save_update_of_another_user", of_other),
        state("panel_save_update_open_link", asks(true, Some("/home/admin/config/shop.env"))),
        state("panel_save_not_plain", not_plain),
        state("panel_pipe", open('p', "")),
        state("panel_pipe_known", known(&[])),
        state("panel_pipe_filtered", known(&[KeyCode::Char('k'), KeyCode::Char('s'), KeyCode::Down])),
        state("panel_pipe_taken", known(&[KeyCode::Down, KeyCode::Down, KeyCode::Tab])),
        state("panel_pipe_last", known(&[KeyCode::Up])),
        state("panel_pipe_failed", ended),
        state("panel_pipe_help", help),
    ]
}

fn printed(lines: &[&str], left_out: usize) -> CommandOutput {
    CommandOutput {
        had_secret: false,
        lines: lines.iter().map(|line| ServerText::new(line)).collect(),
        left_out,
    }
}

/// The prompt for a command, with suggestions.
fn known(keys: &[KeyCode]) -> Stage {
    let known = |(name, line, format): (&str, &str, Format)| KnownCommand {
        name: ServerText::new(name),
        line: line.to_owned(),
        format,
    };
    let mut stage = Stage::created();
    stage.app.shared.sinks = vec![known(("production", "sh -c 'ssh vault.internal keep'", Format::Json))];
    stage.press(KeyCode::Char('p'));
    let presets = [
        ("password store", "pass insert -m atlas/{client_id}", Format::Secret),
        ("GitHub", "gh secret set MONGODB_ATLAS_CLIENT_SECRET", Format::Secret),
        ("GitLab", "glab variable set MONGODB_ATLAS_CLIENT_SECRET --masked", Format::Secret),
        ("Kubernetes", "kubectl apply --server-side -f -", Format::Kubernetes),
        ("Google Cloud", "gcloud secrets versions add atlas --data-file=-", Format::Secret),
        ("Vault", "vault kv put -mount=secret atlas client_id={client_id} client_secret=-", Format::Secret),
    ];
    stage.send(Event::PresetsFound(presets.map(known).to_vec()));
    for key in keys {
        stage.press(*key);
    }
    stage
}

/// A secret that was saved, copied and piped.
pub fn saved_copied_and_piped(mut stage: Stage) -> Stage {
    stage.press(KeyCode::Char('s'));
    stage.type_in("x");
    stage.press(KeyCode::Enter);
    let path = ServerText::new("/home/admin/secrets/prod.env");
    stage.saved(Ok(SavedFile { path, format: Format::Env }));
    stage.press(KeyCode::Char('c'));
    let mut stage = finish_copy(stage, COPIED);
    stage.press(KeyCode::Char('p'));
    stage.type_in("pass insert -m atlas/ci");
    stage.press(KeyCode::Enter);

    stage.command_reported(CommandReport {
        outcome: CommandOutcome::Succeeded,
        output: printed(&["Enter contents of atlas/ci and press Ctrl+D when finished:"], 0),
    });
    stage
}

fn deliveries() -> Vec<State> {
    let both = saved_copied_and_piped(Stage::created());
    let mut sink = Stage::created();
    sink.app.shared.output = Output::Sink(Format::Secret);
    let mut broken = Stage::created();
    broken.app.shared.output = Output::Sink(Format::Secret);
    broken.press(KeyCode::Char('q'));

    broken.send(Event::Printed(Err("No space left for standard output.".to_owned())));
    vec![
        state("created_saved_copied_and_piped", both),
        state("created_for_stdout", sink),
        state("created_not_printed", broken),
    ]
}
