//! Native values behind references: counter arrays and the like.
//!
//! A reference that owns a native value (`Kind::ResourceReference`) is only ever made by [`reference`] here, never by
//! a decoder, and its upper half says which type is behind it. So the type of the value is known from the term.

#![expect(unsafe_code, reason = "reads native values behind reference terms")]

use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};

use dala_ir::abi::Word;
use dala_ir::term::resource::ResourceHead;
use dala_ir::term::{TermWriter, view};

/// Marks the upper half of a resource's reference; the rest of it is [`Resource::TAG`].
const RESOURCE: u64 = 1 << 62;

/// A native value that a reference can own.
pub(crate) trait Resource: Send + Sync + Sized + 'static {
    /// Differs for each type.
    const TAG: u64;
}

#[repr(C)]
struct Boxed<T> {
    head: ResourceHead,
    value: T,
}

unsafe fn free<T>(head: NonNull<ResourceHead>) {
    // SAFETY: made by `reference` as a `Boxed<T>`, of which the head is the start; called once, with the last count.
    drop(unsafe { Box::from_raw(head.cast::<Boxed<T>>().as_ptr()) });
}

/// A new reference that owns `value`; it is dropped with the last copy of the reference.
pub(crate) fn reference<T: Resource, W: TermWriter>(writer: &mut W, value: T) -> Word {
    let boxed = Box::new(Boxed { head: ResourceHead::new(free::<T>), value });
    let head = NonNull::from(Box::leak(boxed)).cast::<ResourceHead>();
    static MADE: AtomicU64 = AtomicU64::new(1);
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    // SAFETY: the new value's one count goes to the reference.
    unsafe { writer.resource_reference(number, RESOURCE | T::TAG, head) }
}

/// The value behind `word`, if it is a reference to a `T`. Not to be kept past the next safepoint.
pub(crate) fn get<'a, T: Resource>(word: Word) -> Option<&'a T> {
    let reference = view::reference(word)?;
    let head = reference.resource?;
    if reference.high != RESOURCE | T::TAG {
        return None;
    }
    // SAFETY: the tag says that `reference` above made it for a T; the term owns a count.
    Some(unsafe { &head.cast::<Boxed<T>>().as_ref().value })
}
