//! Actors that any worker runs before its own: those of class Realtime.
//!
//! They lie in one queue of the scheduler, not in those of workers: whoever ends a message first takes the next. The
//! count beside the queue is what workers look at after each message, a line of memory that nobody writes while no
//! Realtime actor is due. It is raised after the actor was put in, so who sees it raised finds one, or another worker did.
//! Its lowest bit says that the runtime is suspended ([`lifecycle`](super::lifecycle)): the count may go below zero for a
//! moment, which must not reach that bit.

use super::job_queue::JobQueue;
use super::run_queue::Job;
use crate::sync::{AtomicU32, Ordering};

/// Set in the count while the runtime is suspended.
pub(crate) const SUSPENDED: u32 = 1;

/// What an actor counts.
const ONE: u32 = 2;

/// The queue; its count is the host's `pressing`.
#[derive(Debug, Default)]
pub(crate) struct Urgent {
    queue: JobQueue,
}

impl Urgent {
    /// The caller announces it.
    pub(crate) fn push(&self, pressing: &AtomicU32, job: Job) {
        self.queue.push(job);
        pressing.fetch_add(ONE, Ordering::SeqCst);
    }

    pub(crate) fn pop(&self, pressing: &AtomicU32) -> Option<Job> {
        let job = self.queue.pop()?;
        pressing.fetch_sub(ONE, Ordering::Relaxed);
        Some(job)
    }
}
