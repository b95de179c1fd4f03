//! Numbers of lists, and elements of tensors.
use dala::StableLayout;
use dala::message::{ConvertError, Source};
use dala_ir::abi::Word;
use dala_ir::abi::shape::FieldType;
use dala_ir::term::TermWriter;

use crate::{Bf16, DType, F16, Real};

/// An element as a term: an integer, a float or one of the atoms `nan`, `infinity`, `-infinity`, or a boolean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Integer(i64),
    Float(f64),
    Bool(bool),
}

impl StableLayout for Number {
    const FIELD: FieldType = FieldType::Term;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        match self {
            Number::Integer(value) => value.write_term(writer),
            Number::Float(value) => value.write_term(writer),
            Number::Bool(value) => value.write_term(writer),
        }
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        let bool = || bool::read_term(source).map(Number::Bool);
        let float = || f64::read_term(source).map(Number::Float);
        i64::read_term(source)
            .map(Number::Integer)
            .or_else(|_| bool())
            .or_else(|_| float())
            .map_err(|_| source.misfit("a number, a boolean, or one of :nan, :infinity and :\"-infinity\""))
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Number::Integer(value) => value.fmt(f),
            Number::Float(value) => write!(f, "{value:?}"),
            Number::Bool(value) => value.fmt(f),
        }
    }
}

impl Number {
    /// Appends the bytes of the element that it is; false if it is none of that type.
    pub(super) fn append(self, dtype: DType, bytes: &mut Vec<u8>) -> bool {
        let real = match self {
            Number::Integer(value) => Some(value as f64),
            Number::Float(value) => Some(value),
            Number::Bool(_) => None,
        };
        let integer = |fits: fn(i64, &mut Vec<u8>) -> bool, bytes: &mut Vec<u8>| match self {
            Number::Integer(value) => fits(value, bytes),
            _ => false,
        };
        match dtype {
            DType::F32 => real.map(|real| bytes.extend((real as f32).to_ne_bytes())).is_some(),
            DType::F16 => real.map(|real| bytes.extend(F16::from_f64(real).0.to_ne_bytes())).is_some(),
            DType::Bf16 => real.map(|real| bytes.extend(Bf16::from_f64(real).0.to_ne_bytes())).is_some(),
            DType::I8 => integer(|i, to| i8::try_from(i).map(|i| to.extend(i.to_ne_bytes())).is_ok(), bytes),
            DType::U8 => integer(|i, to| u8::try_from(i).map(|i| to.push(i)).is_ok(), bytes),
            DType::I32 => {
                integer(|i, to| i32::try_from(i).map(|i| to.extend(i.to_ne_bytes())).is_ok(), bytes)
            }
            DType::I64 => integer(
                |i, to| {
                    to.extend(i.to_ne_bytes());
                    true
                },
                bytes,
            ),
            DType::Bool => match self {
                Number::Bool(value) => {
                    bytes.push(u8::from(value));
                    true
                }
                _ => false,
            },
        }
    }

    /// The element in these bytes, which are as many as one of the type has.
    pub(super) fn of_bytes(dtype: DType, bytes: &[u8]) -> Option<Number> {
        let half = |bytes: &[u8]| Some(u16::from_ne_bytes(bytes.try_into().ok()?));
        Some(match dtype {
            DType::F32 => Number::Float(f32::from_ne_bytes(bytes.try_into().ok()?).into()),
            DType::F16 => Number::Float(F16(half(bytes)?).to_f64()),
            DType::Bf16 => Number::Float(Bf16(half(bytes)?).to_f64()),
            DType::I8 => Number::Integer(i8::from_ne_bytes(bytes.try_into().ok()?).into()),
            DType::U8 => Number::Integer((*bytes.first()?).into()),
            DType::I32 => Number::Integer(i32::from_ne_bytes(bytes.try_into().ok()?).into()),
            DType::I64 => Number::Integer(i64::from_ne_bytes(bytes.try_into().ok()?)),
            DType::Bool => Number::Bool(*bytes.first()? != 0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_type_survive_the_way_through_bytes_and_others_are_refused() {
        let kept = |dtype, number: Number| {
            let mut bytes = Vec::new();
            number.append(dtype, &mut bytes).then(|| Number::of_bytes(dtype, &bytes)).flatten()
        };
        let reals = [DType::F32, DType::F16, DType::Bf16];
        for dtype in reals {
            assert_eq!(kept(dtype, Number::Float(-1.5)), Some(Number::Float(-1.5)));
            assert_eq!(kept(dtype, Number::Integer(3)), Some(Number::Float(3.0)));
            assert_eq!(kept(dtype, Number::Float(f64::INFINITY)), Some(Number::Float(f64::INFINITY)));
            assert_eq!(kept(dtype, Number::Bool(true)), None);
        }
        for (dtype, largest) in
            [(DType::I8, 127), (DType::U8, 255), (DType::I32, i32::MAX.into()), (DType::I64, i64::MAX)]
        {
            assert_eq!(kept(dtype, Number::Integer(largest)), Some(Number::Integer(largest)));
            assert_eq!(kept(dtype, Number::Float(1.0)), None);
            assert!(dtype == DType::I64 || kept(dtype, Number::Integer(largest + 1)).is_none());
        }
        assert_eq!(kept(DType::U8, Number::Integer(-1)), None);
        assert_eq!(kept(DType::Bool, Number::Bool(true)), Some(Number::Bool(true)));
        assert_eq!(kept(DType::Bool, Number::Integer(1)), None);
    }
}
