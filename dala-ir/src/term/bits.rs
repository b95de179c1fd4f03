//! Bit syntax: reading segments out of bitstrings and building bitstrings from segments (Erlang reference manual,
//! "Bit Syntax Expressions"; efficiency guide, "Constructing and Matching Binaries").
//!
//! Reading works on a [`BitsRef`] of exactly the segment's bits; building on a [`BitBuilder`], or [`append`] where
//! a binary only grows. Any size and alignment works; bytes on byte boundaries are fast.

#![expect(unsafe_code, reason = "takes a further count of a shared binary that a term holds")]

use smallvec::SmallVec;

use super::big::MAX_LIMBS;
use super::binary::{MAX_BUILT_BYTES, SharedBinary};
use super::memory::NoMemory;
use super::view::{self, BigRef, BitsRef};
use super::writer::{HEAP_BINARY_BYTES, TermWriter};
use crate::abi::Word;

/// Order of the bytes of an integer or float segment. `native` is the machine's, little on all that Dala supports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endian {
    /// Most significant byte first.
    Big,
    /// Least significant byte first.
    Little,
}

/// The unsigned number of at most 64 bits.
///
/// # Panics
/// In debug builds, when there are more.
#[inline]
pub fn read_u64(bits: BitsRef<'_>, endian: Endian) -> u64 {
    debug_assert!(bits.bit_len <= 64);
    let (whole, rest) = (bits.bit_len / 8, bits.bit_len % 8);
    let last = if rest == 0 { 0 } else { u64::from(bits.byte(whole) >> (8 - rest)) };
    match endian {
        Endian::Big => {
            let value = (0..whole).fold(0, |value, index| value << 8 | u64::from(bits.byte(index)));
            if rest == 0 { value } else { value << rest | last }
        }
        Endian::Little => {
            let value = (0..whole).fold(0, |value, index| value | u64::from(bits.byte(index)) << (8 * index));
            if rest == 0 { value } else { value | last << (8 * whole) }
        }
    }
}

/// The integer of an `integer` segment: all of `bits`, of any number. `None` when it has more than
/// [`MAX_LIMBS`] limbs.
pub fn read_integer<W: TermWriter + ?Sized>(
    writer: &mut W,
    bits: BitsRef<'_>,
    endian: Endian,
    signed: bool,
) -> Option<Word> {
    let bits = if bits.bit_len > 64 { significant(bits, endian, signed) } else { bits };
    let len = bits.bit_len;
    if len == 0 {
        return Some(Word::small_int(0));
    }
    if len <= 64 {
        let value = read_u64(bits, endian);
        if signed {
            let shift = 64 - len as u32;
            return Some(writer.integer((value << shift) as i64 >> shift));
        }
        return Some(writer.unsigned(value));
    }
    // One byte may still be nothing but signs.
    if len > 64 * MAX_LIMBS + 8 {
        return None;
    }
    let mut limbs = read_limbs(bits, endian);
    let negative = signed && limbs[(len - 1) / 64] >> ((len - 1) % 64) & 1 == 1;
    if negative {
        // The absolute value of a negative number is its two's complement within `len` bits.
        let mut carry = true;
        for limb in &mut limbs {
            (*limb, carry) = (!*limb).overflowing_add(u64::from(carry));
        }
        if !len.is_multiple_of(64)
            && let Some(top) = limbs.last_mut()
        {
            *top &= u64::MAX >> (64 - len % 64);
        }
    }
    let is_over = limbs.get(MAX_LIMBS).is_some_and(|&limb| limb != 0);
    (!is_over).then(|| writer.big(negative, &limbs))
}

/// The same number in fewer bits: without bytes at its most significant end that only repeat the sign. A segment may
/// have any size, a number may not.
fn significant(bits: BitsRef<'_>, endian: Endian, signed: bool) -> BitsRef<'_> {
    let (whole, rest) = (bits.bit_len / 8, bits.bit_len % 8);
    let sign_at = match endian {
        Endian::Big => 0,
        Endian::Little if rest == 0 => whole - 1,
        // The odd bits stand last and are the most significant.
        Endian::Little => whole,
    };
    let fill = if signed && bits.byte(sign_at) & 0x80 != 0 { 0xff } else { 0 };
    let kept_signs = usize::from(signed);
    match endian {
        Endian::Big => {
            let repeated = (0..whole).take_while(|&index| bits.byte(index) == fill).count();
            let dropped = 8 * repeated.saturating_sub(kept_signs);
            bits.slice(dropped, bits.bit_len - dropped)
        }
        Endian::Little if rest > 0 && (bits.byte(whole) ^ fill) >> (8 - rest) != 0 => bits,
        Endian::Little => {
            let repeated = (0..whole).rev().take_while(|&index| bits.byte(index) == fill).count();
            if repeated < kept_signs { bits } else { bits.slice(0, 8 * (whole - repeated + kept_signs)) }
        }
    }
}

/// The bits as limbs, least significant first.
fn read_limbs(bits: BitsRef<'_>, endian: Endian) -> Vec<u64> {
    let len = bits.bit_len;
    let mut limbs = vec![0u64; len.div_ceil(64)];
    let mut put = |index: usize, byte: u8| limbs[index / 8] |= u64::from(byte) << (8 * (index % 8));
    let (whole, rest) = (len / 8, len % 8);
    match endian {
        Endian::Little => {
            for index in 0..whole {
                put(index, bits.byte(index));
            }
            if rest > 0 {
                put(whole, bits.byte(whole) >> (8 - rest));
            }
        }
        Endian::Big => {
            // The odd bits stand first; behind them whole bytes follow, the least significant last.
            let tail = bits.slice(rest, len - rest);
            for index in 0..whole {
                put(whole - 1 - index, tail.byte(index));
            }
            if rest > 0 {
                put(whole, bits.byte(0) >> (8 - rest));
            }
        }
    }
    limbs
}

/// The float of a `float` segment of 16, 32 or 64 bits; `None` for other sizes, infinities and NaN.
pub fn read_float(bits: BitsRef<'_>, endian: Endian) -> Option<f64> {
    let value = match bits.bit_len {
        16 => f64_from_half(read_u64(bits, endian) as u16),
        32 => f64::from(f32::from_bits(read_u64(bits, endian) as u32)),
        64 => f64::from_bits(read_u64(bits, endian)),
        _ => return None,
    };
    value.is_finite().then_some(value)
}

fn f64_from_half(half: u16) -> f64 {
    let (exponent, fraction) = (i32::from(half >> 10 & 0x1f), f64::from(half & 0x3ff));
    let size = match exponent {
        0 => fraction * 2f64.powi(-24),
        31 => f64::INFINITY,
        _ => (fraction + 1024.0) * 2f64.powi(exponent - 25),
    };
    if half >> 15 == 1 { -size } else { size }
}

/// The nearest half, ties to even.
fn half_from_f64(value: f64) -> u16 {
    let size = value.abs();
    let sign = if value.is_sign_negative() { 0x8000 } else { 0 };
    if size == 0.0 {
        return sign;
    }
    // Halves below 2^-14 share its spacing, and none is spaced by less.
    let exponent = ((size.to_bits() >> 52) as i32 - 1023).max(-14);
    let steps = (size * 2f64.powi(10 - exponent)).round_ties_even() as u64;
    let bits = ((exponent + 14) as u64 * 1024) + steps;
    sign | bits.min(0x7c00) as u16
}

/// A code point and the number of bits it took.
pub type Decoded = (u32, usize);

/// The code point that starts `bits` in UTF-8; `None` for anything malformed, overlong or reserved.
pub fn read_utf8(bits: BitsRef<'_>) -> Option<Decoded> {
    let available = bits.bit_len / 8;
    if available == 0 {
        return None;
    }
    let first = bits.byte(0);
    let (len, mut point) = match first {
        0..=0x7f => return Some((u32::from(first), 8)),
        0xc2..=0xdf => (2, u32::from(first & 0x1f)),
        0xe0..=0xef => (3, u32::from(first & 0x0f)),
        0xf0..=0xf4 => (4, u32::from(first & 0x07)),
        _ => return None,
    };
    if available < len {
        return None;
    }
    for index in 1..len {
        let byte = bits.byte(index);
        if byte & 0xc0 != 0x80 {
            return None;
        }
        point = point << 6 | u32::from(byte & 0x3f);
    }
    let shortest = [0, 0, 0x80, 0x800, 0x1_0000][len];
    (point >= shortest && char::from_u32(point).is_some()).then_some((point, len * 8))
}

/// The code point that starts `bits` in UTF-16.
pub fn read_utf16(bits: BitsRef<'_>, endian: Endian) -> Option<Decoded> {
    let unit = |index: usize| {
        (bits.bit_len >= 16 * (index + 1)).then(|| read_u64(bits.slice(16 * index, 16), endian) as u32)
    };
    let first = unit(0)?;
    match first {
        0xd800..0xdc00 => {
            let second = unit(1).filter(|second| (0xdc00..0xe000).contains(second))?;
            Some((0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00), 32))
        }
        0xdc00..0xe000 => None,
        _ => Some((first, 16)),
    }
}

/// The code point that starts `bits` in UTF-32.
pub fn read_utf32(bits: BitsRef<'_>, endian: Endian) -> Option<Decoded> {
    if bits.bit_len < 32 {
        return None;
    }
    let point = read_u64(bits.slice(0, 32), endian) as u32;
    char::from_u32(point).map(|_| (point, 32))
}

/// A value that does not fit its segment (`badarg`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("value does not fit the segment")]
pub struct BadSegment;

/// More bits than [`MAX_BUILT_BYTES`] or than there is memory for (`system_limit`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bitstring too large")]
pub struct TooLarge;

impl From<NoMemory> for TooLarge {
    fn from(_: NoMemory) -> TooLarge {
        TooLarge
    }
}

/// A bitstring under construction. What is added for a size that a program chose is reserved first
/// ([`BitBuilder::reserve`]).
#[derive(Clone, Debug, Default)]
pub struct BitBuilder {
    bytes: SmallVec<[u8; HEAP_BINARY_BYTES]>,
    /// Bits of the last byte that are used, 0 when all are.
    partial: u32,
}

impl BitBuilder {
    /// An empty one; allocates past 64 bytes only.
    pub fn new() -> BitBuilder {
        BitBuilder::default()
    }

    /// Makes room for `bits` more bits.
    ///
    /// # Errors
    /// When they would be too many in all, or there is no memory.
    #[inline]
    pub fn reserve(&mut self, bits: usize) -> Result<(), TooLarge> {
        let more = bits / 8 + 1;
        if more > MAX_BUILT_BYTES + 1 - self.bytes.len() {
            return Err(TooLarge);
        }
        self.bytes.try_reserve(more).map_err(|_| TooLarge)
    }

    /// Number of bits so far.
    pub fn bit_len(&self) -> usize {
        self.bytes.len() * 8 - if self.partial == 0 { 0 } else { 8 - self.partial as usize }
    }

    /// The bits so far.
    pub fn bits(&self) -> BitsRef<'_> {
        BitsRef::new(&self.bytes, 0, self.bit_len())
    }

    /// Adds the low `count` bits (1 to 8) of `value`.
    #[inline]
    fn push(&mut self, value: u8, count: u32) {
        let aligned = value << (8 - count);
        if self.partial == 0 {
            self.bytes.push(aligned);
            self.partial = count % 8;
            return;
        }
        if let Some(last) = self.bytes.last_mut() {
            *last |= aligned >> self.partial;
        }
        let used = self.partial + count;
        if used > 8 {
            self.bytes.push(aligned << (8 - self.partial));
        }
        self.partial = used % 8;
    }

    /// Adds bytes.
    pub fn push_bytes(&mut self, bytes: &[u8]) {
        if self.partial == 0 {
            self.bytes.extend_from_slice(bytes);
        } else {
            bytes.iter().for_each(|&byte| self.push(byte, 8));
        }
    }

    /// Adds the bits of another bitstring (`binary` and `bits` segments).
    pub fn push_bits(&mut self, bits: BitsRef<'_>) {
        let (whole, rest) = (bits.bit_len / 8, bits.bit_len % 8);
        if bits.bit_offset == 0 {
            self.push_bytes(&bits.bytes[..whole]);
        } else {
            (0..whole).for_each(|index| self.push(bits.byte(index), 8));
        }
        if rest > 0 {
            self.push(bits.byte(whole) >> (8 - rest), rest as u32);
        }
    }

    /// Adds the low `size` bits of the integer `value`, in two's complement (`integer` segments).
    ///
    /// # Errors
    /// When `value` is no integer.
    pub fn push_integer(&mut self, value: Word, size: usize, endian: Endian) -> Result<(), BadSegment> {
        if let Some(small) = value.as_small() {
            if size <= 64 {
                self.push_u64(small as u64, size, endian);
            } else {
                let fill = if small < 0 { 0xff } else { 0 };
                let bytes = small.to_le_bytes();
                self.push_le(size, endian, |index| bytes.get(index).copied().unwrap_or(fill));
            }
            return Ok(());
        }
        let BigRef { negative, limbs } = view::big(value).ok_or(BadSegment)?;
        let byte = |index: usize| limbs.get(index / 8).map_or(0, |limb| (limb >> (8 * (index % 8))) as u8);
        if !negative {
            self.push_le(size, endian, byte);
            return Ok(());
        }
        // Two's complement: up to the lowest set limb the bytes are negated, then inverted.
        let lowest = limbs.iter().position(|&limb| limb != 0).unwrap_or(0);
        self.push_le(size, endian, |index| {
            let limb = limbs.get(index / 8).copied().unwrap_or(0);
            let limb = if index / 8 <= lowest { limb.wrapping_neg() } else { !limb };
            (limb >> (8 * (index % 8))) as u8
        });
        Ok(())
    }

    /// Adds the low `size` bits, at most 64, of `value`.
    #[inline]
    pub fn push_u64(&mut self, value: u64, size: usize, endian: Endian) {
        if self.partial == 0 && size.is_multiple_of(8) {
            match endian {
                Endian::Big => self.bytes.extend_from_slice(&value.to_be_bytes()[8 - size / 8..]),
                Endian::Little => self.bytes.extend_from_slice(&value.to_le_bytes()[..size / 8]),
            }
            return;
        }
        let bytes = value.to_le_bytes();
        self.push_le(size, endian, |index| bytes.get(index).copied().unwrap_or(0));
    }

    /// Adds `size` bits of a number whose bytes, least significant first, are `byte(0)`, `byte(1)`..
    fn push_le(&mut self, size: usize, endian: Endian, byte: impl Fn(usize) -> u8) {
        let (whole, rest) = (size / 8, size % 8);
        match endian {
            Endian::Big => {
                if rest > 0 {
                    self.push_low(byte(whole), rest as u32);
                }
                (0..whole).rev().for_each(|index| self.push(byte(index), 8));
            }
            Endian::Little => {
                (0..whole).for_each(|index| self.push(byte(index), 8));
                if rest > 0 {
                    self.push_low(byte(whole), rest as u32);
                }
            }
        }
    }

    fn push_low(&mut self, byte: u8, count: u32) {
        self.push(byte & (0xff >> (8 - count)), count);
    }

    /// Adds a float of 16, 32 or 64 bits: an infinity for what is too large, as OTP 25 does.
    ///
    /// # Errors
    /// For other sizes.
    pub fn push_float(&mut self, value: f64, size: usize, endian: Endian) -> Result<(), BadSegment> {
        let bits = match size {
            16 => u64::from(half_from_f64(value)),
            32 => u64::from((value as f32).to_bits()),
            64 => value.to_bits(),
            _ => return Err(BadSegment),
        };
        self.push_u64(bits, size, endian);
        Ok(())
    }

    /// Adds a code point in UTF-8.
    ///
    /// # Errors
    /// When `point` is no Unicode scalar value.
    pub fn push_utf8(&mut self, point: u32) -> Result<(), BadSegment> {
        let point = char::from_u32(point).ok_or(BadSegment)?;
        self.push_bytes(point.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    /// Adds a code point in UTF-16.
    ///
    /// # Errors
    /// When `point` is no Unicode scalar value.
    pub fn push_utf16(&mut self, point: u32, endian: Endian) -> Result<(), BadSegment> {
        let point = char::from_u32(point).ok_or(BadSegment)?;
        for unit in point.encode_utf16(&mut [0; 2]) {
            self.push_u64(u64::from(*unit), 16, endian);
        }
        Ok(())
    }

    /// Adds a code point in UTF-32.
    ///
    /// # Errors
    /// When `point` is no Unicode scalar value.
    pub fn push_utf32(&mut self, point: u32, endian: Endian) -> Result<(), BadSegment> {
        char::from_u32(point).ok_or(BadSegment)?;
        self.push_u64(u64::from(point), 32, endian);
        Ok(())
    }

    /// The bitstring as a term.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn finish<W: TermWriter + ?Sized>(&self, writer: &mut W) -> Result<Word, TooLarge> {
        Ok(writer.try_bitstring(self.bits())?)
    }
}

/// `<<Whole/bits, Tail/bits>>`, in place where `whole` is the last slice of a shared buffer with room: a loop of
/// appends costs O(bytes added) in total. `None` when `whole` is no bitstring.
pub fn append<W: TermWriter + ?Sized>(
    writer: &mut W,
    whole: Word,
    tail: BitsRef<'_>,
) -> Option<Result<Word, TooLarge>> {
    let bits = view::bits(whole)?;
    if tail.bit_len == 0 {
        return Some(Ok(whole));
    }
    let total = bits.bit_len + tail.bit_len;
    if total <= HEAP_BINARY_BYTES * 8 {
        if let (Some(former), Some(more)) = (bits.as_bytes(), tail.as_bytes()) {
            let mut both = [0; HEAP_BINARY_BYTES];
            both[..former.len()].copy_from_slice(former);
            both[former.len()..total / 8].copy_from_slice(more);
            return Some(Ok(writer.binary(&both[..total / 8])));
        }
        let mut builder = BitBuilder::new();
        builder.push_bits(bits);
        builder.push_bits(tail);
        return Some(builder.finish(writer));
    }
    if let Some(bytes) = tail.as_bytes()
        && let Some(built) = append_in_place(writer, whole, 1, bytes)
    {
        return Some(Ok(built));
    }
    if let Some(part) = part_of(whole) {
        let end = part.bit_offset + bits.bit_len;
        let extra = tail.bit_len.div_ceil(8);
        // SAFETY: `whole` is valid, so a count keeps the buffer alive meanwhile.
        let shared = unsafe { SharedBinary::borrow_address(part.address) };
        if let Some(claim) = writer.claim(part.owner.unwrap_or(whole)) {
            // SAFETY: the writer's own objects have the counts of what it claimed.
            unsafe { claim.release_of(&shared) };
        }
        if end.is_multiple_of(8) && shared.try_append(end / 8, extra, |target| copy_to(tail, target)) {
            // No further count: the slice that the buffer was made with has one.
            // SAFETY: the claimed bytes were written behind those of `whole`.
            return Some(Ok(unsafe { writer.part(part.owner.unwrap_or(whole), part.bit_offset, total) }));
        }
    }
    Some(joined(bits, tail).map(|shared| writer.shared_bits(shared, 0, total)))
}

/// [`append`] of whole bytes in place, which nearly all of a loop's are; `None` where it is not possible or `whole` is no
/// multiple of `unit` bits.
#[inline]
pub fn append_in_place<W: TermWriter + ?Sized>(
    writer: &mut W,
    whole: Word,
    unit: u64,
    bytes: &[u8],
) -> Option<Word> {
    let part = part_of(whole)?;
    let end = part.bit_offset + part.bit_len;
    // SAFETY: `whole` is valid, so a count keeps the buffer alive meanwhile.
    let shared = unsafe { SharedBinary::borrow_address(part.address) };
    let is_whole =
        unit == 8 && part.bit_len.is_multiple_of(8) || (part.bit_len as u64).is_multiple_of(unit.max(1));
    if !is_whole || !end.is_multiple_of(8) {
        return None;
    }
    let counted = part.owner.unwrap_or(whole);
    let is_appended = match writer.claim(counted) {
        // SAFETY: the writer's own object has the buffer's count, and it gives the claim back before it frees that.
        Some(claim) => unsafe { claim.try_append(&shared, end / 8, bytes) },
        None => shared.try_append_bytes(end / 8, bytes),
    };
    if !is_appended {
        return None;
    }
    let bit_len = part.bit_len + 8 * bytes.len();
    // SAFETY: the claimed bytes were written behind those of `whole`. The slice that the buffer was made with has a count.
    Some(unsafe { writer.part(counted, part.bit_offset, bit_len) })
}

#[inline]
fn part_of<'a>(word: Word) -> Option<view::SharedPart<'a>> {
    view::boxed(word).and_then(|(header, payload)| view::shared_part(header, payload))
}

/// A new buffer of `bits` and `tail`, with room to append to.
fn joined(bits: BitsRef<'_>, tail: BitsRef<'_>) -> Result<SharedBinary, TooLarge> {
    let total = bits.bit_len + tail.bit_len;
    if total > 8 * MAX_BUILT_BYTES {
        return Err(TooLarge);
    }
    let unaligned = if bits.is_binary() {
        None
    } else {
        let mut builder = BitBuilder::new();
        builder.reserve(total)?;
        builder.push_bits(bits);
        builder.push_bits(tail);
        Some(builder)
    };
    let bytes = total.div_ceil(8);
    let shared = SharedBinary::try_with_capacity(SharedBinary::growth_capacity(bytes))?;
    let filled = shared.try_append(0, bytes, |target| match &unaligned {
        None => {
            let (front, back) = target.split_at_mut(bits.bit_len / 8);
            copy_to(bits, front);
            copy_to(tail, back);
        }
        Some(builder) => target.copy_from_slice(&builder.bytes),
    });
    debug_assert!(filled, "a fresh buffer has room for what it was made for");
    Ok(shared)
}

/// The shared buffer that the bitstring `word` lies in, and the place of its first bit; `None` when it lies on a heap or
/// is no bitstring. The buffer then lives as long as what is returned.
pub fn share(word: Word) -> Option<(SharedBinary, usize)> {
    let part = part_of(word)?;
    // SAFETY: `word` is valid, so a count keeps the buffer alive meanwhile.
    Some((unsafe { SharedBinary::retain_address(part.address) }, part.bit_offset))
}

/// Copies all bits to the start of `target`, the rest of whose last byte becomes zero.
fn copy_to(bits: BitsRef<'_>, target: &mut [u8]) {
    let len = bits.bit_len.div_ceil(8);
    match bits.bit_offset {
        0 => target[..len].copy_from_slice(&bits.bytes[..len]),
        _ => target[..len].iter_mut().enumerate().for_each(|(index, byte)| *byte = bits.byte(index)),
    }
    if !bits.is_binary() {
        target[len - 1] &= 0xff << (8 - bits.bit_len % 8);
    }
}

#[cfg(test)]
mod tests;
