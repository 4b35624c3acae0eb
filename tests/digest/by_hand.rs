//! Implements Digest from the RFC, so that the client's responses are not compared with those of its own library.

use std::collections::HashMap;

use md5::Md5;
use sha2::{Digest, Sha256, Sha512_256};

/// The parameters of a digest `Authorization` header. No value contains a comma.
pub fn parameters(authorization: &str) -> HashMap<&str, &str> {
    let parameters = authorization.strip_prefix("Digest ").unwrap().split(", ");
    parameters.map(|pair| pair.split_once('=').unwrap()).map(|(k, v)| (k, v.trim_matches('"'))).collect()
}

/// The `Authorization` header of a raw request, if any.
pub fn authorization(request: &str) -> Option<&str> {
    let head = request.split("\r\n\r\n").next().unwrap();
    let mut headers = head.lines().skip(1).map(|line| line.split_once(": ").unwrap());
    headers.find(|(name, _)| name.eq_ignore_ascii_case("authorization")).map(|(_, value)| value)
}

/// The response for `qop=auth` (RFC 7616, section 3.4.1).
pub fn response(private_key: &str, method: &str, parameters: &HashMap<&str, &str>) -> String {
    let hash = |text: String| match parameters["algorithm"] {
        "MD5" => format!("{:x}", Md5::digest(text)),
        "SHA-256" => format!("{:x}", Sha256::digest(text)),
        "SHA-512-256" => format!("{:x}", Sha512_256::digest(text)),
        other => panic!("{other}"),
    };
    let key = hash(format!("{}:{}:{private_key}", parameters["username"], parameters["realm"]));
    let request = hash(format!("{method}:{}", parameters["uri"]));
    let [nonce, nc, cnonce] = ["nonce", "nc", "cnonce"].map(|name| parameters[name]);
    hash(format!("{key}:{nonce}:{nc}:{cnonce}:auth:{request}"))
}

/// Checks a raw request: its first line, and every parameter of its response to the challenge.
pub fn check(request: &str, method: &str, uri: &str, (nonce, count, algorithm): (&str, &str, &str)) {
    assert!(request.starts_with(&format!("{method} {uri} HTTP/1.1\r\n")), "{request}");
    let sent = parameters(authorization(request).unwrap());
    let expected = [
        ("username", super::PUBLIC_KEY),
        ("realm", "MMS Public API"),
        ("uri", uri),
        ("nonce", nonce),
        ("algorithm", algorithm),
        ("nc", count),
        ("qop", "auth"),
    ];
    for (name, value) in expected {
        assert_eq!(sent[name], value, "{name} of {request}");
    }
    assert!(sent["cnonce"].len() >= 16, "{request}");
    assert_eq!(sent["response"], response(super::PRIVATE_KEY, method, &sent));
}

#[test]
fn the_examples_of_the_rfc() {
    let rows = [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ];
    for (algorithm, expected) in rows {
        let parameters = HashMap::from([
            ("username", "Mufasa"),
            ("realm", "http-auth@example.org"),
            ("uri", "/dir/index.html"),
            ("nonce", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"),
            ("nc", "00000001"),
            ("cnonce", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"),
            ("algorithm", algorithm),
        ]);
        assert_eq!(response("Circle of Life", "GET", &parameters), expected);
    }
}
