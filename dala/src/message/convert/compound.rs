//! Tuples, arrays, options, results, boxes.

use dala_ir::abi::shape::FieldType;
use dala_ir::abi::{Word, atoms};
use dala_ir::term::{TermWriter, view};

use super::{ConvertError, Source, Step};
use crate::message::StableLayout;

impl<T: StableLayout> StableLayout for Option<T> {
    const FIELD: FieldType = FieldType::Option(&T::FIELD);

    #[inline]
    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        match self {
            Some(value) => value.write_term(writer),
            None => Word::atom(atoms::NIL_ATOM),
        }
    }

    /// `nil` is `None`, also where a value could be that atom: an option of an option has no `Some(None)` in Erlang.
    #[inline]
    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        match source.word().as_atom() {
            Some(atoms::NIL_ATOM) => Ok(None),
            _ => T::read_term(source).map(Some),
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn held_bytes(&self) -> usize {
        self.as_ref().map_or(0, StableLayout::held_bytes)
    }
}

impl<T: StableLayout, E: StableLayout> StableLayout for Result<T, E> {
    const FIELD: FieldType = FieldType::Result(&T::FIELD, &E::FIELD);

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        let (name, value) = match self {
            Ok(_) if matches!(T::FIELD, FieldType::Unit) => return Word::atom(atoms::OK),
            Ok(value) => (atoms::OK, value.write_term(writer)),
            Err(error) => (atoms::ERROR, error.write_term(writer)),
        };
        writer.tuple(&[Word::atom(name), value])
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        if matches!(T::FIELD, FieldType::Unit) && source.word().as_atom() == Some(atoms::OK) {
            return T::read_term(source).map(Ok);
        }
        match view::tuple_elements(source.word()) {
            Some(&[name, value]) if name.as_atom() == Some(atoms::OK) => {
                source.read_part(value).map(Ok).map_err(|error| error.inside(Step::Field("ok")))
            }
            Some(&[name, value]) if name.as_atom() == Some(atoms::ERROR) => {
                source.read_part(value).map(Err).map_err(|error| error.inside(Step::Field("error")))
            }
            _ => Err(source.misfit("`{ok, Value}` or `{error, Reason}`")),
        }
    }

    fn held_bytes(&self) -> usize {
        match self {
            Ok(value) => value.held_bytes(),
            Err(error) => error.held_bytes(),
        }
    }
}

impl<T: StableLayout> StableLayout for Box<T> {
    const FIELD: FieldType = FieldType::Boxed(&T::FIELD);

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        T::write_term(self, writer)
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        T::read_term(source).map(Box::new)
    }

    fn held_bytes(&self) -> usize {
        size_of::<T>() + T::held_bytes(self)
    }
}

impl<T: StableLayout, const N: usize> StableLayout for [T; N] {
    const FIELD: FieldType = FieldType::Tuple(&[T::FIELD; N]);

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        let words = self.each_ref().map(|element| element.write_term(writer));
        writer.tuple(&words)
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        let elements = elements(source, N)?;
        // Without a vector in between: a message takes one allocation.
        let mut failure = None;
        let values: [Option<T>; N] = std::array::from_fn(|index| {
            if failure.is_some() {
                return None;
            }
            let read = source.read_part(elements[index]);
            read.map_err(|error| failure = Some(error.inside(Step::Index(index)))).ok()
        });
        match failure {
            Some(error) => Err(error),
            None => Ok(values.map(|value| value.expect("each element was read, as there is no failure"))),
        }
    }

    fn held_bytes(&self) -> usize {
        self.iter().map(StableLayout::held_bytes).sum()
    }
}

/// The elements of a tuple of `size`.
fn elements<'a>(source: Source<'a>, size: usize) -> Result<&'a [Word], ConvertError> {
    view::tuple_elements(source.word())
        .filter(|elements| elements.len() == size)
        .ok_or_else(|| source.misfit(tuple_of(size)))
}

fn tuple_of(size: usize) -> String {
    format!("a tuple of {size}")
}

macro_rules! tuples {
    ($($size:literal: $($ty:ident $index:tt),+;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($ty: StableLayout),+> StableLayout for ($($ty,)+) {
            const FIELD: FieldType = FieldType::Tuple(&[$($ty::FIELD),+]);

            fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
                let words = [$(self.$index.write_term(writer)),+];
                writer.tuple(&words)
            }

            fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
                let elements = elements(source, $size)?;
                Ok(($(source.read_part(elements[$index]).map_err(|error| error.inside(Step::Index($index)))?,)+))
            }

            fn held_bytes(&self) -> usize {
                0 $(+ self.$index.held_bytes())+
            }
        }
    )*};
}
tuples! {
    1: A 0;
    2: A 0, B 1;
    3: A 0, B 1, C 2;
    4: A 0, B 1, C 2, D 3;
    5: A 0, B 1, C 2, D 3, E 4;
    6: A 0, B 1, C 2, D 3, E 4, F 5;
    7: A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
}
