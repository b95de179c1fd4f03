//! Arithmetic on any numbers.

use crate::abi::{Atom, Word, atoms};
use crate::interp::frame::Raise;
use crate::interp::opcode::Opcode;
use crate::interp::outcome::{Class, Exception};
use crate::interp::trace;
use crate::term::TermWriter;
use crate::term::big::{self, IntegerError};
use crate::term::view;

fn reason(error: IntegerError) -> Atom {
    match error {
        IntegerError::SystemLimit => atoms::SYSTEM_LIMIT,
        _ => atoms::BADARITH,
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
    op: Opcode,
    a: Word,
    b: Word,
) -> Result<Word, Atom> {
    match op {
        Opcode::Add | Opcode::AddSmall => on_floats(heap, a, b, |a, b| a + b, big::add),
        Opcode::Sub | Opcode::SubSmall => on_floats(heap, a, b, |a, b| a - b, big::sub),
        Opcode::Mul => on_floats(heap, a, b, |a, b| a * b, big::mul),
        Opcode::IntDiv => big::div(heap, a, b).map_err(reason),
        Opcode::IntRem => big::rem(heap, a, b).map_err(reason),
        Opcode::BitAnd => big::band(heap, a, b).map_err(reason),
        Opcode::BitOr => big::bor(heap, a, b).map_err(reason),
        Opcode::BitXor => big::bxor(heap, a, b).map_err(reason),
        Opcode::ShiftLeft => big::bsl(heap, a, b).map_err(reason),
        Opcode::ShiftRight => big::bsr(heap, a, b).map_err(reason),
        Opcode::Negate => match view::float(a) {
            Some(value) => Ok(heap.float(-value)),
            None => big::neg(heap, a).map_err(reason),
        },
        Opcode::BitNot => big::bnot(heap, a).map_err(reason),
        Opcode::Divide => {
            let (a, b) = (to_float(a).ok_or(atoms::BADARITH)?, to_float(b).ok_or(atoms::BADARITH)?);
            if b == 0.0 { Err(atoms::BADARITH) } else { finite(heap, a / b) }
        }
        _ => Err(atoms::BADARITH),
    }
}

/// Name of the operator and number of its operands.
fn operator(op: Opcode) -> (&'static str, usize) {
    match op {
        Opcode::Add | Opcode::AddSmall | Opcode::FAdd => ("+", 2),
        Opcode::Sub | Opcode::SubSmall | Opcode::FSub => ("-", 2),
        Opcode::Mul | Opcode::FMul => ("*", 2),
        Opcode::IntDiv => ("div", 2),
        Opcode::IntRem => ("rem", 2),
        Opcode::BitAnd => ("band", 2),
        Opcode::BitOr => ("bor", 2),
        Opcode::BitXor => ("bxor", 2),
        Opcode::ShiftLeft => ("bsl", 2),
        Opcode::ShiftRight => ("bsr", 2),
        Opcode::Negate => ("-", 1),
        Opcode::BitNot => ("bnot", 1),
        Opcode::ToFloat => ("float", 1),
        _ => ("/", 2),
    }
}

/// The exception of an operator that failed with `reason`.
#[cold]
#[inline(never)]
pub(crate) fn failure<W: TermWriter + ?Sized>(
    heap: &mut W,
    op: Opcode,
    reason: Atom,
    a: Word,
    b: Word,
) -> Raise {
    // OTP's float instructions, and additions of a constant, are no functions: the error is their caller's.
    if matches!(
        op,
        Opcode::FAdd
            | Opcode::FSub
            | Opcode::FMul
            | Opcode::FDiv
            | Opcode::ToFloat
            | Opcode::AddSmall
            | Opcode::SubSmall
    ) {
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
