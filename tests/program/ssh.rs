//! The program on another machine, simulated by a real sshd on loopback.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::atlas::{Atlas, PLAIN, PROJECT};
use crate::program::{assert_restored, contains, created, files_below, labeled, peek, sent_by_osc_52};
use crate::support::terminal::{Program, Signal, Terminal};
use crate::tools::{Running, have, wait_for};

const SSHD: &str = "/usr/sbin/sshd";

/// A server that only accepts the key in its folder.
struct Sshd {
    folder: tempfile::TempDir,
    port: u16,
    server: Running,
}

impl Sshd {
    /// `None` if sshd is not installed or does not accept this user.
    fn start() -> Option<Self> {
        if !Path::new(SSHD).is_file() || !have(&["ssh", "ssh-keygen"]) {
            println!("skipped: {SSHD} or ssh is not installed");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let made =
            Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", &path("key")]).status();
        assert!(made.unwrap().success());
        // The directory for privilege separation, which sshd needs when root starts it.
        let _ = fs::create_dir("/run/sshd");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {0}\nAuthorizedKeysFile {0}.pub\nStrictModes no\nUsePAM no\n\
             PasswordAuthentication no\nPermitRootLogin yes\nPidFile none\n",
            path("key")
        );
        fs::write(path("settings"), settings).unwrap();
        let server = Command::new(SSHD)
            .args(["-D", "-f", &path("settings")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map(Running)
            .unwrap();
        let mut sshd = Self { folder, port, server };
        let is_open = wait_for("sshd to listen, or to end", || match sshd.server.0.try_wait().unwrap() {
            Some(_) => Some(false),
            None => std::net::TcpStream::connect(("127.0.0.1", port)).is_ok().then_some(true),
        });
        let is_in = is_open && {
            let mut command = Command::new("ssh");
            command.args(sshd.arguments()).arg("true").stdin(Stdio::null()).stderr(Stdio::null());
            command.status().unwrap().success()
        };
        if !is_in {
            println!("skipped: sshd does not accept this user");
        }
        is_in.then_some(sshd)
    }

    fn arguments(&self) -> Vec<String> {
        let key = self.folder.path().join("key");
        let options =
            ["BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"];
        let options = options.iter().flat_map(|option| ["-o".to_owned(), (*option).to_owned()]);
        let place =
            ["-F", "none", "-p", &self.port.to_string(), "-i", &key.display().to_string(), "127.0.0.1"];
        options.chain(place.map(str::to_owned)).collect()
    }

    /// The program with that Atlas, in a terminal over SSH.
    fn program(&self, atlas: &Atlas) -> Program {
        let command = format!(
            "HOME='{}' MONGODB_ATLAS_BASE_URL='{}' MONGODB_ATLAS_ACCESS_TOKEN='{}' exec '{}' --project-id {PROJECT} --client-id {PLAIN}",
            self.folder.path().display(),
            atlas.url(),
            atlas.access_token(),
            env!("CARGO_BIN_EXE_atlas-secret"),
        );
        Terminal::run("ssh").arg("-tt").args(self.arguments()).arg(command).size(30, 120)
    }
}

#[test]
fn over_ssh_the_secret_is_copied_to_the_local_terminal() {
    let Some(sshd) = Sshd::start() else { return };
    let atlas = Atlas::start();
    let mut terminal = created(sshd.program(&atlas));
    terminal.resize(24, 80);
    terminal.wait_until("the new size", |screen| {
        screen.contents().lines().all(|line| line.chars().count() <= 80)
    });
    let value = peek(&mut terminal);
    terminal.press("c", "Sent");
    assert_eq!(sent_by_osc_52(&terminal.output()), Some(value));
    terminal.press("q", "Did it arrive?   y quit");
    terminal.leave("y", 0);
    assert_restored(&terminal);
}

#[test]
fn a_lost_connection_leaves_a_record_for_the_next_login() {
    let Some(sshd) = Sshd::start() else { return };
    let atlas = Atlas::start();
    let mut terminal = created(sshd.program(&atlas));
    let secret_id = labeled(&terminal.screen(), "Secret ID");
    wait_for("the record with its id", || {
        files_below(sshd.folder.path()).iter().any(|(_, content)| contains(content, &secret_id)).then_some(())
    });
    terminal.signal(Signal::KILL);
    terminal.wait_exit();
    let mut next = sshd.program(&atlas).start();
    let screen = next.wait_for("It may not have been delivered.");
    assert_eq!(labeled(&screen, "Secret ID"), secret_id);
}
