//! The slot of what a worker runs next, which other workers may steal.
//!
//! # Protocol
//! Only the worker puts something in; anybody takes it out, by an exchange, so that one gets it. A slot that the worker
//! finds empty stays empty, because nobody else fills it: a plain store is enough then.
//!
//! | move | who | ordering |
//! |---|---|---|
//! | put | the worker | release: what it points to, for whoever takes it; acquire when it takes the former one out |
//! | take | anybody | acquire |

use crate::sync::{AtomicPtr, Ordering};
use std::ptr::{NonNull, null_mut};

/// The slot.
#[derive(Debug)]
pub(crate) struct Lifo<T>(AtomicPtr<T>);

impl<T> Lifo<T> {
    pub(crate) fn new() -> Lifo<T> {
        Lifo(AtomicPtr::new(null_mut()))
    }

    /// Worker only. Returns what was there before.
    #[inline(always)]
    pub(crate) fn put(&self, next: NonNull<T>) -> Option<NonNull<T>> {
        if self.0.load(Ordering::Relaxed).is_null() {
            self.0.store(next.as_ptr(), Ordering::Release);
            return None;
        }
        NonNull::new(self.0.swap(next.as_ptr(), Ordering::AcqRel))
    }

    /// Anyone.
    #[inline(always)]
    pub(crate) fn is_filled(&self) -> bool {
        !self.0.load(Ordering::Relaxed).is_null()
    }

    /// Anyone.
    #[inline(always)]
    pub(crate) fn take(&self) -> Option<NonNull<T>> {
        // A look first: an exchange would take the line from its owner.
        if self.is_filled() { NonNull::new(self.0.swap(null_mut(), Ordering::AcqRel)) } else { None }
    }
}

#[cfg(all(test, loom))]
mod loom_models {
    #![expect(unsafe_code, reason = "an owner's cell, whose use loom checks")]

    use super::*;
    use crate::sync::{Arc, AtomicUsize, thread};
    use loom::cell::UnsafeCell;

    /// An actor: loom complains when two run it, or one sees it half made.
    struct Actor {
        runs: UnsafeCell<usize>,
    }

    struct Shared {
        slot: Lifo<Actor>,
        taken: AtomicUsize,
    }

    fn actor() -> NonNull<Actor> {
        NonNull::from(Box::leak(Box::new(Actor { runs: UnsafeCell::new(0) })))
    }

    fn run(shared: &Shared, actor: NonNull<Actor>) {
        // SAFETY: made by `actor`; who took it out owns it, which loom checks.
        let actor = unsafe { Box::from_raw(actor.as_ptr()) };
        actor.runs.with_mut(|runs| {
            // SAFETY: as above.
            unsafe { *runs += 1 }
        });
        shared.taken.fetch_add(1, Ordering::Relaxed);
    }

    #[test]
    fn what_is_put_in_is_taken_once_by_its_worker_or_a_thief() {
        loom::model(|| {
            let shared = Arc::new(Shared { slot: Lifo::new(), taken: AtomicUsize::new(0) });
            let thieves: Vec<_> = (0..2)
                .map(|_| {
                    let shared = shared.clone();
                    thread::spawn(move || {
                        if let Some(stolen) = shared.slot.take() {
                            run(&shared, stolen);
                        }
                    })
                })
                .collect();
            for _ in 0..2 {
                if let Some(former) = shared.slot.put(actor()) {
                    run(&shared, former);
                }
            }
            if let Some(own) = shared.slot.take() {
                run(&shared, own);
            }
            thieves.into_iter().for_each(|thief| thief.join().unwrap());
            assert_eq!((shared.taken.load(Ordering::Relaxed), shared.slot.is_filled()), (2, false));
        });
    }
}
