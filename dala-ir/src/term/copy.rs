//! Copying terms from heap to heap, sharing what the caller says is immutable and outlives both.
//!
//! Copies expand sharing, as OTP's message copy does: a subterm named twice is copied twice. Parts of heap binaries become
//! heap binaries of their own bits, parts of shared ones slices of those; such slices and resources take one more count.

#![expect(unsafe_code, reason = "fills raw blocks of words with heap objects")]

use std::ptr::NonNull;

use smallvec::SmallVec;

use super::binary::SharedBinary;
use super::resource::{self, ResourceHead};
use super::view;
use super::writer::{REF_BINARY_WORDS, TermWriter, heap_binary_words, write_heap_binary, write_ref_binary};
use crate::abi::{Kind, Word};

/// The predicate that shares nothing: a full copy.
pub fn share_nothing(_object: *const Word) -> bool {
    false
}

/// Words that a copy of `word` takes, where objects for which `shared` holds are not copied. Linear, worklist.
pub fn size_in_words(word: Word, shared: impl Fn(*const Word) -> bool) -> usize {
    let mut size = 0;
    let mut pending: SmallVec<[Word; 16]> = SmallVec::new();
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
                    Kind::SubBinary => {
                        size += match view::shared_part(header, payload) {
                            Some(_) => REF_BINARY_WORDS,
                            None => heap_binary_words(payload[2].as_small().unwrap_or(0) as usize),
                        };
                    }
                    kind => {
                        size += payload.len() + 1;
                        if !kind.is_raw() {
                            pending.extend(payload.iter().copied().filter(|word| word.is_pointer()));
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
        if header.is(Kind::SubBinary) {
            if let Some(part) = view::shared_part(header, payload) {
                // The source keeps the buffer alive; the copy's address word takes over the new count.
                let address = SharedBinary::retain_address(part.address).into_address();
                write_ref_binary(target, address, part.bit_offset, part.bit_len);
                *free = target.add(REF_BINARY_WORDS);
                let copy = Word::boxed_at(target);
                own_offheap(copy);
                return copy;
            }
            let Some(bits) = view::bits(word) else { return word };
            write_heap_binary(target, bits);
            *free = target.add(heap_binary_words(bits.bit_len));
            return Word::boxed_at(target);
        }
        target.copy_from_nonoverlapping(source, payload.len() + 1);
        *free = target.add(payload.len() + 1);
        let copy = Word::boxed_at(target);
        own_counts(copy, own_offheap);
        copy
    }
}

/// Copies a block of `words` words that [`copy_flat`] filled, whose root was `root`, to `target` and returns the copy's
/// root. As `copy_flat` on the root with what the block shares, but in one pass.
///
/// # Safety
/// The block is full of live objects and `target` has room, as for [`copy_flat`].
pub unsafe fn copy_block(
    block: *const Word,
    words: usize,
    root: Word,
    target: *mut Word,
    mut own_offheap: impl FnMut(Word),
) -> Word {
    let bytes = words * size_of::<Word>();
    let distance = (target as usize).wrapping_sub(block as usize) as u64;
    let moved = |word: Word| match word.pointer() {
        Some(object) if (object as usize).wrapping_sub(block as usize) < bytes => {
            // SAFETY: the tag stays as it is, since blocks are aligned, and the copy of the object stands as far behind
            // the target's start as the object does behind the block's.
            unsafe { Word::from_bits(word.to_bits().wrapping_add(distance)) }
        }
        _ => word,
    };
    let mut index = 0;
    while index < words {
        // SAFETY: `index` is in the block, and stands at an object's start or in the payload of one that has words.
        unsafe {
            let word = block.add(index).read();
            let Some(header) = word.as_header() else {
                target.add(index).write(moved(word));
                index += 1;
                continue;
            };
            target.add(index).write(word);
            if !header.kind().is_raw() {
                index += 1;
                continue;
            }
            target.add(index + 1).copy_from_nonoverlapping(block.add(index + 1), header.words());
            own_counts(Word::boxed_at(target.add(index)), &mut own_offheap);
            index += header.words() + 1;
        }
    }
    moved(root)
}

/// Takes the count that the copy `object` owns, if it owns one.
///
/// # Safety
/// It is a valid object, whose count is still its source's.
#[inline]
unsafe fn own_counts(object: Word, own_offheap: &mut impl FnMut(Word)) {
    let Some((header, payload)) = view::boxed(object) else { return };
    match header.kind() {
        Kind::RefBinary => {
            // SAFETY: the source keeps the buffer alive. The copy's address word takes over the new count.
            std::mem::forget(unsafe { SharedBinary::retain_address(view::address_of(payload[0])) });
            own_offheap(object);
        }
        Kind::ResourceReference => {
            if let Some(resource) = resource_of(payload) {
                // SAFETY: as above.
                unsafe { resource::retain(resource) };
                own_offheap(object);
            }
        }
        _ => {}
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
