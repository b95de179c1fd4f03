//! The literal area: constants of modules and persistent terms. One address range for the OS process, so that
//! telling a literal is one compare; never moved, never scanned, never freed.
//!
//! What does not fit any more goes to leaked memory of its own. That is as good for reading; such literals are
//! merely copied when they are sent.

#![expect(unsafe_code, reason = "hands out raw words of one reserved range")]

use std::alloc::{Layout, alloc, alloc_zeroed, handle_alloc_error};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use dala_ir::abi::Word;
use dala_ir::term::{TermWriter, copy_term};

/// Sizes to reserve, tried in turn, in bytes. Pages never written take no memory.
const RESERVES: [usize; 4] = [1 << 30, 1 << 28, 1 << 26, 1 << 22];

static START: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);

/// The area; see the module docs.
#[derive(Debug)]
pub struct LiteralArea {
    start: *mut Word,
    words: usize,
    used: AtomicUsize,
}

// SAFETY: each word is handed out once; literals never change once built.
unsafe impl Send for LiteralArea {}
// SAFETY: as above.
unsafe impl Sync for LiteralArea {}

/// The one literal area.
pub fn literal_area() -> &'static LiteralArea {
    static AREA: OnceLock<LiteralArea> = OnceLock::new();
    AREA.get_or_init(|| {
        for bytes in RESERVES {
            // No larger alignment than the allocator gives anyway: else all of it would be written with zeros.
            let layout = Layout::from_size_align(bytes, 16).expect("a power of two");
            // SAFETY: the layout is not empty.
            let start = unsafe { alloc_zeroed(layout) };
            if !start.is_null() {
                START.store(start.expose_provenance(), Ordering::Relaxed);
                BYTES.store(bytes, Ordering::Relaxed);
                return LiteralArea { start: start.cast(), words: bytes / 8, used: AtomicUsize::new(0) };
            }
        }
        LiteralArea { start: std::ptr::null_mut(), words: 0, used: AtomicUsize::new(0) }
    })
}

/// Whether `object` lies in the literal area, so that it may be shared between actors.
#[inline]
pub fn is_literal(object: *const Word) -> bool {
    (object as usize).wrapping_sub(START.load(Ordering::Relaxed)) < BYTES.load(Ordering::Relaxed)
}

impl LiteralArea {
    /// A writer that builds literals.
    pub fn writer(&'static self) -> LiteralWriter {
        LiteralWriter { area: self }
    }

    /// The literal equal to `term`.
    pub fn copy(&'static self, term: Word) -> Word {
        copy_term(term, &mut self.writer(), is_literal)
    }

    /// Words used.
    pub fn used_words(&self) -> usize {
        self.used.load(Ordering::Relaxed).min(self.words)
    }
}

/// Builds literals.
#[derive(Debug)]
pub struct LiteralWriter {
    area: &'static LiteralArea,
}

// SAFETY: words are handed out once and live for ever; the counts of off-heap objects are kept for ever.
unsafe impl TermWriter for LiteralWriter {
    fn alloc_words(&mut self, words: usize) -> *mut Word {
        let area = self.area;
        let start = area.used.fetch_add(words, Ordering::Relaxed);
        if start.checked_add(words).is_some_and(|end| end <= area.words) {
            return area.start.wrapping_add(start);
        }
        let layout =
            Layout::array::<Word>(words.max(1)).expect("literals are bounded by the loader's limits");
        // SAFETY: the layout is not empty.
        let memory = unsafe { alloc(layout) };
        if memory.is_null() {
            handle_alloc_error(layout);
        }
        memory.expose_provenance();
        memory.cast()
    }

    fn own_offheap(&mut self, _object: Word) {}
}
