//! Tensors in shared memory that the device has yet to read or write: each is held as one more reader, so that nobody
//! writes it, and nobody else gets its memory, before the device has done with it. What was under way when a device was
//! lost is held until the device is closed.
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::TensorRef;

/// What was submitted, by number, and what it holds.
#[derive(Default)]
pub(super) struct InFlight {
    /// How much was submitted. Locked while something is.
    submitted: Mutex<u64>,
    /// In order of numbers. A lock of its own: submitting calls back what is done.
    held: Mutex<VecDeque<(u64, Vec<TensorRef>)>>,
}

impl InFlight {
    /// Submits, by calling `submit`: one thread at a time, so that numbers are in the queue's order. Returns the number for
    /// [`InFlight::done`].
    pub(super) fn submit(&self, held: Vec<TensorRef>, submit: impl FnOnce()) -> u64 {
        let mut submitted = self.submitted.lock().unwrap_or_else(PoisonError::into_inner);
        *submitted += 1;
        if !held.is_empty() {
            let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            all.push_back((*submitted, held));
        }
        submit();
        *submitted
    }

    /// The device has done what has this number, and all before it.
    pub(super) fn done(&self, number: u64) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.partition_point(|(submitted, _)| *submitted <= number);
        let released: Vec<_> = held.drain(..count).collect();
        // Memory is given back, which takes locks of others.
        drop(held);
        drop(released);
    }
}
