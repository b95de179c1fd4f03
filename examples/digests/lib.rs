//! A `sha256sum` for folders that goes on where it was broken off. Rust actors alone, in a tree that restarts what fails:
//!
//! ```text
//! supervisor, rest for one
//! ├── ledger    the file of what is done; knows what need not be done again
//! ├── queue     who waits for work, what waits for a worker, what is in hand
//! ├── workers   a pool; each asks for a file, reads it on a blocking thread, and asks again
//! └── scanner   walks the folder; waits when the queue is full
//! ```
//!
//! A worker that panics is started again, and its file is given to another, three times at most. When the queue fails, so do
//! those behind it, and start again; the ledger knows what was done. The queue ends when all is done, and the tree with it.

mod ledger;
mod queue;
mod scanner;
mod worker;

pub use queue::Progress;

use dala::registry::{Named, Topic};
use dala::supervise::{AutoShutdown, ChildSpec, Intensity, Pool, StartError};
use dala::{Atom, Handle, Restart, Strategy, Supervisor, SupervisorRef};
use ledger::Ledger;
use queue::Queue;
use scanner::Scanner;
use std::path::PathBuf;
use worker::Worker;

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Plan {
    /// All files below it.
    pub folder: PathBuf,
    /// The list of what is done, as `sha256sum` writes it.
    pub list: PathBuf,
    /// Files that are read at a time.
    pub workers: usize,
    /// A worker panics over a file with this in its path.
    pub panic_on: Option<String>,
}

/// Starts the tree on the runtime of this thread. It ends by itself.
///
/// # Errors
/// When a part of it does not start: the list cannot be opened.
pub async fn start(plan: Plan, progress: Topic<Progress>) -> Result<SupervisorRef, StartError> {
    let Plan { folder, list, workers, panic_on } = plan;
    let ledger = ChildSpec::spawning("ledger", move || Ledger::spawn(list.clone()).named("ledger"));
    let queue = ChildSpec::spawning("queue", move || Queue::spawn(progress.clone()).named("queue"));
    let workers = ChildSpec::supervisor("workers", move || {
        let panic_on = panic_on.clone();
        let patient = Supervisor::new().intensity(Intensity { restarts: 1000, ..Intensity::default() });
        Pool::supervisor(workers, move |_| Worker::spawn(panic_on.clone()), patient).0
    });
    let scanner = ChildSpec::spawning("scanner", move || Scanner::spawn(folder.clone()));
    Supervisor::new()
        .strategy(Strategy::RestForOne)
        .auto_shutdown(AutoShutdown::AnySignificant)
        .child(ledger)
        .child(queue.restart(Restart::Transient).significant())
        .child(workers)
        .child(scanner.restart(Restart::Transient))
        .start_here()
        .await
}

/// Whoever has the name now, also after a restart.
fn named<A: dala::Actor>(name: &str) -> Named<A> {
    let runtime = Handle::current().expect("actors run on a runtime");
    Named::new(runtime, Atom::new(name))
}
