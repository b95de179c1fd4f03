//! Many seeds, one test.

use super::failure::{Failure, Report};
use super::faults::Faults;
use super::world::World;
use std::future::Future;
use std::ops::Range;

/// The variable that names the one seed to run.
const SEED_VARIABLE: &str = "DALA_SIM_SEED";

/// How a test is simulated, and how often; see the [module](super).
#[derive(Clone, Debug)]
pub struct Simulation {
    seeds: Range<u64>,
    faults: Faults,
    max_steps: u64,
}

impl Default for Simulation {
    fn default() -> Simulation {
        Simulation { seeds: 0..100, faults: Faults::none(), max_steps: 1_000_000 }
    }
}

impl Simulation {
    /// A hundred seeds, no faults.
    pub fn new() -> Simulation {
        Simulation::default()
    }

    /// How many seeds: those from 0 on.
    #[must_use]
    pub fn seeds(mut self, seeds: u64) -> Simulation {
        self.seeds = 0..seeds;
        self
    }

    /// One seed, to look at a failure.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Simulation {
        self.seeds = seed..seed.saturating_add(1);
        self
    }

    /// What goes wrong.
    #[must_use]
    pub fn faults(mut self, faults: Faults) -> Simulation {
        self.faults = faults;
        self
    }

    /// Activations after which a run counts as failed; a million unless told otherwise.
    #[must_use]
    pub fn max_steps(mut self, steps: u64) -> Simulation {
        self.max_steps = steps;
        self
    }

    /// Runs `test` with each seed, or with that of the environment variable `DALA_SIM_SEED` alone.
    ///
    /// # Panics
    /// With the first [`Failure`]; inside of an actor; when `DALA_SIM_SEED` is no number.
    #[track_caller]
    pub fn run<F: Future<Output = ()> + Send + 'static>(&self, test: impl FnMut() -> F) {
        let mut simulation = self.clone();
        if let Ok(seed) = std::env::var(SEED_VARIABLE) {
            let parsed = seed.parse();
            let Ok(seed) = parsed else { panic!("{SEED_VARIABLE} is `{seed}`, which is no number") };
            simulation = simulation.seed(seed);
        }
        if let Some(failure) = simulation.find_failure(test) {
            panic!("{failure}");
        }
    }

    /// Runs `test` with each seed until one fails.
    ///
    /// # Panics
    /// Inside of an actor.
    pub fn find_failure<F: Future<Output = ()> + Send + 'static>(
        &self,
        mut test: impl FnMut() -> F,
    ) -> Option<Box<Failure>> {
        self.seeds.clone().find_map(|seed| self.try_seed(seed, test()).err())
    }

    /// Runs `test` with one seed.
    ///
    /// # Errors
    /// When it fails.
    ///
    /// # Panics
    /// Inside of an actor.
    pub fn try_seed(
        &self,
        seed: u64,
        test: impl Future<Output = ()> + Send + 'static,
    ) -> Result<Report, Box<Failure>> {
        World::new(seed, self.faults.clone(), self.max_steps).run(test).map_err(Box::new)
    }
}
