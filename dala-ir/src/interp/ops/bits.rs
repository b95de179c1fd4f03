//! Match contexts and bitstrings under construction.
//!
//! A match context is `[bitstring, position, end]`, positions in bits from the bitstring's start, as small integers. It
//! is advanced in place: storing a small integer never makes an old object point to a young one.

#![expect(unsafe_code, reason = "makes match contexts and advances them in place")]

use crate::abi::{Atom, Kind, Word, atoms};
use crate::interp::frame::Raise;
use crate::interp::opcode::Opcode;
use crate::interp::outcome::{Class, Exception};
use crate::term::TermWriter;
use crate::term::binary::MAX_BUILT_BYTES;
use crate::term::bits::{self, BitBuilder, Decoded, Endian};
use crate::term::view::{self, BitsRef};

pub(in crate::interp) const SIGNED: u64 = 1 << 16;
pub(in crate::interp) const LITTLE: u64 = 1 << 17;

fn endian(segment: u64) -> Endian {
    if segment & LITTLE != 0 { Endian::Little } else { Endian::Big }
}

/// Bitstring, position and end of a context.
#[inline]
fn parts(context: Word) -> Option<(Word, usize, usize)> {
    let payload = view::payload(context, Kind::MatchContext)?;
    let [whole, position, end] = payload.first_chunk::<3>()?;
    Some((*whole, position.as_small()? as usize, end.as_small()? as usize))
}

/// The bits that are left.
#[inline]
fn rest<'a>(context: Word) -> Option<(BitsRef<'a>, usize)> {
    let (whole, position, end) = parts(context)?;
    let bits = view::bits(whole)?;
    (position <= end && end <= bits.bit_len).then(|| (bits.slice(position, end - position), position))
}

#[inline]
fn advance(context: Word, position: usize) {
    if view::kind(context) == Some(Kind::MatchContext)
        && let Some(object) = context.pointer()
    {
        // SAFETY: a context has three payload words, and nobody holds a slice of them here.
        unsafe { object.add(2).write(Word::small_int(position as i64)) };
    }
}

/// The context of `bs_start`: the term itself when it is one already, as in OTP, so that a loop over a bitstring
/// that passes its context on makes no other. `None` when the term is no bitstring.
#[inline(never)]
pub(crate) fn start<W: TermWriter + ?Sized>(heap: &mut W, source: Word) -> Option<Word> {
    if parts(source).is_some() {
        return Some(source);
    }
    let end = view::bits(source)?.bit_len;
    let payload = [source, Word::small_int(0), Word::small_int(end as i64)];
    // SAFETY: the payload is a context's.
    Some(unsafe { heap.boxed(Kind::MatchContext, &payload) })
}

/// The context that a function argument is, or a new one; over nothing when it is neither context nor bitstring.
#[inline(never)]
pub(crate) fn context<W: TermWriter + ?Sized>(heap: &mut W, source: Word) -> Word {
    if view::kind(source) == Some(Kind::MatchContext) {
        return source;
    }
    match start(heap, source) {
        Some(context) => context,
        None => {
            let empty = heap.binary(&[]);
            start(heap, empty).unwrap_or(empty)
        }
    }
}

/// The next `size` units of the context; `None` when there are fewer or the size is none.
#[inline]
fn next<'a>(context: Word, size: Word, segment: u64) -> Option<(BitsRef<'a>, usize)> {
    let units = usize::try_from(size.as_small()?).ok()?;
    let len = units.checked_mul((segment & 0xffff) as usize)?;
    let (bits, position) = rest(context)?;
    (len <= bits.bit_len).then(|| (bits.slice(0, len), position + len))
}

/// `bs_get_integer` of one to seven whole bytes, unsigned and big-endian: nearly all of them. `None` where that is not
/// what is asked for, or not what is there.
#[inline(always)]
pub(crate) fn quick_integer(context: Word, size: Word, segment: u64) -> Option<Word> {
    let payload = view::payload(context, Kind::MatchContext)?;
    let [whole, position, end] = *payload.first_chunk::<3>()?;
    // Positions are small integers, that is twice as large.
    let (position, end) = (position.to_bits() / 2, end.to_bits() / 2);
    let len = (size.to_bits() / 2).wrapping_mul(segment & 0xffff);
    let is_plain =
        segment & (SIGNED | LITTLE) == 0 && size.is_small() && matches!(len, 8 | 16 | 24 | 32 | 48);
    if !is_plain || position + len > end {
        return None;
    }
    let bits = view::bits(whole)?;
    let first = u64::from(bits.bit_offset) + position;
    if !first.is_multiple_of(8) {
        return None;
    }
    let bytes = bits.bytes.get((first / 8) as usize..)?.get(..(len / 8) as usize)?;
    let value = bytes.iter().fold(0, |value, &byte| value << 8 | i64::from(byte));
    advance(context, (position + len) as usize);
    Some(Word::small_int(value))
}

/// `bs_get_integer`
#[inline(never)]
pub(crate) fn get_integer<W: TermWriter + ?Sized>(
    heap: &mut W,
    context: Word,
    size: Word,
    segment: u64,
) -> Option<Word> {
    let (bits, position) = next(context, size, segment)?;
    let value = bits::read_integer(heap, bits, endian(segment), segment & SIGNED != 0)?;
    advance(context, position);
    Some(value)
}

/// `bs_get_float`
pub(crate) fn get_float<W: TermWriter + ?Sized>(
    heap: &mut W,
    context: Word,
    size: Word,
    segment: u64,
) -> Option<Word> {
    let (bits, position) = next(context, size, segment)?;
    let value = if bits.bit_len == 0 { 0.0 } else { bits::read_float(bits, endian(segment))? };
    advance(context, position);
    Some(heap.float(value))
}

/// `bs_get_binary`
#[inline(never)]
pub(crate) fn get_binary<W: TermWriter + ?Sized>(
    heap: &mut W,
    context: Word,
    size: Word,
    segment: u64,
) -> Option<Word> {
    let (bits, after) = next(context, size, segment)?;
    let (whole, position, _) = parts(context)?;
    let value = heap.sub_bits(whole, position, bits.bit_len)?;
    advance(context, after);
    Some(value)
}

/// `bs_skip`
pub(crate) fn skip(context: Word, size: Word, segment: u64) -> bool {
    match next(context, size, segment) {
        Some((_, position)) => {
            advance(context, position);
            true
        }
        None => false,
    }
}

/// All that is left, not taken.
pub(crate) fn tail<W: TermWriter + ?Sized>(heap: &mut W, context: Word) -> Word {
    let found = parts(context)
        .and_then(|(whole, position, end)| heap.sub_bits(whole, position, end.checked_sub(position)?));
    match found {
        Some(bits) => bits,
        None => heap.binary(&[]),
    }
}

/// All that is left, taken, when it is a multiple of `unit` bits.
pub(crate) fn get_rest<W: TermWriter + ?Sized>(heap: &mut W, context: Word, unit: u64) -> Option<Word> {
    if !left(context).is_some_and(|left| are_units(left, unit)) {
        return None;
    }
    let value = tail(heap, context);
    skip_rest(context, unit);
    Some(value)
}

/// Skips all when it is a multiple of `unit` bits.
pub(crate) fn skip_rest(context: Word, unit: u64) -> bool {
    let found = left(context).is_some_and(|left| are_units(left, unit));
    if found && let Some((_, _, end)) = parts(context) {
        advance(context, end);
    }
    found
}

/// How many bits are left.
#[inline]
pub(crate) fn left(context: Word) -> Option<u64> {
    parts(context).map(|(_, position, end)| end.saturating_sub(position) as u64)
}

/// Whether these many bits are whole units.
#[inline]
pub(crate) fn are_units(bits: u64, unit: u64) -> bool {
    // Nearly always bytes, and a division is slow.
    if unit == 8 { bits.is_multiple_of(8) } else { bits.is_multiple_of(unit.max(1)) }
}

/// Takes `wanted` when those bits are next.
pub(crate) fn match_string(context: Word, wanted: BitsRef<'_>) -> bool {
    let Some((bits, position)) = rest(context) else { return false };
    if bits.bit_len < wanted.bit_len {
        return false;
    }
    let here = bits.slice(0, wanted.bit_len);
    let whole = wanted.bit_len / 8;
    if !(0..whole).all(|index| here.byte(index) == wanted.byte(index)) {
        return false;
    }
    let partial = wanted.bit_len % 8;
    if partial != 0 && (here.byte(whole) ^ wanted.byte(whole)) >> (8 - partial) != 0 {
        return false;
    }
    advance(context, position + wanted.bit_len);
    true
}

/// Takes the next code point of units of `bits` bits.
pub(crate) fn get_code_point(context: Word, segment: u64) -> Option<Word> {
    let (bits, position) = rest(context)?;
    let found: Option<Decoded> = match segment & 0xffff {
        8 => bits::read_utf8(bits),
        16 => bits::read_utf16(bits, endian(segment)),
        _ => bits::read_utf32(bits, endian(segment)),
    };
    let (point, len) = found?;
    advance(context, position + len);
    Some(Word::small_int(i64::from(point)))
}

/// Position of a context.
pub(crate) fn position(context: Word) -> Word {
    Word::small_int(parts(context).map_or(0, |(_, position, _)| position as i64))
}

/// Goes back, or forth, to a position, which stays within the bitstring.
pub(crate) fn set_position(context: Word, position: Word) {
    if let (Some((_, _, end)), Some(position)) = (parts(context), position.as_small()) {
        advance(context, (position.max(0) as usize).min(end));
    }
}

/// Bytes of a code point in UTF-8 or UTF-16.
pub(crate) fn code_point_size(op: Opcode, point: Word) -> Option<Word> {
    let point = char::from_u32(u32::try_from(point.as_small()?).ok()?)?;
    let bytes = if op == Opcode::BsUtf8Size { point.len_utf8() } else { point.len_utf16() * 2 };
    Some(Word::small_int(bytes as i64))
}

/// A segment of `bs_create`, with its operands read.
#[derive(Clone, Copy)]
pub(crate) struct Piece {
    pub(crate) source: Word,
    pub(crate) size: Option<Word>,
    /// As the encoder numbers kinds.
    pub(crate) kind: u8,
    pub(crate) unit: u64,
    pub(crate) flags: u64,
}

pub(in crate::interp) const INTEGER: u8 = 0;
const FLOAT: u8 = 1;
const BINARY: u8 = 2;
pub(in crate::interp) const APPEND: u8 = 3;
pub(in crate::interp) const PRIVATE_APPEND: u8 = 4;
const STRING: u8 = 5;
pub(in crate::interp) const UTF8: u8 = 6;
const UTF16: u8 = 7;

/// Most bits of a segment: no more than of the whole bitstring.
const MAX_SEGMENT_BITS: usize = 8 * MAX_BUILT_BYTES;
/// Segments of at most as many bits are added without a look at the limit, which no instruction's few such segments
/// reach.
const FEW_BITS: usize = 1 << 12;

enum Bad {
    Argument,
    Limit,
}

impl From<bits::TooLarge> for Bad {
    fn from(_: bits::TooLarge) -> Bad {
        Bad::Limit
    }
}

/// Number of bits that a size operand means.
fn size_of(piece: &Piece) -> Result<Option<usize>, Bad> {
    let Some(size) = piece.size else { return Ok(None) };
    let Some(units) = size.as_small() else {
        let is_huge = view::big(size).is_some_and(|big| !big.negative);
        return Err(if is_huge { Bad::Limit } else { Bad::Argument });
    };
    let units = usize::try_from(units).map_err(|_| Bad::Argument)?;
    let bits = units.checked_mul(piece.unit as usize).ok_or(Bad::Limit)?;
    if bits > MAX_SEGMENT_BITS { Err(Bad::Limit) } else { Ok(Some(bits)) }
}

fn bits_of<'a>(piece: &Piece) -> Result<BitsRef<'a>, Bad> {
    let bits = view::bits(piece.source).ok_or(Bad::Argument)?;
    match size_of(piece)? {
        Some(len) if len <= bits.bit_len => Ok(bits.slice(0, len)),
        Some(_) => Err(Bad::Argument),
        None if piece.kind == STRING || bits.bit_len.is_multiple_of(piece.unit.max(1) as usize) => Ok(bits),
        None => Err(Bad::Argument),
    }
}

#[inline]
fn make_room(builder: &mut BitBuilder, bits: usize) -> Result<(), Bad> {
    if bits > FEW_BITS { Ok(builder.reserve(bits)?) } else { Ok(()) }
}

fn push(builder: &mut BitBuilder, piece: &Piece) -> Result<(), Bad> {
    let endian = endian(piece.flags);
    let point = || {
        let value = piece.source.as_small().ok_or(Bad::Argument)?;
        u32::try_from(value).map_err(|_| Bad::Argument)
    };
    let done = match piece.kind {
        INTEGER => {
            let size = size_of(piece)?.unwrap_or(8 * piece.unit as usize);
            make_room(builder, size)?;
            builder.push_integer(piece.source, size, endian)
        }
        FLOAT => {
            let value = super::arith::to_float(piece.source).ok_or(Bad::Argument)?;
            builder.push_float(value, size_of(piece)?.unwrap_or(64), endian)
        }
        BINARY | APPEND | PRIVATE_APPEND | STRING => {
            let bits = bits_of(piece)?;
            make_room(builder, bits.bit_len)?;
            builder.push_bits(bits);
            Ok(())
        }
        UTF8 => builder.push_utf8(point()?),
        UTF16 => builder.push_utf16(point()?, endian),
        _ => builder.push_utf32(point()?, endian),
    };
    done.map_err(|_| Bad::Argument)
}

fn build<W: TermWriter + ?Sized>(heap: &mut W, pieces: &[Piece]) -> Result<Word, (Bad, usize)> {
    let mut builder = BitBuilder::new();
    let (first, rest) = match pieces.split_first() {
        Some((first, rest)) if matches!(first.kind, APPEND | PRIVATE_APPEND) && first.size.is_none() => {
            (Some(first), rest)
        }
        _ => (None, pieces),
    };
    if let Some(first) = first {
        bits_of(first).map_err(|bad| (bad, 0))?;
    }
    let skipped = usize::from(first.is_some());
    for (index, piece) in rest.iter().enumerate() {
        push(&mut builder, piece).map_err(|bad| (bad, index + skipped))?;
    }
    match first {
        Some(first) => match bits::append(heap, first.source, builder.bits()) {
            Some(built) => built.map_err(|bad| (bad.into(), 0)),
            None => Err((Bad::Argument, 0)),
        },
        None => builder.finish(heap).map_err(|bad| (bad.into(), 0)),
    }
}

/// The bitstring of `bs_create`.
pub(crate) fn create<W: TermWriter + ?Sized>(heap: &mut W, pieces: &[Piece]) -> Result<Word, Raise> {
    build(heap, pieces).map_err(|(bad, index)| {
        let reason = match bad {
            Bad::Argument => atoms::BADARG,
            Bad::Limit => atoms::SYSTEM_LIMIT,
        };
        let error_info = pieces.get(index).map(|piece| failure_info(heap, piece, index, &bad));
        let exception = Exception { error_info, ..Exception::new(Class::Error, Word::atom(reason)) };
        Raise::by_code(exception)
    })
}

/// What `erl_erts_errors:format_bs_fail/2` explains: `#{cause => {Segment, Type, Error, Value}, ..}`.
#[cold]
fn failure_info<W: TermWriter + ?Sized>(heap: &mut W, piece: &Piece, index: usize, bad: &Bad) -> Word {
    let kind = match piece.kind {
        INTEGER => "integer",
        FLOAT => "float",
        BINARY | APPEND | PRIVATE_APPEND => "binary",
        STRING => "string",
        UTF8 => "utf8",
        UTF16 => "utf16",
        _ => "utf32",
    };
    let is_right_type = match piece.kind {
        INTEGER => view::is_integer(piece.source),
        FLOAT => view::is_integer(piece.source) || view::float(piece.source).is_some(),
        BINARY | APPEND | PRIVATE_APPEND | STRING => view::bits(piece.source).is_some(),
        _ => false,
    };
    let (error, value) = match piece.size {
        Some(size) if size_of(piece).is_err() || matches!(bad, Bad::Limit) => ("size", size),
        _ if !is_right_type => ("type", piece.source),
        Some(size) if piece.kind == FLOAT && !matches!(size_of(piece), Ok(Some(16 | 32 | 64))) => {
            ("invalid", size)
        }
        Some(_) if piece.kind != FLOAT => ("short", piece.source),
        _ if piece.kind == FLOAT => ("no_float", piece.source),
        _ => ("unit", piece.source),
    };
    let atom = |text: &str| Word::atom(Atom::new(text));
    let cause = heap.tuple(&[Word::small_int(index as i64 + 1), atom(kind), atom(error), value]);
    let pairs = [
        (Word::atom(atoms::CAUSE), cause),
        (atom("function"), atom("format_bs_fail")),
        (Word::atom(atoms::MODULE), atom("erl_erts_errors")),
    ];
    crate::term::map::from_pairs(heap, &pairs)
}
