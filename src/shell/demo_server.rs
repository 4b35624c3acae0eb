//! `--demo-server`: the simulated Atlas for other programs, so that a script can practice a rotation.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};

use secrecy::ExposeSecret;
use tokio::net::TcpListener;

use crate::demo::{self, Atlas, World};
use crate::domain::{Credentials, Exit, os_error_message};
use crate::process::say;

/// Serves the embedded Atlas at this address until Ctrl-C. Standard output gets the variables to reach it, as lines
/// for a shell; their credentials are random in every run.
///
/// # Errors
/// The address cannot be bound, or standard output cannot be written.
pub fn serve_demo(address: SocketAddr) -> Result<Exit, String> {
    let failed = |error: io::Error| format!("--demo-server {address}: {}", os_error_message(&error));
    let world = World::demo().map_err(|error| failed(error.into()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(serve(address, world)).map_err(failed)?;
    Ok(Exit::Done)
}

async fn serve(address: SocketAddr, world: World) -> io::Result<()> {
    let (project, client) = world.prefill();
    let full = world.full_account().unwrap_or(client.as_str()).to_owned();
    let listener = TcpListener::bind(address).await?;
    let mut reachable = listener.local_addr()?;
    let mut everywhere = String::new();
    if reachable.ip().is_unspecified() {
        everywhere = format!(" and on all other addresses, port {}", reachable.port());
        // This one always leads there.
        reachable.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    let url = format!("http://{reachable}");
    let atlas = Atlas::new(world)?;
    let mut output = io::stdout().lock();
    writeln!(output, "export MONGODB_ATLAS_BASE_URL={url}")?;
    writeln!(output, "export MONGODB_ATLAS_PROJECT_ID={project}")?;
    write_credentials(&mut output, &atlas.credentials(), "")?;
    write_credentials(&mut output, &atlas.api_key(), "# ")?;
    writeln!(output, "# A service account with 2 secrets: --client-id {full}")?;
    output.flush()?;
    drop(output);
    let stop = format!("Ctrl-C or kill {} stops it.", std::process::id());
    say(&format!("A simulated Atlas (built in) listens at {url}{everywhere}. {stop}"));
    tokio::select! {
        () = demo::serve(listener, move |parts, body| atlas.respond(parts, body)) => Ok(()),
        interrupted = tokio::signal::ctrl_c() => interrupted,
    }
}

/// Two variables. Programs take one kind of credentials, so that those of the other kind are comments.
fn write_credentials(output: &mut impl Write, credentials: &Credentials, comment: &str) -> io::Result<()> {
    let (names, id, secret) = match credentials {
        Credentials::ServiceAccount { client_id, client_secret } => {
            (["CLIENT_ID", "CLIENT_SECRET"], client_id.as_str(), client_secret)
        }
        Credentials::ApiKey { public_key, private_key } => {
            (["PUBLIC_API_KEY", "PRIVATE_API_KEY"], public_key.as_str(), private_key)
        }
        Credentials::AccessToken(_) => return Ok(()),
    };
    writeln!(output, "{comment}export MONGODB_ATLAS_{}={id}", names[0])?;
    writeln!(output, "{comment}export MONGODB_ATLAS_{}={}", names[1], secret.expose_secret())
}
