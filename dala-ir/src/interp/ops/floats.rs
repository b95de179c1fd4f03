//! Unboxed floats.

use crate::interp::code::Opcode;

/// The value of a float operator; `None` where Erlang has no such float.
#[inline]
pub(crate) fn binary(op: Opcode, a: f64, b: f64) -> Option<f64> {
    let value = match op {
        Opcode::FAdd => a + b,
        Opcode::FSub => a - b,
        Opcode::FMul => a * b,
        // A finite number by zero is infinite or not a number, so the check below sees it.
        _ => a / b,
    };
    value.is_finite().then_some(value)
}
