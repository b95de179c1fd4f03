//! Blocks for message nodes and actor cells: free lists by size class, one set a thread, with a shared depot.
//!
//! A thread that frees more than it allocates (a consumer) gives whole batches to the depot, where a thread that
//! allocates more (a producer) finds them: without that, producer and consumer would meet in the system allocator at
//! every message. Measured in the prototype (facts/native.md section 5); see `benches/peers`.
//!
//! With the feature `system-alloc` every block is the system allocator's, so that AddressSanitizer and Miri see each
//! one.
//!
//! Blocks are carved from slabs, [`CARVED`] at a time, by the thread that asked the system for the slab. The first slabs of a class are
//! small, so that few blocks take little memory; then they are larger: glibc grows the arena of a thread by as much as it is asked for,
//! and each time is a system call (half of the time of a program that piles up messages on one thread was the kernel's). Blocks stay with the process until somebody asks for a trim: threads then
//! give their lists to the depots, and slabs whose blocks are all there go back to the system.

#![expect(unsafe_code, reason = "an allocator")]

use crate::sync::{AtomicU32, Mutex, Ordering, lock};
use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::Cell;
use std::ptr::{NonNull, null_mut};

/// Alignment of every block.
pub(crate) const ALIGN: usize = 16;
const CLASSES: usize = 24;
/// Blocks in a batch; a thread keeps at most two batches a class.
const BATCH: u32 = 256;
/// Blocks carved from a slab at a time; a small slab has no more.
const CARVED: usize = 64;
/// Small slabs of a class.
const SMALL: usize = 16;
/// Bytes of a large slab, about.
const LARGE: usize = 64 * 1024;
/// Size of the largest class; greater blocks are the system's.
const LARGEST: usize = CLASSES * ALIGN;
const POOLED: bool = !cfg!(any(miri, feature = "system-alloc"));

struct FreeBlock {
    next: *mut FreeBlock,
}

struct List {
    first: Cell<*mut FreeBlock>,
    length: Cell<u32>,
    /// Blocks of this thread's last slab that are not carved yet, and where they begin.
    uncarved: Cell<u32>,
    next: Cell<*mut u8>,
}

impl List {
    const fn new() -> List {
        List {
            first: Cell::new(null_mut()),
            length: Cell::new(0),
            uncarved: Cell::new(0),
            next: Cell::new(null_mut()),
        }
    }

    /// Carves so many blocks of that size, or as many as are left, and puts them into the list.
    fn carve(&self, most: u32, size: usize) {
        let (count, base) = (self.uncarved.get().min(most), self.next.get());
        for index in (0..count as usize).rev() {
            // SAFETY: within what is left of the slab.
            let block: *mut FreeBlock = unsafe { base.add(index * size) }.cast();
            // SAFETY: ours, and large enough for a link.
            unsafe { (*block).next = self.first.get() };
            self.first.set(block);
        }
        // SAFETY: at most the end of the slab.
        self.next.set(unsafe { base.add(count as usize * size) });
        self.uncarved.set(self.uncarved.get() - count);
        self.length.set(self.length.get() + count);
    }
}

/// What threads share of one class.
struct Depot(Mutex<Shared>);

struct Shared {
    /// What some thread had to spare; each is a list of blocks.
    batches: Vec<Batch>,
    slabs: Vec<Slab>,
}

#[derive(Clone, Copy)]
struct Slab {
    address: usize,
    blocks: usize,
}

struct Batch {
    first: *mut FreeBlock,
    length: u32,
}

// SAFETY: a batch is a list of free blocks that whoever holds the batch owns alone.
unsafe impl Send for Batch {}

static DEPOTS: [Depot; CLASSES] =
    [const { Depot(Mutex::new(Shared { batches: Vec::new(), slabs: Vec::new() })) }; CLASSES];

/// How often a trim was asked for.
static TRIMS: AtomicU32 = AtomicU32::new(0);

thread_local! {
    static LISTS: [List; CLASSES] =
        const { [const { List::new() }; CLASSES] };
    static ON_EXIT: ReturnOnExit = const { ReturnOnExit };
    /// The trims that this thread took part in.
    static TRIMMED: Cell<u32> = const { Cell::new(0) };
}

/// Gives a thread's blocks to the depot when the thread ends.
struct ReturnOnExit;

impl Drop for ReturnOnExit {
    fn drop(&mut self) {
        give_all();
    }
}

/// Gives this thread's blocks to the depots.
fn give_all() {
    let _ = LISTS.try_with(|lists| {
        for (class, (list, depot)) in lists.iter().zip(&DEPOTS).enumerate() {
            list.carve(u32::MAX, size_of(class));
            let first = list.first.replace(null_mut());
            let length = list.length.replace(0);
            if length > 0 {
                lock(&depot.0).batches.push(Batch { first, length });
            }
        }
    });
}

/// Asks all threads that look for it ([`trim_if_asked`]) to give back what they do not need.
pub(crate) fn ask_to_trim() {
    TRIMS.fetch_add(1, Ordering::Relaxed);
}

/// Does this thread's part if a trim was asked for since the last time. Returns whether it was.
#[inline]
pub(super) fn trim_if_asked() -> bool {
    let asked = TRIMS.load(Ordering::Relaxed);
    let is_asked = TRIMMED.with(|trimmed| trimmed.replace(asked)) != asked;
    if is_asked {
        trim();
    }
    is_asked
}

/// Gives this thread's blocks to the depots, and slabs of free blocks to the system. Returns the bytes of these.
#[cold]
fn trim() -> usize {
    give_all();
    (0..CLASSES).map(trim_class).sum()
}

fn trim_class(class: usize) -> usize {
    let size = size_of(class);
    let mut shared = lock(&DEPOTS[class].0);
    let mut blocks: Vec<*mut FreeBlock> = Vec::new();
    for batch in std::mem::take(&mut shared.batches) {
        let mut next = batch.first;
        for _ in 0..batch.length {
            blocks.push(next);
            // SAFETY: the batch was a list of so many free blocks, and is ours.
            next = unsafe { (*next).next };
        }
    }
    blocks.sort_unstable_by_key(|block| block.addr());
    shared.slabs.sort_unstable_by_key(|slab| slab.address);
    let mut freed = 0;
    let mut kept = Vec::with_capacity(blocks.len());
    let mut rest = &blocks[..];
    shared.slabs.retain(|&Slab { address, blocks }| {
        let before = rest.partition_point(|block| block.addr() < address);
        kept.extend_from_slice(&rest[..before]);
        rest = &rest[before..];
        let free = rest.partition_point(|block| block.addr() < address + size * blocks);
        let (of_slab, after) = rest.split_at(free);
        rest = after;
        if free < blocks {
            kept.extend_from_slice(of_slab);
            return true;
        }
        // SAFETY: the slab's first block, with the address and layout of `from_system(size * blocks)`; all its blocks are
        // free and in no list any more.
        unsafe { dealloc(of_slab[0].cast(), layout_of(size * blocks)) };
        freed += size * blocks;
        false
    });
    kept.extend_from_slice(rest);
    for batch in kept.chunks(BATCH as usize) {
        for (index, &block) in batch.iter().enumerate() {
            let next = batch.get(index + 1).copied().unwrap_or(null_mut());
            // SAFETY: the block is free and ours, and large enough for a link.
            unsafe { (*block).next = next };
        }
        shared.batches.push(Batch { first: batch[0], length: batch.len() as u32 });
    }
    freed
}

const fn size_of(class: usize) -> usize {
    (class + 1) * ALIGN
}

const fn class_of(size: usize) -> usize {
    if size == 0 { 0 } else { (size - 1) / ALIGN }
}

const fn layout_of(size: usize) -> Layout {
    match Layout::from_size_align(if size == 0 { 1 } else { size }, ALIGN) {
        Ok(layout) => layout,
        Err(_) => panic!("a block is smaller than half the address space"),
    }
}

/// A block of `size` bytes, aligned to [`ALIGN`], with unspecified content. Costs a few instructions when the
/// thread has a free block of the class.
#[inline(always)]
pub(crate) fn allocate(size: usize) -> NonNull<u8> {
    if !POOLED || size > LARGEST {
        return from_system(size);
    }
    let class = class_of(size);
    LISTS.with(|lists| {
        let list = &lists[class];
        let first = list.first.get();
        match NonNull::new(first) {
            Some(block) => {
                // SAFETY: a listed block is free and starts with its link.
                list.first.set(unsafe { (*first).next });
                list.length.set(list.length.get() - 1);
                block.cast()
            }
            None => refill(class, list),
        }
    })
}

/// Frees a block of [`allocate`].
///
/// # Safety
/// `block` came from `allocate(size)`, is freed once, and is not read afterwards.
#[inline(always)]
pub(crate) unsafe fn free(block: NonNull<u8>, size: usize) {
    if !POOLED || size > LARGEST {
        // SAFETY: allocated with this layout by `from_system`.
        return unsafe { dealloc(block.as_ptr(), layout_of(size)) };
    }
    let class = class_of(size);
    LISTS.with(|lists| {
        let list = &lists[class];
        let block: *mut FreeBlock = block.as_ptr().cast();
        // SAFETY: the block is ours, at least 16 bytes long and aligned.
        unsafe { (*block).next = list.first.get() };
        list.first.set(block);
        let length = list.length.get() + 1;
        list.length.set(length);
        if length >= 2 * BATCH {
            spill(class, list);
        }
    })
}

#[cold]
#[inline(never)]
fn from_system(size: usize) -> NonNull<u8> {
    let layout = layout_of(size);
    // SAFETY: the layout's size is not zero.
    let block = unsafe { alloc(layout) };
    NonNull::new(block).unwrap_or_else(|| handle_alloc_error(layout))
}

#[cold]
#[inline(never)]
fn refill(class: usize, list: &List) -> NonNull<u8> {
    let _ = ON_EXIT.try_with(|_| ());
    let batch = lock(&DEPOTS[class].0).batches.pop();
    if let Some(Batch { first, length }) = batch {
        list.length.set(length - 1);
        // SAFETY: the batch is ours now, a list, and not empty.
        list.first.set(unsafe { (*first).next });
        return NonNull::new(first).expect("a batch has at least one block").cast();
    }
    let size = size_of(class);
    if list.uncarved.get() == 0 {
        take_slab(class, list);
    }
    list.carve(CARVED as u32, size);
    let block = NonNull::new(list.first.get()).expect("a slab has at least one block");
    list.length.set(list.length.get() - 1);
    // SAFETY: just carved, so a link.
    list.first.set(unsafe { block.as_ref().next });
    block.cast()
}

/// Asks the system for a slab, without a lock: it takes a while.
fn take_slab(class: usize, list: &List) {
    let size = size_of(class);
    let is_small = lock(&DEPOTS[class].0).slabs.len() < SMALL;
    let blocks = if is_small { CARVED } else { (LARGE / size).max(CARVED) };
    let base = from_system(size * blocks);
    lock(&DEPOTS[class].0).slabs.push(Slab { address: base.as_ptr().addr(), blocks });
    list.next.set(base.as_ptr());
    list.uncarved.set(blocks as u32);
}

#[cold]
#[inline(never)]
fn spill(class: usize, list: &List) {
    let first = list.first.get();
    let mut last = first;
    for _ in 1..BATCH {
        // SAFETY: the list has at least two batches of free blocks.
        last = unsafe { (*last).next };
    }
    // SAFETY: as above.
    list.first.set(unsafe { (*last).next });
    // SAFETY: as above; the batch ends here.
    unsafe { (*last).next = null_mut() };
    list.length.set(list.length.get() - BATCH);
    lock(&DEPOTS[class].0).batches.push(Batch { first, length: BATCH });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_that_live_together_do_not_overlap() {
        let blocks: Vec<_> = (0..5000usize).map(|index| (allocate(index % 500), index % 500)).collect();
        for (index, &(block, size)) in blocks.iter().enumerate() {
            // SAFETY: `size` bytes of the block are ours.
            unsafe { block.as_ptr().write_bytes(index as u8, size) };
        }
        for (index, &(block, size)) in blocks.iter().enumerate() {
            // SAFETY: written above.
            let bytes = unsafe { std::slice::from_raw_parts(block.as_ptr(), size) };
            assert!(bytes.iter().all(|&byte| byte == index as u8));
            // SAFETY: allocated with this size.
            unsafe { free(block, size) };
        }
    }

    #[test]
    fn a_trim_gives_free_slabs_back_and_keeps_those_in_use() {
        let trimmed = std::thread::spawn(|| {
            let blocks: Vec<_> = (0..10_000).map(|_| allocate(366)).collect();
            let kept: Vec<_> = blocks.iter().copied().step_by(1000).collect();
            for (index, &block) in blocks.iter().enumerate() {
                if index % 1000 != 0 {
                    // SAFETY: allocated with this size.
                    unsafe { free(block, 366) };
                }
            }
            kept.iter().for_each(|block| {
                // SAFETY: the block is ours and as large as that.
                unsafe { block.as_ptr().write_bytes(7, 366) };
            });
            let trimmed = trim();
            for block in kept {
                // SAFETY: written above.
                let bytes = unsafe { std::slice::from_raw_parts(block.as_ptr(), 366) };
                assert!(bytes.iter().all(|&byte| byte == 7));
                // SAFETY: allocated with this size.
                unsafe { free(block, 366) };
            }
            // The lists are whole afterwards.
            let again: Vec<_> = (0..1000).map(|_| allocate(366)).collect();
            let mut addresses: Vec<_> = again.iter().map(|block| block.as_ptr().addr()).collect();
            addresses.sort_unstable();
            addresses.dedup();
            assert_eq!(addresses.len(), 1000);
            // SAFETY: allocated with this size.
            again.into_iter().for_each(|block| unsafe { free(block, 366) });
            trimmed
        });
        let trimmed = trimmed.join().expect("allocates and frees");
        // Of 16 small slabs and about 50 large ones ten are in use at most; other tests have little of this class.
        assert!(!POOLED || trimmed >= 38 * (LARGE / 368) * 368, "{trimmed}");
    }

    #[test]
    fn a_producer_finds_what_a_consumer_freed() {
        let addresses: Vec<usize> = std::thread::spawn(|| {
            let blocks: Vec<_> = (0..1024).map(|_| allocate(380)).collect();
            let addresses = blocks.iter().map(|block| block.as_ptr() as usize).collect();
            // SAFETY: allocated with this size.
            blocks.into_iter().for_each(|block| unsafe { free(block, 380) });
            addresses
        })
        .join()
        .expect("allocates and frees");
        if POOLED {
            assert!(addresses.contains(&(allocate(380).as_ptr() as usize)));
        }
    }
}
