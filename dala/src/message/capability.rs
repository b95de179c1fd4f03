//! Capabilities as fields of messages.

use super::convert::{ConvertError, Source};
use super::message::StableLayout;
use crate::cap::{Cap, Rights};
use dala_ir::abi::shape::FieldType;
use dala_ir::abi::{Atom, Word};
use dala_ir::term::TermWriter;

/// Moves with its message; a send that fails gives it back, and one that is lost closes it. Erlang sees the atom
/// `capability` in its place, and cannot send one.
impl<T: Send + Sync + 'static, R: Rights> StableLayout for Cap<T, R> {
    const FIELD: FieldType = FieldType::Term;

    fn write_term(&self, _: &mut dyn TermWriter) -> Word {
        Word::atom(Atom::new("capability"))
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        Err(source.misfit("a capability, which only Rust actors can send"))
    }
}
