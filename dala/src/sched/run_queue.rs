//! A worker's run queues, one a QoS class, with weighted shares.

use crate::actor::cell::{Header, Qos};
use crossbeam_deque::{Steal, Stealer, Worker as Deque};
use std::cell::Cell;
use std::ptr::NonNull;

/// A scheduled actor: whoever holds it runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Job(pub(crate) NonNull<Header>);

#[expect(unsafe_code, reason = "a scheduled actor moves between workers")]
// SAFETY: a job is the right to run the actor, held by one thread at a time; a scheduled actor stays alive.
unsafe impl Send for Job {}

impl Job {
    /// The actor.
    #[expect(unsafe_code, reason = "a job is the right to run the actor")]
    pub(crate) fn cell(&self) -> &Header {
        // SAFETY: a scheduled actor is alive: only who runs it ends it, and that takes the job.
        unsafe { self.0.as_ref() }
    }
}

const CLASSES: usize = 4;

/// Which class goes first at each pick of sixteen, if it has work: 8, 4, 3 and 1 shares. So background work waits for
/// at most fifteen other activations a worker. A guess, not measured.
const TURNS: [Qos; 16] = {
    use Qos::{Background as B, Realtime as R, UserFacing as U, Utility as T};
    [R, U, R, T, R, U, R, B, R, U, R, T, R, U, R, T]
};

/// The queues of one worker. Owner only.
#[derive(Debug)]
pub(crate) struct RunQueues {
    classes: [Deque<Job>; CLASSES],
    /// Bit set: the class may have work.
    filled: Cell<u8>,
    turn: Cell<u8>,
}

/// What others see of them.
#[derive(Debug)]
pub(crate) struct Robbed([Stealer<Job>; CLASSES]);

impl RunQueues {
    pub(crate) fn new() -> (RunQueues, Robbed) {
        let classes: [Deque<Job>; CLASSES] = std::array::from_fn(|_| Deque::new_fifo());
        let robbed = Robbed(std::array::from_fn(|class| classes[class].stealer()));
        (RunQueues { classes, filled: Cell::new(0), turn: Cell::new(0) }, robbed)
    }

    #[inline(always)]
    pub(crate) fn push(&self, job: Job, qos: Qos) {
        let class = qos as usize;
        self.classes[class].push(job);
        self.filled.set(self.filled.get() | 1 << class);
    }

    /// Whether there may be work.
    #[inline(always)]
    pub(crate) fn may_have_work(&self) -> bool {
        self.filled.get() != 0
    }

    /// Whether there is work.
    pub(crate) fn has_work(&self) -> bool {
        self.filled.get() != 0 && self.classes.iter().any(|class| !class.is_empty())
    }

    /// Whether there is work of the first class.
    pub(crate) fn has_realtime_work(&self) -> bool {
        !self.classes[Qos::Realtime as usize].is_empty()
    }

    /// The next actor by turns.
    #[inline(always)]
    pub(crate) fn pop(&self) -> Option<Job> {
        loop {
            let filled = self.filled.get();
            if filled == 0 {
                return None;
            }
            let class =
                if filled.is_power_of_two() { filled.trailing_zeros() as usize } else { self.turn(filled) };
            if let Some(job) = self.classes[class].pop() {
                return Some(job);
            }
            self.filled.set(filled & !(1 << class));
        }
    }

    fn turn(&self, filled: u8) -> usize {
        let turn = self.turn.get();
        self.turn.set((turn + 1) % TURNS.len() as u8);
        let wanted = TURNS[turn as usize] as usize;
        if filled & 1 << wanted != 0 { wanted } else { filled.trailing_zeros() as usize }
    }

    /// Robs another worker: takes about half of a class and returns one of them.
    pub(crate) fn rob(&self, other: &Robbed) -> Option<Job> {
        for class in 0..CLASSES {
            loop {
                match other.0[class].steal_batch_and_pop(&self.classes[class]) {
                    Steal::Success(job) => {
                        self.filled.set(self.filled.get() | 1 << class);
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
    fn background_work_waits_for_at_most_fifteen_others() {
        let (queues, _robbed) = RunQueues::new();
        queues.push(job(1000), Qos::Background);
        (1..100).for_each(|number| queues.push(job(number), Qos::Realtime));
        let waited = std::iter::from_fn(|| queues.pop()).position(|found| found == job(1000));
        assert!(waited.is_some_and(|waited| waited <= 15), "{waited:?}");
    }

    #[test]
    fn a_robber_gets_work_of_every_class() {
        let (mine, _) = RunQueues::new();
        let (queues, robbed) = RunQueues::new();
        queues.push(job(1), Qos::Background);
        assert!(robbed.has_work());
        assert_eq!(mine.rob(&robbed), Some(job(1)));
        assert_eq!(queues.pop(), None);
    }
}
