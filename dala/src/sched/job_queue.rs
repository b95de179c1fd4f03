//! A queue of due actors that any thread puts into and takes from: first come, first served.

use super::run_queue::Job;
use crossbeam_queue::{ArrayQueue, SegQueue};

/// Actors that wait without memory being taken for each few of them.
const RING: usize = 128;

/// A ring for the usual few, and a list that grows for a burst. While the list has actors, all newcomers join it, so
/// whatever is in the ring came before.
#[derive(Debug)]
pub(crate) struct JobQueue {
    ring: ArrayQueue<Job>,
    burst: SegQueue<Job>,
}

impl Default for JobQueue {
    fn default() -> Self {
        Self { ring: ArrayQueue::new(RING), burst: SegQueue::new() }
    }
}

impl JobQueue {
    pub(crate) fn push(&self, job: Job) {
        if !self.burst.is_empty() {
            return self.burst.push(job);
        }
        if let Err(job) = self.ring.push(job) {
            self.burst.push(job);
        }
    }

    pub(crate) fn pop(&self) -> Option<Job> {
        self.ring.pop().or_else(|| self.burst.pop())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ring.is_empty() && self.burst.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.ring.len() + self.burst.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;
    use std::ptr::NonNull;

    /// A job that nobody runs.
    fn job(number: usize) -> Job {
        Job(NonNull::without_provenance(std::num::NonZero::new(number + 1).expect("above zero")))
    }

    #[test]
    fn a_burst_over_the_ring_keeps_its_order() {
        let queue = JobQueue::default();
        let mut model = VecDeque::new();
        let mut number = 0;
        for (pushed, popped) in
            [(10, 5), (3 * RING, RING), (RING, 2 * RING), (RING / 2, 0), (0, 9 * RING), (1, 1)]
        {
            for _ in 0..pushed {
                queue.push(job(number));
                model.push_back(job(number));
                number += 1;
            }
            for _ in 0..popped {
                assert_eq!(queue.pop(), model.pop_front());
            }
            assert_eq!((queue.len(), queue.is_empty()), (model.len(), model.is_empty()));
        }
        assert!(queue.is_empty());
    }
}
