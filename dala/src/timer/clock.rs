//! The clock that timers go by: the machine's, or one that a test turns.

use crate::sync::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// Where a runtime reads the time.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's monotonic clock.
    #[default]
    Real,
    /// Stands still until a test turns it.
    Virtual(VirtualClock),
}

/// A clock that only moves when told to, by [`Runtime::advance`](crate::Runtime::advance).
#[derive(Clone, Debug, Default)]
pub struct VirtualClock(Arc<AtomicU64>);

impl VirtualClock {
    /// Time since the clock was made.
    pub fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Acquire))
    }

    pub(crate) fn set(&self, nanoseconds: u64) {
        self.0.fetch_max(nanoseconds, Ordering::AcqRel);
    }
}

impl Clock {
    /// Nanoseconds since some fixed moment of this process.
    #[inline]
    pub(crate) fn now(&self) -> u64 {
        match self {
            Clock::Real => {
                static START: OnceLock<Instant> = OnceLock::new();
                START.get_or_init(Instant::now).elapsed().as_nanos() as u64
            }
            Clock::Virtual(clock) => clock.0.load(Ordering::Acquire),
        }
    }
}
