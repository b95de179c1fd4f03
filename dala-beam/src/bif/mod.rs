//! Built-in functions: what OTP implements in C, here in Rust.
//!
//! # Invariants
//! - A built-in function gets its arguments as words that stay valid until it returns: nothing it calls collects.
//! - It never recurses on the depth of a term, and its work is bounded by the size of its arguments; it charges
//!   reductions for what is more than constant.
//! - Failure is an [`Exception`] with OTP's reason. [`call`] adds the arguments and
//!   `error_info` to the top frame, so that `erl_erts_errors` and its siblings explain it.
//!
//! [`table`] is the one list of all of them. Called by the interpreter through `Process`, and by match
//! specifications.

use dala_ir::abi::{Word, atoms};
use dala_ir::interp::{BifIndex, BifResult, Class, Exception};
use dala_ir::term::{TermWriter, map};

use crate::process::Process;

pub(crate) mod arguments;
pub mod atomics;
pub mod binary;
mod calendar;
pub mod crypto;
pub mod dala_actor;
pub mod dala_io;
pub mod dala_tracing;
pub mod erlang;
pub mod ets;
pub mod file;
mod float_text;
mod grants;
mod iodata;
pub mod lists;
pub mod maps;
pub mod math;
mod order;
pub mod os;
pub mod persistent_term;
mod ports;
pub mod re;
pub mod state;
pub mod string;
pub mod table;
pub mod unicode;
pub mod zlib;

pub(crate) use crate::interop::gen_call as dala_gen;
pub use state::State;
pub use table::{BifFunction, BifKind, BifRow, Coverage, lookup, row};

pub(crate) use arguments::as_boolean;

/// The bytes of I/O data; none when it is no I/O data.
pub(crate) fn iodata_bytes(data: Word) -> Option<Vec<u8>> {
    iodata::to_bytes(data).ok()
}

/// What a function that neither yields nor calls code answers.
pub(crate) type Answer = Result<Word, Exception>;

/// Calls a built-in function. `arguments` are as many as its row says.
///
/// Of an error that is the function's own, the exception leaves here with the argument list and the `error_info`
/// map of its frame.
#[inline]
pub fn call(p: &mut Process, index: BifIndex, arguments: &[Word]) -> BifResult {
    if p.confined.is_some() {
        return grants::call(p, index, arguments);
    }
    call_free(p, index, arguments)
}

/// As [`call`], whatever the process was granted.
#[inline]
fn call_free(p: &mut Process, index: BifIndex, arguments: &[Word]) -> BifResult {
    let Some(row) = table::ROWS.get(usize::from(index.0)) else {
        return crate::interop::native::call(p, index, arguments);
    };
    match (row.function)(p, arguments) {
        // By itself, so that the rest of the result is not copied before anybody looks what it is.
        BifResult::Value(value) => BifResult::Value(value),
        BifResult::Raise(exception) => BifResult::Raise(explain(p, row, exception, arguments)),
        result => result,
    }
}

#[cold]
fn explain(p: &mut Process, row: &BifRow, mut exception: Exception, arguments: &[Word]) -> Exception {
    if exception.class != Class::Error || !exception.is_builtin_frame {
        return exception;
    }
    if exception.args.is_none() {
        exception.args = Some(p.heap.list(arguments, Word::NIL));
    }
    if row.kind != BifKind::Override
        && let Some(module) = error_module(row.module)
    {
        // A function that knows the cause left its atom here.
        let mut pairs = vec![(Word::atom(arguments::named!("module")), Word::atom(module))];
        if let Some(cause) = exception.error_info.filter(|cause| cause.is_atom()) {
            pairs.push((Word::atom(atoms::CAUSE), cause));
        }
        exception.error_info = Some(map::from_pairs(&mut p.heap, &pairs));
    } else {
        exception.error_info = None;
    }
    exception
}

/// The module whose `format_error/2` explains errors of `module`'s functions.
fn error_module(module: &str) -> Option<dala_ir::abi::Atom> {
    match module {
        "erlang" | "erts_internal" | "atomics" | "counters" | "persistent_term" => {
            Some(arguments::named!("erl_erts_errors"))
        }
        "binary" | "ets" | "lists" | "maps" | "math" | "re" | "unicode" | "io" => {
            Some(arguments::named!("erl_stdlib_errors"))
        }
        "os" | "file" | "code" => Some(arguments::named!("erl_kernel_errors")),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
