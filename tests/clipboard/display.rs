//! An X11 display for a test, and xclip as another program that uses its clipboard.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::tools::{Running, have, output};

/// An Xvfb on a free display.
pub struct Display {
    /// The value for `DISPLAY`.
    pub name: String,
    server: Running,
}

impl Display {
    /// Starts Xvfb and waits until it has a display number; `None` if Xvfb or xclip is not installed.
    pub fn start() -> Option<Self> {
        if !have(&["Xvfb", "xclip"]) {
            return None;
        }
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "64x64x8", "-noreset"])
            // Let other users of this machine connect, too.
            .args(["-nolisten", "tcp", "-ac"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map(Running)
            .unwrap();
        let mut number = String::new();
        let stdout = server.0.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut number).unwrap();
        assert!(!number.trim().is_empty(), "Xvfb ended without a display");
        Some(Self { name: format!(":{}", number.trim()), server })
    }

    /// Stops the server. The kernel still accepts connections and requests, but there are no responses.
    pub fn freeze(&self) {
        kill_process(Pid::from_child(&self.server.0), Signal::STOP).unwrap();
    }

    /// Kills the server, as if the user had logged out.
    pub fn end(&mut self) {
        self.server.0.kill().unwrap();
        self.server.0.wait().unwrap();
    }

    /// The text of the primary selection.
    pub fn primary(&self) -> Option<String> {
        let mut xclip = Command::new("xclip");
        output(xclip.args(["-selection", "primary", "-o"]).env("DISPLAY", &self.name))
    }

    /// The text that a paste would insert; `None` if there is none.
    pub fn paste(&self) -> Option<String> {
        output(self.xclip().arg("-o"))
    }

    /// The formats that the clipboard offers.
    pub fn formats(&self) -> Option<String> {
        output(self.xclip().args(["-o", "-t", "TARGETS"]))
    }

    /// Copies `text` in another program, which serves it until the returned value is dropped.
    pub fn copy_elsewhere(&self, text: &str) -> Running {
        let mut owner = self
            .xclip()
            .args(["-i", "-quiet"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map(Running)
            .unwrap();
        let mut input = owner.0.stdin.take().unwrap();
        input.write_all(text.as_bytes()).unwrap();
        owner
    }

    fn xclip(&self) -> Command {
        let mut xclip = Command::new("xclip");
        xclip.args(["-selection", "clipboard"]).env("DISPLAY", &self.name);
        xclip
    }
}
