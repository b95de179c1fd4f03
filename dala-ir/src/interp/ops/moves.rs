//! Moves and jumps.

#![expect(unsafe_code, reason = "handlers keep the contract of `state`")]

use crate::abi::Word;
use crate::interp::state::handler;

handler! {
    fn jump(s) {
        s.jump(s.word >> 32)
    }
}

handler! {
    fn move_one(s) {
        s.set(s.a(), s.get(s.b()));
        s.next_len()
    }
}

handler! {
    fn quick_move[const A: bool, const B: bool](s) {
        s.write::<A>(s.a(), s.read::<B>(s.b()));
        s.next(1)
    }
}

handler! {
    fn move_two(s) {
        s.set(s.a(), s.get(s.b()));
        s.set(s.c(), s.get(s.w(1) as u16));
        s.next_len()
    }
}

handler! {
    fn quick_move_two[const A: bool, const B: bool, const C: bool, const D: bool](s) {
        s.write::<A>(s.a(), s.read::<B>(s.b()));
        s.write::<C>(s.c(), s.read::<D>(s.w(1) as u16));
        s.next(2)
    }
}

handler! {
    fn move_word(s) {
        s.set(s.a(), word_of_code(s.w(1)));
        s.next(2)
    }
}

handler! {
    fn quick_move_word[const A: bool](s) {
        s.write::<A>(s.a(), word_of_code(s.w(1)));
        s.next(2)
    }
}

/// A constant as an instruction holds it.
#[inline(always)]
pub(in crate::interp) fn word_of_code(bits: u64) -> Word {
    // SAFETY: the encoder writes the bits of words that are valid for as long as the code may run.
    unsafe { Word::from_bits(bits) }
}

handler! {
    fn move_float(s) {
        s.set_float(s.a(), s.float(s.b()));
        s.next(1)
    }
}

handler! {
    fn kill(s) {
        let mut mask = s.w(1);
        while mask != 0 {
            *s.sp.add(usize::from(s.a()) + mask.trailing_zeros() as usize) = Word::NIL;
            mask &= mask - 1;
        }
        s.next(2)
    }
}
