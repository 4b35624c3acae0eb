//! Deleting a secret: if the response is inconclusive, the account is read.

use std::sync::Arc;

use atlas_secret::config::CredentialSource;
use atlas_secret::domain::{ApiError, Cause, DeleteError, QueryFlags, SecretId};
use atlas_secret::jobs::{Connections, Deletion, Recheck, Source, delete};
use tokio_util::sync::CancellationToken;

use super::support::fixtures::{account_ref, client_id, with_access_token};
use super::support::raw_server::{RawServer, Reply, json, response};

const ID: &str = "32b6e34b3d91647abb20e7b9";

fn account(ids: &[&str]) -> Reply {
    let secrets: Vec<String> = ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    json(200, &format!(r#"{{"name":"ci","secrets":[{}]}}"#, secrets.join(",")))
}

fn error(status: u16, code: &str) -> Reply {
    json(status, &format!(r#"{{"error":{status},"errorCode":"{code}","detail":"No."}}"#))
}

async fn deletion(script: Vec<Reply>) -> (Deletion, usize) {
    let server = RawServer::start(script).await;
    let settings = with_access_token(&server.url);
    let source = Source::Remote {
        base_url: settings.base_url,
        credentials: CredentialSource::Ready(settings.credentials),
    };
    let connections = Arc::new(Connections::new(Some(source), QueryFlags::default(), false));
    let account = account_ref();
    let id = SecretId::from_server(ID).unwrap();
    let deletion = delete(&connections, &account, &id, Recheck::No, &CancellationToken::new(), || {}).await;
    assert_eq!(server.count("DELETE", ID), 1, "{deletion:?}");
    (deletion, server.count("GET", client_id().as_str()))
}

#[tokio::test]
async fn after_an_inconclusive_response_the_account_is_read() {
    let html = || response(200, "Content-Type: text/html\r\n", "<html>Sign in to the network</html>");
    let replies: [fn() -> Reply; 12] = [
        || response(200, "", ""),
        || json(200, "{}"),
        || response(302, "Location: /login\r\n", ""),
        || response(502, "", "<html>"),
        || response(404, "", "<html>"),
        || error(404, "RESOURCE_NOT_FOUND"),
        || error(404, "GROUP_NOT_FOUND"),
        || error(404, "ORG_NOT_FOUND"),
        || error(404, "CANNOT_FIND_RESOURCE_VERSION"),
        || error(500, "UNEXPECTED_ERROR"),
        || Reply::Bytes(Vec::new()),
        || Reply::ThenReset(Vec::new()),
    ];
    for reply in replies.iter().map(|reply| reply()).chain([html()]) {
        let gone = deletion(vec![reply.clone(), account(&["other"])]).await;
        assert_eq!(gone, (Deletion::Deleted, 1), "{reply:?}");
        let (there, reads) = deletion(vec![reply.clone(), account(&["other", ID])]).await;
        let Deletion::Failed(still @ DeleteError::StillThere(_)) = there else { panic!("{there:?}") };
        assert_eq!(reads, 1, "{reply:?}");
        assert!(still.sentence().starts_with("Not deleted: the secret still exists. "), "{reply:?}");
        // An account that cannot be read proves nothing: it may have left the project.
        for unreadable in [error(404, "RESOURCE_NOT_FOUND"), html(), error(401, "UNEXPECTED_ERROR")] {
            let (open, reads) = deletion(vec![reply.clone(), unreadable]).await;
            let Deletion::Failed(error @ DeleteError::PerhapsDeleted(_)) = open else { panic!("{open:?}") };
            assert_eq!(reads, 1);
            assert!(error.sentence().starts_with("The secret may have been deleted."));
        }
    }
}

#[tokio::test]
async fn after_a_conclusive_response_the_account_is_not_read() {
    assert_eq!(deletion(vec![response(204, "", "")]).await, (Deletion::Deleted, 0));
    assert_eq!(deletion(vec![json(200, r#"{"status":204,"content":{}}"#)]).await, (Deletion::Deleted, 0));
    for (status, code) in [(401, "USER_UNAUTHORIZED"), (403, "FORBIDDEN"), (409, "CONFLICT"), (429, "LIMIT")]
    {
        let (refused, reads) = deletion(vec![error(status, code)]).await;
        assert!(
            matches!(
                refused,
                Deletion::Failed(DeleteError::NotDeleted(ApiError { cause: Cause::Rejected(_), .. }))
            ),
            "{refused:?}"
        );
        assert_eq!(reads, 0);
    }
}
