//! Actors that any worker runs before its own: those of class Realtime.
//!
//! They lie in one queue of the scheduler, not in those of workers: whoever ends a message first takes the next. The
//! count beside the queue is what workers look at after each message, a line of memory that nobody writes while no
//! Realtime actor is due. It is raised after the actor was put in, so who sees it raised finds one, or another worker did.

use super::job_queue::JobQueue;
use super::run_queue::Job;
use crate::sync::{AtomicU32, Ordering};

/// The queue; its count is the host's `pressing`.
#[derive(Debug, Default)]
pub(crate) struct Urgent {
    queue: JobQueue,
}

impl Urgent {
    /// The caller announces it.
    pub(crate) fn push(&self, pressing: &AtomicU32, job: Job) {
        self.queue.push(job);
        pressing.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn pop(&self, pressing: &AtomicU32) -> Option<Job> {
        let job = self.queue.pop()?;
        pressing.fetch_sub(1, Ordering::Relaxed);
        Some(job)
    }
}
