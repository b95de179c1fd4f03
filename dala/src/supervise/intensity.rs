//! How often restarting is worth a try.

use std::collections::VecDeque;
use std::time::Duration;

/// At most so many restarts within so long; one more, and the supervisor gives up. OTP's default is one in five seconds;
/// ours is three, as Elixir's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Intensity {
    /// Restarts.
    pub restarts: u32,
    /// Period.
    pub within: Duration,
}

impl Default for Intensity {
    fn default() -> Intensity {
        Intensity { restarts: 3, within: Duration::from_secs(5) }
    }
}

/// The restarts of the last period.
#[derive(Debug, Default)]
pub(super) struct Restarts(VecDeque<u64>);

impl Restarts {
    /// Notes a restart at `now` (nanoseconds). Returns whether it is one too many.
    pub(super) fn is_too_many(&mut self, now: u64, limit: Intensity) -> bool {
        let period = u64::try_from(limit.within.as_nanos()).unwrap_or(u64::MAX);
        while self.0.front().is_some_and(|&then| now.saturating_sub(then) > period) {
            self.0.pop_front();
        }
        self.0.push_back(now);
        self.0.len() > limit.restarts as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_restarts_of_the_period_count() {
        let limit = Intensity { restarts: 2, within: Duration::from_nanos(10) };
        let mut restarts = Restarts::default();
        assert_eq!(
            [0, 5, 11, 12, 13].map(|now| restarts.is_too_many(now, limit)),
            [false, false, false, true, true]
        );
    }
}
