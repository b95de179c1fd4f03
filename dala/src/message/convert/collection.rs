//! Lists and maps.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};

use dala_ir::abi::Word;
use dala_ir::abi::shape::FieldType;
use dala_ir::term::{ListIter, TermWriter, map, view};

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

    fn held_bytes(&self) -> usize {
        let items: usize = self.iter().map(StableLayout::held_bytes).sum();
        self.capacity() * size_of::<T>() + items
    }
}

/// Builds a map; of two keys that are equal in Erlang, which two Rust keys can only be when their `StableLayout`
/// says so, the later one stays.
fn write_map<'a, K: StableLayout, V: StableLayout>(
    entries: impl Iterator<Item = (&'a K, &'a V)>,
    writer: &mut dyn TermWriter,
) -> Word {
    let pairs: Vec<(Word, Word)> =
        entries.map(|(key, value)| (key.write_term(writer), value.write_term(writer))).collect();
    map::from_pairs(writer, &pairs)
}

/// Reads the entries of a map one by one.
fn read_map<K: StableLayout, V: StableLayout>(
    source: Source<'_>,
    mut insert: impl FnMut(K, V),
) -> Result<(), ConvertError> {
    let map = view::map(source.word()).ok_or_else(|| source.misfit("a map"))?;
    for (key, value) in map.iter() {
        let read_key = source.read_part(key).map_err(|error| error.inside(Step::Key))?;
        let describe = |error: ConvertError| error.inside(Step::Value(super::error::describe(key)));
        insert(read_key, source.read_part(value).map_err(describe)?);
    }
    Ok(())
}

impl<K, V, S> StableLayout for HashMap<K, V, S>
where
    K: StableLayout + Eq + Hash,
    V: StableLayout,
    S: BuildHasher + Default + 'static,
{
    const FIELD: FieldType = FieldType::Map(&K::FIELD, &V::FIELD);

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        write_map(self.iter(), writer)
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        let mut entries = HashMap::default();
        read_map(source, |key, value| drop(entries.insert(key, value)))?;
        Ok(entries)
    }

    fn held_bytes(&self) -> usize {
        let entries: usize = self.iter().map(|(key, value)| key.held_bytes() + value.held_bytes()).sum();
        self.capacity() * size_of::<(K, V)>() + entries
    }
}

impl<K: StableLayout + Ord, V: StableLayout> StableLayout for BTreeMap<K, V> {
    const FIELD: FieldType = FieldType::Map(&K::FIELD, &V::FIELD);

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        write_map(self.iter(), writer)
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        let mut entries = BTreeMap::new();
        read_map(source, |key, value| drop(entries.insert(key, value)))?;
        Ok(entries)
    }

    fn held_bytes(&self) -> usize {
        let entries: usize = self.iter().map(|(key, value)| key.held_bytes() + value.held_bytes()).sum();
        self.len() * size_of::<(K, V)>() + entries
    }
}
