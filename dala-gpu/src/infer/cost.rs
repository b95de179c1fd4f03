//! What a run costs by the size of its batch, learned, and how large a batch pays.
use std::time::Duration;

/// Weight of a measurement that is below the average, and of one above it: a run that was interrupted says little
/// about what the model costs.
const BELOW: f64 = 0.5;
const ABOVE: f64 = 0.05;

/// After so many choices a larger batch than the best is tried again: what was measured may be no more true.
const TRY_AGAIN: u32 = 32;

/// A larger batch must give so much more per second to be made: what it gathers is copied, and measurements waver.
const WORTH_GATHERING: f64 = 1.06;

/// A larger batch must give so much more per second to be waited for.
const WORTH_WAITING: f64 = 1.2;

/// Times of runs by rows, in powers of two, as moving averages that lean to the shorter ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Costs {
    seconds: Vec<Option<f64>>,
    choices: u32,
}

/// What to do with the requests that wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// Run so many rows, or fewer if requests do not fit exactly.
    Run(usize),
    /// Run all that wait, unless more come by themselves before long.
    RunSoon(usize),
    /// Wait so long for more.
    Wait(Duration),
}

fn bucket(rows: usize) -> usize {
    rows.max(1).next_power_of_two().trailing_zeros() as usize
}

impl Costs {
    pub(super) fn note(&mut self, rows: usize, took: Duration) {
        let at = bucket(rows);
        if self.seconds.len() <= at {
            self.seconds.resize(at + 1, None);
        }
        // Sizes in between count as parts of the next: so their rows a second are right.
        let took = took.as_secs_f64().max(1e-9) * f64::from(1u32 << at) / rows.max(1) as f64;
        let slot = &mut self.seconds[at];
        let average = |old: f64| old + if took < old { BELOW } else { ABOVE } * (took - old);
        *slot = Some(slot.map_or(took, average));
    }

    /// The expected time of a run, if that size or a smaller one was run; a smaller one's is scaled up.
    pub fn expected(&self, rows: usize) -> Option<Duration> {
        let at = bucket(rows);
        let seconds = self.seconds.get(at).copied().flatten().or_else(|| {
            let known = (0..at.min(self.seconds.len())).rev().find_map(|i| Some((i, self.seconds[i]?)))?;
            Some(known.1 * f64::from(1u32 << (at - known.0).min(30)))
        });
        seconds.map(Duration::from_secs_f64)
    }

    /// Rows a second in batches of this size.
    fn rate(&self, at: usize) -> Option<f64> {
        self.seconds.get(at).copied().flatten().map(|seconds| f64::from(1u32 << at) / seconds)
    }

    /// Whether rows that run alone take about as long, each, as in a batch of so many: so splitting one costs little.
    pub(super) fn is_split_free(&self, rows: usize) -> bool {
        let rates = self.rate(0).zip(self.rate(bucket(rows)));
        rates.is_some_and(|(alone, together)| alone * WORTH_WAITING >= together)
    }

    /// The sizes that were run, and their rows a second.
    fn rates(&self) -> impl Iterator<Item = (usize, f64)> {
        (0..self.seconds.len()).filter_map(|at| Some((1 << at, self.rate(at)?)))
    }

    /// The size with the most rows a second so far.
    fn top(&self) -> Option<(usize, f64)> {
        self.rates().max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// The smallest size with about the most rows a second so far, and that rate.
    pub fn best(&self) -> Option<(usize, f64)> {
        let (_, top) = self.top()?;
        self.rates().find(|(_, rate)| rate * WORTH_GATHERING >= top)
    }

    /// How many of `waiting` rows to run now, the oldest of which waited for `age`.
    pub(super) fn choose(&mut self, waiting: usize, max: usize, age: Duration, max_wait: Duration) -> Choice {
        let (Some((best, best_rate)), Some((top, _))) = (self.best(), self.top()) else {
            return Choice::Run(1);
        };
        // A size next to the fastest that was never tried, when there are enough to try it.
        let next = top * 2;
        self.choices = (self.choices + 1) % TRY_AGAIN;
        let is_open = self.choices == 0 || self.rate(bucket(next)).is_none();
        if next <= max && waiting >= next && is_open {
            return Choice::Run(next);
        }
        let target = best.min(max);
        if waiting >= target {
            return Choice::Run(target);
        }
        let worth = self.rate(bucket(waiting)).is_none_or(|rate| best_rate > WORTH_WAITING * rate);
        match max_wait.checked_sub(age) {
            _ if !worth => Choice::Run(waiting),
            Some(left) if !left.is_zero() => Choice::Wait(left),
            // As long as one run takes, at most: who waits loses little, and who comes meanwhile need not wait.
            _ if self.expected(1).is_some_and(|one| age < one) => Choice::RunSoon(waiting),
            _ => Choice::Run(waiting),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn learned(costs: &[(usize, u32)]) -> Costs {
        let mut all = Costs::default();
        costs.iter().for_each(|&(rows, ms)| all.note(rows, ms * MS));
        all
    }

    #[test]
    fn a_model_that_batches_well_gets_larger_batches_step_by_step() {
        let none = Duration::ZERO;
        assert_eq!(Costs::default().choose(100, 32, none, none), Choice::Run(1));
        assert_eq!(learned(&[(1, 4)]).choose(100, 32, none, none), Choice::Run(2));
        assert_eq!(learned(&[(1, 4), (2, 5)]).choose(100, 32, none, none), Choice::Run(4));
        assert_eq!(learned(&[(1, 4), (2, 5)]).choose(3, 32, none, none), Choice::Run(2));
        assert_eq!(
            learned(&[(1, 40), (2, 78), (4, 160)]).choose(3, 32, none, none),
            Choice::Run(1),
            "3 % more"
        );
        let mut all = learned(&[(1, 4), (2, 5), (4, 6), (8, 7)]);
        assert_eq!(all.choose(100, 8, none, none), Choice::Run(8));
        assert_eq!(all.choose(5, 8, none, none), Choice::Run(5), "more would hardly pay");
        assert_eq!(all.choose(2, 8, none, none), Choice::RunSoon(2));
        assert_eq!(all.choose(2, 8, 4 * MS, none), Choice::Run(2), "nobody waits for long");
    }

    #[test]
    fn a_model_that_does_not_batch_runs_alone_and_waits_for_nobody() {
        let mut costs = learned(&[(1, 4), (2, 9)]);
        assert_eq!(costs.choose(100, 32, Duration::ZERO, 10 * MS), Choice::Run(1));
        let tried =
            (0..TRY_AGAIN).filter(|_| costs.choose(100, 32, Duration::ZERO, 10 * MS) == Choice::Run(2));
        assert_eq!(tried.count(), 1, "from time to time it is tried again");
    }

    #[test]
    fn waiting_ends_when_it_does_not_pay_or_was_long_enough() {
        let mut pays = learned(&[(1, 4), (2, 4), (4, 4)]);
        assert_eq!(pays.choose(1, 4, MS, 3 * MS), Choice::Wait(2 * MS));
        assert_eq!(pays.choose(1, 4, 3 * MS, 3 * MS), Choice::RunSoon(1));
        assert_eq!(pays.choose(1, 4, 5 * MS, 3 * MS), Choice::Run(1));
        assert!(!pays.is_split_free(4) && learned(&[(1, 4), (2, 8)]).is_split_free(2));
        let mut hardly = learned(&[(1, 4), (2, 7)]);
        assert_eq!(hardly.choose(1, 2, MS, 3 * MS), Choice::Run(1));
    }

    #[test]
    fn costs_follow_what_is_measured() {
        assert_eq!(learned(&[(3, 6)]).best(), Some((4, 500.0)), "rows a second, whatever the size");
        let mut costs = learned(&[(4, 10)]);
        assert_eq!(costs.expected(3), Some(10 * MS));
        assert_eq!(costs.expected(16), Some(40 * MS), "scaled up");
        assert_eq!(costs.expected(2), None);
        costs.note(4, 1000 * MS);
        assert!(costs.expected(4).is_some_and(|time| time < 60 * MS), "one interruption");
        (0..50).for_each(|_| costs.note(4, 2 * MS));
        assert!(costs.expected(4).is_some_and(|time| time < 3 * MS));
        (0..200).for_each(|_| costs.note(4, 20 * MS));
        assert!(costs.expected(4).is_some_and(|time| time > 19 * MS));
    }
}
