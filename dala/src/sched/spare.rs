//! Spare workers: their threads run actors while a worker's own does something else for long.
//!
//! One for each worker, made when it is first needed; from then on it rests ([`park`](super::park) says how it is woken). A
//! runtime that lends no worker has none, and its workers look for no work there.

use super::run_queue::RunQueues;
use crate::sync::{AtomicBool, Mutex, Ordering, lock, thread};
use std::io;

/// The spare workers of a scheduler.
#[derive(Debug)]
pub(crate) struct Spares {
    are_there: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Indexes and queues of those that were not needed yet.
    unborn: Vec<(usize, RunQueues)>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Spares {
    /// Spares with these indexes.
    pub(super) fn new(unborn: Vec<(usize, RunQueues)>) -> Spares {
        let state = State { unborn, threads: Vec::new() };
        Spares { are_there: AtomicBool::new(false), state: Mutex::new(state) }
    }

    /// Whether there is one, or was just about to be.
    #[inline(always)]
    pub(super) fn are_there(&self) -> bool {
        // Relaxed: what a spare puts into a queue is announced, behind a fence.
        self.are_there.load(Ordering::Relaxed)
    }

    /// Makes one, by `start`. Returns its index; None when there are all, or the system gives no more threads.
    pub(super) fn make(
        &self,
        start: impl FnOnce(usize, RunQueues) -> io::Result<thread::JoinHandle<()>>,
    ) -> Option<usize> {
        let mut state = lock(&self.state);
        let (index, queues) = state.unborn.pop()?;
        self.are_there.store(true, Ordering::SeqCst);
        state.threads.push(start(index, queues).ok()?);
        Some(index)
    }

    /// There will be no more. Returns the threads of those that are.
    pub(crate) fn end(&self) -> Vec<thread::JoinHandle<()>> {
        let mut state = lock(&self.state);
        state.unborn.clear();
        std::mem::take(&mut state.threads)
    }
}
