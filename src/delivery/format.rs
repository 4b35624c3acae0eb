//! Renders the secret in each format.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::domain::{ENV_VARIABLES, Format, Piece, SecretPayload, Template};

/// Receives the pieces of a text, in order.
pub(super) type Writer<'a> = dyn FnMut(&str) + 'a;

/// Renders `payload` in `format`. The secret and the client ID have no line break, because they are pasted; a text for
/// a file ends in one.
pub fn render(format: Format, payload: &SecretPayload) -> SecretString {
    let mut text = exact(|write| compose(format, payload, write));
    // A full buffer becomes the secret without being copied.
    SecretString::from(std::mem::take(&mut *text))
}

/// Returns a text in a buffer of its exact length. It is composed twice: a growing buffer would leave copies of the
/// secret behind.
pub(super) fn exact(compose: impl Fn(&mut Writer<'_>)) -> Zeroizing<String> {
    let mut length = 0;
    compose(&mut |piece| length += piece.len());
    let mut text = Zeroizing::new(String::with_capacity(length));
    compose(&mut |piece| text.push_str(piece));
    text
}

fn compose(format: Format, payload: &SecretPayload, write: &mut Writer<'_>) {
    let pair = |id, secret| {
        let (client, value) =
            (payload.new_secret.account.client.as_str(), payload.secret.value.expose_secret());
        [(id, Cow::Borrowed(client)), (secret, Cow::Borrowed(value))]
    };
    // Both the Atlas Kubernetes Operator and AWS Secrets Manager's type `MongoDBAtlasServiceAccount` require it; their
    // documentation shows it in different positions.
    let organization = payload.organization.as_ref().map(|id| ("orgId", Cow::Borrowed(id.as_str())));
    match format {
        Format::Secret => write(payload.secret.value.expose_secret()),
        Format::ClientId => write(payload.new_secret.account.client.as_str()),
        Format::Env => compose_variables(&pair(ENV_VARIABLES[0], ENV_VARIABLES[1]), write),
        Format::Mcp => compose_variables(&pair("MDB_MCP_API_CLIENT_ID", "MDB_MCP_API_CLIENT_SECRET"), write),
        Format::Json => compose_object(response_fields(payload), write),
        Format::Kubernetes => {
            let fields = organization.into_iter().chain(pair("clientId", "clientSecret"));
            compose_manifest(payload.new_secret.account.client.as_str(), fields, write);
        }
        Format::Aws => {
            compose_object(pair("clientId", "clientSecret").into_iter().chain(organization), write);
        }
        // Terraform's provider reads its arguments from a secret manager by these names.
        Format::Terraform => compose_object(pair("client_id", "client_secret"), write),
        Format::Template(template) => compose_template(template, payload, write),
    }
}

/// The name and the value of a variable or of a field of an object.
type Field<'a> = (&'static str, Cow<'a, str>);

/// A value that Atlas did not send is left empty, because the secret must still be delivered.
fn compose_template(template: Template, payload: &SecretPayload, write: &mut Writer<'_>) {
    for piece in template.pieces() {
        match piece {
            Piece::Text(text) => write(text),
            Piece::Value(placeholder) => write(&placeholder.value(payload).unwrap_or_default()),
        }
    }
}

fn compose_variables(variables: &[Field<'_>], write: &mut Writer<'_>) {
    for (name, value) in variables {
        write(name);
        write("=");
        shell_word(value, write);
        write("\n");
    }
}

/// The fields of Atlas's response to a create (schema `ServiceAccountSecret`), in the same order. An unknown one is
/// left out; times are in RFC 3339.
fn response_fields(payload: &SecretPayload) -> impl Iterator<Item = Field<'_>> {
    let secret = &payload.secret;
    let time = |name, at: Option<Timestamp>| at.map(|at| (name, Cow::Owned(at.to_string())));
    let fields = [
        secret.id.as_ref().map(|id| ("id", Cow::Borrowed(id.as_str()))),
        time("createdAt", secret.created_at),
        time("expiresAt", secret.expires_at),
        Some(("secret", Cow::Borrowed(secret.value.expose_secret()))),
    ];
    fields.into_iter().flatten()
}

/// A JSON object (RFC 8259), one field per line.
fn compose_object<'a>(fields: impl IntoIterator<Item = Field<'a>>, write: &mut Writer<'_>) {
    let mut before = "{\n";
    for (name, value) in fields {
        write(before);
        write("  ");
        double_quoted(name, write);
        write(": ");
        double_quoted(&value, write);
        before = ",\n";
    }
    write("\n}\n");
}

/// A `Secret` with the label by which the operator finds its credentials. Its name comes from the client ID, whose 24
/// hexadecimal digits are valid in a name (a DNS label, RFC 1123) once they are lower-case.
///
/// Kubernetes advises against `stringData` with server-side apply: a key that is removed from it stays in the cluster.
fn compose_manifest<'a>(client: &str, fields: impl Iterator<Item = Field<'a>>, write: &mut Writer<'_>) {
    let digits = client.rsplit('_').next().unwrap_or_default();
    write("apiVersion: v1\nkind: Secret\nmetadata:\n  name: ");
    double_quoted(&format!("atlas-{}", digits.to_ascii_lowercase()), write);
    write("\n  labels:\n    atlas.mongodb.com/type: credentials\ntype: Opaque\ndata:\n");
    for (name, value) in fields {
        write("  ");
        write(name);
        write(": \"");
        write(&Zeroizing::new(STANDARD.encode(value.as_bytes())));
        write("\"\n");
    }
}

/// Writes `text` in double quotes, as JSON (RFC 8259) and TOML read it.
pub(super) fn double_quoted(text: &str, write: &mut Writer<'_>) {
    let mut quoted = Zeroizing::new(Vec::with_capacity(6 * text.len() + 2));
    // Writing a string to memory does not fail.
    let _ = serde_json::to_writer(&mut *quoted, text);
    for (index, part) in std::str::from_utf8(&quoted).unwrap_or_default().split('\u{7f}').enumerate() {
        // TOML needs an escape for this character.
        write(if index > 0 { "\\u007f" } else { "" });
        write(part);
    }
}

/// Writes `value` so that a POSIX shell (XCU 2.2, Quoting) and the readers of `.env` files read it as one unchanged
/// word. It is quoted only if necessary, and preferably in single quotes, in which a shell and most readers of `.env`
/// files interpret nothing.
pub(super) fn shell_word(value: &str, write: &mut Writer<'_>) {
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)) {
        return write(value);
    }
    // All readers agree about double quotes if nothing in them has a special meaning.
    if value.contains('\'') && !value.contains(['"', '$', '`', '\\', '!']) {
        write("\"");
        write(value);
        return write("\"");
    }
    let mut before = "'";
    for part in value.split('\'') {
        // Some readers take a backslash before the closing quote as its escape, so it goes outside the quotes.
        let quoted = part.trim_end_matches('\\');
        write(before);
        write(quoted);
        write("'");
        for _ in quoted.len()..part.len() {
            write(r"\\");
        }
        before = r"\''";
    }
}
