//! A worker's run queues, one a class.

#![expect(unsafe_code, reason = "a scheduled actor moves between workers and is alive")]

use super::fair::Classes;
use crate::actor::cell::Header;
use crate::actor::qos::{CLASSES, Qos};
use crossbeam_deque::{Steal, Stealer, Worker as Deque};
use std::cell::Cell;
use std::ptr::NonNull;

/// A scheduled actor: whoever holds it runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Job(pub(crate) NonNull<Header>);

// SAFETY: a job is the right to run the actor, held by one thread at a time; a scheduled actor stays alive.
unsafe impl Send for Job {}

impl Job {
    /// The actor.
    pub(crate) fn cell(&self) -> &Header {
        // SAFETY: a scheduled actor is alive: only who runs it ends it, and that takes the job.
        unsafe { self.0.as_ref() }
    }

    /// The class that counts for it.
    #[inline(always)]
    pub(crate) fn class(&self) -> Qos {
        self.cell().class()
    }

    /// That, and whether the actor has a deadline.
    #[inline(always)]
    pub(crate) fn look(&self) -> (Qos, bool) {
        self.cell().look()
    }
}

/// The classes that have queues here: all but Realtime, see [`urgent`](super::urgent).
const QUEUES: usize = CLASSES - 1;

/// The queues of one worker. Owner only.
#[derive(Debug)]
pub(crate) struct RunQueues {
    queues: [Deque<Job>; QUEUES],
    /// The classes that may have work here.
    filled: Cell<Classes>,
}

/// What others see of them.
#[derive(Debug)]
pub(crate) struct Robbed([Stealer<Job>; QUEUES]);

impl RunQueues {
    pub(crate) fn new() -> (RunQueues, Robbed) {
        let queues: [Deque<Job>; QUEUES] = std::array::from_fn(|_| Deque::new_fifo());
        let robbed = Robbed(std::array::from_fn(|queue| queues[queue].stealer()));
        (RunQueues { queues, filled: Cell::new(0) }, robbed)
    }

    /// An actor of any class but Realtime.
    #[inline(always)]
    pub(crate) fn push(&self, job: Job, class: Qos) {
        self.queues[class as usize - 1].push(job);
        self.fill(class);
    }

    #[inline(always)]
    fn fill(&self, class: Qos) {
        self.filled.set(self.filled.get() | 1 << class as u8);
    }

    /// The classes that may have work here.
    #[inline(always)]
    pub(crate) fn filled(&self) -> Classes {
        self.filled.get()
    }

    /// Whether there is work.
    pub(crate) fn has_work(&self) -> bool {
        self.filled.get() != 0 && self.queues.iter().any(|queue| !queue.is_empty())
    }

    /// The next actor of a class but Realtime.
    #[inline(always)]
    pub(crate) fn pop(&self, class: Qos) -> Option<Job> {
        let job = self.queues[class as usize - 1].pop();
        if job.is_none() {
            self.filled.set(self.filled.get() & !(1 << class as u8));
        }
        job
    }

    /// Robs another worker of actors more urgent than `class`, or of any: takes about half of a class and returns one of them.
    pub(crate) fn rob(&self, other: &Robbed, more_urgent_than: Option<Qos>) -> Option<Job> {
        let queues = more_urgent_than.map_or(QUEUES, |class| class as usize - 1);
        for (class, (from, to)) in
            Qos::ALL.into_iter().skip(1).zip(other.0.iter().zip(&self.queues)).take(queues)
        {
            loop {
                match from.steal_batch_and_pop(to) {
                    Steal::Success(job) => {
                        self.fill(class);
                        return Some(job);
                    }
                    Steal::Retry => {}
                    Steal::Empty => break,
                }
            }
        }
        None
    }
}

impl Robbed {
    pub(crate) fn has_work(&self) -> bool {
        self.0.iter().any(|class| !class.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(number: usize) -> Job {
        Job(NonNull::new(std::ptr::without_provenance_mut(number * 16)).expect("not null"))
    }

    #[test]
    fn a_robber_gets_work_of_every_class() {
        let (mine, _) = RunQueues::new();
        let (queues, robbed) = RunQueues::new();
        queues.push(job(1), Qos::Background);
        assert!(robbed.has_work());
        assert_eq!(mine.rob(&robbed, Some(Qos::Background)), None, "it is no more urgent");
        assert_eq!(mine.rob(&robbed, None), Some(job(1)));
        assert_eq!(queues.pop(Qos::Background), None);
        assert_eq!(queues.filled(), 0);
    }
}
