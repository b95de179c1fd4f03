//! Reads the log and sends it, line by line; after a crash of the analyser, again from where that one stands.

use crate::messages::{Ack, Acked, CrashAt, Line, Table, TableText};
use dala_beam::interop::{Server, ServerError};
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt, BufReader};

/// Lines between two questions whether all that was sent was counted.
const LINES_A_BATCH: u64 = 256;
/// How long the analyser may take to come back.
const PATIENCE: Duration = Duration::from_secs(10);
/// A longer line is cut: no log has such, and memory is bounded.
const LONGEST_LINE: usize = 64 * 1024;

/// What came of it.
#[dala::message]
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) table: String,
    pub(crate) lines: u64,
    pub(crate) restarts: u32,
}

/// Says in one line why `path` is no log to read, if it is none.
pub(crate) fn check(path: &Path) -> Result<(), String> {
    let shown = path.display();
    let explain = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("{shown}: no such file"),
        std::io::ErrorKind::PermissionDenied => format!("{shown}: no permission to read it"),
        _ => format!("{shown}: {error}"),
    };
    let metadata = std::fs::metadata(path).map_err(explain)?;
    if metadata.is_dir() {
        return Err(format!("{shown}: a folder, not a log"));
    }
    let mut start = Vec::new();
    let file = std::fs::File::open(path).map_err(explain)?;
    file.take(8192).read_to_end(&mut start).map_err(explain)?;
    if start.is_empty() {
        return Err(format!("{shown}: empty, nothing to analyse"));
    }
    let odd = start.iter().filter(|&&byte| byte < 9 || (14..32).contains(&byte) && byte != 27).count();
    if start.contains(&0) || odd * 20 > start.len() {
        return Err(format!("{shown}: not a text log (it has control bytes; is it compressed?)"));
    }
    Ok(())
}

/// The reader.
#[derive(Debug)]
pub(crate) struct Reader {
    path: PathBuf,
    analyser: Server,
    batch: u64,
    shows_progress: bool,
}

#[dala::actor]
impl Reader {
    /// Sends all lines until all are counted, and gets the report.
    #[message]
    async fn analyse(&mut self, crash_at: Vec<u64>, kill_at: Vec<u64>) -> Result<Report, String> {
        self.send_all(crash_at, kill_at).await
    }
}

impl Reader {
    pub(crate) fn new(path: PathBuf, analyser: Server, every: u64, shows_progress: bool) -> Reader {
        Reader { path, analyser, batch: LINES_A_BATCH.min(every.max(16)), shows_progress }
    }

    async fn send_all(&self, mut crashes: Vec<u64>, mut kills: Vec<u64>) -> Result<Report, String> {
        let mut restarts = 0;
        crashes.sort_unstable_by(|a, b| b.cmp(a));
        self.arm(&mut crashes).await?;
        let mut progress = Progress::new(self.shows_progress);
        let mut from = self.counted().await? + 1;
        let lines = loop {
            match self.send_from(from, &mut kills, &mut progress).await? {
                Sent::All(lines) => break lines,
                Sent::LostAfter(last) => {
                    restarts += 1;
                    self.arm(&mut crashes).await?;
                    from = last + 1;
                }
            }
        };
        progress.end(lines);
        let TableText { text } = self.analyser.call(Table).await.map_err(|error| error.to_string())?;
        Ok(Report { table: text, lines, restarts })
    }

    /// Tells the analyser where to die next.
    async fn arm(&self, crashes: &mut Vec<u64>) -> Result<(), String> {
        let Some(number) = crashes.pop() else { return Ok(()) };
        self.patiently(|server| async move { server.cast(CrashAt { number }) }).await
    }

    /// The last line that is counted.
    async fn counted(&self) -> Result<u64, String> {
        let Acked { last } = self.patiently(|server| async move { server.call(Ack).await }).await?;
        Ok(last)
    }

    /// Tries again while the analyser is being restarted.
    async fn patiently<T, F>(&self, act: impl Fn(Server) -> F) -> Result<T, String>
    where
        F: Future<Output = Result<T, ServerError>>,
    {
        let started = Instant::now();
        loop {
            match act(self.analyser.clone()).await {
                Ok(value) => return Ok(value),
                Err(ServerError::NoProcess(_) | ServerError::Exited(_)) if started.elapsed() < PATIENCE => {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
                Err(error) => return Err(format!("the analyser does not answer: {error}")),
            }
        }
    }

    async fn send_from(
        &self,
        from: u64,
        kills: &mut Vec<u64>,
        progress: &mut Progress,
    ) -> Result<Sent, String> {
        let shown = self.path.display();
        let file = File::open(&self.path).await.map_err(|error| format!("{shown}: {error}"))?;
        let mut lines = BufReader::new(file);
        let mut bytes = Vec::new();
        let mut number = 0;
        loop {
            bytes.clear();
            let read =
                lines.read_until(b'\n', &mut bytes).await.map_err(|error| format!("{shown}: {error}"))?;
            if read == 0 {
                break;
            }
            number += 1;
            if number < from {
                continue;
            }
            let end = bytes.iter().rposition(|byte| !b"\r\n".contains(byte)).map_or(0, |last| last + 1);
            let text = String::from_utf8_lossy(&bytes[..end.min(LONGEST_LINE)]).into_owned();
            if let Some(due) = kills.iter().position(|&kill| kill == number) {
                kills.swap_remove(due);
                self.analyser.pid().into_iter().for_each(dala::actor::process::kill);
            }
            // Waits while the analyser has 64 lines before it.
            let sent = self.analyser.tell_wait(Line { number, text }).await;
            if sent.is_err() || number % self.batch == 0 {
                let last = self.counted().await?;
                if last != number {
                    return Ok(Sent::LostAfter(last));
                }
                progress.show(number);
            }
        }
        let last = self.counted().await?;
        Ok(if last == number { Sent::All(number) } else { Sent::LostAfter(last) })
    }
}

enum Sent {
    /// All lines, so many.
    All(u64),
    /// The analyser died; its successor has counted up to this line.
    LostAfter(u64),
}

/// A line on the terminal that says how far it is.
struct Progress {
    shows: bool,
    shown_at: Option<Instant>,
}

impl Progress {
    fn new(wanted: bool) -> Progress {
        Progress { shows: wanted && std::io::stderr().is_terminal(), shown_at: None }
    }

    fn show(&mut self, lines: u64) {
        let due = self.shown_at.is_none_or(|at| at.elapsed() > Duration::from_millis(100));
        if self.shows && due {
            self.shown_at = Some(Instant::now());
            eprint!("\r{lines} lines ");
            let _ = std::io::stderr().flush();
        }
    }

    fn end(&mut self, lines: u64) {
        if self.shown_at.is_some() {
            eprintln!("\r{lines} lines, all counted");
        }
    }
}
