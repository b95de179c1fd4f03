//! How a message type is a field: by asking its `impl Message`, which for a type with a wrong field is missing.
//!
//! The impl of `StableLayout` for a message type has no bounds, because a type may contain itself and the compiler
//! would go in circles. Without bounds, a wrong field would be reported here a second time. So the call is chosen
//! by method look-up ("autoref specialisation"): the message's own code if it is a message, else code that is
//! never reached, since the program did not compile.

use std::marker::PhantomData;

use dala_ir::abi::{Shapes, Word};
use dala_ir::term::TermWriter;

use super::{ConvertError, Message, Source};

/// Chooses between [`Known`] and [`Unknown`]; made by [`nested!`](crate::__nested).
#[derive(Debug)]
pub struct Choice<T>(pub PhantomData<fn() -> T>);

/// Code of a type that is a message.
pub trait Known<T> {
    /// The shapes of `T`.
    fn shapes(&self) -> &'static Shapes;
    /// As [`Message::to_term`].
    fn write_term(&self, value: &T, writer: &mut dyn TermWriter) -> Word;
    /// As [`Message::from_term`].
    fn read_term(&self, source: Source<'_>) -> Result<T, ConvertError>;
    /// As [`Message::held_bytes`].
    fn held_bytes(&self, value: &T) -> usize;
}

impl<T: Message> Known<T> for &Choice<T> {
    #[inline]
    fn shapes(&self) -> &'static Shapes {
        T::SHAPES
    }

    #[inline]
    fn write_term(&self, value: &T, writer: &mut dyn TermWriter) -> Word {
        value.to_term(writer)
    }

    #[inline]
    fn read_term(&self, source: Source<'_>) -> Result<T, ConvertError> {
        T::from_term(source)
    }

    #[inline]
    fn held_bytes(&self, value: &T) -> usize {
        value.held_bytes()
    }
}

/// Code of a type with a wrong field.
pub trait Unknown<T> {
    /// Never called.
    fn shapes(&self) -> &'static Shapes {
        unreachable!("the program does not compile")
    }

    /// Never called.
    fn write_term(&self, _: &T, _: &mut dyn TermWriter) -> Word {
        unreachable!("the program does not compile")
    }

    /// Never called.
    fn read_term(&self, _: Source<'_>) -> Result<T, ConvertError> {
        unreachable!("the program does not compile")
    }

    /// Never called.
    fn held_bytes(&self, _: &T) -> usize {
        unreachable!("the program does not compile")
    }
}

impl<T> Unknown<T> for Choice<T> {}

/// Calls a method of [`Known`] on `$ty` as a nested message.
#[doc(hidden)]
#[macro_export]
macro_rules! __nested {
    ($ty:ty, $method:ident($($argument:expr),*)) => {{
        #[allow(unused_imports, reason = "one of them is")]
        use $crate::__rt::{Known as _, Unknown as _};
        (&&$crate::__rt::Choice::<$ty>(::std::marker::PhantomData)).$method($($argument),*)
    }};
}
