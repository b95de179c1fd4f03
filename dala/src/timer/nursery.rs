//! Deadlines of calls that their threads have not armed yet.

use super::{Action, Clock, Expire, Timers};
use crate::sync::Arc;
use std::cell::{Cell, RefCell};

struct Entry {
    timers: &'static Timers,
    deadline: u64,
    waiting: Arc<dyn Expire>,
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

thread_local! {
    static KEEPS: Cell<Keeps> = const { Cell::new(Keeps::Nothing) };
    static COUNT: Cell<usize> = const { Cell::new(0) };
    static ENTRIES: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
}

/// From now on this thread calls [`arm_waiting`] before it sleeps and every few activations.
pub(crate) fn open() {
    KEEPS.set(Keeps::All);
}

/// While it lives, the thread keeps deadlines on the machine's clock. What is left at the end is armed then.
pub(super) struct Keeping(Keeps);

/// From now on this thread calls [`arm_waiting`] a moment after it goes to sleep.
pub(super) fn keep_for_a_while() -> Keeping {
    let before = KEEPS.get();
    if before == Keeps::Nothing {
        KEEPS.set(Keeps::Real);
    }
    Keeping(before)
}

impl Drop for Keeping {
    fn drop(&mut self) {
        KEEPS.set(self.0);
        if self.0 == Keeps::Nothing {
            arm_waiting();
        }
    }
}

/// Deadlines that are kept, those of calls that were answered among them.
pub(super) fn kept() -> usize {
    COUNT.get()
}

/// Sees to it that `waiting` expires at `deadline`.
pub(crate) fn expire_at(timers: &'static Timers, deadline: u64, waiting: Arc<dyn Expire>) {
    let is_kept = match KEEPS.get() {
        Keeps::Nothing => false,
        Keeps::Real => matches!(timers.clock(), Clock::Real),
        Keeps::All => true,
    };
    if is_kept {
        ENTRIES.with(|entries| entries.borrow_mut().push(Entry { timers, deadline, waiting }));
        COUNT.with(|count| count.set(count.get() + 1));
    } else {
        arm(Entry { timers, deadline, waiting });
    }
}

fn arm(entry: Entry) {
    let key = entry.timers.arm(entry.deadline, Action::Expire(entry.waiting.clone()));
    entry.waiting.set_timer(key);
}

/// Arms what still waits.
#[inline(always)]
pub(crate) fn arm_waiting() {
    if COUNT.with(Cell::get) > 0 {
        arm_all();
    }
}

#[cold]
fn arm_all() {
    COUNT.with(|count| count.set(0));
    ENTRIES.with(|entries| {
        for entry in entries.borrow_mut().drain(..) {
            if !entry.waiting.is_done() {
                arm(entry);
            }
        }
    });
}
