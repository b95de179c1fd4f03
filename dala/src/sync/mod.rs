//! The door to atomics, locks, threads, parking and randomness.
//!
//! What threads meet in takes them from here, so that a build with `--cfg loom` model-checks the same code and a
//! simulator can take the place of the clock (see [`timer`](crate::timer) for clocks). Reference counts, thread locals and
//! what is set once come from `std`: no model looks at those. Imports nothing of the crate; every other module may
//! import this one.

#[cfg(not(loom))]
#[path = "std.rs"]
mod imp;

#[cfg(loom)]
#[path = "loom.rs"]
mod imp;

pub(crate) use imp::*;

#[cfg(not(loom))]
pub(crate) mod cell;
#[cfg(not(loom))]
pub(crate) mod offload;
mod parker;
#[cfg(not(loom))]
mod random;
mod rendezvous;

pub(crate) use parker::Parker;
#[cfg(not(loom))]
pub(crate) use random::Random;
pub(crate) use rendezvous::Rendezvous;

/// Locks; a panic of another holder does not spread (our critical sections leave no half-made state).
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
