//! The heap: its parts, allocation, and attaching memory.

#![expect(unsafe_code, reason = "hands out and frees raw heap memory")]

use dala::{MemoryLimit, OverLimit};
use dala_ir::abi::{ActorContext, Word, context::flags};
use dala_ir::term::NoMemory;

use super::block::Block;
use super::counters::Counters;
use super::fragment::{Fragment, Release};
use super::growth;
use super::left::Left;
use super::offheap::{self, Buffer};
use super::rare::Rare;

/// Bytes of shared binaries that young objects may keep alive before a collection is asked for (OTP's
/// `min_bin_vheap_size` in bytes).
const MIN_BINARY_BYTES: usize = 46_422 * 8;

/// What a further slice of a buffer counts.
const SLICE_BYTES: usize = 64;

/// How a heap behaves; `spawn_opt` sets some of it.
#[derive(Clone, Copy, Debug)]
pub struct HeapOptions {
    /// Smallest block in words.
    pub min_words: usize,
    /// Most words that block, old generation and fragments may take together (`max_heap_size`).
    pub max_words: Option<usize>,
    /// The same by the limit on the actor's memory, which Erlang code does not change.
    pub memory_words: Option<usize>,
    /// Minor collections in a row after which a major one is made (`fullsweep_after`).
    pub fullsweep_after: u32,
    /// Collect at every safepoint and poison what was left.
    pub stress: bool,
}

impl Default for HeapOptions {
    fn default() -> HeapOptions {
        HeapOptions {
            min_words: growth::MIN_WORDS,
            max_words: None,
            memory_words: None,
            fullsweep_after: 65_535,
            stress: false,
        }
    }
}

impl HeapOptions {
    /// With what a limit on an actor's memory says of the heap.
    #[must_use]
    pub fn within(mut self, limit: MemoryLimit) -> HeapOptions {
        let words = |bytes| usize::try_from(bytes).map_or(usize::MAX, |bytes| bytes / size_of::<Word>());
        self.memory_words = limit.bytes.map(words);
        self
    }

    /// Most words.
    pub(super) fn limit(&self) -> Option<usize> {
        self.max_words.into_iter().chain(self.memory_words).min()
    }

    /// What is to be said of a heap of so many words, which is over a limit.
    pub(super) fn exceeded_by(&self, words: usize) -> HeapLimit {
        match (self.max_words, self.memory_words) {
            (Some(limit), _) if words > limit => HeapLimit::Words { words, limit },
            (_, limit) => {
                HeapLimit::Memory(OverLimit::Bytes((limit.unwrap_or(words) * size_of::<Word>()) as u64))
            }
        }
    }
}

/// Why a heap cannot go on: its process is killed, and no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeapLimit {
    /// It holds more than [`HeapOptions::max_words`] allows.
    #[error("heap of {words} words over its limit of {limit}")]
    Words {
        /// Words in use.
        words: usize,
        /// The limit.
        limit: usize,
    },
    /// Its actor may not hold so much.
    #[error(transparent)]
    Memory(OverLimit),
    /// The machine has no memory for the block it needs.
    #[error(transparent)]
    NoMemory(#[from] NoMemory),
}

/// The term heap and stack of one actor.
#[derive(Debug)]
pub struct Heap {
    /// What running code reads and writes.
    pub context: ActorContext,
    pub(super) block: Block,
    /// Young objects below it survived a collection.
    pub(super) high_water: *mut Word,
    pub(super) old: Block,
    pub(super) old_top: *mut Word,
    /// Where the old generation counts as full; at most its capacity.
    pub(super) old_limit: *mut Word,
    pub(super) fragments: Vec<Fragment>,
    pub(super) fragment_words: usize,
    pub(super) young_offheap: Vec<*mut Word>,
    pub(super) old_offheap: Vec<*mut Word>,
    /// Bytes that young off-heap objects keep alive, and where a collection is asked for.
    pub(super) binary_bytes: usize,
    pub(super) binary_limit: usize,
    pub(super) old_binary_bytes: usize,
    pub(super) old_binary_limit: usize,
    /// What the object that was noted last owns a count of.
    last_owned: u64,
    pub(super) minors_in_a_row: u32,
    /// Whether the last collection found the block too small.
    pub(super) is_growing: bool,
    /// Whether the last collection left a block that is mostly unused as it was.
    pub(super) is_wasteful: bool,
    /// Whether somebody asked for the next collection, and of both generations.
    pub(super) is_major_asked: bool,
    pub(super) options: HeapOptions,
    pub(super) counters: Rare<Counters>,
    pub(super) left: Left,
}

// SAFETY: the heap owns everything its pointers point to, save literals, which never change.
unsafe impl Send for Heap {}

impl Heap {
    /// A heap with a block of the smallest size; a smaller one, until the first collection, if nobody asked for more.
    pub fn new(options: HeapOptions) -> Heap {
        let is_asked = options.min_words > growth::MIN_WORDS;
        let block = Block::new(if is_asked { options.min_words } else { growth::FIRST_WORDS });
        let mut context = ActorContext::empty();
        context.base = block.start();
        context.hp = block.start();
        context.sp = block.end();
        context.top = block.end();
        if options.stress {
            context.flags |= flags::STRESS;
            context.request_collection();
        }
        Heap {
            high_water: block.start(),
            block,
            context,
            old: Block::empty(),
            old_top: std::ptr::null_mut(),
            old_limit: std::ptr::null_mut(),
            fragments: Vec::new(),
            fragment_words: 0,
            young_offheap: Vec::new(),
            old_offheap: Vec::new(),
            binary_bytes: 0,
            binary_limit: MIN_BINARY_BYTES,
            old_binary_bytes: 0,
            old_binary_limit: 4 * MIN_BINARY_BYTES,
            last_owned: 0,
            minors_in_a_row: 0,
            is_growing: false,
            is_wasteful: false,
            is_major_asked: false,
            options,
            counters: Rare::default(),
            left: Left::default(),
        }
    }

    /// The options.
    pub fn options(&self) -> HeapOptions {
        self.options
    }

    /// Changes the options from the next collection on (`process_flag`).
    pub fn set_options(&mut self, options: HeapOptions) {
        self.options = options;
        if options.stress {
            self.context.flags |= flags::STRESS;
            self.context.request_collection();
        }
    }

    /// What the collector counted.
    pub fn counters(&self) -> Counters {
        self.counters.get().copied().unwrap_or_default()
    }

    /// Words of memory that the process holds: [`Heap::total_words`], and what it keeps for the next collection.
    pub fn held_words(&self) -> usize {
        self.total_words() + self.left.words()
    }

    /// Gives back what is kept for the next collection: none is near in a process that waits.
    #[inline]
    pub fn rest(&mut self) {
        if !self.options.stress {
            self.left.clear();
        }
    }

    /// Words of block, old generation and fragments (`total_heap_size`).
    pub fn total_words(&self) -> usize {
        self.block.words() + self.old_words() + self.fragment_words
    }

    /// Words of the block (`heap_size`).
    pub fn block_words(&self) -> usize {
        self.block.words()
    }

    /// Words taken in the old generation.
    pub fn old_words(&self) -> usize {
        (self.old_top as usize - self.old.start() as usize) / size_of::<Word>()
    }

    /// Minor collections since the last major one.
    pub fn minors_in_a_row(&self) -> u32 {
        self.minors_in_a_row
    }

    /// Memory for an object of `words` words, valid until the next safepoint. Never collects: when the block is
    /// full the memory comes from a fragment, and that asks for a collection at the next function entry (see
    /// `growth::is_due`).
    ///
    /// The caller fills all of it with a whole object, or several, before the next safepoint.
    #[inline]
    pub fn alloc(&mut self, words: usize) -> *mut Word {
        if self.context.free_words() >= words {
            let start = self.context.hp;
            self.context.hp = start.wrapping_add(words);
            return start;
        }
        self.alloc_fragment(words)
    }

    #[cold]
    fn alloc_fragment(&mut self, words: usize) -> *mut Word {
        let start = match self.fragments.last_mut().and_then(|fragment| fragment.take(words)) {
            Some(start) => start,
            None => {
                let mut fragment = Fragment::chunk(words, self.fragment_words);
                let start = fragment.take(words).expect("the chunk was made for this many words");
                self.fragments.push(fragment);
                start
            }
        };
        self.note_fragment_words(words);
        start
    }

    fn note_fragment_words(&mut self, words: usize) {
        self.fragment_words += words;
        if growth::is_due(self.fragment_words, self.context.free_words(), self.block.words()) {
            self.context.request_collection();
        }
    }

    /// Notes that `object`, just built on this heap, owns an off-heap count.
    pub(super) fn own_offheap(&mut self, object: *mut Word) {
        self.young_offheap.push(object);
        // SAFETY: the caller has just built it.
        let (owned, weight) = unsafe { (offheap::owned_address(object), offheap::weight(object)) };
        // A loop that appends to one buffer, or takes slices of it, keeps no more than the buffer alive.
        self.binary_bytes += if owned == self.last_owned { SLICE_BYTES.min(weight) } else { weight };
        self.last_owned = owned;
        if self.binary_bytes > self.binary_limit {
            self.context.request_collection();
        }
    }

    /// Buffers of the binary region that this heap refers to, those that no term holds any more among them until the next
    /// collection.
    pub(crate) fn buffers(&self) -> Vec<Buffer> {
        let objects = self.old_offheap.iter().chain(&self.young_offheap);
        // SAFETY: listed objects are whole, and live as long as the heap does not collect.
        objects.filter_map(|&object| unsafe { offheap::buffer(object) }).collect()
    }

    /// Makes `words` words of whole objects at `start` part of this heap, until the next collection copies what
    /// lives and frees the rest through `release`.
    ///
    /// # Safety
    /// The words are whole objects that point only to each other, to literals and to objects of this heap;
    /// `release` frees their memory and gives no off-heap count back; nobody else writes or frees them.
    pub unsafe fn attach(&mut self, start: *mut Word, words: usize, has_offheap: bool, release: Release) {
        let fragment = Fragment::foreign(start, words, release);
        if has_offheap {
            let (from, to) = (fragment.start, fragment.used);
            // SAFETY: the caller says that these are whole objects.
            unsafe { offheap::walk(from, to, |object| self.own_offheap(object)) };
        }
        // Chunks stay last so that allocation finds them.
        let place = self.fragments.len().saturating_sub(1);
        self.fragments.insert(place, fragment);
        self.note_fragment_words(words);
    }

    /// Pushes `words` onto the stack, the last of them ending up lowest.
    ///
    /// # Panics
    /// When the block has no room: frames are pushed after a check.
    pub fn push(&mut self, words: &[Word]) {
        assert!(self.context.free_words() >= words.len(), "stack pushed past the heap");
        for &word in words {
            self.context.sp = self.context.sp.wrapping_sub(1);
            // SAFETY: the assertion keeps sp within the block.
            unsafe { self.context.sp.write(word) };
        }
    }

    /// The words of the stack, lowest address first.
    pub fn stack(&self) -> &[Word] {
        // SAFETY: sp..top are initialised words of the block, and nobody writes them while `self` is borrowed.
        unsafe { std::slice::from_raw_parts(self.context.sp, self.context.stack_words()) }
    }

    /// Drops the whole stack.
    pub fn clear_stack(&mut self) {
        self.context.sp = self.context.top;
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        self.release_claim();
        for &object in self.young_offheap.iter().chain(&self.old_offheap) {
            // SAFETY: listed objects are whole, and the heap ends here.
            unsafe { offheap::release(object) };
        }
    }
}
