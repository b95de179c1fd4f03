//! Building terms on an actor's heap.

#![expect(unsafe_code, reason = "promises that handed out memory lives until the next safepoint")]

use dala_ir::abi::{Claim, Word};
use dala_ir::term::{OwnedTerm, TermWriter, copy_term};

use super::heap::Heap;
use super::literals;

// SAFETY: `Heap::alloc` hands out each word once, aligned, and keeps it until the next collection, which follows
// or frees it; listed off-heap objects give their count back exactly once, in a collection or when the heap drops.
unsafe impl TermWriter for Heap {
    #[inline]
    fn alloc_words(&mut self, words: usize) -> *mut Word {
        self.alloc(words)
    }

    fn own_offheap(&mut self, object: Word) {
        if let Some(pointer) = object.pointer() {
            Heap::own_offheap(self, pointer);
        }
    }

    #[inline]
    fn claim(&mut self, counted: Word) -> Option<&mut Claim> {
        let is_own = counted.pointer().is_some_and(|object| !literals::is_literal(object));
        is_own.then_some(&mut self.context.claim)
    }
}

impl Heap {
    /// Gives back what was claimed ahead of a buffer's end.
    pub fn release_claim(&mut self) {
        // SAFETY: it is of a buffer that an object of this heap has a count of, and none was freed since: that calls this
        // first.
        unsafe { self.context.claim.release() };
    }

    /// A copy of `term`, which may live anywhere, on this heap; literals are shared.
    pub fn copy(&mut self, term: Word) -> Word {
        copy_term(term, self, literals::is_literal)
    }

    /// A copy of `term` on this heap; what [`own`] shared with literals still is.
    pub fn copy_owned(&mut self, term: &OwnedTerm) -> Word {
        term.copy_block_to(self)
    }
}

/// A copy of `term` off all heaps; literals are shared.
pub fn own(term: Word) -> OwnedTerm {
    OwnedTerm::copy_sharing(term, literals::is_literal)
}
