//! Terms to values.

use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::term::{TermView, view};
use serde::de::{self, DeserializeSeed, Visitor};

use super::Problem;
use crate::message::StableLayout;
use crate::message::convert::{Source, Step};

/// Reads one value.
#[derive(Clone, Copy)]
pub(super) struct Reader<'t>(pub(super) Source<'t>);

impl<'t> Reader<'t> {
    /// A part of the term.
    fn part(&self, word: Word) -> Result<Reader<'t>, Problem> {
        Ok(Reader(self.0.part(word)?))
    }

    fn read<T: StableLayout>(&self) -> Result<T, Problem> {
        Ok(T::read_term(self.0)?)
    }

    #[cold]
    fn misfit(&self, expected: &'static str) -> Problem {
        self.0.misfit(expected).into()
    }

    /// Reads a part with `seed`; an error says where it was.
    fn seeded<'de, S: DeserializeSeed<'de>>(
        &self,
        word: Word,
        seed: S,
        step: impl FnOnce() -> Step,
    ) -> Result<S::Value, Problem> {
        let read = self.part(word).and_then(|part| seed.deserialize(part));
        read.map_err(|problem| problem.at(word).inside(step()).into())
    }

    /// Elements of a tuple or of a proper list.
    fn items(&self) -> Result<Vec<Word>, Problem> {
        if let TermView::Tuple(elements) = self.0.view() {
            return Ok(elements.to_vec());
        }
        view::list_to_vec(self.0.word()).ok_or_else(|| self.misfit("a list or a tuple"))
    }

    fn atom(&self) -> Option<Atom> {
        self.0.word().as_atom()
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $ty:ty;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
            visitor.$visit(self.read::<$ty>()?)
        })*
    };
}

impl<'de> de::Deserializer<'de> for Reader<'_> {
    type Error = Problem;

    /// What the term looks like.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.0.view() {
            TermView::Small(value) => visitor.visit_i64(value),
            TermView::Big(big) if !big.negative => match self.read::<u64>() {
                Ok(value) => visitor.visit_u64(value),
                Err(_) => visitor.visit_u128(self.read()?),
            },
            TermView::Big(_) => match self.read::<i64>() {
                Ok(value) => visitor.visit_i64(value),
                Err(_) => visitor.visit_i128(self.read()?),
            },
            TermView::Float(value) => visitor.visit_f64(value),
            TermView::Atom(atoms::TRUE) => visitor.visit_bool(true),
            TermView::Atom(atoms::FALSE) => visitor.visit_bool(false),
            TermView::Atom(atoms::NIL_ATOM) => visitor.visit_unit(),
            TermView::Atom(atom) => visitor.visit_str(atom.text()),
            TermView::Nil | TermView::Cons(..) | TermView::Tuple(_) => self.deserialize_seq(visitor),
            TermView::Map(_) => self.deserialize_map(visitor),
            TermView::Bits(bits) => match bits.as_bytes().map(|bytes| (bytes, std::str::from_utf8(bytes))) {
                Some((_, Ok(text))) => visitor.visit_str(text),
                Some((bytes, Err(_))) => visitor.visit_bytes(bytes),
                None => Err(self.misfit("whole bytes")),
            },
            _ => Err(self.misfit("data: a number, a binary, an atom, a list, a tuple or a map")),
        }
    }

    numbers! {
        deserialize_bool visit_bool bool;
        deserialize_i8 visit_i8 i8;
        deserialize_i16 visit_i16 i16;
        deserialize_i32 visit_i32 i32;
        deserialize_i64 visit_i64 i64;
        deserialize_i128 visit_i128 i128;
        deserialize_u8 visit_u8 u8;
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
        deserialize_u128 visit_u128 u128;
        deserialize_f32 visit_f32 f32;
        deserialize_f64 visit_f64 f64;
        deserialize_char visit_char char;
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        if let Some(atom) = self.atom() {
            return visitor.visit_str(atom.text());
        }
        let text = view::bytes(self.0.word()).and_then(|bytes| std::str::from_utf8(bytes).ok());
        visitor.visit_str(text.ok_or_else(|| self.misfit("a binary of UTF-8 text"))?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_bytes(view::bytes(self.0.word()).ok_or_else(|| self.misfit("a binary"))?)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.atom() {
            Some(atoms::NIL_ATOM) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.atom() {
            Some(atoms::OK) => visitor.visit_unit(),
            _ => Err(self.misfit("the atom `ok`")),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Problem> {
        match self.atom() {
            Some(atom) if atom.text() == name => visitor.visit_unit(),
            _ => Err(self.0.misfit(format!("the atom `{name}`")).into()),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Problem> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_seq(Elements { of: self, first: 0, words: &self.items()?, next: 0 })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Problem> {
        let words = self.items()?;
        if words.len() != length {
            return Err(self.0.misfit(format!("a tuple of {length} elements")).into());
        }
        visitor.visit_seq(Elements { of: self, first: 0, words: &words, next: 0 })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Problem> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        let map = view::map(self.0.word()).ok_or_else(|| self.misfit("a map"))?;
        let pairs: Vec<(Word, Word)> = map.iter().collect();
        visitor.visit_map(Entries { of: self, pairs: &pairs, next: 0 })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        match self.0.view() {
            // As some formats without names are read.
            TermView::Tuple(_) => self.deserialize_tuple(fields.len(), visitor),
            _ => self.deserialize_map(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        let (variant, content): (Word, &[Word]) = match self.0.view() {
            TermView::Tuple(&[variant, ref content @ ..]) => (variant, content),
            _ => (self.0.word(), &[]),
        };
        if variant.as_atom().is_none() && view::bytes(variant).is_none() {
            return Err(self.misfit("the name of a variant, or a tuple that begins with one"));
        }
        visitor.visit_enum(Variant { of: self, variant, content })
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.0.view() {
            TermView::Small(_) => self.deserialize_any(visitor),
            _ => self.deserialize_str(visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_unit()
    }
}

/// Elements, one after the other.
struct Elements<'t, 'w> {
    of: Reader<'t>,
    /// Which element of the term is the first of these.
    first: usize,
    words: &'w [Word],
    next: usize,
}

impl<'de> de::SeqAccess<'de> for Elements<'_, '_> {
    type Error = Problem;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Problem> {
        let index = self.next;
        let Some(&word) = self.words.get(index) else { return Ok(None) };
        self.next += 1;
        self.of.seeded(word, seed, || Step::Index(self.first + index)).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.words.len() - self.next)
    }
}

/// Pairs, one after the other.
struct Entries<'t, 'w> {
    of: Reader<'t>,
    pairs: &'w [(Word, Word)],
    next: usize,
}

impl<'de> de::MapAccess<'de> for Entries<'_, '_> {
    type Error = Problem;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Problem> {
        let Some(&(key, _)) = self.pairs.get(self.next) else { return Ok(None) };
        self.of.seeded(key, seed, || Step::Key).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Problem> {
        let (key, value) = self.pairs[self.next];
        self.next += 1;
        self.of.seeded(value, seed, || Step::Value(super::super::error::describe(key)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.pairs.len() - self.next)
    }
}

/// A variant: its name, and what stands behind that in its tuple.
struct Variant<'t, 'w> {
    of: Reader<'t>,
    variant: Word,
    content: &'w [Word],
}

impl Variant<'_, '_> {
    fn only(&self, expected: &'static str) -> Result<Word, Problem> {
        match self.content {
            &[content] => Ok(content),
            _ => Err(self.of.misfit(expected)),
        }
    }
}

impl<'de> de::EnumAccess<'de> for Variant<'_, '_> {
    type Error = Problem;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Problem> {
        let read = seed.deserialize(Reader(Source::new(self.variant)));
        let variant = read.map_err(|problem| problem.at(self.of.0.word()))?;
        Ok((variant, self))
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'_, '_> {
    type Error = Problem;

    fn unit_variant(self) -> Result<(), Problem> {
        match self.content {
            [] => Ok(()),
            _ => Err(self.of.misfit("the name of a variant without content")),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Problem> {
        let content = self.only("a variant with one value")?;
        self.of.seeded(content, seed, || Step::Index(1))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Problem> {
        if self.content.len() != length {
            return Err(self.of.0.misfit(format!("a variant with {length} values")).into());
        }
        visitor.visit_seq(Elements { of: self.of, first: 1, words: self.content, next: 0 })
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        let content = self.only("a variant with a map of its fields")?;
        let part = self.of.part(content)?;
        de::Deserializer::deserialize_map(part, visitor)
            .map_err(|problem| problem.at(content).inside(Step::Index(1)).into())
    }
}
