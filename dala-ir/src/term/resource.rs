//! Native values that terms own counts of: tables, counter arrays, compiled patterns, what users put behind references.
//!
//! A reference that owns a native value (`Kind::ResourceReference`) is only ever made by [`Resource::write`], never by a
//! decoder, and the value's head says which type it is. So a term is a safe way to it.

#![expect(
    unsafe_code,
    reason = "counts references to memory that terms point to, and finds their types again"
)]

use std::any::TypeId;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering, fence};

use super::{TermWriter, view};
use crate::abi::Word;

/// Marks the upper half of a resource's reference, which no reference of `make_ref/0` has.
const RESOURCE: u64 = 1 << 62;

/// Start of every native value that a reference owns a count of.
#[derive(Debug)]
#[repr(C, align(8))]
pub struct ResourceHead {
    count: AtomicUsize,
    /// Frees the value; called once, with the count at zero, on whatever thread dropped the last one.
    free: unsafe fn(NonNull<ResourceHead>),
    /// Of the value that follows.
    type_id: TypeId,
    /// Bytes that it keeps alive, about: so a heap with garbage that names it is collected in time.
    weight: usize,
    /// Lower half of its references: they are equal when they name the same value.
    number: u64,
}

#[repr(C)]
struct Boxed<T> {
    head: ResourceHead,
    value: T,
}

/// One count of a native value. Cloning shares it; it is dropped with the last count, in Rust or in a term.
pub struct Resource<T> {
    boxed: NonNull<Boxed<T>>,
}

// SAFETY: as for `Arc`: the value is shared between threads, and dropped by whichever comes last.
unsafe impl<T: Send + Sync> Send for Resource<T> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync> Sync for Resource<T> {}

/// Takes one more count.
///
/// # Safety
/// The resource lives: the caller holds a count or a term that does.
pub(crate) unsafe fn retain(resource: NonNull<ResourceHead>) {
    // SAFETY: the caller says it lives.
    let former = unsafe { resource.as_ref() }.count.fetch_add(1, Ordering::Relaxed);
    debug_assert!(former > 0, "resource retained after its end");
}

/// Bytes that a resource keeps alive, about.
///
/// # Safety
/// `resource` was made by [`Resource::new`] or [`Resource::keeping`] and has a count left.
pub unsafe fn weight(resource: NonNull<ResourceHead>) -> usize {
    // SAFETY: the caller says it lives.
    unsafe { resource.as_ref() }.weight
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

unsafe fn free<T>(head: NonNull<ResourceHead>) {
    // SAFETY: made by `Resource::new` as a `Boxed<T>`, of which the head is the start; called once, with the last count.
    drop(unsafe { Box::from_raw(head.cast::<Boxed<T>>().as_ptr()) });
}

/// The value behind `term`, if it is a reference to a `T`. Not to be kept past the next safepoint.
pub fn get<'a, T: Send + Sync + 'static>(term: Word) -> Option<&'a T> {
    // SAFETY: the value is a T, and the term owns a count.
    find::<T>(term).map(|boxed| unsafe { &boxed.as_ref().value })
}

fn find<T: 'static>(term: Word) -> Option<NonNull<Boxed<T>>> {
    let head = view::reference(term)?.resource?;
    // SAFETY: the term owns a count.
    let type_id = unsafe { head.as_ref() }.type_id;
    (type_id == TypeId::of::<T>()).then(|| head.cast())
}

impl<T: Send + Sync + 'static> Resource<T> {
    /// Puts a value where references can own it.
    pub fn new(value: T) -> Resource<T> {
        Resource::keeping(value, 0)
    }

    /// As [`Resource::new`], of a value that keeps so many bytes alive outside of any heap.
    pub fn keeping(value: T, bytes: usize) -> Resource<T> {
        static MADE: AtomicU64 = AtomicU64::new(1);
        let head = ResourceHead {
            count: AtomicUsize::new(1),
            free: free::<T>,
            type_id: TypeId::of::<T>(),
            weight: size_of::<Boxed<T>>().saturating_add(bytes),
            number: MADE.fetch_add(1, Ordering::Relaxed),
        };
        Resource { boxed: NonNull::from(Box::leak(Box::new(Boxed { head, value }))) }
    }

    /// A count of the value behind a term, if it is a reference to a `T`.
    pub fn of_term(term: Word) -> Option<Resource<T>> {
        let boxed = find(term)?;
        // SAFETY: the term owns a count meanwhile.
        unsafe { retain(boxed.cast()) };
        Some(Resource { boxed })
    }

    /// A reference to the value, which takes over this count.
    pub fn write(self, writer: &mut dyn TermWriter) -> Word {
        let head = self.boxed.cast::<ResourceHead>();
        std::mem::forget(self);
        // SAFETY: the count of `self` keeps it alive, and goes to the reference.
        unsafe { writer.resource_reference(head.as_ref().number, RESOURCE, head) }
    }
}

impl<T> Clone for Resource<T> {
    fn clone(&self) -> Resource<T> {
        // SAFETY: this count keeps it alive.
        unsafe { retain(self.boxed.cast()) };
        Resource { boxed: self.boxed }
    }
}

impl<T> Drop for Resource<T> {
    fn drop(&mut self) {
        // SAFETY: this value's count, not used again.
        unsafe { release(self.boxed.cast()) };
    }
}

impl<T> std::ops::Deref for Resource<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: this count keeps it alive, and counted values are only shared.
        unsafe { &self.boxed.as_ref().value }
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Resource<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::term::{OwnedTerm, eq_exact};

    #[test]
    fn a_value_lives_as_long_as_somebody_or_some_term_counts_it() {
        let value = Arc::new(());
        let resource = Resource::new(value.clone());
        let term = OwnedTerm::build(|writer| resource.clone().write(writer));
        let copy = OwnedTerm::build(|writer| resource.clone().write(writer));
        drop(resource);
        assert!(Arc::ptr_eq(get::<Arc<()>>(term.root()).expect("it is one"), &value));
        assert!(eq_exact(term.root(), copy.root()), "they name the same");
        drop(copy);
        let again = Resource::<Arc<()>>::of_term(term.root()).expect("it is one");
        drop(term);
        assert_eq!(Arc::strong_count(&again), 2);
        drop(again);
        assert_eq!(Arc::strong_count(&value), 1);
    }

    #[test]
    fn another_type_or_a_reference_of_the_same_bits_is_none() {
        let resource = Resource::new(7u32);
        let term = OwnedTerm::build(|writer| resource.clone().write(writer));
        assert_eq!((get::<u32>(term.root()), get::<i32>(term.root())), (Some(&7), None));
        let bits = view::reference(term.root()).expect("a reference");
        let forged = OwnedTerm::build(|writer| writer.reference(bits.low, bits.high));
        assert!(get::<u32>(forged.root()).is_none() && Resource::<u32>::of_term(forged.root()).is_none());
    }
}
