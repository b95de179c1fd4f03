//! Building bitstrings.

#![expect(unsafe_code, reason = "handlers keep the contract of `state`")]

use super::bits;
use crate::abi::{Word, atoms};
use crate::interp::opcode::Opcode;
use crate::interp::state::{Next, State, handler};
use crate::term::bits as terms;
use crate::term::view::{self, BitsRef};

handler! {
    fn bs_create(s) {
        match s.aside(|s| create_work(s)) {
            Some(value) => {
                s.set(s.a(), value);
                s.next_long()
            }
            None => s.fail_stored(2),
        }
    }
}

/// The work of `bs_create`; `None` with an exception stored.
///
/// # Safety
/// The contract of handlers.
#[inline]
pub(in crate::interp) unsafe fn create_work(s: &mut State) -> Option<Word> {
    // SAFETY: as the caller says.
    unsafe { append_integer(s).or_else(|| create(s)) }
}

/// `<<Whole/binary, Small:Size>>` with whole bytes, what loops that build a binary do; `None` where it is something else.
#[inline]
unsafe fn append_integer(s: &mut State) -> Option<Word> {
    // SAFETY: the contract of handlers.
    unsafe {
        if s.c() != 2 {
            return None;
        }
        let kind = |first: u64| ((first >> 32) as u8, first >> 40 & 1 == 1);
        let (whole, small) = (s.w(3), s.w(5));
        let (units, flags) = (s.w(4) & 0xffff, s.w(6));
        if !matches!(kind(whole), (bits::APPEND | bits::PRIVATE_APPEND, false))
            || kind(small) != (bits::INTEGER, true)
            || flags & bits::LITTLE != 0
        {
            return None;
        }
        let value = s.get(small as u16).as_small()?;
        let size = usize::try_from(s.get((small >> 16) as u16).as_small()?).ok()?;
        let size = size.checked_mul((flags & 0xffff) as usize)?;
        if !matches!(size, 8 | 16 | 24 | 32 | 48 | 64) {
            return None;
        }
        let whole = s.get(whole as u16);
        let bytes = value.to_be_bytes();
        let bytes = &bytes[8 - size / 8..];
        s.ask(|host| {
            let heap = host.heap();
            if let Some(built) = terms::append_in_place(heap, whole, units, bytes) {
                return Some(built);
            }
            let is_whole = (view::bits(whole)?.bit_len as u64).is_multiple_of(units.max(1));
            if is_whole { terms::append(heap, whole, BitsRef::whole(bytes))?.ok() } else { None }
        })
    }
}

/// Reads the segments and builds; `None` with an exception stored.
unsafe fn create(s: &mut State) -> Option<Word> {
    // SAFETY: the contract of handlers.
    unsafe {
        let mut pieces: smallvec::SmallVec<[bits::Piece; 8]> = smallvec::SmallVec::new();
        for index in 0..usize::from(s.c()) {
            let (first, second) = (s.w(3 + 2 * index), s.w(4 + 2 * index));
            pieces.push(bits::Piece {
                source: s.get(first as u16),
                size: if first >> 40 & 1 == 1 { Some(s.get((first >> 16) as u16)) } else { None },
                kind: (first >> 32) as u8,
                unit: second & 0xffff,
                flags: second & 0xffff_0000,
            });
        }
        match s.ask(|host| bits::create(host.heap(), &pieces)) {
            Ok(value) => Some(value),
            Err(raised) => {
                s.store(raised);
                None
            }
        }
    }
}

/// Bytes of a code point in an encoding.
#[inline(always)]
unsafe fn size(s: State, op: Opcode) -> Next {
    // SAFETY: the contract of handlers.
    unsafe {
        match bits::code_point_size(op, s.get(s.b())) {
            Some(value) => {
                s.set(s.a(), value);
                s.next_len()
            }
            None => s.fail(1, atoms::BADARG),
        }
    }
}

handler! {
    fn bs_utf8_size(s) {
        size(s, Opcode::BsUtf8Size)
    }
}

handler! {
    fn bs_utf16_size(s) {
        size(s, Opcode::BsUtf16Size)
    }
}
