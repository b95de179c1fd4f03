//! The head word of a mailbox: where senders push, and the actor's schedule and lifecycle state in one.
//!
//! # Protocol
//! The word is the address of the node that arrived last (a stack, linked by `next`), and four bits:
//!
//! | bit | set | meaning |
//! |---|---|---|
//! | [`PARKED`] | by the owner's last step of an activation | not scheduled: whoever clears it schedules the actor |
//! | [`DEFER`] | with `PARKED`, by a suspended handler | messages do not schedule, only signals and wake-ups do |
//! | [`CLOSED`] | by the owner, for ever | the actor is dead: pushes fail |
//! | [`WOKEN`] | by a wake-up | the owner polls what it waits for; keeps it from parking |
//!
//! | move | who | ordering |
//! |---|---|---|
//! | push: node in front; clears `PARKED` and `DEFER` if that schedules | any thread | release: the node's content; acquire: the owner's state when it parked, for the worker that runs it next |
//! | wake: sets `WOKEN`, clears `PARKED` and `DEFER` | any thread | same |
//! | take: 0 | owner | acquire: the nodes' content |
//! | park: 0 to `PARKED` (and `DEFER`), fails when something came | owner | release: its state |
//! | close: `CLOSED` | owner | both |
//!
//! One compare-and-swap therefore sends and schedules. The owner is the worker that runs the actor's activation; there
//! is one at a time because only the one who clears `PARKED` schedules.
//!
//! Source: CAF's LIFO inbox (Charousset et al. 2013) does the same with two states.

#![expect(unsafe_code, reason = "links nodes that live behind the word")]

use crate::sync::{AtomicUsize, Ordering};
use std::ptr::NonNull;

/// Nobody runs or is to run the actor.
pub(crate) const PARKED: usize = 1;
/// While parked: messages do not schedule.
pub(crate) const DEFER: usize = 2;
/// The actor is dead.
pub(crate) const CLOSED: usize = 4;
/// There was a wake-up.
pub(crate) const WOKEN: usize = 8;
const BITS: usize = 15;

/// Something that can be linked: aligned to 16, with a place for the link.
///
/// # Safety
/// `set_next` and `next` store and load the same place, which nothing else uses while the node is in a queue.
pub(crate) unsafe trait Linked {
    fn set_next(&self, next: *mut Self);
    fn next(&self) -> *mut Self;
}

/// What became of a push.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Pushed {
    /// In the queue; the actor is scheduled already, or is not to be.
    Queued,
    /// In the queue, and the caller must schedule the actor.
    Schedule,
    /// The actor is dead; the node is the caller's still.
    Closed,
}

/// The head word.
#[derive(Debug)]
pub(crate) struct Head(AtomicUsize);

/// What [`Head::take`] found.
#[derive(Debug)]
pub(crate) struct Taken<N> {
    /// The node that arrived last, linked to the one before it.
    pub(crate) last: Option<NonNull<N>>,
    /// Whether there was a wake-up.
    pub(crate) woken: bool,
}

impl Head {
    /// The head of an actor that waits.
    #[cfg(not(loom))]
    pub(crate) const fn parked() -> Head {
        Head(AtomicUsize::new(PARKED))
    }

    #[cfg(loom)]
    pub(crate) fn parked() -> Head {
        Head(AtomicUsize::new(PARKED))
    }

    /// Pushes. A node that `rouses` (a signal) schedules the actor even while it defers messages.
    ///
    /// # Safety
    /// `node` is valid, in no other queue, and belongs to the queue if this does not return `Closed`.
    #[inline(always)]
    pub(crate) unsafe fn push<N: Linked>(&self, node: NonNull<N>, rouses: bool) -> Pushed {
        let mut head = self.0.load(Ordering::Relaxed);
        loop {
            if head & CLOSED != 0 {
                return Pushed::Closed;
            }
            // SAFETY: the node is ours until the exchange succeeds.
            unsafe { node.as_ref() }.set_next((head & !BITS) as *mut N);
            let schedules = head & PARKED != 0 && (rouses || head & DEFER == 0);
            let keep = if schedules { head & WOKEN } else { head & BITS };
            let next = node.as_ptr() as usize | keep;
            match self.0.compare_exchange_weak(head, next, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) if schedules => return Pushed::Schedule,
                Ok(_) => return Pushed::Queued,
                Err(now) => head = now,
            }
        }
    }

    /// A wake-up without a message. Returns whether the caller must schedule the actor.
    #[must_use]
    pub(crate) fn wake(&self) -> bool {
        let mut head = self.0.load(Ordering::Relaxed);
        loop {
            if head & (CLOSED | WOKEN) != 0 {
                return false;
            }
            let next = (head & !(PARKED | DEFER)) | WOKEN;
            match self.0.compare_exchange_weak(head, next, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return head & PARKED != 0,
                Err(now) => head = now,
            }
        }
    }

    /// Whether something came that the owner has not taken.
    #[inline(always)]
    pub(crate) fn has_news(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    /// Whether the actor is dead.
    pub(crate) fn is_closed(&self) -> bool {
        self.0.load(Ordering::Acquire) & CLOSED != 0
    }

    /// Whether the actor waits for messages: it is not scheduled, and no handler of it is suspended.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.0.load(Ordering::Relaxed) & (PARKED | DEFER) == PARKED
    }

    /// Whether the actor waits, unscheduled.
    #[cfg(loom)]
    pub(crate) fn is_parked(&self) -> bool {
        self.0.load(Ordering::Acquire) & PARKED != 0
    }

    /// Takes everything that came. Owner only.
    #[inline(always)]
    pub(crate) fn take<N>(&self) -> Taken<N> {
        let head = self.0.swap(0, Ordering::AcqRel);
        debug_assert_eq!(head & (CLOSED | PARKED), 0, "taken by one who does not run the actor");
        Taken { last: NonNull::new((head & !BITS) as *mut N), woken: head & WOKEN != 0 }
    }

    /// Ends the activation: the actor waits. Fails when something came. Owner only.
    #[inline(always)]
    #[must_use]
    pub(crate) fn park(&self, defer: bool) -> bool {
        let parked = if defer { PARKED | DEFER } else { PARKED };
        self.0.compare_exchange(0, parked, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// Marks a new actor as scheduled before anybody knows of it.
    pub(crate) fn unpark_new(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// The actor is dead from now on. Returns what was not taken, last arrival first. Owner only.
    pub(crate) fn close<N>(&self) -> Option<NonNull<N>> {
        let head = self.0.swap(CLOSED, Ordering::AcqRel);
        NonNull::new((head & !BITS) as *mut N)
    }
}

#[cfg(all(test, loom))]
mod loom_models {
    use super::*;
    use crate::sync::{Arc, AtomicBool, thread};
    use loom::cell::{Cell, UnsafeCell};

    #[repr(align(16))]
    struct Number {
        next: Cell<*mut Number>,
        value: u32,
    }

    // SAFETY: both use `next`.
    unsafe impl Linked for Number {
        fn set_next(&self, next: *mut Number) {
            self.next.set(next);
        }
        fn next(&self) -> *mut Number {
            self.next.get()
        }
    }

    fn number(value: u32) -> NonNull<Number> {
        let node = Box::new(Number { next: Cell::new(std::ptr::null_mut()), value });
        NonNull::from(Box::leak(node))
    }

    struct Actor {
        head: Head,
        /// The owner's state: loom complains when two threads own the actor.
        seen: UnsafeCell<Vec<u32>>,
    }

    // SAFETY: `seen` is guarded by the head's protocol, which is what the models check.
    unsafe impl Sync for Actor {}
    // SAFETY: as above.
    unsafe impl Send for Actor {}

    /// One activation: takes until it can park.
    fn activate(actor: &Actor) {
        loop {
            let taken = actor.head.take::<Number>();
            let mut arrived = Vec::new();
            let mut next = taken.last;
            while let Some(node) = next {
                // SAFETY: taken nodes are ours; each was made by `number`.
                let node = unsafe { Box::from_raw(node.as_ptr()) };
                arrived.push(node.value);
                next = NonNull::new(node.next());
            }
            arrived.reverse();
            actor.seen.with_mut(|seen| {
                // SAFETY: the owner is one at a time, checked by loom.
                unsafe { (*seen).extend(arrived) }
            });
            if actor.head.park(false) {
                return;
            }
        }
    }

    fn send(actor: &Actor, value: u32) {
        // SAFETY: a fresh node.
        match unsafe { actor.head.push(number(value), false) } {
            Pushed::Schedule => activate(actor),
            Pushed::Queued => {}
            Pushed::Closed => unreachable!("nobody closes"),
        }
    }

    #[test]
    fn every_push_is_seen_once_in_order_by_one_owner_at_a_time() {
        loom::model(|| {
            let actor = Arc::new(Actor { head: Head::parked(), seen: UnsafeCell::new(Vec::new()) });
            let other = {
                let actor = actor.clone();
                thread::spawn(move || {
                    send(&actor, 1);
                    send(&actor, 2);
                })
            };
            send(&actor, 10);
            other.join().unwrap();
            assert!(actor.head.is_parked());
            actor.seen.with(|seen| {
                // SAFETY: all threads ended.
                let seen = unsafe { &*seen };
                assert_eq!(seen.len(), 3);
                let ones: Vec<_> = seen.iter().filter(|&&value| value < 10).collect();
                assert_eq!(ones, [&1, &2]);
            });
        });
    }

    #[test]
    fn while_a_handler_is_suspended_only_a_signal_schedules_and_no_message_is_lost() {
        loom::model(|| {
            let actor = Arc::new(Actor { head: Head::parked(), seen: UnsafeCell::new(Vec::new()) });
            actor.head.unpark_new();
            assert!(actor.head.park(true));
            let sender = {
                let actor = actor.clone();
                thread::spawn(move || send(&actor, 1))
            };
            // A signal; the activation that it brings ends the handler, so from then on messages schedule.
            // SAFETY: a fresh node.
            let pushed = unsafe { actor.head.push(number(10), true) };
            assert_eq!(pushed, Pushed::Schedule, "nothing but a signal schedules a suspended actor");
            activate(&actor);
            sender.join().unwrap();
            assert!(actor.head.is_parked());
            actor.seen.with(|seen| {
                // SAFETY: all threads ended.
                let seen = unsafe { &*seen };
                assert!(*seen == [1, 10] || *seen == [10, 1], "{seen:?}");
            });
        });
    }

    #[test]
    fn a_wake_up_is_never_lost_and_schedules_once() {
        loom::model(|| {
            let actor = Arc::new(Actor { head: Head::parked(), seen: UnsafeCell::new(Vec::new()) });
            actor.head.unpark_new();
            let ready = Arc::new(AtomicBool::new(false));
            let waker = {
                let (actor, ready) = (actor.clone(), ready.clone());
                thread::spawn(move || {
                    ready.store(true, Ordering::Release);
                    actor.head.wake()
                })
            };
            // The owner looks once, then parks for the wake-up.
            let mut polled_ready = ready.load(Ordering::Acquire);
            let mut parked = actor.head.park(true);
            if !parked {
                assert!(actor.head.take::<Number>().woken);
                polled_ready = ready.load(Ordering::Acquire);
                assert!(polled_ready);
                parked = actor.head.park(true);
                assert!(parked);
            }
            let schedules = waker.join().unwrap();
            // Either the owner saw it, or the waker must run it.
            assert!(schedules || polled_ready);
        });
    }

    #[test]
    fn a_push_to_a_closed_mailbox_comes_back_and_none_is_lost() {
        loom::model(|| {
            let actor = Arc::new(Actor { head: Head::parked(), seen: UnsafeCell::new(Vec::new()) });
            actor.head.unpark_new();
            let sender = {
                let actor = actor.clone();
                thread::spawn(move || {
                    let node = number(1);
                    // SAFETY: a fresh node.
                    let pushed = unsafe { actor.head.push(node, false) };
                    if pushed == Pushed::Closed {
                        // SAFETY: ours still.
                        drop(unsafe { Box::from_raw(node.as_ptr()) });
                    }
                    pushed
                })
            };
            let rest = actor.head.close::<Number>();
            let found = rest.is_some();
            if let Some(node) = rest {
                // SAFETY: closed by us, so the node is ours.
                drop(unsafe { Box::from_raw(node.as_ptr()) });
            }
            let pushed = sender.join().unwrap();
            assert_eq!(pushed == Pushed::Closed, !found);
        });
    }
}
