//! Numbers, atoms, pids: what generated code reads in place.

use dala_ir::abi::shape::FieldType;
use dala_ir::abi::{Atom, Pid, Word, atoms};
use dala_ir::term::{TermView, TermWriter, view};

use super::{ConvertError, Source};
use crate::message::StableLayout;

macro_rules! integers {
    ($($ty:ident, $variant:ident, $write:ident as $wide:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl StableLayout for $ty {
            const FIELD: FieldType = FieldType::$variant;

            #[inline]
            fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
                writer.$write(*self as $wide)
            }

            #[inline]
            fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
                integer(source.word()).and_then(|value| <$ty>::try_from(value).ok()).ok_or_else(|| {
                    source.misfit(format!("an integer from {} to {}", <$ty>::MIN, <$ty>::MAX))
                })
            }
        }
    )*};
}
integers! {
    i8, I8, integer as i64;
    i16, I16, integer as i64;
    i32, I32, integer as i64;
    i64, I64, integer as i64;
    isize, I64, integer as i64;
    i128, I128, integer_i128 as i128;
    u8, U8, integer as i64;
    u16, U16, integer as i64;
    u32, U32, integer as i64;
    u64, U64, unsigned as u64;
    usize, U64, unsigned as u64;
}

/// An integer of at most 127 bits.
#[inline]
fn integer(word: Word) -> Option<i128> {
    match word.as_small() {
        Some(small) => Some(small.into()),
        None => {
            let (negative, magnitude) = magnitude(word)?;
            let value = i128::try_from(magnitude).ok();
            if !negative {
                return value;
            }
            // The lowest i128 has a magnitude that no positive one has.
            value.map(|value| -value).or_else(|| (magnitude == i128::MIN.unsigned_abs()).then_some(i128::MIN))
        }
    }
}

/// Sign and absolute value of a big integer of at most 128 bits.
fn magnitude(word: Word) -> Option<(bool, u128)> {
    let big = view::big(word)?;
    let magnitude = match *big.limbs {
        [low] => u128::from(low),
        [low, high] => u128::from(high) << 64 | u128::from(low),
        _ => return None,
    };
    Some((big.negative, magnitude))
}

#[diagnostic::do_not_recommend]
impl StableLayout for u128 {
    const FIELD: FieldType = FieldType::U128;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        writer.big(false, &[*self as u64, (*self >> 64) as u64])
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        let value = match source.word().as_small() {
            Some(small) => u128::try_from(small).ok(),
            None => {
                magnitude(source.word()).and_then(|(negative, magnitude)| (!negative).then_some(magnitude))
            }
        };
        value.ok_or_else(|| source.misfit(format!("an integer from 0 to {}", u128::MAX)))
    }
}

/// What stands for the floats that Erlang does not have.
const NAN: &str = "nan";
const INFINITY: &str = "infinity";
const NEGATIVE_INFINITY: &str = "-infinity";

#[diagnostic::do_not_recommend]
impl StableLayout for f64 {
    const FIELD: FieldType = FieldType::F64;

    #[inline]
    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        if self.is_finite() {
            return writer.float(*self);
        }
        Word::atom(Atom::new(match (self.is_nan(), *self > 0.0) {
            (true, _) => NAN,
            (false, true) => INFINITY,
            (false, false) => NEGATIVE_INFINITY,
        }))
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        let value = match source.view() {
            TermView::Float(value) => Some(value),
            TermView::Small(small) => Some(small as f64).filter(|value| *value as i64 == small),
            TermView::Atom(atom) => match atom.text() {
                NAN => Some(f64::NAN),
                INFINITY => Some(f64::INFINITY),
                NEGATIVE_INFINITY => Some(f64::NEG_INFINITY),
                _ => None,
            },
            _ => None,
        };
        value.ok_or_else(|| source.misfit("a float"))
    }
}

#[diagnostic::do_not_recommend]
impl StableLayout for f32 {
    const FIELD: FieldType = FieldType::F32;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        f64::from(*self).write_term(writer)
    }

    /// Rounds to the nearest `f32`; a float beyond the range of those does not convert.
    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        let wide = f64::read_term(source)?;
        let narrow = wide as f32;
        if wide.is_finite() && narrow.is_infinite() {
            return Err(source.misfit("a float in the range of 32 bits"));
        }
        Ok(narrow)
    }
}

#[diagnostic::do_not_recommend]
impl StableLayout for bool {
    const FIELD: FieldType = FieldType::Bool;

    #[inline]
    fn write_term(&self, _: &mut dyn TermWriter) -> Word {
        Word::atom(if *self { atoms::TRUE } else { atoms::FALSE })
    }

    #[inline]
    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        match source.word().as_atom() {
            Some(atoms::TRUE) => Ok(true),
            Some(atoms::FALSE) => Ok(false),
            _ => Err(source.misfit("`true` or `false`")),
        }
    }
}

#[diagnostic::do_not_recommend]
impl StableLayout for char {
    const FIELD: FieldType = FieldType::Char;

    fn write_term(&self, _: &mut dyn TermWriter) -> Word {
        Word::small_int(i64::from(u32::from(*self)))
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        source
            .word()
            .as_small()
            .and_then(|value| u32::try_from(value).ok())
            .and_then(char::from_u32)
            .ok_or_else(|| source.misfit("a Unicode code point"))
    }
}

#[diagnostic::do_not_recommend]
impl StableLayout for Atom {
    const FIELD: FieldType = FieldType::Atom;

    #[inline]
    fn write_term(&self, _: &mut dyn TermWriter) -> Word {
        Word::atom(*self)
    }

    #[inline]
    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        source.word().as_atom().ok_or_else(|| source.misfit("an atom"))
    }
}

#[diagnostic::do_not_recommend]
impl StableLayout for Pid {
    const FIELD: FieldType = FieldType::Pid;

    #[inline]
    fn write_term(&self, _: &mut dyn TermWriter) -> Word {
        Word::pid(*self)
    }

    #[inline]
    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        source.word().as_pid().ok_or_else(|| source.misfit("a pid of this node"))
    }
}

#[diagnostic::do_not_recommend]
impl StableLayout for () {
    const FIELD: FieldType = FieldType::Unit;

    #[inline]
    fn write_term(&self, _: &mut dyn TermWriter) -> Word {
        Word::atom(atoms::OK)
    }

    #[inline]
    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        match source.word().as_atom() {
            Some(atoms::OK) => Ok(()),
            _ => Err(source.misfit("the atom `ok`")),
        }
    }
}
