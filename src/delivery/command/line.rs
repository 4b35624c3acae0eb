//! Parses a typed line into a program and its arguments, and offers lines for tools that store secrets.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::Path;

use crate::domain::{Format, Placeholder, SecretPayload, ServerText};
use crate::process::find_program;

use super::CommandOutcome;
use super::output::Encodings;

/// A command line that the program suggests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCommand {
    pub name: ServerText,
    /// The command line with its placeholders.
    pub line: String,
    /// The format that the command reads from its standard input.
    pub format: Format,
}

/// A program and its arguments, ready to start.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Invocation {
    pub program: String,
    pub arguments: Vec<String>,
}

/// Splits `line` as a POSIX shell does, then fills in the values. In this order a value never becomes several words,
/// whatever it contains.
pub(super) fn parse(
    line: &str,
    home: Option<&Path>,
    payload: &SecretPayload,
) -> Result<Invocation, CommandOutcome> {
    if Encodings::of(&payload.secret.value).appear_in(line.as_bytes()) {
        return malformed("it contains the secret or part of it, and other users could read it there");
    }
    split(line, home, &|placeholder| match placeholder {
        // The command reads the secret from standard input.
        Placeholder::Secret => None,
        _ => placeholder.value(payload).map(Cow::into_owned),
    })
}

/// Checks a command line before there is a secret.
pub fn check_line(line: &str) -> Result<(), CommandOutcome> {
    let some_value = |placeholder| (placeholder != Placeholder::Secret).then(|| "value".to_owned());
    split(line, Some(Path::new("/home")), &some_value).map(|_| ())
}

fn split(
    line: &str,
    home: Option<&Path>,
    value: &dyn Fn(Placeholder) -> Option<String>,
) -> Result<Invocation, CommandOutcome> {
    let line = with_home(line, home)?;
    let Ok(words) = shell_words::split(&line) else {
        return malformed("a quote is not closed");
    };
    if let Some(why) = words.first().and_then(|word| needs_shell(word)) {
        return malformed(&why);
    }
    let filled: Result<Vec<String>, _> = words.iter().map(|word| with_values(word, value)).collect();
    let mut words = filled?.into_iter();
    match words.next() {
        Some(program) if !program.is_empty() => Ok(Invocation { program, arguments: words.collect() }),
        _ => malformed("there is no program in it"),
    }
}

fn malformed<T>(why: &str) -> Result<T, CommandOutcome> {
    Err(CommandOutcome::Malformed(ServerText::new(why)))
}

/// Replaces a `~` at the start of a word by the home folder, and refuses other shell syntax: without a shell, `tee a |
/// wl-copy` writes the secret to files named `|` and `wl-copy`. Quoted text is left alone.
fn with_home(line: &str, home: Option<&Path>) -> Result<String, CommandOutcome> {
    let mut replaced = String::with_capacity(line.len());
    let mut quote = None;
    let mut starts_word = true;
    let mut characters = line.char_indices();
    while let Some((at, character)) = characters.next() {
        let rest = &line[at..];
        match (quote, character) {
            (None | Some('"'), '\\') => {
                replaced.push(character);
                replaced.extend(characters.next().map(|(_, escaped)| escaped));
                starts_word = false;
                continue;
            }
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            // The rest is a comment, as in a shell.
            (None, '#') if starts_word => break,
            (None, '~') if starts_word => {
                replaced.push_str(&quoted_home(rest, home)?);
                starts_word = false;
                continue;
            }
            (None, _) => {
                if let Some(operator) = shell_syntax(rest) {
                    return malformed(&format!(
                        "there is no shell, so {operator} has no meaning; quote it, or use sh -c '...'"
                    ));
                }
            }
        }
        starts_word = quote.is_none() && character.is_ascii_whitespace();
        replaced.push(character);
    }
    Ok(replaced)
}

/// Returns the home folder, quoted, for a word that starts with `~`.
fn quoted_home(word: &str, home: Option<&Path>) -> Result<String, CommandOutcome> {
    if word[1..].starts_with(|next: char| next != '/' && !next.is_ascii_whitespace()) {
        return malformed("only ~ and ~/... stand for a home folder; type the whole path");
    }
    match home.and_then(Path::to_str) {
        Some(home) => Ok(shell_words::quote(home).into_owned()),
        None => malformed("the home folder is not known; type the whole path"),
    }
}

/// Returns the shell syntax (POSIX, "Shell Command Language") at the start of unquoted text, in the form to show to the
/// user.
fn shell_syntax(text: &str) -> Option<&str> {
    const OPERATORS: [&str; 16] =
        ["|&", "||", "|", "&&", "&>", "&", ";", ">>", ">&", ">", "<<", "<", "`", "$(", "(", ")"];
    if let Some(operator) = OPERATORS.into_iter().find(|operator| text.starts_with(operator)) {
        return Some(operator);
    }
    let name = text.strip_prefix('$')?;
    name.starts_with(|first: char| first == '{' || first == '_' || first.is_ascii_alphabetic()).then_some("$")
}

/// Says that only a shell knows the first word of a line: an assignment, a command of its own, or a keyword.
fn needs_shell(word: &str) -> Option<String> {
    const OF_SHELLS: [&str; 17] = [
        "!", ".", "..", "alias", "cd", "eval", "exec", "export", "for", "if", "set", "source", "unset",
        "until", "while", "{", "[[",
    ];
    let name = word.split_once('=').map_or("", |(name, _)| name);
    let is_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
    if !name.is_empty() && name.chars().all(is_name) {
        return Some(format!(
            "there is no shell, so {name}= sets no variable; write env {name}=..., or use sh -c '...'"
        ));
    }
    let is_of_shells = OF_SHELLS.contains(&word);
    is_of_shells.then(|| format!("there is no shell, so {word} has no meaning; use sh -c '...'"))
}

/// Returns `word` with the value of each placeholder. Other braces, as in JSON, stay.
fn with_values(word: &str, value: &dyn Fn(Placeholder) -> Option<String>) -> Result<String, CommandOutcome> {
    let mut filled = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(at) = rest.find('{') {
        let (before, braced) = rest.split_at(at);
        filled.push_str(before);
        let Some(name) = placeholder_name(braced) else {
            filled.push('{');
            rest = &braced[1..];
            continue;
        };
        let placeholder = &braced[..name.len() + 2];
        let value = Placeholder::named(name)
            .and_then(value)
            .ok_or_else(|| CommandOutcome::UnknownPlaceholder(ServerText::new(placeholder)))?;
        filled.push_str(&value);
        rest = &braced[placeholder.len()..];
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Returns the name in the braces at the start of `braced`, if it could be a placeholder: lower-case letters and
/// underscores.
fn placeholder_name(braced: &str) -> Option<&str> {
    let (name, _) = braced.strip_prefix('{')?.split_once('}')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    is_name.then_some(name)
}

/// The name to show, a command line that reads a value from standard input as the documentation of its tool shows it,
/// and the format that it reads. Without these options:
/// - pass and gopass (`-m`) prompt for the value twice.
/// - kubectl (`--server-side`) also writes the plain secret into an annotation.
/// - az (`-o none`) and doppler (`--silent`) print the value; the encoding of az is base64.
const PRESETS: [(&str, &str, Format); 13] = [
    ("password store", "pass insert -m atlas/{client_id}", Format::Secret),
    ("gopass", "gopass insert -m atlas/{client_id}", Format::Secret),
    ("GitHub", "gh secret set MONGODB_ATLAS_CLIENT_SECRET", Format::Secret),
    ("GitLab, new", "glab variable set MONGODB_ATLAS_CLIENT_SECRET --masked", Format::Secret),
    ("GitLab, update", "glab variable update MONGODB_ATLAS_CLIENT_SECRET --masked", Format::Secret),
    ("Kubernetes", "kubectl apply --server-side -f -", Format::Kubernetes),
    ("Vault", "vault kv put -mount=secret atlas client_id={client_id} client_secret=-", Format::Secret),
    (
        "AWS",
        "aws secretsmanager put-secret-value --secret-id atlas --secret-string file:///dev/stdin",
        Format::Aws,
    ),
    ("Google Cloud", "gcloud secrets versions add atlas --data-file=-", Format::Secret),
    (
        "Azure",
        "az keyvault secret set --vault-name NAME --name atlas --file /dev/stdin --encoding utf-8 -o none",
        Format::Secret,
    ),
    ("Doppler", "doppler secrets set MONGODB_ATLAS_CLIENT_SECRET --silent", Format::Secret),
    ("Cloudflare", "wrangler secret put MONGODB_ATLAS_CLIENT_SECRET", Format::Secret),
    ("Fly.io", "fly secrets import", Format::Env),
];

/// Returns command lines for the tools that are in a folder of `path`, the value of `PATH`. Blocks.
pub fn find_presets(path: &OsStr) -> Vec<KnownCommand> {
    let can_run = |line: &str| {
        let tool = line.split(' ').next().unwrap_or_default();
        find_program(tool, path).is_some() && !(cfg!(windows) && line.contains("/dev/stdin"))
    };
    let found = PRESETS.into_iter().filter(|(_, line, _)| can_run(line));
    found
        .map(|(name, line, format)| KnownCommand {
            name: ServerText::new(name),
            line: line.to_owned(),
            format,
        })
        .collect()
}

#[cfg(test)]
#[cfg(unix)]
mod properties;

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::delivery::fixtures::payload;

    const HOME: &str = "/home/user name";

    fn words(line: &str) -> Result<Vec<String>, CommandOutcome> {
        parse(line, Some(Path::new(HOME)), &payload())
            .map(|words| [vec![words.program], words.arguments].concat())
    }

    #[test]
    fn shell_syntax_is_refused() {
        let rows = [
            ("tee prod.txt | wl-copy", "|"),
            ("a|b", "|"),
            ("a || b", "||"),
            ("a |& b", "|&"),
            (">b a", ">"),
            ("a 2>>b", ">>"),
            ("a 2>&1", ">&"),
            ("a >| b", ">"),
            ("a &> b", "&>"),
            ("a <b", "<"),
            ("a <<< b", "<<"),
            ("a <(b)", "<"),
            ("a&&b", "&&"),
            ("a &", "&"),
            ("curl https://example.com/?a=1&b=2", "&"),
            ("a;b", ";"),
            ("a b`id`c", "`"),
            ("a b$(id)c", "$("),
            ("(a b)", "("),
            ("f() a", "("),
            ("tee $HOME/secret", "$"),
            ("a ${HOME}", "$"),
            (r#"a 'quoted' "quoted" > b"#, ">"),
            (r"a \\| b", "|"),
        ];
        for (line, operator) in rows {
            let why =
                format!("there is no shell, so {operator} has no meaning; quote it, or use sh -c '...'");
            assert_eq!(words(line), Err(CommandOutcome::Malformed(ServerText::new(&why))), "{line:?}");
        }
    }

    #[test]
    fn other_text_is_kept() {
        let rows: [(&str, &[&str]); 11] = [
            (
                "a *.rs b?c [d] e=f %g !h @i ^j +k,l",
                &["a", "*.rs", "b?c", "[d]", "e=f", "%g", "!h", "@i", "^j", "+k,l"],
            ),
            ("a # | b", &["a"]),
            ("sh -c 'tee a | wl-copy'", &["sh", "-c", "tee a | wl-copy"]),
            (
                r#"sh -c "cat > $(mktemp) && echo `id`; id &""#,
                &["sh", "-c", "cat > $(mktemp) && echo `id`; id &"],
            ),
            (r"a \| \> b\;c \& \$HOME \`", &["a", "|", ">", "b;c", "&", "$HOME", "`"]),
            (r#"a "it's" '"|"' "b \" | c""#, &["a", "it's", "\"|\"", "b \" | c"]),
            ("a $ $5 b$", &["a", "$", "$5", "b$"]),
            (r"~/'a b' ~ --to=~/b '~' \~", &["/home/user name/a b", "/home/user name", "--to=~/b", "~", "~"]),
            (
                "a {} {{}} '{ \"json\": 1 }' {A} {a1} {",
                &["a", "{}", "{{}}", "{ \"json\": 1 }", "{A}", "{a1}", "{"],
            ),
            (r#"a '{"id":"{secret_id}"}'"#, &["a", r#"{"id":"5a6b7c8d9e0f1a2b3c4d5e6f"}"#]),
            ("a '{project_id} {expires_at}'", &["a", "32b6e34b3d91647abb20e7b8 2026-12-23T17:14:05Z"]),
        ];
        for (line, expected) in rows {
            assert_eq!(words(line).unwrap(), expected, "{line:?}");
        }
    }

    #[test]
    fn another_home_folder_is_unknown() {
        let malformed = |why| Err(CommandOutcome::Malformed(ServerText::new(why)));
        let other = "only ~ and ~/... stand for a home folder; type the whole path";
        for line in ["tee ~root/x", "~bob/bin/keep", "tee ~+/x", "tee ~'x'"] {
            assert_eq!(words(line), malformed(other), "{line:?}");
        }
        let unknown = parse("tee ~/x", None, &payload()).map(|words| words.arguments);
        assert_eq!(unknown, malformed("the home folder is not known; type the whole path"));
    }

    #[test]
    fn an_invalid_command_is_refused_with_the_reason() {
        let unknown = |name| CommandOutcome::UnknownPlaceholder(ServerText::new(name));
        let malformed = |why| CommandOutcome::Malformed(ServerText::new(why));
        let rows = [
            ("", malformed("there is no program in it")),
            ("  \t", malformed("there is no program in it")),
            ("'' a", malformed("there is no program in it")),
            ("a 'b", malformed("a quote is not closed")),
            ("a \"b", malformed("a quote is not closed")),
            (
                "VAULT_ADDR=https://v.test vault kv put",
                malformed(
                    "there is no shell, so VAULT_ADDR= sets no variable; write env VAULT_ADDR=..., or use sh -c '...'",
                ),
            ),
            ("cd /tmp", malformed("there is no shell, so cd has no meaning; use sh -c '...'")),
            (". ./env", malformed("there is no shell, so . has no meaning; use sh -c '...'")),
            ("exec cat", malformed("there is no shell, so exec has no meaning; use sh -c '...'")),
            ("! cat", malformed("there is no shell, so ! has no meaning; use sh -c '...'")),
            ("..", malformed("there is no shell, so .. has no meaning; use sh -c '...'")),
            ("a {organization}", unknown("{organization}")),
            ("a b={secret}", unknown("{secret}")),
        ];
        for (line, expected) in rows {
            assert_eq!(words(line), Err(expected), "{line:?}");
        }
    }

    #[test]
    fn a_placeholder_without_a_value_is_refused() {
        let mut payload = payload();
        payload.secret.id = None;
        payload.secret.expires_at = None;
        for name in ["{secret_id}", "{expires_at}"] {
            let refused = Err(CommandOutcome::UnknownPlaceholder(ServerText::new(name)));
            assert_eq!(parse(&format!("a {name}"), None, &payload), refused);
        }
    }

    #[test]
    fn the_secret_itself_is_never_an_argument() {
        let payload = payload();
        let value = payload.secret.value.expose_secret();
        for part in [value, &value[10..], &value[value.len() - 9..]] {
            let refused = parse(&format!("a --password={part}"), None, &payload).unwrap_err();
            assert!(matches!(refused, CommandOutcome::Malformed(_)), "{} characters", part.len());
            assert!(!format!("{refused:?}").contains(&value[value.len() - 9..]));
        }
    }

    #[test]
    fn each_preset_can_be_run() {
        for (_, line, format) in PRESETS {
            assert_eq!(check_line(line), Ok(()), "{line}");
            assert!(format.holds_the_secret());
        }
    }
}
