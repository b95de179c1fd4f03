//! What a supervisor does when a child ends.

use std::time::Duration;

/// Which children are started again when one fails (OTP design principles, "Supervision Principles", section
/// "Restart Strategy").
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Strategy {
    /// Only that one.
    #[default]
    OneForOne,
    /// All: the others are stopped in reverse start order first.
    OneForAll,
    /// That one and those started after it, which are stopped first.
    RestForOne,
}

impl std::fmt::Display for Strategy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Strategy::OneForOne => "one for one",
            Strategy::OneForAll => "one for all",
            Strategy::RestForOne => "rest for one",
        })
    }
}

/// Whether a supervisor ends when its significant children have ended by themselves
/// ([`ChildSpec::significant`](super::ChildSpec::significant)). OTP 24 and later.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum AutoShutdown {
    /// It does not.
    #[default]
    Never,
    /// When one of them has.
    AnySignificant,
    /// When the last of them has.
    AllSignificant,
}

/// How long to wait before a failed child is started again: `first`, then twice as long each time, at most `max`. A child
/// that has lived longer than `max` begins anew. OTP's supervisors do not wait; without this, ours do not either.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Backoff {
    /// The first wait.
    pub first: Duration,
    /// The longest.
    pub max: Duration,
}

impl Backoff {
    /// The wait after so many failures in a row.
    pub(super) fn wait(&self, failures: u32) -> Duration {
        let doubled = 2u32.checked_pow(failures).and_then(|times| self.first.checked_mul(times));
        doubled.unwrap_or(self.max).min(self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let backoff = Backoff { first: Duration::from_millis(100), max: Duration::from_secs(1) };
        let waits: Vec<u128> = [0, 1, 2, 3, 4, 31, 32, 200].map(|n| backoff.wait(n).as_millis()).into();
        assert_eq!(waits, [100, 200, 400, 800, 1000, 1000, 1000, 1000]);
    }
}
