//! Proxies and certificate authorities in environment variables. The TLS server is on loopback, and only the proxy
//! can resolve its name.

#![expect(clippy::unwrap_used, reason = "a test panics on failure")]
#![expect(clippy::print_stdout, reason = "a test prints that its tool is missing")]

#[path = "../support/mod.rs"]
pub mod support;

mod real_proxies;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use atlas_secret::atlas::Client;
use atlas_secret::domain::Phase;
use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use support::fixtures::{new_secret, with_access_token};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

const MARK: &str = "ATLAS_SECRET_TEST_URL";
const ANSWER: &str = "answer: ";
const CREATED: &str = r#"{"id":"32b6e34b3d91647abb20e7b9","secret":"mdb_sa_sk_FAKEfakeFAKE"}"#;
const USER: &str = "user:fake-password@";
/// [`USER`], encoded by hand.
const PROXY_AUTHORIZATION: &str = "Proxy-Authorization: Basic dXNlcjpmYWtlLXBhc3N3b3Jk";

/// A process cannot change its environment safely, so the tests start this test binary again.
#[test]
#[ignore = "not a test, but the program that the tests start"]
fn the_program() {
    let Ok(url) = std::env::var(MARK) else {
        println!("skipped: {MARK} is not set");
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let line = match Client::new(with_access_token(&url)) {
        Err(error) => format!("setup: {} {}", error.cause.message(), error.explain("It").action),
        Ok(client) => match runtime.block_on(client.create_secret(&new_secret())) {
            Ok(_) => "created".to_owned(),
            Err(error) if error.phase == Phase::NotSent => {
                let explanation = error.explain("It");
                format!("not sent: {} {} {}", explanation.title, explanation.meaning, explanation.action)
            }
            other => format!("{other:?}"),
        },
    };
    println!("{ANSWER}{line}");
}

/// Runs the program with these variables and no others that matter.
async fn run(url: &str, variables: &[(&str, &str)]) -> String {
    let output = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_program", "--ignored", "--nocapture"])
        .env_clear()
        .env(MARK, url)
        .envs(variables.iter().copied())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let output = String::from_utf8_lossy(&output.stdout).into_owned();
    let answer = output.split_once(ANSWER).map(|(_, answer)| answer.lines().next().unwrap_or_default());
    answer.unwrap_or(&output).to_owned()
}

/// A new certificate authority and its file.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    file: PathBuf,
}

impl Authority {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        // If two had the same name, only the signature would be wrong.
        parameters.distinguished_name.push(DnType::CommonName, format!("Fake authority {number}"));
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.self_signed(&key).unwrap();
        let file = std::env::temp_dir().join(format!("atlas-secret-ca-{}-{number}.pem", std::process::id()));
        std::fs::write(&file, certificate.pem()).unwrap();
        Self { issuer: Issuer::new(parameters, key), file }
    }

    fn path(&self) -> &str {
        self.file.to_str().unwrap()
    }

    /// The configuration of a server with a certificate for `name`.
    fn server(&self, name: &str, last_year: i32) -> TlsAcceptor {
        let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
        parameters.not_before = date_time_ymd(2020, 1, 1);
        parameters.not_after = date_time_ymd(last_year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap();
        acceptor(&certificate, &key)
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.file);
    }
}

/// A TLS server with this certificate.
fn acceptor(certificate: &Certificate, key: &KeyPair) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let chain = vec![certificate.der().clone()];
    let config = builder.with_no_client_auth().with_single_cert(chain, key).unwrap();
    TlsAcceptor::from(Arc::new(config))
}

async fn head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut received = Vec::new();
    while !received.windows(4).any(|four| four == b"\r\n\r\n") {
        if stream.read_buf(&mut received).await.unwrap_or(0) == 0 {
            break;
        }
    }
    String::from_utf8_lossy(&received).into_owned()
}

/// A TLS server that creates a secret for every request. Returns its URL with the name `atlas.test`.
async fn atlas(acceptor: TlsAcceptor) -> String {
    atlas_at("127.0.0.1", "atlas.test", acceptor).await
}

async fn atlas_at(address: &str, name: &str, acceptor: TlsAcceptor) -> String {
    let listener = TcpListener::bind((address, 0)).await.unwrap();
    let url = format!("https://{name}:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            head(&mut stream).await;
            let length = CREATED.len();
            let response = format!(
                "HTTP/1.1 201 Created\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{CREATED}"
            );
            let _ = stream.write_all(response.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    url
}

/// A proxy that forwards `CONNECT` to the port on loopback, for every host name, if the password is right. It records
/// the requests.
struct Proxy {
    address: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let recorded = Arc::clone(&heads);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(tunnel(stream, Arc::clone(&recorded)));
            }
        });
        Self { address, heads }
    }

    fn url(&self, credentials: &str) -> String {
        format!("http://{credentials}{}", self.address)
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

/// An Atlas with a private certificate authority, behind a proxy with a password.
struct Network {
    authority: Authority,
    url: String,
    proxy: Proxy,
}

impl Network {
    async fn start() -> Self {
        let authority = Authority::new();
        let url = atlas(authority.server("atlas.test", 4000)).await;
        Self { authority, url, proxy: Proxy::start().await }
    }

    /// Runs the program with these credentials for the proxy, and with these variables.
    async fn run(&self, credentials: &str, more: &[(&str, &str)]) -> String {
        let proxy = self.proxy.url(credentials);
        let variables = [("HTTPS_PROXY", proxy.as_str()), ("SSL_CERT_FILE", self.authority.path())];
        run(&self.url, &[&variables, more].concat()).await
    }
}

async fn tunnel(mut client: TcpStream, heads: Arc<Mutex<Vec<String>>>) {
    let head = head(&mut client).await;
    heads.lock().unwrap().push(head.clone());
    if !head.lines().any(|line| line.eq_ignore_ascii_case(PROXY_AUTHORIZATION)) {
        let _ = client
            .write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            .await;
        return;
    }
    let target = head.split(' ').nth(1).unwrap().rsplit_once(':').unwrap();
    let mut server = TcpStream::connect(("127.0.0.1", target.1.parse::<u16>().unwrap())).await.unwrap();
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
}

#[tokio::test]
async fn atlas_is_reached_through_a_proxy_with_a_password_and_a_private_authority() {
    let network = Network::start().await;
    assert_eq!(network.run(USER, &[]).await, "created");
    let heads = network.proxy.heads();
    assert_eq!(heads.len(), 1);
    let target = network.url.trim_start_matches("https://");
    assert!(heads[0].starts_with(&format!("CONNECT {target} HTTP/1.1\r\n")), "{}", heads[0]);
    // The token is only sent inside the tunnel.
    assert!(!heads[0].contains("FAKE-access-token"), "{}", heads[0]);
}

#[tokio::test]
async fn nothing_is_sent_through_a_proxy_that_rejects_the_password() {
    let network = Network::start().await;
    for credentials in ["", "user:FAKE-wrong@"] {
        let line = network.run(credentials, &[]).await;
        assert!(line.starts_with("not sent: ") && line.contains("HTTPS_PROXY"), "{line}");
        assert!(line.contains("the proxy requires a valid user and password"), "{line}");
        assert!(!line.contains("FAKE"), "{line}");
    }
}

#[tokio::test]
async fn an_untrusted_certificate_is_reported_with_an_action() {
    let (authority, other) = (Authority::new(), Authority::new());
    let rows = [
        ("atlas.test", 4000, &other, "the certificate is not trusted (unknown issuer)", "SSL_CERT_FILE"),
        ("elsewhere.test", 4000, &authority, "the certificate is for another host name", "base URL"),
        ("atlas.test", 2021, &authority, "the certificate has expired", "clock"),
    ];
    for (name, last_year, trusted, cause, action) in rows {
        let url = atlas(authority.server(name, last_year)).await;
        let proxy = Proxy::start().await.url(USER);
        let line = run(&url, &[("HTTPS_PROXY", &proxy), ("SSL_CERT_FILE", trusted.path())]).await;
        assert!(line.starts_with("not sent: TLS failed: "), "{line}");
        assert!(line.contains(cause) && line.contains(action), "{line}");
    }
}

/// A SOCKS5 proxy, with the password of the proxies above or without one. It forwards the connection to the port on
/// loopback without resolving the name, and records the names.
async fn socks(mut client: TcpStream, names: Arc<Mutex<Vec<String>>>) -> std::io::Result<()> {
    let mut greeting = [0; 2];
    client.read_exact(&mut greeting).await?;
    let mut methods = vec![0; greeting[1].into()];
    client.read_exact(&mut methods).await?;
    let method = if methods.contains(&2) { 2 } else { 0 };
    client.write_all(&[5, method]).await?;
    if method == 2 {
        let mut login = [0; 2 + 4 + 1 + 13];
        client.read_exact(&mut login).await?;
        let is_right = login == *b"\x01\x04user\x0dfake-password";
        client.write_all(&[1, u8::from(!is_right)]).await?;
    }
    let mut request = [0; 5];
    client.read_exact(&mut request).await?;
    let mut name = vec![0; request[4].into()];
    client.read_exact(&mut name).await?;
    let port = client.read_u16().await?;
    let is_name = request[3] == 3;
    names.lock().unwrap().push(String::from_utf8_lossy(&name).into_owned());
    client.write_all(&[5, u8::from(!is_name), 0, 1, 127, 0, 0, 1, 0, 0]).await?;
    let mut server = TcpStream::connect(("127.0.0.1", port)).await?;
    tokio::io::copy_bidirectional(&mut client, &mut server).await.map(|_| ())
}

#[tokio::test]
async fn a_socks_proxy_resolves_the_name_and_connects_to_atlas() {
    let authority = Authority::new();
    let url = atlas(authority.server("atlas.test", 4000)).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let names = Arc::new(Mutex::new(Vec::new()));
    let recorded = Arc::clone(&names);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(socks(stream, Arc::clone(&recorded)));
        }
    });
    let rows = [
        ("ALL_PROXY", format!("socks5://{address}")),
        ("HTTPS_PROXY", format!("socks5h://{address}")),
        ("https_proxy", format!("socks5://user:fake-password@{address}")),
        ("all_proxy", format!("socks5h://user:fake-password@{address}")),
    ];
    for (count, (name, value)) in rows.iter().enumerate() {
        let variables = [(*name, value.as_str()), ("SSL_CERT_FILE", authority.path())];
        assert_eq!(run(&url, &variables).await, "created", "{name}={value}");
        assert_eq!(names.lock().unwrap().len(), count + 1);
    }
    assert!(names.lock().unwrap().iter().all(|name| name == "atlas.test"));
    let wrong = format!("socks5://user:FAKE-password@{address}");
    let closed = "socks5://127.0.0.1:1".to_owned();
    let http = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let not_socks = format!("socks5://{}", http.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = http.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    for (proxy, cause) in [
        (wrong, "requires a valid user"),
        (closed, "could not connect to the proxy"),
        (not_socks, "does not speak SOCKS"),
    ] {
        let line = run(&url, &[("HTTPS_PROXY", &proxy), ("SSL_CERT_FILE", authority.path())]).await;
        assert!(line.starts_with("not sent: The proxy failed: "), "{line}");
        assert!(line.contains(cause) && !line.contains("FAKE"), "{line}");
    }
}

#[tokio::test]
async fn no_proxy_is_parsed_as_in_go() {
    let network = Network::start().await;
    let port = network.url.rsplit_once(':').unwrap().1;
    let direct = [
        "example.com,atlas.test",
        "*",
        "*.test",
        ".test",
        "test",
        "ATLAS.test",
        &format!("atlas.test:{port}"),
        "a, atlas.test",
    ];
    let through = ["", ".atlas.test", "*.atlas.test", "las.test", "atlas.test:443", "10.0.0.0/8", "a"];
    for (exceptions, is_direct) in
        direct.iter().map(|list| (*list, true)).chain(through.map(|list| (list, false)))
    {
        let before = network.proxy.heads().len();
        let line = network.run(USER, &[("NO_PROXY", exceptions)]).await;
        // Only the proxy can resolve the name.
        let expected = if is_direct { "not sent: Could not look up " } else { "created" };
        assert!(line.starts_with(expected), "{exceptions:?}: {line}");
        assert_eq!(network.proxy.heads().len() - before, usize::from(!is_direct), "{exceptions:?}");
    }
}

#[tokio::test]
async fn an_invalid_proxy_variable_is_never_ignored() {
    let values = [
        r"http://CORP\user:FAKE-pw@127.0.0.1:3128",
        "\"http://user:FAKE-pw@127.0.0.1:3128\"",
        "http://user:FAKE pw@127.0.0.1:3128",
        "http://user:FAKE/pw@127.0.0.1:3128",
        "ftp://user:FAKE-pw@127.0.0.1:3128",
    ];
    for value in values {
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"] {
            let line = run("https://atlas.test", &[(name, value)]).await;
            assert!(line.starts_with(&format!("setup: {name} is not the address of a proxy")), "{line}");
            assert!(!line.contains("FAKE"), "{line}");
        }
        let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_atlas-secret"))
            .args([
                "--yes",
                "--project-id",
                support::fixtures::PROJECT,
                "--client-id",
                support::fixtures::CLIENT,
            ])
            .env_clear()
            .env("HTTPS_PROXY", value)
            .env("MONGODB_ATLAS_ACCESS_TOKEN", "FAKE-token")
            .output()
            .await
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.starts_with("atlas-secret: Nothing was created. HTTPS_PROXY is not"), "{stderr}");
        assert!(!stderr.contains("FAKE"), "{stderr}");
    }
}

#[tokio::test]
async fn a_ca_certificate_is_rejected_as_a_server_certificate() {
    let mut parameters = CertificateParams::new(vec!["atlas.test".to_owned()]).unwrap();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = parameters.self_signed(&key).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), certificate.pem()).unwrap();
    let url = atlas(acceptor(&certificate, &key)).await;
    let (proxy, trusted) = (Proxy::start().await.url(USER), file.path().to_str().unwrap());
    let line = run(&url, &[("HTTPS_PROXY", &proxy), ("SSL_CERT_FILE", trusted)]).await;
    assert!(line.contains("the certificate is a CA's instead of a server's"), "{line}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_certificate_file_must_be_a_regular_file() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&fifo, &link).unwrap();
    let socket = folder.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let pipe = "SSL_CERT_FILE is a pipe or a device, not a regular file";
    let none = "SSL_CERT_FILE contains no certificate in PEM format";
    let file = |name: &str, text: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        &*path.to_str().unwrap().to_owned().leak()
    };
    let wide: Vec<u8> = "-----BEGIN CERTIFICATE-----".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let rows = [
        (fifo.to_str().unwrap(), pipe),
        (link.to_str().unwrap(), pipe),
        (socket.to_str().unwrap(), pipe),
        ("/dev/zero", pipe),
        ("/dev/null", pipe),
        ("/dev/urandom", pipe),
        ("/dev/ptmx", pipe),
        (folder.path().to_str().unwrap(), "SSL_CERT_FILE is a folder"),
        ("", "SSL_CERT_FILE is empty: unset it, or name a file"),
        ("~/ca.pem", "SSL_CERT_FILE cannot be read (No such file or directory): ~/ca.pem"),
        ("'ca.pem'", "SSL_CERT_FILE cannot be read (No such file or directory): 'ca.pem'"),
        (file("empty", b""), none),
        (file("text", b"certificate"), none),
        (file("der", b"\x30\x82\x01\x0a\x02\x82"), none),
        (file("utf-16", &wide), none),
        (
            file(
                "trusted",
                b"-----BEGIN TRUSTED CERTIFICATE-----\nAAAA\n-----END TRUSTED CERTIFICATE-----\n",
            ),
            none,
        ),
        (file("cut", b"-----BEGIN CERTIFICATE-----\nAAAA\n"), none),
        (file("large", b"A".repeat((16 << 20) + 1).as_slice()), "SSL_CERT_FILE is larger than 16 MiB"),
    ];
    for (path, expected) in rows {
        let output = run("https://atlas.test", &[("SSL_CERT_FILE", path)]).await;
        assert!(output.starts_with("setup: ") && output.contains(expected), "{path}: {output}");
    }
}
