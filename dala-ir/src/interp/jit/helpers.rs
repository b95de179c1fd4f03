//! Functions that machine code calls: some of terms, without side effects, others for the work of an instruction
//! ([`steps`]).
//!
//! They are called in the middle of what should stay in registers. So each has a [*stub*](stub) around it that preserves all
//! registers: a call costs the path around it nothing.

#![expect(unsafe_code, reason = "machine code passes words as bits")]

use super::{steps, stub};
use crate::abi::{Word, atoms};
use crate::interp::ops::{funs, switch};
use crate::term::{compare, map, view};

macro_rules! helpers {
    ($($(#[doc = $doc:literal])* $name:ident => $function:path,)*) => {
        /// A function that machine code calls with two words, and the `Vm` behind them.
        #[derive(Clone, Copy, Debug)]
        pub(super) enum Helper { $($(#[doc = $doc])* $name,)* }

        /// See [`STUBS`].
        pub(crate) type Stubs = [[extern "C" fn(); 2]; [$(Helper::$name),*].len()];

        /// The stubs of each function, by its number: one, and one that preserves float registers, too.
        pub(crate) static STUBS: Stubs = [
            $([stub::stub!($function), stub::stub_with_floats!($function)],)*
        ];
    };
}

#[cfg(dala_codegen)]
impl Helper {
    /// Address of its stub.
    pub(super) fn stub(self, has_floats: bool) -> u64 {
        STUBS[self as usize][usize::from(has_floats)] as *const () as usize as u64
    }

    /// Where the stub's address stands in [`STUBS`], in bytes.
    pub(super) fn place(self, has_floats: bool) -> i32 {
        (self as i32 * 2 + i32::from(has_floats)) * 8
    }
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
    /// `lists:member/2`, or [`Word::NONE`] where the list is too long or improper.
    IsAmongFew => is_among_few,
    /// `length/1` of the first word, or [`Word::NONE`] where the list is too long or improper.
    LengthOfFew => length_of_few,
    /// `tuple_size/1` of the first word, or [`Word::NONE`].
    TupleSize => tuple_size,
    /// `map_size/1` of the first word, or [`Word::NONE`].
    MapSize => map_size,
    /// `byte_size/1` of the first word, or [`Word::NONE`].
    ByteSize => byte_size,
    /// `max/2`
    Max => max,
    /// `min/2`
    Min => min,
    /// `is_binary/1` of the first word.
    IsBinary => is_binary,
    /// `MapPut`, see [`steps`].
    MapPut => steps::map_put,
    /// `MapUpdate`
    MapUpdate => steps::map_update,
    /// `BsCreate`
    BsCreate => steps::bs_create,
    /// `Bif`
    Bif => steps::bif,
    /// `Send`
    Send => steps::send,
    /// `ActorSend`
    ActorSend => steps::actor_send,
    /// Arithmetic on any numbers.
    Arithmetic => steps::arithmetic,
    /// `CallExt` and `CallExtTail` of a built-in function.
    CallBuiltIn => steps::call_built_in,
    /// `RecvNext`
    ReceiveNext => steps::receive_next,
    /// `RecvAccept`
    ReceiveAccept => steps::receive_accept,
    /// `RecvSkip`
    ReceiveSkip => steps::receive_skip,
    /// `RecvSkipTo`
    ReceiveSkipTo => steps::receive_skip_to,
    /// `RecvTimedOut`
    ReceiveTimedOut => steps::receive_timed_out,
    /// `Woken`
    Woken => steps::woken,
    /// `MarkerReserve`
    MarkerReserve => steps::marker_reserve,
    /// `MarkerBind`
    MarkerBind => steps::marker_bind,
    /// `MarkerClear`
    MarkerClear => steps::marker_clear,
    /// `MarkerUse`
    MarkerUse => steps::marker_use,
    /// `BsGetInteger`
    BsGetInteger => steps::bs_get_integer,
    /// `BsGetFloat`
    BsGetFloat => steps::bs_get_float,
    /// `BsGetBinary`
    BsGetBinary => steps::bs_get_binary,
    /// `BsGetRest`
    BsGetRest => steps::bs_get_rest,
    /// `BsTail`
    BsTail => steps::bs_tail,
    /// `BsSkip`
    BsSkip => steps::bs_skip,
    /// `BsSkipRest`
    BsSkipRest => steps::bs_skip_rest,
    /// `BsMatchString`
    BsMatchString => steps::bs_match_string,
    /// `BsGetUtf` and `BsSkipUtf`
    BsGetUtf => steps::bs_get_utf,
    /// `is_function/2`
    IsFunctionArity => is_function_arity,
    /// Where the `SwitchWords` at the first word goes with the second, in words from there.
    SwitchWords => switch_words,
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

/// So many elements are compared, at most, without being charged for.
const FEW: usize = 16;

extern "C" fn is_among_few(element: u64, list: u64) -> u64 {
    let (element, mut rest) = (word(element), word(list));
    // An immediate word is equal to itself only.
    let is_immediate = element.pointer().is_none();
    for _ in 0..FEW {
        let Some((head, tail)) = view::cons(rest) else {
            return if rest == Word::NIL { Word::atom(atoms::FALSE) } else { Word::NONE }.to_bits();
        };
        if head == element || !is_immediate && compare::eq_exact(head, element) {
            return Word::atom(atoms::TRUE).to_bits();
        }
        rest = tail;
    }
    Word::NONE.to_bits()
}

/// So many elements are counted, at most, without being charged for.
const COUNTED: usize = 256;

extern "C" fn length_of_few(list: u64, _: u64) -> u64 {
    let mut rest = word(list);
    for length in 0..COUNTED {
        let Some((_, tail)) = view::cons(rest) else {
            return if rest == Word::NIL { Word::small_int(length as i64) } else { Word::NONE }.to_bits();
        };
        rest = tail;
    }
    Word::NONE.to_bits()
}

extern "C" fn tuple_size(tuple: u64, _: u64) -> u64 {
    view::tuple_elements(word(tuple))
        .map_or(Word::NONE, |elements| Word::small_int(elements.len() as i64))
        .to_bits()
}

extern "C" fn map_size(map: u64, _: u64) -> u64 {
    view::map(word(map)).map_or(Word::NONE, |map| Word::small_int(map.len() as i64)).to_bits()
}

extern "C" fn byte_size(subject: u64, _: u64) -> u64 {
    view::bits(word(subject))
        .map_or(Word::NONE, |bits| Word::small_int(bits.bit_len.div_ceil(8) as i64))
        .to_bits()
}

extern "C" fn max(left: u64, right: u64) -> u64 {
    if compare::cmp(word(left), word(right)).is_lt() { right } else { left }
}

extern "C" fn min(left: u64, right: u64) -> u64 {
    if compare::cmp(word(left), word(right)).is_gt() { right } else { left }
}

extern "C" fn is_binary(subject: u64, _: u64) -> u64 {
    u64::from(view::bits(word(subject)).is_some_and(|bits| bits.is_binary()))
}

extern "C" fn is_function_arity(fun: u64, arity: u64) -> u64 {
    u64::from(funs::is_function_arity(word(fun), word(arity)))
}

extern "C" fn switch_words(pc: u64, value: u64) -> u64 {
    // SAFETY: machine code says where such an instruction stands.
    unsafe { switch::target(std::ptr::with_exposed_provenance(pc as usize), value) }
}
