//! Building bitstrings.

#![expect(unsafe_code, reason = "handlers keep the contract of `state`")]

use super::bits;
use crate::abi::{Word, atoms};
use crate::interp::opcode::Opcode;
use crate::interp::state::{Next, State, handler};

handler! {
    fn bs_create(s) {
        match s.aside(|s| create(s)) {
            Some(value) => {
                s.set(s.a(), value);
                s.next_long()
            }
            None => s.fail_stored(2),
        }
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
