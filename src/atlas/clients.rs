//! The two HTTP clients, on one TLS configuration.

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;

use crate::domain::{BaseUrl, HostKind, ServerText, TransportProblem};

use super::proxy::{Route, route};
use super::transport;

/// `tool/version (os;arch)`, the convention of Atlas's own tools; the same on every call.
const USER_AGENT: &str = concat!("atlas-secret/", env!("CARGO_PKG_VERSION"));

/// The HTTP clients.
pub(super) struct Clients {
    /// For requests that can be repeated: keeps connections for the next one.
    pub reads: reqwest::Client,
    /// For requests that must not be: every one on a fresh connection, because a failure on a kept one
    /// cannot be told from a request that was executed. It also leaves no buffer behind in a pool.
    pub once: reqwest::Client,
}

impl Clients {
    /// Builds both. Blocks: it reads the machine's certificates, unless `base_url` needs none.
    pub(super) fn build(base_url: &BaseUrl, connect_limit: Duration) -> Result<Self, TransportProblem> {
        let tls = tls_config(base_url)?;
        // A proxy elsewhere cannot reach this machine's own loopback, and must not see the token.
        let is_loopback = base_url.kind() == HostKind::Loopback;
        let way =
            if is_loopback { Ok(Route::Direct) } else { route(base_url, |name| std::env::var(name).ok()) };
        let way = way.map_err(|error| transport::setup(&error))?;
        let proxy = match &way {
            Route::Proxy(url) => Some(reqwest::Proxy::all(url.clone()).map_err(transport::problem)?),
            Route::Direct | Route::System => None,
        };
        let builder = || {
            let mut builder = reqwest::Client::builder()
                .user_agent(user_agent())
                .tls_backend_preconfigured(tls.clone())
                .redirect(Policy::none())
                .retry(reqwest::retry::never())
                .connect_timeout(connect_limit)
                .tcp_nodelay(true);
            if way != Route::System {
                builder = builder.no_proxy();
            }
            proxy.clone().into_iter().fold(builder, reqwest::ClientBuilder::proxy)
        };
        let build = |builder: reqwest::ClientBuilder| builder.build().map_err(transport::problem);
        Ok(Self { reads: build(builder())?, once: build(builder().pool_max_idle_per_host(0))? })
    }
}

fn user_agent() -> String {
    format!("{USER_AGENT} ({};{})", std::env::consts::OS, std::env::consts::ARCH)
}

fn tls_config(base_url: &BaseUrl) -> Result<ClientConfig, TransportProblem> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| transport::setup(&error))?;
    // Without encryption no certificate is ever looked at, and loading them takes longer than drawing.
    if !base_url.is_encrypted() {
        let no_roots = RootCertStore::empty();
        return Ok(builder.with_root_certificates(no_roots).with_no_client_auth());
    }
    check_certificate_file()?;
    let builder = builder.with_platform_verifier().map_err(|error| transport::setup(&error))?;
    Ok(builder.with_no_client_auth())
}

/// `SSL_CERT_FILE` has to be a regular file: reading a pipe would wait for a writer, and a device may never end.
fn check_certificate_file() -> Result<(), TransportProblem> {
    let metadata = std::env::var_os("SSL_CERT_FILE").and_then(|path| std::fs::metadata(path).ok());
    let Some(metadata) = metadata.filter(|metadata| !metadata.is_file()) else { return Ok(()) };
    let what = if metadata.is_dir() { "a folder; SSL_CERT_DIR is for folders" } else { "a pipe or a device" };
    Err(TransportProblem::Setup(ServerText::new(&format!("SSL_CERT_FILE is no regular file but {what}"))))
}
