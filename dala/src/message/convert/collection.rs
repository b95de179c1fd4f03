//! Lists and maps.

use dala_ir::abi::Word;
use dala_ir::abi::shape::FieldType;
use dala_ir::term::{ListIter, TermWriter};

use super::{ConvertError, Source, Step};
use crate::message::StableLayout;

impl<T: StableLayout> StableLayout for Vec<T> {
    const FIELD: FieldType = FieldType::List(&T::FIELD);

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        let items: Vec<Word> = self.iter().map(|item| item.write_term(writer)).collect();
        writer.list(&items, Word::NIL)
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        if !source.word().is_nil() && !source.word().is_cons() {
            return Err(source.misfit("a list"));
        }
        let mut items = Vec::new();
        let mut words = ListIter::new(source.word());
        for (index, word) in words.by_ref().enumerate() {
            items.push(source.read_part(word).map_err(|error| error.inside(Step::Index(index)))?);
        }
        if !words.ended_proper() {
            return Err(ConvertError::misfit("the end of a list", words.rest()));
        }
        Ok(items)
    }
}
