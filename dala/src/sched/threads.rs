//! The threads of a scheduler's workers: the first is started with the scheduler, each other when that worker is first to be woken.
//!
//! A program of few actors so starts in the time of one thread. Who announces work pays for the start, once a worker; the thread
//! inherits that one's priority and signal mask, as with all pools that grow. A worker whose thread the system refuses is left out
//! for good: the others do its work.

use super::run_queue::RunQueues;
use crate::sync::{AtomicUsize, Mutex, Ordering, lock, thread};
use std::io;

/// The threads of the workers that are no spares.
#[derive(Debug)]
pub(crate) struct Threads {
    /// Prefix of their names.
    name: String,
    /// Workers without a thread.
    left: AtomicUsize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// By their indexes, the queues of workers that have no thread yet.
    unborn: Vec<Option<RunQueues>>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Threads {
    /// Of workers with these queues, none of which runs.
    pub(super) fn new(name: &str, queues: Vec<RunQueues>) -> Threads {
        let left = AtomicUsize::new(queues.len());
        let unborn = queues.into_iter().map(Some).collect();
        Threads { name: name.to_owned(), left, state: Mutex::new(State { unborn, threads: Vec::new() }) }
    }

    /// Whether each worker has had its thread. A false may be old.
    #[inline(always)]
    pub(super) fn are_complete(&self) -> bool {
        // Relaxed: it only falls, and who is not sure asks `start`, which locks.
        self.left.load(Ordering::Relaxed) == 0
    }

    /// Starts the thread of a worker, which does `run`. Returns false if it had one, or there will be no more.
    ///
    /// # Errors
    /// When the system gives no more threads. That worker never gets one then.
    pub(super) fn start(
        &self,
        worker: usize,
        run: impl FnOnce(RunQueues) + Send + 'static,
    ) -> io::Result<bool> {
        let mut state = lock(&self.state);
        let Some(queues) = state.unborn.get_mut(worker).and_then(Option::take) else { return Ok(false) };
        self.left.fetch_sub(1, Ordering::Relaxed);
        let thread = thread::Builder::new().name(format!("{}-{worker}", self.name));
        state.threads.push(thread.spawn(move || run(queues))?);
        Ok(true)
    }

    /// There will be no more. Returns those that are.
    pub(crate) fn end(&self) -> Vec<thread::JoinHandle<()>> {
        let mut state = lock(&self.state);
        state.unborn.clear();
        std::mem::take(&mut state.threads)
    }
}
