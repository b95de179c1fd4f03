//! Exit reasons as terms.

use dala::message::ExitReason;
use dala_ir::abi::{Word, atoms};
use dala_ir::term::tuple_elements;

use crate::heap::{Heap, own};

/// The exit reason that `term` is; literals in it are shared.
pub(crate) fn from_term(term: Word) -> ExitReason {
    if let Some(atom) = term.as_atom() {
        return ExitReason::from(atom);
    }
    match tuple_elements(term) {
        Some(&[tag, with]) if tag == Word::atom(atoms::SHUTDOWN) => ExitReason::ShutdownWith(own(with)),
        _ => ExitReason::Term(own(term)),
    }
}

/// The term of an exit reason, on `heap`.
pub(crate) fn to_term(reason: &ExitReason, heap: &mut Heap) -> Word {
    reason.write(heap)
}
