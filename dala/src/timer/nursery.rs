//! Deadlines of calls that a worker has not armed yet.

use super::{Action, Expire, Timers};
use crate::sync::Arc;
use std::cell::{Cell, RefCell};

struct Entry {
    timers: &'static Timers,
    deadline: u64,
    waiting: Arc<dyn Expire>,
}

thread_local! {
    /// Whether the thread is a worker, which promises to call [`arm_waiting`].
    static IS_WORKER: Cell<bool> = const { Cell::new(false) };
    static COUNT: Cell<usize> = const { Cell::new(0) };
    static ENTRIES: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
}

/// From now on this thread calls [`arm_waiting`] before it sleeps and every few activations.
pub(crate) fn open() {
    IS_WORKER.with(|flag| flag.set(true));
}

/// Sees to it that `waiting` expires at `deadline`.
pub(crate) fn expire_at(timers: &'static Timers, deadline: u64, waiting: Arc<dyn Expire>) {
    if IS_WORKER.with(Cell::get) {
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
