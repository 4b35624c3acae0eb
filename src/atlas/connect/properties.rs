//! Property tests of the proxy variables, against a second implementation of their rules.

use std::collections::HashMap;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// An entry of `NO_PROXY`, before it is formatted.
#[derive(Clone, Debug)]
enum Entry {
    Everything,
    /// The name and its subdomains.
    Name(Vec<&'static str>),
    /// Only the subdomains.
    Below(&'static str, Vec<&'static str>),
    Address([u8; 4]),
    Network([u8; 4], u32),
    /// Matches nothing.
    Nothing(&'static str),
}

impl Entry {
    fn text(&self) -> String {
        let dotted = |octets: &[u8; 4]| std::net::Ipv4Addr::from(*octets).to_string();
        match self {
            Self::Everything => "*".to_owned(),
            Self::Name(labels) => labels.join("."),
            Self::Below(start, labels) => format!("{start}{}", labels.join(".")),
            Self::Address(octets) => dotted(octets),
            Self::Network(octets, length) => format!("{}/{length}", dotted(octets)),
            Self::Nothing(text) => (*text).to_owned(),
        }
    }

    fn may_have_port(&self) -> bool {
        matches!(self, Self::Name(_) | Self::Below(..) | Self::Address(_))
    }

    fn matches_host(&self, host: &Target) -> bool {
        match (self, host) {
            (Self::Everything, _) => true,
            (Self::Name(labels), Target::Name(host)) => host.ends_with(labels),
            (Self::Below(_, labels), Target::Name(host)) => {
                host.ends_with(labels) && host.len() > labels.len()
            }
            (Self::Address(octets), Target::Address(host)) => octets == host,
            (Self::Network(octets, length), Target::Address(host)) => {
                let bits = |octets: &[u8; 4]| {
                    octets
                        .iter()
                        .flat_map(|octet| (0..8).rev().map(move |bit| octet >> bit & 1))
                        .take(*length as usize)
                        .collect::<Vec<_>>()
                };
                bits(octets) == bits(host)
            }
            _ => false,
        }
    }
}

/// The host of the request.
#[derive(Clone, Debug)]
enum Target {
    Name(Vec<&'static str>),
    Address([u8; 4]),
}

fn labels() -> impl Strategy<Value = Vec<&'static str>> {
    let label = prop::sample::select(vec!["a", "b", "ab", "corp"]);
    vec(label, 0..4).prop_map(|labels| [labels, vec!["test"]].concat())
}

fn octets() -> impl Strategy<Value = [u8; 4]> {
    let octet = || prop::sample::select(vec![0_u8, 1, 2, 128, 255]);
    (octet(), octet(), octet()).prop_map(|(a, b, c)| [10, a, b, c])
}

fn entry() -> impl Strategy<Value = Entry> {
    prop_oneof![
        1 => Just(Entry::Everything),
        6 => labels().prop_map(Entry::Name),
        4 => (prop::sample::select(vec![".", "*."]), labels()).prop_map(|(start, labels)| Entry::Below(start, labels)),
        4 => octets().prop_map(Entry::Address),
        4 => (octets(), 0..33_u32).prop_map(|(octets, length)| Entry::Network(octets, length)),
        3 => prop::sample::select(vec!["", ".", "*.", "est", "corp.tes", "10.0.0.0/33", "10.", "*test", "!", "a b", "[::1", "%"])
            .prop_map(Entry::Nothing),
    ]
}

/// A value that a proxy variable might have.
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
    fn exceptions_match_as_specified(
        target in prop_oneof![3 => labels().prop_map(Target::Name), 1 => octets().prop_map(Target::Address)],
        port in prop::sample::select(vec![443_u16, 8443]),
        entries in vec((entry(), prop::option::of(prop::sample::select(vec![443_u16, 8443])), any::<bool>(), "[ \t]?"), 0..4),
    ) {
        let host = match &target {
            Target::Name(labels) => labels.join("."),
            Target::Address(octets) => std::net::Ipv4Addr::from(*octets).to_string(),
        };
        let base_url = BaseUrl::parse(&format!("https://{host}:{port}")).unwrap();
        let (mut list, mut expected) = (Vec::new(), false);
        for (entry, entry_port, is_upper, blank) in entries {
            let entry_port = entry_port.filter(|_| entry.may_have_port());
            let text = if is_upper { entry.text().to_uppercase() } else { entry.text() };
            let text = text + &entry_port.map_or_else(String::new, |port| format!(":{port}"));
            list.push(format!("{blank}{text}{blank}"));
            expected |= entry.matches_host(&target) && entry_port.is_none_or(|wanted| wanted == port);
        }
        let list = list.join(",");
        let variable = |name: &str| match name {
            "HTTPS_PROXY" => Some("http://proxy.test".to_owned()),
            "no_proxy" => Some(list.clone()),
            _ => None,
        };
        let is_direct = route(&base_url, variable) == Ok(Route::Direct);
        prop_assert_eq!(is_direct, expected, "{} to {}", list, base_url);
    }

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
