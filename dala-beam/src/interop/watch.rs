//! The development loop: a source that was saved is compiled and loaded while the app runs.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use dala_ir::abi::Atom;

use crate::process::System;

/// Time between two looks at the folder. A look costs a system call for each file, a few milliseconds a thousand; the systems that
/// tell of changes do not do so on network and container mounts, and are a dependency for what a developer waits 0.3 s for.
const BETWEEN_LOOKS: Duration = Duration::from_millis(150);

/// What became of a source that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reloaded {
    /// Its modules were compiled and loaded.
    Loaded {
        /// The source.
        file: PathBuf,
        /// Its modules.
        modules: Vec<Atom>,
    },
    /// It was not, and what was loaded before goes on.
    Refused {
        /// The source.
        file: PathBuf,
        /// What the compiler says, with file and line.
        message: String,
    },
}

impl fmt::Display for Reloaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reloaded::Loaded { file, modules } => {
                let names: Vec<&str> =
                    modules.iter().map(|name| name.text().trim_start_matches("Elixir.")).collect();
                write!(f, "{}: loaded {}", file.display(), names.join(", "))
            }
            Reloaded::Refused { message, .. } => f.write_str(message),
        }
    }
}

/// Watches a folder of Elixir and Erlang sources (`.ex`, `.erl`) for as long as it lives.
///
/// A source that changed, or is new, is compiled in the app's own runtime and loaded once it has stayed the same for a moment. Processes
/// keep their state and go on in the new version with their next call of a function by its full name, as a `GenServer` does with its
/// next message (OTP reference manual, "Compilation and Code Loading"). A source that does not compile changes nothing, but
/// for the modules that stand before the one with the error in the same file. Modules of deleted sources stay.
///
/// The system must have been started ([`boot::start`](crate::otp::boot::start)), with `elixir` if there are Elixir sources.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let runtime = dala::Runtime::new()?;
/// # let system = dala_beam::process::System::new(runtime.handle().clone(), Default::default());
/// use dala_beam::interop::Watch;
///
/// let _watch = Watch::start(&system, "elixir/lib", |reloaded| eprintln!("{reloaded}"))?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "it ends when it is dropped"]
pub struct Watch {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Begins with the files as they are now; `told` hears of each that was loaded or refused, on the thread that watches.
    ///
    /// # Errors
    /// When there is no such folder, or no thread can be started.
    pub fn start(
        system: &Arc<System>,
        folder: impl Into<PathBuf>,
        told: impl Fn(Reloaded) + Send + 'static,
    ) -> io::Result<Watch> {
        let folder = std::path::absolute(folder.into())?;
        std::fs::read_dir(&folder)?;
        let known = stamps(&folder);
        Watch::from(system, folder, known, told)
    }

    /// As [`start`](Watch::start), but the files that are there are compiled and loaded first, in the order in which they need one
    /// another.
    ///
    /// # Errors
    /// As [`start`](Watch::start); of kind `InvalidData` with what the compiler says, when one does not compile.
    pub fn loading(
        system: &Arc<System>,
        folder: impl Into<PathBuf>,
        told: impl Fn(Reloaded) + Send + 'static,
    ) -> io::Result<Watch> {
        let folder = std::path::absolute(folder.into())?;
        let sources = Watch::sources(&folder)?;
        let known = stamps(&folder);
        load_all(system, &sources).map_err(|message| io::Error::new(io::ErrorKind::InvalidData, message))?;
        Watch::from(system, folder, known, told)
    }

    /// The files that a watch of `folder` loads.
    ///
    /// # Errors
    /// When there is no such folder.
    pub fn sources(folder: &Path) -> io::Result<Vec<PathBuf>> {
        std::fs::read_dir(folder)?;
        let mut sources: Vec<PathBuf> = stamps(folder).into_keys().collect();
        sources.sort();
        Ok(sources)
    }

    fn from(
        system: &Arc<System>,
        folder: PathBuf,
        mut known: HashMap<PathBuf, Stamp>,
        told: impl Fn(Reloaded) + Send + 'static,
    ) -> io::Result<Watch> {
        let system = system.clone();
        let (stop, stopped) = channel::<()>();
        let watch = move || {
            let mut changing = HashMap::new();
            while stopped.recv_timeout(BETWEEN_LOOKS) == Err(RecvTimeoutError::Timeout) {
                let now = stamps(&folder);
                let mut changed: Vec<&PathBuf> = Vec::new();
                let mut still_changing = HashMap::new();
                for (file, stamp) in now.iter().filter(|(file, stamp)| known.get(*file) != Some(*stamp)) {
                    if changing.get(file) == Some(stamp) {
                        changed.push(file);
                    } else {
                        // An editor may be in the middle of it.
                        still_changing.insert(file.clone(), *stamp);
                    }
                }
                changed.sort();
                changed.into_iter().for_each(|file| told(load(&system, file)));
                known = now;
                // Looked at again as what they were not yet.
                known.retain(|file, _| !still_changing.contains_key(file));
                changing = still_changing;
            }
        };
        let thread = std::thread::Builder::new().name("dala-watch".to_owned()).spawn(watch)?;
        Ok(Watch { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop = None;
        // A panic in what is told was printed by its thread.
        self.thread.take().map(JoinHandle::join);
    }
}

/// When a file was written last, and its length.
type Stamp = (SystemTime, u64);

fn stamps(folder: &Path) -> HashMap<PathBuf, Stamp> {
    let mut stamps = HashMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        // What is gone or may not be read has nothing to load.
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "ex" || ending == "erl")
                && let Ok(data) = std::fs::metadata(&path)
                && let Ok(written) = data.modified()
            {
                stamps.insert(path, (written, data.len()));
            }
        }
    }
    stamps
}

fn load_all(system: &Arc<System>, files: &[PathBuf]) -> Result<(), String> {
    let mut names = Vec::new();
    for file in files {
        names.push(
            file.to_str().ok_or_else(|| format!("{}: its name is no text", file.display()))?.to_owned(),
        );
    }
    let call = system.call::<_, Result<Vec<Atom>, String>>("dala_reload", "load_all", (names,));
    system.runtime.tokio().block_on(call).map_err(|error| error.to_string())?.map(drop)
}

fn load(system: &Arc<System>, file: &Path) -> Reloaded {
    let refused = |message| Reloaded::Refused { file: file.to_owned(), message };
    let Some(name) = file.to_str() else {
        return refused(format!("{}: its name is no text", file.display()));
    };
    let call = system.call::<_, Result<Vec<Atom>, String>>("dala_reload", "load", (name.to_owned(),));
    match system.runtime.tokio().block_on(call) {
        Ok(Ok(modules)) => Reloaded::Loaded { file: file.to_owned(), modules },
        Ok(Err(message)) => refused(message),
        Err(error) => refused(format!("{name}: {error}")),
    }
}
