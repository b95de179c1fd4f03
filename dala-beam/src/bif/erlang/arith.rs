//! Arithmetic operators and the number functions of module `erlang`, as functions.

use dala_ir::abi::{Word, atoms};
use dala_ir::interp::{Class, Exception};
use dala_ir::term::big::{self, IntegerError};
use dala_ir::term::{TermWriter, view};

use crate::bif::Answer;
use crate::bif::arguments::badarg;
use crate::heap::Heap;
use crate::process::Process;

fn badarith() -> Exception {
    Exception::error_atom(atoms::BADARITH)
}

fn integer_error(error: IntegerError) -> Exception {
    match error {
        IntegerError::SystemLimit => Exception::error_atom(atoms::SYSTEM_LIMIT),
        _ => badarith(),
    }
}

/// The float nearest to a number.
fn to_float(word: Word) -> Option<f64> {
    view::float(word).or_else(|| big::to_f64(word))
}

fn finite(p: &mut Process, value: f64) -> Answer {
    if value.is_finite() { Ok(p.heap.float(value)) } else { Err(badarith()) }
}

type IntegerOp = fn(&mut Heap, Word, Word) -> Result<Word, IntegerError>;

fn mixed(
    p: &mut Process,
    left: Word,
    right: Word,
    integers: IntegerOp,
    floats: fn(f64, f64) -> f64,
) -> Answer {
    if view::is_integer(left) && view::is_integer(right) {
        return integers(&mut p.heap, left, right).map_err(integer_error);
    }
    match (to_float(left), to_float(right)) {
        (Some(left), Some(right)) => finite(p, floats(left, right)),
        _ => Err(badarith()),
    }
}

/// `+`.
pub(crate) fn add(p: &mut Process, [left, right]: [Word; 2]) -> Answer {
    mixed(p, left, right, big::add, |left, right| left + right)
}

/// `-`.
pub(crate) fn sub(p: &mut Process, [left, right]: [Word; 2]) -> Answer {
    mixed(p, left, right, big::sub, |left, right| left - right)
}

/// `*`.
pub(crate) fn mul(p: &mut Process, [left, right]: [Word; 2]) -> Answer {
    mixed(p, left, right, big::mul, |left, right| left * right)
}

/// `/`.
pub(crate) fn divide(p: &mut Process, [left, right]: [Word; 2]) -> Answer {
    match (to_float(left), to_float(right)) {
        (Some(left), Some(right)) if right != 0.0 => finite(p, left / right),
        _ => Err(badarith()),
    }
}

/// Unary `+`.
pub(crate) fn plus(_: &mut Process, [value]: [Word; 1]) -> Answer {
    if view::is_integer(value) || view::float(value).is_some() {
        return Ok(value);
    }
    // OTP has it inline: the error is the caller's.
    Err(Exception::new(Class::Error, Word::atom(atoms::BADARITH)))
}

/// Unary `-`.
pub(crate) fn negate(p: &mut Process, [value]: [Word; 1]) -> Answer {
    match view::float(value) {
        Some(float) => Ok(p.heap.float(-float)),
        None => big::neg(&mut p.heap, value).map_err(integer_error),
    }
}

macro_rules! integer_operators {
    ($($(#[$doc:meta])* $name:ident = $op:path;)*) => {
        $($(#[$doc])* pub(crate) fn $name(p: &mut Process, [left, right]: [Word; 2]) -> Answer {
            $op(&mut p.heap, left, right).map_err(integer_error)
        })*
    };
}

integer_operators! {
    /// `div`.
    int_div = big::div;
    /// `rem`.
    int_rem = big::rem;
    /// `band`.
    band = big::band;
    /// `bor`.
    bor = big::bor;
    /// `bxor`.
    bxor = big::bxor;
    /// `bsl`.
    bsl = big::bsl;
    /// `bsr`.
    bsr = big::bsr;
}

/// `bnot`.
pub(crate) fn bnot(p: &mut Process, [value]: [Word; 1]) -> Answer {
    big::bnot(&mut p.heap, value).map_err(integer_error)
}

/// `abs(Number)`.
pub(crate) fn abs(p: &mut Process, [value]: [Word; 1]) -> Answer {
    if let Some(float) = view::float(value) {
        return Ok(if float < 0.0 { p.heap.float(-float) } else { value });
    }
    let is_negative = match value.as_small() {
        Some(small) => small < 0,
        None => match view::big(value) {
            Some(big) => big.negative,
            None => return badarg(),
        },
    };
    if is_negative { big::neg(&mut p.heap, value).map_err(integer_error) } else { Ok(value) }
}

/// `float(Number)`.
pub(crate) fn float(p: &mut Process, [value]: [Word; 1]) -> Answer {
    if view::float(value).is_some() {
        return Ok(value);
    }
    match big::to_f64(value) {
        Some(float) => Ok(p.heap.float(float)),
        None => badarg(),
    }
}

fn rounded(p: &mut Process, value: Word, round: fn(f64) -> f64) -> Answer {
    if view::is_integer(value) {
        return Ok(value);
    }
    match view::float(value) {
        Some(float) => Ok(big::from_f64(&mut p.heap, round(float))),
        None => badarg(),
    }
}

/// `trunc(Number)`.
pub(crate) fn trunc(p: &mut Process, [value]: [Word; 1]) -> Answer {
    rounded(p, value, f64::trunc)
}

/// `round(Number)`: halves away from zero.
pub(crate) fn round(p: &mut Process, [value]: [Word; 1]) -> Answer {
    rounded(p, value, f64::round)
}

/// `floor(Number)`.
pub(crate) fn floor(p: &mut Process, [value]: [Word; 1]) -> Answer {
    rounded(p, value, f64::floor)
}

/// `ceil(Number)`.
pub(crate) fn ceil(p: &mut Process, [value]: [Word; 1]) -> Answer {
    rounded(p, value, f64::ceil)
}
