//! The completion scripts that are shipped, in the shells that they are for.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops at the first surprise, and says why it was skipped"
)]
#![cfg(unix)]

use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::Command;

fn script(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/completions").join(name)
}

/// What a shell says to these commands, with nothing of the user's own loaded; nothing where there is no such
/// shell.
fn said(shell: &str, options: &[&str], commands: &str, script: &str) -> Option<String> {
    let mut command = Command::new(shell);
    command
        .args(options)
        .arg("-c")
        .arg(commands)
        .env("SCRIPT", self::script(script))
        .env("HOME", "/nonexistent");
    match command.output() {
        Ok(output) => {
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() && errors.is_empty(), "{shell}: {errors}");
            Some(String::from_utf8(output.stdout).unwrap())
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            println!("skipped: there is no {shell}");
            None
        }
        Err(error) => panic!("{shell}: {error}"),
    }
}

#[test]
fn bash_completes_options_and_their_values() {
    let complete = |words: &str, current: usize| {
        let commands = format!(
            "source \"$SCRIPT\"; COMP_WORDS=({words}); COMP_CWORD={current}; \
             completer=$(complete -p atlas-secret); completer=${{completer##*-F }}; \
             ${{completer%% *}} atlas-secret \"${{COMP_WORDS[{current}]}}\" \"${{COMP_WORDS[{current}-1]}}\"; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        said("bash", &["--noprofile", "--norc"], &commands, "atlas-secret.bash")
    };
    let Some(options) = complete("atlas-secret --exp", 1) else { return };
    assert_eq!(options.trim(), "--expires-after");
    let formats = complete("atlas-secret --format k", 2).unwrap();
    assert_eq!(formats.trim(), "kubernetes");
}

#[test]
fn zsh_takes_the_script_for_the_program() {
    let commands = "autoload -U compinit; compinit -u -D; source \"$SCRIPT\"; \
                    print -- $_comps[atlas-secret]; whence -w _atlas-secret";
    let Some(told) = said("zsh", &["-f"], commands, "_atlas-secret") else { return };
    assert_eq!(told.trim(), "_atlas-secret\n_atlas-secret: function");
}

#[test]
fn fish_completes_options_and_their_values() {
    let complete = |line: &str| {
        let commands = format!("source $SCRIPT; complete -C '{line}'");
        said("fish", &["--no-config"], &commands, "atlas-secret.fish")
    };
    let Some(options) = complete("atlas-secret --exp") else { return };
    assert!(options.starts_with("--expires-after\t"), "{options}");
    let formats = complete("atlas-secret --format k").unwrap();
    assert_eq!(formats.split_whitespace().next(), Some("kubernetes"), "{formats}");
    // Where an ID or a number stands, a file is no answer.
    for option in ["--project-id", "--client-id", "--expires-after", "--profile", "--clear-after"] {
        assert_eq!(complete(&format!("atlas-secret {option} ")).unwrap(), "", "{option}");
    }
    assert!(complete("atlas-secret --log-file ").unwrap().contains("Cargo.toml"));
}
