//! The text of each format.
//!
//! Every text is composed twice: once to learn its length, once into memory of exactly that length. A buffer
//! that grows would leave copies of the secret behind.

mod quoting;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::domain::{Format, Piece, SecretPayload, Template};

pub(super) use quoting::{double_quoted, shell_word};

/// Where the pieces of a text go, in order.
pub(super) type Sink<'a> = dyn FnMut(&str) + 'a;

/// The whole text of `payload` in `format`. The secret and the client id stand alone, without a line break,
/// because they are pasted; what is a file ends in one.
pub fn render(format: Format, payload: &SecretPayload) -> SecretString {
    let mut length = 0;
    compose(format, payload, &mut |piece| length += piece.len());
    let mut text = Zeroizing::new(String::with_capacity(length));
    compose(format, payload, &mut |piece| text.push_str(piece));
    // Full to the last byte, it becomes the secret without being copied.
    SecretString::from(std::mem::take(&mut *text))
}

fn compose(format: Format, payload: &SecretPayload, sink: &mut Sink<'_>) {
    match format {
        Format::Secret => sink(payload.secret.value.expose_secret()),
        Format::ClientId => sink(payload.new_secret.client.as_str()),
        Format::Env => compose_variables("MONGODB_ATLAS", payload, sink),
        Format::Mcp => compose_variables("MDB_MCP_API", payload, sink),
        Format::Json => compose_object(&answer_fields(payload), sink),
        Format::Kubernetes => compose_manifest(payload, sink),
        Format::Aws => compose_object(&credential_fields(payload, OrganizationPlace::Last), sink),
        Format::Terraform => compose_object(&provider_arguments(payload), sink),
        Format::Template(template) => compose_template(template, payload, sink),
    }
}

/// A value that Atlas's response did not have is left empty: the secret goes out all the same.
fn compose_template(template: Template, payload: &SecretPayload, sink: &mut Sink<'_>) {
    for piece in template.pieces() {
        match piece {
            Piece::Text(text) => sink(text),
            Piece::Value(placeholder) => sink(&placeholder.value(payload).unwrap_or_default()),
        }
    }
}

/// The two variables. With `MONGODB_ATLAS`, the Atlas CLI, Terraform's provider and this program read them.
fn compose_variables(prefix: &str, payload: &SecretPayload, sink: &mut Sink<'_>) {
    let lines = [
        ("_CLIENT_ID", payload.new_secret.client.as_str()),
        ("_CLIENT_SECRET", payload.secret.value.expose_secret()),
    ];
    for (name, value) in lines {
        sink(prefix);
        sink(name);
        sink("=");
        shell_word(value, sink);
        sink("\n");
    }
}

/// A name and its value; one that is not known is left out.
type Field<'a> = (&'static str, Value<'a>);

/// A value of a field: text as it stands, or a time to be written by RFC 3339.
enum Value<'a> {
    Text(&'a str),
    Time(Timestamp),
}

/// The fields of Atlas's answer to a create (schema `ServiceAccountSecret`), in its own order.
fn answer_fields(payload: &SecretPayload) -> Vec<Field<'_>> {
    let secret = &payload.secret;
    let mut fields = Vec::with_capacity(4);
    fields.extend(secret.id.as_ref().map(|id| ("id", Value::Text(id.as_str()))));
    fields.extend(secret.created_at.map(|at| ("createdAt", Value::Time(at))));
    fields.extend(secret.expires_at.map(|at| ("expiresAt", Value::Time(at))));
    fields.push(("secret", Value::Text(secret.value.expose_secret())));
    fields
}

/// The arguments of Terraform's provider, which it reads from a secret manager by these names.
fn provider_arguments(payload: &SecretPayload) -> Vec<Field<'_>> {
    vec![
        ("client_id", Value::Text(payload.new_secret.client.as_str())),
        ("client_secret", Value::Text(payload.secret.value.expose_secret())),
    ]
}

/// Where the organization's id stands: each tool's own page shows another order.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OrganizationPlace {
    First,
    Last,
}

/// The three fields that both the Atlas Kubernetes Operator and AWS Secrets Manager's secret type
/// `MongoDBAtlasServiceAccount` ask for.
fn credential_fields(payload: &SecretPayload, place: OrganizationPlace) -> Vec<Field<'_>> {
    let mut fields = vec![
        ("clientId", Value::Text(payload.new_secret.client.as_str())),
        ("clientSecret", Value::Text(payload.secret.value.expose_secret())),
    ];
    if let Some(organization) = &payload.organization {
        let at = if place == OrganizationPlace::First { 0 } else { fields.len() };
        fields.insert(at, ("orgId", Value::Text(organization.as_str())));
    }
    fields
}

/// A JSON object (RFC 8259), one field a line.
fn compose_object(fields: &[Field<'_>], sink: &mut Sink<'_>) {
    let mut before = "{\n";
    for (name, value) in fields {
        sink(before);
        sink("  ");
        double_quoted(name, sink);
        sink(": ");
        compose_value(value, sink);
        before = ",\n";
    }
    sink("\n}\n");
}

/// A `Secret` with the label by which the operator finds its credentials. Its name comes from the client id,
/// whose 24 hexadecimal digits make a valid one (a DNS label, RFC 1123) once they are lower-case.
fn compose_manifest(payload: &SecretPayload, sink: &mut Sink<'_>) {
    let digits = payload.new_secret.client.as_str().rsplit('_').next().unwrap_or_default();
    sink("apiVersion: v1\nkind: Secret\nmetadata:\n  name: ");
    double_quoted(&format!("atlas-{}", digits.to_ascii_lowercase()), sink);
    sink("\n  labels:\n    atlas.mongodb.com/type: credentials\ntype: Opaque\nstringData:\n");
    for (name, value) in credential_fields(payload, OrganizationPlace::First) {
        sink("  ");
        sink(name);
        sink(": ");
        compose_value(&value, sink);
        sink("\n");
    }
}

fn compose_value(value: &Value<'_>, sink: &mut Sink<'_>) {
    match value {
        Value::Text(text) => double_quoted(text, sink),
        Value::Time(time) => double_quoted(&time.to_string(), sink),
    }
}
