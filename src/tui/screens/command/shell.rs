//! The recipes for a POSIX shell. What a shell expands stands in here-documents: they go to a program's
//! standard input, not into its arguments.

use crate::domain::{API_VERSION, BaseUrl, MEDIA_TYPE};

use super::recipe::RecipeInput;

/// How much of a URL stands on one line, in columns: 90 without indentation, quotes and the backslash.
const URL_COLUMNS: usize = 85;

/// The Atlas CLI has a command for each operation of the API, and reads the body from standard input. It goes
/// to the public Atlas unless it is told where else.
pub(super) fn atlas_cli(input: &RecipeInput) -> String {
    let (new_secret, flags) = (&input.new_secret, input.query_flags);
    let base_url = input.base_url.to_string();
    let elsewhere = match base_url.as_str() {
        BaseUrl::CLOUD => String::new(),
        other => format!("MONGODB_ATLAS_OPS_MANAGER_URL={} \\\n", quoted(&format!("{other}/"))),
    };
    let envelope = if flags.envelope { " --envelope" } else { "" };
    let pretty = if flags.pretty { " --pretty" } else { "" };
    format!(
        "{elsewhere}atlas api serviceAccounts createGroupSecret --version {API_VERSION}{envelope}{pretty} \\\n\
         \x20 --groupId {project} \\\n\
         \x20 --clientId {client} <<'EOF'\n\
         {body}\n\
         EOF\n",
        project = new_secret.project,
        client = new_secret.client,
        body = new_secret.body(),
    )
}

/// curl, which gets the credentials from its standard input: `option` makes it read them there.
pub(super) fn curl(input: &RecipeInput, option: &str, credentials: &str) -> String {
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

/// The URL as one word of the shell on several lines: neighbouring quotes are one word, and a backslash takes
/// the line break between them away.
fn quoted_url(input: &RecipeInput) -> String {
    let new_secret = &input.new_secret;
    let pieces = [
        input.base_url.to_string(),
        format!("/api/atlas/v2/groups/{}", new_secret.project),
        format!("/serviceAccounts/{}/secrets{}", new_secret.client, input.query_flags.query()),
    ];
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces {
        match lines.last_mut() {
            Some(line) if line.len() + piece.len() <= URL_COLUMNS => line.push_str(&piece),
            _ => lines.push(piece),
        }
    }
    lines.iter().map(|line| quoted(line)).collect::<Vec<_>>().join("\\\n")
}

/// A word of the shell, quoted where it has to be.
pub(super) fn word(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@%+=,".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) { text.to_owned() } else { quoted(text) }
}

/// A word of the shell in which nothing is expanded. The name of a host may hold `$`, backticks and quotes
/// (WHATWG URL, "forbidden host code points" leaves them out).
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
