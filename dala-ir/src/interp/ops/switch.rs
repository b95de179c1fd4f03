//! Jumps by value.

#![expect(unsafe_code, reason = "handlers keep the contract of `state`")]

use crate::abi::Kind;
use crate::interp::code::UNSORTED;
use crate::interp::state::handler;
use crate::term::view;

handler! {
    fn switch_table(s) {
        let value = s.get(s.a());
        let count = s.w(3) as u32 as u64;
        let index = ((value.to_bits() as i64 >> 1) as u64).wrapping_sub(s.w(2));
        if value.is_small() && index < count {
            return s.jump(s.w(4 + index as usize / 2) >> (32 * (index % 2)));
        }
        s.jump(s.w(3) >> 32)
    }
}

handler! {
    fn switch_words(s) {
        let value = s.get(s.a()).to_bits();
        s.jump(target(s.pc, value))
    }
}

/// Where the `SwitchWords` instruction at `pc` goes with a value, in words from there (low 32 bits).
///
/// # Safety
/// Such an instruction stands there.
#[inline(always)]
pub(in crate::interp) unsafe fn target(pc: *const u64, value: u64) -> u64 {
    // SAFETY: an instruction has the words that its count says.
    unsafe {
        let count = *pc.add(2) as u32 as usize;
        let keys = std::slice::from_raw_parts(pc.add(3), count);
        let found = if count <= UNSORTED {
            keys.iter().position(|&key| key == value)
        } else {
            keys.binary_search(&value).ok()
        };
        let relative = match found {
            Some(index) => *pc.add(3 + count + index / 2) >> (32 * (index % 2)),
            None => *pc.add(2) >> 32,
        };
        relative & u64::from(u32::MAX)
    }
}

handler! {
    fn switch_arity(s) {
        let value = s.get(s.a());
        if let Some(header) = view::header(value)
            && header.is(Kind::Tuple)
        {
            let count = s.w(2) as u32 as usize;
            let cases = std::slice::from_raw_parts(s.pc.add(3), count);
            let arity = header.words() as u32;
            if let Some(case) = cases.iter().find(|&&case| case as u32 == arity) {
                return s.jump(case >> 32);
            }
        }
        s.jump(s.w(2) >> 32)
    }
}
