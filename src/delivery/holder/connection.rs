//! A holder that runs, seen from the program.

use std::{fmt, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::Child,
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};

use crate::domain::ClipboardContent;

use super::{
    channel::{ReportReader, RequestWriter},
    problem::NativeProblem,
    protocol::{Number, NumberedReport, Report, Request},
    start::HolderProgram,
};

/// How long the holder may take to start and to open the clipboard; a dead forwarded display never answers.
const OPEN_BUDGET: Duration = Duration::from_secs(2);

/// How long a killed process may take to end.
const END_BUDGET: Duration = Duration::from_millis(500);

/// What came back for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Response {
    /// The answer.
    Answer(Report),
    /// No answer: the holder has ended, leaving the clipboard so.
    LastWord(ClipboardContent),
    /// No answer: the holder is gone without a word.
    Nothing,
}

/// The near end of a running holder. Dropping it leaves the holder alone.
pub(super) struct Connection {
    requests: RequestWriter,
    reports: Lines<BufReader<ReportReader>>,
    /// The number of the last request.
    number: Number,
    process: Process,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

impl Connection {
    /// Starts a holder and waits until it has the clipboard open. One that takes too long is ended.
    ///
    /// A value is sent only after this: behind a display that hangs it would wait for as long as the holder does.
    pub(super) async fn open(program: &HolderProgram) -> Result<Self, NativeProblem> {
        let started = program.start().map_err(|_| NativeProblem::Unusable)?;
        let mut connection = Self {
            requests: started.requests,
            reports: BufReader::new(started.reports).lines(),
            number: 0,
            process: Process::watch(started.child),
        };
        match timeout(OPEN_BUDGET, connection.next_report()).await {
            Ok(Some((_, Report::Opened))) => Ok(connection),
            Ok(Some((_, Report::Failed(problem)))) => Err(problem.into()),
            Ok(_) => Err(NativeProblem::Unusable),
            Err(_) => {
                connection.end().await;
                Err(NativeProblem::Silent)
            }
        }
    }

    /// Asks and waits for the answer, however long that takes. May be given up at any time: the answer is then
    /// passed over when it comes.
    pub(super) async fn ask(&mut self, request: &Request) -> Response {
        self.number = self.number.wrapping_add(1);
        // A holder that has ended takes no request, but what it said last can still be read.
        let _ = self.requests.write_all(&request.encode(self.number)).await;
        while let Some((answers, report)) = self.next_report().await {
            match report {
                Report::Ended(content) => return Response::LastWord(content),
                report if answers == Some(self.number) => return Response::Answer(report),
                _ => {}
            }
        }
        Response::Nothing
    }

    /// Kills the holder and waits until it is gone. On X11 and Wayland what it held goes with it.
    pub(super) async fn end(self) {
        self.process.end().await;
    }

    /// `None` when no more will come, or something that no holder says.
    async fn next_report(&mut self) -> Option<NumberedReport> {
        let line = self.reports.next_line().await.ok()??;
        Report::decode(&line)
    }
}

/// The process of a holder, watched by a task so that it is collected when it ends.
struct Process {
    kill: oneshot::Sender<()>,
    watch: JoinHandle<()>,
}

impl Process {
    fn watch(mut child: Child) -> Self {
        let (kill, killed) = oneshot::channel();
        let watch = tokio::spawn(async move {
            // A sender that is merely dropped kills nobody.
            tokio::select! {
                _ = child.wait() => {}
                Ok(()) = killed => {
                    // It fails only for a process that has ended.
                    let _ = child.kill().await;
                }
            }
        });
        Self { kill, watch }
    }

    async fn end(self) {
        // Both fail only when the process has been collected already.
        let _ = self.kill.send(());
        let _ = timeout(END_BUDGET, self.watch).await;
    }
}
