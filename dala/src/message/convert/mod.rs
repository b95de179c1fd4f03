//! Conversion between Rust values and Erlang terms.
//!
//! | Rust | Erlang |
//! |---|---|
//! | integers, [`IBig`](crate::IBig) of any size, `char` | integer; one out of range does not convert |
//! | `f32`, `f64` | float; an integer that is exact as a float converts too. What Erlang has no float for are the atoms `nan`, `infinity`, `'-infinity'` |
//! | `bool`, [`Atom`](dala_ir::abi::Atom), [`Pid`](dala_ir::abi::Pid) | atom, atom, local pid |
//! | `()` | the atom `ok` |
//! | [`String`], [`Bytes`](crate::Bytes) | binary (text must be UTF-8) |
//! | [`Vec`] | list |
//! | tuples, arrays | tuple |
//! | `HashMap`, `BTreeMap` | map |
//! | [`Option`] | the value, or the atom `nil` |
//! | [`Result`] | `{ok, Value}` or `{error, Reason}`; a plain `ok` for `Result<(), E>` |
//! | [`Box`] | what is in it |
//! | `RangeInclusive` | Elixir's range of step 1 |
//! | dates and times of `chrono` and `jiff` (features of these names) | `%Date{}`, `%Time{}`, `%NaiveDateTime{}`, `%DateTime{}`; Erlang's tuples are read too, and written by `Tuples` |
//! | `#[dala::message]` types | their tuple or atom; last fields that are options may be missing, and are `None` then |
//! | types with [`#[derive(dala::Term)]`](macro@crate::Term) | as their attributes say: map, struct, tuple, list of pairs, atom |
//! | [`OwnedTerm`] | any term, as it is |
//! | `Serde<T>` (feature `serde`) | what serde knows of a type of another crate |
//!
//! Reading never panics and takes native stack for at most [`MAX_DEPTH`] levels, whatever the term.

#[cfg(feature = "serde")]
mod bridge;
#[cfg(any(feature = "chrono", feature = "jiff"))]
mod calendar;
mod collection;
mod compound;
#[doc(hidden)]
pub mod data;
mod error;
mod integer;
mod scalar;
mod text;

#[cfg(feature = "serde")]
pub use bridge::Serde;
#[cfg(any(feature = "chrono", feature = "jiff"))]
pub use calendar::Tuples;
pub use error::{ConvertError, Step};

use std::marker::PhantomData;

use dala_ir::abi::Word;
use dala_ir::abi::shape::Shapes;
use dala_ir::term::{OwnedTerm, Style, TermView, print, view};

use super::{Message, StableLayout};

/// How deep values may be nested in a term that is read. Types that contain themselves would otherwise let a
/// sender choose how much stack reading takes.
pub const MAX_DEPTH: u8 = 128;

/// A term to read a value from.
///
/// `'a` is how long the term is valid; it is whoever makes the source that knows.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    word: Word,
    depth: u8,
    term: PhantomData<&'a Word>,
}

impl<'a> Source<'a> {
    /// The term `word`, which must be valid (see [`Word`]) while the source is used.
    #[inline]
    pub fn new(word: Word) -> Source<'a> {
        Source { word, depth: 0, term: PhantomData }
    }

    /// The term.
    #[inline]
    pub fn word(&self) -> Word {
        self.word
    }

    /// The term, to match on.
    #[inline]
    pub fn view(&self) -> TermView<'a> {
        self.word.view()
    }

    /// A part of the term.
    ///
    /// # Errors
    /// When it lies deeper than [`MAX_DEPTH`].
    #[inline]
    pub fn part(&self, word: Word) -> Result<Source<'a>, ConvertError> {
        match self.depth {
            MAX_DEPTH => Err(ConvertError::too_deep()),
            depth => Ok(Source { word, depth: depth + 1, term: PhantomData }),
        }
    }

    /// Reads a part of the term.
    ///
    /// # Errors
    /// When it does not convert.
    #[inline]
    pub fn read_part<T: StableLayout>(&self, word: Word) -> Result<T, ConvertError> {
        T::read_term(self.part(word)?)
    }

    /// Which of the shapes of `M` the term has.
    ///
    /// # Errors
    /// When it has none of them.
    #[inline]
    pub fn shape_of<M: Message>(&self) -> Result<usize, ConvertError> {
        let (name, arity) = name_and_arity(self.word).ok_or_else(|| not_one_of(M::SHAPES, self.word))?;
        let shapes = M::SHAPES.all();
        let whole =
            shapes.iter().position(|shape| shape.tuple_arity() == arity && shape.name().atom() == name);
        let short = || shapes.iter().position(|shape| shape.is_short(arity) && shape.name().atom() == name);
        whole.or_else(short).ok_or_else(|| not_one_of(M::SHAPES, self.word))
    }

    /// Reads field `name`, the `position`th, of a tuple whose shape was found before. One that a former version of the message
    /// does not have is `None`.
    ///
    /// # Errors
    /// When it does not convert.
    #[inline]
    pub fn field<T: StableLayout>(&self, position: usize, name: &'static str) -> Result<T, ConvertError> {
        let word = view::tuple_elements(self.word).and_then(|elements| elements.get(position + 1).copied());
        let Some(word) = word else {
            return T::absent().ok_or_else(|| ConvertError::misfit("a tuple with more elements", self.word));
        };
        self.read_part(word).map_err(|error| error.inside(Step::Field(name)))
    }

    /// An error: `expected` was expected, this was found.
    #[cold]
    pub fn misfit(&self, expected: impl Into<std::borrow::Cow<'static, str>>) -> ConvertError {
        ConvertError::misfit(expected, self.word)
    }
}

impl std::fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&error::describe(self.word))
    }
}

/// The term of a value, in Erlang's syntax.
pub fn text_of(value: &impl StableLayout) -> String {
    let term = OwnedTerm::build(|writer| value.write_term(writer));
    print(term.root(), Style::Readable).to_string()
}

/// The atom that a message's term is or starts with, and the size of its tuple (0 for an atom).
#[inline]
pub fn name_and_arity(word: Word) -> Option<(dala_ir::abi::Atom, usize)> {
    if let Some(atom) = word.as_atom() {
        return Some((atom, 0));
    }
    let elements = view::tuple_elements(word)?;
    let name = elements.first()?.as_atom()?;
    // A tuple of the name alone is no shape: a message without fields is an atom.
    (elements.len() > 1).then_some((name, elements.len()))
}

#[cold]
fn not_one_of(shapes: &'static Shapes, word: Word) -> ConvertError {
    let mut expected = String::new();
    for (index, shape) in shapes.all().iter().enumerate() {
        let separator = if index == 0 { "" } else { " or " };
        expected.push_str(&format!("{separator}`{shape:?}`"));
    }
    ConvertError::misfit(expected, word)
}

#[cfg(test)]
mod tests;
