//! Whether an instruction fits its row of the op table.

use super::entities::Value;
use super::inst::{Immediate, InstData};
use super::ops::{ImmediateKind, Op, Rest, Type};

/// How an instruction fails to fit its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InstError {
    /// Too few or too many operands, or half a pair.
    #[error("`{}` takes {expected} operands, not {found}", op.name())]
    OperandCount {
        /// The op.
        op: Op,
        /// How many it takes (at least, if it takes any number more).
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// An operand names no value of the function.
    #[error("operand {0} is no value of the function")]
    NoSuchValue(Value),
    /// An operand has a type that the op does not take.
    #[error("operand {value} of `{}` is a {}, not a {}", op.name(), found.name(), expected.name())]
    OperandType {
        /// The op.
        op: Op,
        /// The operand.
        value: Value,
        /// What the row says.
        expected: Type,
        /// What the value is.
        found: Type,
    },
    /// The immediate is of another sort than the row says, or does not fit the operands.
    #[error("`{}` has a wrong immediate", .0.name())]
    Immediate(Op),
}

impl Type {
    /// Whether a value of type `found` may stand where the table or a block parameter says `self`.
    ///
    /// Everything that the collector scans may stand for a term: match contexts, traces and markers are heap
    /// objects that no program can take apart, and code passes them through calls and joins as terms. The way
    /// back is checked when it is run, except to a match context, which only [`Op::BsStart`] and
    /// [`Op::BsContext`] make.
    #[inline]
    pub const fn accepts(self, found: Type) -> bool {
        match self {
            Type::Term => found.is_scannable(),
            Type::Trace => matches!(found, Type::Trace | Type::Term),
            Type::Marker => matches!(found, Type::Marker | Type::Term),
            Type::Context => matches!(found, Type::Context),
            Type::Bool => matches!(found, Type::Bool),
            Type::F64 => matches!(found, Type::F64),
        }
    }
}

impl InstData {
    /// Checks operands and immediate against the op's row; `type_of` knows the function's values.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn check(&self, type_of: impl Fn(Value) -> Option<Type>) -> Result<(), InstError> {
        let op = self.op;
        let fixed = op.operands();
        let count = self.args.len();
        let fits = match (count.checked_sub(fixed.len()), op.rest()) {
            (None, _) => false,
            (Some(further), Rest::None) => further == 0,
            (Some(_), Rest::Terms) => true,
            (Some(further), Rest::Pairs) => further % 2 == 0,
        };
        if !fits {
            return Err(InstError::OperandCount { op, expected: fixed.len(), found: count });
        }
        for (index, &value) in self.args.iter().enumerate() {
            let found = type_of(value).ok_or(InstError::NoSuchValue(value))?;
            let expected = fixed.get(index).copied().unwrap_or(Type::Term);
            if !expected.accepts(found) {
                return Err(InstError::OperandType { op, value, expected, found });
            }
        }
        if self.has_fitting_immediate() { Ok(()) } else { Err(InstError::Immediate(op)) }
    }

    fn has_fitting_immediate(&self) -> bool {
        let count = self.args.len();
        match (self.op.immediate(), &self.immediate) {
            (ImmediateKind::Constant, Immediate::Constant(constant)) => {
                !matches!(constant, super::Constant::Int(_)) || constant.word().is_some()
            }
            (ImmediateKind::Small, Immediate::Constant(constant)) => {
                matches!(constant, super::Constant::Int(_)) && constant.word().is_some()
            }
            (ImmediateKind::None, Immediate::None)
            | (ImmediateKind::Function, Immediate::Function(_))
            | (ImmediateKind::Import, Immediate::Import(_))
            | (ImmediateKind::Lambda, Immediate::Lambda(_))
            | (ImmediateKind::Index, Immediate::Index(_))
            | (ImmediateKind::Message, Immediate::Message(_)) => true,
            (ImmediateKind::Element, Immediate::Index(index)) => *index < MAX_TUPLE,
            (ImmediateKind::Unit, Immediate::Index(unit)) => (1..=256).contains(unit),
            (ImmediateKind::ArityAndTag, Immediate::ArityAndTag(arity, _)) => {
                *arity >= 1 && *arity < MAX_TUPLE
            }
            (ImmediateKind::Segment, Immediate::Segment(segment)) => (1..=256).contains(&segment.unit),
            (ImmediateKind::Bits, Immediate::Bits { bit_len, bytes }) => {
                bytes.len() == bit_len.div_ceil(8) as usize
                    && (bit_len % 8 == 0
                        || bytes.last().is_none_or(|last| last & (0xff >> (bit_len % 8)) == 0))
            }
            (ImmediateKind::Segments, Immediate::Segments(rows)) => {
                rows.iter().map(|row| 1 + usize::from(row.has_size)).sum::<usize>() == count
                    && rows.iter().all(|row| (1..=256).contains(&row.unit))
            }
            (ImmediateKind::Indices, Immediate::Indices(indices)) => {
                indices.len() == count
                    && indices.split_first().is_some_and(|(size, rest)| {
                        *size < MAX_TUPLE && rest.iter().all(|index| index < size)
                    })
            }
            (
                ImmediateKind::None
                | ImmediateKind::Constant
                | ImmediateKind::Small
                | ImmediateKind::Function
                | ImmediateKind::Import
                | ImmediateKind::Lambda
                | ImmediateKind::Index
                | ImmediateKind::Element
                | ImmediateKind::Unit
                | ImmediateKind::ArityAndTag
                | ImmediateKind::Segment
                | ImmediateKind::Bits
                | ImmediateKind::Segments
                | ImmediateKind::Indices
                | ImmediateKind::Message,
                _,
            ) => false,
        }
    }
}

/// Tuples have fewer elements than this (OTP: 2^24).
const MAX_TUPLE: u32 = 1 << 24;
