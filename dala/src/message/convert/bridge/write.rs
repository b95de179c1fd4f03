//! Values to terms.

use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::term::{TermWriter, map};
use serde::ser::{self, Serialize};

use super::Problem;
use crate::message::StableLayout;

/// Writes one value.
pub(super) struct Writer<'w>(pub(super) &'w mut dyn TermWriter);

impl<'w> Writer<'w> {
    fn value(&mut self, value: &(impl Serialize + ?Sized)) -> Result<Word, Problem> {
        value.serialize(Writer(&mut *self.0))
    }

    fn items(self, tag: Option<&str>, length: usize) -> Items<'w> {
        let mut words = Vec::with_capacity(length + 1);
        words.extend(tag.map(name));
        Items { writer: self, words }
    }

    fn pairs(self, variant: Option<&'static str>, length: usize) -> Pairs<'w> {
        Pairs { writer: self, variant, key: None, pairs: Vec::with_capacity(length) }
    }
}

/// A name that stands in the program.
fn name(text: &str) -> Word {
    Word::atom(Atom::new(text))
}

macro_rules! by_their_own_layout {
    ($($method:ident: $ty:ty;)*) => {
        $(fn $method(self, value: $ty) -> Result<Word, Problem> {
            Ok(value.write_term(self.0))
        })*
    };
}

impl<'w> ser::Serializer for Writer<'w> {
    type Ok = Word;
    type Error = Problem;
    type SerializeSeq = Seq<'w>;
    type SerializeTuple = Items<'w>;
    type SerializeTupleStruct = Items<'w>;
    type SerializeTupleVariant = Items<'w>;
    type SerializeMap = Pairs<'w>;
    type SerializeStruct = Pairs<'w>;
    type SerializeStructVariant = Pairs<'w>;

    by_their_own_layout! {
        serialize_bool: bool;
        serialize_i8: i8;
        serialize_i16: i16;
        serialize_i32: i32;
        serialize_i64: i64;
        serialize_i128: i128;
        serialize_u8: u8;
        serialize_u16: u16;
        serialize_u32: u32;
        serialize_u64: u64;
        serialize_u128: u128;
        serialize_f32: f32;
        serialize_f64: f64;
        serialize_char: char;
    }

    fn serialize_str(self, text: &str) -> Result<Word, Problem> {
        Ok(self.0.binary(text.as_bytes()))
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Word, Problem> {
        Ok(self.0.binary(bytes))
    }

    fn serialize_none(self) -> Result<Word, Problem> {
        Ok(Word::atom(atoms::NIL_ATOM))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Word, Problem> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Word, Problem> {
        Ok(Word::atom(atoms::OK))
    }

    fn serialize_unit_struct(self, of: &'static str) -> Result<Word, Problem> {
        Ok(name(of))
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Word, Problem> {
        Ok(name(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Word, Problem> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Word, Problem> {
        let value = self.value(value)?;
        Ok(self.0.tuple(&[name(variant), value]))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Seq<'w>, Problem> {
        Ok(Seq(self.items(None, length.unwrap_or(0))))
    }

    fn serialize_tuple(self, length: usize) -> Result<Items<'w>, Problem> {
        Ok(self.items(None, length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Items<'w>, Problem> {
        Ok(self.items(None, length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Items<'w>, Problem> {
        Ok(self.items(Some(variant), length))
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Pairs<'w>, Problem> {
        Ok(self.pairs(None, length.unwrap_or(0)))
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Pairs<'w>, Problem> {
        Ok(self.pairs(None, length))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Pairs<'w>, Problem> {
        Ok(self.pairs(Some(variant), length))
    }
}

/// A list that grows.
pub(super) struct Seq<'w>(Items<'w>);

/// A tuple that grows.
pub(super) struct Items<'w> {
    writer: Writer<'w>,
    words: Vec<Word>,
}

impl Items<'_> {
    fn push(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Problem> {
        let word = self.writer.value(value)?;
        self.words.push(word);
        Ok(())
    }
}

impl ser::SerializeSeq for Seq<'_> {
    type Ok = Word;
    type Error = Problem;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Problem> {
        self.0.push(value)
    }

    fn end(self) -> Result<Word, Problem> {
        Ok(self.0.writer.0.list(&self.0.words, Word::NIL))
    }
}

macro_rules! tuples {
    ($($of:ident $method:ident;)*) => {
        $(impl ser::$of for Items<'_> {
            type Ok = Word;
            type Error = Problem;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Problem> {
                self.push(value)
            }

            fn end(self) -> Result<Word, Problem> {
                Ok(self.writer.0.tuple(&self.words))
            }
        })*
    };
}
tuples! {
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

/// A map that grows, in a tuple with the variant's name if it is one's.
pub(super) struct Pairs<'w> {
    writer: Writer<'w>,
    variant: Option<&'static str>,
    key: Option<Word>,
    pairs: Vec<(Word, Word)>,
}

impl Pairs<'_> {
    fn push(&mut self, key: Word, value: &(impl Serialize + ?Sized)) -> Result<(), Problem> {
        let value = self.writer.value(value)?;
        self.pairs.push((key, value));
        Ok(())
    }

    fn finish(self) -> Word {
        let map = map::from_pairs(self.writer.0, &self.pairs);
        match self.variant {
            Some(variant) => self.writer.0.tuple(&[name(variant), map]),
            None => map,
        }
    }
}

impl ser::SerializeMap for Pairs<'_> {
    type Ok = Word;
    type Error = Problem;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Problem> {
        self.key = Some(self.writer.value(key)?);
        Ok(())
    }

    /// # Panics
    /// Without a key before it, which serde forbids.
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Problem> {
        let key = self.key.take().expect("a key comes before its value");
        self.push(key, value)
    }

    fn end(self) -> Result<Word, Problem> {
        Ok(self.finish())
    }
}

macro_rules! structs {
    ($($of:ident;)*) => {
        $(impl ser::$of for Pairs<'_> {
            type Ok = Word;
            type Error = Problem;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Problem> {
                self.push(name(key), value)
            }

            fn end(self) -> Result<Word, Problem> {
                Ok(self.finish())
            }
        })*
    };
}
structs! {
    SerializeStruct;
    SerializeStructVariant;
}
