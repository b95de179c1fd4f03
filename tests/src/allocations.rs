//! An allocator that counts, for tests of what costs memory. A test program installs it:
//! `#[global_allocator] static ALLOCATOR: Counting = Counting;`. Each thread counts for itself, so that tests beside each
//! other do not disturb one another; a test that is alone in its program may ask for the bytes of all threads.

#![expect(unsafe_code, reason = "an allocator")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicI64, Ordering};

/// The system's allocator, counted.
#[derive(Debug)]
pub struct Counting;

thread_local! {
    static MADE: Cell<usize> = const { Cell::new(0) };
    static LIVE_BYTES: Cell<i64> = const { Cell::new(0) };
}

/// Allocations that this thread has made.
pub fn made() -> usize {
    MADE.get()
}

/// Bytes that this thread took and did not give back. Negative when it freed what others took.
pub fn live_bytes() -> i64 {
    LIVE_BYTES.get()
}

/// Bytes that all threads together took and did not give back.
pub fn live_bytes_of_all() -> i64 {
    LIVE_BYTES_OF_ALL.load(Ordering::Relaxed)
}

static LIVE_BYTES_OF_ALL: AtomicI64 = AtomicI64::new(0);

fn count(made: usize, bytes: i64) {
    // A thread that ends frees its last blocks without its counters.
    let _ = MADE.try_with(|count| count.set(count.get() + made));
    LIVE_BYTES_OF_ALL.fetch_add(bytes, Ordering::Relaxed);
    let _ = LIVE_BYTES.try_with(|live| live.set(live.get() + bytes));
}

// SAFETY: passes every call on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as i64);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(0, -(layout.size() as i64));
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(block, layout) }
    }
}
