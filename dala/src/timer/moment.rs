//! Moments on a runtime's clock.

use std::ops::{Add, Sub};
use std::time::Duration;

/// A moment on the clock of one runtime, which may be the machine's or a virtual one. Only moments of the same runtime
/// compare.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Moment(pub(crate) u64);

impl Moment {
    /// The time from `earlier` to this one; zero if that is later.
    pub fn since(self, earlier: Moment) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

impl Add<Duration> for Moment {
    type Output = Moment;
    fn add(self, time: Duration) -> Moment {
        Moment(self.0.saturating_add(nanoseconds(time)))
    }
}

impl Sub<Moment> for Moment {
    type Output = Duration;
    fn sub(self, earlier: Moment) -> Duration {
        self.since(earlier)
    }
}

/// What a repeated timer does when it is late: its thread was busy, or a virtual clock was turned far at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Missed {
    /// Ticks for each period that passed, one right after the other: the number is right, the distance is not.
    Burst,
    /// Ticks once, and goes on at the next multiple of the period: the ticks keep their places.
    #[default]
    Skip,
    /// Ticks once, and goes on a period from then: the distance is never less than the period, the places drift.
    Delay,
}

impl Missed {
    /// When the next tick is due, after that of `due` happened at `now`.
    pub(crate) fn next(self, due: u64, now: u64, period: u64) -> u64 {
        match self {
            Missed::Burst => due.saturating_add(period),
            Missed::Delay => now.saturating_add(period),
            Missed::Skip => {
                let passed = now.saturating_sub(due) / period;
                due.saturating_add(period.saturating_mul(passed + 1))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_ticks_follow_their_policy() {
        // Due at 100, happens at 135, every 10.
        let next = |missed: Missed| missed.next(100, 135, 10);
        assert_eq!([Missed::Burst, Missed::Skip, Missed::Delay].map(next), [110, 140, 145]);
        // In time, all agree.
        let next = |missed: Missed| missed.next(100, 100, 10);
        assert_eq!([Missed::Burst, Missed::Skip, Missed::Delay].map(next), [110; 3]);
    }
}
