//! What the collector counts.

/// Counts of one heap since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Minor collections.
    pub minor: u64,
    /// Major collections.
    pub major: u64,
    /// Copies of the young generation into a block of another size.
    pub resized: u64,
    /// Words copied within the young generation.
    pub young_words_moved: u64,
    /// Words copied into the old generation.
    pub old_words_moved: u64,
    /// Words of the old generation that a collection looked at; each is looked at once per move into it, never again.
    pub old_words_scanned: u64,
    /// Words given up as garbage.
    pub reclaimed_words: u64,
    /// Off-heap counts given back.
    pub offheap_released: u64,
}
