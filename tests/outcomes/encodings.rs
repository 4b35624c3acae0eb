//! Compressed bodies, although the client does not accept them.

use std::io::Write;

use atlas_secret::domain::{ApiError, Cause, SecretId};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::support::fixtures::{account_ref, served, with_access_token};
use super::support::raw_server::{Reply, json, response};
use super::{FULL_LINE, PATIENT, check, error, full};

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn zlib(body: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn deflate(body: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

/// One uncompressed block (RFC 7932, section 9.2), and the empty last one.
fn brotli(body: &[u8]) -> Vec<u8> {
    let header = (u32::try_from(body.len()).unwrap() - 1) << 4 | 1 << 20;
    [&header.to_le_bytes()[..3], body, &[3]].concat()
}

/// The same with a window of 1 GiB, which RFC 7932 does not allow.
fn brotli_with_large_window(body: &[u8]) -> Vec<u8> {
    let header = 0x11 | 30 << 8 | (body.len() as u64 - 1) << 17 | 1 << 33;
    [&header.to_le_bytes()[..5], body, &[3]].concat()
}

fn zstd(body: &[u8]) -> Vec<u8> {
    compress_to_vec(body, CompressionLevel::Fastest)
}

fn encoded(status: u16, headers: &str, body: &[u8]) -> Reply {
    let head = format!("HTTP/1.1 {status} Status\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
    Reply::Bytes([head.as_bytes(), body].concat())
}

#[tokio::test]
async fn a_compressed_secret_is_not_lost() {
    let full = full();
    let plain = full.as_bytes();
    let twice = gzip(&gzip(plain));
    let members = [gzip(&plain[..90]), gzip(&plain[90..])].concat();
    let rows: [(&str, Vec<u8>); 23] = [
        ("Content-Encoding: gzip\r\n", gzip(plain)),
        ("Content-Encoding: GZip\r\n", gzip(plain)),
        ("Content-Encoding: x-gzip\r\n", gzip(plain)),
        ("Content-Encoding: gzip\r\n", members),
        ("", gzip(plain)),
        ("Content-Encoding: deflate\r\n", zlib(plain)),
        ("Content-Encoding: deflate\r\n", deflate(plain)),
        ("Content-Encoding: br\r\n", brotli(plain)),
        ("Content-Encoding: zstd\r\n", zstd(plain)),
        ("Content-Encoding: zstd, gzip\r\n", gzip(&zstd(plain))),
        ("", zstd(plain)),
        ("Content-Encoding: gzip, gzip\r\n", twice.clone()),
        ("Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n", twice),
        ("Content-Encoding: br, gzip\r\n", gzip(&brotli(plain))),
        ("Content-Encoding: identity, gzip\r\n", gzip(plain)),
        ("Content-Encoding: gzip, identity\r\n", gzip(plain)),
        // The header is wrong: the body is not compressed.
        ("Content-Encoding: gzip\r\n", plain.to_vec()),
        ("Content-Encoding: deflate\r\n", plain.to_vec()),
        ("Content-Encoding: br\r\n", plain.to_vec()),
        ("Content-Encoding: zstd\r\n", plain.to_vec()),
        ("Content-Encoding: identity\r\n", plain.to_vec()),
        ("Content-Encoding:\r\n", plain.to_vec()),
        ("Content-Encoding: utf-8\r\n", plain.to_vec()),
    ];
    for (headers, body) in rows {
        check(vec![(encoded(201, headers, &body), PATIENT, FULL_LINE)]).await;
    }
}

#[tokio::test]
async fn a_compressed_body_is_treated_like_any_other() {
    let refusal = error(404, "GROUP_NOT_FOUND", "No.");
    let bomb = gzip(&vec![b' '; 50 << 20]);
    let header = "Content-Encoding: gzip\r\n";
    let damaged = [&gzip(full().as_bytes())[..60], &[0xff; 40]].concat();
    check(vec![
        (encoded(404, header, &gzip(refusal.as_bytes())), PATIENT, "rejected 404 GROUP_NOT_FOUND: No."),
        (encoded(403, header, &gzip(b"<html>")), PATIENT, "unexpected 403"),
        (encoded(201, header, &bomb), PATIENT, "value lost: it is larger than 1 MiB"),
        (
            encoded(201, header, &damaged),
            PATIENT,
            "value lost: it was cut off (its gzip encoding ends too early or is damaged)",
        ),
        (
            encoded(201, "Content-Encoding: br\r\n", &brotli_with_large_window(full().as_bytes())),
            PATIENT,
            "value lost: it is not the JSON that Atlas documents",
        ),
        (
            // A window of 16 MiB (RFC 8878, section 3.1.1.1.2), then one uncompressed block.
            encoded(201, "Content-Encoding: zstd\r\n", b"\x28\xb5\x2f\xfd\x00\x70\x11\x00\x00{}"),
            PATIENT,
            "value lost: it is not the JSON that Atlas documents",
        ),
        (encoded(201, "", b"\x1f\x8b"), PATIENT, "value lost: it is not the JSON that Atlas documents"),
    ])
    .await;
    // A truncated body counts if it contains the secret.
    let whole = gzip(format!("{}{}", full(), " ".repeat(9)).as_bytes());
    check(vec![(encoded(201, header, &whole[..whole.len() - 8]), PATIENT, FULL_LINE)]).await;
}

#[tokio::test]
async fn reading_and_deleting_accept_compressed_responses_too() {
    const ACCOUNT: &str = r#"{"clientId":"mdb_sa_id_1234567890abcdef12345678","name":"ci","secrets":[]}"#;
    let header = "Content-Encoding: gzip\r\nConnection: close\r\n";
    let (server, client) = served(
        with_access_token,
        vec![
            encoded(200, header, &gzip(ACCOUNT.as_bytes())),
            response(204, "Content-Encoding: gzip\r\n", ""),
            json(200, ACCOUNT),
            encoded(200, header, &gzip(&[b' '; (1 << 20) + 1])),
        ],
    )
    .await;
    assert_eq!(client.service_account(&account_ref()).await.unwrap().name.as_str(), "ci");
    let secret_id = SecretId::from_server("32b6e34b3d91647abb20e7b9").unwrap();
    assert_eq!(client.delete_secret(&account_ref(), &secret_id).await, Ok(()));
    assert_eq!(client.service_account(&account_ref()).await.unwrap().name.as_str(), "ci");
    let too_large = client.service_account(&account_ref()).await;
    assert_eq!(too_large, Err(ApiError::sent(Cause::Unexpected { status: 200 })));
    assert!(server.requests().iter().all(|request| request.contains("accept-encoding: identity\r\n")));
}
