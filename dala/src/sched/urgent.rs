//! Actors that any worker runs before its own: those of class Realtime.
//!
//! They lie in two queues of the scheduler, not in those of workers: whoever ends a message first takes the next. The
//! count beside the queues is what workers look at after each message, a line of memory that nobody writes while no
//! Realtime actor is due. It is raised after the actor was put in, so who sees it raised finds one, or another worker did.
//! Its lowest bit says that the runtime is suspended ([`lifecycle`](super::lifecycle)): the count may go below zero for a
//! moment, which must not reach that bit.
//!
//! An actor that a call with a deadline waits for lies in a heap, and goes before those without: the earliest deadline first
//! (Liu and Layland, 1973). So that these do not wait for ever, each [`OTHERS`]th that is taken is one of theirs. Without
//! deadlines the heap costs a load.

use super::job_queue::JobQueue;
use super::run_queue::Job;
use crate::sync::{AtomicU32, AtomicUsize, Mutex, Ordering, lock};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Set in the count while the runtime is suspended.
pub(crate) const SUSPENDED: u32 = 1;

/// What an actor counts.
const ONE: u32 = 2;

/// Of so many one is of those without a deadline, if there are some.
const OTHERS: u32 = 8;

/// The queues; their count is the host's `pressing`.
#[derive(Debug, Default)]
pub(crate) struct Urgent {
    queue: JobQueue,
    hurried: Mutex<Hurried>,
    /// Actors in `hurried`.
    deadlines: AtomicUsize,
}

#[derive(Debug, Default)]
struct Hurried {
    due: BinaryHeap<Reverse<Due>>,
    /// Actors that were put in so far.
    count: u64,
    /// Actors taken out since one without a deadline was.
    taken: u32,
}

/// An actor with a deadline; of equal ones the first goes first.
#[derive(Debug)]
struct Due {
    deadline: u64,
    number: u64,
    job: Job,
}

impl Due {
    fn key(&self) -> (u64, u64) {
        (self.deadline, self.number)
    }
}

impl PartialEq for Due {
    fn eq(&self, other: &Due) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Due) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    fn cmp(&self, other: &Due) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl Urgent {
    /// Puts in an actor that is to be done by `deadline`; 0 for none. The caller announces it.
    pub(crate) fn push(&self, pressing: &AtomicU32, job: Job, deadline: u64) {
        if deadline == 0 {
            self.queue.push(job);
        } else {
            let mut hurried = lock(&self.hurried);
            hurried.count += 1;
            let number = hurried.count;
            hurried.due.push(Reverse(Due { deadline, number, job }));
            self.deadlines.store(hurried.due.len(), Ordering::Relaxed);
        }
        pressing.fetch_add(ONE, Ordering::SeqCst);
    }

    pub(crate) fn pop(&self, pressing: &AtomicU32) -> Option<Job> {
        // A count that guards nothing: who sees it too late finds the actor at the next look, which `pressing` asks for.
        let job = match self.deadlines.load(Ordering::Relaxed) {
            0 => self.queue.pop(),
            _ => self.pop_hurried(),
        }?;
        pressing.fetch_sub(ONE, Ordering::Relaxed);
        Some(job)
    }

    #[cold]
    fn pop_hurried(&self) -> Option<Job> {
        let mut hurried = lock(&self.hurried);
        hurried.taken += 1;
        if hurried.taken >= OTHERS {
            hurried.taken = 0;
            if let Some(job) = self.queue.pop() {
                return Some(job);
            }
        }
        let due = hurried.due.pop();
        self.deadlines.store(hurried.due.len(), Ordering::Relaxed);
        drop(hurried);
        due.map(|Reverse(due)| due.job).or_else(|| self.queue.pop())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr::NonNull;

    /// A job that nobody runs.
    fn job(number: usize) -> Job {
        Job(NonNull::without_provenance(std::num::NonZero::new(number).expect("above zero")))
    }

    #[test]
    fn the_earliest_deadline_goes_first_and_those_without_have_their_turn() {
        let (urgent, pressing) = (Urgent::default(), AtomicU32::new(SUSPENDED));
        (1..=3).for_each(|number| urgent.push(&pressing, job(number), 0));
        for number in 10..30 {
            // Latest first, each twice.
            urgent.push(&pressing, job(number), 1000 - number as u64 / 2);
        }
        let mut order = Vec::new();
        while let Some(Job(job)) = urgent.pop(&pressing) {
            order.push(job.addr().get());
        }
        let hurried: Vec<usize> = order.iter().copied().filter(|&number| number >= 10).collect();
        assert_eq!(hurried, (5..15).rev().flat_map(|half| [2 * half, 2 * half + 1]).collect::<Vec<_>>());
        assert_eq!((order[7], order[15], order[22]), (1, 2, 3), "{order:?}");
        assert_eq!(pressing.load(Ordering::Relaxed), SUSPENDED);
    }
}
