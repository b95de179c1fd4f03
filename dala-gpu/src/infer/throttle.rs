//! What a served model does at which heat and power: a table.
use std::fmt;
use std::time::Duration;

use dala::energy::{Power, Thermal};

use super::options::Priority;

/// What a served model may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The part of the time in which it runs, percent of all its sessions: fewer of them run, and rest after each run.
    pub busy: u8,
    /// Requests wait at least so long for others to share a run, where that pays.
    pub wait: Duration,
    /// Requests of lower priority are refused, [`InferError::Throttled`](super::InferError::Throttled).
    pub least: Priority,
    /// Whether new requests go to the cheaper version, if the deployment has one.
    pub cheaper: bool,
}

impl Limits {
    /// Whatever it can.
    pub const NONE: Limits = Limits { busy: 100, wait: Duration::ZERO, least: Priority::Low, cheaper: false };

    /// Runs in so many percent of the time, from 1 to 100, and lets requests wait so many milliseconds for others.
    pub const fn new(busy: u8, wait_ms: u64) -> Limits {
        let busy = if busy < 1 {
            1
        } else if busy > 100 {
            100
        } else {
            busy
        };
        Limits { busy, wait: Duration::from_millis(wait_ms), ..Limits::NONE }
    }

    /// Takes requests of this priority and above.
    #[must_use]
    pub const fn least(mut self, least: Priority) -> Limits {
        self.least = least;
        self
    }

    /// Prefers the cheaper version.
    #[must_use]
    pub const fn cheaper(mut self) -> Limits {
        self.cheaper = true;
        self
    }

    /// How many of so many sessions may be busy at a time: as few as do for the part of the time in which they may
    /// run, for what runs on fewer cores heats less.
    pub(super) fn side_by_side(&self, sessions: usize) -> usize {
        (usize::from(self.busy) * sessions).div_ceil(100).clamp(1, sessions.max(1))
    }

    /// How long a session rests after a run that took so long, if there are so many.
    pub(super) fn rest(&self, took: Duration, sessions: usize) -> Duration {
        let all = f64::from(self.busy.max(1)) * sessions.max(1) as f64;
        let each = (all / self.side_by_side(sessions) as f64).min(100.0);
        took.mul_f64((100.0 - each) / each)
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::NONE
    }
}

/// The table. It prints itself. It holds in a runtime that reads sensors ([`dala::energy::Energy`]).
///
/// ```
/// use dala_gpu::infer::Throttle;
/// assert_eq!(Throttle::default().to_string(), "\
/// heat      mains                      battery                    low
/// nominal   100%                       100%   2 ms                 50%   5 ms cheaper
/// fair      100%   2 ms                 75%   5 ms                 50%  10 ms cheaper
/// serious    50%   5 ms cheaper         50%  10 ms cheaper         25%  10 ms cheaper >=normal
/// critical   25%  10 ms cheaper >=high  25%  10 ms cheaper >=high  10%  10 ms cheaper >=high
/// ");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttle([[Limits; 3]; 4]);

/// A guess, to be replaced by who knows the machine; not measured.
const DEFAULT: Throttle = Throttle([
    [Limits::NONE, Limits::new(100, 2), Limits::new(50, 5).cheaper()],
    [Limits::new(100, 2), Limits::new(75, 5), Limits::new(50, 10).cheaper()],
    [
        Limits::new(50, 5).cheaper(),
        Limits::new(50, 10).cheaper(),
        Limits::new(25, 10).cheaper().least(Priority::Normal),
    ],
    [
        Limits::new(25, 10).cheaper().least(Priority::High),
        Limits::new(25, 10).cheaper().least(Priority::High),
        Limits::new(10, 10).cheaper().least(Priority::High),
    ],
]);

impl Default for Throttle {
    fn default() -> Throttle {
        DEFAULT
    }
}

impl Throttle {
    /// A table without limits.
    pub const fn none() -> Throttle {
        Throttle([[Limits::NONE; 3]; 4])
    }

    /// What holds at this heat and power.
    pub fn limits(&self, thermal: Thermal, power: Power) -> Limits {
        self.0[thermal as usize][power as usize]
    }

    /// The table with one entry changed.
    #[must_use]
    pub fn with(mut self, thermal: Thermal, power: Power, limits: Limits) -> Throttle {
        self.0[thermal as usize][power as usize] = limits;
        self
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>3}%", self.busy)?;
        if !self.wait.is_zero() {
            write!(f, "{:>4} ms", self.wait.as_millis())?;
        }
        if self.cheaper {
            f.write_str(" cheaper")?;
        }
        match self.least {
            Priority::Low => Ok(()),
            least => write!(f, " >={}", format!("{least:?}").to_lowercase()),
        }
    }
}

/// A column for each kind of power.
impl fmt::Display for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |first: String, cells: [String; 3]| {
            let text = format!("{first:<10}{:<27}{:<27}{}", cells[0], cells[1], cells[2]);
            writeln!(f, "{}", text.trim_end())
        };
        line("heat".to_owned(), Power::ALL.map(|power| format!("{power:?}").to_lowercase()))?;
        for level in Thermal::ALL {
            let cells = Power::ALL.map(|power| self.limits(level, power).to_string());
            line(format!("{level:?}").to_lowercase(), cells)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_sessions_run_and_those_rest_for_what_is_left() {
        let half = Limits::new(50, 0);
        let took = Duration::from_millis(3);
        let of = |sessions| (half.side_by_side(sessions), half.rest(took, sessions));
        assert_eq!(of(1), (1, took));
        assert_eq!(of(2), (1, Duration::ZERO));
        assert_eq!(of(3), (2, Duration::from_millis(1)), "two of three, in 75 % of the time");
        assert_eq!(of(4), (2, Duration::ZERO));
        assert_eq!(Limits::NONE.side_by_side(5), 5);
        assert_eq!(Limits::NONE.rest(took, 5), Duration::ZERO);
        assert_eq!(Limits::new(1, 0).side_by_side(5), 1);
    }
}
