//! The generational pid table.
//!
//! # Protocol
//! A slot is one word: a live slot holds the address of its actor's cell (a multiple of 2) plus 1, a free slot holds
//! `generation << 1`, so that memory which the system gave, zeroed and not touched, is slots that were never used. Who inserts owns the slot until it stores the address (release); who removes (the actor's
//! last activation) stores the next generation. A lookup loads the word (acquire) and compares the pid written in
//! the cell, so a slot that was given to a new actor in between gives nothing: a stale pid never reaches a new actor.
//! The cell's memory stays while the looking thread is pinned ([`epoch`](super::epoch)).
//!
//! Segments are never freed: 8 bytes an actor at the peak.

#![expect(unsafe_code, reason = "lookups dereference the addresses that the slots hold")]

use super::Pid;
use super::epoch::Pin;
use crate::sync::{AtomicPtr, AtomicUsize, Mutex, Ordering, lock};
use dala_ir::abi::pid::GENERATION_BITS;
#[cfg(not(loom))]
use dala_ir::abi::pid::SLOT_BITS;
use std::ptr::{NonNull, null_mut};

#[cfg(not(loom))]
const SEGMENT_BITS: u32 = 13;
#[cfg(loom)]
const SEGMENT_BITS: u32 = 1;
const SEGMENT: usize = 1 << SEGMENT_BITS;
#[cfg(not(loom))]
const SEGMENTS: usize = 1 << (SLOT_BITS - SEGMENT_BITS);
#[cfg(loom)]
const SEGMENTS: usize = 2;

/// What a table holds: something that has its pid written in it.
///
/// # Safety
/// `pid` returns what the last `set_pid` was given; `set_pid` is called once, before the item is in the table.
pub(crate) unsafe trait Named {
    fn pid(&self) -> Pid;
    fn set_pid(&mut self, pid: Pid);
}

type Segment = [AtomicUsize; SEGMENT];

/// The mark of a live slot.
const LIVE: usize = 1;

/// Slots that were never used. Of these 64 KiB only the pages that are used take memory, or time when a program starts.
#[cfg(not(loom))]
fn fresh_segment() -> Box<Segment> {
    // SAFETY: zeros are numbers, and each says of its slot that it is free and was never used.
    unsafe { Box::new_zeroed().assume_init() }
}

#[cfg(loom)]
fn fresh_segment() -> Box<Segment> {
    Box::new(std::array::from_fn(|_| AtomicUsize::new(0)))
}

/// Finds items by pid.
pub(crate) struct Table<T> {
    segments: [AtomicPtr<Segment>; SEGMENTS],
    free: Mutex<Free>,
    _items: std::marker::PhantomData<fn() -> NonNull<T>>,
}

struct Free {
    slots: Vec<u32>,
    /// Slots from here on were never used.
    fresh: u32,
}

/// Slots that one thread holds ready, so that most insertions take no lock. Give them back with
/// [`Table::give_back`].
#[derive(Debug, Default)]
pub(crate) struct SlotCache(Vec<u32>);

/// Slots moved between a cache and the table at a time.
const BATCH: usize = 64;

/// No slot is left: 2^28 actors live, or slots retired.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TableFull;

impl<T> std::fmt::Debug for Table<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table").finish_non_exhaustive()
    }
}

impl<T: Named + 'static> Table<T> {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Table<T> {
        Table {
            segments: [const { AtomicPtr::new(null_mut()) }; SEGMENTS],
            free: Mutex::new(Free { slots: Vec::new(), fresh: 1 }),
            _items: std::marker::PhantomData,
        }
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Table<T> {
        Table {
            segments: std::array::from_fn(|_| AtomicPtr::new(null_mut())),
            free: Mutex::new(Free { slots: Vec::new(), fresh: 1 }),
            _items: std::marker::PhantomData,
        }
    }

    #[inline(always)]
    fn slot(&self, slot: u32) -> Option<&AtomicUsize> {
        let segment = self.segments.get((slot >> SEGMENT_BITS) as usize)?.load(Ordering::Acquire);
        if segment.is_null() {
            return None;
        }
        // SAFETY: a segment's address is stored once, after it was made, and never freed while the table lives.
        let segment = unsafe { &*segment };
        segment.get(slot as usize & (SEGMENT - 1))
    }

    /// The item named `pid`, which stays allocated while `pin` lives.
    #[inline(always)]
    pub(crate) fn lookup<'p>(&self, pid: Pid, _pin: &'p Pin<'_>) -> Option<&'p T> {
        let word = self.slot(pid.slot())?.load(Ordering::Acquire);
        if word & LIVE == 0 {
            return None;
        }
        // SAFETY: such a word is the address of an item that was in the table while this thread was pinned, and the mark; the
        // item is freed only after the pin ends (epoch).
        let item = unsafe { &*((word - LIVE) as *const T) };
        (item.pid() == pid).then_some(item)
    }

    /// Names the item. Returns its pid.
    ///
    /// # Safety
    /// `item` is valid, exclusively ours until this call, and after [`Table::remove`] freed only through the epoch
    /// domain that lookups pin.
    pub(crate) unsafe fn insert(
        &self,
        mut item: NonNull<T>,
        cache: &mut SlotCache,
    ) -> Result<Pid, TableFull> {
        let slot = match cache.0.pop() {
            Some(slot) => slot,
            None => self.refill(cache)?,
        };
        let word = self.slot(slot).ok_or(TableFull)?;
        let generation = word.load(Ordering::Relaxed) >> 1;
        let pid = Pid::from_parts(slot, generation as u32);
        // SAFETY: the item is exclusively ours (caller).
        unsafe { item.as_mut() }.set_pid(pid);
        word.store(item.as_ptr() as usize + LIVE, Ordering::Release);
        Ok(pid)
    }

    /// Forgets the item named `pid`; its slot may name another one at once.
    ///
    /// # Panics
    /// When `pid` is not in the table: only its owner removes it, once.
    pub(crate) fn remove(&self, pid: Pid, cache: &mut SlotCache) {
        let word = self.slot(pid.slot()).expect("a pid that is removed was inserted");
        debug_assert!(word.load(Ordering::Relaxed) & LIVE != 0, "removed twice");
        let generation = pid.generation() + 1;
        word.store((generation as usize) << 1, Ordering::Release);
        if generation < 1 << GENERATION_BITS {
            cache.0.push(pid.slot());
            if cache.0.len() >= 2 * BATCH {
                let spare = cache.0.drain(..BATCH);
                lock(&self.free).slots.extend(spare);
            }
        }
    }

    #[cold]
    fn refill(&self, cache: &mut SlotCache) -> Result<u32, TableFull> {
        let mut free = lock(&self.free);
        let keep = free.slots.len().saturating_sub(BATCH);
        cache.0.extend(free.slots.drain(keep..));
        if cache.0.is_empty() {
            let limit = (SEGMENTS * SEGMENT) as u32;
            let end = (free.fresh + BATCH.min(SEGMENT) as u32).min(limit);
            for slot in free.fresh..end {
                self.ensure_segment(slot);
            }
            cache.0.extend((free.fresh..end).rev());
            free.fresh = end;
        }
        cache.0.pop().ok_or(TableFull)
    }

    /// Called with the free list locked.
    fn ensure_segment(&self, slot: u32) {
        let place = &self.segments[(slot >> SEGMENT_BITS) as usize];
        if place.load(Ordering::Relaxed).is_null() {
            place.store(Box::into_raw(fresh_segment()), Ordering::Release);
        }
    }

    /// Returns a thread's slots.
    pub(crate) fn give_back(&self, cache: &mut SlotCache) {
        lock(&self.free).slots.append(&mut cache.0);
    }

    /// Calls `each` for everything that is in the table now; what comes or goes meanwhile may be missed.
    pub(crate) fn for_each<'p>(&self, _pin: &'p Pin<'_>, mut each: impl FnMut(&'p T)) {
        let fresh = lock(&self.free).fresh;
        for slot in 1..fresh {
            let Some(word) = self.slot(slot) else { continue };
            let word = word.load(Ordering::Acquire);
            if word & LIVE != 0 {
                // SAFETY: as in `lookup`.
                each(unsafe { &*((word - LIVE) as *const T) });
            }
        }
    }
}

impl<T> Drop for Table<T> {
    fn drop(&mut self) {
        for place in &mut self.segments {
            #[cfg(not(loom))]
            let segment = *place.get_mut();
            #[cfg(loom)]
            let segment = place.with_mut(|segment| *segment);
            if !segment.is_null() {
                // SAFETY: made by `Box::into_raw` in `ensure_segment`, stored in one place only.
                drop(unsafe { Box::from_raw(segment) });
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::epoch::Domain;
    use super::*;

    struct Item {
        pid: Pid,
        tag: u32,
    }

    // SAFETY: `pid` is what `set_pid` stored.
    unsafe impl Named for Item {
        fn pid(&self) -> Pid {
            self.pid
        }
        fn set_pid(&mut self, pid: Pid) {
            self.pid = pid;
        }
    }

    fn item(tag: u32) -> NonNull<Item> {
        NonNull::from(Box::leak(Box::new(Item { pid: super::super::NOBODY, tag })))
    }

    #[test]
    fn a_stale_pid_finds_nobody_though_its_slot_is_used_again() {
        let domain = Domain::new();
        let participant = domain.join();
        let table: Table<Item> = Table::new();
        let mut cache = SlotCache::default();
        let (first, second) = (item(1), item(2));
        // SAFETY: both items are leaked until the end of the test.
        let old = unsafe { table.insert(first, &mut cache) }.unwrap();
        table.remove(old, &mut cache);
        // SAFETY: as above.
        let new = unsafe { table.insert(second, &mut cache) }.unwrap();
        assert_eq!(old.slot(), new.slot());
        let pin = participant.pin();
        assert!(table.lookup(old, &pin).is_none());
        assert_eq!(table.lookup(new, &pin).map(|item| item.tag), Some(2));
        assert!(table.lookup(super::super::NOBODY, &pin).is_none());
        drop(pin);
        // SAFETY: made by `item`, freed once.
        unsafe { drop((Box::from_raw(first.as_ptr()), Box::from_raw(second.as_ptr()))) };
    }

    #[test]
    fn every_live_pid_is_different() {
        let table: Table<Item> = Table::new();
        let (mut one, mut two) = (SlotCache::default(), SlotCache::default());
        let mut seen = std::collections::HashSet::new();
        let items: Vec<_> = (0..20_000).map(item).collect();
        for (index, &item) in items.iter().enumerate() {
            let cache = if index % 2 == 0 { &mut one } else { &mut two };
            // SAFETY: the items live to the end of the test.
            assert!(seen.insert(unsafe { table.insert(item, cache) }.unwrap()));
        }
        for item in items {
            // SAFETY: made by `item`, freed once.
            drop(unsafe { Box::from_raw(item.as_ptr()) });
        }
    }
}

#[cfg(all(test, loom))]
mod loom_models {
    use super::super::epoch::{Domain, Retired};
    use super::*;
    use crate::sync::{Arc, thread};
    use loom::cell::UnsafeCell;

    struct Item {
        /// loom complains when it is read while it is written, or freed.
        pid: UnsafeCell<Pid>,
        tag: u32,
    }

    // SAFETY: `pid` is what `set_pid` stored.
    unsafe impl Named for Item {
        fn pid(&self) -> Pid {
            // SAFETY: written before the item was in the table, which is what the model checks.
            self.pid.with(|pid| unsafe { *pid })
        }
        fn set_pid(&mut self, new: Pid) {
            // SAFETY: exclusively ours.
            self.pid.with_mut(|pid| unsafe { *pid = new });
        }
    }

    fn item(tag: u32) -> NonNull<Item> {
        NonNull::from(Box::leak(Box::new(Item { pid: UnsafeCell::new(super::super::NOBODY), tag })))
    }

    unsafe fn free_item(address: *mut ()) {
        // SAFETY: the model retires boxes of items, each once.
        let mut item = unsafe { Box::from_raw(address.cast::<Item>()) };
        // A write: loom complains when another thread still reads.
        item.set_pid(super::super::NOBODY);
    }

    #[test]
    fn a_stale_pid_finds_the_old_actor_or_none_while_its_slot_is_used_again() {
        loom::model(|| {
            let domain = Arc::new(Domain::new());
            let table: Arc<Table<Item>> = Arc::new(Table::new());
            let mut cache = SlotCache::default();
            let first = item(1);
            // SAFETY: freed through the domain only.
            let old = unsafe { table.insert(first, &mut cache) }.unwrap();
            let looker = {
                let (domain, table) = (domain.clone(), table.clone());
                thread::spawn(move || {
                    let participant = domain.join();
                    let pin = participant.pin();
                    if let Some(found) = table.lookup(old, &pin) {
                        assert_eq!(found.tag, 1, "a stale pid reached a new actor");
                    }
                    drop(pin);
                })
            };
            let participant = domain.join();
            let pin = participant.pin();
            table.remove(old, &mut cache);
            // SAFETY: out of the table, freed once.
            participant.retire(unsafe { Retired::new(first.as_ptr().cast(), free_item) });
            let second = item(2);
            // SAFETY: freed below, after all lookups.
            let new = unsafe { table.insert(second, &mut cache) }.unwrap();
            assert_eq!(old.slot(), new.slot());
            participant.quiescent();
            drop(pin);
            participant.collect();
            looker.join().unwrap();
            let pin = participant.pin();
            assert!(table.lookup(old, &pin).is_none());
            assert_eq!(table.lookup(new, &pin).map(|item| item.tag), Some(2));
            drop(pin);
            drop(participant);
            // SAFETY: made by `item`; nobody else is left.
            drop(unsafe { Box::from_raw(second.as_ptr()) });
        });
    }
}
