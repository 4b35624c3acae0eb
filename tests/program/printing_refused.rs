//! Standard outputs that would lose the secret or show it to others: an error before any request.

use std::fs;

use crate::atlas::Atlas;
use crate::printing::shell_line;
use crate::program::contains;
use crate::support::terminal::key;

#[test]
fn an_output_that_would_lose_or_show_the_secret_is_an_error() {
    let rows = [
        ("run >&-", "Standard output is closed or /dev/null"),
        ("run >/dev/null", "Standard output is closed or /dev/null"),
        ("umask 022; run >got", "Other users can read the file that standard output goes to"),
        ("touch got; chmod 640 got; run >>got", "Other users can read the file"),
        ("umask 077; echo longer >old; run 1<>old", "begins in the middle of a file"),
        ("umask 077; ulimit -f 0; \"$BINARY\" >got", "The limit on the size of files"),
        (
            "umask 077; head -c 1000 /dev/zero >old; ulimit -f 1; \"$BINARY\" >>old",
            "The limit on the size of files",
        ),
        ("touch got; run 1<got", "Standard output cannot be written to."),
        ("run >/dev/zero", "Standard output is a device"),
        ("run >/dev/urandom", "Standard output is a device"),
        ("run --yes --format env >/dev/zero", "Standard output is a device"),
        ("mkfifo -m 644 fifo; exec 3<>fifo; run >fifo", "Other users can read the named pipe"),
        ("mkfifo -m 600 fifo; exec 3<>fifo 4>fifo 3<&-; run >&4", "No program reads standard output anymore"),
        ("run --format env", "--format: standard output is a terminal"),
        ("run --yes >/dev/null --format env", "Standard output is closed or /dev/null"),
        ("umask 077; run --format client-id >got", "invalid value 'client-id'"),
        ("umask 077; run --yes --format client-id >got", "invalid value 'client-id'"),
        (
            "umask 077; run >got 2>&1; code=$?; cat got; rm got; exit $code",
            "go to the same place, such as a log.",
        ),
        ("run --yes --format env 2>&1 | cat", "go to the same place, such as a log."),
        ("run --yes | cat", "With --yes and redirected output, add --format"),
    ];
    for (line, reason) in rows {
        let atlas = Atlas::start();
        let mut terminal = shell_line(&atlas, &format!("set -o pipefail; {line}")).start();
        assert_eq!(terminal.wait_exit().code(), Some(2), "{line}");
        // A long sentence is wrapped.
        let screen = terminal.screen().replace('\n', "");
        assert!(screen.contains(reason), "{line}: {screen}");
        assert!(!contains(&terminal.output(), "\x1b[?1049h"), "{line}: there was no screen");
        assert_eq!(atlas.requests(), Vec::<String>::new(), "{line}");
        let got = fs::read(terminal.home().join("got"));
        assert!(got.is_err() || got.is_ok_and(|bytes| bytes.is_empty()), "{line}");
    }
}

#[test]
fn quitting_without_a_secret_exits_with_1_if_output_is_redirected() {
    let atlas = Atlas::start();
    let mut terminal = shell_line(&atlas, "secret=$(run); code=$?; echo \"<$secret>\"; exit $code")
        .start_showing("[ Create secret ]");
    terminal.leave(key::CTRL_C, 1);
    let screen = "atlas-secret: Nothing was created. Standard output is empty.\n<>";
    assert_eq!(terminal.screen().trim(), screen);
    assert_eq!(atlas.creates(), 0);
}
