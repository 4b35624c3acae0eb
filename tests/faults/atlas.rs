//! An Atlas on a raw socket. It behaves normally unless the row says otherwise. Each connection carries one request.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::account::{self, Account, ORGANIZATION};
use crate::fault::{Post, Reads};
use crate::support::fixtures::{CLIENT, PROJECT};
use crate::support::raw_server::{Reply, head_and_body, read_request, response, send};

const JSON: &str = "application/vnd.atlas.2024-08-05+json;charset=utf-8";
/// More than the program reads of any response.
const TOO_LARGE: usize = 100_000_000;
/// The time limit for a request.
const DEADLINE: Duration = Duration::from_secs(20);

/// A server that behaves as its row says, and records the requests.
pub struct Atlas {
    reads: Reads,
    posts: &'static [Post],
    other_host: String,
    seen: Mutex<Seen>,
    changed: Condvar,
    release: watch::Sender<bool>,
}

/// The recorded requests, and the account.
#[derive(Default)]
pub struct Seen {
    /// The POSTs to create a secret that were received completely.
    pub posts: usize,
    /// The POSTs that created a secret.
    pub executed: usize,
    /// When the last of them was received.
    pub last_post: Option<Instant>,
    /// The reads of the account since the last POST.
    pub reads_after_post: usize,
    /// Requests that followed a redirect to another host.
    pub other_host: usize,
    pub account: Account,
    tokens: usize,
}

impl Atlas {
    /// A server for a row. `other_host` is the target of its redirects.
    pub fn new(reads: Reads, posts: &'static [Post], other_host: String) -> Self {
        let (release, _) = watch::channel(false);
        Self { reads, posts, other_host, seen: Mutex::default(), changed: Condvar::new(), release }
    }

    /// The requests so far.
    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }

    /// Waits until the condition holds. `what` describes it in the error.
    #[track_caller]
    pub fn wait_until(&self, what: &str, is_true: impl Fn(&Seen) -> bool) {
        let waiting = |seen: &mut Seen| !is_true(seen);
        let waited = self.changed.wait_timeout_while(self.seen(), DEADLINE, waiting).unwrap().1;
        assert!(!waited.timed_out(), "timed out waiting for {what}");
    }

    /// Sends the responses that were held back.
    pub fn release_responses(&self) {
        self.release.send_replace(true);
    }

    /// Responds to every connection.
    pub async fn serve(self: Arc<Self>, listener: TcpListener) {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(Arc::clone(&self).serve_one(socket));
        }
    }

    /// Counts connections without responding.
    pub async fn count_redirected(self: Arc<Self>, listener: TcpListener) {
        while listener.accept().await.is_ok() {
            self.seen().other_host += 1;
        }
    }

    async fn serve_one(self: Arc<Self>, mut socket: TcpStream) {
        let Some(request) = read_request(&mut socket).await else { return };
        let mut parts = request.split(' ');
        let (method, path) = (parts.next().unwrap(), parts.next().unwrap());
        let reply = if method == "POST" && path.ends_with("/secrets") {
            self.created(&request).await
        } else {
            match (self.read(method, path, &request), self.reads) {
                (Reply::Bytes(bytes), Reads::ClosedUnannounced) => Reply::Bytes(unannounced(&bytes)),
                (reply, _) => reply,
            }
        };
        send(socket, reply).await;
    }

    /// Handles a POST to create a secret.
    async fn created(&self, request: &str) -> Reply {
        let (post, new) = self.execute(request);
        if matches!(post, Post::Held | Post::HeldRefusal) {
            // This only fails once the row has ended.
            let _ = self.release.subscribe().wait_for(|release| *release).await;
        }
        self.reply(post, &new)
    }

    fn execute(&self, request: &str) -> (Post, Value) {
        let mut seen = self.seen();
        let post = match self.posts.get(seen.posts).or(self.posts.last()) {
            Some(post) if self.accepts(request) => *post,
            _ => Post::Refused(401, "UNEXPECTED_ERROR"),
        };
        seen.posts += 1;
        seen.last_post = Some(Instant::now());
        seen.reads_after_post = 0;
        let mut new = Value::Null;
        if post.creates() {
            seen.executed += 1;
            new = seen.account.create();
        }
        if post == Post::BesideAnother {
            seen.account.create();
        }
        self.changed.notify_all();
        (post, new)
    }

    fn reply(&self, post: Post, new: &Value) -> Reply {
        let body = new.to_string();
        let head = || head_and_body(201, &type_of(JSON), body.len() + TOO_LARGE, "");
        match post {
            Post::Created | Post::Held => typed(201, JSON, &body),
            Post::Closed | Post::BesideAnother => Reply::Bytes(Vec::new()),
            Post::Reset => Reply::ThenReset(Vec::new()),
            Post::Silent => Reply::ThenSilence(Vec::new()),
            Post::HeadThenSilence => Reply::ThenSilence(head()),
            Post::HeadThenDrip => Reply::ThenDrip(head()),
            Post::Cut => {
                let half = &body[..body.find("FAKE").unwrap() + 10];
                Reply::Bytes(head_and_body(201, &type_of(JSON), body.len(), half))
            }
            Post::WithoutSecret => {
                let mut without = new.clone();
                without.as_object_mut().unwrap().remove("secret");
                typed(201, JSON, &without.to_string())
            }
            Post::Garbage => typed(201, JSON, "\u{1}\u{2} no JSON <<<"),
            Post::OtherMediaType => typed(201, "text/html", &body),
            Post::TooLarge => {
                let padding = "a".repeat(TOO_LARGE);
                typed(201, JSON, &format!(r#"{{"padding":"{padding}",{}"#, &body[1..]))
            }
            Post::WithStatus(status) => typed(status, JSON, &body),
            Post::Empty(status) => response(status, "", ""),
            Post::CreatedAndFailed(status) => refusal(status, "UNEXPECTED_ERROR"),
            Post::Refused(status, code) => refusal(status, code),
            Post::HeldRefusal => refusal(409, "DATA_CONCURRENCY_ERROR"),
            Post::Limited(retry_after) => {
                let retry_after = retry_after.map(|value| format!("Retry-After: {value}\r\n"));
                let headers = type_of(JSON) + &retry_after.unwrap_or_default();
                response(429, &headers, &account::error(429, "RATE_LIMITED").to_string())
            }
            Post::Page(status) => page(status),
            Post::Elsewhere => response(302, &format!("Location: {}/login\r\n", self.other_host), ""),
        }
    }

    /// Handles every other request.
    fn read(&self, method: &str, path: &str, request: &str) -> Reply {
        let mut seen = self.seen();
        if path == "/api/oauth/token" {
            if let Reads::Token(status, body) = self.reads {
                return typed(status, "application/json", body);
            }
            seen.tokens += 1;
            let token = format!("FAKE-token-{}", seen.tokens);
            let body = json!({ "access_token": token, "expires_in": 3600, "token_type": "Bearer" });
            return typed(200, "application/json", &body.to_string());
        }
        if path == "/api/oauth/revoke" {
            return response(200, "", "");
        }
        let is_afterwards = seen.posts > 0;
        let project = format!("/api/atlas/v2/groups/{PROJECT}");
        let account = format!("{project}/serviceAccounts/{CLIENT}");
        if path == account {
            seen.reads_after_post += usize::from(is_afterwards);
            self.changed.notify_all();
        }
        match self.reads {
            Reads::Redirected => {
                return response(302, "Location: http://portal.example/login?to=atlas\r\n", "");
            }
            Reads::Broken => return page(503),
            Reads::BrokenAfterSearch if seen.reads_after_post > 1 => return page(503),
            Reads::BrokenAfterwards if is_afterwards => return page(503),
            _ if !self.accepts(request) => return refusal(401, "UNEXPECTED_ERROR"),
            _ => {}
        }
        if method == "DELETE" {
            let id = path.strip_prefix(&format!("{account}/secrets/")).unwrap_or_default();
            let is_deleted = seen.account.delete(id);
            return if is_deleted { response(204, "", "") } else { refusal(404, "RESOURCE_NOT_FOUND") };
        }
        if path == account {
            return typed(200, JSON, &seen.account.json().to_string());
        }
        if path == project {
            return typed(200, JSON, &account::project().to_string());
        }
        if path == format!("/api/atlas/v2/orgs/{ORGANIZATION}/settings") {
            return typed(200, JSON, &account::settings().to_string());
        }
        refusal(404, "RESOURCE_NOT_FOUND")
    }

    fn accepts(&self, request: &str) -> bool {
        let is_first = request.to_lowercase().contains("authorization: bearer fake-token-1\r\n");
        match self.reads {
            Reads::EveryTokenDead => false,
            Reads::FirstTokenDead => !is_first,
            _ => true,
        }
    }
}

/// The headers of every response of Atlas.
fn type_of(media_type: &str) -> String {
    let now = DateTimePrinter::new().timestamp_to_rfc9110_string(&Timestamp::now()).unwrap();
    format!("Content-Type: {media_type}\r\nDate: {now}\r\n")
}

fn typed(status: u16, media_type: &str, body: &str) -> Reply {
    response(status, &type_of(media_type), body)
}

/// The same response without the header that announces the close.
fn unannounced(bytes: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(bytes).replacen("Connection: close\r\n", "", 1).into_bytes()
}

/// An error in Atlas's format.
fn refusal(status: u16, code: &str) -> Reply {
    typed(status, JSON, &account::error(status, code).to_string())
}

/// The error page of a proxy.
fn page(status: u16) -> Reply {
    typed(status, "text/html", "<html><body>The proxy is sorry.</body></html>")
}
