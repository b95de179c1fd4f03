//! Binaries and bitstrings of module `erlang`: sizes, parts, iolists.

use dala_ir::abi::Word;
use dala_ir::interp::Exception;
use dala_ir::term::{TermWriter, view};

use crate::bif::arguments::{badarg, bits, bytes, index, small, tuple};
use crate::bif::{Answer, iodata};
use crate::process::Process;

/// `byte_size(Bitstring)`: rounded up.
pub(crate) fn byte_size(_: &mut Process, [binary]: [Word; 1]) -> Answer {
    Ok(Word::small_int(bits(binary)?.bit_len.div_ceil(8) as i64))
}

/// `bit_size(Bitstring)`.
pub(crate) fn bit_size(_: &mut Process, [binary]: [Word; 1]) -> Answer {
    Ok(Word::small_int(bits(binary)?.bit_len as i64))
}

/// `iolist_size(IoListOrBinary)`.
pub(crate) fn iolist_size(p: &mut Process, [data]: [Word; 1]) -> Answer {
    let size = iodata::size(data)?;
    p.charge(size / 256);
    Ok(Word::small_int(size as i64))
}

/// `iolist_to_binary(IoListOrBinary)`.
pub(crate) fn iolist_to_binary(p: &mut Process, [data]: [Word; 1]) -> Answer {
    if let Some(bits) = view::bits(data) {
        return if bits.is_binary() { Ok(data) } else { badarg() };
    }
    list_to_binary(p, [data])
}

/// `iolist_to_iovec(IoListOrBinary)`: one binary, which is an iovec.
pub(crate) fn iolist_to_iovec(p: &mut Process, [data]: [Word; 1]) -> Answer {
    let binary = iolist_to_binary(p, [data])?;
    Ok(if view::bits(binary).is_some_and(|bits| bits.bit_len == 0) {
        Word::NIL
    } else {
        p.heap.cons(binary, Word::NIL)
    })
}

/// `list_to_binary(IoList)`: as `iolist_to_binary/1`, but of lists only.
pub(crate) fn list_to_binary(p: &mut Process, [data]: [Word; 1]) -> Answer {
    if !data.is_cons() && !data.is_nil() {
        return badarg();
    }
    if let Some(bytes) = iodata::few_bytes(data, &mut [0; 64]) {
        return Ok(p.heap.binary(bytes));
    }
    let bytes = iodata::to_bytes(data)?;
    p.charge(bytes.len() / 256);
    Ok(p.heap.binary(&bytes))
}

/// `list_to_bitstring(BitList)`.
pub(crate) fn list_to_bitstring(p: &mut Process, [data]: [Word; 1]) -> Answer {
    if !data.is_cons() && !data.is_nil() {
        return badarg();
    }
    let (bytes, len) = iodata::to_bits(data)?;
    p.charge(bytes.len() / 256);
    Ok(p.heap.bitstring(view::BitsRef::new(&bytes, 0, len)))
}

/// `binary_to_list(Binary)`.
pub(crate) fn binary_to_list(p: &mut Process, [binary]: [Word; 1]) -> Answer {
    let bytes = bytes(binary)?;
    p.charge(bytes.len() / 16);
    Ok(p.heap.byte_list(&bytes, Word::NIL))
}

/// `binary_to_list(Binary, Start, Stop)`: positions from 1, both included.
pub(crate) fn binary_to_list_range(p: &mut Process, [binary, start, stop]: [Word; 3]) -> Answer {
    let bytes = bytes(binary)?;
    let (start, stop) = (index(start)?, index(stop)?);
    if start < 1 || start > stop || stop > bytes.len() {
        return badarg();
    }
    p.charge((stop - start) / 16);
    Ok(p.heap.byte_list(&bytes[start - 1..stop], Word::NIL))
}

/// `bitstring_to_list(Bitstring)`: what is left of the last byte stands at the end as a bitstring.
pub(crate) fn bitstring_to_list(p: &mut Process, [binary]: [Word; 1]) -> Answer {
    let all = bits(binary)?;
    let whole = all.bit_len / 8;
    let odd = all.bit_len % 8;
    let tail = if odd == 0 {
        Word::NIL
    } else {
        let rest = p.heap.bitstring(all.slice(whole * 8, odd));
        p.heap.cons(rest, Word::NIL)
    };
    p.charge(whole / 16);
    let bytes: Vec<u8> = (0..whole).map(|position| all.byte(position)).collect();
    Ok(p.heap.byte_list(&bytes, tail))
}

/// `split_binary(Binary, Position)`.
pub(crate) fn split_binary(p: &mut Process, [binary, position]: [Word; 2]) -> Answer {
    let all = bits(binary)?;
    let position = index(position)?;
    let (left, right) = match position.checked_mul(8) {
        Some(at) if at <= all.bit_len => {
            (p.heap.sub_bits(binary, 0, at), p.heap.sub_bits(binary, at, all.bit_len - at))
        }
        _ => return badarg(),
    };
    match (left, right) {
        (Some(left), Some(right)) => Ok(p.heap.tuple(&[left, right])),
        _ => badarg(),
    }
}

/// `binary_part(Binary, {Start, Length})`.
pub(crate) fn binary_part_pair(p: &mut Process, [binary, range]: [Word; 2]) -> Answer {
    match *tuple(range)? {
        [start, len] => binary_part(p, [binary, start, len]),
        _ => badarg(),
    }
}

/// `binary_part(Binary, Start, Length)`; a negative length counts back from `Start`.
pub(crate) fn binary_part(p: &mut Process, [binary, start, len]: [Word; 3]) -> Answer {
    let all = bits(binary)?;
    let (start, len) = part_range(all.bit_len / 8, start, len)?;
    p.heap.sub_bits(binary, start * 8, len * 8).ok_or(Exception::badarg())
}

/// Start and length in bytes of the part of `size` bytes that `start` and `len` name.
pub(crate) fn part_range(size: usize, start: Word, len: Word) -> Result<(usize, usize), Exception> {
    let (mut start, mut len) = (small(start)?, small(len)?);
    if len < 0 {
        start = start.checked_add(len).ok_or(Exception::badarg())?;
        len = -len;
    }
    let end = start.checked_add(len).ok_or(Exception::badarg())?;
    if start < 0 || end > size as i64 {
        return badarg();
    }
    Ok((start as usize, len as usize))
}
