//! What a served model did so far.
use std::time::Duration;

use super::cost::Costs;

/// What a served model did so far, in all its sessions.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ServeStats {
    /// Requests that were answered with a result.
    pub answered: u64,
    /// Of those, how many whose time passed while they ran.
    pub late: u64,
    /// Runs of the model for requests.
    pub runs: u64,
    /// Rows in those runs.
    pub rows: u64,
    /// Of those runs, on the actor's worker while nobody stood for it.
    pub inline_runs: u64,
    /// Those runs by their rows.
    pub batches: Counts,
    /// Requests that were run, by the microseconds that they waited before.
    pub waits: Counts,
    /// Requests refused when they came: queue full, or no time.
    pub refused: u64,
    /// Requests refused, when they came or later, because of heat or power.
    pub throttled: u64,
    /// Requests whose time passed in the queue.
    pub expired: u64,
    /// Requests whose client went away before they were run, or, with all that shared the run, while they were.
    pub abandoned: u64,
    /// Requests that failed with their run.
    pub failed: u64,
    /// Requests that wait now.
    pub queued: usize,
    /// Sessions that work now.
    pub sessions: usize,
    /// Of those, how many run a batch now.
    pub running: usize,
    /// What runs cost.
    pub costs: Costs,
}

/// How often numbers of which size came: by powers of two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([u64; SIZES]);

/// Numbers up to 2^27 apart, for microseconds more than two minutes; greater ones together.
const SIZES: usize = 28;

impl Counts {
    pub(super) fn note(&mut self, number: u64) {
        let at = number.max(1).next_power_of_two().trailing_zeros() as usize;
        self.0[at.min(SIZES - 1)] += 1;
    }

    /// How many came.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Those that came, as `(number, how many were at most that and more than half of it)`, smallest first.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> {
        self.0.iter().enumerate().filter(|(_, count)| **count > 0).map(|(at, &count)| (1 << at, count))
    }

    /// A number that so many of a hundred do not pass: a power of two, at most twice as large as need be. 0 when none
    /// came.
    pub fn percentile(&self, percent: u64) -> u64 {
        let rank = (self.total() * percent.min(100)).div_ceil(100).max(1);
        let mut below = 0;
        let reached = self.iter().find(|(_, count)| {
            below += count;
            below >= rank
        });
        reached.map_or(0, |(number, _)| number)
    }
}

impl ServeStats {
    /// All numbers by name, for who collects metrics: counts, and `wait_p50_us` and `wait_p99_us`.
    pub fn numbers(&self) -> [(&'static str, u64); 15] {
        [
            ("answered", self.answered),
            ("late", self.late),
            ("runs", self.runs),
            ("rows", self.rows),
            ("inline_runs", self.inline_runs),
            ("refused", self.refused),
            ("throttled", self.throttled),
            ("expired", self.expired),
            ("abandoned", self.abandoned),
            ("failed", self.failed),
            ("queued", self.queued as u64),
            ("sessions", self.sessions as u64),
            ("running", self.running as u64),
            ("wait_p50_us", self.waits.percentile(50)),
            ("wait_p99_us", self.waits.percentile(99)),
        ]
    }

    /// How long so many of a hundred requests waited before they were run, at most.
    pub fn wait(&self, percent: u64) -> Duration {
        Duration::from_micros(self.waits.percentile(percent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_counted_by_size_and_found_again() {
        let mut counts = Counts::default();
        assert_eq!((counts.total(), counts.percentile(50)), (0, 0));
        [0, 1, 2, 3, 4, 5, 8, 1000].into_iter().for_each(|number| counts.note(number));
        assert_eq!(counts.iter().collect::<Vec<_>>(), [(1, 2), (2, 1), (4, 2), (8, 2), (1024, 1)]);
        let percentiles = [0, 25, 50, 63, 87, 100].map(|percent| counts.percentile(percent));
        assert_eq!(percentiles, [1, 1, 4, 8, 8, 1024]);
        counts.note(u64::MAX / 2);
        assert_eq!(counts.percentile(100), 1 << 27, "the greatest that is told apart");
    }
}
