use std::fs;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

type Loaded = Result<Option<SettingsFile>, String>;

fn load(bytes: &[u8]) -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, bytes).unwrap();
    let shown = path.to_string_lossy().into_owned();
    SettingsFile::load(&path).map_err(|error| error.replace(&shown, "FILE"))
}

#[test]
fn every_setting_is_read() {
    let text = "# a comment\r\nexpires_after = \"30d\"\r\nclear_after = 0\r\nclipboard = 'osc52'\r\ntemplate = '{secret}'\r\n\
        [[sink]]\r\nname = 'pass'\r\ncommand = ' pass insert -m atlas/{client_id} '\r\n\
        [[sink]]\r\nname = 'cluster'\r\ncommand = 'kubectl apply -f -'\r\nformat = 'kubernetes'\r\n\
        [[sink]]\r\nname = 'own'\r\ncommand = 'a'\r\ntemplate = '{secret}'\r\n";
    let sink = |name, line: &str, format| KnownCommand {
        name: ServerText::new(name),
        line: line.to_owned(),
        format,
    };
    let expected = SettingsFile {
        expires_after: Some("30d".to_owned()),
        clear_after: Some(0),
        clipboard: Some(Preference::Osc52),
        template: Some(Template::parse("{secret}").unwrap()),
        sinks: vec![
            sink("pass", "pass insert -m atlas/{client_id}", Format::Secret),
            sink("cluster", "kubectl apply -f -", Format::Kubernetes),
            sink("own", "a", Format::Template(Template::parse("{secret}").unwrap())),
        ],
    };
    assert_eq!(load(text.as_bytes()), Ok(Some(expected.clone())));
    assert_eq!(load(format!("\u{feff}{}", text.replace('\r', "")).as_bytes()), Ok(Some(expected)));
}

#[test]
fn a_lifetime_is_text_or_hours() {
    let rows = [
        ("720", "720"),
        ("0x20", "32"),
        ("'36h'", "36h"),
        ("' 12w '", "12w"),
        ("'90 days'", "90 days"),
        ("'2999-03-01'", "2999-03-01"),
        ("2999-03-01", "2999-03-01"),
        ("2999-03-01 14:00:00", "2999-03-01T14:00:00"),
        ("'2999-03-01 14:00'", "2999-03-01 14:00"),
    ];
    for (value, expected) in rows {
        let file = load(format!("expires_after = {value}").as_bytes()).unwrap().unwrap();
        assert_eq!(file.expires_after.as_deref(), Some(expected), "{value}");
    }
}

#[test]
fn a_missing_or_empty_file_sets_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for path in ["config.toml", "no/folder/config.toml"] {
        assert_eq!(SettingsFile::load(&folder.path().join(path)), Ok(None));
    }
    for empty in ["", "\n", "# nothing", "\u{feff}"] {
        assert_eq!(load(empty.as_bytes()), Ok(Some(SettingsFile::default())), "{empty:?}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn errors_name_the_line_and_the_key() {
    let sink = |rest: &str| format!("[[sink]]\nname = 'a'\n{rest}");
    let clear_after = "clear_after: must be a number of seconds, 0 to 43200 (12 hours)";
    let rows: [(String, &str); 46] = [
        (
            "a = 1".into(),
            "line 1: a: unknown setting, use expires_after, clear_after, clipboard, template, [[sink]]",
        ),
        (
            "\n\n[profile]\n".into(),
            "line 3: profile: unknown setting, use expires_after, clear_after, clipboard, template, [[sink]]",
        ),
        ("clear_afer = 1".into(), "line 1: clear_afer: unknown setting, did you mean clear_after?"),
        ("Clipboard = 'auto'".into(), "line 1: Clipboard: unknown setting, did you mean clipboard?"),
        (
            "expires-after = '30d'".into(),
            "line 1: expires-after: unknown setting, did you mean expires_after?",
        ),
        ("tempalte = '{secret}'".into(), "line 1: tempalte: unknown setting, did you mean template?"),
        ("\n[[sinks]]\nname = 'a'".into(), "line 2: sinks: unknown setting, did you mean [[sink]]?"),
        (sink("comand = 'b'"), "line 3: comand: unknown setting, did you mean command?"),
        (sink("format = []\ncommand = 'b'"), "line 3: format: must be text in quotes, such as \"json\""),
        (sink("command = ['pass']"), "line 3: command: must be text in quotes, such as \"pass insert"),
        (sink("command = ' '"), "line 3: command: there is no program in it"),
        ("expires_after = 'soon'".into(), "line 1: expires_after: soon: use 36h, 30d, 12w, 1y or a date"),
        ("expires_after = 2020-03-01".into(), "line 1: expires_after: 2020-03-01: this is in the past"),
        ("expires_after = 0".into(), "line 1: expires_after: 0: too short: use 8 hours to 365 days"),
        ("expires_after = -5".into(), "line 1: expires_after: -5: too short: use 8 hours to 365 days"),
        (
            "expires_after = 9999999999".into(),
            "line 1: expires_after: 9999999999: too long: use 8 hours to 365 days",
        ),
        (
            "expires_after = 1.5".into(),
            "line 1: expires_after: must be a time such as \"30d\", or a number of hours",
        ),
        ("\nclear_after = 43201".into(), &format!("line 2: {clear_after}")),
        ("clear_after = -1".into(), &format!("line 1: {clear_after}")),
        ("clear_after = '60'".into(), &format!("line 1: {clear_after}")),
        ("clipboard = true".into(), "line 1: clipboard: must be text in quotes, such as \"auto\""),
        (
            "clipboard = 'x11'".into(),
            "line 1: clipboard: unknown method x11: use auto, native, tmux, osc52 or off",
        ),
        (
            "clipboard = 'Auto'".into(),
            "line 1: clipboard: unknown method Auto: use auto, native, tmux, osc52 or off",
        ),
        ("clear_after = 1\nclear_after = 2".into(), "line 2: it is not valid TOML: duplicate key"),
        ("\nclipboard = 'auto".into(), "line 2: it is not valid TOML: "),
        (
            "[sink]\nname = 'a'".into(),
            "line 1: sink: write [[sink]], in two pairs of brackets, above each of your commands",
        ),
        ("sink = [1]".into(), "line 1: sink: must be a table with a name and a command"),
        ("template = 1".into(), "line 1: template: must be text in quotes, such as \"{client_id}:{secret}\""),
        (
            "template = '{client_id}'".into(),
            "line 1: template: {secret} is missing, so the secret would not be delivered",
        ),
        (sink("command = 'b'\ntemplate = '{a}'"), "line 4: template: unknown placeholder {a}: use {secret}"),
        (
            sink("command = 'b'\nformat = 'env'\ntemplate = '{secret}'"),
            "line 5: template: use format or template, not both",
        ),
        (sink(""), "line 1: sink: command is missing"),
        ("\n[[sink]]\ncommand = 'a'".into(), "line 2: sink: name is missing"),
        (sink("command = 'b'\n[[sink]]\nname = 'a'\ncommand = 'c'"), "line 4: sink: two sinks are called a"),
        (
            sink("command = 'b'\nargs = []"),
            "line 4: args: unknown setting, use name, command, format, template",
        ),
        (
            sink("command = 'b'\nformat = 'yaml'"),
            "line 4: format: unknown format yaml: use secret, env, json, kubernetes, aws, terraform, mcp",
        ),
        (
            sink("command = 'b'\nformat = 'client-id'"),
            "line 4: format: unknown format client-id: use secret,",
        ),
        (
            sink("command = 'b {project}'"),
            "line 3: command: unknown placeholder {project}: use {project_id}, {client_id}, {secret_id} or {expires_at}",
        ),
        (
            sink("command = 'b {secret}'"),
            "line 3: command: {secret} cannot be an argument, which other users can see: the command reads it from standard input",
        ),
        (sink("command = ''"), "line 3: command: there is no program in it"),
        (
            sink("command = 'b | c'"),
            "line 3: command: there is no shell, so | has no meaning; quote it, or use sh -c '...'",
        ),
        (sink("command = \"b 'c\""), "line 3: command: a quote is not closed"),
        (sink("command = \"b\\nc\""), "line 3: command: must be one line without control characters"),
        (sink("command = \"b\\u200Bc\""), "line 3: command: must be one line without control characters"),
        (
            sink(&format!("command = '{}'", "b".repeat(1025))),
            "line 3: command: is longer than 1024 characters: put it in a script",
        ),
        ("[[sink]]\nname = \"\\u0007\"".into(), "line 2: name: is empty"),
    ];
    for (text, expected) in rows {
        let error = load(text.as_bytes()).unwrap_err();
        let expected = format!("FILE has an error on {expected}");
        assert!(error.starts_with(&expected), "{text:?}\n{error}\n{expected}");
    }
}

#[test]
fn a_secret_is_refused_and_not_repeated() {
    let why = "it contains a service account's secret, which does not belong in this file: remove it";
    for (text, line) in [
        ("# mdb_sa_sk_FAKEfake", 1),
        ("\nclient_secret = 'mdb_sa_sk_FAKEfake'", 2),
        ("\n\nmdb_sa_sk_FAKEfake = ", 3),
    ] {
        let error = load(text.as_bytes()).unwrap_err();
        assert_eq!(error, format!("FILE has an error on line {line}: {why}"));
    }
}

#[test]
fn anything_but_a_text_file_is_refused() {
    assert_eq!(load(b"\n# \xff"), Err("FILE is not UTF-8 text (line 2): save it as UTF-8".to_owned()));
    let folder = tempfile::tempdir().unwrap();
    let error = SettingsFile::load(folder.path()).unwrap_err();
    assert!(error.ends_with("is a directory, not a file"), "{error}");
    for length in [1024 * 1024 + 1, 10 * 1024 * 1024] {
        let error = load(&b"#".repeat(length)).unwrap_err();
        assert_eq!(error, "FILE is larger than 1 MiB: it is not a configuration file");
    }
    #[cfg(unix)]
    {
        let pipe = folder.path().join("config.toml");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [pipe.as_path(), Path::new("/dev/zero")] {
            let error = SettingsFile::load(path).unwrap_err();
            assert_eq!(error, format!("{} is not a regular file", path.display()));
        }
    }
}

/// A file, or almost one; the secret in it is a fake.
fn any_file() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "expires_after",
        "clear_after",
        "clipboard",
        "template",
        "sink",
        "name",
        "command",
        "format",
        "Template",
        "profile",
        "\"template\"",
        "sink.name",
        "'a b'",
    ]);
    let value = prop_oneof![
        6 => prop::sample::select(vec![
            "'30d'", "720", "0x1F", "-1", "99999999999999999999", "1.5", "true", "2027-03-01", "'2027-03-01'", "'auto'", "'x'",
            "'{secret}'", "'{{'", "'a {client_id}'", "'cat | tee'", "'json'", "'client-id'", "[]", "{ name = 'a', command = 'b' }",
            "[{ name = 'a', command = 'b' }]", "''", "\"\\u0007\"", "'mdb_sa_sk_FAKEfake'",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,8}",
    ];
    let line = prop_oneof![
        6 => (key, value).prop_map(|(key, value)| format!("{key} = {value}")),
        3 => prop::sample::select(vec!["[[sink]]", "[sink]", "[[sink]]\nname = 'n'\ncommand = 'c'", "[other]", "# c", ""])
            .prop_map(str::to_owned),
        1 => "\\PC{0,12}",
    ];
    vec(line, 0..5).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_in_an_accepted_file_is_ignored(text in any_file(), bytes in vec(any::<u8>(), 0..40)) {
        let _ = load(&bytes);
        let file = match load(text.as_bytes()) {
            Ok(file) => file.unwrap(),
            Err(message) => {
                prop_assert!(!message.contains("FAKE") && message.contains("FILE"), "{}", message);
                return Ok(());
            }
        };
        let table: toml::Table = text.parse().unwrap();
        for key in table.keys() {
            let is_read = match key.as_str() {
                "expires_after" => file.expires_after.is_some(),
                "clear_after" => file.clear_after.is_some(),
                "clipboard" => file.clipboard.is_some(),
                "template" => file.template.is_some(),
                "sink" => true,
                _ => false,
            };
            prop_assert!(is_read, "{} in {}", key, text);
        }
        let sinks = table.get("sink").map_or(&[][..], |sinks| sinks.as_array().unwrap());
        prop_assert_eq!(file.sinks.len(), sinks.len());
        for (sink, read) in sinks.iter().zip(&file.sinks) {
            let sink = sink.as_table().unwrap();
            prop_assert!(sink.keys().all(|key| ["name", "command", "format", "template"].contains(&key.as_str())));
            prop_assert_eq!(Some(read.line.as_str()), sink["command"].as_str().map(str::trim));
        }
    }
}

#[cfg(unix)]
#[test]
fn commands_in_a_file_that_another_user_can_change_are_refused() {
    use std::os::unix::fs::{PermissionsExt, chown};

    let ours = rustix::process::geteuid().as_raw();
    let sink = "[[sink]]\nname = 'a'\ncommand = 'a'\n";
    let (every_user, group) =
        ("every user can change it: run chmod o-w on it", "its group can change it: run chmod g-w on it");
    let another = "it belongs to another user: copy it to a file of your own";
    let rows = [
        (0o666, (ours, ours), sink, Some(every_user)),
        (0o602, (ours, ours), sink, Some(every_user)),
        (0o664, (ours, ours + 1), sink, Some(group)),
        (0o620, (ours, ours + 1), sink, Some(group)),
        (0o664, (ours, ours), sink, None),
        (0o644, (ours, ours + 1), sink, None),
        (0o600, (ours, ours), sink, None),
        (0o644, (ours + 1, ours), sink, Some(another)),
        (0o666, (ours, ours), "clear_after = 1", None),
    ];
    for (mode, (user, group), text, expected) in rows {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        // Only root can give a file away.
        if chown(&path, Some(user), Some(group)).is_err() {
            continue;
        }
        let error = SettingsFile::load(&path).err();
        let expected = expected.map(|why| format!("{} has commands ([[sink]]), and {why}", path.display()));
        assert_eq!(error, expected, "{mode:o} {user} {group} {text}");
    }
}
