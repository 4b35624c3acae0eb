use super::*;

/// From RFC 7616, section 3.9.1.
const SHA256: &str = r#"Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#;
const MD5: &str = r#"Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#;
/// Recorded from Atlas.
const ATLAS: &str =
    r#"Digest realm="MMS Public API", domain="", nonce="FAKEnonce", algorithm=MD5, qop="auth", stale=false"#;

/// Algorithm and realm.
type Chosen = Option<(Algorithm, &'static str)>;

fn challenge(headers: &[&str]) -> Option<Challenge> {
    let mut map = HeaderMap::new();
    for header in headers {
        map.append(WWW_AUTHENTICATE, HeaderValue::from_str(header).unwrap());
    }
    Challenge::strongest(&map)
}

#[test]
fn the_examples_of_the_rfc_get_its_responses() {
    let rows = [
        (MD5, "MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        (SHA256, "SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ];
    for (header, algorithm, response) in rows {
        let parameters = PasswordParams {
            username: "Mufasa",
            password: "Circle of Life",
            uri: "/dir/index.html",
            method: "GET",
            body: None,
        };
        let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        let mut digest = challenge(&[header]).unwrap().digest;
        assert_eq!(
            digest.respond_with_testing_cnonce(&parameters, cnonce).unwrap(),
            format!(
                "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", uri=\"/dir/index.html\", \
                 nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", algorithm={algorithm}, nc=00000001, \
                 cnonce=\"{cnonce}\", qop=auth, response=\"{response}\", \
                 opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
            )
        );
    }
}

#[test]
fn the_strongest_supported_challenge_is_used() {
    let both_in_one = format!("{MD5}, {SHA256}");
    let other_schemes = format!("Basic realm=\"x\", Negotiate, {ATLAS}");
    let unknown = MD5.replace("MD5", "SHA-3000");
    let session = SHA256.replace("SHA-256", "SHA-256-sess");
    let without_qop = r#"Digest realm="r", nonce="n", algorithm=SHA-256"#;
    let integrity_only = r#"Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth-int""#;
    let rows: [(&[&str], Chosen); 11] = [
        (&[ATLAS], Some((Algorithm::Md5, "MMS Public API"))),
        (&[MD5, SHA256], Some((Algorithm::Sha256, "http-auth@example.org"))),
        (&[SHA256, MD5], Some((Algorithm::Sha256, "http-auth@example.org"))),
        (&[&both_in_one], Some((Algorithm::Sha256, "http-auth@example.org"))),
        (&[&other_schemes], Some((Algorithm::Md5, "MMS Public API"))),
        (&["Basic realm=\"x\"", ATLAS, MD5], Some((Algorithm::Md5, "MMS Public API"))),
        (&[&unknown, ATLAS], Some((Algorithm::Md5, "MMS Public API"))),
        (&[&session, without_qop, integrity_only, ATLAS], Some((Algorithm::Md5, "MMS Public API"))),
        (&[&session], None),
        (&["Basic realm=\"x\"", "Digest", "Digest ,,=", ""], None),
        (&[], None),
    ];
    for (headers, expected) in rows {
        let chosen = challenge(headers);
        let chosen = chosen.as_ref().map(|chosen| (chosen.digest.algorithm(), chosen.digest.realm()));
        assert_eq!(chosen, expected, "{headers:?}");
    }
}

#[test]
fn a_challenge_may_be_stale() {
    let stale = ATLAS.replace("stale=false", "stale=TRUE");
    assert!(challenge(&[&stale]).unwrap().is_stale());
    assert!(!challenge(&[ATLAS]).unwrap().is_stale());
    assert!(!challenge(&[MD5]).unwrap().is_stale());
}

#[test]
fn a_challenge_is_old_after_a_minute() {
    let challenge = challenge(&[ATLAS]).unwrap();
    assert!(!challenge.is_old(challenge.received_at + Duration::from_secs(60)));
    assert!(challenge.is_old(challenge.received_at + Duration::from_secs(61)));
}

#[test]
fn every_response_is_counted_and_hidden_from_debug_output() {
    let private_key = SecretString::from("FAKE-private");
    let key = ("fakepubl", &private_key);
    let url = "https://cloud.mongodb.com/api/x?envelope=true#part";
    let mut first = challenge(&[ATLAS]).unwrap();
    for count in ["nc=00000001", "nc=00000002", "nc=00000003"] {
        let value = first.authorization(key, &Method::POST, url).unwrap();
        let text = value.to_str().unwrap();
        assert!(text.contains(count) && text.contains("uri=\"/api/x?envelope=true\""), "{text}");
        assert_eq!(format!("{value:?}"), "Sensitive");
    }
    // A new nonce starts again at one.
    let value = challenge(&[ATLAS]).unwrap().authorization(key, &Method::POST, url).unwrap();
    assert!(value.to_str().unwrap().contains("nc=00000001"));
}
