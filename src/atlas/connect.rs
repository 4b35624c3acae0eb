//! The HTTP client: its TLS configuration, and the proxy from the environment.
//!
//! `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` are read as Go reads them (`golang.org/x/net/http/httpproxy`), because the
//! Atlas CLI is written in Go.
//!
//! **Invariant:** an unreadable proxy variable is an error, and never leads to a direct connection.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use thiserror::Error;
use url::{Host, Url};

use crate::domain::{ApiError, ApiResult, BaseUrl, HostKind, ServerText, os_error_message};

use super::http::request_error;

/// Sent with ` (os;arch)` appended, as Atlas's own tools do.
const USER_AGENT: &str = concat!("atlas-secret/", env!("CARGO_PKG_VERSION"));

/// The largest file of certificates that is read. Those of operating systems have less than 1 MiB.
const MAX_CERTIFICATE_FILE: u64 = 16 << 20;

/// How long an idle connection is kept after its last response. A server or a firewall may have silently closed an
/// older one, and a request that fails on it looks the same as one that was executed.
const IDLE_LIMIT: Duration = Duration::from_secs(2);

/// Builds the HTTP client. Blocks while it reads the machine's certificates, unless `base_url` needs none.
pub(super) fn client(base_url: &BaseUrl, connect_limit: Duration) -> ApiResult<reqwest::Client> {
    // A remote proxy cannot reach this machine's loopback interface, and must not see the token.
    let is_loopback = base_url.kind() == HostKind::Loopback;
    let environment = |name: &str| std::env::var_os(name).map(|text| text.to_string_lossy().into_owned());
    let route = if is_loopback { Ok(Route::Direct) } else { route(base_url, environment) };
    let builder = reqwest::Client::builder()
        .user_agent(format!("{USER_AGENT} ({};{})", std::env::consts::OS, std::env::consts::ARCH))
        .default_headers(HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("identity"))]))
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        // hyper drops a response with more headers than this; its default is 100.
        .http1_max_headers(1000)
        // A proxy's malformed header must not cost the secret in the body.
        .http1_ignore_invalid_headers_in_responses(true)
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .http1_allow_spaces_after_header_name_in_responses(true)
        .connect_timeout(connect_limit)
        .pool_idle_timeout(IDLE_LIMIT);
    let builder = if base_url.is_encrypted() {
        if !has_certificate_folder() {
            check_certificate_file().map_err(|why| ApiError::setup(&why))?;
        }
        builder
    } else {
        // Plain HTTP needs no certificates, and loading them takes longer than drawing.
        builder.tls_certs_only(Vec::new())
    };
    let builder = match route.map_err(|error| ApiError::setup(&error.to_string()))? {
        Route::System => builder,
        Route::Direct => builder.no_proxy(),
        Route::Proxy(url) => builder.proxy(reqwest::Proxy::all(url).map_err(request_error)?),
    };
    builder.build().map_err(request_error)
}

/// Checks `SSL_CERT_FILE`, because the library blocks on a pipe, does not stop reading some devices, and does not say
/// what is wrong with the file.
pub fn check_certificate_file() -> Result<(), String> {
    let Some(path) = std::env::var_os("SSL_CERT_FILE") else { return Ok(()) };
    let why = match std::fs::metadata(&path) {
        _ if path.is_empty() => return Err("SSL_CERT_FILE is empty: unset it, or name a file".to_owned()),
        Ok(found) if found.is_dir() => "is a folder; use SSL_CERT_DIR for folders".to_owned(),
        Ok(found) if !found.is_file() => "is a pipe or a device, not a regular file".to_owned(),
        Ok(found) if found.len() > MAX_CERTIFICATE_FILE => "is larger than 16 MiB".to_owned(),
        found => match found.and_then(|_| std::fs::read(&path)) {
            Ok(text) if CertificateDer::pem_slice_iter(&text).any(|found| found.is_ok()) => return Ok(()),
            Ok(_) => "contains no certificate in PEM format (-----BEGIN CERTIFICATE-----)".to_owned(),
            Err(error) => format!("cannot be read ({})", os_error_message(&error)),
        },
    };
    Err(format!("SSL_CERT_FILE {why}: {}", ServerText::new(&path.to_string_lossy())))
}

/// True if the library uses `SSL_CERT_DIR` alone, because `SSL_CERT_FILE` names no file or an empty one. Nix and conda set
/// it like that.
pub fn has_certificate_folder() -> bool {
    let is_empty = |file: OsString| {
        std::fs::metadata(file).map_or_else(
            |error| error.kind() == ErrorKind::NotFound,
            |file| file.is_file() && file.len() == 0,
        )
    };
    let has_folder = |folders: OsString| std::env::split_paths(&folders).any(|folder| folder.is_dir());
    std::env::var_os("SSL_CERT_FILE").is_some_and(is_empty)
        && std::env::var_os("SSL_CERT_DIR").is_some_and(has_folder)
}

/// In order of precedence.
const FOR_HTTPS: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
const EXCEPTIONS: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// Requests only use `https`, but an invalid variable is still an error.
const FOR_HTTP: [&str; 2] = ["HTTP_PROXY", "http_proxy"];

/// The environment variables that decide the route to Atlas.
pub fn proxy_variables() -> impl Iterator<Item = &'static str> {
    FOR_HTTPS.into_iter().chain(EXCEPTIONS)
}

#[derive(Debug, PartialEq, Eq)]
enum Route {
    /// No variable is set: use the system's settings, if it has any.
    System,
    Direct,
    Proxy(Url),
}

/// An invalid proxy variable. The error does not show the value, which may contain a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "{variable} is not the address of a proxy: {why}. Write it like http://user:password@proxy.example:3128"
)]
pub struct ProxyError {
    pub variable: &'static str,
    why: &'static str,
}

/// Checks every proxy variable that is set. `variable` looks up an environment variable.
pub fn check_proxies(variable: impl Fn(&str) -> Option<String>) -> Result<(), ProxyError> {
    proxies(&variable).map(|_| ())
}

fn route(base_url: &BaseUrl, variable: impl Fn(&str) -> Option<String>) -> Result<Route, ProxyError> {
    let Some(proxy) = proxies(&variable)? else { return Ok(Route::System) };
    let exceptions = EXCEPTIONS.into_iter().filter_map(&variable);
    let exceptions = exceptions.into_iter().find(|list| !list.is_empty()).unwrap_or_default();
    let is_exception = Url::parse(&base_url.to_string()).is_ok_and(|url| {
        let port = url.port_or_known_default();
        url.host().is_some_and(|host| exceptions.split(',').any(|entry| matches(entry, &host, port)))
    });
    Ok(if is_exception { Route::Direct } else { Route::Proxy(proxy) })
}

/// Checks all proxy variables, and returns the proxy for `https`.
fn proxies(variable: &impl Fn(&str) -> Option<String>) -> Result<Option<Url>, ProxyError> {
    let mut found = None;
    for name in FOR_HTTPS.into_iter().chain(FOR_HTTP) {
        let Some(text) = variable(name).filter(|text| !text.is_empty()) else { continue };
        let proxy = parse(&text).map_err(|why| ProxyError { variable: name, why })?;
        if FOR_HTTPS.contains(&name) {
            found.get_or_insert(proxy);
        }
    }
    Ok(found)
}

fn parse(text: &str) -> Result<Url, &'static str> {
    let is_space = |character: char| character.is_whitespace() || character.is_control();
    let has_quotes = text.contains('"') || text.starts_with('\'') || text.ends_with('\'');
    let text = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let mistakes = [
        (has_quotes, "it holds quotes"),
        (text.contains(is_space), "it holds a space or a line break"),
        (text.contains(char::REPLACEMENT_CHARACTER), "it is not UTF-8"),
        (text.contains('\\'), "it holds a backslash, which is %5C in a user name"),
        (text.contains(":///"), "it has no host"),
    ];
    if let Some((_, why)) = mistakes.into_iter().find(|(is_made, _)| *is_made) {
        return Err(why);
    }
    let mut url = Url::parse(&text).map_err(|_| "it is not a URL")?;
    match url.scheme() {
        "http" | "https" | "socks4" | "socks4a" | "socks5h" => {}
        // The proxy resolves host names for both schemes, as in Go.
        "socks5" => url.set_scheme("socks5h").map_err(|()| "it is not a URL")?,
        _ => return Err("it must start with http://, https://, socks5:// or socks5h://"),
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("it has no host");
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err("something follows the host and port; / ? # in a password are %2F %3F %23");
    }
    Ok(url)
}

/// True if an entry of `NO_PROXY` matches this host. An entry is `*`, an address, a network, a name (which includes its
/// subdomains), or `.name` or `*.name` (only the subdomains). All but `*` and networks may have a port.
fn matches(entry: &str, host: &Host<&str>, port: Option<u16>) -> bool {
    let entry = entry.trim().to_lowercase();
    let address = match host {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(IpAddr::V4(*address)),
        Host::Ipv6(address) => Some(IpAddr::V6(*address).to_canonical()),
    };
    if entry == "*" {
        return true;
    }
    if let Ok(network) = entry.parse::<IpNet>() {
        return address.is_some_and(|address| network.contains(&address));
    }
    let (name, entry_port) = split_port(&entry);
    if !entry_port.is_empty() && entry_port.parse().ok() != port {
        return false;
    }
    if let Ok(wanted) = name.parse::<IpAddr>() {
        return address == Some(wanted.to_canonical());
    }
    let Host::Domain(host) = host else { return false };
    let below = name.strip_prefix("*.").or_else(|| name.strip_prefix('.'));
    let name = Host::parse(below.unwrap_or(name)).map(|name| name.to_string()).unwrap_or_default();
    let parent = host.strip_suffix(&name).filter(|_| !name.is_empty());
    parent.is_some_and(|parent| parent.ends_with('.') || (parent.is_empty() && below.is_none()))
}

/// Splits an entry into host and port; either may be empty. An IPv6 address needs brackets only before a port.
fn split_port(entry: &str) -> (&str, &str) {
    let (host, port) = match entry.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, port)) if port.is_empty() || port.starts_with(':') => (host, port.get(1..).unwrap_or("")),
        _ => entry.split_once(':').unwrap_or((entry, "")),
    };
    if port.contains(':') { (entry, "") } else { (host, port) }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn route_of(base_url: &str, variables: &[(&str, &str)]) -> Result<Route, ProxyError> {
        let lookup =
            |name: &str| variables.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned());
        route(&BaseUrl::parse(base_url).unwrap(), lookup)
    }

    #[test]
    fn a_proxy_is_a_url_of_a_known_scheme() {
        let rows = [
            ("http://proxy.test:3128", "http://proxy.test:3128/"),
            ("HTTP://Proxy.test:3128", "http://proxy.test:3128/"),
            ("https://proxy.test", "https://proxy.test/"),
            ("127.0.0.1:3128", "http://127.0.0.1:3128/"),
            ("[2001:db8::1]:3128", "http://[2001:db8::1]:3128/"),
            ("user:fake@proxy.test:3128", "http://user:fake@proxy.test:3128/"),
            ("http://CORP%5Cuser:fake@proxy.test", "http://CORP%5Cuser:fake@proxy.test/"),
            ("http://user:f@ke@proxy.test:3128", "http://user:f%40ke@proxy.test:3128/"),
            ("http://user:it's@proxy.test:3128", "http://user:it's@proxy.test:3128/"),
            ("socks5://[2001:db8::1]:1080", "socks5h://[2001:db8::1]:1080"),
            ("socks5h://user:fake@proxy.test:1080", "socks5h://user:fake@proxy.test:1080"),
            ("socks4a://proxy.test", "socks4a://proxy.test"),
        ];
        for (text, expected) in rows {
            let expected = Ok(Route::Proxy(expected.parse().unwrap()));
            assert_eq!(route_of("https://atlas.test", &[("HTTPS_PROXY", text)]), expected, "{text}");
        }
    }

    #[test]
    fn an_invalid_proxy_is_named_with_its_mistake_but_its_value_is_not_shown() {
        let (quotes, space) = ("it holds quotes", "it holds a space or a line break");
        let backslash = "it holds a backslash, which is %5C in a user name";
        let (no_host, no_url) = ("it has no host", "it is not a URL");
        let scheme = "it must start with http://, https://, socks5:// or socks5h://";
        let surplus = "something follows the host and port; / ? # in a password are %2F %3F %23";
        let rows = [
            (r"CORP\user:FAKE-pw@127.0.0.1:3128", backslash),
            ("\"http://user:FAKE-pw@proxy.test:3128\"", quotes),
            ("'http://user:FAKE-pw@proxy.test:3128'", quotes),
            ("http://user:FAKE-pw@proxy.test:3128'", quotes),
            ("http://user:FAKE pw@proxy.test:3128", space),
            (" http://user:FAKE-pw@proxy.test:3128", space),
            ("http://user:FAKE-pw@proxy.test:3128\n", space),
            ("http://user:FAKE-pw@proxy.test\u{7}:3128", space),
            ("http://user:FAKE-\u{fffd}@proxy.test:3128", "it is not UTF-8"),
            ("http://user:FAKE/pw@proxy.test:3128", no_url),
            ("http://user:3/FAKE-pw@proxy.test:3128", surplus),
            ("http://user:3#FAKE-pw@proxy.test:3128", surplus),
            ("http://user:3?FAKE-pw@proxy.test:3128", surplus),
            ("http://proxy.test:3128/proxy.pac", surplus),
            ("http://user:FAKE-pw@proxy.test:99999", no_url),
            ("http://user:FAKE-pw@proxy.test:port", no_url),
            ("http://user:FAKE-pw@", no_url),
            ("http://user:FAKE-pw@::1:3128", no_url),
            ("http://user:FAKE-pw@[fe80::1%25eth0]:3128", no_url),
            ("http:///proxy.test:3128", no_host),
            ("socks5://", no_host),
            ("ftp://user:FAKE-pw@proxy.test", scheme),
            ("socks://user:FAKE-pw@proxy.test", scheme),
        ];
        for (text, why) in rows {
            for variable in FOR_HTTPS.into_iter().chain(FOR_HTTP) {
                let error = route_of("https://atlas.test", &[(variable, text)]).unwrap_err();
                assert_eq!((error.variable, error.why), (variable, why), "{text}");
                assert!(!format!("{error} {error:?}").contains("FAKE"), "{text}");
            }
        }
    }

    #[test]
    fn the_first_variable_that_is_set_is_used() {
        let (first, second) = (("HTTPS_PROXY", "http://first.test"), ("all_proxy", "http://second.test"));
        let proxy = |url: &str| Ok(Route::Proxy(url.parse().unwrap()));
        let rows: [(&[_], _); 7] = [
            (&[second, first], proxy("http://first.test")),
            (&[second], proxy("http://second.test")),
            (&[("HTTPS_PROXY", ""), second], proxy("http://second.test")),
            (&[("https_proxy", "http://first.test"), second], proxy("http://first.test")),
            (&[("HTTP_PROXY", "http://first.test")], Ok(Route::System)),
            (&[("NO_PROXY", "*")], Ok(Route::System)),
            (&[], Ok(Route::System)),
        ];
        for (variables, expected) in rows {
            assert_eq!(route_of("https://atlas.test", variables), expected, "{variables:?}");
        }
    }

    #[test]
    fn exceptions_are_read_as_go_reads_them() {
        let rows = [
            ("https://atlas.corp.test", "", false),
            ("https://atlas.corp.test", "*", true),
            ("https://atlas.corp.test", "corp.test", true),
            ("https://atlas.corp.test", ".corp.test", true),
            ("https://atlas.corp.test", "*.CORP.Test", true),
            ("https://atlas.corp.test", "atlas.corp.test", true),
            ("https://atlas.corp.test", " other.test ,\tcorp.test ", true),
            ("https://atlas.corp.test", "corp.test:443", true),
            ("https://atlas.corp.test", "corp.test:8443", false),
            ("https://atlas.corp.test", "corp.test:", true),
            ("https://atlas.corp.test:8443", "corp.test:8443", true),
            ("https://atlas.corp.test:8443", "corp.test:443", false),
            ("https://atlas.corp.test", "rp.test", false),
            ("https://atlas.corp.test", "*corp.test", false),
            ("https://atlas.corp.test", ",,.,*.,:443", false),
            ("https://corp.test", "corp.test", true),
            ("https://corp.test", "*.corp.test", false),
            ("https://10.1.2.3", "10.0.0.0/8", true),
            ("https://10.1.2.3", "10.1.2.3/8", true),
            ("https://10.1.2.3", "10.1.2.3", true),
            ("https://10.1.2.3", "10.1.2.3:80", false),
            ("https://10.1.2.3", "10.0.0.0/99", false),
            ("https://10.1.2.3", "2.3", false),
            ("https://[2001:db8::1]", "2001:db8::/32", true),
            ("https://[2001:db8::1]", "2001:db8::1", true),
            ("https://[2001:db8::1]", "[2001:db8::1]", true),
            ("https://[2001:db8::1]", "[2001:db8::1]:443", true),
            ("https://[2001:db8::1]:8443", "[2001:db8::1]:443", false),
            ("https://[2001:db8::1]:8443", "[2001:DB8:0::1]:8443", true),
            ("https://[2001:db8::1]", "[2001:db8::1]:", true),
            ("https://[2001:db8::1]", "[2001:db8::1]443", false),
            ("https://[2001:db8::1]", "[2001:db8::1]/128", false),
            ("https://[2001:db8::1]", "[2001:db8::1", false),
            ("https://[2001:db8::1]", "2001:db8::1:443", false),
            ("https://[2001:db8::1]", "::/0", true),
            ("https://[2001:db8::1]", "0.0.0.0/0", false),
            // The host in a URL has no zone, so an entry with a zone never matches, as in Go.
            ("https://[fe80::1]", "fe80::1%eth0", false),
            ("https://[fe80::1]", "[fe80::1%eth0]:443", false),
            ("https://[fe80::1]", "fe80::/10", true),
            ("https://[::ffff:10.1.2.3]", "10.1.2.3", true),
            ("https://10.1.2.3", "::ffff:10.1.2.3", true),
            ("https://[::ffff:10.1.2.3]", "10.0.0.0/8", true),
            ("https://b\u{fc}cher.test", "b\u{fc}cher.test", true),
            ("https://atlas.corp.test.", ",.,*.,:443", false),
        ];
        for (base_url, exceptions, is_direct) in rows {
            for name in ["NO_PROXY", "no_proxy"] {
                let variables = [("HTTPS_PROXY", "http://proxy.test"), (name, exceptions)];
                let is = route_of(base_url, &variables) == Ok(Route::Direct);
                assert_eq!(is, is_direct, "{base_url} {name}={exceptions}");
            }
        }
        let (empty, other) = (("NO_PROXY", ""), ("no_proxy", "corp.test"));
        let variables = [("HTTPS_PROXY", "http://proxy.test"), empty, other];
        assert_eq!(
            route_of("https://atlas.corp.test", &variables),
            Ok(Route::Direct),
            "an empty list is none"
        );
    }

    fn proxy_value() -> impl Strategy<Value = String> {
        prop_oneof![
            2 => Just(String::new()),
            4 => "(https?|socks5h?|socks4a?)://(user:FAKE@)?(proxy\\.test|10\\.0\\.0\\.1|\\[::1\\])(:[0-9]{1,4})?/?",
            2 => "(http|ftp|socks|HTTP)?:?/{0,3}(user:FAKE[/?#@\\\\ ]?)?@?(proxy)?:?[0-9]{0,6}",
            1 => any::<String>(),
            1 => "[ -~]{0,20}",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_variable_that_is_set_is_never_ignored(
            values in vec(prop::option::of(proxy_value()), 6), exceptions in prop_oneof![Just(String::new()), "[a-z.,*:0-9/\\[\\] ]{0,20}", any::<String>()],
        ) {
            let names = FOR_HTTPS.into_iter().chain(FOR_HTTP);
            let mut set: HashMap<&str, String> = names.zip(values).filter_map(|(name, value)| Some((name, value?))).collect();
            let is_set = |set: &HashMap<&str, String>, names: &[&str]| {
                names.iter().any(|name| set.get(name).is_some_and(|value| !value.is_empty()))
            };
            set.insert("NO_PROXY", exceptions.clone());
            let base_url = BaseUrl::parse("https://atlas.test").unwrap();
            match route(&base_url, |name| set.get(name).cloned()) {
                Err(error) => {
                    prop_assert!(is_set(&set, &[error.variable]));
                    let text = format!("{error} {error:?}");
                    prop_assert!(!text.contains("FAKE"));
                }
                Ok(Route::System) => prop_assert!(!is_set(&set, &FOR_HTTPS)),
                Ok(Route::Direct) => prop_assert!(is_set(&set, &FOR_HTTPS) && !exceptions.is_empty()),
                Ok(Route::Proxy(proxy)) => {
                    prop_assert!(is_set(&set, &FOR_HTTPS));
                    prop_assert!(proxy.host_str().is_some_and(|host| !host.is_empty()));
                    prop_assert!(reqwest::Proxy::all(proxy).is_ok());
                }
            }
        }
    }
}
