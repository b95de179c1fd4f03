//! How often machine code leaves, by function and the op it leaves at: to see what machine code lacks.
//!
//! Counted in machine code that was made while `DALA_JIT_EXITS` was set; other machine code has no trace of it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

static COUNTS: Mutex<BTreeMap<String, &'static AtomicU64>> = Mutex::new(BTreeMap::new());

/// Whether exits are counted.
pub(super) fn are_counted() -> bool {
    static ARE_COUNTED: LazyLock<bool> = LazyLock::new(|| std::env::var_os("DALA_JIT_EXITS").is_some());
    *ARE_COUNTED
}

/// Where the exits at a place are counted.
pub(super) fn counter(place: String) -> u64 {
    let mut counts = COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
    // Machine code has its address, and is not freed either.
    let count: &'static AtomicU64 = counts.entry(place).or_insert_with(|| Box::leak(Box::default()));
    (&raw const *count).expose_provenance() as u64
}

/// Places where machine code left, with how often, the most frequent first.
pub(crate) fn exits() -> Vec<(String, u64)> {
    let counts = COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
    let count = |(place, count): (&String, &&AtomicU64)| (place.clone(), count.load(Ordering::Relaxed));
    let mut all: Vec<_> = counts.iter().map(count).filter(|&(_, count)| count > 0).collect();
    all.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    all
}
