//! The model checker's.

pub(crate) use loom::sync::atomic::{
    AtomicBool, AtomicPtr, AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
};
pub(crate) use loom::sync::{Arc, Condvar, Mutex, MutexGuard};
pub(crate) use loom::thread;
// Whoever spins lets the others run, or the model never ends.
pub(crate) use loom::thread::yield_now as spin_loop;

pub(crate) mod cell {
    pub(crate) use loom::cell::UnsafeCell;
}
