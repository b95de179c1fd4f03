//! How a run is ended from another thread.
//!
//! The library has one flag for it, in the options that runs are given: set, it ends the run that goes on and each that
//! begins. Whoever sets it and whoever begins a run hold one lock, so the flag is set only while a run goes on, and the
//! next run finds it taken back.
use std::sync::{Mutex, MutexGuard, PoisonError};

use ort::session::{NoSelectedOutputs, RunOptions};

use super::super::ModelError;

/// The run that a session is in, if it is in one.
pub(super) struct Cancel {
    options: RunOptions<NoSelectedOutputs>,
    run: Mutex<Run>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Run {
    None,
    GoesOn,
    Cancelled,
}

impl std::fmt::Debug for Cancel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Cancel").field(&*self.lock()).finish()
    }
}

impl Cancel {
    pub(super) fn new(options: RunOptions<NoSelectedOutputs>) -> Cancel {
        Cancel { options, run: Mutex::new(Run::None) }
    }

    /// Ends the run that goes on, if one does.
    pub(super) fn cancel(&self) {
        let mut run = self.lock();
        // It fails only for options that are not there.
        if *run == Run::GoesOn && self.options.terminate().is_ok() {
            *run = Run::Cancelled;
        }
    }

    /// Runs, and tells a cancelled run from a failed one.
    pub(super) fn guard<R>(
        &self,
        run: impl FnOnce(&RunOptions<NoSelectedOutputs>) -> Result<R, ModelError>,
    ) -> Result<R, ModelError> {
        *self.lock() = Run::GoesOn;
        let result = run(&self.options);
        let was = std::mem::replace(&mut *self.lock(), Run::None);
        if was != Run::Cancelled {
            return result;
        }
        // Nobody sets it before the next run goes on.
        self.options.unterminate().map_err(|error| ModelError::Failed(error.message().into()))?;
        // One that ended before it saw the flag did what it should.
        result.map_err(|error| match error {
            ModelError::Failed(_) => ModelError::Cancelled,
            other => other,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Run> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
