//! Credits that the owner of a mailbox took from its messages and has not given back yet.
//!
//! A sender takes a credit of the lane (`mailbox::bounded`) and marks its message with it. The owner takes the mark off with the
//! message, and gives credits back by the [batch](Taken::took), and what is left of one when its activation ends: so the
//! semaphore, which senders meet in, is touched once for many messages. Owners follow one another with the edge of the
//! mailbox head (`mailbox::queue`), which is what guards the count.
//!
//! While a sender waits, the batch is half of the capacity, and activations that yield keep what is less ([`Taken::rest`]): a sender that
//! is woken for a few messages at a time costs more than the messages, and whoever waits has the first claim on what is free anyway.
//! An owner that parks gives everything back, so nobody waits for a credit that nobody uses.

#![expect(unsafe_code, reason = "a count that owners hand on by the mailbox head")]

use crate::sync::cell::UnsafeCell;

/// The count of one lane.
#[derive(Debug)]
pub(crate) struct Taken(UnsafeCell<Count>);

#[derive(Debug, Default)]
struct Count {
    taken: u32,
    /// Parts of the batch, each a quarter of the capacity, that were kept because somebody waits.
    kept: u32,
}

impl Count {
    fn give(&mut self) -> u32 {
        std::mem::take(self).taken
    }
}

const fn quarter(capacity: u32) -> u32 {
    if capacity < 4 { 1 } else { capacity / 4 }
}

// SAFETY: the owner alone touches it, and owners follow one another with a happens-before edge (module doc); the model
// below checks that.
unsafe impl Sync for Taken {}

impl Taken {
    pub(crate) fn new() -> Taken {
        Taken(UnsafeCell::new(Count::default()))
    }

    /// One more was taken. Returns what is to be given back now: none, or a quarter of the capacity, which is rare enough to
    /// cost little, and often enough that senders rarely find the mailbox full; half of it if a sender `waits`, which is looked
    /// at once a quarter. Owner only.
    #[inline]
    pub(crate) fn took(&self, capacity: u32, waits: impl FnOnce() -> bool) -> Option<u32> {
        self.0.with_mut(|count| {
            // SAFETY: the owner is one at a time.
            let count = unsafe { &mut *count };
            count.taken += 1;
            if count.taken < quarter(capacity) * (count.kept + 1) {
                return None;
            }
            if count.taken < capacity / 2 && waits() {
                count.kept += 1;
                return None;
            }
            Some(count.give())
        })
    }

    /// What is to be given back at the end of an activation: all, but of one that `yields` while a sender `waits` not less than
    /// half of the capacity. Owner only.
    pub(crate) fn rest(&self, capacity: u32, yields: bool, waits: impl FnOnce() -> bool) -> u32 {
        self.0.with_mut(|count| {
            // SAFETY: as above.
            let count = unsafe { &mut *count };
            let keeps = yields && count.taken > 0 && count.taken < capacity / 2 && waits();
            if keeps { 0 } else { count.give() }
        })
    }
}

#[cfg(all(test, loom))]
mod loom_models {
    use super::*;
    use crate::mailbox::queue::{Head, Linked, Pushed};
    use crate::sync::{Arc, AtomicU32, Ordering, thread};
    use loom::cell::Cell;
    use std::ptr::NonNull;

    #[repr(align(16))]
    struct Message(Cell<*mut Message>);

    // SAFETY: both use the cell.
    unsafe impl Linked for Message {
        fn set_next(&self, next: *mut Message) {
            self.0.set(next);
        }
        fn next(&self) -> *mut Message {
            self.0.get()
        }
    }

    /// A mailbox of two messages: its head, the credits that are left, and what its owner has taken.
    struct Mailbox {
        head: Head,
        credits: AtomicU32,
        taken: Taken,
        handled: AtomicU32,
        /// Whether somebody is said to wait.
        waits: bool,
    }

    const CAPACITY: u32 = 2;
    /// What batches are made of: of eight a quarter is two messages, half is all four that are sent.
    const BATCHES: u32 = 8;

    /// Sends if there is room, and runs the actor if that is due. Returns whether there was.
    fn send(mailbox: &Mailbox) -> bool {
        let take = |credits: u32| credits.checked_sub(1);
        if mailbox.credits.fetch_update(Ordering::AcqRel, Ordering::Acquire, take).is_err() {
            return false;
        }
        let message = Box::leak(Box::new(Message(Cell::new(std::ptr::null_mut()))));
        // SAFETY: a fresh node.
        if unsafe { mailbox.head.push(NonNull::from(message), false) } == Pushed::Schedule {
            activate(mailbox);
        }
        true
    }

    fn give(mailbox: &Mailbox, credits: u32) {
        let before = mailbox.credits.fetch_add(credits, Ordering::AcqRel);
        assert!(before + credits <= CAPACITY, "a credit was given back twice");
    }

    fn activate(mailbox: &Mailbox) {
        loop {
            let mut next = mailbox.head.take::<Message>().last;
            while let Some(message) = next {
                // SAFETY: taken nodes are ours; each came from `send`.
                let message = unsafe { Box::from_raw(message.as_ptr()) };
                next = NonNull::new(message.next());
                mailbox.handled.fetch_add(1, Ordering::Relaxed);
                if let Some(credits) = mailbox.taken.took(BATCHES, || mailbox.waits) {
                    give(mailbox, credits);
                }
            }
            match mailbox.taken.rest(BATCHES, false, || mailbox.waits) {
                0 => {}
                credits => give(mailbox, credits),
            }
            if mailbox.head.park(false) {
                return;
            }
        }
    }

    #[test]
    fn no_credit_is_lost_or_given_back_twice_whoever_runs_the_actor() {
        model(false);
    }

    #[test]
    fn none_is_lost_while_a_sender_waits() {
        model(true);
    }

    fn model(waits: bool) {
        loom::model(move || {
            let mailbox = Arc::new(Mailbox {
                head: Head::parked(),
                credits: AtomicU32::new(CAPACITY),
                taken: Taken::new(),
                handled: AtomicU32::new(0),
                waits,
            });
            let other = {
                let mailbox = mailbox.clone();
                thread::spawn(move || (0..2).filter(|_| send(&mailbox)).count())
            };
            let sent = (0..2).filter(|_| send(&mailbox)).count() + other.join().unwrap();
            assert_eq!(mailbox.handled.load(Ordering::Relaxed) as usize, sent);
            assert_eq!(mailbox.credits.load(Ordering::Relaxed), CAPACITY);
            assert!(sent >= 2, "there was room for two");
        });
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// What is given back at each of so many messages.
    fn given(taken: &Taken, capacity: u32, messages: u32, waits: bool) -> Vec<u32> {
        (0..messages).map(|_| taken.took(capacity, || waits).unwrap_or(0)).collect()
    }

    #[test]
    fn a_batch_is_a_quarter_of_the_capacity_or_half_of_it_while_somebody_waits() {
        let taken = Taken::new();
        assert_eq!(given(&taken, 8, 5, false), [0, 2, 0, 2, 0]);
        assert_eq!(given(&taken, 8, 7, true), [0, 0, 4, 0, 0, 0, 4]);
        // Who waits goes: the next quarter is given back.
        assert_eq!(given(&taken, 8, 3, true), [0, 0, 0]);
        assert_eq!(given(&taken, 8, 1, false), [4]);
        for capacity in 1..4 {
            assert_eq!(given(&taken, capacity, 3, true), [1, 1, 1], "of {capacity}");
        }
    }

    #[test]
    fn an_activation_that_yields_keeps_less_than_half_for_those_who_wait_and_one_that_parks_keeps_none() {
        let taken = Taken::new();
        given(&taken, 8, 1, true);
        assert_eq!(taken.rest(8, true, || true), 0);
        given(&taken, 8, 1, true);
        assert_eq!(taken.rest(8, true, || false), 2, "nobody waits");
        given(&taken, 8, 3, true);
        assert_eq!(taken.rest(8, false, || true), 3);
        assert_eq!(taken.rest(8, false, || true), 0);
    }
}
