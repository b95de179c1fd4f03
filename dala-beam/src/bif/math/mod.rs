//! Module `math`: `badarg` of what is no number, `badarith` where the result is none or an argument is past all floats.

use dala_ir::abi::{Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::{TermWriter, big, view};

use super::Answer;
use crate::process::Process;

fn number(word: Word) -> Result<f64, Exception> {
    if let Some(float) = view::float(word) {
        return Ok(float);
    }
    big::to_f64(word).ok_or_else(|| match view::is_integer(word) {
        true => Exception::error_atom(atoms::BADARITH),
        false => Exception::badarg(),
    })
}

/// What std leaves to the C library.
mod c {
    #[expect(unsafe_code, reason = "declares functions of the C library")]
    // SAFETY: C99 has both, of any number; they read and write nothing else.
    unsafe extern "C" {
        pub(super) safe fn erf(x: f64) -> f64;
        pub(super) safe fn erfc(x: f64) -> f64;
    }
}

fn finite(p: &mut Process, value: f64) -> Answer {
    if value.is_finite() { Ok(p.heap.float(value)) } else { Err(Exception::error_atom(atoms::BADARITH)) }
}

macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident = $function:expr;)*) => {
        $($(#[$doc])* pub(crate) fn $name(p: &mut Process, [value]: [Word; 1]) -> Answer {
            let function: fn(f64) -> f64 = $function;
            let value = number(value)?;
            finite(p, function(value))
        })*
    };
}

functions! {
    /// `math:sin/1`.
    sin = f64::sin;
    /// `math:cos/1`.
    cos = f64::cos;
    /// `math:tan/1`.
    tan = f64::tan;
    /// `math:asin/1`.
    asin = f64::asin;
    /// `math:acos/1`.
    acos = f64::acos;
    /// `math:atan/1`.
    atan = f64::atan;
    /// `math:sinh/1`.
    sinh = f64::sinh;
    /// `math:cosh/1`.
    cosh = f64::cosh;
    /// `math:tanh/1`.
    tanh = f64::tanh;
    /// `math:asinh/1`.
    asinh = asinh_of;
    /// `math:acosh/1`.
    acosh = acosh_of;
    /// `math:atanh/1`.
    atanh = f64::atanh;
    /// `math:erf/1`.
    erf = |x| c::erf(x);
    /// `math:erfc/1`.
    erfc = |x| c::erfc(x);
    /// `math:exp/1`.
    exp = f64::exp;
    /// `math:log/1`.
    log = f64::ln;
    /// `math:log2/1`.
    log2 = f64::log2;
    /// `math:log10/1`.
    log10 = f64::log10;
    /// `math:sqrt/1`.
    sqrt = f64::sqrt;
    /// `math:ceil/1`.
    ceil = f64::ceil;
    /// `math:floor/1`.
    floor = f64::floor;
}

/// `math:pow/2`.
pub(crate) fn pow(p: &mut Process, [base, exponent]: [Word; 2]) -> Answer {
    let value = number(base)?.powf(number(exponent)?);
    finite(p, value)
}

/// `math:atan2/2`.
pub(crate) fn atan2(p: &mut Process, [y, x]: [Word; 2]) -> Answer {
    let value = number(y)?.atan2(number(x)?);
    finite(p, value)
}

/// `math:fmod/2`.
pub(crate) fn fmod(p: &mut Process, [left, right]: [Word; 2]) -> Answer {
    let (left, right) = (number(left)?, number(right)?);
    if right == 0.0 {
        return Err(Exception::error_atom(atoms::BADARITH));
    }
    finite(p, left % right)
}

/// From here on `x * x` may overflow, and twice `x` is what its logarithm is taken of.
const LARGE: f64 = 1e150;

fn asinh_of(x: f64) -> f64 {
    if x.abs() < LARGE { x.asinh() } else { (x.abs().ln() + std::f64::consts::LN_2).copysign(x) }
}

fn acosh_of(x: f64) -> f64 {
    if x < LARGE { x.acosh() } else { x.ln() + std::f64::consts::LN_2 }
}
