//! The door to counts that threads share, so that `--cfg loom` model-checks the same code.
#[cfg(not(loom))]
pub(crate) use std::sync::{
    Arc, Weak,
    atomic::{AtomicUsize, Ordering},
};

#[cfg(loom)]
pub(crate) use loom::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
#[cfg(loom)]
pub(crate) use std::sync::Weak;
