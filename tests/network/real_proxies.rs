//! Proxies that people run: tinyproxy and microsocks. What they cannot be made to do is done by the proxies of
//! the other tests.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::process::Stdio;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::{Authority, atlas_at, run};

/// An address of this machine that is not loopback, to which no proxy would be used. Nothing is sent.
fn own_address() -> Option<String> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().ok()?.ip().to_string())
}

/// The address of a proxy that listens by now, and its process; `None` where it is not installed.
async fn proxy(program: &str, arguments: impl FnOnce(u16) -> Vec<String>) -> Option<(String, Child)> {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = Command::new(program);
    command.args(arguments(port)).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = command.kill_on_drop(true).spawn() else {
        println!("skipped: there is no {program}");
        return None;
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listens = async {
        while TcpStream::connect(address).await.is_err() {
            assert_eq!(child.try_wait().unwrap(), None, "{program} ended");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), listens).await.unwrap();
    Some((address.to_string(), child))
}

/// A secret is created through the proxy, by those who know the password and while it runs. `refusal` is what is said
/// of a wrong one.
async fn leads_to_atlas(scheme: &str, proxy: &str, mut process: Child, refusal: &str) {
    let Some(own) = own_address() else {
        return println!("skipped: this machine has no address but loopback");
    };
    let authority = Authority::new();
    let url = atlas_at(&own, &own, authority.server(&own, 4000)).await;
    let through = |user: &str| format!("{scheme}://{user}{proxy}");
    let rows = [
        ("user:fake-password@", "created"),
        ("user:FAKE-wrong@", refusal),
        ("", "the proxy requires a user and password"),
    ];
    for (user, expected) in rows {
        let line = run(&url, &[("HTTPS_PROXY", &through(user)), ("SSL_CERT_FILE", authority.path())]).await;
        assert!(line.contains(expected) && !line.contains("FAKE"), "{scheme} {user}: {line}");
    }
    process.kill().await.unwrap();
    let variables = [("HTTPS_PROXY", &*through("user:fake-password@")), ("SSL_CERT_FILE", authority.path())];
    let line = run(&url, &variables).await;
    assert!(
        line.starts_with("not sent: ") && line.contains("could not connect to the proxy"),
        "{scheme}: {line}"
    );
}

#[tokio::test]
async fn tinyproxy_leads_to_atlas() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("settings");
    let arguments = |port| {
        let text = format!(
            "Port {port}\nListen 127.0.0.1\nAllow 127.0.0.1\nBasicAuth user fake-password\nTimeout 20\n"
        );
        std::fs::write(&settings, text).unwrap();
        vec!["-d".to_owned(), "-c".to_owned(), settings.display().to_string()]
    };
    let Some((address, process)) = proxy("tinyproxy", arguments).await else { return };
    // It answers a wrong password with 401, and none with 407.
    leads_to_atlas("http", &address, process, "the proxy refused the request").await;
}

#[tokio::test]
async fn microsocks_leads_to_atlas() {
    let arguments = |port: u16| {
        let words = ["-i", "127.0.0.1", "-p", &port.to_string(), "-u", "user", "-P", "fake-password"];
        words.map(str::to_owned).to_vec()
    };
    let Some((address, process)) = proxy("microsocks", arguments).await else { return };
    leads_to_atlas("socks5", &address, process, "the proxy requires a user and password").await;
}
