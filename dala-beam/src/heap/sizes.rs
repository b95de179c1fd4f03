//! The sizes of a heap, as they are told.

use super::collect::words_between;
use super::heap::Heap;

/// Sizes of a heap and of its parts, in words, all at one time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// The block, which young generation and stack share.
    pub(crate) block: usize,
    /// Fragments beside it.
    pub(crate) fragments: usize,
    /// What is in use of the block for the young generation.
    pub(crate) young: usize,
    /// The part of it that survived a collection.
    pub(crate) recent: usize,
    /// The stack.
    pub(crate) stack: usize,
    /// The old generation: what is taken of its block. The rest was never touched, and costs no memory.
    pub(crate) old: usize,
    /// What the young generation keeps alive outside, and where that makes a collection due.
    pub(crate) binaries: [usize; 2],
    /// As much of the old generation.
    pub(crate) old_binaries: [usize; 2],
}

impl Sizes {
    /// As [`Heap::total_words`].
    pub(crate) fn total(&self) -> usize {
        self.block + self.old + self.fragments
    }
}

impl Heap {
    /// Its sizes now.
    pub(crate) fn sizes(&self) -> Sizes {
        let words = |bytes: usize| bytes / size_of::<dala_ir::abi::Word>();
        Sizes {
            block: self.block_words(),
            fragments: self.fragment_words,
            young: self.context.heap_words(),
            recent: words_between(self.context.base, self.high_water),
            stack: self.context.stack_words(),
            old: self.old_words(),
            binaries: [self.binary_bytes, self.binary_limit].map(words),
            old_binaries: [self.old_binary_bytes, self.old_binary_limit].map(words),
        }
    }
}
