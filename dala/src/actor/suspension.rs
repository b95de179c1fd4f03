//! What waits while a runtime is suspended and is no actor: ticks of repeated timers.

use crate::sync::{Mutex, lock};

type Tick = Box<dyn FnOnce() + Send>;

/// Whether a runtime is suspended, for its timers.
#[derive(Default)]
pub(crate) struct Suspension(Mutex<Option<Vec<Tick>>>);

impl std::fmt::Debug for Suspension {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Suspension").field(&self.is_suspended()).finish()
    }
}

impl Suspension {
    pub(crate) fn is_suspended(&self) -> bool {
        lock(&self.0).is_some()
    }

    /// Returns false when it is suspended already.
    pub(crate) fn begin(&self) -> bool {
        let mut ticks = lock(&self.0);
        let begins = ticks.is_none();
        ticks.get_or_insert_default();
        begins
    }

    /// Returns what was put off, in order; none if it was not suspended.
    pub(crate) fn end(&self) -> Option<Vec<Tick>> {
        lock(&self.0).take()
    }

    /// Runs a tick now, or when the runtime is resumed.
    pub(crate) fn tick(&self, tick: impl FnOnce() + Send + 'static) {
        if let Some(ticks) = &mut *lock(&self.0) {
            return ticks.push(Box::new(tick));
        }
        tick();
    }
}
