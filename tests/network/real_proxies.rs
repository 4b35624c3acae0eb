//! Real proxies: tinyproxy and microsocks. The other tests cover what these cannot be made to do.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::process::Stdio;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::{Authority, atlas_at, run};

/// An address of this machine that is not loopback, for which no proxy would be used. Nothing is sent.
fn own_address() -> Option<String> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().ok()?.ip().to_string())
}

/// Starts a proxy and returns its address; `None` if it is not installed.
async fn proxy(program: &str, arguments: impl FnOnce(u16) -> Vec<String>) -> Option<(String, Child)> {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = Command::new(program);
    command.args(arguments(port)).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = command.kill_on_drop(true).spawn() else {
        println!("skipped: {program} is not installed");
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

/// Creates a secret through the proxy, and checks that it fails with a wrong password, without one, and without the
/// proxy. `refusal` is the expected error for a wrong password.
async fn check_proxy(scheme: &str, proxy: &str, mut process: Child, refusal: &str) {
    let Some(own) = own_address() else {
        return println!("skipped: this machine only has a loopback address");
    };
    let authority = Authority::new();
    let url = atlas_at(&own, &own, authority.server(&own, 4000)).await;
    let through = |user: &str| format!("{scheme}://{user}{proxy}");
    let rows = [
        ("user:fake-password@", "created"),
        ("user:FAKE-wrong@", refusal),
        ("", "the proxy requires a valid user and password"),
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
async fn tinyproxy_connects_to_atlas() {
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
    // It responds with 401 to a wrong password, and with 407 to a missing one.
    check_proxy("http", &address, process, "the proxy refused the request").await;
}

#[tokio::test]
async fn microsocks_connects_to_atlas() {
    let arguments = |port: u16| {
        let arguments = ["-i", "127.0.0.1", "-p", &port.to_string(), "-u", "user", "-P", "fake-password"];
        arguments.map(str::to_owned).to_vec()
    };
    let Some((address, process)) = proxy("microsocks", arguments).await else { return };
    check_proxy("socks5", &address, process, "the proxy requires a valid user and password").await;
}
