//! References and unique integers.

use std::sync::atomic::{AtomicI64, Ordering};

use dala::pid::Ref;
use dala_ir::abi::Word;
use dala_ir::term::TermWriter;

use crate::bif::Answer;
use crate::bif::arguments::{atom, badarg, list};
use crate::process::Process;

/// `make_ref()`.
pub(crate) fn make_ref(p: &mut Process, []: [Word; 0]) -> Answer {
    Ok(p.new_reference())
}

/// `unique_integer()`: also negative ones, as OTP's.
pub(crate) fn unique_integer_0(p: &mut Process, []: [Word; 0]) -> Answer {
    unique(p, false)
}

/// `unique_integer([positive, monotonic])`.
pub(crate) fn unique_integer_1(p: &mut Process, [modifiers]: [Word; 1]) -> Answer {
    let (mut positive, mut monotonic) = (false, false);
    for modifier in list(modifiers)? {
        match atom(modifier)?.text() {
            "positive" => positive = true,
            "monotonic" => monotonic = true,
            _ => return badarg(),
        }
    }
    if monotonic {
        static NEXT: AtomicI64 = AtomicI64::new(1);
        let value = NEXT.fetch_add(1, Ordering::SeqCst);
        // The integers of the two kinds may be equal; each is unique among its own.
        return Ok(p.heap.integer(if positive { value } else { value - (1 << 59) }));
    }
    unique(p, positive)
}

fn unique(p: &mut Process, positive: bool) -> Answer {
    let value = Ref::fresh().to_bits() as i64;
    Ok(p.heap.integer(if positive { value } else { value - (1 << 59) }))
}
