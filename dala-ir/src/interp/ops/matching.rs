//! Matching bitstrings.

#![expect(unsafe_code, reason = "handlers keep the contract of `state`")]

use super::bits;
use crate::abi::{Kind, Word, atoms};
use crate::interp::state::{Next, State, handler};
use crate::term::view::{self, BitsRef};

/// Stores what was found, or fails.
#[inline(always)]
unsafe fn found(s: State, value: Option<Word>) -> Next {
    // SAFETY: the contract of handlers.
    unsafe {
        match value {
            Some(value) => {
                s.set(s.a(), value);
                s.next_len()
            }
            None => no_match(s),
        }
    }
}

/// Goes on if so, or fails.
#[inline(always)]
unsafe fn holds(s: State, holds: bool) -> Next {
    // SAFETY: the contract of handlers.
    unsafe { if holds { s.next_len() } else { no_match(s) } }
}

#[inline(always)]
unsafe fn no_match(s: State) -> Next {
    // SAFETY: the contract of handlers.
    unsafe { s.fail(1, atoms::BADARG) }
}

handler! {
    fn bs_start(s) {
        let source = s.get(s.b());
        // A loop over a bitstring passes its context on.
        if view::kind(source) == Some(Kind::MatchContext) {
            s.set(s.a(), source);
            return s.next_len();
        }
        let context = s.ask(|host| bits::start(host.heap(), source));
        found(s, context)
    }
}

handler! {
    fn bs_context(s) {
        let source = s.get(s.b());
        let context = s.ask(|host| bits::context(host.heap(), source));
        s.set(s.a(), context);
        s.next_len()
    }
}

handler! {
    fn bs_get_integer(s) {
        let (context, size, segment) = (s.get(s.b()), s.get(s.c()), s.w(2));
        if let Some(value) = bits::quick_integer(context, size, segment) {
            s.set(s.a(), value);
            return s.next_len();
        }
        let value = get_integer_work(&mut s);
        found(s, value)
    }
}

/// Defines what instructions find, for their handlers and for machine code; `None` where nothing matches.
macro_rules! works {
    ($($name:ident($s:ident) $body:block)*) => {
        $(
            /// # Safety
            /// The contract of handlers.
            #[inline(always)]
            pub(in crate::interp) unsafe fn $name($s: &mut State) -> Option<Word> {
                // SAFETY: as the caller says.
                unsafe { $body }
            }
        )*
    };
}

works! {
    get_integer_work(s) {
        let (context, size, segment) = (s.get(s.b()), s.get(s.c()), s.w(2));
        s.ask(|host| bits::get_integer(host.heap(), context, size, segment))
    }
    get_float_work(s) {
        let (context, size, segment) = (s.get(s.b()), s.get(s.c()), s.w(2));
        s.ask(|host| bits::get_float(host.heap(), context, size, segment))
    }
    get_binary_work(s) {
        let (context, size, segment) = (s.get(s.b()), s.get(s.c()), s.w(2));
        s.ask(|host| bits::get_binary(host.heap(), context, size, segment))
    }
    get_rest_work(s) {
        let (context, unit) = (s.get(s.b()), s.w(2));
        s.ask(|host| bits::get_rest(host.heap(), context, unit))
    }
    tail_work(s) {
        let context = s.get(s.b());
        Some(s.ask(|host| bits::tail(host.heap(), context)))
    }
    skip_work(s) {
        bits::skip(s.get(s.b()), s.get(s.c()), s.w(2)).then_some(Word::NIL)
    }
    skip_rest_work(s) {
        bits::skip_rest(s.get(s.b()), s.w(2)).then_some(Word::NIL)
    }
    match_string_work(s) {
        let bit_len = (s.w(2) >> 32) as usize;
        let bytes = std::slice::from_raw_parts(s.pc.add(3).cast::<u8>(), bit_len.div_ceil(8));
        bits::match_string(s.get(s.a()), BitsRef::new(bytes, 0, bit_len)).then_some(Word::NIL)
    }
    get_utf_work(s) {
        bits::get_code_point(s.get(s.b()), s.w(2))
    }
}

handler! {
    fn bs_get_float(s) {
        let value = get_float_work(&mut s);
        found(s, value)
    }
}

handler! {
    fn bs_get_binary(s) {
        let value = get_binary_work(&mut s);
        found(s, value)
    }
}

handler! {
    fn bs_get_rest(s) {
        let value = get_rest_work(&mut s);
        found(s, value)
    }
}

handler! {
    fn bs_tail(s) {
        let value = tail_work(&mut s);
        found(s, value)
    }
}

handler! {
    fn bs_skip(s) {
        let found = skip_work(&mut s);
        holds(s, found.is_some())
    }
}

handler! {
    fn bs_skip_rest(s) {
        let found = skip_rest_work(&mut s);
        holds(s, found.is_some())
    }
}

/// A test of how many bits are left.
#[inline(always)]
unsafe fn test(s: State, holds: impl Fn(u64, u64) -> bool) -> Next {
    // SAFETY: the contract of handlers.
    unsafe {
        let bits = s.w(2);
        match bits::left(s.get(s.a())) {
            Some(left) if holds(left, bits) => s.next_len(),
            _ => s.jump(s.w(1)),
        }
    }
}

handler! {
    fn bs_test_tail(s) {
        test(s, |left, bits| left == bits)
    }
}

handler! {
    fn bs_test_unit(s) {
        test(s, bits::are_units)
    }
}

handler! {
    fn bs_test_size(s) {
        test(s, |left, bits| left >= bits)
    }
}

handler! {
    fn bs_match_string(s) {
        let found = s.aside(|s| match_string_work(s));
        if found.is_some() { s.next_long() } else { s.jump(s.w(2)) }
    }
}

handler! {
    fn bs_get_utf(s) {
        let point = get_utf_work(&mut s);
        found(s, point)
    }
}

handler! {
    fn bs_skip_utf(s) {
        let point = get_utf_work(&mut s);
        holds(s, point.is_some())
    }
}

handler! {
    fn bs_position(s) {
        s.set(s.a(), bits::position(s.get(s.b())));
        s.next_len()
    }
}

handler! {
    fn bs_set_position(s) {
        bits::set_position(s.get(s.a()), s.get(s.b()));
        s.next_len()
    }
}
