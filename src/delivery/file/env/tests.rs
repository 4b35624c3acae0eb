//! Generated files and hand-written ones; a shell and `dotenvy` read the results.

use std::process::Command;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::EnvText;
use crate::delivery::SaveFailure;
use crate::domain::ENV_VARIABLES;

const ID: &str = "MONGODB_ATLAS_CLIENT_ID";
const SECRET: &str = "MONGODB_ATLAS_CLIENT_SECRET";
const NEW: [(&str, &str); 2] = [(ENV_VARIABLES[0], "new_id"), (ENV_VARIABLES[1], "new_sk")];

fn with_values(text: &[u8], values: &[(&'static str, &str)]) -> Result<Vec<u8>, SaveFailure> {
    EnvText::parse(text).with_values(values).map(|new| new.to_vec())
}

fn updated(text: &str) -> Result<String, SaveFailure> {
    with_values(text.as_bytes(), &NEW).map(|new| String::from_utf8(new).unwrap())
}

/// In the rows below, `I` and `S` are replaced by the names of the two variables.
fn written_out(row: &str) -> String {
    row.replace("I=", &format!("{ID}="))
        .replace("I\t=", &format!("{ID}\t="))
        .replace("S=", &format!("{SECRET}="))
        .replace("S =", &format!("{SECRET} ="))
}

#[test]
fn a_comment_a_url_and_a_private_key_are_not_encrypted_lines() {
    let text = "# A=ENC[x]\nURL=https://encrypted:8080\nKEY='-----BEGIN PRIVATE KEY-----\nMII\n'\nNOTE=-----BEGIN PGP MESSAGE-----\n";
    assert!(updated(text).is_ok());
}

#[test]
fn only_the_two_values_change() {
    let rows = [
        ("", "I=new_id\nS=new_sk\n"),
        ("\u{feff}", "\u{feff}I=new_id\nS=new_sk\n"),
        ("\n", "\nI=new_id\nS=new_sk\n"),
        ("A=1\nI=a\n\nS=b\nB=2\n", "A=1\nI=new_id\n\nS=new_sk\nB=2\n"),
        ("S=b\nI=a\n", "S=new_sk\nI=new_id\n"),
        ("\u{feff}I=a\r\nS=b\r\nB=2\r\n", "\u{feff}I=new_id\r\nS=new_sk\r\nB=2\r\n"),
        // No last line break.
        ("I=a\nS=b", "I=new_id\nS=new_sk"),
        ("A=1", "A=1\nI=new_id\nS=new_sk"),
        ("A=1\r\nB=2", "A=1\r\nB=2\r\nI=new_id\r\nS=new_sk"),
        ("A=1\r\n", "A=1\r\nI=new_id\r\nS=new_sk\r\n"),
        // Quotes, export, blanks, comments.
        ("I=\"a\"\nS='b'\n", "I=\"new_id\"\nS='new_sk'\n"),
        ("export I=a\n\texport\tS='b' # why\n", "export I=new_id\n\texport\tS='new_sk' # why\n"),
        ("I= a  # c\nS = b\n", "I= new_id  # c\nS = new_sk\n"),
        ("I=\nS= # fill in\n", "I=new_id\nS=new_sk # fill in\n"),
        ("I=\r\nS=''\r\n", "I=new_id\r\nS='new_sk'\r\n"),
        ("I=a#b\nS=#c\n", "I=new_id\nS=new_sk\n"),
        ("export\t\tI\t=\ta\t# c\nexport S=b\n", "export\t\tI\t=\tnew_id\t# c\nexport S=new_sk\n"),
        ("I=\"a b\"c\nS=b'x y'\n", "I=\"new_id\"\nS=new_sk\n"),
        ("I=\"a\n b\"\nS=b\n", "I=\"new_id\"\nS=new_sk\n"),
        ("export I=\"a # b\" # c\nexport S='x#y'\n", "export I=\"new_id\" # c\nexport S='new_sk'\n"),
        ("I='a\r\n\r\nb'\r\nS=\"x\ny\nz\" # c", "I='new_id'\r\nS=\"new_sk\" # c"),
        ("\u{feff}export I=\"a\"", "\u{feff}export I=\"new_id\"\nexport S=new_sk"),
        ("I='it'\\''s'\nS=\"say \\\"x\\\"\"\n", "I='new_id'\nS=\"new_sk\"\n"),
        // All of several assignments.
        ("I=a\nS=b\nI=c\nS=\"d\"", "I=new_id\nS=new_sk\nI=new_id\nS=\"new_sk\""),
        // No assignments, although they look similar.
        ("# I=a\n#S=b\n", "# I=a\n#S=b\nI=new_id\nS=new_sk\n"),
        ("XI=a\nS=b\n", "XI=a\nS=new_sk\nI=new_id\n"),
        (
            "KEY=\"-----BEGIN\nI=a\nS=b\n-----END\"\n",
            "KEY=\"-----BEGIN\nI=a\nS=b\n-----END\"\nI=new_id\nS=new_sk\n",
        ),
        ("KEY='x\nI=a' # it's\nS=b\n", "KEY='x\nI=a' # it's\nS=new_sk\nI=new_id\n"),
        ("KEY=\"say \\\"\nI=a\n\"\nS=b\n", "KEY=\"say \\\"\nI=a\n\"\nS=new_sk\nI=new_id\n"),
        ("KEY=`\nI=a\n`\nS=b\n", "KEY=`\nI=a\n`\nS=new_sk\nI=new_id\n"),
        // An apostrophe after the variables, or closed on its line, does no harm.
        ("A=it's 'x\nI=a\nS=b\nB=it's\n", "A=it's 'x\nI=new_id\nS=new_sk\nB=it's\n"),
        // All others are exported, so these are, too.
        ("export A=1\n", "export A=1\nexport I=new_id\nexport S=new_sk\n"),
        ("export A=1\nB=2\n", "export A=1\nB=2\nI=new_id\nS=new_sk\n"),
        ("if true; then\n  I=a\nfi\n", "if true; then\n  I=new_id\nfi\nS=new_sk\n"),
    ];
    for (text, expected) in rows {
        assert_eq!(updated(&written_out(text)), Ok(written_out(expected)), "{text:?}");
    }
}

#[test]
fn an_ambiguous_file_is_left_alone() {
    let rows = [
        // A shell reads on to the next apostrophe; Docker does not.
        ("A=it's\nI=a\nB='\nS=c\n", 1),
        ("\nA=it's\nI=a\n", 2),
        ("say \"hi\nI=a\n", 1),
        ("A=1 \\\nI=a\n", 1),
        ("A=\"never closed\nI=a\n", 1),
        // The line breaks of old Macs, or a part of a value.
        ("A=1\rI=a\rS=b\r", 1),
        ("A=1\nI=a\rS=b\n", 2),
        ("A=1\nI=a\r\r\nS=b\n", 2),
        ("A=\"x\ry\"\nI=a\n", 1),
        ("I=a\nS=b\r", 2),
        // More than one plain word.
        ("A=1\nI=a b\n", 2),
        ("I=a; export I\n", 1),
        ("I=a\nS=$(pass show x)\n", 2),
        ("S=\"${OTHER}\"\n", 1),
        ("S=`pass x`\n", 1),
        ("S=\"`pass x`\"\n", 1),
        ("S=\"a\" b\n", 1),
        ("S='a\n", 1),
        ("S=# fill in\n", 1),
        ("S=a\\ b\n", 1),
        ("S=a&\n", 1),
        ("A=\"never closed\n", 1),
        ("A=1\nB='never closed\nC=2\n", 2),
        // An assignment in another form, which could override an added one.
        ("A=1\nreadonly S=a\n", 2),
        ("declare -x I=a\n", 1),
        ("set -gx MONGODB_ATLAS_CLIENT_SECRET a\n", 1),
        ("MONGODB_ATLAS_CLIENT_SECRET: a\n", 1),
        ("if true; then S=a; fi\n", 1),
        ("[ -n \"$X\" ] && I=a\n", 1),
        // Behind another variable, a reader sets it, too.
        ("S=a\nexport A=1 S=b\n", 2),
        ("A=1; export S=b\n", 1),
        ("A='x'\tI=a # c\n", 1),
        // The lines after it are the text of another file.
        ("cat <<END >other.env\nI=a\nS=b\nEND\n", 1),
        ("A=$(cat <<'END'\nS=b\nEND\n)\n", 1),
    ];
    for (text, line) in rows {
        let refused = updated(&written_out(text));
        assert!(matches!(refused, Err(SaveFailure::NotPlain(at, _)) if at == line), "{text:?}: {refused:?}");
    }
}

#[test]
fn the_reason_why_a_line_is_ambiguous_is_given() {
    let rows = [
        ("A=1\rI=a\rS=b\r", "it contains a carriage return"),
        ("A=it's\nI=a\n", "a quote is not closed"),
        ("A=1 \\\nI=a\n", "it continues on the next line"),
        ("cat <<END\nI=a\nEND\n", "it begins a here-document"),
        ("cat<<END\nI=a\nEND\n", "it begins a here-document"),
        ("readonly S=a\n", "it names one of the variables, but is not NAME=value"),
        ("S=$(pass show x)\n", "its value is not one plain word"),
    ];
    for (text, why) in rows {
        assert_eq!(updated(&written_out(text)), Err(SaveFailure::NotPlain(1, why)), "{text:?}");
    }
}

#[test]
fn a_name_that_is_only_mentioned_is_no_obstacle() {
    for text in [
        "A=1 # MONGODB_ATLAS_CLIENT_ID=x\n",
        "NAME=MONGODB_ATLAS_CLIENT_ID\n",
        "A=\"MONGODB_ATLAS_CLIENT_ID\"\n",
        "# cat <<END\nA=1\n",
        "A=1 # as in cat <<END\n",
        "A=\"x << y\"\n",
        "# MONGODB_ATLAS_CLIENT_ID: from Atlas\n",
        "A=$MONGODB_ATLAS_CLIENT_ID\n",
        "test -n \"$MONGODB_ATLAS_CLIENT_SECRET\"\n",
        "URL=\"https://${MONGODB_ATLAS_CLIENT_ID}@example.com\"\n",
        "OLD_MONGODB_ATLAS_CLIENT_ID=a\n",
    ] {
        let text = text.to_owned();
        assert!(updated(&text).is_ok_and(|new| new.starts_with(&text)), "{text:?}");
    }
}

#[test]
fn bytes_that_are_not_text_stay() {
    let new = with_values(b"A=\xff\xfe\nMONGODB_ATLAS_CLIENT_ID=\xe9\n", &NEW).unwrap();
    let expected = b"A=\xff\xfe\nMONGODB_ATLAS_CLIENT_ID=new_id\nMONGODB_ATLAS_CLIENT_SECRET=new_sk\n";
    assert_eq!(&new[..], expected);
}

/// A line in three parts: up to the value of one of the two variables, the value, and the rest.
fn line() -> impl Strategy<Value = (String, String, String)> {
    let before = prop::sample::select(vec!["", "export ", " ", "export\t"]);
    let name = prop::sample::select(vec![ID, SECRET]);
    let old = prop::sample::select(vec!["", "old", "\"old\"", "'old one'", "\"\"", "o#d"]);
    let after = prop::sample::select(vec!["", " ", " # it's \"", "\t#"]);
    let ours = (before, name, old, after).prop_map(|(before, name, old, after)| {
        (format!("{before}{name}="), old.to_owned(), after.to_owned())
    });
    let others = prop::sample::select(vec![
        "A=1",
        "",
        "# I can't",
        "export B='x y'",
        "C=\"two\nMONGODB_ATLAS_CLIENT_ID=x\nlines\"",
        "D=$HOME",
        "  ",
        "E='a'\\''b'",
        "F=größe",
        "#MONGODB_ATLAS_CLIENT_SECRET=x",
        "MONGODB_ATLAS_CLIENT_IDS=x",
    ]);
    prop_oneof![ours, others.prop_map(|text| (text.to_owned(), String::new(), String::new()))]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[a-zA-Z0-9_-]{1,12}", 1 => "[ -~]{0,8}", 1 => "[a-z 'ä\"$\\\\#=]{0,8}"]
}

fn of(pairs: &[(String, String)], name: &str) -> Vec<String> {
    pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn everything_else_stays_and_dotenvy_reads_the_new_values(
        lines in vec(line(), 0..7), line_break in prop::sample::select(vec!["\n", "\r\n"]), is_ended: bool, bom: bool,
        id in value(), secret in value(),
    ) {
        let mut text = if bom { "\u{feff}".to_owned() } else { String::new() };
        let mut kept = Vec::new();
        for (index, (before, old, after)) in lines.iter().enumerate() {
            let end = if index + 1 < lines.len() || is_ended { line_break } else { "" };
            text.extend([before.as_str(), old, after, end]);
            kept.extend([before.as_bytes().to_vec(), [after.as_bytes(), end.as_bytes()].concat()]);
        }
        let values = [(ENV_VARIABLES[0], id.as_str()), (ENV_VARIABLES[1], secret.as_str())];
        let new = with_values(text.as_bytes(), &values).unwrap();
        let mut rest = &new[..];
        for part in kept.iter().filter(|part| !part.is_empty()) {
            let at = rest.windows(part.len()).position(|window| window == part);
            prop_assert!(at.is_some(), "{:?} is gone from {:?}", part, String::from_utf8_lossy(&new));
            rest = &rest[at.unwrap() + part.len()..];
        }
        // A value that looks like a reference is not replaced.
        if let Ok(again) = with_values(&new, &values) {
            prop_assert_eq!(&new, &again, "updating twice changes nothing");
        }
        // It skips a byte order mark elsewhere, and fails for a last line that ends in a blank.
        let whole = [&new[if bom { 3 } else { 0 }..], b"\n"].concat();
        let pairs: Vec<(String, String)> = dotenvy::from_read_iter(&whole[..]).filter_map(Result::ok).collect();
        for (name, value) in values {
            let read = of(&pairs, name);
            let text = String::from_utf8_lossy(&new);
            prop_assert!(!read.is_empty() && read.iter().all(|read| read == value), "{:?}: {:?}", read, text);
        }
    }

    #[test]
    fn any_bytes_are_updated_or_refused(bytes in vec(prop::sample::select(b"AIS='\"`\\\n\r #$export\xff".to_vec()), 0..60)) {
        let named = String::from_utf8_lossy(&bytes).replace("I=", "\nMONGODB_ATLAS_CLIENT_ID=");
        if let Ok(new) = with_values(named.as_bytes(), &NEW) {
            prop_assert!(new.windows(6).any(|window| window == b"new_id"));
        }
    }
}

/// Returns the values that bash reads for both variables in each text.
#[cfg(unix)]
fn read_by_bash(texts: &[Vec<u8>]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("texts");
    std::fs::write(&path, texts.join(&0)).unwrap();
    let script = format!(
        r#"mapfile -d '' -t texts <"$1"; for text in "${{texts[@]}}"; do
        unset {ID} {SECRET}; eval "$text"; printf '%s|%s\0' "${ID}" "${SECRET}"; done"#
    );
    let output = Command::new("bash").args(["-c", &script, "bash"]).arg(&path).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout).unwrap().split_terminator('\0').map(str::to_owned).collect()
}

#[cfg(unix)]
#[test]
fn bash_reads_the_new_values_of_any_file() {
    let mut runner = TestRunner::deterministic();
    let files = (vec(line(), 0..7), value(), value());
    let (mut texts, mut expected) = (Vec::new(), Vec::new());
    for _ in 0..10_000 {
        let (lines, id, secret) = files.new_tree(&mut runner).unwrap().current();
        let lines = lines.into_iter().map(|(before, old, after)| format!("{before}{old}{after}\n"));
        let text: String = lines.collect();
        let new =
            with_values(text.as_bytes(), &[(ENV_VARIABLES[0], &id), (ENV_VARIABLES[1], &secret)]).unwrap();
        texts.push(new);
        expected.push(format!("{id}|{secret}"));
    }
    let read = read_by_bash(&texts);
    assert_eq!(read.len(), expected.len());
    for ((read, expected), text) in read.iter().zip(&expected).zip(&texts) {
        assert_eq!(read, expected, "{}", String::from_utf8_lossy(text));
    }
}

#[test]
fn a_reference_to_a_secret_manager_is_noticed() {
    for reference in [
        "op://vault/item/field",
        "\"op://Private/Atlas key/secret\"",
        "'{{ op://vault/item/field }}'",
        "vault:secret/data/atlas#secret",
        "ref+vault://secret/atlas#/secret",
        "aws-sm://atlas/prod",
        "keychain:atlas",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:atlas",
        "projects/p/secrets/s/versions/latest",
        "'${ATLAS_SECRET}'",
        "'$(pass show atlas)'",
    ] {
        for text in [format!("A=1\nS={reference}\n"), format!("I=x\nexport S = {reference} # c")] {
            assert_eq!(updated(&written_out(&text)), Err(SaveFailure::Protected(2)), "{text}");
        }
        let of_another = written_out(&format!("URL={reference}\n# S={reference}\n"));
        assert!(updated(&of_another).is_ok(), "{of_another}");
    }
    for plain in ["", "x", "changeme", "'<secret>'", "***", "mdb_sa_sk_FAKE-_", "'to do: fill in'", "\"\""] {
        assert!(updated(&written_out(&format!("S={plain}\n"))).is_ok(), "{plain}");
    }
}

#[test]
fn the_values_of_a_variable_are_without_quotes() {
    let rows: [(&str, &[&str]); 7] = [
        ("", &[]),
        ("A=1\n", &[]),
        ("ID=one\n", &["one"]),
        ("export ID='one' # first\nID=\"two\"\n", &["one", "two"]),
        ("#ID=no\nID =\tone\n", &["one"]),
        ("ID=$(id)\nID=two", &["two"]),
        ("ID=\n", &[""]),
    ];
    for (text, expected) in rows {
        assert_eq!(EnvText::parse(text.as_bytes()).values("ID"), expected, "{text:?}");
    }
}
