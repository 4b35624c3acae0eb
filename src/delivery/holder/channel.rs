//! The two ends of what connects the program and the holder. All that differs between systems is here.
//!
//! On Unix it is a pair of connected sockets: the holder's end is its standard input, for both directions. Elsewhere
//! it is two pipes, the holder's standard input and output. In neither case does a value become an argument, a
//! variable or a file.

use std::io;

use tokio::process::{Child, Command};

/// The program's end, and the holder at the other.
pub(super) struct Started {
    /// The process.
    pub(super) child: Child,
    /// Where it is asked.
    pub(super) requests: RequestWriter,
    /// Where it answers.
    pub(super) reports: ReportReader,
}

#[cfg(unix)]
mod platform {
    use std::{
        os::{
            fd::{AsFd, OwnedFd},
            unix::net::UnixStream,
        },
        process::Stdio,
    };

    use rustix::fs::{FileType, fstat};

    use super::{Command, Started, io};

    pub(in super::super) type RequestWriter = tokio::net::unix::OwnedWriteHalf;
    pub(in super::super) type ReportReader = tokio::net::unix::OwnedReadHalf;

    /// The command is used up: as long as it lived, it would keep the holder's end open here.
    pub(in super::super) fn start(mut command: Command) -> io::Result<Started> {
        let (near, far) = UnixStream::pair()?;
        near.set_nonblocking(true)?;
        let (reports, requests) = tokio::net::UnixStream::from_std(near)?.into_split();
        let child = command.stdin(OwnedFd::from(far)).stdout(Stdio::null()).spawn()?;
        Ok(Started { child, requests, reports })
    }

    /// The holder's end: where requests are read, where reports are written. `None` when standard input is no
    /// socket, so that it was not the program that started this process.
    pub(in super::super) fn inherited() -> Option<(UnixStream, UnixStream)> {
        // Not through `Stdin`, whose own buffer would keep a copy of the value.
        let input = io::stdin().as_fd().try_clone_to_owned().ok()?;
        let kind = FileType::from_raw_mode(fstat(&input).ok()?.st_mode);
        if kind != FileType::Socket {
            return None;
        }
        let input = UnixStream::from(input);
        let output = input.try_clone().ok()?;
        Some((input, output))
    }
}

#[cfg(windows)]
mod platform {
    use std::{fs::File, io::IsTerminal, os::windows::io::AsHandle, process::Stdio};

    use super::{Command, Started, io};

    pub(in super::super) type RequestWriter = tokio::process::ChildStdin;
    pub(in super::super) type ReportReader = tokio::process::ChildStdout;

    pub(in super::super) fn start(mut command: Command) -> io::Result<Started> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (Some(requests), Some(reports)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        Ok(Started { child, requests, reports })
    }

    /// The holder's end: where requests are read, where reports are written. `None` when a person has started this
    /// process.
    pub(in super::super) fn inherited() -> Option<(File, File)> {
        let (input, output) = (io::stdin(), io::stdout());
        if input.is_terminal() || output.is_terminal() {
            return None;
        }
        // Not through `Stdin`, whose own buffer would keep a copy of the value.
        let input = input.as_handle().try_clone_to_owned().ok()?;
        let output = output.as_handle().try_clone_to_owned().ok()?;
        Some((File::from(input), File::from(output)))
    }
}

pub(super) use platform::{ReportReader, RequestWriter, inherited, start};
