//! The collector.
//!
//! One evacuation serves all collections. Young objects below the high-water mark, and in a major collection the
//! old generation, are copied to the old to-space; other young objects and fragments to the young to-space. Both
//! to-spaces are scanned breadth first (Cheney 1970), so no stack is needed. A moved boxed object leaves its new
//! word where its header stood; a moved cons cell leaves a mark with the header tag as its head and its new word
//! as its tail.

#![expect(unsafe_code, reason = "copies objects between raw memory areas")]

use dala_ir::abi::{Header, Kind, Word};
use dala_ir::term::NoMemory;

use super::block::Block;
use super::fragment::Fragment;
use super::growth;
use super::heap::{Heap, HeapLimit};
use super::offheap;

/// Head of a cons cell that was moved; its tail is the new word.
const MOVED: Word = Word::header(Header::new(Kind::Filler, 0));

/// Objects of at most as many words are copied in line.
const FEW_WORDS: usize = 8;

/// Looks for a fragment before they are sorted.
const UNSORTED: usize = 8;

/// Half-open range of addresses.
#[derive(Clone, Copy, Debug)]
struct Range {
    start: usize,
    bytes: usize,
}

impl Range {
    fn new(start: *mut Word, end: *mut Word) -> Range {
        Range { start: start as usize, bytes: end as usize - start as usize }
    }

    #[inline]
    fn contains(self, pointer: *mut Word) -> bool {
        (pointer as usize).wrapping_sub(self.start) < self.bytes
    }
}

/// The fragments' ranges. Most messages are dead by the time of a collection: so they are sorted only when a few were looked
/// for. What a built-in function made lies in one of them: so the one that was found last is looked at first.
struct Fragments {
    ranges: Vec<Range>,
    last: Range,
    /// How often one is still looked for in ranges that are not sorted.
    unsorted: usize,
}

impl Fragments {
    fn new(fragments: &[Fragment]) -> Fragments {
        let ranges = fragments.iter().map(|fragment| Range::new(fragment.start, fragment.used)).collect();
        Fragments { ranges, last: Range { start: 0, bytes: 0 }, unsorted: UNSORTED }
    }

    #[inline]
    fn contains(&mut self, pointer: *mut Word) -> bool {
        self.last.contains(pointer) || !self.ranges.is_empty() && self.find(pointer)
    }

    #[inline(never)]
    fn find(&mut self, pointer: *mut Word) -> bool {
        if self.unsorted > 0 {
            self.unsorted -= 1;
            if self.unsorted > 0 {
                return self.note(self.ranges.iter().copied().find(|range| range.contains(pointer)));
            }
            self.ranges.sort_unstable_by_key(|range| range.start);
        }
        let after = self.ranges.partition_point(|range| range.start <= pointer as usize);
        let before = after.checked_sub(1).map(|index| self.ranges[index]);
        self.note(before.filter(|range| range.contains(pointer)))
    }

    fn note(&mut self, found: Option<Range>) -> bool {
        self.last = found.unwrap_or(self.last);
        found.is_some()
    }
}

/// What an evacuation is of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// The young generation and the fragments.
    Young,
    /// The old generation too.
    Both,
    /// All, and the survivors are old.
    Settling,
}

struct Evacuation {
    /// Young objects in the block, of which those below the high-water mark move to the old to-space.
    young: Range,
    high_water: usize,
    /// Old generation, and whether it is collected too.
    old: Range,
    is_major: bool,
    fragments: Fragments,
    /// Whether what lies in fragments moves to the old to-space too.
    are_fragments_mature: bool,
    young_to: *mut Word,
    old_to: *mut Word,
}

impl Evacuation {
    /// Moves what `slot` points to, if it is ours to move, and updates `slot`.
    ///
    /// # Safety
    /// `slot` is a valid word; the to-spaces have room for all that is in the from-spaces.
    #[inline(always)]
    unsafe fn visit(&mut self, slot: *mut Word) {
        // SAFETY: of this block: the caller's promise covers `slot`; a pointer into a from-space is to a whole
        // object there or to what a moved one left behind; to-spaces have room.
        unsafe {
            let word = *slot;
            let Some(from) = word.pointer() else { return };
            let to_old = if self.young.contains(from) {
                (from as usize) < self.high_water
            } else if self.old.contains(from) {
                if !self.is_major {
                    return;
                }
                true
            } else if self.fragments.contains(from) {
                self.are_fragments_mature
            } else {
                return;
            };
            let to = if to_old { &mut self.old_to } else { &mut self.young_to };
            let first = *from;
            if word.is_cons() {
                if first.is_header() {
                    *slot = *from.add(1);
                    return;
                }
                let copy = *to;
                *to = copy.add(2);
                *copy = first;
                *copy.add(1) = *from.add(1);
                let moved = Word::cons_at(copy);
                *from = MOVED;
                *from.add(1) = moved;
                *slot = moved;
            } else {
                let Some(header) = first.as_header() else {
                    *slot = first;
                    return;
                };
                let words = header.words() + 1;
                let copy = *to;
                *to = copy.add(words);
                *copy = first;
                if words <= FEW_WORDS {
                    for index in 1..words {
                        *copy.add(index) = *from.add(index);
                    }
                } else {
                    std::ptr::copy_nonoverlapping(from.add(1), copy.add(1), words - 1);
                }
                let moved = Word::boxed_at(copy);
                *from = moved;
                *slot = moved;
            }
        }
    }

    /// Visits the words of the object or half cons cell at `at` and returns where the next one starts.
    ///
    /// # Safety
    /// As for [`Evacuation::visit`], for each word of the object.
    #[inline(always)]
    unsafe fn scan(&mut self, at: *mut Word) -> *mut Word {
        // SAFETY: the caller's promise; raw payloads are skipped whole.
        unsafe {
            match (*at).as_header() {
                Some(header) if header.kind().is_raw() => at.add(header.words() + 1),
                Some(_) => at.add(1),
                None => {
                    self.visit(at);
                    at.add(1)
                }
            }
        }
    }

    /// Visits what lies in the young to-space from `at` on, and returns its end. A loop of its own, with all of a visit in
    /// it: most words are no pointers, and a call would cost more than their look.
    ///
    /// # Safety
    /// As for [`Evacuation::visit`], for each word there; an object or half a cons cell starts at `at`.
    unsafe fn scan_young(&mut self, mut at: *mut Word) -> *mut Word {
        while at < self.young_to {
            // SAFETY: the caller's promise; what visits move there are whole objects.
            at = unsafe { self.scan(at) };
        }
        at
    }

    /// As [`Evacuation::scan_young`], of the old to-space.
    ///
    /// # Safety
    /// As there.
    unsafe fn scan_old(&mut self, mut at: *mut Word) -> *mut Word {
        while at < self.old_to {
            // SAFETY: as above.
            at = unsafe { self.scan(at) };
        }
        at
    }
}

/// Whether the object at `object` was moved, and where to.
///
/// # Safety
/// `object` was a boxed object of a from-space before the evacuation.
unsafe fn forwarded(object: *mut Word) -> Option<*mut Word> {
    // SAFETY: the caller's promise.
    unsafe { (*object).pointer() }
}

impl Heap {
    /// Collects garbage and sees to it that `need` words are free. `roots` are all words outside heap and stack
    /// that keep something alive; they are updated in place.
    ///
    /// # Errors
    /// When the heap is over its limit afterwards, or there is no memory for a larger one. The heap is whole then, but
    /// without room for `need`.
    pub fn collect(&mut self, need: usize, roots: &mut [&mut [Word]]) -> Result<(), HeapLimit> {
        let is_asked = std::mem::take(&mut self.is_major_asked);
        self.collect_as(is_asked || self.is_major_due(), is_asked, need, roots)
    }

    /// Whether the next collection is of both generations.
    pub fn is_major_due(&self) -> bool {
        let mature = words_between(self.context.base, self.high_water);
        let old_free = words_between(self.old_top, self.old_limit);
        self.is_major_asked
            || mature > old_free && self.old.words() != 0
            || self.minors_in_a_row >= self.options.fullsweep_after
            || self.old_binary_bytes > self.old_binary_limit
    }

    /// Makes the next function entry collect both generations (`erlang:garbage_collect`).
    pub fn request_major(&mut self) {
        self.is_major_asked = true;
        self.context.request_collection();
    }

    /// Collects both generations.
    ///
    /// # Errors
    /// As [`Heap::collect`].
    pub fn collect_major(&mut self, need: usize, roots: &mut [&mut [Word]]) -> Result<(), HeapLimit> {
        self.collect_as(true, true, need, roots)
    }

    /// `is_asked`: not for lack of room, but to give memory back.
    fn collect_as(
        &mut self,
        major: bool,
        is_asked: bool,
        need: usize,
        roots: &mut [&mut [Word]],
    ) -> Result<(), HeapLimit> {
        self.release_claim();
        let before = self.context.heap_words() + self.old_words() + self.fragment_words;
        if self.options.stress {
            self.left.clear();
        }
        let fresh = words_between(self.high_water, self.context.hp);
        let minimum = self.options.min_words.max(growth::MIN_WORDS);
        let minimum = match self.options.limit() {
            None if !is_asked && !self.options.stress => {
                let mature = words_between(self.context.base, self.high_water);
                growth::minimum_after(self.counters().minor, minimum)
                    .max(growth::nursery_beside(self.old_words() + mature))
            }
            _ => minimum,
        };
        let all = self.context.stack_words() + fresh + self.fragment_words;
        // A heap that grew the last time is likely to grow again: it moves to a larger block at once. One that overflowed
        // gets room for all of what it took.
        let likely = if self.is_growing {
            growth::capacity_for(all + need)
        } else if growth::is_overflowing(self.fragment_words, self.block.words()) {
            growth::next_size(self.context.stack_words() + self.context.heap_words() + self.fragment_words)
        } else {
            all
        };
        let likely = match self.options.limit() {
            Some(limit) if likely > limit => all,
            _ => likely,
        };
        let scope = if major { Scope::Both } else { Scope::Young };
        self.evacuate(likely.max(minimum).max(self.block.words()), scope, roots)?;
        if major {
            self.counters.make().major += 1;
            self.minors_in_a_row = 0;
        } else {
            self.counters.make().minor += 1;
            self.minors_in_a_row += 1;
        }
        // Only for the young generation: all that lives in the block was just moved there.
        let used = self.context.heap_words() + self.context.stack_words() + need;
        let capacity = self.block.words();
        let is_tight = growth::is_tight(used, capacity);
        // What was moved to a larger block in vain goes back to one that suits it.
        self.is_growing = is_tight || self.is_growing && used > capacity / 2;
        let is_wasteful = growth::is_wasteful(used, capacity) && capacity > minimum;
        // Mostly not at once: the next collection may need the block again.
        let is_left = is_wasteful && (self.is_wasteful || is_asked || growth::is_large(capacity));
        self.is_wasteful = is_wasteful && !is_left;
        if is_tight || is_left {
            let capacity_for = if is_tight { growth::capacity_for } else { growth::smaller_capacity_for };
            let wanted = capacity_for(used).max(minimum);
            if let Some(limit) = self.options.limit()
                && wanted > limit
                && wanted > capacity
            {
                self.collected();
                return Err(self.options.exceeded_by(wanted));
            }
            // Nothing counts as mature, so all of it moves to the new block.
            self.high_water = self.context.base;
            let moved = self.evacuate(wanted, Scope::Young, roots);
            if moved.is_err() {
                self.collected();
            }
            moved?;
            self.counters.make().resized += 1;
        }
        if is_asked {
            self.rest();
        }
        self.high_water = self.context.hp;
        let after = self.context.heap_words() + self.old_words();
        self.counters.make().reclaimed_words += before.saturating_sub(after) as u64;
        self.collected();
        debug_assert!(self.context.free_words() >= need);
        match self.options.limit() {
            Some(limit) if self.total_words() > limit => Err(self.options.exceeded_by(self.total_words())),
            _ => Ok(()),
        }
    }

    /// The request for a collection was met; under stress the next function entry has the next one.
    fn collected(&mut self) {
        self.context.collection_done();
        if self.options.stress {
            self.context.request_collection();
        }
    }

    /// Moves all that lives to the old generation, which may point to what is younger until then.
    ///
    /// # Errors
    /// When there is no memory for it; nothing is moved then.
    pub(super) fn settle(&mut self, roots: &mut [&mut [Word]]) -> Result<(), NoMemory> {
        self.release_claim();
        let high_water = std::mem::replace(&mut self.high_water, self.context.hp);
        let settled = self.evacuate(self.block.words(), Scope::Settling, roots);
        if settled.is_err() {
            self.high_water = high_water;
            return settled;
        }
        self.high_water = self.context.hp;
        self.counters.make().major += 1;
        self.minors_in_a_row = 0;
        self.collected();
        Ok(())
    }

    /// Moves what lives out of the block (into one of `capacity` words), the fragments and, in a major
    /// collection, the old generation. Without memory for where to, nothing is moved.
    fn evacuate(&mut self, capacity: usize, scope: Scope, roots: &mut [&mut [Word]]) -> Result<(), NoMemory> {
        let (major, is_settling) = (scope != Scope::Young, scope == Scope::Settling);
        let stack_words = self.context.stack_words();
        let kept = if self.options.stress { None } else { self.left.take(capacity) };
        let young = kept.map_or_else(|| Block::try_new(capacity), Ok)?;
        let mature = words_between(self.context.base, self.high_water)
            + if is_settling { self.fragment_words } else { 0 };
        let old_used = self.old_words();

        // Where the old generation's part of the survivors goes.
        let new_old = if major {
            // Words never touched cost no memory in large blocks.
            let moving = mature + old_used;
            Some(if moving == 0 { Block::empty() } else { Block::try_new(self.old_room(moving, capacity))? })
        } else if mature > 0 && self.old.words() == 0 {
            Some(Block::try_new(self.old_room(mature, capacity))?)
        } else {
            None
        };
        let old_to = new_old.as_ref().map_or(self.old_top, Block::start);

        let mut evacuation = Evacuation {
            young: Range::new(self.context.base, self.context.hp),
            high_water: self.high_water as usize,
            old: Range::new(self.old.start(), self.old_top),
            is_major: major,
            fragments: Fragments::new(&self.fragments),
            are_fragments_mature: is_settling,
            young_to: young.start(),
            old_to,
        };

        let sp = young.end().wrapping_sub(stack_words);
        let (mut young_scan, mut old_scan) = (young.start(), old_to);
        // SAFETY: the new block was made for the stack, all fresh words and all fragments; the old to-space for
        // all mature words, and the old ones if they move. Roots and stack hold valid words.
        unsafe {
            std::ptr::copy_nonoverlapping(self.context.sp, sp, stack_words);
            for index in 0..stack_words {
                evacuation.visit(sp.add(index));
            }
            for root in roots.iter_mut().flat_map(|words| words.iter_mut()) {
                evacuation.visit(root);
            }
            loop {
                young_scan = evacuation.scan_young(young_scan);
                old_scan = evacuation.scan_old(old_scan);
                if young_scan == evacuation.young_to {
                    break;
                }
            }
        }
        let moved_old = words_between(old_to, evacuation.old_to);
        self.counters.make().old_words_moved += moved_old as u64;
        self.counters.make().old_words_scanned += moved_old as u64;
        self.counters.make().young_words_moved += words_between(young.start(), evacuation.young_to) as u64;
        self.settle_offheap(major, &young);

        let former_block = std::mem::replace(&mut self.block, young);
        self.context.base = self.block.start();
        self.context.hp = evacuation.young_to;
        self.context.sp = sp;
        self.context.top = self.block.end();
        self.high_water = self.context.base;
        self.old_top = evacuation.old_to;
        let mut former_old = Block::empty();
        if let Some(block) = new_old {
            former_old = std::mem::replace(&mut self.old, block);
            let room =
                if major { self.old_room(self.old_words(), self.block.words()) } else { self.old.words() };
            self.old_limit = self.old.start().wrapping_add(room.min(self.old.words()));
        }
        let fragments = std::mem::take(&mut self.fragments);
        self.fragment_words = 0;
        self.leave(former_block, former_old, fragments);
        Ok(())
    }

    /// Words that an old generation of `words` gets before the next major collection: twice as much again, as in OTP, and
    /// at least a young block of `capacity`; just as much again where the heap's limit counts them.
    fn old_room(&self, words: usize, capacity: usize) -> usize {
        growth::next_size(match self.options.limit() {
            None => (words * 3).max(capacity),
            Some(_) => words * 2,
        })
    }

    /// Frees from-space, but for a block that the next collection may need; under stress poisons all of it and keeps it back
    /// until then.
    fn leave(&mut self, block: Block, old: Block, fragments: Vec<Fragment>) {
        if self.options.stress {
            self.left.poison([block, old]);
        } else if self.options.limit().is_none() {
            self.left.keep(block);
        }
        drop(fragments);
    }

    /// Updates the off-heap lists after an evacuation and gives back the counts of objects that were left.
    fn settle_offheap(&mut self, major: bool, young: &Block) {
        let young_range = Range::new(young.start(), young.end());
        let mut kept_young = Vec::new();
        let mut young_bytes = 0;
        let mut old_bytes = if major { 0 } else { self.old_binary_bytes };
        let mut kept_old = if major { Vec::new() } else { std::mem::take(&mut self.old_offheap) };
        let moved_from_old = if major { std::mem::take(&mut self.old_offheap) } else { Vec::new() };
        // Those that were old already stay before those that become it: who lists them finds no change.
        for object in moved_from_old.into_iter().chain(std::mem::take(&mut self.young_offheap)) {
            // SAFETY: listed objects were whole before the evacuation; what it left of them is either the new
            // word or the untouched object.
            unsafe {
                match forwarded(object) {
                    Some(to) if young_range.contains(to) => {
                        young_bytes += offheap::weight(to);
                        kept_young.push(to);
                    }
                    Some(to) => {
                        old_bytes += offheap::weight(to);
                        kept_old.push(to);
                    }
                    None => {
                        offheap::release(object);
                        self.counters.make().offheap_released += 1;
                    }
                }
            }
        }
        self.young_offheap = kept_young;
        self.old_offheap = kept_old;
        self.binary_bytes = young_bytes;
        self.binary_limit = self.binary_limit.max(young_bytes * 2);
        self.old_binary_bytes = old_bytes;
        if major {
            self.binary_limit = (young_bytes * 2).max(46_422 * 8);
            self.old_binary_limit = (old_bytes * 2).max(4 * 46_422 * 8);
        }
    }
}

pub(super) fn words_between(start: *mut Word, end: *mut Word) -> usize {
    (end as usize).saturating_sub(start as usize) / size_of::<Word>()
}
