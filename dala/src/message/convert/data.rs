//! Plain data (`#[derive(dala::Term)]`): what its generated code calls.
//!
//! [`Keys`] finds the fields of a map, an Elixir struct or a keyword list by their names.

use dala_ir::abi::form::Form;
use dala_ir::abi::shape::{AtomName, FieldType};
use dala_ir::abi::{Atom, Word};
use dala_ir::term::view::MapRef;
use dala_ir::term::{TermWriter, map, view};

use super::{ConvertError, Source, Step, name_and_arity};
use crate::message::StableLayout;

/// The key that says of which module an Elixir struct is.
pub(super) const STRUCT: AtomName = dala_ir::atom_name!("__struct__");

/// An option whose nothing is another atom than `nil`: `#[term(none = "undefined")]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no `Option`",
    label = "there is no nothing that `none` could name",
    note = "remove `#[term(none = \"..\")]`, or write `Option<{Self}>`"
)]
pub trait Optional: Sized {
    /// Builds the term, with `none` for nothing.
    fn write_or(&self, none: AtomName, writer: &mut dyn TermWriter) -> Word;

    /// Reads the value; `none` is nothing.
    ///
    /// # Errors
    /// When it is of another type.
    fn read_or(none: AtomName, source: Source<'_>) -> Result<Self, ConvertError>;
}

impl<T: StableLayout> Optional for Option<T> {
    fn write_or(&self, none: AtomName, writer: &mut dyn TermWriter) -> Word {
        match self {
            Some(value) => value.write_term(writer),
            None => Word::atom(none.atom()),
        }
    }

    fn read_or(none: AtomName, source: Source<'_>) -> Result<Self, ConvertError> {
        match source.word().as_atom() {
            Some(atom) if atom == none.atom() => Ok(None),
            _ => T::read_term(source).map(Some),
        }
    }
}

/// A value under the name of its field, before its term is put together.
pub type Pair = (AtomName, Word);

/// The map with these pairs, whose keys are atoms in the order of their texts.
pub fn write_map<const N: usize>(pairs: [(Word, Word); N], writer: &mut dyn TermWriter) -> Word {
    map::from_sorted(writer, &pairs)
}

/// The keyword list with these fields, in order.
pub fn write_keyword<const N: usize>(pairs: [Pair; N], writer: &mut dyn TermWriter) -> Word {
    let items = pairs.map(|(name, word)| writer.tuple(&[Word::atom(name.atom()), word]));
    writer.list(&items, Word::NIL)
}

/// The fields of a map or keyword list.
#[derive(Clone, Copy, Debug)]
pub struct Keys<'a> {
    source: Source<'a>,
    place: Place<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Place<'a> {
    Map(MapRef<'a>),
    /// A proper list of pairs.
    Keyword,
}

impl<'a> Keys<'a> {
    /// Those of a map.
    ///
    /// # Errors
    /// When it is none.
    pub fn of_map<D: StableLayout>(source: Source<'a>) -> Result<Keys<'a>, ConvertError> {
        let map = view::map(source.word()).ok_or_else(|| misfit::<D>(source))?;
        Ok(Keys { source, place: Place::Map(map) })
    }

    /// Those of an Elixir struct of this module.
    ///
    /// # Errors
    /// When it is none.
    pub fn of_struct<D: StableLayout>(
        source: Source<'a>,
        module: AtomName,
    ) -> Result<Keys<'a>, ConvertError> {
        let keys = Keys::of_map::<D>(source)?;
        match keys.find(STRUCT.atom()).and_then(|word| word.as_atom()) {
            Some(found) if found == module.atom() => Ok(keys),
            _ => Err(misfit::<D>(source)),
        }
    }

    /// Those of a keyword list. Of equal keys the first counts, as in Elixir's `Keyword`.
    ///
    /// # Errors
    /// When it is none.
    pub fn of_keyword<D: StableLayout>(source: Source<'a>) -> Result<Keys<'a>, ConvertError> {
        let mut rest = source.word();
        while let Some((item, tail)) = view::cons(rest) {
            if !matches!(view::tuple_elements(item), Some([name, _]) if name.is_atom()) {
                return Err(misfit::<D>(source));
            }
            rest = tail;
        }
        match rest.is_nil() {
            true => Ok(Keys { source, place: Place::Keyword }),
            false => Err(misfit::<D>(source)),
        }
    }

    fn find(&self, name: Atom) -> Option<Word> {
        let key = Word::atom(name);
        match self.place {
            Place::Map(map) => map.get(key),
            Place::Keyword => {
                let mut rest = self.source.word();
                while let Some((item, tail)) = view::cons(rest) {
                    match view::tuple_elements(item) {
                        Some(&[name, value]) if name == key => return Some(value),
                        _ => rest = tail,
                    }
                }
                None
            }
        }
    }

    /// Reads a field by `read`. One that is missing is what `absent` gives.
    ///
    /// # Errors
    /// When it does not convert, or is missing and `absent` gives nothing.
    pub fn field<T>(
        &self,
        name: AtomName,
        read: impl FnOnce(Source<'a>) -> Result<T, ConvertError>,
        absent: impl FnOnce() -> Option<T>,
    ) -> Result<T, ConvertError> {
        match self.find(name.atom()) {
            Some(word) => {
                read(self.source.part(word)?).map_err(|error| error.inside(Step::Field(name.text())))
            }
            None => absent().ok_or_else(|| self.missing(name)),
        }
    }

    #[cold]
    fn missing(&self, name: AtomName) -> ConvertError {
        let what = match self.place {
            Place::Map(_) => "a map",
            Place::Keyword => "a keyword list",
        };
        self.source.misfit(format!("{what} with the key `{}`", name.text()))
    }
}

/// The elements of a tuple of `size`.
///
/// # Errors
/// When it is none.
pub fn elements<'a, D: StableLayout>(source: Source<'a>, size: usize) -> Result<&'a [Word], ConvertError> {
    view::tuple_elements(source.word())
        .filter(|elements| elements.len() == size)
        .ok_or_else(|| misfit::<D>(source))
}

/// The atom that a tagged tuple starts with, or an atom is, and the tuple's elements behind it.
///
/// # Errors
/// When it is neither.
pub fn tagged<'a, D: StableLayout>(source: Source<'a>) -> Result<(Atom, &'a [Word]), ConvertError> {
    match name_and_arity(source.word()) {
        Some((tag, 0)) => Ok((tag, &[])),
        Some((tag, _)) => Ok((tag, &view::tuple_elements(source.word()).unwrap_or_default()[1..])),
        None => Err(misfit::<D>(source)),
    }
}

/// Reads an element of a tuple by `read`.
///
/// # Errors
/// When it does not convert.
#[inline]
pub fn element<'a, T>(
    source: Source<'a>,
    word: Word,
    name: &'static str,
    read: impl FnOnce(Source<'a>) -> Result<T, ConvertError>,
) -> Result<T, ConvertError> {
    read(source.part(word)?).map_err(|error| error.inside(Step::Field(name)))
}

/// The error of a term that has no form of `D`.
#[cold]
pub fn misfit<D: StableLayout>(source: Source<'_>) -> ConvertError {
    let FieldType::Data(data) = D::FIELD else { return source.misfit(format!("{}", D::FIELD)) };
    let forms: Vec<String> = (data.forms)().iter().map(|form: &Form| format!("`{form}`")).collect();
    source.misfit(forms.join(" or "))
}

#[cfg(test)]
mod tests;
