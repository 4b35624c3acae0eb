//! The command line.

use std::ffi::OsString;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, StringValueParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgAction, CommandFactory, Parser, ValueHint};
use clap_complete::Shell;

use crate::delivery::Preference;
use crate::domain::{Format, Template, is_invisible, trim_visible};

/// Create a secret for a MongoDB Atlas project service account and deliver it safely
#[expect(clippy::struct_excessive_bools, reason = "a command line has flags")]
#[derive(Debug, Parser)]
#[command(name = "atlas-secret", version, about, after_help = AFTER_HELP, after_long_help = AFTER_LONG_HELP)]
pub struct Arguments {
    /// The project's ID.
    #[arg(long, help = "ID or name of the project [env: MONGODB_ATLAS_PROJECT_ID]", value_name = "ID",
        aliases = ["group-id", "projectId", "groupId"], value_hint = ValueHint::Other, help_heading = SECRET,
        value_parser = StringValueParser::new().map(without_invisible))]
    pub project_id: Option<String>,

    /// Client ID or name of the service account to create a secret for (no environment variable)
    #[arg(long, value_name = "ID", alias = "clientId", value_hint = ValueHint::Other, help_heading = SECRET,
        value_parser = StringValueParser::new().map(without_invisible))]
    pub client_id: Option<String>,

    /// Lifetime of the secret: a number of hours, or 36h, 30d, 12w, 1y, or a date such as 2027-03-01 [default: 30d]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true,
        value_hint = ValueHint::Other, help_heading = SECRET, value_parser = StringValueParser::new().map(without_invisible))]
    pub expires_after: Option<String>,

    /// The profile's name.
    #[arg(short = 'P', long, help = "Atlas CLI profile to sign in with [env: MONGODB_ATLAS_PROFILE]",
        value_name = "NAME", conflicts_with = "demo", value_hint = ValueHint::Other, help_heading = SIGN_IN)]
    pub profile: Option<String>,

    /// Scheme and host.
    #[arg(long, help = "URL of Atlas [env: MONGODB_ATLAS_OPS_MANAGER_URL, MONGODB_ATLAS_BASE_URL]",
        value_name = "URL", conflicts_with = "demo", value_hint = ValueHint::Url, help_heading = SIGN_IN)]
    pub base_url: Option<String>,

    /// Use a simulated Atlas (built in); no account needed
    #[arg(long, help_heading = SIGN_IN)]
    pub demo: bool,

    /// With --demo: add this many projects
    #[arg(long, value_name = "COUNT", requires = "demo", default_value_t = 0, hide_default_value = true,
        value_hint = ValueHint::Other, help_heading = SIGN_IN,
        value_parser = clap::value_parser!(u32).range(..=MAX_DEMO_PROJECTS))]
    pub demo_projects: u32,

    /// Run the simulated Atlas until Ctrl-C, to test scripts; prints the variables to use it
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "127.0.0.1:0", exclusive = true,
        value_hint = ValueHint::Other, help_heading = SIGN_IN, value_parser = socket_address)]
    pub demo_server: Option<SocketAddr>,

    /// Create at once, and accept that the account's other secrets expire within 7 days. On a terminal the secret's
    /// screen opens (or the form, if the account is full); otherwise the secret goes to standard output
    #[arg(long, help_heading = WITHOUT_FORM)]
    pub yes: bool,

    /// With --yes: delete an expired secret if the account has 2 secrets, the maximum
    #[arg(long, requires = "yes", help_heading = WITHOUT_FORM)]
    pub replace_expired: bool,

    /// After creating, sign in to Atlas with the new secret to verify it
    #[arg(long, help_heading = DELIVERY)]
    pub verify: bool,

    /// Format for standard output if it is not a terminal; there --yes requires it or --template [default without --yes:
    /// secret]
    #[arg(long, value_name = "FORMAT", value_parser = format_parser(), help_heading = DELIVERY)]
    pub format: Option<Format>,

    /// The user's own format.
    #[arg(long, help = "A format of your own: text with {secret}, {client_id}, {project_id}, {secret_id}, {expires_at}",
        value_name = "TEXT", conflicts_with = "format", allow_hyphen_values = true,
        value_hint = ValueHint::Other, help_heading = DELIVERY, value_parser = Template::parse)]
    pub template: Option<Template>,

    /// How to copy [default: auto]
    #[arg(long, value_name = "METHOD", help_heading = DELIVERY)]
    pub clipboard: Option<Preference>,

    /// Clear the clipboard after this many seconds; 0 keeps the secret there until something else is copied, for at most
    /// 12 hours [default: 60]
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true, value_hint = ValueHint::Other,
        help_heading = DELIVERY, value_parser = clap::value_parser!(u64).range(..=MAX_COPY_SECONDS))]
    pub clear_after: Option<u64>,

    /// Send the query parameter envelope: Atlas wraps its response. What is printed does not change
    #[arg(long, action = ArgAction::SetTrue, help_heading = "Advanced")]
    pub envelope: bool,

    /// Send the query parameter pretty: Atlas indents its response. What is printed does not change
    #[arg(long, action = ArgAction::SetTrue, help_heading = "Advanced")]
    pub pretty: bool,

    /// Print each setting and where it comes from, and exit
    #[arg(long, help_heading = OTHER)]
    pub print_config: bool,

    /// Log each request (method, path, status, milliseconds) to a file that only you can read
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath, help_heading = OTHER)]
    pub log_file: Option<PathBuf>,

    /// Print a completion script and exit
    #[arg(long, value_name = "SHELL", exclusive = true, help_heading = OTHER)]
    pub completions: Option<Shell>,
}

const SECRET: &str = "Secret";
const SIGN_IN: &str = "Sign-in";
const WITHOUT_FORM: &str = "Without the form";
const DELIVERY: &str = "Delivery";
const OTHER: &str = "Other";

impl Arguments {
    /// Parses the command line. A blank value is an error: it may come from a variable that is not set, and the default
    /// could be a different account.
    ///
    /// # Errors
    /// The message of clap, which includes `--help` and `--version`.
    pub fn read(line: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let line: Vec<OsString> = line.into_iter().collect();
        if let Some(option) = blank_option(&line) {
            let why = "is empty; if its value comes from a variable, check that the variable is set";
            return Err(Self::command().error(ErrorKind::InvalidValue, format!("{option} {why}")));
        }
        Self::try_parse_from(line).map_err(|error| {
            let Some(ContextValue::String(option)) = error.get(ContextKind::InvalidArg) else { return error };
            let is_of_credentials =
                ["secret", "key", "token", "password"].iter().any(|word| option.contains(word));
            if error.kind() != ErrorKind::UnknownArgument || !is_of_credentials {
                return error;
            }
            let why =
                "credentials are never arguments; set the variables that --help lists, or use --profile";
            Self::command().error(error.kind(), format!("{option}: {why}"))
        })
    }
}

/// Returns the first option on the command line whose value is blank. No argument is blank unless it is a value.
fn blank_option(line: &[OsString]) -> Option<String> {
    let text = |argument: &OsString| argument.to_string_lossy().into_owned();
    let is_blank = |value: &str| trim_visible(value).is_empty();
    line.windows(2).find_map(|pair| match (text(&pair[0]), text(&pair[1])) {
        (before, argument) if is_blank(&argument) => Some(before),
        (_, argument) => {
            let (option, value) = argument.split_once('=')?;
            (option.starts_with('-') && !option.contains('{') && is_blank(value)).then(|| option.to_owned())
        }
    })
}

/// More projects than any organization has, and fewer than fit in memory.
const MAX_DEMO_PROJECTS: i64 = 100_000;

/// The longest time that a copy stays in the clipboard: 12 hours, in seconds.
pub(crate) const MAX_COPY_SECONDS: u64 = 12 * 60 * 60;

/// Parses an address and a port. The host may be a name such as `localhost`.
fn socket_address(text: &str) -> Result<SocketAddr, String> {
    let found = text.to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
    found.ok_or_else(|| "not an address with a port, such as 127.0.0.1:8080".to_owned())
}

/// Removes invisible characters, and white space around the text, which may come from a web page or a file.
fn without_invisible(mut text: String) -> String {
    text.retain(|character| !is_invisible(character));
    text.trim().to_owned()
}

fn format_parser() -> impl TypedValueParser<Value = Format> {
    // A format without the secret would deliver nothing.
    let with_secret = Format::ALL.into_iter().filter(|format| format.holds_the_secret());
    let names = PossibleValuesParser::new(with_secret.map(Format::name));
    names.map(|name| Format::named(&name).unwrap_or_default())
}

/// The completion script for a shell.
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "atlas-secret", &mut script);
    script
}

const AFTER_HELP: &str = "\
Example: atlas-secret -P ci --client-id mdb_sa_id_1234567890abcdef12345678 --expires-after 30d
Credentials, more examples, keys and exit codes: atlas-secret --help";

const AFTER_LONG_HELP: &str = "\
Credentials:
  They are never arguments. The first of these is used; if there is none, the
  sign-in screen opens.
  --profile NAME                                               Atlas CLI profile
  MONGODB_ATLAS_ACCESS_TOKEN                                   access token
  MONGODB_ATLAS_CLIENT_ID, MONGODB_ATLAS_CLIENT_SECRET         service account
  MONGODB_ATLAS_PUBLIC_API_KEY, MONGODB_ATLAS_PRIVATE_API_KEY  API key
  MCLI_PUBLIC_API_KEY, MCLI_PRIVATE_API_KEY                    API key (old)
  MONGODB_ATLAS_PROFILE, or the only or the default profile    Atlas CLI profile

Other variables:
  HTTPS_PROXY, ALL_PROXY, NO_PROXY  proxy (http, https, socks5)
  SSL_CERT_FILE, SSL_CERT_DIR       trusted certificate authorities
  NO_COLOR                          no colors

Settings file:
  Linux    ~/.config/atlas-secret/config.toml (or in $XDG_CONFIG_HOME)
  macOS    ~/Library/Application Support/atlas-secret/config.toml
  Windows  %AppData%\\atlas-secret\\config.toml
  It sets expires_after, clear_after, clipboard, template, and your own commands
  for p ([[sink]]).

Examples:
  # Try it, without an account
  atlas-secret --demo
  # On the screen, signed in with an Atlas CLI profile
  atlas-secret -P ci --client-id mdb_sa_id_1234567890abcdef12345678
  # The screen opens; quitting with q writes the secret to the variable
  secret=$(atlas-secret -P ci)
  # In CI: no terminal, no questions. The shell empties an existing file
  umask 077
  atlas-secret --yes --format env --project-id \"$PROJECT\" \\
    --client-id \"$CLIENT\" > atlas.env

Keys for the new secret:
  c copy, + 60 s more on the clipboard, f copy in another format, r reveal,
  s save to a new file (mode 0600) or into an existing .env file, v verify,
  u update the Atlas CLI profile, d delete an older secret, n another secret,
  q quit, p run a command that reads it from standard input, such as:
    pass insert -m atlas/{client_id}
    gopass insert -m atlas/{client_id}
    vault kv put -mount=secret atlas client_id={client_id} client_secret=-
    gh secret set MONGODB_ATLAS_CLIENT_SECRET

Exit codes:
  0        done, or you quit before creating
  1        nothing was created, with --yes or redirected standard output
  2        wrong arguments (also an unknown ID or name), environment or
           terminal; nothing was created
  3        a secret was created, or may have been, and was not delivered
  128 + n  ended by signal n, such as 143 for SIGTERM; nothing was lost";

#[cfg(test)]
mod tests {
    use clap::Arg;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
        let without_heading = |arg: &&Arg| arg.get_help_heading().is_none();
        let ungrouped = Arguments::command().get_arguments().filter(without_heading).count();
        assert_eq!(ungrouped, 0, "only --help and --version stand under Options");
    }

    #[test]
    fn options_without_effect_are_rejected() {
        let rows: [(&[&str], bool); 6] = [
            (&["--yes", "--replace-expired"], true),
            (&["--replace-expired"], false),
            (&["--demo", "--demo-projects", "100000"], true),
            (&["--demo", "--demo-projects", "100001"], false),
            (&["--demo-projects", "5"], false),
            (&["--expires-after", "-5"], true),
        ];
        for (args, is_accepted) in rows {
            let arguments = [&["atlas-secret"], args].concat();
            assert_eq!(Arguments::try_parse_from(arguments).is_ok(), is_accepted, "{args:?}");
        }
    }

    fn read(args: &[&str]) -> Result<Arguments, clap::Error> {
        Arguments::read(std::iter::once(&"atlas-secret").chain(args).map(OsString::from))
    }

    #[test]
    fn a_blank_value_is_rejected_with_the_name_of_its_option() {
        let is_option = |arg: &&Arg| arg.get_action().takes_values();
        let command = Arguments::command();
        let options: Vec<&str> =
            command.get_arguments().filter(is_option).map(|arg| arg.get_long().unwrap()).collect();
        for option in options {
            let flag = format!("--{option}");
            let rows: [&[&str]; 3] = [
                &["--yes", &flag, "", "--verify"],
                &[&format!("{flag}=")],
                &["--demo", &flag, "\t\u{a0}\u{200b}"],
            ];
            for args in rows {
                assert_rejects_blank(args, &flag);
            }
        }
        let other_spellings: [(&[&str], &str); 3] =
            [(&["-P", ""], "-P"), (&["--group-id", ""], "--group-id"), (&["--clientId="], "--clientId")];
        assert!(read(&["--template", "--{secret}="]).is_ok());
        for (args, option) in other_spellings {
            assert_rejects_blank(args, option);
        }
    }

    fn assert_rejects_blank(args: &[&str], option: &str) {
        let message = read(args).unwrap_err().to_string();
        let expected = format!(
            "error: {option} is empty; if its value comes from a variable, check that the variable is set"
        );
        assert!(message.starts_with(&expected), "{args:?}: {message}");
    }

    #[test]
    fn an_option_for_credentials_gets_a_helpful_error() {
        let credentials =
            "credentials are never arguments; set the variables that --help lists, or use --profile";
        let rows: [(&[&str], &str); 3] = [
            (&["--client-secret", "x"], &format!("error: --client-secret: {credentials}")),
            (&["--private-api-key=x"], &format!("error: --private-api-key: {credentials}")),
            (
                &["--demo", "--profile", "ci"],
                "error: the argument '--demo' cannot be used with '--profile <NAME>'",
            ),
        ];
        for (args, expected) in rows {
            let message = read(args).unwrap_err().to_string();
            assert!(message.starts_with(expected) && !message.contains("tip:"), "{args:?}: {message}");
        }
    }

    #[test]
    fn invalid_addresses_and_seconds_get_a_helpful_error() {
        for address in ["127.0.0.1:0", "[::1]:8080", "localhost:8080"] {
            assert!(read(&["--demo-server", address]).is_ok(), "{address}");
        }
        let rows = [
            ("--demo-server", "nowhere", "such as 127.0.0.1:8080"),
            ("--demo-server", "8080", "such as 127.0.0.1:8080"),
            ("--clear-after", "5m", "invalid digit"),
            ("--clear-after", "43201", "43201 is not in 0..=43200"),
        ];
        for (option, value, expected) in rows {
            let message = read(&[option, value]).unwrap_err().to_string();
            assert!(message.contains(expected), "{option} {value}: {message}");
        }
    }

    #[test]
    fn standard_output_requires_a_format_with_the_secret() {
        for format in Format::ALL {
            let arguments = Arguments::try_parse_from(["atlas-secret", "--format", format.name()]);
            assert_eq!(arguments.is_ok(), format.holds_the_secret(), "{format:?}");
        }
    }
}
