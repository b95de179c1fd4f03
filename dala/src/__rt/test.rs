//! How generated code runs tests.

use super::start::run_main;
use crate::sim::Simulation;
use std::fmt::Debug;
use std::future::Future;

/// Simulations of a test that does not say how many.
const SEEDS: u64 = 10;
/// Workers of a test on a real runtime that does not say how many.
const WORKERS: usize = 2;

/// What a test may return.
#[diagnostic::on_unimplemented(message = "a test returns `()` or a `Result<(), E>`", label = "not `{Self}`")]
pub trait TestResult {
    /// Fails the test if it failed.
    fn check(self);
}

impl TestResult for () {
    fn check(self) {}
}

impl<E: Debug> TestResult for Result<(), E> {
    fn check(self) {
        if let Err(error) = self {
            panic!("the test returned {error:?}");
        }
    }
}

/// Runs a test in simulations.
///
/// # Panics
/// When it fails.
#[track_caller]
pub fn run_simulated<F>(seeds: Option<usize>, mut test: impl FnMut() -> F)
where
    F: Future<Output: TestResult> + Send + 'static,
{
    let simulation = Simulation::new().seeds(seeds.map_or(SEEDS, |seeds| seeds as u64));
    simulation.run(|| {
        let test = test();
        async move { test.await.check() }
    });
}

/// Runs a test on a runtime.
///
/// # Panics
/// When it fails.
#[track_caller]
pub fn run_real<F: Future<Output: TestResult>>(workers: Option<usize>, test: impl FnOnce() -> F) {
    run_main(Some(workers.unwrap_or(WORKERS)), test()).check();
}
