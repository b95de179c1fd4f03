//! Actors with deadlines: by when each is to be done, and those of them that are due, of each class the earliest first (Liu and
//! Layland, 1973).
//!
//! # Who has one
//! - An actor that was spawned with a deadline ([`SpawnOptions::deadline`](crate::SpawnOptions::deadline)): so long after each time that it
//!   becomes due. That is noted then ([`Deadlines::note_due`]): how long it lies in queues, and when it gets to a call that inherits
//!   its deadline, changes nothing.
//! - An actor that a call with a deadline waits for, if the class that counts is Realtime, or caller or callee has a deadline: that
//!   of the call, or of the caller if it is the nearer one; the nearest of all such calls, until all of them were handled.
//!
//! The *book* has an entry for each of them, and the actor's urgency (`mailbox::urgency`) says that it has: both change under the
//! book's lock. Whoever is to put such an actor into a queue puts it here instead. So an actor keeps its deadline when it goes on
//! later, or waits in the middle of a handler, and others cost a look at a bit of a word that is read anyway.
//!
//! # Who goes next
//! Of a class, those with deadlines before those without, but each [`OTHERS`]th is one of these: they do not wait for ever. Which
//! class's turn it is, deadlines do not change (`sched::fair`). What is here is for any worker: workers look at [`Deadlines::filled`],
//! a line of memory that nobody writes while no actor has a deadline.

use super::fair::Classes;
use super::run_queue::Job;
use crate::actor::cell::Header;
use crate::actor::qos::{CLASSES, Qos};
use crate::mailbox::urgency::Raised;
use crate::pid::Pid;
use crate::sync::{AtomicU32, Mutex, Ordering, lock};
use crossbeam_utils::CachePadded;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// Of so many that are taken of a class one is of those without a deadline, if there are some.
const OTHERS: u32 = 8;

/// No deadline, or one that nobody reaches.
const NEVER: u64 = u64::MAX;

/// The actors of one scheduler that have deadlines.
#[derive(Debug, Default)]
pub(crate) struct Deadlines {
    /// The classes of which some are due.
    filled: CachePadded<AtomicU32>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    book: HashMap<Pid, Entry>,
    due: [BinaryHeap<Reverse<Due>>; CLASSES],
    /// Actors that were put in so far.
    count: u64,
    /// By class: actors taken since one without a deadline was.
    taken: [u32; CLASSES],
}

/// What is known of an actor.
#[derive(Debug)]
struct Entry {
    /// Nanoseconds that it has each time.
    own: Option<u64>,
    /// When it became due: for the activation that is to come or goes on. Each activation has one before it that notes this.
    due_since: u64,
    /// The nearest of the calls that wait for it.
    of_calls: u64,
    /// By which it lies here, if it does.
    queued: u64,
}

impl Entry {
    const NEW: Entry = Entry { own: None, due_since: 0, of_calls: NEVER, queued: NEVER };

    fn deadline(&self) -> u64 {
        let own = self.own.map_or(NEVER, |own| self.due_since.saturating_add(own));
        own.min(self.of_calls)
    }
}

/// An actor that is due; of equal ones the first goes first.
#[derive(Debug)]
struct Due {
    deadline: u64,
    number: u64,
    job: Job,
    pid: Pid,
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

impl State {
    fn put(&mut self, job: Job, pid: Pid, class: Qos, deadline: u64) {
        self.count += 1;
        self.due[class as usize].push(Reverse(Due { deadline, number: self.count, job, pid }));
    }
}

impl Deadlines {
    /// The classes of which some are due.
    #[inline(always)]
    pub(crate) fn filled(&self) -> Classes {
        // Relaxed: it guards nothing. Who puts one in announces it behind a fence (`park`).
        self.filled.load(Ordering::Relaxed) as Classes
    }

    fn note_filled(&self, class: Qos, state: &State) {
        // With the lock, so the last word on a class is the right one.
        let bit = 1 << class as u32;
        if state.due[class as usize].is_empty() {
            self.filled.fetch_and(!bit, Ordering::SeqCst);
        } else {
            self.filled.fetch_or(bit, Ordering::SeqCst);
        }
    }

    /// Gives a new actor so many nanoseconds each time.
    pub(crate) fn set_own(&self, cell: &Header, nanoseconds: u64) {
        let mut state = lock(&self.state);
        cell.urgency.hurry();
        state.book.entry(cell.pid()).or_insert(Entry::NEW).own = Some(nanoseconds);
    }

    /// A call with this deadline raises an actor to this class at least.
    pub(crate) fn raise(&self, cell: &Header, class: Qos, deadline: u64) -> Raised {
        let mut state = lock(&self.state);
        let entry = state.book.entry(cell.pid()).or_insert(Entry::NEW);
        let raised = cell.urgency.raise(class as u8, deadline < entry.queued);
        if raised == Raised::No {
            if !cell.urgency.hurries() {
                state.book.remove(&cell.pid());
            }
        } else {
            cell.urgency.hurry();
            entry.of_calls = entry.of_calls.min(deadline);
        }
        raised
    }

    /// All calls that raised an actor were handled.
    #[cold]
    pub(crate) fn calm(&self, cell: &Header) {
        let mut state = lock(&self.state);
        if cell.urgency.is_raised() {
            // By one that came since.
            return;
        }
        match state.book.get_mut(&cell.pid()) {
            Some(entry) if entry.own.is_some() => entry.of_calls = NEVER,
            _ => {
                state.book.remove(&cell.pid());
                cell.urgency.stop_hurrying();
            }
        }
    }

    /// The actor is dead. What lies here of it is thrown away by who takes it.
    #[cold]
    pub(crate) fn forget(&self, cell: &Header) {
        let mut state = lock(&self.state);
        state.book.remove(&cell.pid());
        cell.urgency.stop_hurrying();
    }

    /// An actor, which may have a deadline of its own, becomes due. Whoever is about to put it into a queue or slot says so.
    #[cold]
    pub(crate) fn note_due(&self, pid: Pid, now: impl FnOnce() -> u64) {
        let mut state = lock(&self.state);
        if let Some(entry) = state.book.get_mut(&pid)
            && entry.own.is_some()
        {
            entry.due_since = now();
        }
    }

    /// By when the actor that runs is to be done; 0 if nobody says.
    pub(crate) fn of(&self, cell: &Header) -> u64 {
        let state = lock(&self.state);
        let deadline = state.book.get(&cell.pid()).map_or(NEVER, Entry::deadline);
        if deadline == NEVER { 0 } else { deadline }
    }

    /// Puts an actor of this class in that is due and has a deadline. Returns whether it has: it may have lost it just now.
    #[cold]
    pub(crate) fn put(&self, job: Job, class: Qos, now: impl FnOnce() -> u64) -> bool {
        let pid = job.cell().pid();
        let mut state = lock(&self.state);
        let Some(entry) = state.book.get_mut(&pid) else { return false };
        // What is late is no later than what is due now: a server that always has a late call would go before all others for ever.
        let now = now();
        let deadline = entry.deadline().max(now);
        entry.queued = deadline;
        state.put(job, pid, class, deadline);
        self.note_filled(class, &state);
        true
    }

    /// Takes the next of a class: one from here or, at times, one of the `others`.
    #[inline(always)]
    pub(crate) fn take(&self, class: Qos, others: impl FnOnce() -> Option<Job>) -> Option<Job> {
        if self.filled() & 1 << class as u8 == 0 { others() } else { self.take_due(class, others) }
    }

    #[cold]
    fn take_due(&self, class: Qos, others: impl FnOnce() -> Option<Job>) -> Option<Job> {
        let mut state = lock(&self.state);
        let taken = &mut state.taken[class as usize];
        *taken = (*taken + 1).min(OTHERS);
        let mut others = Some(others);
        // The others of one worker may be none when those of another one wait: then it is the next taker's turn.
        if *taken == OTHERS
            && let Some(job) = others.take().and_then(|others| others())
        {
            *taken = 0;
            return Some(job);
        }
        let due = state.due[class as usize].pop().map(|Reverse(due)| due);
        if let Some(due) = &due
            && let Some(entry) = state.book.get_mut(&due.pid)
        {
            entry.queued = NEVER;
        }
        self.note_filled(class, &state);
        drop(state);
        due.map(|due| due.job).or_else(|| others.and_then(|others| others()))
    }
}

#[cfg(test)]
impl Deadlines {
    /// Actors that have one.
    pub(crate) fn known(&self) -> usize {
        lock(&self.state).book.len()
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
        for class in Qos::ALL {
            let deadlines = Deadlines::default();
            let mut others = (1..=3).map(job);
            for number in 10..30 {
                // Latest first, each twice.
                let mut state = lock(&deadlines.state);
                state.put(job(number), Pid::from_bits(number as u64), class, 1000 - number as u64 / 2);
                deadlines.note_filled(class, &state);
            }
            assert_eq!(deadlines.filled(), 1 << class as u8);
            let mut order = Vec::new();
            while let Some(Job(job)) = deadlines.take(class, || others.next()) {
                order.push(job.addr().get());
            }
            let hurried: Vec<usize> = order.iter().copied().filter(|&number| number >= 10).collect();
            assert_eq!(hurried, (5..15).rev().flat_map(|half| [2 * half, 2 * half + 1]).collect::<Vec<_>>());
            assert_eq!((order[7], order[15], order[22]), (1, 2, 3), "{order:?}");
            assert_eq!(deadlines.filled(), 0);
        }
    }
}
