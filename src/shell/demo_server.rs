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
    let (project, _) = world.prefill();
    let listener = TcpListener::bind(address).await?;
    let listening = listener.local_addr()?;
    let mut reachable = listening;
    if reachable.ip().is_unspecified() {
        reachable.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    let atlas = Atlas::new(world)?;
    let mut output = io::stdout().lock();
    writeln!(output, "export MONGODB_ATLAS_BASE_URL=http://{reachable}")?;
    writeln!(output, "export MONGODB_ATLAS_PROJECT_ID={project}")?;
    // Programs use one kind of credentials, so those of the other kind are comments.
    if let Credentials::ServiceAccount { client_id, client_secret } = atlas.credentials() {
        writeln!(output, "export MONGODB_ATLAS_CLIENT_ID={client_id}")?;
        writeln!(output, "export MONGODB_ATLAS_CLIENT_SECRET={}", client_secret.expose_secret())?;
    }
    if let Credentials::ApiKey { public_key, private_key } = atlas.api_key() {
        writeln!(output, "# export MONGODB_ATLAS_PUBLIC_API_KEY={}", public_key.as_str())?;
        writeln!(output, "# export MONGODB_ATLAS_PRIVATE_API_KEY={}", private_key.expose_secret())?;
    }
    output.flush()?;
    drop(output);
    let stop = format!("Ctrl-C or kill {} stops it.", std::process::id());
    say(&format!("A simulated Atlas (built in) listens at {listening}. {stop}"));
    tokio::select! {
        () = demo::serve(listener, move |parts, body| atlas.respond(parts, body)) => Ok(()),
        interrupted = tokio::signal::ctrl_c() => interrupted,
    }
}
