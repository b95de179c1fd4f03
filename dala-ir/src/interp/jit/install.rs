//! Puts a function's machine code into memory and makes it reachable.

#![expect(unsafe_code, reason = "publishes machine code")]

use std::sync::Arc;

use super::compile::{CompileError, function};
use super::kept;
use super::source::Source;
use crate::interp::code::CodeModule;
use crate::interp::keep::KeptCode;
use crate::interp::object::Object;

/// What was compiled of a function.
#[derive(Debug)]
pub(super) struct Compiled {
    /// Bytes of machine code.
    pub(super) bytes: usize,
    /// Whether the entry has machine code.
    pub(super) has_entry: bool,
}

/// Compiles function `number` and makes the machine code reachable. Of a module that somebody keeps it is made of the
/// module's object code, and noted.
pub(super) fn compile(
    code: &Arc<CodeModule>,
    number: usize,
    object: Option<&Object>,
) -> Result<Compiled, CompileError> {
    let entry = code.functions[number].entry;
    let compiled = |made: &KeptCode| Compiled { bytes: made.machine.text.len(), has_entry: made.has(entry) };
    if let Some(object) = object {
        let made = KeptCode::of(function(&Source::patched(object), number)?);
        // SAFETY: as whoever gave the module its keeper says.
        if unsafe { kept::publish(code, &made) }.is_ok() {
            let compiled = compiled(&made);
            kept::note(code, made);
            return Ok(compiled);
        }
        // There is memory, but too far from the module.
    }
    // All of linked code is known: nothing is written into it.
    let made = KeptCode::of(function(&Source::linked(code), number)?);
    // SAFETY: made of the module itself.
    unsafe { kept::publish(code, &made)? };
    Ok(compiled(&made))
}
