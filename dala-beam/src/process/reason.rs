//! Exit reasons as terms.

use dala::message::ExitReason;
use dala_ir::abi::{Word, atoms};
use dala_ir::term::{OwnedTerm, tuple_elements};

use crate::heap::own;

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

/// The reason of a process that ends by itself with `term`: `kill` is a word like others then, no signal.
pub(crate) fn of_own(term: Word) -> ExitReason {
    match term.as_atom() {
        Some(atoms::KILL) => ExitReason::Term(OwnedTerm::from(atoms::KILL)),
        _ => from_term(term),
    }
}
