//! Fragments: memory outside the block that holds objects of this heap until the next collection.

use std::ptr::NonNull;

use dala_ir::abi::Word;

use super::block::Block;

/// Smallest chunk made when the block is full, in words.
const CHUNK_WORDS: usize = 256;

/// How memory that the heap did not allocate itself is given back.
#[derive(Clone, Copy, Debug)]
pub struct Release {
    /// What to free, such as a message node.
    pub memory: NonNull<u8>,
    /// Frees it; must not touch the off-heap counts of the objects, which belong to the heap now.
    pub free: unsafe fn(NonNull<u8>),
}

#[derive(Debug)]
enum Owner {
    Chunk(#[expect(dead_code, reason = "held to be freed")] Block),
    Foreign(Release),
}

/// A run of whole objects outside the block.
#[derive(Debug)]
pub struct Fragment {
    pub(super) start: *mut Word,
    pub(super) used: *mut Word,
    pub(super) end: *mut Word,
    owner: Owner,
}

impl Fragment {
    /// A chunk to allocate at least `words` from; `former` words of chunks exist already.
    pub(super) fn chunk(words: usize, former: usize) -> Fragment {
        let block = Block::new(words.max(CHUNK_WORDS).max(former.min(1 << 16)));
        Fragment { start: block.start(), used: block.start(), end: block.end(), owner: Owner::Chunk(block) }
    }

    /// Memory of somebody else, full of objects.
    pub(super) fn foreign(start: *mut Word, words: usize, release: Release) -> Fragment {
        let end = start.wrapping_add(words);
        Fragment { start, used: end, end, owner: Owner::Foreign(release) }
    }

    /// Takes `words` words if they are left.
    pub(super) fn take(&mut self, words: usize) -> Option<*mut Word> {
        let free = (self.end as usize - self.used as usize) / size_of::<Word>();
        if free < words || matches!(self.owner, Owner::Foreign(_)) {
            return None;
        }
        let start = self.used;
        self.used = start.wrapping_add(words);
        Some(start)
    }
}

#[expect(unsafe_code, reason = "frees memory through the function that came with it")]
mod free {
    use super::{Fragment, Owner};

    // SAFETY: a fragment owns its memory alone; whoever attaches foreign memory gives it away.
    unsafe impl Send for Fragment {}

    impl Drop for Fragment {
        fn drop(&mut self) {
            if let Owner::Foreign(release) = &self.owner {
                // SAFETY: the memory came with this function and is freed once, here.
                unsafe { (release.free)(release.memory) };
            }
        }
    }
}
