//! Reads the sources, sets the shares, tells who asked.
//!
//! Workers call [`Governor::is_due`] every few activations and after a sleep; the first to whom it says yes sees to the
//! reading on a thread that may block. So an idle runtime reads nothing and has no timer.

use super::policy::{Policy, Shares};
use super::source::{Power, PowerSource, Thermal, ThermalReading, ThermalSource};
use super::{Simulated, Sysfs};
use crate::actor::Qos;
use crate::registry::Topic;
use crate::sync::{Arc, AtomicU8, AtomicU64, Mutex, Ordering, lock};
use crate::timer::Clock;
use std::time::Duration;

/// The topics' names.
pub(crate) const THERMAL_CHANGES: &str = "dala thermal changes";
pub(crate) const POWER_CHANGES: &str = "dala power changes";

/// The machine's heat is another level. Subscribe by [`Handle::thermal_changes`](crate::Handle::thermal_changes).
#[crate::message]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ThermalChanged {
    /// The level from now on.
    pub level: Thermal,
    /// The temperature, if one is known.
    pub celsius: Option<f64>,
}

/// The machine's power comes from elsewhere. Subscribe by [`Handle::power_changes`](crate::Handle::power_changes).
#[crate::message]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PowerChanged {
    /// The power from now on.
    pub power: Power,
}

/// What was read last, and what follows from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnergyState {
    /// Heat.
    pub thermal: ThermalReading,
    /// Power.
    pub power: Power,
    /// What Utility and Background keep of their shares.
    pub shares: Shares,
}

/// How a runtime learns of heat and power, and what it does: see the [module](super).
#[derive(Clone)]
pub struct Energy {
    sources: Arc<Mutex<Sources>>,
    policy: Policy,
    every: Duration,
}

struct Sources {
    thermal: Box<dyn ThermalSource>,
    power: Box<dyn PowerSource>,
}

impl std::fmt::Debug for Energy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Energy")
            .field("policy", &self.policy)
            .field("every", &self.every)
            .finish_non_exhaustive()
    }
}

impl Energy {
    /// Reads these sources, at most once in two seconds.
    pub fn new(thermal: impl ThermalSource + 'static, power: impl PowerSource + 'static) -> Energy {
        let sources = Sources { thermal: Box::new(thermal), power: Box::new(power) };
        Energy {
            sources: Arc::new(Mutex::new(sources)),
            policy: Policy::default(),
            every: Duration::from_secs(2),
        }
    }

    /// Reads Linux's `/sys`; elsewhere it finds nothing, and all stays nominal.
    pub fn sysfs() -> Energy {
        Energy::new(Sysfs::new(), Sysfs::new())
    }

    /// Reads a simulated machine.
    pub fn simulated(machine: &Simulated) -> Energy {
        Energy::new(machine.clone(), machine.clone())
    }

    /// Goes by another table.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Energy {
        self.policy = policy;
        self
    }

    /// Reads at most this often.
    #[must_use]
    pub fn every(mut self, time: Duration) -> Energy {
        self.every = time;
        self
    }
}

/// The governor of one runtime.
#[derive(Debug)]
pub(crate) struct Governor {
    energy: Energy,
    /// When the sources are read next; `u64::MAX` while they are.
    due: AtomicU64,
    /// Percent that Utility and Background keep, for workers to see.
    utility: AtomicU8,
    background: AtomicU8,
    state: Mutex<EnergyState>,
    thermal_changes: Topic<ThermalChanged>,
    power_changes: Topic<PowerChanged>,
}

/// Sets the time of the next reading when this one is over.
struct NextReading<'a>(&'a Governor);

impl Drop for NextReading<'_> {
    fn drop(&mut self) {
        let every = u64::try_from(self.0.energy.every.as_nanos()).unwrap_or(u64::MAX / 2);
        self.0.due.store(Clock::Real.now().saturating_add(every), Ordering::Relaxed);
    }
}

impl Governor {
    pub(crate) fn new(
        energy: Energy,
        thermal_changes: Topic<ThermalChanged>,
        power_changes: Topic<PowerChanged>,
    ) -> Governor {
        let shares = energy.policy.shares(Thermal::default(), Power::default());
        let state = EnergyState { thermal: ThermalReading::default(), power: Power::default(), shares };
        Governor {
            energy,
            due: AtomicU64::new(0),
            utility: AtomicU8::new(shares.utility),
            background: AtomicU8::new(shares.background),
            state: Mutex::new(state),
            thermal_changes,
            power_changes,
        }
    }

    /// Whether it is time to read, and the caller is the one to see to it, by [`Governor::read`].
    pub(crate) fn is_due(&self) -> bool {
        let due = self.due.load(Ordering::Relaxed);
        // Relaxed: it orders nothing; one of those who see the moment passed wins.
        due <= Clock::Real.now()
            && self.due.compare_exchange(due, u64::MAX, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Reads the sources, does what follows, and tells of changes. May block. A source that fails changes nothing.
    pub(crate) fn read(&self) {
        // Also when a source panics: else nobody would ever read again.
        let _next = NextReading(self);
        let (thermal, power) = {
            let mut sources = lock(&self.energy.sources);
            (sources.thermal.read(), sources.power.read())
        };
        let (before, now) = {
            let mut state = lock(&self.state);
            let before = *state;
            if let Ok(Some(thermal)) = thermal {
                state.thermal = thermal;
            }
            if let Ok(Some(power)) = power {
                state.power = power;
            }
            state.shares = self.energy.policy.shares(state.thermal.level, state.power);
            self.utility.store(state.shares.utility, Ordering::Relaxed);
            self.background.store(state.shares.background, Ordering::Relaxed);
            (before, *state)
        };
        if before.thermal.level != now.thermal.level {
            self.thermal_changes
                .publish(ThermalChanged { level: now.thermal.level, celsius: now.thermal.celsius });
        }
        if before.power != now.power {
            self.power_changes.publish(PowerChanged { power: now.power });
        }
    }

    /// What a class keeps of its share, percent.
    pub(crate) fn percent(&self, class: Qos) -> u64 {
        match class {
            Qos::Realtime | Qos::UserFacing => 100,
            Qos::Utility => self.utility.load(Ordering::Relaxed).into(),
            Qos::Background => self.background.load(Ordering::Relaxed).into(),
        }
    }

    pub(crate) fn state(&self) -> EnergyState {
        *lock(&self.state)
    }
}
