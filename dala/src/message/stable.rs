//! Stable values as fields of messages.

use super::convert::{ConvertError, Source};
use super::message::StableLayout;
use crate::region::Stable;
use dala_ir::abi::Word;
use dala_ir::abi::shape::FieldType;
use dala_ir::term::TermWriter;

/// A reference in Erlang; nothing is copied either way. What it holds counts for the stable region and for no mailbox.
impl<T: Send + Sync + 'static> StableLayout for Stable<T> {
    const FIELD: FieldType = FieldType::Term;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        self.write(writer)
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        let what = || format!("a reference to a stable {}", std::any::type_name::<T>());
        Stable::of_term(source.word()).ok_or_else(|| source.misfit(what()))
    }
}
