//! Integers of any size, and ranges.

use std::ops::RangeInclusive;

use dala_ir::abi::shape::FieldType;
use dala_ir::abi::{Atom, Word};
use dala_ir::term::{TermWriter, big};
use dashu_int::{IBig, UBig};

use super::{ConvertError, Source};
use crate::message::StableLayout;

/// What stands for an integer that is too large for Erlang.
const TOO_LARGE: &str = "system_limit";

/// One that is too large for Erlang, with more than 33 million bits, becomes the atom `system_limit`.
#[diagnostic::do_not_recommend]
impl StableLayout for IBig {
    const FIELD: FieldType = FieldType::Integer;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        big::from_ibig(writer, self).unwrap_or_else(|_| Word::atom(Atom::new(TOO_LARGE)))
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        big::to_ibig(source.word()).ok_or_else(|| source.misfit("an integer"))
    }

    fn held_bytes(&self) -> usize {
        // An estimate: where its digits are, is up to dashu.
        dashu_int::ops::BitTest::bit_len(self) / 8
    }
}

/// As [`IBig`], without those below zero.
#[diagnostic::do_not_recommend]
impl StableLayout for UBig {
    const FIELD: FieldType = FieldType::Integer;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        IBig::from(self.clone()).write_term(writer)
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        let value = big::to_ibig(source.word()).and_then(|value| UBig::try_from(value).ok());
        value.ok_or_else(|| source.misfit("an integer not below zero"))
    }

    fn held_bytes(&self) -> usize {
        dashu_int::ops::BitTest::bit_len(self) / 8
    }
}

/// What Elixir's `first..last` is. The step tells it from a range that goes down.
#[derive(crate::Term)]
#[term(module = "Elixir.Range")]
struct Range<T> {
    first: T,
    last: T,
    step: i64,
}

/// Elixir's `first..last//1`.
#[diagnostic::do_not_recommend]
impl<T: StableLayout + Clone> StableLayout for RangeInclusive<T> {
    const FIELD: FieldType = Range::<T>::FIELD;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        Range { first: self.start().clone(), last: self.end().clone(), step: 1 }.write_term(writer)
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        let range = Range::read_term(source)?;
        match range.step {
            1 => Ok(range.first..=range.last),
            _ => Err(source.misfit("a range of step 1")),
        }
    }

    fn held_bytes(&self) -> usize {
        self.start().held_bytes() + self.end().held_bytes()
    }
}
