//! Runs the shipped completion scripts in their shells.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test panics on failure, and prints why it was skipped"
)]
#![cfg(unix)]

use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::Command;

fn script(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/completions").join(name)
}

/// The output of a shell for these commands, without the user's own configuration; `None` if the shell is not
/// installed.
fn output_of(shell: &str, options: &[&str], commands: &str, script: &str) -> Option<String> {
    // fish writes to its home folder.
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(shell);
    command
        .args(options)
        .arg("-c")
        .arg(commands)
        .env("SCRIPT", self::script(script))
        .env("HOME", home.path());
    match command.output() {
        Ok(output) => {
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() && errors.is_empty(), "{shell}: {errors}");
            Some(String::from_utf8(output.stdout).unwrap())
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            println!("skipped: {shell} is not installed");
            None
        }
        Err(error) => panic!("{shell}: {error}"),
    }
}

#[test]
fn bash_completes_options_and_their_values() {
    let complete = |line: &str, current: usize| {
        let commands = format!(
            "source \"$SCRIPT\"; COMP_WORDS=({line}); COMP_CWORD={current}; \
             completer=$(complete -p atlas-secret); completer=${{completer##*-F }}; \
             ${{completer%% *}} atlas-secret \"${{COMP_WORDS[{current}]}}\" \"${{COMP_WORDS[{current}-1]}}\"; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        output_of("bash", &["--noprofile", "--norc"], &commands, "atlas-secret.bash")
    };
    let Some(options) = complete("atlas-secret --exp", 1) else { return };
    assert_eq!(options.trim(), "--expires-after");
    let formats = complete("atlas-secret --format k", 2).unwrap();
    assert_eq!(formats.trim(), "kubernetes");
}

#[test]
fn zsh_registers_the_script_for_the_program() {
    let commands = "autoload -U compinit; compinit -u -D; source \"$SCRIPT\"; \
                    print -- $_comps[atlas-secret]; whence -w _atlas-secret";
    let Some(output) = output_of("zsh", &["-f"], commands, "_atlas-secret") else { return };
    assert_eq!(output.trim(), "_atlas-secret\n_atlas-secret: function");
}

#[test]
fn fish_completes_options_and_their_values() {
    let complete = |line: &str| {
        let commands = format!("source $SCRIPT; complete -C '{line}'");
        output_of("fish", &["--no-config"], &commands, "atlas-secret.fish")
    };
    let Some(options) = complete("atlas-secret --exp") else { return };
    assert!(options.starts_with("--expires-after\t"), "{options}");
    let formats = complete("atlas-secret --format k").unwrap();
    assert_eq!(formats.split_whitespace().next(), Some("kubernetes"), "{formats}");
    // For an ID or a number, no files are offered.
    for option in ["--project-id", "--client-id", "--expires-after", "--profile", "--clear-after"] {
        assert_eq!(complete(&format!("atlas-secret {option} ")).unwrap(), "", "{option}");
    }
    assert!(complete("atlas-secret --log-file ").unwrap().contains("Cargo.toml"));
}
