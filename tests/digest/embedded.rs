//! API keys with the embedded Atlas, end to end.

use atlas_secret::atlas::{Client, ClientOptions};
use atlas_secret::domain::{ApiError, Cause, Credentials};

use crate::ACCOUNT_PATH;
use crate::by_hand::{parameters, response};
use crate::support::atlas::{SeenRequest, TestAtlas};
use crate::support::fixtures::{account_ref, client, new_secret, with_access_token, world_with};

fn settings(atlas: &TestAtlas) -> ClientOptions {
    let mut settings = with_access_token(&atlas.base_url().to_string());
    settings.credentials = atlas.api_key();
    settings
}

async fn fetch(client: &Client) -> Result<String, ApiError> {
    let account = client.service_account(&account_ref()).await?;
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
async fn a_wrong_key_is_rejected() {
    let atlas = TestAtlas::start(world_with("")).await;
    let mut settings = settings(&atlas);
    let Credentials::ApiKey { private_key, .. } = &mut settings.credentials else { panic!("no API key") };
    *private_key = "FAKE-wrong".into();
    let error = fetch(&client(settings)).await.unwrap_err();
    assert!(matches!(error.cause, Cause::Rejected(_)), "{error:?}");
    assert_eq!(seen(&atlas), ["GET - 401", "GET Digest 401"]);
}

#[tokio::test]
async fn a_digest_is_only_valid_for_its_method_and_target() {
    let atlas = TestAtlas::start(world_with("")).await;
    let (public_key, private_key) = atlas.key_pair();
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
        let response = response(&private_key, method, &parameters(&unsigned));
        format!("{unsigned}, response=\"{response}\"")
    };
    let rows = [
        (digest("GET", ACCOUNT_PATH, "00000001", nonce), 200, ""),
        (digest("GET", ACCOUNT_PATH, "00000003", nonce), 200, ""),
        (digest("POST", ACCOUNT_PATH, "00000004", nonce), 401, "stale=false"),
        (digest("GET", "/elsewhere", "00000004", nonce), 401, "stale=false"),
        (digest("GET", ACCOUNT_PATH, "00000004", "never-given"), 401, "stale=true"),
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
