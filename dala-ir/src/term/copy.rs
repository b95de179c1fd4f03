//! Copying terms from heap to heap, sharing what the caller says is immutable and outlives both.
//!
//! Copies expand sharing, as OTP's message copy does: a subterm named twice is copied twice. Sub binaries become
//! heap binaries of their own bits; slices of shared binaries and resources take one more count.

#![expect(unsafe_code, reason = "fills raw blocks of words with heap objects")]

use std::ptr::NonNull;

use super::binary::SharedBinary;
use super::resource::{self, ResourceHead};
use super::view;
use super::writer::{TermWriter, heap_binary_words, write_heap_binary};
use crate::abi::{Kind, Word};

/// The predicate that shares nothing: a full copy.
pub fn share_nothing(_object: *const Word) -> bool {
    false
}

/// Words that a copy of `word` takes, where objects for which `shared` holds are not copied. Linear, worklist.
pub fn size_in_words(word: Word, shared: impl Fn(*const Word) -> bool) -> usize {
    let mut size = 0;
    let mut pending: Vec<Word> = Vec::new();
    let mut current = word;
    loop {
        if let Some(object) = current.pointer()
            && !shared(object)
        {
            if let Some((head, tail)) = view::cons(current) {
                size += 2;
                if head.is_pointer() {
                    pending.push(head);
                }
                current = tail;
                continue;
            }
            if let Some((header, payload)) = view::boxed(current) {
                match header.kind() {
                    Kind::SubBinary => size += heap_binary_words(payload[2].as_small().unwrap_or(0) as usize),
                    kind => {
                        size += payload.len() + 1;
                        if !kind.is_raw() {
                            pending.extend(payload.iter().filter(|word| word.is_pointer()));
                        }
                    }
                }
            }
        }
        match pending.pop() {
            Some(next) => current = next,
            None => return size,
        }
    }
}

/// Copies `word` into a block of exactly [`size_in_words`] words at `block` and returns the copy's root. Every
/// object that owns an off-heap count is reported to `own_offheap` once.
///
/// # Safety
/// `block` has room for `size_in_words(word, shared)` words, aligned to 8, that nothing else uses and that live as
/// long as the returned word is used.
pub unsafe fn copy_flat(
    word: Word,
    block: *mut Word,
    shared: impl Fn(*const Word) -> bool,
    mut own_offheap: impl FnMut(Word),
) -> Word {
    let mut free = block;
    // SAFETY: `size_in_words` counted every object that is moved here, so `free` stays within the block.
    let root = unsafe { move_object(word, &mut free, &shared, &mut own_offheap) };
    // Cheney's scan: what lies between `scan` and `free` was moved, but its words still point to the source.
    let mut scan = block;
    while scan < free {
        // SAFETY: `scan` is below `free`, so it is initialised, and stands at an object's start or in a scanned
        // payload; both advance by whole objects or words.
        unsafe {
            let current = scan.read();
            if let Some(header) = current.as_header() {
                scan = scan.add(if header.kind().is_raw() { header.words() + 1 } else { 1 });
            } else {
                if current.is_pointer() {
                    scan.write(move_object(current, &mut free, &shared, &mut own_offheap));
                }
                scan = scan.add(1);
            }
        }
    }
    root
}

/// # Safety
/// There is room for the object at `free`.
#[inline]
unsafe fn move_object(
    word: Word,
    free: &mut *mut Word,
    shared: &impl Fn(*const Word) -> bool,
    own_offheap: &mut impl FnMut(Word),
) -> Word {
    let Some(source) = word.pointer().filter(|&object| !shared(object)) else { return word };
    let target = *free;
    // SAFETY: the source is a valid object; the target has room, as the caller says.
    unsafe {
        if word.is_cons() {
            target.copy_from_nonoverlapping(source, 2);
            *free = target.add(2);
            return Word::cons_at(target);
        }
        let Some((header, payload)) = view::boxed(word) else { return word };
        if header.is(Kind::SubBinary)
            && let Some(bits) = view::bits(word)
        {
            write_heap_binary(target, bits);
            *free = target.add(heap_binary_words(bits.bit_len));
            return Word::boxed_at(target);
        }
        target.copy_from_nonoverlapping(source, payload.len() + 1);
        *free = target.add(payload.len() + 1);
        let copy = Word::boxed_at(target);
        match header.kind() {
            Kind::RefBinary => {
                // The copy's address word takes over the new count.
                std::mem::forget(SharedBinary::retain_address(view::address_of(payload[0])));
                own_offheap(copy);
            }
            Kind::ResourceReference => {
                if let Some(resource) = resource_of(payload) {
                    resource::retain(resource);
                    own_offheap(copy);
                }
            }
            _ => {}
        }
        copy
    }
}

fn resource_of(payload: &[Word]) -> Option<NonNull<ResourceHead>> {
    NonNull::new(view::address_of::<ResourceHead>(*payload.get(2)?).cast_mut())
}

/// Copies `word` to `writer` in one allocation, keeping objects for which `shared` holds.
pub fn copy_term<W: TermWriter + ?Sized>(
    word: Word,
    writer: &mut W,
    shared: impl Fn(*const Word) -> bool,
) -> Word {
    if !word.is_pointer() {
        return word;
    }
    let size = size_in_words(word, &shared);
    if size == 0 {
        return word;
    }
    let block = writer.alloc_words(size);
    // SAFETY: the block has the size that was asked for, and belongs to the writer.
    unsafe { copy_flat(word, block, shared, |object| writer.own_offheap(object)) }
}

/// Gives back the count that one object owns; an object that owns none is left alone.
///
/// # Safety
/// The object owns its count (it was reported to `own_offheap`), is valid, and is not used afterwards.
pub unsafe fn release_object(object: Word) {
    let Some((header, payload)) = view::boxed(object) else { return };
    match header.kind() {
        // SAFETY: the count belongs to the object, which is not used afterwards.
        Kind::RefBinary => drop(unsafe { SharedBinary::from_address(view::address_of(payload[0])) }),
        Kind::ResourceReference => {
            if let Some(resource) = resource_of(payload) {
                // SAFETY: as above.
                unsafe { resource::release(resource) };
            }
        }
        _ => {}
    }
}

/// Gives back all counts that objects in a block own, before the block is freed. Linear in the block.
///
/// # Safety
/// The block is full of objects one behind the other, as [`copy_flat`] leaves it, and no word into it is used
/// afterwards.
pub unsafe fn release_offheap(block: *const Word, words: usize) {
    let mut index = 0;
    while index < words {
        // SAFETY: `index` is inside the block and stands at an object's start: a header, or the head of a cons.
        unsafe {
            let object = block.add(index);
            match (*object).as_header() {
                Some(header) => {
                    release_object(Word::boxed_at(object));
                    index += header.words() + 1;
                }
                None => index += 2,
            }
        }
    }
}
