//! The clipboard of a headless Wayland compositor.

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, chown};
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::VALUE;
use crate::program::{CLEAR_AFTER, Program};
use crate::starting::{AS_NOBODY, is_root};
use crate::tools::{Running, have, output, wait_for};
use crate::x11::LONG;

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

/// A new compositor, and a program that has copied the value; `None` if the tools are missing.
fn copied(clear_after: &str) -> Option<(Compositor, Program)> {
    if !have(&["sway", "wl-copy", "wl-paste"]) || (is_root() && !have(&["setpriv"])) {
        return None;
    }
    let compositor = Compositor::start();
    let mut program = compositor.program(clear_after);
    program.copy();
    Some((compositor, program))
}

#[test]
fn a_copy_outlives_the_program_and_is_marked_as_sensitive() {
    let Some((compositor, mut program)) = copied("60") else { return };
    assert_eq!(program.ask("content"), "Ours");
    let left = program.kill();
    assert_eq!(compositor.paste().as_deref(), Some(VALUE));
    let formats = output(compositor.client("wl-paste").arg("--list-types")).unwrap();
    assert!(formats.contains("x-kde-passwordManagerHint"), "{formats}");
    assert!(left.0.is_running());
}

#[test]
fn a_long_text_of_another_program_is_not_read_to_its_end() {
    let Some((compositor, mut program)) = copied("60") else { return };
    let holder = program.clipboard_process();
    let before = holder.peak_memory().unwrap();
    let text = compositor.runtime.path().join("long");
    fs::write(&text, "long ".repeat(LONG / 5)).unwrap();
    let mut copy = compositor.client("wl-copy");
    copy.arg("--foreground").stdin(fs::File::open(text).unwrap()).stdout(Stdio::null());
    let mut owner = copy.spawn().map(Running).unwrap();
    assert!(holder.peak_memory_at_its_end() < before + LONG / 5, "most of it was read");
    assert_eq!(program.ask("content"), "Overwritten");
    let formats = output(compositor.client("wl-paste").arg("--list-types"));
    assert!(owner.0.try_wait().unwrap().is_none() && formats.is_some(), "it stays on the clipboard");
}

#[test]
fn an_owner_that_is_stopped_is_not_waited_for() {
    let Some((compositor, mut program)) = copied("60") else { return };
    let holder = program.clipboard_process();
    let mut copy = compositor.client("wl-copy");
    copy.args(["--foreground", "other"]).stdin(Stdio::null()).stdout(Stdio::null());
    let owner = copy.spawn().map(Running).unwrap();
    wait_for("the other owner", || {
        let formats = output(compositor.client("wl-paste").arg("--list-types")).unwrap_or_default();
        (!formats.contains("x-kde-passwordManagerHint") && !formats.is_empty()).then_some(())
    });
    kill_process(Pid::from_child(&owner.0), Signal::STOP).unwrap();
    wait_for("the copy to count as overwritten", || (program.ask("content") == "Overwritten").then_some(()));
    wait_for("the process to end", || (!holder.is_running()).then_some(()));
}

#[test]
fn when_its_time_has_come_it_is_cleared() {
    let Some((compositor, program)) = copied("1") else { return };
    let left = program.kill();
    wait_for("the process to end", || (!left.0.is_running()).then_some(()));
    assert_eq!(compositor.paste(), None);
}
