//! One result from one thread to another: who completes first, and who wakes whom.
//!
//! # Protocol
//! ```text
//! EMPTY -> WAITING   the waiter, after it stored its waker
//! WAITING -> EMPTY   the waiter, to store another waker
//! EMPTY | WAITING -> BUSY -> VALUE | FAILED   whoever completes; it stores the result in between, and wakes the waiter
//!                                             if it was WAITING
//! ```
//! Only the first to reach BUSY completes. The completer stores the result with release order, the waiter sees VALUE or
//! FAILED with acquire order; from then on the result is the waiter's alone. The waker belongs to the waiter in EMPTY, to
//! nobody in WAITING, and to the completer in BUSY.

#![expect(unsafe_code, reason = "the waker is guarded by the state word")]

use super::cell::UnsafeCell;
use super::{AtomicU8, Ordering, spin_loop};
use std::task::Waker;

const EMPTY: u8 = 0;
const WAITING: u8 = 1;
const BUSY: u8 = 2;
const VALUE: u8 = 3;
const FAILED: u8 = 4;

/// The state word and the waker.
#[derive(Debug)]
pub(crate) struct Rendezvous {
    state: AtomicU8,
    waker: UnsafeCell<Option<Waker>>,
}

// SAFETY: the waker is touched as the protocol above allows: by one side at a time.
unsafe impl Sync for Rendezvous {}
// SAFETY: as above; a waker may be sent.
unsafe impl Send for Rendezvous {}

/// The right to complete. Whoever has it must call [`Rendezvous::finish`] or [`Rendezvous::abandoned`].
#[derive(Debug)]
#[must_use]
pub(crate) struct Completing {
    was_waiting: bool,
}

impl Rendezvous {
    pub(crate) fn new() -> Rendezvous {
        Rendezvous { state: AtomicU8::new(EMPTY), waker: UnsafeCell::new(None) }
    }

    /// Gets the right to complete, unless another was first.
    #[inline]
    pub(crate) fn begin(&self) -> Option<Completing> {
        let mut state = self.state.load(Ordering::Relaxed);
        while state == EMPTY || state == WAITING {
            match self.state.compare_exchange_weak(state, BUSY, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(before) => return Some(Completing { was_waiting: before == WAITING }),
                Err(now) => state = now,
            }
        }
        None
    }

    /// The result is stored: lets the waiter see it, and wakes it.
    #[inline]
    pub(crate) fn finish(&self, completing: Completing, is_value: bool) {
        let waker = if completing.was_waiting {
            // SAFETY: BUSY is ours, and a WAITING waiter does not touch the waker.
            self.waker.with_mut(|waker| unsafe { (*waker).take() })
        } else {
            None
        };
        self.state.store(if is_value { VALUE } else { FAILED }, Ordering::Release);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// The waiter gives up: whoever completes learns of it ([`Rendezvous::is_done`]), nobody is woken.
    #[cold]
    pub(crate) fn abandon(&self) {
        if self.begin().is_some() {
            self.state.store(FAILED, Ordering::Release);
        }
    }

    /// Whether it was completed, given up, or is being completed.
    #[inline]
    pub(crate) fn is_done(&self) -> bool {
        self.state.load(Ordering::Acquire) >= BUSY
    }

    /// Whether it was completed with a value, which is then the caller's. Waiter only, after [`Rendezvous::poll`].
    #[inline]
    pub(crate) fn is_value(&self) -> bool {
        self.state.load(Ordering::Acquire) == VALUE
    }

    /// Whether the result is there; otherwise `waker` will be woken. Waiter only.
    #[inline]
    pub(crate) fn poll(&self, waker: &Waker) -> bool {
        loop {
            let state = self.state.load(Ordering::Acquire);
            match state {
                VALUE | FAILED => return true,
                BUSY => spin_loop(),
                EMPTY => {
                    // SAFETY: in EMPTY only the waiter touches the waker.
                    self.waker.with_mut(|place| unsafe { *place = Some(waker.clone()) });
                    if self.change(EMPTY, WAITING) {
                        return false;
                    }
                }
                _ => {
                    // Back to EMPTY to look at the waker; when that fails the result came.
                    if self.change(WAITING, EMPTY) {
                        let is_same = |place: *const Option<Waker>| {
                            // SAFETY: in EMPTY only the waiter touches the waker.
                            unsafe { (*place).as_ref() }.is_some_and(|old| old.will_wake(waker))
                        };
                        if self.waker.with(is_same) && self.change(EMPTY, WAITING) {
                            return false;
                        }
                    }
                }
            }
        }
    }

    fn change(&self, from: u8, to: u8) -> bool {
        self.state.compare_exchange(from, to, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }
}

#[cfg(all(test, loom))]
mod loom_models {
    use super::*;
    use crate::sync::{Arc, thread};
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    use std::task::Wake;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.fetch_add(1, SeqCst);
        }
    }

    struct Slot {
        meeting: Rendezvous,
        value: UnsafeCell<u32>,
    }

    // SAFETY: `value` is guarded by the protocol, which is what the models check.
    unsafe impl Sync for Slot {}
    // SAFETY: as above.
    unsafe impl Send for Slot {}

    fn slot() -> Arc<Slot> {
        Arc::new(Slot { meeting: Rendezvous::new(), value: UnsafeCell::new(0) })
    }

    fn complete(slot: &Slot, value: u32) -> bool {
        let Some(completing) = slot.meeting.begin() else { return false };
        // SAFETY: BUSY is ours; loom complains when another writes or reads.
        slot.value.with_mut(|place| unsafe { *place = value });
        slot.meeting.finish(completing, true);
        true
    }

    #[test]
    fn a_waiter_sees_the_value_or_is_woken() {
        loom::model(|| {
            let slot = slot();
            let count = std::sync::Arc::new(Count::default());
            let waker = Waker::from(count.clone());
            let other = {
                let slot = slot.clone();
                thread::spawn(move || assert!(complete(&slot, 7)))
            };
            let mut seen = slot.meeting.poll(&waker);
            other.join().unwrap();
            if !seen {
                assert_eq!(count.0.load(SeqCst), 1, "woken once");
                seen = slot.meeting.poll(&waker);
            }
            assert!(seen && slot.meeting.is_value());
            // SAFETY: VALUE: ours.
            slot.value.with(|value| assert_eq!(unsafe { *value }, 7));
        });
    }

    #[test]
    fn of_a_reply_a_deadline_and_a_caller_that_gives_up_one_wins() {
        loom::model(|| {
            let slot = slot();
            let others: Vec<_> = [1, 2]
                .into_iter()
                .map(|value| {
                    let slot = slot.clone();
                    thread::spawn(move || complete(&slot, value))
                })
                .collect();
            slot.meeting.abandon();
            let completed = others.into_iter().map(|other| other.join().unwrap());
            let completed = completed.filter(|&done| done).count();
            assert!(slot.meeting.is_done());
            assert_eq!(completed, usize::from(slot.meeting.is_value()));
        });
    }
}
