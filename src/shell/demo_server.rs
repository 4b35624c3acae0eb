//! `--demo-server`: runs the simulated Atlas for other programs, for example to test a script that rotates secrets.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};

use secrecy::ExposeSecret;
use tokio::net::TcpListener;

use crate::demo::{self, Atlas, World};
use crate::domain::{Credentials, Exit, os_error_message};
use crate::process::say;

/// Runs the embedded Atlas at this address until Ctrl-C. Prints the variables for using it as shell commands to
/// standard output. Their credentials are random in every run.
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
    let mut other_addresses = String::new();
    if reachable.ip().is_unspecified() {
        other_addresses = format!(" and on all other addresses, port {}", reachable.port());
        // This address always reaches the server.
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
    say(&format!("A simulated Atlas (built in) listens at {url}{other_addresses}. {stop}"));
    tokio::select! {
        () = demo::serve(listener, move |parts, body| atlas.respond(parts, body)) => Ok(()),
        interrupted = tokio::signal::ctrl_c() => interrupted,
    }
}

/// Prints two variables. Programs use one kind of credentials, so those of the other kind are comments.
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
