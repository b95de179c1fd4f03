//! The word that says how urgent an actor is, and where in the scheduler's queues it is.
//!
//! | bits | meaning | set by | cleared by |
//! |---|---|---|---|
//! | 0, 1 | the actor's own class | owner | |
//! | 2, 3 | the class that calls gave it, if any raises it | callers | owner, with the last of them |
//! | [`QUEUED`] | an entry lies in a queue and is to be run | who puts it there | who takes an entry to run it |
//! | [`EXTRA`] | one entry more lies in the queues than is to be run | a caller | who takes that entry and does not run it |
//! | [`DEAD`] | the actor ended, and its memory waits for that entry | owner | |
//! | [`HURRIES`] | it has a deadline, in its scheduler's book (`sched::deadline`) | callers, with the book's lock | owner, with that lock |
//! | from [`ONE`] on | calls that raise it and were not handled | callers | owner |
//!
//! # Inheritance
//! A call by an actor of a more urgent class raises the callee to that class until it has handled the call: else work that
//! somebody urgent waits for would stand behind work that nobody waits for. Calls are counted. With several the most urgent
//! class counts until all are handled. A call with a deadline may raise a callee within its class.
//!
//! # A second entry
//! A callee that lies in the queue of its own class cannot be taken out of it. So a caller puts a second entry into the queue of
//! the new class. Whoever takes an entry *claims* it: while `EXTRA` and `QUEUED` are set there are two for one run, and the
//! first that is taken runs the actor; with `EXTRA` alone the one that is left is to be thrown away. An actor that is put into
//! a queue again meanwhile makes that two for one again, so there are never more than two. An actor that ends leaves its
//! memory to the entry that is left.
//!
//! An entry is marked once, by whoever may schedule the actor, before it is put into its first queue; who moves an entry on
//! leaves the mark alone, since it may be the one to be thrown away. Marking costs a read-modify-write. Where no call raises
//! anybody it is not needed: entries are marked from the first such call on, and one that was not marked stays where it is.

use crate::sync::{AtomicU16, Ordering, fence};

const OWN: u16 = 0b11;
const GIVEN_AT: u16 = 2;
const GIVEN: u16 = 0b11 << GIVEN_AT;
const QUEUED: u16 = 1 << 4;
const EXTRA: u16 = 1 << 5;
const DEAD: u16 = 1 << 6;
const HURRIES: u16 = 1 << 7;
/// What a call counts.
const ONE: u16 = 1 << 8;
/// Calls that can be counted; others raise nobody.
const MOST: u16 = (1 << 8) - 1;

/// The word.
#[derive(Debug)]
pub(crate) struct Urgency(AtomicU16);

/// The word as it was at a look. An activation is begun and scheduled with one look each: the word lies in a line that may have to
/// come from another core, and each look at an atomic is a load of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Seen(u16);

impl Seen {
    /// The rank of the class that counts.
    #[inline(always)]
    pub(crate) fn rank(self) -> u8 {
        rank_of(self.0)
    }

    /// Whether the actor has a deadline.
    #[inline(always)]
    pub(crate) fn hurries(self) -> bool {
        self.0 & HURRIES != 0
    }
}

/// What a caller has to do that raised an actor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Raised {
    /// Nothing: too many calls raise it already.
    No,
    /// To have its call counted off when that is handled.
    Counted,
    /// And to put another entry into the queue of the new class.
    PutEntry,
}

/// Whether an entry that was taken is to be run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Claim {
    /// It is.
    Run,
    /// It is not.
    Stale,
    /// It is not, and the actor's memory is the taker's.
    Dead,
}

impl Urgency {
    /// Of an actor of this class, by rank.
    pub(crate) fn new(rank: u8) -> Urgency {
        Urgency(AtomicU16::new(u16::from(rank)))
    }

    /// The rank of the class that counts.
    #[inline(always)]
    pub(crate) fn rank(&self) -> u8 {
        rank_of(self.0.load(Ordering::Relaxed))
    }

    /// All of it, at one look.
    #[inline(always)]
    pub(crate) fn look(&self) -> Seen {
        Seen(self.0.load(Ordering::Relaxed))
    }

    /// Whether the actor has a deadline.
    #[inline(always)]
    pub(crate) fn hurries(&self) -> bool {
        self.look().hurries()
    }

    /// Whether calls raise it that were not handled.
    pub(crate) fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= ONE
    }

    /// It has a deadline from now on. With the lock of its scheduler's book, as the next.
    pub(crate) fn hurry(&self) {
        self.0.fetch_or(HURRIES, Ordering::Relaxed);
    }

    /// It has none any more.
    pub(crate) fn stop_hurrying(&self) {
        self.0.fetch_and(!HURRIES, Ordering::Relaxed);
    }

    /// Changes the actor's own class. Owner only.
    pub(crate) fn set_own(&self, rank: u8) {
        // Never fails: the closure gives something.
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |word| Some(word & !OWN | u16::from(rank)));
    }

    /// A call that gives the actor this rank, at least as urgent as its own, is about to be sent. If it `hurries`, it goes before
    /// others of the same rank.
    pub(crate) fn raise(&self, rank: u8, hurries: bool) -> Raised {
        let mut word = self.0.load(Ordering::Relaxed);
        loop {
            if word / ONE == MOST {
                return Raised::No;
            }
            let given = if word >= ONE { (word & GIVEN) >> GIVEN_AT } else { OWN };
            let given = given.min(u16::from(rank));
            let mut next = (word & !GIVEN | given << GIVEN_AT) + ONE;
            let puts = next & (QUEUED | EXTRA) == QUEUED && (hurries || rank_of(next) < rank_of(word));
            if puts {
                next |= EXTRA;
            }
            // Acquire: what the actor's last owner left, for whoever takes the entry from us.
            match self.0.compare_exchange_weak(word, next, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) if puts => return Raised::PutEntry,
                Ok(_) => return Raised::Counted,
                Err(now) => word = now,
            }
        }
    }

    /// A call that raised the actor was handled, or will not be. Returns whether it was the last one, of an actor with a
    /// deadline.
    pub(crate) fn lower(&self) -> bool {
        let before = self.0.fetch_sub(ONE, Ordering::Relaxed);
        debug_assert!(before >= ONE, "lowered more often than raised");
        before < 2 * ONE && before & HURRIES != 0
    }

    /// An entry for the actor is about to be put into its first queue, by whoever may schedule it and has `seen` the word since it
    /// may. Returns the word as it is when the entry is marked: who raises the actor after that puts another entry.
    #[inline(always)]
    pub(crate) fn mark(&self, seen: Seen, are_entries_marked: bool) -> Seen {
        // Only one who finds `QUEUED` sets `EXTRA`, so it does not appear here.
        if are_entries_marked || seen.0 & EXTRA != 0 {
            // Release: the actor as its last owner left it, see `raise`.
            return Seen(self.0.fetch_or(QUEUED, Ordering::AcqRel));
        }
        seen
    }

    /// Somebody took an entry for the actor out of a queue, and saw the word then or later.
    #[inline(always)]
    pub(crate) fn claim(&self, seen: Seen) -> Claim {
        if seen.0 & (QUEUED | EXTRA) == 0 { Claim::Run } else { self.claim_marked() }
    }

    #[cold]
    fn claim_marked(&self) -> Claim {
        let mut word = self.0.load(Ordering::Relaxed);
        loop {
            let (next, claim) = match word & (QUEUED | EXTRA) {
                0 => return Claim::Run,
                EXTRA if word & DEAD != 0 => (word & !EXTRA, Claim::Dead),
                EXTRA => (word & !EXTRA, Claim::Stale),
                _ => (word & !QUEUED, Claim::Run),
            };
            // Acquire: see `raise`; of the dead, its last owner's work.
            match self.0.compare_exchange_weak(word, next, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return claim,
                Err(now) => word = now,
            }
        }
    }

    /// The actor ended. Returns whether its memory is the caller's still, and not that of an entry that is left. Owner only.
    pub(crate) fn end(&self) -> bool {
        let mut word = self.0.load(Ordering::Relaxed);
        loop {
            if word & EXTRA == 0 {
                // Acquire: whoever threw the entry away looked at the actor before.
                fence(Ordering::Acquire);
                return true;
            }
            match self.0.compare_exchange_weak(word, word | DEAD, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return false,
                Err(now) => word = now,
            }
        }
    }
}

#[inline(always)]
fn rank_of(word: u16) -> u8 {
    let own = word & OWN;
    (if word < ONE { own } else { own.min((word & GIVEN) >> GIVEN_AT) }) as u8
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn the_most_urgent_class_counts_until_all_calls_are_handled() {
        let urgency = Urgency::new(3);
        assert_eq!((urgency.raise(2, false), urgency.rank()), (Raised::Counted, 2));
        assert_eq!((urgency.raise(0, false), urgency.rank()), (Raised::Counted, 0));
        urgency.lower();
        assert_eq!(urgency.rank(), 0);
        urgency.lower();
        assert_eq!(urgency.rank(), 3);
        // What was given before does not count again.
        assert_eq!((urgency.raise(2, false), urgency.rank()), (Raised::Counted, 2));
        urgency.set_own(1);
        assert_eq!(urgency.rank(), 1);
    }

    #[test]
    fn calls_beyond_the_count_raise_nobody_and_change_nothing() {
        let urgency = Urgency::new(3);
        (0..MOST).for_each(|_| assert_eq!(urgency.raise(1, false), Raised::Counted));
        assert_eq!((urgency.raise(0, false), urgency.rank()), (Raised::No, 1));
        (0..MOST).for_each(|_| assert!(!urgency.lower()));
        assert_eq!(urgency.rank(), 3);
    }

    #[test]
    fn of_two_entries_the_first_runs_and_one_that_is_put_again_is_not_lost() {
        let urgency = Urgency::new(3);
        urgency.mark(urgency.look(), true);
        assert_eq!(urgency.raise(0, false), Raised::PutEntry);
        assert_eq!(urgency.raise(0, false), Raised::Counted, "there are two");
        assert_eq!(urgency.claim(urgency.look()), Claim::Run);
        // It runs, and goes back to a queue: the entry that is left makes two again.
        urgency.mark(urgency.look(), false);
        assert_eq!(
            (urgency.claim(urgency.look()), urgency.claim(urgency.look())),
            (Claim::Run, Claim::Stale)
        );
        assert_eq!(urgency.claim(urgency.look()), Claim::Run, "one that is not marked");
    }
}

#[cfg(all(test, loom))]
mod loom_models {
    #![expect(unsafe_code, reason = "an owner's cell, whose use loom checks")]

    use super::*;
    use crate::sync::{Arc, AtomicU32, Mutex, lock, thread};
    use loom::cell::UnsafeCell;

    /// An actor with a mailbox that is a number, two queues, and memory that is freed once.
    struct Actor {
        urgency: Urgency,
        /// Messages that wait, and above them whether it is scheduled.
        head: AtomicU32,
        own: Mutex<u32>,
        urgent: Mutex<u32>,
        handled: UnsafeCell<u32>,
        freed: AtomicU32,
    }

    const SCHEDULED: u32 = 1 << 8;

    // SAFETY: `handled` is the owner's, which is what the model checks.
    unsafe impl Sync for Actor {}
    // SAFETY: as above.
    unsafe impl Send for Actor {}

    impl Actor {
        fn put(&self) {
            self.urgency.mark(self.urgency.look(), true);
            let queue = if self.urgency.rank() == 0 { &self.urgent } else { &self.own };
            *lock(queue) += 1;
        }

        /// A message, which raises it or not.
        fn send(&self, raises: bool) {
            if raises && self.urgency.raise(0, false) == Raised::PutEntry {
                *lock(&self.urgent) += 1;
            }
            if self
                .head
                .fetch_update(Ordering::AcqRel, Ordering::Relaxed, |head| Some((head | SCHEDULED) + 1))
                .is_ok_and(|head| head & SCHEDULED == 0)
            {
                self.put();
            }
        }

        /// A worker that takes what is there, the urgent queue first. Ends the actor after `most` messages.
        fn work(&self, most: u32) {
            loop {
                let taken = [&self.urgent, &self.own].into_iter().any(|queue| {
                    let mut entries = lock(queue);
                    let any = *entries > 0;
                    *entries -= u32::from(any);
                    any
                });
                if !taken {
                    return;
                }
                match self.urgency.claim(self.urgency.look()) {
                    Claim::Run => self.run(most),
                    Claim::Stale => {}
                    Claim::Dead => drop(self.freed.fetch_add(1, Ordering::Relaxed)),
                }
            }
        }

        fn run(&self, most: u32) {
            let messages = self.head.fetch_and(SCHEDULED, Ordering::AcqRel) & !SCHEDULED;
            let handled = self.handled.with_mut(|handled| {
                // SAFETY: the owner is one at a time, checked by loom.
                unsafe {
                    *handled += messages;
                    *handled
                }
            });
            if handled == most {
                if self.urgency.end() {
                    self.freed.fetch_add(1, Ordering::Relaxed);
                }
                return;
            }
            if self.head.compare_exchange(SCHEDULED, 0, Ordering::AcqRel, Ordering::Relaxed).is_err() {
                self.put();
            }
        }
    }

    #[test]
    fn an_actor_with_two_entries_runs_once_at_a_time_loses_nothing_and_is_freed_once() {
        loom::model(|| {
            let actor = Arc::new(Actor {
                urgency: Urgency::new(3),
                head: AtomicU32::new(0),
                own: Mutex::new(0),
                urgent: Mutex::new(0),
                handled: UnsafeCell::new(0),
                freed: AtomicU32::new(0),
            });
            actor.send(false);
            let caller = {
                let actor = actor.clone();
                thread::spawn(move || actor.send(true))
            };
            let worker = {
                let actor = actor.clone();
                thread::spawn(move || actor.work(2))
            };
            actor.work(2);
            caller.join().unwrap();
            worker.join().unwrap();
            actor.work(2);
            assert_eq!(actor.freed.load(Ordering::Relaxed), 1);
            assert_eq!((*lock(&actor.own), *lock(&actor.urgent)), (0, 0), "no entry is left");
        });
    }
}
