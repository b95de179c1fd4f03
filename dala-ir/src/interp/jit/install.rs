//! Puts a function's machine code into memory and makes it reachable.

#![expect(unsafe_code, reason = "publishes machine code")]

use std::sync::Arc;

use super::compile::{CompileError, FunctionCode, function};
use super::flow::HeadKind;
use super::source::Source;
use super::{kept, memory, perf};
use crate::interp::code::CodeModule;
use crate::interp::keep::KeptCode;
use crate::interp::native::Head;
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
    if let Some(object) = object {
        let made = function(&Source::patched(object), number)?;
        let has_entry = has_entry(&made);
        let function = KeptCode::of(made);
        let bytes = function.machine.text.len();
        // SAFETY: as whoever gave the module its keeper says.
        if unsafe { kept::publish(code, &function) }.is_ok() {
            kept::note(code, function);
            return Ok(Compiled { bytes, has_entry });
        }
        // There is memory, but too far from the module.
    }
    let made = function(&Source::linked(code), number)?;
    debug_assert!(made.references.is_empty() && made.constants.is_empty(), "all of linked code is known");
    let base = memory::install(made.bytes.len(), |_| Ok(made.bytes.clone()))?;
    let heads: Vec<Head> = made
        .heads
        .iter()
        .map(|head| Head {
            offset: head.offset,
            has_cell: head.kind != HeadKind::Middle,
            address: base + head.entry as u64,
        })
        .collect();
    perf::record(code, &heads, base + made.bytes.len() as u64);
    // SAFETY: the segments were made for these heads.
    unsafe { code.publish(&heads) };
    Ok(Compiled { bytes: made.bytes.len(), has_entry: has_entry(&made) })
}

fn has_entry(code: &FunctionCode) -> bool {
    code.heads.iter().any(|head| head.kind == HeadKind::Entry)
}
