//! Building terms on whatever memory an implementor has.

#![expect(unsafe_code, reason = "initialises fresh heap objects and makes pointer words to them")]

use std::ptr::NonNull;

use super::binary::SharedBinary;
use super::memory::NoMemory;
use super::resource::ResourceHead;
use super::view::{self, BitsRef};
use crate::abi::{Atom, Claim, ExportHead, FunHead, Header, Kind, Word};

/// Largest binary in bytes that lies on the heap itself; longer ones are shared.
pub const HEAP_BINARY_BYTES: usize = 64;

/// Memory that terms are built on.
///
/// The two required methods are the implementor's; everything else is built on them. Words given to a building
/// method, and words it returned before, must still be valid; a writer never moves or frees what it handed out
/// before the next safepoint of its owner, so several building calls in a row need no rooting.
///
/// # Safety
/// [`alloc_words`](TermWriter::alloc_words) returns memory of that many words, aligned to 8, used by nobody else,
/// that lives as the implementor's terms do. [`own_offheap`](TermWriter::own_offheap) makes the implementor give
/// back the object's count exactly once, when it frees that memory.
pub unsafe trait TermWriter {
    /// Uninitialised room for `words` words, for one or more objects. The caller fills all of it before the
    /// owner's next safepoint. With 0 words, any aligned pointer.
    fn alloc_words(&mut self, words: usize) -> *mut Word;

    /// Tells the owner that `object`, built here just now, owns a count of something off the heap: it is a
    /// `RefBinary` or a `ResourceReference`.
    fn own_offheap(&mut self, object: Word);

    /// What the owner has claimed ahead of the end of a buffer. It is given back before the owner frees any object, so
    /// that the buffer lives; so `counted`, which has the buffer's count, must be its own. `None` where that is not so.
    fn claim(&mut self, counted: Word) -> Option<&mut Claim> {
        let _ = counted;
        None
    }

    /// A boxed object with payload `payload`.
    ///
    /// # Safety
    /// The payload is what [`Kind`] says of that kind. Counts that it owns are told to `own_offheap` by the caller.
    unsafe fn boxed(&mut self, kind: Kind, payload: &[Word]) -> Word {
        let object = self.alloc_words(payload.len() + 1);
        // SAFETY: room for the header and the payload was just allocated; the caller vouches for the payload.
        unsafe {
            object.write(Word::header(Header::new(kind, payload.len())));
            object.add(1).copy_from_nonoverlapping(payload.as_ptr(), payload.len());
            Word::boxed_at(object)
        }
    }

    /// `[head | tail]`.
    fn cons(&mut self, head: Word, tail: Word) -> Word {
        let cell = self.alloc_words(2);
        // SAFETY: room for two words was just allocated.
        unsafe {
            cell.write(head);
            cell.add(1).write(tail);
            Word::cons_at(cell)
        }
    }

    /// The list of `items`, ending in `tail` (nil for a proper one). One allocation.
    fn list(&mut self, items: &[Word], tail: Word) -> Word {
        write_list(self, items.len(), tail, |index| items[index])
    }

    /// `[item(0), .. item(len - 1) | tail]`.
    fn list_of(&mut self, len: usize, tail: Word, item: impl FnMut(usize) -> Word) -> Word
    where
        Self: Sized,
    {
        write_list(self, len, tail, item)
    }

    /// `{elements...}`.
    fn tuple(&mut self, elements: &[Word]) -> Word {
        // SAFETY: a tuple's payload is any words.
        unsafe { self.boxed(Kind::Tuple, elements) }
    }

    /// A float.
    ///
    /// # Panics
    /// In debug builds, when it is NaN or infinite, which no Erlang float is.
    fn float(&mut self, value: f64) -> Word {
        debug_assert!(value.is_finite(), "Erlang has no {value}");
        // SAFETY: a float's payload is its bits.
        unsafe { self.boxed(Kind::Float, &[Word::from_bits(value.to_bits())]) }
    }

    /// A signed integer, small if it fits.
    fn integer(&mut self, value: i64) -> Word {
        match Word::small(value) {
            Some(word) => word,
            None => self.big(value < 0, &[value.unsigned_abs()]),
        }
    }

    /// An unsigned integer, small if it fits.
    fn unsigned(&mut self, value: u64) -> Word {
        self.big(false, &[value])
    }

    /// A 128-bit integer, small if it fits.
    fn integer_i128(&mut self, value: i128) -> Word {
        let magnitude = value.unsigned_abs();
        self.big(value < 0, &[magnitude as u64, (magnitude >> 64) as u64])
    }

    /// The integer with absolute value `limbs` (least significant first, leading zeros allowed), small if it fits.
    fn big(&mut self, negative: bool, limbs: &[u64]) -> Word {
        let len = limbs.iter().rposition(|&limb| limb != 0).map_or(0, |last| last + 1);
        let limbs = &limbs[..len];
        match *limbs {
            [] => return Word::small_int(0),
            [limb] => {
                let value = if negative { -i128::from(limb) } else { i128::from(limb) };
                if let Some(word) = i64::try_from(value).ok().and_then(Word::small) {
                    return word;
                }
            }
            _ => {}
        }
        let kind = if negative { Kind::BigNegative } else { Kind::BigPositive };
        // SAFETY: `Word` is a transparent `u64`, and a big integer's payload is its limbs.
        unsafe { self.boxed(kind, std::slice::from_raw_parts(limbs.as_ptr().cast::<Word>(), limbs.len())) }
    }

    /// A binary: on the heap up to [`HEAP_BINARY_BYTES`], else shared.
    fn binary(&mut self, bytes: &[u8]) -> Word {
        self.bitstring(BitsRef::whole(bytes))
    }

    /// A copy of a bitstring: on the heap up to [`HEAP_BINARY_BYTES`], else shared.
    ///
    /// # Panics
    /// With [`NoMemory`] as payload, when there is none.
    fn bitstring(&mut self, bits: BitsRef<'_>) -> Word {
        self.try_bitstring(bits).unwrap_or_else(|error| error.unwind())
    }

    /// As [`bitstring`](TermWriter::bitstring), for sizes that a program chooses.
    ///
    /// # Errors
    /// When there is no memory.
    fn try_bitstring(&mut self, bits: BitsRef<'_>) -> Result<Word, NoMemory> {
        let len = bits.bit_len.div_ceil(8);
        if len > HEAP_BINARY_BYTES {
            let shared = SharedBinary::try_filled(len, |bytes| copy_bits(bits, bytes))?;
            return Ok(self.shared_bits(shared, 0, bits.bit_len));
        }
        let words = len.div_ceil(8);
        let object = self.alloc_words(words + 2);
        // SAFETY: header, bit size and padded bytes lie within what was just allocated; the bytes are zeroed first.
        unsafe {
            write_heap_binary(object, bits);
            Ok(Word::boxed_at(object))
        }
    }

    /// A binary of `len` zero bytes that `fill` writes: on the heap up to [`HEAP_BINARY_BYTES`], else shared.
    ///
    /// # Errors
    /// When there is no memory.
    fn binary_with(&mut self, len: usize, fill: &mut dyn FnMut(&mut [u8])) -> Result<Word, NoMemory> {
        if len > HEAP_BINARY_BYTES {
            return Ok(self.shared_bits(SharedBinary::try_filled(len, fill)?, 0, len * 8));
        }
        let mut bytes = [0; HEAP_BINARY_BYTES];
        fill(&mut bytes[..len]);
        Ok(self.binary(&bytes[..len]))
    }

    /// Bits `bit_offset .. bit_offset + bit_len` of a shared buffer, without a copy; takes over the count.
    ///
    /// # Panics
    /// When they reach past what the buffer holds.
    fn shared_bits(&mut self, binary: SharedBinary, bit_offset: usize, bit_len: usize) -> Word {
        assert!((bit_offset + bit_len).div_ceil(8) <= binary.used(), "slice past the end of a shared binary");
        let object = self.alloc_words(REF_BINARY_WORDS);
        // SAFETY: the room was just allocated; the object takes over the count, and its range is in the buffer.
        let word = unsafe {
            write_ref_binary(object, binary.into_address(), bit_offset, bit_len);
            Word::boxed_at(object)
        };
        self.own_offheap(word);
        word
    }

    /// Bits `start .. start + len` of the bitstring `whole`, which is not copied where that saves memory; `None`
    /// when `whole` is no bitstring or has fewer bits.
    fn sub_bits(&mut self, whole: Word, start: usize, len: usize) -> Option<Word> {
        let bits = view::bits(whole)?;
        if start.checked_add(len)? > bits.bit_len {
            return None;
        }
        if start == 0 && len == bits.bit_len {
            return Some(whole);
        }
        let (header, payload) = view::boxed(whole)?;
        // Up to 16 bytes a copy is no bigger than a sub binary and keeps nothing alive; what is cut from a shared
        // buffer is copied up to 64 bytes, so that small pieces don't hold it. Larger ones own no count of it: the
        // slice that they are cut from does.
        let shared = view::shared_part(header, payload);
        let most = if shared.is_some() { HEAP_BINARY_BYTES * 8 } else { 128 };
        if len <= most {
            return Some(self.bitstring(bits.slice(start, len)));
        }
        let (of, offset) = match (header.kind(), shared) {
            (Kind::RefBinary, Some(part)) => (whole, part.bit_offset),
            (Kind::SubBinary, _) => (payload[0], payload[1].as_small()? as usize),
            _ => (whole, 0),
        };
        // SAFETY: the range lies within what `whole` shows of the other.
        Some(unsafe { self.part(of, offset + start, len) })
    }

    /// A part of the heap binary or the shared slice `of`, as [`Kind::SubBinary`] counts bits.
    ///
    /// # Safety
    /// `of` is one of these, and its buffer has these bits, written.
    unsafe fn part(&mut self, of: Word, bit_offset: usize, bit_len: usize) -> Word {
        let payload = [of, Word::small_int(bit_offset as i64), Word::small_int(bit_len as i64)];
        // SAFETY: the payload names a binary and a range within it.
        unsafe { self.boxed(Kind::SubBinary, &payload) }
    }

    /// Reference of this node.
    fn reference(&mut self, low: u64, high: u64) -> Word {
        // SAFETY: a reference's payload is its 128 bits.
        unsafe { self.boxed(Kind::Reference, &[Word::from_bits(low), Word::from_bits(high)]) }
    }

    /// Reference that owns a count of a native resource.
    ///
    /// # Safety
    /// The caller owns one count of `resource` and gives it to the reference.
    unsafe fn resource_reference(&mut self, low: u64, high: u64, resource: NonNull<ResourceHead>) -> Word {
        let address = resource.as_ptr().expose_provenance() as u64;
        // SAFETY: the payload is the 128 bits and the address, whose count the caller gives.
        let word = unsafe {
            let payload = [Word::from_bits(low), Word::from_bits(high), Word::from_bits(address)];
            self.boxed(Kind::ResourceReference, &payload)
        };
        self.own_offheap(word);
        word
    }

    /// Local fun with code `entry` and free variables `free`.
    ///
    /// # Safety
    /// The entry lives as long as any fun that names it.
    unsafe fn fun(&mut self, entry: NonNull<FunHead>, free: &[Word]) -> Word {
        let object = self.alloc_words(free.len() + 3);
        // SAFETY: room for header, address, count and free variables was just allocated.
        unsafe {
            object.write(Word::header(Header::new(Kind::Fun, free.len() + 2)));
            object.add(1).write(Word::from_bits(entry.as_ptr().expose_provenance() as u64));
            object.add(2).write(Word::small_int(free.len() as i64));
            object.add(3).copy_from_nonoverlapping(free.as_ptr(), free.len());
            Word::boxed_at(object)
        }
    }

    /// `fun M:F/A` with export entry `entry`.
    ///
    /// # Safety
    /// The entry lives as long as any fun that names it.
    unsafe fn export_fun(&mut self, entry: NonNull<ExportHead>) -> Word {
        // SAFETY: the payload is the entry's address.
        unsafe {
            let address = Word::from_bits(entry.as_ptr().expose_provenance() as u64);
            self.boxed(Kind::ExportFun, &[address])
        }
    }

    /// Pid of another node.
    fn external_pid(&mut self, node: Atom, id: u32, serial: u32, creation: u32) -> Word {
        let numbers = [i64::from(id), i64::from(serial), i64::from(creation)].map(Word::small_int);
        // SAFETY: the payload is node, id, serial and creation.
        unsafe { self.boxed(Kind::ExternalPid, &[Word::atom(node), numbers[0], numbers[1], numbers[2]]) }
    }

    /// Port of another node. Of an id of more than 62 bits, the low 62 are kept.
    fn external_port(&mut self, node: Atom, id: u64, creation: u32) -> Word {
        let id = Word::small_int((id & (u64::MAX >> 2)) as i64);
        // SAFETY: the payload is node, id and creation.
        unsafe {
            self.boxed(Kind::ExternalPort, &[Word::atom(node), id, Word::small_int(i64::from(creation))])
        }
    }

    /// Reference of another node.
    fn external_reference(&mut self, node: Atom, creation: u32, numbers: &[u32]) -> Word {
        let mut payload = vec![Word::atom(node), Word::small_int(i64::from(creation))];
        payload.extend(numbers.iter().map(|&number| Word::small_int(i64::from(number))));
        // SAFETY: the payload is node, creation and numbers.
        unsafe { self.boxed(Kind::ExternalReference, &payload) }
    }

    /// The map with these pairs, of any number; of equal keys the last counts.
    fn map_from_pairs(&mut self, pairs: &[(Word, Word)]) -> Word {
        super::map::from_pairs(self, pairs)
    }

    /// `text` as a list of code points.
    fn charlist(&mut self, text: &str) -> Word {
        let mut points = text.chars();
        write_list(self, text.chars().count(), Word::NIL, |_| {
            Word::small_int(points.next().map_or(0, |point| i64::from(u32::from(point))))
        })
    }

    /// `bytes` as a list of integers, ending in `tail`.
    fn byte_list(&mut self, bytes: &[u8], tail: Word) -> Word {
        write_list(self, bytes.len(), tail, |index| Word::small_int(i64::from(bytes[index])))
    }
}

/// The list of `item(0)` to `item(len - 1)`, asked for in this order, ending in `tail`. One allocation and no other
/// copy: a list of bytes takes sixteen times as much memory as they do.
#[inline]
fn write_list<W: TermWriter + ?Sized>(
    writer: &mut W,
    len: usize,
    tail: Word,
    mut item: impl FnMut(usize) -> Word,
) -> Word {
    if len == 0 {
        return tail;
    }
    let cells = writer.alloc_words(2 * len);
    for index in 0..len {
        // SAFETY: cell `index` lies within what was just allocated, and so does the next one where it is named.
        unsafe {
            let cell = cells.add(2 * index);
            let next = if index + 1 == len { tail } else { Word::cons_at(cell.add(2)) };
            cell.write(item(index));
            cell.add(1).write(next);
        }
    }
    // SAFETY: the first cell was filled above.
    unsafe { Word::cons_at(cells) }
}

/// Words of a slice of a shared binary, its header included.
pub(crate) const REF_BINARY_WORDS: usize = 4;

/// Writes a slice of the buffer at `address` to `object`, which takes over a count of it.
///
/// # Safety
/// There is room for [`REF_BINARY_WORDS`]; the count is the caller's, and the buffer has the bits.
#[inline]
pub(crate) unsafe fn write_ref_binary(
    object: *mut Word,
    address: *const u8,
    bit_offset: usize,
    bit_len: usize,
) {
    // SAFETY: as the caller says.
    unsafe {
        object.write(Word::header(Header::new(Kind::RefBinary, REF_BINARY_WORDS - 1)));
        object.add(1).write(Word::from_bits(address.expose_provenance() as u64));
        object.add(2).write(Word::from_bits(bit_offset as u64));
        object.add(3).write(Word::from_bits(bit_len as u64));
    }
}

/// Words of a heap binary of `bit_len` bits, its header included.
pub(crate) fn heap_binary_words(bit_len: usize) -> usize {
    2 + bit_len.div_ceil(64)
}

/// Writes a heap binary object with a copy of `bits` to `object`.
///
/// # Safety
/// There is room for [`heap_binary_words`], and `bits` does not overlap it.
pub(crate) unsafe fn write_heap_binary(object: *mut Word, bits: BitsRef<'_>) {
    let words = bits.bit_len.div_ceil(64);
    // SAFETY: as the caller says; the padding is zeroed before bytes are written over it.
    unsafe {
        object.write(Word::header(Header::new(Kind::HeapBinary, words + 1)));
        object.add(1).write(Word::from_bits(bits.bit_len as u64));
        object.add(2).write_bytes(0, words);
        let bytes = std::slice::from_raw_parts_mut(object.add(2).cast::<u8>(), bits.bit_len.div_ceil(8));
        copy_bits(bits, bytes);
    }
}

/// Copies all bits to the start of `target`, whose last byte's rest becomes zero.
fn copy_bits(bits: BitsRef<'_>, target: &mut [u8]) {
    let len = bits.bit_len.div_ceil(8);
    if bits.bit_offset == 0 {
        target[..len].copy_from_slice(&bits.bytes[..len]);
    } else {
        for (index, byte) in target[..len].iter_mut().enumerate() {
            *byte = bits.byte(index);
        }
    }
    if !bits.is_binary() {
        target[len - 1] &= 0xff << (8 - bits.bit_len % 8);
    }
}
