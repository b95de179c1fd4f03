//! All arguments of a native function at once.

use dala_ir::abi::Word;
use dala_ir::abi::shape::FieldType;

use super::{NativeError, argument};
use crate::message::StableLayout;

/// A tuple of arguments: of up to eight types with [`StableLayout`].
pub trait Arguments: Sized + Send + 'static {
    /// How many there are.
    const ARITY: u8;
    /// Their types, in order.
    const FIELDS: &'static [FieldType];

    /// Reads them.
    ///
    /// # Errors
    /// When one is of another type.
    fn read(words: &[Word]) -> Result<Self, NativeError>;

    /// Builds their terms, in order.
    fn write(&self, writer: &mut dyn dala_ir::term::TermWriter) -> Vec<Word>;
}

macro_rules! arguments {
    ($($arity:literal: $($ty:ident $index:tt),*;)*) => {$(
        impl<$($ty: StableLayout + Send),*> Arguments for ($($ty,)*) {
            const ARITY: u8 = $arity;
            const FIELDS: &'static [FieldType] = &[$($ty::FIELD),*];

            fn read(_words: &[Word]) -> Result<Self, NativeError> {
                Ok(($(argument::<$ty>(_words, $index)?,)*))
            }

            fn write(&self, _writer: &mut dyn dala_ir::term::TermWriter) -> Vec<Word> {
                vec![$(self.$index.write_term(_writer)),*]
            }
        }
    )*};
}
arguments! {
    0: ;
    1: A 0;
    2: A 0, B 1;
    3: A 0, B 1, C 2;
    4: A 0, B 1, C 2, D 3;
    5: A 0, B 1, C 2, D 3, E 4;
    6: A 0, B 1, C 2, D 3, E 4, F 5;
    7: A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
}
