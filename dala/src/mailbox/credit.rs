//! Credits that the owner of a mailbox took from its messages and has not given back yet.
//!
//! A sender takes a credit of the lane (`mailbox::bounded`) and marks its message with it. The owner takes the mark off with the
//! message, and gives credits back by the [batch](Taken::took), and what is left of one when its activation ends, unless senders wait
//! and it goes on soon ([`Taken::batch`]): so the semaphore, which senders meet in, is touched once for many messages, and nobody is
//! woken for a few. An owner that parks gives everything back: nobody waits for a credit that nobody will give. Owners follow one another with the edge of the
//! mailbox head (`mailbox::queue`), which is what guards the count.

#![expect(unsafe_code, reason = "a count that owners hand on by the mailbox head")]

use crate::sync::cell::UnsafeCell;

/// The messages of one batch: a quarter of the capacity.
pub(super) const fn batch_of(capacity: u32) -> u32 {
    if capacity < 4 { 1 } else { capacity / 4 }
}

/// The count of one lane.
#[derive(Debug)]
pub(crate) struct Taken(UnsafeCell<u32>);

// SAFETY: the owner alone touches it, and owners follow one another with a happens-before edge (module doc); the model
// below checks that.
unsafe impl Sync for Taken {}

impl Taken {
    pub(crate) fn new() -> Taken {
        Taken(UnsafeCell::new(0))
    }

    /// One more was taken. Returns whether there is a batch to be given back: a quarter of the capacity, which is rare enough to
    /// cost little, and often enough that senders rarely find the mailbox full. Owner only.
    #[inline(always)]
    pub(crate) fn took(&self, capacity: u32) -> bool {
        self.0.with_mut(|taken| {
            // SAFETY: the owner is one at a time.
            let taken = unsafe { &mut *taken };
            *taken += 1;
            *taken >= batch_of(capacity)
        })
    }

    /// What is to be given back at the end of an activation after which the actor goes on soon: a batch, or nothing. Owner only.
    pub(crate) fn batch(&self, capacity: u32) -> u32 {
        self.0.with_mut(|taken| {
            // SAFETY: as above.
            let taken = unsafe { &mut *taken };
            if *taken < batch_of(capacity) { 0 } else { std::mem::take(taken) }
        })
    }

    /// All that is to be given back. Owner only.
    pub(crate) fn rest(&self) -> u32 {
        // SAFETY: as above.
        self.0.with_mut(|taken| std::mem::take(unsafe { &mut *taken }))
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
    }

    const CAPACITY: u32 = 2;

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
                // Of eight a batch is two: the second message, or the end of the activation, gives them back.
                if mailbox.taken.took(8) {
                    give(mailbox, mailbox.taken.rest());
                }
            }
            match mailbox.taken.rest() {
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
        loom::model(|| {
            let mailbox = Arc::new(Mailbox {
                head: Head::parked(),
                credits: AtomicU32::new(CAPACITY),
                taken: Taken::new(),
                handled: AtomicU32::new(0),
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

    #[test]
    fn a_batch_is_a_quarter_and_what_is_less_is_given_by_who_parks() {
        let taken = Taken::new();
        let batches = |capacity: u32, messages: u32| {
            (0..messages)
                .map(|_| if taken.took(capacity) { taken.batch(capacity) } else { 0 })
                .collect::<Vec<_>>()
        };
        assert_eq!(batches(8, 5), [0, 2, 0, 2, 0]);
        assert_eq!((taken.batch(8), taken.rest(), taken.rest()), (0, 1, 0));
        for capacity in 1..4 {
            assert_eq!(batches(capacity, 3), [1, 1, 1], "of {capacity}");
        }
    }
}
