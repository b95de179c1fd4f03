//! The clock that a runtime goes by: the machine's, or one that a test turns.
//!
//! The only place that asks the machine for the time (`tests/tests/layering.rs` sees to that): all else asks its runtime,
//! by [`Handle::now`](crate::Handle::now), [`Handle::wall_time`](crate::Handle::wall_time) or a context.

use crate::sync::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Where a runtime reads the time.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clocks: the monotonic one for timers, that of the day for dates.
    #[default]
    Real,
    /// Stands still until a test turns it.
    Virtual(VirtualClock),
}

/// A clock that only moves when told to, by [`Runtime::advance`](crate::Runtime::advance).
/// Its date is the first of 1970 in the beginning, unless it is told another.
#[derive(Clone, Debug)]
pub struct VirtualClock {
    hands: Arc<Hands>,
    made_at: SystemTime,
}

#[derive(Debug, Default)]
struct Hands {
    /// Nanoseconds since the clock was made.
    elapsed: AtomicU64,
    /// What was started last is said to have been started at.
    last_start: AtomicU64,
}

impl Default for VirtualClock {
    fn default() -> VirtualClock {
        VirtualClock::starting_at(UNIX_EPOCH)
    }
}

impl VirtualClock {
    /// A clock whose date is `date` until it is turned.
    pub fn starting_at(date: SystemTime) -> VirtualClock {
        VirtualClock { hands: Arc::default(), made_at: date }
    }

    /// Time since the clock was made.
    pub fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds())
    }

    fn nanoseconds(&self) -> u64 {
        self.hands.elapsed.load(Ordering::Acquire)
    }

    pub(crate) fn set(&self, nanoseconds: u64) {
        self.hands.elapsed.fetch_max(nanoseconds, Ordering::AcqRel);
    }

    /// When something that starts now is said to be started: now, or a nanosecond after what started last, so that what starts
    /// while the clock stands still is in its order too.
    pub(crate) fn start_time(&self) -> u64 {
        let now = self.nanoseconds();
        let next = |last: u64| now.max(last + 1);
        let last = &self.hands.last_start;
        let before = last.fetch_update(Ordering::AcqRel, Ordering::Acquire, |last| Some(next(last)));
        next(before.unwrap_or_else(|last| last))
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
            Clock::Virtual(clock) => clock.nanoseconds(),
        }
    }

    /// The date. The machine's may be set, and so go back; a virtual one goes with [`Clock::now`].
    pub(crate) fn wall_time(&self) -> SystemTime {
        match self {
            Clock::Real => SystemTime::now(),
            // Fails only for a date at the end of what a `SystemTime` can tell.
            Clock::Virtual(clock) => clock.made_at.checked_add(clock.elapsed()).unwrap_or(clock.made_at),
        }
    }
}
