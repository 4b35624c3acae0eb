//! Property tests of the parsers: valid text is accepted, errors have the right position, and nothing panics.
//!
//! The expected results are computed in a different way, without the parsers.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::{
    BaseUrl, ClientId, HostKind, IdError, Lifetime, LifetimeError, OrganizationId, Piece, Placeholder,
    ProjectId, SecretId, ServerText, Template, is_quoted,
};

/// A valid ID, an almost valid one, or any text.
fn id_like() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[0-9a-fA-F]{22,26}",
        4 => "mdb_sa_id_[0-9a-fA-F]{22,26}",
        1 => "mdb_sa_sk_[0-9a-zA-Z]{0,50}",
        1 => "(m|mdb|mdb_|mdb_sa_i|mdb_sa_id_)",
        2 => ("[0-9a-f]{0,20}", any::<char>(), "[0-9a-f]{0,20}").prop_map(|(a, b, c)| format!("{a}{b}{c}")),
        2 => ("mdb_sa_id_[0-9a-f]{0,20}", any::<char>(), "[0-9a-f]{0,20}")
            .prop_map(|(a, b, c)| format!("{a}{b}{c}")),
        2 => any::<String>(),
    ]
}

fn hex_digits(text: &str) -> Option<usize> {
    text.chars().all(|character| "0123456789abcdefABCDEF".contains(character)).then(|| text.chars().count())
}

/// A scheme, a host and anything else that a URL can have.
fn base_url_like() -> impl Strategy<Value = String> {
    let scheme = prop_oneof!["https?", Just("HTTP".to_owned()), "[a-z]{1,6}"];
    let host = prop_oneof![
        Just("cloud.mongodb.com".to_owned()),
        Just("localhost".to_owned()),
        Just("[::1]".to_owned()),
        Just("[::ffff:127.0.0.1]".to_owned()),
        "(127|10|128)\\.[0-9]{1,3}\\.0\\.1",
        "[a-z]{1,8}\\.(mongodb|mongodbgov|evil)\\.com",
        "(0x7f|2130706433|0177)\\.?[01]?",
        "\\PC{1,12}",
    ];
    let user = prop_oneof![4 => Just(String::new()), 1 => "[a-z]{0,3}(:[a-z]{0,3})?@"];
    let port = prop_oneof![3 => Just(String::new()), 1 => ":[0-9]{0,6}"];
    let rest = prop_oneof![3 => Just(String::new()), 2 => "/{1,3}", 1 => "[/?#]\\PC{0,6}"];
    prop_oneof![
        6 => (scheme, user, host, port, rest).prop_map(|(scheme, user, host, port, rest)| {
            format!("{scheme}://{user}{host}{port}{rest}")
        }),
        1 => any::<String>(),
    ]
}

const PLACEHOLDERS: [(&str, Placeholder); 5] = [
    ("{project_id}", Placeholder::ProjectId),
    ("{client_id}", Placeholder::ClientId),
    ("{secret_id}", Placeholder::SecretId),
    ("{expires_at}", Placeholder::ExpiresAt),
    ("{secret}", Placeholder::Secret),
];

/// The characters and placeholders of a parsed template.
fn pieces(template: Template) -> Vec<Result<char, Placeholder>> {
    let each = |piece: &Piece| match *piece {
        Piece::Text(text) => text.chars().map(Ok).collect(),
        Piece::Value(placeholder) => vec![Err(placeholder)],
    };
    template.pieces().iter().flat_map(each).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_project_id_has_24_hex_digits_and_errors_have_a_position(text in id_like()) {
        let digits = hex_digits(&text);
        match ProjectId::parse(&text) {
            Ok(id) => {
                prop_assert_eq!(digits, Some(24));
                prop_assert_eq!(id.as_str(), text.to_lowercase());
            }
            Err(IdError::Empty(_)) => prop_assert_eq!(text, ""),
            Err(IdError::Quoted) => prop_assert!(is_quoted(&text)),
            Err(IdError::IsClientId) => prop_assert!(text.starts_with("mdb_sa_id_")),
            Err(IdError::NotHex { character, position }) => {
                let before: String = text.chars().take(position).collect();
                prop_assert_eq!(text.chars().nth(position), Some(character));
                prop_assert!(hex_digits(&before).is_some() && !character.is_ascii_hexdigit());
            }
            Err(IdError::TooShort(typed)) => prop_assert!(digits == Some(typed) && typed < 24),
            Err(IdError::TooLong(typed, _)) => prop_assert!(digits == Some(typed) && typed > 24),
            Err(other) => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn a_client_id_has_a_prefix_and_24_hex_digits_and_errors_have_a_position(text in id_like()) {
        let digits = text.strip_prefix("mdb_sa_id_").and_then(hex_digits);
        match ClientId::parse(&text) {
            Ok(id) => {
                prop_assert_eq!(digits, Some(24));
                prop_assert_eq!(id.as_str(), text);
            }
            Err(IdError::Empty(_)) => prop_assert_eq!(text, ""),
            Err(IdError::Quoted) => prop_assert!(is_quoted(&text)),
            Err(IdError::IsSecret) => prop_assert!(text.starts_with("mdb_sa_sk_")),
            Err(IdError::WrongPrefix(None)) => {
                prop_assert!(text.len() < 10 && "mdb_sa_id_".starts_with(&text));
            }
            Err(IdError::WrongPrefix(Some(position))) => {
                let differs = text.chars().nth(position) != "mdb_sa_id_".chars().nth(position);
                let before: String = text.chars().take(position).collect();
                prop_assert!(differs && "mdb_sa_id_".starts_with(&before));
            }
            Err(IdError::NotHex { character, position }) => {
                prop_assert!(position >= 10 && !character.is_ascii_hexdigit());
                prop_assert_eq!(text.chars().nth(position), Some(character));
            }
            Err(IdError::TooShort(typed)) => prop_assert!(digits == Some(typed) && typed < 24),
            Err(IdError::TooLong(typed, _)) => prop_assert!(digits == Some(typed) && typed > 24),
            Err(other) => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn no_error_repeats_a_secret_after_its_prefix(value in "[0-9a-zA-Z]{8,50}") {
        let text = format!("mdb_sa_sk_{value}");
        for message in [ProjectId::parse(&text).unwrap_err().to_string(), ClientId::parse(&text).unwrap_err().to_string()] {
            prop_assert!(!message.contains(&value), "{}", message);
        }
    }

    #[test]
    fn ids_in_paths_need_no_escaping(text in prop_oneof![id_like(), "[0-9a-zA-Z_-]{0,70}", "\\PC{0,30}"]) {
        let ids = [
            SecretId::from_server(&text).map(|id| id.to_string()),
            OrganizationId::from_server(&text).map(|id| id.to_string()),
        ];
        for id in ids.into_iter().flatten() {
            let url = url::Url::parse("https://a.example/").unwrap().join(&format!("x/{id}/y")).unwrap();
            prop_assert_eq!(url.path(), format!("/x/{}/y", text));
        }
    }

    #[test]
    fn a_lifetime_is_its_number_times_its_unit(
        sign in "-?", zeros in "0{0,3}", number in prop_oneof![0_u64..10_000, any::<u64>()], unit in "[hdwy]?", space in " ?",
    ) {
        let text = format!("{space}{sign}{zeros}{number}{unit}{space}");
        let hours_per_unit = match unit.as_str() { "d" => 24, "w" => 168, "y" => 8760, _ => 1 };
        let hours = i128::from(number) * hours_per_unit;
        let expected = match (number, sign.as_str()) {
            (0, _) | (_, "-") => Err(LifetimeError::NotPositive),
            _ if hours > i128::from(i32::MAX) => Err(LifetimeError::TooLong),
            _ => Ok(hours),
        };
        prop_assert_eq!(Lifetime::parse(&text).map(|lifetime| i128::from(lifetime.hours())), expected, "{}", text);
    }

    #[test]
    fn the_parts_of_a_template_are_parsed_again(
        parts in prop::collection::vec(("\\PC{0,6}", 0..5_usize), 1..5), any_text in "[{}a-z_:\"\n]{0,20}",
    ) {
        let (mut text, mut expected) = ("{secret}".to_owned(), vec![Err(Placeholder::Secret)]);
        for (plain, index) in parts {
            text.extend([plain.replace('{', "{{").replace('}', "}}").as_str(), PLACEHOLDERS[index].0]);
            expected.extend(plain.chars().map(Ok).chain([Err(PLACEHOLDERS[index].1)]));
        }
        prop_assert_eq!(Template::parse(&text).map(pieces), Ok(expected));
        let _never_panics = Template::parse(&any_text);
    }

    #[test]
    fn a_secret_expires_within_an_hour_after_its_date(
        year in 2000..2400_i16, (month, day, hour, minute) in (1..13_i8, 1..29_i8, 0..24_i8, 0..60_i8), has_time: bool,
        now in 0..9_000_000_000_i64, offset in 0..4_usize,
    ) {
        let zones = ["UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45", "HST10"];
        let zone = TimeZone::posix(zones[offset]).unwrap();
        let now = Timestamp::from_second(now).unwrap();
        let date = jiff::civil::date(year, month, day);
        let (text, until) = if has_time {
            (format!("{date} {hour:02}:{minute:02}"), date.at(hour, minute, 0, 0))
        } else {
            (date.to_string(), date.at(0, 0, 0, 0))
        };
        let until = zone.to_timestamp(until).unwrap();
        match Lifetime::parse_at(&text, now, &zone) {
            Ok(lifetime) => {
                let ends = now.as_second() + i64::from(lifetime.hours()) * 3600;
                prop_assert!((0..3600).contains(&(ends - until.as_second())), "{} {} {}", text, now, lifetime);
            }
            Err(error) => prop_assert!(error == LifetimeError::Past && until <= now, "{} {} {}", text, now, error),
        }
    }

    #[test]
    fn any_text_is_a_lifetime_or_rejected(text in prop_oneof![
        "[0-9]{1,5}-[0-9]{1,2}-[0-9]{1,2}([ T][0-9]{1,2}(:[0-9]{1,2}){0,2})?", "[-+0-9TZdhw:. ]{0,20}", any::<String>(),
    ]) {
        let now = Timestamp::from_second(1_795_457_640).unwrap();
        if let Ok(lifetime) = Lifetime::parse_at(&text, now, &TimeZone::UTC) {
            prop_assert!(lifetime.hours() > 0 && text.contains(|character: char| character.is_ascii_digit()));
        }
    }

    #[test]
    fn a_base_url_is_encrypted_or_local_and_accepts_a_path(text in base_url_like()) {
        let Ok(base) = BaseUrl::parse(&text) else { return Ok(()) };
        prop_assert!(base.is_encrypted() || base.kind() == HostKind::Loopback, "{}", base);
        let shown = base.to_string();
        let (scheme, rest) = shown.split_once("://").unwrap();
        prop_assert!(matches!(scheme, "http" | "https"));
        prop_assert!(!rest.is_empty() && !rest.contains(['/', '@', '?', '#', '\\', ' ']), "{}", shown);
        prop_assert_eq!(BaseUrl::parse(&shown), Ok(base.clone()));
        let url = url::Url::parse(&format!("{base}/api/oauth/token")).unwrap();
        prop_assert_eq!(url.path(), "/api/oauth/token");
        if base.kind() == HostKind::Atlas {
            let host = format!(".{}", url.host_str().unwrap());
            prop_assert!(host.ends_with(".mongodb.com") || host.ends_with(".mongodbgov.com"), "{}", host);
        }
    }

    #[test]
    fn untrusted_text_cannot_control_the_terminal(text in prop_oneof![any::<String>(), "[\u{0}-\u{ff}\u{200b}-\u{206f}a ]{0,500}"]) {
        let safe = ServerText::new(&text);
        for character in safe.as_str().chars() {
            let turns = ('\u{202a}'..='\u{202e}').contains(&character) || ('\u{2066}'..='\u{2069}').contains(&character);
            prop_assert!(!character.is_control() && !turns, "{:?}", character);
        }
        prop_assert!(safe.as_str().chars().count() <= 403);
        prop_assert_eq!(&ServerText::new(safe.as_str()), &safe, "safe text stays as it is");
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) && text.len() <= 400 {
            prop_assert_eq!(safe.as_str(), text, "plain text stays whole");
        }
    }
}
