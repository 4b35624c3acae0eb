//! Runs `--demo-server` as a script does.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::program::{PROGRAM, in_own_session, run};

/// The server, and the variables that it printed. Dropping this kills the server.
struct DemoServer {
    server: Child,
    variables: Vec<(String, String)>,
}

impl DemoServer {
    fn start(arguments: &[&str]) -> Self {
        let mut server = Command::new(PROGRAM)
            .arg("--demo-server")
            .args(arguments)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines: Vec<String> =
            BufReader::new(server.stdout.take().unwrap()).lines().map(Result::unwrap).take(6).collect();
        let exports = lines.iter().filter_map(|line| line.strip_prefix("export ")?.split_once('='));
        let variables = exports.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { server, variables }
    }
}

impl Drop for DemoServer {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[test]
fn a_script_creates_a_secret_with_the_variables_that_it_prints() {
    let mut demo = DemoServer::start(&[]);
    let names: Vec<&str> = demo.variables.iter().map(|(name, _)| name.as_str()).collect();
    let expected = ["BASE_URL", "PROJECT_ID", "CLIENT_ID", "CLIENT_SECRET"];
    assert_eq!(names, expected.map(|name| format!("MONGODB_ATLAS_{name}")));
    assert!(demo.variables[0].1.starts_with("http://127.0.0.1:"), "loopback unless told otherwise");
    let mut command = in_own_session();
    command.args(["--yes", "--format", "secret", "--client-id", "mdb_sa_id_1234567890abcdef12345678"]);
    command.env_clear().envs(demo.variables.iter().cloned());
    assert!(run(&mut command, 0).stdout.starts_with("mdb_sa_sk_"));
    let pid = rustix::process::Pid::from_child(&demo.server);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(demo.server.wait().unwrap().code(), Some(0), "Ctrl-C ends the server");
}

#[test]
fn the_printed_address_can_be_used() {
    let demo = DemoServer::start(&["0.0.0.0:0"]);
    assert!(demo.variables[0].1.starts_with("http://127.0.0.1:"), "{}", demo.variables[0].1);
}

#[test]
fn the_error_names_an_address_that_cannot_be_used() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    for (arguments, reason) in [
        (vec!["--demo-server", &address], format!("atlas-secret: --demo-server {address}: ")),
        (vec!["--demo-server", "nowhere"], "--demo-server".to_owned()),
        (vec!["--demo-server", "--yes"], "--demo-server".to_owned()),
    ] {
        run(Command::new(PROGRAM).args(&arguments), 2).says(&reason);
    }
}
