//! How often machine code leaves, by the op it leaves at: to see what machine code lacks.
//!
//! Counted in machine code that was made while `DALA_JIT_EXITS` was set; other machine code has no trace of it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::interp::opcode::Opcode;

/// More than there are ops.
const MOST: usize = 256;
static COUNTS: [AtomicU64; MOST] = [const { AtomicU64::new(0) }; MOST];

/// Where the exits at an op are counted, if they are.
pub(super) fn counter(op: Opcode) -> Option<u64> {
    static IS_COUNTED: OnceLock<bool> = OnceLock::new();
    let is_counted = *IS_COUNTED.get_or_init(|| std::env::var_os("DALA_JIT_EXITS").is_some());
    let count = COUNTS.get(op as usize).filter(|_| is_counted)?;
    Some((&raw const *count).expose_provenance() as u64)
}

/// Ops that machine code left at, with how often, the most frequent first.
pub(crate) fn exits() -> Vec<(String, u64)> {
    let count = |&op: &Opcode| (format!("{op:?}"), COUNTS[op as usize].load(Ordering::Relaxed));
    let mut all: Vec<_> = Opcode::ALL.iter().map(count).filter(|&(_, count)| count > 0).collect();
    all.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    all
}
