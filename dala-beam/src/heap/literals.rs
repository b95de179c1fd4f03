//! The literal area: constants of modules. One address range for the OS process, so that telling a literal is one
//! compare; never moved, never scanned, and freed only with a module that is refused before anybody saw it: literals are
//! built in a [`LiteralDraft`], which either is kept for ever or gives everything back.
//!
//! What does not fit any more goes to memory of its own. That is as good for reading; such literals are merely copied
//! when they are sent. On purpose so of a module that was loaded before: what nobody shares can be freed
//! ([`FreeableLiterals`]).

#![expect(unsafe_code, reason = "hands out raw words of one reserved range")]

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, handle_alloc_error};
use std::mem::ManuallyDrop;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use dala_ir::abi::Word;
use dala_ir::term::{TermWriter, copy_term};

use super::offheap;

/// Sizes to reserve, tried in turn, in bytes. Pages never written take no memory.
const RESERVES: [usize; 4] = [1 << 30, 1 << 28, 1 << 26, 1 << 22];

static START: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);

/// The area; see the module docs.
#[derive(Debug)]
pub struct LiteralArea {
    start: *mut Word,
    words: usize,
    room: Mutex<Room>,
    /// Words elsewhere.
    outside: AtomicUsize,
}

/// Which words of the area are used: all below `end` but those that were given back.
#[derive(Debug, Default)]
struct Room {
    end: usize,
    /// Ascending, not touching one another nor `end`.
    given_back: Vec<Range<usize>>,
}

impl Room {
    /// Takes `words` of the area's `all`.
    fn take(&mut self, words: usize, all: usize) -> Option<usize> {
        if let Some(index) = self.given_back.iter().position(|range| range.len() >= words) {
            let range = &mut self.given_back[index];
            let start = range.start;
            range.start += words;
            if range.start == range.end {
                self.given_back.remove(index);
            }
            return Some(start);
        }
        let end = self.end.checked_add(words).filter(|&end| end <= all)?;
        Some(std::mem::replace(&mut self.end, end))
    }

    fn give_back(&mut self, mut range: Range<usize>) {
        let mut at = self.given_back.partition_point(|other| other.start < range.start);
        if self.given_back.get(at).is_some_and(|next| next.start == range.end) {
            range.end = self.given_back.remove(at).end;
        }
        if at > 0 && self.given_back[at - 1].end == range.start {
            at -= 1;
            range.start = self.given_back.remove(at).start;
        }
        if range.end == self.end {
            self.end = range.start;
        } else {
            self.given_back.insert(at, range);
        }
    }

    fn used(&self) -> usize {
        self.end - self.given_back.iter().map(Range::len).sum::<usize>()
    }
}

// SAFETY: `start` is the beginning of memory that lives for ever; `room` hands each of its words out to one draft at a
// time, and literals never change once their draft is kept.
unsafe impl Send for LiteralArea {}
// SAFETY: as above.
unsafe impl Sync for LiteralArea {}

/// The one literal area.
pub fn literal_area() -> &'static LiteralArea {
    static AREA: OnceLock<LiteralArea> = OnceLock::new();
    AREA.get_or_init(|| {
        let area = RESERVES.into_iter().map(LiteralArea::reserve).find(|area| area.words > 0);
        let area = area.unwrap_or_else(|| LiteralArea::reserve(0));
        START.store(area.start.expose_provenance(), Ordering::Relaxed);
        BYTES.store(area.words * size_of::<Word>(), Ordering::Relaxed);
        area
    })
}

/// Whether `object` lies in the literal area, so that it may be shared between actors.
#[inline]
pub fn is_literal(object: *const Word) -> bool {
    (object as usize).wrapping_sub(START.load(Ordering::Relaxed)) < BYTES.load(Ordering::Relaxed)
}

impl LiteralArea {
    /// An area of this size, or one of size 0 when the system gives no memory.
    fn reserve(bytes: usize) -> LiteralArea {
        // No larger alignment than the allocator gives anyway: else all of it would be written with zeros.
        let layout = Layout::from_size_align(bytes, 16).expect("a power of two");
        let start = if bytes == 0 {
            std::ptr::null_mut()
        } else {
            // SAFETY: the layout is not empty.
            unsafe { alloc_zeroed(layout) }
        };
        let words = if start.is_null() { 0 } else { bytes / size_of::<Word>() };
        LiteralArea { start: start.cast(), words, room: Mutex::default(), outside: AtomicUsize::new(0) }
    }

    /// One for a test alone.
    #[cfg(test)]
    pub(super) fn of_a_test(bytes: usize) -> &'static LiteralArea {
        Box::leak(Box::new(LiteralArea::reserve(bytes)))
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to build literals.
    pub fn draft(&'static self) -> LiteralDraft {
        LiteralDraft { area: self, inside: Vec::new(), outside: Vec::new(), counted: Vec::new(), apart: None }
    }

    /// Begins to build literals that can be freed once they were kept, all of them outside of the area.
    pub fn freeable_draft(&'static self) -> LiteralDraft {
        let mut draft = self.draft();
        draft.apart = Some(Apart::default());
        draft
    }

    /// Words used, in the area and outside of it.
    pub fn used_words(&self) -> usize {
        self.room().used() + self.outside.load(Ordering::Relaxed)
    }
}

/// Builds literals. Dropping it frees them; [`LiteralDraft::keep`] makes them last for ever.
#[derive(Debug)]
pub struct LiteralDraft {
    area: &'static LiteralArea,
    /// Words of the area that are its.
    inside: Vec<Range<usize>>,
    /// Memory elsewhere that is its.
    outside: Vec<(*mut Word, Layout)>,
    /// Its objects that own a count of something off the heap.
    counted: Vec<Word>,
    /// Where literals outside of the area go on, if all of them are to lie there.
    apart: Option<Apart>,
}

/// What is left of a piece of memory.
#[derive(Clone, Copy, Debug, Default)]
struct Apart {
    address: usize,
    words: usize,
}

/// Fewest and most words of such a piece: each has as many as there are already.
const PIECE_WORDS: (usize, usize) = (64, 1 << 16);

impl LiteralDraft {
    /// The literal equal to `term`.
    pub fn copy(&mut self, term: Word) -> Word {
        copy_term(term, self, is_literal)
    }

    /// Words that it takes.
    pub fn words(&self) -> usize {
        let inside: usize = self.inside.iter().map(Range::len).sum();
        inside + self.outside.iter().map(|(_, layout)| layout.size() / size_of::<Word>()).sum::<usize>()
    }

    /// Makes what it built last for ever.
    pub fn keep(mut self) {
        self.inside.clear();
        self.outside.clear();
        self.counted.clear();
    }

    /// As [`LiteralDraft::keep`], of a [freeable draft](LiteralArea::freeable_draft): until it is said that nobody has them.
    pub fn keep_until_freed(self) -> FreeableLiterals {
        debug_assert!(self.inside.is_empty(), "what lies in the area is shared");
        FreeableLiterals { draft: ManuallyDrop::new(self), is_left: AtomicBool::new(false) }
    }

    /// Memory of its own.
    fn alloc_outside(&mut self, words: usize) -> *mut Word {
        let layout = Layout::array::<Word>(words).expect("literals are bounded by the loader's limits");
        // SAFETY: no draft asks for no words.
        let memory = unsafe { alloc(layout) };
        if memory.is_null() {
            handle_alloc_error(layout);
        }
        memory.expose_provenance();
        self.area.outside.fetch_add(words, Ordering::Relaxed);
        self.outside.push((memory.cast(), layout));
        memory.cast()
    }
}

/// Literals that are no part of the area, so that no message, table or Rust value shares them: only heaps, stacks and roots of
/// processes refer to them, and [`Heap::copy_out`](super::Heap::copy_out) finds those words. Dropped, they stay for ever, unless
/// it was said before that no process has any.
#[derive(Debug)]
pub struct FreeableLiterals {
    draft: ManuallyDrop<LiteralDraft>,
    is_left: AtomicBool,
}

// SAFETY: literals never change, and the draft behind them is not touched before the drop.
unsafe impl Send for FreeableLiterals {}
// SAFETY: as above.
unsafe impl Sync for FreeableLiterals {}

impl FreeableLiterals {
    /// Whether `object` is one of them, or part of one.
    pub fn contains(&self, object: *const Word) -> bool {
        let lies_in = |&(start, layout): &(*mut Word, Layout)| {
            (object as usize).wrapping_sub(start as usize) < layout.size()
        };
        self.draft.outside.iter().any(lies_in)
    }

    /// Has them freed with the last that holds this value.
    ///
    /// # Safety
    /// No process has a word that refers to one of them, nor will it get one but from this value.
    pub unsafe fn left_by_all(&self) {
        self.is_left.store(true, Ordering::Release);
    }
}

impl Drop for FreeableLiterals {
    fn drop(&mut self) {
        if *self.is_left.get_mut() {
            // SAFETY: dropped here alone; nobody refers to the literals, as `left_by_all` was promised.
            unsafe { ManuallyDrop::drop(&mut self.draft) };
        }
    }
}

impl Drop for LiteralDraft {
    fn drop(&mut self) {
        for object in self.counted.drain(..) {
            let object = object.pointer().expect("an object was built");
            // SAFETY: built here, told to `own_offheap` once, and its memory is given back below.
            unsafe { offheap::release(object) };
        }
        for (memory, layout) in self.outside.drain(..) {
            self.area.outside.fetch_sub(layout.size() / size_of::<Word>(), Ordering::Relaxed);
            // SAFETY: allocated with this layout by `alloc_words`, and known to nobody else: the draft was not kept.
            unsafe { dealloc(memory.cast(), layout) };
        }
        let mut room = self.area.room();
        for range in self.inside.drain(..) {
            room.give_back(range);
        }
    }
}

// SAFETY: each word of the area is one draft's until it is given back; both that and the release of off-heap counts
// happen in `drop`, after which nobody has the terms, or never.
unsafe impl TermWriter for LiteralDraft {
    fn alloc_words(&mut self, words: usize) -> *mut Word {
        if words == 0 {
            return std::ptr::dangling_mut();
        }
        if let Some(Apart { address, words: left }) = self.apart {
            if left >= words {
                let bytes = words * size_of::<Word>();
                self.apart = Some(Apart { address: address + bytes, words: left - words });
                return std::ptr::with_exposed_provenance_mut(address);
            }
            let piece = words.max(self.words().clamp(PIECE_WORDS.0, PIECE_WORDS.1));
            let memory = self.alloc_outside(piece);
            let address = memory.wrapping_add(words).expose_provenance();
            self.apart = Some(Apart { address, words: piece - words });
            return memory;
        }
        if let Some(start) = self.area.room().take(words, self.area.words) {
            match self.inside.last_mut() {
                Some(last) if last.end == start => last.end += words,
                _ => self.inside.push(start..start + words),
            }
            return self.area.start.wrapping_add(start);
        }
        self.alloc_outside(words)
    }

    fn own_offheap(&mut self, object: Word) {
        self.counted.push(object);
    }
}

#[cfg(test)]
mod tests {
    use dala_ir::abi::Atom;
    use dala_ir::term::{Fragment, tuple_elements};

    use super::*;
    use dala_ir::term::resource::Resource;

    fn area(bytes: usize) -> &'static LiteralArea {
        LiteralArea::of_a_test(bytes)
    }

    #[test]
    fn a_draft_that_is_dropped_gives_its_words_back_and_they_are_used_again() {
        let area = area(1 << 12);
        let mut kept = area.draft();
        let word = kept.tuple(&[Word::small_int(1)]);
        let (mut first, mut second) = (area.draft(), area.draft());
        // In turn, so that neither has one range.
        for _ in 0..10 {
            first.cons(Word::NIL, Word::NIL);
            second.tuple(&[Word::small_int(7); 5]);
        }
        assert_eq!((kept.words(), first.words(), second.words()), (2, 20, 60));
        assert_eq!(area.used_words(), 82);
        drop(first);
        assert_eq!(area.used_words(), 62);
        let mut third = area.draft();
        third.cons(Word::NIL, Word::NIL);
        assert_eq!(area.room().end, 82, "a gap was big enough");
        drop(second);
        drop(third);
        assert_eq!((area.used_words(), area.room().end), (2, 2));
        assert!(area.room().given_back.is_empty());
        kept.keep();
        assert_eq!(area.used_words(), 2);
        assert_eq!(tuple_elements(word), Some(&[Word::small_int(1)][..]));
    }

    #[test]
    fn what_does_not_fit_lies_elsewhere() {
        let area = area(64);
        let mut draft = area.draft();
        let small = draft.tuple(&[Word::NIL; 3]);
        let large = draft.tuple(&[Word::atom(Atom::new("far")); 100]);
        assert_eq!(draft.words(), 105);
        assert_eq!(area.used_words(), 105);
        assert_eq!(tuple_elements(large).map(<[Word]>::len), Some(100));
        assert_eq!(tuple_elements(small).map(<[Word]>::len), Some(3));
        drop(draft);
        assert_eq!(area.used_words(), 0);
    }

    #[test]
    fn counts_that_literals_own_are_given_back_once() {
        static RELEASED: AtomicUsize = AtomicUsize::new(0);
        struct Counted;
        impl Drop for Counted {
            fn drop(&mut self) {
                RELEASED.fetch_add(1, Ordering::SeqCst);
            }
        }
        let released = || RELEASED.load(Ordering::SeqCst);
        let area = area(1 << 12);
        let mut fragment = Fragment::new();
        let one = Resource::new(Counted).write(&mut fragment);
        let (mut draft, mut kept) = (area.draft(), area.draft());
        draft.copy(one);
        Resource::new(Counted).write(&mut draft);
        kept.copy(one);
        assert_eq!(released(), 0);
        drop(draft);
        assert_eq!(released(), 1, "the one that nobody else has");
        drop(fragment);
        kept.keep();
        assert_eq!(released(), 1, "a literal has the other");
    }
}
