//! How a simulation ended.

use crate::message::ExitReason;
use std::fmt;
use std::time::Duration;

/// A simulation that went well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its seed.
    pub seed: u64,
    /// Activations of actors.
    pub steps: u64,
    /// Virtual time that passed.
    pub elapsed: Duration,
    /// A hash of which actor ran when. Two runs of one seed have the same, unless something went past the simulation.
    pub trace: u64,
}

/// A simulation that failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// How far it came.
    pub report: Report,
    /// Why it failed.
    pub cause: Cause,
}

/// Why a simulation failed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Cause {
    /// The test panicked.
    Failed(ExitReason),
    /// The test waits, and nobody has anything to do, now or later. The actors that live.
    Deadlock(Vec<String>),
    /// Something happened that cannot be repeated.
    NotSimulated(String),
    /// It took more activations than allowed.
    TooLong,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { seed, steps, elapsed, .. } = self.report;
        write!(f, "simulation with seed {seed} failed after {steps} activations, at {elapsed:?}: ")?;
        match &self.cause {
            Cause::Failed(reason) => write!(f, "{reason}")?,
            Cause::Deadlock(actors) => {
                f.write_str("the test waits, and nobody has anything to do, now or later; these live: ")?;
                f.write_str(&actors.join(", "))?;
            }
            Cause::NotSimulated(what) => f.write_str(what)?,
            Cause::TooLong => f.write_str("it goes on and on (`Simulation::max_steps`)")?,
        }
        write!(f, "\nto run it again: DALA_SIM_SEED={seed}")
    }
}

impl std::error::Error for Failure {}
