//! A share of something that waits with a deadline, of whatever type: two words, as a `Waker` is.

#![expect(unsafe_code, reason = "a pointer whose type its functions know")]

use super::TimerKey;
use std::ptr::NonNull;

/// What one can do to it. Each is given a pointer that [`Waiting::new`] was given with this table, from any thread.
#[derive(Debug)]
pub(crate) struct WaitingFunctions {
    /// The deadline passed.
    pub(crate) expire: unsafe fn(NonNull<()>),
    /// Whether there is nothing left to expire.
    pub(crate) is_done: unsafe fn(NonNull<()>) -> bool,
    /// Notes the timer that was armed for it.
    pub(crate) set_timer: unsafe fn(NonNull<()>, TimerKey),
    /// Makes another share.
    pub(crate) share: unsafe fn(NonNull<()>),
    /// Lets go of a share.
    pub(crate) release: unsafe fn(NonNull<()>),
}

/// The share. It keeps what waits alive.
pub(crate) struct Waiting {
    what: NonNull<()>,
    functions: &'static WaitingFunctions,
}

// SAFETY: the functions may be called from any thread (`new`).
unsafe impl Send for Waiting {}
// SAFETY: as above.
unsafe impl Sync for Waiting {}

impl Waiting {
    /// # Safety
    /// `what` is a share that the new value owns, and the functions may be called with it from any thread until it is released.
    #[inline(always)]
    pub(crate) unsafe fn new(what: NonNull<()>, functions: &'static WaitingFunctions) -> Waiting {
        Waiting { what, functions }
    }

    pub(super) fn expire(&self) {
        // SAFETY: our share keeps it alive (`new`); so below.
        unsafe { (self.functions.expire)(self.what) }
    }

    #[inline(always)]
    pub(super) fn is_done(&self) -> bool {
        // SAFETY: as above.
        unsafe { (self.functions.is_done)(self.what) }
    }

    pub(super) fn set_timer(&self, key: TimerKey) {
        // SAFETY: as above.
        unsafe { (self.functions.set_timer)(self.what, key) }
    }
}

impl Clone for Waiting {
    fn clone(&self) -> Waiting {
        // SAFETY: as above.
        unsafe { (self.functions.share)(self.what) };
        Waiting { ..*self }
    }
}

impl Drop for Waiting {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: our share, let go of once.
        unsafe { (self.functions.release)(self.what) }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::sync::{Arc, AtomicBool, Mutex, Ordering, lock};

    /// Something that waits until it is told that it does not.
    #[derive(Default)]
    pub(crate) struct Waits {
        pub(crate) is_done: AtomicBool,
        pub(crate) key: Mutex<Option<TimerKey>>,
    }

    fn waits<'a>(what: NonNull<()>) -> &'a Waits {
        // SAFETY: the pointer came from an `Arc<Waits>` that a share keeps alive (`of`).
        unsafe { what.cast::<Waits>().as_ref() }
    }

    static FUNCTIONS: WaitingFunctions = WaitingFunctions {
        expire: |_| (),
        is_done: |what| waits(what).is_done.load(Ordering::Relaxed),
        set_timer: |what, key| *lock(&waits(what).key) = Some(key),
        // SAFETY: as in `waits`.
        share: |what| unsafe { Arc::increment_strong_count(what.cast::<Waits>().as_ptr()) },
        // SAFETY: as in `waits`.
        release: |what| unsafe { Arc::decrement_strong_count(what.cast::<Waits>().as_ptr()) },
    };

    pub(crate) fn of(waits: &Arc<Waits>) -> Waiting {
        let share = NonNull::new(Arc::into_raw(waits.clone()).cast_mut()).expect("an address");
        // SAFETY: the share is the new value's, and `Waits` is Sync.
        unsafe { Waiting::new(share.cast(), &FUNCTIONS) }
    }

    #[test]
    fn shares_are_let_go_of_once() {
        let waits = Arc::new(Waits::default());
        let (one, other) = (of(&waits), of(&waits).clone());
        assert_eq!(Arc::strong_count(&waits), 3);
        drop(one);
        drop(other);
        assert_eq!(Arc::strong_count(&waits), 1);
    }
}
