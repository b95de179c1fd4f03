//! What goes wrong in a simulation.

use std::ops::Range;
use std::time::Duration;

/// What goes wrong, and how often; nothing unless said.
///
/// ```
/// use dala::sim::Faults;
/// use std::time::Duration;
///
/// let bad_day = Faults::none()
///     .delay(0.2, Duration::from_millis(50))
///     .crash("Worker", 0.01)
///     .disk(Duration::from_millis(1)..Duration::from_millis(500));
/// # let _ = bad_day;
/// ```
#[derive(Clone, Debug, Default)]
pub struct Faults {
    pub(super) delay: Option<Delay>,
    pub(super) crashes: Vec<Crash>,
    pub(super) disk: Option<Range<Duration>>,
}

#[derive(Clone, Debug)]
pub(super) struct Delay {
    pub(super) per_million: u32,
    pub(super) longest: Duration,
}

#[derive(Clone, Debug)]
pub(super) struct Crash {
    pub(super) actor: String,
    pub(super) per_million: u32,
}

fn per_million(share: f64) -> u32 {
    // NaN becomes 0.
    (share.clamp(0.0, 1.0) * 1e6) as u32
}

impl Faults {
    /// Nothing goes wrong.
    pub fn none() -> Faults {
        Faults::default()
    }

    /// An actor that has something to do is late, with this probability each time, by up to `longest`: its messages and
    /// signals wait, in order, as if they had travelled for so long.
    #[must_use]
    pub fn delay(mut self, probability: f64, longest: Duration) -> Faults {
        self.delay = Some(Delay { per_million: per_million(probability), longest });
        self
    }

    /// Actors of this type are killed, with this probability each time that one has something to do. The type's name, as
    /// written under `#[dala::actor]`.
    #[must_use]
    pub fn crash(mut self, actor: impl Into<String>, probability: f64) -> Faults {
        self.crashes.push(Crash { actor: actor.into(), per_million: per_million(probability) });
        self
    }

    /// Handlers that block take some time within the range; without this they are an error. The work itself is done
    /// when that time is over, on the simulation's thread.
    #[must_use]
    pub fn disk(mut self, takes: Range<Duration>) -> Faults {
        self.disk = Some(takes);
        self
    }
}
