//! Ten thousand generated command lines: a shell splits them in the same way, and no value becomes a second word.

use proptest::collection::vec;
use proptest::prelude::*;

use super::tests::{HOME, words};
use super::*;
use crate::delivery::fixtures::payload;

/// Pieces that a shell and this program read alike.
const PIECES: [&str; 29] = [
    "'", "'", "\"", "\"", "\\", " ", " ", "\t", "#", "/", "a", "b", "ä", "=", "{", "}", "5", "!", "*", "?",
    "[a]", "%", "^", "'a b'", "\"c d\"", "|", ";", "\\\"", "\\'",
];

/// A command line, or almost one.
fn line() -> impl Strategy<Value = String> {
    vec(prop::sample::select(&PIECES[..]), 0..12).prop_map(|pieces| format!("cmd {}", pieces.concat()))
}

/// Returns the words that bash in POSIX mode makes of each line, without matching file names; `None` for an invalid
/// command.
fn read_by_a_shell(lines: &[String]) -> Vec<Option<Vec<String>>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines");
    std::fs::write(&path, lines.join("\0")).unwrap();
    let script = r#"set -o posix; set -f; mapfile -d '' -t lines <"$1"
        for line in "${lines[@]}"; do
        if command eval "set -- $line" 2>/dev/null; then printf '%s\1' "$@"; else printf '\2'; fi; printf '\0'; done"#;
    let mut command = std::process::Command::new("bash");
    let output = command.args(["-c", script, "bash"]).arg(&path).env("HOME", HOME).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let words = |line: &str| {
        (!line.contains('\u{2}')).then(|| line.split_terminator('\u{1}').map(str::to_owned).collect())
    };
    text.split_terminator('\0').map(words).collect()
}

#[test]
fn a_shell_splits_every_accepted_line_in_the_same_way() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let lines = line();
    let lines = (0..40_000).map(|_| lines.new_tree(&mut runner).unwrap().current());
    let accepted: Vec<(String, Vec<String>)> =
        lines.filter_map(|line| Some((line.clone(), words(&line).ok()?))).collect();
    assert!(accepted.len() >= 10_000, "only {} lines are taken", accepted.len());
    let lines: Vec<String> = accepted.iter().map(|(line, _)| line.clone()).collect();
    let read = read_by_a_shell(&lines);
    assert_eq!(read.len(), accepted.len(), "{:?}", lines.get(read.len()));
    for ((line, ours), shells) in accepted.iter().zip(read) {
        assert_eq!(Some(ours), shells.as_ref(), "{line}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn quoted_words_are_unchanged(parts in vec(any::<String>(), 1..5)) {
        // Braces are for placeholders, even inside quotes.
        let parts: Vec<String> = parts.into_iter().map(|part| part.replace(['{', '~', '\0'], "")).collect();
        prop_assume!(!parts[0].is_empty());
        let line = shell_words::join(&parts);
        prop_assert_eq!(words(&line), Ok(parts), "{}", line);
    }

    #[test]
    fn a_placeholder_is_one_word_with_its_value_and_an_unknown_one_is_refused(
        name in prop_oneof![
            prop::sample::select(vec!["project_id", "client_id", "secret_id", "expires_at", "secret"]).prop_map(str::to_owned),
            "[a-z_]{1,12}",
        ],
        before in "[a-z/=:{]{0,5}", after in "[a-z}/=:]{0,5}", quote in prop::sample::select(vec!["", "'", "\""]),
    ) {
        let line = format!("cmd {quote}{before}{{{name}}}{after}{quote} end");
        let payload = payload();
        let value = Placeholder::named(&name).filter(|known| *known != Placeholder::Secret);
        if let Some(value) = value.and_then(|known| Some(known.value(&payload)?.into_owned())) {
            let expected = ["cmd".to_owned(), format!("{before}{value}{after}"), "end".to_owned()];
            prop_assert_eq!(words(&line), Ok(expected.to_vec()), "{}", line);
            prop_assert!(check_line(&line).is_ok());
        } else {
            let unknown = CommandOutcome::UnknownPlaceholder(ServerText::new(&format!("{{{name}}}")));
            prop_assert_eq!(words(&line), Err(unknown.clone()), "{}", line);
            prop_assert_eq!(check_line(&line), Err(unknown));
        }
    }
}
