//! Parses a typed line into a program and its arguments, and offers lines for tools that store secrets.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::Path;

use crate::delivery::with_home;
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
    if let Some(operator) = shell_operator(line) {
        return malformed(&format!(
            "there is no shell, so {operator} has no meaning; quote it, or use sh -c '...'"
        ));
    }
    let Ok(words) = shell_words::split(line) else {
        return malformed("a quote is not closed");
    };
    let mut filled = Vec::new();
    for word in words {
        let word = with_home(&word, home).and_then(|path| path.into_os_string().into_string().ok());
        let Some(word) = word else {
            return malformed("the home folder is not known; type the whole path");
        };
        if word.starts_with('~') {
            return malformed("only ~ and ~/... stand for a home folder; type the whole path");
        }
        filled.push(with_values(&word, value)?);
    }
    let mut words = filled.into_iter();
    match words.next() {
        Some(program) if !program.is_empty() => Ok(Invocation { program, arguments: words.collect() }),
        _ => malformed("there is no program in it"),
    }
}

fn malformed<T>(why: &str) -> Result<T, CommandOutcome> {
    Err(CommandOutcome::Malformed(ServerText::new(why)))
}

/// Returns the first shell syntax (POSIX, "Shell Command Language") that is not quoted, in the form to show to the user.
/// Without a shell, `tee a | wl-copy` would write the secret to files named `|` and `wl-copy`.
fn shell_operator(line: &str) -> Option<&str> {
    const OPERATORS: [&str; 16] =
        ["|&", "||", "|", "&&", "&>", "&", ";", ">>", ">&", ">", "<<", "<", "`", "$(", "(", ")"];
    let begins_variable = |next: char| next == '{' || next == '_' || next.is_ascii_alphabetic();
    let mut quote = None;
    let mut starts_word = true;
    let mut characters = line.char_indices();
    while let Some((at, character)) = characters.next() {
        let rest = &line[at..];
        match (quote, character) {
            (None | Some('"'), '\\') => drop(characters.next()),
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            // The rest is a comment, as in a shell.
            (None, '#') if starts_word => break,
            (None, '$') if rest[1..].starts_with(begins_variable) => return Some("$"),
            (None, _) => {
                if let Some(operator) = OPERATORS.into_iter().find(|operator| rest.starts_with(operator)) {
                    return Some(operator);
                }
            }
        }
        starts_word = quote.is_none() && character.is_ascii_whitespace();
    }
    None
}

/// Returns `word` with the value of each placeholder: a name of lower-case letters and underscores in braces. Other
/// braces, as in JSON, stay.
fn with_values(word: &str, value: &dyn Fn(Placeholder) -> Option<String>) -> Result<String, CommandOutcome> {
    let is_name = |name: &&str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let mut filled = String::with_capacity(word.len());
    let mut rest = word;
    while let Some((before, braced)) = rest.split_once('{') {
        filled.push_str(before);
        let name = braced.split_once('}').map(|(name, _)| name).filter(is_name);
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            let placeholder = ServerText::new(&format!("{{{name}}}"));
            let value = Placeholder::named(name).and_then(value);
            filled.push_str(&value.ok_or(CommandOutcome::UnknownPlaceholder(placeholder))?);
            rest = &braced[name.len() + 1..];
        } else {
            filled.push('{');
            rest = braced;
        }
    }
    Ok(filled + rest)
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
    let known = PRESETS.into_iter().filter(|(_, line, _)| can_run(line)).map(|(name, line, format)| {
        KnownCommand { name: ServerText::new(name), line: line.to_owned(), format }
    });
    known.collect()
}

#[cfg(test)]
#[cfg(unix)]
mod properties;

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::delivery::fixtures::payload;

    pub const HOME: &str = "/home/user name";

    pub fn words(line: &str) -> Result<Vec<String>, CommandOutcome> {
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
            (r"~/'a b' ~ --to=~/b", &["/home/user name/a b", "/home/user name", "--to=~/b"]),
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
    fn an_invalid_command_is_refused_with_the_reason() {
        let unknown = |name| CommandOutcome::UnknownPlaceholder(ServerText::new(name));
        let malformed = |why| CommandOutcome::Malformed(ServerText::new(why));
        let rows = [
            ("", malformed("there is no program in it")),
            ("  \t", malformed("there is no program in it")),
            ("'' a", malformed("there is no program in it")),
            ("tee ~bob/x", malformed("only ~ and ~/... stand for a home folder; type the whole path")),
            ("a 'b", malformed("a quote is not closed")),
            ("a \"b", malformed("a quote is not closed")),
            ("a {organization}", unknown("{organization}")),
            ("a b={secret}", unknown("{secret}")),
        ];
        for (line, expected) in rows {
            assert_eq!(words(line), Err(expected), "{line:?}");
        }
        let unknown_home = parse("tee ~/x", None, &payload()).map(|words| words.arguments);
        assert_eq!(unknown_home, Err(malformed("the home folder is not known; type the whole path")));
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
