//! The request that creates a secret, as Atlas documents it (operation `createGroupServiceAccountSecret`): what
//! is sent, and what a runbook says to send, is of one source.

use super::NewSecret;

/// The version of the service account endpoints; without its date Atlas answers with the oldest one.
pub const API_VERSION: &str = "2024-08-05";

/// The same as Atlas wants it in `Accept`; it takes it in `Content-Type` too.
pub const MEDIA_TYPE: &str = "application/vnd.atlas.2024-08-05+json";

/// The two flags of the endpoint's query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueryFlags {
    /// `envelope=true`: the status comes inside the body.
    pub envelope: bool,
    /// `pretty=true`: the body comes with line breaks.
    pub pretty: bool,
}

impl QueryFlags {
    /// The query as it stands behind the path, with its question mark; nothing without a flag.
    pub fn query(self) -> &'static str {
        match (self.envelope, self.pretty) {
            (false, false) => "",
            (true, false) => "?envelope=true",
            (false, true) => "?pretty=true",
            (true, true) => "?envelope=true&pretty=true",
        }
    }
}

impl NewSecret {
    /// The body (schema `ServiceAccountSecretRequest`).
    pub fn body(&self) -> String {
        format!(r#"{{"secretExpiresAfterHours":{}}}"#, self.lifetime.hours())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_media_type_is_of_the_version() {
        assert_eq!(MEDIA_TYPE, format!("application/vnd.atlas.{API_VERSION}+json"));
    }
}
