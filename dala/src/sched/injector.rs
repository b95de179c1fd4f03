//! Actors that became due outside of the scheduler's workers: one queue a class.

use super::job_queue::JobQueue;
use super::run_queue::{Job, RunQueues};
use crate::actor::qos::{CLASSES, Qos};

/// Actors moved to a worker at a time.
const AT_ONCE: usize = 32;

/// The queues of all classes but Realtime, see [`urgent`](super::urgent).
#[derive(Debug, Default)]
pub(crate) struct Injector([JobQueue; CLASSES - 1]);

impl Injector {
    pub(crate) fn push(&self, job: Job, class: Qos) {
        self.0[class as usize - 1].push(job);
    }

    /// One of any class, the oldest of the most urgent.
    pub(crate) fn pop(&self) -> Option<Job> {
        self.0.iter().find_map(JobQueue::pop)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(JobQueue::is_empty)
    }

    /// Moves one of `shares` equal shares of each class that is more urgent than `class`, or of all, into a worker's queues.
    pub(crate) fn move_to(&self, queues: &RunQueues, shares: usize, more_urgent_than: Option<Qos>) {
        let classes = more_urgent_than.map_or(CLASSES - 1, |class| class as usize - 1);
        for (class, queue) in Qos::ALL.into_iter().skip(1).zip(&self.0).take(classes) {
            if queue.is_empty() {
                continue;
            }
            for _ in 0..(queue.len() / shares + 1).min(AT_ONCE) {
                match queue.pop() {
                    Some(job) => queues.push(job, class),
                    None => break,
                }
            }
        }
    }
}
