//! References: numbers that are unique in this OS process (Erlang's `make_ref/0` without the node).

use crate::sync::{AtomicU64, Ordering};
use std::cell::Cell;

/// A number that no other reference of this OS process has. Names a monitor, an alias, a timer or a request.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Ref(u64);

/// References a thread takes at a time, so that making one does not touch a shared counter.
const BLOCK: u64 = 4096;

impl Ref {
    /// A new reference. No allocation, no lock.
    #[inline]
    pub fn fresh() -> Ref {
        thread_local! { static NEXT: Cell<(u64, u64)> = const { Cell::new((0, 0)) }; }
        static BLOCKS: AtomicU64 = AtomicU64::new(1);
        NEXT.with(|block| {
            let (mut next, mut end) = block.get();
            if next == end {
                next = BLOCKS.fetch_add(1, Ordering::Relaxed) * BLOCK;
                end = next + BLOCK;
            }
            block.set((next + 1, end));
            Ref(next)
        })
    }

    /// Its number.
    pub const fn to_bits(self) -> u64 {
        self.0
    }

    /// The reference with this number.
    pub const fn from_bits(bits: u64) -> Ref {
        Ref(bits)
    }
}

impl std::fmt::Display for Ref {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#Ref<0.{}>", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_of_two_threads_differ() {
        let here: Vec<Ref> = (0..10_000).map(|_| Ref::fresh()).collect();
        let there = std::thread::spawn(|| (0..10_000).map(|_| Ref::fresh()).collect::<Vec<_>>());
        let there = there.join().expect("the thread only counts");
        assert!(here.iter().all(|r| !there.contains(r) && r.to_bits() != 0) || here.is_empty());
    }
}
