//! The address of Atlas.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::{Host, Url};

use super::{QUOTED, is_quoted, trim_visible};

/// The scheme, host and port that all requests are sent to. The scheme is `https`. It may be `http` only for this
/// machine (127.0.0.0/8, `::1`, `localhost`), where the traffic does not reach a network.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct BaseUrl {
    url: Url,
}

/// Who owns the host of a [`BaseUrl`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostKind {
    /// `mongodb.com` or `mongodbgov.com`, or a subdomain of them.
    Atlas,
    Loopback,
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BaseUrlError {
    #[error("{QUOTED}")]
    Quoted,
    #[error("this is not a URL; use one like https://cloud.mongodb.com")]
    NotAUrl,
    #[error("the URL must start with https://")]
    Scheme,
    #[error("http:// is allowed for localhost only; use https://")]
    Insecure,
    #[error("remove {0}: only a scheme and a host are allowed, like https://cloud.mongodb.com")]
    Surplus(&'static str),
}

impl BaseUrl {
    /// The public Atlas.
    pub const CLOUD: &str = "https://cloud.mongodb.com";
    pub const CLOUD_GOV: &str = "https://cloud.mongodbgov.com";

    /// Parses a base URL, and removes a trailing slash.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let text = trim_visible(text);
        if is_quoted(text) {
            return Err(BaseUrlError::Quoted);
        }
        let url = Url::parse(text).map_err(|_| BaseUrlError::NotAUrl)?;
        let host = url.host().ok_or(BaseUrlError::NotAUrl)?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&host) => {}
            "http" => return Err(BaseUrlError::Insecure),
            _ => return Err(BaseUrlError::Scheme),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::Surplus("the user and password"));
        }
        if url.path() != "/" {
            return Err(BaseUrlError::Surplus("the path"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BaseUrlError::Surplus("the query"));
        }
        Ok(Self { url })
    }

    /// The host, with the port if it is not the scheme's default.
    pub fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Who owns the host.
    pub fn kind(&self) -> HostKind {
        match self.url.host() {
            Some(host) if is_loopback(&host) => HostKind::Loopback,
            Some(Host::Domain(name)) if belongs_to_atlas(name) => HostKind::Atlas,
            _ => HostKind::Other,
        }
    }

    pub fn is_encrypted(&self) -> bool {
        self.url.scheme() == "https"
    }
}

impl TryFrom<String> for BaseUrl {
    type Error = BaseUrlError;

    fn try_from(text: String) -> Result<Self, BaseUrlError> {
        Self::parse(&text)
    }
}

impl From<BaseUrl> for String {
    fn from(base_url: BaseUrl) -> Self {
        base_url.to_string()
    }
}

impl fmt::Display for BaseUrl {
    /// Writes no trailing slash, so that a path can be appended.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn belongs_to_atlas(name: &str) -> bool {
    ["mongodb.com", "mongodbgov.com"].iter().any(|domain| {
        let below = name.strip_suffix(domain);
        below.is_some_and(|below| below.is_empty() || below.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_scheme_host_and_port() {
        let rows = [
            ("https://cloud.mongodb.com", "https://cloud.mongodb.com", HostKind::Atlas),
            ("https://cloud.mongodb.com/", "https://cloud.mongodb.com", HostKind::Atlas),
            (" https://cloud.mongodbgov.com ", "https://cloud.mongodbgov.com", HostKind::Atlas),
            ("https://mongodb.com.example.net", "https://mongodb.com.example.net", HostKind::Other),
            ("https://notmongodb.com", "https://notmongodb.com", HostKind::Other),
            ("https://atlas.example:8443", "https://atlas.example:8443", HostKind::Other),
            ("http://127.0.0.1:4010", "http://127.0.0.1:4010", HostKind::Loopback),
            ("http://127.9.9.9", "http://127.9.9.9", HostKind::Loopback),
            ("http://[::1]:80", "http://[::1]", HostKind::Loopback),
            ("http://localhost:1", "http://localhost:1", HostKind::Loopback),
        ];
        for (text, shown, kind) in rows {
            let url = BaseUrl::parse(text).unwrap();
            assert_eq!((url.to_string().as_str(), url.kind()), (shown, kind), "{text:?}");
            assert_eq!(Some(url.host().as_str()), shown.split("://").nth(1), "{text:?}");
            assert_eq!(url.is_encrypted(), shown.starts_with("https://"), "{text:?}");
        }
    }

    #[test]
    fn an_unsafe_or_surplus_part_is_rejected() {
        let rows = [
            ("cloud.mongodb.com", BaseUrlError::NotAUrl),
            ("", BaseUrlError::NotAUrl),
            ("\"https://cloud.mongodb.com\"", BaseUrlError::Quoted),
            ("'cloud.mongodb.com'", BaseUrlError::Quoted),
            ("https://cloud.mongodb.com'", BaseUrlError::Quoted),
            ("ftp://cloud.mongodb.com", BaseUrlError::Scheme),
            ("http://cloud.mongodb.com", BaseUrlError::Insecure),
            ("http://localhost.example.com", BaseUrlError::Insecure),
            ("http://128.0.0.1", BaseUrlError::Insecure),
            ("https://me:pass@cloud.mongodb.com", BaseUrlError::Surplus("the user and password")),
            ("https://me@cloud.mongodb.com", BaseUrlError::Surplus("the user and password")),
            ("https://:pass@cloud.mongodb.com", BaseUrlError::Surplus("the user and password")),
            ("https://cloud.mongodb.com/api/atlas/v2", BaseUrlError::Surplus("the path")),
            ("https://cloud.mongodb.com/?a=b", BaseUrlError::Surplus("the query")),
            ("https://cloud.mongodb.com/#a", BaseUrlError::Surplus("the query")),
        ];
        for (text, expected) in rows {
            assert_eq!(BaseUrl::parse(text), Err(expected), "{text:?}");
        }
    }
}
