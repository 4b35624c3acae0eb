//! API keys with an independent server: Apache's `mod_auth_digest`, as a proxy that checks the key and signs in to
//! the embedded Atlas itself.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use atlas_secret::domain::{ApiError, Cause, Credentials, PublicKey, QueryFlags};
use md5::{Digest, Md5};
use secrecy::ExposeSecret;
use tokio::net::TcpStream;

use crate::support::atlas::TestAtlas;
use crate::support::fixtures::{account_ref, client, new_secret, world_with};
use crate::{PRIVATE_KEY, PUBLIC_KEY, with_api_key};

const PROGRAM: &str = "/usr/sbin/apache2";
const MODULES: &str = "/usr/lib/apache2/modules";
const DEADLINE: Duration = Duration::from_secs(30);

/// An Apache for one test: a single process on loopback.
struct Apache {
    url: String,
    process: Child,
    folder: PathBuf,
}

impl Apache {
    async fn start(upstream: &str, token: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = std::env::temp_dir().join(format!("atlas-secret-apache-{}-{port}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("configuration"), configuration(&folder, port, upstream, token)).unwrap();
        let key = format!("{:x}", Md5::digest(format!("{PUBLIC_KEY}:MMS Public API:{PRIVATE_KEY}")));
        fs::write(folder.join("users"), format!("{PUBLIC_KEY}:MMS Public API:{key}\n")).unwrap();
        let process = Command::new(PROGRAM)
            // A single process, so that killing it ends everything.
            .arg("-X")
            .arg("-f")
            .arg(folder.join("configuration"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut apache = Self { url: format!("http://127.0.0.1:{port}"), process, folder };
        apache.wait_until_listening(port).await;
        apache
    }

    async fn wait_until_listening(&mut self, port: u16) {
        let start = Instant::now();
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none() && start.elapsed() < DEADLINE, "{ended:?} {}", self.log("errors"));
            ticks.tick().await;
        }
    }

    fn log(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap_or_default()
    }
}

impl Drop for Apache {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn configuration(folder: &Path, port: u16, upstream: &str, token: &str) -> String {
    let folder = folder.display();
    let modules = [
        "mpm_prefork",
        "authn_core",
        "authz_core",
        "authn_file",
        "authz_user",
        "auth_digest",
        "headers",
        "proxy",
        "proxy_http",
    ];
    let modules = modules.map(|name| format!("LoadModule {name}_module {MODULES}/mod_{name}.so\n")).concat();
    format!(
        r#"{modules}
ServerName localhost
Listen 127.0.0.1:{port}
DefaultRuntimeDir "{folder}"
PidFile "{folder}/pid"
ErrorLog "{folder}/errors"
Mutex posixsem default
# Takes effect for root only.
User www-data
Group www-data
# The single process serves one connection at a time.
KeepAlive Off
<Location "/">
    AuthType Digest
    AuthName "MMS Public API"
    AuthDigestProvider file
    AuthUserFile "{folder}/users"
    Require valid-user
    # After the check, replace the credentials.
    RequestHeader set Authorization "Bearer {token}"
    ProxyPass "{upstream}/"
</Location>
"#
    )
}

#[tokio::test]
async fn apache_accepts_responses_to_its_challenges() {
    if !Path::new(PROGRAM).exists() || !Path::new(MODULES).join("mod_auth_digest.so").exists() {
        println!("skipped: no {PROGRAM} with mod_auth_digest here");
        return;
    }
    let atlas = TestAtlas::start(world_with("")).await;
    let token = atlas.access_token();
    let apache = Apache::start(&atlas.base_url().to_string(), token.expose_secret()).await;

    let mut settings = with_api_key(&apache.url);
    settings.query_flags = QueryFlags { envelope: true, pretty: true };
    let right = client(settings.clone());
    let account = right.service_account(&account_ref()).await;
    assert_eq!(
        account.map(|account| account.name.to_string()),
        Ok("ci-deployer".to_owned()),
        "{}",
        apache.log("errors")
    );
    let outcome = right.create_secret(&new_secret()).await;
    let Ok(created) = outcome else { panic!("{outcome:?} {}", apache.log("errors")) };
    let deleted = right.delete_secret(&account_ref(), &created.id.unwrap()).await;
    assert_eq!(deleted, Ok(()));

    // Only accepted requests reach Atlas: the POST once, and with its query.
    let seen: Vec<String> =
        atlas.seen().iter().map(|seen| format!("{} {}", seen.method, seen.status)).collect();
    assert_eq!(seen, ["GET 200", "POST 201", "DELETE 204"]);
    assert!(atlas.seen()[1].target.ends_with("/secrets?envelope=true&pretty=true"));

    settings.credentials = Credentials::ApiKey {
        public_key: PublicKey::parse(PUBLIC_KEY).unwrap(),
        private_key: "FAKE-wrong".into(),
    };
    let refused = client(settings).service_account(&account_ref()).await;
    assert_eq!(refused, Err(ApiError::sent(Cause::Unexpected { status: 401 })));
    assert_eq!(atlas.seen().len(), 3);
}
