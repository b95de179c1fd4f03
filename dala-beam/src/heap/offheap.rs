//! Objects that own a count of something outside the heap.

#![expect(unsafe_code, reason = "gives counts back by the addresses that terms hold")]

use std::ptr::NonNull;

use dala_ir::abi::{Header, Kind, Word};
use dala_ir::term::{SharedBinary, resource, view};
use hashbrown::HashSet;

/// Whether objects of this kind own an off-heap count.
pub(super) fn owns_count(kind: Kind) -> bool {
    matches!(kind, Kind::RefBinary | Kind::ResourceReference)
}

/// Address of what the object owns a count of.
///
/// # Safety
/// As [`weight`].
pub(super) unsafe fn owned_address(object: *const Word) -> u64 {
    // SAFETY: the caller says so; the payload layouts are those of `Kind`.
    unsafe {
        match (*object).as_header() {
            Some(header) if header.is(Kind::RefBinary) => (*object.add(1)).to_bits(),
            _ => (*object.add(3)).to_bits(),
        }
    }
}

/// A reference to a buffer of the binary region.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Buffer {
    /// Its address.
    pub(crate) address: u64,
    /// Bytes that are used.
    pub(crate) bytes: usize,
    /// References to it from anywhere.
    pub(crate) references: usize,
}

/// The buffer that the object refers to, if it is a binary's.
///
/// # Safety
/// As [`weight`].
pub(super) unsafe fn buffer(object: *const Word) -> Option<Buffer> {
    // SAFETY: the caller says so; the object holds a count of its buffer.
    let shared = unsafe {
        let is_binary = (*object).as_header().is_some_and(|header| header.is(Kind::RefBinary));
        is_binary.then(|| SharedBinary::borrow_address((*object.add(1)).to_bits() as usize as *const u8))?
    };
    Some(Buffer { address: shared.address() as u64, bytes: shared.used(), references: shared.references() })
}

/// References to buffers of the binary region in a term, each object once.
pub(crate) fn buffers_of(term: Word) -> Vec<Buffer> {
    let (mut found, mut seen, mut pending) = (Vec::new(), HashSet::new(), vec![term]);
    while let Some(word) = pending.pop() {
        if let Some((head, tail)) = view::cons(word) {
            pending.extend([tail, head]);
            continue;
        }
        let (Some(object), Some((header, payload))) = (word.pointer(), view::boxed(word)) else { continue };
        if header.is(Kind::RefBinary) {
            if seen.insert(object)
                // SAFETY: an object of a term that lives while this runs.
                && let Some(buffer) = unsafe { buffer(object) }
            {
                found.push(buffer);
            }
        } else if header.is(Kind::SubBinary) {
            pending.push(payload[0]);
        } else if !header.kind().is_raw() {
            pending.extend_from_slice(payload);
        }
    }
    found
}

/// Bytes that keeping the object alive keeps alive, about.
///
/// # Safety
/// `object` is a live object of one of the kinds of [`owns_count`].
pub(super) unsafe fn weight(object: *const Word) -> usize {
    // SAFETY: the caller says so; a RefBinary's third payload word is its bit size, a resource's its address.
    unsafe {
        match (*object).as_header() {
            Some(header) if header.is(Kind::RefBinary) => (*object.add(3)).to_bits() as usize / 8,
            _ => NonNull::new((*object.add(3)).to_bits() as usize as *mut _)
                .map_or(0, |head| resource::weight(head)),
        }
    }
}

/// Bytes that a run of objects keeps alive off the heap, about.
///
/// # Safety
/// As [`walk`].
pub(crate) unsafe fn weight_of(start: *const Word, words: usize) -> usize {
    let mut sum: usize = 0;
    // SAFETY: the caller says so; `walk` shows whole live objects, and nothing is written.
    unsafe {
        walk(start.cast_mut(), start.cast_mut().add(words), |object| {
            sum = sum.saturating_add(weight(object))
        });
    }
    sum
}

/// Gives the object's count back.
///
/// # Safety
/// `object` is an object of one of the kinds of [`owns_count`] that nobody will read again.
pub(super) unsafe fn release(object: *const Word) {
    // SAFETY: the caller says so; the payload layouts are those of `Kind`.
    unsafe {
        let header = (*object).as_header().expect("an off-heap object starts with its header");
        if header.is(Kind::RefBinary) {
            let address = (*object.add(1)).to_bits() as usize as *const u8;
            drop(SharedBinary::from_address(address));
        } else {
            debug_assert!(header.is(Kind::ResourceReference));
            let address = (*object.add(3)).to_bits() as usize as *mut _;
            if let Some(head) = NonNull::new(address) {
                resource::release(head);
            }
        }
    }
}

/// Calls `found` with every object of `start .. end` that owns a count.
///
/// # Safety
/// The words are whole objects (see the module docs of [`heap`](super), "Walkable memory").
pub(super) unsafe fn walk(start: *mut Word, end: *mut Word, mut found: impl FnMut(*mut Word)) {
    let mut at = start;
    while at < end {
        // SAFETY: within the run; payloads of raw kinds are skipped whole.
        let header: Option<Header> = unsafe { *at }.as_header();
        let mut step = 1;
        if let Some(header) = header {
            if owns_count(header.kind()) {
                found(at);
            }
            if header.kind().is_raw() {
                step += header.words();
            }
        }
        at = at.wrapping_add(step);
    }
}
