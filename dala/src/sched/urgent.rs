//! Actors that any worker runs before its own: those of class Realtime.
//!
//! They lie in queues of the scheduler, not in those of workers: whoever ends a message first takes the next. Those with a
//! deadline lie among the [`deadline`](super::deadline)s, the others here. The
//! count beside the queues is what workers look at after each message, a line of memory that nobody writes while no
//! Realtime actor is due. It is raised after the actor was put in, so who sees it raised finds one, or another worker did.
//! Its lowest bit says that the runtime is suspended ([`lifecycle`](super::lifecycle)): the count may go below zero for a
//! moment, which must not reach that bit.

use super::deadline::Deadlines;
use super::job_queue::JobQueue;
use super::run_queue::Job;
use crate::actor::Qos;
use crate::sync::{AtomicU32, Ordering};

/// Set in the count while the runtime is suspended.
pub(crate) const SUSPENDED: u32 = 1;

/// What an actor counts.
const ONE: u32 = 2;

/// Those without a deadline; their count, with that of the others, is the host's `pressing`.
#[derive(Debug, Default)]
pub(crate) struct Urgent(JobQueue);

impl Urgent {
    /// Puts an actor in, or counts one that lies among those with deadlines. The caller announces it.
    pub(crate) fn push(&self, pressing: &AtomicU32, job: Job, has_deadline: bool) {
        if !has_deadline {
            self.0.push(job);
        }
        pressing.fetch_add(ONE, Ordering::SeqCst);
    }

    pub(crate) fn pop(&self, pressing: &AtomicU32, deadlines: &Deadlines) -> Option<Job> {
        let job = deadlines.take(Qos::Realtime, || self.0.pop())?;
        pressing.fetch_sub(ONE, Ordering::Relaxed);
        Some(job)
    }
}
