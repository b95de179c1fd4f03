//! Puts a function's machine code into memory and makes it reachable.

#![expect(unsafe_code, reason = "publishes machine code")]

use std::sync::Arc;

use super::compile::{CompileError, FunctionCode, function};
use super::flow::HeadKind;
use super::source::Source;
use super::{memory, perf};
use crate::interp::code::CodeModule;
use crate::interp::native::Head;

/// What was compiled of a function.
#[derive(Debug)]
pub(super) struct Compiled {
    /// Bytes of machine code.
    pub(super) bytes: usize,
    /// Whether the entry has machine code.
    pub(super) has_entry: bool,
}

/// Compiles function `number` and makes the machine code reachable.
pub(super) fn compile(code: &Arc<CodeModule>, number: usize) -> Result<Compiled, CompileError> {
    let FunctionCode { bytes, heads, references } = function(&Source::linked(code), number)?;
    debug_assert!(references.is_empty(), "addresses of linked code are known");
    let base = memory::install(&bytes)?;
    let has_entry = heads.iter().any(|head| head.kind == HeadKind::Entry);
    let heads: Vec<Head> = heads
        .iter()
        .map(|head| Head {
            offset: head.offset,
            has_cell: head.kind != HeadKind::Middle,
            address: base + head.entry as u64,
        })
        .collect();
    perf::record(code, number, &heads, base + bytes.len() as u64);
    // SAFETY: the segments were made for these heads.
    unsafe { code.publish(&heads) };
    Ok(Compiled { bytes: bytes.len(), has_entry })
}
