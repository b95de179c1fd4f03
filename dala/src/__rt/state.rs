//! How the state of an actor is shown as a term, by what its type is: a type with a layout as that says, another one by its
//! `Debug`, a third not at all.
//!
//! The compiler takes the first method that fits: inherent ones before those of traits, and what needs fewer references
//! first. Generated code writes `(&State(self)).write(writer)`.

use crate::message::{ConvertError, Source, StableLayout};
use dala_ir::abi::Word;
use dala_ir::term::TermWriter;

/// A state to show.
#[derive(Debug)]
pub struct State<'a, A>(pub &'a A);

impl<A: StableLayout> State<'_, A> {
    /// Its term.
    pub fn write(&self, writer: &mut dyn TermWriter) -> Option<Word> {
        Some(self.0.write_term(writer))
    }
}

/// States that have no term, but a text.
pub trait StateByDebug {
    /// The text, a binary.
    fn write(&self, writer: &mut dyn TermWriter) -> Option<Word>;
}

impl<A: std::fmt::Debug> StateByDebug for State<'_, A> {
    fn write(&self, writer: &mut dyn TermWriter) -> Option<Word> {
        Some(writer.binary(format!("{:?}", self.0).as_bytes()))
    }
}

/// States that have neither.
pub trait StateUnknown {
    /// None.
    fn write(&self, _: &mut dyn TermWriter) -> Option<Word> {
        None
    }
}

impl<A> StateUnknown for &State<'_, A> {}

/// A state to be replaced.
#[derive(Debug)]
pub struct StateMut<'a, A>(pub &'a mut A);

impl<A: StableLayout> StateMut<'_, A> {
    /// Takes the state in the term.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(&mut self, source: Source<'_>) -> Result<(), ConvertError> {
        *self.0 = A::read_term(source)?;
        Ok(())
    }
}

/// States that no term is.
pub trait StateFixed {
    /// Fails.
    ///
    /// # Errors
    /// Always.
    fn read(&mut self, source: Source<'_>) -> Result<(), ConvertError> {
        Err(source.misfit("nothing: the actor's type has no `derive(dala::Term)`"))
    }
}

impl<A> StateFixed for StateMut<'_, A> {}
