//! A run of words from the allocator.

#![expect(unsafe_code, reason = "owns raw memory that tagged words point into")]

use std::alloc::{Layout, alloc, dealloc};

use dala_ir::abi::Word;
use dala_ir::term::NoMemory;

/// What a freed or abandoned word is overwritten with under stress: a header of no kind, so that whoever reads
/// it as an object panics.
pub(super) const POISON: u64 = 0xdead_dead_dead_deff;

/// An owned run of words. Its memory does not move when the block does.
#[derive(Debug)]
pub(crate) struct Block {
    start: *mut Word,
    words: usize,
}

// SAFETY: the block owns its memory; the words in it carry no thread affinity.
unsafe impl Send for Block {}

/// Blocks of at least as many bytes lie on huge pages where the system has them: one fault for 2 MiB of a large heap instead
/// of 512.
const HUGE_BYTES: usize = 2 * HUGE_PAGE;
const HUGE_PAGE: usize = 2 << 20;

fn layout(words: usize) -> Option<Layout> {
    let layout = Layout::array::<Word>(words).ok()?;
    if is_huge(layout) { layout.align_to(HUGE_PAGE).ok() } else { Some(layout) }
}

fn is_huge(layout: Layout) -> bool {
    cfg!(any(target_os = "linux", target_os = "android")) && layout.size() >= HUGE_BYTES
}

/// Asks for huge pages, of which only those that are touched take memory.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn advise(start: *mut Word, layout: Layout) {
    // What is left of the last page may be the allocator's own.
    let bytes = layout.size() / HUGE_PAGE * HUGE_PAGE;
    // SAFETY: the pages were just allocated, and advice changes none of their contents. Without them, all goes as before.
    unsafe { libc::madvise(start.cast(), bytes, libc::MADV_HUGEPAGE) };
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn advise(_: *mut Word, _: Layout) {}

impl Block {
    /// A block of no words.
    pub(crate) const fn empty() -> Block {
        Block { start: std::ptr::null_mut(), words: 0 }
    }

    /// A block of `words` words, not initialised.
    ///
    /// # Panics
    /// With [`NoMemory`] as payload, when there is none: only that process ends.
    pub(crate) fn new(words: usize) -> Block {
        Block::try_new(words).unwrap_or_else(|error| error.unwind())
    }

    /// A block of `words` words, not initialised.
    ///
    /// # Errors
    /// When there is no memory.
    pub(crate) fn try_new(words: usize) -> Result<Block, NoMemory> {
        if words == 0 {
            return Ok(Block::empty());
        }
        let layout = layout(words).ok_or(NoMemory { bytes: usize::MAX })?;
        // SAFETY: the layout is not empty.
        let start = unsafe { alloc(layout) }.cast::<Word>();
        if start.is_null() {
            return Err(NoMemory::of(layout));
        }
        if is_huge(layout) {
            advise(start, layout);
        }
        // Words hold addresses as plain bits and get pointers back from them.
        start.expose_provenance();
        Ok(Block { start, words })
    }

    /// First word.
    pub(crate) fn start(&self) -> *mut Word {
        self.start
    }

    /// Behind the last word.
    pub(crate) fn end(&self) -> *mut Word {
        self.start.wrapping_add(self.words)
    }

    /// Number of words.
    pub(crate) fn words(&self) -> usize {
        self.words
    }

    /// Overwrites every word so that stale pointers into the block are found out.
    pub(crate) fn poison(&mut self) {
        let poison = Word::header_poison();
        for index in 0..self.words {
            // SAFETY: within the block, which this value owns.
            unsafe { self.start.add(index).write(poison) };
        }
    }
}

/// The poison word.
trait Poison {
    fn header_poison() -> Word;
}

impl Poison for Word {
    fn header_poison() -> Word {
        // SAFETY: the bits carry the header tag, so nobody follows them as a pointer.
        unsafe { Word::from_bits(POISON) }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if self.words != 0
            && let Some(layout) = layout(self.words)
        {
            // SAFETY: allocated in `try_new` with this layout, freed once.
            unsafe { dealloc(self.start.cast(), layout) };
        }
    }
}
