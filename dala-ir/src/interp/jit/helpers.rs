//! Functions that machine code calls: of terms, without side effects, so that no state of the process is theirs.

#![expect(unsafe_code, reason = "machine code passes words as bits")]

use crate::abi::Word;
use crate::interp::ops::funs;
use crate::term::{compare, map, view};

/// The word that machine code passes.
fn word(bits: u64) -> Word {
    // SAFETY: machine code passes the words of terms that are valid until it goes on.
    unsafe { Word::from_bits(bits) }
}

pub(super) extern "C" fn eq_exact(left: u64, right: u64) -> u64 {
    u64::from(compare::eq_exact(word(left), word(right)))
}

pub(super) extern "C" fn eq_loose(left: u64, right: u64) -> u64 {
    u64::from(compare::eq_loose(word(left), word(right)))
}

pub(super) extern "C" fn less(left: u64, right: u64) -> u64 {
    u64::from(compare::cmp(word(left), word(right)).is_lt())
}

/// The value of a key, or [`Word::NONE`], also of what is no map.
pub(super) extern "C" fn map_get(subject: u64, key: u64) -> u64 {
    map::get(word(subject), word(key)).unwrap_or(Word::NONE).to_bits()
}

pub(super) extern "C" fn is_binary(subject: u64) -> u64 {
    u64::from(view::bits(word(subject)).is_some_and(|bits| bits.is_binary()))
}

pub(super) extern "C" fn is_function_arity(fun: u64, arity: u64) -> u64 {
    u64::from(funs::is_function_arity(word(fun), word(arity)))
}
