//! API keys with the embedded Atlas, end to end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use atlas_secret::atlas::{Client, Settings};
use atlas_secret::demo::Atlas;
use atlas_secret::domain::{ApiError, Cause, Credentials, RejectionKind};
use hyper::http::request::Parts;
use secrecy::ExposeSecret;

use crate::ACCOUNT_PATH;
use crate::by_hand::{parameters, response};
use crate::support::atlas::{SeenRequest, TestAtlas, without_credentials};
use crate::support::fixtures::{client, client_id, new_secret, project, with_access_token, world_with};

/// An Atlas whose nonces become stale after this many uses.
async fn with_nonce_uses(limit: usize) -> TestAtlas {
    let uses = Arc::new(Mutex::new(HashMap::new()));
    let respond = move |atlas: &Atlas, parts: &Parts, body: &[u8]| {
        let Some(authorization) = parts.headers.get("authorization") else {
            return atlas.respond(parts, body);
        };
        let nonce = parameters(authorization.to_str().unwrap())["nonce"].to_owned();
        let mut uses = uses.lock().unwrap();
        let count = uses.entry(nonce).or_insert(0);
        *count += 1;
        if *count <= limit {
            return atlas.respond(parts, body);
        }
        let mut response = without_credentials(atlas, parts, body);
        let challenge = response.headers_mut().get_mut("www-authenticate").unwrap();
        let stale = challenge.to_str().unwrap().replace("stale=false", "stale=true");
        *challenge = stale.try_into().unwrap();
        response
    };
    TestAtlas::start_with(world_with(""), respond).await
}

fn settings(atlas: &TestAtlas) -> Settings {
    let mut settings = with_access_token(&atlas.base_url().to_string());
    settings.credentials = atlas.api_key();
    settings
}

async fn fetch(client: &Client) -> Result<String, ApiError> {
    let account = client.service_account(&project(), &client_id()).await?;
    Ok(format!("{} with {}", account.name, account.secrets.len()))
}

/// Method, scheme and status of every request so far.
fn seen(atlas: &TestAtlas) -> Vec<String> {
    let line = |seen: &SeenRequest| {
        let scheme = seen.authorization.as_deref().unwrap_or("-");
        format!("{} {scheme} {}", seen.method, seen.status)
    };
    atlas.seen().iter().map(line).collect()
}

#[tokio::test]
async fn a_key_creates_a_secret_with_one_post() {
    let atlas = TestAtlas::start(world_with("")).await;
    let mut settings = settings(&atlas);
    settings.query_flags.envelope = true;
    let client = client(settings);
    assert_eq!(fetch(&client).await.unwrap(), "ci-deployer with 0");
    let outcome = client.create_secret(&new_secret()).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(fetch(&client).await.unwrap(), "ci-deployer with 1");
    assert_eq!(seen(&atlas), ["GET - 401", "GET Digest 200", "POST Digest 201", "GET Digest 200"]);
}

#[tokio::test]
async fn a_stale_nonce_fails_the_post_and_the_next_attempt_creates() {
    let atlas = with_nonce_uses(1).await;
    let client = client(settings(&atlas));
    fetch(&client).await.unwrap();
    match client.create_secret(&new_secret()).await {
        // The embedded Atlas sends an error in Atlas's format, which is decisive.
        Err(ApiError { cause: Cause::Rejected(rejection), .. }) => {
            assert_eq!(rejection.kind(), RejectionKind::NotAuthorized);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(atlas.secrets_created(), 0);
    let outcome = client.create_secret(&new_secret()).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(atlas.secrets_created(), 1);
    assert_eq!(
        seen(&atlas),
        ["GET - 401", "GET Digest 200", "POST Digest 401", "GET - 401", "POST Digest 201"]
    );
}

#[tokio::test]
async fn a_read_is_repeated_with_a_new_nonce() {
    let atlas = with_nonce_uses(2).await;
    let client = client(settings(&atlas));
    for _ in 0..3 {
        fetch(&client).await.unwrap();
    }
    assert_eq!(
        seen(&atlas),
        ["GET - 401", "GET Digest 200", "GET Digest 200", "GET Digest 401", "GET Digest 200"]
    );
}

#[tokio::test]
async fn a_read_gives_up_when_the_second_nonce_is_stale() {
    let atlas = with_nonce_uses(0).await;
    let error = fetch(&client(settings(&atlas))).await.unwrap_err();
    assert!(matches!(error.cause, Cause::Rejected(_)), "{error:?}");
    assert_eq!(seen(&atlas), ["GET - 401", "GET Digest 401", "GET Digest 401"]);
}

#[tokio::test]
async fn a_wrong_key_is_rejected() {
    let atlas = TestAtlas::start(world_with("")).await;
    let Credentials::ApiKey { public_key, .. } = atlas.api_key() else { panic!("no API key") };
    let mut settings = settings(&atlas);
    settings.credentials = Credentials::ApiKey { public_key, private_key: "FAKE-wrong".into() };
    let error = fetch(&client(settings)).await.unwrap_err();
    assert!(matches!(error.cause, Cause::Rejected(_)), "{error:?}");
    assert_eq!(seen(&atlas), ["GET - 401", "GET Digest 401"]);
}

#[tokio::test]
async fn a_digest_is_only_valid_for_its_method_target_and_count() {
    let atlas = TestAtlas::start(world_with("")).await;
    let Credentials::ApiKey { public_key, private_key } = atlas.api_key() else { panic!("no API key") };
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}{ACCOUNT_PATH}", atlas.base_url());
    let send = async |url: &str, authorization: Option<&str>| {
        let request = http.get(url).header("accept", "application/vnd.atlas.2024-08-05+json");
        let request =
            authorization.into_iter().fold(request, |request, value| request.header("authorization", value));
        let response = request.send().await.unwrap();
        let challenge =
            response.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
        (response.status().as_u16(), challenge.unwrap_or_default())
    };
    let (status, challenge) = send(&url, None).await;
    let (before, rest) = challenge.split_once("nonce=\"").unwrap();
    let (nonce, after) = rest.split_once('"').unwrap();
    // As recorded from Atlas.
    assert_eq!((status, before), (401, "Digest realm=\"MMS Public API\", domain=\"\", "));
    assert_eq!(after, ", algorithm=MD5, qop=\"auth\", stale=false");

    let digest = |method: &str, uri: &str, nc: &str, nonce: &str| {
        let unsigned = format!(
            "Digest username=\"{public_key}\", realm=\"MMS Public API\", uri=\"{uri}\", nonce=\"{nonce}\", \
             algorithm=MD5, nc={nc}, cnonce=\"FAKE-cnonce\", qop=auth"
        );
        let response = response(private_key.expose_secret(), method, &parameters(&unsigned));
        format!("{unsigned}, response=\"{response}\"")
    };
    let rows = [
        (digest("GET", ACCOUNT_PATH, "00000001", nonce), 200, ""),
        // A replay.
        (digest("GET", ACCOUNT_PATH, "00000001", nonce), 401, "stale=false"),
        (digest("GET", ACCOUNT_PATH, "00000003", nonce), 200, ""),
        (digest("GET", ACCOUNT_PATH, "00000002", nonce), 401, "stale=false"),
        (digest("POST", ACCOUNT_PATH, "00000004", nonce), 401, "stale=false"),
        (digest("GET", "/elsewhere", "00000004", nonce), 401, "stale=false"),
        (digest("GET", ACCOUNT_PATH, "00000004", "never-given"), 401, "stale=true"),
        (digest("GET", ACCOUNT_PATH, "4", nonce), 401, "stale=false"),
        (digest("GET", ACCOUNT_PATH, "0000000g", nonce), 401, "stale=false"),
        (digest("GET", ACCOUNT_PATH, "000000004", nonce), 401, "stale=false"),
        ("Digest nonsense".to_owned(), 401, "stale=false"),
        ("Digest".to_owned(), 401, "stale=false"),
        ("Digest username=\"open".to_owned(), 401, "stale=false"),
        ("Basic RkFLRTpGQUtF".to_owned(), 401, "stale=false"),
        ("Bearer FAKE".to_owned(), 401, ""),
    ];
    for (authorization, expected, stale) in rows {
        let (status, challenge) = send(&url, Some(&authorization)).await;
        assert_eq!(status, expected, "{authorization}");
        assert!(challenge.ends_with(stale) && challenge.is_empty() == stale.is_empty(), "{challenge}");
    }
    // The digest covers the path and the query.
    let with_query = format!("{url}?pretty=true");
    let without = digest("GET", ACCOUNT_PATH, "00000005", nonce);
    assert_eq!(send(&with_query, Some(&without)).await.0, 401);
    let with = digest("GET", &format!("{ACCOUNT_PATH}?pretty=true"), "00000005", nonce);
    assert_eq!(send(&with_query, Some(&with)).await.0, 200);
}
