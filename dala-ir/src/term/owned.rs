//! Terms that live off any actor's heap: exit reasons, table rows, messages to native actors.

#![expect(unsafe_code, reason = "owns raw blocks of heap objects and the counts in them")]

use std::mem::MaybeUninit;
use std::sync::Arc;

use super::copy::{copy_flat, copy_term, release_object, release_offheap, share_nothing, size_in_words};
use super::view::TermView;
use super::writer::TermWriter;
use crate::abi::Word;

/// A self-contained, immutable copy of a term. Cloning shares it; the last clone frees it.
///
/// Immediates take no allocation, everything else exactly one.
#[derive(Clone)]
pub struct OwnedTerm {
    root: Word,
    block: Option<Arc<Block>>,
}

struct Block {
    words: Box<[MaybeUninit<Word>]>,
    has_offheap: bool,
}

impl Drop for Block {
    fn drop(&mut self) {
        if self.has_offheap {
            // SAFETY: `copy_flat` filled the block, and the owner that held words into it is gone.
            unsafe { release_offheap(self.words.as_ptr().cast(), self.words.len()) };
        }
    }
}

impl OwnedTerm {
    /// A copy of `word`, sharing nothing with its heap but counted buffers.
    pub fn copy_of(word: Word) -> OwnedTerm {
        OwnedTerm::copy_sharing(word, share_nothing)
    }

    /// A copy of `word` that keeps pointing to objects for which `shared` holds; they must outlive it.
    pub fn copy_sharing(word: Word, shared: impl Fn(*const Word) -> bool) -> OwnedTerm {
        let size = if word.is_pointer() { size_in_words(word, &shared) } else { 0 };
        if size == 0 {
            return OwnedTerm { root: word, block: None };
        }
        let mut words = Box::new_uninit_slice(size);
        let mut has_offheap = false;
        // SAFETY: the block has the size that was counted, and is kept as long as its root.
        let root = unsafe { copy_flat(word, words.as_mut_ptr().cast(), shared, |_| has_offheap = true) };
        OwnedTerm { root, block: Some(Arc::new(Block { words, has_offheap })) }
    }

    /// The term that `build` returns, built on scratch memory.
    pub fn build(build: impl FnOnce(&mut Fragment) -> Word) -> OwnedTerm {
        let mut scratch = Fragment::new();
        let word = build(&mut scratch);
        OwnedTerm::copy_of(word)
    }

    /// The term; valid as long as this value or a clone of it lives.
    #[inline]
    pub fn root(&self) -> Word {
        self.root
    }

    /// What the term is.
    pub fn view(&self) -> TermView<'_> {
        self.root.view()
    }

    /// Words of memory it takes, 0 for an immediate.
    pub fn words(&self) -> usize {
        self.block.as_ref().map_or(0, |block| block.words.len())
    }

    /// A copy on another heap.
    pub fn copy_to<W: TermWriter + ?Sized>(&self, writer: &mut W) -> Word {
        copy_term(self.root, writer, share_nothing)
    }
}

impl From<crate::abi::Atom> for OwnedTerm {
    fn from(atom: crate::abi::Atom) -> OwnedTerm {
        OwnedTerm { root: Word::atom(atom), block: None }
    }
}

impl std::fmt::Debug for OwnedTerm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OwnedTerm({:?}, {} words)", self.root, self.words())
    }
}

/// Scratch memory that terms are built on off any heap: grows by chunks, never moves, frees all at once.
#[derive(Default)]
pub struct Fragment {
    chunks: Vec<Box<[MaybeUninit<Word>]>>,
    used: usize,
    total: usize,
    offheap: Vec<Word>,
}

const FIRST_CHUNK_WORDS: usize = 64;

impl Fragment {
    /// An empty fragment; allocates at the first term.
    pub fn new() -> Fragment {
        Fragment::default()
    }

    /// Words allocated for terms so far.
    pub fn words(&self) -> usize {
        self.total
    }
}

// SAFETY: chunks are never moved or reused before the fragment drops, and it releases each reported count then.
unsafe impl TermWriter for Fragment {
    fn alloc_words(&mut self, words: usize) -> *mut Word {
        let room = self.chunks.last().map_or(0, |chunk| chunk.len() - self.used);
        if words > room || self.chunks.is_empty() {
            let size = self.total.clamp(FIRST_CHUNK_WORDS, 1 << 16).max(words);
            self.chunks.push(Box::new_uninit_slice(size));
            self.used = 0;
        }
        let start = self.used;
        self.used += words;
        self.total += words;
        let chunk = self.chunks.last_mut().expect("a chunk was pushed where there was none");
        chunk[start..].as_mut_ptr().cast()
    }

    fn own_offheap(&mut self, object: Word) {
        self.offheap.push(object);
    }
}

impl Drop for Fragment {
    fn drop(&mut self) {
        for object in self.offheap.drain(..) {
            // SAFETY: reported once by who built it here; the chunks go right after.
            unsafe { release_object(object) };
        }
    }
}

impl std::fmt::Debug for Fragment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fragment({} words)", self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::super::view::{bytes, list_len, tuple_elements};
    use super::*;

    #[test]
    fn copy_outlives_its_source() {
        let owned = {
            let mut source = Fragment::new();
            let binary = source.binary(&[9; 200]);
            let part = source.sub_bits(binary, 8, 1000).unwrap();
            let list = source.list(&[Word::small_int(1), part], Word::NIL);
            let tuple = source.tuple(&[list, binary]);
            OwnedTerm::copy_of(tuple)
        };
        let elements = tuple_elements(owned.root()).unwrap();
        assert_eq!(list_len(elements[0]), Some(2));
        assert_eq!(bytes(elements[1]), Some(&[9; 200][..]));
        let clone = owned.clone();
        drop(owned);
        assert_eq!(bytes(tuple_elements(clone.root()).unwrap()[1]).unwrap().len(), 200);
    }

    #[test]
    fn deep_terms_copy_without_recursion() {
        let mut source = Fragment::new();
        let mut term = Word::NIL;
        for _ in 0..1_000_000 {
            term = source.tuple(&[term]);
        }
        let owned = OwnedTerm::copy_of(term);
        assert_eq!(owned.words(), 2_000_000);
    }

    #[test]
    fn immediates_take_no_memory() {
        assert_eq!(OwnedTerm::copy_of(Word::small_int(5)).words(), 0);
    }
}
