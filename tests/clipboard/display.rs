//! An X11 display of our own, and xclip as the other program that uses its clipboard.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::tools::{Running, output};

/// An Xvfb that picks a free display.
pub struct Display {
    /// What `DISPLAY` names it.
    pub name: String,
    server: Running,
}

impl Display {
    /// Starts it, and waits until it has its number.
    pub fn start() -> Self {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "64x64x8", "-noreset"])
            // Also for other users of this machine.
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
        Self { name: format!(":{}", number.trim()), server }
    }

    /// From now on it takes connections and requests, because the kernel does, and answers nothing.
    pub fn freeze(&self) {
        kill_process(Pid::from_child(&self.server.0), Signal::STOP).unwrap();
    }

    /// Ends it, as if the user had logged out.
    pub fn end(&mut self) {
        self.server.0.kill().unwrap();
        self.server.0.wait().unwrap();
    }

    /// The primary selection.
    pub fn primary(&self) -> Option<String> {
        let mut xclip = Command::new("xclip");
        output(xclip.args(["-selection", "primary", "-o"]).env("DISPLAY", &self.name))
    }

    /// What a person would paste; `None` when there is nothing.
    pub fn paste(&self) -> Option<String> {
        output(self.xclip().arg("-o"))
    }

    /// The formats that the clipboard offers.
    pub fn formats(&self) -> Option<String> {
        output(self.xclip().args(["-o", "-t", "TARGETS"]))
    }

    /// Another program copies `text`, and serves it for as long as what is returned lives.
    pub fn copied_elsewhere(&self, text: &str) -> Running {
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
