//! Parses the JSON of Atlas's responses leniently: ignores unknown fields, treats `null` as absent, and skips only the
//! fields that it cannot read.

use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use secrecy::{ExposeSecret, SecretString};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use crate::domain::{
    AccountEntry, ClientId, CreatedSecret, ENTRIES_PER_PAGE, ExistingSecret, FieldViolation, OrganizationId,
    OrganizationSettings, Page, Project, ProjectEntry, ProjectId, Rejection, SecretId, ServerText,
    ServiceAccount, without_secrets,
};

/// The body of a response to the creating POST, with or without an envelope.
pub(super) struct CreatedBody {
    pub envelope_status: Option<u16>,
    /// The new secret's ID, even if its value is missing.
    pub id: Option<SecretId>,
    pub secret: Option<CreatedSecret>,
}

/// Deeper JSON is not read. Atlas's is four levels deep.
const MAX_DEPTH: usize = 16;

/// Parses a JSON text. A part that cannot be parsed (a number out of range, a lone surrogate, deep nesting) costs only
/// itself, and so does what follows the end, such as a proxy's comment. `None` for a text that has no end.
pub(super) fn json(body: &[u8]) -> Option<Value> {
    readable(&String::from_utf8_lossy(body), MAX_DEPTH)
}

fn readable(text: &str, depth: usize) -> Option<Value> {
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    let (parts, after) = parts(text).filter(|_| depth > 0)?;
    // Text after an inner value, such as a part after a missing comma, would be lost.
    after.filter(|after| depth == MAX_DEPTH || after.trim().is_empty())?;
    // No reader expects a Boolean, and `null` would mean that the part is absent.
    let read = |value| readable(value, depth - 1).unwrap_or(Value::Bool(false));
    let name = |text| serde_json::from_str::<String>(text).ok();
    Some(if is_object(text) {
        parts.into_iter().filter_map(|(key, value)| Some((name(key)?, read(value)))).collect()
    } else {
        parts.into_iter().map(|(_, value)| read(value)).collect()
    })
}

fn is_object(text: &str) -> bool {
    text.trim_start_matches(SPACE).starts_with('{')
}

/// White space in JSON (RFC 8259, section 2).
const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// A member of a JSON object: name and value as raw text. The name of an element of an array is empty.
pub(super) type Part<'a> = (&'a str, &'a str);

/// The members of the JSON object at the start of `text`.
pub(super) fn members(text: &str) -> Option<Vec<Part<'_>>> {
    parts(text).filter(|_| is_object(text)).map(|(members, _)| members)
}

/// The members of the JSON object, or the elements of the array, at the start of `text`, and the text after its end, if
/// it has one. An element has an empty name. Only strings and brackets are parsed, so an invalid value does not affect
/// the others.
fn parts(text: &str) -> Option<(Vec<Part<'_>>, Option<&str>)> {
    let is_object = is_object(text);
    let text = text.trim_start_matches(SPACE).strip_prefix(['{', '['])?;
    let part = |start: usize, colon: Option<usize>, end: usize| match colon {
        Some(colon) if is_object => Some((text[start..colon].trim(), text[colon + 1..end].trim())),
        _ => Some(("", text[start..end].trim())).filter(|(_, value)| !is_object && !value.is_empty()),
    };
    let (mut parts, mut start, mut colon) = (Vec::new(), 0, None);
    let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth > 0 => depth -= 1,
            b':' if colon.is_none() => colon = Some(at),
            b',' | b'}' | b']' if depth == 0 => {
                parts.extend(part(start, colon.take(), at));
                start = at + 1;
                if byte != b',' {
                    return Some((parts, Some(&text[at + 1..])));
                }
            }
            _ => {}
        }
    }
    parts.extend(part(start, colon, text.len()));
    Some((parts, None))
}

/// The values with this name that can be read as a `T`, in reverse order: the last one counts.
pub(super) fn values<T: DeserializeOwned>(members: &[Part<'_>], name: &str) -> impl Iterator<Item = T> {
    let is_named = move |text: &str| serde_json::from_str::<String>(text).is_ok_and(|text| text == name);
    let values = members.iter().rev().filter(move |(text, _)| is_named(text));
    values.filter_map(|(_, value)| serde_json::from_str(value).ok())
}

/// Parses the body of a response to the creating POST. `None` if it is not a JSON object, or was cut off before the ID.
///
/// Errors in other members do not lose the secret. A value with invalid UTF-8 is not a secret.
pub(super) fn created(body: &[u8]) -> Option<CreatedBody> {
    let text = String::from_utf8_lossy(body);
    let bare = members(&text)?;
    let envelope_status: Option<u16> = values(&bare, "status").next();
    let is_content = |(name, value): &&Part<'_>| *name == "\"content\"" && value.starts_with('{');
    let content = bare.iter().rev().find(is_content).and_then(|(_, value)| members(value));
    let content_members = content.as_deref().unwrap_or_default();
    let secret = secret_of(&bare).or_else(|| secret_of(content_members));
    let id = id_of(&bare).or_else(|| id_of(content_members));
    let is_readable = secret.is_some() || id.is_some() || serde_json::from_str::<IgnoredAny>(&text).is_ok();
    let envelope_status = envelope_status.filter(|_| content.is_some());
    is_readable.then_some(CreatedBody { envelope_status, id, secret })
}

fn id_of(members: &[Part<'_>]) -> Option<SecretId> {
    values::<String>(members, "id").find_map(|id| SecretId::from_server(&id))
}

fn secret_of(members: &[Part<'_>]) -> Option<CreatedSecret> {
    let is_readable = |value: &SecretString| {
        let value = value.expose_secret();
        !value.trim().is_empty() && !value.contains(char::REPLACEMENT_CHARACTER)
    };
    let value = values(members, "secret").find(is_readable)?;
    let time = |name| values::<String>(members, name).find_map(|text| timestamp(&text));
    Some(CreatedSecret {
        value,
        id: id_of(members),
        created_at: time("createdAt"),
        expires_at: time("expiresAt"),
    })
}

/// Removes the envelope (`{"status":404,"content":{…}}`) of a response that has one, whether it was requested or not.
/// Atlas sends it with status 200. Returns the effective status and the inner body.
pub(super) fn unwrap_envelope(status: u16, mut body: Value) -> (u16, Value) {
    let inner = body.get("status").and_then(Value::as_u64);
    let inner = inner.and_then(|status| u16::try_from(status).ok());
    match (inner, body.get_mut("content")) {
        (Some(inner), Some(content)) if content.is_object() && (status == 200 || status == inner) => {
            (inner, content.take())
        }
        _ => (status, body),
    }
}

/// Parses Atlas's own error (schema `ApiError`). `None` if the error is not from Atlas.
///
/// It has an integer `error`, and an `errorCode`. With an error status, the integer suffices if it repeats the status,
/// or if there is a `detail` or a `reason`.
pub(super) fn rejection(status: u16, body: &Value, retry_after: Option<Duration>) -> Option<Rejection> {
    let error = body.get("error").filter(|error| error.is_i64() || error.is_u64())?;
    let present = |name| text(body, name).filter(|text| !text.is_empty()).map(|text| message(text.as_str()));
    let (code, detail, reason) = (present("errorCode"), present("detail"), present("reason"));
    let repeats_status = error.as_u64() == Some(status.into());
    let has_words = repeats_status || detail.is_some() || reason.is_some();
    if code.is_none() && (status < 400 || !has_words) {
        return None;
    }
    let fields = body.pointer("/badRequestDetail/fields").and_then(Value::as_array);
    let violation = |field: &Value| FieldViolation {
        field: text(field, "field").unwrap_or_default(),
        description: text(field, "description").map(|text| message(text.as_str())).unwrap_or_default(),
    };
    let address = body.pointer("/parameters/0").and_then(Value::as_str).map(str::trim);
    Some(Rejection {
        status,
        error_code: code.unwrap_or_default(),
        detail: detail.or(reason).unwrap_or_default(),
        fields: fields.into_iter().flatten().map(violation).collect(),
        address: address.filter(|address| address.parse::<IpAddr>().is_ok()).map(ServerText::new),
        retry_after,
    })
}

/// Parses a service account (schema `GroupServiceAccount`). `None` if nothing suggests that the object is one, or if
/// its secrets are not a list: an account must never appear to have fewer secrets than it has.
pub(super) fn service_account(body: &Value) -> Option<ServiceAccount> {
    let has = |name| body.get(name).is_some_and(|value: &Value| !value.is_null());
    if !has("clientId") && !has("name") && !has("secrets") {
        return None;
    }
    let secrets = match body.get("secrets") {
        None | Some(Value::Null) => Vec::new(),
        // An unreadable secret must not look like a free slot.
        Some(secrets) => secrets.as_array()?.iter().map(existing_secret).collect::<Option<_>>()?,
    };
    let roles = body.get("roles").and_then(Value::as_array);
    let roles = roles.into_iter().flatten().filter_map(Value::as_str);
    Some(ServiceAccount {
        name: text(body, "name").unwrap_or_default(),
        roles: roles.map(ServerText::new).collect(),
        secrets,
        read_at: None,
    })
}

/// False if the object has another ID than this, or one that cannot be read.
pub(super) fn is_of(body: &Value, name: &str, id: &str) -> bool {
    let is_id = |found: &Value| found.as_str().is_some_and(|found| found.eq_ignore_ascii_case(id));
    body.get(name).is_none_or(|found| found.is_null() || is_id(found))
}

/// Parses a project (schema `Group`). `None` if the object does not look like one.
pub(super) fn project(body: &Value) -> Option<Project> {
    Some(Project { name: text(body, "name")?, organization: organization(body) })
}

fn organization(body: &Value) -> Option<OrganizationId> {
    OrganizationId::from_server(body.get("orgId")?.as_str()?)
}

/// Parses an organization's settings (schema `OrganizationSettings`, which has no required fields). A maximum that is
/// not a positive `int32` is ignored: Atlas checks a lifetime in any case.
pub(super) fn organization_settings(body: &Value) -> Option<OrganizationSettings> {
    let settings = body.as_object()?;
    let cap = settings.get("maxServiceAccountSecretValidityInHours").and_then(Value::as_i64);
    Some(OrganizationSettings {
        longest_secret_hours: cap.and_then(|cap| i32::try_from(cap).ok()).filter(|cap| *cap > 0),
    })
}

/// Parses one page of a list. It is the last page if it is short, or if its links do not name a next page. `totalCount`
/// is only an estimate.
pub(super) fn page<T>(body: &Value, entry: impl Fn(&Value) -> Option<T>) -> Option<Page<T>> {
    let results = body.get("results")?.as_array()?;
    let links_have_next = body
        .get("links")
        .and_then(Value::as_array)
        .is_none_or(|links| links.iter().any(|link| link.get("rel").and_then(Value::as_str) == Some("next")));
    let about = body.get("totalCount").and_then(Value::as_u64);
    Some(Page {
        entries: results.iter().filter_map(entry).collect(),
        is_last: results.len() < ENTRIES_PER_PAGE || !links_have_next,
        about: about.and_then(|about| u32::try_from(about).ok()),
    })
}

/// Parses a project in a list; `None` without a readable ID, since it could not be selected.
pub(super) fn project_entry(body: &Value) -> Option<ProjectEntry> {
    let id = ProjectId::parse(body.get("id")?.as_str()?).ok()?;
    Some(ProjectEntry { id, name: text(body, "name").unwrap_or_default(), organization: organization(body) })
}

/// Parses a service account in a list; `None` without a readable ID, since it could not be selected.
pub(super) fn account_entry(body: &Value) -> Option<AccountEntry> {
    let client = ClientId::parse(body.get("clientId")?.as_str()?).ok()?;
    let secrets = body.get("secrets").and_then(Value::as_array).into_iter().flatten();
    let name = text(body, "name").unwrap_or_default();
    Some(AccountEntry { client, name, secrets: secrets.filter_map(existing_secret).collect() })
}

fn existing_secret(body: &Value) -> Option<ExistingSecret> {
    Some(ExistingSecret {
        id: SecretId::from_server(body.get("id")?.as_str()?)?,
        created_at: time(body, "createdAt"),
        expires_at: time(body, "expiresAt"),
        last_used_at: time(body, "lastUsedAt"),
        mask: text(body, "maskedSecretValue").filter(|mask| !mask.is_empty()),
    })
}

fn text(body: &Value, name: &str) -> Option<ServerText> {
    body.get(name)?.as_str().map(ServerText::new)
}

/// The text of an error message. A proxy may repeat what was sent in it.
pub(super) fn message(text: &str) -> ServerText {
    ServerText::new(&without_secrets(text))
}

fn time(body: &Value, name: &str) -> Option<Timestamp> {
    timestamp(body.get(name)?.as_str()?)
}

/// The end of the year 9999, which means never, is beyond the last time that jiff has.
fn timestamp(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let utc: DateTime = text.strip_suffix('Z')?.parse().ok()?;
        (utc.year() == 9999).then_some(Timestamp::MAX)
    })
}

#[cfg(test)]
mod tests;
