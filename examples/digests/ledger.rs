//! The file of what is done.

use dala::cap::{Cap, CapError, File};
use dala::{Blocking, Context, ExitReason};
use std::collections::HashSet;
use std::fs::TryLockError;
use std::io;
use std::path::PathBuf;

/// How much of the list is read at a time.
const PART: usize = 1 << 20;

/// Appends to the list, one line a file: `DIGEST  PATH`, as `sha256sum --check` reads it.
pub(crate) struct Ledger {
    file: Cap<File>,
    end: u64,
    done: HashSet<String>,
}

#[dala::actor]
impl Ledger {
    /// Reads what is there. A last line without an end was being written when the program ended: it is cut off.
    #[init]
    async fn open(list: PathBuf) -> Result<Self, String> {
        let name = list.display().to_string();
        Ledger::read(list).await.map_err(|error| format!("{name}: {error}"))
    }

    /// Whether there is a line for this file.
    #[message]
    fn knows(&self, path: String) -> bool {
        self.done.contains(&path)
    }

    /// Writes a line, unless there is one for this file: a scanner that was started again finds all again. When writing
    /// fails the ledger ends, and its supervisor opens the file again.
    #[message]
    async fn enter(&mut self, path: String, digest: String, ctx: &mut Context<Self>) {
        if self.done.contains(&path) {
            return;
        }
        let line = format!("{digest}  {path}\n").into_bytes();
        let length = line.len() as u64;
        match self.file.write_at(self.end, line).await {
            Ok(()) => {
                self.end += length;
                self.done.insert(path);
            }
            Err(error) => ctx.stop(ExitReason::custom(format!("the list cannot be written: {error}"))),
        }
    }
}

impl Ledger {
    async fn read(list: PathBuf) -> Result<Ledger, CapError> {
        let file = Cap::new(Blocking::new(move || open_alone(list)).await?);
        let mut text = Vec::new();
        loop {
            let part = file.read_at(text.len() as u64, PART).await?;
            if part.is_empty() {
                break;
            }
            text.extend(part);
        }
        let whole = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
        file.set_len(whole as u64).await?;
        let lines = String::from_utf8_lossy(&text[..whole]);
        let done =
            lines.lines().filter_map(|line| line.split_once("  ")).map(|(_, path)| path.to_owned()).collect();
        Ok(Ledger { file, end: whole as u64, done })
    }
}

/// Two programs that write to one list would spoil it. The file is closed, and with that free, when the ledger ends.
fn open_alone(list: PathBuf) -> io::Result<File> {
    let file = File::open_or_create(list)?;
    match file.as_std().try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(io::Error::other("another program writes to it")),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
