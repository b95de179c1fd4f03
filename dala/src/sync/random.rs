//! Randomness for decisions that need spread, not secrecy (which worker to rob first).

use std::cell::Cell;

/// A xorshift generator (Marsaglia 2003), one per worker; seeded, so that a simulation repeats.
#[derive(Debug)]
pub(crate) struct Random(Cell<u64>);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(Cell::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1))
    }

    /// A number below `bound` (0 for a bound of 0).
    pub(crate) fn below(&self, bound: usize) -> usize {
        let mut x = self.0.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        self.0.set(x);
        if bound == 0 { 0 } else { (x % bound as u64) as usize }
    }
}
