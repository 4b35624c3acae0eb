//! Versioned media types: `application/vnd.atlas.YYYY-MM-DD+json`.
//!
//! A request names a date; the newest version of the resource that is not younger than it answers.
//! Every resource here has one version, so that a date on or after it is right. Where Atlas's own
//! answer is not public, this is what was chosen: a missing, unversioned, malformed or too old `Accept`
//! is 400 `INVALID_VERSION_DATE`, as for a missing version; another format than JSON is 406.

use hyper::StatusCode;
use jiff::civil::Date;

use super::refusal::Refusal;

const PREFIX: &str = "application/vnd.atlas.";

/// The answer's `Content-Type` for the resource version `version`.
pub(super) fn versioned(version: Date) -> String {
    format!("{PREFIX}{version}+json")
}

/// Checks an `Accept` header against the version of the resource.
pub(super) fn check_accept(accept: Option<&str>, version: Date) -> Result<(), Refusal> {
    let accept = accept.unwrap_or_default();
    let types: Vec<&str> = accept.split(',').map(essence).collect();
    let dates = types.iter().filter_map(|media_type| version_of(media_type));
    if dates.clone().any(|date| date >= version) {
        return Ok(());
    }
    if types.iter().any(|media_type| is_versioned_otherwise(media_type)) {
        let detail = "Only JSON can be answered with.";
        return Err(Refusal::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", detail));
    }
    let detail = format!("The Accept header names no version date on or after {version}.");
    Err(Refusal::new(StatusCode::BAD_REQUEST, "INVALID_VERSION_DATE", detail))
}

/// Checks the `Content-Type` of a body: `application/json`, or the versioned type.
pub(super) fn check_content_type(content_type: Option<&str>, version: Date) -> Result<(), Refusal> {
    let media_type = essence(content_type.unwrap_or_default());
    let is_json = media_type.eq_ignore_ascii_case("application/json");
    if is_json || version_of(media_type).is_some_and(|date| date >= version) {
        return Ok(());
    }
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    let detail = format!("The Content-Type must be application/json or {}.", versioned(version));
    Err(Refusal::new(status, "UNSUPPORTED_MEDIA_TYPE", detail))
}

/// The media type without its parameters.
fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

fn version_of(media_type: &str) -> Option<Date> {
    let date = media_type.strip_prefix(PREFIX)?.strip_suffix("+json")?;
    // Ten characters: the parser also reads other ways to write a date.
    (date.len() == 10).then(|| date.parse().ok())?
}

fn is_versioned_otherwise(media_type: &str) -> bool {
    let rest = media_type.strip_prefix(PREFIX);
    rest.and_then(|rest| rest.split_once('+')).is_some_and(|(_, format)| format != "json")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn accept_needs_a_date_that_is_not_too_old() {
        let rows = [
            (Some("application/vnd.atlas.2024-08-05+json"), None),
            (Some("application/vnd.atlas.2025-03-12+json"), None),
            (Some("text/html, application/vnd.atlas.2024-08-05+json;q=0.9"), None),
            (Some("application/vnd.atlas.2023-01-01+json"), Some(400)),
            (Some("application/vnd.atlas.2024-13-05+json"), Some(400)),
            (Some("application/vnd.atlas.20240805+json"), Some(400)),
            (Some("application/json"), Some(400)),
            (Some("*/*"), Some(400)),
            (Some(""), Some(400)),
            (None, Some(400)),
            (Some("application/vnd.atlas.2024-08-05+csv"), Some(406)),
        ];
        for (accept, expected) in rows {
            let status = check_accept(accept, date(2024, 8, 5)).err().map(|refusal| refusal.status.as_u16());
            assert_eq!(status, expected, "{accept:?}");
        }
    }

    #[test]
    fn a_body_is_json() {
        let rows = [
            (Some("application/json"), None),
            (Some("application/json; charset=utf-8"), None),
            (Some("application/vnd.atlas.2024-08-05+json"), None),
            (Some("application/vnd.atlas.2023-01-01+json"), Some(415)),
            (Some("application/x-www-form-urlencoded"), Some(415)),
            (Some("text/plain"), Some(415)),
            (None, Some(415)),
        ];
        for (content_type, expected) in rows {
            let refused = check_content_type(content_type, date(2024, 8, 5)).err();
            assert_eq!(refused.map(|refusal| refusal.status.as_u16()), expected, "{content_type:?}");
        }
    }
}
