//! Finds files.

use crate::named;
use crate::queue::{Found, Queue, Scanned, Unreadable};
use dala::registry::Named;
use dala::{Blocking, Context, ExitReason};
use std::path::{Path, PathBuf};

/// Walks a folder, and ends.
pub(crate) struct Scanner {
    queue: Named<Queue>,
    /// What is still to be looked into; the last first.
    paths: Vec<PathBuf>,
}

#[dala::actor]
impl Scanner {
    #[init]
    fn new(folder: PathBuf, ctx: &mut Context<Self>) -> Self {
        ctx.continue_with(Step {});
        Scanner { queue: named("queue"), paths: vec![folder] }
    }

    /// One folder or file.
    #[message]
    async fn step(&mut self, ctx: &mut Context<Self>) {
        let Some(path) = self.paths.pop() else {
            let told = self.queue.tell(Scanned {});
            return ctx.stop(if told.is_ok() { ExitReason::Normal } else { ExitReason::Shutdown });
        };
        let text = path.display().to_string();
        let asked = match Blocking::new(move || look(&path)).await {
            Ok(Kind::File) => self.queue.call_forever(Found { path: text }).await.is_ok(),
            Ok(Kind::Folder(entries)) => {
                self.paths.extend(entries);
                true
            }
            Ok(Kind::Other) => true,
            Err(reason) => self.queue.tell(Unreadable { path: text, reason }).is_ok(),
        };
        if asked {
            ctx.continue_with(Step {});
        } else {
            ctx.stop(ExitReason::Shutdown);
        }
    }
}

enum Kind {
    File,
    /// What is in it, the last name first.
    Folder(Vec<PathBuf>),
    /// A link, a socket, a device: not read.
    Other,
}

fn look(path: &Path) -> Result<Kind, String> {
    let kind = std::fs::symlink_metadata(path).map_err(|error| error.to_string())?.file_type();
    if kind.is_dir() {
        let entries = std::fs::read_dir(path).map_err(|error| error.to_string())?;
        let entries: Result<Vec<PathBuf>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
        let mut entries = entries.map_err(|error| error.to_string())?;
        entries.sort_by(|a, b| b.cmp(a));
        return Ok(Kind::Folder(entries));
    }
    if !kind.is_file() {
        return Ok(Kind::Other);
    }
    // The list is text, a line a file.
    match path.to_str() {
        Some(text) if !text.contains(['\n', '\\']) => Ok(Kind::File),
        _ => Err("a name that the list cannot hold".to_owned()),
    }
}
