//! Unboxed floats.

#![expect(unsafe_code, reason = "handlers keep the contract of `state`")]

use super::arith;
use crate::abi::{Header, Kind, Word, atoms};
use crate::interp::state::{State, handler};
use crate::term::view;

/// An operator on floats.
pub(in crate::interp) trait FloatOp {
    /// Its value, which may be none that Erlang has.
    fn value(left: f64, right: f64) -> f64;
}

macro_rules! float_ops {
    ($($name:ident $operator:tt,)*) => {
        $(
            #[derive(Debug)]
            pub(in crate::interp) struct $name;

            impl FloatOp for $name {
                #[inline(always)]
                fn value(left: f64, right: f64) -> f64 {
                    left $operator right
                }
            }
        )*
    };
}

float_ops! { FAdd +, FSub -, FMul *, FDiv /, }

handler! {
    fn binary[T: FloatOp](s) {
        // A finite number by zero is infinite or not a number, so the check sees it.
        let value = T::value(s.float(s.b()), s.float(s.c()));
        if !value.is_finite() {
            return s.fail(1, atoms::BADARITH);
        }
        s.set_float(s.a(), value);
        s.next(2)
    }
}

handler! {
    fn f_neg(s) {
        // As OTP's fnegate: 0 - X, which gives no -0.0.
        s.set_float(s.a(), 0.0 - s.float(s.b()));
        s.next(1)
    }
}

handler! {
    fn unbox(s) {
        s.set_float(s.b(), view::float(s.get(s.a())).unwrap_or(0.0));
        s.next_len()
    }
}

handler! {
    fn quick_unbox[const A: bool](s) {
        s.set_float(s.b(), view::float(s.read::<A>(s.a())).unwrap_or(0.0));
        s.next(1)
    }
}

/// Makes a float on the heap, where a heap check has made room.
#[inline(always)]
pub(super) unsafe fn push_float(s: &mut State, value: f64) -> Word {
    // SAFETY: the contract of handlers.
    unsafe {
        let object = s.hp;
        *object = Word::header(Header::new(Kind::Float, 1));
        *object.add(1) = Word::from_bits(value.to_bits());
        s.hp = object.add(2);
        Word::boxed_at(object)
    }
}

handler! {
    fn box_float(s) {
        let value = s.float(s.b());
        let word = push_float(&mut s, value);
        s.set(s.a(), word);
        s.next(1)
    }
}

handler! {
    fn quick_box[const A: bool](s) {
        let value = s.float(s.b());
        let word = push_float(&mut s, value);
        s.write::<A>(s.a(), word);
        s.next(1)
    }
}

handler! {
    fn to_float(s) {
        match arith::to_float(s.get(s.b())) {
            Some(value) => {
                s.set_float(s.a(), value);
                s.next_len()
            }
            None => s.fail(1, atoms::BADARITH),
        }
    }
}
