//! Every account of the demo, as the program's client sees it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test panics on failure")]

pub mod support;

use std::time::Duration;

use atlas_secret::atlas::{Client, ClientOptions};
use atlas_secret::demo::World;
use atlas_secret::domain::{
    AccountRef, ApiError, Cause, CreatedSecret, Lifetime, NewSecret, Phase, ProjectId, QueryFlags,
    SECRETS_PER_ACCOUNT, ServiceAccount,
};
use support::atlas::TestAtlas;

const PAYMENTS: &str = "32b6e34b3d91647abb20e7b8";
const SANDBOX: &str = "63d8e0b1c2a3f4e5d6071829";
const ANALYTICS: &str = "64c7f1a2b3d4e5f60718293a";

/// The demo's Atlas, and a client that signs in as the demo does.
struct Demo {
    atlas: TestAtlas,
    client: Client,
}

impl Demo {
    async fn start() -> Self {
        let atlas = TestAtlas::start(World::demo().unwrap()).await;
        let settings = ClientOptions {
            base_url: atlas.base_url(),
            credentials: atlas.credentials(),
            query_flags: QueryFlags::default(),
            keeps_open: false,
        };
        let client = Client::new(settings).unwrap();
        client.sign_in().await.unwrap();
        Self { atlas, client }
    }

    /// Finds the project and the account by name, with the lists that a user chooses from.
    async fn find(&self, name: &str) -> NewSecret {
        for project in [PAYMENTS, SANDBOX, ANALYTICS] {
            let project = ProjectId::parse(project).unwrap();
            let page = self.client.service_accounts(&project, 1).await.unwrap();
            let found = page.entries.into_iter().find(|entry| entry.name.as_str() == name);
            if let Some(entry) = found {
                let lifetime = Lifetime::from_hours(720).unwrap();
                let account = AccountRef { project, client: entry.client };
                return NewSecret { account, lifetime };
            }
        }
        panic!("the demo has no account {name}")
    }

    async fn read(&self, new_secret: &NewSecret) -> ServiceAccount {
        self.client.service_account(&new_secret.account).await.unwrap()
    }
}

/// The outcome of creating, as one line.
fn line(outcome: &Result<CreatedSecret, ApiError>) -> String {
    match outcome {
        Ok(_) => "created".to_owned(),
        Err(ApiError { cause: Cause::Rejected(rejection), .. }) => {
            format!("rejected: {}", rejection.error_code)
        }
        Err(ApiError { phase: Phase::NotSent, cause, .. }) => format!("not sent: {}", cause.message()),
        Err(lost) => lost.after_creating(false),
    }
}

#[tokio::test]
async fn each_account_has_the_outcome_that_its_name_says() {
    // The outcome, the number of secrets in the account afterwards, and how many of them this test created.
    let closed = "The connection broke before the response was complete: the host closed the connection \
                  early.";
    let rows = [
        ("ci-deployer", "created", 1, 1),
        ("invoice-mailer", "created", 2, 1),
        ("billing-export", "rejected: SERVICE_ACCOUNT_SECRET_LIMIT_EXCEEDED", 2, 0),
        ("ledger-archiver", "rejected: SERVICE_ACCOUNT_SECRET_LIMIT_EXCEEDED", 2, 0),
        ("nightly-backup", "created", 2, 1),
        ("capped-at-30-days", "created", 2, 1),
        ("refused-role-too-low", "rejected: USER_UNAUTHORIZED", 0, 0),
        ("lost-response", closed, 1, 1),
    ];
    for (name, expected, secrets, ours) in rows {
        let demo = Demo::start().await;
        let new_secret = demo.find(name).await;
        let outcome = demo.client.create_secret(&new_secret).await;
        assert_eq!(line(&outcome), expected, "{name}");
        assert_eq!(demo.read(&new_secret).await.secrets.len(), secrets, "{name}");
        assert_eq!(demo.atlas.secrets_created(), ours, "{name}");
        let posts = demo.atlas.seen().into_iter().filter(|seen| seen.target.ends_with("/secrets"));
        assert_eq!(posts.count(), 1, "{name}");
    }
}

#[tokio::test]
async fn the_rate_limited_account_creates_at_the_third_attempt() {
    let demo = Demo::start().await;
    let new_secret = demo.find("limited-twice").await;
    for _ in 0..2 {
        let Err(ApiError { cause: Cause::Rejected(rejection), .. }) =
            demo.client.create_secret(&new_secret).await
        else {
            panic!("not rejected");
        };
        assert_eq!((rejection.status, rejection.error_code.as_str()), (429, "RATE_LIMITED"));
        assert_eq!(rejection.retry_after, Some(Duration::from_secs(3)));
        assert_eq!(demo.atlas.secrets_created(), 0);
    }
    assert_eq!(line(&demo.client.create_secret(&new_secret).await), "created");
}

#[tokio::test]
async fn the_demo_has_all_kinds_of_existing_secrets() {
    let demo = Demo::start().await;
    // The number of valid and of expired secrets, and how many of them a new one would shorten.
    let rows = [
        ("ci-deployer", 0, 0, 0),
        ("invoice-mailer", 1, 0, 1),
        ("billing-export", 2, 0, 1),
        ("ledger-archiver", 1, 1, 1),
        ("nightly-backup", 0, 1, 0),
        ("admin-laptop", 1, 0, 1),
    ];
    for (name, valid, expired, shortened) in rows {
        let account = demo.read(&demo.find(name).await).await;
        let now = account.read_at.expect("the response has a time");
        let is_expired = account.secrets.iter().filter(|secret| secret.is_expired(now)).count();
        assert_eq!((account.secrets.len() - is_expired, is_expired), (valid, expired), "{name}");
        assert_eq!(account.consequences(now).shortens.len(), shortened, "{name}");
        assert_eq!(account.is_full(), valid + expired == SECRETS_PER_ACCOUNT, "{name}");
    }
    let cap = demo.client.project(&ProjectId::parse(ANALYTICS).unwrap()).await.unwrap();
    let cap = demo.client.organization_settings(&cap.organization.unwrap()).await.unwrap();
    assert_eq!(cap.longest_secret_hours, Some(720));
}

/// An account that rotates its own secret: it creates a new one first, and then deletes the old one with its tokens.
#[tokio::test]
async fn the_account_of_the_demo_can_rotate_its_own_secret() {
    let demo = Demo::start().await;
    let (id, old_value) = demo.atlas.service_account();
    let own = demo.find("admin-laptop").await;
    assert_eq!(own.account.client.as_str(), id);
    let id = own.account.client.clone();
    let before = demo.read(&own).await;
    let mask = before.secrets[0].mask.as_ref().unwrap().as_str();
    assert_eq!(mask, format!("mdb_sa_sk_...{}", &old_value[old_value.len() - 4..]));
    assert!(before.secrets[0].last_used_at.is_some(), "the secret has just signed in");

    let new = demo.client.create_secret(&own).await.unwrap();
    assert_eq!(demo.client.verify(&id, &new.value).await, Ok(()));
    let after = demo.read(&own).await;
    assert!(
        after.secrets[0].expires_at < before.secrets[0].expires_at,
        "the lifetime of the old secret was shortened"
    );
    assert_eq!(demo.atlas.live_tokens(), 1);

    let deleted = demo.client.delete_secret(&own.account, &before.secrets[0].id).await;
    assert_eq!(deleted, Ok(()));
    assert_eq!(demo.atlas.live_tokens(), 0, "the tokens of the old secret are no longer valid");
    let refused = demo.client.service_account(&own.account).await;
    assert!(matches!(refused, Err(ApiError { cause: Cause::SignInRefused { .. }, .. })), "{refused:?}");
    assert_eq!(demo.client.verify(&id, &new.value).await, Ok(()), "the new secret is still valid");
}
