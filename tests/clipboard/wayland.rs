//! The clipboard of a headless Wayland compositor.

use std::{
    fs,
    os::unix::fs::{FileTypeExt, PermissionsExt, chown},
    path::Path,
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::{
    VALUE,
    program::{CLEAR_AFTER, Program},
    starting::{AS_NOBODY, is_root},
    tools::{Running, have, output, wait_for},
};

/// A new sway. It refuses to run as root; in that case another user runs everything here.
struct Compositor {
    _server: Running,
    runtime: TempDir,
    socket: String,
}

impl Compositor {
    fn start() -> Self {
        let runtime = TempDir::new().unwrap();
        fs::set_permissions(runtime.path(), fs::Permissions::from_mode(0o700)).unwrap();
        if is_root() {
            chown(runtime.path(), Some(65534), Some(65534)).unwrap();
        }
        let configuration = runtime.path().join("config");
        fs::write(&configuration, "xwayland disable\n").unwrap();
        fs::set_permissions(&configuration, fs::Permissions::from_mode(0o644)).unwrap();
        let mut sway = command("sway", runtime.path());
        sway.arg("-c").arg(configuration).envs([
            ("WLR_BACKENDS", "headless"),
            ("WLR_LIBINPUT_NO_DEVICES", "1"),
            ("WLR_RENDERER", "pixman"),
        ]);
        let server =
            sway.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().map(Running);
        let socket = wait_for("the compositor's socket", || socket_in(runtime.path()));
        let started = Self { _server: server.unwrap(), runtime, socket };
        wait_for("the compositor", || started.is_ready().then_some(()));
        started
    }

    /// The compositor listens before it is ready. It responds to a read of the selection as soon as it is.
    fn is_ready(&self) -> bool {
        let read = self.client("wl-paste").arg("--list-types").output().unwrap();
        String::from_utf8_lossy(&read.stderr).starts_with("No selection")
    }

    fn client(&self, name: &str) -> Command {
        let mut client = command(name, self.runtime.path());
        client.env("WAYLAND_DISPLAY", &self.socket);
        client
    }

    fn program(&self, clear_after: &str) -> Program {
        let starter: &[&str] = if is_root() { &AS_NOBODY } else { &[] };
        Program::start_by(
            starter,
            &[
                ("WAYLAND_DISPLAY", &self.socket),
                ("XDG_RUNTIME_DIR", &self.runtime.path().to_string_lossy()),
                (CLEAR_AFTER, clear_after),
            ],
        )
    }

    fn paste(&self) -> Option<String> {
        output(self.client("wl-paste").arg("--no-newline"))
    }
}

/// A command that runs as the same user as the compositor.
fn command(name: &str, runtime: &Path) -> Command {
    let mut line: Vec<&str> = if is_root() { AS_NOBODY.to_vec() } else { Vec::new() };
    line.push(name);
    let mut command = Command::new(line[0]);
    command
        .args(&line[1..])
        .env("XDG_RUNTIME_DIR", runtime)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY");
    command
}

/// The name of the socket. A lock file has almost the same name.
fn socket_in(runtime: &Path) -> Option<String> {
    let entries = fs::read_dir(runtime).unwrap().flatten();
    let mut sockets = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_socket()));
    sockets.find_map(|entry| entry.file_name().into_string().ok().filter(|name| name.starts_with("wayland-")))
}

fn have_tools() -> bool {
    have(&["sway", "wl-paste"]) && (!is_root() || have(&["setpriv"]))
}

#[test]
fn a_copy_outlives_the_program_and_is_marked_as_sensitive() {
    if !have_tools() {
        return;
    }
    let compositor = Compositor::start();
    let mut program = compositor.program("60");
    assert_eq!(program.ask(&format!("copy {VALUE}")), "Copied ");
    assert_eq!(program.ask("content"), "Ours");
    let left = program.kill();
    assert_eq!(compositor.paste().as_deref(), Some(VALUE));
    let formats = output(compositor.client("wl-paste").arg("--list-types")).unwrap();
    assert!(formats.contains("x-kde-passwordManagerHint"), "{formats}");
    assert!(left.0.is_running());
}

#[test]
fn when_its_time_has_come_it_is_cleared() {
    if !have_tools() {
        return;
    }
    let compositor = Compositor::start();
    let mut program = compositor.program("1");
    assert_eq!(program.ask(&format!("copy {VALUE}")), "Copied ");
    let left = program.kill();
    wait_for("the process to end", || (!left.0.is_running()).then_some(()));
    assert_eq!(compositor.paste(), None);
}
