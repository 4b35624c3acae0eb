//! The shared connection of the jobs: each request is sent correctly and once, and every token of a run is revoked.

use std::sync::Arc;

use atlas_secret::config::CredentialSource;
use atlas_secret::demo::World;
use atlas_secret::domain::{Credentials, OrganizationId, ProfileName, QueryFlags, SecretId};
use atlas_secret::jobs::{AtlasApi as _, Authenticator, Connections, SignInWith, Source};
use secrecy::SecretString;

use super::support::atlas::TestAtlas;
use super::support::fixtures::{SECRET, account_ref, client_id, new_secret, with_service_account};
use super::support::raw_server::{RawServer, json, response};
use super::{ACCOUNT, CREATED, TOKEN};

fn connections(source: Option<Source>) -> Arc<Connections> {
    Arc::new(Connections::new(source, QueryFlags::default(), false))
}

#[tokio::test]
async fn each_request_of_a_job_is_sent_once() {
    const LIST: &str = r#"{"results":[]}"#;
    let server = RawServer::start(vec![
        json(200, TOKEN),
        json(200, ACCOUNT),
        json(200, r#"{"name":"payments"}"#),
        json(200, r#"{"maxServiceAccountSecretValidityInHours":720}"#),
        json(200, LIST),
        json(200, LIST),
        json(201, CREATED),
        response(204, "", ""),
        json(403, r#"{"error":"invalid_scope"}"#),
    ])
    .await;
    let settings = with_service_account(&server.url);
    let credentials = CredentialSource::Ready(settings.credentials);
    let atlas = connections(Some(Source::Remote { base_url: settings.base_url, credentials }));
    let of = account_ref();
    let organization = OrganizationId::from_server("4888442a3354817a7320eb61").unwrap();
    assert_eq!(atlas.login().await.unwrap().client, client_id());
    atlas.sign_in().await.unwrap();
    assert_eq!(atlas.account(&of).await.unwrap().name.as_str(), "ci");
    assert_eq!(atlas.project(&of.project).await.unwrap().name.as_str(), "payments");
    assert_eq!(atlas.settings(&organization).await.unwrap().longest_secret_hours, Some(720));
    assert_eq!(atlas.projects(3).await.unwrap().entries, []);
    assert_eq!(atlas.accounts(&of.project, 2).await.unwrap().entries, []);
    let id = atlas.create_secret(&new_secret()).await.unwrap().id.unwrap();
    atlas.delete_secret(&of, &SecretId::from_server(id.as_str()).unwrap()).await.unwrap();
    assert!(atlas.verify(&of.client, &SecretString::from(SECRET)).await.is_err());
    let lines: Vec<String> =
        server.requests().iter().map(|request| request.lines().next().unwrap().to_owned()).collect();
    let group = "/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8";
    let account = format!("{group}/serviceAccounts/mdb_sa_id_1234567890abcdef12345678");
    assert_eq!(
        lines,
        [
            "POST /api/oauth/token HTTP/1.1".to_owned(),
            format!("GET {account} HTTP/1.1"),
            format!("GET {group} HTTP/1.1"),
            "GET /api/atlas/v2/orgs/4888442a3354817a7320eb61/settings HTTP/1.1".to_owned(),
            "GET /api/atlas/v2/groups?itemsPerPage=500&pageNum=3 HTTP/1.1".to_owned(),
            format!("GET {group}/serviceAccounts?itemsPerPage=500&pageNum=2 HTTP/1.1"),
            format!("POST {account}/secrets HTTP/1.1"),
            format!("DELETE {account}/secrets/32b6e34b3d91647abb20e7b9 HTTP/1.1"),
            "POST /api/oauth/token HTTP/1.1".to_owned(),
        ]
    );
}

#[tokio::test]
async fn without_a_connection_nothing_is_sent() {
    let atlas = connections(None);
    let error = atlas.sign_in().await.unwrap_err();
    assert!(error.cause.message().contains("not signed in"), "{error:?}");
    assert!(atlas.login().await.is_none() && !atlas.is_demo() && atlas.endpoint().is_none());
}

#[tokio::test]
async fn tried_credentials_are_used_on_demand_and_their_tokens_are_revoked() {
    let server = TestAtlas::start(World::demo().unwrap()).await;
    let authenticator =
        Authenticator { base_url: server.base_url(), base_url_flag: None, profiles_path: None };
    let atlas = connections(None);
    for _ in 0..2 {
        let typed = SignInWith::Credentials(server.credentials());
        assert_eq!(authenticator.sign_in(&atlas, typed).await.unwrap().address_refused, None);
    }
    assert_eq!(server.live_tokens(), 2);
    assert!(atlas.endpoint().is_none());
    atlas.use_tried();
    assert_eq!(atlas.endpoint().unwrap().0, server.base_url());
    assert_eq!(atlas.projects(1).await.map(|_| ()), Ok(()));
    assert_eq!(server.live_tokens(), 2, "the connection keeps the token of the attempt");
    atlas.close().await;
    assert_eq!(server.live_tokens(), 0);
    let signed_in_as = atlas.endpoint().unwrap().1.to_string();
    atlas.use_tried();
    let wrong = Credentials::access_token("FAKE-wrong".to_owned()).unwrap();
    let refused = authenticator.sign_in(&atlas, SignInWith::Credentials(wrong)).await.unwrap_err();
    assert!(refused.is_about_signing_in(), "{refused:?}");
    atlas.use_tried();
    assert_eq!(atlas.endpoint().unwrap().1.as_str(), signed_in_as, "rejected credentials are discarded");
}

/// After the new secret was written to the profile that is signed in, the old one may be deleted.
#[tokio::test]
async fn a_profile_is_read_again_at_each_sign_in() {
    let server = TestAtlas::start(World::demo().unwrap()).await;
    let (id, secret) = server.service_account();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let write = |secret: &str| {
        let profile =
            format!("auth_type = 'service_account'\nclient_id = '{id}'\nclient_secret = '{secret}'");
        std::fs::write(&path, format!("version = 2\n[ci]\n{profile}\n")).unwrap();
    };
    write("mdb_sa_sk_FAKE-old");
    let base_url = server.base_url();
    let authenticator =
        Authenticator { base_url_flag: Some(base_url.clone()), base_url, profiles_path: Some(path.clone()) };
    let atlas = connections(None);
    let with_profile = || SignInWith::Profile(ProfileName::new("ci").unwrap());
    assert!(authenticator.sign_in(&atlas, with_profile()).await.unwrap_err().is_about_signing_in());
    write(&secret);
    assert!(authenticator.sign_in(&atlas, with_profile()).await.is_ok());
}
