//! Sizes of blocks: Fibonacci numbers up to about a million words, then a fifth more each time, as OTP's
//! `erts_next_heap_size`.

/// Smallest block, in words, as OTP's default `min_heap_size`.
pub(crate) const MIN_WORDS: usize = 233;
/// The first block, of a process that asks for no other: many wait for a message for most of their life, and never need more.
pub(crate) const FIRST_WORDS: usize = 64;
/// Collections that a heap makes in its smallest block before it grows without need.
const FIRST_COLLECTIONS: u64 = 8;
/// Largest block that a heap gets without need: it fits a core's nearest caches.
const BUSY_WORDS: usize = 4_181;
/// Largest block that a heap gets for what its old generation has: it fits a core's second cache.
const NURSERY_WORDS: usize = 121_393;
/// A block of more words is a burden as soon as it is not needed: it fits no cache of a core.
const LARGE_WORDS: usize = 196_418;
/// Words of a block from which on it is collected when it is full; fragments make up for less.
const WORTH_WORDS: usize = 4 * MIN_WORDS;
/// A block with fewer words left is full.
const LEFT_WORDS: usize = 64;
/// From here on a block grows by a fifth.
const FIBONACCI_LIMIT: usize = 1_346_269;

/// Smallest size of the series that holds `words`.
pub(crate) fn next_size(words: usize) -> usize {
    let (mut size, mut next) = (MIN_WORDS, 377);
    while size < words && size < FIBONACCI_LIMIT {
        (size, next) = (next, size + next);
    }
    while size < words {
        size += size / 5;
    }
    size
}

/// Capacity for a block whose live words (heap, stack and what is asked for) number `used`: at most three
/// quarters of it are taken.
pub(crate) fn capacity_for(used: usize) -> usize {
    next_size(used + used / 3 + 1)
}

/// Smallest block of a heap that was collected `collections` times already, and was made with `minimum`. Who collects
/// often gets room to collect less often; a process that idles keeps its small block.
pub(crate) fn minimum_after(collections: u64, minimum: usize) -> usize {
    if collections < FIRST_COLLECTIONS {
        return minimum;
    }
    let shift = (collections / FIRST_COLLECTIONS).ilog2() + 1;
    minimum.max((MIN_WORDS << shift.min(16)).min(BUSY_WORDS))
}

/// Smallest block of a heap whose old generation has `old` words: the more is alive, the longer what is new may take to
/// die before it is copied, for half as much memory again.
pub(crate) fn nursery_beside(old: usize) -> usize {
    next_size((old / 2).min(NURSERY_WORDS))
}

/// As [`capacity_for`], of a heap whose block was larger: a third is taken, as in OTP, for it may need the room again.
pub(crate) fn smaller_capacity_for(used: usize) -> usize {
    next_size(3 * used)
}

/// Whether a heap is to be collected whose block of `capacity` words has `free` left, with `fragments` words beside it. A
/// process that does little may end before its small block is worth a collection; in others what takes memory without a
/// heap check before it would go on in fragments, the slow way, until these are half as large as the block.
pub(crate) fn is_due(fragments: usize, free: usize, capacity: usize) -> bool {
    fragments > capacity / 2 + 128 || capacity >= WORTH_WORDS && free < LEFT_WORDS
}

/// Whether so much lies beside a block of `capacity` words that a larger one was needed.
pub(crate) fn is_overflowing(fragments: usize, capacity: usize) -> bool {
    fragments > capacity / 4
}

/// Whether a block of `capacity` words is too full to go on with.
pub(crate) fn is_tight(used: usize, capacity: usize) -> bool {
    used > capacity - capacity / 4
}

/// Whether a block of `capacity` words is a burden as soon as it is not needed.
pub(crate) fn is_large(capacity: usize) -> bool {
    capacity > LARGE_WORDS
}

/// Whether a block of `capacity` words is mostly unused and worth moving out of.
pub(crate) fn is_wasteful(used: usize, capacity: usize) -> bool {
    capacity > MIN_WORDS && used < capacity / 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_never_shrink_and_hold_what_was_asked() {
        let mut former = 0;
        for words in (0..4_000_000).step_by(997) {
            let size = next_size(words);
            assert!(size >= words && size >= former);
            former = size;
        }
        assert_eq!(next_size(0), 233);
        assert_eq!(next_size(234), 377);
    }

    #[test]
    fn only_who_collects_often_gets_a_larger_block() {
        assert_eq!(minimum_after(7, MIN_WORDS), MIN_WORDS);
        assert!(minimum_after(8, MIN_WORDS) > MIN_WORDS);
        assert_eq!(minimum_after(1_000_000, MIN_WORDS), BUSY_WORDS);
        assert_eq!(minimum_after(1_000_000, 1 << 20), 1 << 20);
    }

    #[test]
    fn room_for_new_terms_follows_the_old_generation() {
        assert_eq!(nursery_beside(0), MIN_WORDS);
        assert!((20_000..40_000).contains(&nursery_beside(40_000)));
        assert_eq!(nursery_beside(usize::MAX), next_size(NURSERY_WORDS));
    }

    #[test]
    fn fresh_capacity_is_neither_tight_nor_wasteful() {
        for used in (60..3_000_000).step_by(1009) {
            let capacity = capacity_for(used);
            assert!(!is_tight(used, capacity), "{used} of {capacity}");
            assert!(!is_wasteful(used, capacity), "{used} of {capacity}");
        }
    }
}
