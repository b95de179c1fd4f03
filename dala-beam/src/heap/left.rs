//! Blocks that a collection left, and what becomes of them before the next one.

use super::block::Block;
use super::rare::Rare;

/// A block of at least as many words is worth keeping: an allocator asks the system for each of that size, which hands out
/// zeroed pages at the first touch of every one.
const KEPT_WORDS: usize = 16_384;

/// Nothing in most heaps. While its process runs, a heap of a large block keeps the one that it left, and moves back to it
/// at the next collection. Under stress, blocks are poisoned and kept from being handed out again.
#[derive(Debug, Default)]
pub(super) struct Left(Rare<Vec<Block>>);

impl Left {
    /// A block of `words` words, if that was kept. Any other is no longer of use, and goes.
    pub(super) fn take(&mut self, words: usize) -> Option<Block> {
        self.0.get_mut()?.drain(..).find(|block| block.words() == words)
    }

    /// Keeps `block` instead of what was kept, if it is large.
    pub(super) fn keep(&mut self, block: Block) {
        if block.words() >= KEPT_WORDS {
            self.clear();
            self.0.make().push(block);
        }
    }

    /// Overwrites `blocks`, and keeps all of them until [`Left::clear`].
    pub(super) fn poison(&mut self, blocks: [Block; 2]) {
        for mut block in blocks {
            block.poison();
            self.0.make().push(block);
        }
    }

    /// Gives all blocks back.
    #[inline]
    pub(super) fn clear(&mut self) {
        if let Some(blocks) = self.0.get_mut() {
            blocks.clear();
        }
    }

    /// Words of all blocks.
    pub(super) fn words(&self) -> usize {
        self.0.get().map_or(0, |blocks| blocks.iter().map(Block::words).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_large_block_is_kept_for_who_needs_as_much() {
        let mut left = Left::default();
        left.keep(Block::new(KEPT_WORDS - 1));
        assert_eq!(left.words(), 0, "small blocks are the allocator's");
        left.keep(Block::new(KEPT_WORDS));
        left.keep(Block::new(2 * KEPT_WORDS));
        assert_eq!(left.words(), 2 * KEPT_WORDS);
        assert_eq!(left.take(2 * KEPT_WORDS).map(|block| block.words()), Some(2 * KEPT_WORDS));
        left.keep(Block::new(KEPT_WORDS));
        assert!(left.take(KEPT_WORDS + 1).is_none());
        assert_eq!(left.words(), 0, "of no use");
    }
}
