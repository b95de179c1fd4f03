//! Flattening iolists, bit lists and their sizes, with a worklist.

use dala_ir::abi::Word;
use dala_ir::interp::Exception;
use dala_ir::term::view::{self, BitsRef};

use super::arguments::badarg;

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

/// Bytes of an iolist or binary; `badarg` of anything else, and of bitstrings that are no binaries.
pub(crate) fn to_bytes(data: Word) -> Result<Vec<u8>, Exception> {
    let mut bytes = Vec::new();
    append_bytes(data, &mut bytes)?;
    Ok(bytes)
}

/// Appends the bytes of an iolist or binary.
pub(crate) fn append_bytes(data: Word, target: &mut Vec<u8>) -> Result<(), Exception> {
    for_each_piece(data, |piece| {
        match piece {
            Piece::Byte(byte) => target.push(byte),
            Piece::Bits(bits) => match bits.to_bytes() {
                Some(bytes) => target.extend_from_slice(&bytes),
                None => return badarg(),
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
    let mut buffer = BitBuffer::default();
    for_each_piece(data, |piece| {
        match piece {
            Piece::Byte(byte) => buffer.push(&BitsRef::whole(&[byte])),
            Piece::Bits(bits) => buffer.push(&bits),
        }
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
