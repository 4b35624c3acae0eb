//! The new secret.

use std::time::Duration;

use atlas_secret::delivery::{
    ClipboardContent, CommandOutcome, CommandOutput, CopyOutcome, EnvFile, KnownCommand, SaveFailure,
    TerminalRoute,
};
use atlas_secret::domain::{CreatedSecret, Format, ServerText};
use atlas_secret::tui::Event;

use crate::stage::{Stage, secret};

use super::{State, state};

const MINUTE: Duration = Duration::from_secs(60);
const COPIED: CopyOutcome = CopyOutcome::Copied { is_verified: true, clears_in: Some(MINUTE) };

pub fn states() -> Vec<State> {
    let long = CreatedSecret { value: "FAKE".repeat(40).into(), ..secret() };
    let bare = CreatedSecret { id: None, created_at: None, expires_at: None, ..secret() };
    let to_sink = || Stage::created().with_output(Format::Secret);
    let full = "No space left for standard output.".to_owned();
    let mut states = vec![
        state("created_masked", Stage::created()),
        state("created_revealed", Stage::created().after("r")),
        state(
            "created_hidden_again",
            Stage::created().then(|stage| stage.keys("r").wait(Duration::from_secs(30))),
        ),
        state("created_revealed_too_long", Stage::created_as(long).after("r")),
        state("created_value_only", Stage::created_as(bare)),
        state("created_saved_copied_and_run", Stage::created().then(save_copy_and_run)),
        state("created_for_stdout", to_sink()),
        state("created_not_printed", to_sink().then(|stage| stage.keys("q").printed(Err(full)))),
    ];
    states.extend(copies());
    states.extend(prompts());
    states
}

fn copies() -> Vec<State> {
    let reasons = [
        "There is no display to copy to: neither WAYLAND_DISPLAY nor DISPLAY is set.",
        "tmux could not take it: no server is running at the socket that TMUX names.",
    ];
    let not_copied = CopyOutcome::Failed { reasons: reasons.map(ServerText::new).into() };
    let later = |seconds| copied().then(|stage| stage.wait(Duration::from_secs(seconds)));
    let copied_as = |keys| Stage::created().then(|stage| stage.keys(keys).copied(COPIED));
    vec![
        state("created_copying", Stage::created().after("c")),
        state("created_copied", copied()),
        state("created_sent_by_osc52", copy(CopyOutcome::Sent(TerminalRoute::Osc52))),
        state("created_sent_by_tmux", copy(CopyOutcome::Sent(TerminalRoute::Tmux))),
        state("created_not_copied", copy(not_copied)),
        // Leaving notices it, and the user goes back.
        state(
            "created_overwritten",
            copied().then(|stage| stage.keys("q").clipboard(ClipboardContent::Overwritten).keys("esc")),
        ),
        state("created_copied_19_s_ago", later(19)),
        state("created_copied_for_good", copy(CopyOutcome::Copied { is_verified: true, clears_in: None })),
        state(
            "created_copied_unverified",
            copy(CopyOutcome::Copied { is_verified: false, clears_in: Some(MINUTE) }),
        ),
        state(
            "created_copied_unreadable",
            later(1).then(|stage| stage.clipboard(ClipboardContent::Unreadable)),
        ),
        state("created_copy_cleared", later(1).then(|stage| stage.clipboard(ClipboardContent::Cleared))),
        state("created_copied_client_id", copied_as("f down enter")),
        state("created_copied_without_organization", copied_as("f up up enter")),
    ]
}

pub fn copy(outcome: CopyOutcome) -> Stage {
    Stage::created().then(|stage| stage.keys("c").copied(outcome))
}

pub fn copied() -> Stage {
    copy(COPIED)
}

fn prompts() -> Vec<State> {
    let typed = |key, text: &str| Stage::created().then(|stage| stage.keys(key).type_in(text));
    let saved = |path: &str, failure| typed("s", path).then(|stage| stage.keys("enter").saved(Err(failure)));
    let update = |file| saved("~/shop/.env", SaveFailure::CanUpdate(file));
    let of_other = EnvFile { other_owner: Some(1001), ..EnvFile::default() };
    let link_to = Some(ServerText::new("/home/admin/config/shop.env"));
    let open_link = EnvFile { is_open: true, link_to, ..EnvFile::default() };
    let lines = ["mkdir: created directory", "Error: the password store is empty. Try \"pass init\"."];
    let exited = CommandOutcome::Exited(1);
    let output = printed(&lines, 12);
    vec![
        state("prompt_formats", Stage::created().after("f")),
        state("prompt_formats_without_organization", Stage::created().after("f up up")),
        state("prompt_save", Stage::created().after("s")),
        state("prompt_save_env", typed("s", "~/prod.env")),
        state("prompt_save_in_background", typed("s", "/slow/prod.env").after("enter <ctrl-c> n")),
        state("prompt_save_exists", saved("~/prod.env", SaveFailure::Exists)),
        state("prompt_save_update", update(EnvFile::default())),
        state("prompt_save_update_of_another_user", update(of_other)),
        state("prompt_save_update_open_link", update(open_link)),
        state(
            "prompt_save_not_plain",
            update(EnvFile::default()).then(|stage| {
                stage.keys("y").file_updated(Err(SaveFailure::NotPlain(3, "a quote is not closed")))
            }),
        ),
        state("prompt_run", Stage::created().after("p")),
        state("prompt_run_known", with_suggestions()),
        state("prompt_run_filtered", with_suggestions().after("k s down")),
        state("prompt_run_taken", with_suggestions().after("down down tab")),
        state("prompt_run_last", with_suggestions().after("up")),
        state(
            "prompt_run_failed",
            typed("p", "pass insert -m atlas/ci")
                .then(|stage| stage.keys("enter").command_reported(exited, output)),
        ),
        state("prompt_run_help", Stage::created().after("p f1")),
    ]
}

fn printed(lines: &[&str], left_out: usize) -> CommandOutput {
    let lines = lines.iter().map(|line| ServerText::new(line)).collect();
    CommandOutput { had_secret: false, lines, left_out }
}

/// The prompt for a command, with suggestions.
fn with_suggestions() -> Stage {
    let known = |(name, line, format): (&str, &str, Format)| KnownCommand {
        name: ServerText::new(name),
        line: line.to_owned(),
        format,
    };
    let presets = [
        ("password store", "pass insert -m atlas/{client_id}", Format::Secret),
        ("GitHub", "gh secret set MONGODB_ATLAS_CLIENT_SECRET", Format::Secret),
        ("GitLab", "glab variable set MONGODB_ATLAS_CLIENT_SECRET --masked", Format::Secret),
        ("Kubernetes", "kubectl apply --server-side -f -", Format::Kubernetes),
        ("Google Cloud", "gcloud secrets versions add atlas --data-file=-", Format::Secret),
        ("Vault", "vault kv put -mount=secret atlas client_id={client_id} client_secret=-", Format::Secret),
    ];
    let mut stage = Stage::created();
    stage.app.shared.sinks = vec![known(("production", "sh -c 'ssh vault.internal keep'", Format::Json))];
    stage.then(|stage| stage.keys("p").event(Event::PresetsFound(presets.map(known).to_vec())))
}

/// Saves, copies and pipes the secret.
pub fn save_copy_and_run(stage: &mut Stage) -> &mut Stage {
    stage.keys("s x enter").saved(Ok("/home/admin/secrets/prod.env"));
    stage.keys("c").copied(COPIED).keys("p").type_in("pass insert -m atlas/ci").keys("enter");
    let output = printed(&["Enter contents of atlas/ci and press Ctrl+D when finished:"], 0);
    stage.command_reported(CommandOutcome::Succeeded, output)
}
