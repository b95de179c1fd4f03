//! Functions that machine code calls: of terms, without side effects, so that no state of the process is theirs.
//!
//! They are called rarely, in the middle of what should stay in registers. So each is wrapped into code that preserves
//! all registers (Cranelift's `PreserveAll`), and puts its answer into `Crossing`: a call costs the path around it
//! nothing.

#![expect(unsafe_code, reason = "machine code passes words as bits")]

use crate::abi::Word;
use crate::interp::ops::funs;
use crate::term::{compare, map, view};

macro_rules! helpers {
    ($($(#[doc = $doc:literal])* $name:ident => $function:ident,)*) => {
        /// A function that machine code calls with two words.
        #[derive(Clone, Copy, Debug)]
        pub(super) enum Helper { $($(#[doc = $doc])* $name,)* }

        impl Helper {
            /// All of them, by number.
            pub(super) const ALL: &[Helper] = &[$(Helper::$name),*];

            /// The function.
            pub(super) fn function(self) -> extern "C" fn(u64, u64) -> u64 {
                match self {
                    $(Helper::$name => $function,)*
                }
            }
        }
    };
}

helpers! {
    /// `=:=`
    EqExact => eq_exact,
    /// `==`
    EqLoose => eq_loose,
    /// `<`
    Less => less,
    /// The value of a key, or [`Word::NONE`], also of what is no map.
    MapGet => map_get,
    /// `is_binary/1` of the first word.
    IsBinary => is_binary,
    /// `is_function/2`
    IsFunctionArity => is_function_arity,
}

/// The word that machine code passes.
fn word(bits: u64) -> Word {
    // SAFETY: machine code passes the words of terms that are valid until it goes on.
    unsafe { Word::from_bits(bits) }
}

extern "C" fn eq_exact(left: u64, right: u64) -> u64 {
    u64::from(compare::eq_exact(word(left), word(right)))
}

extern "C" fn eq_loose(left: u64, right: u64) -> u64 {
    u64::from(compare::eq_loose(word(left), word(right)))
}

extern "C" fn less(left: u64, right: u64) -> u64 {
    u64::from(compare::cmp(word(left), word(right)).is_lt())
}

extern "C" fn map_get(subject: u64, key: u64) -> u64 {
    map::get(word(subject), word(key)).unwrap_or(Word::NONE).to_bits()
}

extern "C" fn is_binary(subject: u64, _: u64) -> u64 {
    u64::from(view::bits(word(subject)).is_some_and(|bits| bits.is_binary()))
}

extern "C" fn is_function_arity(fun: u64, arity: u64) -> u64 {
    u64::from(funs::is_function_arity(word(fun), word(arity)))
}
