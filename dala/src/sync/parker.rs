//! One thread's sleep: a token that an unpark leaves and a park takes.

use super::{Condvar, Mutex, lock};

/// Lets one thread sleep until another says so. An unpark that comes first is not lost.
#[derive(Debug, Default)]
pub(crate) struct Parker {
    token: Mutex<bool>,
    arrived: Condvar,
}

impl Parker {
    pub(crate) fn new() -> Parker {
        Parker { token: Mutex::new(false), arrived: Condvar::new() }
    }

    /// Sleeps until [`Parker::unpark`]; returns at once when that has happened since the last park.
    pub(crate) fn park(&self) {
        let mut token = lock(&self.token);
        while !*token {
            token = self.arrived.wait(token).unwrap_or_else(|poisoned| poisoned.into_inner());
        }
        *token = false;
    }

    /// As [`Parker::park`], for so long at most. Returns false when that passed first.
    #[cfg(not(loom))]
    pub(crate) fn park_for(&self, time: std::time::Duration) -> bool {
        let token = lock(&self.token);
        let waited = self.arrived.wait_timeout_while(token, time, |token| !*token);
        let (mut token, _) = waited.unwrap_or_else(|poisoned| poisoned.into_inner());
        std::mem::take(&mut *token)
    }

    /// Wakes the sleeper, or lets its next park return at once.
    pub(crate) fn unpark(&self) {
        *lock(&self.token) = true;
        self.arrived.notify_one();
    }
}
