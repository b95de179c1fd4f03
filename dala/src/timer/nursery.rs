//! Deadlines of calls that their threads have not armed yet.
//!
//! Reading the clock is a tenth of what asking costs, so a call that was not told when to give up does not read it: its callee
//! learns of a deadline that counts from a moment before ([`expire_after`]), and its timer is armed with one that counts from
//! the arming. The first is never too late, the second never too early.
//!
//! What was answered meanwhile is taken out as others come, [`SWEPT`] at a time: a thread that calls one actor after the
//! other keeps one entry here. Kept until they were armed, thirty answered calls were freed at once at every
//! thirtieth, which was the 99th percentile of asking (`benches/RESULTS.md`, "ask").

use super::{Action, Clock, Moment, Timers, Waiting};
use std::cell::{Cell, RefCell};
use std::time::Duration;

struct Entry {
    timers: &'static Timers,
    due: Due,
    waiting: Waiting,
}

/// When something is to expire.
#[derive(Clone, Copy)]
enum Due {
    /// At this moment.
    At(u64),
    /// So long after it is armed.
    After(Duration),
}

/// Which deadlines the thread keeps here, and promises to arm in time by [`arm_waiting`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keeps {
    Nothing,
    /// Of a thread that waits: those on the machine's clock. A virtual one may be turned meanwhile, by this thread.
    Real,
    /// Of a worker.
    All,
}

/// Entries that are looked at, from the last, when one more comes: more than one, so that there get to be fewer of them.
const SWEPT: usize = 2;

/// How often a moment is given out for the present one.
const USES: u32 = 8;

struct Nursery {
    keeps: Cell<Keeps>,
    /// A moment on the machine's clock since the last call of [`arm_waiting`], or 0.
    moment: Cell<u64>,
    /// How often it was given out.
    uses: Cell<u32>,
    entries: RefCell<Vec<Entry>>,
}

thread_local! {
    static NURSERY: Nursery = const {
        Nursery {
            keeps: Cell::new(Keeps::Nothing),
            moment: Cell::new(0),
            uses: Cell::new(0),
            entries: RefCell::new(Vec::new()),
        }
    };
}

/// From now on this thread calls [`arm_waiting`] before it sleeps and every few activations.
pub(crate) fn open() {
    NURSERY.with(|nursery| nursery.keeps.set(Keeps::All));
}

/// While it lives, the thread keeps deadlines on the machine's clock. What is left at the end is armed then.
pub(super) struct Keeping(Keeps);

/// From now on this thread calls [`arm_waiting`] a moment after it goes to sleep.
pub(super) fn keep_for_a_while() -> Keeping {
    Keeping(NURSERY.with(|nursery| {
        let before = nursery.keeps.get();
        if before == Keeps::Nothing {
            nursery.keeps.set(Keeps::Real);
        }
        before
    }))
}

impl Drop for Keeping {
    fn drop(&mut self) {
        NURSERY.with(|nursery| nursery.keeps.set(self.0));
        if self.0 == Keeps::Nothing {
            arm_waiting();
        }
    }
}

/// Deadlines that are kept, those of some calls that were answered among them.
pub(super) fn kept() -> usize {
    NURSERY.with(|nursery| nursery.entries.borrow().len())
}

/// Sees to it that `waiting` expires at `deadline`.
#[inline]
pub(crate) fn expire_at(timers: &'static Timers, deadline: u64, waiting: Waiting) {
    let entry = Entry { timers, due: Due::At(deadline), waiting };
    NURSERY.with(|nursery| nursery.keep_or_arm(entry));
}

/// Sees to it that `waiting` expires after `limit`. Returns the deadline for those who are asked meanwhile: on a worker it
/// counts from a moment before, at most [`USES`] calls or the activations between two of [`arm_waiting`] ago.
#[inline]
pub(crate) fn expire_after(timers: &'static Timers, limit: Duration, waiting: Waiting) -> u64 {
    NURSERY.with(|nursery| {
        if nursery.keeps.get() != Keeps::All || !matches!(timers.clock(), Clock::Real) {
            let deadline = timers.deadline(limit);
            nursery.keep_or_arm(Entry { timers, due: Due::At(deadline), waiting });
            return deadline;
        }
        nursery.keep(Entry { timers, due: Due::After(limit), waiting });
        (Moment(nursery.about_now()) + limit).0
    })
}

impl Nursery {
    /// A moment on the machine's clock that is not long ago.
    #[inline]
    fn about_now(&self) -> u64 {
        let uses = self.uses.get().wrapping_add(1);
        self.uses.set(uses);
        if uses.is_multiple_of(USES) || self.moment.get() == 0 {
            self.moment.set(Clock::Real.now());
        }
        self.moment.get()
    }

    #[inline]
    fn keep_or_arm(&self, entry: Entry) {
        let is_kept = match self.keeps.get() {
            Keeps::Nothing => false,
            Keeps::Real => matches!(entry.timers.clock(), Clock::Real),
            Keeps::All => true,
        };
        if is_kept {
            self.keep(entry);
        } else {
            arm(&entry);
        }
    }

    #[inline]
    fn keep(&self, entry: Entry) {
        for _ in 0..SWEPT {
            // Dropped outside of the borrow: it may hold a reply whose drop calls somebody.
            match self.take_answered() {
                Some(answered) => drop(answered),
                None => break,
            }
        }
        self.entries.borrow_mut().push(entry);
    }

    /// The last one, if nobody waits for it any more.
    #[inline]
    fn take_answered(&self) -> Option<Entry> {
        self.entries.borrow_mut().pop_if(|entry| entry.waiting.is_done())
    }
}

#[cold]
fn arm(entry: &Entry) {
    let deadline = match entry.due {
        Due::At(deadline) => deadline,
        Due::After(limit) => entry.timers.deadline(limit),
    };
    let key = entry.timers.arm(deadline, Action::Expire(entry.waiting.clone()));
    entry.waiting.set_timer(key);
}

/// Arms what still waits.
#[inline]
pub(crate) fn arm_waiting() {
    let kept = NURSERY.with(|nursery| {
        nursery.moment.set(0);
        std::mem::take(&mut *nursery.entries.borrow_mut())
    });
    if kept.capacity() > 0 {
        arm_all(kept);
    }
}

fn arm_all(mut kept: Vec<Entry>) {
    for entry in kept.drain(..) {
        if !entry.waiting.is_done() {
            arm(&entry);
        }
    }
    // Its room is used again, unless what was dropped has called somebody.
    NURSERY.with(|nursery| {
        let mut entries = nursery.entries.borrow_mut();
        if entries.capacity() == 0 {
            *entries = kept;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::{Arc, Ordering, lock};
    use crate::timer::waiting::tests::{Waits, of};

    fn on_a_worker(test: impl FnOnce() + Send + 'static) {
        let worker = std::thread::spawn(|| {
            open();
            test();
        });
        worker.join().expect("the test passes");
    }

    #[test]
    fn answered_calls_do_not_pile_up_and_others_are_armed() {
        on_a_worker(|| {
            let timers: &Timers = Box::leak(Box::new(Timers::new(Clock::Real)));
            let limit = Duration::from_secs(3600);
            let waits = Arc::new(Waits::default());
            expire_after(timers, limit, of(&waits));
            let answered: Vec<_> = (0..1000)
                .map(|_| {
                    let call = Arc::new(Waits::default());
                    expire_after(timers, limit, of(&call));
                    call.is_done.store(true, Ordering::Relaxed);
                    call
                })
                .collect();
            assert_eq!(kept(), 2, "the one that waits and the last");
            assert!(answered[..999].iter().all(|call| Arc::strong_count(call) == 1));
            arm_waiting();
            assert_eq!((kept(), timers.armed_count()), (0, 1));
            assert!(lock(&waits.key).is_some());
        });
    }

    #[test]
    fn the_callee_learns_of_no_later_deadline_than_the_caller_has() {
        on_a_worker(|| {
            let timers: &Timers = Box::leak(Box::new(Timers::new(Clock::Real)));
            let limit = Duration::from_secs(3600);
            for _ in 0..100 {
                let began = timers.now();
                let call = Arc::new(Waits::default());
                let told = expire_after(timers, limit, of(&call));
                arm_waiting();
                let key = lock(&call.key).take().expect("armed");
                let (left, now) = (timers.remaining(key).expect("an hour"), timers.now());
                let armed = now + left.as_nanos() as u64;
                assert!(told <= armed && armed >= began + limit.as_nanos() as u64);
                timers.cancel(key);
            }
        });
    }
}
