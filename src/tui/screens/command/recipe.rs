//! The form's request as text for a runbook: this program's own command, and the four examples on Atlas's page for this
//! endpoint (`createGroupServiceAccountSecret`), with the IDs and the hours filled in.
//!
//! **Invariant:** the texts name the variables that hold credentials, and contain no credentials. No text lets a shell
//! put a credential into the arguments of a program, where every user of the machine can read it (`ps(1)`): in
//! the texts, variables are expanded only in here-documents, which go to the program's standard input.

use crate::domain::{
    API_VERSION, AccountRef, BaseUrl, Format, Lifetime, MEDIA_TYPE, NewSecret, QueryFlags, Session,
};
use crate::tui::screens::SubmitAction;
use crate::tui::{Output, Shared};

/// The input of the texts.
#[derive(Clone, Debug)]
pub struct RecipeInput {
    pub base_url: BaseUrl,
    pub new_secret: NewSecret,
    pub query_flags: QueryFlags,
    /// The options for this program, each as typed in a POSIX shell.
    pub options: Vec<String>,
}

/// One way to send the request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recipe {
    /// This program without its form, signed in as in this session.
    #[default]
    AtlasSecret,
    /// The Atlas CLI, signed in with its own profile or variables.
    AtlasCli,
    /// curl with the access token of a service account, from `MONGODB_ATLAS_ACCESS_TOKEN`.
    CurlServiceAccount,
    /// curl with HTTP digest, from `MONGODB_ATLAS_PUBLIC_API_KEY` and `MONGODB_ATLAS_PRIVATE_API_KEY`.
    CurlApiKey,
    /// A program in Go with the Atlas Go SDK, from `MONGODB_ATLAS_CLIENT_ID` and `MONGODB_ATLAS_CLIENT_SECRET`.
    GoSdk,
}

impl Recipe {
    /// All recipes: this program first, then the others in the order of Atlas's page.
    pub const ALL: [Self; 5] =
        [Self::AtlasSecret, Self::AtlasCli, Self::CurlServiceAccount, Self::CurlApiKey, Self::GoSdk];

    /// The name in a list.
    pub fn title(self) -> &'static str {
        match self {
            Self::AtlasSecret => "atlas-secret",
            Self::AtlasCli => "Atlas CLI",
            Self::CurlServiceAccount => "curl (token)",
            Self::CurlApiKey => "curl (digest)",
            Self::GoSdk => "Go",
        }
    }

    /// The text, which ends in a line break: a command for a POSIX shell, or a Go file (indented with tabs, as gofmt
    /// does). No line is wider than 90 columns, unless the host name is.
    pub fn text(self, input: &RecipeInput) -> String {
        match self {
            Self::AtlasSecret => atlas_secret(input),
            Self::AtlasCli => atlas_cli(input),
            Self::CurlServiceAccount => {
                let header = "Authorization: Bearer ${MONGODB_ATLAS_ACCESS_TOKEN}";
                curl(input, "--header @-", header)
            }
            Self::CurlApiKey => {
                let user = r#"user = "${MONGODB_ATLAS_PUBLIC_API_KEY}:${MONGODB_ATLAS_PRIVATE_API_KEY}""#;
                curl(input, "--digest --config -", user)
            }
            Self::GoSdk => go_program(&input.base_url, &input.new_secret),
        }
    }
}

/// This program without its form, one option per line, so that it fits a narrow terminal.
fn atlas_secret(input: &RecipeInput) -> String {
    let new_secret = &input.new_secret;
    let ids = [
        format!("--project-id {}", new_secret.account.project),
        format!("--client-id {}", new_secret.account.client),
        format!("--expires-after {}", expires_after(new_secret.lifetime)),
    ];
    let lines =
        std::iter::once("atlas-secret --yes".to_owned()).chain(input.options.iter().cloned()).chain(ids);
    lines.collect::<Vec<_>>().join(" \\\n  ") + "\n"
}

/// The options of this session that decide where the request goes, who signs in, and what the user agrees to.
pub(super) fn session_options(app: &Shared) -> Vec<String> {
    let named = |name: &str, value: &str| format!("{name} {}", shell_words::quote(value));
    let base_url = app.session.base_url().map(BaseUrl::to_string).filter(|url| url != BaseUrl::CLOUD);
    // With --yes, there is no question before the expired secret is deleted.
    let replaces = app.flags.replace_expired || matches!(app.submit_action(), SubmitAction::ReplaceExpired);
    let format = match app.output {
        Output::Sink(Format::Template(template)) => Some(named("--template", template.text())),
        Output::Sink(format) => Some(format!("--format {}", format.name())),
        Output::Terminal | Output::Broken => None,
    };
    let flag = |is_set: bool, name: &str| is_set.then(|| name.to_owned());
    let options = [
        flag(app.session == Session::Demo, "--demo"),
        app.session.profile().map(|name| named("--profile", &name.to_string())),
        base_url.map(|base_url| named("--base-url", &base_url)),
        flag(replaces, "--replace-expired"),
        flag(app.flags.verify, "--verify"),
        flag(app.query_flags.envelope, "--envelope"),
        flag(app.query_flags.pretty, "--pretty"),
        format,
    ];
    options.into_iter().flatten().collect()
}

fn expires_after(lifetime: Lifetime) -> String {
    let hours = lifetime.hours();
    if hours % 24 == 0 { format!("{}d", hours / 24) } else { format!("{hours}h") }
}

/// The Atlas CLI, which has a command for each operation of the API and reads the body from standard input. It calls
/// the public Atlas unless it gets another URL.
fn atlas_cli(input: &RecipeInput) -> String {
    let (new_secret, flags) = (&input.new_secret, input.query_flags);
    let base_url = input.base_url.to_string();
    let url_variable = match base_url.as_str() {
        BaseUrl::CLOUD => String::new(),
        other => format!("MONGODB_ATLAS_OPS_MANAGER_URL={} \\\n", quoted(&format!("{other}/"))),
    };
    let profile = input.options.iter().find(|option| option.starts_with("--profile "));
    let profile = profile.map_or_else(String::new, |option| format!("  {option} \\\n"));
    let envelope = if flags.envelope { " --envelope" } else { "" };
    let pretty = if flags.pretty { " --pretty" } else { "" };
    format!(
        "{url_variable}atlas api serviceAccounts createGroupSecret --version {API_VERSION}{envelope}{pretty} \\\n\
         {profile}\x20 --groupId {project} \\\n\
         \x20 --clientId {client} <<'EOF'\n\
         {body}\n\
         EOF\n",
        project = new_secret.account.project,
        client = new_secret.account.client,
        body = new_secret.body(),
    )
}

/// curl, which reads the credentials from standard input because of `option`.
fn curl(input: &RecipeInput, option: &str, credentials: &str) -> String {
    format!(
        "curl --silent --show-error --request POST \\\n\
         \x20 {url} \\\n\
         \x20 --header 'Accept: {MEDIA_TYPE}' \\\n\
         \x20 --header 'Content-Type: application/json' \\\n\
         \x20 --data '{body}' \\\n\
         \x20 {option} <<EOF\n\
         {credentials}\n\
         EOF\n",
        url = quoted_url(input),
        body = input.new_secret.body(),
    )
}

/// The URL as one shell word on three lines: adjacent quoted strings are one word, and a backslash removes the line
/// break between them.
fn quoted_url(input: &RecipeInput) -> String {
    let AccountRef { project, client } = &input.new_secret.account;
    let parts = [
        input.base_url.to_string(),
        format!("/api/atlas/v2/groups/{project}"),
        format!("/serviceAccounts/{client}/secrets{}", input.query_flags.query()),
    ];
    parts.map(|part| quoted(&part)).join("\\\n")
}

/// A shell word in which nothing is expanded. A host name may contain `$`, backticks and quotes: they are not among the
/// "forbidden host code points" of the WHATWG URL standard.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A complete program, formatted by gofmt. The base URL comes first, because the URL for tokens follows from it. This
/// release of the SDK has the operation under this name; each later release has its own import path.
const GO_PROGRAM: &str = include_str!("create.go");

fn go_program(base_url: &BaseUrl, new_secret: &NewSecret) -> String {
    // Escapes for an interpreted string literal (Go specification, "String literals").
    let base_url = base_url.to_string().replace('\\', r"\\").replace('"', "\\\"");
    let hours = new_secret.lifetime.hours().to_string();
    let values = [
        ("{project}", new_secret.account.project.as_str()),
        ("{client}", new_secret.account.client.as_str()),
        ("{hours}", &hours),
        ("{base_url}", &base_url),
    ];
    values.into_iter().fold(GO_PROGRAM.to_owned(), |text, (name, value)| text.replace(name, value))
}
