//! Starts the host of a row on a new thread.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rcgen::generate_simple_self_signed;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use crate::atlas::Atlas;
use crate::fault::{Host, Post, Reads};

/// Long enough to connect on this machine, if the connection is accepted at all.
const CONNECTED: Duration = Duration::from_millis(500);

/// A host that runs until this is dropped.
pub struct Running {
    pub url: String,
    /// Additional environment variables for the program.
    pub variables: Vec<(&'static str, String)>,
    /// The record of requests. For a host other than Atlas, it only counts POSTs.
    pub atlas: Arc<Atlas>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread sends once it listens.
type Started = (String, Vec<(&'static str, String)>, Arc<Atlas>);

impl Running {
    /// Starts the host. Its files are in `folder`.
    pub fn start(host: Host, folder: &Path) -> Self {
        let certificate = folder.join("authority.pem");
        let authority = generate_simple_self_signed(["authority.test".to_owned()]).unwrap();
        std::fs::write(&certificate, authority.cert.pem()).unwrap();
        let (started, wait_for_start) = channel();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(serve(host, started, stopped));
        });
        let (url, mut variables, atlas) = wait_for_start.recv().unwrap();
        variables.push(("SSL_CERT_FILE", certificate.to_str().unwrap().to_owned()));
        Self { url, variables, atlas, stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Host {
    /// How the host responds to reads and to POSTs.
    fn behavior(self) -> (Reads, &'static [Post]) {
        match self {
            Self::Atlas(reads, posts) => (reads, posts),
            _ => (Reads::Normal, &[]),
        }
    }
}

async fn serve(host: Host, started: Sender<Started>, stopped: oneshot::Receiver<()>) {
    let (reads, posts) = host.behavior();
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let other_host = format!("http://{}", other.local_addr().unwrap());
    let atlas = Arc::new(Atlas::new(reads, posts, other_host));
    tokio::spawn(Arc::clone(&atlas).count_redirected(other));

    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let report = |url: String, variables| started.send((url, variables, Arc::clone(&atlas))).unwrap();
    let encrypted = format!("https://{address}");
    match host {
        Host::Atlas(..) => {
            tokio::spawn(Arc::clone(&atlas).serve(socket.listen(64).unwrap()));
            report(format!("http://{address}"), Vec::new());
            let _ = stopped.await;
        }
        Host::Refusing => {
            // Bind the port, so that no other process gets it, but do not listen.
            report(encrypted, Vec::new());
            let _ = stopped.await;
            drop(socket);
        }
        Host::Nameless => {
            report("https://atlas.invalid".to_owned(), Vec::new());
            let _ = stopped.await;
        }
        Host::BehindProxy => {
            let refusal = &b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"[..];
            tokio::spawn(bare(socket.listen(64).unwrap(), Some(refusal), Arc::clone(&atlas)));
            let proxy = ("HTTPS_PROXY", format!("http://{address}"));
            report("https://atlas.invalid".to_owned(), vec![proxy]);
            let _ = stopped.await;
        }
        Host::Garbled | Host::Mute => {
            let response = matches!(host, Host::Garbled).then_some(&b"220 this is a mail server\r\n"[..]);
            tokio::spawn(bare(socket.listen(64).unwrap(), response, Arc::clone(&atlas)));
            report(encrypted, Vec::new());
            let _ = stopped.await;
        }
        Host::Untrusted => {
            tokio::spawn(handshakes(socket.listen(64).unwrap(), Arc::clone(&atlas)));
            report(encrypted, Vec::new());
            let _ = stopped.await;
        }
        Host::Full => {
            let listener = socket.listen(0).unwrap();
            let mut waiting = Vec::new();
            while let Ok(Ok(taken)) = tokio::time::timeout(CONNECTED, TcpStream::connect(address)).await {
                waiting.push(taken);
            }
            report(encrypted, Vec::new());
            let _ = stopped.await;
            drop((listener, waiting));
        }
    }
}

/// Reads what arrives, and sends `response`, if any.
async fn bare(listener: TcpListener, response: Option<&'static [u8]>, atlas: Arc<Atlas>) {
    while let Ok((mut socket, _)) = listener.accept().await {
        let atlas = Arc::clone(&atlas);
        tokio::spawn(async move {
            let mut received = Vec::new();
            while socket.read_buf(&mut received).await.is_ok_and(|read| read > 0) {
                if received.starts_with(b"POST ") {
                    atlas.seen().posts += 1;
                }
                if let Some(response) = response {
                    let _ = socket.write_all(response).await;
                    return;
                }
            }
        });
    }
}

/// Offers an untrusted certificate. No request can follow.
async fn handshakes(listener: TcpListener, atlas: Arc<Atlas>) {
    let own = generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let chain = vec![own.cert.der().clone()];
    let config = builder.with_no_client_auth().with_single_cert(chain, key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    while let Ok((socket, _)) = listener.accept().await {
        if acceptor.accept(socket).await.is_ok() {
            atlas.seen().posts += 1;
        }
    }
}
