//! Exit reasons as terms.

use dala::message::{ExitReason, OverLimit};
use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::term::{OwnedTerm, tuple_elements};

use crate::heap::{HeapLimit, own};

/// The exit reason that `term` is; literals in it are shared.
pub(crate) fn from_term(term: Word) -> ExitReason {
    if let Some(atom) = term.as_atom() {
        return ExitReason::from(atom);
    }
    match tuple_elements(term) {
        Some(&[tag, with]) if tag == Word::atom(atoms::SHUTDOWN) => ExitReason::ShutdownWith(own(with)),
        Some(&[tag, what, limit]) if tag == Word::atom(Atom::new("over_limit")) => {
            over_limit(what, limit).map_or_else(|| ExitReason::Term(own(term)), ExitReason::OverLimit)
        }
        _ => ExitReason::Term(own(term)),
    }
}

/// What `{over_limit, What, Limit}` says ([`ExitReason::write`]).
fn over_limit(what: Word, limit: Word) -> Option<OverLimit> {
    let limit = limit.as_small().and_then(|limit| u64::try_from(limit).ok())?;
    match what.as_atom()?.text() {
        "bytes" => Some(OverLimit::Bytes(limit)),
        "messages" => Some(OverLimit::Messages(limit)),
        _ => None,
    }
}

/// The reason of a process whose heap is over a limit.
pub(crate) fn of_heap_limit(limit: HeapLimit) -> ExitReason {
    match limit {
        HeapLimit::Memory(over) => ExitReason::OverLimit(over),
        HeapLimit::Words { .. } | HeapLimit::NoMemory(_) => ExitReason::Killed,
    }
}

/// The reason of a process that ends by itself with `term`: `kill` is a word like others then, no signal.
pub(crate) fn of_own(term: Word) -> ExitReason {
    match term.as_atom() {
        Some(atoms::KILL) => ExitReason::Term(OwnedTerm::from(atoms::KILL)),
        _ => from_term(term),
    }
}
