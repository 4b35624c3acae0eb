//! `--yes` with a distant Atlas: over TLS and with a network delay, compared to one `curl` that makes the same
//! requests.
//!
//! `FAR_PEER` names another program to compare with, such as one written with Atlas's Go SDK. It gets the project and
//! the client ID as arguments, the URL and the credentials in the same variables as this program, and prints the
//! secret.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use rcgen::generate_simple_self_signed;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::atlas::{Atlas, PROJECT};
use crate::creating::{ACCEPT, CONTENT_TYPE, curl};
use crate::table::{Table, median, milliseconds};

/// The number of measurements.
const ROUNDS: usize = 9;

/// The roots that this machine trusts: reading them is part of the cost.
const ROOTS: &str = "/etc/ssl/certs/ca-certificates.crt";

pub fn report(table: &mut Table, atlas: &Atlas) {
    let has_curl = Command::new("curl").arg("--version").stdout(Stdio::null()).status().is_ok();
    for round_trip in [0, 100] {
        let host = FarHost::start(&atlas.url, Duration::from_millis(round_trip));
        let (mut secrets, mut ends, mut curls) = (Vec::new(), Vec::new(), Vec::new());
        let (peer, mut peers) = (std::env::var_os("FAR_PEER"), Vec::new());
        let mut connections = 0;
        for _ in 0..ROUNDS {
            // Alternate, so that other load on the machine affects both.
            let before = host.connections.load(Ordering::Relaxed);
            let mut ours = Command::new(env!("CARGO_BIN_EXE_atlas-secret"));
            ours.args(["--yes", "--format", "secret", "--project-id", PROJECT, "--client-id"]);
            let (secret, end) = host.run(ours, atlas);
            connections = connections.max(host.connections.load(Ordering::Relaxed) - before);
            secrets.push(secret);
            ends.push(end);
            curls.extend(has_curl.then(|| host.by_curl(atlas)));
            peers.extend(peer.as_ref().map(|peer| {
                let mut peer = Command::new(peer);
                peer.arg(PROJECT);
                host.run(peer, atlas).0
            }));
        }
        let mut beside = if has_curl {
            format!("one `curl --next` (token, GET, POST) {}", milliseconds(median(&curls)))
        } else {
            "curl is not installed".to_owned()
        };
        if let Some(peer) = &peer {
            let name = Path::new(peer).file_name().unwrap_or(peer).to_string_lossy();
            let _ = write!(beside, ", `{name}` {}", milliseconds(median(&peers)));
        }
        table.add(
            format!("`--yes` over TLS, {round_trip} ms a round trip: the secret is out, median of {ROUNDS}"),
            format!("{}, connections: {connections}", milliseconds(median(&secrets))),
            &beside,
            if round_trip == 0 { "" } else { "≤ 5 round trips + 100 ms" },
        );
        table.add(
            format!("the same until the process has ended and its token is revoked, median of {ROUNDS}"),
            milliseconds(median(&ends)),
            "",
            "",
        );
    }
}

/// A TLS server in front of the embedded Atlas, behind a network with a delay.
struct FarHost {
    url: String,
    roots: PathBuf,
    connections: Arc<AtomicUsize>,
    _folder: tempfile::TempDir,
}

impl FarHost {
    fn start(atlas: &str, round_trip: Duration) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let roots = folder.path().join("roots.pem");
        let acceptor = certificate(&roots);
        let atlas = atlas.trim_start_matches("http://").to_owned();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        let (started, wait_for_start) = channel();
        thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                started.send(listener.local_addr().expect("an address").port()).expect("the bench waits");
                while let Ok((client, _)) = listener.accept().await {
                    counted.fetch_add(1, Ordering::Relaxed);
                    tokio::spawn(serve(client, acceptor.clone(), atlas.clone(), round_trip));
                }
            });
        });
        let port = wait_for_start.recv().expect("it starts");
        Self { url: format!("https://localhost:{port}"), roots, connections, _folder: folder }
    }

    /// Returns when the secret was printed, and when the process exited. The program gets a fresh account as its last
    /// argument.
    fn run(&self, mut program: Command, atlas: &Atlas) -> (Duration, Duration) {
        let client = atlas.fresh_account();
        let started = Instant::now();
        let mut program = program
            .arg(client)
            .env_clear()
            .envs(atlas.environment())
            .env("MONGODB_ATLAS_BASE_URL", &self.url)
            .env("SSL_CERT_FILE", &self.roots)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program runs");
        let mut secret = [0; 1024];
        let length = program.stdout.take().expect("a pipe").read(&mut secret).expect("it can be read");
        let is_out = started.elapsed();
        assert!(program.wait().expect("it ends").success() && secret[..length].starts_with(b"mdb_sa_sk_"));
        (is_out, started.elapsed())
    }

    /// One process fetches a token, reads the account and creates a secret. The later requests need a token before it
    /// starts, so they use an earlier one.
    fn by_curl(&self, atlas: &Atlas) -> Duration {
        let (client, login) = (atlas.fresh_account(), format!("{}:{}", atlas.login.0, atlas.login.1));
        let grant = ["-u", &login, "-d", "grant_type=client_credentials"];
        let (token, mut not_measured) = (format!("{}/api/oauth/token", atlas.url), Duration::ZERO);
        let before = curl(&mut not_measured, &[&grant[..], &[&token]].concat());
        let bearer = format!("Authorization: Bearer {}", before["access_token"].as_str().expect("a token"));
        let roots = self.roots.to_string_lossy();
        let options = ["-sS", "--fail", "--noproxy", "*", "--cacert", &roots, "-o", "/dev/null"];
        let account = format!("{}/api/atlas/v2/groups/{PROJECT}/serviceAccounts/{client}", self.url);
        let (token, secrets) = (format!("{}/api/oauth/token", self.url), format!("{account}/secrets"));
        let headers = ["-H", &bearer, "-H", ACCEPT];
        let body = ["-H", CONTENT_TYPE, "-d", r#"{"secretExpiresAfterHours":720}"#];
        let arguments = [
            &options[..],
            &grant[..],
            &[&token, "--next"],
            &options[..],
            &headers[..],
            &[&account, "--next"],
            &options[..],
            &headers[..],
            &body[..],
            &[&secrets],
        ];
        let started = Instant::now();
        let status = Command::new("curl").args(arguments.concat()).status().expect("curl runs");
        let took = started.elapsed();
        assert!(status.success(), "curl creates one");
        took
    }
}

/// Creates a certificate for `localhost`, and writes the roots to trust: that one and those of this machine.
fn certificate(roots: &Path) -> TlsAcceptor {
    let made = generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let trusted = std::fs::read_to_string(ROOTS).unwrap_or_default() + &made.cert.pem();
    std::fs::write(roots, trusted).expect("a file");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("a configuration");
    TlsAcceptor::from(Arc::new(config))
}

async fn serve(client: TcpStream, acceptor: TlsAcceptor, atlas: String, round_trip: Duration) {
    // The kernel has already established the connection, without a delay.
    tokio::time::sleep(round_trip).await;
    let (far, near) = tokio::io::duplex(64 * 1024);
    tokio::spawn(delayed(client, far, round_trip / 2));
    let Ok(mut decrypted) = acceptor.accept(near).await else { return };
    let mut atlas = TcpStream::connect(atlas).await.expect("the embedded Atlas listens");
    let _ = tokio::io::copy_bidirectional(&mut decrypted, &mut atlas).await;
}

/// Forwards data in both directions, delaying each piece.
async fn delayed(client: TcpStream, server: DuplexStream, delay: Duration) {
    let _ = client.set_nodelay(true);
    let ((from_client, to_client), (from_server, to_server)) =
        (client.into_split(), tokio::io::split(server));
    tokio::join!(pass_on(from_client, to_server, delay), pass_on(from_server, to_client, delay));
}

async fn pass_on(
    mut from: impl tokio::io::AsyncRead + Unpin,
    mut to: impl tokio::io::AsyncWrite + Unpin,
    delay: Duration,
) {
    let (sender, mut pieces) = mpsc::unbounded_channel();
    let read = async move {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            let due = tokio::time::Instant::now() + delay;
            if sender.send((due, buffer[..length].to_vec())).is_err() {
                return;
            }
        }
    };
    let write = async move {
        while let Some((due, piece)) = pieces.recv().await {
            tokio::time::sleep_until(due).await;
            if to.write_all(&piece).await.is_err() {
                return;
            }
        }
        let _ = to.shutdown().await;
    };
    tokio::join!(read, write);
}
