//! Texts, bytes and whole terms.

use dala_ir::abi::Word;
use dala_ir::abi::shape::FieldType;
use dala_ir::term::{OwnedTerm, TermWriter, view};

use super::{ConvertError, Source};
use crate::message::{Bytes, StableLayout};

#[diagnostic::do_not_recommend]
impl StableLayout for String {
    const FIELD: FieldType = FieldType::String;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        writer.binary(self.as_bytes())
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        let bytes = view::bits(source.word()).and_then(|bits| bits.to_bytes());
        bytes
            .and_then(|bytes| String::from_utf8(bytes.into_owned()).ok())
            .ok_or_else(|| source.misfit("a binary with text in UTF-8"))
    }

    fn held_bytes(&self) -> usize {
        self.capacity()
    }
}

#[diagnostic::do_not_recommend]
impl StableLayout for Bytes {
    const FIELD: FieldType = FieldType::Binary;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        self.write_shared(writer)
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        Bytes::of_term(source.word()).ok_or_else(|| source.misfit("a binary"))
    }

    fn held_bytes(&self) -> usize {
        self.as_slice().len()
    }
}

#[diagnostic::do_not_recommend]
impl StableLayout for OwnedTerm {
    const FIELD: FieldType = FieldType::Term;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        self.copy_to(writer)
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        Ok(OwnedTerm::copy_of(source.word()))
    }

    fn held_bytes(&self) -> usize {
        self.words() * size_of::<Word>()
    }
}
