//! Who has fixed a table (`ets:safe_fixtable/2`), how often, and since when.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use dala_ir::abi::Pid;

/// The fixings of one table.
#[derive(Debug, Default)]
pub(crate) struct Fixes {
    is_fixed: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Monotonic time of the first of them, in nanoseconds.
    since: i64,
    by: Vec<(Pid, usize)>,
}

impl Fixes {
    /// Whether anybody has the table fixed.
    pub(crate) fn is_fixed(&self) -> bool {
        self.is_fixed.load(Ordering::Acquire)
    }

    fn with<R>(&self, act: impl FnOnce(&mut State) -> R) -> R {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let result = act(&mut state);
        self.is_fixed.store(!state.by.is_empty(), Ordering::Release);
        result
    }

    /// One more fixing by `pid`; `now` is monotonic time.
    pub(crate) fn add(&self, pid: Pid, now: i64) {
        self.with(|state| {
            if state.by.is_empty() {
                state.since = now;
            }
            match state.by.iter_mut().find(|(known, _)| *known == pid) {
                Some((_, count)) => *count += 1,
                None => state.by.push((pid, 1)),
            }
        });
    }

    /// One fixing by `pid` less.
    pub(crate) fn remove(&self, pid: Pid) {
        self.with(|state| {
            state.by.iter_mut().filter(|(known, _)| *known == pid).for_each(|(_, count)| *count -= 1);
            state.by.retain(|&(_, count)| count > 0);
        });
    }

    /// `pid` has ended.
    pub(crate) fn forget(&self, pid: Pid) {
        if self.is_fixed() {
            self.with(|state| state.by.retain(|&(known, _)| known != pid));
        }
    }

    /// Since when, and by whom how often; `None` when by nobody.
    pub(crate) fn all(&self) -> Option<(i64, Vec<(Pid, usize)>)> {
        self.with(|state| (!state.by.is_empty()).then(|| (state.since, state.by.clone())))
    }
}
