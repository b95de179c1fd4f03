//! Flattening iolists, bit lists and their sizes, with a worklist.

use dala_ir::abi::Word;
use dala_ir::interp::Exception;
use dala_ir::term::binary::MAX_BUILT_BYTES;
use dala_ir::term::view::{self, BitsRef};

use super::arguments::{badarg, system_limit};

/// Most bytes that data may be flattened to, as many as a binary may have. A short list can name the same
/// large binary any number of times: that is `system_limit` and not the end of the runtime. (OTP goes on until the machine
/// has no memory, and then aborts.)
const MAX_BYTES: usize = MAX_BUILT_BYTES;

/// Makes room for `more` bytes, up to `limit` in all.
fn reserve(bytes: &mut Vec<u8>, more: usize, limit: usize) -> Result<(), Exception> {
    if more > limit.saturating_sub(bytes.len()) || bytes.try_reserve(more).is_err() {
        return system_limit();
    }
    Ok(())
}

/// A piece of an iolist, in order.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Piece<'a> {
    /// A byte.
    Byte(u8),
    /// A bitstring.
    Bits(BitsRef<'a>),
}

/// Calls `take` with each piece of `data` in order; `badarg` when `data` is no iolist or `take` says no.
pub(crate) fn for_each_piece<'a>(
    data: Word,
    mut take: impl FnMut(Piece<'a>) -> Result<(), Exception>,
) -> Result<usize, Exception> {
    let mut pending: Vec<Word> = Vec::new();
    let mut current = data;
    let mut steps = 0;
    if !current.is_cons() && !current.is_nil() {
        let bits = view::bits(current).ok_or(Exception::badarg())?;
        take(Piece::Bits(bits))?;
        return Ok(1);
    }
    loop {
        steps += 1;
        if let Some((head, tail)) = view::cons(current) {
            if let Some(value) = head.as_small() {
                take(Piece::Byte(u8::try_from(value).map_err(|_| Exception::badarg())?))?;
                current = tail;
            } else if head.is_cons() {
                pending.push(tail);
                current = head;
            } else if head.is_nil() {
                current = tail;
            } else {
                take(Piece::Bits(view::bits(head).ok_or(Exception::badarg())?))?;
                current = tail;
            }
            continue;
        }
        if !current.is_nil() {
            // The tail of an improper list may be a bitstring, but nothing else.
            take(Piece::Bits(view::bits(current).ok_or(Exception::badarg())?))?;
        }
        match pending.pop() {
            Some(next) => current = next,
            None => return Ok(steps),
        }
    }
}

/// Bytes of an iolist or binary; `badarg` of anything else, and of bitstrings that are no binaries; `system_limit` of
/// too many.
pub(crate) fn to_bytes(data: Word) -> Result<Vec<u8>, Exception> {
    let mut bytes = Vec::new();
    append_bytes(data, &mut bytes)?;
    Ok(bytes)
}

/// The bytes of a short list of bytes alone, which need no memory; `None` of anything else.
pub(crate) fn few_bytes(data: Word, buffer: &mut [u8; 64]) -> Option<&[u8]> {
    let (mut rest, mut len) = (data, 0);
    while let Some((head, tail)) = view::cons(rest) {
        *buffer.get_mut(len)? = u8::try_from(head.as_small()?).ok()?;
        len += 1;
        rest = tail;
    }
    rest.is_nil().then(|| &buffer[..len])
}

/// Appends the bytes of an iolist or binary.
pub(crate) fn append_bytes(data: Word, target: &mut Vec<u8>) -> Result<(), Exception> {
    append_at_most(data, target, MAX_BYTES)
}

fn append_at_most(data: Word, target: &mut Vec<u8>, limit: usize) -> Result<(), Exception> {
    // Counted first: nothing is copied that does not fit, and nothing twice.
    reserve(target, size(data)?, limit)?;
    for_each_piece(data, |piece| {
        match piece {
            Piece::Byte(byte) => target.push(byte),
            Piece::Bits(bits) => match bits.as_bytes() {
                Some(bytes) => target.extend_from_slice(bytes),
                None => target.extend((0..bits.bit_len / 8).map(|index| bits.byte(index))),
            },
        }
        Ok(())
    })?;
    Ok(())
}

/// Number of bytes of an iolist or binary.
pub(crate) fn size(data: Word) -> Result<usize, Exception> {
    let mut size = 0;
    for_each_piece(data, |piece| {
        match piece {
            Piece::Byte(_) => size += 1,
            Piece::Bits(bits) if bits.is_binary() => size += bits.bit_len / 8,
            Piece::Bits(_) => return badarg(),
        }
        Ok(())
    })?;
    Ok(size)
}

/// Bits of a bit list: bytes, and how many bits of them count.
pub(crate) fn to_bits(data: Word) -> Result<(Vec<u8>, usize), Exception> {
    to_bits_at_most(data, MAX_BYTES)
}

fn to_bits_at_most(data: Word, limit: usize) -> Result<(Vec<u8>, usize), Exception> {
    let mut buffer = BitBuffer::default();
    let mut bits_in_all = 0usize;
    for_each_piece(data, |piece| {
        let bits = match piece {
            Piece::Byte(_) => 8,
            Piece::Bits(bits) => bits.bit_len,
        };
        bits_in_all = bits_in_all.saturating_add(bits);
        Ok(())
    })?;
    reserve(&mut buffer.bytes, bits_in_all.div_ceil(8), limit)?;
    for_each_piece(data, |piece| {
        let byte;
        let bits = match piece {
            Piece::Byte(value) => {
                byte = [value];
                BitsRef::whole(&byte)
            }
            Piece::Bits(bits) => bits,
        };
        reserve(&mut buffer.bytes, bits.bit_len.div_ceil(8), limit)?;
        buffer.push(&bits);
        Ok(())
    })?;
    Ok((buffer.bytes, buffer.len))
}

/// Bits that grow at the end.
#[derive(Debug, Default)]
pub(crate) struct BitBuffer {
    bytes: Vec<u8>,
    len: usize,
}

impl BitBuffer {
    fn push(&mut self, bits: &BitsRef<'_>) {
        let shift = self.len % 8;
        if shift == 0
            && let Some(bytes) = bits.as_bytes()
        {
            self.bytes.extend_from_slice(bytes);
            self.len += bits.bit_len;
            return;
        }
        let mut left = bits.bit_len;
        let mut position = 0;
        while left > 0 {
            let take = left.min(8);
            let byte = bits.byte(position) & (0xffu16 << (8 - take)) as u8;
            let shift = self.len % 8;
            if shift == 0 {
                self.bytes.push(byte);
            } else {
                if let Some(last) = self.bytes.last_mut() {
                    *last |= byte >> shift;
                }
                if take > 8 - shift {
                    self.bytes.push(byte << (8 - shift));
                }
            }
            self.len += take;
            left -= take;
            position += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use dala_ir::term::{Fragment, TermWriter as _};

    use super::*;

    /// `[Text, Text, ..]`, the same binary each time.
    fn repeated(scratch: &mut Fragment, text: &[u8], times: usize) -> Word {
        let binary = scratch.binary(text);
        scratch.list(&vec![binary; times], Word::NIL)
    }

    #[test]
    fn data_over_the_limit_is_refused_and_at_the_limit_is_not() {
        let mut scratch = Fragment::new();
        let data = repeated(&mut scratch, b"0123456789", 10);
        let limit = system_limit::<()>().unwrap_err().reason;
        let mut bytes = Vec::new();
        append_at_most(data, &mut bytes, 100).unwrap();
        assert_eq!(bytes, b"0123456789".repeat(10));
        assert_eq!(append_at_most(data, &mut Vec::new(), 99).unwrap_err().reason, limit);
        assert_eq!(to_bits_at_most(data, 100).unwrap(), (bytes, 800));
        assert_eq!(to_bits_at_most(data, 99).unwrap_err().reason, limit);
    }
}
