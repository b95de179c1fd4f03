//! Arithmetic on any numbers.

use super::small::Arithmetic;
use crate::abi::{Atom, Word, atoms};
use crate::interp::frame::Raise;
use crate::interp::outcome::{Class, Exception};
use crate::interp::trace;
use crate::term::TermWriter;
use crate::term::big::{self, IntegerError};
use crate::term::view;

fn reason(error: IntegerError) -> Atom {
    match error {
        IntegerError::SystemLimit => atoms::SYSTEM_LIMIT,
        IntegerError::NotInteger | IntegerError::DivisionByZero => atoms::BADARITH,
    }
}

/// The float that a number is, or `None` of what is none or too large.
pub(crate) fn to_float(word: Word) -> Option<f64> {
    view::float(word).or_else(|| big::to_f64(word))
}

fn finite<W: TermWriter + ?Sized>(heap: &mut W, value: f64) -> Result<Word, Atom> {
    if value.is_finite() { Ok(heap.float(value)) } else { Err(atoms::BADARITH) }
}

fn on_floats<W: TermWriter + ?Sized>(
    heap: &mut W,
    a: Word,
    b: Word,
    on_floats: impl Fn(f64, f64) -> f64,
    on_integers: impl Fn(&mut W, Word, Word) -> Result<Word, IntegerError>,
) -> Result<Word, Atom> {
    if view::float(a).is_some() || view::float(b).is_some() {
        let (a, b) = (to_float(a).ok_or(atoms::BADARITH)?, to_float(b).ok_or(atoms::BADARITH)?);
        return finite(heap, on_floats(a, b));
    }
    on_integers(heap, a, b).map_err(reason)
}

/// The value of a binary operator, or the atom it fails with.
#[inline(never)]
pub(crate) fn binary<W: TermWriter + ?Sized>(
    heap: &mut W,
    op: Arithmetic,
    a: Word,
    b: Word,
) -> Result<Word, Atom> {
    match op {
        Arithmetic::Add | Arithmetic::AddSmall => on_floats(heap, a, b, |a, b| a + b, big::add),
        Arithmetic::Sub | Arithmetic::SubSmall => on_floats(heap, a, b, |a, b| a - b, big::sub),
        Arithmetic::Mul => on_floats(heap, a, b, |a, b| a * b, big::mul),
        Arithmetic::IntDiv => big::div(heap, a, b).map_err(reason),
        Arithmetic::IntRem => big::rem(heap, a, b).map_err(reason),
        Arithmetic::BitAnd => big::band(heap, a, b).map_err(reason),
        Arithmetic::BitOr => big::bor(heap, a, b).map_err(reason),
        Arithmetic::BitXor => big::bxor(heap, a, b).map_err(reason),
        Arithmetic::ShiftLeft => big::bsl(heap, a, b).map_err(reason),
        Arithmetic::ShiftRight => big::bsr(heap, a, b).map_err(reason),
        Arithmetic::Negate => match view::float(a) {
            Some(value) => Ok(heap.float(-value)),
            None => big::neg(heap, a).map_err(reason),
        },
        Arithmetic::BitNot => big::bnot(heap, a).map_err(reason),
        Arithmetic::Divide => {
            let (a, b) = (to_float(a).ok_or(atoms::BADARITH)?, to_float(b).ok_or(atoms::BADARITH)?);
            if b == 0.0 { Err(atoms::BADARITH) } else { finite(heap, a / b) }
        }
    }
}

/// Name of the operator and number of its operands.
fn operator(op: Arithmetic) -> (&'static str, usize) {
    match op {
        Arithmetic::Add | Arithmetic::AddSmall => ("+", 2),
        Arithmetic::Sub | Arithmetic::SubSmall => ("-", 2),
        Arithmetic::Mul => ("*", 2),
        Arithmetic::IntDiv => ("div", 2),
        Arithmetic::IntRem => ("rem", 2),
        Arithmetic::BitAnd => ("band", 2),
        Arithmetic::BitOr => ("bor", 2),
        Arithmetic::BitXor => ("bxor", 2),
        Arithmetic::ShiftLeft => ("bsl", 2),
        Arithmetic::ShiftRight => ("bsr", 2),
        Arithmetic::Negate => ("-", 1),
        Arithmetic::BitNot => ("bnot", 1),
        Arithmetic::Divide => ("/", 2),
    }
}

/// The exception of an operator that failed with `reason`.
#[cold]
#[inline(never)]
pub(crate) fn failure<W: TermWriter + ?Sized>(
    heap: &mut W,
    op: Arithmetic,
    reason: Atom,
    a: Word,
    b: Word,
) -> Raise {
    // OTP's additions of a constant are no functions: the error is their caller's.
    if matches!(op, Arithmetic::AddSmall | Arithmetic::SubSmall) {
        return Raise::error(Word::atom(reason));
    }
    let (name, arity) = operator(op);
    let args = heap.list(&[a, b][..arity], Word::NIL);
    let info = trace::operator_error_info(heap);
    let exception = Exception {
        args: Some(args),
        is_builtin_frame: true,
        error_info: Some(info),
        ..Exception::new(Class::Error, Word::atom(reason))
    };
    Raise::of(exception, atoms::ERLANG, Atom::new(name), arity as u32)
}
