//! Native resources that terms own counts of: tables, counter arrays, compiled patterns.

#![expect(unsafe_code, reason = "counts references to memory that terms point to")]

use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering, fence};

/// Start of every resource that a `ResourceReference` names; the rest of the allocation is its owner's.
#[derive(Debug)]
#[repr(C, align(8))]
pub struct ResourceHead {
    count: AtomicUsize,
    /// Frees the resource; called once, with the count at zero, on whatever thread dropped the last one.
    free: unsafe fn(NonNull<ResourceHead>),
}

impl ResourceHead {
    /// A head whose maker holds the only count. `free` gets the head's address when the last count goes.
    pub fn new(free: unsafe fn(NonNull<ResourceHead>)) -> ResourceHead {
        ResourceHead { count: AtomicUsize::new(1), free }
    }

    /// Number of counts, for diagnosis.
    pub fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }
}

/// Takes one more count.
///
/// # Safety
/// The resource lives: the caller holds a count or a term that does.
pub unsafe fn retain(resource: NonNull<ResourceHead>) {
    // SAFETY: the caller says it lives.
    let former = unsafe { resource.as_ref() }.count.fetch_add(1, Ordering::Relaxed);
    debug_assert!(former > 0, "resource retained after its end");
}

/// Gives one count back, freeing the resource with the last.
///
/// # Safety
/// The caller owns that count and does not use it again.
pub unsafe fn release(resource: NonNull<ResourceHead>) {
    // SAFETY: the caller's count keeps it alive until here.
    let head = unsafe { resource.as_ref() };
    if head.count.fetch_sub(1, Ordering::Release) == 1 {
        fence(Ordering::Acquire);
        let free = head.free;
        // SAFETY: no count is left, so nobody else reads it.
        unsafe { free(resource) };
    }
}
