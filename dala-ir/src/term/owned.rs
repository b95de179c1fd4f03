//! Terms that live off any actor's heap: exit reasons, table rows, messages to native actors.

#![expect(unsafe_code, reason = "owns raw blocks of heap objects and the counts in them")]

use std::alloc::{Layout, alloc, dealloc};
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering, fence};

use super::copy::{
    copy_block, copy_flat, copy_term, release_object, release_offheap, share_nothing, size_in_words,
};
use super::memory::NoMemory;
use super::print::{Style, print};
use super::view::{TermView, tuple_elements};
use super::writer::TermWriter;
use crate::abi::Word;

/// A self-contained, immutable copy of a term. Cloning shares it; the last clone frees it.
///
/// Immediates take no allocation, everything else exactly one.
#[derive(Clone)]
pub struct OwnedTerm {
    root: Word,
    block: Option<Block>,
}

/// A counted allocation: a head and the words of a term behind it. The count works as in `Arc`.
struct Block {
    head: NonNull<Head>,
}

#[repr(C)]
struct Head {
    count: AtomicUsize,
    words: usize,
    has_offheap: bool,
}

// SAFETY: the words behind the head never change once the term is built, and the count is atomic.
unsafe impl Send for Block {}
// SAFETY: as above.
unsafe impl Sync for Block {}

impl Block {
    fn layout(words: usize) -> Layout {
        let bytes =
            words.checked_mul(size_of::<Word>()).and_then(|bytes| bytes.checked_add(size_of::<Head>()));
        bytes
            .and_then(|bytes| Layout::from_size_align(bytes, align_of::<Head>()).ok())
            .expect("a term that exists fits the address space")
    }

    /// A block with room for `words` words, which the caller fills. Unwinds when there is no memory.
    fn with_room(words: usize) -> Block {
        let layout = Block::layout(words);
        // SAFETY: the layout holds a head, so it is not empty.
        let Some(head) = NonNull::new(unsafe { alloc(layout) }.cast::<Head>()) else {
            NoMemory::of(layout).unwind()
        };
        // SAFETY: fresh memory with room for a head.
        unsafe { head.write(Head { count: AtomicUsize::new(1), words, has_offheap: false }) };
        Block { head }
    }

    fn head(&self) -> &Head {
        // SAFETY: this value holds a count, so the block lives.
        unsafe { self.head.as_ref() }
    }

    fn words(&self) -> *mut Word {
        // SAFETY: the words follow the head in the same allocation, which is aligned for both.
        unsafe { self.head.as_ptr().add(1).cast() }
    }
}

const _: () = assert!(size_of::<Head>().is_multiple_of(8) && align_of::<Head>() == 8);

impl Clone for Block {
    fn clone(&self) -> Block {
        self.head().count.fetch_add(1, Ordering::Relaxed);
        Block { head: self.head }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if self.head().count.fetch_sub(1, Ordering::Release) != 1 {
            return;
        }
        fence(Ordering::Acquire);
        let (words, has_offheap) = (self.head().words, self.head().has_offheap);
        // SAFETY: this was the last count. `copy_flat` filled the block, and who held words into it is gone; it
        // was allocated with the same layout.
        unsafe {
            if has_offheap {
                release_offheap(self.words(), words);
            }
            dealloc(self.head.as_ptr().cast(), Block::layout(words));
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
        let block = Block::with_room(size);
        let mut has_offheap = false;
        // SAFETY: the block has the size that was counted, and is kept as long as its root. Nobody else has it yet,
        // so its head may be written.
        let root = unsafe {
            let root = copy_flat(word, block.words(), shared, |_| has_offheap = true);
            (*block.head.as_ptr()).has_offheap = has_offheap;
            root
        };
        OwnedTerm { root, block: Some(block) }
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
        self.block.as_ref().map_or(0, |block| block.head().words)
    }

    /// Writes immediates over elements, from 0, of a tuple that no clone shares; says whether it did, which it does not
    /// where the term is no such tuple of its own memory, has no such element, or a word is no immediate. Words of the
    /// tuple that somebody still has see the change.
    pub fn set_elements(&mut self, elements: &[(usize, Word)]) -> bool {
        let Some(block) = &self.block else { return false };
        // What clones did before they were dropped happened before.
        let is_shared = block.head().count.load(Ordering::Acquire) != 1;
        let len = tuple_elements(self.root).map_or(0, <[Word]>::len);
        if is_shared || !elements.iter().all(|&(place, word)| place < len && !word.is_pointer()) {
            return false;
        }
        let Some(tuple) = self.root.pointer() else { return false };
        for &(place, word) in elements {
            // SAFETY: the tuple has the element, and lies in the block, since its root was copied. This is the one count
            // of it, borrowed mutably, so no thread reads the word meanwhile.
            unsafe { tuple.add(1 + place).write(word) };
        }
        true
    }

    /// A copy on another heap that points to what this one shares, which must outlive it. One pass over its words, which
    /// lie one behind the other already.
    pub fn copy_block_to<W: TermWriter + ?Sized>(&self, writer: &mut W) -> Word {
        let Some(block) = &self.block else { return self.root };
        let words = block.head().words;
        let target = writer.alloc_words(words);
        // SAFETY: the block is full of objects that point to each other or to what is shared, as `copy_flat` left it;
        // there is room for as many words.
        unsafe { copy_block(block.words(), words, self.root, target, |object| writer.own_offheap(object)) }
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
        let text = print(self.root, Style::Readable).limited(200);
        write!(f, "OwnedTerm({text}, {} words)", self.words())
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
            let mut chunk = Vec::new();
            if chunk.try_reserve_exact(size).is_err() {
                NoMemory { bytes: size.saturating_mul(size_of::<Word>()) }.unwind();
            }
            chunk.resize_with(size, MaybeUninit::uninit);
            self.chunks.push(chunk.into_boxed_slice());
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
    use super::super::view::{bytes, list_len};
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
    fn a_whole_copy_points_into_itself_and_shares_what_its_source_did() {
        let mut source = Fragment::new();
        let literal = source.tuple(&[Word::small_int(7)]);
        let binary = source.binary(&[9; 200]);
        let big = source.big(true, &[u64::MAX, 5]);
        let list = source.list(&[Word::small_int(1), literal, binary, big], Word::NIL);
        let tuple = source.tuple(&[list, binary, list]);
        let owned = OwnedTerm::copy_sharing(tuple, |object| Some(object.cast_mut()) == literal.pointer());
        let mut target = Fragment::new();
        let copy = owned.copy_block_to(&mut target);
        assert!(super::super::compare::eq_exact(copy, tuple));
        drop(owned);
        let elements = tuple_elements(copy).unwrap();
        let items = super::super::view::list_to_vec(elements[0]).unwrap();
        assert_eq!((items[1], bytes(items[2])), (literal, Some(&[9; 200][..])));
        assert_eq!(print(copy, Style::Readable).to_string(), print(tuple, Style::Readable).to_string());
        assert_eq!(OwnedTerm::copy_of(Word::small_int(5)).copy_block_to(&mut target), Word::small_int(5));
    }

    #[test]
    fn elements_change_in_place_only_where_nobody_shares_them() {
        let mut source = Fragment::new();
        let inner = source.tuple(&[Word::small_int(2)]);
        let tuple = source.tuple(&[Word::small_int(1), inner]);
        let mut owned = OwnedTerm::copy_of(tuple);
        let five = Word::small_int(5);
        assert!(!owned.set_elements(&[(2, five)]), "no such element");
        assert!(!owned.set_elements(&[(0, tuple)]), "no immediate");
        let clone = owned.clone();
        assert!(!owned.set_elements(&[(0, five)]), "shared");
        drop(clone);
        assert!(owned.set_elements(&[(0, five), (1, Word::NIL)]));
        assert_eq!(tuple_elements(owned.root()).unwrap(), [five, Word::NIL]);
        assert!(!OwnedTerm::copy_of(five).set_elements(&[]), "no tuple");
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
    fn binaries_live_as_long_as_the_last_copy() {
        let mut source = Fragment::new();
        let binary = source.binary(&[3; 100]);
        let first = OwnedTerm::copy_of(binary);
        drop(source);
        let clones: Vec<OwnedTerm> = std::iter::repeat_n(first, 3).collect();
        let last = std::thread::scope(|scope| {
            let mut threads: Vec<_> = clones.into_iter().map(|term| scope.spawn(move || term)).collect();
            threads.pop().map(|thread| thread.join().unwrap()).unwrap()
        });
        assert_eq!(bytes(last.root()), Some(&[3; 100][..]));
    }

    #[test]
    fn immediates_take_no_memory() {
        assert_eq!(OwnedTerm::copy_of(Word::small_int(5)).words(), 0);
    }
}
